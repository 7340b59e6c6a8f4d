package capture

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkDigest reads one local file by turns with the hashing reader, as an inspection does it, and with openssl.
// Goal: at least 0.9 of openssl's speed. The file is in the page cache for both; openssl's start-up is part of its
// time (a few ms of about half a second).
func BenchmarkDigest(b *testing.B) {
	const size = 512 << 20
	name := filepath.Join(b.TempDir(), "bytes")
	file, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.CopyN(file, rand.NewChaCha8([32]byte{1}), size); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		b.Skip("openssl is not installed: nothing to compare with")
	}
	d := newDigester(64<<10, 64<<10)
	ours := func() (string, time.Duration) {
		began := time.Now()
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		sum, err := d.read(f, 0, size)
		if err != nil {
			b.Fatal(err)
		}
		return fmt.Sprintf("%x", sum.sum), time.Since(began)
	}
	theirs := func() (string, time.Duration) {
		began := time.Now()
		out, err := exec.Command(openssl, "dgst", "-sha256", "-r", name).Output()
		if err != nil {
			b.Fatal(err)
		}
		text, _, _ := strings.Cut(string(out), " ")
		return text, time.Since(began)
	}
	var us, them time.Duration
	ours()
	for b.Loop() {
		a, x := ours()
		c, y := theirs()
		if a != c {
			b.Fatalf("we say %s, openssl says %s", a, c)
		}
		us, them = us+x, them+y
	}
	ratio := them.Seconds() / us.Seconds()
	rate := func(d time.Duration) float64 { return float64(size) * float64(b.N) / 1e6 / d.Seconds() }
	b.ReportMetric(rate(us), "ours-MB/s")
	b.ReportMetric(rate(them), "openssl-MB/s")
	b.ReportMetric(ratio, "of-openssl")
	verdict := "reached"
	if ratio < 0.9 {
		verdict = "MISSED"
	}
	b.Logf("hashing reader: goal 0.90 of openssl, got %.2f: %s", ratio, verdict)
}

// BenchmarkSum is the floor: crypto/sha256 alone, over bytes already in memory.
func BenchmarkSum(b *testing.B) {
	buf := make([]byte, chunk)
	h := sha256.New()
	b.SetBytes(chunk)
	for b.Loop() {
		h.Write(buf)
	}
}

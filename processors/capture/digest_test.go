package capture

import (
	"bytes"
	"crypto/sha256"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
)

// The digest against the plain way, for every size around the buffers' edges and every way to cut the stream.
func TestDigest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head, tail := rapid.IntRange(1, 300).Draw(t, "head"), rapid.SampledFrom([]int{1, 7, 300, chunk, chunk + 3}).Draw(t, "tail")
		size := rapid.SampledFrom([]int{0, 1, head - 1, head, head + 1, chunk - 1, chunk, chunk + 1, 2*chunk - 1, 2 * chunk, 2*chunk + 5, 3*chunk + 1}).Draw(t, "size")
		body := make([]byte, size)
		for i := range body {
			body[i] = byte(i * 7 >> 3)
		}
		hold := rapid.SampledFrom([]int64{0, 1, int64(size), int64(size) + 1, 3}).Draw(t, "hold")
		d := newDigester(head, tail)
		for range 2 { // a digester is used again and again
			got, err := d.read(&pieces{body: body, step: rapid.IntRange(1, 2*chunk).Draw(t, "step")}, hold, -1)
			if err != nil {
				t.Fatal(err)
			}
			if got.sum != schemas.Hash(sha256.Sum256(body)) || got.size != int64(size) || !bytes.Equal(got.head, body[:min(head, size)]) {
				t.Fatalf("size %d, head %d", got.size, len(got.head))
			}
			want := body[max(0, size-tail):]
			if size <= head {
				want = nil
			}
			if !bytes.Equal(got.tail, want) {
				t.Fatalf("tail of %d bytes, want %d", len(got.tail), len(want))
			}
			if fits := hold > 0 && int64(size) <= hold; (got.whole != nil) != fits || fits && !bytes.Equal(got.whole, body) {
				t.Fatalf("whole: %v of %d, hold %d", got.whole != nil, size, hold)
			}
		}
	})
}

// A body that breaks off must not pass for a shorter one.
func TestDigestKnowsACutBody(t *testing.T) {
	for _, err := range []error{io.ErrUnexpectedEOF, io.ErrClosedPipe} {
		if _, got := newDigester(8, 8).read(io.MultiReader(strings.NewReader("abc"), failing{err}), 0, -1); got != err {
			t.Errorf("%v: got %v", err, got)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// pieces reads a body in pieces of a step, the last with io.EOF.
type pieces struct {
	body []byte
	step int
}

func (p *pieces) Read(b []byte) (int, error) {
	n := copy(b, p.body[:min(p.step, len(p.body))])
	p.body = p.body[n:]
	if len(p.body) == 0 {
		return n, io.EOF
	}
	return n, nil
}

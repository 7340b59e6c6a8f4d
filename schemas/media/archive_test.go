package media

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"
)

// packed is an archive of files; a name that ends in a slash is a folder.
func packed(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = f.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(b []byte, l ArchiveLimits) (*Archive, error) {
	return OpenArchive(bytes.NewReader(b), int64(len(b)), l)
}

// claim overwrites a field of the i-th header of the directory: 8 flags, 10 method, 20 packed, 24 unpacked.
func claim(b []byte, i, field int, value uint32, bytesOf int) []byte {
	b = bytes.Clone(b)
	at := 0
	for ; i >= 0; i-- {
		at += bytes.Index(b[at:], []byte("PK\x01\x02")) + 4
	}
	at += field - 4
	if bytesOf == 2 {
		binary.LittleEndian.PutUint16(b[at:], uint16(value))
	} else {
		binary.LittleEndian.PutUint32(b[at:], value)
	}
	return b
}

// A chat's download is read: its page, its messages, its attachments, each as it was packed.
func TestArchive(t *testing.T) {
	long := strings.Repeat("hello ", 10000)
	b := packed(t, "source/", "", "chat.html", "<html></html>", "source/transcript.json", `[{"utc":"2026-05-04T09:15:02Z"}]`, "source/long.txt", long, "réunion.txt", "")
	a, err := open(b, ArchiveLimits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"chat.html <html></html>", `source/transcript.json [{"utc":"2026-05-04T09:15:02Z"}]`, "source/long.txt " + long, "réunion.txt "}
	if len(a.Entries) != len(want) {
		t.Fatalf("%d entries", len(a.Entries))
	}
	for i, e := range a.Entries {
		r, err := e.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if got := e.Name + " " + string(text); got != want[i] || err != nil || e.Size != int64(len(text)) {
			t.Errorf("%.80q, %d bytes, %v; want %.80q", got, e.Size, err, want[i])
		}
	}
}

// At stake: nobody who sends an attachment decides how much memory we use or where a file is written.
func TestArchiveRefused(t *testing.T) {
	small := packed(t, "a", "hello", "b", "world")
	zeros := packed(t, "zeros", strings.Repeat("\x00", 4<<20))
	link := &bytes.Buffer{}
	w := zip.NewWriter(link)
	h := &zip.FileHeader{Name: "link"}
	h.SetMode(fs.ModeSymlink | 0o777)
	if _, err := w.CreateHeader(h); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	end := bytes.LastIndex(small, []byte("PK\x05\x06"))
	patched := func(field int, value ...byte) []byte {
		b := bytes.Clone(small)
		copy(b[end+field:], value)
		return b
	}
	for _, c := range []struct {
		name        string
		b           []byte
		l           ArchiveLimits
		code, place string
	}{
		{"up a folder", packed(t, "ok", "", "../etc/passwd", ""), ArchiveLimits{}, CodeName, "entry 1"},
		{"up within", packed(t, "a/../../b", ""), ArchiveLimits{}, CodeName, "entry 0"},
		{"from the root", packed(t, "/a", ""), ArchiveLimits{}, CodeName, "entry 0"},
		{"backslash", packed(t, `a\..\b`, ""), ArchiveLimits{}, CodeName, "entry 0"},
		{"a drive", packed(t, "c:a", ""), ArchiveLimits{}, CodeName, "entry 0"},
		{"no name", packed(t, "", ""), ArchiveLimits{}, CodeName, "entry 0"},
		{"a slash alone", packed(t, "/", ""), ArchiveLimits{}, CodeName, "entry 0"},
		{"two slashes", packed(t, "a//b", ""), ArchiveLimits{}, CodeName, "entry 0"},
		{"a line's end", packed(t, "a\nb", ""), ArchiveLimits{}, CodeName, "entry 0"},
		{"no UTF-8", packed(t, "a\xffb", ""), ArchiveLimits{}, CodeName, "entry 0"},
		{"a long name", packed(t, strings.Repeat("a", 1025), ""), ArchiveLimits{}, CodeName, "entry 0"},
		{"a link", link.Bytes(), ArchiveLimits{}, CodeName, "entry 0"},
		{"twice", packed(t, "a", "", "A", ""), ArchiveLimits{}, CodeTwice, "entry 1"},
		{"a file and a folder", packed(t, "a", "", "a/", ""), ArchiveLimits{}, CodeTwice, "entry 1"},
		{"zeros", zeros, ArchiveLimits{}, CodeRatio, "entry 0"},
		{"large", packed(t, "a", "hello"), ArchiveLimits{Entry: 4}, CodeTooLong, "entry 0"},
		{"large together", small, ArchiveLimits{Total: 9}, CodeTooLong, "entry 1"},
		{"many", small, ArchiveLimits{Entries: 1}, CodeTooMany, ""},
		{"a large directory", small, ArchiveLimits{Directory: 50}, CodeTooLong, ""},
		{"encrypted", claim(small, 0, 8, 1|8, 2), ArchiveLimits{}, CodeEncrypted, "entry 0"},
		{"another method", claim(small, 1, 10, 12, 2), ArchiveLimits{}, CodeMethod, "entry 1"},
		{"packed into more than there is", claim(small, 0, 20, 1<<20, 4), ArchiveLimits{}, CodeOverlap, "entry 0"},
		{"overlapping", claim(claim(small, 0, 20, uint32(len(small)-10), 4), 1, 20, 20, 4), ArchiveLimits{}, CodeOverlap, "entry 1"},
		{"a claim of 4 GiB", claim(small, 0, 24, 0xFFFFFFFE, 4), ArchiveLimits{}, CodeTooLong, "entry 0"},
		{"no end", small[:end], ArchiveLimits{}, CodeDamaged, ""},
		{"cut off", small[:10], ArchiveLimits{}, CodeDamaged, ""},
		{"nothing", nil, ArchiveLimits{}, CodeDamaged, ""},
		{"zip64", patched(10, 0xFF, 0xFF), ArchiveLimits{}, CodeTooMany, ""},
		{"a directory of 65,535 bytes", patched(12, 0xFF, 0xFF, 0, 0), ArchiveLimits{}, CodeTooMany, ""},
		{"a directory elsewhere", patched(16, 0, 0, 0xFF, 0x7F), ArchiveLimits{}, CodeDamaged, ""},
		{"a comment that does not fit", patched(20, 9, 0), ArchiveLimits{}, CodeDamaged, ""},
		{"fewer entries than it says", patched(10, 3, 0), ArchiveLimits{}, CodeDamaged, ""},
	} {
		_, err := open(c.b, c.l)
		var r *Refused
		if !errors.As(err, &r) || r.Code != c.code || r.Place != c.place || r.Reason == "" {
			t.Errorf("%s: %v; want %s at %q", c.name, err, c.code, c.place)
		}
	}
	broken := errors.New("the disk is gone")
	if _, err := OpenArchive(readAt(func([]byte, int64) (int, error) { return 0, broken }), 100, ArchiveLimits{}); !errors.Is(err, broken) {
		t.Errorf("a reader's own error: %v", err)
	}
}

type readAt func([]byte, int64) (int, error)

func (f readAt) ReadAt(p []byte, off int64) (int, error) { return f(p, off) }

// The end record counts entries in 16 bits, and package zip reads on while headers follow: 65,536 more than it says pass
// its own count. The ration stops it.
func TestArchiveOfMoreThanItSays(t *testing.T) {
	one := packed(t, "a", "")
	at, end := bytes.Index(one, []byte("PK\x01\x02")), bytes.LastIndex(one, []byte("PK\x05\x06"))
	header, tail := one[at:end], bytes.Clone(one[end:])
	b := append(bytes.Clone(one[:at]), bytes.Repeat(header, 1<<16+1)...)
	if _, err := open(append(b, tail...), ArchiveLimits{Directory: 1 << 20}); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Errorf("%v", err)
	}
	if _, err := open(append(b, tail...), ArchiveLimits{}); err == nil || !strings.Contains(err.Error(), "65537 entries") {
		t.Errorf("%v", err)
	}
}

// What an entry claims is held while it is unpacked: never a byte more, and no byte changed.
func TestUnpacking(t *testing.T) {
	long := strings.Repeat("hello world, ", 5000)
	good := packed(t, "a", long)
	data := bytes.Index(good, []byte("a")) + 1
	flipped := bytes.Clone(good)
	flipped[data+len(flipped)/4] ^= 0x55
	for _, c := range []struct {
		name string
		b    []byte
		most int
	}{
		{"unpacks to more", claim(good, 0, 24, 100, 4), 100},
		{"unpacks to less", claim(good, 0, 24, uint32(len(long)+1), 4), len(long) + 1},
		{"another checksum", claim(good, 0, 16, 7, 4), len(long)},
		{"a byte changed", flipped, len(long)},
	} {
		a, err := open(c.b, ArchiveLimits{Ratio: 1 << 20})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		r, err := a.Entries[0].Open()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		text, err := io.ReadAll(iotest.OneByteReader(r))
		var refused *Refused
		if !errors.As(err, &refused) || refused.Code != CodeDamaged || refused.Place != "entry 0" || len(text) > c.most {
			t.Errorf("%s: %d bytes, %v", c.name, len(text), err)
		}
	}
}

// Any bytes: refused with a reason, or an archive whose names are plain and whose entries unpack to what they claim.
func FuzzOpenArchive(f *testing.F) {
	f.Add(packed(f, "a", "hello", "b/c.json", "{}"))
	f.Add(packed(f, "../a", ""))
	f.Add(packed(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := open(b, ArchiveLimits{Entry: 1 << 20, Total: 1 << 20})
		if err != nil {
			var r *Refused
			if !errors.As(err, &r) || r.Reason == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, e := range a.Entries {
			if e.Name == "" || e.Name[0] == '/' || strings.Contains("/"+e.Name+"/", "/../") {
				t.Fatalf("%q", e.Name)
			}
			r, err := e.Open()
			if err != nil {
				continue
			}
			if n, err := io.Copy(io.Discard, r); n > e.Size || err == nil && n != e.Size {
				t.Fatal(fmt.Sprint(e.Name, " of ", e.Size, " unpacks to ", n, err))
			}
		}
	})
}

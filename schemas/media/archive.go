package media

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ArchiveLimits bounds a ZIP archive. A field that is zero or less stands for its default.
type ArchiveLimits struct {
	Entries   int   // 10,000
	Directory int64 // bytes of the central directory; 4 MiB
	Name      int   // bytes of an entry's name; 1,024
	Entry     int64 // bytes one entry unpacks to; 256 MiB
	Total     int64 // bytes all entries together unpack to; 1 GiB
	Ratio     int64 // unpacked bytes for each packed one, beyond the first 64 KiB of an entry; 200
}

// ratioFree is what an entry may unpack to whatever its ratio: a file of zeros is no bomb if it is small.
const ratioFree = 64 << 10

func (l ArchiveLimits) withDefaults() ArchiveLimits {
	for _, f := range []struct {
		field *int64
		is    int64
	}{{&l.Directory, 4 << 20}, {&l.Entry, 256 << 20}, {&l.Total, 1 << 30}, {&l.Ratio, 200}} {
		if *f.field <= 0 {
			*f.field = f.is
		}
	}
	if l.Entries <= 0 {
		l.Entries = 10000
	}
	if l.Name <= 0 {
		l.Name = 1024
	}
	return l
}

// Archive is a ZIP archive whose directory was read and judged.
type Archive struct {
	Entries []Entry // files, in the order of the directory
}

// Entry is one file of an archive.
type Entry struct {
	Name string // a plain path: segments apart by slashes, none of them empty, . or ..
	Size int64  // bytes it unpacks to, as it claims

	place string
	file  *zip.File
}

// OpenArchive reads the directory of the ZIP archive in the first size bytes of r, and judges every entry before one is
// unpacked: names (M3), sizes, ratio, and the sum of both, which no choice of overlapping entries gets past. An entry
// that is encrypted, or packed by another method than deflate, condemns the archive too, for what it holds cannot be
// told. Times in a directory are local times of nobody knows where, and are not read. (PKWARE APPNOTE 6.3.3; on
// archives that unpack to more than they should, David Fifield, "A better zip bomb", 2019.) Errors are *Refused, or what
// r answered.
func OpenArchive(r io.ReaderAt, size int64, l ArchiveLimits) (*Archive, error) {
	l = l.withDefaults()
	if err := measure(r, size, l); err != nil {
		return nil, err
	}
	from := &rationed{r: r, left: l.Directory + aroundDirectory}
	z, err := zip.NewReader(from, size)
	from.lifted = true
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are judged below
		return nil, ofZip("", err)
	}
	if len(z.File) > l.Entries { // more than the end record says: its count is of 16 bits, and package zip reads on
		return nil, refuse(CodeTooMany, "", "%d entries, the limit is %d", len(z.File), l.Entries)
	}
	a := &Archive{Entries: make([]Entry, 0, len(z.File))}
	names := make(map[string]bool, len(z.File))
	var packed, total int64
	for i, f := range z.File {
		place := "entry " + strconv.Itoa(i)
		folder := strings.HasSuffix(f.Name, "/")
		name := strings.TrimSuffix(f.Name, "/")
		if why := badName(name, l.Name); why != "" {
			return nil, refuse(CodeName, place, "%s", why)
		}
		folded := strings.ToLower(name)
		if names[folded] {
			return nil, refuse(CodeTwice, place, "a name that is there already, but for case")
		}
		names[folded] = true
		if err := judge(f, place, size, l); err != nil {
			return nil, err
		}
		packed += int64(f.CompressedSize64)
		total += int64(f.UncompressedSize64)
		switch {
		case packed > size:
			return nil, refuse(CodeOverlap, place, "the entries claim more packed bytes than the archive has")
		case total > l.Total:
			return nil, refuse(CodeTooLong, place, "the entries unpack to more than %d bytes", l.Total)
		}
		if !folder {
			a.Entries = append(a.Entries, Entry{Name: name, Size: int64(f.UncompressedSize64), place: place, file: f})
		}
	}
	return a, nil
}

// judge holds one entry's claims to the limits.
func judge(f *zip.File, place string, size int64, l ArchiveLimits) error {
	switch mode := f.Mode(); {
	case f.Flags&1 != 0:
		return refuse(CodeEncrypted, place, "an encrypted entry: unpack the archive with its key")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return refuse(CodeMethod, place, "packed by method %d: only stored and deflated entries are read", f.Method)
	case !mode.IsRegular() && !mode.IsDir():
		return refuse(CodeName, place, "neither a file nor a folder, but a link or a device")
	case f.CompressedSize64 > uint64(size):
		return refuse(CodeOverlap, place, "packed into more bytes than the archive has")
	case f.UncompressedSize64 > uint64(l.Entry):
		return refuse(CodeTooLong, place, "unpacks to more than %d bytes", l.Entry)
	}
	if unpacked := int64(f.UncompressedSize64) - ratioFree; unpacked > 0 && unpacked/l.Ratio > int64(f.CompressedSize64) {
		return refuse(CodeRatio, place, "unpacks to more than %d times its size", l.Ratio)
	}
	return nil
}

// badName says why a name is no plain path; empty if it is one.
func badName(name string, limit int) string {
	switch {
	case len(name) > limit:
		return fmt.Sprintf("a name of %d bytes, the limit is %d", len(name), limit)
	case !utf8.ValidString(name):
		return "a name that is not UTF-8"
	case strings.ContainsAny(name, "\\:"):
		return "a name with a backslash or a colon, which lead elsewhere on another system"
	}
	for i := range len(name) {
		if name[i] < ' ' || name[i] == 0x7F {
			return "a name with a control character"
		}
	}
	for segment := range strings.SplitSeq(name, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return "a name that begins with a slash, or leads out of its folder, or nowhere"
		}
	}
	return ""
}

// Open unpacks an entry. The reader ends with a *Refused where the entry holds other than it claimed, and never hands out
// more bytes than Size: package zip holds an entry to that, and a test holds package zip.
func (e *Entry) Open() (io.ReadCloser, error) {
	r, err := e.file.Open()
	if err != nil {
		return nil, ofZip(e.place, err)
	}
	return &unpacking{r, e.place}, nil
}

// unpacking is an entry's reader with errors of this package.
type unpacking struct {
	io.ReadCloser
	place string
}

func (u *unpacking) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = ofZip(u.place, err)
	}
	return n, err
}

// ofZip says in this package's words what package zip found.
func ofZip(place string, err error) error {
	switch {
	case errors.Is(err, errRation):
		return refuse(CodeTooLong, place, "a directory of more bytes than the limit, and more entries than it says")
	case errors.Is(err, zip.ErrFormat):
		return refuse(CodeDamaged, place, "does not hold together as ZIP")
	case errors.Is(err, zip.ErrChecksum):
		return refuse(CodeDamaged, place, "other bytes than its checksum was made of")
	case errors.Is(err, zip.ErrAlgorithm):
		return refuse(CodeMethod, place, "packed by a method that is not read")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF): // the second: cut right behind a header
		return refuse(CodeDamaged, place, "ends before its end")
	}
	if corrupt := flate.CorruptInputError(0); errors.As(err, &corrupt) {
		return refuse(CodeDamaged, place, "no deflated bytes")
	}
	return fmt.Errorf("read archive: %w", err)
}

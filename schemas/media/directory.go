package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	endLength  = 22      // of the end of central directory record, without its comment (APPNOTE 4.3.16)
	endComment = 1 << 16 // the longest comment there can be
)

// measure reads the end of central directory record and holds its claims to the limits, before package zip makes room
// for as many entries as it claims. It looks for the record as package zip does, from the end, and believes the first;
// zip64, where counts are as large as one likes, is refused: no transcript needs it.
func measure(r io.ReaderAt, size int64, l ArchiveLimits) error {
	if size < endLength {
		return refuse(CodeDamaged, "", "too short for ZIP")
	}
	tail := make([]byte, min(size, endLength+endComment))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read archive: %w", err)
	}
	at := endRecord(tail)
	if at < 0 {
		return refuse(CodeDamaged, "", "no directory at its end: cut off, or no ZIP")
	}
	end := tail[at:]
	entries, directory, offset := binary.LittleEndian.Uint16(end[10:]), binary.LittleEndian.Uint32(end[12:]), binary.LittleEndian.Uint32(end[16:])
	switch {
	case entries == 0xFFFF || directory == 0xFFFFFFFF || directory == 0xFFFF || offset == 0xFFFFFFFF: // the third as package zip has it
		return refuse(CodeTooMany, "", "zip64, for archives of more than 65,534 entries or 4 GiB: split it")
	case int(entries) > l.Entries:
		return refuse(CodeTooMany, "", "%d entries, the limit is %d", entries, l.Entries)
	case int64(directory) > l.Directory:
		return refuse(CodeTooLong, "", "a directory of %d bytes, the limit is %d", directory, l.Directory)
	case int64(directory)+int64(offset) > size:
		return refuse(CodeDamaged, "", "its directory lies outside of it")
	}
	return nil
}

// endRecord finds the end of central directory record: the last place from where on its comment fits.
func endRecord(tail []byte) int {
	for i := len(tail) - endLength; i >= 0; i-- {
		if string(tail[i:i+4]) == "PK\x05\x06" {
			if int(binary.LittleEndian.Uint16(tail[i+20:]))+endLength+i > len(tail) {
				return -1
			}
			return i
		}
	}
	return -1
}

// aroundDirectory is what package zip reads besides the directory: the end record twice over, and a buffer.
const aroundDirectory = 256 << 10

// rationed hands out a number of bytes and no more, until that is lifted. Package zip reads headers on as long as they
// look like some, whatever their number or size is said to be: the ration is what bounds them.
type rationed struct {
	r      io.ReaderAt
	left   int64
	lifted bool // the directory is read: what follows are the entries' own bytes
}

var errRation = errors.New("the ration is used up")

func (r *rationed) ReadAt(p []byte, off int64) (int, error) {
	if !r.lifted {
		if r.left -= int64(len(p)); r.left < 0 {
			return 0, errRation
		}
	}
	return r.r.ReadAt(p, off)
}

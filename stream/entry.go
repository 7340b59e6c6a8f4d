package stream

import (
	"encoding/binary"
	"fmt"
)

// A changelog record is keyed by the entity, or "meta". Its value, version 1:
//
//	byte     1, the version
//	uvarint  n, how many lanes have a deadline
//	n times  uvarint lane, ascending; varint at, Unix ms
//	rest     the entity's state as Value.AppendState wrote it
//
// The deadlines stand beside the state so that a restore and an open decode no state at all. A null value is a
// tombstone: the entity is gone.
const entryVersion = 1

// maxLanes bounds what a damaged entry can make us allocate.
const maxLanes = 64

// appendEntry appends the value of an entity's changelog record.
func appendEntry(dst []byte, due []Due, state func([]byte) ([]byte, error)) (entry []byte, blobAt int, err error) {
	dst = appendDue(append(dst, entryVersion), due)
	blobAt = len(dst)
	dst, err = state(dst)
	return dst, blobAt, err
}

// parseEntry is its inverse; blob shares b's memory.
func parseEntry(b []byte) (due []Due, blob []byte, err error) {
	if len(b) == 0 {
		return nil, nil, fmt.Errorf("read state entry: it is empty")
	}
	if b[0] != entryVersion {
		return nil, nil, fmt.Errorf("read state entry: version %d is unknown to this binary, which knows %d", b[0], entryVersion)
	}
	due, rest, err := parseDue(b[1:])
	if err != nil {
		return nil, nil, fmt.Errorf("read state entry: %w", err)
	}
	return due, rest, nil
}

func appendDue(dst []byte, due []Due) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(due)))
	for _, d := range due {
		dst = binary.AppendUvarint(dst, uint64(d.Lane))
		dst = binary.AppendVarint(dst, d.At)
	}
	return dst
}

func parseDue(b []byte) ([]Due, []byte, error) {
	r := reader{b: b}
	n := r.uvarint("number of lanes")
	if r.err == nil && n > maxLanes {
		return nil, nil, fmt.Errorf("byte %d: %d lanes, at most %d are possible", r.at, n, maxLanes)
	}
	var due []Due
	last := -1
	for range n {
		d := Due{Lane: int(r.uvarint("lane")), At: r.varint("deadline")}
		if r.err != nil {
			return nil, nil, r.err
		}
		if d.Lane <= last || d.Lane >= maxLanes {
			return nil, nil, fmt.Errorf("byte %d: lane %d after lane %d", r.at, d.Lane, last)
		}
		last = d.Lane
		due = append(due, d)
	}
	return due, r.b, r.err
}

// reader reads varints and remembers the first error and where it was.
type reader struct {
	b   []byte
	at  int
	err error
}

func (r *reader) uvarint(what string) uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.b)
	r.took(n, what)
	return v
}

func (r *reader) varint(what string) int64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Varint(r.b)
	r.took(n, what)
	return v
}

func (r *reader) took(n int, what string) {
	if n <= 0 {
		r.err = fmt.Errorf("byte %d: %s is cut short or too long", r.at, what)
		r.b = nil
		return
	}
	r.b, r.at = r.b[n:], r.at+n
}

package replay

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"holdfast.example/stream"
)

// entry is a place on the shelf.
type entry struct {
	state     byte
	partition int32
	offset    int64 // of the record
	sum       [sha256.Size]byte
	input     int64  // offset of the input record that made the newest output of the place; -1: none made yet
	made      []byte // that output's value, while it is not the recorded one
}

// States of an entry.
const (
	waiting byte = iota // recorded, nothing made is the same yet
	matched             // recorded, and made the same
	erased              // the newest record of the place is a tombstone, or is gone
)

const entryHeader = 1 + 4 + 8 + sha256.Size + 8

func (e *entry) append(dst []byte) []byte {
	dst = append(dst, e.state)
	dst = binary.BigEndian.AppendUint32(dst, uint32(e.partition))
	dst = binary.BigEndian.AppendUint64(dst, uint64(e.offset))
	dst = append(dst, e.sum[:]...)
	dst = binary.BigEndian.AppendUint64(dst, uint64(e.input))
	return append(dst, e.made...)
}

func parseEntry(b []byte) (*entry, error) {
	if len(b) < entryHeader {
		return nil, errors.New("an entry of the replay's own book is cut off")
	}
	e := &entry{state: b[0], partition: int32(binary.BigEndian.Uint32(b[1:])), offset: int64(binary.BigEndian.Uint64(b[5:]))}
	copy(e.sum[:], b[13:])
	e.input = int64(binary.BigEndian.Uint64(b[13+sha256.Size:]))
	e.made = b[entryHeader:]
	return e, nil
}

// sumOf identifies a record's or output's bytes: key and value, each after its length.
func sumOf(key, value []byte) [sha256.Size]byte {
	h := sha256.New()
	var n [8]byte
	for _, b := range [2][]byte{key, value} {
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// shelf keeps entries in a store, the newest in memory until there are enough of them to be worth a write.
type shelf struct {
	store stream.Store
	fresh map[string][]byte
	order []string
}

// shelfBatch is how many entries go to the store at once.
const shelfBatch = 4096

func newShelf(store stream.Store) *shelf { return &shelf{store: store, fresh: map[string][]byte{}} }

func (s *shelf) get(name string) ([]byte, error) {
	if b, ok := s.fresh[name]; ok {
		return b, nil
	}
	return s.store.Get(name)
}

func (s *shelf) put(name string, b []byte) error {
	if _, ok := s.fresh[name]; !ok {
		s.order = append(s.order, name)
	}
	s.fresh[name] = b
	if len(s.order) < shelfBatch {
		return nil
	}
	changes := make([]stream.Change, len(s.order))
	for i, name := range s.order {
		changes[i] = stream.Change{Key: name, Blob: s.fresh[name]}
	}
	clear(s.fresh)
	s.order = s.order[:0]
	return s.store.Apply(changes, nil, stream.Position{})
}

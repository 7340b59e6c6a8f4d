package schemas

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"sync"

	"github.com/twmb/avro"
)

// Registry answers which schema a Confluent schema id names. Holdfast brings no client of a registry: who has one
// supplies this. It is asked once an id, from several goroutines.
type Registry interface {
	// Schema returns the Avro schema, as JSON, that was registered under id.
	Schema(id uint32) (string, error)
}

// Limits of a Reader: bounds on what foreign ids and a foreign registry can make it hold.
const (
	maxRegistryIDs    = 1024
	maxRegistrySchema = 256 << 10
	confluentHeader   = 5 // 0x00, then the schema's id, big-endian
)

// Reader decodes records in either wire format: single-object encoding, or Confluent's if it has a registry. It is
// safe for concurrent use.
type Reader struct {
	registry Registry
	mu       sync.Mutex
	byID     map[uint32]version
}

var unregistered = NewReader(nil)

// NewReader returns a Reader; with a nil registry it reads single-object encoding only.
func NewReader(r Registry) *Reader {
	return &Reader{registry: r, byID: map[uint32]version{}}
}

// Decode decodes one record. The answer is a pointer to one of this package's records and shares no memory with b.
func (r *Reader) Decode(b []byte) (any, error) {
	v, body, err := r.open(b)
	if err != nil {
		return nil, err
	}
	rec := reflect.New(v.typ)
	if err := v.decode(v.schema, body, rec); err != nil {
		return nil, err
	}
	return rec.Interface(), nil
}

// open finds the schema that b was written with and the bytes behind the header.
func (r *Reader) open(b []byte) (version, []byte, error) {
	switch {
	case len(b) == 0:
		return version{}, nil, errEmpty
	case len(b) > MaxRecord:
		return version{}, nil, fmt.Errorf("decode: %d bytes are more than the limit of %d", len(b), MaxRecord)
	case b[0] == 0x00 && len(b) >= confluentHeader:
		v, err := r.registered(binary.BigEndian.Uint32(b[1:]))
		return v, b[confluentHeader:], err
	case len(b) < headerSize || b[0] != 0xC3 || b[1] != 0x01:
		return version{}, nil, fmt.Errorf("decode: the bytes at offset 0 are neither single-object encoding (c301) nor Confluent's wire format (00): %x", b[:min(len(b), 2)])
	}
	v, ok := wire.byPrint[header(b[:headerSize])]
	if !ok {
		return version{}, nil, fmt.Errorf("decode: schema fingerprint %016x at offset 2 is unknown; a newer release may have written it",
			binary.LittleEndian.Uint64(b[2:]))
	}
	return v, b[headerSize:], nil
}

func (r *Reader) registered(id uint32) (version, error) {
	if r.registry == nil {
		return version{}, fmt.Errorf("decode: Confluent wire format with schema id %d, and there is no registry to ask; write single-object encoding", id)
	}
	r.mu.Lock()
	v, ok := r.byID[id]
	r.mu.Unlock()
	if ok {
		return v, nil
	}
	text, err := r.registry.Schema(id)
	if err != nil {
		return version{}, fmt.Errorf("decode: ask registry for schema id %d: %w", id, err)
	}
	if len(text) > maxRegistrySchema {
		return version{}, fmt.Errorf("decode: schema id %d has %d bytes, more than the limit of %d", id, len(text), maxRegistrySchema)
	}
	s, err := avro.Parse(text)
	if err != nil {
		return version{}, fmt.Errorf("decode: schema id %d: %w", id, err)
	}
	v, err = wire.resolve(s)
	if err != nil {
		return version{}, fmt.Errorf("decode: schema id %d: %w", id, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.byID) < maxRegistryIDs {
		r.byID[id] = v
	}
	return v, nil
}

package stream

import (
	"maps"
	"slices"
)

// Due is one entity's earliest deadline in one lane.
type Due struct {
	Lane int
	At   int64 // Unix ms
}

// Change is what a transaction did to one entity.
type Change struct {
	Key  string
	Blob []byte // the state; nil: the entity is gone
	Due  []Due  // its deadlines, by lane; none if it waits for nothing
}

// Position is how far a store has read one changelog partition, and which one.
type Position struct {
	Cluster   string   // the cluster's id
	Topic     string   // the changelog's name in the cluster
	TopicID   [16]byte // changes when a topic is deleted and made again
	Partition int32
	Input     [16]byte // the id of the input topic that was folded; zero: unknown, or nothing was
	Next      int64    // the offset after the last record it holds
	AppendMS  int64    // when that was, Unix ms: the broker's time if it was restored, this host's if it was committed here
}

// Store holds the committed state of one partition: never a byte of an open transaction. It may be lost or old; what
// it holds is always a prefix of its changelog, and Position says which. One goroutine uses it at a time.
type Store interface {
	// Get returns the entity's state, nil if it has none. The caller owns the bytes.
	Get(key string) ([]byte, error)
	// Meta returns the last meta record, nil if there is none.
	Meta() ([]byte, error)
	// Position returns where the store stands; ok is false for an empty store.
	Position() (at Position, ok bool, err error)
	// Apply takes changes, the meta record (nil: as it was) and the new position in one atomic step. A key may occur
	// more than once: the last one holds. Apply keeps none of the slices.
	Apply(changes []Change, meta []byte, at Position) error
	// Scan yields every entity that has a deadline, by key. It reads no state.
	Scan(yield func(key string, due []Due) error) error
	// Reset forgets everything.
	Reset() error
}

// Stores opens the stores of one worker and stage.
type Stores interface {
	// Partition returns one partition's store; the stores of two partitions may be used at the same time.
	Partition(p int32) Store
	Close() error
}

// NewMemory returns a store that keeps everything in memory.
func NewMemory() Store { return &memory{entities: map[string]entity{}} }

type entity struct {
	blob []byte
	due  []Due
}

type memory struct {
	entities map[string]entity
	meta     []byte
	at       Position
	ok       bool
}

func (m *memory) Get(key string) ([]byte, error) { return slices.Clone(m.entities[key].blob), nil }

func (m *memory) Meta() ([]byte, error) { return slices.Clone(m.meta), nil }

func (m *memory) Position() (Position, bool, error) { return m.at, m.ok, nil }

func (m *memory) Apply(changes []Change, meta []byte, at Position) error {
	for _, c := range changes {
		if c.Blob == nil {
			delete(m.entities, c.Key)
			continue
		}
		m.entities[c.Key] = entity{blob: append([]byte{}, c.Blob...), due: slices.Clone(c.Due)}
	}
	if meta != nil {
		m.meta = slices.Clone(meta)
	}
	m.at, m.ok = at, true
	return nil
}

func (m *memory) Scan(yield func(string, []Due) error) error {
	for _, key := range slices.Sorted(maps.Keys(m.entities)) {
		if due := m.entities[key].due; len(due) > 0 {
			if err := yield(key, due); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *memory) Reset() error {
	*m = memory{entities: map[string]entity{}}
	return nil
}

// memories is Stores in memory.
type memories struct{}

func (memories) Partition(int32) Store { return NewMemory() }
func (memories) Close() error          { return nil }

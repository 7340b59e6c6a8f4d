package stream

import (
	"fmt"
	"slices"
)

// State is one shard's state with one open transaction over it: the Tx a Task sees. It needs no broker, so tests,
// benchmarks and replay fold with it alone. It belongs to one goroutine.
//
// Committed state lies in the Store, the recently used part of it also decoded in the hot set. What the open
// transaction put lies in the overlay, decoded; it reaches the store with Commit or nothing of it does with Abort.
type State struct {
	spec  *Spec
	store Store
	hot   *hotSet
	index *deadlines

	overlay map[string]*change
	order   []*change // the overlay in the order of first touch, which is the changelog's order
	stale   []*change // put since the index was last looked at
	outputs []Output
	bytes   int // keys and values of outputs
	effects int // puts, deletions and outputs since Begin
	scratch []Due
}

// change is an entity the open transaction touched.
type change struct {
	key     string
	value   Value // nil: deleted
	stale   bool  // in State.stale
	indexed bool  // before is known
	before  []Due // the deadlines before the transaction
	after   []Due // the deadlines that stand in the index
	entry   []byte
	blobAt  int
}

// NewState opens the state in a store: it reads the deadlines once, and no state. hot bounds the decoded entities
// kept in memory; 0 is the default.
func NewState(store Store, spec *Spec, hot int) (*State, error) {
	if hot <= 0 {
		hot = Config{}.withDefaults().HotSet
	}
	s := &State{spec: spec, store: store, hot: newHotSet(hot), index: newDeadlines(spec.Lanes), overlay: make(map[string]*change)}
	err := store.Scan(func(key string, due []Due) error {
		for _, d := range due {
			if d.Lane >= spec.Lanes {
				return fmt.Errorf("%w: stage %s: %s waits in lane %d, this binary knows %d lanes; run the binary that wrote it", ErrStop, spec.Name, key, d.Lane, spec.Lanes)
			}
		}
		s.index.set(key, slices.Clone(due))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	return s, nil
}

// Get implements Tx.
func (s *State) Get(key string) (Value, error) {
	if c := s.overlay[key]; c != nil {
		return c.value, nil
	}
	if v, ok := s.hot.get(key); ok {
		return v, nil
	}
	blob, err := s.store.Get(key)
	if err != nil {
		return nil, fmt.Errorf("get state: %w", err)
	}
	if blob == nil {
		return nil, nil
	}
	v, err := s.spec.Decode(key, blob)
	if err != nil {
		return nil, fmt.Errorf("%w: stage %s: the state of %s cannot be read: %w", ErrStop, s.spec.Name, key, err)
	}
	s.hot.put(key, v)
	return v, nil
}

// Put implements Tx.
func (s *State) Put(key string, v Value) {
	if v == nil {
		panic("stream: Put of a nil value; Delete removes an entity")
	}
	s.touch(key, v)
}

// Delete implements Tx.
func (s *State) Delete(key string) { s.touch(key, nil) }

func (s *State) touch(key string, v Value) {
	if s.spec.Decode == nil {
		panic("stream: stage " + s.spec.Name + " keeps no state and puts some")
	}
	if key == metaKey || key == "" {
		panic("stream: an entity's key cannot be \"" + key + "\"")
	}
	s.effects++
	c := s.overlay[key]
	if c == nil {
		c = &change{key: key}
		s.overlay[key] = c
		s.order = append(s.order, c)
		// The value in the hot set is the same object, which the step may have changed in place.
		s.hot.drop(key)
	}
	c.value, c.entry = v, nil
	if !c.stale {
		c.stale = true
		s.stale = append(s.stale, c)
	}
}

// Head implements Tx.
func (s *State) Head(lane int) (at int64, key string, ok bool) {
	s.reindex()
	return s.index.head(lane)
}

// Emit implements Tx.
func (s *State) Emit(o Output) {
	s.effects++
	s.bytes += len(o.Key) + len(o.Value)
	s.outputs = append(s.outputs, o)
}

// reindex brings the deadlines of what was put up to date. It is put off until somebody asks, so an entity that a
// hundred records touch is indexed once.
func (s *State) reindex() {
	for _, c := range s.stale {
		c.stale = false
		now := s.dueOf(c)
		before := s.index.set(c.key, now)
		if !c.indexed {
			c.indexed, c.before = true, before
		}
		c.after = now
	}
	s.stale = s.stale[:0]
}

// dueOf returns the entity's deadlines by lane.
func (s *State) dueOf(c *change) []Due {
	if c.value == nil || s.spec.Lanes == 0 {
		return nil
	}
	s.scratch = s.scratch[:0]
	c.value.Deadlines(func(lane int, at int64) {
		if lane < 0 || lane >= s.spec.Lanes {
			panic(fmt.Sprintf("stream: stage %s: %s waits in lane %d of %d", s.spec.Name, c.key, lane, s.spec.Lanes))
		}
		for i, d := range s.scratch {
			if d.Lane == lane {
				s.scratch[i].At = min(d.At, at)
				return
			}
		}
		s.scratch = append(s.scratch, Due{lane, at})
	})
	if len(s.scratch) == 0 {
		return nil
	}
	if slices.Equal(s.scratch, s.index.byKey[c.key]) {
		return s.index.byKey[c.key]
	}
	slices.SortFunc(s.scratch, func(a, b Due) int { return a.Lane - b.Lane })
	return slices.Clone(s.scratch)
}

// Effects counts what the open transaction did so far: puts, deletions and outputs.
func (s *State) Effects() int { return s.effects }

// Outputs returns what the open transaction emitted, in order.
func (s *State) Outputs() []Output { return s.outputs }

// Bytes is the size of those outputs' keys and values.
func (s *State) Bytes() int { return s.bytes }

// Dirty is how many entities the open transaction touched.
func (s *State) Dirty() int { return len(s.order) }

// Stage encodes what the transaction put, each entity once, in the order of first touch.
func (s *State) Stage() error {
	s.reindex()
	for _, c := range s.order {
		if c.value == nil || c.entry != nil {
			continue
		}
		var err error
		if c.entry, c.blobAt, err = appendEntry(nil, c.after, c.value.AppendState); err != nil {
			return fmt.Errorf("encode state of %s: %w", c.key, err)
		}
		if c.blobAt == len(c.entry) {
			return fmt.Errorf("encode state of %s: it is empty, which no store can tell from absent", c.key)
		}
	}
	return nil
}

// Entries yields the staged changelog records; a nil value is a tombstone.
func (s *State) Entries(yield func(key string, value []byte) bool) {
	for _, c := range s.order {
		if !yield(c.key, c.entry) {
			return
		}
	}
}

// Commit writes the staged transaction to the store and begins the next. meta and at are the meta record and the
// changelog position that belong to it.
func (s *State) Commit(meta []byte, at Position) error {
	if err := s.Stage(); err != nil {
		return err
	}
	changes := make([]Change, len(s.order))
	for i, c := range s.order {
		changes[i].Key = c.key
		if c.value != nil {
			changes[i].Blob, changes[i].Due = c.entry[c.blobAt:], c.after
		}
	}
	if err := s.store.Apply(changes, meta, at); err != nil {
		return fmt.Errorf("apply transaction: %w", err)
	}
	for _, c := range s.order {
		if c.value != nil {
			s.hot.put(c.key, c.value)
		}
	}
	s.begin()
	return nil
}

// Abort forgets the transaction and begins the next.
func (s *State) Abort() {
	for i := len(s.order) - 1; i >= 0; i-- {
		if c := s.order[i]; c.indexed {
			s.index.set(c.key, c.before)
		}
	}
	s.begin()
}

func (s *State) begin() {
	clear(s.overlay)
	clear(s.order)
	clear(s.stale)
	clear(s.outputs)
	s.order, s.stale, s.outputs = s.order[:0], s.stale[:0], s.outputs[:0]
	s.bytes, s.effects = 0, 0
}

// takeEvicted returns how many entities the hot set gave up since the last call.
func (s *State) takeEvicted() int {
	n := s.hot.evicted
	s.hot.evicted = 0
	return n
}

var _ Tx = (*State)(nil)

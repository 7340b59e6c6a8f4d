package audit

import (
	"encoding/binary"
	"errors"
	"strings"

	"holdfast.example/schemas"
)

// A changelog record is keyed by the entity, or by "meta". The value of an entity's, version 1: the version byte, uvarint
// how many lanes have a deadline, for each uvarint lane and varint Unix ms, then the state. The value of meta, version 1:
// the version byte, then as uvarints partitions, frontier, transactions, records folded, outputs emitted, dead letters,
// then the task's own. State and the task's own are Avro in single-object encoding, of which only the first members
// are read.

const (
	metaKey      = "meta"
	entryVersion = 1
	headerSize   = 10 // C3 01 and the schema's fingerprint
	lanes        = 6  // see deadline.go
)

// meta is a shard's meta record.
type meta struct {
	offset                           int64
	partitions, frontier             int64
	transactions, in, out, dead      int64
	tick, epoch, next, first, number int64 // the task's own
	draining                         bool
	task                             bool // they could be read
}

// entry is an entity's newest state.
type entry struct {
	offset     int64
	gone       bool // a tombstone
	readable   bool
	due        [lanes]int64
	waits      [lanes]bool
	seq        int64
	prev       schemas.Hash
	open       map[schemas.Hash]half // findings: what they say
	unraised   int64
	secret     schemas.Secret
	hasSecret  bool
	duplicates int64
	spilled    int64
	members    int64 // of a cohort: n
}

// changelog is one partition of correlate.state.
type changelog struct {
	metas   []meta
	entries map[entity]*entry
}

type changelogTaker struct {
	notes *found
	log   *Log
	d     digest
}

func (t *changelogTaker) found() *found { return t.notes }

func (t *changelogTaker) take(r *record) {
	c := &t.log.shards[r.partition]
	if string(r.key) == metaKey {
		m, err := readMeta(r.value)
		if err != nil {
			t.notes.add(ruleState, Wrong, r.place(), "meta: %v", err)
			return
		}
		m.offset = r.offset
		c.metas = append(c.metas, m)
		return
	}
	name := string(r.key)
	if schemas.Murmur2Partition(r.key, t.log.partitions) != r.partition {
		t.notes.add(ruleShard, Wrong, r.place(), "the state of %s lies in another partition than its entity", name)
	}
	if c.entries == nil {
		c.entries = map[entity]*entry{}
	}
	e := entry{offset: r.offset, gone: r.value == nil, readable: true}
	if !e.gone {
		if err := e.read(name, r.value, &t.d); err != nil {
			t.notes.add(ruleState, Wrong, r.place(), "the state of %s: %v", name, err)
			e.readable = false
		}
	}
	c.entries[t.log.names.of(name)] = &e
}

func readMeta(b []byte) (m meta, err error) {
	if len(b) == 0 || b[0] != entryVersion {
		return m, errors.New("of a version this checker does not know")
	}
	r := bytesReader{b: b[1:]}
	for _, field := range []*int64{&m.partitions, &m.frontier, &m.transactions, &m.in, &m.out, &m.dead} {
		*field = int64(r.uvarint())
	}
	if r.bad {
		return m, errors.New("it is cut short")
	}
	m.readTask(r.b)
	return m, nil
}

// readTask reads correlate's own: regime, tick, its time, the first one's, through and folded by source, open epoch, next
// index, first index of the epoch, running number of measures, whether it is draining.
func (m *meta) readTask(b []byte) {
	r := bytesReader{b: b}
	r.skip(headerSize)
	r.text()
	m.tick = r.long()
	r.long()
	r.long()
	for range 2 {
		r.array(func() { r.long() })
	}
	m.epoch, m.next, m.first, m.number = r.long(), r.long(), r.long(), r.long()
	m.draining = r.boolean()
	r.boolean()
	r.long()
	m.task = !r.bad && len(r.b) == 0
}

// read reads the value of an entity's record.
func (e *entry) read(name string, b []byte, d *digest) error {
	if len(b) == 0 || b[0] != entryVersion {
		return errors.New("of a version this checker does not know")
	}
	r := bytesReader{b: b[1:]}
	for range r.uvarint() {
		lane, at := r.uvarint(), r.long()
		if r.bad || lane >= lanes {
			return errors.New("deadlines on lanes this checker does not know")
		}
		e.due[lane], e.waits[lane] = at, true
	}
	r.skip(headerSize)
	e.seq = r.long()
	copy(e.prev[:], r.take(len(e.prev)))
	r.array(func() {
		rule, subject, grade, shape, n := r.text(), r.text(), r.text(), r.text(), r.long()
		if e.open == nil {
			e.open = map[schemas.Hash]half{}
		}
		e.open[findingOf(rule, name, subject)] = d.standing(grade, shape, n)
	})
	e.unraised = r.long()
	kind, _, _ := strings.Cut(name, ":")
	switch kind {
	case "conversation", "unplaced":
		if e.hasSecret = r.long() == 1; e.hasSecret {
			copy(e.secret[:], r.take(len(e.secret)))
		}
		r.array(func() { r.skip(len(half{})) })
		e.duplicates, e.spilled = r.long(), r.long()
	case "cohort":
		r.text()
		r.text()
		r.text()
		e.members = r.long()
	case "log":
		if len(r.b) > 0 {
			r.bad = true
		}
	}
	if r.bad || e.seq < 0 || e.duplicates < 0 || e.spilled < 0 || e.members < 0 || e.unraised < 0 {
		return errors.New("not of the layout this checker knows")
	}
	return nil
}

// bytesReader reads Avro's binary encoding and the varints around it. After the first thing that is not there it is bad
// and answers zeros.
type bytesReader struct {
	b   []byte
	bad bool
}

func (r *bytesReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	return v * uint64(r.took(n))
}

func (r *bytesReader) long() int64 {
	v, n := binary.Varint(r.b)
	return v * int64(r.took(n))
}

// took consumes n bytes and answers 1, or 0 where there are none to consume.
func (r *bytesReader) took(n int) int {
	if n <= 0 || r.bad {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return 1
}

func (r *bytesReader) take(n int) []byte {
	if n < 0 || n > len(r.b) || r.bad {
		r.bad, r.b = true, nil
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *bytesReader) skip(n int)    { r.take(n) }
func (r *bytesReader) text() string  { return string(r.take(int(r.long()))) }
func (r *bytesReader) boolean() bool { b := r.take(1); return len(b) == 1 && b[0] == 1 }

// array reads blocks of items until the empty one (Avro 1.12, "Arrays").
func (r *bytesReader) array(item func()) {
	for !r.bad {
		n := r.long()
		if n < 0 {
			r.long()
			n = -n
		}
		if n == 0 {
			return
		}
		for range n {
			if item(); r.bad {
				return
			}
		}
	}
}

package audit

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// planting is a copy of a right run's topics, in which something is put wrong.
type planting struct {
	t      testing.TB
	topics topics
	groups map[string]map[int32]int64
	shards int32
	ends   []marker // of transactions, on top
}

func (w *world) planting() *planting {
	groups := map[string]map[int32]int64{}
	for name, at := range w.groups {
		groups[name] = map[int32]int64{}
		for p, o := range at {
			groups[name][p] = o
		}
	}
	return &planting{t: w.t, topics: w.topics.clone(), groups: groups, shards: w.shards}
}

// where is one record of a planting.
type where struct {
	topic string
	p, i  int
}

func (x *planting) at(w where) *record { return &x.topics[w.topic][w.p][w.i] }

// all returns the records for which is holds, decoded.
func all[T any](x *planting, topic string, is func(w where, rec *T) bool) []where {
	var out []where
	for p, list := range x.topics[topic] {
		for i := range list {
			rec, err := schemas.Decode(list[i].value)
			if v, ok := rec.(*T); err == nil && ok && is(where{topic, p, i}, v) {
				out = append(out, where{topic, p, i})
			}
		}
	}
	if len(out) == 0 {
		x.t.Fatalf("the story has no such record in %s", topic)
	}
	return out
}

// some returns one in the middle of those.
func some[T any](x *planting, topic string, is func(rec *T) bool) where {
	list := all(x, topic, func(_ where, rec *T) bool { return is(rec) })
	return list[len(list)/2]
}

func anyOf[T any](*T) bool { return true }

func (x *planting) drop(w where) {
	x.topics[w.topic][w.p] = slices.Delete(x.topics[w.topic][w.p], w.i, w.i+1)
}

// push appends a record behind the last of its partition.
func (x *planting) push(topic string, p int, key, value []byte) where {
	list := x.topics[topic][p]
	r := record{topic: topic, partition: int32(p), ms: began, key: key, value: value}
	if n := len(list); n > 0 {
		r.offset, r.ms = list[n-1].offset+1, list[n-1].ms
	}
	x.topics[topic][p] = append(list, r)
	return where{topic, p, len(list)}
}

func (x *planting) double(w where) { r := x.at(w); x.push(w.topic, w.p, r.key, r.value) }

// swap exchanges what two records of a partition hold.
func (x *planting) swap(a, b where) {
	r, q := x.at(a), x.at(b)
	r.key, q.key, r.value, q.value, r.ms, q.ms = q.key, r.key, q.value, r.value, q.ms, r.ms
}

// change decodes a record, changes it and writes it back.
func change[T any](x *planting, w where, do func(rec *T)) {
	rec, err := schemas.Decode(x.at(w).value)
	if err != nil {
		x.t.Fatal(err)
	}
	do(rec.(*T))
	x.at(w).value = encode(x.t, rec)
}

// leaves returns the leaves for which is holds.
func (x *planting) leaves(is func(l *leaf.Leaf) bool) []where {
	return all(x, schemas.TopicCustodyRecords, func(_ where, r *schemas.CustodyRecord) bool { return is(x.parse(r.Leaf)) })
}

func (x *planting) leaf(is func(l *leaf.Leaf) bool) where {
	list := x.leaves(is)
	return list[len(list)/2]
}

func (x *planting) parse(b []byte) *leaf.Leaf {
	l, err := leaf.Parse(b)
	if err != nil {
		x.t.Fatal(err)
	}
	return l
}

func (x *planting) leafAt(w where) *leaf.Leaf {
	rec, err := schemas.Decode(x.at(w).value)
	if err != nil {
		x.t.Fatal(err)
	}
	return x.parse(rec.(*schemas.CustodyRecord).Leaf)
}

// writeLeaf puts a changed leaf in a record's place, under its own key.
func (x *planting) writeLeaf(w where, do func(l *leaf.Leaf)) {
	l := x.leafAt(w)
	do(l)
	b, err := l.Append(nil)
	if err != nil {
		x.t.Fatal(err)
	}
	x.at(w).key, x.at(w).value = leaf.Key(b), encode(x.t, &schemas.CustodyRecord{Leaf: b})
}

// tail chooses leaves that no other refers to.
func (x *planting) tail(is func(l *leaf.Leaf) bool) where {
	last := map[string]int64{}
	x.leaves(func(l *leaf.Leaf) bool { last[l.Entity] = max(last[l.Entity], l.Seq); return true })
	return x.leaf(func(l *leaf.Leaf) bool { return last[l.Entity] == l.Seq && is(l) })
}

func kind(k string) func(*leaf.Leaf) bool { return func(l *leaf.Leaf) bool { return l.Kind == k } }

// marker changes a marker.
func (x *planting) marker(do func(m *leaf.Marker)) {
	w := some(x, schemas.TopicCustodyRecords, anyOf[schemas.CustodyMarker])
	rec, _ := schemas.Decode(x.at(w).value)
	m, err := leaf.ParseMarker(rec.(*schemas.CustodyMarker).Marker)
	if err != nil {
		x.t.Fatal(err)
	}
	do(m)
	b, err := m.Append(nil)
	if err != nil {
		x.t.Fatal(err)
	}
	x.at(w).key, x.at(w).value = leaf.Key(b), encode(x.t, &schemas.CustodyMarker{Marker: b})
}

// meta changes the newest meta record of a shard: its six numbers, and the fold's own.
func (x *planting) meta(p int, do func(n *[6]uint64, own []byte) []byte) {
	w := x.state(p, func(key string) bool { return key == metaKey })
	b := x.at(w).value
	var n [6]uint64
	at := 1
	for i := range n {
		v, size := binary.Uvarint(b[at:])
		n[i], at = v, at+size
	}
	own := do(&n, bytes.Clone(b[at:]))
	out := []byte{entryVersion}
	for _, v := range n {
		out = binary.AppendUvarint(out, v)
	}
	x.at(w).value = append(out, own...)
}

// state is the newest record of one key in a shard's changelog.
func (x *planting) state(p int, is func(key string) bool) where {
	list := x.topics[schemas.TopicCorrelateState][p]
	for i := len(list) - 1; i >= 0; i-- {
		if is(string(list[i].key)) {
			newest := true
			for _, later := range list[i+1:] {
				newest = newest && string(later.key) != string(list[i].key)
			}
			if newest {
				return where{schemas.TopicCorrelateState, p, i}
			}
		}
	}
	x.t.Fatal("the story has no such state")
	return where{}
}

// entry changes the newest state of an entity of which is holds; head is what of the blob lies before at.
func (x *planting) entry(is func(key string, e *entry) bool, do func(value []byte) []byte) {
	for p := range x.topics[schemas.TopicCorrelateState] {
		seen := map[string]bool{}
		list := x.topics[schemas.TopicCorrelateState][p]
		for i := len(list) - 1; i >= 0; i-- {
			key := string(list[i].key)
			if seen[key] || key == metaKey {
				continue
			}
			seen[key] = true
			var e entry
			if err := e.read(key, list[i].value, new(digest)); err != nil {
				x.t.Fatal(err)
			}
			if is(key, &e) {
				list[i].value = do(bytes.Clone(list[i].value))
				return
			}
		}
	}
	x.t.Fatal("the story has no such state")
}

func (x *planting) log() *Log {
	l := logOf(x.shards, x.topics, x.groups)
	for _, m := range x.ends {
		l.endings.take(m)
	}
	return l
}

// same says that nothing was changed.
func (x *planting) same(w *world) bool {
	if len(x.ends) > 0 {
		return false
	}
	for name, parts := range w.topics {
		for p, list := range parts {
			if len(list) != len(x.topics[name][p]) {
				return false
			}
			for i := range list {
				a, b := &list[i], &x.topics[name][p][i]
				if a.offset != b.offset || a.ms != b.ms || !bytes.Equal(a.key, b.key) || !bytes.Equal(a.value, b.value) {
					return false
				}
			}
		}
	}
	for name, at := range w.groups {
		for p, o := range at {
			if x.groups[name][p] != o {
				return false
			}
		}
	}
	return true
}

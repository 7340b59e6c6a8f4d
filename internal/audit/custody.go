package audit

import (
	"encoding/hex"
	"errors"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// leafRecord is one leaf.
type leafRecord struct {
	partition int32
	shard     int32
	offset    int64
	sum, prev schemas.Hash
	entity    entity
	kind      string // one of the package leaf's own strings
	seq       int64
	epoch     int64
	index     int64
	ms        int64
	says      half
	cohort    entity // of a verdict; 0: none
	recording uint64 // of a pairing or verdict
	alert     int32  // index of its alert; -1: none
	regime    int16  // index in custody.regimes
	hasPrev   bool
	late      bool
}

func (l *leafRecord) at() place { return place{schemas.TopicCustodyRecords, l.partition, l.offset} }

// alertLeaf is what only an alert's leaf has.
type alertLeaf struct {
	finding schemas.Hash
	rule    string
	step    string
	stands  half
}

// markerRecord is one marker.
type markerRecord struct {
	partition    int32
	offset       int64
	sum          schemas.Hash
	epoch        int64
	shard        int32
	shards       int32
	first, count int64
	through      [3]int64
}

func (m *markerRecord) at() place { return place{schemas.TopicCustodyRecords, m.partition, m.offset} }

// commitment is a commitment of an entity's leaf.
type commitment struct {
	entity entity
	sum    schemas.Hash
	leaf   int32
}

// custody is the topic custody.records.
type custody struct {
	log         *Log
	notes       *found
	leaves      []leafRecord
	markers     []markerRecord
	alerts      []alertLeaf
	commitments []commitment
	regimes     []schemas.Hash
	words       map[string]string
	cut         map[entity]bool // a list of commitments was cut in one of its leaves
	d           digest
}

func newCustody(l *Log) *custody {
	t := &custody{log: l, notes: newFound(), words: map[string]string{}, cut: map[entity]bool{}}
	l.custody = t
	return t
}

func (t *custody) found() *found { return t.notes }

func (t *custody) take(r *record) {
	if r.value == nil {
		t.notes.add(ruleWire, Wrong, r.place(), "a tombstone: a custody record is never deleted")
		return
	}
	rec, err := schemas.Decode(r.value)
	if err != nil {
		t.notes.add(ruleWire, Wrong, r.place(), "%v", err)
		return
	}
	switch rec := rec.(type) {
	case *schemas.CustodyRecord:
		t.leaf(r, rec.Leaf)
	case *schemas.CustodyMarker:
		t.marker(r, rec.Marker)
	default:
		t.notes.add(ruleWire, Wrong, r.place(), "a %T does not belong here", rec)
	}
}

// keyed checks the key and returns the hash of the bytes.
func (t *custody) keyed(r *record, b []byte) schemas.Hash {
	sum := schemas.Hash(leaf.Sum(b))
	if string(r.key) != hex.EncodeToString(sum[:]) {
		t.notes.add(ruleKey, Wrong, r.place(), "the key is %.70q, the bytes' SHA-256 is %x", r.key, sum)
	}
	return sum
}

func (t *custody) leaf(r *record, b []byte) {
	x := leafRecord{partition: r.partition, offset: r.offset, sum: t.keyed(r, b), alert: -1}
	l, err := leaf.Parse(b)
	if err != nil {
		why := "refused"
		if errors.Is(err, leaf.ErrUnknownKind) || errors.Is(err, leaf.ErrUnknownVersion) {
			why = "not checked"
		}
		t.notes.add(ruleForm, Wrong, r.place(), "%s: %v", why, err)
		return
	}
	x.entity, x.kind = t.log.names.of(l.Entity), t.word(l.Kind)
	x.shard, x.seq, x.epoch, x.index, x.ms = l.Shard, l.Seq, l.Epoch, l.Index, l.AtMS
	if x.hasPrev = l.Prev != nil; x.hasPrev {
		x.prev = *l.Prev
	}
	for _, label := range l.Labels {
		x.late = x.late || label == leaf.LabelLate
	}
	x.regime = t.regime(l.Regime)
	n := int32(len(t.leaves))
	switch {
	case l.Event != nil:
		t.commit(x.entity, n, l.Event.User)
	case l.Object != nil:
		t.commit(x.entity, n, l.Object.Object, l.Object.Principal)
	case l.Inspection != nil:
		t.commit(x.entity, n, l.Inspection.Object)
		if e := l.Inspection.Export; e != nil {
			t.commit(x.entity, n, e.Users...)
			t.cut[x.entity] = t.cut[x.entity] || e.UsersMore != nil
		}
	case l.Hold != nil:
		t.commit(x.entity, n, l.Hold.Object)
	case l.Pairing != nil:
		x.recording = short(l.Pairing.RecordingID)
	case l.Verdict != nil:
		x.recording = short(l.Verdict.RecordingID)
		if l.Verdict.Cohort != "" {
			x.cohort = t.log.names.of(l.Verdict.Cohort)
		}
	case l.Alert != nil:
		a := l.Alert
		x.alert = int32(len(t.alerts))
		t.alerts = append(t.alerts, alertLeaf{a.Finding, t.word(a.Rule), t.word(a.Step), t.d.standing(a.Grade, a.Shape, a.N)})
		t.d.ofAlertLeaf(l)
		x.says = t.d.sum()
	}
	switch l.Kind {
	case leaf.KindEvent, leaf.KindObject, leaf.KindInspection:
		t.d.ofLeaf(l)
		x.says = t.d.sum()
	case leaf.KindLock:
		t.d.ofHold(l)
		x.says = t.d.sum()
	}
	t.leaves = append(t.leaves, x)
}

// isFact says that a leaf stands for an observation.
func (l *leafRecord) isFact() bool {
	return l.kind == leaf.KindEvent || l.kind == leaf.KindObject || l.kind == leaf.KindInspection
}

func (t *custody) marker(r *record, b []byte) {
	x := markerRecord{partition: r.partition, offset: r.offset, sum: t.keyed(r, b)}
	m, err := leaf.ParseMarker(b)
	if err != nil {
		t.notes.add(ruleForm, Wrong, r.place(), "%v", err)
		return
	}
	x.epoch, x.shard, x.shards, x.first, x.count = m.Epoch, m.Shard, m.Shards, m.First, m.Count
	for _, s := range m.ThroughMS {
		for i, name := range sources {
			if name == s.Source {
				x.through[i] = s.ThroughMS
			}
		}
	}
	t.markers = append(t.markers, x)
}

func (t *custody) commit(e entity, n int32, list ...string) {
	for _, c := range list {
		if c == "" || c == leaf.Withheld {
			continue
		}
		x := commitment{entity: e, leaf: n}
		if _, err := hex.Decode(x.sum[:], []byte(c)); err == nil {
			t.commitments = append(t.commitments, x)
		}
	}
}

func (t *custody) regime(h schemas.Hash) int16 {
	for i := len(t.regimes) - 1; i >= 0; i-- {
		if t.regimes[i] == h {
			return int16(i)
		}
	}
	if len(t.regimes) == 1<<15-1 {
		return 0 // a log of so many regimes is broken in other ways as well
	}
	t.regimes = append(t.regimes, h)
	return int16(len(t.regimes) - 1)
}

// word returns the one copy of a short text that comes often.
func (t *custody) word(s string) string {
	if w, ok := t.words[s]; ok {
		return w
	}
	b := string([]byte(s))
	t.words[b] = b
	return b
}

package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// opening is the newest opening of an entity.
type opening struct {
	at      place
	erased  bool
	secret  schemas.Secret
	sums    []schemas.Hash // what it opens
	spilled int64
}

// openings is the topic custody.openings.
type openings struct {
	log     *Log
	notes   *found
	newest  map[entity]*opening
	byShard []int // how many, by partition
}

func newOpenings(l *Log) *openings {
	t := &openings{log: l, notes: newFound(), newest: map[entity]*opening{}, byShard: make([]int, l.partitions)}
	l.openings = t
	return t
}

func (t *openings) found() *found { return t.notes }

func (t *openings) take(r *record) {
	name := string(r.key)
	if schemas.Murmur2Partition(r.key, t.log.partitions) != r.partition {
		t.notes.add(ruleShard, Wrong, r.place(), "the opening of %s lies in another partition than its entity", name)
	}
	if r.value == nil {
		t.newest[t.log.names.of(name)] = &opening{at: r.place(), erased: true}
		return
	}
	rec, err := schemas.Decode(r.value)
	o, ok := rec.(*schemas.Opening)
	if err != nil || !ok {
		t.notes.add(ruleWire, Wrong, r.place(), "no opening: %T, %v", rec, err)
		return
	}
	t.byShard[r.partition]++
	if o.Entity != name {
		t.notes.add(ruleOpening, Wrong, r.place(), "the key is %s, the opening is of %s", name, o.Entity)
	}
	x := &opening{at: r.place(), secret: o.Secret, spilled: o.Spilled}
	for _, f := range o.Fields {
		var sum schemas.Hash
		if _, err := hex.Decode(sum[:], []byte(leaf.Commit(o.Secret, f.Field, f.Value))); err != nil {
			panic("audit: a commitment is no hex: " + err.Error())
		}
		x.sums = append(x.sums, sum)
	}
	t.newest[t.log.names.of(o.Entity)] = x
}

// alert is one record of drift.alerts.
type alert struct {
	at      place
	entity  entity
	finding schemas.Hash
	leaf    schemas.Hash
	says    half
}

type alertsTaker struct {
	notes *found
	log   *Log
	d     digest
}

func (t *alertsTaker) found() *found { return t.notes }

func (t *alertsTaker) take(r *record) {
	rec, err := schemas.Decode(r.value)
	a, ok := rec.(*schemas.Alert)
	if err != nil || !ok {
		t.notes.add(ruleWire, Wrong, r.place(), "no alert: %T, %v", rec, err)
		return
	}
	if string(r.key) != hex.EncodeToString(a.Finding[:]) || schemas.Murmur2Partition(r.key, t.log.partitions) != r.partition {
		t.notes.add(ruleAlert, Wrong, r.place(), "the key is %.70q or not of this partition, the finding is %x", r.key, a.Finding)
	}
	if findingOf(a.Rule, a.Entity, a.Subject) != a.Finding {
		t.notes.add(ruleAlert, Wrong, r.place(), "the finding %x is not that of %s, %s and subject", a.Finding, a.Rule, a.Entity)
	}
	t.d.ofAlert(a)
	t.log.alerts = append(t.log.alerts, alert{r.place(), t.log.names.of(a.Entity), a.Finding, a.Leaf, t.d.sum()})
}

// findingOf is the id of a finding: SHA-256 over rule, entity and subject, each followed by a zero byte.
func findingOf(rule, entity, subject string) schemas.Hash {
	return sha256.Sum256([]byte(rule + "\x00" + entity + "\x00" + subject + "\x00"))
}

// probe is one record of probes.
type probe struct {
	at      place
	id      schemas.Hash
	entity  entity
	finding schemas.Hash
}

type probesTaker struct {
	notes *found
	log   *Log
}

func (t *probesTaker) found() *found { return t.notes }

func (t *probesTaker) take(r *record) {
	rec, err := schemas.Decode(r.value)
	p, ok := rec.(*schemas.Probe)
	if err != nil || !ok {
		t.notes.add(ruleWire, Wrong, r.place(), "no probe: %T, %v", rec, err)
		return
	}
	want := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d\x00", p.Entity, p.Rule, p.Subject, p.DeadlineMS))
	if want != p.ID || string(r.key) != hex.EncodeToString(p.ID[:]) || schemas.Murmur2Partition(r.key, t.log.partitions) != r.partition {
		t.notes.add(ruleProbe, Wrong, r.place(), "id or key is not that of entity, rule, subject and deadline")
	}
	t.log.probes = append(t.log.probes, probe{r.place(), p.ID, t.log.names.of(p.Entity), findingOf(p.Rule, p.Entity, p.Subject)})
}

// letter is one dead letter.
type letter struct {
	at     place
	stage  string
	of     origin
	stamp  stamp
	code   string
	raw    half
	hasRaw bool
}

type lettersTaker struct {
	notes *found
	log   *Log
}

func (t *lettersTaker) found() *found { return t.notes }

func (t *lettersTaker) take(r *record) {
	rec, err := schemas.Decode(r.value)
	d, ok := rec.(*schemas.DeadLetter)
	if err != nil || !ok {
		t.notes.add(ruleWire, Wrong, r.place(), "no dead letter: %T, %v", rec, err)
		return
	}
	if string(r.key) != d.Topic {
		t.notes.add(ruleDead, Wrong, r.place(), "the key is %.40q, the record refused is of %s", r.key, d.Topic)
	}
	x := letter{at: r.place(), stage: d.Stage, of: origin{d.Topic, d.Partition, d.Offset}, code: d.Code,
		stamp: stamp{half(d.KeySHA256[:16]), half(d.ValueSHA256[:16]), int32(d.Size)}}
	if d.RawSHA256 != nil {
		x.raw, x.hasRaw = half(d.RawSHA256[:16]), true
	}
	t.log.letters = append(t.log.letters, x)
	t.log.refused[x.of]++
}

// lettered says that a dead letter names a record of observations.
func (l *Log) lettered(partition int32, offset int64) bool {
	return l.refused[origin{schemas.TopicObservations, partition, offset}] > 0
}

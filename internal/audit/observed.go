package audit

import (
	"crypto/sha256"
	"encoding/json"
	"strings"

	"holdfast.example/schemas"
)

// line is one record of observations.
type line struct {
	offset int64
	stamp  stamp
	what   lineKind
	at     int32 // index among those of its kind
}

type lineKind uint8

const (
	lineAlien lineKind = iota // decodes as nothing that belongs here
	lineFact
	lineMeasure
	lineTick
	lineRegime
)

// fact is one observation.
type fact struct {
	partition int32
	offset    int64
	entity    entity
	ms        int64
	says      half // what its leaf says
	lockSays  half // what its lock leaf says
	raw       half
	secret    schemas.Secret
	recording uint64 // 0: none
	sub       uint64 // row of the raw record; 0: the record itself
	origin    origin
	source    string
	lock      string
	epoch     int64 // open at its place
	regimes   int32 // how many had entered its shard
	hasRaw    bool
	hasSecret bool
	owed      bool // it makes a leaf
	owedLock  bool // and a lock leaf
	late      bool // it came before what was proven
	certain   bool // it can be folded: its form and place are right
	place     bool // key and partition are right
	lettered  bool // a dead letter refuses it
}

// origin is where a raw record stands.
type origin struct {
	topic     string
	partition int32
	offset    int64
}

// tick is one tick of one partition.
type tick struct {
	offset  int64
	n, t    int64
	epoch   int64
	cut     bool
	says    half
	through [3]int64 // of the tick
	proven  [3]int64 // so far in this partition
}

// measure is one measure.
type measure struct {
	partition    int32
	offset       int64
	from         int32
	number       int64
	to           entity
	conversation uint64
	recording    uint64
	leaf         schemas.Hash
	place        bool
	poison       bool // it says no offset, or its cohort is not what its key parts say
	regimes      int32
}

// regime is one regime document.
type regime struct {
	name            schemas.Hash
	settle, stalled int64 // ms; -1: the document does not say
	partition       int32
	offset          int64
}

// observed is the observations topic.
type observed struct {
	log      *Log
	notes    *found
	lines    [][]line // by partition
	facts    []fact
	measures []measure
	ticks    [][]tick   // by partition
	regimes  [][]regime // by partition, in the order they entered
	fold     memory
	d        digest
}

func newObserved(l *Log) *observed {
	t := &observed{log: l, notes: newFound(), lines: make([][]line, l.partitions), ticks: make([][]tick, l.partitions),
		regimes: make([][]regime, l.partitions), fold: newMemory()}
	l.observed = t
	return t
}

func (t *observed) found() *found { return t.notes }

func (t *observed) take(r *record) {
	x := line{offset: r.offset, stamp: stampOf(r)}
	var rec any
	var err error
	if schemas.IsObservation(r.value) {
		o := schemas.Observation{}
		err = schemas.DecodeObservation(r.value, &o)
		rec = &o
	} else {
		rec, err = schemas.Decode(r.value)
	}
	if err == nil {
		switch rec := rec.(type) {
		case *schemas.Observation:
			x.what, x.at = lineFact, int32(len(t.facts))
			t.fact(r, rec)
		case *schemas.Measure:
			x.what, x.at = lineMeasure, int32(len(t.measures))
			t.measure(r, rec)
		case *schemas.Tick:
			x.what, x.at = lineTick, int32(len(t.ticks[r.partition]))
			t.tick(r, rec)
		case *schemas.Regime:
			x.what, x.at = lineRegime, int32(len(t.regimes[r.partition]))
			t.regime(r, rec)
		}
	}
	t.lines[r.partition] = append(t.lines[r.partition], x)
}

func (f *fact) at() place    { return place{schemas.TopicObservations, f.partition, f.offset} }
func (m *measure) at() place { return place{schemas.TopicObservations, m.partition, m.offset} }

func (t *observed) fact(r *record, o *schemas.Observation) {
	f := fact{partition: r.partition, offset: r.offset, entity: t.log.names.of(o.Entity), ms: o.ArrivalMS,
		origin: origin{topicOf(o.Origin.Topic), o.Origin.Partition, o.Origin.Offset}, source: sourceOf(o.Source), lock: lockOf(o.Lock)}
	if o.RawSHA256 != nil {
		f.raw, f.hasRaw = half(o.RawSHA256[:16]), true
	}
	if o.Secret != nil {
		f.secret, f.hasSecret = *o.Secret, true
	}
	if o.Inspection == nil && o.Export != nil {
		f.sub = short("row " + o.Export.Pointer)
	}
	kind, name, _ := strings.Cut(o.Entity, ":")
	f.place = string(r.key) == o.Entity && schemas.Murmur2Partition(r.key, t.log.partitions) == r.partition
	named := (kind == "conversation" || kind == "unplaced") && name != "" && id(name) == name
	f.certain = f.place && named && formed(o)
	f.lettered = t.log.lettered(r.partition, r.offset)
	ticks := t.ticks[r.partition]
	f.epoch, f.regimes = t.openEpoch(r.partition), int32(len(t.regimes[r.partition]))
	if len(ticks) > 0 {
		for i, s := range sources {
			f.late = f.late || s == o.Source && o.ArrivalMS < ticks[len(ticks)-1].proven[i]
		}
	}
	if f.certain && !f.lettered {
		t.fold.take(t, &f, o)
	}
	t.facts = append(t.facts, f)
}

// sources in the order of what is kept of a tick.
var sources = [3]string{schemas.SourceEvents, schemas.SourceS3, schemas.SourceInspections}

// formed says that an observation is what the wire promises: one body, times that are times.
func formed(o *schemas.Observation) bool {
	n := 0
	for _, has := range [3]bool{o.Event != nil, o.Object != nil, o.Inspection != nil || o.Export != nil} {
		if has {
			n++
		}
	}
	const last = 253402300799999 // the year 9999's last ms
	within := func(ms int64) bool { return 0 <= ms && ms <= last }
	if n != 1 || !within(o.ArrivalMS) {
		return false
	}
	if in := o.Inspection; in != nil && in.Outcome == schemas.OutcomeOK && (in.SHA256 == nil || in.Size < 0) {
		return false
	}
	if x := o.Export; x != nil && (x.DurationMS < -1 || x.DurationMS > 1<<53) {
		return false
	}
	for i := range o.Times {
		t := &o.Times[i]
		if t.Refused == "" && (t.LoMS > t.HiMS || !within(t.LoMS) || !within(t.HiMS)) {
			return false
		}
	}
	return true
}

// openEpoch is the epoch the partition's ticks have left open.
func (t *observed) openEpoch(p int32) int64 {
	if n := len(t.ticks[p]); n > 0 {
		last := &t.ticks[p][n-1]
		if last.cut {
			return last.epoch + 1
		}
		return last.epoch
	}
	return 1
}

func (t *observed) tick(r *record, k *schemas.Tick) {
	x := tick{offset: r.offset, n: k.N, t: k.TMS, epoch: k.Epoch, cut: k.Cut, says: halfOf(r.value)}
	for _, s := range k.Sources {
		for i, name := range sources {
			if s.Source == name {
				x.through[i] = s.ThroughMS
			}
		}
	}
	x.proven = x.through
	if n := len(t.ticks[r.partition]); n > 0 {
		for i, ms := range t.ticks[r.partition][n-1].proven {
			x.proven[i] = max(x.proven[i], ms)
		}
	}
	t.ticks[r.partition] = append(t.ticks[r.partition], x)
}

func (t *observed) measure(r *record, m *schemas.Measure) {
	x := measure{partition: r.partition, offset: r.offset, from: m.FromShard, number: m.Number, to: t.log.names.of(m.To),
		conversation: short(m.Conversation), recording: short(id(m.RecordingID)), leaf: m.Leaf, regimes: int32(len(t.regimes[r.partition]))}
	x.place = string(r.key) == m.To && schemas.Murmur2Partition(r.key, t.log.partitions) == r.partition
	x.poison = !x.place || m.To != cohortOf(m.OrganizationID, m.Channel, m.Provider) ||
		m.Start == nil && m.End == nil && m.Created == nil && m.Duration == nil
	t.measures = append(t.measures, x)
}

// cohortOf is the entity of a cohort: SHA-256 over its three parts, each after its length as four bytes, big-endian.
func cohortOf(parts ...string) string {
	var b []byte
	for _, p := range parts {
		n := len(p)
		b = append(append(b, byte(n>>24), byte(n>>16), byte(n>>8), byte(n)), p...)
	}
	return "cohort:" + strings.TrimPrefix(hashed(string(b)), "sha256:")
}

func (t *observed) regime(r *record, g *schemas.Regime) {
	x := regime{name: sha256.Sum256([]byte(g.Document)), settle: -1, stalled: -1, partition: r.partition, offset: r.offset}
	var says struct {
		Settle  *int64 `json:"settle_ms"`
		Stalled *int64 `json:"stalled_ms"`
	}
	if json.Unmarshal([]byte(g.Document), &says) == nil && says.Settle != nil && says.Stalled != nil {
		x.settle, x.stalled = *says.Settle, *says.Stalled
	}
	t.regimes[r.partition] = append(t.regimes[r.partition], x)
}

// The closed words come as strings of their own with every record; these are the one copy that is kept.

func sourceOf(s string) string {
	for _, k := range sources {
		if k == s {
			return k
		}
	}
	return "another"
}

func lockOf(s string) string {
	if s == schemas.LockHash {
		return schemas.LockHash
	}
	return schemas.LockBrokerAppend
}

func topicOf(s string) string {
	for _, k := range [3]string{schemas.TopicConversationEvents, schemas.TopicS3Notifications, schemas.TopicS3Inspections} {
		if k == s {
			return k
		}
	}
	return "another"
}

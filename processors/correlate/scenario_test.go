package correlate

import (
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// Each test here plays one scenario under which an earlier design broke, by the number it was given when it was found;
// docs/SCENARIOS.md lists them all.

// hand is a worker of one shard, moved by hand: what it commits lies in the store, all else is lost when it dies.
type hand struct {
	t     *testing.T
	spec  stream.Spec
	store stream.Store
	state *stream.State
	task  stream.Task
	out   []streamtest.Output // committed
	at    int64
}

func newHand(t *testing.T, spec stream.Spec) *hand {
	h := &hand{t: t, spec: spec, store: stream.NewMemory()}
	h.die()
	return h
}

// die is a crash, and the start after it.
func (h *hand) die() {
	h.t.Helper()
	meta, err := h.store.Meta()
	if err != nil {
		h.t.Fatal(err)
	}
	if h.state, err = stream.NewState(h.store, &h.spec, 4); err != nil {
		h.t.Fatal(err)
	}
	if h.task, err = h.spec.Open(0, 1, meta); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hand) step(r stream.Record) { foldOne(h.t, &h.spec, h.state, h.task, r) }

// drain does at most n pieces and says whether more are left.
func (h *hand) drain(n int) (more bool) {
	h.t.Helper()
	for more = true; more && n > 0; n-- {
		var err error
		if more, err = h.task.Drain(h.state); err != nil {
			h.t.Fatal(err)
		}
	}
	return more
}

func (h *hand) commit() {
	h.t.Helper()
	for _, o := range h.state.Outputs() {
		h.out = append(h.out, streamtest.Output{Output: o})
	}
	meta, err := h.task.Meta()
	if err != nil {
		h.t.Fatal(err)
	}
	h.at++
	if err := h.state.Commit(meta, stream.Position{Next: h.at}); err != nil {
		h.t.Fatal(err)
	}
}

// announced is a log of n recordings whose metadata came and whose media never does, and the tick that releases all of
// their deadlines at once and cuts.
func announced(t *testing.T, n int) (spec stream.Spec, l *log) {
	doc := document(t, 1, storySettings)
	l = newLog(t, 1)
	l.add(&schemas.Regime{Document: doc})
	l.add(tickOf(1, epoch0, epoch0, 1, false))
	for i := range n {
		c, r := fmt.Sprintf("c%02d", i), fmt.Sprintf("r%02d", i)
		x := object{conversation: c, recording: r, role: schemas.RoleMetadata, version: "v1", size: 9}
		at := epoch0 + int64(i)
		l.add(eventOf(c, "customer.start", c+"-s", "", at, epoch0))
		l.add(x.notified(schemas.ActionCreated, at))
	}
	const later = epoch0 + 40*24*3600_000
	l.add(tickOf(2, later, later, 1, true))
	return specOf(t, doc), l
}

func count(outputs []streamtest.Output, topic string) (n int) {
	for _, o := range outputs {
		if o.Topic == topic {
			n++
		}
	}
	return n
}

// At stake (V2): a tick is folded and its offset committed, and the worker dies inside the drain that the tick began.
// The next one must finish that drain and write the marker, and must ignore the tick where it is read again.
func TestV2TickIsDrainedAfterACrash(t *testing.T) {
	spec, l := announced(t, 9)
	want, err := streamtest.Fold(spec, 1, l.records, selfOf)
	if err != nil {
		t.Fatal(err)
	}
	if count(want, schemas.TopicDriftAlerts) < 9 {
		t.Fatalf("only %d alerts: nothing to drain", count(want, schemas.TopicDriftAlerts))
	}
	for pieces := range 12 {
		h := newHand(t, spec)
		for _, r := range l.records[:len(l.records)-1] {
			h.step(r)
			h.drain(1 << 30)
		}
		tick := l.records[len(l.records)-1]
		h.step(tick)
		h.drain(pieces)
		h.commit() // the tick is counted, its drain is not done
		h.die()
		for h.drain(1) { // one piece a transaction, a death after each
			h.commit()
			h.die()
		}
		h.commit()
		h.step(tick) // read again
		h.drain(1 << 30)
		h.commit()
		mustBeSame(t, want, h.out)
	}
}

// At stake (V3): a deadline that fires sets another one. Whether that one is due too must not depend on where a
// transaction ended: the drain asks the present state, and what is set is strictly later than what fired.
func TestV3ADeadlineSetByFiring(t *testing.T) {
	doc := document(t, 1, storySettings)
	spec := specOf(t, doc)
	l := newLog(t, 1)
	l.add(&schemas.Regime{Document: doc})
	l.add(tickOf(1, epoch0, epoch0, 1, false))
	for i := range 5 {
		x := object{conversation: fmt.Sprint("c", i), recording: fmt.Sprint("r", i), role: schemas.RoleMetadata, version: "v1", size: 9}
		l.add(x.notified(schemas.ActionCreated, epoch0+int64(i)))
	}
	// Stalled, so each answer is unknown and sets the late question one ms on; then all of it is proven at once.
	l.add(tickOf(2, epoch0+3600_000, epoch0, 1, false))
	l.add(tickOf(3, epoch0+7200_000, epoch0+7200_000, 1, true))
	want, err := streamtest.Fold(spec, 1, l.records, selfOf)
	if err != nil {
		t.Fatal(err)
	}
	steps := steps(t, want)
	if len(steps) < 10 {
		t.Fatalf("only %q: nothing was asked twice", steps)
	}
	for seed := range uint64(60) {
		mustBeSame(t, want, broken(t, seeded(seed), spec, 0, 1, l.records))
	}
}

// At stake (H5): a source delivers once more, long after, with another raw record as its evidence. The same source
// identity makes no second leaf; and a leaf that is sent again has the key it had, so it overwrites nothing but itself.
func TestH5RedeliveryOverwritesNothing(t *testing.T) {
	doc := document(t, 1, storySettings)
	spec := specOf(t, doc)
	first := eventOf("c", "customer.start", "s", "", epoch0, epoch0)
	again := *first
	other := hashOf("the same message in another envelope")
	again.RawSHA256, again.ArrivalMS = &other, epoch0+200*24*3600_000
	l := newLog(t, 1)
	for _, rec := range []any{&schemas.Regime{Document: doc}, first, &again} {
		l.add(rec)
	}
	outputs, err := streamtest.Fold(spec, 1, l.records, selfOf)
	if err != nil {
		t.Fatal(err)
	}
	facts := 0
	for _, o := range outputs {
		if o.Topic != schemas.TopicCustodyRecords {
			continue
		}
		rec, err := schemas.Decode(o.Value)
		if err != nil {
			t.Fatal(err)
		}
		b := rec.(*schemas.CustodyRecord).Leaf
		if sum := leaf.Sum(b); string(o.Key) != hex.EncodeToString(sum[:]) {
			t.Errorf("key %s is not the hash of the leaf it stands on", o.Key)
		}
		parsed, err := leaf.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		if parsed.Kind == leaf.KindEvent {
			facts++
		}
	}
	if facts != 1 {
		t.Fatalf("%d leaves of one event delivered twice", facts)
	}
}

// At stake (H6): compaction moves survivors to later offsets and a copy of the topic re-sends. The order of the log must
// follow from the leaves alone: by (epoch, index) in a shard, whatever order and however often they are read.
func TestH6OrderStandsInTheLeaves(t *testing.T) {
	spec, l := announced(t, 20)
	outputs, err := streamtest.Fold(spec, 1, l.records, selfOf)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		epoch, index int64
		key          string
	}
	var rows []row
	for _, o := range outputs {
		rec, err := schemas.Decode(o.Value)
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := rec.(*schemas.CustodyRecord); ok {
			parsed, err := leaf.Parse(c.Leaf)
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, row{parsed.Epoch, parsed.Index, string(o.Key)})
		}
	}
	d := seeded(6)
	read := append(slices.Clone(rows), rows[:len(rows)/2]...)
	for i := range read {
		j := i + d(len(read)-i)
		read[i], read[j] = read[j], read[i]
	}
	slices.SortFunc(read, func(a, b row) int { return int(a.epoch-b.epoch)*1e6 + int(a.index-b.index) })
	if read = slices.Compact(read); !slices.Equal(read, rows) {
		t.Fatal("sorted by (epoch, index) and each once, the leaves are not what was written")
	}
	for i, r := range rows {
		if r.index != int64(i) {
			t.Fatalf("leaf %d has index %d", i, r.index)
		}
	}
}

// At stake (H9): most conversations are never exported. Nothing may be missed that nobody announced: only a metadata
// file, a manifest row or media make an expectation.
func TestH9OnlyWhatWasAnnouncedIsMissed(t *testing.T) {
	doc := document(t, 1, storySettings)
	spec := specOf(t, doc)
	l := newLog(t, 1)
	l.add(&schemas.Regime{Document: doc})
	l.add(tickOf(1, epoch0, epoch0, 1, false))
	for i := range 50 {
		c := fmt.Sprint("c", i)
		l.add(eventOf(c, "customer.start", c+"-s", "", epoch0+int64(i), epoch0))
		l.add(eventOf(c, "customer.end", c+"-s", "", epoch0+60_000+int64(i), epoch0+60_000))
	}
	for n := range int64(4) {
		at := epoch0 + (n+1)*100*24*3600_000
		l.add(tickOf(n+2, at, at, 1, false))
	}
	outputs, err := streamtest.Fold(spec, 1, l.records, selfOf)
	if err != nil {
		t.Fatal(err)
	}
	if leaves := count(outputs, schemas.TopicCustodyRecords); leaves != 101 { // the regime's and one an event
		t.Fatalf("%d leaves, want 101", leaves)
	}
	if n := count(outputs, schemas.TopicDriftAlerts) + count(outputs, schemas.TopicProbes); n != 0 {
		t.Fatalf("%d alerts and probes about conversations that nobody exported", n)
	}
}

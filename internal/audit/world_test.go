package audit

import (
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"holdfast.example/processors/correlate"
	"holdfast.example/processors/observe"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// topics are records by topic and partition.
type topics map[string][][]record

func (t topics) clone() topics {
	out := topics{}
	for name, parts := range t {
		for _, list := range parts {
			copied := slices.Clone(list)
			for i := range copied {
				copied[i].key = slices.Clone(copied[i].key)
			}
			out[name] = append(out[name], copied)
		}
	}
	return out
}

// world plays a story through the real stages without a broker: what a run would leave in the topics.
type world struct {
	t       testing.TB
	shards  int32
	topics  topics
	groups  map[string]map[int32]int64
	ms      int64
	tick    int64
	epoch   int64
	observe map[string]stream.Spec
	folds   []*shardFold
}

// shardFold is correlate on one partition.
type shardFold struct {
	spec     stream.Spec
	state    *stream.State
	task     stream.Task
	at       int // lines folded
	frontier int64
	counted  [4]uint64 // transactions, in, out, dead
}

// settings are such that a story of minutes has all kinds of end.
func settings() correlate.Settings {
	s := correlate.Defaults()
	s.PatienceCompanion, s.PatienceExport, s.Settle, s.CohortPatience, s.CohortMin = 2*time.Second, 3*time.Second, time.Second, 5*time.Second, 3
	return s
}

func documentOf(t testing.TB, shards int32, other bool) string {
	s := settings()
	if other {
		s.Settle, s.CohortMin = 2*s.Settle, 4
	}
	d, err := s.Document(shards)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func specOf(t testing.TB, shards int32) stream.Spec {
	spec, err := correlate.Spec(documentOf(t, shards, false), math.MaxInt64)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func newWorld(t testing.TB, shards int32) *world {
	w := &world{t: t, shards: shards, topics: topics{}, groups: map[string]map[int32]int64{}, ms: began, epoch: 1, observe: map[string]stream.Spec{}}
	for _, topic := range schemas.Topics() {
		n := int(shards)
		if topic.Partitions > 0 {
			n = topic.Partitions
		}
		w.topics[topic.Name] = make([][]record, n)
	}
	for _, s := range observe.Specs() {
		w.observe[s.Input] = s
		w.groups[s.Name] = map[int32]int64{}
	}
	w.groups["correlate"] = map[int32]int64{}
	spec := specOf(t, shards)
	for p := range shards {
		f := &shardFold{spec: spec}
		var err error
		if f.state, err = stream.NewState(stream.NewMemory(), &f.spec, 0); err != nil {
			t.Fatal(err)
		}
		if f.task, err = spec.Open(p, shards, nil); err != nil {
			t.Fatal(err)
		}
		w.folds = append(w.folds, f)
	}
	w.broadcast(&schemas.Regime{Document: documentOf(t, shards, false)})
	return w
}

func encode(t testing.TB, rec any) []byte {
	t.Helper()
	b, err := schemas.Append(nil, rec)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// put appends a record; every third leaves a gap behind it, as a transaction's marker does.
func (w *world) put(topic string, p int32, key, value []byte) record {
	list := w.topics[topic][p]
	offset := int64(0)
	if n := len(list); n > 0 {
		if offset = list[n-1].offset + 1; n%3 == 0 {
			offset++
		}
	}
	w.ms++
	r := record{topic, p, offset, w.ms, slices.Clone(key), value}
	w.topics[topic][p] = append(list, r)
	return r
}

func (w *world) emit(outs []stream.Output) {
	for _, o := range outs {
		p := o.Partition
		if p == stream.ByKey {
			p = schemas.Murmur2Partition(o.Key, int32(len(w.topics[o.Topic])))
		}
		w.put(o.Topic, p, o.Key, o.Value)
	}
}

func (w *world) broadcast(rec any) {
	for p := range w.shards {
		w.put(schemas.TopicObservations, p, nil, encode(w.t, rec))
	}
}

// play plays a story to its end.
func (w *world) play(story []sent) {
	for _, s := range story {
		if s.pause {
			w.pass(2*time.Second, s.cut)
			if w.tick == 3 || w.tick == 5 { // another regime, and the first again
				w.broadcast(&schemas.Regime{Document: documentOf(w.t, w.shards, w.tick == 3)})
			}
			continue
		}
		value := s.bytes
		if value == nil {
			value = encode(w.t, s.rec)
		}
		r := w.put(s.topic, schemas.Murmur2Partition([]byte(s.key), w.shards), []byte(s.key), value)
		if spec, ok := w.observe[s.topic]; ok {
			w.observed(spec, r)
		}
	}
	w.fold()
}

// pass lets time pass: what is there is folded, then a tick says that everything up to now is.
func (w *world) pass(d time.Duration, cut bool) {
	w.fold()
	w.ms += d.Milliseconds()
	w.tick++
	k := &schemas.Tick{N: w.tick, TMS: w.ms, Cut: cut, Epoch: w.epoch}
	for _, s := range sources {
		k.Sources = append(k.Sources, schemas.SourceTime{Source: s, ThroughMS: w.ms - 100})
	}
	w.broadcast(k)
	if cut {
		w.epoch++
	}
	w.fold()
}

// collector is the transaction of a stage that keeps no state.
type collector struct {
	stream.Tx
	outs []stream.Output
}

func (c *collector) Emit(o stream.Output) { c.outs = append(c.outs, o) }

func (w *world) observed(spec stream.Spec, r record) {
	task, err := spec.Open(r.partition, w.shards, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	var tx collector
	in := stream.Record{Topic: r.topic, Partition: r.partition, Offset: r.offset, Key: r.key, Value: r.value, AppendMS: r.ms}
	tx.outs = append(tx.outs, w.refused(spec.Name, in, task.Step(&tx, in))...)
	w.emit(tx.outs)
	w.groups[spec.Name][r.partition] = r.offset + 1
}

// refused makes the dead letter of a step's error.
func (w *world) refused(stage string, r stream.Record, err error) []stream.Output {
	var poison *stream.PoisonError
	if err == nil {
		return nil
	}
	if !errors.As(err, &poison) {
		w.t.Fatal(err)
	}
	letter, err := stream.DeadLetter(stage, r, poison)
	if err != nil {
		w.t.Fatal(err)
	}
	return []stream.Output{letter}
}

// fold folds until nothing is left, a transaction of up to seven records at a time.
func (w *world) fold() {
	for more := true; more; {
		more = false
		for p, f := range w.folds {
			if lines := w.topics[schemas.TopicObservations][p]; f.at < len(lines) {
				w.transaction(int32(p), f, lines[f.at:min(len(lines), f.at+7)])
				more = true
			}
		}
	}
}

func (w *world) transaction(p int32, f *shardFold, lines []record) {
	var letters []stream.Output
	for _, r := range lines {
		in := stream.Record{Topic: r.topic, Partition: p, Offset: r.offset, Key: r.key, Value: r.value, AppendMS: r.ms}
		letters = append(letters, w.refused(f.spec.Name, in, f.task.Step(f.state, in))...)
		f.frontier = r.offset + 1
		for more := true; more; {
			var err error
			if more, err = f.task.Drain(f.state); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	f.at += len(lines)
	if err := f.state.Stage(); err != nil {
		w.t.Fatal(err)
	}
	for key, value := range f.state.Entries {
		w.put(schemas.TopicCorrelateState, p, []byte(key), slices.Clone(value))
	}
	own, err := f.task.Meta()
	if err != nil {
		w.t.Fatal(err)
	}
	outs := slices.Clone(f.state.Outputs())
	for i, n := range []int{1, len(lines), len(outs), len(letters)} {
		f.counted[i] += uint64(n)
	}
	w.put(schemas.TopicCorrelateState, p, []byte(metaKey), metaOf(w.shards, f.frontier, f.counted, own))
	w.emit(append(outs, letters...))
	if err := f.state.Commit(own, stream.Position{}); err != nil {
		w.t.Fatal(err)
	}
	w.groups["correlate"][p] = f.frontier
}

// metaOf writes a shard's meta record as the runtime does.
func metaOf(partitions int32, frontier int64, counted [4]uint64, own []byte) []byte {
	b := []byte{entryVersion}
	for _, v := range []uint64{uint64(partitions), uint64(frontier), counted[0], counted[1], counted[2], counted[3]} {
		b = binary.AppendUvarint(b, v)
	}
	return append(b, own...)
}

// logOf takes topics in, as Read does.
func logOf(shards int32, all topics, groups map[string]map[int32]int64) *Log {
	l := newLog(shards)
	first, then := l.takers()
	for _, takers := range []map[string]taker{first, then} {
		for name, t := range takers {
			for _, list := range all[name] {
				end := int64(0)
				for i := range list {
					t.take(&list[i])
					end = list[i].offset + 2
				}
				l.ends[name] = append(l.ends[name], end)
			}
		}
		l.merge(takers)
	}
	for name, at := range groups {
		l.groups[name] = maps.Clone(at)
	}
	return l
}

func (w *world) log() *Log { return logOf(w.shards, w.topics, w.groups) }

func played(t testing.TB, seed uint64, conversations int) *world {
	w := newWorld(t, 3)
	w.play(tell(seed, conversations))
	return w
}

// At stake: a checker that calls a right run wrong is switched off within a week.
func TestRightRunIsClean(t *testing.T) {
	for seed := range uint64(5) {
		r := Check(played(t, seed, 60).log())
		if !r.OK() || seed == 0 {
			t.Log(r)
		}
		if !r.OK() {
			t.Fail()
		}
		for what, n := range map[string]int{"inputs": r.Inputs, "leaves": r.Leaves, "markers": r.Markers, "alerts": r.Alerts, "dead letters": r.DeadLetters,
			"nothing": r.Nothing, "redelivered": r.Redelivered, "measures": r.Measures, "openings": r.Openings, "probes": r.Probes, "ticks": r.Ticks} {
			if n == 0 {
				t.Errorf("seed %d: the story has no %s: nothing of them is judged", seed, what)
			}
		}
	}
}

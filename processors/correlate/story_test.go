package correlate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// dice returns a number from 0 to n-1.
type dice func(n int) int

// story is what happened, as three sources tell of it, each in its own order of arrival.
type story struct {
	sources [sources][]*schemas.Observation
	end     int64
}

// storySettings make a story short enough to have every deadline in it.
func storySettings(s *Settings) {
	s.CohortMin = 4
}

// tell invents n conversations in which all goes wrong that the rules speak of.
func tell(d dice, n int) *story {
	s := &story{}
	for i := range n {
		s.conversation(d, fmt.Sprintf("c%d", i), epoch0+int64(i)*int64(500+d(2000)))
	}
	for i := range s.sources {
		slices.SortStableFunc(s.sources[i], func(a, b *schemas.Observation) int { return int(a.ArrivalMS - b.ArrivalMS) })
		for _, o := range s.sources[i] {
			s.end = max(s.end, o.ArrivalMS)
		}
	}
	return s
}

func (s *story) add(source int, o *schemas.Observation) {
	s.sources[source] = append(s.sources[source], o)
}

func (s *story) conversation(d dice, c string, from int64) {
	to := from + 30_000 + int64(d(60_000))
	agents := 1 + d(2)
	if d(12) > 0 { // else nobody tells of it
		at := from + 500
		s.add(events, eventOf(c, "customer.start", c+"-s", "", at, from))
		for k := range agents {
			s.add(events, eventOf(c, "user.start", fmt.Sprintf("%s-u%d", c, k), fmt.Sprint("agent", k), at+int64(k)*100, from+1000))
			if d(10) > 0 {
				s.add(events, eventOf(c, "user.end", fmt.Sprintf("%s-u%d", c, k), fmt.Sprint("agent", k), at+30_000+int64(k)*100, to-500))
			}
		}
		s.add(events, eventOf(c, "customer.end", c+"-s", "", to+900, to))
		if d(4) == 0 { // a redelivery
			s.add(events, eventOf(c, "customer.start", c+"-s", "", to+2000, from))
		}
	}
	for k := range 1 + d(2) {
		s.recording(d, c, fmt.Sprintf("%s-r%d", c, k), from, to, agents)
	}
}

func (s *story) recording(d dice, c, r string, from, to int64, agents int) {
	at := to + 60_000 + int64(d(120_000))
	lag, created := int64(0), int64(-1)
	provider := d(4) // whose recordings are, mostly: aligned, twelve minutes late, late where two agents are, anything
	of := provider
	if provider == 3 || d(20) == 0 {
		of = d(3)
	}
	switch of {
	case 1:
		lag = 720_000
	case 2:
		created = from + 2000*int64(agents-1) + int64(d(20))
	}
	export, times := exportOfFile(schemas.FormMetadata, c, r, "", from+lag, to+lag, created)
	export.Provider = fmt.Sprint("provider", provider)
	if d(15) == 0 {
		export.ConversationID = "another"
	}
	if d(15) == 0 {
		times = append(times, schemas.Reading{Field: "exported_at", Clock: "export-metadata", HiMS: -1, Text: "pii-noon", Refused: "no time"})
	}
	if d(6) == 0 {
		row, rowTimes := exportOfFile(schemas.FormRow, c, r, "", from+lag, to+lag, created)
		row.Provider = export.Provider
		s.add(inspections, rowOf(c, r, "/"+r, row, rowTimes, at-int64(d(30_000))))
	}
	hold := []string{schemas.HoldOn, schemas.HoldOff, schemas.HoldUnknown}
	for _, role := range []string{schemas.RoleMedia, schemas.RoleMetadata} {
		if d(10) == 0 {
			continue // it never comes
		}
		x := object{conversation: c, recording: r, role: role, version: "v1", etag: "e1", size: int64(7 + d(2))}
		if d(8) == 0 {
			x.version = ""
		}
		came := at + int64(d(8))*int64(d(8))*60_000 // some after the patience
		s.add(s3, x.notified(schemas.ActionCreated, came))
		if d(5) == 0 {
			s.add(s3, x.notified(schemas.ActionCreated, came+700))
		}
		if d(12) == 0 {
			s.add(s3, x.notified(schemas.ActionDeleted, came+90_000))
		}
		a := answer{outcome: schemas.OutcomeOK, content: r + role, hold: hold[d(3)], mode: schemas.RetentionNone, request: "1"}
		if role == schemas.RoleMetadata {
			if a.unreadable = d(12) == 0; !a.unreadable {
				a.export, a.times = export, times
			}
		}
		x.size = 7
		if d(10) == 0 {
			denied := answer{outcome: schemas.OutcomeDenied, hold: schemas.HoldUnknown, mode: schemas.RetentionUnknown, request: "0"}
			s.add(inspections, x.inspected(denied, came+500))
		}
		s.add(inspections, x.inspected(a, came+1000))
		for k := range d(3) {
			a.hold, a.request = hold[d(3)], fmt.Sprint(k+2)
			s.add(inspections, x.inspected(a, came+int64(k+2)*20_000))
		}
		if d(8) == 0 { // a second version says something else
			x.version, x.etag, a.content, a.request = x.version+"", "e2", "other "+r+role, "9"
			if x.version != "" {
				x.version = "v2"
			}
			if a.export != nil {
				other := *a.export
				other.Projection = hashOf("other", r)
				a.export = &other
			}
			s.add(inspections, x.inspected(a, came+200_000))
		}
	}
}

// play writes a story to a log as a cluster might: each source in its order, sources and ticks anyhow, what the fold
// tells itself whenever it pleases. It folds as it goes, since measures come out of that; outputs are per shard.
type play struct {
	t       testing.TB
	d       dice
	log     *log
	spec    stream.Spec
	shards  []*folder
	pending []stream.Output
	story   *story
}

// folder is one shard that never stops.
type folder struct {
	state *stream.State
	task  stream.Task
	done  int
}

func newPlay(t testing.TB, d dice, shards int32, s *story) *play {
	doc := document(t, shards, storySettings)
	p := newPlayUnder(t, d, shards, doc, specOf(t, doc))
	p.story = s
	return p
}

// newPlayUnder is a play whose log begins with a regime and has no story yet.
func newPlayUnder(t testing.TB, d dice, shards int32, doc string, spec stream.Spec) *play {
	p := &play{t: t, d: d, log: newLog(t, shards), spec: spec}
	for i := range shards {
		state, err := stream.NewState(stream.NewMemory(), &p.spec, 0)
		if err != nil {
			t.Fatal(err)
		}
		task, err := p.spec.Open(i, shards, nil)
		if err != nil {
			t.Fatal(err)
		}
		p.shards = append(p.shards, &folder{state: state, task: task})
	}
	p.add(&schemas.Regime{Document: doc})
	return p
}

func (p *play) add(rec any) {
	from := len(p.log.records)
	p.log.add(rec)
	p.fold(from)
}

// fold folds what the log grew by.
func (p *play) fold(from int) {
	for _, r := range p.log.records[from:] {
		f := p.shards[r.Partition]
		foldOne(p.t, &p.spec, f.state, f.task, r)
		for more := true; more; {
			var err error
			if more, err = f.task.Drain(f.state); err != nil {
				p.t.Fatal(err)
			}
		}
		for _, o := range f.state.Outputs()[f.done:] {
			f.done++
			if o.Topic == schemas.TopicObservations {
				p.pending = append(p.pending, o)
			}
		}
	}
}

func foldOne(t testing.TB, spec *stream.Spec, state *stream.State, task stream.Task, r stream.Record) {
	t.Helper()
	effects := state.Effects()
	err := task.Step(state, r)
	if err == nil {
		return
	}
	poison := new(stream.PoisonError)
	if !asPoison(err, &poison) || state.Effects() != effects {
		t.Fatalf("offset %d of %d: %v", r.Offset, r.Partition, err)
	}
	letter, err := stream.DeadLetter(spec.Name, r, poison)
	if err != nil {
		t.Fatal(err)
	}
	state.Emit(letter)
}

// run plays the whole story; what the fold tells itself comes in at any place.
func (p *play) run() {
	junk := p.d(2) == 0
	for _, rec := range schedule(p.d, p.story) {
		switch rec := rec.(type) {
		case nil:
			p.deliver(p.d(len(p.pending) + 1))
		case settled:
			p.deliver(len(p.pending))
			if junk {
				junk = false
				p.junk()
			}
		default:
			p.add(rec)
		}
	}
}

// settled stands in a schedule where all that is in the log has been folded.
type settled struct{}

// schedule puts a story's facts and true ticks in one order: each source in its own, all else anyhow. A nil leaves room
// for measures. At the end all heals, and every deadline passes.
func schedule(d dice, s *story) (out []any) {
	var next [sources]int
	n, at, epoch := int64(0), int64(epoch0), int64(1)
	tick := func(cut bool) {
		n++
		k := tickOf(n, at, at, epoch, cut)
		for i := range k.Sources {
			// Each source is proven up to what it has not told yet.
			if rest := s.sources[i][next[i]:]; len(rest) > 0 {
				k.Sources[i].ThroughMS = min(at, rest[0].ArrivalMS)
			}
		}
		if cut {
			epoch++
		}
		out = append(out, k)
	}
	left := 0
	for i := range s.sources {
		left += len(s.sources[i])
	}
	for left > 0 {
		switch source := d(sources + 2); {
		case source < sources:
			for range 1 + d(6) {
				if next[source] < len(s.sources[source]) {
					out = append(out, s.sources[source][next[source]])
					next[source]++
					left--
				}
			}
		case source == sources:
			out = append(out, nil)
		default:
			at = min(at+int64(d(120_000)), s.end)
			tick(d(4) == 0)
		}
	}
	out = append(out, settled{})
	at = max(at, s.end)
	for _, later := range []int64{1, 120_000, 3_600_000, 80 * 3_600_000, 1, 200 * 3_600_000, 1} {
		at += later
		tick(true)
		out = append(out, settled{})
	}
	return out
}

func (p *play) junk() {
	from := len(p.log.records)
	p.log.put(int32(p.d(int(p.log.shards))), "conversation:c0", []byte("junk"))
	p.fold(from)
}

func (p *play) deliver(n int) {
	take := p.pending[:n]
	p.pending = slices.Clone(p.pending[n:])
	for _, o := range take {
		from := len(p.log.records)
		p.log.put(schemas.Murmur2Partition(o.Key, p.log.shards), string(o.Key), o.Value)
		p.fold(from)
	}
}

// outputs are what each shard put out, with or without what it told itself.
func (p *play) outputs(self bool) (all []streamtest.Output) {
	for i, f := range p.shards {
		for _, o := range f.state.Outputs() {
			if self || o.Topic != schemas.TopicObservations {
				all = append(all, streamtest.Output{From: int32(i), Output: o})
			}
		}
	}
	return all
}

// seeded is dice without rapid's bookkeeping, for what need not shrink.
func seeded(seed uint64) dice {
	r := rand.New(rand.NewPCG(seed, 42))
	return func(n int) int { return r.IntN(n) }
}

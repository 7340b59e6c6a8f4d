package clock

import (
	"fmt"
	"testing"

	"holdfast.example/schemas"
)

const (
	testSlack = 10
	testVT    = 100
)

func testRules() Rules { return Rules{SlackMS: testSlack, EpochMS: 1000, HourlyMS: 60_000} }

// desk is a clock at which a test hands in records and positions by hand; every decision is committed and read back.
type desk struct {
	t        *testing.T
	s        *State
	ends     map[string]int64
	observed map[string]int64
	folded   []int64
	obs      int64 // next offset of each observations partition
	last     Produced
	tick     schemas.Tick
	record   schemas.ClockState
}

func newDesk(t *testing.T) *desk {
	return &desk{t: t, s: NewState(testRules()), ends: map[string]int64{}, observed: map[string]int64{}, folded: make([]int64, 2)}
}

func (d *desk) inputs() Inputs {
	in := Inputs{Ends: map[string][]int64{}, Observed: map[string][]int64{}, Folded: d.folded, Last: d.last}
	for _, s := range sources {
		in.Ends[s.Name], in.Observed[s.Name] = []int64{d.ends[s.Name]}, []int64{d.observed[s.Name]}
	}
	return in
}

// next decides, commits at broker time at, and reads back.
func (d *desk) next(at int64) schemas.Tick {
	d.t.Helper()
	before := fmt.Sprintf("%+v", d.s)
	d.tick, d.record = d.s.Next(d.inputs())
	if after := fmt.Sprintf("%+v", d.s); after != before {
		d.t.Fatalf("Next changed the state:\n%s\n%s", before, after)
	}
	d.s.ApplyClock(d.record, at)
	d.last = Produced{N: d.tick.N, Offsets: []int64{d.obs, d.obs}}
	d.obs++
	return d.tick
}

func (d *desk) through(source string) int64  { return d.tick.Sources[sourceIndex(source)].ThroughMS }
func (d *desk) foldedMS(source string) int64 { return d.tick.Sources[sourceIndex(source)].FoldedMS }

func (d *desk) start(source, instance string, boot, at int64) {
	d.t.Helper()
	d.apply(schemas.Progress{Source: source, Instance: instance, Boot: boot, Kind: schemas.ProgressStart, VisibilityMS: testVT}, at)
}

// claims is a life sign at broker time at; claim 0 says nothing.
func (d *desk) claims(source, instance string, boot, claim, at int64) {
	d.t.Helper()
	p := schemas.Progress{Source: source, Instance: instance, Boot: boot, Kind: schemas.ProgressProgress, VisibilityMS: testVT}
	if claim > 0 {
		p.ClaimMS = &claim
	}
	d.apply(p, at)
}

func (d *desk) retires(source, instance string, boot, at int64) {
	d.t.Helper()
	d.apply(schemas.Progress{Source: source, Instance: instance, Boot: boot, Kind: schemas.ProgressRetired, VisibilityMS: testVT}, at)
}

func (d *desk) apply(p schemas.Progress, at int64) {
	d.t.Helper()
	if err := d.s.Apply(p, at); err != nil {
		d.t.Fatal(err)
	}
}

// wantThrough ticks and compares.
func (d *desk) wantThrough(at int64, source string, want int64) {
	d.t.Helper()
	d.next(at)
	if got := d.through(source); got != want {
		d.t.Fatalf("tick %d: through(%s) = %d, want %d", d.tick.N, source, got, want)
	}
}

const events = schemas.SourceEvents

// Capture is down, the queue holds a message, every offset in Kafka is equal to its end: the statement "nothing came"
// would be false although each of its numbers is true.
func TestH1CaptureDownProvesNothing(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	d.claims(events, "a", 1, 2000, 2001)
	d.wantThrough(2002, events, 2000-testSlack)
	for at := int64(3000); at < 400_000; at += 5000 {
		d.wantThrough(at, events, 2000-testSlack)
	}
	if d.tick.TMS < 300_000 {
		t.Fatalf("t stood still with the source: %d", d.tick.TMS)
	}
}

// A feed that nobody runs, or whose instances all left, proves nothing; and what was inspected is proven only as far as
// what was notified.
func TestH2NoFeedProvesNothing(t *testing.T) {
	d := newDesk(t)
	d.wantThrough(1000, events, 0)
	d.start(events, "a", 1, 1001)
	d.wantThrough(1002, events, 0)
	d.claims(events, "a", 1, 2000, 2001)
	d.retires(events, "a", 1, 2002)
	d.wantThrough(2003, events, 0)

	insp, s3 := schemas.SourceInspections, schemas.SourceS3
	d.start(insp, "i", 1, 3000)
	d.claims(insp, "i", 1, 5000, 5001)
	d.wantThrough(5002, insp, 0)
	d.start(s3, "s", 1, 5003)
	d.claims(s3, "s", 1, 6000, 6001)
	d.ends[s3] = 7 // notified, not yet observed
	d.wantThrough(6002, insp, 0)
	d.observed[s3] = 7
	d.wantThrough(6003, s3, 6000-testSlack)
	if d.through(insp) != 5000-testSlack {
		t.Fatalf("inspections: %d", d.through(insp))
	}
	d.claims(insp, "i", 1, 7000, 7001)
	d.wantThrough(7002, insp, 6000-testSlack)
}

// A conversation's shard lags; the matter's shard must not judge by through what the first one has yet to send.
func TestV4FoldedWaitsForEveryShard(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	d.claims(events, "a", 1, 2000, 2001)
	d.next(2002)
	at := d.obs - 1 // where the tick stands
	d.folded = []int64{at + 1, at}
	if d.next(2003); d.foldedMS(events) != 0 {
		t.Fatalf("a tick that shard 1 has not passed counts: %d", d.foldedMS(events))
	}
	d.folded = []int64{at + 1, at + 1}
	if d.next(2004); d.foldedMS(events) != 2000-testSlack {
		t.Fatalf("folded %d", d.foldedMS(events))
	}
}

// An instance that crashed has left messages that are invisible: received, not acknowledged, held by nobody. The other
// instance sees an empty queue and says so in good faith.
func TestV5RestartHoldsUntilInvisibleMessagesAreBack(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	d.start(events, "b", 1, 1000)
	d.claims(events, "a", 1, 2000, 2001)
	d.claims(events, "b", 1, 2000, 2001)
	d.wantThrough(2002, events, 2000-testSlack)

	d.start(events, "a", 2, 3000)
	open := int64(3000 + testVT + 2*testSlack) // claim - slack must be at least start + visibility + slack
	d.claims(events, "b", 1, open, open+1)
	d.wantThrough(open+2, events, 2000-testSlack) // a has not spoken since its start
	d.claims(events, "a", 2, open-1, open+3)
	d.wantThrough(open+4, events, 2000-testSlack) // a's receive began too early
	d.claims(events, "a", 1, open+50, open+60)    // a word from before the crash
	d.wantThrough(open+61, events, 2000-testSlack)
	d.claims(events, "a", 2, open, open+62)
	d.wantThrough(open+63, events, open-testSlack)

	d.retires(events, "b", 1, 5000)
	d.claims(events, "a", 2, 5000+testVT, 5201)
	d.wantThrough(5202, events, open-testSlack)
	d.claims(events, "a", 2, 5000+testVT+2*testSlack, 5203)
	d.wantThrough(5204, events, 5000+testVT+testSlack)
}

// The boot before may have asked for a longer visibility timeout than the new one: what it received is hidden by its own.
func TestV5HoldTakesTheLongerVisibility(t *testing.T) {
	d := newDesk(t)
	d.apply(schemas.Progress{Source: events, Instance: "a", Boot: 1, Kind: schemas.ProgressStart, VisibilityMS: 9000}, 1000)
	d.apply(schemas.Progress{Source: events, Instance: "a", Boot: 2, Kind: schemas.ProgressStart, VisibilityMS: 1}, 2000)
	d.claims(events, "a", 2, 10_000, 10_001)
	d.wantThrough(10_002, events, 0)
	d.claims(events, "a", 2, 11_000+2*testSlack, 12_000)
	d.wantThrough(12_001, events, 11_000+testSlack)
}

// A life sign's own append time proves nothing: a message may have reached the source after the receive and before it.
func TestV6AppendTimeIsNoClaim(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	d.claims(events, "a", 1, 0, 5000)
	d.wantThrough(5001, events, 0)
	d.claims(events, "a", 1, 5000, 6000)
	d.wantThrough(6001, events, 5000-testSlack)
	d.claims(events, "a", 1, 7000, 6500) // later than the record that says it: somebody's defect
	d.wantThrough(6501, events, 5000-testSlack)
	if d.s.Ignored != 1 {
		t.Fatalf("ignored %d", d.s.Ignored)
	}
}

// Two brokers' clocks differ; what is claimed is less by the slack, and never moves back.
func TestV7SlackAndMonotone(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	d.claims(events, "a", 1, 2000, 2001)
	d.wantThrough(2002, events, 2000-testSlack)
	d.claims(events, "a", 1, 1500, 2003)
	d.wantThrough(2004, events, 2000-testSlack)
	if d.next(1900); d.tick.TMS < 2004 {
		t.Fatalf("t moved back to %d", d.tick.TMS)
	}
}

// Under load the committed position never equals the end of the same instant. Without a kept snapshot through stands
// still, and every deadline with it.
func TestV8SnapshotIsKeptUnderLoad(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	for i := int64(0); i < 100; i++ {
		at := 2000 + 100*i
		d.claims(events, "a", 1, at, at+1)
		d.ends[events], d.observed[events] = 50*(i+1), 50*i-20
		d.next(at + 2)
	}
	if lag := d.tick.TMS - d.through(events); lag > 400 {
		t.Fatalf("through lags %d ms after 100 ticks", lag)
	}
}

// A queue that is never empty never claims. t goes on and through stands, so the fold sees the source stall.
func TestV9NeverEmptyQueueStalls(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	d.claims(events, "a", 1, 2000, 2001)
	d.next(2002)
	for at := int64(3000); at < 100_000; at += 1000 {
		d.claims(events, "a", 1, 0, at)
		d.next(at + 1)
	}
	if d.through(events) != 2000-testSlack || d.tick.TMS-d.through(events) < 60_000 {
		t.Fatalf("t %d, through %d", d.tick.TMS, d.through(events))
	}
}

// Ticks move the end of observations themselves: an idle night must not be cut into epochs of nothing.
func TestV13IdleIsCutHourlyOnly(t *testing.T) {
	d := newDesk(t)
	var cuts []int64
	for i := int64(1); i <= 2000; i++ {
		if d.next(1000 + 100*i).Cut {
			cuts = append(cuts, d.tick.N)
		}
	}
	if len(cuts) != 3 || d.tick.Epoch != 4 { // 200 s of broker time, an "hour" of 60 s
		t.Fatalf("cuts at %v, epoch %d", cuts, d.tick.Epoch)
	}
	d.observed[events] = 1
	if !d.next(201_100).Cut {
		d.t.Fatalf("moved, and a long time since the last cut: %+v", d.record)
	}
	for at := int64(201_200); at < 220_000; at += 100 {
		if d.next(at).Cut {
			t.Fatal("cut although nothing moved since")
		}
	}
}

// The first tick cuts nothing, whatever happened before it: it carries the regime.
func TestV13FirstTickCutsNothing(t *testing.T) {
	d := newDesk(t)
	d.claims(events, "a", 1, 100, 1_000_000_000)
	d.observed[events] = 50
	if tick := d.next(1_000_000_001); tick.Cut || tick.Epoch != 1 {
		t.Fatalf("%+v", tick)
	}
	if tick := d.next(1_000_002_000); tick.Cut {
		t.Fatalf("cut before an epoch's time has passed: %+v", tick)
	}
	if tick := d.next(1_000_002_001); !tick.Cut || tick.Epoch != 1 {
		t.Fatalf("%+v", tick)
	}
}

// An answer that did not come takes nothing back and holds nobody up.
func TestUnknownPositions(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	d.claims(events, "a", 1, 2000, 2001)
	d.ends[events] = 5
	d.next(2002)
	_, silent := d.s.Next(Inputs{Last: d.last})
	if i := sourceIndex(events); silent.Sources[i].SnapshotMS != 2000-testSlack || silent.Sources[i].ThroughMS != 0 {
		t.Fatalf("%+v", silent.Sources[i])
	}
	d.observed[events] = 5
	d.next(2003)
	if len(d.record.Pending) != 1 {
		t.Fatalf("pending %+v", d.record.Pending)
	}
	if _, silent = d.s.Next(Inputs{Last: d.last}); len(silent.Pending) != 1 || len(silent.Pending[0].Offsets) != 2 {
		t.Fatalf("pending %+v", silent.Pending)
	}
}

// A shard that is down for days must not grow the clock's record without bound, nor may the limit make folded jump
// past a tick it has not passed, or forget the oldest one it waits for.
func TestPendingIsBounded(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	type made struct{ offset, through int64 }
	var ticks []made
	for i := int64(0); i < 1000; i++ {
		at := 2000 + 10*i
		d.claims(events, "a", 1, at, at+1)
		d.next(at + 2)
		ticks = append(ticks, made{d.obs - 1, d.through(events)})
		if len(d.record.Pending) > MaxPending {
			t.Fatalf("%d pending ticks", len(d.record.Pending))
		}
	}
	if d.record.Pending[0].Offsets[0] != ticks[0].offset {
		t.Fatalf("the oldest was forgotten: %+v", d.record.Pending[0])
	}
	for _, m := range ticks {
		d.folded = []int64{m.offset + 1, m.offset + 1}
		d.next(20_000)
		if d.foldedMS(events) > m.through {
			t.Fatalf("folded %d beyond the tick at %d, %d", d.foldedMS(events), m.offset, m.through)
		}
	}
	if d.foldedMS(events) == 0 {
		t.Fatal("folded never moved")
	}
}

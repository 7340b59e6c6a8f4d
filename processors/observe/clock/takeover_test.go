package clock

import (
	"fmt"
	"reflect"
	"testing"

	"holdfast.example/schemas"
)

// A new owner that forgets a silent instance, a hold or a snapshot claims what nobody proved.
func TestV10NewOwnerKnowsTheWholeTable(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	d.start(events, "silent", 1, 1000)
	d.claims(events, "silent", 1, 2000, 2001)
	d.claims(events, "a", 1, 5000, 5001)
	d.wantThrough(5002, events, 2000-testSlack)
	d.start(events, "a", 2, 6000)
	d.ends[events] = 9
	d.next(6001)

	// Compaction has left the ClockState alone.
	fresh := NewState(testRules())
	fresh.ApplyClock(d.record, 6002)
	if got, want := fresh.table(), d.s.table(); !reflect.DeepEqual(got, want) {
		t.Fatalf("table\n%v\n%v", got, want)
	}
	d.s = fresh
	d.claims(events, "a", 2, 9000, 9001)
	d.wantThrough(9002, events, 2000-testSlack)
	d.claims(events, "silent", 1, 9000, 9003)
	d.wantThrough(9004, events, 2000-testSlack) // the end at 9 is not observed
	d.observed[events] = 9
	d.wantThrough(9005, events, 9000-testSlack)
}

// A new owner applies what it finds although the newest ClockState contains it already: the state must be the same as
// that of the owner before, in whatever records compaction has left.
func TestV10ReadingAgainChangesNothing(t *testing.T) {
	d := newDesk(t)
	type rec struct {
		p  *schemas.Progress
		c  *schemas.ClockState
		at int64
	}
	var log []rec
	progress := func(instance, kind string, boot, claim, at int64) {
		p := schemas.Progress{Source: events, Instance: instance, Boot: boot, Kind: kind, VisibilityMS: testVT}
		if claim > 0 {
			p.ClaimMS = &claim
		}
		log = append(log, rec{p: &p, at: at})
		d.apply(p, at)
	}
	progress("a", schemas.ProgressStart, 1, 0, 100)
	progress("b", schemas.ProgressStart, 4, 0, 110)
	progress("c", schemas.ProgressStart, 1, 0, 115)
	progress("a", schemas.ProgressProgress, 1, 300, 400)
	progress("b", schemas.ProgressProgress, 4, 310, 410)
	progress("c", schemas.ProgressRetired, 1, 0, 420)
	d.next(500)
	c := d.record
	log = append(log, rec{c: &c, at: 500})
	progress("b", schemas.ProgressProgress, 4, 600, 700)
	for skip := range 1 << 6 { // any of the records before the ClockState may be gone but the newest of each key
		if skip&(1<<3|1<<4|1<<5) != 0 {
			continue
		}
		fresh := NewState(testRules())
		for i, r := range log {
			switch {
			case r.c != nil:
				fresh.ApplyClock(*r.c, r.at)
			case i >= 6 || skip&(1<<i) == 0:
				if err := fresh.Apply(*r.p, r.at); err != nil {
					t.Fatal(err)
				}
			}
		}
		tick, state := fresh.Next(d.inputs())
		wantTick, wantState := d.s.Next(d.inputs())
		if !reflect.DeepEqual(tick, wantTick) || !reflect.DeepEqual(state, wantState) {
			t.Fatalf("without records %b:\n%+v\n%+v", skip, state, wantState)
		}
	}
}

// Two owners wrote the same n: whichever comes first in the log is the tick all shards saw.
func TestV10FirstRecordOfAnNWins(t *testing.T) {
	s := NewState(testRules())
	s.ApplyClock(schemas.ClockState{N: 7, TMS: 100, Epoch: 3}, 101)
	s.ApplyClock(schemas.ClockState{N: 7, TMS: 200, Epoch: 4}, 201)
	s.ApplyClock(schemas.ClockState{N: 6, TMS: 300, Epoch: 9}, 301)
	tick, _ := s.Next(Inputs{})
	if tick.N != 8 || tick.Epoch != 3 || s.Ignored != 2 {
		t.Fatalf("%+v, ignored %d", tick, s.Ignored)
	}
}

// A retirement that the newest ClockState was made without must not be undone by it: the dead instance would stall its
// source for ever.
func TestV10RetirementOutlivesAnOlderTable(t *testing.T) {
	d := newDesk(t)
	d.start(events, "a", 1, 1000)
	d.start(events, "b", 1, 1000)
	_, made := d.s.Next(d.inputs())
	d.retires(events, "b", 1, 1500)
	d.s.ApplyClock(made, 1501)
	d.claims(events, "a", 1, 2000, 2001)
	d.wantThrough(2002, events, 2000-testSlack)
	d.claims(events, "b", 1, 3000, 3001) // it lives after all, and counts again
	d.claims(events, "a", 1, 3000, 3002)
	d.wantThrough(3003, events, 2000-testSlack)
}

// Compaction took the start record, and no clock has ever run: an instance that is first seen at work may have started
// a moment ago.
func TestV5FirstSightHoldsLikeAStart(t *testing.T) {
	d := newDesk(t)
	d.claims(events, "a", 7, 1000, 1001)
	d.wantThrough(1002, events, 0)
	d.claims(events, "a", 7, 1001+testVT+2*testSlack, 1200)
	d.wantThrough(1201, events, 1001+testVT+testSlack)
}

// What cannot be watched must not be left out in silence.
func TestTooManyInstancesIsAnError(t *testing.T) {
	s := NewState(testRules())
	for i := range MaxInstances + 1 {
		p := schemas.Progress{Source: events, Instance: fmt.Sprint(i), Boot: 1, Kind: schemas.ProgressStart}
		if err := s.Apply(p, 1); (err != nil) != (i == MaxInstances) {
			t.Fatalf("instance %d: %v", i, err)
		}
	}
}

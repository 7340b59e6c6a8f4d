package truth

import (
	"fmt"
	"testing"
)

// at is a seen fact's value.
func at(r *Recording, f Fact) int64 { return r.Facts[f].At }

// effect is what a cause does, said once more in another way: as the value a field must have, by the facts of the
// recording. Fields without an entry must be untouched.
type effect map[Fact]func(r *Recording, p *Plan) int64

func plain(f Fact) func(*Recording, *Plan) int64 {
	return func(r *Recording, _ *Plan) int64 { return at(r, f) }
}

var effects = []struct {
	class   Cause
	variant int
	two     bool // on recordings with two agents only
	does    effect
}{
	{None, 0, false, nil},
	{Constant, 0, false, effect{
		Start:   func(r *Recording, p *Plan) int64 { return at(r, SessionStart) + 720_000 },
		End:     func(r *Recording, p *Plan) int64 { return at(r, SessionEnd) + 720_000 },
		Created: func(r *Recording, p *Plan) int64 { return at(r, SessionStart) + 720_000 }}},
	{Zone, 0, false, effect{
		Start:   func(r *Recording, _ *Plan) int64 { return at(r, SessionStart) + berlin(at(r, SessionStart)) },
		End:     func(r *Recording, _ *Plan) int64 { return at(r, SessionEnd) + berlin(at(r, SessionEnd)) },
		Created: func(r *Recording, _ *Plan) int64 { return at(r, SessionStart) + berlin(at(r, SessionStart)) }}},
	{DSTSplit, 0, false, effect{
		Start:   func(r *Recording, _ *Plan) int64 { return at(r, SessionStart) + berlin(at(r, SessionStart)) + 720_000 },
		End:     func(r *Recording, _ *Plan) int64 { return at(r, SessionEnd) + berlin(at(r, SessionEnd)) + 720_000 },
		Created: func(r *Recording, _ *Plan) int64 { return at(r, SessionStart) + berlin(at(r, SessionStart)) + 720_000 }}},
	{Finalisation, 0, false, effect{Start: stamped, End: stamped}},
	{Finalisation, 1, false, effect{End: stamped}},
	{Finalisation, 2, false, effect{
		Start: func(r *Recording, p *Plan) int64 { return stamped(r, p) - at(r, Duration) }, End: stamped}},
	{Finalisation, 3, false, effect{Created: stamped}},
	{Transfer, 0, false, effect{
		Start: func(r *Recording, _ *Plan) int64 { return at(r, SessionStart) + at(r, Uploaded) - at(r, Finalised) },
		End:   func(r *Recording, _ *Plan) int64 { return at(r, SessionEnd) + at(r, Uploaded) - at(r, Finalised) }}},
	{QueueWait, 0, false, effect{Start: plain(Connect)}},
	{DefinitionACD, 0, false, effect{Start: plain(ACD)}},
	{DefinitionACD, 1, false, effect{Created: plain(ACD)}},
	{DefinitionConnect, 0, false, effect{Created: plain(Connect)}},
	{DefinitionSecond, 0, true, effect{Start: plain(Second)}},
	{DefinitionSecond, 1, true, effect{Created: plain(Second)}},
	{DefinitionCreation, 0, false, effect{Created: plain(Creation)}},
	{Handoff, 0, true, effect{Created: func(r *Recording, _ *Plan) int64 { return at(r, Start) + at(r, Second) - at(r, FirstEnd) }}},
	{AfterCallWork, 0, false, effect{End: plain(WrapEnd)}},
	{PauseCut, 0, false, effect{Duration: func(r *Recording, _ *Plan) int64 { return at(r, SessionEnd) - at(r, Start) - at(r, Pauses) }}},
	{PauseCut, 1, false, effect{
		Duration: func(r *Recording, _ *Plan) int64 { return at(r, End) - at(r, Start) },
		End:      func(r *Recording, _ *Plan) int64 { return at(r, SessionEnd) - at(r, Pauses) }}},
	{HeaderWrite, 0, false, effect{Header: plain(SessionEnd)}},
	{HeaderWrite, 1, false, effect{Header: plain(Finalised)}},
	{HeaderWrite, 2, false, effect{Header: plain(Connect)}},
	{AccessTrim, 0, false, effect{Start: plain(AnsweredStart), AnsweredStart: plain(Start)}},
}

// berlin is the zone's rule of 2026 by hand.
func berlin(t int64) int64 {
	if t >= 1774746000_000 && t < 1792890000_000 { // 29 March and 25 October, 01:00 UTC
		return 7_200_000
	}
	return 3_600_000
}

func stamped(r *Recording, p *Plan) int64 { return at(r, Finalised) + p.Delta }

// TestCausesDoWhatTheySay: a label is worth nothing if the latent cause is not what made the readings. With exact
// clocks every field is compared with what its cause says it is, and every other fact with the same cohort without a
// cause.
func TestCausesDoWhatTheySay(t *testing.T) {
	for _, e := range effects {
		t.Run(fmt.Sprint(e.class, e.variant), func(t *testing.T) {
			p := Ordinary(150)
			p.Class, p.Variant, p.Offset, p.Delta = e.class, e.variant, 720_000, 1234
			p.Begin = utc(3, 24, 0, 0).UnixMilli() // Berlin's summer begins within the ten days
			bent, before := New(7, 3, p), unbent(7, 3, p)
			moved := 0
			for i := range bent.Recordings {
				r, was := &bent.Recordings[i], &before[i]
				acts := !e.two || r.Agents > 1
				for f := range Facts {
					want := at(was, f)
					if does := e.does[f]; does != nil && acts {
						want = does(r, &p)
					}
					if got := at(r, f); got != want {
						t.Fatalf("recording %d: %s is %d, want %d", i, f, got, want)
					}
					if at(r, f) != at(was, f) {
						moved++
					}
				}
			}
			if e.class != None && moved < 50 {
				t.Errorf("it moved %d readings of 150 recordings", moved)
			}
		})
	}
}

// unbent is the cohort that a plan's class would have bent, by the same dice.
func unbent(seed uint64, index int, p Plan) []Recording {
	d := newDice(^seed, p.Class, index)
	all := d.play(&p)
	read := make([]Recording, len(all))
	for i := range all {
		d.read(&p, &all[i], &read[i])
	}
	return read
}

// TestRate: the row's clock gains so many parts of a billion, whatever else it shows.
func TestRate(t *testing.T) {
	p := Ordinary(100)
	p.Class, p.SlopePPB, p.Offset = RateSkew, 500_000, -3000
	c := New(1, 1, p)
	for i := range c.Recordings {
		r := &c.Recordings[i]
		for f, instant := range map[Fact]Fact{Start: SessionStart, End: SessionEnd, Created: SessionStart} {
			gained := at(r, f) - at(r, instant) + 3000
			if want := (at(r, instant) - p.Begin) / 2000; gained != want {
				t.Fatalf("recording %d: %s gained %d ms, want %d", i, f, gained, want)
			}
		}
	}
}

// TestUnmodelled: each kind moves its own fields, together, by a lag within the plan's range, and no other.
func TestUnmodelled(t *testing.T) {
	moves := [unmodelledKinds][]Fact{lagStart: {Start}, lagEnd: {End}, lagBoth: {Start, End}, lagCreated: {Created}, lagTwoAgents: {Created}}
	for kind, fields := range moves {
		p := Ordinary(200)
		p.Class, p.Variant = Unmodelled, kind
		c, before := New(2, 5, p), unbent(2, 5, p)
		for i := range c.Recordings {
			r, was := &c.Recordings[i], &before[i]
			lag := at(r, fields[0]) - at(was, fields[0])
			acts := kind != lagTwoAgents || r.Agents > 1
			if acts && (abs(lag) < lagLeast || abs(lag) > lagMost) || !acts && lag != 0 {
				t.Fatalf("kind %d, recording %d: lag %d", kind, i, lag)
			}
			for f := range Facts {
				want := at(was, f)
				for _, moved := range fields {
					if f == moved {
						want += lag
					}
				}
				if at(r, f) != want {
					t.Fatalf("kind %d, recording %d: %s is %d, want %d", kind, i, f, at(r, f), want)
				}
			}
		}
	}
}

// TestMixture: every recording has one of two constants, and what the plan says decides which.
func TestMixture(t *testing.T) {
	for split := range Splits {
		p := Ordinary(300)
		p.Class, p.Offset, p.Other, p.Share, p.Split = Mixture, 30_000, -70_000, 400, split
		c := New(3, int(split), p)
		seen := map[int64]int{}
		key := map[int64]int64{} // what decides -> its constant
		for i := range c.Recordings {
			r := &c.Recordings[i]
			d := at(r, Start) - at(r, SessionStart)
			seen[d]++
			by := [Splits]int64{ByJob: int64(r.Job), ByDay: floor(at(r, SessionStart), day), ByAgents: int64(min(r.Agents, 2)), ByJobSize: int64(r.JobSize), ByLot: int64(i)}[split]
			if was, is := key[by]; is && was != d {
				t.Fatalf("split %d: %d has both constants", split, by)
			}
			key[by] = d
		}
		if len(seen) != 2 || seen[30_000] < 30 || seen[-70_000] < 30 {
			t.Errorf("split %d: offsets %v", split, seen)
		}
	}
}

// TestSwaps: what the export says of one recording stands beside the other's events, and both are labelled.
func TestSwaps(t *testing.T) {
	p := Ordinary(80)
	p.Class, p.Swaps = Mispaired, 3
	c := New(4, 4, p)
	swapped := 0
	for i := range c.Recordings {
		r := &c.Recordings[i]
		if is := at(r, Start) != at(r, SessionStart); is != (c.Causes[i] == Mispaired) {
			t.Fatalf("recording %d: departs %v, cause %v", i, is, c.Causes[i])
		}
		for j := range c.Recordings {
			o := &c.Recordings[j]
			if i != j && at(r, Start) == at(o, SessionStart) && at(r, End) == at(o, SessionEnd) && at(o, Start) == at(r, SessionStart) {
				swapped++
			}
		}
	}
	if swapped != 6 {
		t.Errorf("%d recordings are swapped, want 6", swapped)
	}
}

// TestHistory: the cause acts until it ends, and then on nothing.
func TestHistory(t *testing.T) {
	for i, class := range Mended {
		p := DrawHistory(5, class, i)
		p.Outliers = 0
		c, before := New(5, i, p), unbent(5, i, p)
		acted := 0
		for k, cause := range c.Causes {
			switch over := at(&before[k], SessionStart)-p.Skew[PlatformClock] >= p.Until+100; {
			case cause != None && over:
				t.Fatalf("%s: recording %d of %d is bent after the end", class, k, p.N)
			case cause == class:
				acted++
			}
		}
		if acted < 50 || acted > 300 {
			t.Errorf("%s: %d of %d recordings are bent", class, acted, p.N)
		}
	}
}

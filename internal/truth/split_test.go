package truth

import "testing"

// TestSplitIsSeen: what splits a mixture can be seen, but for a lot: within each job, day, number of agents or size of
// job all rows are off by the same.
func TestSplitIsSeen(t *testing.T) {
	key := [Splits]func(r *Recording) int64{
		ByJob:     func(r *Recording) int64 { return int64(r.Job) },
		ByDay:     func(r *Recording) int64 { return floor(r.Facts[SessionStart].At, day) },
		ByAgents:  func(r *Recording) int64 { return int64(r.Agents) },
		ByJobSize: func(r *Recording) int64 { return int64(r.JobSize) },
		ByLot:     func(*Recording) int64 { return 0 },
	}
	var cohorts, clean [Splits]int
	for i := range 150 {
		p := Draw(6, Mixture, i)
		p.outliers = 0
		c := New(6, i, p)
		whole := newView(&c.Observed).tauOf(rowFields)
		offs := map[int64]int64{}
		same := true
		for k := range c.Recordings {
			r := &c.Recordings[k]
			off := r.Facts[Start].At - r.Facts[SessionStart].At
			if was, is := offs[key[p.Split](r)]; is && abs(off-was) > 2*whole {
				same = false
			}
			offs[key[p.Split](r)] = off
		}
		cohorts[p.Split]++
		if same {
			clean[p.Split]++
		}
	}
	for s := range Splits {
		switch {
		case cohorts[s] < 10:
			t.Errorf("by %v: %d cohorts of 150", s, cohorts[s])
		case s != ByLot && clean[s] != cohorts[s]:
			t.Errorf("by %v: %d of %d cohorts are off by the same within each", s, clean[s], cohorts[s])
		case s == ByLot && clean[s]*2 > cohorts[s]:
			t.Errorf("by lot: %d of %d cohorts are off by the same", clean[s], cohorts[s])
		}
	}
}

// TestWhatWasToBeAdded: what section 7 names as not measured yet occurs.
func TestWhatWasToBeAdded(t *testing.T) {
	count := map[string]int{}
	note := func(what string, is bool) {
		if is {
			count[what]++
		}
	}
	for i := range 200 {
		note("finalisation and a constant", Draw(1, Finalisation, i).offset != 0)
		p := Draw(1, Constant, i)
		note("labels swapped", p.relabelled)
		note("one job and one day", p.jobs == 1 && p.span < day)
		for _, s := range p.scales {
			note("bunches below 1/8", s.bunch > 0 && s.bunch < 125)
		}
		p = Draw(1, Mixture, i)
		note("a constant in one job only", p.Split == ByJob && p.offset == 0 && p.form == 1)
		note("a fixed offset that is right for half of the year", zones[Draw(1, DSTSplit, i).zone].has(Draw(1, DSTSplit, i)))

		p = Draw(1, Unmodelled, i)
		if p.byChance == 0 {
			continue
		}
		// A lag is the pause sum in fewer than 30 recordings, and no other pauses are known.
		c := New(1, i, p)
		paused := 0
		for _, r := range c.Recordings {
			if r.Facts[Pauses].Seen {
				paused++
			}
		}
		note("a lag that is the pause sum by chance", paused > 0 && paused < 30 && c.Label().Set.Has(PauseCut))
	}
	for what, least := range map[string]int{"finalisation and a constant": 40, "labels swapped": 3, "one job and one day": 10, "bunches below 1/8": 100,
		"a constant in one job only": 2, "a fixed offset that is right for half of the year": 60, "a lag that is the pause sum by chance": 3} {
		if count[what] < least {
			t.Errorf("%s: %d", what, count[what])
		}
	}
}

// has says whether the fixed offset of a plan is one of the zone's own.
func (z Zoned) has(p Plan) bool {
	for _, o := range z.Offsets {
		if p.offset == -p.sign*o.AheadMS {
			return true
		}
	}
	return false
}

// TestScale: the kept steps draw what the dice draw.
func TestScale(t *testing.T) {
	d := newDice(1, None, 1)
	s := scale{lo: 60, hi: 300 * second}
	var kept, drawn [20]int
	for range 20000 {
		bucket := func(v int64) (b int) {
			if v < s.lo || v > s.hi {
				t.Fatalf("drew %d", v)
			}
			for ; v > s.lo; v /= 2 {
				b++
			}
			return b
		}
		kept[bucket(d.of(&s))]++
		drawn[bucket(d.log(s.lo, s.hi))]++
	}
	for b := range kept {
		if abs(int64(kept[b]-drawn[b])) > 250 {
			t.Errorf("octave %d: %d and %d", b, kept[b], drawn[b])
		}
	}
}

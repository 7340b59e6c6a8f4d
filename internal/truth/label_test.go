package truth

import "testing"

// known is a cohort made by hand, of a class.
func known(class Cause, o *Observed) *Cohort {
	c := &Cohort{Observed: *o, Plan: Plan{Class: class, N: len(o.Recordings)}}
	for range o.Recordings {
		c.Causes = append(c.Causes, class)
	}
	return c
}

// only keeps the recordings that keep says.
func only(o *Observed, keep func(i int, r *Recording) bool) *Observed {
	out := &Observed{Zone: o.Zone}
	for i := range o.Recordings {
		if keep(i, &o.Recordings[i]) {
			out.Recordings = append(out.Recordings, o.Recordings[i])
		}
	}
	return out
}

func first(n int) func(int, *Recording) bool {
	return func(i int, _ *Recording) bool { return i < n }
}

// without hides facts.
func without(o *Observed, facts ...Fact) *Observed {
	return each(o, func(_ int, r *Recording, _ func(Fact) int64) {
		for _, f := range facts {
			r.Facts[f] = Reading{}
		}
	})
}

func TestLabelReasons(t *testing.T) {
	constant := func() *Observed { return rows(func(int, int64) int64 { return 12 * minute }) }
	handoff := func() *Observed {
		return ofPairs(Created, func(at func(Fact) int64) int64 { return at(SessionStart) + at(Second) - at(FirstEnd) })
	}
	zone := func() *Observed { return acrossJump(func(z *Zoned, t int64) int64 { return z.At(t) }) }
	drift := func(ms int64) *Observed {
		return rows(func(_ int, start int64) int64 { return (start - newYear - 30*day) * ms / (119 * day / 50) })
	}
	wait := func() *Observed { return set(instant(Connect), Start) }
	finalised := func(each, more int64) *Observed {
		o := byHand(120)
		for i := range o.Recordings {
			r := &o.Recordings[i].Facts
			r[Finalised].At = r[SessionEnd].At + hour + int64(i)*each
			r[End].At = r[Finalised].At + more
		}
		return o
	}
	// pairs keeps so many recordings of two agents and of one.
	pairs := func(o *Observed, two, one int) *Observed {
		return only(o, func(_ int, r *Recording) bool {
			if r.Agents == 2 {
				two--
				return two >= 0
			}
			one--
			return one >= 0
		})
	}
	// winter keeps n recordings before the jump and all after it.
	winter := func(o *Observed, n int) *Observed {
		return only(o, func(_ int, r *Recording) bool {
			if o.Zone.At(r.Facts[SessionStart].At) == hour {
				n--
				return n >= 0
			}
			return true
		})
	}
	for _, c := range []struct {
		name  string
		class Cause
		o     *Observed
		set   Set
		why   Reason
	}{
		{"constant", Constant, constant(), Of(Constant), Known},
		{"59", Constant, only(constant(), first(59)), Of(Constant), Known},
		{"58", Constant, only(constant(), first(58)), Of(Constant), TooFew},
		{"one job and one day", Constant, each(only(constant(), first(100)), func(i int, r *Recording, _ func(Fact) int64) {
			r.Job = 0
			for f := range r.Facts {
				if _, is := Fact(f).Clock(); is && i >= 50 {
					r.Facts[f].At -= day
				}
			}
		}), Of(Constant), TooFew},
		{"one job on more days", Constant, each(constant(), func(_ int, r *Recording, _ func(Fact) int64) { r.Job = 0 }), Of(Constant), Known},
		{"within 5 tau of 15 minutes", Constant, rows(func(int, int64) int64 { return 900255 }), Of(Constant, Zone), Several},
		{"beyond", Constant, rows(func(int, int64) int64 { return 900300 }), Of(Constant), Known},
		{"within 5 tau of zero", Constant, rows(func(int, int64) int64 { return 255 }), Of(Constant), TooFlat},
		{"whatever made it", Transfer, without(constant(), Uploaded, Created), Of(Constant), Known},
		{"of two agents it stays what it is", Handoff, without(ofPairs(Created, func(at func(Fact) int64) int64 { return at(Created) + 2525 }), Second), Of(Constant, Handoff), Several},
		{"wait", QueueWait, wait(), Of(QueueWait), Known},
		{"30", QueueWait, only(wait(), first(30)), Of(QueueWait), Known},
		{"29", QueueWait, only(wait(), first(29)), Of(QueueWait), TooFew},
		{"connect unseen", QueueWait, without(wait(), Connect), Of(QueueWait), Unshown},
		{"waits alike", QueueWait, each(wait(), func(i int, r *Recording, at func(Fact) int64) {
			r.Facts[Connect].At = at(SessionStart) + minute + int64(i)*4
			r.Facts[Start].At = at(Connect)
		}), Of(QueueWait, Unmodelled), TooFlat},
		{"header unseen", HeaderWrite, without(set(instant(SessionEnd), Header), Header), Of(None, HeaderWrite), Several},
		{"handoff", Handoff, handoff(), Of(Handoff), Known},
		{"30 and 59", Handoff, pairs(handoff(), 30, 59), Of(Handoff), Known},
		{"29 of two agents", Handoff, pairs(handoff(), 29, 59), Of(Handoff), TooFew},
		{"58 controls", Handoff, pairs(handoff(), 30, 58), Of(Handoff), TooFew},
		{"connect of a handoff unseen", Handoff, without(handoff(), Connect), Of(Handoff), TooFew},
		{"zone", Zone, zone(), Of(Zone), Known},
		{"20 before the jump", Zone, winter(zone(), 20), Of(Zone), Known},
		{"rate", RateSkew, drift(1100), Of(RateSkew), Known},
		{"below 20 tau", RateSkew, drift(900), Of(RateSkew), TooFlat},
		{"finalised, 5 tau", Finalisation, finalised(5, 0), Of(Finalisation), Known},
		{"finalised and more, below 20 tau", Finalisation, finalised(10, minute), Of(Finalisation), TooFlat},
		{"finalised and more, 20 tau", Finalisation, finalised(20, minute), Of(Finalisation), Known},
		{"mixture", Mixture, rows(func(i int, _ int64) int64 { return int64(i%2) * minute }), Of(Mixture), Known},
		{"aligned", None, byHand(120), Of(None), NoClaim},
		{"nothing measured", Unmodelled, rows(func(i int, _ int64) int64 { return 100 + int64(i)*4729%200003 }), Of(Unmodelled), NoClaim},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := known(c.class, c.o).Label()
			if l.Set != c.set || l.Why != c.why || l.Identifiable != (c.why == Known) {
				t.Errorf("label %v %v %v, want %v %v", l.Set, l.Why, l.Identifiable, c.set, c.why)
			}
		})
	}
	if l := known(Zone, winter(zone(), 19)).Label(); l.Identifiable {
		t.Errorf("zone with 19 recordings before the jump is identifiable")
	}
}

// TestWholeSeconds: what is written as .000 by a whole file is whole seconds, rounded nobody knows how.
func TestWholeSeconds(t *testing.T) {
	dots := func(n int) *Observed {
		o := only(byHand(120), first(n))
		return each(o, func(_ int, r *Recording, at func(Fact) int64) {
			for _, f := range []Fact{Start, End, Created} {
				r.Facts[f].At = floor(at(f)+second/2, second) * second
			}
		})
	}
	if got := Enumerate(dots(120)).Set; got != Of(None) {
		t.Errorf("rounded to .000: %v, want aligned", got)
	}
	if got := Enumerate(dots(19)).Set; got == Of(None) {
		t.Error("19 values that end in .000 were read as whole seconds")
	}
	cut := each(byHand(120), func(_ int, r *Recording, at func(Fact) int64) {
		for _, f := range []Fact{Start, End, Created} {
			r.Facts[f] = Reading{At: floor(at(f), second) * second, Written: second, Cut: true, Seen: true}
		}
	})
	if v := newView(cut); v.tauOf(setOf(Start)) != 1051 || Enumerate(cut).Set != Of(None) {
		t.Errorf("cut: tau %d, %v", v.tauOf(setOf(Start)), Enumerate(cut).Set)
	}
	for _, c := range []struct {
		u    *rule
		want int64
	}{{ruleOf(t, QueueWait), 52}, {ruleOf(t, Handoff), 54}} {
		if got := c.u.tau(newView(byHand(30))); got != c.want {
			t.Errorf("%v: tau %d, want %d", c.u.cause, got, c.want)
		}
	}
}

func ruleOf(t *testing.T, c Cause) *rule {
	for i := range rules {
		if rules[i].cause == c {
			return &rules[i]
		}
	}
	t.Fatalf("no rule of %v", c)
	return nil
}

// TestDeepest holds the sweep to what it stands for: trying every place.
func TestDeepest(t *testing.T) {
	d := newDice(3, None, 0)
	for range 200 {
		var all []span
		for range d.between(1, 12) {
			lo := d.between(-300, 300)
			all = append(all, span{lo, lo + d.between(-150, 100), !d.mille(100)})
		}
		best := 0
		for at := int64(-600); at <= 600; at++ {
			n := 0
			for _, s := range all {
				if s.holds(at) {
					n++
				}
			}
			best = max(best, n)
		}
		at, n := deepest(all)
		in := 0
		for _, s := range all {
			if s.holds(at) {
				in++
			}
		}
		if n != best || in != best {
			t.Fatalf("%v: %d at %d, where %d are; the most is %d", all, n, at, in, best)
		}
	}
}

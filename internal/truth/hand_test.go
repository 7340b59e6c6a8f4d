package truth

import "testing"

// byHand makes a cohort without dice: every fact is seen, to the ms, and aligned. Lengths follow residues that share no
// period, so that no two of them agree. A third have two agents; jobs change every ten recordings, days every fifty.
func byHand(n int) *Observed {
	o := &Observed{Zone: zones[1]}
	for i := range int64(n) {
		start := newYear + 30*day + i*day/50 + i*i%977
		length := 300*second + i*7919%1000*second + i*31%997
		var r Recording
		r.Agents, r.Job = 1, int(i/10)
		r.ID[0], r.ID[1] = byte(i), byte(i>>8)
		put := func(f Fact, at int64) { r.Facts[f] = Reading{At: at, Written: 1, Seen: true} }
		put(SessionStart, start)
		put(SessionEnd, start+length)
		put(ACD, start+5*second+i*7561%60011)
		put(Connect, start+70*second+i*6997%90001)
		put(FirstEnd, start+length/2)
		if i%3 == 0 {
			r.Agents = 2
			put(Second, start+length/2+2*second+i*3571%40009)
		}
		put(WrapEnd, start+length+4*second+i*9973%80021)
		put(Pauses, second+i*4409%50021)
		put(Finalised, start+length+hour+i*8887%3000017)
		put(Uploaded, start+length+hour+i*8887%3000017+second+i*2749%70001)
		put(OriginalStart, start)
		put(AnsweredStart, start+3*second+i*5519%60013)
		put(Creation, start+2*second+i*6661%50033)
		put(Start, start)
		put(Created, start)
		put(Header, start)
		put(End, start+length)
		put(Duration, length)
		o.Recordings = append(o.Recordings, r)
	}
	return o
}

// each calls change for every recording, with a function that reads an instant.
func each(o *Observed, change func(i int, r *Recording, at func(Fact) int64)) *Observed {
	for i := range o.Recordings {
		r := &o.Recordings[i]
		change(i, r, func(f Fact) int64 { return r.Facts[f].At })
	}
	return o
}

// moveRow moves a row.
func moveRow(r *Recording, by int64) {
	for _, f := range []Fact{Start, End, Created} {
		r.Facts[f].At += by
	}
}

// set sets fields of every recording.
func set(value func(at func(Fact) int64) int64, fields ...Fact) *Observed {
	return each(byHand(120), func(_ int, r *Recording, at func(Fact) int64) {
		v := value(at)
		for _, f := range fields {
			r.Facts[f].At = v
		}
	})
}

// ofPairs sets a field of the two-agent recordings.
func ofPairs(field Fact, value func(at func(Fact) int64) int64) *Observed {
	return each(byHand(120), func(_ int, r *Recording, at func(Fact) int64) {
		if r.Agents == 2 {
			r.Facts[field].At = value(at)
		}
	})
}

// rows moves every row by what its number and its session's start say.
func rows(by func(i int, start int64) int64) *Observed {
	return each(byHand(120), func(i int, r *Recording, at func(Fact) int64) { moveRow(r, by(i, at(SessionStart))) })
}

func instant(f Fact) func(func(Fact) int64) int64 {
	return func(at func(Fact) int64) int64 { return at(f) }
}

// acrossJump spreads the cohort over a jump of its zone and moves each instant of a row as by says.
func acrossJump(by func(z *Zoned, t int64) int64) *Observed {
	o := byHand(120)
	forward := o.Zone.Offsets[1].From - o.Recordings[60].Facts[SessionStart].At
	return each(o, func(_ int, r *Recording, _ func(Fact) int64) {
		for f := range r.Facts {
			if _, is := Fact(f).Clock(); is && r.Facts[f].Seen {
				r.Facts[f].At += forward
			}
		}
		for _, f := range []Fact{Start, End, Created} {
			r.Facts[f].At += by(&o.Zone, r.Facts[f].At)
		}
	})
}

// TestEnumerateEachForm: each form of each cause, made by hand, is reproduced by that cause and by no other.
func TestEnumerateEachForm(t *testing.T) {
	wholeRow := func(o *Observed, by int64) *Observed {
		return each(o, func(_ int, r *Recording, _ func(Fact) int64) { moveRow(r, by) })
	}
	later := func(o *Observed, by int64, fields ...Fact) *Observed {
		return each(o, func(_ int, r *Recording, _ func(Fact) int64) {
			for _, f := range fields {
				r.Facts[f].At += by
			}
		})
	}
	startAndEndBy := func(by func(at func(Fact) int64) int64) *Observed {
		return each(byHand(120), func(_ int, r *Recording, at func(Fact) int64) {
			d := by(at)
			r.Facts[Start].At += d
			r.Facts[End].At += d
		})
	}
	finalisedLater := func(at func(Fact) int64) int64 { return at(Finalised) - at(SessionEnd) }
	for _, c := range []struct {
		name string
		o    *Observed
		want Set
	}{
		{"aligned", byHand(120), Of(None)},
		{"constant", wholeRow(byHand(120), 12*minute), Of(Constant)},
		{"constant, earlier", wholeRow(byHand(120), -1234), Of(Constant)},
		{"constant, the labels of two clocks swapped", each(wholeRow(byHand(120), 12*minute), func(_ int, r *Recording, _ func(Fact) int64) {
			r.Facts[Start], r.Facts[SessionStart] = r.Facts[SessionStart], r.Facts[Start]
			r.Facts[End], r.Facts[SessionEnd] = r.Facts[SessionEnd], r.Facts[End]
		}), Of(Constant)},
		{"constant, but for a twentieth", rows(func(i int, _ int64) int64 { return 12*minute + int64(i%20/19)*int64(i)*second }), Of(Constant)},
		{"aligned, but for a twentieth", rows(func(i int, _ int64) int64 { return int64(i%20/19) * int64(i) * second }), Of(None)},
		{"rate", rows(func(_ int, start int64) int64 { return (start - newYear) / 20000 }), Of(RateSkew)},
		{"zone", acrossJump(func(z *Zoned, t int64) int64 { return z.At(t) }), Of(Zone)},
		{"zone, the other sign", acrossJump(func(z *Zoned, t int64) int64 { return -z.At(t) }), Of(Zone)},
		{"fixed offset, right in winter", acrossJump(func(z *Zoned, t int64) int64 { return z.At(t) - hour }), Of(DSTSplit)},
		{"fixed offset, never right", acrossJump(func(z *Zoned, t int64) int64 { return -z.At(t) + 5*hour }), Of(DSTSplit)},
		{"finalised is start and end", set(instant(Finalised), Start, End), Of(Finalisation)},
		{"finalised is end", set(instant(Finalised), End), Of(Finalisation)},
		{"shifted to finalised", startAndEndBy(finalisedLater), Of(Finalisation)},
		{"finalised is created", set(instant(Finalised), Created), Of(Finalisation)},
		{"finalised and 40 s is start and end", later(set(instant(Finalised), Start, End), 40*second, Start, End), Of(Finalisation)},
		{"finalised and 40 s is end", later(set(instant(Finalised), End), 40*second, End), Of(Finalisation)},
		{"shifted to 40 s before finalised", later(startAndEndBy(finalisedLater), -40*second, Start, End), Of(Finalisation)},
		{"finalised and 40 s is created", later(set(instant(Finalised), Created), 40*second, Created), Of(Finalisation)},
		{"transfer", startAndEndBy(func(at func(Fact) int64) int64 { return at(Uploaded) - at(Finalised) }), Of(Transfer)},
		{"connect is start", set(instant(Connect), Start), Of(QueueWait)},
		{"acd is start", set(instant(ACD), Start), Of(DefinitionACD)},
		{"acd is created", set(instant(ACD), Created), Of(DefinitionACD)},
		{"connect is created", set(instant(Connect), Created), Of(DefinitionConnect)},
		{"second is start", ofPairs(Start, instant(Second)), Of(DefinitionSecond)},
		{"second is created", ofPairs(Created, instant(Second)), Of(DefinitionSecond)},
		{"creation is created", set(instant(Creation), Created), Of(DefinitionCreation)},
		{"handoff", ofPairs(Created, func(at func(Fact) int64) int64 { return at(SessionStart) + at(Second) - at(FirstEnd) }), Of(Handoff)},
		{"wrap-up is end", set(instant(WrapEnd), End), Of(AfterCallWork)},
		{"media without pauses", set(func(at func(Fact) int64) int64 { return at(Duration) - at(Pauses) }, Duration), Of(PauseCut)},
		{"row without pauses", set(func(at func(Fact) int64) int64 { return at(End) - at(Pauses) }, End), Of(PauseCut)},
		{"header at the end", set(instant(SessionEnd), Header), Of(HeaderWrite)},
		{"header when finalised", set(instant(Finalised), Header), Of(HeaderWrite)},
		{"header at connect", set(instant(Connect), Header), Of(HeaderWrite)},
		{"trim", set(func(at func(Fact) int64) int64 { return at(Start) + at(AnsweredStart) - at(OriginalStart) }, Start), Of(AccessTrim)},
		{"mixture", rows(func(i int, _ int64) int64 { return []int64{0, 7777, 7777}[i/10%3] }), Of(Mixture)},
		{"mixture, neither zero", rows(func(i int, _ int64) int64 { return []int64{-40 * second, 7777}[i%2] }), Of(Mixture)},
		{"nothing measured", rows(func(i int, _ int64) int64 { return 100 + int64(i)*4729%200003 }), 0},
		{"nothing measured, of created", set(func(at func(Fact) int64) int64 { return at(Created) + 100 + at(Header)*7/3%190027 }, Created), 0},
		{"2-3 s of two agents, not the gap", ofPairs(Created, func(at func(Fact) int64) int64 { return at(Created) + 2000 + at(End)%1009 }), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Enumerate(c.o).Set; got != c.want {
				t.Errorf("enumerated %v, want %v", got, c.want)
			}
		})
	}
}

// TestEnumerateNearTies: what two causes reproduce is listed under both.
func TestEnumerateNearTies(t *testing.T) {
	flatGap := func(at func(Fact) int64) int64 { return at(SessionStart) + 2525 }
	for _, c := range []struct {
		name string
		o    *Observed
		want Set
	}{
		{"900.000 s", rows(func(int, int64) int64 { return 900 * second }), Of(Zone, Constant)},
		{"-899.970 s", rows(func(int, int64) int64 { return -899970 }), Of(Zone, Constant)},
		{"the zone's offset without a jump", rows(func(int, int64) int64 { return hour }), Of(Zone, Constant)},
		{"900.200 s", rows(func(int, int64) int64 { return 900200 }), Of(Constant)},
		{"gap is the wait", each(ofPairs(Created, instant(Connect)), func(_ int, r *Recording, at func(Fact) int64) {
			if r.Agents == 2 {
				r.Facts[Second].At = at(FirstEnd) + at(Connect) - at(SessionStart)
			}
		}), Of(Handoff, DefinitionConnect)},
		{"gap without variance", each(ofPairs(Created, flatGap), func(_ int, r *Recording, at func(Fact) int64) {
			if r.Agents == 2 {
				r.Facts[Second].At = at(FirstEnd) + 2525
			}
		}), Of(Handoff, Constant)},
		{"the queue is trimmed", each(set(instant(Connect), Start), func(_ int, r *Recording, at func(Fact) int64) {
			r.Facts[AnsweredStart].At = at(Connect)
		}), Of(QueueWait, AccessTrim)},
		{"finalised 20 s after the wrap-up", each(set(instant(WrapEnd), End), func(_ int, r *Recording, at func(Fact) int64) {
			r.Facts[Finalised].At = at(WrapEnd) + 20*second
		}), Of(AfterCallWork, Finalisation)},
		{"finalised at once", each(rows(func(int, int64) int64 { return 0 }), func(_ int, r *Recording, at func(Fact) int64) {
			r.Facts[Finalised].At = at(SessionEnd) + 31*second
			r.Facts[Start].At += 31 * second
			r.Facts[End].At += 31 * second
		}), Of(Constant, Finalisation)},
		{"a sixth have another constant", rows(func(i int, _ int64) int64 {
			if i%6 == 0 {
				return 55 * second
			}
			return 12 * minute
		}), Of(Constant, Mixture)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Enumerate(c.o).Set; got != c.want {
				t.Errorf("enumerated %v, want %v", got, c.want)
			}
		})
	}
}

// TestFoundSaysOfWhat: whom a constant is of decides what it is worth.
func TestFoundSaysOfWhat(t *testing.T) {
	plus := func(f Fact, by int64) func(func(Fact) int64) int64 {
		return func(at func(Fact) int64) int64 { return at(f) + by }
	}
	for _, c := range []struct {
		name       string
		o          *Observed
		whole, two bool
		under      int
	}{
		{"the row", rows(func(int, int64) int64 { return 12345 }), true, false, 120},
		{"the header", set(plus(Header, 12345), Header), true, false, 120},
		{"created", set(plus(Created, 12345), Created), true, false, 120},
		{"start alone", set(plus(Start, 12345), Start), false, false, 120},
		{"created of two agents", ofPairs(Created, plus(Created, 12345)), false, true, 40},
	} {
		f := Enumerate(c.o)
		if f.Set != Of(Constant) || f.Whole != c.whole || f.Two != c.two || len(f.Under) != c.under {
			t.Errorf("%s: %v whole %v two %v of %d recordings", c.name, f.Set, f.Whole, f.Two, len(f.Under))
		}
	}
}

package truth

import "testing"

// TestLabelClaims: what a cohort's verdict may claim of causes that fit it. Each line is a rule of the specification's §4
// that decides whether the label is one cause, several, or one that cannot be known.
func TestLabelClaims(t *testing.T) {
	unseen := func(o *Observed, from int, facts ...Fact) *Observed {
		return each(o, func(i int, r *Recording, _ func(Fact) int64) {
			for _, f := range facts {
				r.Facts[f].Seen = r.Facts[f].Seen && i >= from
			}
		})
	}
	paused := func(share int) *Observed { // so many of ten
		o := each(byHand(120), func(i int, r *Recording, _ func(Fact) int64) {
			if i%10 >= share {
				r.Facts[Pauses].At = 0
			}
		})
		return each(o, func(_ int, r *Recording, at func(Fact) int64) { r.Facts[End].At -= at(Pauses) })
	}
	// split has so many of 120 behind the jump, and the row right before it.
	split := func(behind int) *Observed {
		o := byHand(120)
		forward := o.Zone.Offsets[1].From - o.Recordings[120-behind].Facts[SessionStart].At
		return each(o, func(_ int, r *Recording, _ func(Fact) int64) {
			for f := range r.Facts {
				if _, is := Fact(f).Clock(); is && r.Facts[f].Seen {
					r.Facts[f].At += forward
				}
			}
			for _, f := range []Fact{Start, End, Created} {
				r.Facts[f].At += o.Zone.At(r.Facts[f].At) - 3*hour - minute
			}
		})
	}
	lot := func(n int) *Observed {
		return rows(func(i int, _ int64) int64 {
			if i < n {
				return 55 * second
			}
			return 12 * minute
		})
	}
	followed := func() *Observed {
		return each(set(instant(WrapEnd), End), func(i int, r *Recording, at func(Fact) int64) { r.Facts[Finalised].At = at(WrapEnd) + 20*second })
	}
	for _, c := range []struct {
		name  string
		class Cause
		o     *Observed
		set   Set
		why   Reason
	}{
		{"those who did not pause are no bunch of zeros", PauseCut, paused(4), Of(PauseCut), Known},
		{"nine tenths have the fact", DefinitionACD, unseen(set(instant(ACD), Created), 12, ACD), Of(DefinitionACD), Known},
		{"fewer have", DefinitionACD, unseen(set(instant(ACD), Created), 13, ACD), Of(DefinitionACD), Unshown},
		{"a wait, and what the account may see is not known", QueueWait, without(set(instant(Connect), Start), AnsweredStart), Of(QueueWait), TooFew},
		{"after-call work, and the job's time is not known", AfterCallWork, without(set(instant(WrapEnd), End), Finalised), Of(AfterCallWork), TooFew},
		{"a job after the wrap-up, which is not known", AfterCallWork, without(followed(), WrapEnd), Of(Finalisation, AfterCallWork), Several},
		{"a tenth and more behind the jump, and the constant does not hold", DSTSplit, split(24), Of(DSTSplit), Known},
		{"the constant holds for all but m", DSTSplit, split(14), Of(Constant, DSTSplit), Several},
		{"nine of another amount are outliers", Mixture, lot(9), Of(Constant), Known},
		{"ten are a bunch", Mixture, lot(10), Of(Constant, Mixture), Several},
		{"within tau of nothing", Constant, each(set(func(at func(Fact) int64) int64 { return at(Created) + 1400 }, Created), func(_ int, r *Recording, _ func(Fact) int64) {
			r.Facts[SessionStart].Written = second
		}), Of(Constant), Unshown},
		{"beyond 5 tau of 15 minutes, however coarse the header is", Constant, each(rows(func(int, int64) int64 { return 900816 }), func(_ int, r *Recording, _ func(Fact) int64) {
			r.Facts[Header].At += 901 * second
			r.Facts[Header].Written = second
		}), Of(Constant), Known},
		{"14 hours may be a zone", Constant, rows(func(int, int64) int64 { return 14 * hour }), Of(Constant, Zone), Several},
		{"a quarter more is none", Constant, rows(func(int, int64) int64 { return 14*hour + quarter }), Of(Constant), Known},
	} {
		t.Run(c.name, func(t *testing.T) {
			if l := known(c.class, c.o).Label(); l.Set != c.set || l.Why != c.why {
				t.Errorf("label %v %v, want %v %v", l.Set, l.Why, c.set, c.why)
			}
		})
	}
}

// TestChanceOfSeveralForms: the chances of a cause's forms that make the same shape add up, and no others.
func TestChanceOfSeveralForms(t *testing.T) {
	u := ruleOf(t, HeaderWrite)
	first := 0
	for i := range rules {
		if &rules[i] == u {
			first = i
		}
	}
	chances := make([]chance, len(rules))
	for i := range chances {
		chances[i].ppb = 400_000
	}
	o := byHand(60)
	r := &newView(o).rows[0]
	if got := ofCause(first, r, chances); got != 3*400_000 {
		t.Errorf("three forms of a header: %d", got)
	}
	chances[first+1].ppb, chances[first+2].few = mostChance+1, true
	if got := ofCause(first, r, chances); got != 400_000 {
		t.Errorf("one that tells nothing and one of too few offsets: %d", got)
	}
	if got := ofCause(0, r, chances); rules[0].cause != Finalisation || got != 400_000 {
		t.Errorf("a row without length is made by one form: %d", got)
	}
}

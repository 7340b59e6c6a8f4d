package truth

import "testing"

// TestRecordsByThemselves: one record's numbers say what fits it, and the cohort how telling that is.
func TestRecordsByThemselves(t *testing.T) {
	// Waits of up to an hour: a lag that follows nothing seldom hits one.
	wide := func() *Observed {
		return each(byHand(120), func(i int, r *Recording, at func(Fact) int64) {
			r.Facts[Connect].At = at(SessionStart) + 10*second + int64(i)*29989
		})
	}
	one := func(o *Observed, change func(r *Recording, at func(Fact) int64)) *Observed {
		r := &o.Recordings[60]
		change(r, func(f Fact) int64 { return r.Facts[f].At })
		return o
	}
	startAtConnect := func(r *Recording, at func(Fact) int64) { r.Facts[Start].At = at(Connect) }
	for _, c := range []struct {
		name  string
		cause Cause
		o     *Observed
		set   Set
		why   Reason
	}{
		{"aligned", None, byHand(120), Of(None), NoClaim},
		{"a wait", QueueWait, one(wide(), startAtConnect), Of(QueueWait), Known},
		{"a wait among 29", QueueWait, each(one(wide(), startAtConnect), func(i int, r *Recording, _ func(Fact) int64) {
			r.Facts[Connect].Seen = i >= 45 && i < 74
		}), Of(QueueWait), TooFew},
		{"waits within a minute and a half", QueueWait, one(byHand(120), startAtConnect), Of(QueueWait, Unmodelled), TooFlat},
		{"an eighth wait alike", QueueWait, one(each(wide(), func(i int, r *Recording, at func(Fact) int64) {
			if i%8 == 0 {
				r.Facts[Connect].At = at(SessionStart) + 2*hour
			}
		}), startAtConnect), Of(QueueWait, Unmodelled), TooFlat},
		{"less than an eighth wait alike", QueueWait, one(each(wide(), func(i int, r *Recording, at func(Fact) int64) {
			if i%9 == 0 {
				r.Facts[Connect].At = at(SessionStart) + 2*hour
			}
		}), startAtConnect), Of(QueueWait), Known},
		{"a constant shows in no single record", Constant, one(byHand(120), func(r *Recording, _ func(Fact) int64) { moveRow(r, minute) }), Of(Constant), Unshown},
		{"the zone's offset", Zone, one(byHand(120), func(r *Recording, _ func(Fact) int64) { moveRow(r, hour) }), Of(Zone, Unmodelled), TooFlat},
		{"two forms of one cause", HeaderWrite, one(byHand(120), func(r *Recording, at func(Fact) int64) {
			r.Facts[Finalised].At = at(SessionEnd)
			r.Facts[Header].At = at(SessionEnd)
		}), Of(HeaderWrite), Known},
		{"a lag that is a pause by chance", Unmodelled, one(byHand(120), func(r *Recording, at func(Fact) int64) { r.Facts[End].At -= at(Pauses) }), Of(PauseCut, Unmodelled), Several},
		{"a lag", Unmodelled, one(byHand(120), func(r *Recording, _ func(Fact) int64) { moveRow(r, 7777) }), Of(Unmodelled), NoClaim},
	} {
		t.Run(c.name, func(t *testing.T) {
			cohort := known(None, c.o)
			cohort.Causes[60] = c.cause
			if l := cohort.Records()[60]; l.Set != c.set || l.Why != c.why {
				t.Errorf("label %v %v, want %v %v", l.Set, l.Why, c.set, c.why)
			}
		})
	}
}

func TestSwappedRowsAreTwoMispaired(t *testing.T) {
	o := byHand(120)
	a, b := &o.Recordings[10].Facts, &o.Recordings[90].Facts
	for _, f := range []Fact{Start, End, Created} {
		a[f], b[f] = b[f], a[f]
	}
	c := known(Mispaired, o)
	for i := range c.Causes {
		c.Causes[i] = None
	}
	c.Causes[10], c.Causes[90] = Mispaired, Mispaired
	if l := c.Label(); l.Set != Of(None) {
		t.Errorf("the cohort is %v, want aligned", l.Set)
	}
	for i, l := range c.Records() {
		want, why := Of(None), NoClaim
		if i == 10 || i == 90 {
			want, why = Of(Mispaired), Known
		}
		if l.Set != want || l.Why != why {
			t.Errorf("recording %d: %v %v, want %v %v", i, l.Set, l.Why, want, why)
		}
	}
}

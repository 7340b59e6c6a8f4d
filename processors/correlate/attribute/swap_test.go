package attribute

import (
	"slices"
	"testing"

	"holdfast.example/schemas/instant"
)

// swapped exchanges the export's times of pairs of recordings.
func swapped(s *scene, pairs ...[2]int) *scene {
	for _, p := range pairs {
		a, b := s.recs[p[0]], s.recs[p[1]]
		for _, f := range []Fact{Start, End, Created} {
			a.Readings[f], b.Readings[f] = b.Readings[f], a.Readings[f]
		}
	}
	return s
}

// Two recordings that bear each other's times are two mispaired, and nobody else is.
func TestSwapIsSeen(t *testing.T) {
	m := NewModel(Table{})
	s := swapped(newScene(40, 400), [2]int{3, 77}, [2]int{120, 310})
	c := s.cohort()
	got := m.Swaps(s.recs, c.Basis())
	if len(got) != 2 {
		t.Fatalf("%d swaps, want 2", len(got))
	}
	spread := m.Spread(c)
	ids := map[[32]byte]bool{}
	for _, w := range got {
		if !w.Named() || w.EPPB <= 0 {
			t.Errorf("E = %d ppb", w.EPPB)
		}
		ids[w.A], ids[w.B] = true, true
	}
	for i, r := range s.recs {
		if want := i == 3 || i == 77 || i == 120 || i == 310; ids[r.ID] != want {
			t.Errorf("recording %d: mispaired %v", i, ids[r.ID])
		}
	}
	v := m.Record(s.recs[3], spread)
	got[0].Apply(&v)
	if v.Grade != Established || v.Cause != CauseMispaired || v.Trials[OtherRecording].State != WasTested || v.EPPB != got[0].EPPB {
		t.Errorf("%v %v", v.Grade, v.Cause)
	}
	if m.Swaps(newScene(41, 400).recs, c.Basis()) != nil {
		t.Error("a swap in an aligned cohort")
	}
	cv := m.Cohort(c)
	if cv.Shape != Aligned || len(cv.Outliers) != 4 || cv.Hypotheses[OtherRecording].State != NotTestable {
		t.Errorf("cohort %v with %d outliers", cv.Shape, len(cv.Outliers))
	}
	if cv.TellSwaps(400, got); cv.Hypotheses[OtherRecording].State != WasTested || number(t, &cv, OtherRecording, "swaps_n") != 2 {
		t.Errorf("%+v", cv.Hypotheses[OtherRecording])
	}
	if cv.TellSwaps(400, nil); cv.Hypotheses[OtherRecording].State != Excluded {
		t.Errorf("%+v", cv.Hypotheses[OtherRecording])
	}
}

// A swap needs both directions, both fields, one partner, and a spread that makes the agreement no chance.
func TestSwapNeedsAllOfIt(t *testing.T) {
	m := NewModel(Table{})
	base := func() *scene { return newScene(42, 100) }
	for _, c := range []struct {
		what string
		s    *scene
		want int
	}{
		{"one direction", base().each(func(r *Recording) {}), 0},
		{"twenty-nine recordings", swapped(newScene(42, 29), [2]int{1, 2}), 0},
		{"thirty", swapped(newScene(42, 30), [2]int{1, 2}), 1},
	} {
		if c.what == "one direction" {
			c.s.recs[4].Readings[Start], c.s.recs[4].Readings[End] = c.s.recs[9].Readings[Start], c.s.recs[9].Readings[End]
		}
		if got := m.Swaps(c.s.recs, c.s.cohort().Basis()); len(got) != c.want {
			t.Errorf("%s: %d swaps, want %d", c.what, len(got), c.want)
		}
	}
	s := swapped(base(), [2]int{4, 9})
	move(s.recs[4], 400, End)
	if got := m.Swaps(s.recs, s.cohort().Basis()); len(got) != 0 {
		t.Error("a duration that does not fit")
	}
	s = swapped(base(), [2]int{4, 9})
	twin := slices.MaxFunc(s.recs[20:], byID)
	for _, f := range []Fact{SessionStart, SessionEnd} {
		twin.Readings[f] = s.recs[9].Readings[f]
	}
	if got := m.Swaps(s.recs, s.cohort().Basis()); len(got) != 0 {
		t.Error("two recordings fit, and one was chosen")
	}
	// Where sessions are written coarsely, one that began long before is not within reach of the start.
	s = swapped(base(), [2]int{4, 9})
	start, length := at(s.recs[9], SessionStart), at(s.recs[9], SessionEnd)-at(s.recs[9], SessionStart)
	s.recs[20].Readings[SessionStart].Interval = instant.Interval{Lo: start - 1_000, Hi: start}
	set(s.recs[30], SessionStart, start-500)
	set(s.recs[30], SessionEnd, start-500+length)
	if got := m.Swaps(s.recs, s.cohort().Basis()); len(got) != 1 {
		t.Errorf("a session of the same length half a second before: %d swaps", len(got))
	}
	// The spread is that of thirty references, however many recordings there are.
	for without, want := range map[int]int{10: 1, 11: 0} {
		s = swapped(newScene(42, 40), [2]int{1, 2})
		for _, r := range s.recs[40-without:] {
			r.Readings[SessionStart] = Reading{}
		}
		if got := m.Swaps(s.recs, s.cohort().Basis()); len(got) != want {
			t.Errorf("%d of 40 without a session: %d swaps, want %d", without, len(got), want)
		}
	}
	// All sessions of one length and an hour: nothing is surprising any more.
	s = base().each(func(r *Recording) {
		start := int64(day0) + int64(r.ID[0])*30 + int64(r.ID[1])
		set(r, SessionStart, start)
		set(r, SessionEnd, start+60_000)
		set(r, Start, start)
		set(r, End, start+60_000)
	})
	for i, r := range s.recs[:2] {
		set(r, SessionStart, day0+100_000+int64(i)*900_000)
		set(r, SessionEnd, at(r, SessionStart)+60_000)
		set(s.recs[1-i], Start, at(r, SessionStart))
		set(s.recs[1-i], End, at(r, SessionEnd))
	}
	got := m.Swaps(s.recs, s.cohort().Basis())
	if len(got) != 1 || got[0].Named() {
		t.Fatalf("%+v", got)
	}
	v := m.Record(s.recs[0], nil)
	got[0].Apply(&v)
	if v.Grade == Established || !v.Candidates.Has(CauseMispaired) {
		t.Errorf("%v %v", v.Grade, v.Candidates.List())
	}
}

// E is n·(2τ/R_start)·(2τ/R_duration).
func TestSwapChance(t *testing.T) {
	s := newScene(44, 200)
	for i, r := range s.recs { // starts and durations on even grids: an eighth of 200 reaches over 24 steps, R_start = 4 · 24 · 100 s, R_duration = 4 · 24 · 1 s
		set(r, SessionStart, day0+int64(i)*100_000)
		set(r, SessionEnd, at(r, SessionStart)+1_000_000+int64(i*77%200)*1_000)
		set(r, Start, at(r, SessionStart))
		set(r, End, at(r, SessionEnd))
	}
	got := NewModel(Table{}).Swaps(swapped(s, [2]int{10, 90}).recs, s.cohort().Basis())
	// All in whole seconds: p_start = 2·3,050·10⁹/9,600,000 = 635,417 ppb, p_duration = 2·6,050·10⁹/96,000 = 126,041,667 ppb.
	if want := int64(16_017_804); len(got) != 1 || got[0].EPPB != want {
		t.Errorf("%+v, want %d ppb", got, want)
	}
}

// The grade follows E.
func TestSwapGrades(t *testing.T) {
	for e, want := range map[int64]Grade{ppbNamed: Established, ppbNamed + 1: ConsistentWith, ppbConsistent: ConsistentWith, ppbConsistent + 1: Unexplained} {
		v := Verdict{Shape: Mixture, Grade: Unexplained}
		(&Swap{EPPB: e}).Apply(&v)
		if v.Grade != want || !v.Candidates.Has(CauseMispaired) {
			t.Errorf("E %d: %v, want %v", e, v.Grade, want)
		}
	}
	v := Verdict{Shape: Aligned, Grade: Established}
	(&Swap{EPPB: 1}).Apply(&v)
	if v.Cause != NoCause {
		t.Error("an aligned recording is nobody else's")
	}
}

// Sessions that all begin together do not make the search quadratic: in a crowd it gives up, even on a true swap.
func TestSwapSearchIsBounded(t *testing.T) {
	for _, c := range []struct{ n, want int }{{500, 1}, {3000, 0}} {
		s := newScene(43, c.n).each(func(r *Recording) {
			set(r, SessionStart, day0+45)
			set(r, SessionEnd, day0+1_000_000+int64(r.ID[0])<<16+int64(r.ID[1])<<8)
			set(r, Start, day0+45)
			set(r, End, at(r, SessionEnd))
		})
		a, b := s.recs[5], s.recs[6]
		set(a, SessionStart, day0)
		set(a, SessionEnd, day0+100_001)
		set(b, SessionStart, day0+90)
		set(b, SessionEnd, day0+300_003)
		set(a, Start, day0+90)
		set(a, End, at(b, SessionEnd))
		set(b, Start, day0)
		set(b, End, at(a, SessionEnd))
		if got := NewModel(Table{}).Swaps(s.recs, s.cohort().Basis()); len(got) != c.want {
			t.Errorf("%d sessions: %d swaps, want %d", c.n, len(got), c.want)
		}
	}
}

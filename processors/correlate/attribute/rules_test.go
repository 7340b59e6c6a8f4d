package attribute

import (
	"testing"
)

// zoned shifts the export by the zone's offset, as local time written as UTC is.
func zoned(s *scene, z Zone, sign, fixed int64) *scene {
	m := NewModel(Table{Zones: []Zone{z}})
	return s.each(func(r *Recording) {
		move(r, sign*m.zoneAt(0, at(r, SessionStart))+fixed, Start, Created)
		move(r, sign*m.zoneAt(0, at(r, SessionEnd))+fixed, End)
	})
}

var (
	paris  = Zone{"Europe/Paris", []Shift{{0, 3_600_000}, {1_774_746_000_000, 7_200_000}, {1_792_890_000_000, 3_600_000}}}
	dublin = Zone{"Europe/Dublin", london.Shifts}
	tokyo  = Zone{"Asia/Tokyo", []Shift{{0, 9 * 3_600_000}}}
)

// side keeps before recordings ahead of the DST instant and after behind it.
func side(before, after int) *scene {
	s := newScene(50, before+after)
	for i, r := range s.recs {
		day := 1_774_746_000_000 - int64(2+i%15)*aDay
		if i >= before {
			day = 1_774_746_000_000 + int64(2+i%15)*aDay
		}
		s.toDay(r, day)
	}
	return s
}

// A zone is named by a DST instant inside the cohort alone; else it is a constant as well.
func TestZoneNeedsADSTInstant(t *testing.T) {
	table := Table{Zones: []Zone{tokyo, london, dublin, paris}}
	both, dst := []Cause{CauseZone, CauseConstant}, Decider{Need: NeedDST}
	for _, w := range []verdictWant{
		{"Paris, both sides", zoned(side(60, 60), paris, 1, 0), Table{Zones: []Zone{tokyo, paris}}, Translation, Established, CauseZone, LocusExport, StratumAll, Decider{}, []Cause{CauseZone}},
		{"Paris, the other sign", zoned(side(60, 60), paris, -1, 0), Table{Zones: []Zone{tokyo, paris}}, Translation, Established, CauseZone, LocusExport, StratumAll, Decider{}, []Cause{CauseZone}},
		{"Paris, winter", zoned(side(120, 0), paris, 1, 0), Table{Zones: []Zone{paris}}, Translation, Ambiguous, NoCause, LocusExport, StratumAll, dst, both},
		{"Paris, not configured", zoned(side(120, 0), paris, 1, 0), Table{}, Translation, Ambiguous, NoCause, LocusExport, StratumAll, dst, both},
		{"Paris, 19 in summer", zoned(side(60, 19), paris, 1, 0), Table{Zones: []Zone{paris}}, Translation, Ambiguous, NoCause, LocusExport, StratumAll, dst, both},
		{"Paris, 20 in summer", zoned(side(60, 20), paris, 1, 0), Table{Zones: []Zone{paris}}, Translation, Established, CauseZone, LocusExport, StratumAll, Decider{}, []Cause{CauseZone}},
		{"Paris, 300 and 45: refuted by them, and yet the constant holds", zoned(side(300, 45), paris, 1, 0), Table{Zones: []Zone{paris}}, Translation, Ambiguous, NoCause, LocusExport, StratumAll, dst, both},
		{"Paris, 300 and 20: the constant holds too", zoned(side(300, 20), paris, 1, 0), Table{Zones: []Zone{paris}}, Translation, Ambiguous, NoCause, LocusExport, StratumAll, dst, both},
	} {
		w.check(t)
	}
	if v := zoned(side(60, 60), london, 1, 0).judge(table); len(v.Zones) != 2 || v.Zones[0] != "Europe/London" || v.Zones[1] != "Europe/Dublin" || v.Cause != NoCause && v.Cause != CauseZone {
		t.Logf("London is told apart from nothing with its rules: %v %v %v %v", v.Zones, v.Grade, v.Cause, v.Candidates.List())
	}
	if v := zoned(side(60, 60), london, 1, 0).judge(Table{Zones: []Zone{tokyo, london, dublin}}); v.Cause != CauseZone || len(v.Zones) != 2 {
		t.Errorf("%v %v %v", v.Grade, v.Cause, v.Zones)
	}
}

// A fixed offset used all year jumps at the DST instant, by the zone's difference.
func TestDSTSplit(t *testing.T) {
	only := []Cause{CauseDSTSplit}
	table := Table{Zones: []Zone{paris}}
	for _, w := range []verdictWant{
		{"winter time all year", zoned(side(60, 60), paris, 1, -3_600_000), table, Translation, Established, CauseDSTSplit, LocusExport, StratumAll, Decider{}, only},
		{"summer time all year", zoned(side(60, 60), paris, 1, -7_200_000), table, Translation, Established, CauseDSTSplit, LocusExport, StratumAll, Decider{}, only},
		{"the other sign", zoned(side(60, 60), paris, -1, 3_600_000), table, Translation, Established, CauseDSTSplit, LocusExport, StratumAll, Decider{}, only},
		{"a jump of another height", side(60, 60).each(func(r *Recording) {
			if r.Day > 1_774_746_000_000/aDay {
				move(r, 1_800_000, Start, End, Created)
			}
		}), table, Mixture, Unexplained, NoCause, LocusExport, StratumAll, Decider{Need: NeedVariance}, nil},
		{"300 and 45: they refute the constant, which yet holds", zoned(side(300, 45), paris, 1, -1_200_000), table, Translation, ConsistentWith, CauseDSTSplit, LocusExport, StratumAll, Decider{Need: NeedVariance}, only},
	} {
		w.check(t)
	}
	if v := zoned(side(60, 19), paris, 1, -7_200_000).judge(table); v.Cause == CauseDSTSplit || v.Hypotheses[DSTSplit].State != NotTestable || v.Hypotheses[DSTSplit].Missing.Need != NeedDST {
		t.Errorf("nineteen on one side: %v %v", v.Grade, v.Cause)
	}
}

// Two constants are a mixture, with what tells them apart; never a constant unless one holds for all but m.
func TestMixture(t *testing.T) {
	two := func(n int, second func(i int, r *Recording) bool) *scene {
		s := newScene(53, n).drop(Finalise, S3Put)
		for i, r := range s.recs {
			if second(i, r) {
				move(r, 20_000, Start, End, Created)
			} else {
				move(r, 45_000, Start, End, Created)
			}
		}
		return s
	}
	for _, c := range []struct {
		what   string
		s      *scene
		splits Stratum
	}{
		{"by job", two(300, func(i int, r *Recording) bool { return r.Job == "job-2" }), StratumJob},
		{"by day", two(300, func(i int, r *Recording) bool { return i%7 < 3 }), StratumDay},
		{"by agents", two(300, func(i int, r *Recording) bool { return r.Agents == 2 }), StratumAgents},
		{"by size", two(300, func(i int, r *Recording) bool { r.Job = ""; return r.JobSize > 300 }), StratumSize},
		{"a job that only inclines", two(300, func(i int, r *Recording) bool { return r.Job == "job-2" && r.ID[0] < 160 }), StratumNone},
		{"by nothing", two(300, func(i int, r *Recording) bool { return r.ID[0] < 100 }), StratumNone},
	} {
		v := c.s.judge(Table{})
		if v.Shape != Mixture || v.Grade != Unexplained || v.Cause != NoCause || v.Splits != c.splits {
			t.Errorf("%s: %v %v %v splits %v", c.what, v.Shape, v.Grade, v.Cause, v.Splits)
		}
	}
	// (e): the constant holds for all but m, and those that depart from it agree with each other.
	if v := two(300, func(i int, r *Recording) bool { return i%10 == 0 }).judge(Table{}); v.Shape != Mixture || v.Cause != NoCause {
		t.Errorf("a tenth in a bunch: %v %v", v.Shape, v.Cause)
	}
	scattered := storyA(300)
	for i, r := range scattered.recs {
		if i%10 == 0 {
			move(r, int64(i)*2_000+5_000, Start, End, Created)
		}
	}
	if v := scattered.judge(Table{}); v.Cause != CauseConstant || len(v.Outliers) != 30 {
		t.Errorf("a tenth scattered: %v %v %d outliers", v.Shape, v.Cause, len(v.Outliers))
	}
	three := two(300, func(i int, r *Recording) bool { return r.ID[0] < 100 })
	for i, r := range three.recs {
		if i%3 == 0 {
			move(r, int64(i)*5_000, Start, End, Created)
		}
	}
	if v := three.judge(Table{}); v.Shape == Mixture || v.Splits != StratumNone || v.Cause != NoCause || v.Grade != Unexplained {
		t.Errorf("two bunches that do not cover the cohort: %v %v %v", v.Shape, v.Cause, v.Decider)
	}
	few := two(300, func(i int, r *Recording) bool { return r.Job == "job-2" })
	for i, r := range few.recs {
		if i%13 == 0 {
			move(r, int64(i)*5_000+90_000, Start, End, Created)
		}
	}
	if v := few.judge(Table{}); v.Shape != Mixture || v.Splits != StratumJob {
		t.Errorf("two bunches that cover the cohort but for m: %v splits %v", v.Shape, v.Splits)
	}
	for second, want := range map[int]Shape{20: Mixture, 19: Translation} { // a bunch is twenty
		if v := two(40, func(i int, r *Recording) bool { return i < second }).judge(Table{}); v.Shape != want || v.Grade != Unexplained {
			t.Errorf("bunches of %d and %d: %v %v", second, 40-second, v.Shape, v.Grade)
		}
	}
}

// Order 2: when a cohort is aligned.
func TestAlignedCohort(t *testing.T) {
	lag := func(n, departing int, by func(i int) int64) *scene {
		s := newScene(54, n).drop(Finalise, S3Put)
		for i := range departing {
			move(s.recs[(i*11+1)%n], by(i), Start, End, Created)
		}
		return s
	}
	apart := func(i int) int64 { return 5_000 + int64(i)*3_000 }
	same := func(int) int64 { return 5_000 }
	for _, c := range []struct {
		what     string
		s        *scene
		shape    Shape
		grade    Grade
		outliers int
	}{
		{"one lag of 12 minutes in 1,200", lag(1200, 1, func(int) int64 { return 720_000 }), Aligned, Established, 1},
		{"none of one", lag(1, 0, same), Aligned, Established, 0},
		{"one of one", lag(1, 1, same), Translation, Insufficient, 0},
		{"one of three", lag(3, 1, same), Aligned, Established, 1},
		{"two of nine", lag(9, 2, apart), Translation, Insufficient, 0},
		{"a tenth of 300", lag(300, 30, apart), Aligned, Established, 30},
		{"more than a tenth", lag(300, 31, apart), Translation, Unexplained, 0},
		{"nine in a bunch of 100", lag(100, 9, same), Aligned, Established, 9},
		{"ten in a bunch of 100", lag(100, 10, same), Mixture, Unexplained, 0},
		{"fourteen in a bunch of 300", lag(300, 14, same), Aligned, Established, 14},
		{"fifteen in a bunch of 300", lag(300, 15, same), Mixture, Unexplained, 0},
		{"ten within 2τ", lag(100, 10, func(i int) int64 { return 5_000 + int64(i)*10 }), Mixture, Unexplained, 0},
		{"ten within 3τ", lag(100, 10, func(i int) int64 { return 5_000 + int64(i)*15 }), Aligned, Established, 10},
	} {
		v := c.s.judge(Table{})
		if v.Shape != c.shape || v.Grade != c.grade || len(v.Outliers) != c.outliers || v.N != int64(len(c.s.recs)) {
			t.Errorf("%s: %v %v, %d outliers; want %v %v, %d", c.what, v.Shape, v.Grade, len(v.Outliers), c.shape, c.grade, c.outliers)
		}
	}
	// One job of twenty that departs by half is no outlier of an aligned cohort.
	s := newScene(55, 400).drop(Finalise, S3Put).each(func(r *Recording) { r.Job, r.JobSize = "other", 1; (&scene{}).toDay(r, day0) })
	for i, r := range s.recs[:20] {
		if r.Job = "lot"; i%2 == 0 {
			move(r, apart(i), Start, End, Created)
		}
	}
	if v := s.judge(Table{}); v.Shape == Aligned {
		t.Error("a job of twenty of which ten depart passes as aligned")
	}
	s.recs[0].Readings[Start], s.recs[0].Readings[End] = s.recs[0].Readings[SessionStart], s.recs[0].Readings[SessionEnd]
	s.recs[0].Readings[Start].Family, s.recs[0].Readings[End].Family, s.recs[0].Readings[Created] = FamilyExport, FamilyExport, Reading{}
	if v := s.judge(Table{}); v.Shape != Aligned {
		t.Errorf("nine of twenty: %v", v.Shape)
	}
	s = newScene(55, 400).drop(Finalise, S3Put).each(func(r *Recording) { r.Job, r.JobSize = "other", 1; (&scene{}).toDay(r, day0) })
	for i, r := range s.recs[:19] {
		if r.Job = "lot"; i%2 == 0 {
			move(r, apart(i), Start, End, Created)
		}
	}
	if v := s.judge(Table{}); v.Shape != Aligned || len(v.Outliers) != 10 {
		t.Errorf("ten of a job of nineteen: %v, %d outliers", v.Shape, len(v.Outliers))
	}
	v := newScene(54, 300).judge(Table{})
	filled(t, "aligned", v)
	for h, state := range map[Hypothesis]State{StartConnect: Excluded, ConstantOffset: Excluded, CreatedACD: Excluded, HeaderEnd: Excluded, Rounding: WasTested} {
		if v.Hypotheses[h].State != state || number(t, &v, h, "tested_n") != 300 {
			t.Errorf("an aligned cohort: %+v", v.Hypotheses[h])
		}
	}
}

// A two-agent stratum that seems to depart and is too small to say so.
func TestSmallTwoAgentStratum(t *testing.T) {
	for _, c := range []struct {
		pairs, departing int
		shape            Shape
		grade            Grade
		count            int64
	}{{5, 3, StartOnly, Insufficient, 25}, {3, 2, Aligned, Established, 0}, {5, 2, Aligned, Established, 0}, {6, 3, Aligned, Established, 0}, {19, 12, StartOnly, Insufficient, 11}} {
		s := storyB(200, c.pairs)
		left := c.departing
		for _, r := range s.recs {
			if r.Agents == 2 {
				if left--; left < 0 {
					set(r, Created, at(r, SessionStart))
				}
			}
		}
		v := s.judge(Table{})
		if v.Shape != c.shape || v.Grade != c.grade || v.Decider.Count != c.count {
			t.Errorf("%d of %d depart: %v %v %+v", c.departing, c.pairs, v.Shape, v.Grade, v.Decider)
		}
		if c.grade == Insufficient && v.Stratum != StratumTwo {
			t.Errorf("stratum %v", v.Stratum)
		}
	}
}

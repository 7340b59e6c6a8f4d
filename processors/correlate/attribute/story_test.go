package attribute

import (
	"slices"
	"testing"
)

// verdictWant is what a story's line promises.
type verdictWant struct {
	name    string
	scene   *scene
	table   Table
	shape   Shape
	grade   Grade
	cause   Cause
	locus   Locus
	stratum Stratum
	need    Decider
	may     []Cause // candidates, all of them
}

func (w *verdictWant) check(t *testing.T) *CohortVerdict {
	t.Helper()
	v := w.scene.judge(w.table)
	if v.Shape != w.shape || v.Grade != w.grade || v.Cause != w.cause || v.Locus != w.locus || v.Stratum != w.stratum || v.Decider != w.need {
		t.Errorf("%s: %v %v %v locus %v stratum %v wants %v %v %d\nwant %v %v %v locus %v stratum %v wants %v %v %d", w.name,
			v.Shape, v.Grade, v.Cause, v.Locus, v.Stratum, v.Decider.Need, v.Decider.Fact, v.Decider.Count,
			w.shape, w.grade, w.cause, w.locus, w.stratum, w.need.Need, w.need.Fact, w.need.Count)
	}
	var may Causes
	for _, c := range w.may {
		may = may.with(c)
	}
	if v.Candidates != may {
		t.Errorf("%s: candidates %v, want %v", w.name, v.Candidates.List(), w.may)
	}
	return &v
}

// number is a figure of the table; the test fails where it is missing.
func number(t *testing.T, v *CohortVerdict, h Hypothesis, name string) int64 {
	t.Helper()
	for _, n := range v.Hypotheses[h].Numbers {
		if n.Name == name {
			return n.Value
		}
	}
	t.Fatalf("%v has no %s: %+v", h, name, v.Hypotheses[h])
	return 0
}

// events are the facts that only the platform's events tell.
var events = []Fact{ACDStart, AgentConnect, FirstEnd, SecondStart, WrapupEnd, Pauses, RecordingCreated, RecordingStart, OriginalStart}

// storyA: start and end 12 minutes late, to the millisecond.
func storyA(n int) *scene { return bent(7, n, ConstantOffset) }

// Story A by the clocks that are there (section 6): a constant is said, and a cause is never invented.
func TestStoryA(t *testing.T) {
	header := storyA(300).drop(events...).drop(SessionStart, SessionEnd, Finalise, S3Put)
	want := verdictWant{"two clocks", header, Table{}, Translation, Unexplained, CauseConstant, LocusUnknown, StratumAll, Decider{Need: NeedFact, Fact: Finalise}, []Cause{CauseConstant}}
	v := want.check(t)
	if d := apart(v.Offset, 720_000); d > 3 || v.Spread > 8 {
		t.Errorf("offset %d spread %d", v.Offset, v.Spread)
	}
	if z := &v.Hypotheses[ZoneShift]; z.State != Excluded || apart(number(t, v, ZoneShift, "lattice_ms"), 180_000) > 3 {
		t.Errorf("zone: %+v, want excluded by 180 s from the lattice", z)
	}
	for _, h := range []Hypothesis{FinalisationStamp, FinalisationEnd, FinalisationShift, TransferDelay} {
		if v.Hypotheses[h].State != NotTestable {
			t.Errorf("%v: %+v", h, v.Hypotheses[h])
		}
	}
	three := storyA(300).drop(Finalise, S3Put)
	want = verdictWant{"three clocks", three, Table{}, Translation, Unexplained, CauseConstant, LocusExport, StratumAll, Decider{Need: NeedFact, Fact: Finalise}, []Cause{CauseConstant}}
	want.check(t)
	want = verdictWant{"four clocks", storyA(300), Table{}, Translation, Unexplained, CauseConstant, LocusExport, StratumAll, Decider{Need: NeedSmallJob}, []Cause{CauseConstant}}
	v = want.check(t)
	if s := number(t, v, FinalisationDelayed, "slope_ppm"); s < -500 || s > 500 || v.Hypotheses[FinalisationDelayed].State != Excluded {
		t.Errorf("finalisation + δ: slope %d ppm, %v", s, v.Hypotheses[FinalisationDelayed].State)
	}
	for _, h := range []Hypothesis{TransferDelay, EncryptionLatency, JobSizeEffect, StrippedZone, Rounding} {
		if v.Hypotheses[h].State != Excluded {
			t.Errorf("%v: %+v, want excluded", h, v.Hypotheses[h])
		}
	}
	for _, h := range v.Hypotheses {
		if h.State == NotTestable != (h.Missing.Need != NeedNothing) || h.State != NotTestable && len(h.Numbers) == 0 {
			t.Errorf("%v is %v with %v and %d numbers", h.Hypothesis, h.State, h.Missing, len(h.Numbers))
		}
	}
}

// Story A, perturbed: the verdict moves where the specification says, and not before.
func TestStoryAPerturbed(t *testing.T) {
	by := func(n int, ms int64) *scene {
		return newScene(7, n).drop(Finalise, S3Put).each(func(r *Recording) { move(r, ms, Start, End, Created) })
	}
	zone, constant := []Cause{CauseZone, CauseConstant}, []Cause{CauseConstant}
	fin, dst := Decider{Need: NeedFact, Fact: Finalise}, Decider{Need: NeedDST}
	for _, w := range []verdictWant{
		{"900.000 s", by(300, 900_000), Table{}, Translation, Ambiguous, NoCause, LocusExport, StratumAll, dst, zone},
		{"900.050 s", by(300, 900_050), Table{}, Translation, Ambiguous, NoCause, LocusExport, StratumAll, dst, zone},
		{"900.240 s", by(300, 900_240), Table{}, Translation, Ambiguous, NoCause, LocusExport, StratumAll, dst, zone},
		{"900.300 s", by(300, 900_300), Table{}, Translation, Unexplained, CauseConstant, LocusExport, StratumAll, fin, constant},
		{"-900.300 s", by(300, -900_300), Table{}, Translation, Unexplained, CauseConstant, LocusExport, StratumAll, fin, constant},
		{"14 h", by(300, 56*900_000), Table{}, Translation, Ambiguous, NoCause, LocusExport, StratumAll, dst, zone},
		{"14 h 15 min: no zone is so far off", by(300, 57*900_000), Table{}, Translation, Unexplained, CauseConstant, LocusExport, StratumAll, fin, constant},
		{"n = 29", by(29, 720_000), Table{}, Translation, Insufficient, NoCause, LocusExport, StratumAll, Decider{Need: NeedRecordings, Count: 1}, nil},
		{"n = 58", by(58, 720_000), Table{}, Translation, Insufficient, NoCause, LocusExport, StratumAll, Decider{Need: NeedRecordings, Count: 1}, constant},
		{"n = 59", by(59, 720_000), Table{}, Translation, Unexplained, CauseConstant, LocusExport, StratumAll, fin, constant},
	} {
		w.check(t)
	}
	one := by(100, 720_000).each(func(r *Recording) { r.Job = "job-7"; (&scene{}).toDay(r, day0) })
	w := verdictWant{"one job, one day", one, Table{}, Translation, ConsistentWith, CauseConstant, LocusExport, StratumAll, Decider{Need: NeedJob}, constant}
	if v := w.check(t); v.Job != "job-7" || v.Named() {
		t.Errorf("job %q, named %v", v.Job, v.Named())
	}
	days := by(100, 720_000).each(func(r *Recording) { r.Job = "" })
	w = verdictWant{"two days, no job known", days, Table{}, Translation, Unexplained, CauseConstant, LocusExport, StratumAll, fin, constant}
	w.check(t)
	part := by(100, 720_000).each(func(r *Recording) { (&scene{}).toDay(r, day0) })
	for i, r := range part.recs {
		if r.Job = "job-7"; i%2 == 0 {
			r.Job = ""
		}
	}
	w = verdictWant{"one job, where it is known", part, Table{}, Translation, ConsistentWith, CauseConstant, LocusExport, StratumAll, Decider{Need: NeedJob}, constant}
	if v := w.check(t); v.Job != "job-7" || slices.MinFunc(part.recs, byID).Job != "" {
		t.Errorf("job %q, where the first recording names none", v.Job)
	}
	jobs := by(100, 720_000).each(func(r *Recording) { (&scene{}).toDay(r, day0) })
	w = verdictWant{"two jobs, one day", jobs, Table{}, Translation, Unexplained, CauseConstant, LocusExport, StratumAll, fin, constant}
	w.check(t)
	slices.MinFunc(jobs.recs, byID).Job = "" // the one that is looked at first
	w.name = "two jobs, one day, and one recording of neither"
	w.check(t)
	moved := storyA(300).drop(Finalise, S3Put)
	move(moved.recs[11], 5*52+60, Start, End, Created)
	w = verdictWant{"one lag moved by 5τ", moved, Table{}, Translation, Unexplained, CauseConstant, LocusExport, StratumAll, fin, constant}
	if v := w.check(t); len(v.Outliers) != 1 || !v.Outliers[0].Finding || v.Outliers[0].ID != moved.recs[11].ID {
		t.Errorf("outliers %+v", v.Outliers)
	}
	moved = storyA(300).drop(Finalise, S3Put)
	move(moved.recs[11], 2*52, Start, End, Created)
	if v := moved.judge(Table{}); len(v.Outliers) != 1 || v.Outliers[0].Finding {
		t.Errorf("between τ and 5τ an outlier is listed and no finding: %+v", v.Outliers)
	}
}

// storyB: created late by the handoff gap where two agents took part. controls: recordings with one agent.
func storyB(controls, pairs int) *scene {
	s := newScene(9, 3*max(controls, pairs))
	var keep []*Recording
	for _, r := range s.recs {
		switch {
		case r.Agents == 1 && controls > 0:
			controls--
		case r.Agents == 2 && pairs > 0:
			pairs--
		default:
			continue
		}
		bends[HandoffGap](s, r)
		keep = append(keep, r)
	}
	s.recs = keep
	return s
}

// gaps draws the handoff gap anew, uniform over [lo, hi], and created with it.
func (s *scene) gaps(lo, hi int64) *scene {
	return s.each(func(r *Recording) {
		if r.Agents == 2 {
			g := s.among(lo, hi)
			set(r, SecondStart, at(r, FirstEnd)+g)
			set(r, Created, at(r, SessionStart)+g+s.jitter())
		}
	})
}

// whole writes facts in whole seconds, cut; the cohort has to see it by itself.
func (s *scene) whole(facts ...Fact) *scene {
	return s.each(func(r *Recording) {
		for _, f := range facts {
			if r.Readings[f].Present() {
				set(r, f, at(r, f)/1000*1000)
			}
		}
	})
}

// Story B by the clocks that are there: only on recordings with two agents, and a cause only with the agents' events.
func TestStoryB(t *testing.T) {
	second := Decider{Need: NeedFact, Fact: SecondStart}
	for _, w := range []verdictWant{
		{"two clocks: constant-looking gap", storyB(200, 100).gaps(2400, 2450).drop(events...).drop(Header, MediaDuration, Finalise, S3Put), Table{}, StartOnly, Unexplained, NoCause, LocusUnknown, StratumTwo, second, []Cause{CauseConstant}},
		{"two clocks", storyB(200, 100).gaps(2000, 3000).drop(events...).drop(Header, MediaDuration, Finalise, S3Put), Table{}, StartOnly, Unexplained, NoCause, LocusUnknown, StratumTwo, second, nil},
		{"three clocks", storyB(200, 100).gaps(2000, 3000), Table{}, StartOnly, Established, CauseHandoff, LocusExport, StratumTwo, Decider{}, []Cause{CauseHandoff}},
		{"no variance", storyB(200, 100).gaps(2500, 2510), Table{}, StartOnly, Ambiguous, NoCause, LocusExport, StratumTwo, Decider{Need: NeedVariance}, []Cause{CauseHandoff, CauseConstant}},
		{"58 controls", storyB(58, 100).gaps(2000, 3000), Table{}, StartOnly, ConsistentWith, CauseHandoff, LocusExport, StratumTwo, Decider{Need: NeedControls, Count: 1}, []Cause{CauseHandoff}},
		{"59 controls", storyB(59, 100).gaps(2000, 3000), Table{}, StartOnly, Established, CauseHandoff, LocusExport, StratumTwo, Decider{}, []Cause{CauseHandoff}},
		{"29 with two agents", storyB(200, 29).gaps(2000, 3000), Table{}, StartOnly, Insufficient, NoCause, LocusExport, StratumTwo, Decider{Need: NeedRecordings, Count: 1}, nil},
		{"no agent connect", storyB(200, 100).gaps(2000, 3000).drop(AgentConnect), Table{}, StartOnly, ConsistentWith, CauseHandoff, LocusExport, StratumTwo, Decider{Need: NeedFact, Fact: AgentConnect}, []Cause{CauseHandoff}},
		{"a lag of 2-3 s unrelated to the gap", storyB(200, 100).each(func(r *Recording) {
			if r.Agents == 2 {
				set(r, Created, at(r, SessionStart)+2000+int64(r.ID[0])*4)
			}
		}), Table{}, StartOnly, Unexplained, NoCause, LocusExport, StratumTwo, Decider{Need: NeedClock}, nil},
	} {
		w.check(t)
	}
	if v := storyB(300, 150).gaps(2000, 3000).whole(FirstEnd, SecondStart, SessionStart).judge(Table{}); v.Named() {
		t.Errorf("handoff named with events in whole seconds: %v %v", v.Grade, v.Cause)
	}
	fourth := storyB(200, 100).gaps(2000, 3000).each(func(r *Recording) {
		set(r, RecordingCreated, at(r, Created)) // the API's own creation time explains it as well
	})
	w := verdictWant{"four clocks, both explain", fourth, Table{}, StartOnly, Ambiguous, NoCause, LocusExport, StratumTwo, Decider{Need: NeedVariance}, []Cause{CauseHandoff, CauseDefinitionRecording}}
	w.check(t)
}

// The share of cohorts with a handoff that is named falls with the variance of the gap as measured in the specification.
func TestStoryBNeedsVariance(t *testing.T) {
	named := func(width int64) int {
		n := 0
		for i := range 20 {
			s := storyB(120, 100)
			s.rng = newScene(uint64(100+i), 0).rng
			if v := s.gaps(2000, 2000+width).judge(Table{}); v.Named() && v.Cause == CauseHandoff {
				n++
			} else if v.Grade == Established {
				t.Errorf("width %d: established %v", width, v.Cause)
			}
		}
		return n
	}
	for width, want := range map[int64][2]int{1000: {20, 20}, 800: {18, 20}, 400: {0, 0}} {
		if n := named(width); n < want[0] || n > want[1] {
			t.Errorf("gaps over %d ms: %d of 20 named, want %v", width, n, want)
		}
	}
}

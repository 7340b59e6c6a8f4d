package attribute

import (
	"testing"
)

// spreadFor is the spread of an aligned cohort with every fact.
func spreadFor(m *Model) *Spread { return m.Spread(newScene(20, 900).cohort()) }

// On one record only finalisation, the second session and header-write are ever named, each by its own variant; the others
// reach consistent-with at most, and all of them no more without a spread.
func TestOneRecordNames(t *testing.T) {
	m := NewModel(Table{Zones: []Zone{london}})
	s := spreadFor(m)
	lone := map[Hypothesis]bool{FinalisationStamp: true, FinalisationEnd: true, FinalisationShift: true, FinalisationCreated: true,
		StartSecond: true, CreatedSecond: true, HeaderEnd: true, HeaderFinalise: true} // the agent connects too soon for header-agent-connect
	wide := spreadFor(m) // nothing would be a coincidence
	for h := range wide.Reach {
		wide.Reach[h] = 1 << 40
	}
	for h := range HypothesisCount {
		if bends[h] == nil || h == ConstantOffset || h == RateSkew || h == FinalisationDelayed {
			continue
		}
		named, right := 0, 0
		for _, r := range bent(21, 90, h).recs {
			v := m.Record(r, s)
			if v.Grade == Established && v.Cause != NoCause {
				named++
				if v.Cause == h.Cause() {
					right++
				}
			}
			if v.Grade == ConsistentWith && v.EPPB > ppbConsistent {
				t.Fatalf("%v: consistent-with at E = %d", h, v.EPPB)
			}
			if v := m.Record(r, wide); v.Grade == Established && v.Cause != NoCause && !lone[h] && h != HeaderConnect {
				t.Fatalf("%v: %v named on one record, by chance alone", h, v.Cause)
			}
			if bare := m.Record(r, nil); bare.Cause != NoCause && bare.Grade != ConsistentWith {
				t.Fatalf("%v: %v %v without a spread", h, bare.Grade, bare.Cause)
			}
		}
		switch {
		case named != right:
			t.Errorf("%v: %d named, %d of them right", h, named, right)
		case lone[h] && named < 20:
			t.Errorf("%v: %d of 90 named", h, named)
		case !lone[h] && named > 0:
			t.Errorf("%v: %d named on one record", h, named)
		}
	}
}

// The worked example: R of 10 h names, E is 2,889 ppb; R of 20.8 s does not.
func TestWorkedExample(t *testing.T) {
	m := NewModel(Table{})
	s := spreadFor(m)
	for h := range s.Reach {
		if Hypothesis(h).Cause() == CauseFinalisation {
			s.Reach[h] = 36_000_000
		}
	}
	r := bent(22, 3, FinalisationEnd).recs[1]
	set(r, End, at(r, Finalise))
	v := m.Record(r, s)
	if v.Grade != Established || v.Cause != CauseFinalisation || v.EPPB != 2_889 || v.Trials[FinalisationEnd].PPB != 2_889 || v.Shape != EndOnly || v.Field != End {
		t.Errorf("%v %v E %d, %v of %v", v.Grade, v.Cause, v.EPPB, v.Shape, v.Field)
	}
	for _, c := range []struct {
		reach int64
		grade Grade
	}{{104_000, Established}, {103_999, ConsistentWith}, {2_080, ConsistentWith}, {2_079, Unexplained}, {0, Unexplained}} {
		s.Reach[FinalisationEnd] = c.reach
		if v := m.Record(r, s); v.Grade != c.grade {
			t.Errorf("R of %d ms: %v at E %d, want %v", c.reach, v.Grade, v.EPPB, c.grade)
		}
	}
	if v := m.Record(r, s); !v.Candidates.Has(CauseFinalisation) || v.Cause != NoCause {
		t.Errorf("unexplained lists its candidates: %v", v.Candidates.List())
	}
}

// E sums the variants of the same cause that have the observed shape; one that could not have named it is left out.
func TestChanceOfSeveralVariants(t *testing.T) {
	m := NewModel(Table{})
	s := spreadFor(m)
	r := bent(23, 3, HeaderFinalise).recs[1]
	set(r, Header, at(r, Finalise))
	s.Reach[HeaderEnd], s.Reach[HeaderFinalise], s.Reach[HeaderConnect] = 1_040_000, 1_040_000, 1_040_000
	if v := m.Record(r, s); v.EPPB != 300_000 || v.Grade != Established {
		t.Errorf("three variants of 100,000 ppb: E %d %v", v.EPPB, v.Grade)
	}
	s.Reach[HeaderConnect] = 100_000
	if v := m.Record(r, s); v.EPPB != 200_000 {
		t.Errorf("one of them above 10⁶: E %d", v.EPPB)
	}
	s.Reach[HeaderEnd], s.Reach[HeaderFinalise], s.Reach[HeaderConnect] = 208_000, 208_000, 208_000
	if v := m.Record(r, s); v.EPPB != 1_500_000 || v.Grade != ConsistentWith {
		t.Errorf("three of 500,000: E %d %v", v.EPPB, v.Grade)
	}
	s.Reach[HeaderFinalise] = 20_800
	if v := m.Record(r, s); v.EPPB < 5_000_000 {
		t.Errorf("the one that fits always counts: E %d", v.EPPB)
	}
	r = bent(23, 4, FinalisationCreated).recs[3]
	set(r, Created, at(r, Finalise))
	for h := range s.Reach {
		s.Reach[h] = 104_000_000
	}
	if v := m.Record(r, s); v.Cause != CauseFinalisation || v.EPPB != 1_000 {
		t.Errorf("one variant has the shape and the field, other causes and shapes do not count: E %d of %v", v.EPPB, v.Cause)
	}
}

// Every rival of another cause must miss by more than 5τ, and its own unnamed fields must be aligned.
func TestRivalsOfOneRecord(t *testing.T) {
	m := NewModel(Table{})
	s := spreadFor(m)
	r := bent(24, 3, FinalisationEnd).recs[1]
	for _, c := range []struct {
		away  int64
		grade Grade
		cause Cause
	}{{0, Ambiguous, NoCause}, {51, ConsistentWith, CauseFinalisation}, {260, ConsistentWith, CauseFinalisation}, {261, Established, CauseFinalisation}} {
		x := *r
		set(&x, End, at(&x, Finalise))
		set(&x, WrapupEnd, at(&x, Finalise)+c.away)
		v := m.Record(&x, s)
		if v.Grade != c.grade || v.Cause != c.cause || v.Candidates.Has(CauseAfterCallWork) != (c.away < 261) {
			t.Errorf("after-call work %d ms away: %v %v %v", c.away, v.Grade, v.Cause, v.Candidates.List())
		}
	}
	x := *r
	set(&x, Start, at(&x, SessionStart)+51)
	if v := m.Record(&x, s); v.Cause == CauseFinalisation {
		t.Errorf("end = fin, and a start that departs: %v %v", v.Grade, v.Cause)
	}
	x = *r
	x.Readings[Start] = Reading{}
	if v := m.Record(&x, s); v.Grade == Established {
		t.Errorf("a start that nobody knows is not known to be aligned: %v", v.Grade)
	}
	x = *bent(24, 4, CreatedSecond).recs[3]
	move(&x, 5_000, End)
	if v := m.Record(&x, s); v.Cause == CauseDefinitionSecond {
		t.Errorf("created = second session, and an end that departs: %v %v", v.Grade, v.Cause)
	}
}

// Who says nothing of the field that departs neither explains it nor is a rival, though what it says may fit.
func TestHypothesesOnOtherFields(t *testing.T) {
	m := NewModel(Table{})
	s := spreadFor(m)
	r := bent(31, 4, HeaderFinalise).recs[3]
	set(r, SecondStart, at(r, FirstEnd)+20) // a gap too small to be seen
	set(r, Finalise, at(r, SessionEnd)+4_000_000)
	set(r, Header, at(r, Finalise))
	v := m.Record(r, s)
	if v.Grade != Established || v.Cause != CauseHeaderWrite || v.Trials[HandoffGap].State != WasTested || v.Trials[FinalisationEnd].State != Excluded {
		t.Errorf("%v %v %v, handoff %v", v.Grade, v.Cause, v.Candidates.List(), v.Trials[HandoffGap])
	}
}

// Two fields may depart for two causes: the verdict is the first one's, and the other's cause is not its rival.
func TestTwoFieldsDepart(t *testing.T) {
	m := NewModel(Table{})
	r := bent(35, 4, CreatedSecond).recs[3]
	set(r, Header, at(r, Finalise))
	if v := m.Record(r, spreadFor(m)); v.Field != Created || v.Grade != Established || v.Cause != CauseDefinitionSecond || v.Trials[HeaderFinalise].State != WasTested {
		t.Errorf("%v %v %v of %v", v.Grade, v.Cause, v.Candidates.List(), v.Field)
	}
}

// A hypothesis that predicts no departure explains none: a pause of nothing, a trim of nothing.
func TestIdleHypotheses(t *testing.T) {
	m := NewModel(Table{})
	s := spreadFor(m)
	r := bent(32, 4, StartSecond).recs[3]
	set(r, RecordingStart, at(r, OriginalStart)+10)
	set(r, Pauses, 0)
	set(r, Start, at(r, SessionStart)+200)
	set(r, SecondStart, at(r, Start))
	if v := m.Record(r, s); v.Candidates.Has(CauseAccessTrim) || !v.Candidates.Has(CauseDefinitionSecond) || v.Trials[AccessTrim].State != WasTested {
		t.Errorf("200 ms, and a trim of 10: %v %v", v.Grade, v.Candidates.List())
	}
	set(r, RecordingStart, at(r, OriginalStart)+210)
	if v := m.Record(r, s); !v.Candidates.Has(CauseAccessTrim) {
		t.Errorf("a trim of 210: %v %v", v.Grade, v.Candidates.List())
	}
	// In a cohort: a rival that predicts a departure in fewer than a tenth does not stand.
	small := func(trimmed int) *scene {
		s := newScene(33, 300).drop(Finalise, S3Put, Pauses).each(func(r *Recording) {
			move(r, 230, Start, End, Created)
			set(r, RecordingStart, at(r, OriginalStart))
		})
		for _, r := range s.recs[:trimmed] {
			set(r, RecordingStart, at(r, OriginalStart)+240)
		}
		return s
	}
	if v := small(29).judge(Table{}); v.Cause != CauseConstant || !v.Named() {
		t.Errorf("a trim in 29 of 300: %v %v %v", v.Grade, v.Cause, v.Candidates.List())
	}
	if v := small(30).judge(Table{}); v.Cause != CauseConstant || v.Named() || !v.Candidates.Has(CauseAccessTrim) {
		t.Errorf("a trim in 30 of 300: %v %v %v", v.Grade, v.Cause, v.Candidates.List())
	}
}

// The chance is that of the field which is named; that start and end are aligned, in whole seconds, is no coincidence.
func TestChanceIsOfTheNamedField(t *testing.T) {
	m := NewModel(Table{})
	s := spreadFor(m)
	s.Reach[HeaderEnd], s.Reach[HeaderFinalise], s.Reach[HeaderConnect] = 104_000, 104_000_000, 1_000
	r := bent(34, 4, HeaderFinalise).recs[1]
	r.Readings[Start], r.Readings[End] = wide(FamilyExport, at(r, SessionStart)/1000*1000, true), wide(FamilyExport, at(r, SessionEnd)/1000*1000, true)
	if v := m.Record(r, s); v.Trials[HeaderFinalise].PPB != 1_000 || v.Trials[HeaderFinalise].Tau != 1_051 {
		t.Errorf("%+v", v.Trials[HeaderFinalise])
	}
}

// A zone is never named by one record; near the lattice it stands beside what else fits.
func TestZoneOfOneRecord(t *testing.T) {
	m := NewModel(Table{})
	s := spreadFor(m)
	for _, c := range []struct {
		by    int64
		grade Grade
		cause Cause
	}{{3_600_000, ConsistentWith, CauseZone}, {-3_600_000, ConsistentWith, CauseZone}, {900_000 * 56, ConsistentWith, CauseZone}, {900_000 * 57, Unexplained, NoCause},
		{720_000, Unexplained, NoCause}, {3_600_000 + 200, Unexplained, NoCause}} {
		r := newScene(25, 2).recs[1]
		r.Readings[Start], r.Readings[End] = r.Readings[SessionStart], r.Readings[SessionEnd]
		r.Readings[Start].Family, r.Readings[End].Family = FamilyExport, FamilyExport
		move(r, c.by, Start, End)
		v := m.Record(r, s)
		if v.Shape != Translation || v.Grade != c.grade || v.Cause != c.cause {
			t.Errorf("%d ms: %v %v %v", c.by, v.Shape, v.Grade, v.Cause)
		}
		if c.cause == CauseZone && v.EPPB != 115_556 {
			t.Errorf("%d ms: E %d", c.by, v.EPPB)
		}
		if near := c.by == 3_600_200; near != (v.Grade == Unexplained && v.Candidates.Has(CauseZone)) {
			t.Errorf("%d ms: candidates %v", c.by, v.Candidates.List())
		}
	}
	// Start by an hour and end by something else are no zone.
	r := newScene(26, 2).recs[1]
	set(r, Start, at(r, SessionStart)+3_600_000)
	set(r, End, at(r, SessionEnd)+3_900_000)
	if v := m.Record(r, s); v.Shape != Mixture || v.Candidates.Has(CauseZone) {
		t.Errorf("start and end apart: %v %v", v.Shape, v.Candidates.List())
	}
	// Finalisation by exactly an hour is ambiguous with a zone.
	r = newScene(26, 2).recs[1]
	set(r, Finalise, at(r, SessionEnd)+3_600_000)
	set(r, Start, at(r, SessionStart)+3_600_000)
	set(r, End, at(r, SessionEnd)+3_600_000)
	if v := m.Record(r, s); v.Grade != Ambiguous || v.Candidates != 1<<CauseZone|1<<CauseFinalisation {
		t.Errorf("finalisation an hour later: %v %v", v.Grade, v.Candidates.List())
	}
	// Created alone, or the header alone, may be written in another zone.
	r = newScene(26, 2).recs[1]
	set(r, Created, at(r, SessionStart)-7_200_000)
	if v := m.Record(r, s); v.Shape != StartOnly || v.Field != Created || v.Cause != CauseZone {
		t.Errorf("created two hours early: %v %v %v", v.Shape, v.Field, v.Cause)
	}
}

// Step 1: what is not known to be one recording is not compared.
func TestPairing(t *testing.T) {
	m := NewModel(Table{})
	r := newScene(29, 1).recs[0]
	r.Pairing = PairingDiffers
	if v := m.Record(r, nil); v.Shape != NotComparable || v.Grade != Established || v.Cause != CauseMispaired || v.Offsets[0].Field != NoFact {
		t.Errorf("ids differ: %v %v %v", v.Shape, v.Grade, v.Cause)
	}
	r.Pairing = PairingUnpinned
	if v := m.Record(r, nil); v.Shape != NotComparable || v.Grade != GradeNotComparable || v.Cause != NoCause || v.Decider.Need != NeedPairing {
		t.Errorf("not pinned: %v %v %v", v.Shape, v.Grade, v.Cause)
	}
}

// A fact that is missing is named as what would decide, by the shape that it would explain.
func TestMissingFactOfOneRecord(t *testing.T) {
	m := NewModel(Table{})
	r := newScene(30, 2).drop(events...).recs[1]
	move(r, 7_000, End)
	if v := m.Record(r, nil); v.Grade != Unexplained || v.Decider != (Decider{Need: NeedFact, Fact: WrapupEnd}) {
		t.Errorf("end alone: %v %+v", v.Grade, v.Decider)
	}
	r.Readings[WrapupEnd], r.Readings[Pauses] = ms(FamilyPlatform, at(r, SessionEnd)), ms(FamilyPlatform, 1)
	if v := m.Record(r, nil); v.Decider != (Decider{Need: NeedCohort}) {
		t.Errorf("nothing missing: %+v", v.Decider)
	}
}

package attribute

import (
	"math"
	"testing"

	"holdfast.example/schemas/instant"
)

// wide is a whole-second reading.
func wide(f Family, at int64, truncated bool) Reading {
	r := Reading{Interval: instant.Interval{Lo: at, Hi: at + 999}, Family: f, Zoned: true, Truncated: truncated}
	if !truncated {
		r.Lo -= 500
	}
	return r
}

// row binds one recording by its own basis.
func rowOf(m *Model, r *Recording) *row {
	var w row
	b := basisOf(r)
	m.bind(&w, r, &b)
	return &w
}

// The τ table of section 1: J and the widths of the readings that are left after cancellation.
func TestTau(t *testing.T) {
	m := NewModel(Table{})
	gap := &m.variant(HandoffGap).claims[0].residual
	shifted := &m.variant(FinalisationShift).claims[1].residual // end = end + (fin − end): two readings are left
	r := newScene(1, 1).recs[0]                                 // two agents
	for _, c := range []struct {
		what string
		put  func(r *Recording)
		of   *sum
		want int64
	}{
		{"ms, ms", func(r *Recording) {}, &m.offsets[fieldStart], 52},
		{"ms ×4", func(r *Recording) {}, gap, 54},
		{"ms, whole second truncating", func(r *Recording) { r.Readings[Start] = wide(FamilyExport, 5000, true) }, &m.offsets[fieldStart], 1_051},
		{"ms, whole second of unknown direction", func(r *Recording) { r.Readings[Start] = wide(FamilyExport, 5000, false) }, &m.offsets[fieldStart], 1_551},
		{"whole second ×2, truncating", func(r *Recording) {
			r.Readings[Start], r.Readings[SessionStart] = wide(FamilyExport, 5000, true), wide(FamilyPlatform, 5000, true)
		}, &m.offsets[fieldStart], 2_050},
		{"whole second ×2, unknown", func(r *Recording) {
			r.Readings[Start], r.Readings[SessionStart] = wide(FamilyExport, 5000, false), wide(FamilyPlatform, 5000, false)
		}, &m.offsets[fieldStart], 3_050},
		{"created in ms, start and both agent times in whole seconds, truncating", func(r *Recording) {
			for _, f := range []Fact{SessionStart, FirstEnd, SecondStart} {
				r.Readings[f] = wide(FamilyPlatform, 5000, true)
			}
		}, gap, 3_051},
		{"end shifted by fin − end is end = fin", func(r *Recording) { r.Readings[SessionEnd] = wide(FamilyPlatform, 9000, true) }, shifted, 52},
	} {
		x := *r
		c.put(&x)
		if _, tau, ok := rowOf(m, &x).sum(c.of, math.MaxUint32); !ok || tau != c.want {
			t.Errorf("%s: τ %d, want %d", c.what, tau, c.want)
		}
	}
}

// A sum in which a reading occurs with both signs has lost it: start − wait is start − agent connect.
func TestCancellation(t *testing.T) {
	m := NewModel(Table{})
	if got := m.variant(FinalisationShift).claims[1].residual; got.mask != 1<<End|1<<Finalise || len(got.terms) != 2 {
		t.Errorf("end is left with %v", got.terms)
	}
	wait := sumOf(to(Start), from(SessionStart), from(AgentConnect), to(SessionStart))
	if wait.mask != 1<<Start|1<<AgentConnect || len(wait.terms) != 2 {
		t.Errorf("start − wait is %v", wait.terms)
	}
	if twice := sumOf(to(Start), to(Start)); len(twice.terms) != 2 {
		t.Errorf("a reading twice with one sign stands twice: %v", twice.terms)
	}
}

// fits ⇔ dist ≤ J, misses clearly ⇔ dist > 5τ; and D is never widened by τ.
func TestFitsAndMisses(t *testing.T) {
	for _, c := range []struct {
		dist, tau int64
		want      fit
	}{{0, 52, fits}, {50, 52, fits}, {51, 52, near}, {260, 52, near}, {261, 52, clear}, {1_051, 1_051, near}, {51, 3_050, near},
		{math.MaxInt64, 1, clear}, {math.MaxInt64, math.MaxInt64, near}} {
		var got cell
		got.take(c.dist, c.tau, 0)
		if got.fit != c.want {
			t.Errorf("dist %d at τ %d is %d, want %d", c.dist, c.tau, got.fit, c.want)
		}
	}
	// A shift of 1.06 s on whole-second records is seen, though it is hardly more than τ.
	s := newScene(3, 60).drop(Finalise, S3Put).each(func(r *Recording) {
		for _, f := range []Fact{Start, End} {
			r.Readings[f] = wide(FamilyExport, (at(r, f)+2_060)/1000*1000, true)
		}
	})
	if v := s.judge(Table{}); v.Shape != Translation {
		t.Errorf("a shift of 2.06 s in whole seconds is %v", v.Shape)
	}
}

// A field is whole-second where twenty values or more all end .000, in the direction that the field table knows.
func TestWholeSecondRule(t *testing.T) {
	make := func(n int, fraction, truncated bool) *Cohort {
		s := newScene(4, n).whole(Start)
		if fraction {
			move(s.recs[n/2], 1, Start)
		}
		return s.each(func(r *Recording) { r.Readings[Start].Truncated = truncated }).cohort()
	}
	for _, c := range []struct {
		what                string
		n                   int
		fraction, truncated bool
		lo, hi              int64
	}{{"nineteen", 19, false, false, 0, 0}, {"twenty", 20, false, false, -500, 999}, {"twenty, one with a fraction", 20, true, false, 0, 0}, {"truncating", 20, false, true, 0, 999}} {
		co := make(c.n, c.fraction, c.truncated)
		b := co.Basis()
		m := NewModel(Table{})
		var w row
		r := co.Sample[0]
		m.bind(&w, r, &b)
		if got := (instant.Interval{Lo: at(r, Start) + c.lo, Hi: at(r, Start) + c.hi}); w.iv[Start] != got {
			t.Errorf("%s: %v, want %v", c.what, w.iv[Start], got)
		}
		if w.iv[End] != r.Readings[End].Interval {
			t.Errorf("%s: the end was widened too", c.what)
		}
	}
	// A rounding source read as if it truncated makes findings of aligned data; wide, it makes none.
	s := newScene(5, 400).each(func(r *Recording) {
		for _, f := range []Fact{Start, End, Created, Header} {
			set(r, f, (at(r, f)+500)/1000*1000)
		}
	})
	if v := s.judge(Table{}); v.Shape != Aligned || len(v.Outliers) != 0 {
		t.Errorf("rounded to seconds: %v with %d outliers", v.Shape, len(v.Outliers))
	}
}

// What has no zone is not compared; only a zone hypothesis may speak of it.
func TestZoneUnknown(t *testing.T) {
	bare := func(by func(r *Recording) int64) *scene {
		return newScene(6, 120).year().each(func(r *Recording) {
			move(r, by(r), Start, End, Created)
			for _, f := range []Fact{Start, End, Created} {
				r.Readings[f].Zoned = false
			}
		}).drop(Header, MediaDuration)
	}
	m := NewModel(Table{Zones: []Zone{london}})
	for _, c := range []struct {
		name  string
		s     *scene
		shape Shape
		grade Grade
		cause Cause
		may   Causes
	}{
		{"as if UTC", bare(func(*Recording) int64 { return 0 }), NotComparable, GradeNotComparable, NoCause, 0},
		{"12 min", bare(func(*Recording) int64 { return 720_000 }), NotComparable, GradeNotComparable, NoCause, 0},
		{"London", bare(func(r *Recording) int64 { return m.zoneAt(0, at(r, SessionStart)) }), Translation, Established, CauseZone, 1 << CauseZone},
	} {
		v := m.Cohort(c.s.cohort())
		if v.Shape != c.shape || v.Grade != c.grade || v.Cause != c.cause || v.Candidates != c.may || v.Locus != LocusUnknown {
			t.Errorf("%s: %v %v %v %v %v", c.name, v.Shape, v.Grade, v.Cause, v.Candidates.List(), v.Locus)
		}
		if v.Hypotheses[FinalisationEnd].State != NotTestable || v.Hypotheses[ConstantOffset].Holds && v.Named() && v.Cause == CauseConstant {
			t.Errorf("%s: another hypothesis used a time without its zone: %+v", c.name, v.Hypotheses[FinalisationEnd])
		}
	}
	// A constant that a zone leaves open keeps the name back, but where no zone is written: there it is no rival.
	for _, zoneless := range []bool{false, true} {
		s := zoned(side(80, 20), paris, 1, 0).drop(Header, MediaDuration)
		for i, r := range s.recs {
			if i >= 88 {
				move(r, int64(i)*9_000, Start, End, Created) // beside the zone, and beside the constant
			}
			for _, f := range []Fact{Start, End, Created} {
				r.Readings[f].Zoned = !zoneless
			}
		}
		v := s.judge(Table{Zones: []Zone{paris}})
		if zoneless != (v.Grade == Established) || v.Cause != CauseZone || v.Candidates.Has(CauseConstant) == zoneless {
			t.Errorf("zoneless %v: %v %v %v", zoneless, v.Grade, v.Cause, v.Candidates.List())
		}
	}
	r := bare(func(*Recording) int64 { return 3_600_000 }).recs[0]
	v := m.Record(r, nil)
	if v.Shape != NotComparable || v.Grade != GradeNotComparable || v.Candidates != 1<<CauseZone || v.Decider.Need != NeedReading {
		t.Errorf("one record an hour off without a zone: %v %v %v", v.Shape, v.Grade, v.Candidates.List())
	}
	if v := m.Record(bare(func(*Recording) int64 { return 700_000 }).recs[0], nil); v.Candidates != 0 {
		t.Errorf("700 s is no zone: %v", v.Candidates.List())
	}
}

// Like with like: a field that its table declares to mean the agent's connect is compared with that.
func TestDeclaredInstant(t *testing.T) {
	table := Table{}
	table.Declared[Start] = AgentConnect
	s := newScene(8, 100).each(func(r *Recording) { set(r, Start, at(r, AgentConnect)) })
	if v := s.judge(table); v.Shape != Aligned {
		t.Errorf("start declared and written as agent connect: %v %v", v.Shape, v.Field)
	}
	only := newScene(8, 100).drop(AgentConnect, End, Created, Header, MediaDuration)
	if v := only.judge(table); v.Shape != NotComparable || v.Candidates != 1<<CauseDefinitionDeclared || v.Decider != (Decider{Need: NeedFact, Fact: AgentConnect}) {
		t.Errorf("declared instant not observed: %v %v %+v", v.Shape, v.Candidates.List(), v.Decider)
	}
	filled(t, "nothing to compare", only.judge(table))
	v := NewModel(table).Record(only.recs[0], nil)
	if v.Shape != NotComparable || v.Candidates != 1<<CauseDefinitionDeclared || v.Decider.Fact != AgentConnect {
		t.Errorf("one record: %v %v %+v", v.Shape, v.Candidates.List(), v.Decider)
	}
	bare := newScene(8, 1).drop(SessionStart, SessionEnd, Header, MediaDuration).recs[0]
	if v := NewModel(Table{}).Record(bare, nil); v.Shape != NotComparable || v.Candidates != 0 || v.Decider != (Decider{Need: NeedReading}) {
		t.Errorf("no session, and nothing declared: %v %v %+v", v.Shape, v.Candidates.List(), v.Decider)
	}
}

// filled demands that every row of the table names its hypothesis, and has its figures or the fact that is missing.
func filled(t *testing.T, what string, v CohortVerdict) {
	t.Helper()
	for h, row := range v.Hypotheses {
		if row.Hypothesis != Hypothesis(h) || row.State == NotTestable != (row.Missing.Need != NeedNothing) || row.State != NotTestable && len(row.Numbers) == 0 {
			t.Errorf("%s: row %d is %+v", what, h, row)
		}
	}
}

// Every word is in its closed list, and none twice.
func TestWordsAreClosed(t *testing.T) {
	for name, words := range map[string][]string{"fact": factNames[1:], "family": familyNames[1:], "shape": shapeNames[:], "grade": gradeNames[:],
		"locus": locusNames[:], "need": needNames[:], "stratum": stratumNames[:], "state": stateNames[:], "step": stepNames[:]} {
		seen := map[string]bool{}
		for i, w := range words {
			if w == "" || seen[w] {
				t.Errorf("%s %d is %q", name, i, w)
			}
			seen[w] = true
		}
	}
	seen := map[string]bool{}
	for h := range HypothesisCount {
		if w := h.String(); w == "" || seen[w] || h.Cause() >= causeCount {
			t.Errorf("hypothesis %d is %q", h, w)
		}
		seen[h.String()] = true
	}
	mechanisms := map[string]bool{"none": true, "zone": true, "dst-split": true, "finalisation": true, "handoff": true, "definition": true, "pause-cut": true,
		"after-call-work": true, "queue-wait": true, "header-write-time": true, "rate-skew": true, "access-trim": true, "transfer": true, "mispaired": true}
	said := map[string]bool{}
	for c := range causeCount {
		if !mechanisms[c.Mechanism()] {
			t.Errorf("%v has the mechanism %q", c, c.Mechanism())
		}
		said[c.Mechanism()] = true
	}
	if len(said) != len(mechanisms) {
		t.Errorf("%d of %d mechanisms can be said", len(said), len(mechanisms))
	}
	for _, s := range []string{Fact(99).String(), Family(99).String(), Shape(99).String(), Grade(99).String(), Cause(99).String(), Cause(99).Mechanism(),
		Locus(99).String(), Need(99).String(), Stratum(99).String(), State(99).String(), Step(99).String(), Hypothesis(99).String()} {
		if s != "invalid" {
			t.Errorf("a word outside its list is %q", s)
		}
	}
	if Cause(99).Instant() != NoFact || Hypothesis(99).Cause() != NoCause || Causes(1<<31).Has(31) {
		t.Error("a word outside its list means something")
	}
}

// Each clock's vote is its family's; broker and capture have none.
func TestFamilyOfClocks(t *testing.T) {
	for c, want := range map[instant.Clock]Family{instant.GenesysCloud: FamilyPlatform, instant.Audit: FamilyPlatform, instant.EventBridge: FamilyPlatform,
		instant.ExportMetadata: FamilyExport, instant.Job: FamilyJob, instant.Transcript: FamilyHeader, instant.Sender: FamilySender, instant.S3: FamilyS3,
		instant.Broker: NoFamily, instant.Capture: NoFamily, "sundial": NoFamily} {
		if got := FamilyOf(c); got != want {
			t.Errorf("%s is of family %v, want %v", c, got, want)
		}
	}
}

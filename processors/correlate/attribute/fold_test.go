package attribute

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
)

// The fold keeps the smallest ids, whatever the order, counts every recording once, and replaces what is revised.
func TestFold(t *testing.T) {
	s := newScene(70, 3000)
	c := s.cohort()
	if c.N != 3000 || len(c.Sample) != 1024 {
		t.Fatalf("n %d, sample %d", c.N, len(c.Sample))
	}
	all := slices.Clone(s.recs)
	slices.SortFunc(all, func(a, b *Recording) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	if !slices.Equal(all[:1024], c.Sample) {
		t.Error("the sample is not the 1,024 smallest ids")
	}
	slices.Reverse(s.recs)
	if again := s.cohort(); !reflect.DeepEqual(again, c) {
		t.Error("the order of arrival changed the fold")
	}
	r := *c.Sample[5]
	r.Readings[Start] = Reading{}
	c.Add(&r, true)
	if c.N != 3000 || c.Sample[5] != &r || c.Tallies[Start].N != 2999 {
		t.Errorf("revised: n %d, %d starts", c.N, c.Tallies[Start].N)
	}
	c.Add(all[2999], true)
	if c.N != 3000 {
		t.Error("a revised recording outside the sample was counted again")
	}
	late := *all[0]
	late.At = 1 << 60
	c.Add(&late, true)
	if len(c.Latest) != latestCount || c.Latest[latestCount-1] != &late || slices.Index(c.Latest, all[0]) >= 0 {
		t.Error("the latest do not hold a recording that became the latest, once")
	}
	again := late
	again.At++
	c.Add(&again, true)
	if slices.Index(c.Latest, &late) >= 0 || c.Latest[latestCount-1] != &again {
		t.Error("a recording revised among the latest is there twice")
	}
	for i := 1; i < len(c.LatestTwo); i++ {
		if c.LatestTwo[i].Agents < 2 || c.LatestTwo[i].At < c.LatestTwo[i-1].At {
			t.Error("the latest with two agents")
		}
	}
}

// The session's stand-ins: the header where no recording has a session, then the sender; never for a part of a cohort.
func TestReferenceStandsIn(t *testing.T) {
	mail := func(r *Recording) { r.Readings[SenderDate] = ms(FamilySender, at(r, SessionStart)) }
	for _, c := range []struct {
		what  string
		s     *scene
		shape Shape
		b     Family
		end   bool // the end can be compared
	}{
		{"session", newScene(71, 60).each(mail), Aligned, FamilyPlatform, true},
		{"header", newScene(71, 60).each(mail).drop(SessionStart, SessionEnd), Aligned, FamilyHeader, true},
		{"header without a length", newScene(71, 60).drop(SessionStart, SessionEnd, MediaDuration), Aligned, FamilyHeader, false},
		{"header and the session's end", newScene(71, 60).drop(SessionStart), Aligned, FamilyHeader, true},
		{"sender", newScene(71, 60).each(mail).drop(SessionStart, SessionEnd, Header), Aligned, FamilySender, false},
		{"nothing", newScene(71, 60).drop(SessionStart, SessionEnd, Header), NotComparable, NoFamily, false},
	} {
		m := NewModel(Table{})
		co := c.s.cohort()
		v := m.Cohort(co)
		r := m.Record(co.Sample[0], m.Spread(co))
		if v.Shape != c.shape || r.Shape != c.shape || r.Offsets[fieldStart].B != c.b || c.end != (r.Offsets[fieldEnd].Field == End) {
			t.Errorf("%s: %v, record %v against %v, end %v", c.what, v.Shape, r.Shape, r.Offsets[fieldStart].B, r.Offsets[fieldEnd].Field)
		}
		if lone := m.Record(co.Sample[0], nil); lone.Shape != c.shape || lone.Offsets[fieldStart].B != c.b {
			t.Errorf("%s, without a cohort: %v against %v", c.what, lone.Shape, lone.Offsets[fieldStart].B)
		}
	}
	half := newScene(72, 60)
	for _, r := range half.recs[:30] {
		r.Readings[SessionStart] = Reading{}
	}
	co := half.cohort()
	if v := NewModel(Table{}).Cohort(co); v.StratumN != 60 || co.Basis().StartFrom != SessionStart {
		t.Errorf("%d compared, start from %v", v.StratumN, co.Basis().StartFrom)
	}
}

// R is measured on the values beyond τ, of thirty or more.
func TestSpread(t *testing.T) {
	m := NewModel(Table{})
	s := newScene(73, 60).drop(Created)
	sp := m.Spread(s.cohort())
	if sp.Reach[StartConnect] <= 0 || sp.Count[StartConnect] != 60 || sp.Reach[CreatedConnect] != -1 || sp.Reach[ZoneShift] != latticeStep || sp.Reach[StartSecond] != -1 || sp.Count[StartSecond] != 20 {
		t.Errorf("reach %v count %v", sp.Reach, sp.Count)
	}
	for i, r := range s.recs {
		if i < 31 {
			set(r, AgentConnect, at(r, SessionStart)+52) // no wait beyond τ
		}
	}
	if sp := m.Spread(s.cohort()); sp.Count[StartConnect] != 29 || sp.Reach[StartConnect] != -1 {
		t.Errorf("%d values beyond τ, R %d", sp.Count[StartConnect], sp.Reach[StartConnect])
	}
	set(s.recs[0], AgentConnect, at(s.recs[0], SessionStart)+53)
	if sp := m.Spread(s.cohort()); sp.Count[StartConnect] != 30 || sp.Reach[StartConnect] < 0 {
		t.Errorf("%d values beyond τ, R %d", sp.Count[StartConnect], sp.Reach[StartConnect])
	}
}

// Aligned clocks show the platform's jitter; above 9 ms the slack is no proof any more.
func TestJitter(t *testing.T) {
	for width, warns := range map[int64]bool{6: false, 10: false, 30: true} {
		s := newScene(74, 400)
		v := s.each(func(r *Recording) { set(r, Start, at(r, SessionStart)+s.among(-width, width)) }).judge(Table{})
		if v.Shape != Aligned || v.JitterWarns() != warns || v.Jitter < 0 {
			t.Errorf("±%d ms: %v, σ %d, warns %v", width, v.Shape, v.Jitter, v.JitterWarns())
		}
	}
	for mad, warns := range map[int64]bool{6: false, 7: true} { // σ is 1.4826 times that, rounded up: 9 and 11
		v := newScene(74, 400).each(func(r *Recording) {
			set(r, Start, at(r, SessionStart)+mad)
			if r.ID[0] < 100 {
				move(r, -mad, Start)
			} else if r.ID[0] >= 156 {
				move(r, mad, Start)
			}
		}).judge(Table{})
		if v.Spread != mad || v.JitterWarns() != warns {
			t.Errorf("a deviation of %d ms is %d, σ %d, warns %v", mad, v.Spread, v.Jitter, v.JitterWarns())
		}
	}
	if v := newScene(75, 100).whole(Start).judge(Table{}); v.Jitter != -1 {
		t.Errorf("whole seconds tell no jitter: %d", v.Jitter)
	}
}

// An outlier departs from what the verdict predicts of it: by more than max(5τ, 6·MAD) it is a finding.
func TestDepart(t *testing.T) {
	m := NewModel(Table{})
	handoff := m.Cohort(storyB(200, 100).gaps(2000, 3000).cohort())
	constant := m.Cohort(storyA(200).cohort())
	lot := m.Cohort(storyA(200).each(func(r *Recording) { r.Job = "job-7"; (&scene{}).toDay(r, day0) }).cohort())
	aligned := m.Cohort(newScene(76, 200).cohort())
	wide := newScene(76, 200)
	for _, r := range wide.recs {
		move(r, int64(r.ID[0])*4-510, Start, End) // widths stay, the offsets scatter
	}
	unexplained := m.Cohort(wide.cohort())
	one, two := newScene(77, 2).recs[1], newScene(77, 1).recs[0]
	gap := at(two, SecondStart) - at(two, FirstEnd)
	for _, c := range []struct {
		what    string
		v       *CohortVerdict
		r       *Recording
		f       []Fact
		to      int64
		departs bool
		finding bool
	}{
		{"aligned, at the slack", &aligned, one, []Fact{Start}, 50, false, false},
		{"aligned, beyond it", &aligned, one, []Fact{Start}, 51, true, false},
		{"aligned, 5τ", &aligned, one, []Fact{Start}, 260, true, false},
		{"aligned, beyond 5τ", &aligned, one, []Fact{Start}, 261, true, true},
		{"aligned, of another field", &aligned, one, []Fact{Header}, 261, true, true},
		{"constant, like it", &constant, one, []Fact{Start, End}, 720_000, false, false},
		{"constant, aligned", &constant, one, []Fact{Start, End}, 0, true, true},
		{"handoff, one agent, aligned", &handoff, one, []Fact{Created}, 0, false, false},
		{"handoff, one agent, late", &handoff, one, []Fact{Created}, 2_500, true, true},
		{"handoff, two agents, by the gap", &handoff, two, []Fact{Created}, gap, false, false},
		{"handoff, two agents, aligned", &handoff, two, []Fact{Created}, 0, true, true},
		{"a constant of one job predicts nothing", &lot, one, []Fact{Start}, 0, false, false},
		{"unexplained predicts nothing", &unexplained, one, []Fact{Start}, 720_000, false, false},
	} {
		r := *c.r
		for _, f := range []Fact{Start, End, Created, Header} {
			ref := SessionStart
			if f == End {
				ref = SessionEnd
			}
			set(&r, f, at(&r, ref))
			if slices.Contains(c.f, f) {
				move(&r, c.to, f)
			}
		}
		o, departs := m.Depart(&c.v.Force, &r)
		if departs != c.departs || o.Finding != c.finding || departs && o.ID != r.ID {
			t.Errorf("%s: %v %+v", c.what, departs, o)
		}
	}
	r := *one
	set(&r, Start, at(&r, SessionStart))
	set(&r, End, at(&r, SessionEnd))
	constant.Force.Fitting.Constant = [fieldCount]int64{720_000, 720_000}
	for mad, finding := range map[int64]bool{119_999: true, 120_000: false} { // 6·MAD beyond 5τ
		constant.Force.Spread = mad
		if o, departs := m.Depart(&constant.Force, &r); !departs || o.Finding != finding || o.Dist != 720_000 {
			t.Errorf("720 s at a MAD of %d ms: %v %+v", mad, departs, o)
		}
	}
}

package attribute

import "testing"

// tie is a near-tie and what may be said of it.
type tie struct {
	what  string
	s     *scene
	grade Grade
	cause Cause
	may   Causes
}

func (c *tie) check(t *testing.T) {
	t.Helper()
	v := c.s.judge(Table{})
	if v.Grade != c.grade || v.Cause != c.cause || v.Candidates != c.may {
		t.Errorf("%s: %v %v %v of %v on %v, wants %+v; want %v %v %v", c.what, v.Grade, v.Cause, v.Candidates.List(), v.Shape, v.Stratum, v.Decider, c.grade, c.cause, c.may.List())
	}
}

// The adversarial near-ties of section 7 that no other test has.
func TestNearTies(t *testing.T) {
	h, d := Causes(1<<CauseHandoff), Causes(1<<CauseDefinitionConnect)
	tied := func(off int64) *scene { // gap = wait ± off, on recordings with two agents
		return storyB(200, 100).gaps(5_000, 60_000).each(func(r *Recording) {
			if r.Agents == 2 {
				set(r, AgentConnect, at(r, SessionStart)+at(r, SecondStart)-at(r, FirstEnd)+off)
			}
		})
	}
	random := func(from, to int64) *scene { // a two-agent lag that no fact predicts
		s := storyB(200, 100)
		return s.each(func(r *Recording) {
			if r.Agents == 2 {
				set(r, Created, at(r, SessionStart)+s.among(from, to))
			}
		})
	}
	for _, c := range []tie{
		{"gap = wait", tied(0), Ambiguous, NoCause, h | d},
		{"gap = wait + 40 ms", tied(40), Ambiguous, NoCause, h | d},
		{"gap = wait + τ", tied(52), ConsistentWith, CauseHandoff, h | d},
		{"gap = wait + 5τ: a rival is open", tied(240), ConsistentWith, CauseHandoff, h | d},
		{"gap = wait + 6τ", tied(340), Established, CauseHandoff, h},
		{"gap = wait, gap unseen", tied(0).drop(SecondStart, FirstEnd), ConsistentWith, CauseDefinitionConnect, d},
		{"a two-agent lag of 2-3 s unrelated to the gap", random(2_000, 3_000), Unexplained, NoCause, 0},
		{"the lag is the sum of pauses by chance, n = 29", bent(100, 29, PausedMedia), Insufficient, NoCause, 0},
		{"the pauses, n = 30", bent(100, 30, PausedMedia), Established, CausePauseCut, 1 << CausePauseCut},
	} {
		c.check(t)
	}
	// A job that ran in the order of time changes nothing.
	s := bent(101, 300, FinalisationEnd)
	for i, r := range s.recs {
		(&scene{}).toDay(r, day0)
		start := int64(day0 + i*200_000)
		by := start - at(r, SessionStart)
		for f := Start; f < Finalise; f++ {
			if !f.duration() {
				move(r, by, f)
			}
		}
		set(r, Finalise, day0+int64(i)*250_000+86_400_000)
		set(r, End, at(r, Finalise))
		r.Job = "one"
	}
	(&tie{"a job in the order of time", s, Established, CauseFinalisation, 1 << CauseFinalisation}).check(t)
}

// One outlier in twenty leaves the name as it is.
func TestOutliersKeepTheName(t *testing.T) {
	for h := range HypothesisCount {
		if bends[h] == nil {
			continue
		}
		s := bent(102, 300, h)
		for i := 7; i < len(s.recs); i += 20 {
			move(s.recs[i], s.among(-900_000, 900_000), Start, End, Created, Header, MediaDuration)
		}
		v := s.judge(Table{})
		if !v.Named() || v.Cause != h.Cause() {
			t.Errorf("%v: %v %v %v", h, v.Grade, v.Cause, v.Candidates.List())
		}
		if len(v.Outliers) < 10 || len(v.Outliers) > 15 {
			t.Errorf("%v: %d outliers of 15", h, len(v.Outliers))
		}
	}
}

// In whole seconds all but the handoff is still named.
func TestWholeSecondsAlone(t *testing.T) {
	facts := []Fact{Start, End, Created, SessionStart, SessionEnd, AgentConnect, ACDStart, Finalise, FirstEnd, SecondStart, S3Put}
	for _, h := range []Hypothesis{ConstantOffset, FinalisationEnd, FinalisationShift, FinalisationStamp, StartConnect} {
		if v := bent(103, 300, h).whole(facts...).judge(Table{}); !v.Named() || v.Cause != h.Cause() {
			t.Errorf("%v: %v %v %v, wants %+v", h, v.Grade, v.Cause, v.Candidates.List(), v.Decider)
		}
	}
	if v := newScene(103, 300).whole(facts...).judge(Table{}); v.Shape != Aligned {
		t.Errorf("aligned: %v", v.Shape)
	}
	if v := storyB(200, 100).gaps(2_000, 3_000).whole(facts...).judge(Table{}); v.Named() {
		t.Errorf("handoff: %v %v", v.Grade, v.Cause)
	}
}

// (a): thirty recordings, and no more misses than m.
func TestHoldsOnN(t *testing.T) {
	miss := func(n, misses int) *scene {
		s := bent(104, n, StartConnect)
		for i := range misses {
			move(s.recs[i*3+1], 7_000+int64(i)*9_000, End)
		}
		return s
	}
	q := Causes(1 << CauseQueueWait)
	for _, c := range []tie{
		{"29", miss(29, 0), Insufficient, NoCause, 0},
		{"30", miss(30, 0), Established, CauseQueueWait, q},
		{"m of 30", miss(30, 2), Established, CauseQueueWait, q},
		{"m + 1 of 30", miss(30, 3), Unexplained, NoCause, 0},
		{"m of 200", miss(200, 30), Established, CauseQueueWait, q},
		{"m + 1 of 200", miss(200, 31), Unexplained, NoCause, 0},
	} {
		c.check(t)
	}
	s := miss(30, 0)
	s.recs[4].Readings[AgentConnect] = Reading{}
	(&tie{"29 that have the fact, of 30", s, Unexplained, NoCause, 0}).check(t)
}

// A hypothesis is tested where nine tenths of the stratum have its facts, and the missing one is named.
func TestTestable(t *testing.T) {
	lacking := func(n int) *scene {
		s := bent(105, 100, StartConnect)
		for _, r := range s.recs[:n] {
			r.Readings[AgentConnect] = Reading{}
		}
		return s
	}
	(&tie{"ten of a hundred lack it", lacking(10), Established, CauseQueueWait, 1 << CauseQueueWait}).check(t)
	v := lacking(11).judge(Table{})
	if got := &v.Hypotheses[StartConnect]; v.Cause != NoCause || got.State != NotTestable || got.Missing != (Decider{Need: NeedFact, Fact: AgentConnect}) || len(got.Numbers) != 0 {
		t.Errorf("eleven lack it: %v %v %+v", v.Grade, v.Cause, got)
	}
	if v.Decider != (Decider{Need: NeedFact, Fact: AgentConnect}) {
		t.Errorf("what would decide: %+v", v.Decider)
	}
}

// (b): a cause holds wherever its prediction exists.
func TestHoldsEverywhere(t *testing.T) {
	// A wait in start on the recordings with two agents only, though those with one waited too.
	s := newScene(106, 300).each(func(r *Recording) {
		if r.Agents == 2 {
			bends[StartConnect](nil, r)
		}
	})
	(&tie{"queue wait on two agents only", s, ConsistentWith, CauseQueueWait, 1 << CauseQueueWait}).check(t)
	again := bent(106, 300, StartSecond).each(func(r *Recording) { // the same agent came back: a second session, and one agent
		if r.Agents == 1 {
			r.Readings[SecondStart] = ms(FamilyPlatform, at(r, FirstEnd)+5_000)
		}
	})
	(&tie{"a second session of the same agent", again, Established, CauseDefinitionSecond, 1 << CauseDefinitionSecond}).check(t)
	depart := bent(106, 300, StartSecond).each(func(r *Recording) { // the controls depart as well: it is no matter of two agents
		if r.Agents == 1 {
			r.Readings[SecondStart] = ms(FamilyPlatform, at(r, FirstEnd)+5_000)
			set(r, Start, at(r, SecondStart))
		}
	})
	(&tie{"a second session on recordings with one agent too", depart, ConsistentWith, CauseDefinitionSecond, 1 << CauseDefinitionSecond}).check(t)
	(&tie{"second session is exempt", bent(106, 300, StartSecond), Established, CauseDefinitionSecond, 1 << CauseDefinitionSecond}).check(t)
}

// (c): what does not vary by five times τ could be any constant, or anything.
func TestVaries(t *testing.T) {
	wait := func(from, to int64) *scene {
		s := newScene(107, 200).drop(ACDStart)
		return s.each(func(r *Recording) {
			set(r, AgentConnect, at(r, SessionStart)+s.among(from, to))
			set(r, Start, at(r, AgentConnect))
		})
	}
	q, c := Causes(1<<CauseQueueWait), Causes(1<<CauseConstant)
	for _, x := range []tie{
		{"none", wait(9_000, 9_010), Ambiguous, NoCause, q | c},
		{"a little", wait(9_000, 9_400), ConsistentWith, CauseQueueWait, q | c},
		{"enough", wait(9_000, 12_000), Established, CauseQueueWait, q},
	} {
		x.check(t)
	}
	// Two lots: the constant is excluded by every second recording, and yet half of the values bunch.
	s := wait(9_000, 9_220)
	for _, r := range s.recs {
		if r.ID[0] < 100 {
			set(r, AgentConnect, at(r, SessionStart)+400_000+int64(r.ID[1])*1_000)
			set(r, Start, at(r, AgentConnect))
		}
	}
	(&tie{"more than half bunch", s, ConsistentWith, CauseQueueWait, q}).check(t)
	lots := func(span int64) *scene { // one more than half within the span: the shortest half
		s := wait(0, 0)
		for i, r := range s.recs {
			connect := 9_000 + int64(i)*span/100
			if i > 100 {
				connect = 400_000 + int64(i)*1_000
			}
			set(r, AgentConnect, at(r, SessionStart)+connect)
			set(r, Start, at(r, AgentConnect))
		}
		return s
	}
	(&tie{"the shortest half is 5τ", lots(260), Established, CauseQueueWait, q}).check(t)
	(&tie{"the shortest half is less", lots(259), ConsistentWith, CauseQueueWait, q}).check(t)
}

// (d): every rival is excluded by ten recordings, a tenth at least, or does not come near.
func TestRivalsAreExcluded(t *testing.T) {
	q, a := Causes(1<<CauseQueueWait), Causes(1<<CauseDefinitionACD)
	rival := func(n, apart int) *scene { // acd start = connect, but for some
		s := newScene(108, n)
		for i, r := range s.recs {
			set(r, ACDStart, at(r, AgentConnect))
			if i < apart {
				set(r, ACDStart, at(r, SessionStart)+200+int64(i))
			}
			set(r, Start, at(r, AgentConnect))
		}
		return s
	}
	for _, c := range []tie{
		{"nine of 60", rival(60, 9), ConsistentWith, CauseQueueWait, q | a},
		{"ten of 60", rival(60, 10), Established, CauseQueueWait, q},
		{"nineteen of 200", rival(200, 19), Ambiguous, NoCause, q | a},
		{"twenty of 200", rival(200, 20), Established, CauseQueueWait, q},
		{"none", rival(200, 0), Ambiguous, NoCause, q | a},
		{"twenty of 205", rival(205, 20), Ambiguous, NoCause, q | a},
		{"twenty-one of 205", rival(205, 21), Established, CauseQueueWait, q},
	} {
		c.check(t)
	}
	both := rival(200, 15) // on ten more the rival misses, and so does the wait: they exclude nobody
	for i, r := range both.recs[100:110] {
		move(r, int64(i)*3_000+20_000, Start)
	}
	(&tie{"fifteen of 200, and ten that miss both", both, Ambiguous, NoCause, q | a}).check(t)
	mutual := rival(200, 20) // twenty speak for the wait alone, and twenty for the acd start alone
	for i, r := range mutual.recs[100:120] {
		move(r, int64(i)*3_000+20_000, AgentConnect)
	}
	(&tie{"two that refute each other", mutual, Ambiguous, NoCause, q | a}).check(t)
}

// (e): departures that agree with each other are a second cause.
func TestDeparturesBunch(t *testing.T) {
	late := func(n, k int, by func(i int) int64) *scene {
		s := bent(109, n, StartConnect)
		for i := range k {
			move(s.recs[i*5], by(i), Start)
		}
		return s
	}
	if v := late(200, 10, func(int) int64 { return 33_000 }).judge(Table{}); v.Shape != Mixture || v.Grade != Unexplained || v.Cause != NoCause {
		t.Errorf("ten later by one amount: %v %v %v", v.Shape, v.Grade, v.Cause)
	}
	if v := late(200, 9, func(int) int64 { return 33_000 }).judge(Table{}); v.Cause != CauseQueueWait {
		t.Errorf("nine: %v %v", v.Shape, v.Cause)
	}
	if v := late(200, 10, func(i int) int64 { return 33_000 + int64(i)*500 }).judge(Table{}); v.Cause != CauseQueueWait {
		t.Errorf("ten by ten amounts: %v %v", v.Shape, v.Cause)
	}
	if v := late(200, 10, func(i int) int64 { return 33_000 + int64(i)*10 }).judge(Table{}); v.Shape != Mixture || v.Cause != NoCause {
		t.Errorf("ten within 2τ: %v %v", v.Shape, v.Cause)
	}
	for k, want := range map[int]Cause{19: CauseQueueWait, 20: NoCause} { // a twentieth, where that is more than ten
		if v := late(400, k, func(int) int64 { return 33_000 }).judge(Table{}); v.Cause != want {
			t.Errorf("%d of 400 later by one amount: %v %v", k, v.Shape, v.Cause)
		}
	}
}

// The stratum under test: two agents where the others are aligned, all where they are not.
func TestStratumUnderTest(t *testing.T) {
	for _, c := range []struct {
		what    string
		one     func(r *Recording) bool // of one agent: departs
		two     func(r *Recording) bool
		stratum Stratum
	}{
		{"two alone", func(r *Recording) bool { return false }, func(r *Recording) bool { return true }, StratumTwo},
		{"half of the two", func(r *Recording) bool { return false }, func(r *Recording) bool { return r.ID[0] < 140 }, StratumTwo},
		{"less than half of the two", func(r *Recording) bool { return false }, func(r *Recording) bool { return r.ID[0] < 115 }, StratumAll},
		{"an eighth of the one", func(r *Recording) bool { return r.ID[0] < 30 }, func(r *Recording) bool { return true }, StratumTwo},
		{"a quarter of the one", func(r *Recording) bool { return r.ID[0] < 70 }, func(r *Recording) bool { return true }, StratumAll},
	} {
		s := newScene(110, 300).each(func(r *Recording) {
			if r.Agents == 1 && c.one(r) || r.Agents == 2 && c.two(r) {
				move(r, 10_000+int64(r.ID[1])*900, Created)
			}
		})
		if v := s.judge(Table{}); v.Stratum != c.stratum {
			t.Errorf("%s: %v (%v)", c.what, v.Stratum, v.Shape)
		}
	}
	s := newScene(110, 300)
	s.each(func(r *Recording) { r.Agents = 2; move(r, 10_000+int64(r.ID[1])*900, Created) })
	if v := s.judge(Table{}); v.Stratum != StratumAll {
		t.Errorf("no control at all: %v", v.Stratum)
	}
}

// The field under judgement is the one whose worst stratum departs most; what one cause moves along does not win.
func TestField(t *testing.T) {
	if v := bent(111, 300, StartConnect).each(func(r *Recording) {
		move(r, at(r, SessionStart)-at(r, AgentConnect), MediaDuration) // the media begins later too
		if r.ID[0] < 26 {
			set(r, Start, at(r, SessionStart)) // on a few the media alone
		}
	}).judge(Table{}); v.Field != Start || v.Cause != CauseQueueWait {
		t.Errorf("start and duration: %v of %v", v.Cause, v.Field)
	}
	s := bent(112, 300, HandoffGap)
	for _, r := range s.recs {
		if r.ID[0]%5 == 0 {
			move(r, s.among(60_000, 900_000), Start)
		}
	}
	if v := s.judge(Table{}); v.Field != Created || v.Cause != CauseHandoff {
		t.Errorf("created on all with two agents, start on a fifth: %v of %v", v.Cause, v.Field)
	}
	most := newScene(113, 700) // three quarters of the worst stratum's starts, and every created time
	for i, r := range most.recs {
		move(r, most.among(60_000, 900_000), Created)
		if i%20 < 13 {
			move(r, most.among(60_000, 900_000), Start)
		}
	}
	if v := most.judge(Table{}); v.Field != Created {
		t.Errorf("created on all, start on three of four: field %v", v.Field)
	}
	if v := bent(113, 300, HeaderEnd).judge(Table{}); v.Field != Header || v.Shape != StartOnly || v.Locus != LocusHeader {
		t.Errorf("%v of %v, locus %v", v.Shape, v.Field, v.Locus)
	}
}

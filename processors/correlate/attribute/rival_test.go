package attribute

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// Section 7: removing any fact never makes a name of an ambiguous verdict. A rival whose facts a fifth of the recordings
// lack is not tested, and yet nothing is named that it would explain as well.
func TestRivalSeenInPart(t *testing.T) {
	alike := func(unseen int, by int64) *scene { // the recording was created as the queue took the conversation
		s := bent(110, 200, CreatedACD).each(func(r *Recording) { set(r, RecordingCreated, at(r, ACDStart)+by) })
		for _, r := range s.recs[:unseen] {
			r.Readings[RecordingCreated] = Reading{}
		}
		return s
	}
	a, c := Causes(1<<CauseDefinitionACD), Causes(1<<CauseDefinitionRecording)
	at0 := alike(40, 0).each(func(r *Recording) {
		if r.Readings[RecordingCreated].Present() {
			set(r, RecordingCreated, at(r, SessionStart))
		}
	})
	seldom := alike(40, 0) // an eighth comes late to the queue; the created times are the starts
	for i, r := range seldom.recs {
		if i < 28 || i >= 53 {
			set(r, ACDStart, at(r, SessionStart))
			set(r, Created, at(r, SessionStart))
		}
		move(r, at(r, SessionStart)-at(r, RecordingCreated), RecordingCreated)
	}
	often := alike(160, 0) // of forty it misses ten: more than m, less than a tenth of all
	for _, r := range often.recs[160:170] {
		move(r, 30_000, RecordingCreated)
	}
	for _, x := range []tie{
		{"forty, of which it misses ten", often, Established, CauseDefinitionACD, a},
		{"it holds on all but m and explains none of these", seldom, Established, CauseDefinitionACD, a},
		{"all", alike(0, 0), Ambiguous, NoCause, a | c},
		{"four fifths", alike(40, 0), ConsistentWith, CauseDefinitionACD, a | c},
		{"thirty", alike(170, 0), ConsistentWith, CauseDefinitionACD, a | c},
		{"twenty-nine are no test", alike(171, 0), Established, CauseDefinitionACD, a},
		{"none: listed, and no grade lowered (section 6)", alike(200, 0), Established, CauseDefinitionACD, a},
		{"four fifths, and it misses them", alike(40, 30_000), Established, CauseDefinitionACD, a},
		{"four fifths, and it predicts nothing", at0, Established, CauseDefinitionACD, a},
	} {
		x.check(t)
	}
	even := bent(111, 200, ConstantOffset).each(func(r *Recording) { set(r, S3Put, at(r, Finalise)+720_000) })
	for _, r := range even.recs[:40] {
		r.Readings[S3Put] = Reading{}
	}
	(&tie{"a transfer of 12 minutes each", even, ConsistentWith, CauseConstant, 1<<CauseTransfer | 1<<CauseConstant}).check(t)
}

// Section 7 again, of two rivals that the world makes coincide: an account that may not see the queue, and a job that
// follows the wrap-up at one distance. Without their facts nobody can tell.
func TestRequiredRivals(t *testing.T) {
	q, f, w := Causes(1<<CauseQueueWait), Causes(1<<CauseFinalisation), Causes(1<<CauseAfterCallWork)
	trimmed := func() *scene {
		return bent(115, 200, StartConnect).each(func(r *Recording) { set(r, RecordingStart, at(r, AgentConnect)) })
	}
	followed := func() *scene {
		return bent(116, 200, EndWrapup).each(func(r *Recording) { set(r, Finalise, at(r, WrapupEnd)+20_000) })
	}
	for _, x := range []tie{
		{"the queue is trimmed", trimmed(), Ambiguous, NoCause, q | 1<<CauseAccessTrim},
		{"and nobody knows", trimmed().drop(RecordingStart), ConsistentWith, CauseQueueWait, q},
		{"nor what it was before", trimmed().drop(OriginalStart), ConsistentWith, CauseQueueWait, q},
		{"something else is trimmed", bent(115, 200, StartConnect), Established, CauseQueueWait, q},
		{"twenty seconds after the wrap-up", followed(), Ambiguous, NoCause, f | w},
		{"without the job's time", followed().drop(Finalise), ConsistentWith, CauseAfterCallWork, w},
		{"without the wrap-up's", followed().drop(WrapupEnd), ConsistentWith, CauseFinalisation, f},
		{"a delayed stamp of both ends needs no wrap-up", newScene(122, 200).each(func(r *Recording) {
			set(r, Start, at(r, Finalise)+9_000)
			set(r, End, at(r, Finalise)+9_000)
		}).drop(WrapupEnd), Established, CauseFinalisation, f},
		{"a stamp on the end itself needs no wrap-up", bent(116, 200, FinalisationEnd).drop(WrapupEnd), Established, CauseFinalisation, f},
	} {
		x.check(t)
	}
	if v := trimmed().drop(RecordingStart).judge(Table{}); v.Decider != (Decider{Need: NeedFact, Fact: RecordingStart}) {
		t.Errorf("what would decide: %+v", v.Decider)
	}
}

// Section 4: {h, constant} where h has no variance is ambiguous, and rivals get the generous test: a delay too even for a
// slope keeps finalisation + δ from its name, not from being a rival.
func TestEvenDelayIsARival(t *testing.T) {
	f, c, w := Causes(1<<CauseFinalisation), Causes(1<<CauseConstant), Causes(1<<CauseAfterCallWork)
	wrapped := func(spread int64) *scene { // finalised twenty seconds after the wrap-up, which varies by so much
		s := bent(112, 200, EndWrapup)
		return s.each(func(r *Recording) {
			set(r, WrapupEnd, at(r, SessionEnd)+5_000+s.among(0, spread))
			set(r, End, at(r, WrapupEnd)+s.jitter())
			set(r, Finalise, at(r, WrapupEnd)+20_000)
		})
	}
	for _, x := range []tie{
		{"12 minutes, finalised 40 s after the end", bent(113, 200, ConstantOffset).each(func(r *Recording) { set(r, Finalise, at(r, SessionEnd)+40_000) }), Ambiguous, NoCause, f | c},
		{"12 minutes, finalised after 40 to 43 s", bent(113, 200, ConstantOffset).each(func(r *Recording) {
			set(r, Finalise, at(r, SessionEnd)+40_000+int64(r.ID[0])*12)
		}), Unexplained, CauseConstant, c},
		{"after the wrap-up, 10τ", wrapped(1_000), Ambiguous, NoCause, f | w},
		{"after the wrap-up, 40τ", wrapped(4_000), Ambiguous, NoCause, f | w},
		{"an even delay and no rival", bent(114, 200, FinalisationEnd).each(func(r *Recording) {
			set(r, Finalise, at(r, SessionEnd)+20_000+int64(r.ID[0])*3)
			set(r, End, at(r, Finalise)+9_000)
		}), ConsistentWith, CauseFinalisation, f},
	} {
		x.check(t)
	}
}

// Section 4: a constant has its median beyond τ. Recordings that are right for most of the year are no constant of zero
// which would leave the zone open.
func TestNoConstantOfZero(t *testing.T) {
	z, d := Causes(1<<CauseZone), Causes(1<<CauseDSTSplit)
	judge := func(what string, s *scene, table Table, grade Grade, cause Cause, may Causes) {
		t.Helper()
		if v := s.judge(table); v.Grade != grade || v.Cause != cause || v.Candidates != may {
			t.Errorf("%s: %v %v %v", what, v.Grade, v.Cause, v.Candidates.List())
		}
	}
	judge("London, 45 of 345 in summer", zoned(side(300, 45), london, 1, 0), Table{Zones: []Zone{london}}, Established, CauseZone, z)
	judge("Paris on winter time, 45 of 345 in summer", zoned(side(300, 45), paris, 1, -3_600_000), Table{Zones: []Zone{paris}}, Established, CauseDSTSplit, d)
	judge("Paris on summer time: an hour of winter holds", zoned(side(300, 45), paris, 1, -7_200_000), Table{Zones: []Zone{paris}}, ConsistentWith, CauseDSTSplit, d)
}

// Section 4 (d): every other cause is excluded. Fewer than twenty behind a DST instant name no split, and yet a constant is
// not named over their heads: three that jumped are enough, if they are more than those that did not.
func TestSmallSideOfAJump(t *testing.T) {
	c, d := Causes(1<<CauseConstant), Causes(1<<CauseDSTSplit)
	constant := func() *scene { return side(69, 9).each(func(r *Recording) { move(r, 7_260_000, Start, End, Created) }) }
	jumped := func(behind int) *scene { return zoned(side(69, behind), paris, 1, 3_660_000) }
	of9 := func(n int) *scene {
		s := constant()
		for _, r := range s.recs[78-n:] {
			move(r, 3_600_000, Start, End, Created)
		}
		return s
	}
	for _, x := range []struct {
		what  string
		s     *scene
		grade Grade
		may   Causes
	}{
		{"nine jumped", jumped(9), ConsistentWith, c | d}, {"three", jumped(3), ConsistentWith, c | d}, {"two are outliers", jumped(2), Unexplained, c},
		{"none jumped", constant(), Unexplained, c}, {"four jumped, five did not", of9(4), Unexplained, c}, {"six jumped, three did not", of9(6), ConsistentWith, c | d},
	} {
		v := x.s.judge(Table{Zones: []Zone{paris}})
		if v.Grade != x.grade || v.Cause != CauseConstant || v.Candidates != x.may || x.may.Has(CauseDSTSplit) != (v.Decider.Need == NeedDST) {
			t.Errorf("%s: %v %v %v %v", x.what, v.Grade, v.Cause, v.Candidates.List(), v.Decider)
		}
	}
}

// Section 1: τ is of the comparison. A delay must vary by twenty times the τ of the field against the finalise time, which
// may be written in whole seconds; and a prediction too coarse to show is a rival of what it could hide.
func TestCoarsePredictions(t *testing.T) {
	f, c := Causes(1<<CauseFinalisation), Causes(1<<CauseConstant)
	stamped := func(spread int64) *scene {
		return newScene(117, 200).each(func(r *Recording) {
			set(r, Finalise, at(r, SessionEnd)+minute+int64(r.ID[0])*spread/256)
			set(r, Start, at(r, Finalise)+9_000)
			set(r, End, at(r, Finalise)+9_000)
		}).whole(Finalise)
	}
	even := func(by int64) *scene {
		return bent(118, 200, ConstantOffset).each(func(r *Recording) {
			move(r, by-720_000, Start, End, Created)
			set(r, S3Put, at(r, Finalise)+690)
		}).whole(Finalise)
	}
	transferred := func(s *scene, n int, by int64) *scene { // that many took by ms
		for _, r := range s.recs[:n] {
			set(r, S3Put, at(r, Finalise)+by)
		}
		return s
	}
	connected := func(spread int64) *scene {
		return newScene(120, 200).each(func(r *Recording) {
			set(r, AgentConnect, at(r, SessionStart)+30_000+int64(r.ID[0])*spread/256)
			set(r, Start, at(r, AgentConnect))
		}).whole(AgentConnect)
	}
	for _, x := range []tie{
		{"connected to the second, over 6 s", connected(6_000), ConsistentWith, CauseQueueWait, 1 << CauseQueueWait},
		{"over 60 s", connected(60_000), Established, CauseQueueWait, 1 << CauseQueueWait},
		{"4 s, and fifteen transfers of 4 s", transferred(even(4_000), 15, 4_000), Unexplained, CauseConstant, c},
		{"0.7 s, and fifteen transfers of 4 s", transferred(even(700), 15, 4_000), Ambiguous, NoCause, c | 1<<CauseTransfer},
		{"finalised to the second, over 6 s", stamped(6_000), ConsistentWith, CauseFinalisation, f},
		{"over 100 s", stamped(100_000), Established, CauseFinalisation, f},
		{"0.7 s of transfer by two clocks, one of seconds", even(700), Ambiguous, NoCause, c | 1<<CauseTransfer},
		{"a minute is none", even(minute), Unexplained, CauseConstant, c},
	} {
		x.check(t)
	}
}

// A finding is resolved by the 59 latest recordings also where the field is missing here and there: of a tenth at most.
func TestLatestWithGaps(t *testing.T) {
	for gaps, resolves := range map[int]bool{0: true, 5: true, 6: false, 59: false} {
		s := storyB(200, 100).gaps(2000, 3000)
		late := int64(0)
		for _, r := range s.recs {
			late = max(late, r.At)
		}
		c := s.cohort()
		n := 0
		for _, r := range newScene(61, 400).recs {
			if r.Agents == 2 && n < latestCount {
				if n++; n <= gaps {
					r.Readings[Created] = Reading{}
				}
				late++
				r.ID, r.At = sha256.Sum256(fmt.Appendf(nil, "late %d", late)), late
				c.Add(r, false)
			}
		}
		if v := NewModel(Table{}).Cohort(c); v.Latest.Aligned() != resolves || v.Latest.Departing != 0 {
			t.Errorf("%d of 59 cannot be compared: %+v", gaps, v.Latest)
		}
	}
}

// What was told of two agents is resolved by recordings of two agents, also where the verdict has gone back to all.
func TestResolvedByItsStratum(t *testing.T) {
	told := judged(StartOnly, CauseHandoff, 60, 2_500, Latest{59, 59})
	told.Stratum = StratumTwo
	now := judged(Aligned, NoCause, 80, 0, good)
	now.LatestTwo = Latest{59, 20}
	var l Life
	l.Judge(told)
	told.N++
	if l.Judge(told) != StepOpened || l.Judge(now) != StepNone {
		t.Error("recordings of one agent resolved what was said of two")
	}
	if now.LatestTwo = good; l.Judge(now) != StepResolved {
		t.Error("59 of two agents do not resolve")
	}
}

// Section 4, order 4: on another field too a hypothesis holds on thirty. One that misses none of fewer does not, and is not
// excluded either.
func TestElsewhereOnFew(t *testing.T) {
	for n, holds := range map[int]bool{29: false, 30: true} {
		v := bent(121, n, StartConnect).each(func(r *Recording) { bends[HeaderConnect](nil, r) }).judge(Table{})
		if x := v.Hypotheses[HeaderConnect]; v.Field != Start || x.State != WasTested || x.Holds != holds {
			t.Errorf("the header of %d at the agent's connect: %+v beside %v", n, x, v.Field)
		}
		if x := v.Hypotheses[HeaderEnd]; x.State != Excluded || x.Holds {
			t.Errorf("the header of %d at the end: %+v", n, x)
		}
	}
}

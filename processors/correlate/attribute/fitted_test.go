package attribute

import "testing"

// sloped stamps the end by a delay of about a minute, times a slope in thousandths; by steps of 200 ms it is exact.
func sloped(r *Recording, thousandths int64) {
	d := 60_000 + (int64(r.ID[3])*256+int64(r.ID[4]))*2_700/65_536/200*200
	set(r, Finalise, at(r, SessionEnd)+d)
	set(r, End, at(r, SessionEnd)+9_000+d*thousandths/1000)
}

// Finalisation + δ: the slope on the delay is one, the rest is one constant, and the delay varies by 20τ.
func TestFinalisationDelayed(t *testing.T) {
	for _, c := range []struct {
		what  string
		bend  func(r *Recording)
		cause Cause
	}{
		{"end", func(r *Recording) { set(r, End, at(r, Finalise)-31_000) }, CauseFinalisation},
		{"stamp", func(r *Recording) { set(r, End, at(r, Finalise)+9_000); set(r, Start, at(r, Finalise)+9_000) }, CauseFinalisation},
		{"shift", func(r *Recording) { move(r, at(r, Finalise)-at(r, SessionEnd)+5_000, Start, End) }, CauseFinalisation},
		{"created", func(r *Recording) { set(r, Created, at(r, Finalise)+70_000) }, CauseFinalisation},
		{"slope 0.975, and no residual beyond the slack", func(r *Recording) { sloped(r, 975) }, NoCause},
		{"slope 0.98", func(r *Recording) { sloped(r, 980) }, CauseFinalisation},
		{"slope 1.02", func(r *Recording) { sloped(r, 1020) }, CauseFinalisation},
		{"slope 1.025", func(r *Recording) { sloped(r, 1025) }, NoCause},
		{"slope 1.00 over as little", func(r *Recording) { sloped(r, 1000) }, CauseFinalisation},
		{"δ scatters", func(r *Recording) { set(r, End, at(r, Finalise)+10_000+int64(r.ID[3])*4) }, NoCause},
		{"a delay of 20 s that varies by 0.8 s", func(r *Recording) {
			set(r, Finalise, at(r, SessionEnd)+20_000+int64(r.ID[3])*3)
			set(r, End, at(r, Finalise)+9_000)
		}, NoCause},
	} {
		v := newScene(51, 300).each(c.bend).judge(Table{})
		if named := v.Grade == Established; named != (c.cause != NoCause) || named && (v.Cause != c.cause || v.Hypothesis != FinalisationDelayed) {
			t.Errorf("%s: %v %v %v, slope %+v", c.what, v.Grade, v.Cause, v.Hypothesis, v.Hypotheses[FinalisationDelayed].Numbers)
		}
	}
}

// The delay varies by 20τ: its shortest half, and no less.
func TestDelayVaries(t *testing.T) {
	for span, want := range map[int64]Grade{1_040: Established, 1_039: ConsistentWith} {
		s := newScene(51, 300)
		for i, r := range s.recs {
			d := 60_000 + int64(i)*span/150
			if i > 150 {
				d = 1_000_000 + int64(i)*5_000
			}
			set(r, Finalise, at(r, SessionEnd)+d)
			set(r, End, at(r, Finalise)+9_000)
		}
		if v := s.judge(Table{}); v.Grade != want || number(t, &v, EndWrapup, "tested_n") != 300 {
			t.Errorf("a delay that varies by %d ms: %v %v, %+v", span, v.Grade, v.Cause, v.Hypotheses[FinalisationDelayed])
		}
	}
}

// A rate is named where the line rises by 20τ over the cohort and the rest is one constant.
func TestRateSkew(t *testing.T) {
	rate := func(total int64) *scene {
		return newScene(52, 300).each(func(r *Recording) {
			move(r, 5_000+(at(r, SessionStart)-day0)*total/(7*aDay), Start, Created)
			move(r, 5_000+(at(r, SessionEnd)-day0)*total/(7*aDay), End)
		})
	}
	for total, want := range map[int64]Cause{0: CauseConstant, 60: CauseConstant, 900: NoCause, 2_000: CauseRateSkew, -2_000: CauseRateSkew, 600_000: CauseRateSkew} {
		if v := rate(total).judge(Table{}); v.Cause != want {
			t.Errorf("%d ms over a week: %v %v %v", total, v.Grade, v.Cause, v.Candidates.List())
		}
	}
}

// A zone's shift is in force from its instant on, the first one before it too.
func TestZoneInForce(t *testing.T) {
	m := NewModel(Table{Zones: []Zone{paris}})
	for at, want := range map[int64]int64{-1: 3_600_000, 0: 3_600_000, 1_774_745_999_999: 3_600_000, 1_774_746_000_000: 7_200_000, 1_792_890_000_000: 3_600_000} {
		if got := m.zoneAt(0, at); got != want {
			t.Errorf("at %d Paris is %d ms off, want %d", at, got, want)
		}
	}
}

// The nearest zone offset is a multiple of 15 minutes up to 14 hours, and never nought.
func TestNearestZoneOffset(t *testing.T) {
	const quarter = 900_000
	for ms, want := range map[int64]int64{400_000: quarter, -400_000: -quarter, quarter - 1: quarter, 1_349_999: quarter, 1_350_001: 2 * quarter, -1_350_001: -2 * quarter,
		56 * quarter: 56 * quarter, 57 * quarter: 56 * quarter, -57 * quarter: -56 * quarter} {
		if got := nearestStep(ms); got != want {
			t.Errorf("%d ms is nearest to %d, want %d", ms, got, want)
		}
	}
}

// A constant is one amount of start and end, beyond τ, within τ of each other.
func TestConstantOfBothEnds(t *testing.T) {
	none, constant := Causes(0), Causes(1<<CauseConstant)
	for _, c := range []struct {
		start, end int64
		cause      Cause
		may        Causes
	}{{53, 53, CauseConstant, constant}, {52, 52, NoCause, none}, {90, 45, NoCause, constant}, {20_000, 20_052, CauseConstant, constant}, {20_000, 20_053, NoCause, constant}, {20_000, 45_000, NoCause, constant}} {
		v := newScene(56, 300).drop(Finalise, S3Put).each(func(r *Recording) {
			set(r, Start, at(r, SessionStart)+c.start)
			set(r, End, at(r, SessionEnd)+c.end)
		}).judge(Table{})
		if v.Grade != Unexplained || v.Cause != c.cause || v.Candidates != c.may {
			t.Errorf("start by %d ms, end by %d: %v %v %v", c.start, c.end, v.Grade, v.Cause, v.Candidates.List())
		}
	}
}

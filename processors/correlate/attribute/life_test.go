package attribute

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// judged is a verdict with what a life looks at.
func judged(shape Shape, cause Cause, n int64, mu int64, latest Latest) *CohortVerdict {
	return &CohortVerdict{Shape: shape, Cause: cause, Grade: Unexplained, N: n, StratumN: int(min(n, SampleSize)), Offset: mu, Tau: 52, Latest: latest, From: 5, To: 9}
}

var (
	bad  = Latest{59, 59}
	good = Latest{59, 6}
)

// The life of a finding, step by step: opened by a repeated verdict, told again when it says something new on more
// recordings, resolved by the latest.
func TestLife(t *testing.T) {
	type tick struct {
		v    *CohortVerdict
		want Step
	}
	drift := func(n, mu int64) *CohortVerdict { return judged(Translation, CauseConstant, n, mu, bad) }
	scatters := func(v *CohortVerdict) *CohortVerdict { v.Spread = 1_000; return v }
	mixed := func(n int64) *CohortVerdict { return judged(Mixture, NoCause, n, 720_000, bad) }
	for name, ticks := range map[string][]tick{
		"opened by the second":                       {{drift(30, 720_000), StepNone}, {drift(31, 720_000), StepOpened}},
		"not on the same recordings":                 {{drift(30, 720_000), StepNone}, {drift(30, 720_000), StepNone}, {drift(31, 720_000), StepOpened}},
		"not before thirty":                          {{drift(28, 720_000), StepNone}, {drift(29, 720_000), StepNone}, {drift(30, 720_000), StepOpened}},
		"another verdict between":                    {{drift(40, 720_000), StepNone}, {mixed(45), StepNone}, {drift(50, 720_000), StepNone}, {drift(55, 720_000), StepOpened}},
		"aligned never opens":                        {{judged(Aligned, NoCause, 60, 0, good), StepNone}, {judged(Aligned, NoCause, 61, 0, good), StepNone}},
		"not comparable never opens":                 {{judged(NotComparable, NoCause, 60, 0, Latest{}), StepNone}, {judged(NotComparable, NoCause, 61, 0, Latest{}), StepNone}},
		"updated by a quarter more, twice":           {{drift(60, 720_000), 0}, {drift(64, 720_000), StepOpened}, {mixed(80), StepNone}, {mixed(81), StepUpdated}},
		"not by less than a quarter":                 {{drift(60, 720_000), 0}, {drift(64, 720_000), StepOpened}, {mixed(78), StepNone}, {mixed(79), StepNone}, {mixed(80), StepUpdated}},
		"not by one other verdict":                   {{drift(60, 720_000), 0}, {drift(64, 720_000), StepOpened}, {mixed(99), StepNone}, {drift(100, 720_000), StepNone}},
		"updated when it doubled":                    {{drift(60, 720_000), 0}, {drift(64, 720_000), StepOpened}, {drift(127, 720_000), StepNone}, {drift(128, 720_000), StepUpdated}, {drift(255, 720_000), StepNone}, {drift(256, 720_000), StepUpdated}},
		"updated when it moved":                      {{drift(60, 720_000), 0}, {drift(64, 720_000), StepOpened}, {drift(65, 720_052), StepNone}, {drift(66, 720_053), StepUpdated}, {drift(67, 720_053), StepNone}},
		"not when it moved by less than it scatters": {{scatters(drift(60, 720_000)), 0}, {scatters(drift(64, 720_000)), StepOpened}, {scatters(drift(65, 721_000)), StepNone}, {scatters(drift(66, 721_001)), StepUpdated}},
		"resolved, and not opened by the old ones":   {{drift(60, 720_000), 0}, {drift(64, 720_000), StepOpened}, {judged(Translation, CauseConstant, 130, 720_000, good), StepResolved}, {judged(Translation, CauseConstant, 131, 720_000, good), StepNone}, {judged(Translation, CauseConstant, 132, 720_000, good), StepNone}},
		"opened again when the latest depart again":  {{drift(60, 720_000), 0}, {drift(64, 720_000), StepOpened}, {judged(Translation, CauseConstant, 130, 720_000, good), StepResolved}, {judged(Translation, CauseConstant, 140, 720_000, Latest{59, 7}), StepOpened}},
		"seven of 59 do not resolve":                 {{drift(60, 720_000), 0}, {drift(64, 720_000), StepOpened}, {judged(Translation, CauseConstant, 70, 720_000, Latest{59, 7}), StepNone}},
		"58 do not resolve":                          {{drift(60, 720_000), 0}, {drift(64, 720_000), StepOpened}, {judged(Translation, CauseConstant, 70, 720_000, Latest{58, 0}), StepNone}},
	} {
		var l Life
		for i, x := range ticks {
			if got := l.Judge(x.v); got != x.want {
				t.Errorf("%s: judgement %d is %v, want %v", name, i, got, x.want)
				break
			}
		}
	}
	var l Life
	l.Judge(drift(60, 720_000))
	l.Judge(drift(61, 720_000))
	resolved := judged(Translation, CauseConstant, 200, 720_000, good)
	resolved.From, resolved.To = 1, 2
	l.Judge(resolved)
	if l.From != 5 || l.To != 9 || l.Open {
		t.Errorf("the span of a resolved finding was rewritten: %d-%d", l.From, l.To)
	}
}

// Only the stratum's own latest recordings resolve what is said of it.
func TestLatest(t *testing.T) {
	s := storyB(200, 100).gaps(2000, 3000)
	late := int64(0)
	for _, r := range s.recs {
		late = max(late, r.At)
	}
	c := s.cohort()
	m := NewModel(Table{})
	v := m.Cohort(c)
	if v.Cause != CauseHandoff || v.Latest.N != 59 || v.Latest.Departing != 59 || v.Latest.Aligned() {
		t.Fatalf("%v %+v", v.Cause, v.Latest)
	}
	if v.From >= v.To || v.To > late {
		t.Errorf("span %d-%d", v.From, v.To)
	}
	more := newScene(61, 400)
	add := func(agents int32, n int) {
		for _, r := range more.recs {
			if r.Agents != agents || n == 0 {
				continue
			}
			n--
			late++
			r.ID, r.At = sha256.Sum256(fmt.Appendf(nil, "late %d", late)), late
			c.Add(r, false)
		}
	}
	add(1, 100)
	if v := m.Cohort(c); v.Cause != CauseHandoff || v.Latest.Aligned() {
		t.Errorf("a hundred with one agent resolve a handoff: %+v", v.Latest)
	}
	add(2, 53)
	if v := m.Cohort(c); v.Latest.N != 59 || v.Latest.Departing != 6 || !v.Latest.Aligned() {
		t.Errorf("fifty-three aligned ones with two agents: %+v", v.Latest)
	}
}

package attribute

// Step is what a judgement does to a cohort's finding.
type Step uint8

const (
	StepNone Step = iota
	StepOpened
	StepUpdated
	StepResolved
	stepCount
)

var stepNames = [stepCount]string{"none", "opened", "updated", "resolved"}

func (s Step) String() string { return word(stepNames[:], int(s)) }

// Standing is what two verdicts have to agree in to be the same one; numbers may differ.
type Standing struct {
	Shape      Shape
	Stratum    Stratum
	Grade      Grade
	Cause      Cause
	Candidates Causes
	Field      Fact
}

// Standing is the verdict without its numbers.
func (v *CohortVerdict) Standing() Standing {
	return Standing{v.Shape, v.Stratum, v.Grade, v.Cause, v.Candidates, v.Field}
}

// departs says whether a verdict can open a finding.
func (v *CohortVerdict) departs() bool {
	return v.Shape != Aligned && v.Shape != NotComparable && v.StratumN >= minCohort
}

// Life is a cohort's finding between judgements, which come at ticks. Its zero value is a cohort that was never judged.
// A check, which judges once, at the end, has no use for it.
//
// A leaf is never rewritten: what a step says of the past keeps its from–to span.
type Life struct {
	Open     bool
	Told     Standing // at the last leaf
	ToldN    int64
	ToldMu   int64
	Next     Standing // of the last judgement
	NextN    int64
	Seen     bool  // Next was judged
	Resolved bool  // the last step resolved; the latest recordings must depart before another opens
	From, To int64 // span of the last leaf
}

// Judge advances the life by one judgement (section 4, life of a cohort finding).
func (l *Life) Judge(v *CohortVerdict) Step {
	again := l.Seen && l.Next == v.Standing()
	grown := v.N > l.NextN
	l.Seen, l.Next, l.NextN = true, v.Standing(), v.N
	switch {
	case l.Open && l.latest(v).Aligned():
		l.Open, l.Resolved = false, true
		return StepResolved
	case !l.Open:
		if !v.departs() || !again || !grown || l.Resolved && v.Latest.Departing <= Tolerance(v.Latest.N) {
			return StepNone
		}
		l.tell(v)
		l.Open, l.Resolved = true, false
		return StepOpened
	case l.moved(v, again):
		l.tell(v)
		return StepUpdated
	}
	return StepNone
}

// latest are those of the stratum that the finding was told of, whatever is under test now: a verdict that has gone back to
// all recordings would resolve a handoff by those with one agent.
func (l *Life) latest(v *CohortVerdict) Latest {
	if l.Told.Stratum == StratumTwo {
		return v.LatestTwo
	}
	return v.Latest
}

// moved says whether the finding needs a new leaf. A verdict that changed is told when it was given twice and the cohort
// grew by a quarter; numbers alone when the cohort doubled or the offset moved by more than τ, and by more than it
// scatters: the median of a wait moves with every recording.
func (l *Life) moved(v *CohortVerdict, again bool) bool {
	other := l.Told != v.Standing()
	switch {
	case other && !again:
		return false
	case v.N >= times(2, l.ToldN) || apart(v.Offset, l.ToldMu) > max(v.Tau, v.Spread):
		return true
	}
	return other && times(4, v.N) >= times(5, l.ToldN)
}

func (l *Life) tell(v *CohortVerdict) {
	l.Told, l.ToldN, l.ToldMu, l.From, l.To = v.Standing(), v.N, v.Offset, v.From, v.To
}

package attribute

import (
	"cmp"
	"slices"

	"holdfast.example/schemas/instant"
)

// Swap is two recordings of a cohort that bear each other's times (section 3, step 1).
type Swap struct {
	A, B [32]byte // ids, A the smaller
	EPPB int64    // n·(2τ/R_start)·(2τ/R_duration)
}

// Named says whether the pair may be called mispaired.
func (s *Swap) Named() bool { return s.EPPB <= ppbNamed }

// Apply makes the swap part of one of its recordings' verdicts; it stops every other explanation.
func (s *Swap) Apply(v *Verdict) {
	v.Trials[OtherRecording] = Trial{State: WasTested, PPB: s.EPPB}
	switch {
	case v.Shape == Aligned || v.Shape == NotComparable:
	case s.Named():
		v.Grade, v.Cause, v.EPPB, v.Decider = Established, CauseMispaired, s.EPPB, Decider{}
		v.Candidates = Causes(0).with(CauseMispaired)
	case s.EPPB <= ppbConsistent && v.Candidates&^(1<<CauseMispaired) == 0:
		v.Grade, v.Cause, v.EPPB = ConsistentWith, CauseMispaired, s.EPPB
		v.Candidates = v.Candidates.with(CauseMispaired)
	default:
		v.Candidates = v.Candidates.with(CauseMispaired)
	}
}

// TellSwaps fills the cohort's row of the table: Swaps looked at n recordings. It needs them all, and the sample is not.
func (v *CohortVerdict) TellSwaps(n int, found []Swap) {
	t := &v.Hypotheses[OtherRecording]
	t.State, t.Missing = Excluded, Decider{}
	if len(found) > 0 {
		t.State = WasTested
	}
	t.Numbers = []Number{{"tested_n", int64(n)}, {"swaps_n", int64(len(found))}}
}

// Swaps finds the swapped pairs among a cohort's recordings, all that the caller has: of each, another's reference fits
// start and duration, uniquely, and the reverse holds. In the order of ids. b is the cohort's basis.
func (m *Model) Swaps(rs []*Recording, b Basis) []Swap {
	rows := m.lay(rs, &b)
	slices.SortFunc(rows, func(x, y *row) int { return byID(x.rec, y.rec) })
	sessions := sessionsOf(rows)
	n := int64(len(rows))
	if n < minCohort || len(sessions) < minCohort {
		return nil
	}
	rStart, rDuration := spreadOf(sessions)
	partner := make([]*row, len(rows))
	index := make(map[*row]int, len(rows)) // only ever looked up
	for i, w := range rows {
		index[w] = i
		partner[i] = other(w, sessions)
	}
	var out []Swap
	for i, p := range partner {
		if p == nil {
			continue
		}
		j := index[p]
		if i >= j || partner[j] != rows[i] {
			continue
		}
		e := min(billion, ceilDiv(times(n, chance(pairTau(rows[i], p), rStart)), chance(lengthTau(rows[i], p), rDuration), billion))
		out = append(out, Swap{rows[i].rec.ID, p.rec.ID, e})
	}
	return out
}

// maxCrowd bounds one search: a start that so many sessions share tells none of them apart.
const maxCrowd = 1024

// session is a reference as the search needs it, ascending by start.
type session struct {
	w        *row
	start    instant.Interval
	duration instant.Interval
	latest   int64 // the greatest end of a start up to here: where a search may stop
}

func sessionsOf(rows []*row) []session {
	var all []session
	for _, w := range rows {
		if need := uint32(1<<SessionStart | 1<<SessionEnd); w.have&need == need {
			all = append(all, session{w: w, start: w.iv[SessionStart], duration: w.iv[SessionEnd].Minus(w.iv[SessionStart])})
		}
	}
	slices.SortStableFunc(all, func(a, b session) int { return cmp.Compare(a.start.Lo, b.start.Lo) })
	for i := range all {
		all[i].latest = all[i].start.Hi
		if i > 0 {
			all[i].latest = max(all[i].latest, all[i-1].latest)
		}
	}
	return all
}

// spreadOf is R of the starts and of the durations.
func spreadOf(all []session) (start, duration int64) {
	starts, durations := make([]int64, len(all)), make([]int64, len(all))
	for i := range all {
		starts[i], durations[i] = all[i].start.Mid(), all[i].duration.Mid()
	}
	slices.Sort(starts)
	slices.Sort(durations)
	return reach(starts), reach(durations)
}

// other is the one other row whose reference fits w's start and duration; nil where w is aligned, or there is none or
// more than one.
func other(w *row, all []session) *row {
	need := uint32(1<<Start | 1<<End)
	if w.have&need != need || !w.offsets[fieldStart].departs() {
		return nil
	}
	start, duration := w.iv[Start], w.iv[End].Minus(w.iv[Start])
	// From the last session that may begin in time, back to where none that ends in time is left.
	i, _ := slices.BinarySearchFunc(all, add(start.Hi, Slack+1), func(s session, at int64) int { return cmp.Compare(s.start.Lo, at) })
	var found *row
	stop := max(0, i-maxCrowd)
	for i--; i >= 0 && all[i].latest >= sub(start.Lo, Slack); i-- {
		s := &all[i]
		if i < stop {
			return nil
		}
		if s.w == w || apartBy(start, s.start) > Slack || apartBy(duration, s.duration) > Slack {
			continue
		}
		if found != nil {
			return nil
		}
		found = s.w
	}
	return found
}

// pairTau and lengthTau are the larger τ of the two comparisons of starts, and of durations.
func pairTau(a, b *row) int64 {
	tau := func(x, y *row) int64 { return add(Slack, add(x.iv[Start].Width(), y.iv[SessionStart].Width())) }
	return max(tau(a, b), tau(b, a))
}

func lengthTau(a, b *row) int64 {
	tau := func(x, y *row) int64 {
		return add(Slack, add(add(x.iv[Start].Width(), x.iv[End].Width()), add(y.iv[SessionStart].Width(), y.iv[SessionEnd].Width())))
	}
	return max(tau(a, b), tau(b, a))
}

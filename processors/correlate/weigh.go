package correlate

import (
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

func interval(o *schemas.Offset) instant.Interval { return instant.Interval{Lo: o.LoMS, Hi: o.HiMS} }

// stratum counts one stratum of a sample.
type stratum struct {
	n, departing int64
	offsets      []int64          // of the departing
	shapes       map[string]int64 // of the departing; only ever looked up
}

// weigh judges a sample. Aligned: at most a tenth depart (one always may), no stratum of twenty or more by half or more,
// and no bunch of departures at one offset. One finding speaks of the two-agent stratum if the single-agent recordings
// are its aligned control, of all if four fifths of all depart; anything else is a mixture. Where that stratum is still
// too small there is no verdict. No cause is named: that is the attribution work's, and until then the grade is
// unexplained. (attribution, section 4, rules 1-3)
func (s *shard) weigh(sample []member) judgement {
	all, one, two := newStratum(), newStratum(), newStratum()
	for i := range sample {
		m := &sample[i]
		all.add(m)
		if m.Agents >= 2 {
			two.add(m)
		} else {
			one.add(m)
		}
	}
	half := func(t *stratum) bool { return t.n >= 20 && 2*t.departing >= t.n }
	tenth := func(t *stratum) bool { return t.departing <= max(1, t.n/10) }
	switch {
	case tenth(all) && !half(one) && !half(two):
		if b := all.bunch(2 * (s.regime.SlackMS + 2)); int64(len(b)) >= max(10, all.n/20) {
			mu := median(b)
			return judgement{Shape: shapeMixture, Stratum: stratumAll, Grade: gradeUnexplained, Offset: mu, Spread: deviation(b, mu), Departing: int64(len(b)), Of: all.n}
		}
		return judgement{Shape: shapeAligned, Stratum: stratumAll, Grade: gradeEstablished, Departing: all.departing, Of: all.n}
	case two.n >= s.regime.CohortMin && half(two) && one.n > 0 && tenth(one):
		return two.judgement(stratumTwo)
	case two.n < s.regime.CohortMin && two.departing >= 3 && 2*two.departing > two.n && one.n > 0 && tenth(one):
		// A stratum seems to depart, and is too small to say so.
		return judgement{Stratum: stratumTwo, Grade: gradeInsufficient, Departing: two.departing, Of: two.n}
	case 5*all.departing >= 4*all.n:
		return all.judgement(stratumAll)
	}
	return all.mixture()
}

func newStratum() *stratum { return &stratum{shapes: map[string]int64{}} }

func (t *stratum) add(m *member) {
	t.n++
	if m.Shape == shapeAligned {
		return
	}
	t.departing++
	t.offsets = append(t.offsets, m.Offset)
	t.shapes[m.Shape]++
}

// bunch is the largest set of departing offsets within one window that is so wide; nil of nothing.
func (t *stratum) bunch(window int64) []int64 {
	sorted := slices.Sorted(slices.Values(t.offsets))
	var best []int64
	for lo, hi := 0, 0; hi < len(sorted); hi++ {
		for sorted[hi]-sorted[lo] > window {
			lo++
		}
		if hi+1-lo > len(best) {
			best = sorted[lo : hi+1]
		}
	}
	return best
}

func (t *stratum) judgement(name string) judgement {
	mu := median(t.offsets)
	for _, shape := range []string{shapeTranslation, shapeStartOnly, shapeEndOnly, shapeCut, shapeDegenerate} {
		if 5*t.shapes[shape] >= 4*t.departing {
			return judgement{Shape: shape, Stratum: name, Grade: gradeUnexplained, Offset: mu, Spread: deviation(t.offsets, mu), Departing: t.departing, Of: t.n}
		}
	}
	j := t.mixture()
	j.Stratum = name
	return j
}

func (t *stratum) mixture() judgement {
	mu := median(t.offsets)
	return judgement{Shape: shapeMixture, Stratum: stratumAll, Grade: gradeUnexplained, Offset: mu, Spread: deviation(t.offsets, mu), Departing: t.departing, Of: t.n}
}

// outlies says whether a recording departs from the verdict by more than max(5τ, 6·MAD). What the stratum in question
// does is the cohort's finding; outside it, and in an aligned cohort, to depart at all is to outlie.
func (s *shard) outlies(m *member, j judgement) bool {
	far := 5 * (s.regime.SlackMS + m.Width + 1) // two readings are as wide as their difference and one
	switch {
	case j.Shape == shapeMixture || j.Shape == "":
		return false
	case j.Grade == gradeInsufficient:
		return m.Shape != shapeAligned
	case j.Shape == shapeAligned || j.Stratum == stratumTwo && m.Agents < 2:
		return m.Shape != shapeAligned && dist(m.Offset, 0) > far
	}
	return dist(m.Offset, j.Offset) > max(far, 6*j.Spread)
}

// median is the lower one; 0 of nothing.
func median(xs []int64) int64 {
	if len(xs) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(xs))
	return sorted[(len(sorted)-1)/2]
}

// deviation is the lower median of the distances from mu.
func deviation(xs []int64, mu int64) int64 {
	ds := make([]int64, len(xs))
	for i, x := range xs {
		ds[i] = dist(x, mu)
	}
	return median(ds)
}

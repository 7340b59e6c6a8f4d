package instant

import "math"

// Interval is a closed interval [Lo, Hi] of Unix milliseconds, or of differences of them. Hi < Lo holds nothing.
type Interval struct{ Lo, Hi int64 }

// Valid says whether the interval holds anything.
func (i Interval) Valid() bool { return i.Lo <= i.Hi }

// Minus returns all differences x-y with x in i and y in o, [i.Lo-o.Hi, i.Hi-o.Lo], saturating at int64.
func (i Interval) Minus(o Interval) Interval {
	return Interval{Lo: sub(i.Lo, o.Hi), Hi: sub(i.Hi, o.Lo)}
}

// Dist is the distance of a difference from zero in ms, max(Lo, -Hi, 0), saturating: 0 where it may be none.
func (i Interval) Dist() int64 { return max(i.Lo, sub(0, i.Hi), 0) }

// Mid is the midpoint, exact, rounded toward zero. Of an interval that holds nothing: the midpoint of its ends.
func (i Interval) Mid() int64 {
	lo, hi := min(i.Lo, i.Hi), max(i.Lo, i.Hi)
	switch {
	case lo >= 0:
		return lo + (hi-lo)/2
	case hi < 0:
		return hi - (hi-lo)/2
	default: // lo < 0 ≤ hi: the sum cannot leave int64, and its half truncates toward zero
		return (lo + hi) / 2
	}
}

// Width is the number of milliseconds the interval holds, Hi-Lo+1, saturating; 0 where it holds nothing.
func (i Interval) Width() int64 {
	if !i.Valid() {
		return 0
	}
	w := uint64(i.Hi) - uint64(i.Lo) // exact: the difference of two int64 fits uint64
	if w >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(w) + 1
}

// Overlaps says whether some x in i and some y in o lie at most slackMS apart; exact, also where the gap exceeds
// int64. An interval that holds nothing overlaps nothing; no gap is at most a negative slack.
func (i Interval) Overlaps(o Interval, slackMS int64) bool {
	if !i.Valid() || !o.Valid() || slackMS < 0 {
		return false
	}
	var gap uint64
	switch {
	case o.Lo > i.Hi:
		gap = uint64(o.Lo) - uint64(i.Hi)
	case i.Lo > o.Hi:
		gap = uint64(i.Lo) - uint64(o.Hi)
	}
	return gap <= uint64(slackMS)
}

// sub is a-b, saturating at the ends of int64.
func sub(a, b int64) int64 {
	d := a - b
	if (a < b) != (d < 0) {
		if a < b {
			return math.MinInt64
		}
		return math.MaxInt64
	}
	return d
}

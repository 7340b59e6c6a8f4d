package attribute

import (
	"bytes"
	"cmp"
	"math"
	"math/bits"
	"slices"

	"holdfast.example/schemas/instant"
)

// billion is how many ppb there are in one.
const billion = 1_000_000_000

// add is a+b, saturating at the ends of int64.
func add(a, b int64) int64 {
	s := a + b
	switch {
	case a > 0 && b > 0 && s < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && s >= 0:
		return math.MinInt64
	}
	return s
}

// sub is a-b, saturating.
func sub(a, b int64) int64 {
	if b == math.MinInt64 {
		if a >= 0 {
			return math.MaxInt64
		}
		return a - b
	}
	return add(a, -b)
}

// times is n·x of two that are not negative, saturating.
func times(n, x int64) int64 {
	hi, lo := bits.Mul64(uint64(n), uint64(x))
	return narrow(hi, lo, false)
}

// magnitude is |x|, exact.
func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// apart is |a-b|, saturating.
func apart(a, b int64) int64 {
	return int64(min(gap(a, b), math.MaxInt64))
}

// gap is |a-b|, exact.
func gap(a, b int64) uint64 {
	if a < b {
		a, b = b, a
	}
	return uint64(a) - uint64(b)
}

// narrow brings a 128-bit magnitude and a sign into int64, saturating.
func narrow(hi, lo uint64, negative bool) int64 {
	if hi != 0 || lo > math.MaxInt64 {
		lo = math.MaxInt64
	}
	if negative {
		return -int64(lo)
	}
	return int64(lo)
}

// plus is the interval of all sums.
func plus(a, b instant.Interval) instant.Interval {
	return instant.Interval{Lo: add(a.Lo, b.Lo), Hi: add(a.Hi, b.Hi)}
}

// shift is the interval moved by ms.
func shift(a instant.Interval, ms int64) instant.Interval {
	return instant.Interval{Lo: add(a.Lo, ms), Hi: add(a.Hi, ms)}
}

// fitted is the distance of an interval to a fitted value c (section 5): from its midpoint, less half its length.
func fitted(d instant.Interval, c int64) int64 {
	return max(0, sub(apart(d.Mid(), c), (d.Width()-1)/2))
}

// isqrt is ⌊√n⌋, exact; one result bit a step.
func isqrt(n uint64) uint64 {
	var root uint64
	for bit := uint64(1) << 31; bit != 0; bit >>= 1 {
		if r := root | bit; r*r <= n {
			root = r
		}
	}
	return root
}

// Tolerance is m(n), how many of n may miss a hypothesis that holds: one-sided 95 % for a coverage of 80 % or more.
func Tolerance(n int) int {
	return max(0, (2*n-7*int(isqrt(uint64(max(0, n)))))/10)
}

// median is the lower one of an ascending list; 0 of nothing.
func median(sorted []int64) int64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)-1)/2]
}

// deviation is the lower median of the distances from mu; xs is overwritten.
func deviation(xs []int64, mu int64) int64 {
	for i, x := range xs {
		xs[i] = apart(x, mu)
	}
	slices.Sort(xs)
	return median(xs)
}

// shortest is the length of the shortest interval of an ascending list that reaches over h steps: n/2 is the shortest half.
func shortest(sorted []int64, h int) int64 {
	if len(sorted) == 0 {
		return 0
	}
	best := int64(math.MaxInt64)
	for i := 0; i+h < len(sorted); i++ {
		best = min(best, apart(sorted[i+h], sorted[i]))
	}
	return best
}

// half is the shortest half.
func half(sorted []int64) int64 { return shortest(sorted, len(sorted)/2) }

// reach is R of section 3, step 5: the length over which an offset's values spread, read from their densest parts, each the
// shortest interval that holds its fraction of the values and no value more: a bunch of an eighth is to be seen. (Of the
// half, section 5 counts steps between values; an eighth of n steps would hold one value more than an eighth.)
func reach(sorted []int64) int64 {
	n := max(1, len(sorted))
	return min(half(sorted), times(2, shortest(sorted, (n-1)/4)), times(4, shortest(sorted, (n-1)/8)))
}

// chance is p = ⌈2τ·10⁹ / R⌉ in ppb, at most 10⁹, which it is where R is 0.
func chance(tau, r int64) int64 {
	if r <= 0 {
		return billion
	}
	return min(billion, ceilDiv(times(2, tau), billion, r))
}

// ceilDiv is ⌈x·y/z⌉ of values that are not negative, z > 0, saturating.
func ceilDiv(x, y, z int64) int64 {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	lo, carry := bits.Add64(lo, uint64(z)-1, 0)
	hi += carry
	if hi >= uint64(z) {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, uint64(z))
	return narrow(0, q, false)
}

// point is one measurement of a line.
type point struct {
	x, y int64
	id   *[32]byte // settles ties
}

// Line is a Theil–Sen fit.
type Line struct {
	Slope     int64 // ppb
	Intercept int64 // y at X0
	X0        int64
	Span      int64 // of x
	Pairs     int
}

// at is the line's value at x.
func (l *Line) at(x int64) int64 { return add(l.Intercept, l.rise(sub(x, l.X0))) }

// rise is what the line gains over dx, slope·dx/10⁹ toward zero, in 128 bits.
func (l *Line) rise(dx int64) int64 {
	hi, lo := bits.Mul64(magnitude(l.Slope), magnitude(dx))
	negative := (l.Slope < 0) != (dx < 0)
	if hi >= billion {
		return narrow(1, 0, negative)
	}
	q, _ := bits.Div64(hi, lo, billion)
	return narrow(0, q, negative)
}

// rises says whether |slope|·span ≥ k·τ (section 5), in 128 bits.
func (l *Line) rises(k, tau int64) bool {
	hi, lo := bits.Mul64(magnitude(l.Slope), uint64(l.Span))
	h, o := bits.Mul64(uint64(times(k, tau)), billion)
	return hi > h || hi == h && lo >= o
}

// minPairs is how many pairs with dx > 0 a line needs.
const minPairs = 15

// theilSen fits a line: the points sorted by (x, y, id), pairs (i, i+⌊k/2⌋), dx > 0 only, the lower median of their
// slopes. ps is sorted in place. False where there are fewer than 15 pairs.
func theilSen(ps []point) (Line, bool) {
	slices.SortFunc(ps, func(a, b point) int {
		return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y), bytes.Compare(a.id[:], b.id[:]))
	})
	var slopes []int64
	for i, j := 0, len(ps)/2; j < len(ps); i, j = i+1, j+1 {
		if dx := gap(ps[j].x, ps[i].x); dx > 0 {
			slopes = append(slopes, slopeOf(ps[i].y, ps[j].y, dx))
		}
	}
	if len(slopes) < minPairs {
		return Line{Pairs: len(slopes)}, false
	}
	slices.Sort(slopes)
	l := Line{Slope: median(slopes), X0: ps[0].x, Span: sub(ps[len(ps)-1].x, ps[0].x), Pairs: len(slopes)}
	rests := slopes[:0]
	for i := range ps {
		rests = append(rests, sub(ps[i].y, l.rise(sub(ps[i].x, l.X0))))
	}
	slices.Sort(rests)
	l.Intercept = median(rests)
	return l, true
}

// slopeOf is sign·(|y1-y0|·10⁹ / dx) in ppb, saturating.
func slopeOf(y0, y1 int64, dx uint64) int64 {
	hi, lo := bits.Mul64(gap(y1, y0), billion)
	if hi >= dx {
		return narrow(1, 0, y1 < y0)
	}
	q, _ := bits.Div64(hi, lo, dx)
	return narrow(0, q, y1 < y0)
}

package attribute

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/big"
	"slices"
	"testing"

	"holdfast.example/schemas/instant"
	"pgregory.net/rapid"
)

var (
	big9   = big.NewInt(billion)
	bigMax = big.NewInt(math.MaxInt64)
	bigMin = big.NewInt(math.MinInt64)
)

// clamp is the oracle's saturation.
func clamp(x *big.Int) int64 {
	switch {
	case x.Cmp(bigMax) > 0:
		return math.MaxInt64
	case x.Cmp(bigMin) < 0:
		return math.MinInt64
	}
	return x.Int64()
}

func b64(x int64) *big.Int { return big.NewInt(x) }

// anyInt draws the corners of int64 as often as its middle.
func anyInt() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-100, 100), rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, math.MaxInt64 - 1, 0}))
}

func TestArithmeticAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyInt().Draw(t, "a"), anyInt().Draw(t, "b")
		if got, want := add(a, b), clamp(new(big.Int).Add(b64(a), b64(b))); got != want {
			t.Fatalf("add(%d,%d) = %d, want %d", a, b, got, want)
		}
		if got, want := sub(a, b), clamp(new(big.Int).Sub(b64(a), b64(b))); got != want {
			t.Fatalf("sub(%d,%d) = %d, want %d", a, b, got, want)
		}
		if got, want := apart(a, b), clamp(new(big.Int).Abs(new(big.Int).Sub(b64(a), b64(b)))); got != want {
			t.Fatalf("apart(%d,%d) = %d, want %d", a, b, got, want)
		}
		x, y, z := max(0, a), max(0, b), max(1, anyInt().Draw(t, "z"))
		if got, want := times(x, y), clamp(new(big.Int).Mul(b64(x), b64(y))); got != want {
			t.Fatalf("times(%d,%d) = %d, want %d", x, y, got, want)
		}
		ceil := new(big.Int).Mul(b64(x), b64(y))
		ceil.Add(ceil, b64(z-1)).Div(ceil, b64(z))
		if got, want := ceilDiv(x, y, z), clamp(ceil); got != want {
			t.Fatalf("ceilDiv(%d,%d,%d) = %d, want %d", x, y, z, got, want)
		}
	})
}

// isqrt decides m(n); one too many is a wrong name.
func TestRootIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64().Draw(t, "n")
		want := new(big.Int).Sqrt(new(big.Int).SetUint64(n)).Uint64()
		if got := isqrt(n); got != want {
			t.Fatalf("isqrt(%d) = %d, want %d", n, got, want)
		}
	})
	for n, want := range map[uint64]uint64{0: 0, 1: 1, 3: 1, 4: 2, 24: 4, 25: 5, math.MaxUint64: math.MaxUint32} {
		if got := isqrt(n); got != want {
			t.Errorf("isqrt(%d) = %d, want %d", n, got, want)
		}
	}
}

// m(n) of the specification, and within 1 of the exact binomial table: P(X ≤ m | n, 0.2) ≤ 5 %.
func TestToleranceOfTheSpecification(t *testing.T) {
	for n, want := range map[int]int{30: 2, 59: 6, 100: 13, 200: 30, 400: 66, 1024: 182, 0: 0, 5: 0, -3: 0} {
		if got := Tolerance(n); got != want {
			t.Errorf("m(%d) = %d, want %d", n, got, want)
		}
	}
	for _, n := range []int{30, 31, 47, 59, 77, 100, 143, 200, 311, 400, 640, 811, 1024} {
		if got, exact := Tolerance(n), binomial(n); got < exact-1 || got > exact+1 {
			t.Errorf("m(%d) = %d, the binomial table has %d", n, got, exact)
		}
	}
}

// binomial is the largest m with P(X ≤ m) ≤ 1/20 of n draws at 1/5, exact.
func binomial(n int) int {
	limit := new(big.Int).Exp(b64(5), b64(int64(n)), nil)
	sum := new(big.Int)
	for m := 0; ; m++ {
		p := new(big.Int).Binomial(int64(n), int64(m))
		p.Mul(p, new(big.Int).Exp(b64(4), b64(int64(n-m)), nil))
		sum.Add(sum, p)
		if new(big.Int).Mul(sum, b64(20)).Cmp(limit) > 0 {
			return m - 1
		}
	}
}

// The chances that the specification works out.
func TestChanceOfTheSpecification(t *testing.T) {
	for _, c := range []struct {
		what         string
		tau, r, want int64
	}{
		{"finalisation, R of 10 h", 52, 36_000_000, 2_889},
		{"queue wait, R of 20.8 s", 52, 20_800, 5_000_000},
		{"header in whole seconds, R of 240 s", 1_051, 240_000, 8_758_334},
		{"zone lattice", 52, latticeStep, 115_556},
		{"no spread at all", 52, 0, billion},
		{"τ beyond R", 52, 3, billion},
		{"foreign widths", math.MaxInt64, 1, billion},
	} {
		if got := chance(c.tau, c.r); got != c.want {
			t.Errorf("%s: %d ppb, want %d", c.what, got, c.want)
		}
	}
}

// Median, deviation, shortest interval and R against their definitions, by search.
func TestOrderStatisticsAgainstSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(anyInt(), 1, 40).Draw(t, "xs")
		slices.Sort(xs)
		mu := median(xs)
		below, above := 0, 0
		for _, x := range xs {
			if x < mu {
				below++
			}
			if x > mu {
				above++
			}
		}
		if 2*below > len(xs)-1 || 2*above > len(xs) { // the lower of two middles: fewer below than above
			t.Fatalf("median of %v is %d: %d below, %d above", xs, mu, below, above)
		}
		ds := make([]int64, len(xs))
		for i, x := range xs {
			ds[i] = clamp(new(big.Int).Abs(new(big.Int).Sub(b64(x), b64(mu))))
		}
		slices.Sort(ds)
		if got := deviation(slices.Clone(xs), mu); got != ds[(len(ds)-1)/2] {
			t.Fatalf("deviation of %v is %d", xs, got)
		}
		brute := func(h int) int64 {
			best := int64(math.MaxInt64)
			for i := range xs {
				for j := range xs {
					if j-i >= h {
						best = min(best, clamp(new(big.Int).Sub(b64(xs[j]), b64(xs[i]))))
					}
				}
			}
			return best
		}
		n := len(xs)
		if got := half(xs); got != brute(n/2) {
			t.Fatalf("shortest half of %v is %d, want %d", xs, got, brute(n/2))
		}
		mul := func(k, x int64) int64 { return clamp(new(big.Int).Mul(b64(k), b64(x))) }
		holding := func(part int) int64 { return brute((n+part-1)/part - 1) } // so many values are one step fewer
		if got, want := reach(xs), min(brute(n/2), mul(2, holding(4)), mul(4, holding(8))); got != want {
			t.Fatalf("R of %v is %d, want %d", xs, got, want)
		}
	})
	if got := half([]int64{0, 7, 8, 9, 100}); got != 2 {
		t.Errorf("shortest half is %d, want 2: n/2 steps", got)
	}
	if half(nil) != 0 || median(nil) != 0 || reach(nil) != 0 {
		t.Error("of nothing there is nothing")
	}
}

// R sees a bunch that the shortest half does not: an eighth of the values in one place.
func TestReachSeesBunches(t *testing.T) {
	var xs []int64
	for i := range int64(320) {
		if i%8 == 0 {
			xs = append(xs, 100_000+i%5)
		} else {
			xs = append(xs, i*10_000)
		}
	}
	slices.Sort(xs)
	if got := reach(xs); got > 4*4 {
		t.Errorf("R is %d though an eighth of the values, to the value, lie within 4 ms", got)
	}
	quarter := []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	for i := range int64(30) {
		quarter = append(quarter, 1_000_000+i*100_000)
	}
	if got := reach(quarter); got > 100 {
		t.Errorf("R is %d though a quarter of the values lie within 9 ms", got)
	}
}

// slow is the Theil–Sen fit of section 5 in big integers.
func slow(ps []point) (slope, intercept *big.Int, pairs int) {
	slices.SortFunc(ps, func(a, b point) int {
		switch {
		case a.x != b.x:
			return b64(a.x).Cmp(b64(b.x))
		case a.y != b.y:
			return b64(a.y).Cmp(b64(b.y))
		}
		return slices.Compare(a.id[:], b.id[:])
	})
	var slopes []*big.Int
	k := len(ps)
	for i := 0; i+k/2 < k; i++ {
		dx := new(big.Int).Sub(b64(ps[i+k/2].x), b64(ps[i].x))
		if dx.Sign() <= 0 {
			continue
		}
		dy := new(big.Int).Sub(b64(ps[i+k/2].y), b64(ps[i].y))
		slopes = append(slopes, b64(clamp(new(big.Int).Quo(dy.Mul(dy, big9), dx))))
	}
	if len(slopes) == 0 {
		return nil, nil, 0
	}
	slices.SortFunc(slopes, (*big.Int).Cmp)
	slope = slopes[(len(slopes)-1)/2]
	var rests []*big.Int
	for _, p := range ps {
		dx := b64(clamp(new(big.Int).Sub(b64(p.x), b64(ps[0].x))))
		rise := b64(clamp(dx.Quo(dx.Mul(dx, slope), big9)))
		rests = append(rests, b64(clamp(new(big.Int).Sub(b64(p.y), rise))))
	}
	slices.SortFunc(rests, (*big.Int).Cmp)
	return slope, rests[(len(rests)-1)/2], len(slopes)
}

func TestLineAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 80).Draw(t, "n")
		of := rapid.SampledFrom([]*rapid.Generator[int64]{anyInt(), rapid.Int64Range(0, 50), rapid.Int64Range(0, 1<<41)}).Draw(t, "range")
		ps := make([]point, n)
		for i := range ps {
			id := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
			ps[i] = point{of.Draw(t, "x"), of.Draw(t, "y"), &id}
		}
		slope, intercept, pairs := slow(slices.Clone(ps))
		l, ok := theilSen(ps)
		if ok != (pairs >= minPairs) || l.Pairs != pairs {
			t.Fatalf("%d pairs, ok %v; want %d", l.Pairs, ok, pairs)
		}
		if ok && (b64(l.Slope).Cmp(slope) != 0 || b64(l.Intercept).Cmp(intercept) != 0) {
			t.Fatalf("slope %d intercept %d, want %v %v", l.Slope, l.Intercept, slope, intercept)
		}
		if ok {
			k, tau := rapid.SampledFrom([]int64{1, farDelay}).Draw(t, "k"), max(0, anyInt().Draw(t, "tau"))
			a := new(big.Int).Mul(new(big.Int).Abs(b64(l.Slope)), b64(l.Span))
			b := new(big.Int).Mul(b64(times(k, tau)), big9)
			if got := l.rises(k, tau); got != (a.Cmp(b) >= 0) {
				t.Fatalf("rises(%d,%d) = %v", k, tau, got)
			}
		}
	})
}

// Fifteen pairs make a line; fourteen do not.
func TestLineNeedsFifteenPairs(t *testing.T) {
	for n, want := range map[int]bool{28: false, 29: true, 30: true} { // ⌈n/2⌉ pairs
		ps := make([]point, n)
		for i := range ps {
			ps[i] = point{int64(i), int64(i), &[32]byte{byte(i)}}
		}
		if l, ok := theilSen(ps); ok != want || l.Pairs != (n+1)/2 {
			t.Errorf("%d points: %d pairs, %v", n, l.Pairs, ok)
		}
	}
}

// A true skew of 3 ppm over 72 hours is held to the millisecond: in ppm alone the rounding is 259 ms.
func TestSlopeIsInPartsPerBillion(t *testing.T) {
	var ps []point
	for i := range int64(1024) {
		id := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		x := i * 253_000
		ps = append(ps, point{x, 1000 + x*3499/1_000_000_000, &id})
	}
	l, ok := theilSen(ps)
	if !ok || l.Pairs != 512 {
		t.Fatalf("%d pairs", l.Pairs)
	}
	for _, p := range ps {
		if d := apart(l.at(p.x), p.y); d > 3 {
			t.Fatalf("at %d the line is %d ms off (slope %d ppb)", p.x, d, l.Slope)
		}
	}
}

// What a line gains over a span, and whether that is far enough, is reckoned in 128 bits: beyond int64 it saturates.
func TestRiseIsIn128Bits(t *testing.T) {
	for _, c := range []struct{ slope, dx, want int64 }{{1 << 62, 1 << 62, math.MaxInt64}, {-1 << 62, 1 << 62, -math.MaxInt64}, {1 << 62, -1 << 62, -math.MaxInt64}, {2_500, -1_000_000, -2}} {
		if got := (&Line{Slope: c.slope}).rise(c.dx); got != c.want {
			t.Errorf("%d ppb over %d ms is %d, want %d", c.slope, c.dx, got, c.want)
		}
	}
	for _, c := range []struct {
		slope, span int64
		want        bool
	}{{1 << 40, 1 << 40, true}, {-1 << 40, 1 << 40, true}, {1_040_000, 1_000_000, true}, {1_040_000, 999_999, false}} {
		if got := (&Line{Slope: c.slope, Span: c.span}).rises(20, 52); got != c.want {
			t.Errorf("%d ppb over %d ms by 20 times 52: %v", c.slope, c.span, got)
		}
	}
}

// The distance to a fitted value is that of section 5, from the midpoint less half the length.
func TestDistanceToAFittedValue(t *testing.T) {
	for _, c := range []struct {
		lo, hi, c, want int64
	}{{100, 100, 100, 0}, {100, 100, 151, 51}, {0, 999, 1000, 2}, {0, 1000, 1050, 50}, {-500, 999, -600, 100}, {-4, -1, 10, 11}, {-4, -1, -10, 7}, {-999, -999, 0, 999},
		{math.MinInt64, math.MaxInt64, 5, 0}, {math.MaxInt64, math.MaxInt64, math.MinInt64, math.MaxInt64}} {
		if got := fitted(instant.Interval{Lo: c.lo, Hi: c.hi}, c.c); got != c.want {
			t.Errorf("[%d, %d] is %d from %d, want %d", c.lo, c.hi, got, c.c, c.want)
		}
	}
}

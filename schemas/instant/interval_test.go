package instant

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// edgy draws int64s around the places where two's complement bites.
func edgy() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64(),
		rapid.Int64Range(-3000, 3000),
		rapid.Int64Range(math.MinInt64, math.MinInt64+2),
		rapid.Int64Range(math.MaxInt64-2, math.MaxInt64),
	)
}

func intervals(t *rapid.T, label string) Interval {
	i := Interval{edgy().Draw(t, label+".lo"), edgy().Draw(t, label+".hi")}
	if i.Hi < i.Lo && rapid.IntRange(0, 9).Draw(t, label+" stays empty") > 0 {
		i.Lo, i.Hi = i.Hi, i.Lo
	}
	return i
}

func z(v int64) *big.Int { return big.NewInt(v) }

// saturated is the oracle's only rule: the exact integer, or the end of int64 nearest to it.
func saturated(v *big.Int) int64 {
	switch {
	case v.Cmp(z(math.MaxInt64)) > 0:
		return math.MaxInt64
	case v.Cmp(z(math.MinInt64)) < 0:
		return math.MinInt64
	}
	return v.Int64()
}

// A verdict is arithmetic on these five operations. One that wraps turns a hostile or broken timestamp into a small
// offset, and an absurd record into an aligned one.
func TestIntervalAgainstBigInt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := intervals(t, "a"), intervals(t, "b")
		alo, ahi, blo, bhi := z(a.Lo), z(a.Hi), z(b.Lo), z(b.Hi)

		minus := Interval{saturated(new(big.Int).Sub(alo, bhi)), saturated(new(big.Int).Sub(ahi, blo))}
		if got := a.Minus(b); got != minus {
			t.Fatalf("%v.Minus(%v) = %v; want %v", a, b, got, minus)
		}
		dist := z(0)
		for _, v := range []*big.Int{alo, new(big.Int).Neg(ahi)} {
			if v.Cmp(dist) > 0 {
				dist = v
			}
		}
		if got := a.Dist(); got != saturated(dist) {
			t.Fatalf("%v.Dist() = %d; want %s", a, got, dist)
		}
		mid := new(big.Int).Quo(new(big.Int).Add(alo, ahi), z(2)) // Quo truncates toward zero
		if got := a.Mid(); got != mid.Int64() {
			t.Fatalf("%v.Mid() = %d; want %s", a, got, mid)
		}
		width := new(big.Int).Add(new(big.Int).Sub(ahi, alo), z(1))
		if width.Sign() < 0 {
			width = z(0)
		}
		if got := a.Width(); got != saturated(width) {
			t.Fatalf("%v.Width() = %d; want %s", a, got, width)
		}
		slack := edgy().Draw(t, "slack")
		gap := new(big.Int).Sub(blo, ahi)
		if other := new(big.Int).Sub(alo, bhi); other.Cmp(gap) > 0 {
			gap = other
		}
		if gap.Sign() < 0 {
			gap = z(0)
		}
		near := a.Lo <= a.Hi && b.Lo <= b.Hi && gap.Cmp(z(slack)) <= 0
		if got := a.Overlaps(b, slack); got != near || b.Overlaps(a, slack) != near {
			t.Fatalf("%v.Overlaps(%v, %d) = %v; want %v, both ways", a, b, slack, got, near)
		}
	})
}

// Found by the property above: an end at zero beside the least int64, where hi-lo already overflows.
func TestMidAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		i    Interval
		want int64
	}{
		{Interval{math.MinInt64, 0}, math.MinInt64 / 2},
		{Interval{math.MinInt64, -1}, math.MinInt64 / 2},
		{Interval{math.MinInt64, math.MaxInt64}, 0},
		{Interval{0, math.MaxInt64}, math.MaxInt64 / 2},
		{Interval{-3, 0}, -1},
		{Interval{0, 3}, 1},
	} {
		if got := c.i.Mid(); got != c.want {
			t.Errorf("%v.Mid() = %d; want %d", c.i, got, c.want)
		}
	}
}

// Aligned is dist ≤ slack of a difference, and overlap with that slack: attribution uses the first, the match window
// the second, and they must not disagree about one pair.
func TestOverlapIsDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) Interval {
			lo := rapid.Int64Range(-1<<40, 1<<40).Draw(t, label)
			return Interval{lo, lo + rapid.Int64Range(0, 120000).Draw(t, label+" width")}
		}
		a, b, slack := draw("a"), draw("b"), rapid.Int64Range(0, 100000).Draw(t, "slack")
		if a.Overlaps(b, slack) != (a.Minus(b).Dist() <= slack) {
			t.Fatalf("%v and %v with slack %d", a, b, slack)
		}
	})
}

// The figures of the attribution rules: a whole second of unknown rounding against a millisecond gives τ 1,551
// with the slack of 50, truncating 1,051.
func TestWidthsOfTheSpecification(t *testing.T) {
	fine, _ := Parse("2026-05-04T09:15:02.118Z", RoundingUnknown)
	unknown, _ := Parse("2026-05-04T09:15:02Z", RoundingUnknown)
	truncated, _ := Parse("2026-05-04T09:15:02Z", Truncated)
	for _, c := range []struct{ got, want int64 }{
		{50 + fine.Width() + fine.Width(), 52},
		{50 + fine.Width() + truncated.Width(), 1051},
		{50 + fine.Width() + unknown.Width(), 1550 + 1},
		{50 + 2*unknown.Width(), 3050},
	} {
		if c.got != c.want {
			t.Errorf("τ = %d; want %d", c.got, c.want)
		}
	}
}

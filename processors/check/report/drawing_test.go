package report

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/processors/correlate/attribute"
)

// At stake: a mark that stands elsewhere than its recordings, and a recording that no mark stands for.
func TestGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(2, 40).Draw(t, "limit")
		wide := rapid.SampledFrom([]int64{3, 1_000, 1 << 40, math.MaxInt64}).Draw(t, "wide")
		n := rapid.IntRange(0, 300).Draw(t, "n")
		g := newGrid(limit)
		type point struct {
			x, y int64
			two  bool
		}
		var ps []point
		for range n {
			p := point{rapid.Int64Range(-wide, wide).Draw(t, "x"), rapid.Int64Range(-wide, wide).Draw(t, "y"), rapid.Bool().Draw(t, "two")}
			ps = append(ps, p)
			g.add(p.x, p.y, p.two)
		}
		marks, sum := g.marks(), int64(0)
		if len(marks) > max(limit, 8) {
			t.Fatalf("%d marks, at most %d", len(marks), limit)
		}
		for _, m := range marks {
			sum += m.n
		}
		if sum != int64(n) {
			t.Fatalf("marks of %d points, not %d", sum, n)
		}
		for _, p := range ps {
			within := 0
			for _, m := range marks {
				if m.two == p.two && m.lo[0] <= p.x && p.x <= m.hi[0] && m.lo[1] <= p.y && p.y <= m.hi[1] {
					within++
				}
			}
			if within != 1 {
				t.Fatalf("%d marks stand for %+v", within, p)
			}
		}
		if p := draw(0, "x", &attribute.CohortVerdict{Tau: 52, Field: attribute.Start}, g); p != nil {
			for _, m := range p.Marks {
				if m.X < drawLeft || m.X > drawRight || m.Y < drawTop || m.Y > drawBottom {
					t.Fatalf("a mark at %d, %d", m.X, m.Y)
				}
			}
		}
	})
}

// An axis is labelled by a few ticks, in order, at round places.
func TestAxis(t *testing.T) {
	for _, c := range []struct{ lo, hi int64 }{{-52, 52}, {-52, 720_000}, {1_900, 3_400}, {-6, 86_400_000}, {day0, day0 + 40*aDay}, {day0, day0},
		{math.MinInt64, math.MaxInt64}, {math.MaxInt64 - 1, math.MaxInt64}} {
		for _, steps := range [][]int64{timeSteps, offsetSteps} {
			a := newAxis(c.lo, c.hi, drawLeft, drawRight, steps, 8)
			ticks := a.ticks()
			if len(ticks) < 1 || len(ticks) > 14 {
				t.Errorf("%+v: ticks %v", c, ticks)
			}
			for i, x := range ticks {
				if x%a.step != 0 || i > 0 && a.at(x) < a.at(ticks[i-1]) {
					t.Errorf("%+v: tick %d at %d, step %d", c, x, a.at(x), a.step)
				}
			}
		}
	}
}

// What a person reads as a number.
func TestAmounts(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{signed(720_000, 52), "+720.000 s"}, {signed(-1, 52), "-0.001 s"}, {signed(0, 52), "0.000 s"}, {signed(719_749, 1_551), "about +720 s"},
		{signed(-2_340, 151), "about -2.3 s"}, {signed(400, 1_551), "about 0 s"}, {signed(43_200_000, 90_050), "about +720 min"},
		{signed(-3_600_000, 52), "-3,600.000 s"}, {signed(math.MinInt64, 52), "-9,223,372,036,854,775.808 s"},
		{length(52), "52 ms"}, {length(2_752), "2.752 s"}, {length(720_000), "12 min 0.000 s"}, {length(-3_723_004), "-1 h 2 min 3.004 s"},
		{length(90_000_000), "1 d 1 h 0 min 0.000 s"}, {later(-720_000, 52), "12 min 0.000 s earlier"}, {later(719_749, 1_551), "about 12 min 0 s later"},
		{slope(1_000_000), "1.000"}, {slope(-20_400), "-0.020"}, {slope(400), "0.000"}, {count(1, "recording"), "1 recording"}, {count(1_200, "entry"), "1,200 entries"},
		{offsetLabel(1_500, 500), "+1.5 s"}, {offsetLabel(-40, 20), "−40 ms"}, {offsetLabel(720_000, 120_000), "+720 s"},
		{timeLabel(day0, aDay), "2026-05-04"}, {timeLabel(day0+3_600_000, 3_600_000), "05-04 01:00"}, {timeLabel(day0+1_002, 2), "00:00:01.002"},
		{plain("a\tb"), `a\u0009b`}, {plain("\xfe"), `\xfe`}, {plain("Zoë 会話"), "Zoë 会話"}, {plain("\U000e0041"), `\U000e0041`},
		{short("abcdefghij", 5), "ab…ij"}, {strings.Join(glued("52 ms, and 3 of n 4 s"), "|"), "52 ms,|and|3|of|n|4 s"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

package report

import (
	"fmt"
	"math/bits"
	"strings"

	"holdfast.example/schemas/instant"
)

// Steps between ticks, ms.
var (
	timeSteps = []int64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 2 * 60_000, 5 * 60_000, 10 * 60_000,
		30 * 60_000, 3_600_000, 2 * 3_600_000, 3 * 3_600_000, 6 * 3_600_000, 12 * 3_600_000, 86_400_000, 2 * 86_400_000, 7 * 86_400_000,
		14 * 86_400_000, 28 * 86_400_000, 91 * 86_400_000, 182 * 86_400_000, 365 * 86_400_000}
	offsetSteps = []int64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 120_000, 300_000, 600_000,
		1_800_000, 3_600_000, 2 * 3_600_000, 6 * 3_600_000, 12 * 3_600_000, 86_400_000}
)

// axis maps ms to a place on the page.
type axis struct {
	lo, hi   int64 // ms; lo < hi
	from, to int64 // units of the drawing; to may be the smaller
	step     int64 // ms between ticks
}

// newAxis is an axis that shows lo to hi with a little room, and at most most ticks.
func newAxis(lo, hi, from, to int64, steps []int64, most int64) axis {
	room := max(1, span64(lo, hi)/25)
	a := axis{lo: down(lo, room), hi: up(hi, room), from: from, to: to}
	wide := span64(a.lo, a.hi)
	for _, a.step = range steps {
		if wide/a.step < most {
			return a
		}
	}
	for wide/a.step >= most && a.step < 1<<61 {
		a.step *= 2
	}
	return a
}

// span64 is hi − lo, saturating.
func span64(lo, hi int64) int64 {
	if d := hi - lo; d >= 0 {
		return d
	}
	return 1<<63 - 1
}

func down(x, by int64) int64 {
	if y := x - by; y <= x {
		return y
	}
	return -1 << 63
}

func up(x, by int64) int64 {
	if y := x + by; y >= x {
		return y
	}
	return 1<<63 - 1
}

// at is where ms stands.
func (a *axis) at(ms int64) int64 {
	ms = min(max(ms, a.lo), a.hi)
	wide := a.to - a.from
	hi, lo := bits.Mul64(uint64(ms)-uint64(a.lo), magnitude(wide))
	all := uint64(a.hi) - uint64(a.lo)
	if all == 0 || hi >= all {
		return a.from
	}
	q, _ := bits.Div64(hi, lo, all)
	if wide < 0 {
		return a.from - int64(q)
	}
	return a.from + int64(q)
}

// ticks are the multiples of the step on the axis.
func (a *axis) ticks() []int64 {
	var out []int64
	first := a.lo / a.step * a.step
	if first < a.lo {
		first += a.step
	}
	for x := first; x <= a.hi && len(out) < 64; x += a.step {
		out = append(out, x)
		if x > a.hi-a.step { // the next would be beyond, or beyond int64
			break
		}
	}
	return out
}

// timeLabel is an instant as fine as the step is.
func timeLabel(ms, step int64) string {
	s := instant.Format(ms)
	switch {
	case len(s) != 24:
		return s
	case step >= 86_400_000:
		return s[:10]
	case step >= 60_000:
		return s[5:10] + " " + s[11:16]
	case step >= 1_000:
		return s[11:19]
	}
	return s[11:23]
}

// offsetLabel is an offset as fine as the step is.
func offsetLabel(ms, step int64) string {
	sign, u := "+", magnitude(ms)
	switch {
	case ms == 0:
		return "0"
	case ms < 0:
		sign = "−"
	}
	if step < 100 && u < 10_000 {
		return sign + grouped(int64(u)) + " ms"
	}
	text := fmt.Sprintf("%s.%03d", grouped(int64(min(u, 1<<63-1)/1000)), u%1000)
	return sign + strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + " s"
}

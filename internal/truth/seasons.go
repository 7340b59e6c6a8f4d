package truth

import (
	"cmp"
	"slices"
)

// by is the configured zone's offset at each field's own instant, forward or back.
func (v *view) by(sign int64) shift {
	return func(r *Recording, f Fact) int64 {
		at := r.Facts[SessionStart].At
		if f == End {
			at = r.Facts[SessionEnd].At
		}
		return sign * v.o.Zone.At(at)
	}
}

// sides parts recordings by the offset the zone had when they began. Only parts of a twentieth or more, and of ten, are
// asked for themselves: on fewer, a share says nothing.
func (v *view) sides(of []*Recording) [][]*Recording {
	byOffset := map[int64][]*Recording{}
	for _, r := range of {
		at := v.o.Zone.At(r.Facts[SessionStart].At)
		byOffset[at] = append(byOffset[at], r)
	}
	var all [][]*Recording
	for _, side := range byOffset {
		if len(side) >= max(10, len(of)/20) {
			all = append(all, side)
		}
	}
	slices.SortFunc(all, func(a, b []*Recording) int { return cmp.Compare(len(a), len(b)) })
	return all
}

// seasonal says whether the configured zone's own offset, either sign, is in start and end, on 90 % of each side of a
// DST instant. Where there is one side only, it is the lattice's matter and needs a constant besides.
func (v *view) seasonal(of []*Recording, constant bool) bool {
	sides := v.sides(of)
	if len(sides) < 2 {
		return constant && v.zoneHolds(of)
	}
	for _, side := range sides {
		if !v.zoneHolds(side) {
			return false
		}
	}
	return v.zoneHolds(of)
}

// zoneHolds says whether one of the two signs does on these.
func (v *view) zoneHolds(of []*Recording) bool {
	for _, sign := range []int64{1, -1} {
		n := 0
		spans := v.spans(of, joined[0], v.by(sign))
		for _, s := range spans {
			if s.lo <= 0 && 0 <= s.hi {
				n++
			}
		}
		if percent(n, len(spans)) >= rivalShare {
			return true
		}
	}
	return false
}

// split says whether start and end jump with the zone beside one constant, the same on both sides: 80 % of each. The
// constant must be beyond τ, because without it the zone itself is the cause. (The specification's rule leaves it free,
// and would so hold wherever a zone does.)
func (v *view) split(of []*Recording) bool {
	sides := v.sides(of)
	if len(sides) < 2 {
		return false
	}
	for _, sign := range []int64{1, -1} {
		at, n := deepest(v.spans(of, joined[0], v.by(sign)))
		if percent(n, len(of)) < fittedShare || abs(at) <= v.tau(Start) {
			continue
		}
		good := true
		for _, side := range sides {
			n := 0
			for _, s := range v.spans(side, joined[0], v.by(sign)) {
				if s.lo <= at && at <= s.hi {
					n++
				}
			}
			good = good && percent(n, len(side)) >= fittedShare
		}
		if good {
			return true
		}
	}
	return false
}

// points is how many recordings a slope is taken from, evenly over the order of time.
const points = 64

// rate says whether start and end run away from their clocks at one rate, on 80 %, by 20τ or more over the cohort.
func (v *view) rate(of []*Recording) bool {
	slope, first, span, ok := v.slope(of)
	if !ok || abs(slope) > 2*billion || !v.runsFar(slope, span) {
		return false
	}
	spans := v.spans(of, joined[0], func(r *Recording, f Fact) int64 {
		at := r.Facts[SessionStart].At
		if f == End {
			at = r.Facts[SessionEnd].At
		}
		return floor((at-first)/2*slope, billion/2)
	})
	_, n := deepest(spans)
	return percent(n, len(spans)) >= fittedShare
}

// runsFar says whether a rate moves a field by 20τ or more over a span.
func (v *view) runsFar(slope, span int64) bool {
	return span > 0 && abs(slope) >= (skewClear*v.tau(Start)*billion+span-1)/span
}

// slope is the median slope of start's departure on time, in ppb, of all pairs that lie at least a quarter of the span
// apart: near ones measure the jitter. At 20 % outliers, two pairs in three are still of the line.
func (v *view) slope(of []*Recording) (slope, first, span int64, ok bool) {
	sorted := slices.Clone(of)
	slices.SortStableFunc(sorted, func(a, b *Recording) int { return cmp.Compare(a.Facts[SessionStart].At, b.Facts[SessionStart].At) })
	if len(sorted) < 2 {
		return 0, 0, 0, false
	}
	x := func(r *Recording) int64 { return r.Facts[SessionStart].At }
	first = x(sorted[0])
	span = x(sorted[len(sorted)-1]) - first
	var some []*Recording
	for i := range min(points, len(sorted)) {
		some = append(some, sorted[i*(len(sorted)-1)/max(1, min(points, len(sorted))-1)])
	}
	var slopes []int64
	for i, a := range some {
		for _, b := range some[i+1:] {
			dx, dy := x(b)-x(a), v.aligned(b, Start).x-v.aligned(a, Start).x
			// A departure of more than 100 days is no clock's, and its product would not fit.
			if dx > 0 && 4*dx >= span && abs(dy) <= 100*day {
				slopes = append(slopes, dy*billion/dx)
			}
		}
	}
	if len(slopes) == 0 {
		return 0, 0, 0, false
	}
	slices.Sort(slopes)
	return slopes[(len(slopes)-1)/2], first, span, true
}

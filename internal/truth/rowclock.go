package truth

import (
	"cmp"
	"slices"
)

// rowFields are what one serializer writes.
var rowFields = setOf(Start, End, Created)

// asShifted is by how much a row is off what shift makes of it: shift says by how much the row is late at an instant.
func asShifted(r *row, shift func(t int64) int64) span {
	if r.off&^rowFields != 0 {
		return span{lo: 1, hi: -2*slack - 1, seen: true}
	}
	var all span
	for _, f := range fields {
		if !rowFields.has(f) {
			continue
		}
		s := r.departure(f)
		if !s.seen {
			continue
		}
		by := shift(r.of.Facts[faithful[f][0][0]].At)
		s.lo, s.hi = s.lo-by, s.hi-by
		if !all.seen {
			all = s
			continue
		}
		all.lo, all.hi = max(all.lo, s.lo), min(all.hi, s.hi)
	}
	return all
}

// sides are the recordings of each offset of the configured zone.
func (v *view) sides(s stratum) map[int64][]*row {
	all := map[int64][]*row{}
	for _, r := range s.rows {
		ahead := v.o.Zone.At(r.of.Facts[SessionStart].At)
		all[ahead] = append(all[ahead], r)
	}
	return all
}

// bothSides says whether two offsets have enough recordings.
func bothSides(sides map[int64][]*row) bool {
	n := 0
	for _, rows := range sides {
		if len(rows) >= leastSide {
			n++
		}
	}
	return n >= 2
}

// jumps says whether a constant is refuted by a zone: it misses more recordings than m, and a tenth of them all or more is
// where the zone has it. The constant of the larger side fits four fifths of a cohort with few recordings behind the jump;
// but "what the verdict claims" is that it holds for all but m, and the zone says what the rest is.
func jumps(s stratum, proofs []proof, c proof) bool {
	for _, p := range proofs {
		zoned, missed := 0, 0
		for _, r := range s.rows {
			far := c.misses(r, 5)
			if p.fits != nil && far && p.fits(r) {
				zoned++
			}
			if far || c.misses(r, 0) {
				missed++
			}
		}
		if missed > allBut(len(s.rows)) && zoned >= max(leastBunch, part(len(s.rows), 10)) {
			return true
		}
	}
	return false
}

// findZone tries the configured zone with either sign. It must hold on each side of a jump: on the larger alone it is no
// more than a constant.
func (v *view) findZone(s stratum) (p proof, found bool) {
	sides := v.sides(s)
	for _, sign := range []int64{1, -1} {
		shift := func(t int64) int64 { return sign * v.o.Zone.At(t) }
		good := len(sides) > 1 || len(sides[0]) == 0 // a zone without an offset moves nothing
		for _, rows := range sides {
			n := 0
			for _, r := range rows {
				if asShifted(r, shift).fits() {
					n++
				}
			}
			good = good && most(n, len(rows))
		}
		if good {
			fits := func(r *row) bool { return asShifted(r, shift).fits() }
			return proof{cause: Zone, few: !bothSides(sides), fits: fits}, true
		}
	}
	return p, false
}

// findSplit tries a fixed offset in the place of the zone's: the row follows the zone's jumps, with a constant that is
// not zero. Where no jump lies between the recordings it is a constant, and is not listed.
func (v *view) findSplit(s stratum) (p proof, found bool) {
	sides := v.sides(s)
	if len(sides) < 2 {
		return p, false
	}
	for _, sign := range []int64{1, -1} {
		shift := func(t int64) int64 { return sign * v.o.Zone.At(t) }
		intervals := make([]span, len(s.rows))
		for i, r := range s.rows {
			intervals[i] = asShifted(r, shift)
		}
		at, _ := deepest(intervals)
		zero := 0
		for _, t := range intervals {
			if t.fits() {
				zero++
			}
		}
		good := !fitted(zero, len(intervals))
		for _, rows := range sides {
			n := 0
			for _, r := range rows {
				if asShifted(r, shift).holds(at) {
					n++
				}
			}
			good = good && fitted(n, len(rows))
		}
		if good {
			fits := func(r *row) bool { return asShifted(r, shift).holds(at) }
			return proof{cause: DSTSplit, few: !bothSides(sides), fits: fits}, true
		}
	}
	return p, false
}

const (
	perOne  = int64(1e9)
	maxRate = perOne / 100 // a clock that is off by more than 1 % is no clock
	farOff  = int64(9e9)   // ms: beyond it a slope would not fit
)

// findRate looks for a rate at which the row's clock runs. The rates tried are near the median of the slopes between each
// recording and the one half the cohort later. Where one amount
// holds, be it zero, a drift below the precision is no more than that.
func (v *view) findRate(s stratum) (p proof, found bool) {
	rows := slices.Clone(s.rows)
	slices.SortStableFunc(rows, func(a, b *row) int {
		return cmp.Compare(a.of.Facts[SessionStart].At, b.of.Facts[SessionStart].At)
	})
	var slopes []int64
	half := max(1, len(rows)/2)
	for i := 0; i+half < len(rows); i++ {
		a, b := rows[i], rows[i+half]
		dt := b.of.Facts[SessionStart].At - a.of.Facts[SessionStart].At
		dd := middle(asShifted(b, still)) - middle(asShifted(a, still))
		if dt > 0 && abs(dd) < farOff {
			slopes = append(slopes, floor(dd*perOne, dt))
		}
	}
	if len(slopes) == 0 {
		return p, false
	}
	slices.Sort(slopes)
	slope := slopes[len(slopes)/2]
	first := rows[0].of.Facts[SessionStart].At
	length := rows[len(rows)-1].of.Facts[SessionStart].At - first
	if abs(slope) > maxRate || length <= 0 {
		return p, false
	}
	drift, tau := floor(abs(slope)*length, perOne), v.tauOf(rowFields)
	if drift <= slack || drift <= tau && oneAmount(rows) {
		return p, false
	}
	if !v.fitsRate(rows, slope, length, tau) {
		return p, false
	}
	return proof{cause: RateSkew, few: len(rows) < least, flat: drift < 20*tau}, true
}

func still(int64) int64 { return 0 }

// oneAmount says whether the rows are all off by as much.
func oneAmount(rows []*row) bool {
	intervals := make([]span, len(rows))
	for i, r := range rows {
		intervals[i] = asShifted(r, still)
	}
	_, n := deepest(intervals)
	return fitted(n, len(rows))
}

// fitsRate tries the rate, and those around it by steps that move the last recording by the slack, as far as half of what
// the readings leave open.
func (v *view) fitsRate(rows []*row, slope, length, tau int64) bool {
	first := rows[0].of.Facts[SessionStart].At
	intervals := make([]span, len(rows))
	step := max(1, slack*perOne/length)
	for k := int64(0); k*slack <= tau/2; k++ {
		for _, rate := range []int64{slope + k*step, slope - k*step} {
			for i, r := range rows {
				intervals[i] = asShifted(r, func(t int64) int64 { return floor((t-first)*rate, perOne) })
			}
			_, n := deepest(intervals)
			switch {
			case fitted(n, len(rows)):
				return true
			case k == 0 && n*2 < len(rows):
				return false // not nearly
			}
		}
	}
	return false
}

func middle(s span) int64 { return floor(s.lo+s.hi, 2) }

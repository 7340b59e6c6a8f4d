package truth

import "slices"

// Thresholds: a rival of a verdict holds on nine tenths, what is fitted on four fifths, which is what a verdict claims.
func most(n, of int) bool   { return of > 0 && n*10 >= of*9 }
func fitted(n, of int) bool { return of > 0 && n*5 >= of*4 }

// allBut is m: of n recordings so many may miss what holds on them.
func allBut(n int) int {
	root := 0
	for (root+1)*(root+1) <= n {
		root++
	}
	return max(0, (2*n-7*root)/10)
}

// fieldsOff are the judged fields that are off in more than a fifth of the recordings.
func fieldsOff(rows []*row) (s fieldSet) {
	for _, f := range fields {
		seen, aligned := 0, 0
		for _, r := range rows {
			if r.seen.has(f) {
				seen++
				if !r.off.has(f) {
					aligned++
				}
			}
		}
		if seen > 0 && !fitted(aligned, seen) {
			s |= setOf(f)
		}
	}
	return s
}

// together is by how much all the fields may be off at once. It holds nothing if another field is off as well.
func together(r *row, off fieldSet) span {
	if r.off&^off != 0 {
		return span{lo: 1, hi: -2*slack - 1, seen: r.seen&off != 0}
	}
	var all span
	for _, f := range fields {
		if !off.has(f) {
			continue
		}
		switch s := r.departure(f); {
		case !s.seen:
		case !all.seen:
			all = s
		default:
			all.lo, all.hi = max(all.lo, s.lo), min(all.hi, s.hi)
		}
	}
	return all
}

// findConstant looks for one amount by which the fields that are off are off. Whichever fields these are it is a claim
// about shape; it is the constant of the closed list if start and end are among them.
func (v *view) findConstant(s stratum) (p proof, off fieldSet, at int64, found bool) {
	off = fieldsOff(s.rows)
	if off == 0 {
		return p, off, 0, false
	}
	intervals := make([]span, len(s.rows))
	comparable := 0
	for i, r := range s.rows {
		intervals[i] = together(r, off)
		if intervals[i].seen {
			comparable++
		}
	}
	at, n := deepest(intervals)
	tau := v.tauOf(off)
	if off&startAndEnd == startAndEnd {
		tau = v.tauOf(startAndEnd) // a row's constant is told by these, however coarse a header is
	}
	// Within tau of nothing it is alignment.
	if !fitted(n, comparable) || abs(at) <= tau {
		return p, off, 0, false
	}
	p = proof{cause: Constant}
	jobs, days := map[int]bool{}, map[int64]bool{}
	for i, r := range s.rows {
		if intervals[i].holds(at) {
			jobs[r.of.Job] = true
			days[floor(r.of.Facts[SessionStart].At, day)] = true
		}
	}
	p.few = comparable < leastConstant || len(jobs) < 2 && len(days) < 2
	p.flat = abs(at) <= 5*tau
	// What it claims is reckoned from the lower median, which those behind a jump draw to their side.
	var middles []int64
	for _, t := range intervals {
		if t.seen && t.lo-slack <= t.hi+slack {
			middles = append(middles, middle(t))
		}
	}
	slices.Sort(middles)
	mu := middles[(len(middles)-1)/2]
	p.misses = func(r *row, taus int64) bool {
		t := together(r, off)
		return t.seen && (span{t.lo - mu, t.hi - mu, true}).dist() > max(slack, taus*tau)
	}
	p.grid = off&startAndEnd == startAndEnd && mayBeZone(nearest(at)) && toGrid(at) <= 5*tau
	return p, off, at, true
}

// tauOf is the precision of the departures of some fields.
func (v *view) tauOf(off fieldSet) (t int64) {
	for _, f := range fields {
		if off.has(f) {
			t = max(t, v.tau([]Fact{f}, faithful[f][0], faithful[f][1]))
		}
	}
	return t
}

// nearest is the multiple of 15 minutes that is nearest.
func nearest(at int64) int64 { return floor(at+quarter/2, quarter) * quarter }

// mayBeZone says whether a multiple of 15 minutes is a zone's offset: none is further than 14 hours from UTC.
func mayBeZone(at int64) bool { return at != 0 && abs(at) <= 14*hour }

func toGrid(at int64) int64 { return abs(at - nearest(at)) }

// onGrid says whether the row's constant may be the offset of a zone that nobody configured: a multiple of 15 minutes
// reproduces it as well.
func onGrid(s stratum, off fieldSet, at int64) bool {
	zone := nearest(at)
	if !mayBeZone(zone) {
		return false
	}
	n, comparable := 0, 0
	for _, r := range s.rows {
		t := together(r, off)
		if t.seen {
			comparable++
		}
		if t.holds(zone) {
			n++
		}
	}
	return fitted(n, comparable)
}

// startAndEnd must both be off for a row's constant, zone or rate.
var startAndEnd = setOf(Start, End)

// standsAlone says whether a constant of these fields is a claim about the whole of something: the row by its start and
// end, or a field that no other follows from.
func standsAlone(off fieldSet) bool {
	return off&startAndEnd == startAndEnd || off == setOf(Header) || off == setOf(Created)
}

// findMixture looks for two amounts that the rows are off by, one of which may be zero.
func (v *view) findMixture(s stratum) (p proof, found bool) {
	intervals := make([]span, len(s.rows))
	comparable := 0
	for i, r := range s.rows {
		intervals[i] = together(r, rowFields)
		if intervals[i].seen {
			comparable++
		}
	}
	one, n := deepest(intervals)
	for i := range intervals {
		if intervals[i].holds(one) {
			intervals[i].seen = false
		}
	}
	other, m := deepest(intervals)
	// Fewer than a twentieth are outliers, not a second constant.
	if !fitted(n+m, comparable) || m*20 < comparable {
		return p, false
	}
	// Two constants are never one "unless one holds for all but m", by the specification's own words; then too few agree in
	// another amount to speak of a second.
	if comparable-n <= allBut(comparable) && m < leastBunch {
		return p, false
	}
	p = proof{cause: Mixture, few: n < least || m < least}
	p.flat = abs(one-other) <= 5*v.tauOf(rowFields)
	return p, true
}

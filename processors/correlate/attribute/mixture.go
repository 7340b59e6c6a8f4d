package attribute

import (
	"bytes"
	"cmp"
	"slices"
)

// bunchOf gives every row of the cohort the bunch it lies in: the densest window of 2τ first, then the densest of what
// is left, down to bunches of twenty. -1: in none.
func (b *bench) bunchOf() (of []int, bunches int) {
	type value struct {
		x   int64
		row int
	}
	var left []value
	of = make([]int, len(b.all))
	f := b.primary()
	for i, w := range b.all {
		of[i] = -1
		if o := &w.offsets[f]; b.in[i] && o.in(b.bare) {
			left = append(left, value{o.d.Mid(), i})
		}
	}
	slices.SortFunc(left, func(x, y value) int {
		return cmp.Or(cmp.Compare(x.x, y.x), bytes.Compare(b.all[x.row].rec.ID[:], b.all[y.row].rec.ID[:]))
	})
	xs := make([]int64, 0, len(left))
	for {
		xs = xs[:0]
		for _, v := range left {
			xs = append(xs, v.x)
		}
		lo, hi := densest(xs, times(2, b.tau))
		if hi-lo < minStratum {
			return of, bunches
		}
		for _, v := range left[lo:hi] {
			of[v.row] = bunches
		}
		left = slices.Delete(left, lo, hi)
		bunches++
	}
}

// parted says whether two bunches of twenty or more cover the cohort, but for m.
func (b *bench) parted() bool {
	of, bunches := b.bunchOf()
	n, outside := 0, 0
	for i := range of {
		if b.in[i] {
			n++
			if of[i] < 0 {
				outside++
			}
		}
	}
	return bunches >= 2 && outside <= Tolerance(n)
}

// splits is the first dimension whose strata each lie in one bunch, but for m of their recordings, and not all in the same.
func (b *bench) splits() Stratum {
	of, bunches := b.bunchOf()
	if bunches < 1 {
		return StratumNone
	}
	for _, d := range b.dims {
		if parts(&d, of, bunches, b.in) {
			return d.name
		}
	}
	return StratumNone
}

func parts(d *dimension, of []int, bunches int, in []bool) bool {
	counts := make([][]int, d.n) // by stratum: rows by bunch, those in none last
	for k := range counts {
		counts[k] = make([]int, bunches+1)
	}
	for i, k := range d.of {
		switch {
		case !in[i]:
		case k < 0:
			return false
		case of[i] < 0:
			counts[k][bunches]++
		default:
			counts[k][of[i]]++
		}
	}
	seen := -1
	several := false
	for _, c := range counts {
		n, most, which := 0, 0, bunches
		for j, x := range c {
			n += x
			if x > most {
				most, which = x, j
			}
		}
		switch {
		case n == 0:
		case n-most > Tolerance(n):
			return false
		case seen >= 0 && seen != which:
			several = true
		default:
			seen = which
		}
	}
	return several
}

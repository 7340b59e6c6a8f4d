package attribute

import "slices"

// bench is a cohort laid out for one judgement.
type bench struct {
	m     *Model
	v     *CohortVerdict
	basis Basis
	all   []*row // the sample, by id
	dims  []dimension
	bare  bool // no field can be compared but by readings without a zone

	unit  Unit
	field field
	in    []bool // by row: the unit can be compared
	off   []bool // by row: it departs
	under []bool // by row: in the stratum under test
	rows  []*row // these
	tau   int64  // lower median of theirs
}

func (m *Model) bench(c *Cohort, v *CohortVerdict) *bench {
	b := &bench{m: m, v: v, basis: c.Basis()}
	b.all = m.lay(c.Sample, &b.basis)
	b.dims = dimensions(b.all)
	b.bare = !slices.ContainsFunc(b.all, func(w *row) bool { return w.comparable(unitNone) })
	return b
}

// pick is order 1: the field whose worst stratum departs most. A later field must depart by more than five quarters of an
// earlier one's share: one cause moves several fields (a late start shortens the media), and jitter must not choose.
// False where nothing can be compared.
func (b *bench) pick() bool {
	var best share
	for f := range fieldCount {
		s := worst(b.dims, func(i int) (bool, bool) {
			o := &b.all[i].offsets[f]
			return o.in(b.bare), o.departs()
		})
		if s.n > 0 && (best.n == 0 || s.more(best, 5, 4)) {
			best, b.field = s, f
		}
	}
	b.unit = fieldUnits[b.field]
	b.in, b.off, b.under = make([]bool, len(b.all)), make([]bool, len(b.all)), make([]bool, len(b.all))
	for i, w := range b.all {
		b.in[i], b.off[i] = b.stands(w)
	}
	return best.n > 0
}

// stands says whether a row's unit can be compared, and whether it departs.
func (b *bench) stands(w *row) (comparable, departs bool) {
	return stands(w, b.unit, b.bare)
}

func stands(w *row, u Unit, bare bool) (comparable, departs bool) {
	for _, f := range u.fields() {
		if o := &w.offsets[f]; o.in(bare) {
			comparable = true
			departs = departs || o.departs()
		}
	}
	return comparable, departs
}

// test puts a stratum under test.
func (b *bench) test(s Stratum) {
	b.v.Stratum, b.rows = s, b.rows[:0]
	var taus []int64
	for i, w := range b.all {
		b.under[i] = b.in[i] && (s == StratumAll || w.rec.Agents >= 2)
		if b.under[i] {
			b.rows = append(b.rows, w)
			for _, f := range b.unit.fields() {
				if o := &w.offsets[f]; o.in(b.bare) {
					taus = append(taus, o.tau)
					break
				}
			}
		}
	}
	slices.Sort(taus)
	b.tau = median(taus)
	b.v.Tau, b.v.StratumN = b.tau, len(b.rows)
	b.v.Departing = b.count(func(i int) bool { return b.under[i] }).departing
}

// count counts rows that can be compared.
func (b *bench) count(which func(i int) bool) share {
	var s share
	for i := range b.all {
		if which(i) {
			s.count(b.in[i], b.off[i])
		}
	}
	return s
}

func (b *bench) one(i int) bool { return b.all[i].rec.Agents < 2 }
func (b *bench) two(i int) bool { return b.all[i].rec.Agents >= 2 }

// quiet is order 2: is the cohort aligned? bunched says that it would be, but for departures that agree with each other;
// short that too few recordings with two agents say otherwise.
func (b *bench) quiet() (aligned, bunched, short bool) {
	all := b.count(func(int) bool { return true })
	most := worst(b.dims, func(i int) (bool, bool) { return b.in[i], b.off[i] })
	if all.departing > max(1, all.n/10) || all.departing > 0 && 2*most.departing >= most.n {
		return false, false, false
	}
	for _, f := range b.unit.fields() {
		if b.bunch(f, all.n) {
			return false, true, false
		}
	}
	if two := b.count(b.two); two.n < minStratum && two.departing >= 3 && 2*two.departing > two.n {
		return false, false, true
	}
	return true, false, false
}

// bunch says whether enough of the field's departures lie inside one window of 2τ.
func (b *bench) bunch(f field, n int) bool {
	var xs []int64
	for i, w := range b.all {
		if o := &w.offsets[f]; b.in[i] && o.in(b.bare) && o.departs() {
			xs = append(xs, o.d.Mid())
		}
	}
	slices.Sort(xs)
	lo, hi := densest(xs, times(2, b.tau))
	return hi-lo >= max(minBunch, n/20)
}

// densest finds the most values of an ascending list inside one window: xs[lo:hi], the first of equals.
func densest(xs []int64, window int64) (lo, hi int) {
	from := 0
	for to := range xs {
		for gap(xs[to], xs[from]) > uint64(window) {
			from++
		}
		if to+1-from > hi-lo {
			lo, hi = from, to+1
		}
	}
	return lo, hi
}

// stratum is order 3: the recordings with two agents, where those with one are aligned and half of the others depart.
func (b *bench) stratum() Stratum {
	one, two := b.count(b.one), b.count(b.two)
	if one.n > 0 && one.departing <= Tolerance(one.n) && 2*two.departing >= two.n && two.departing > 0 {
		return StratumTwo
	}
	return StratumAll
}

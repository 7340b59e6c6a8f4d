package attribute

import (
	"slices"
)

// contender is a hypothesis before a cohort, with everything the rules of winning ask of it (section 4).
type contender struct {
	Fitting
	cells   []cell // by row of the bench; absent where the unit cannot be compared
	missing Decider
	tested  bool // nine tenths of the stratum have its facts
	partly  bool // fewer have, thirty at least, and on these it holds
	gone    bool // it predicts no departure, or its fitted value makes another hypothesis of it: no rival either

	n, misses, within int   // on the stratum: rows with its facts, dist > J, dist ≤ 5τ
	holds             bool  // (a)
	everywhere        bool  // (b)
	varied            bool  // (c)
	half              int64 // shortest half of the predicted offsets beyond τ
	numbers           []Number
}

func (c *contender) cause() Cause { return c.Hypothesis.Cause() }

// hear tests a hypothesis on every row of the bench.
func (b *bench) hear(p Fitting) *contender {
	c := &contender{Fitting: p, cells: make([]cell, len(b.all))}
	rest, restMisses := 0, 0
	for i, w := range b.all {
		if !b.in[i] {
			continue
		}
		got := b.m.cell(w, &c.Fitting)
		c.cells[i] = got
		if got.fit == absent {
			continue
		}
		rest++
		if got.fit > fits {
			restMisses++
		}
		if !b.under[i] {
			continue
		}
		c.n++
		switch got.fit {
		case fits:
			c.within++
		case near:
			c.within++
			c.misses++
		default:
			c.misses++
		}
	}
	c.tested = c.n > 0 && 10*c.n >= 9*len(b.rows)
	holds := c.n >= minCohort && c.misses <= Tolerance(c.n)
	c.holds, c.partly = c.tested && holds, !c.tested && holds
	c.everywhere = restMisses <= Tolerance(rest)
	c.varied = true
	if v := b.m.variant(c.Hypothesis); v != nil {
		c.varies(b, v)
		if v.pair {
			c.everywhere = true // exists only with two agents
		}
	}
	return c
}

// varies is (c): what never varies could be any constant.
func (c *contender) varies(b *bench, v *variant) {
	xs := b.m.values(b.rows, v)
	c.half = half(xs)
	c.gone = c.n > 0 && 10*len(xs) < c.n && !c.explains(b)
	c.varied = len(xs) >= minVaried && c.half >= times(far, c.tau(b))
	if !c.tested {
		c.missing = b.absent(v)
	}
}

// tau is the lower median of its own comparisons on the stratum: what it predicts with may be written coarser than the
// field's reference.
func (c *contender) tau(b *bench) int64 {
	taus := make([]int64, 0, len(b.rows))
	for i, x := range c.cells {
		if b.under[i] && x.fit != absent {
			taus = append(taus, x.tau)
		}
	}
	slices.Sort(taus)
	return median(taus)
}

// explains says whether half of the departures fit. What predicts none has nothing to explain one with, and is no rival;
// but facts too coarse to show an offset beyond τ may still hide the one that is seen.
func (c *contender) explains(b *bench) bool {
	n, departing := 0, 0
	for i, x := range c.cells {
		if b.under[i] && b.off[i] && x.fit != absent {
			departing++
			if x.fit == fits {
				n++
			}
		}
	}
	return n > 0 && 2*n >= departing
}

// absent is the first fact of the prediction that a tenth of the stratum lacks.
func (b *bench) absent(v *variant) Decider {
	for _, f := range append(slices.Clone(v.needs), fieldFacts[v.primary], SessionStart, SessionEnd) {
		n := 0
		for _, w := range b.rows {
			n += int(w.have >> f & 1)
		}
		if n == 0 || 10*n < 9*len(b.rows) {
			return Decider{Need: NeedFact, Fact: f}
		}
	}
	return Decider{Need: NeedReading}
}

// excludes is (d): g is out where enough rows fit h and miss g clearly, or where g neither holds nor is near on half.
func (b *bench) excludes(h, g *contender) bool {
	return b.refutes(h, g) || !g.holds && 2*g.within < g.n
}

// refutes is the first half of (d).
func (b *bench) refutes(h, g *contender) bool {
	n := 0
	for i := range b.all {
		if b.under[i] && h.cells[i].fit == fits && g.cells[i].fit == clear {
			n++
		}
	}
	return n >= max(minExcluded, (len(b.rows)+9)/10)
}

// bunches is (e): the departures from h agree with each other, so there is a second cause.
func (b *bench) bunches(h *contender) bool {
	var xs []int64
	for i, c := range h.cells {
		if b.under[i] && c.fit > fits {
			xs = append(xs, c.mid)
		}
	}
	slices.Sort(xs)
	lo, hi := densest(xs, times(2, b.tau))
	return hi-lo >= max(minBunch, len(b.rows)/20)
}

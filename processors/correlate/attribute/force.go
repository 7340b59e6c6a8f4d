package attribute

import (
	"slices"
)

// Force is a verdict as a rule for the recordings that come after it: what each of them ought to show. It is plain data,
// to be stored beside the verdict's leaf; the zero Force predicts nothing.
type Force struct {
	Basis   Basis
	On      bool // the cohort is established: aligned, a named cause, or a constant
	Aligned bool
	Stratum Stratum
	Fitting Fitting
	Spread  int64 // median absolute deviation of the residuals, ms
}

// settle takes over the contender that was named.
func (p *Force) settle(b *bench, cs []*contender) {
	p.Stratum, p.Fitting.Unit, p.Fitting.Bare = b.v.Stratum, b.unit, b.bare
	p.Aligned = b.v.Shape == Aligned
	p.On = p.Aligned || b.v.Named()
	if !p.On {
		return
	}
	if p.Aligned {
		p.Spread = b.v.Spread
		return
	}
	h := find(cs, b.v.Hypothesis)
	p.Fitting = h.Fitting
	var mids []int64
	for i, c := range h.cells {
		if b.under[i] && c.fit != absent {
			mids = append(mids, c.mid)
		}
	}
	slices.Sort(mids)
	p.Spread = deviation(mids, median(mids))
}

// Depart says how far a recording lies from what the verdict in force predicts. False: within the slack, or the verdict
// predicts nothing of it. A recording outside the stratum, and one of an aligned cohort, is predicted to be aligned.
func (m *Model) Depart(p *Force, r *Recording) (Outlier, bool) {
	if !p.On || !m.knows(&p.Fitting) {
		return Outlier{}, false
	}
	var w row
	m.bind(&w, r, &p.Basis)
	return m.depart(p, &w)
}

// knows says whether a stored fitting is one of this model: a table may have lost a zone since.
func (m *Model) knows(p *Fitting) bool {
	switch p.Hypothesis {
	case ZoneShift, DSTSplit:
		return p.Zone >= 0 && p.Zone < len(m.table.Zones) && p.Unit < unitNone
	case FinalisationDelayed:
		return p.Base < HypothesisCount && m.variant(p.Base) != nil && p.Unit < unitNone
	}
	return p.Hypothesis < HypothesisCount && p.Unit < unitNone
}

func (m *Model) depart(p *Force, w *row) (Outlier, bool) {
	var c cell
	if p.Aligned {
		for f := range fieldCount {
			if o := &w.offsets[f]; o.seen {
				c.take(o.d.Dist(), o.tau, o.d.Mid())
			}
		}
	} else if p.Stratum == StratumTwo && w.rec.Agents < 2 {
		for _, f := range p.Fitting.Unit.fields() {
			if o := &w.offsets[f]; o.in(p.Fitting.Bare) {
				c.take(o.d.Dist(), o.tau, o.d.Mid())
			}
		}
	} else {
		c = m.cell(w, &p.Fitting)
	}
	if c.fit <= fits {
		return Outlier{}, false
	}
	return Outlier{w.rec.ID, c.dist, c.fit == clear && c.dist > times(6, p.Spread)}, true
}

// outliers lists those of the sample.
func (b *bench) outliers() {
	if !b.v.Force.On {
		return
	}
	for _, w := range b.all {
		if o, departs := b.m.depart(&b.v.Force, w); departs {
			b.v.Outliers = append(b.v.Outliers, o)
		}
	}
}

// latest counts how the latest recordings of the stratum stand, and of the two-agent ones: they resolve the cohort's
// finding.
func (b *bench) latest(c *Cohort) {
	b.v.LatestTwo = b.standing(c.LatestTwo)
	b.v.Latest = b.v.LatestTwo
	if b.v.Stratum != StratumTwo {
		b.v.Latest = b.standing(c.Latest)
	}
}

// standing counts. Up to a tenth of the recordings may show nothing, as of what a hypothesis is tested on: they are among
// the 59 and say nothing against them.
func (b *bench) standing(latest []*Recording) (l Latest) {
	for _, w := range b.m.lay(latest, &b.basis) {
		if in, off := b.stands(w); in {
			l.N++
			if off {
				l.Departing++
			}
		}
	}
	if 10*l.N >= 9*len(latest) {
		l.N = len(latest)
	}
	return l
}

// measure fills offset, spread, span, locus and jitter.
func (b *bench) measure() {
	f := b.primary()
	switch {
	case b.v.Shape == Aligned || b.v.Shape == NotComparable:
		f = b.field
	case b.unit == unitSession && b.v.Shape == EndOnly:
		f = fieldEnd
	case b.unit == unitSession && b.v.Shape != Mixture:
		f = fieldStart
	}
	b.v.Field = fieldFacts[f]
	whole := b.v.Shape == Aligned || b.v.Hypothesis == ConstantOffset
	var xs []int64
	var departing []*row
	for i, w := range b.all {
		if !b.under[i] || !w.offsets[f].in(b.bare) {
			continue
		}
		if whole || b.off[i] {
			xs = append(xs, w.offsets[f].d.Mid())
		}
		if b.off[i] {
			departing = append(departing, w)
			b.span(w.rec.At)
		}
	}
	slices.Sort(xs)
	b.v.Offset = median(xs)
	b.v.Spread = deviation(xs, b.v.Offset)
	if b.v.Shape == Aligned {
		if b.tau == Slack+2 { // both sides in ms: the spread is the platform's jitter; σ is 1.4826 times the MAD
			b.v.Jitter = ceilDiv(b.v.Spread, 14826, 10000)
		}
		return
	}
	b.v.Locus = b.m.locusOf(departing, f)
	if b.bare {
		b.v.Locus = LocusUnknown
	}
}

func (b *bench) span(at int64) {
	if b.v.From > b.v.To {
		b.v.From, b.v.To = at, at
		return
	}
	b.v.From, b.v.To = min(b.v.From, at), max(b.v.To, at)
}

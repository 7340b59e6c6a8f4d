package attribute

import (
	"slices"
)

// Fitting is a hypothesis with the values that were fitted to a cohort; one without free parameters has none.
type Fitting struct {
	Hypothesis Hypothesis
	Unit       Unit
	Bare       bool              // readings without a zone are in use: zone hypotheses only
	Base       Hypothesis        // of finalisation and a constant: which of the four
	Constant   [fieldCount]int64 // by field, ms
	Line       Line
	Zone       int // in the table
	Sign       int64
}

// cell is a row's word on a fitted hypothesis.
func (m *Model) cell(w *row, p *Fitting) cell {
	if v := m.variant(p.Hypothesis); v != nil {
		return m.weigh(w, v, false)
	}
	if p.Hypothesis == FinalisationDelayed {
		return m.delayed(w, p)
	}
	var c cell
	for _, f := range p.Unit.fields() {
		o := &w.offsets[f]
		if !o.in(p.Bare) {
			continue
		}
		var dist, mid int64
		switch p.Hypothesis {
		case ConstantOffset:
			dist, mid = fitted(o.d, p.Constant[f]), sub(o.d.Mid(), p.Constant[f])
		case ZoneShift:
			d := shift(o.d, -p.Sign*m.zoneAt(p.Zone, m.instantOf(w, f)))
			dist, mid = d.Dist(), d.Mid()
		case DSTSplit:
			d := shift(o.d, -p.Sign*m.zoneAt(p.Zone, m.instantOf(w, f)))
			dist, mid = fitted(d, p.Constant[f]), sub(d.Mid(), p.Constant[f])
		case RateSkew:
			y := p.Line.at(m.instantOf(w, f))
			dist, mid = fitted(o.d, y), sub(o.d.Mid(), y)
		}
		c.take(dist, o.tau, mid)
	}
	return c
}

// in says whether the comparison is in use.
func (o *offset) in(bare bool) bool { return o.seen || bare && o.bare }

// instantOf is when, by the reference, the field's instant was.
func (m *Model) instantOf(w *row, f field) int64 { return w.iv[m.refs[f].terms[0].fact].Mid() }

// delayed tests finalisation + δ: the base's residuals, less δ, are within J + widths.
func (m *Model) delayed(w *row, p *Fitting) cell {
	var c cell
	base := m.variant(p.Base)
	if base.offset.mask&^w.have != 0 {
		return c
	}
	var named [fieldCount]bool
	for i := range base.claims {
		x := &base.claims[i]
		d, tau, ok := w.sum(&x.residual, w.have)
		if !ok {
			continue
		}
		named[x.field] = true
		c.take(fitted(d, p.Constant[base.primary]), tau, sub(d.Mid(), p.Constant[base.primary]))
	}
	if !named[base.primary] {
		return cell{}
	}
	if p.Unit == unitSession {
		for _, f := range unitSession.fields() {
			if o := &w.offsets[f]; !named[f] && o.seen {
				c.take(o.d.Dist(), o.tau, o.d.Mid())
			}
		}
	}
	return c
}

// centre is the lower median of the rows' values, those that have one.
func centre(rows []*row, value func(*row) (int64, bool)) (int64, bool) {
	var xs []int64
	for _, w := range rows {
		if x, ok := value(w); ok {
			xs = append(xs, x)
		}
	}
	slices.Sort(xs)
	return median(xs), len(xs) > 0
}

// fitDelay chooses the finalisation that, with its median residual taken off, misses least, and the slope of D on its
// delay. False where no row has a finalise time, or the slope has too few pairs.
func (m *Model) fitDelay(rows []*row, u Unit) (*Fitting, bool) {
	var best *Fitting
	least := 0
	for i := range m.variants {
		v := &m.variants[i]
		if v.unit != u || v.h.Cause() != CauseFinalisation {
			continue
		}
		p := &Fitting{Hypothesis: FinalisationDelayed, Unit: u, Base: v.h}
		var any bool
		p.Constant[v.primary], any = centre(rows, func(w *row) (int64, bool) {
			d, _, ok := w.sum(v.residual(), w.have)
			return d.Mid(), ok
		})
		if !any {
			continue
		}
		misses := 0
		for _, w := range rows {
			if c := m.delayed(w, p); c.fit > fits {
				misses++
			}
		}
		if best == nil || misses < least {
			best, least = p, misses
		}
	}
	if best == nil {
		return nil, false
	}
	base := m.variant(best.Base)
	var ps []point
	for _, w := range rows {
		x, _, ok := w.sum(&base.offset, w.have)
		if o := &w.offsets[base.primary]; ok && o.seen {
			ps = append(ps, point{x.Mid(), o.d.Mid(), &w.rec.ID})
		}
	}
	l, ok := theilSen(ps)
	best.Line = l
	return best, ok
}

// fitRate fits the offset to the reference's time.
func (m *Model) fitRate(rows []*row, u Unit) (*Fitting, bool) {
	f := u.fields()[0]
	if u == unitSession && !slices.ContainsFunc(rows, func(w *row) bool { return w.offsets[f].seen }) {
		f = fieldEnd
	}
	var ps []point
	for _, w := range rows {
		if o := &w.offsets[f]; o.seen {
			ps = append(ps, point{m.instantOf(w, f), o.d.Mid(), &w.rec.ID})
		}
	}
	l, ok := theilSen(ps)
	return &Fitting{Hypothesis: RateSkew, Unit: u, Line: l}, ok
}

// fitJobSize fits the offset to the size of the recording's job: a window that grows with the job.
func fitJobSize(rows []*row, f field) (Line, bool) {
	var ps []point
	for _, w := range rows {
		if o := &w.offsets[f]; o.seen && w.rec.JobSize > 0 {
			ps = append(ps, point{w.rec.JobSize, o.d.Mid(), &w.rec.ID})
		}
	}
	return theilSen(ps)
}

package attribute

import (
	"slices"
)

// Cohort judges a cohort by its sample (section 4). The order of its steps never decides a name: every hypothesis is
// tested and stands in the table, whatever the verdict.
func (m *Model) Cohort(c *Cohort) CohortVerdict {
	v := CohortVerdict{N: c.N, Sampled: len(c.Sample), Hypothesis: HypothesisCount, Jitter: -1, From: 1}
	b := m.bench(c, &v)
	v.Force = Force{Basis: b.basis}
	if !b.pick() {
		v.Decider = Decider{Need: NeedReading}
		b.declared()
		b.table(nil)
		return v
	}
	b.test(StratumAll)
	one := b.count(b.one)
	v.Controls, v.ControlsOf = one.n, one.departing
	aligned, bunched, short := b.quiet()
	switch {
	case aligned || bunched:
	case short:
		b.test(StratumTwo)
	default:
		b.test(b.stratum())
	}
	cs := b.contenders()
	v.Field = fieldFacts[b.field]
	v.Shape = b.shape()
	switch {
	case aligned && !b.bare:
		b.align()
	case aligned:
		v.Shape, v.Decider = NotComparable, Decider{Need: NeedReading}
	case bunched:
		b.mix()
	case len(b.rows) < minCohort:
		v.Grade, v.Decider = Insufficient, Decider{Need: NeedRecordings, Count: int64(minCohort - len(b.rows))}
	default:
		b.name(cs)
	}
	b.measure()
	b.table(cs)
	b.v.Force.settle(b, cs)
	b.outliers()
	b.latest(c)
	return v
}

// declared is step 2 of section 3 for a cohort: a declared instant that nobody observed leaves `definition`.
func (b *bench) declared() {
	for _, f := range [...]Fact{Start, End, Created, Header} {
		if b.m.table.Declared[f] == NoFact {
			continue
		}
		for _, w := range b.all {
			if w.have>>f&1 == 1 && w.have>>b.m.table.Declared[f]&1 == 0 {
				b.v.Candidates = b.v.Candidates.with(CauseDefinitionDeclared)
				b.v.Decider = Decider{Need: NeedFact, Fact: b.m.table.Declared[f]}
				return
			}
		}
	}
}

// contenders are the hypotheses on the unit, in the order of the table.
func (b *bench) contenders() []*contender {
	cs := []*contender{b.constant()}
	if b.unit != unitDuration {
		cs = append(cs, b.zone(), b.split(cs[0]))
	}
	for i := range b.m.variants {
		if v := &b.m.variants[i]; v.unit == b.unit {
			cs = append(cs, b.hear(Fitting{Hypothesis: v.h, Unit: b.unit}))
		}
	}
	if b.unit == unitSession || b.unit == unitCreated {
		cs = append(cs, b.delay())
	}
	if b.unit != unitDuration {
		cs = append(cs, b.rate())
	}
	slices.SortFunc(cs, func(x, y *contender) int { return int(x.Hypothesis) - int(y.Hypothesis) })
	return cs
}

// untestable is a contender that could not be heard.
func (b *bench) untestable(h Hypothesis, why Decider) *contender {
	return &contender{Fitting: Fitting{Hypothesis: h, Unit: b.unit}, cells: make([]cell, len(b.all)), missing: why}
}

// delay hears finalisation + δ: D follows the delay with slope one. Where the delay does not vary by 20τ no slope speaks
// for it or against it: it may not be named then, and is a rival of the constant that it looks like.
func (b *bench) delay() *contender {
	p, sloped := b.m.fitDelay(b.rows, b.unit)
	if p == nil {
		return b.untestable(FinalisationDelayed, Decider{Need: NeedFact, Fact: Finalise})
	}
	c := b.hear(*p)
	base := b.m.variant(p.Base)
	delays := b.delays(base)
	c.half = half(delays)
	c.varied = sloped && c.half >= times(farDelay, c.tau(b))
	c.gone = c.varied && (p.Line.Slope < slopeLow || p.Line.Slope > slopeHigh)
	if !c.tested {
		c.missing = Decider{Need: NeedFact, Fact: Finalise}
	}
	c.numbers = append(c.numbers, Number{"delta_ms", p.Constant[base.primary]}, Number{"slope_ppm", p.Line.Slope / 1000}, Number{"pairs_n", int64(p.Line.Pairs)})
	return c
}

// delays are finalise − reference, ascending.
func (b *bench) delays(base *variant) []int64 {
	var xs []int64
	for _, w := range b.rows {
		if d, _, ok := w.sum(&base.offset, w.have); ok {
			xs = append(xs, d.Mid())
		}
	}
	slices.Sort(xs)
	return xs
}

// rate hears a clock that runs faster or slower; a line that hardly rises is a constant.
func (b *bench) rate() *contender {
	p, sloped := b.m.fitRate(b.rows, b.unit)
	if !sloped {
		return b.untestable(RateSkew, Decider{Need: NeedVariance})
	}
	c := b.hear(*p)
	c.gone = !p.Line.rises(farDelay, b.tau)
	c.numbers = append(c.numbers, Number{"slope_ppm", p.Line.Slope / 1000}, Number{"slope_ppb", p.Line.Slope}, Number{"span_ms", p.Line.Span})
	return c
}

// primary is the unit's field that tells the offset: the end where the start does not depart.
func (b *bench) primary() field {
	if b.unit != unitSession {
		return b.field
	}
	var n [fieldCount]int
	for _, w := range b.rows {
		for _, f := range b.unit.fields() {
			if o := &w.offsets[f]; o.in(b.bare) && o.departs() {
				n[f]++
			}
		}
	}
	if 2*n[fieldStart] < n[fieldEnd] {
		return fieldEnd
	}
	return fieldStart
}

// shape is that of four fifths of the departing recordings of the stratum; a hypothesis that is named says it itself.
func (b *bench) shape() Shape {
	var n [shapeCount]int
	departing := 0
	for i, w := range b.all {
		if b.under[i] && b.off[i] {
			departing++
			s, _ := w.shapeOf(b.unit)
			n[s]++
		}
	}
	for s := Translation; s < shapeCount; s++ {
		if departing > 0 && 5*n[s] >= 4*departing {
			return s
		}
	}
	return Mixture
}

// align is the verdict of a cohort that departs in nothing but single recordings.
func (b *bench) align() {
	b.v.Shape, b.v.Grade, b.v.Locus = Aligned, Established, LocusNone
}

// mix is the verdict of more than one cause.
func (b *bench) mix() {
	b.v.Shape, b.v.Grade, b.v.Decider = Mixture, Unexplained, Decider{Need: NeedVariance}
	b.v.Splits = b.splits()
	if b.v.Splits == StratumNone {
		b.v.Decider = Decider{Need: NeedSmallJob}
	}
}

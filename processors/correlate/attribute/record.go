package attribute

// Record judges one recording (section 3). s is the spread of its cohort; nil where none is known, and then nothing is
// more than consistent-with.
func (m *Model) Record(r *Recording, s *Spread) Verdict {
	v := Verdict{Field: NoFact, EPPB: -1}
	for h := range v.Trials {
		v.Trials[h].PPB = -1
	}
	if stop := paired(r, &v); stop {
		return v
	}
	basis := basisOf(r)
	if s != nil && s.N > 0 {
		basis = s.Basis
	}
	var w row
	m.bind(&w, r, &basis)
	m.compare(&w, &v)
	var zone cell
	if !w.comparable(unitNone) {
		zone = m.lattice(&w, fieldStart, w.have|w.bare)
		m.incomparable(&w, &v, zone)
		return v
	}
	shape, f := w.shapeOf(unitNone)
	o := &w.offsets[f]
	v.Shape, v.Field, v.Offset, v.Tau = shape, fieldFacts[f], o.d, o.tau
	if shape == Aligned {
		v.Grade, v.Locus = Established, LocusNone
		v.Trials[Rounding] = Trial{State: WasTested, Dist: o.d.Dist(), Tau: o.tau, PPB: -1}
		return v
	}
	v.Locus = m.locusOf([]*row{&w}, f)
	v.Trials[Rounding] = Trial{State: Excluded, Dist: o.d.Dist(), Tau: o.tau, PPB: -1}
	zone = m.lattice(&w, f, w.have)
	c := court{unit: fieldUnits[f]}
	for i := range m.variants {
		c.hear(&v, &m.variants[i], m.weigh(&w, &m.variants[i], true), s)
	}
	c.hearZone(&v, zone)
	c.decide(m, &v, &w, s)
	return v
}

// paired is step 1: what is not known to be one recording is not compared.
func paired(r *Recording, v *Verdict) bool {
	switch r.Pairing {
	case PairingAgrees:
		return false
	case PairingDiffers:
		v.Grade, v.Cause = Established, CauseMispaired
		v.Candidates = v.Candidates.with(CauseMispaired)
		v.Trials[OtherRecording].State = WasTested
	default:
		v.Decider = Decider{Need: NeedPairing}
	}
	return true
}

// compare fills the offsets: like with like.
func (m *Model) compare(w *row, v *Verdict) {
	for f := range fieldCount {
		o := &w.offsets[f]
		if !o.seen {
			continue
		}
		fact := fieldFacts[f]
		v.Offsets[f] = Offset{Field: fact, A: w.rec.Readings[fact].Family, B: w.refFamily(m, f), D: o.d, Tau: o.tau}
	}
}

// refFamily is the family of what the field is compared with.
func (w *row) refFamily(m *Model, f field) Family {
	ref := m.refs[f].terms[0].fact
	if ref == SessionStart || ref == SessionEnd {
		return w.refs[ref-SessionStart]
	}
	return w.rec.Readings[ref].Family
}

// incomparable is the verdict where no like can be compared with like: zone unknown leaves zone hypotheses, a declared
// instant that is not observed leaves definition (section 3, step 2).
func (m *Model) incomparable(w *row, v *Verdict, zone cell) {
	v.Decider = Decider{Need: NeedReading}
	if zone.fit != absent {
		v.Trials[StrippedZone] = Trial{State: WasTested, Dist: zone.dist, Tau: zone.tau, PPB: chance(zone.tau, latticeStep)}
		v.Trials[ZoneShift] = v.Trials[StrippedZone]
	}
	if zone.fit == fits {
		v.Candidates = v.Candidates.with(CauseZone)
	}
	for _, f := range [...]field{fieldStart, fieldEnd, fieldCreated, fieldHeader} {
		declared := m.table.Declared[fieldFacts[f]]
		if declared != NoFact && w.have>>fieldFacts[f]&1 == 1 && w.have>>declared&1 == 0 {
			v.Candidates = v.Candidates.with(CauseDefinitionDeclared)
			v.Decider = Decider{Need: NeedFact, Fact: declared}
			return
		}
	}
}

// court gathers what the hypotheses say of one record.
type court struct {
	unit      Unit   // the field that departs: who says nothing of it neither explains it nor is a rival
	fit, open Causes // fit; miss, but by no more than 5τ
	which     Hypothesis
	lone      bool
}

// hear enters one variant's word. One that speaks of another field, or predicts no departure, explains none and rivals none.
func (c *court) hear(v *Verdict, x *variant, got cell, s *Spread) {
	if got.fit == absent {
		return
	}
	t := Trial{State: WasTested, Dist: got.dist, Tau: got.tau, PPB: -1}
	if s != nil && s.Reach[x.h] >= 0 {
		t.PPB = chance(got.own, s.Reach[x.h])
	}
	if x.unit != c.unit || got.idle {
		if v.Trials[x.h] = t; got.fit == clear {
			v.Trials[x.h].State = Excluded
		}
		return
	}
	c.enter(v, x.h, t, got.fit, x.lone)
}

// hearZone enters the lattice's word; its R is known without a cohort.
func (c *court) hearZone(v *Verdict, got cell) {
	if got.fit == absent {
		return
	}
	c.enter(v, ZoneShift, Trial{State: WasTested, Dist: got.dist, Tau: got.tau, PPB: chance(got.tau, latticeStep)}, got.fit, false)
}

// enter notes a word on the departing field.
func (c *court) enter(v *Verdict, h Hypothesis, t Trial, got fit, lone bool) {
	cause := h.Cause()
	switch got {
	case fits:
		if !c.fit.Has(cause) || lone && !c.lone {
			c.which, c.lone = h, lone
		}
		c.fit = c.fit.with(cause)
	case near:
		c.open = c.open.with(cause)
	default:
		t.State = Excluded
	}
	v.Trials[h] = t
}

// decide is steps 5 and 6.
func (c *court) decide(m *Model, v *Verdict, w *row, s *Spread) {
	v.Grade, v.Candidates = Unexplained, c.fit|c.open
	rivals := c.open &^ c.fit
	switch c.fit.Len() {
	case 0:
		v.Decider = m.missing(w, v)
		return
	case 1:
	default:
		v.Grade, v.Candidates, v.Decider = Ambiguous, c.fit, Decider{Need: NeedCohort}
		return
	}
	cause := c.which.Cause()
	v.EPPB = m.surprise(v, c.which)
	known := v.EPPB >= 0
	switch both := v.Offsets[fieldStart].Field != NoFact && v.Offsets[fieldEnd].Field != NoFact; {
	case known && v.EPPB <= ppbNamed && rivals == 0 && c.lone && both:
		v.Grade, v.Cause, v.Candidates = Established, cause, c.fit
	case !known || v.EPPB <= ppbConsistent:
		v.Grade, v.Cause, v.Decider = ConsistentWith, cause, Decider{Need: NeedCohort}
	default:
		v.Decider = Decider{Need: NeedCohort}
	}
}

// surprise is E: the chances of the cause's variants that have the observed shape, those above 10⁶ ppb left out because
// they could not have named it; that of the variant which fits always counts. -1: it has no spread.
func (m *Model) surprise(v *Verdict, which Hypothesis) int64 {
	e := v.Trials[which].PPB
	if e < 0 || m.variant(which) == nil {
		return e
	}
	is := m.variant(which)
	for i := range m.variants {
		x := &m.variants[i]
		p := v.Trials[x.h].PPB
		if x.h != which && x.h.Cause() == which.Cause() && x.shape == is.shape && x.unit == is.unit && p >= 0 && p <= ppbNamed {
			e = add(e, p)
		}
	}
	return e
}

// missing is the first fact whose absence kept a hypothesis of the observed shape from being tested.
func (m *Model) missing(w *row, v *Verdict) Decider {
	for i := range m.variants {
		x := &m.variants[i]
		if v.Trials[x.h].State != NotTestable || x.shape != v.Shape || x.pair && w.rec.Agents < 2 {
			continue
		}
		for _, f := range x.needs {
			if w.have>>f&1 == 0 {
				return Decider{Need: NeedFact, Fact: f}
			}
		}
	}
	return Decider{Need: NeedCohort}
}

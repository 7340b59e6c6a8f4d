package attribute

// table fills the whole fixed table: every hypothesis, with its numbers or what is missing. cs are the contenders on the
// unit; the others are tested on their own fields and cannot be named here.
func (b *bench) table(cs []*contender) {
	var stands *contender
	if b.v.Cause != NoCause {
		stands = find(cs, b.v.Hypothesis)
	}
	for h := range HypothesisCount {
		t := &b.v.Hypotheses[h]
		t.Hypothesis = h
		switch c := find(cs, h); {
		case c != nil:
			b.fill(t, c, stands)
		case b.m.variant(h) != nil:
			b.elsewhere(t, b.m.variant(h))
		default:
			t.Missing = Decider{Need: NeedReading}
		}
	}
	b.rounding(&b.v.Hypotheses[Rounding])
	b.stripped(&b.v.Hypotheses[StrippedZone])
	b.lattices(&b.v.Hypotheses[ZoneShift], cs)
	b.jobSize(&b.v.Hypotheses[JobSizeEffect])
	b.encryption(&b.v.Hypotheses[EncryptionLatency])
	b.v.Hypotheses[OtherRecording].Missing = Decider{Need: NeedPairing} // Swaps looks for these, in all recordings
}

// fill writes a contender's row. Excluded: its fitted value speaks against it, it neither holds nor comes near on half of
// the stratum, or the cause that stands excludes it.
func (b *bench) fill(t *Tested, c, stands *contender) {
	t.Missing = c.missing
	if !c.tested {
		return
	}
	t.State, t.Holds, t.Missing = WasTested, c.holds && !c.gone, Decider{}
	switch {
	case c.gone, !c.holds && 2*c.within < c.n:
		t.State = Excluded
	case stands != nil && stands.cause() != c.cause() && b.excludes(stands, c):
		t.State = Excluded
	}
	t.Numbers = append(t.Numbers, Number{"tested_n", int64(c.n)}, Number{"misses_n", int64(c.misses)}, Number{"tolerance_n", int64(Tolerance(c.n))},
		Number{"within_n", int64(c.within)}, Number{"half_ms", c.half})
	t.Numbers = append(t.Numbers, c.numbers...)
}

// elsewhere tests a hypothesis on another field than the one under judgement.
func (b *bench) elsewhere(t *Tested, v *variant) {
	n, misses := 0, 0
	for _, w := range b.rows {
		switch c := b.m.weigh(w, v, false); c.fit {
		case absent:
		case fits:
			n++
		default:
			n++
			misses++
		}
	}
	if n == 0 || 10*n < 9*len(b.rows) {
		t.Missing = b.absent(v)
		return
	}
	tolerated := misses <= max(0, Tolerance(n))
	t.State, t.Holds = Excluded, n >= minCohort && tolerated
	if tolerated { // on fewer than thirty it holds for nobody, and what misses none is not excluded
		t.State = WasTested
	}
	t.Numbers = []Number{{"tested_n", int64(n)}, {"misses_n", int64(misses)}, {"tolerance_n", int64(Tolerance(n))}}
}

// rounding: what is beyond the widths is no rounding.
func (b *bench) rounding(t *Tested) {
	if len(b.rows) == 0 {
		return
	}
	t.State, t.Missing = WasTested, Decider{}
	if 2*b.v.Departing >= b.v.StratumN {
		t.State = Excluded
	}
	t.Holds = b.v.Shape == Aligned
	t.Numbers = []Number{{"tested_n", int64(b.v.StratumN)}, {"misses_n", int64(b.v.Departing)}, {"tau_ms", b.tau}}
}

// stripped: where every writing names its zone, none was stripped.
func (b *bench) stripped(t *Tested) {
	f := fieldFacts[b.field]
	n, bare := 0, 0
	for _, w := range b.rows {
		n += int((w.have | w.bare) >> f & 1)
		bare += int(w.bare >> f & 1)
	}
	if n == 0 {
		return
	}
	t.Missing = Decider{}
	t.State = Excluded
	if bare > 0 {
		t.State = WasTested
	}
	t.Numbers = []Number{{"tested_n", int64(n)}, {"zoneless_n", int64(bare)}, {"lattice_ms", fromLattice(b.v.Offset)}}
}

// lattices adds to the zone how far the offset lies from the nearest zone offset: beyond 5τ no zone explains it, also where
// none is configured.
func (b *bench) lattices(t *Tested, cs []*contender) {
	if len(b.rows) == 0 || b.unit == unitDuration || b.v.Shape == Aligned {
		return
	}
	away := fromLattice(b.v.Offset)
	t.Numbers = append(t.Numbers, Number{"lattice_ms", away})
	if c := find(cs, ConstantOffset); c != nil && c.holds && away > times(far, b.tau) {
		t.State, t.Missing = Excluded, Decider{}
	}
}

// jobSize: a window that grows with the job shows as an offset that does.
func (b *bench) jobSize(t *Tested) {
	l, ok := fitJobSize(b.rows, b.field)
	if !ok {
		t.Missing = Decider{Need: NeedSmallJob}
		return
	}
	grows := l.rise(l.Span)
	t.State, t.Missing = WasTested, Decider{}
	if !l.rises(1, b.tau) {
		t.State = Excluded
	}
	t.Numbers = []Number{{"growth_ms", grows}, {"span_n", l.Span}, {"pairs_n", int64(l.Pairs)}}
}

// encryption happens between finalise and S3's put: a longer offset is not its work.
func (b *bench) encryption(t *Tested) {
	between := sumOf(to(S3Put), from(Finalise))
	n, longer := 0, 0
	window, _ := centre(b.rows, func(w *row) (int64, bool) {
		d, tau, ok := w.sum(&between, w.have)
		if o := &w.offsets[b.field]; ok && o.seen {
			n++
			if o.d.Dist() > add(max(0, d.Hi), times(far, tau)) {
				longer++
			}
		}
		return d.Mid(), ok
	})
	if n == 0 || 10*n < 9*len(b.rows) {
		t.Missing = Decider{Need: NeedFact, Fact: S3Put}
		return
	}
	t.State, t.Missing = WasTested, Decider{}
	if 2*longer >= n {
		t.State = Excluded
	}
	t.Numbers = []Number{{"tested_n", int64(n)}, {"longer_n", int64(longer)}, {"window_ms", window}}
}

package attribute

import "slices"

// constant hears one amount per field. As a rival it may be another in each; to be named it must be one of start and end.
func (b *bench) constant() *contender {
	p := b.m.fitConstant(b.rows, b.unit, b.bare)
	c := b.hear(*p)
	// Within τ of nothing it is no offset but alignment.
	c.gone = true
	for _, f := range b.unit.fields() {
		if magnitude(p.Constant[f]) > uint64(b.tau) {
			c.gone = false
		}
	}
	if b.bare {
		c.missing = Decider{Need: NeedReading}
	}
	mu := p.Constant[b.primary()]
	c.numbers = append(c.numbers, Number{"offset_ms", mu}, Number{"lattice_ms", fromLattice(mu)})
	return c
}

// nameConstant is the further rule of a constant: what it may say is that all recordings are off by one amount.
func (b *bench) nameConstant(cs []*contender, h *contender) {
	mu := h.Constant[b.primary()]
	b.v.Hypothesis = ConstantOffset
	switch b.v.Grade = Unexplained; {
	case !b.translates(h) || !h.everywhere:
		b.v.Decider = b.unseen(cs, h)
	case fromLattice(mu) <= times(far, b.tau):
		b.v.Grade, b.v.Decider = Ambiguous, Decider{Need: NeedDST}
		b.v.Candidates = b.v.Candidates.with(CauseZone)
	case b.open(cs, h) != 0:
		b.v.Grade, b.v.Cause, b.v.Decider = ConsistentWith, CauseConstant, Decider{Need: NeedVariance}
		b.v.Candidates |= b.open(cs, h)
		if b.v.Candidates.Has(CauseDSTSplit) {
			b.v.Decider = Decider{Need: NeedDST}
		}
	case len(b.rows) < minConstant:
		b.v.Grade, b.v.Decider = Insufficient, Decider{Need: NeedRecordings, Count: int64(minConstant - len(b.rows))}
	default:
		b.v.Shape, b.v.Cause = Translation, CauseConstant
		job, several := b.jobs(h)
		if !several {
			b.v.Grade, b.v.Job, b.v.Decider = ConsistentWith, job, Decider{Need: NeedJob}
			return
		}
		b.v.Decider = b.unseen(cs, h)
	}
}

// translates says whether start and end are off by the same amount, each beyond τ.
func (b *bench) translates(h *contender) bool {
	if b.unit != unitSession {
		return false
	}
	var mus []int64
	for _, f := range b.unit.fields() {
		if slices.ContainsFunc(b.rows, func(w *row) bool { return w.offsets[f].in(b.bare) }) {
			mus = append(mus, h.Constant[f])
		}
	}
	return len(mus) == 2 && apart(mus[0], mus[1]) <= b.tau && magnitude(mus[0]) > uint64(b.tau) && magnitude(mus[1]) > uint64(b.tau)
}

// jobs says whether the recordings that fit come from two jobs or two days at least; if not, which job, where any says.
func (b *bench) jobs(h *contender) (job string, several bool) {
	var first *Recording
	for i, c := range h.cells {
		if !b.under[i] || c.fit != fits {
			continue
		}
		r := b.all[i].rec
		switch {
		case first == nil:
			first = r
		case r.Day != first.Day:
			return "", true
		}
		if job == "" {
			job = r.Job
		} else if r.Job != "" && r.Job != job {
			return "", true
		}
	}
	return job, false
}

// fitConstant takes each field's own median.
func (m *Model) fitConstant(rows []*row, u Unit, bare bool) *Fitting {
	p := &Fitting{Hypothesis: ConstantOffset, Unit: u, Bare: bare}
	for _, f := range u.fields() {
		p.Constant[f], _ = centre(rows, func(w *row) (int64, bool) { return w.offsets[f].d.Mid(), w.offsets[f].in(bare) })
	}
	return p
}

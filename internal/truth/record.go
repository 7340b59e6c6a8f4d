package truth

import "slices"

// Records labels each recording of a cohort by itself: the causes without a free parameter that reproduce it within τ,
// and the one that was at work. Whatever a single recording shows, a lattice offset is a zone that fits it.
//
// A recording is identifiable if the set has one member, its facts are seen, 30 recordings of the cohort have such an
// offset, and these scatter so far that chance does not hit one: §7 takes p and R of a record from the cohort's own
// values, and without that bound a header that is the agent's connect would count as knowable, which §3 denies.
func (c *Cohort) Records() []Label {
	v := newView(&c.Observed)
	tried := make([][]outcome, len(hypotheses))
	for k := range hypotheses {
		tried[k] = make([]outcome, len(c.Recordings))
		for i := range c.Recordings {
			tried[k][i] = v.try(&c.Recordings[i], &hypotheses[k])
		}
	}
	chances := v.chances(tried)
	labels := make([]Label, len(c.Recordings))
	for i := range labels {
		labels[i] = c.record(v, i, tried, chances)
	}
	return labels
}

// unbounded is the chance of a hypothesis of which fewer than 30 offsets are seen.
const unbounded = billion + 1

// chances are E of each hypothesis in ppb: its own p and that of the other forms of its cause with the same fields, of
// which only those below the bound count.
func (v *view) chances(tried [][]outcome) []int64 {
	p, e := make([]int64, len(hypotheses)), make([]int64, len(hypotheses))
	for k := range hypotheses {
		offsets := moved(tried[k])
		if p[k] = unbounded; len(offsets) < leastN {
			continue
		}
		n := len(offsets)
		reach := min(shortest(offsets, n/2), 2*shortest(offsets, n/4), 4*shortest(offsets, n/8))
		if p[k] = billion; reach > 0 {
			p[k] = min(billion, (2*v.tauOf(&hypotheses[k])*billion+reach-1)/reach)
		}
	}
	for k := range hypotheses {
		e[k] = p[k]
		for j := range hypotheses {
			if j != k && p[j] <= surprise && alike(&hypotheses[j], &hypotheses[k]) {
				e[k] += p[j]
			}
		}
	}
	return e
}

// alike says whether two hypotheses are forms of one cause that name the same fields.
func alike(a, b *hypothesis) bool {
	return a.cause == b.cause && slices.EqualFunc(a.claims, b.claims, func(x, y claim) bool { return x.field == y.field })
}

func (c *Cohort) record(v *view, i int, tried [][]outcome, chances []int64) Label {
	r, truth := &c.Recordings[i], c.Causes[i]
	var fit Set
	chance := int64(0)
	if v.nothing(r) {
		fit |= Of(None)
	}
	for k := range hypotheses {
		h := &hypotheses[k]
		if out := tried[k][i]; !out.seen || !out.zero || !out.moves || !out.bears {
			continue
		}
		fit |= Of(h.cause)
		if h.cause == truth {
			chance = max(chance, chances[k])
		}
	}
	if v.latticed(r) {
		fit |= Of(Zone)
	}
	l := Label{Set: fit | Of(truth)}
	switch {
	case truth == None, truth == Unmodelled, truth == Zone:
		l.Why = NoClaim // zone: never on one recording
	case l.Set.Len() > 1:
		l.Why = Several
	case truth == Mispaired: // its own facts predict nothing: the other's do
	case !fit.Has(truth):
		l.Why = Unshown
	case chance >= unbounded:
		l.Why = TooFew
	case chance > surprise:
		l.Why = TooFlat
	}
	l.Identifiable = l.Why == Known
	return l
}

// latticed says whether start and end are off by one multiple of 15 minutes, each within τ.
func (v *view) latticed(r *Recording) bool {
	start, end := v.aligned(r, Start), v.aligned(r, End)
	if !start.seen || !end.seen {
		return false
	}
	k := floor(start.x+lattice/2, lattice)
	return k != 0 && abs(k) <= latticeEnd && abs(start.x-k*lattice) <= start.tau && abs(end.x-k*lattice) <= end.tau
}

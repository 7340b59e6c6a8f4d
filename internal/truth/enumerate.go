package truth

// Found is what an enumeration lists.
type Found struct {
	Set Set

	// Whole says that a constant in the set is of all recordings and of fields of which a constant is claimed: start and
	// end together, or one that stands for itself. A constant in start alone, or of two-agent recordings alone, is a
	// rival to the cause that made it and no claim.
	Whole bool

	// Under are the recordings that were put to the test.
	Under []*Recording

	Two bool // they are those with two agents or more
}

// Enumerate lists every cause that reproduces what is seen of a cohort: one without a free parameter if it does on 90 %
// of the recordings, a fitted one on 80 %, each within τ. A cause whose facts are not seen is not in it, nor one that
// predicts no departure here.
func Enumerate(o *Observed) Found {
	v := newView(o)
	found := v.underTest()
	if v.share(found.Under, v.nothing) >= rivalShare {
		found.Set |= Of(None)
	}
	for i := range hypotheses {
		h := &hypotheses[i]
		outcomes := v.tryAll(found.Under, h)
		switch {
		case outcomes == nil:
		case holds(outcomes), h.delta && fits(outcomes):
			found.Set |= Of(h.cause)
		}
	}
	return v.fitted(found)
}

// underTest are the recordings with two agents or more, where those with one are aligned and at least half of the others
// depart; else all.
func (v *view) underTest() Found {
	var all, one, two []*Recording
	for i := range v.o.Recordings {
		r := &v.o.Recordings[i]
		all = append(all, r)
		if r.Agents < 2 {
			one = append(one, r)
		} else {
			two = append(two, r)
		}
	}
	if len(one) > 0 && len(two) > 0 && v.share(one, v.nothing) >= fittedShare && v.share(two, v.nothing) <= 50 {
		return Found{Under: two, Two: true}
	}
	return Found{Under: all}
}

// nothing says whether no field of a recording departs, of those that are seen.
func (v *view) nothing(r *Recording) bool {
	for _, f := range fields {
		if w := v.aligned(r, f); w.seen && !w.within() {
			return false
		}
	}
	return true
}

// share is the percentage of the recordings that pass, rounded down.
func (v *view) share(of []*Recording, pass func(*Recording) bool) int {
	n := 0
	for _, r := range of {
		if pass(r) {
			n++
		}
	}
	return percent(n, len(of))
}

func percent(n, of int) int {
	if of == 0 {
		return 0
	}
	return 100 * n / of
}

// tryAll asks every recording; nil where the facts are seen on fewer than 90 %, or where the hypothesis predicts a
// departure on fewer than a tenth, or none where one is, so that to list it would say nothing.
func (v *view) tryAll(of []*Recording, h *hypothesis) []outcome {
	all := make([]outcome, 0, len(of))
	moves := 0
	for _, r := range of {
		out := v.try(r, h)
		if !out.seen {
			continue
		}
		if out.moves && out.bears {
			moves++
		}
		all = append(all, out)
	}
	if percent(len(all), len(of)) < factShare || 10*moves < len(of) || moves == 0 {
		return nil
	}
	return all
}

// holds says whether a hypothesis is right on 90 % as it stands.
func holds(all []outcome) bool {
	n := 0
	for _, out := range all {
		if out.zero {
			n++
		}
	}
	return percent(n, len(all)) >= rivalShare
}

// fits says whether one constant beside its prediction makes a hypothesis right on 80 %.
func fits(all []outcome) bool {
	spans := make([]span, len(all))
	for i, out := range all {
		spans[i] = span{out.lo, out.hi}
	}
	_, n := deepest(spans)
	return percent(n, len(all)) >= fittedShare
}

package truth

import "slices"

// Label is what may be said of a case: the set of causes between which nobody can tell, and whether a judge should be
// able to name its one member.
type Label struct {
	Set          Set
	Identifiable bool
	Why          Reason // why not
}

// Reason is why a case is not identifiable. The list is closed; the first that applies is given.
type Reason uint8

const (
	Known       Reason = iota // it is
	NoClaim                   // nothing departs, or what does follows nothing, or is a constant only by its shape: no name is owed
	Several                   // the set has more than one member
	Unshown                   // a fact that predicts the cause is not seen, or its effect is below the precision
	TooFew                    // fewer recordings, controls, jobs or sides than §4 wants
	TooFlat                   // the predicted offset varies too little
	ReasonCount               // how many
)

var reasons = [ReasonCount]string{"identifiable", "no-claim", "ambiguous", "not-shown", "too-few", "too-flat"}

func (r Reason) String() string { return reasons[r] }

// Label says what can be known of the cohort.
//
// The set is the enumeration and the cause that was at work, with one exception: where the enumeration is {constant} and
// the constant is of the whole cohort, so is the label, whatever made it. A constant is a claim about shape and leaves
// the mechanism open, so it is true even if an unseen wait, a lag that hardly varies or an unmodelled thing made it.
func (c *Cohort) Label() Label {
	found := Enumerate(&c.Observed)
	truth := c.Plan.Class
	if truth == Mispaired {
		truth = None // a cohort with a few swapped rows is aligned; the recordings have labels of their own
	}
	l := Label{Set: found.Set | Of(truth)}
	if found.Set == Of(Constant) && found.Whole {
		l.Set, truth = found.Set, Constant
	}
	v := newView(&c.Observed)
	if l.Set.Len() == 1 && v.flat(found, truth) {
		l.Set |= Of(Unmodelled)
		l.Why = TooFlat
		return l
	}
	l.Why = c.why(found, l.Set, truth)
	l.Identifiable = l.Why == Known
	return l
}

func (c *Cohort) why(found Found, set Set, truth Cause) Reason {
	switch {
	case truth == None, truth == Unmodelled, truth == Mixture, truth != c.Plan.Class:
		return NoClaim
	case set.Len() > 1:
		return Several
	case !found.Set.Has(truth) && truth != RateSkew:
		return Unshown
	case !c.enough(found, truth):
		return TooFew
	case truth == RateSkew && !found.Set.Has(truth):
		return TooFlat
	case (truth == Handoff || truth == DefinitionSecond) && c.unseen(Connect):
		return Unshown // the wait is then not excluded, and §4 wants it to be
	}
	return Known
}

// flat says whether a cause without a free parameter predicts offsets, of those beyond τ, whose shortest half is below
// 5τ, in all its forms that hold.
func (v *view) flat(found Found, cause Cause) bool {
	flat := false
	for i := range hypotheses {
		h := &hypotheses[i]
		if h.cause != cause {
			continue
		}
		all := v.tryAll(found.Under, h)
		if all == nil || !holds(all) && !(h.delta && fits(all)) {
			continue
		}
		if shortestHalf(all) >= clearOf*v.tauOf(h) {
			return false
		}
		flat = true
	}
	return flat
}

// tauOf is the τ of a hypothesis's first claim.
func (v *view) tauOf(h *hypothesis) int64 {
	t := int64(slack)
	for _, side := range h.claims[0].sum {
		for _, f := range side {
			t += v.width[f]
		}
	}
	return t
}

// shortestHalf is the length of the shortest stretch that holds half of the predicted offsets beyond τ.
func shortestHalf(all []outcome) int64 {
	offsets := moved(all)
	return shortest(offsets, len(offsets)/2)
}

// moved are the predicted offsets beyond τ, ascending.
func moved(all []outcome) []int64 {
	var offsets []int64
	for _, out := range all {
		if out.moves {
			offsets = append(offsets, out.offset)
		}
	}
	slices.Sort(offsets)
	return offsets
}

// shortest is the length of the shortest stretch from one of ascending values to the one h places on.
func shortest(sorted []int64, h int) int64 {
	if len(sorted) <= h {
		return 0
	}
	length := sorted[h] - sorted[0]
	for i := range len(sorted) - h {
		length = min(length, sorted[i+h]-sorted[i])
	}
	return length
}

// enough says whether the cohort is as large as §4 wants for its cause.
func (c *Cohort) enough(found Found, cause Cause) bool {
	v := newView(&c.Observed)
	one, two := 0, 0
	for i := range c.Recordings {
		if c.Recordings[i].Agents < 2 {
			one++
		} else {
			two++
		}
	}
	switch cause {
	case Constant:
		return len(c.Recordings) >= leastFixed && c.severalJobsOrDays()
	case Handoff, DefinitionSecond:
		return two >= leastN && one >= leastFixed
	case Zone, DSTSplit:
		sides := v.sides(found.Under)
		return len(sides) > 1 && len(sides[0]) >= leastSide
	}
	return len(found.Under) >= leastN
}

// severalJobsOrDays says whether the cohort is of two jobs or of two days of UTC.
func (c *Cohort) severalJobsOrDays() bool {
	a := &c.Recordings[0]
	for i := range c.Recordings {
		b := &c.Recordings[i]
		if b.Job != a.Job || floor(b.Facts[SessionStart].At, day) != floor(a.Facts[SessionStart].At, day) {
			return true
		}
	}
	return false
}

// unseen says whether a fact is seen on fewer than 90 % of the recordings.
func (c *Cohort) unseen(f Fact) bool {
	n := 0
	for i := range c.Recordings {
		if c.Recordings[i].Facts[f].Seen {
			n++
		}
	}
	return percent(n, len(c.Recordings)) < factShare
}

package truth

// Label is what may be said of a cohort, or of a recording, by one who knows the truth.
type Label struct {
	Set          Set // what reproduces it, and what was at work
	Identifiable bool
	Why          Reason
}

// Reason is why a label is identifiable or not.
type Reason uint8

const (
	Known   Reason = iota
	NoClaim        // aligned or unmodelled: no cause is claimed
	Several        // more than one cause reproduces it
	Unshown        // what was at work does not show: a fact that predicts it is missing
	TooFew         // recordings, jobs, days, controls
	TooFlat        // what is predicted varies too little

	ReasonCount // how many
)

var reasonNames = [ReasonCount]string{"identifiable", "no-claim", "ambiguous", "not-shown", "too-few", "too-flat"}

func (r Reason) String() string { return reasonNames[r] }

// Label is the cohort's. Of a history it is that of the recordings on which the cause acted: afterwards the question is
// whether it has ended.
func (c *Cohort) Label() Label {
	found, proofs := newView(c.acted()).enumerate()
	at := c.Plan.Class
	if at == Mispaired {
		at = None
	}
	set := found.Set | Of(at)
	if found.Set == Of(Constant) && found.Whole {
		// A constant is a claim about shape: whatever made it, it is one.
		set, at = Of(Constant), Constant
	}
	for _, p := range proofs {
		// Between tau and 5 tau a multiple of 15 minutes does not reproduce it, but nobody should swear to that.
		if p.cause == Constant && p.grid && found.Whole {
			set |= Of(Zone)
		}
	}
	return judge(set, at, proofs)
}

// judge says whether the one cause of a set is identifiable.
func judge(set Set, at Cause, proofs []proof) Label {
	var few, flat, vain, shown bool
	for _, p := range proofs {
		if p.cause == at {
			shown = shown || !p.gappy
			few, flat, vain = few || p.few, flat || p.flat, vain || p.vain
		}
	}
	switch {
	case set.Len() > 1:
		return Label{set, false, Several}
	case at == None || at == Unmodelled:
		return Label{set, false, NoClaim}
	case !shown:
		return Label{set, false, Unshown}
	case vain:
		return Label{set | Of(Unmodelled), false, TooFlat}
	case few:
		return Label{set, false, TooFew}
	case flat:
		return Label{set, false, TooFlat}
	}
	return Label{set, true, Known}
}

// acted is what is seen of the recordings that begin before the cause ends.
func (c *Cohort) acted() *Observed {
	if c.Plan.Until == 0 {
		return &c.Observed
	}
	o := &Observed{Zone: c.Zone}
	for _, r := range c.Recordings {
		if r.Facts[SessionStart].At < c.Plan.Until {
			o.Recordings = append(o.Recordings, r)
		}
	}
	return o
}

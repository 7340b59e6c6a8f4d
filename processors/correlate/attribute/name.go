package attribute

import "slices"

// name weighs the contenders against each other (section 4, winning).
func (b *bench) name(cs []*contender) {
	left := b.remaining(cs)
	var candidates Causes
	for _, c := range left {
		candidates = candidates.with(c.cause())
	}
	b.v.Candidates = candidates
	switch {
	case len(left) == 0:
		b.nothing(cs)
	case candidates.Len() > 1:
		b.undecided(cs, candidates)
	default:
		b.single(cs, left)
	}
	if b.bare && b.v.Grade != Established {
		b.v.Shape, b.v.Grade, b.v.Cause = NotComparable, GradeNotComparable, NoCause
	}
}

// remaining are the contenders that hold and that no other cause which holds refutes without being refuted.
func (b *bench) remaining(cs []*contender) []*contender {
	var hold, out []*contender
	for _, c := range cs {
		if c.holds && !c.gone && !(b.bare && c.Hypothesis == ConstantOffset) {
			hold = append(hold, c)
		}
	}
	for _, g := range hold {
		if !slices.ContainsFunc(hold, func(h *contender) bool {
			return h.cause() != g.cause() && b.refutes(h, g) && !b.refutes(g, h)
		}) {
			out = append(out, g)
		}
	}
	return out
}

// single is the case of one cause that holds: named by the first of its variants that no rule keeps from it, else what
// keeps the first.
func (b *bench) single(cs, left []*contender) {
	left = slices.DeleteFunc(left, b.bunches) // (e)
	if len(left) == 0 {
		b.mix()
		return
	}
	if left[0].Hypothesis == ConstantOffset {
		b.nameConstant(cs, left[0])
		return
	}
	for _, h := range left {
		if b.fails(cs, h) == (Decider{}) {
			b.stand(h, Established)
			return
		}
	}
	h := left[0]
	why := b.fails(cs, h)
	if h.Hypothesis == ZoneShift && why.Need == NeedDST { // one side of the year cannot tell a zone from a constant
		b.v.Grade, b.v.Candidates, b.v.Decider = Ambiguous, b.v.Candidates.with(CauseConstant), why
		return
	}
	b.stand(h, ConsistentWith)
	b.v.Candidates, b.v.Decider = b.v.Candidates|b.open(cs, h), why
}

// stand makes h the verdict.
func (b *bench) stand(h *contender, g Grade) {
	b.v.Grade, b.v.Cause, b.v.Hypothesis, b.v.Candidates = g, h.cause(), h.Hypothesis, Causes(0).with(h.cause())
	switch v := b.m.variant(h.Hypothesis); {
	case v != nil:
		b.v.Shape, b.v.Field = v.shape, fieldFacts[v.primary]
	case h.Hypothesis == FinalisationDelayed:
		base := b.m.variant(h.Base)
		b.v.Shape, b.v.Field = base.shape, fieldFacts[base.primary]
	case b.bare && b.unit == unitSession:
		b.v.Shape = Translation
	}
	if h.Hypothesis == ZoneShift {
		b.v.Zones = b.sameZones(h)
	}
}

// fails is the first of the rules that keeps a cause from its name, as what would mend it; the zero Decider: none.
func (b *bench) fails(cs []*contender, h *contender) Decider {
	if !h.everywhere { // (b)
		return b.unseen(cs, h)
	}
	if !h.varied { // (c)
		return Decider{Need: NeedVariance}
	}
	if why := b.further(cs, h); why != (Decider{}) { // (f)
		return why
	}
	if b.open(cs, h) != 0 { // (d)
		return Decider{Need: NeedVariance}
	}
	return Decider{}
}

// open are the rivals of another cause that h does not exclude. One whose facts are missing here and there is a rival if
// it holds wherever it can be looked at: fewer facts must not make a name (section 7).
func (b *bench) open(cs []*contender, h *contender) Causes {
	var open Causes
	for _, g := range cs {
		if g.cause() != h.cause() && (g.tested || g.partly) && !g.gone && !(b.bare && g.Hypothesis == ConstantOffset) && !b.excludes(h, g) {
			open = open.with(g.cause())
		}
	}
	return open
}

// further is (f): controls and required rivals of the table "verdict, further rule".
func (b *bench) further(cs []*contender, h *contender) Decider {
	switch h.Hypothesis {
	case HandoffGap, StartSecond, CreatedSecond:
		switch { // thirty with two agents are (a)'s: nobody else has a second session
		case b.v.Controls < minConstant:
			return Decider{Need: NeedControls, Count: int64(minConstant - b.v.Controls)}
		case b.v.ControlsOf > Tolerance(b.v.Controls):
			return Decider{Need: NeedControls}
		}
		wait := StartConnect
		if b.unit == unitCreated {
			wait = CreatedConnect
		}
		if g := find(cs, wait); g == nil || !g.tested {
			return Decider{Need: NeedFact, Fact: AgentConnect}
		}
	case StartConnect:
		// An account that may not see the queue has every start at the agent's connect; without both starts of the
		// Recording API nobody can tell, and to remove one must not make a name (section 7).
		return untested(cs, AccessTrim)
	case FinalisationDelayed:
		if h.Base == FinalisationEnd { // a job that follows the wrap-up at one distance
			return untested(cs, EndWrapup)
		}
	case EndWrapup:
		return untested(cs, FinalisationDelayed)
	case ZoneShift:
		if b.constantHolds(cs) || !b.bothSides(h) {
			return Decider{Need: NeedDST}
		}
	case DSTSplit, RateSkew:
		if b.constantHolds(cs) {
			return Decider{Need: NeedVariance}
		}
	}
	return Decider{}
}

// untested is what a required rival lacks to be tested, nothing if it was.
func untested(cs []*contender, rival Hypothesis) Decider {
	if g := find(cs, rival); g != nil && !g.tested {
		return g.missing
	}
	return Decider{}
}

// constantHolds says whether one amount explains the stratum as well. None is no amount: recordings that are right on one
// side of a DST instant are what a zone says of them.
func (b *bench) constantHolds(cs []*contender) bool {
	c := find(cs, ConstantOffset)
	return c.holds && !c.gone
}

func find(cs []*contender, h Hypothesis) *contender {
	i := slices.IndexFunc(cs, func(c *contender) bool { return c.Hypothesis == h })
	if i < 0 {
		return nil
	}
	return cs[i]
}

// undecided is the case of several causes that do not exclude each other.
func (b *bench) undecided(cs []*contender, candidates Causes) {
	b.v.Grade, b.v.Decider = Ambiguous, Decider{Need: NeedVariance}
	h := find(cs, ConstantOffset)
	switch {
	case candidates.Has(CauseZone) && candidates.Has(CauseConstant):
		b.v.Decider = Decider{Need: NeedDST}
	case candidates.Has(CauseConstant) && fromLattice(h.Constant[b.primary()]) <= times(far, b.tau) && b.translates(h):
		b.v.Candidates = candidates.with(CauseZone)
	case b.tau >= widthSecond:
		b.v.Decider = Decider{Need: NeedPrecision}
	}
}

// nothing is the case of no cause that holds: two bunches make a mixture, all else is unexplained.
func (b *bench) nothing(cs []*contender) {
	if b.parted() {
		b.mix()
		return
	}
	b.v.Grade, b.v.Decider = Unexplained, b.unseen(cs, nil)
}

// unseen is the fact whose absence left a rival unheard; where none is absent, the experiment that is left.
func (b *bench) unseen(cs []*contender, h *contender) Decider {
	for _, g := range cs {
		v := b.m.variant(g.Hypothesis)
		if v == nil || g.tested || g.missing.Need != NeedFact || h != nil && g.cause() == h.cause() {
			continue
		}
		if v.pair == (b.v.Stratum == StratumTwo) && v.shape == b.v.Shape {
			return g.missing
		}
	}
	if b.v.Stratum == StratumTwo {
		return Decider{Need: NeedClock}
	}
	return Decider{Need: NeedSmallJob}
}

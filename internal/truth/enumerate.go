package truth

// Found is every cause that reproduces what is seen of a cohort.
type Found struct {
	Set   Set
	Whole bool         // a constant in Set is of all recordings and of start and end together, or of a field that stands for itself
	Under []*Recording // the recordings that depart: all of them, or those with two agents
	Two   bool         // only those with two agents depart
}

// The numbers of recordings that a claim needs.
const (
	least         = 30 // in the stratum
	leastControls = 59 // single-agent recordings, where two-agent recordings depart
	leastConstant = 59
	leastSide     = 20 // on each side of a zone's jump
	leastBunch    = 10 // that agree in another amount than the rest
)

// proof is a cause that reproduces what is seen, and what is said against taking it for identified.
type proof struct {
	cause Cause
	few   bool // fewer recordings than the claim needs
	flat  bool // what it predicts varies too little to tell it from others
	vain  bool // it varies so little that a lag which follows nothing may do the same
	gappy bool // more than a tenth of the recordings lack a fact that predicts it: nothing is claimed of so few of them
	grid  bool // it is a row's constant within 5 tau of a multiple of 15 minutes, which may be a zone's offset

	fits   func(*row) bool               // of a zone
	misses func(r *row, taus int64) bool // of a constant: by more than the slack, or so many tau
}

// stratum is some of the recordings.
type stratum struct {
	rows     []*row
	controls []*row // of single agents, which must be aligned
	two      bool
}

// Enumerate lists every cause that reproduces what is seen. A cause is tried as its words have it: it says where each
// judged field is, those it moves and those it leaves.
func Enumerate(o *Observed) Found {
	found, _ := newView(o).enumerate()
	return found
}

func (v *view) enumerate() (Found, []proof) {
	all, pairs := v.strata()
	under := func(s stratum) (rs []*Recording) {
		for _, r := range s.rows {
			rs = append(rs, r.of)
		}
		return rs
	}
	// Where nothing departs there is nothing to be caused. A stratum of two agents that a cause may be claimed of is
	// looked at by itself, or it would be lost among the others.
	if aligned(all.rows) && (len(pairs.rows) < least || aligned(pairs.rows)) {
		return Found{Set: Of(None), Under: under(all)}, []proof{{cause: None}}
	}
	f := Found{Under: under(all)}
	proofs := v.rules(all)
	for _, find := range []func(stratum) (proof, bool){v.findZone, v.findSplit, v.findRate} {
		if p, is := find(all); is {
			proofs = append(proofs, p)
		}
	}
	if p, off, at, is := v.findConstant(all); is && !jumps(all, proofs, p) {
		proofs = append(proofs, p)
		f.Whole = standsAlone(off)
		if off&startAndEnd == startAndEnd && onGrid(all, off, at) {
			proofs = append(proofs, proof{cause: Zone, few: true})
		}
	}
	if len(pairs.controls) > 0 && len(pairs.rows) > 0 && aligned(pairs.controls) && !aligned(pairs.rows) {
		f.Two, f.Under = true, under(pairs)
		proofs = append(proofs, v.rules(pairs)...)
		if p, _, _, is := v.findConstant(pairs); is {
			proofs = append(proofs, p)
		}
	}
	if f.alone(proofs) {
		if p, is := v.findMixture(all); is {
			proofs = append(proofs, p)
		}
	}
	for _, p := range proofs {
		f.Set |= Of(p.cause)
	}
	return f, proofs
}

// alone says whether a mixture may be listed as well: where nothing holds that is one cause, or a constant of the whole
// cohort does and no more. A zone across its jump is two constants too, but says more than that.
func (f *Found) alone(proofs []proof) bool {
	return len(proofs) == 0 || len(proofs) == 1 && proofs[0].cause == Constant && f.Whole
}

// strata are all recordings, and those with two agents with the others as their controls.
func (v *view) strata() (all, pairs stratum) {
	pairs.two = true
	for i := range v.rows {
		r := &v.rows[i]
		all.rows = append(all.rows, r)
		if r.of.Agents >= 2 {
			pairs.rows = append(pairs.rows, r)
		} else {
			pairs.controls = append(pairs.controls, r)
		}
	}
	return all, pairs
}

// aligned says whether most recordings have no field that is off.
func aligned(rows []*row) bool {
	n := 0
	for _, r := range rows {
		if r.off == 0 {
			n++
		}
	}
	return most(n, len(rows))
}

// rules tries every rule on a stratum. One that is of two-agent recordings by its own words is tried on all recordings
// only if all have two agents: else their stratum is.
func (v *view) rules(s stratum) []proof {
	var proofs []proof
	for i := range rules {
		u := &rules[i]
		if u.two && !s.two && !allPairs(s.rows) {
			continue
		}
		if p, is := v.try(u, s); is {
			proofs = append(proofs, p)
		}
	}
	return proofs
}

func allPairs(rows []*row) bool {
	for _, r := range rows {
		if r.of.Agents < 2 {
			return false
		}
	}
	return true
}

// try holds one rule against a stratum: as it is, and for a finalisation with a constant more.
func (v *view) try(u *rule, s stratum) (p proof, found bool) {
	moved := u.moved()
	var comparable []*row
	n, departing, explained := 0, 0, 0
	for _, r := range s.rows {
		if !u.residual(r).seen {
			continue
		}
		comparable = append(comparable, r)
		if r.off != 0 {
			departing++
		}
		if u.fits(r, moved) {
			n++
			if r.off != 0 {
				explained++
			}
		}
	}
	more := false
	// A rule that holds only where nothing departs, such as one of pauses where nobody paused, explains nothing.
	if !most(n, len(comparable)) || explained*2 <= departing {
		if u.cause != Finalisation || !u.fitsWithMore(comparable, moved) {
			return p, false
		}
		more = true
	}
	p = proof{cause: u.cause, few: len(comparable) < least}
	if s.two || u.two {
		p.few = p.few || !controlled(s, moved)
	}
	p.few = p.few || !u.contested(s.rows, moved, more)
	p.gappy = !most(len(comparable), seenOf(s.rows, moved))
	tau := u.tau(v)
	varies := half(u.predicted(v, comparable))
	p.vain = varies < 5*tau
	p.flat = p.vain || more && varies < 20*tau
	return p, true
}

// seenOf counts the recordings in which any of the fields is seen.
func seenOf(rows []*row, fields fieldSet) int {
	n := 0
	for _, r := range rows {
		if r.seen&fields != 0 {
			n++
		}
	}
	return n
}

// fitsWithMore says whether a constant more makes the rule fit.
func (u *rule) fitsWithMore(comparable []*row, moved fieldSet) bool {
	intervals := make([]span, 0, len(comparable))
	for _, r := range comparable {
		if r.off&^moved == 0 {
			intervals = append(intervals, u.residual(r))
		}
	}
	_, n := deepest(intervals)
	return fitted(n, len(comparable))
}

// contested says whether that is seen which could do the same: else a start at connect could as well be what an account may
// not see, and an end at one distance from the job's could be the wrap-up's. To remove a fact makes nothing known.
func (u *rule) contested(rows []*row, moved fieldSet, more bool) bool {
	var need []Fact
	switch {
	case u.cause == QueueWait:
		need = []Fact{AnsweredStart, OriginalStart}
	case more && moved == setOf(End):
		need = []Fact{WrapEnd}
	case u.cause == AfterCallWork:
		need = []Fact{Finalised}
	}
	n := 0
	for _, r := range rows {
		if r.seen&moved != 0 && r.sum(need, nil).seen {
			n++
		}
	}
	return most(n, seenOf(rows, moved))
}

// controlled says whether there are enough single-agent recordings in which a moved field is seen, and whether the first
// agent's connect is seen of nine tenths of the two-agent ones: else the gap could as well be the wait.
func controlled(s stratum, moved fieldSet) bool {
	connects := 0
	for _, r := range s.rows {
		if r.seen&moved != 0 && r.at[Connect].seen {
			connects++
		}
	}
	return seenOf(s.controls, moved) >= leastControls && most(connects, seenOf(s.rows, moved))
}

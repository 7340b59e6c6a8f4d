package truth

import "slices"

// Records labels each recording by itself. Only the one record's numbers decide which causes fit: those without anything
// to fit, and the configured zone. How telling a fit is depends on the cohort: where its predicted offsets lie densely, a
// lag that follows nothing hits one by chance.
func (c *Cohort) Records() []Label {
	v := newView(&c.Observed)
	chances := v.chances()
	labels := make([]Label, len(v.rows))
	for i := range v.rows {
		r := &v.rows[i]
		at := c.Causes[i]
		proofs := v.single(r, chances)
		set := Of(at)
		for _, p := range proofs {
			set |= Of(p.cause)
		}
		labels[i] = judge(set, at, proofs)
	}
	return labels
}

// chance is how often a rule fits a record without being its cause.
type chance struct {
	few bool  // too few offsets to say
	ppb int64 // in 10^9
}

// mostChance is 1 in 1,000.
const mostChance = perOne / 1000

// chances are those of all rules.
func (v *view) chances() []chance {
	all, pairs := v.strata()
	out := make([]chance, len(rules))
	for i := range rules {
		u := &rules[i]
		rows := all.rows
		if u.two {
			rows = pairs.rows
		}
		offsets := u.predicted(v, rows)
		n := len(offsets)
		out[i] = chance{few: n < least}
		if n > 0 {
			// R: offsets may be bunched, and a bunch of a quarter or an eighth is as dangerous as one of a half.
			stretch := min(shortest(offsets, part(n, 2)), 2*shortest(offsets, part(n, 4)), 4*shortest(offsets, part(n, 8)))
			out[i].ppb = perOne
			if twice := 2 * u.tau(v); twice < stretch {
				out[i].ppb = (twice*perOne + stretch - 1) / stretch
			}
		}
	}
	return out
}

// single lists the causes that fit one record.
func (v *view) single(r *row, chances []chance) []proof {
	if r.off == 0 {
		return []proof{{cause: None}}
	}
	var proofs []proof
	for i := range rules {
		u := &rules[i]
		if u.two && r.of.Agents < 2 || !u.residual(r).seen || !u.fits(r, u.moved()) {
			continue
		}
		proofs = append(proofs, proof{cause: u.cause, few: chances[i].few, vain: ofCause(i, r, chances) > mostChance})
	}
	ahead := v.o.Zone.At(r.of.Facts[SessionStart].At)
	for _, sign := range []int64{1, -1} {
		if ahead != 0 && asShifted(r, func(t int64) int64 { return sign * v.o.Zone.At(t) }).fits() {
			// All predict the same, so what they predict has no length.
			proofs = append(proofs, proof{cause: Zone, vain: true})
		}
	}
	if v.exchanged(r) {
		proofs = append(proofs, proof{cause: Mispaired})
	}
	return proofs
}

// ofCause is the chance that some rule of the cause hits a record of the same shape. Those that are too likely to
// tell anything could not have told it, and do not count; the one that fits does.
func ofCause(fitting int, r *row, chances []chance) int64 {
	sum := chances[fitting].ppb
	for i := range rules {
		same := rules[i].cause == rules[fitting].cause && rules[i].moved() == rules[fitting].moved()
		same = same && rules[i].oneInstant() == rules[fitting].oneInstant()
		if same && i != fitting && !chances[i].few && chances[i].ppb <= mostChance && rules[i].residual(r).seen {
			sum += chances[i].ppb
		}
	}
	return sum
}

// oneInstant says whether all the fields that a rule moves are moved to the same place: no other rule makes a row without
// length.
func (u *rule) oneInstant() bool {
	for i := range u.moves {
		if !slices.Equal(u.moves[i].plus, u.moves[0].plus) || len(u.moves[i].minus) > 0 {
			return false
		}
	}
	return true
}

// exchanged says whether another recording has this one's row, and this one that one's. That four fields agree by chance
// is far rarer than 1 in 1,000, whatever the cohort.
func (v *view) exchanged(r *row) bool {
	if r.off&startAndEnd == 0 {
		return false
	}
	for i := range v.rows {
		if other := &v.rows[i]; other != r && ofSession(r, other) && ofSession(other, r) {
			return true
		}
	}
	return false
}

// ofSession says whether one recording's row tells of the session of another.
func ofSession(r, session *row) bool {
	for _, f := range []Fact{Start, End, Created} {
		want := session.at[faithful[f][0][0]]
		is := r.at[f]
		if d := (span{is.lo - want.hi, is.hi - want.lo, is.seen && want.seen}); d.seen && !d.fits() {
			return false
		}
	}
	return true
}

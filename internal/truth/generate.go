package truth

import "encoding/binary"

// New makes the cohort of a plan. The dice are those of seed, class and index, so that one plan can be made many times.
func New(seed uint64, index int, p Plan) *Cohort {
	class := p.Class
	if p.Medley {
		class = Causes
	}
	d := newDice(^seed, class, index) // not the stream that drew the plan
	c := &Cohort{Plan: p, Causes: make([]Cause, p.N)}
	c.Zone = laws[p.Law].zoned()
	all := d.play(&p)
	for i := range all {
		cause, variant := p.Class, p.Variant
		switch {
		case p.Medley:
			cause, variant = d.any(all[i].agents)
		case d.mille(p.Outliers):
			cause, variant = Unmodelled, lagBoth
		case p.Until > 0 && all[i].at[SessionStart] >= p.Until:
			cause = None
		}
		c.Causes[i] = all[i].bend(d, &p, cause, variant, &c.Zone)
	}
	if p.Class == Mispaired {
		clear(c.Causes)
	}
	c.swap(d, all)
	c.Recordings = make([]Recording, p.N)
	for i := range all {
		d.read(&p, &all[i], &c.Recordings[i])
	}
	return c
}

// medley are the causes of single recordings: those that need no free parameter, which a single one could never show.
var medley = [...]Cause{None, Finalisation, DefinitionSecond, HeaderWrite, QueueWait, DefinitionACD, DefinitionConnect, DefinitionCreation, Handoff, AfterCallWork,
	PauseCut, Transfer, AccessTrim, Zone}

// any draws the cause of one recording: 36 % unmodelled, the others alike.
func (d *dice) any(agents int) (Cause, int) {
	if d.mille(unmodelled) {
		kind := d.r.IntN(unmodelledKinds)
		if kind == lagTwoAgents && agents < 2 {
			kind = lagCreated // else it would do nothing, and they were fewer than 36 %
		}
		return Unmodelled, kind
	}
	cause := medley[d.r.IntN(len(medley))]
	switch cause {
	case Finalisation:
		return cause, d.r.IntN(4)
	case HeaderWrite:
		return cause, d.r.IntN(3)
	}
	return cause, d.r.IntN(2)
}

// swap exchanges the rows of pairs of recordings: what the export says of one stands beside the other's events.
func (c *Cohort) swap(d *dice, all []session) {
	order := d.r.Perm(len(all))
	for k := range min(c.Plan.Swaps, len(all)/2) {
		i, j := order[2*k], order[2*k+1]
		for _, f := range fields {
			all[i].at[f], all[j].at[f] = all[j].at[f], all[i].at[f]
		}
		c.Causes[i], c.Causes[j] = Mispaired, Mispaired
	}
}

// read lets the clocks read a session.
func (d *dice) read(p *Plan, s *session, r *Recording) {
	binary.BigEndian.PutUint64(r.ID[:], d.r.Uint64())
	binary.BigEndian.PutUint64(r.ID[8:], d.r.Uint64())
	r.Agents, r.Job, r.JobSize = s.agents, s.job, s.jobSize
	for f := range Facts {
		// Every fact takes its draws, seen or not: to lose one must leave the others as they are.
		r.Facts[f] = d.reading(p, f, s.at[f])
		absent := (f == Second) && s.agents < 2
		if p.Missing[f] || absent {
			r.Facts[f] = Reading{}
		}
	}
}

// reading is a fact as its clock shows it.
func (d *dice) reading(p *Plan, f Fact, at int64) Reading {
	clock, is := f.Clock()
	if !is {
		return Reading{At: at, Written: 1, Seen: true} // counted, not read from a clock
	}
	precision := p.Others
	if clock == RowClock {
		precision = p.Row
	}
	return precision.write(at + p.Skew[clock] + d.normal(p.Jitter))
}

// write cuts an instant to a precision.
func (p Precision) write(at int64) Reading {
	r := Reading{At: at, Written: 1, Cut: p == Cut, Seen: true}
	switch p {
	case Fine:
		return r
	case Cut, CutUnsaid, ZeroedCut:
		r.At = floor(at, second) * second
	case Rounded, Zeroed:
		r.At = floor(at+second/2, second) * second
	}
	if p < ZeroedCut {
		r.Written = second
	}
	return r
}

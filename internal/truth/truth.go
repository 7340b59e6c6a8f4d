// Package truth makes up contact-centre recordings whose cause of timestamp drift is known, and lists, from what is seen
// of them alone, every cause that reproduces it. It is the examiner of whatever names causes and shares no code with it.
//
// A truth goes one way: a plan fixes what a cohort is like (plan.go, draw.go, condition.go); each recording lives through
// its instants (life.go, job.go); the exporter writes them as the cause has it (exporter.go); clocks read them with skew,
// jitter and precision, and some readings are lost (reading.go). What is left is Observed. The other way, nothing is known
// but Observed: readings become intervals (interval.go), each cause's words are tried by a plain loop (rule.go, constant.go,
// rowclock.go), and what fits is listed (enumerate.go, record.go). Only a label (label.go) looks at both.
//
// Invariants:
//
//  1. A cohort depends on seed, plan and index alone: not on the order of calls, the machine or other goroutines.
//  2. Enumerate reads Observed and nothing else. The generator's code for a cause and the enumerator's are written
//     twice, from the words: neither calls the other.
//  3. Instants are whole milliseconds in int64. There is no float.
//  4. A cause whose facts nobody saw is never enumerated. A label may hold it, since it was at work; it is then not
//     identifiable.
//  5. A faithful exporter writes start = created = header = session start, end = session end, and the media plays as long
//     as the session lasted. What clocks add stays below the slack.
//  6. A wrong zone, constant or rate moves start, end and created alike, because one serializer writes a row. Every other
//     cause moves only the fields that it names.
//  7. A session's start and end, and the row's, are always seen.
//  8. Nothing is imported but the standard library.
package truth

// New makes the cohort of a plan.
func New(seed uint64, index int, p Plan) *Cohort {
	// Another seed than the plan's: the draws of a cohort do not go on where those of its plan ended.
	d := newDice(seed^0x9e3779b97f4a7c15, p.stream(), index)
	c := &Cohort{Plan: p}
	lives := d.lives(&p)
	c.Causes = make([]Cause, len(lives))
	c.Zone = zones[p.zone]
	c.Recordings = make([]Recording, len(lives))
	d.exporter(&p, lives)
	d.exchange(&p, lives)
	sizes := map[int]int{}
	for i := range lives {
		sizes[lives[i].job]++
	}
	for i := range lives {
		l := &lives[i]
		c.Causes[i] = l.cause
		c.Recordings[i] = Recording{ID: d.id(), Agents: l.agents, Job: l.job, JobSize: sizes[l.job]}
		d.read(&p, l, &c.Recordings[i].Facts)
	}
	d.forgetPauses(&p, c)
	return c
}

func (d *dice) id() (id [16]byte) {
	for i := range id {
		id[i] = byte(d.between(0, 255))
	}
	return id
}

// exchange swaps the rows of some pairs that are otherwise aligned, each recording at most once.
func (d *dice) exchange(p *Plan, lives []life) {
	var open []int
	for i := range lives {
		if lives[i].cause == None {
			open = append(open, i)
		}
	}
	d.r.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
	for k := 0; k < p.swaps && 2*k+1 < len(open); k++ {
		a, b := &lives[open[2*k]], &lives[open[2*k+1]]
		for _, f := range []Fact{Start, End, Created} {
			a.at[f], b.at[f] = b.at[f], a.at[f]
		}
		a.cause, b.cause = Mispaired, Mispaired
	}
}

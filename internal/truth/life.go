package truth

import "slices"

// life is what truly happened to one recording. The fields are first what a faithful exporter would write.
type life struct {
	at     [Facts]int64
	agents int
	job    int
	cause  Cause
}

// lives draws the recordings of a cohort, in the order of their sessions.
func (d *dice) lives(p *Plan) []life {
	starts := make([]int64, p.N)
	for i := range starts {
		starts[i] = p.begin + d.between(0, p.span-1)
	}
	slices.Sort(starts)
	all := make([]life, p.N)
	for i := range all {
		all[i].at[SessionStart] = starts[i]
		d.session(p, &all[i])
	}
	d.assign(p, all)
	d.finalise(p, all)
	for i := range all {
		at := &all[i].at
		at[Uploaded] = at[Finalised] + d.of(&p.scales[transfer])
		at[Start], at[Created], at[Header] = at[SessionStart], at[SessionStart], at[SessionStart]
		at[End] = at[SessionEnd]
		at[Duration] = at[SessionEnd] - at[SessionStart]
	}
	return all
}

// session draws the instants of one session.
func (d *dice) session(p *Plan, l *life) {
	at := &l.at
	at[ACD] = at[SessionStart] + d.of(&p.scales[menu])
	at[Connect] = at[ACD] + d.of(&p.scales[queueing])
	talked := d.of(&p.scales[talk])
	at[FirstEnd] = at[Connect] + talked
	l.agents = 1
	last := at[FirstEnd]
	if d.mille(p.twoAgents) {
		l.agents = 2
		between := d.of(&p.scales[gap])
		if p.gapAsWait {
			between = at[Connect] - at[SessionStart]
		}
		at[Second] = at[FirstEnd] + between
		more := d.of(&p.scales[talk])
		talked += more
		last = at[Second] + more
	}
	// The customer hangs up first; the agent's session ends a moment later.
	at[SessionEnd] = last - d.between(0, 200)
	at[WrapEnd] = at[SessionEnd] + d.of(&p.scales[wrap])
	if d.mille(p.paused) {
		at[Pauses] = min(d.of(&p.scales[pause]), talked/2)
	}
	at[OriginalStart] = at[SessionStart]
	at[AnsweredStart] = at[SessionStart]
	if d.mille(p.trimmed) {
		hidden := d.of(&p.scales[trim])
		if p.trimQueue {
			hidden = at[Connect] - at[SessionStart]
		}
		at[AnsweredStart] += hidden
	}
	at[Creation] = at[SessionStart] + d.of(&p.scales[making])
}

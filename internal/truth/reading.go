package truth

// read lets the clocks read a recording.
func (d *dice) read(p *Plan, l *life, facts *[Facts]Reading) {
	for f := range Facts {
		if f == Second && l.agents < 2 {
			continue
		}
		v := l.at[f]
		if c, is := f.Clock(); is {
			v += p.skew[c]
		}
		v += d.normal(p.sigma)
		if f == Pauses {
			v = max(v, 0)
		}
		lost := d.mille(p.patchy[f])
		if p.gone[f] || lost {
			continue
		}
		facts[f] = written(v, p.rounding[f], p.dotted[f])
	}
	if p.relabelled {
		facts[Start], facts[SessionStart] = facts[SessionStart], facts[Start]
		facts[End], facts[SessionEnd] = facts[SessionEnd], facts[End]
	}
}

// written is a value as its source writes it.
func written(v int64, how rounding, dotted bool) Reading {
	r := Reading{At: v, Written: 1, Seen: true}
	switch how {
	case inMS:
		return r
	case cutKnown, cutSecretly:
		r.At = floor(v, second) * second
		r.Cut = how == cutKnown
	case rounds:
		r.At = floor(v+second/2, second) * second
	}
	if !dotted {
		r.Written = second
	}
	return r
}

// forgetPauses leaves pauses known only where a lag is their sum by chance, if it is in any.
func (d *dice) forgetPauses(p *Plan, c *Cohort) {
	if p.byChance == 0 {
		return
	}
	left := p.byChance
	for i := range c.Recordings {
		if c.Causes[i] == Unmodelled && left > 0 && c.Recordings[i].Facts[End].Seen {
			left--
			continue
		}
		c.Recordings[i].Facts[Pauses] = Reading{}
	}
}

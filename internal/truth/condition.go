package truth

// season draws when and where: a day to four weeks of 2026, in a zone.
func (d *dice) season(p *Plan) {
	p.zone = d.r.IntN(len(zones))
	p.span = d.between(2, 28) * day
	p.begin = newYear + d.between(9, 330)*day + d.between(0, day-1)
	if d.mille(80) {
		d.oneDay(p)
	}
}

// oneDay keeps all sessions within a day of UTC.
func (d *dice) oneDay(p *Plan) {
	p.begin = p.begin - p.begin%day + d.between(0, 8)*hour
	p.span = 14 * hour
}

// straddle draws one of the first zones. If it jumps, three quarters of the cohorts lie on both sides.
func (d *dice) straddle(p *Plan, first int) {
	p.zone = d.r.IntN(first)
	if jumps := zones[p.zone].Offsets[1:]; len(jumps) > 0 && d.mille(750) {
		p.span = d.between(4, 40) * day
		p.begin = jumps[d.r.IntN(len(jumps))].From - p.span*d.between(50, 950)/1000
	}
}

func (d *dice) spreads(p *Plan) {
	p.scales = [lengths]scale{
		menu:     d.within(500, 15*minute),
		queueing: d.within(3*second, hour),
		talk:     d.within(30*second, hour),
		gap:      d.within(300, 90*second),
		wrap:     d.within(3*second, hour),
		pause:    d.within(2*second, 30*minute),
		trim:     d.within(2*second, 30*minute),
		making:   d.within(300, 30*minute),
		delay:    d.within(5*second, 2*hour),
		step:     d.within(200, 20*second),
		transfer: d.within(100, 10*minute),
		lag:      d.within(60, 150*second),
	}
	// An eighth of the cohorts has lags of all sizes.
	if d.mille(125) {
		p.scales[lag] = everyLag
	}
}

// everyLag is the spread of lags that follow nothing.
var everyLag = scale{lo: 60, hi: 300 * second}

func (d *dice) circumstances(p *Plan) {
	p.twoAgents = int(d.between(0, 500))
	p.paused, p.trimmed = d.some(), 0
	if d.mille(700) {
		p.trimmed = d.some()
	}
	p.jobs = int(d.between(1, 8))
	p.jobsByTime = d.mille(500)
	p.batch = d.mille(500)
	p.inOrder = d.mille(500)
	if d.mille(50) {
		p.batch, p.afterWrap = false, d.log(second, 10*minute)
	}
}

// some is how many in a thousand have what not all need to have; in a quarter of the cohorts all do.
func (d *dice) some() int {
	if d.mille(250) {
		return 1000
	}
	return int(d.between(300, 999))
}

// sight draws how well the cohort is seen: 15 % of the readings of each fact are missing, most of them because nobody
// records the fact at all.
func (d *dice) sight(p *Plan) {
	for c := range p.skew {
		p.skew[c] = d.between(-4, 4)
	}
	p.sigma = d.between(500, 5000)
	for f := Created; f < Facts; f++ {
		if f == SessionStart || f == SessionEnd {
			continue
		}
		p.gone[f] = d.mille(120)
		if d.mille(500) {
			p.patchy[f] = 60
		}
	}
	if d.mille(200) {
		d.coarse(p, Start, End, Created)
		if d.mille(250) {
			p.rounding[Created] = inMS
		}
	}
	if d.mille(150) {
		d.coarse(p, Header)
	}
	if d.mille(100) {
		d.coarse(p, Finalised)
	}
	if d.mille(100) {
		d.coarse(p, Uploaded)
	}
	if d.mille(40) {
		d.coarse(p, SessionStart, SessionEnd, ACD, Connect, FirstEnd, Second, WrapEnd)
		// Of the second agent there may be fewer than the twenty values that show a .000 to be whole seconds.
		for _, f := range []Fact{SessionStart, SessionEnd, ACD, Connect, FirstEnd, Second, WrapEnd} {
			p.dotted[f] = false
		}
	}
}

// coarse lets a source write whole seconds.
func (d *dice) coarse(p *Plan, facts ...Fact) {
	how := rounding(d.between(int64(cutKnown), int64(rounds)))
	dotted := d.mille(400)
	for _, f := range facts {
		p.rounding[f], p.dotted[f] = how, dotted
	}
}

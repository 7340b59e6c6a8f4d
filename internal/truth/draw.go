package truth

// plan draws everything but what is fixed already.
func (d *dice) plan(p *Plan) {
	p.N = int(d.between(60, 400))
	d.season(p)
	d.spreads(p)
	d.circumstances(p)
	d.sight(p)
	if d.mille(500) {
		p.outliers = int(d.between(1, 50))
	}
	d.class(p)
}

// class draws what the class leaves open.
func (d *dice) class(p *Plan) {
	p.sign = d.sign()
	switch p.Class {
	case None:
		p.outliers = 0
	case Constant:
		d.constant(p)
	case RateSkew:
		p.rate = d.sign() * d.log(2000, 300000)
		p.offset = d.sign() * d.log(10, 10*minute)
	case Zone:
		d.straddle(p, ahead)
	case DSTSplit:
		d.straddle(p, jumping)
		d.fixed(p)
	case Finalisation:
		p.form = int(d.between(0, 3))
		if d.mille(350) {
			p.offset = d.sign() * d.log(second, 10*minute)
		}
		if d.mille(80) {
			p.scales[delay], p.batch, p.afterWrap = flat(d.log(5*second, hour)), false, 0
		}
	case Transfer:
		// A twentieth of them takes as long for each: then it is a constant too.
		if d.mille(50) {
			p.scales[transfer] = flat(d.log(100, 2*minute))
		}
	case DefinitionACD, PauseCut:
		p.form = int(d.between(0, 1))
	case HeaderWrite:
		p.form = int(d.between(0, 2))
	case Handoff, DefinitionSecond:
		p.form = int(d.between(0, 1))
		// They need two-agent recordings and controls: of two sizes, the larger.
		p.N = max(p.N, int(d.between(60, 400)))
		p.twoAgents = int(d.between(200, 550))
		switch {
		case d.mille(50):
			p.scales[gap] = flat(d.log(200, minute))
		case d.mille(50):
			p.gapAsWait = true
		}
	case AccessTrim:
		p.trimmed = d.some()
		p.trimQueue = d.mille(120)
	case Mispaired:
		p.outliers = 0
		p.swaps = int(d.between(1, min(3, int64(p.N)/30)))
	case Mixture:
		d.mixture(p)
	case Unmodelled:
		d.unmodelled(p)
	}
}

// anyOffset draws a constant; a quarter of them lie within 2 s of a multiple of 15 minutes.
func (d *dice) anyOffset() int64 {
	if d.mille(250) {
		return d.sign()*d.between(1, 40)*quarter + d.between(-2*second, 2*second)
	}
	return d.sign() * d.log(300, 3*hour)
}

func (d *dice) constant(p *Plan) {
	p.offset = d.anyOffset()
	p.relabelled = d.mille(50)
	switch {
	case d.mille(100): // nothing shows that another job, or another day, has it too
		p.jobs = 1
		d.oneDay(p)
	case d.mille(50):
		p.jobs = 1
	case d.mille(50):
		d.oneDay(p)
	}
}

// fixed draws the fixed offset that an exporter uses all year. Mostly it is the zone's own of the other half of the year,
// so that the row is right for that half.
func (d *dice) fixed(p *Plan) {
	z := &zones[p.zone]
	used := z.Offsets[d.r.IntN(2)].AheadMS
	switch {
	case d.mille(200):
		used = d.between(-40, 48) * quarter
	case d.mille(200):
		used = d.sign() * d.log(second, hour)
	}
	if used == 0 { // that would be a wrong zone, not a fixed offset
		used = z.Offsets[1].AheadMS
	}
	p.offset = -p.sign * used
}

func (d *dice) mixture(p *Plan) {
	p.offset, p.other = d.anyOffset(), d.anyOffset()
	if d.mille(250) {
		p.offset = 0
	}
	p.Split = Split(d.r.IntN(int(Splits)))
	p.jobs, p.jobsByTime = int(d.between(2, 6)), false
	switch p.Split {
	case ByJob:
		// Jobs of one size, or the size would split as well.
		p.N -= p.N % p.jobs
		p.form = int(d.between(1, int64(p.jobs)-1)) // so many jobs have the other
	case ByDay:
		p.span = d.between(2, 20) * day
		p.begin += d.between(0, day-1)
		p.turn = floor(p.begin, day) + d.between(1, max(1, p.span/day-1))
	case ByAgents:
		p.twoAgents = int(d.between(100, 800))
	case ByLot:
		p.otherShare = int(d.log(60, 500))
	}
}

func (d *dice) unmodelled(p *Plan) {
	p.form = int(d.between(0, 5))
	if p.form >= 4 {
		p.twoAgents = int(d.between(150, 650))
	}
	if d.mille(60) {
		p.form, p.byChance, p.outliers = 1, int(d.between(5, 29)), 0
		p.paused = 1000
		p.gone[Pauses] = false
	}
}

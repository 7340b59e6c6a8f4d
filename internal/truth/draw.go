package truth

// Draw is the plan of one cohort of a class, by the mix that the specification fixes: 15 % of the cohorts lack a fact,
// for each fact by itself, and 20 % have a whole-second manifest.
func Draw(seed uint64, class Cause, index int) Plan {
	d := newDice(seed, class, index)
	p := d.common()
	p.Class = class
	d.parameters(&p)
	return p
}

// DrawMedley is the plan of a cohort whose recordings have nothing in common but the centre: for verdicts on one record.
// In half of these the lengths bunch, below one in eight.
func DrawMedley(seed uint64, index int) Plan {
	d := newDice(seed, Causes, index)
	p := d.common()
	p.Medley = true
	if d.mille(500) {
		for _, r := range []*Range{&p.IVR, &p.Wait, &p.Gap, &p.Wrap, &p.Pause, &p.Transfer, &p.Lag, &p.Trim} {
			r.Bunch = int(d.between(20, 124))
		}
	}
	return p
}

// Mended are the classes of histories: one of each way to be seen, on all recordings, on those with two agents, by a
// field of its own.
var Mended = [...]Cause{Constant, Finalisation, QueueWait, AfterCallWork, HeaderWrite, Handoff}

// DrawHistory is the plan of a cohort whose cause ends halfway, for the life of its finding: all facts seen in
// milliseconds, and up to 5 % outliers. Each length that makes a cause varies enough to be told from a constant.
func DrawHistory(seed uint64, class Cause, index int) Plan {
	d := newDice(seed, class, 1<<40|index)
	p := d.common()
	p.Class, p.N, p.TwoAgents = class, sizeMost, int(d.between(400, 600))
	p.Row, p.Missing, p.Outliers = Fine, [Facts]bool{}, int(d.between(0, 50))
	d.parameters(&p)
	p.Jobs = int(d.between(2, 8))
	d.reach(&p, 5*day)
	p.Until = p.Begin + p.Span*d.between(350, 600)/1000
	for _, r := range []*Range{&p.Wait, &p.Wrap, &p.Gap} {
		r.Hi = max(r.Hi, r.Lo+2*second)
	}
	p.Offset = d.sign() * d.between(100*second, 700*second) // between the steps of the lattice
	return p
}

// common draws what does not depend on the cause.
func (d *dice) common() Plan {
	p := Plan{
		N: int(d.between(sizeLeast, sizeMost)), TwoAgents: int(d.between(300, 700)), Jobs: int(d.between(1, 8)), Layout: Layout(d.r.IntN(int(Layouts))),
		Span: d.log(2*hour, 60*day), Law: d.r.IntN(len(laws)), Paused: int(d.between(600, 1000)), Sign: d.sign(),
		IVR: d.spread(second, 10*second, 60*second), Wait: d.spread(200, 20*second, 120*second), Gap: d.spread(500, 5*second, 60*second),
		Wrap: d.spread(500, 20*second, 120*second), Pause: d.spread(2*second, 20*second, 120*second), Transfer: d.spread(200, 10*second, 90*second),
		Lag: d.spread(200, 3*second, 10*second), Trim: d.spread(5*second, 30*second, 300*second),
		Lags: Range{Lo: lagLeast, Hi: lagMost},
	}
	p.Talk.Lo = d.between(30*second, 2*minute)
	p.Talk.Hi = p.Talk.Lo + d.log(5*minute, 40*minute)
	p.Begin = d.between(year.Lo, year.Hi-p.Span)
	if d.mille(wholeRows) {
		p.Row = Cut + Precision(d.r.IntN(int(Zeroed-Cut)+1))
	}
	for f := Created; f < Facts; f++ {
		p.Missing[f] = f != SessionStart && f != SessionEnd && d.mille(missing)
	}
	d.clocks(&p)
	return p
}

// spread draws a range: its foot uniform, its width log-uniform. Narrow ones are as likely as wide ones, because a cause
// whose length does not vary cannot be told from a constant, and that must come up.
func (d *dice) spread(footLo, footHi, widest int64) Range {
	lo := d.between(footLo, footHi)
	return Range{Lo: lo, Hi: lo + d.log(200, widest)}
}

// clocks draws jitter and skew. The specification's slack is a claim about the platform: jitter of a comparison, two
// readings, up to 8 ms. What that leaves of the slack at six and a quarter deviations may be skew, at most 5 ms a clock.
func (d *dice) clocks(p *Plan) {
	both := d.between(2000, 8000) // µs, of a comparison
	p.Jitter = both * 10 / 15     // of each reading: less than both/√2
	room := min(5, (slack*1000-both*25/4)/2000)
	for c := range Clocks {
		p.Skew[c] = d.between(-room, room)
	}
}

// parameters draws what the class needs.
func (d *dice) parameters(p *Plan) {
	switch p.Class {
	case Constant:
		p.Offset = d.constant()
	case Mixture:
		p.Offset, p.Split, p.Share = d.constant(), Split(d.r.IntN(int(Splits))), int(d.between(250, 750))
		for p.Other = d.constant(); abs(p.Other-p.Offset) < 10*second; {
			p.Other = d.constant()
		}
		p.Jobs = int(d.between(2, 8))
		d.reach(p, 4*day)
	case RateSkew:
		d.reach(p, day)
		p.SlopePPB, p.Offset = d.sign()*d.log(5_000, 2_000_000), d.between(-5*second, 5*second)
	case Zone, DSTSplit:
		p.Variant = d.r.IntN(2)
		d.seasons(p)
	case Finalisation:
		p.Variant = d.r.IntN(4)
		if d.mille(250) {
			p.Delta = d.sign() * d.log(300, 30*second)
		}
	case DefinitionACD, DefinitionSecond, PauseCut, AccessTrim:
		p.Variant = d.r.IntN(2)
	case HeaderWrite:
		p.Variant = d.r.IntN(3)
	case Unmodelled:
		p.Variant = d.r.IntN(unmodelledKinds)
		p.Lags = d.lags()
	case Mispaired:
		p.Swaps = int(d.between(1, 4))
	}
}

// reach draws a span of so much at least, and where it lies.
func (d *dice) reach(p *Plan, least int64) {
	p.Span = d.log(least, 60*day)
	p.Begin = d.between(year.Lo, year.Hi-p.Span)
}

// lags draws between which ends a cohort's unmodelled lags lie, both ends log-uniform. A narrow range is a constant
// within the slack, and the enumerator says so.
func (d *dice) lags() Range {
	a, b := d.log(lagLeast, lagMost), d.log(lagLeast, lagMost)
	return Range{Lo: min(a, b), Hi: max(a, b)}
}

// constant draws an offset: a quarter near the lattice, where only a DST instant could tell it from a zone.
func (d *dice) constant() int64 {
	if d.mille(250) {
		return d.sign()*lattice*d.between(1, latticeEnd) + d.between(-nearBy, nearBy)
	}
	return d.sign() * d.log(200, 12*hour)
}

// seasons lays a cohort across a DST instant, or (a zone's second variant) leaves it where it fell. A dst-split's fixed
// offset is one of the zone's own two, or (second variant) another multiple of the lattice.
func (d *dice) seasons(p *Plan) {
	if p.Class == Zone && p.Variant == 1 {
		return
	}
	p.Law = d.r.IntN(withSaving)
	l := &laws[p.Law]
	at := l.spring
	if d.mille(500) {
		at = l.autumn
	}
	p.Span = d.between(4*day, 60*day)
	p.Begin = at.UnixMilli() - p.Span*d.between(200, 800)/1000
	if p.Class == Zone {
		return
	}
	for p.Offset == 0 { // without a constant it is the zone
		p.Offset = -l.standard
		switch {
		case p.Variant == 1:
			p.Offset = lattice * d.between(-latticeEnd, latticeEnd)
		case d.mille(500):
			p.Offset -= l.saving
		}
	}
	p.Offset *= p.Sign
}

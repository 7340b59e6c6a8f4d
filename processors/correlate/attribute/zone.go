package attribute

import "slices"

// maxOffset bounds a zone's offset, ms: none on earth is beyond 15 h, and products of a sign stay exact.
const maxOffset = 1 << 40

// zoneAt is the zone's offset in force.
func (m *Model) zoneAt(zone int, at int64) int64 {
	shifts := m.table.Zones[zone].Shifts
	if len(shifts) == 0 {
		return 0
	}
	i, found := slices.BinarySearchFunc(shifts, at, func(s Shift, at int64) int {
		switch {
		case s.From < at:
			return -1
		case s.From > at:
			return 1
		}
		return 0
	})
	if !found {
		i--
	}
	return max(-maxOffset, min(maxOffset, shifts[max(0, i)].Offset))
}

// fitZone chooses the configured zone and sign that miss least; the table's order settles ties. nil: none is configured.
func (m *Model) fitZone(rows []*row, u Unit, bare bool) *Fitting {
	return m.leastMissing(rows, func(zone int, sign int64) *Fitting {
		return &Fitting{Hypothesis: ZoneShift, Unit: u, Bare: bare, Zone: zone, Sign: sign}
	})
}

// fitSplit chooses the zone and sign with a DST instant inside the cohort, at least so many rows on each side, whose jumps,
// taken off, leave the best constant.
func (m *Model) fitSplit(rows []*row, u Unit, bare bool, least int) *Fitting {
	return m.leastMissing(rows, func(zone int, sign int64) *Fitting {
		if before, after := m.sides(rows, u, zone, bare); before < least || after < least {
			return nil
		}
		p := &Fitting{Hypothesis: DSTSplit, Unit: u, Bare: bare, Zone: zone, Sign: sign}
		for _, f := range u.fields() {
			p.Constant[f], _ = centre(rows, func(w *row) (int64, bool) {
				return sub(w.offsets[f].d.Mid(), sign*m.zoneAt(zone, m.instantOf(w, f))), w.offsets[f].in(bare)
			})
		}
		return p
	})
}

// leastMissing tries every zone with both signs: local time written as UTC, and UTC read as local time.
func (m *Model) leastMissing(rows []*row, try func(zone int, sign int64) *Fitting) *Fitting {
	var best *Fitting
	least := 0
	for zone := range m.table.Zones {
		for _, sign := range [...]int64{1, -1} {
			p := try(zone, sign)
			if p == nil {
				continue
			}
			misses := 0
			for _, w := range rows {
				if c := m.cell(w, p); c.fit > fits {
					misses++
				}
			}
			if best == nil || misses < least {
				best, least = p, misses
			}
		}
	}
	return best
}

// sides counts the rows on each side of the DST instant of the zone that has the most on its smaller side.
func (m *Model) sides(rows []*row, u Unit, zone int, bare bool) (before, after int) {
	shifts := m.table.Zones[zone].Shifts
	f := u.fields()[0]
	for i := 1; i < len(shifts); i++ {
		if shifts[i].Offset == shifts[i-1].Offset {
			continue
		}
		lo, hi := 0, 0
		for _, w := range rows {
			if !w.offsets[f].in(bare) {
				continue
			}
			at := m.instantOf(w, f)
			switch {
			case at < shifts[i].From && (i == 1 || at >= shifts[i-1].From):
				lo++
			case at >= shifts[i].From && (i+1 == len(shifts) || at < shifts[i+1].From):
				hi++
			}
		}
		if min(lo, hi) > min(before, after) {
			before, after = lo, hi
		}
	}
	return before, after
}

// sameZones are the configured zones that fit as well as the one that stands.
func (b *bench) sameZones(h *contender) []string {
	var names []string
	for zone := range b.m.table.Zones {
		p := h.Fitting
		p.Zone = zone
		for _, sign := range [...]int64{1, -1} {
			p.Sign = sign
			misses := 0
			for _, w := range b.rows {
				if b.m.cell(w, &p).fit > fits {
					misses++
				}
			}
			if misses <= Tolerance(h.n) {
				names = append(names, b.m.table.Zones[zone].Name)
				break
			}
		}
	}
	return names
}

// bothSides says whether twenty recordings lie on each side of a DST instant of the zone.
func (b *bench) bothSides(h *contender) bool {
	before, after := b.m.sides(b.rows, b.unit, h.Zone, b.bare)
	return before >= minStratum && after >= minStratum
}

// zone hears the configured zone that fits best; where none is configured the lattice alone speaks (table.go).
func (b *bench) zone() *contender {
	p := b.m.fitZone(b.rows, b.unit, b.bare)
	if p == nil {
		return b.untestable(ZoneShift, Decider{Need: NeedDST})
	}
	c := b.hear(*p)
	before, after := b.m.sides(b.rows, b.unit, p.Zone, b.bare)
	c.numbers = append(c.numbers, Number{"before_n", int64(before)}, Number{"after_n", int64(after)})
	return c
}

// split hears the zone whose DST jumps, taken off, leave a constant. With fewer than twenty recordings on a side it is not
// tested, and yet a rival of the constant if those on the smaller side say so.
func (b *bench) split(constant *contender) *contender {
	p := b.m.fitSplit(b.rows, b.unit, b.bare, minStratum)
	few := p == nil
	if few {
		p = b.m.fitSplit(b.rows, b.unit, b.bare, 1)
	}
	if p == nil {
		return b.untestable(DSTSplit, Decider{Need: NeedDST})
	}
	c := b.hear(*p)
	fixed := p.Constant[b.primary()]
	c.gone = magnitude(fixed) <= uint64(b.tau) // then it is the zone itself
	c.numbers = append(c.numbers, Number{"fixed_ms", fixed})
	if few {
		c.partly = (c.holds || c.partly) && b.across(c, constant)
		c.tested, c.holds, c.missing = false, false, Decider{Need: NeedDST}
	}
	return c
}

// across says whether the recordings that tell the two apart, three at least and more than half of them, speak for the
// split.
func (b *bench) across(split, constant *contender) bool {
	jumped, stayed := 0, 0
	for i := range b.all {
		switch s, c := split.cells[i].fit, constant.cells[i].fit; {
		case !b.under[i]:
		case s == fits && c == clear:
			jumped++
		case s == clear && c == fits:
			stayed++
		}
	}
	return jumped >= minJumped && jumped > stayed
}

// lattice tests whether the departing fields are off by one multiple of 15 minutes, k ≠ 0: a zone, for one record.
func (m *Model) lattice(w *row, f field, use uint32) cell {
	d, _, ok := w.sum(&m.offsets[f], use)
	if !ok {
		return cell{}
	}
	step := nearestStep(d.Mid())
	var c cell
	take := func(g field) {
		if d, tau, ok := w.sum(&m.offsets[g], use); ok {
			d = shift(d, -step)
			c.take(d.Dist(), tau, d.Mid())
		}
	}
	if fieldUnits[f] == unitSession {
		take(fieldStart)
		take(fieldEnd)
		return c
	}
	take(f)
	for _, g := range unitSession.fields() {
		if o := &w.offsets[g]; o.seen {
			c.take(o.d.Dist(), o.tau, o.d.Mid())
		}
	}
	return c
}

// nearestStep is the zone offset nearest to ms that is not zero.
func nearestStep(ms int64) int64 {
	k := max(-latticeReach, min(latticeReach, ms/latticeStep))
	best := int64(0)
	for _, c := range [...]int64{k - 1, k, k + 1} {
		if c == 0 || c < -latticeReach || c > latticeReach {
			continue
		}
		if best == 0 || apart(ms, c*latticeStep) < apart(ms, best) {
			best = c * latticeStep
		}
	}
	return best
}

// fromLattice is the distance of ms from the nearest zone offset that is not zero.
func fromLattice(ms int64) int64 { return apart(ms, nearestStep(ms)) }

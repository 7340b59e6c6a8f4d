package attribute

import "holdfast.example/schemas/instant"

// Basis is what is known of a whole cohort before one of its recordings is read: which fields are whole-second, and what
// stands in for the session where the cohort has none.
type Basis struct {
	Whole     [FactCount]bool // ≥ 20 values of the fact, all ending .000
	StartFrom Fact            // the reading that is the session's start: SessionStart, Header or SenderDate
	EndFrom   Fact            // that of its end: SessionEnd, or Header with the media's length
}

// basisOf is a single recording's, of which no cohort is known.
func basisOf(r *Recording) Basis {
	seen := func(f Fact) bool { return r.Readings[f].Present() }
	return choose(seen(SessionStart), seen(SessionEnd), seen(Header), seen(SenderDate))
}

// choose prefers the session's own events. The header stands in for them (story A with two clocks), then an e-mail's
// sender; never for a part of a cohort only, or one cohort would be compared with two clocks.
func choose(start, end, header, sender bool) Basis {
	b := Basis{StartFrom: SessionStart, EndFrom: SessionEnd}
	switch {
	case start || !header && !sender:
		return b
	case header:
		b.StartFrom = Header
	default:
		b.StartFrom = SenderDate
	}
	if !end && b.StartFrom == Header {
		b.EndFrom = Header
	}
	return b
}

// offset is a field's comparison in one row.
type offset struct {
	d    instant.Interval
	tau  int64
	seen bool // zoned readings on both sides
	bare bool // readings on both sides, at least one without a zone
}

func (o *offset) departs() bool { return (o.seen || o.bare) && o.d.Dist() > Slack }

// row is a recording laid out for judging: widths as the basis says, the session's stand-ins in place.
type row struct {
	rec     *Recording
	iv      [FactCount]instant.Interval
	have    uint32    // facts present and zoned, and durations
	bare    uint32    // facts present without a zone
	refs    [2]Family // of the session's start and end
	offsets [fieldCount]offset
}

// bind lays out a recording.
func (m *Model) bind(w *row, r *Recording, b *Basis) {
	w.rec, w.have, w.bare = r, 0, 0
	for f := Start; f < FactCount; f++ {
		rd := &r.Readings[f]
		if !rd.Present() {
			continue
		}
		w.iv[f] = rd.Interval
		if b.Whole[f] && rd.Lo == rd.Hi {
			w.iv[f].Hi = add(rd.Hi, widthSecond-1)
			if !rd.Truncated {
				w.iv[f].Lo = sub(rd.Lo, widthUnknown)
			}
		}
		if rd.Zoned || f.duration() {
			w.have |= 1 << f
		} else {
			w.bare |= 1 << f
		}
	}
	w.standIn(b)
	for f := range fieldCount {
		o := &w.offsets[f]
		if o.d, o.tau, o.seen = w.sum(&m.offsets[f], w.have); !o.seen {
			o.d, o.tau, o.bare = w.sum(&m.offsets[f], w.have|w.bare)
		} else {
			o.bare = false
		}
	}
}

// standIn moves what stands for the session into its place; it is then no field any more.
func (w *row) standIn(b *Basis) {
	w.refs = [2]Family{w.rec.Readings[SessionStart].Family, w.rec.Readings[b.EndFrom].Family}
	if b.EndFrom == Header {
		w.move(Header, SessionEnd)
		if all := uint32(1<<MediaDuration | 1<<SessionEnd); (w.have|w.bare)&all == all {
			w.iv[SessionEnd] = plus(w.iv[SessionEnd], w.iv[MediaDuration])
			w.have &^= 1 << MediaDuration
		} else {
			w.have &^= 1 << SessionEnd
			w.bare &^= 1 << SessionEnd
		}
	}
	if b.StartFrom == SessionStart {
		return
	}
	w.refs[0] = w.rec.Readings[b.StartFrom].Family
	w.move(b.StartFrom, SessionStart)
	w.have &^= 1 << b.StartFrom
	w.bare &^= 1 << b.StartFrom
}

// move copies a reading into another's place.
func (w *row) move(from, to Fact) {
	w.iv[to] = w.iv[from]
	w.have = w.have&^(1<<to) | (w.have>>from&1)<<to
	w.bare = w.bare&^(1<<to) | (w.bare>>from&1)<<to
}

// sum adds the readings of s, if all are in use, and their τ (section 1).
func (w *row) sum(s *sum, use uint32) (d instant.Interval, tau int64, ok bool) {
	if s.mask&^use != 0 {
		return d, 0, false
	}
	tau = Slack
	for _, t := range s.terms {
		iv := w.iv[t.fact]
		tau = add(tau, iv.Width())
		if t.minus {
			d = d.Minus(iv)
		} else {
			d = plus(d, iv)
		}
	}
	return d, tau, true
}

// fit grades one row's agreement with a hypothesis.
type fit uint8

const (
	absent fit = iota // a fact is missing
	fits              // dist ≤ J in every predicted field
	near              // misses, by no more than 5τ
	clear             // misses by more than 5τ in some field
)

// cell is a row's word on a hypothesis.
type cell struct {
	fit  fit
	mid  int64 // residual of the field that misses most; of the first where none does
	dist int64 // the largest
	tau  int64 // the largest
	own  int64 // the largest of the fields that the hypothesis names: what chance would have had to hit
	idle bool  // it predicts an offset within that: no departure
}

// take adds one field's residual to a cell: its distance, its τ and its middle.
func (c *cell) take(dist, tau, mid int64) {
	if c.fit == absent || dist > c.dist {
		c.mid = mid
	}
	grade := fits
	switch {
	case dist > times(far, tau):
		grade = clear
	case dist > Slack:
		grade = near
	}
	c.fit, c.dist, c.tau = max(c.fit, grade), max(c.dist, dist), max(c.tau, tau)
}

// weigh tests a variant on a row. An unnamed start or end must be aligned where it can be compared; whole asks it also of
// a hypothesis on another field (one record), not only of one on the session's (a cohort judges each field by itself).
func (m *Model) weigh(w *row, v *variant, whole bool) cell {
	var c cell
	if v.offset.mask&^w.have != 0 {
		return c
	}
	var named [fieldCount]bool
	for i := range v.claims {
		d, tau, ok := w.sum(&v.claims[i].residual, w.have)
		if !ok {
			if v.claims[i].field == v.primary {
				return cell{}
			}
			continue
		}
		named[v.claims[i].field] = true
		c.take(d.Dist(), tau, d.Mid())
		c.own = max(c.own, tau)
	}
	predicted, _, _ := w.sum(&v.offset, w.have)
	c.idle = magnitude(predicted.Mid()) <= uint64(c.own)
	if v.unit == unitSession || whole {
		for _, f := range unitSession.fields() {
			if o := &w.offsets[f]; !named[f] && o.seen {
				c.take(o.d.Dist(), o.tau, o.d.Mid())
			}
		}
	}
	return c
}

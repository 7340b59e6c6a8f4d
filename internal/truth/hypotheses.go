package truth

// sum is a signed sum of readings: a residual that is nought where a claim is true. A reading that would occur with both
// signs has cancelled, so the sum's τ is the slack and the widths of what is left.
type sum [2][]Fact // added, and taken off

// like are the comparisons of like with like: field minus its own instant.
var like = [...]sum{
	Start:    {{Start}, {SessionStart}},
	End:      {{End}, {SessionEnd}},
	Created:  {{Created}, {SessionStart}},
	Header:   {{Header}, {SessionStart}},
	Duration: {{Duration, SessionStart}, {SessionEnd}},
}

// claim is that a field has the value that makes the sum nought.
type claim struct {
	field Fact
	sum   sum
}

// hypothesis is one form of a cause without a free parameter. It predicts the fields of its claims; of start and end, a
// field it does not name must be aligned. What it leaves open are the fields of other clocks or of another meaning
// (created, header, duration): they need not be aligned, as the specification has it.
type hypothesis struct {
	cause  Cause
	claims []claim
	two    bool  // exists with two agents only: with one, its fields are aligned
	agree  []sum // what else must be nought, of facts that are not judged
	delta  bool  // it may be off by a constant: a lag of its own between the stamp and the field
}

// hypotheses are all of them, one line each. The order means nothing.
var hypotheses = []hypothesis{
	{cause: Finalisation, delta: true, claims: []claim{{Start, sum{{Start}, {Finalised}}}, {End, sum{{End}, {Finalised}}}}},
	{cause: Finalisation, delta: true, claims: []claim{{End, sum{{End}, {Finalised}}}}},
	{cause: Finalisation, delta: true, claims: []claim{{Start, sum{{Start, SessionEnd}, {SessionStart, Finalised}}}, {End, sum{{End}, {Finalised}}}}},
	{cause: Finalisation, delta: true, claims: []claim{{Created, sum{{Created}, {Finalised}}}}},
	{cause: Transfer, claims: []claim{{Start, sum{{Start, Finalised}, {SessionStart, Uploaded}}}, {End, sum{{End, Finalised}, {SessionEnd, Uploaded}}}}},
	{cause: QueueWait, claims: []claim{{Start, sum{{Start}, {Connect}}}}},
	{cause: DefinitionACD, claims: []claim{{Start, sum{{Start}, {ACD}}}}},
	{cause: DefinitionACD, claims: []claim{{Created, sum{{Created}, {ACD}}}}},
	{cause: DefinitionConnect, claims: []claim{{Created, sum{{Created}, {Connect}}}}},
	{cause: DefinitionSecond, two: true, claims: []claim{{Start, sum{{Start}, {Second}}}}},
	{cause: DefinitionSecond, two: true, claims: []claim{{Created, sum{{Created}, {Second}}}}},
	{cause: DefinitionCreation, claims: []claim{{Created, sum{{Created}, {Creation}}}}},
	{cause: Handoff, two: true, claims: []claim{{Created, sum{{Created, FirstEnd}, {SessionStart, Second}}}}},
	{cause: AfterCallWork, claims: []claim{{End, sum{{End}, {WrapEnd}}}}},
	{cause: PauseCut, claims: []claim{{Duration, sum{{Duration, SessionStart, Pauses}, {SessionEnd}}}}},
	{cause: PauseCut, claims: []claim{{Duration, sum{{Duration, SessionStart, Pauses}, {SessionEnd}}}, {End, sum{{End, Pauses}, {SessionEnd}}}}},
	{cause: HeaderWrite, claims: []claim{{Header, sum{{Header}, {SessionEnd}}}}},
	{cause: HeaderWrite, claims: []claim{{Header, sum{{Header}, {Finalised}}}}},
	{cause: HeaderWrite, claims: []claim{{Header, sum{{Header}, {Connect}}}}},
	{cause: AccessTrim, claims: []claim{{Start, sum{{Start}, {AnsweredStart}}}}, agree: []sum{{{OriginalStart}, {SessionStart}}}},
}

// of is the claim on a field; nil: it makes none.
func (h *hypothesis) of(f Fact) *claim {
	for i := range h.claims {
		if h.claims[i].field == f {
			return &h.claims[i]
		}
	}
	return nil
}

// window is a residual, by the middles of its readings, and how far from nought it may lie.
type window struct {
	x, tau int64
	seen   bool // every reading of the sum is
}

// within says whether the residual is nought within τ.
func (w window) within() bool { return w.seen && abs(w.x) <= w.tau }

// view is a cohort with the width of each fact, as the page has it: a reading's own, unless the cohort shows that a
// source which writes milliseconds has none.
type view struct {
	o      *Observed
	width  [Facts]int64
	centre [Facts]int64 // the middle of a reading of that width, from its value
}

// middles of [v, v], [v, v+999] and [v-500, v+999], from v.
var middles = map[int64]int64{widthFine: 0, widthCut: 499, widthCoarse: 249}

func newView(o *Observed) *view {
	v := &view{o: o}
	for f := range Facts {
		v.width[f] = o.widthOf(f)
		v.centre[f] = middles[v.width[f]]
	}
	return v
}

func (o *Observed) widthOf(f Fact) int64 {
	n, coarse, cut, wholes := 0, false, true, true
	for i := range o.Recordings {
		r := &o.Recordings[i].Facts[f]
		if !r.Seen {
			continue
		}
		n++
		coarse = coarse || r.Written == second
		cut = cut && r.Cut
		wholes = wholes && r.At%second == 0
	}
	switch {
	case n == 0, !coarse && (n < wholeAfter || !wholes):
		return widthFine
	case cut:
		return widthCut
	}
	return widthCoarse
}

// eval is the residual of a sum on one recording.
func (v *view) eval(r *Recording, s *sum) window {
	w := window{tau: slack}
	sign := int64(1)
	for _, side := range s {
		for _, f := range side {
			if !r.Facts[f].Seen {
				return window{}
			}
			w.x += sign * (r.Facts[f].At + v.centre[f])
			w.tau += v.width[f]
		}
		sign = -sign
	}
	w.seen = true
	return w
}

// aligned is the comparison of like with like.
func (v *view) aligned(r *Recording, f Fact) window {
	return v.eval(r, &like[f])
}

// outcome is what one recording says of a hypothesis.
type outcome struct {
	seen   bool  // its facts are there
	lo, hi int64 // what must be added to its prediction: within these, all claims are true within τ
	zero   bool  // nothing need be added
	offset int64 // how far it predicts the first claimed field from alignment
	moves  bool  // that is beyond τ
	bears  bool  // one of its fields does depart: else it explains nothing that is seen
}

// try asks one recording.
func (v *view) try(r *Recording, h *hypothesis) outcome {
	out := outcome{seen: true, lo: -1 << 62, hi: 1 << 62}
	absent := h.two && r.Agents < 2
	for i := range h.claims {
		c := &h.claims[i]
		is := v.aligned(r, c.field)
		w := is
		if !absent {
			w = v.eval(r, &c.sum)
		}
		if !w.seen {
			return outcome{}
		}
		if i == 0 && !absent {
			out.offset, out.moves = is.x-w.x, abs(is.x-w.x) > w.tau
		}
		out.bears = out.bears || !is.within()
		out.lo, out.hi = max(out.lo, w.x-w.tau), min(out.hi, w.x+w.tau)
	}
	other := true
	for i := range h.agree {
		w := v.eval(r, &h.agree[i])
		if !w.seen {
			return outcome{}
		}
		other = other && w.within()
	}
	for _, f := range []Fact{Start, End} {
		if h.of(f) == nil {
			other = other && v.aligned(r, f).within()
		}
	}
	if !other {
		out.lo, out.hi = 1, 0
	}
	out.zero = out.lo <= 0 && 0 <= out.hi
	return out
}

package attribute

import "holdfast.example/schemas/instant"

// shapeOf names what is seen of one recording (section 3, step 3) and the field its offset is of. Start and end tell the
// shape; created, the header and the media's length are asked only where these are aligned.
func (w *row) shapeOf(use Unit) (Shape, field) {
	start, end := &w.offsets[fieldStart], &w.offsets[fieldEnd]
	if use == unitNone || use == unitSession {
		switch {
		case (start.departs() || end.departs()) && w.degenerate():
			return Degenerate, fieldStart
		case start.departs() && end.departs():
			if apartBy(start.d, end.d) <= Slack {
				return Translation, fieldStart
			}
			return Mixture, fieldStart
		case start.departs():
			return StartOnly, fieldStart
		case end.departs():
			return EndOnly, fieldEnd
		case use == unitSession:
			return Aligned, fieldStart
		}
	}
	for _, f := range [...]field{fieldCreated, fieldHeader} {
		if w.offsets[f].departs() && (use == unitNone || use == fieldUnits[f]) {
			return StartOnly, f
		}
	}
	if o := &w.offsets[fieldDuration]; o.departs() && (use == unitNone || use == unitDuration) {
		if o.d.Hi < 0 {
			return Cut, fieldDuration
		}
		return Mixture, fieldDuration
	}
	return Aligned, w.first(use)
}

// first is the first field of the unit (unitNone: of all) that can be compared.
func (w *row) first(use Unit) field {
	for f := range fieldCount {
		if (use == unitNone || use == fieldUnits[f]) && (w.offsets[f].seen || w.offsets[f].bare) {
			return f
		}
	}
	return fieldStart
}

// comparable says whether any field of the unit (unitNone: of all) can be compared by readings with a zone.
func (w *row) comparable(use Unit) bool {
	for f := range fieldCount {
		if (use == unitNone || use == fieldUnits[f]) && w.offsets[f].seen {
			return true
		}
	}
	return false
}

// degenerate: start = end, and the session's are not.
func (w *row) degenerate() bool {
	all := w.have | w.bare
	if need := uint32(1<<Start | 1<<End | 1<<SessionStart | 1<<SessionEnd); all&need != need {
		return false
	}
	return apartBy(w.iv[End], w.iv[Start]) <= Slack && apartBy(w.iv[SessionEnd], w.iv[SessionStart]) > Slack
}

// apartBy is the least distance between a member of a and one of b.
func apartBy(a, b instant.Interval) int64 { return a.Minus(b).Dist() }

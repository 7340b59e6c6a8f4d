package check

import (
	"slices"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas/instant"
)

// offsets are all fields of all exports of a recording that can be compared: of the judged one as attribution widened
// them, of others as they stand.
func (l *laid) offsets(v *attribute.Verdict) []FieldOffset {
	var out []FieldOffset
	for i := range v.Offsets {
		o := &v.Offsets[i]
		if o.Field == attribute.NoFact {
			continue
		}
		name, a := o.Field.String(), o.A.String()
		if t := l.x.Time(o.Field); t != nil {
			name, a = t.Name, t.Clock
		}
		out = append(out, FieldOffset{name, o.Field, a, l.against(o), o.D.Lo, o.D.Hi, o.Departs(), l.x.file})
	}
	for i := range l.r.exports[1:] {
		x := &l.r.exports[1+i]
		for t := range slices.Values(x.Times) {
			ref := l.reference(&t)
			if !ref.Known() || !t.Zoned || !ref.Zoned {
				continue
			}
			d := t.Interval().Minus(ref.Interval())
			out = append(out, FieldOffset{t.Name, t.Means, t.Clock, ref.Clock, d.Lo, d.Hi, d.Dist() > attribute.Slack, x.file})
		}
	}
	return out
}

// reference is what a time of an export is held against; the zero Stamp: nothing like it is known.
func (l *laid) reference(t *timeline.Time) timeline.Stamp {
	switch {
	case t.Means == attribute.End:
		return l.ref.End
	case t.Means == attribute.Start, t.Means == attribute.Created && !t.Other:
		return l.ref.Start
	case t.Means == attribute.Created:
		return l.r.time(attribute.RecordingCreated)
	}
	return timeline.Stamp{}
}

// against is the clock of what attribution held a field against.
func (l *laid) against(o *attribute.Offset) string {
	for _, s := range []timeline.Stamp{l.ref.Start, l.ref.End, l.r.time(attribute.RecordingCreated), l.r.time(attribute.SenderDate)} {
		if s.Known() && attribute.FamilyOf(instant.Clock(s.Clock)) == o.B {
			return s.Clock
		}
	}
	return o.B.String()
}

// widest is the largest departing offset of the judged export, either sign, ms.
func (r *Recording) widest() int64 {
	most := int64(0)
	for i := range r.Verdict.Offsets {
		if o := &r.Verdict.Offsets[i]; o.Field != attribute.NoFact && o.Departs() {
			most = max(most, o.D.Mid(), -o.D.Mid())
		}
	}
	return most
}

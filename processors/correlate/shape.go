package correlate

import (
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/leaf"
)

// fieldDuration is the field of a duration's offset, whatever its name in the file.
const fieldDuration = "duration"

// clock of the reference: conversation events.
const referenceClock = string(instant.GenesysCloud)

// comparison is one like-for-like pair of readings as an offset.
type comparison struct {
	role  string
	d     instant.Interval // export minus reference
	width int64            // of both readings together: what τ adds to the slack
}

// compare measures every like-for-like pair of the recording's clocks as intervals and names the shape. One record
// carries no free parameter: it never names a cause. (attribution, sections 1 and 3)
func (s *shard) compare(x *export, r *recording, ref reference) leaf.Verdict {
	v := leaf.Verdict{Shape: shapeNotComparable, Locus: locusUnknown, Grade: gradeNotComparable, Mechanism: mechanismNone}
	if x == nil {
		v.Grade, v.Missing = gradeInsufficient, "metadata file or manifest row"
		return v
	}
	var cs []comparison
	add := func(role, field, clockA, clockB string, a, b instant.Interval) {
		if !a.Valid() || !b.Valid() || len(v.Offsets) == leaf.MaxList {
			return
		}
		d := a.Minus(b)
		if d.Lo < -leaf.MaxInteger || d.Hi > leaf.MaxInteger {
			return // no leaf can show it, and no clock is off by 285,000 years
		}
		v.Offsets = append(v.Offsets, leaf.Offset{Field: field, ClockA: clockA, ClockB: clockB, LoMS: d.Lo, HiMS: d.Hi})
		cs = append(cs, comparison{role, d, a.Width() + b.Width()})
	}
	for _, y := range []*export{x, r.other(x)} {
		if y == nil {
			continue
		}
		for _, t := range y.Times {
			if !t.Zoned {
				continue
			}
			a := instant.Interval{Lo: t.Lo, Hi: t.Hi}
			switch t.Role {
			case roleStart, roleCreated:
				add(t.Role, t.Field, t.Clock, referenceClock, a, ref.start)
			case roleEnd:
				add(t.Role, t.Field, t.Clock, referenceClock, a, ref.end)
			case roleExported:
				add(t.Role, t.Field, t.Clock, string(instant.S3), a, r.put(y == r.Row))
			}
		}
		if y.DurationMS >= 0 && y.DurationMS <= leaf.MaxInteger/2 && ref.start.Valid() && ref.end.Valid() {
			add(fieldDuration, fieldDuration, string(instant.ExportMetadata), referenceClock, instant.Interval{Lo: y.DurationMS, Hi: y.DurationMS}, ref.end.Minus(ref.start))
		}
	}
	s.judge(&v, cs, s.instantly(x) && !s.short(ref))
	if v.Shape == shapeNotComparable {
		v.Missing = "start and end events of the session"
		if ref.outside {
			v.Missing = "a session within the match window"
		} else if ref.start.Valid() {
			v.Missing = "a start, end or created time with a zone"
		}
	}
	return v
}

// other is the recording's second export, if x is one of two. Both are one exporter's word and count once: the second
// adds offsets, and never a vote.
func (r *recording) other(x *export) *export {
	if x == r.Metadata {
		return r.Row
	}
	return nil
}

// put is S3's own time of the first put of the metadata file, the empty interval where there is none.
func (r *recording) put(row bool) instant.Interval {
	for i := range r.Parts {
		if p := &r.Parts[i]; !row && p.Role == "metadata" && p.PutHi >= p.PutLo {
			return instant.Interval{Lo: p.PutLo, Hi: p.PutHi}
		}
	}
	return instant.Interval{Lo: 0, Hi: -1}
}

// instantly says whether an export starts and ends at one instant, within τ.
func (s *shard) instantly(x *export) bool {
	start, end := x.time(roleStart), x.time(roleEnd)
	return start != nil && end != nil && start.Zoned && end.Zoned && s.together(start.interval(), end.interval())
}

// short says whether the reference itself is no longer than that, or of a length nobody knows.
func (s *shard) short(ref reference) bool {
	return !ref.start.Valid() || !ref.end.Valid() || s.together(ref.start, ref.end)
}

func (s *shard) together(a, b instant.Interval) bool {
	return a.Minus(b).Dist() <= s.regime.SlackMS
}

func (t *instantOf) interval() instant.Interval { return instant.Interval{Lo: t.Lo, Hi: t.Hi} }

// judge names the shape out of the comparisons; the first of a role counts.
func (s *shard) judge(v *leaf.Verdict, cs []comparison, degenerate bool) {
	first := func(role string) *comparison {
		for i := range cs {
			if cs[i].role == role {
				return &cs[i]
			}
		}
		return nil
	}
	start, end, created, duration := first(roleStart), first(roleEnd), first(roleCreated), first(fieldDuration)
	departs := func(c *comparison) bool { return c != nil && c.d.Dist() > s.regime.SlackMS }
	of := func(c *comparison) *int64 { ms := c.d.Mid(); return &ms }
	v.Grade = gradeUnexplained
	switch {
	case start == nil && end == nil && created == nil:
		v.Grade = gradeNotComparable
	case degenerate && start != nil && (departs(start) || departs(end)):
		v.Shape, v.OffsetMS = shapeDegenerate, of(start)
	case departs(start) && departs(end):
		v.Shape, v.OffsetMS = shapeMixture, of(start)
		if dist(start.d.Mid(), end.d.Mid()) <= s.regime.SlackMS+max(start.width, end.width) {
			v.Shape = shapeTranslation
		}
	case departs(start):
		v.Shape, v.OffsetMS = shapeStartOnly, of(start)
	case departs(end):
		v.Shape, v.OffsetMS = shapeEndOnly, of(end)
	case departs(created):
		v.Shape, v.OffsetMS = shapeStartOnly, of(created)
	case departs(duration) && duration.d.Hi < 0:
		v.Shape, v.OffsetMS = shapeCut, of(duration)
	default:
		v.Shape, v.Grade = shapeAligned, gradeEstablished
		if departs(duration) {
			v.Shape, v.Grade = shapeMixture, gradeUnexplained
		}
		switch {
		case start != nil:
			v.OffsetMS = of(start)
		case created != nil:
			v.OffsetMS = of(created)
		default:
			v.OffsetMS = of(end)
		}
	}
}

func dist(a, b int64) int64 {
	if a < b {
		return b - a
	}
	return a - b
}

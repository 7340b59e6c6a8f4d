package attribute

import (
	"testing"

	"holdfast.example/schemas/instant"
)

// The shapes, each by what it says (section 3, step 3).
func TestShapes(t *testing.T) {
	m := NewModel(Table{})
	for _, c := range []struct {
		what  string
		bend  func(r *Recording)
		shape Shape
		field Fact
	}{
		{"aligned", func(r *Recording) {}, Aligned, Start},
		{"at the slack", func(r *Recording) { set(r, Start, at(r, SessionStart)+50) }, Aligned, Start},
		{"beyond the slack", func(r *Recording) { set(r, Start, at(r, SessionStart)-51) }, StartOnly, Start},
		{"translation", func(r *Recording) { move(r, 5_000, Start, End) }, Translation, Start},
		{"start and end apart", func(r *Recording) { move(r, 5_000, Start); move(r, 5_100, End) }, Mixture, Start},
		{"end", func(r *Recording) { move(r, 5_000, End) }, EndOnly, End},
		{"created", func(r *Recording) { move(r, 5_000, Created) }, StartOnly, Created},
		{"header", func(r *Recording) { move(r, 5_000, Header) }, StartOnly, Header},
		{"cut", func(r *Recording) { move(r, -5_000, MediaDuration) }, Cut, MediaDuration},
		{"longer", func(r *Recording) { move(r, 5_000, MediaDuration) }, Mixture, MediaDuration},
		{"degenerate", func(r *Recording) { set(r, Start, at(r, End)) }, Degenerate, Start},
		{"a session that is as short", func(r *Recording) {
			set(r, SessionEnd, at(r, SessionStart))
			set(r, Start, at(r, SessionStart)+5_000)
			set(r, End, at(r, Start))
		}, Translation, Start},
		{"nothing to compare", func(r *Recording) { *r = Recording{} }, NotComparable, NoFact},
		{"no session", func(r *Recording) {
			for _, f := range []Fact{SessionStart, SessionEnd, Header, SenderDate} {
				r.Readings[f] = Reading{}
			}
		}, NotComparable, NoFact},
		{"an interval that holds nothing", func(r *Recording) {
			r.Readings[Start].Interval = instant.Interval{Lo: 5, Hi: 4}
			move(r, 9_000, End)
		}, EndOnly, End},
	} {
		r := newScene(27, 2).recs[1]
		set(r, Start, at(r, SessionStart))
		set(r, End, at(r, SessionEnd))
		c.bend(r)
		if v := m.Record(r, nil); v.Shape != c.shape || v.Field != c.field {
			t.Errorf("%s: %v of %v, want %v of %v", c.what, v.Shape, v.Field, c.shape, c.field)
		}
	}
}

// Aligned is established, of no cause, and never a finding, whatever happens to fit.
func TestAlignedRecord(t *testing.T) {
	m := NewModel(Table{})
	for _, r := range newScene(28, 300).recs {
		v := m.Record(r, nil)
		if v.Shape != Aligned || v.Grade != Established || v.Cause != NoCause || v.Locus != LocusNone || v.Candidates != 0 || v.Decider.Need != NeedNothing {
			t.Fatalf("%+v", v)
		}
		if v.Offsets[0].Field != Start || v.Offsets[0].A != FamilyExport || v.Offsets[0].B != FamilyPlatform || v.Offsets[0].Departs() || v.Tau != 52 {
			t.Fatalf("offset %+v", v.Offsets[0])
		}
	}
}

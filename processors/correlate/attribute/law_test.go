package attribute

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawn is a cohort of one bend, or of none, of a random size and seed, some of it in whole seconds, some facts missing.
func drawn(t *rapid.T) (*scene, Hypothesis) {
	var hs []Hypothesis
	for h := range HypothesisCount {
		if bends[h] != nil {
			hs = append(hs, h)
		}
	}
	h := rapid.SampledFrom(hs).Draw(t, "bend")
	s := bent(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(25, 240).Draw(t, "n"), h)
	if rapid.IntRange(0, 3).Draw(t, "whole") == 0 {
		s.whole(Start, End, Created)
	}
	for f := ACDStart; f < FactCount; f++ {
		if rapid.IntRange(0, 9).Draw(t, "drop") == 0 {
			s.drop(f)
		}
	}
	if rapid.Bool().Draw(t, "outliers") {
		for i := 3; i < len(s.recs); i += 20 {
			move(s.recs[i], s.among(-400_000, 400_000), Start)
		}
	}
	return s, h
}

// Shifting all clocks by one amount changes no verdict.
func TestLawShift(t *testing.T) {
	m := NewModel(Table{})
	rapid.Check(t, func(t *rapid.T) {
		s, _ := drawn(t)
		was := m.Cohort(s.cohort())
		first := m.Record(s.recs[0], m.Spread(s.cohort()))
		by := rapid.Int64Range(-1000, 1000).Draw(t, "seconds") * 1000
		s.each(func(r *Recording) {
			for f := Start; f < FactCount; f++ {
				if !f.duration() {
					move(r, by, f)
				}
			}
			r.At += by
		})
		is := m.Cohort(s.cohort())
		was.From, was.To = was.From+by, was.To+by
		if was.Departing == 0 {
			was.From, was.To = is.From, is.To
		}
		was.Force, is.Force = Force{}, Force{}
		if !reflect.DeepEqual(was, is) {
			t.Fatalf("shifted by %d s:\n%+v\n%+v", by/1000, was, is)
		}
		if v := m.Record(s.recs[0], m.Spread(s.cohort())); !reflect.DeepEqual(v, first) {
			t.Fatalf("record: %+v, was %+v", v, first)
		}
	})
}

// The order of arrival changes nothing.
func TestLawPermutation(t *testing.T) {
	m := NewModel(Table{Zones: []Zone{london}})
	rapid.Check(t, func(t *rapid.T) {
		s, _ := drawn(t)
		was, spread, swaps := m.Cohort(s.cohort()), m.Spread(s.cohort()), m.Swaps(s.recs, s.cohort().Basis())
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 1))
		rng.Shuffle(len(s.recs), func(i, j int) { s.recs[i], s.recs[j] = s.recs[j], s.recs[i] })
		if is := m.Cohort(s.cohort()); !reflect.DeepEqual(was, is) {
			t.Fatalf("%+v\n%+v", was, is)
		}
		if !reflect.DeepEqual(spread, m.Spread(s.cohort())) || !slices.Equal(swaps, m.Swaps(s.recs, s.cohort().Basis())) {
			t.Fatal("spread or swaps")
		}
	})
}

// rank of a name: what one may swear to.
func named(g Grade, c Cause) Cause {
	if g == Established {
		return c
	}
	return NoCause
}

// Removing a fact never turns one named cause into another, and never makes a name of an ambiguous verdict.
func TestLawRemoval(t *testing.T) {
	m := NewModel(Table{Zones: []Zone{london}})
	rapid.Check(t, func(t *rapid.T) {
		s, _ := drawn(t)
		spread := m.Spread(s.cohort())
		before := m.Cohort(s.cohort())
		f := Fact(rapid.IntRange(int(Start), int(FactCount)-1).Draw(t, "fact"))
		records := make([]Verdict, len(s.recs))
		for i, r := range s.recs {
			records[i] = m.Record(r, spread)
		}
		s.drop(f)
		after := m.Cohort(s.cohort())
		a, b := NoCause, NoCause
		if before.Named() {
			a = before.Cause
		}
		if after.Named() {
			b = after.Cause
		}
		if a != NoCause && b != NoCause && a != b || before.Grade == Ambiguous && b != NoCause {
			t.Fatalf("without %v: %v %v became %v %v", f, before.Grade, before.Candidates.List(), after.Grade, after.Cause)
		}
		for i, r := range s.recs {
			v := m.Record(r, spread)
			a, b := named(records[i].Grade, records[i].Cause), named(v.Grade, v.Cause)
			if a != NoCause && b != NoCause && a != b || records[i].Grade == Ambiguous && b != NoCause {
				t.Fatalf("recording %d without %v: %v %v became %v %v", i, f, records[i].Grade, records[i].Candidates.List(), v.Grade, v.Cause)
			}
		}
	})
}

// What is named is the cause that was drawn, and no other.
func TestLawTruth(t *testing.T) {
	m := NewModel(Table{Zones: []Zone{london}})
	rapid.Check(t, func(t *rapid.T) {
		s, h := drawn(t)
		if v := m.Cohort(s.cohort()); v.Named() && v.Cause != h.Cause() {
			t.Fatalf("%v was named %v (%v)", h, v.Cause, v.Hypothesis)
		}
		spread := m.Spread(s.cohort())
		for i, r := range s.recs {
			if v := m.Record(r, spread); v.Grade == Established && v.Cause != NoCause && v.Cause != h.Cause() {
				t.Fatalf("recording %d of %v was named %v at E %d", i, h, v.Cause, v.EPPB)
			}
		}
	})
}

// Swapping the labels of two clocks turns the locus round: of three clocks the odd one departs, whichever it is.
func TestLawLocusFlips(t *testing.T) {
	for _, c := range []struct {
		what  string
		bend  func(r *Recording)
		want  Locus
		shape Shape
	}{
		{"the export departs", func(r *Recording) { move(r, 30_000, Start, End, Created) }, LocusExport, Translation},
		{"the header departs", func(r *Recording) { move(r, 30_000, Header) }, LocusHeader, StartOnly},
		{"the platform departs", func(r *Recording) { move(r, 30_000, SessionStart, SessionEnd) }, LocusPlatform, Translation},
		{"all three depart", func(r *Recording) { move(r, 30_000, Start, End, Created); move(r, 70_000, Header) }, LocusUnknown, Translation},
	} {
		s := newScene(80, 120).drop(Finalise, S3Put).each(c.bend)
		v := s.judge(Table{})
		if v.Locus != c.want || v.Shape != c.shape {
			t.Errorf("%s: locus %v of %v", c.what, v.Locus, v.Shape)
		}
		if r := NewModel(Table{}).Record(s.recs[1], nil); r.Locus != c.want {
			t.Errorf("%s, one record: locus %v", c.what, r.Locus)
		}
	}
}

// A clock that agrees in four fifths of the recordings agrees; families count once; two clocks cannot tell.
func TestLocus(t *testing.T) {
	scene := func(agreeing int) *scene {
		s := newScene(81, 100).drop(Finalise, S3Put).each(func(r *Recording) { move(r, 30_000, Start, End, Created) })
		for i, r := range s.recs {
			if i >= agreeing {
				move(r, 1_000_000+int64(i)*4_000, Header)
			}
		}
		return s
	}
	for agreeing, want := range map[int]Locus{100: LocusExport, 80: LocusExport, 79: LocusUnknown} {
		if v := scene(agreeing).judge(Table{}); v.Locus != want {
			t.Errorf("the header agrees in %d: locus %v", agreeing, v.Locus)
		}
	}
	if v := scene(100).each(func(r *Recording) { r.Readings[Header].Family = FamilyPlatform }).judge(Table{}); v.Locus != LocusUnknown {
		t.Errorf("two clocks of one family and a third: locus %v", v.Locus)
	}
	thin := scene(100)
	for _, r := range thin.recs[:21] {
		r.Readings[Header] = Reading{}
	}
	if v := thin.judge(Table{}); v.Locus != LocusUnknown {
		t.Errorf("a header on 79 of 100: locus %v", v.Locus)
	}
	thin.recs[0].Readings[Header] = ms(FamilyHeader, at(thin.recs[0], SessionStart))
	if v := thin.judge(Table{}); v.Locus != LocusExport {
		t.Errorf("a header on 80 of 100: locus %v", v.Locus)
	}
	for away, want := range map[int64]Locus{50: LocusExport, 51: LocusUnknown} { // clocks agree within the slack
		v := scene(100).each(func(r *Recording) { set(r, Header, at(r, SessionStart)+away) }).judge(Table{})
		if v.Locus != want {
			t.Errorf("the header %d ms away: locus %v", away, v.Locus)
		}
	}
	ends := newScene(81, 100).drop(Finalise, S3Put).each(func(r *Recording) { move(r, 30_000, End) })
	if v := ends.judge(Table{}); v.Shape != EndOnly || v.Locus != LocusExport { // the header and the media's length end it too
		t.Errorf("the end alone: %v, locus %v", v.Shape, v.Locus)
	}
	mail := scene(100).each(func(r *Recording) { r.Readings[SenderDate] = ms(FamilySender, at(r, SessionStart)) })
	if v := mail.drop(SessionStart, SessionEnd).judge(Table{}); v.Locus != LocusExport { // the header's family, once, in the session's place
		t.Errorf("export, header and sender without a session: locus %v", v.Locus)
	}
	four := scene(100).each(func(r *Recording) { r.Readings[SenderDate] = ms(FamilySender, at(r, Start)) })
	if v := four.judge(Table{}); v.Locus != LocusUnknown {
		t.Errorf("two against two: locus %v", v.Locus)
	}
	four = scene(100).each(func(r *Recording) { // the sender agrees with three, of which the export agrees with it alone
		r.Readings[SenderDate] = ms(FamilySender, at(r, SessionStart)+40)
		set(r, Start, at(r, SessionStart)+80)
		set(r, Header, at(r, SessionStart))
	})
	if v := four.judge(Table{}); v.Locus != LocusUnknown {
		t.Errorf("the odd one agrees with one of the others: locus %v", v.Locus)
	}
	four = scene(100).each(func(r *Recording) { r.Readings[SenderDate] = ms(FamilySender, at(r, SessionStart)) })
	if v := four.judge(Table{}); v.Locus != LocusExport {
		t.Errorf("three against one: locus %v", v.Locus)
	}
}

package main

import (
	"slices"
	"strings"
	"testing"

	"holdfast.example/internal/truth"
)

// perfect is the sheet of a full run in which every requirement is met by one.
func perfect() *sheet {
	s := newSheet()
	for _, t := range []*tally{&s.cohorts, &s.records} {
		for _, c := range t.nameable {
			t.scores[c] = score{named: 1000, wrong: 4, identifiable: 1100, recalled: 990}
		}
		t.ambiguous, t.guessed = 1000, 10
	}
	s.comparisons = 3_000_000
	s.lives = lives{n: 100, opened: 90, resolved: 81}
	return s
}

// TestEdges holds each requirement at its edge: by one less it is missed, and nothing else is.
func TestEdges(t *testing.T) {
	for _, r := range perfect().requirements(true) {
		if r.state != metState {
			t.Errorf("%s is %s at %s", r.what, r.state, r.got)
		}
	}
	type edit struct {
		name  string
		spoil func(s *sheet)
		what  string
	}
	edits := []edit{
		{"guess, cohorts", func(s *sheet) { s.cohorts.guessed++ }, "cohorts: one cause named on an ambiguous"},
		{"guess, records", func(s *sheet) { s.records.guessed++ }, "records: one cause named on an ambiguous"},
		{"a wait on one record", func(s *sheet) { s.records.scores[truth.QueueWait].named = 1 }, "records: no other cause"},
		{"a swap of a cohort", func(s *sheet) { s.cohorts.scores[truth.Mispaired].named = 1 }, "cohorts: no other cause"},
		{"early", func(s *sheet) { s.cohorts.early = 1 }, "cohorts: none is named on fewer"},
		{"never opened", func(s *sheet) { s.lives.opened-- }, "findings: 0.90 open"},
		{"never resolved", func(s *sheet) { s.lives.resolved-- }, "findings: 0.90 of these"},
		{"resolved early", func(s *sheet) { s.lives.early++ }, "findings: none is resolved"},
		{"a finding", func(s *sheet) { s.findings = 1 }, "aligned: no finding"},
		{"too few comparisons", func(s *sheet) { s.comparisons-- }, "aligned: three million"},
	}
	for _, on := range []string{"cohorts", "records"} {
		of := func(s *sheet) *tally {
			if on == "cohorts" {
				return &s.cohorts
			}
			return &s.records
		}
		for _, c := range of(perfect()).nameable {
			name := on + ": " + c.String()
			edits = append(edits,
				edit{name + " support", func(s *sheet) { of(s).scores[c].named, of(s).scores[c].wrong = 999, 3 }, name + ", named 1,000"},
				edit{name + " wrong", func(s *sheet) { of(s).scores[c].wrong++ }, name + ", 4 of 1,000"},
				edit{name + " recall", func(s *sheet) { of(s).scores[c].recalled-- }, name + ", recall"},
				edit{name + " nothing to name", func(s *sheet) { of(s).scores[c].identifiable, of(s).scores[c].recalled = 0, 0 }, name + ", identifiable"})
		}
	}
	for _, e := range edits {
		s := perfect()
		e.spoil(s)
		var missed []string
		for _, r := range s.requirements(true) {
			if r.state == missedState {
				missed = append(missed, r.what)
			}
		}
		if len(missed) != 1 || !strings.HasPrefix(missed[0], e.what) {
			t.Errorf("%s: missed %q, want %q", e.name, missed, e.what)
		}
	}
}

// TestShortRun: what is too small to show the support does not ask for it, and asks for all else.
func TestShortRun(t *testing.T) {
	s := perfect()
	s.comparisons = 10
	for i := range s.cohorts.scores {
		s.cohorts.scores[i] = score{}
	}
	s.cohorts.scores[truth.Zone] = score{named: 100, wrong: 1, identifiable: 100, recalled: 99}
	for _, r := range s.requirements(false) {
		if r.state == missedState {
			t.Errorf("%s is missed at %s", r.what, r.got)
		}
	}
	s.cohorts.scores[truth.Zone] = score{named: 100, wrong: 2, identifiable: 100, recalled: 89}
	missed := 0
	for _, r := range s.requirements(false) {
		if r.state == missedState {
			missed++
		}
	}
	if missed != 2 {
		t.Errorf("%d requirements are missed, want 2: wrong names and recall", missed)
	}
}

// TestEveryClassIsRequired: a cause that the generator makes and no requirement asks for would be measured for nothing.
func TestEveryClassIsRequired(t *testing.T) {
	for c := range truth.Causes {
		asked := slices.Contains(byCohort, c) || slices.Contains(byRecord, c)
		if free := c == truth.None || c == truth.Mixture || c == truth.Unmodelled; asked == free {
			t.Errorf("%s: asked %v", c, asked)
		}
		if asked != (codes[c] != "-") {
			t.Errorf("%s: its column is %q", c, codes[c])
		}
	}
}

// TestCount: how one verdict is counted, by its label.
func TestCount(t *testing.T) {
	zone, constant := truth.Of(truth.Zone), truth.Of(truth.Zone, truth.Constant)
	name := func(c truth.Cause) verdict { return verdict{word: named, cause: c} }
	for _, c := range []struct {
		what                                               string
		label                                              truth.Label
		said                                               verdict
		named, wrong, identifiable, recalled, ambig, guess int
	}{
		{"right", truth.Label{Set: zone, Identifiable: true}, name(truth.Zone), 1, 0, 1, 1, 0, 0},
		{"right, not owed", truth.Label{Set: zone, Why: truth.Unshown}, name(truth.Zone), 1, 0, 0, 0, 0, 0},
		{"wrong", truth.Label{Set: zone, Identifiable: true}, name(truth.Handoff), 0, 1, 1, 0, 0, 0},
		{"guess", truth.Label{Set: constant, Why: truth.Several}, name(truth.Zone), 1, 0, 0, 0, 1, 1},
		{"guess and wrong", truth.Label{Set: constant, Why: truth.Several}, name(truth.Handoff), 0, 1, 0, 0, 1, 1},
		{"abstains", truth.Label{Set: zone, Identifiable: true}, verdict{word: consistent}, 0, 0, 1, 0, 0, 0},
		{"ambiguous, said so", truth.Label{Set: constant, Why: truth.Several}, verdict{word: ambiguous}, 0, 0, 0, 0, 1, 0},
		{"may be aligned", truth.Label{Set: zone | truth.Of(truth.None), Why: truth.Several}, verdict{word: aligned}, 0, 0, 0, 0, 0, 0},
	} {
		s := newSheet()
		s.cohorts.count(place{truth.Zone, 0, -1}, truth.Zone, c.label, c.said)
		z := s.cohorts.scores[truth.Zone]
		if z.named != c.named || s.cohorts.wrong() != c.wrong || z.identifiable != c.identifiable || z.recalled != c.recalled || s.cohorts.ambiguous != c.ambig || s.cohorts.guessed != c.guess {
			t.Errorf("%s: %+v, wrong %d, ambiguous %d, guessed %d", c.what, z, s.cohorts.wrong(), s.cohorts.ambiguous, s.cohorts.guessed)
		}
	}
}

// TestLives: what counts as opened, resolved, early and again.
func TestLives(t *testing.T) {
	for _, c := range []struct {
		what  string
		steps []step
		want  lives
	}{
		{"nothing", nil, lives{n: 1}},
		{"as it should", []step{{35, opened}, {60, updated}, {260, resolved}}, lives{n: 1, opened: 1, resolved: 1, updates: 1}},
		{"left open", []step{{35, opened}}, lives{n: 1, opened: 1}},
		{"opened late", []step{{205, opened}, {300, resolved}}, lives{n: 1}},
		{"resolved early", []step{{35, opened}, {200, resolved}}, lives{n: 1, opened: 1, resolved: 1, early: 1}},
		{"opened again", []step{{35, opened}, {260, resolved}, {300, opened}}, lives{n: 1, opened: 1, reopened: 1}},
	} {
		var l lives
		if l.count(c.steps, 200, true); l != c.want {
			t.Errorf("%s: %+v, want %+v", c.what, l, c.want)
		}
	}
}

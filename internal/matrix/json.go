package main

import (
	"encoding/json"
	"io"

	"holdfast.example/internal/truth"
)

// report is the object of -json. Its names are for scripts of this repository; it is not a format of holdfast.
type report struct {
	Seed         uint64           `json:"seed"`
	PerClass     int              `json:"cohorts_per_class"`
	Cohorts      part             `json:"cohorts"`
	Records      part             `json:"records"`
	Comparisons  int              `json:"aligned_comparisons"`
	Findings     int              `json:"aligned_findings"`
	Lives        livesRow         `json:"findings_whose_cause_ended"`
	Requirements []requirementRow `json:"requirements"`
}

type livesRow struct {
	N        int `json:"n"`
	Opened   int `json:"opened"`
	Resolved int `json:"resolved"`
	Early    int `json:"resolved_early"`
	Updates  int `json:"updates"`
	Reopened int `json:"opened_again"`
}

type part struct {
	N         int                       `json:"n"`
	Ambiguous int                       `json:"ambiguous"`
	Guessed   int                       `json:"guessed"`
	Early     int                       `json:"named_on_too_few"`
	ByShape   int                       `json:"constants_by_shape"`
	Matrix    map[string]map[string]int `json:"matrix"` // what was at work -> what was said, a name or a word -> how often
	Scores    map[string]scoreRow       `json:"scores"`
	Wrong     []instanceRow             `json:"wrong"`  // names that are wrong, guesses, or of too few
	Losses    []instanceRow             `json:"losses"` // causes that can be known and were not named
}

type scoreRow struct {
	Named        int `json:"named"`
	Wrong        int `json:"wrong"`
	Identifiable int `json:"identifiable"`
	Recalled     int `json:"recalled"`
}

type instanceRow struct {
	At    string `json:"at"`
	Label string `json:"label"`
	Said  string `json:"said"`
}

type requirementRow struct {
	What  string `json:"what"`
	Got   string `json:"got"`
	State string `json:"state"`
}

func writeJSON(w io.Writer, p plan, s *sheet, asked []requirement) error {
	r := report{Seed: p.seed, PerClass: p.n, Cohorts: s.cohorts.part(), Records: s.records.part(), Comparisons: s.comparisons, Findings: s.findings}
	r.Lives = livesRow{s.lives.n, s.lives.opened, s.lives.resolved, s.lives.early, s.lives.updates, s.lives.reopened}
	for _, q := range asked {
		r.Requirements = append(r.Requirements, requirementRow{q.what, q.got, q.state.String()})
	}
	return json.NewEncoder(w).Encode(r)
}

func (t *tally) part() part {
	p := part{N: t.n, Ambiguous: t.ambiguous, Guessed: t.guessed, Early: t.early, ByShape: t.byShape, Matrix: map[string]map[string]int{}, Scores: map[string]scoreRow{}}
	for c := range truth.Causes {
		row := map[string]int{}
		for d, n := range t.named[c] {
			if n > 0 {
				row["named "+truth.Cause(d).String()] = n
			}
		}
		for w, n := range t.said[c] {
			if n > 0 {
				row[word(w).String()] = n
			}
		}
		if len(row) > 0 {
			p.Matrix[c.String()] = row
		}
		if s := t.scores[c]; s != (score{}) {
			p.Scores[c.String()] = scoreRow{s.named, s.wrong, s.identifiable, s.recalled}
		}
	}
	p.Wrong, p.Losses = rows(t.wrongs), rows(t.losses)
	return p
}

func rows(all []instance) []instanceRow {
	out := make([]instanceRow, 0, len(all))
	for _, i := range all {
		out = append(out, instanceRow{i.place.String(), i.label.String(), i.said.String()})
	}
	return out
}

package main

import "holdfast.example/internal/truth"

// word is what is said in place of a name.
type word uint8

const (
	named word = iota
	aligned
	consistent // with one cause
	ambiguous
	unexplained
	mixture
	insufficient
	notComparable
	words // how many
)

var wordNames = [words]string{"named", "aligned", "consistent-with", "ambiguous", "unexplained", "mixture", "insufficient", "not-comparable"}

func (w word) String() string { return wordNames[w] }

// verdict is what a judge says of a cohort or a record, in the truth's words.
type verdict struct {
	word    word
	cause   truth.Cause // of named
	departs int         // like-for-like comparisons of a record beyond the slack
	splits  string      // what a mixture is said to be split by; "": nothing
}

func (v verdict) String() string {
	if v.word == named {
		return "named " + v.cause.String()
	}
	return v.word.String()
}

// judge is what is measured. It has no memory of other cohorts.
type judge interface {
	// cohort judges the cohort as one.
	cohort(c *truth.Cohort) verdict
	// records judges each recording of it by itself, in their order.
	records(c *truth.Cohort) []verdict
	// history lets a cohort's recordings arrive in their order and judges it at every so many.
	history(c *truth.Cohort, every int) []step
}

// step is what became of a cohort's finding.
type step struct {
	at   int // recordings that had arrived
	what happening
}

// happening is a step of a finding's life.
type happening uint8

const (
	opened happening = iota
	updated
	resolved
)

package report

import (
	"io"
	"iter"

	"holdfast.example/processors/check"
)

// Source is what is reported.
type Source struct {
	Files      []check.File
	Cohorts    []check.Cohort
	Summary    check.Summary
	Recordings iter.Seq[*check.Recording] // by conversation and recording id; the recording is the callee's until the next
}

// Of is the source that a result is.
func Of(r *check.Result) Source {
	return Source{Files: r.Files, Cohorts: r.Cohorts, Summary: r.Summary, Recordings: r.Recordings()}
}

// Options are how a text looks, and what it says of the run that the result does not know.
type Options struct {
	Colour    bool
	Width     int    // columns; 0: 100
	Records   int    // rows of the table of recordings; 0: 25
	Corrected string // where the corrected manifest was written; empty: it was not
	FailOn    string // the threshold as it was given; empty: any departure
}

const (
	defaultWidth   = 100
	minWidth       = 60
	defaultRecords = 25
	pageRecords    = 500 // rows of the table in a page
)

// Text writes the report for a person at a terminal, or in a pipe.
func Text(w io.Writer, r *check.Result, o Options) error { return Of(r).Text(w, o) }

// JSON writes the report as one object (docs/check.schema.json). version is that of the program.
func JSON(w io.Writer, r *check.Result, version string) error { return Of(r).JSON(w, version) }

// HTML writes the report as one page that needs nothing else, for the screen and for paper.
func HTML(w io.Writer, r *check.Result, version string) error { return Of(r).HTML(w, version) }

package check

import (
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas"
	"holdfast.example/schemas/exhibit"
)

// File is one file of the export or of the evidence, and what was made of it. Files inside an archive are files.
type File struct {
	Path     string       // as it was given, then within the folder, the bucket or the archive, with slashes
	Evidence bool         // it came by --evidence: nothing in it is judged
	Kind     exhibit.Kind //
	Form     exhibit.Form // empty: unknown
	List     string       // of a page, the name of its list
	Size     int64        // bytes
	SHA256   schemas.Hash // of all of them
	Reason   string       // why it is unknown, why no time is taken from it, or why it was given up; empty: none
	Facts    int64        // what was taken from it: rows, events, answers, versions
	Repeated int64        // of these, what another file had said already, word for word
	Refused  int64        // parts that were not read
	Refusals []Refusal    // the first of them, at most maxRefusals
	Unread   bool         // something of it that ought to be judged was not: the whole file, or the refused parts

	taken bool // nothing more is to be read of it
}

// Refusal is one part of a file that was not read, or that contradicts another.
type Refusal struct {
	Place  string // JSON pointer, line or entry; empty: the whole file
	Reason string
}

// Key is what a cohort's recordings share.
type Key struct {
	Organization, Channel, Provider string // empty: not said
	Created                         string // "recording-created" where the field table declares the creation field to mean that; else empty
}

// Cohort is one cohort and its verdict.
type Cohort struct {
	Key     Key
	Zones   []string // configured, by --zone
	Verdict attribute.CohortVerdict
}

// FieldOffset is one field of an export against its reference.
type FieldOffset struct {
	Field          string         // as it stands in the file
	Fact           attribute.Fact // what it was read as
	ClockA, ClockB string         // of the field, of the reference; words of schemas/instant
	Lo, Hi         int64          // field minus reference, ms
	Departs        bool
	File           int // the file it stands in
}

// Covering says how the cohort's verdict bears on a recording. It is never a cause of the recording's own.
type Covering uint8

const (
	Uncovered Covering = iota // the recording has no cohort, or the cohort's verdict predicts nothing
	Covered                   // the recording is as the cohort's verdict says
	Listed                    // it departs from that, by no more than five times the precision
	Outlying                  // it departs from that by more: a finding of its own
)

// Recording is one recording and its own verdict.
type Recording struct {
	Conversation, ID string // ID is empty where the export names none
	File             int    // index of the file its judged export stands in
	Place            string // JSON pointer or line in it
	Cohort           int    // index of its cohort; -1: none, for nothing of it can be compared
	PairedBy         string // words of package timeline
	Observed         attribute.Recording
	Offsets          []FieldOffset // every field of every export of it that can be compared, the judged export's first
	Verdict          attribute.Verdict
	Lack             Lack // why it could not be judged; empty where it was
	Covering         Covering
	Grade            attribute.Grade // what --fail-on looks at: the cohort's where its verdict covers the recording and is surer, else its own
	Finding          bool            // it departs, and is at or above --fail-on
}

// Lack is what kept a recording from being judged: what to add or to mend. The list is closed.
type Lack string

// Lacks, in their printed order.
const (
	LackNothing   Lack = ""
	LackEvents    Lack = "events"    // no evidence speaks of its conversation
	LackSession   Lack = "session"   // its conversation is known, and no customer's session in it
	LackWindow    Lack = "window"    // none of the sessions lies within the match window of its own times
	LackBounds    Lack = "bounds"    // its session is known, and neither its start nor an end that all have reached
	LackTimes     Lack = "times"     // the export gives no time of it that could be read
	LackZone      Lack = "zone"      // its times name no zone
	LackDeclared  Lack = "declared"  // its only times are declared to be an instant that no evidence tells
	LackPairing   Lack = "pairing"   // its ids do not agree
	LackAgreement Lack = "agreement" // the export contradicts itself about its times
	LackLike      Lack = "like"      // its times and its evidence speak of different instants
)

// Lacks returns the closed list.
func Lacks() []Lack {
	return []Lack{LackEvents, LackSession, LackWindow, LackBounds, LackTimes, LackZone, LackDeclared, LackPairing, LackAgreement, LackLike}
}

// differing says whether one of the recording's exports departs where another does not.
func (r *Recording) differing() bool {
	for i := range r.Offsets {
		for j := range r.Offsets[:i] {
			a, b := &r.Offsets[i], &r.Offsets[j]
			if a.Fact == b.Fact && a.File != b.File && a.Departs != b.Departs {
				return true
			}
		}
	}
	return false
}

// Judged says whether the recording could be judged at all.
func (r *Recording) Judged() bool {
	return r.Verdict.Grade != attribute.GradeNotComparable && r.Verdict.Grade != attribute.Insufficient
}

// Summary counts a whole check.
type Summary struct {
	Recordings, Aligned, Departing, Unjudged, Findings int64
	Conversations                                      int64 // named by the export
	Strangers                                          int64 // facts of evidence about conversations that the export does not name
	Differing                                          int64 // recordings of which one export departs where another does not
	Unread                                             int64 // files with anything unread
	Uncohorted                                         int64 // recordings judged without a cohort, because there are too many cohorts
	Lacks                                              []Lacking
}

// Lacking counts the recordings that lack one thing.
type Lacking struct {
	Lack       Lack
	Recordings int64
}

// Exit is the code a process ends with: 0 nothing at or above the threshold, 1 findings, 2 the input could not be judged.
func (s *Summary) Exit() int {
	switch {
	case s.Unread > 0 || s.Unjudged > 0 || s.Recordings == 0:
		return 2
	case s.Findings > 0:
		return 1
	}
	return 0
}

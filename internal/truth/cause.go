package truth

import (
	"math/bits"
	"strings"
)

// Cause is why the fields of a recording depart, or what is said instead. The list is closed; the words are the
// specification's mechanisms, `definition` once per instant.
type Cause uint8

const (
	None Cause = iota // aligned
	Constant
	RateSkew
	Zone
	DSTSplit
	Finalisation
	Transfer
	QueueWait
	DefinitionACD
	DefinitionConnect
	DefinitionSecond
	DefinitionCreation
	Handoff
	AfterCallWork
	PauseCut
	HeaderWrite
	AccessTrim
	Mispaired
	Mixture    // two constants
	Unmodelled // a lag that follows nothing anybody measures

	Causes // how many
)

var causeNames = [Causes]string{"aligned", "constant", "rate-skew", "zone", "dst-split", "finalisation", "transfer", "queue-wait", "definition(acd)",
	"definition(connect)", "definition(second-session)", "definition(creation)", "handoff", "after-call-work", "pause-cut", "header-write-time", "access-trim",
	"mispaired", "mixture", "unmodelled"}

func (c Cause) String() string { return causeNames[c] }

// Set is a set of causes.
type Set uint32

// Of makes a set.
func Of(causes ...Cause) Set {
	var s Set
	for _, c := range causes {
		s |= 1 << c
	}
	return s
}

// Has says whether c is in the set.
func (s Set) Has(c Cause) bool { return s>>c&1 == 1 }

// Len is how many are in it.
func (s Set) Len() int { return bits.OnesCount32(uint32(s)) }

// String lists the set as {a, b}, in the order of the causes.
func (s Set) String() string {
	var names []string
	for c := range Causes {
		if s.Has(c) {
			names = append(names, c.String())
		}
	}
	return "{" + strings.Join(names, ", ") + "}"
}

// Package audit is the conservation checker: it reads what a cluster holds, every topic and every committed position, and
// proves for each record that it is accounted for exactly once. It knows the public wire (schemas, schemas/leaf,
// docs/FORMAT.md) and the bytes of the changelog; of the runtime and the verbs it imports nothing, because a checker that
// shares code with what it judges agrees with its mistakes.
//
// [Read] turns the topics into a [Log]: of each record a small struct and hashes, never a payload, so that some hundred
// thousand raw records and all that came of them fit into a gigabyte. [Check] is pure: the same Log gives the same
// [Report]. What is judged stands in one catalogue, [Rules].
//
//	A1  A raw record is an observation (an inspection: itself and its rows), or a dead letter, or of a kind that has no
//	    entity; never two of these, never none. An observation has a raw record.
//	A2  The first of an entity and identity makes one leaf that says what it says. A redelivery makes none.
//	A3  Chains have no hole and no fork, shards no index missing or twice, epochs a marker each that counts right.
//	A4  What a shard counts of itself (meta, state, group offset) is what the topics hold.
//	A5  Ticks are one sequence in all partitions; measures, alerts, probes, openings belong to leaves, one to one.
//	A6  What is due by the last tick is not waiting any more.
//
// When to read: after everything is folded and nobody writes. Read takes every topic up to its end as it was at the start,
// one topic after the other; with workers at work the topics are of different moments, and Check reports as lost what is
// only on its way.
//
// What cannot be proven from outside, and is not said:
//
//   - What has left a topic. Read refuses a partition that does not begin at offset 0. Of compacted topics only the
//     changelog is read as one (the newest of a key); openings and custody records must be whole, as they are for the
//     first days and until a segment is full.
//   - That a dead letter was deserved where only the readers of foreign bytes can know it.
//   - What an entity whose state says it spilled (beyond the limits of processors/correlate) would have remembered: there
//     a redelivery may make a leaf again.
//   - Whether a verdict is right. This counts and links; what is true the sandbox's oracle judges.
//
// The changelog and the state's first members are read by a reader of their own (changelog.go); where the layout changes,
// the rule state-readable says so and does not guess.
package audit

import (
	"time"
)

// Source says which topics are read.
type Source struct {
	Brokers    []string
	Prefix     string        // of topics and groups
	Partitions int32         // of observations and of all that is partitioned with it
	Patience   time.Duration // how long a partition may stand still below its end; 0: 45 s, above a transaction's timeout
}

// Kinds of violation.
const (
	Lost    = "lost"    // something that must be there is not
	Doubled = "doubled" // something is there twice
	Fork    = "fork"    // two histories of one thing
	Hole    = "hole"    // a number is missing in a sequence
	Wrong   = "wrong"   // everything else
)

// Violation is one thing that is not as a rule says.
type Violation struct {
	Kind  string `json:"kind"`  // of the five above
	Rule  string `json:"rule"`  // a name of Rules
	Where string `json:"where"` // topic/partition@offset, or topic/partition
	Says  string `json:"says"`  // one sentence; no payload
}

// Report is what Check found.
type Report struct {
	Inputs       int `json:"inputs"` // raw records
	Observations int `json:"observations"`
	Leaves       int `json:"leaves"`
	Markers      int `json:"markers"`
	Alerts       int `json:"alerts"`
	DeadLetters  int `json:"dead_letters"`

	// Nothing counts raw records that rightly made no observation, Redelivered observations that rightly made no leaf.
	Nothing     int `json:"nothing"`
	Redelivered int `json:"redelivered"`
	Measures    int `json:"measures"`
	Ticks       int `json:"ticks"`
	Openings    int `json:"openings"`
	Probes      int `json:"probes"`

	Lost    int `json:"lost"`
	Doubled int `json:"doubled"`
	Forks   int `json:"forks"`
	Holes   int `json:"holes"`
	Wrong   int `json:"wrong"`

	Violations []Violation    `json:"violations"` // of each rule the first 20
	ByRule     map[string]int `json:"by_rule"`    // of each rule that found something, how often
}

// OK says that nothing was found.
func (r *Report) OK() bool { return r.Lost+r.Doubled+r.Forks+r.Holes+r.Wrong == 0 }

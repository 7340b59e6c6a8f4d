// Package oracle judges what holdfast put out, by the latent truth alone.
//
// It predicts from package truth what must be on the output topics and compares: every fact's leaf with its members,
// each recording's last verdict, each cohort's last judgement, every finding with the way its life may have gone and
// where it must have ended, every dead letter; and it checks what no truth is needed for: keys, canonical form, chains,
// places in the log, markers, commitments, and that nothing personal stands in clear.
//
// It shares no code with what it judges. It reads the topics by a client of its own (package tap), decodes by another
// Avro library from the published schemas (package wire), parses and checks canonical JSON itself, and computes hashes,
// HMACs and partitions from the standard library. What a leaf means it takes from docs/FORMAT.md.
//
// Invariants:
//
//  1. No objection without a prediction that differs: each Difference names the record or the expectation.
//  2. What time alone decides is checked by rule, not by number: how many cohort leaves were written on the way, how
//     often a source stalled, how often a pairing was made anew, and whether something on its way was called missing
//     (grade unknown) in a stall and found again. The last of each must be right.
//  3. Check is pure: the same world and the same output give the same report. What an Oracle remembers is only what
//     bytes it has read before say, because a growing output is judged again and again.
//  4. An output that lacks something and one that has too much are both objected to.
//
// The self-test corrupts a good output in every kind and every way that was thought of; an oracle that would not object
// is itself the defect.
package oracle

import (
	"cmp"
	"fmt"
	"slices"

	"holdfast.example/deploy/sandbox/tap"
	"holdfast.example/deploy/sandbox/truth"
	"holdfast.example/deploy/sandbox/wire"
)

// Topics that are read, by name without the prefix.
const (
	TopicCustody     = "custody.records"
	TopicOpenings    = "custody.openings"
	TopicAlerts      = "drift.alerts"
	TopicDeadLetters = "dead.letters"
)

// Topics is all of them.
var Topics = []string{TopicCustody, TopicOpenings, TopicAlerts, TopicDeadLetters}

// Difference is one objection.
type Difference struct {
	What string // custody, marker, opening, alert, dead letter, or a kind of leaf
	Text string // one sentence
}

func (d Difference) String() string { return d.What + ": " + d.Text }

// Report is what Check found.
type Report struct {
	Differences []Difference

	Leaves, Markers, Openings, Alerts, DeadLetters int
	Kinds                                          map[string]int // leaves by kind
	Rules                                          map[string]int // findings by rule, those of sources included
	Open                                           map[string]int // of them still open
	Entities                                       int
	Epochs                                         int
	Expected                                       Expected
	// Passing is how many findings beyond the expected were allowed: of a stalled source, or what a stall or a cohort
	// half told made look amiss. Each was resolved; one that was not is a Difference.
	Passing int

	leaves []*leaf
	lives  map[string]*life
}

// Expected is how much the truth predicted.
type Expected struct {
	Facts    int // leaves of facts, exactly
	Findings int // exactly, apart from those of stalled sources
	Verdicts int // recordings judged
	Letters  int
}

// leaf is one custody record, read.
type leaf struct {
	hash    string
	shard   int32 // the partition it lay in
	entity  string
	kind    string
	seq     int64
	epoch   int64
	index   int64
	tree    object
	body    object
	raw     []byte
	opened  map[string]string // commitment in the leaf to "field=value"
	matched bool
}

// Oracle judges outputs of one or more worlds. It is not safe for concurrent use.
type Oracle struct {
	read map[string]record // by the value's bytes
}

// New returns an oracle that has read nothing yet.
func New() *Oracle { return &Oracle{read: map[string]record{}} }

// Check judges an output by an oracle of its own.
func Check(w *truth.World, out tap.Output) *Report { return New().Check(w, out) }

// judge holds the state of one Check.
type judge struct {
	oracle *Oracle
	world  *truth.World
	out    tap.Output
	report *Report

	leaves   []*leaf
	byEntity map[string][]*leaf
	byHash   map[string]*leaf
	markers  []*marker
	opening  map[string]map[string]string // entity, commitment, "field=value"
	alerts   []alert
	cohorts  map[*truth.Cohort]string // entity, learnt from the cohort leaves
}

type alert struct {
	wire.Alert
	key string
}

// Check judges an output.
func (o *Oracle) Check(w *truth.World, out tap.Output) *Report {
	j := &judge{
		oracle: o, world: w, out: out,
		report:   &Report{Kinds: map[string]int{}, Rules: map[string]int{}, Open: map[string]int{}},
		byEntity: map[string][]*leaf{}, byHash: map[string]*leaf{},
		opening: map[string]map[string]string{}, cohorts: map[*truth.Cohort]string{},
	}
	j.readCustody()
	j.readOpenings()
	j.readAlerts()
	j.log()
	j.chains()
	j.commitments()
	j.personal()
	j.facts()
	j.judgements()
	j.findings()
	j.letters()
	r := j.report
	r.leaves = j.leaves
	r.Entities = len(j.byEntity)
	slices.SortStableFunc(r.Differences, func(a, b Difference) int { return cmp.Compare(a.What, b.What) })
	return r
}

// object adds an objection.
func (j *judge) object(what, format string, args ...any) {
	j.report.Differences = append(j.report.Differences, Difference{what, fmt.Sprintf(format, args...)})
}

// Agrees reports whether there is no objection.
func (r *Report) Agrees() bool { return len(r.Differences) == 0 }

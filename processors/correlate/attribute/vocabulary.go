package attribute

import "holdfast.example/schemas/instant"

// Shape is what is seen.
type Shape uint8

const (
	NotComparable Shape = iota
	Aligned
	Translation
	StartOnly // start alone; also created or header alone: Field says which
	EndOnly
	Cut
	Degenerate
	Mixture
	shapeCount
)

var shapeNames = [shapeCount]string{"not-comparable", "aligned", "translation", "start-only", "end-only", "cut", "degenerate", "mixture"}

func (s Shape) String() string { return word(shapeNames[:], int(s)) }

// Grade says how sure the mechanism is (section 6). Named in the specification is Established here.
type Grade uint8

const (
	GradeNotComparable Grade = iota
	Insufficient
	Established
	ConsistentWith
	Ambiguous
	Unexplained
	gradeCount
)

var gradeNames = [gradeCount]string{"not-comparable", "insufficient", "established", "consistent-with", "ambiguous", "unexplained"}

func (g Grade) String() string { return word(gradeNames[:], int(g)) }

// Cause is what a hypothesis claims. Hypotheses of one cause are variants of it, never rivals. `definition` is one cause
// per instant; a constant is a cause that has no mechanism.
type Cause uint8

const (
	NoCause Cause = iota
	CauseZone
	CauseDSTSplit
	CauseFinalisation
	CauseHandoff
	CauseDefinitionACD
	CauseDefinitionConnect
	CauseDefinitionSecond
	CauseDefinitionRecording
	CauseDefinitionDeclared // a field table declares an instant that is not observed
	CausePauseCut
	CauseAfterCallWork
	CauseQueueWait
	CauseHeaderWrite
	CauseRateSkew
	CauseAccessTrim
	CauseTransfer
	CauseMispaired
	CauseConstant
	causeCount
)

var causes = [causeCount]struct {
	name, mechanism string
	instant         Fact // of a definition
}{
	{"none", "none", NoFact}, {"zone", "zone", NoFact}, {"dst-split", "dst-split", NoFact}, {"finalisation", "finalisation", NoFact},
	{"handoff", "handoff", NoFact}, {"definition(acd-start)", "definition", ACDStart}, {"definition(agent-connect)", "definition", AgentConnect},
	{"definition(second-session-start)", "definition", SecondStart}, {"definition(recording-created)", "definition", RecordingCreated},
	{"definition", "definition", NoFact}, {"pause-cut", "pause-cut", NoFact}, {"after-call-work", "after-call-work", NoFact},
	{"queue-wait", "queue-wait", NoFact}, {"header-write-time", "header-write-time", NoFact}, {"rate-skew", "rate-skew", NoFact},
	{"access-trim", "access-trim", NoFact}, {"transfer", "transfer", NoFact}, {"mispaired", "mispaired", NoFact}, {"constant", "none", NoFact},
}

// String tells causes apart; it is a candidate's word.
func (c Cause) String() string {
	if c >= causeCount {
		return "invalid"
	}
	return causes[c].name
}

// Mechanism is the cause's word in the schema; a constant's is none.
func (c Cause) Mechanism() string {
	if c >= causeCount {
		return "invalid"
	}
	return causes[c].mechanism
}

// Instant is the instant that a definition means, else NoFact.
func (c Cause) Instant() Fact {
	if c >= causeCount {
		return NoFact
	}
	return causes[c].instant
}

// Causes is a set of causes.
type Causes uint32

// Has says whether c is in the set.
func (s Causes) Has(c Cause) bool { return c < causeCount && s&(1<<c) != 0 }

// Len is the number of causes in the set.
func (s Causes) Len() int { return len(s.List()) }

// List is the set in the fixed order of causes.
func (s Causes) List() []Cause {
	var l []Cause
	for c := NoCause; c < causeCount; c++ {
		if s.Has(c) {
			l = append(l, c)
		}
	}
	return l
}

func (s Causes) with(c Cause) Causes { return s | 1<<c }

// Locus is the clock that departs: a family by its word, "none" where nothing departs, else "unknown".
type Locus uint8

const (
	LocusUnknown Locus = iota
	LocusNone
	LocusPlatform
	LocusExport
	LocusJob
	LocusHeader
	LocusSender
	LocusS3
	locusCount
)

var locusNames = [locusCount]string{"unknown", "none", instant.FamilyPlatform, instant.FamilyExport, instant.FamilyJob, instant.FamilyHeader, instant.FamilySender, instant.FamilyS3}

func (l Locus) String() string { return word(locusNames[:], int(l)) }

// Need is what would decide an open question: a fact, or an experiment.
type Need uint8

const (
	NeedNothing    Need = iota
	NeedFact            // the reading that Decider.Fact names, on nine recordings of ten
	NeedReading         // a time of start, end or creation with its zone, and the session's
	NeedClock           // a third independent clock
	NeedRecordings      // Decider.Count more recordings, of the stratum under test
	NeedControls        // Decider.Count more recordings with one agent
	NeedJob             // recordings of a second job or day
	NeedDST             // twenty recordings on each side of a DST instant of the zone
	NeedVariance        // recordings in which the predicted offset varies by more than five times τ
	NeedPrecision       // times written in milliseconds
	NeedCohort          // a verdict of the cohort
	NeedSmallJob        // a test export of a small job, to compare
	NeedPairing         // the pinned version, and the same ids in key, metadata and API
	needCount
)

var needNames = [needCount]string{"nothing", "fact", "reading", "third-clock", "more-recordings", "more-controls", "second-job-or-day", "dst-instant",
	"variance", "milliseconds", "cohort", "small-job-export", "pairing"}

func (n Need) String() string { return word(needNames[:], int(n)) }

// Stratum is a part of a cohort, or the dimension that parts it.
type Stratum uint8

const (
	StratumNone Stratum = iota
	StratumAll
	StratumTwo  // two agents or more
	StratumJob  // a dimension
	StratumDay  // a dimension
	StratumSize // a dimension: the quartile of the job's size
	StratumAgents
	stratumCount
)

var stratumNames = [stratumCount]string{"none", "all", "agents>=2", "job", "day", "job-size", "agents"}

func (s Stratum) String() string { return word(stratumNames[:], int(s)) }

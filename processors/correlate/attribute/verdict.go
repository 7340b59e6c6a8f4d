package attribute

import "holdfast.example/schemas/instant"

// Decider is the fact or experiment that would decide.
type Decider struct {
	Need  Need
	Fact  Fact  // of NeedFact
	Count int64 // of NeedRecordings and NeedControls
}

// Offset is one like-for-like comparison, field minus reference.
type Offset struct {
	Field Fact
	A, B  Family           // of the field, of the reference
	D     instant.Interval // ms
	Tau   int64            // ms
}

// Departs says whether the offset is no longer explained by widths and slack.
func (o *Offset) Departs() bool { return o.D.Dist() > Slack }

// Trial is what one record says of one hypothesis.
type Trial struct {
	State State
	Dist  int64 // ms, the largest distance among the predicted fields
	Tau   int64 // ms, the largest τ among them
	PPB   int64 // chance, parts per billion; -1: no spread is known, or the hypothesis has no prediction
}

// Verdict is one recording's.
type Verdict struct {
	Shape      Shape
	Field      Fact // the field the offset is of; NoFact: not comparable
	Locus      Locus
	Grade      Grade
	Cause      Cause // Established, ConsistentWith: the one; else NoCause
	Candidates Causes
	Offsets    [5]Offset // start, end, created, header, media duration; Field is NoFact where not comparable
	Offset     instant.Interval
	Tau        int64 // ms, of that offset
	EPPB       int64 // E of the cause, ppb; -1: not known or none fits
	Decider    Decider
	Trials     [HypothesisCount]Trial // the whole table
}

// CohortVerdict is a cohort's, or its stratum's under test.
type CohortVerdict struct {
	N          int64 // recordings of the cohort
	Sampled    int   // of them judged
	Stratum    Stratum
	StratumN   int   // comparable recordings of the sample in it
	Departing  int   // of these
	Controls   int   // comparable recordings with one agent
	ControlsOf int   // departing among the controls
	Field      Fact  // the field it is about
	Offset     int64 // ms, lower median
	Spread     int64 // ms, median absolute deviation
	Tau        int64 // ms, lower median of the comparison's τ
	Shape      Shape
	Locus      Locus
	Grade      Grade
	Cause      Cause // the one that stands: also CauseConstant, whose grade is Unexplained
	Hypothesis Hypothesis
	Candidates Causes
	Hypotheses [HypothesisCount]Tested // the whole table, in its order
	Outliers   []Outlier               // by id
	Decider    Decider
	Zones      []string // of the candidate zone: every configured one that fits, in the table's order
	Job        string   // of a constant that was seen in one job alone
	Splits     Stratum  // what tells the bunches of a mixture apart; StratumNone: nothing does
	From, To   int64    // latest event times of the first and the last departing recording; From > To: none departs
	Jitter     int64    // ms, estimate of σ of an aligned field in ms, rounded up; -1: not known
	Latest     Latest
	LatestTwo  Latest // of those with two agents or more
	Force      Force  // what it says of the recordings that come after
}

// Named says whether the cause may be sworn to: established, or the constant that keeps the mechanism none.
func (v *CohortVerdict) Named() bool {
	return v.Cause != NoCause && (v.Grade == Established || v.Cause == CauseConstant && v.Grade == Unexplained)
}

// JitterWarns says that aligned clocks scatter more than the slack is proof against (section 1: σ above 9 ms).
func (v *CohortVerdict) JitterWarns() bool { return v.Jitter > maxJitter }

// Latest is how the 59 recordings of the stratum with the latest event times stand.
type Latest struct{ N, Departing int }

// Aligned says whether they resolve a finding.
func (l Latest) Aligned() bool { return l.N == latestCount && l.Departing <= Tolerance(l.N) }

// Outlier is a recording that departs from an established cohort.
type Outlier struct {
	ID      [32]byte
	Dist    int64 // ms from what the verdict predicts
	Finding bool  // further than max(5τ, 6·MAD); else it is only listed
}

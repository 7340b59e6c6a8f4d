package attribute

// Hypothesis is a row of the fixed table. Every verdict fills every row.
type Hypothesis uint8

const (
	Rounding            Hypothesis = iota // the writing is too coarse to show a difference
	ZoneShift                             // local time written as UTC, or the reverse, by a configured zone or the 15-minute lattice
	StrippedZone                          // the writing names no zone
	DSTSplit                              // one fixed offset used all year
	FinalisationStamp                     // start = end = finalise
	FinalisationEnd                       // end = finalise
	FinalisationShift                     // start and end later by finalise − end
	FinalisationCreated                   // created = finalise
	FinalisationDelayed                   // one of the four, and a constant more
	JobSizeEffect                         // the processing window grows with the size of the job
	TransferDelay                         // start and end later by S3 put − finalise
	EncryptionLatency                     // somewhere between finalise and S3 put
	HandoffGap                            // created = session start + second session's start − first agent's end
	StartConnect                          // start = agent connect: queue wait
	StartACD                              // start = acd start
	StartSecond                           // start = second session's start
	CreatedConnect                        // created = agent connect
	CreatedACD                            // created = acd start
	CreatedSecond                         // created = second session's start
	CreatedRecording                      // created = creationTime of the Recording API
	EndWrapup                             // end = end of after-call work
	PausedMedia                           // media = session − pauses
	PausedEnd                             // end earlier by the pauses
	AccessTrim                            // start later by what the Recording API itself trims for its caller
	HeaderEnd                             // header = session end: mux time
	HeaderFinalise                        // header = finalise: transcode time
	HeaderConnect                         // header = agent connect
	RateSkew                              // a clock of another rate
	OtherRecording                        // the recording is another's
	ConstantOffset                        // a constant, whatever made it
	HypothesisCount
)

var hypotheses = [HypothesisCount]struct {
	name  string
	cause Cause
}{
	{"rounding", NoCause}, {"zone", CauseZone}, {"stripped-zone", CauseZone}, {"dst-split", CauseDSTSplit},
	{"finalisation-stamp", CauseFinalisation}, {"finalisation-end", CauseFinalisation}, {"finalisation-shift", CauseFinalisation},
	{"finalisation-created", CauseFinalisation}, {"finalisation-delayed", CauseFinalisation}, {"job-size", NoCause},
	{"transfer", CauseTransfer}, {"encryption", NoCause}, {"handoff", CauseHandoff}, {"queue-wait", CauseQueueWait},
	{"start-acd", CauseDefinitionACD}, {"start-second-session", CauseDefinitionSecond}, {"created-agent-connect", CauseDefinitionConnect},
	{"created-acd", CauseDefinitionACD}, {"created-second-session", CauseDefinitionSecond}, {"created-recording", CauseDefinitionRecording},
	{"after-call-work", CauseAfterCallWork}, {"pause-cut", CausePauseCut}, {"pause-cut-end", CausePauseCut}, {"access-trim", CauseAccessTrim},
	{"header-end", CauseHeaderWrite}, {"header-finalise", CauseHeaderWrite}, {"header-agent-connect", CauseHeaderWrite},
	{"rate-skew", CauseRateSkew}, {"mispaired", CauseMispaired}, {"constant", CauseConstant},
}

// String is the hypothesis's word in the schema.
func (h Hypothesis) String() string {
	if h >= HypothesisCount {
		return "invalid"
	}
	return hypotheses[h].name
}

// Cause is what the hypothesis claims; NoCause for the rivals of the stories that are no mechanism.
func (h Hypothesis) Cause() Cause {
	if h >= HypothesisCount {
		return NoCause
	}
	return hypotheses[h].cause
}

// State of a hypothesis. Excluded: its own numbers speak against it. Tested: it could be looked at and was not excluded.
type State uint8

const (
	NotTestable State = iota
	WasTested
	Excluded
	stateCount
)

var stateNames = [stateCount]string{"not-testable", "tested", "excluded"}

func (s State) String() string { return word(stateNames[:], int(s)) }

// Number is one figure of a hypothesis; its name ends in its unit (_ms _n _ppm _ppb).
type Number struct {
	Name  string
	Value int64
}

// Tested is a row of the table, filled in.
type Tested struct {
	Hypothesis Hypothesis
	State      State
	Holds      bool     // it holds on the stratum (section 4, (a))
	Numbers    []Number // in a fixed order per hypothesis
	Missing    Decider  // of NotTestable
}

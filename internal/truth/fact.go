package truth

// Fact is one thing that is recorded of a recording: an instant, or a length of time.
type Fact uint8

const (
	// The manifest's row: what is judged.
	Start Fact = iota
	End
	Created

	// The media: the header's time, and how long it plays.
	Header
	Duration

	// The platform's events.
	SessionStart
	SessionEnd
	ACD      // routing began
	Connect  // the first agent's session began
	FirstEnd // and ended
	Second   // the second agent's session began
	WrapEnd  // the last agent's after-call work ended
	Pauses   // a length: the sum of the pauses

	Finalised // the job was done with it, exportedDate
	Uploaded  // the object was created in S3

	// The Recording API, asked by the exporter's account.
	AnsweredStart // startTime, which depends on what that account may see
	OriginalStart // originalRecordingStartTime, which does not
	Creation      // creationTime

	Facts // how many
)

// fields are the facts that are judged.
var fields = [...]Fact{Start, End, Created, Header, Duration}

var factNames = [Facts]string{"start", "end", "created", "header", "duration", "session start", "session end", "acd", "connect", "first end", "second", "wrap-up end",
	"pauses", "finalised", "uploaded", "answered start", "original start", "creation"}

func (f Fact) String() string { return factNames[f] }

// Clock is whose clock read a fact.
type Clock uint8

const (
	RowClock Clock = iota
	HeaderClock
	PlatformClock
	JobClock
	StoreClock
	APIClock

	Clocks // how many
)

// Clock says whose clock reads the fact. A length is read by none.
func (f Fact) Clock() (c Clock, is bool) {
	switch f {
	case Start, End, Created:
		return RowClock, true
	case Header:
		return HeaderClock, true
	case Duration, Pauses:
		return 0, false
	case Finalised:
		return JobClock, true
	case Uploaded:
		return StoreClock, true
	case AnsweredStart, OriginalStart, Creation:
		return APIClock, true
	}
	return PlatformClock, true
}

// Reading is a fact as it is seen.
type Reading struct {
	At      int64 // ms: the value of the text
	Written int64 // the unit of its last digit in ms, 1 or 1000
	Cut     bool  // its source documents that it truncates
	Seen    bool  // false: nobody knows it
}

// Recording is all that is seen of one recording.
type Recording struct {
	ID      [16]byte
	Facts   [Facts]Reading
	Agents  int
	Job     int // from 0
	JobSize int // recordings of that job in this cohort
}

// Offset is how far a zone's local time is ahead of UTC from an instant on.
type Offset struct {
	From    int64 // ms
	AheadMS int64
}

// Zoned is a configured zone, as data: a zone database is no part of the truth.
type Zoned struct {
	Name    string
	Offsets []Offset // ascending; the first holds before its From as well
}

// At is the offset that holds at an instant.
func (z *Zoned) At(t int64) int64 {
	ahead := z.Offsets[0].AheadMS
	for _, o := range z.Offsets[1:] {
		if t < o.From {
			break
		}
		ahead = o.AheadMS
	}
	return ahead
}

// Observed is what is seen of a cohort, and what is configured for it.
type Observed struct {
	Recordings []Recording
	Zone       Zoned
}

// Cohort is what is seen and what is true.
type Cohort struct {
	Observed
	Plan   Plan
	Causes []Cause // of each recording; the plan's, but for a medley, outliers and swaps
}

package attribute

import "holdfast.example/schemas/instant"

// Fact names one reading of a recording. The list is closed: what a source calls the field is the field table's matter.
type Fact uint8

const (
	NoFact Fact = iota

	// What the export says.
	Start         // recorded start of the manifest row or metadata file
	End           // recorded end
	Created       // created_at of the row
	Header        // absolute time in the media's or transcript's own header
	MediaDuration // length of the media, ms; no instant
	SenderDate    // Date of an e-mail

	// What the platform says of the session.
	SessionStart
	SessionEnd
	AgentConnect     // the first agent's connect
	ACDStart         // the queue took the conversation
	SecondStart      // start of the second agent's session
	FirstEnd         // end of the first agent's session
	WrapupEnd        // end of after-call work
	Pauses           // sum of the pause annotations, ms; no instant
	RecordingCreated // creationTime of the Recording API
	RecordingStart   // startTime of the Recording API, as the exporter's caller may see it
	OriginalStart    // originalRecordingStartTime of the Recording API

	// What came after.
	Finalise // exportedDate: the job finished with the recording
	S3Put    // S3's time of the first put

	// FactCount is the length of Recording.Readings.
	FactCount
)

var factNames = [FactCount]string{
	"", "start", "end", "created", "header", "media-duration", "sender-date", "session-start", "session-end", "agent-connect",
	"acd-start", "second-session-start", "first-agent-end", "wrap-up-end", "pauses", "recording-created", "recording-start",
	"recording-original-start", "finalise", "s3-put",
}

// String is the fact's word in the schema.
func (f Fact) String() string { return word(factNames[:], int(f)) }

// duration says whether the fact is a length of time; a length has no zone.
func (f Fact) duration() bool { return f == MediaDuration || f == Pauses }

// Family is the group of clocks that has one vote on which clock departs (section 2).
type Family uint8

const (
	NoFamily Family = iota
	FamilyPlatform
	FamilyExport
	FamilyJob
	FamilyHeader
	FamilySender
	FamilyS3
	familyCount
)

var familyNames = [familyCount]string{"", instant.FamilyPlatform, instant.FamilyExport, instant.FamilyJob, instant.FamilyHeader, instant.FamilySender, instant.FamilyS3}

// String is the family's word, that of package instant.
func (f Family) String() string { return word(familyNames[:], int(f)) }

// FamilyOf is the family of a clock; NoFamily where the clock has no vote.
func FamilyOf(c instant.Clock) Family {
	name := instant.Family(c)
	for f := FamilyPlatform; f < familyCount; f++ {
		if familyNames[f] == name {
			return f
		}
	}
	return NoFamily
}

// Reading is a closed interval in Unix ms (of a duration: ms) as wide as its writing is coarse (section 1). A reading
// without a family, or whose interval holds nothing, is absent; so the zero Reading is.
type Reading struct {
	instant.Interval
	Family    Family
	Zoned     bool // the writing names its zone; else it was read as if UTC, and only zone hypotheses may use it
	Truncated bool // the field table says that the source truncates; it decides how a whole-second field is widened
}

// Present says whether there is anything to compare.
func (r *Reading) Present() bool { return r.Family > NoFamily && r.Family < familyCount && r.Valid() }

// Pairing says whether the recording's ids agree (section 3, step 1).
type Pairing uint8

const (
	PairingAgrees   Pairing = iota // ids in key, metadata and API are one, and the version is pinned
	PairingDiffers                 // they are not one
	PairingUnpinned                // nobody knows which version of the object was read
)

// Recording is everything that can be observed of one recording. Its zero value observes nothing.
type Recording struct {
	ID       [32]byte // SHA-256 of the recording id: the order of everything, and the sample's
	Agents   int32    // distinct agents of the conversation
	Job      string   // the export job; "": not known
	JobSize  int64    // recordings in it; ≤ 0: not known
	Day      int32    // days since 1970-01-01 UTC
	At       int64    // latest event time, Unix ms
	Pairing  Pairing
	Readings [FactCount]Reading // by Fact; [NoFact] is never read
}

// Zone is a time zone as data: the offset in force is that of the latest shift that is not after the instant; before the
// first shift it is the first one's.
type Zone struct {
	Name   string
	Shifts []Shift // ascending by From
}

// Shift is one transition of a zone: from From (Unix ms, inclusive) on, local time is UTC plus Offset (ms).
type Shift struct{ From, Offset int64 }

// Table is what the field table and the configuration say of one cohort. The zero Table is the common case.
type Table struct {
	Zones []Zone // to be tested, in this order

	// Declared is the instant that the field table declares Start, End, Created and Header to mean; NoFact: the
	// session's start, for End its end. Like is compared with like: a field declared to mean the agent's connect is
	// compared with that, and where it is not observed only `definition` is left.
	Declared [Header + 1]Fact
}

func word(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return "invalid"
	}
	return names[i]
}

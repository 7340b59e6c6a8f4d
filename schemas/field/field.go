// Package field is what is known of every field that holds a time, in every kind of document that can speak of a
// recording: which instant it means, whose clock wrote it, how finely, whether the value changes later, and who says so.
//
// A drift that is no drift begins here. creationTime beside startTime looks like a lag of three seconds, and is two
// instants; an audit's eventDate looks like the time of a deed, and is the time of its entry; a media header's date is
// the start of the sound in one format and the end of the muxing in another. So two fields are compared only where this
// table says that they mean one instant (Alike), and who reads a verdict can look up, by source, why. docs/FIELDS.md is
// this table printed.
//
// Invariants:
//
//	F1  A field is named as it stands in its document. Its row is unique by document, place and name.
//	F2  A field means one instant, or it is open and lists all that it may mean. An open field is like no other.
//	F3  Every row says where its meaning is from and how sure that is: documented, observed, inferred or unknown.
//	F4  Every clock is of instant.Clocks. Every reading that our parsers make has a row here that names the same clock
//	    and reads as coarsely (a test holds it).
package field

import (
	"slices"

	"holdfast.example/schemas/instant"
)

// Instant is a moment in the life of a conversation and of what is kept of it. The list is closed.
type Instant string

// The instants, in the order in which they come.
const (
	ConversationStart Instant = "conversation-start" // the first activity of any kind, a bot's and a queue's too
	SessionStart      Instant = "session-start"      // the customer's communication begins
	FlowStart         Instant = "flow-start"
	FlowEnd           Instant = "flow-end"
	QueueEnter        Instant = "queue-enter"
	QueueLeave        Instant = "queue-leave"
	AgentStart        Instant = "agent-start" // an agent's communication begins; alerting may be part of it
	AgentEnd          Instant = "agent-end"
	TransferIssued    Instant = "transfer-issued"
	SessionEnd        Instant = "session-end" // the customer's communication ends
	WrapUpStart       Instant = "wrap-up-start"
	WrapUpEnd         Instant = "wrap-up-end"
	ConversationEnd   Instant = "conversation-end"  // the last activity, wrap-up included
	RecordingStart    Instant = "recording-start"   // as far as who asks may hear it
	RecordingBegan    Instant = "recording-began"   // before any part was withheld from who asks
	RecordingEnd      Instant = "recording-end"     //
	RecordingCreated  Instant = "recording-created" // the recording's entry in the platform came to be
	MediaStart        Instant = "media-start"       // the first sample or frame
	HeaderWritten     Instant = "header-written"    // a media container was muxed, transcoded or tagged
	MessageSent       Instant = "message-sent"      // one message of a transcript
	MailSent          Instant = "mail-sent"         // by the sender's own word
	MailRelayed       Instant = "mail-relayed"      // one relay took the mail over
	JobCreated        Instant = "job-created"       //
	ExportDue         Instant = "export-due"        // from when on an export may happen
	Exported          Instant = "exported"          // the export of this recording was done
	ObjectStored      Instant = "object-stored"     // the store finished the request
	ObjectModified    Instant = "object-modified"   // when the store took the version's request in
	Published         Instant = "published"         // a message about a deed was sent
	Logged            Instant = "logged"            // a deed was entered in a log
	Planned           Instant = "planned"           // what is to happen by a policy; nothing has
	Changed           Instant = "changed"           // something about the conversation was told anew
)

var instants = [...]Instant{ConversationStart, SessionStart, FlowStart, FlowEnd, QueueEnter, QueueLeave, AgentStart, AgentEnd, TransferIssued,
	SessionEnd, WrapUpStart, WrapUpEnd, ConversationEnd, RecordingStart, RecordingBegan, RecordingEnd, RecordingCreated, MediaStart, HeaderWritten,
	MessageSent, MailSent, MailRelayed, JobCreated, ExportDue, Exported, ObjectStored, ObjectModified, Published, Logged, Planned, Changed}

// Instants returns the closed list in its printed order.
func Instants() []Instant { return slices.Clone(instants[:]) }

// Document is a kind of document. The list is closed.
type Document string

// The documents, by who writes them.
const (
	DetailEvent     Document = "detail-event"
	AuditEvent      Document = "audit-event"
	Envelope        Document = "event-envelope"
	ProducerEvent   Document = "producer-event" // conversation.events written by a foreign producer, as fields
	AnalyticsDetail Document = "analytics-detail"
	AuditQuery      Document = "audit-query"
	Conversation    Document = "conversation-api"
	RecordingAnswer Document = "recording-api"
	Retention       Document = "retention-query"
	ExportJob       Document = "export-job"
	MetadataFile    Document = "metadata-file" // beside an exported recording; also a row of a manifest with its names
	Transcript      Document = "transcript"
	Mail            Document = "mail"
	Media           Document = "media"
	S3Event         Document = "s3-event"  // direct, in SNS, or EventBridge
	S3Object        Document = "s3-object" // a GET's or HEAD's headers, list-object-versions

	ProducerNotification Document = "producer-notification" // s3.notifications written by a foreign producer, as fields
)

// Precision is the unit of the last digit that the source writes.
type Precision string

// Precisions. Mixed: with a fraction and without, by the same source.
const (
	Millisecond Precision = "ms"
	Second      Precision = "s"
	Mixed       Precision = "s or ms"
	Day         Precision = "day"
	Hour        Precision = "hour"
	Finer       Precision = "finer than ms"
)

// Zone is how the source says which zone a time is of.
type Zone string

// Zones.
const (
	UTC      Zone = "UTC"      // said, or documented
	Offset   Zone = "offset"   // an offset stands beside the time
	Unstated Zone = "unstated" // nobody says: a zone that is guessed makes an hour of drift
)

// Later is what becomes of the value after the export.
type Later string

// Later values. As of export means the value in the exported bytes; the latest may be another where it is not Final.
const (
	Final     Later = "final"
	Revised   Later = "revised for days"            // the analytics store corrects itself
	Restamped Later = "stamped anew by each export" // also by one that changes nothing else
	ByCaller  Later = "depends on who asks"         // permissions withhold parts
	Movable   Later = "moves with policies"
)

// Sureness is how well a row's claim stands.
type Sureness string

// Sureness. A verdict that leans on less than a documented meaning says so.
const (
	Documented Sureness = "documented"
	Observed   Sureness = "observed" // in real data, or a consumer's code that reads it
	Inferred   Sureness = "inferred"
	Unknown    Sureness = "unknown"
)

// Field is one row.
type Field struct {
	Document Document
	Place    string // within the document, where one name stands in several: an event's topic, a container; else empty
	Name     string // as it stands
	Reading  string // the name our reading carries where it is another; else empty
	Means    []Instant
	Clock    instant.Clock
	Precision
	Rounding instant.Rounding // what is known of how digits are cut
	Zone
	Later
	Derived string // from or with which fields of the same document it is made: never a second vote; else empty
	Sureness
	Source string // who says so
}

// Alike says whether the difference of two fields is drift: each means exactly one instant, and it is the same one. A
// difference of unlike fields is a definition, and no clock is wrong.
func Alike(a, b Field) bool {
	return len(a.Means) == 1 && len(b.Means) == 1 && a.Means[0] == b.Means[0]
}

// Independent says whether two alike fields are two votes on which clock departs: their clocks are of different families,
// and both families have a vote (instant.Family).
func Independent(a, b Field) bool {
	f, g := instant.Family(a.Clock), instant.Family(b.Clock)
	return f != "" && g != "" && f != g
}

// Find returns the row of a field, by document, place and name.
func Find(d Document, place, name string) (Field, bool) {
	for i := range table {
		if f := &table[i]; f.Document == d && f.Place == place && f.Name == name {
			return copied(f), true
		}
	}
	return Field{}, false
}

// All returns the table in its printed order.
func All() []Field {
	all := make([]Field, len(table))
	for i := range table {
		all[i] = copied(&table[i])
	}
	return all
}

func copied(f *Field) Field {
	c := *f
	c.Means = slices.Clone(f.Means)
	return c
}

// reference is the instant of another document that an instant is held against where nothing means the same: a claim of
// its own, with its source.
type reference struct {
	Of, Against Instant
	Sureness
	Source string
}

// references are the one bridge between unlike instants. A digital recording is the transcript of its session, so the
// session's ends are its own; of a call it holds only where recording begins with the communication.
var references = [...]reference{
	{RecordingStart, SessionStart, Inferred, "a digital recording is its session's transcript"},
	{RecordingBegan, SessionStart, Inferred, "a digital recording is its session's transcript, before anything was withheld"},
	{RecordingEnd, SessionEnd, Inferred, "a digital recording is its session's transcript; where an agent stays longer, the end of the last communication"},
	{MediaStart, SessionStart, Inferred, "a recorder starts with the communication; a header in another unit is its format's own claim"},
	{MailSent, SessionStart, Inferred, "an e-mail's session begins when the mail is taken in, after it was sent"},
}

// Reference returns the instant that i is held against, and how sure that is. It is i itself where the table knows none.
func Reference(i Instant) (Instant, Sureness) {
	for _, r := range references {
		if r.Of == i {
			return r.Against, r.Sureness
		}
	}
	return i, Documented
}

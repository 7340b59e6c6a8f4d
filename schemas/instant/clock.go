package instant

// Clock names whose clock made a reading. The list is closed: a reading under any other name is a programmer's error.
type Clock string

const (
	// GenesysCloud is the platform's own clock: eventTime of detail events, connectedTime of a communication.
	GenesysCloud Clock = "genesys-cloud"
	// GenesysProvider is the media provider's clock: disconnectedTime, a participant's start, connected and end times.
	GenesysProvider Clock = "genesys-provider"
	// Analytics is the analytics store's: conversationStart, segmentStart, segmentEnd; revised days later.
	Analytics Clock = "analytics"
	// Audit is when an audit message was logged, eventDate or eventTime of an audit; not when the thing happened.
	Audit Clock = "audit"
	// Architect is the flow engine's own: flow debug logs. flow.start and flow.end are events, and of the cloud's clock.
	Architect Clock = "architect"
	// Job is the bulk recording job's: dateCreated, actionDate, exportDate, exportedDate, exported_at.
	Job Clock = "job"
	// ExportMetadata is the exporter's, as written into metadata files and manifest rows: startTime, endTime,
	// recorded_start_time, created_at.
	ExportMetadata Clock = "export-metadata"
	// Sender is an e-mail sender's: the Date header.
	Sender Clock = "sender"
	// Transcript is that of the messages inside a chat or message transcript: timestamp, utc, time.
	Transcript Clock = "transcript"
	// MediaHeader is what a media container says of itself: bext, mvhd, DateUTC, TDRC.
	MediaHeader Clock = "media-header"
	// S3 is the object store's: eventTime of a notification, Last-Modified.
	S3 Clock = "s3"
	// Broker is Kafka's append time: the only arrival that counts.
	Broker Clock = "broker"
	// Capture is the receiving host's: a claim, never more.
	Capture Clock = "capture"
	// EventBridge is the envelope's time and publish timestamp around a platform event.
	EventBridge Clock = "event-bridge"
)

// Families of clocks: two clocks of one family are one vote when it is asked which clock departs, because they are
// derived from, or copied with, each other.
const (
	FamilyPlatform = "platform" // detail events, analytics, audit, Architect, and the envelopes around them
	FamilyExport   = "export"   // metadata files and manifest rows of one exporter
	FamilyJob      = "job"      // finalisation: the export job
	FamilyHeader   = "header"   // media and transcript headers
	FamilySender   = "sender"   // e-mail sender
	FamilyS3       = "s3"       // object store
)

// clocks is the closed list in its printed order.
var clocks = [...]struct {
	clock  Clock
	family string
}{
	{GenesysCloud, FamilyPlatform},
	{GenesysProvider, FamilyPlatform},
	{Analytics, FamilyPlatform},
	{Audit, FamilyPlatform},
	{Architect, FamilyPlatform},
	{EventBridge, FamilyPlatform},
	{Job, FamilyJob},
	{ExportMetadata, FamilyExport},
	{Sender, FamilySender},
	{Transcript, FamilyHeader},
	{MediaHeader, FamilyHeader},
	{S3, FamilyS3},
	{Broker, ""},
	{Capture, ""},
}

// Clocks returns the closed list of clocks, in a fixed order.
func Clocks() []Clock {
	all := make([]Clock, len(clocks))
	for i, c := range clocks {
		all[i] = c.clock
	}
	return all
}

// Family returns the family whose one vote the clock shares. It is empty for Broker and Capture, which saw a record
// arrive and not the thing happen, and for a name outside the list: none of these has a vote.
func Family(c Clock) string {
	for _, k := range clocks {
		if k.clock == c {
			return k.family
		}
	}
	return ""
}

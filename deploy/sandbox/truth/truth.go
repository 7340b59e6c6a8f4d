// Package truth is what really happened in the sandbox's contact centre, as data.
//
// The generator (package centre) makes it before anything is sent; the player fills in what only the world can say
// (version ids, the bytes of each delivery); the oracle predicts every output of holdfast from it. The truth speaks
// the contact centre's language, not holdfast's: who talked when, which file was put where, which clock was wrong and
// by how much. It knows nothing of leaves, windows, ticks or grades.
//
// Invariants:
//
//  1. A world is a function of its seed, apart from what the player fills in (fields marked so).
//  2. Every case of Cases is played at least once in every world; how often depends on the seed.
//  3. Times are Unix ms. What really happened is in Event.AtMS; what a file claims is in Export.
//  4. Nothing here is shared with holdfast's code: ids, keys and bytes are made by the generator alone.
//
// A world lives in memory; nothing of it is stored, so nobody but the oracle can read it.
package truth

import "crypto/sha256"

// Case names one thing the contact centre does to a recording, a conversation or a delivery.
type Case string

// The named cases.
const (
	Aligned              Case = "aligned"
	Translation          Case = "twelve minutes"
	WholeHours           Case = "whole hours"
	HandoffLag           Case = "two agents, created late"
	HandoffControl       Case = "one agent, the control"
	LateMedia            Case = "media half late"
	MissingMedia         Case = "media never comes"
	MissingMetadata      Case = "metadata never comes"
	Outage               Case = "source outage"
	WebhookRedelivery    Case = "webhook redelivered"
	Replay               Case = "EventBridge replay, new envelope"
	Redelivery           Case = "SQS redelivered"
	DoubledNotification  Case = "S3 notification doubled"
	ReexportSame         Case = "re-export, same bytes"
	ReexportStamp        Case = "re-export, only exported_at"
	ReexportRevised      Case = "re-export, other content"
	Tampered             Case = "second version of one key"
	Deleted              Case = "object deleted"
	ConversationMismatch Case = "names another conversation"
	Retroactive          Case = "object without events"
	ManifestRow          Case = "manifest row"
	ManifestShifted      Case = "manifest row, twelve minutes"
	Unreadable           Case = "version that never was"
	OddShape             Case = "odd notification shape"
	TestNotification     Case = "S3 test event"
	HostilePayload       Case = "hostile payload"
	BadSignature         Case = "bad signature"
)

// Cases is every named case in the order of the page.
var Cases = []Case{
	Aligned, Translation, WholeHours, HandoffLag, HandoffControl, LateMedia, MissingMedia, MissingMetadata, Outage,
	WebhookRedelivery, Replay, Redelivery, DoubledNotification, ReexportSame, ReexportStamp, ReexportRevised, Tampered,
	Deleted, ConversationMismatch, Retroactive, ManifestRow, ManifestShifted, Unreadable, OddShape, TestNotification,
	HostilePayload, BadSignature,
}

// World is one contact centre with everything it does.
type World struct {
	Seed          uint64
	Organization  string
	Bucket        string
	Principal     string // who puts the objects
	Cohorts       []*Cohort
	Conversations []*Conversation
	Manifests     []*Manifest
	Hostile       []*Hostile
	Counts        map[Case]int
}

// Cohort is a set of recordings that one exporter treats alike.
type Cohort struct {
	Name     string
	Channel  string // media type as the export writes it
	Provider string // of one cohort alone in a world
	Fault    Fault
}

// Fault is what is wrong with an exporter's clock.
type Fault struct {
	Start, End bool  // shifted by ShiftMS
	ShiftMS    int64 // 0: no shift
	// Created is shifted by a lag of LagLoMS to LagHiMS where two agents or more took part.
	LagLoMS, LagHiMS int64
}

// Door is the way an event comes in.
type Door string

// Doors.
const (
	Webhook     Door = "webhook"
	EventBridge Door = "EventBridge"
)

// Conversation is one conversation.
type Conversation struct {
	ID         string
	Cohort     *Cohort
	Case       Case
	Door       Door
	Events     []*Event // in the order they happened; none: nobody told
	Recordings []*Recording
}

// Agents returns how many distinct people served the conversation.
func (c *Conversation) Agents() int {
	seen := map[string]bool{}
	for _, e := range c.Events {
		if e.UserID != "" {
			seen[e.UserID] = true
		}
	}
	return len(seen)
}

// Span returns when the customer's conversation began and when the last communication ended; ok is false where no
// event was told.
func (c *Conversation) Span() (start, end int64, ok bool) {
	for _, e := range c.Events {
		switch e.Topic {
		case "customer.start":
			if !ok || e.AtMS < start {
				start, ok = e.AtMS, true
			}
		case "customer.end", "user.end":
			end = max(end, e.AtMS)
		}
	}
	return start, end, ok
}

// Event is one detail event.
type Event struct {
	Topic          string // customer.start, ...
	AtMS           int64
	ParticipantID  string
	SessionID      string
	UserID         string // empty: not an agent's
	MediaType      string
	MessageType    string
	Provider       string
	Direction      string
	DisconnectType string
	OrganizationID string // known only by the EventBridge door
	Deliveries     [][]byte
	Repeat         Case // WebhookRedelivery, Replay or Redelivery: told again, that way
}

// Recording is one recording and its export.
type Recording struct {
	ID           string
	Case         Case
	Conversation *Conversation
	Objects      []*Object // in the order they are put
	Row          *Row      // the manifest row that speaks of it, if any
}

// Role of an object.
type Role string

// Roles.
const (
	Media    Role = "media"
	Metadata Role = "metadata"
	Listing  Role = "manifest"
)

// When says what the player waits for before it puts an object.
type When int

// The moments, in order.
const (
	Promptly     When = iota // as soon as the conversation's events are in
	AfterSingles             // after the one-agent recordings of a hand-off cohort
	WithManifest             // right after the manifest that lists it
	Afterwards               // after everything prompt has been put and read
	AfterAlert               // after an alert that its half is missing has been seen
	InOutage                 // after an alert of grade unknown has been seen, while the source is down
	Never
)

// Shape is how a notification is written.
type Shape string

// Shapes: S3's three true ones, and those of stores that are not S3.
const (
	Direct      Shape = "direct"
	SNS         Shape = "sns"
	Bridge      Shape = "eventbridge"
	VersityLike Shape = "versitygw"
	MotoLike    Shape = "moto"
)

// Object is one version of one object: put, and announced.
type Object struct {
	Recording   *Recording // nil: a manifest
	Key         string
	Role        Role
	ContentType string
	Body        []byte
	When        When
	Case        Case // ReexportSame, ReexportStamp, ReexportRevised or Tampered; empty: the first of its kind
	Shape       Shape
	Twice       bool // announced twice
	Phantom     bool // announced, with a version id that does not exist; never put
	Deleted     bool // later deleted: a delete marker over it, announced
	Hold        bool // put under a legal hold
	Export      *Export

	// Filled in by the player.
	Put             bool
	VersionID       string
	ETag            string
	Sequencer       string
	TimeMS          int64 // of the notification
	Deliveries      [][]byte
	MarkerVersion   string
	MarkerSequencer string
	MarkerTimeMS    int64
	MarkerRaw       []byte
}

// Versioned reports whether the announcement names the version.
func (o *Object) Versioned() bool { return o.Shape != VersityLike && o.Shape != MotoLike }

// SHA256 of the bytes put.
func (o *Object) SHA256() [32]byte { return sha256.Sum256(o.Body) }

// Export is what a metadata file or a manifest row claims.
type Export struct {
	ConversationID string
	RecordingID    string
	MediaType      string
	Provider       string
	Direction      string
	UserIDs        []string
	Participants   []string // only where the file uses that name
	StartMS, EndMS int64
	CreatedMS      int64 // 0: not said
	DurationMS     int64 // -1: not said
	ExportedMS     int64 // 0: not said
	Aliased        bool  // written with the snake_case names
	Raw            []byte
}

// Manifest is one job manifest: an object that lists recordings.
type Manifest struct {
	Object *Object
	Rows   []*Row
}

// Row is one row of a manifest.
type Row struct {
	Manifest  *Manifest
	Pointer   string // RFC 6901
	Recording *Recording
	Export    *Export
	Case      Case
}

// Hostile is one payload that must not get anywhere.
type Hostile struct {
	Name string
	Door string // webhook, events queue, s3 queue
	Body []byte
	// Refused at the door: a bad signature, or too large. Nothing of it may be anywhere.
	Refused bool
	Status  int // the HTTP status the door must answer with, where it is refused
}

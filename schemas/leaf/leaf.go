// Package leaf is the grammar of a custody record: the bytes that are hashed, chained, logged and, years later, read by
// a stranger. docs/FORMAT.md says the same for whoever writes a verifier; its tables are printed from this package.
//
// A [Leaf] is one fact or judgement about one entity. [Leaf.Append] writes its one canonical form and [Parse] accepts
// that form and no other, so that the hash of a leaf never depends on who wrote it. A [Marker] is a shard's answer to a
// cut of the log; it follows the same rules and is no leaf. [Commit] and [Opens] are the salted commitments that stand
// where personal data would.
//
// Invariants:
//
//	L1  Parse(b) succeeds only if Append of its answer gives b again, byte for byte.
//	L2  A leaf is a pure function of its fields: no clock, no map order, no locale, no float.
//	L3  No foreign text stands in a leaf unless it is of a form fixed in the table; everything else stands as its
//	    SHA-256. The writer does this itself ([Token]); no caller can forget it.
//	L4  Foreign input cannot make Append fail: long lists are cut (count and hash of the rest), sizes that are none are
//	    left out, an interval outside the years 1970-9999 is refused in its place. What fails is our own mistake: an
//	    unknown word, a wrong chain, a plain value where a commitment belongs.
//	L5  Members are never added within a version. An unknown version or kind is told apart from a broken leaf
//	    ([ErrUnknownVersion], [ErrUnknownKind]), because the honest answer to it is "not checked", not "tampered".
//
// One table (table.go) describes every member of every kind. It drives the checker and the tables in docs/FORMAT.md;
// the writer is written by hand because it is hot, and a property test holds the two together.
//
// Stored: the bytes are the one field of schemas.CustodyRecord (or schemas.CustodyMarker) on custody.records, under the
// lower-case hex SHA-256 of exactly these bytes as key.
//
// Form: JSON, the subset of RFC 8785 with ASCII member names in ascending byte order, strings, and integers of at most
// 2^53 in size; no float, no null, no whitespace; a member that has nothing to say is absent. Version 1 is a draft
// until sealing and verifying exist, then frozen.
package leaf

import "holdfast.example/schemas"

// Version is the v of every leaf and marker this package writes.
const Version = 1

// Kinds of leaf v1, a closed list. A verifier answers NOT-CHECKED for any other.
const (
	KindEvent      = "event"
	KindObject     = "object"
	KindInspection = "inspection"
	KindLock       = "lock"
	KindPairing    = "pairing"
	KindVerdict    = "verdict"
	KindAlert      = "alert"
	KindCohort     = "cohort"
	KindRegime     = "regime"

	// Reserved: named so that v need not change when they come; nothing writes them yet and their members are not
	// fixed, so a verifier of this version answers NOT-CHECKED.
	KindClosed   = "closed"
	KindReopened = "reopened"
	KindMoved    = "moved"
	KindAnchor   = "anchor"
	KindKey      = "key"
	KindArchive  = "archive"
	KindHeadMap  = "head-map"
	KindRenewal  = "renewal"
)

// Withheld stands where a commitment would, if the entity has no secret.
const Withheld = "withheld"

// Labels of a leaf, a closed list, written in ascending order.
const (
	LabelDuplicate   = "duplicate"   // a re-export whose projection says the same
	LabelLate        = "late"        // answers a deadline that had fired, or arrived before the through its shard already held
	LabelRetroactive = "retroactive" // an object with no events behind it
	LabelRevision    = "revision"    // a re-export that says something else
	LabelTruncated   = "truncated"   // the entity spilled facts, or findings, beyond its limit
	LabelUnpinned    = "unpinned"    // read by ETag, not by version
)

// Leaf is one custody record. Exactly one body is set, the one Kind names.
type Leaf struct {
	Kind         string
	Entity       string
	Seq          int64         // the entity's chain, from 1
	Prev         *schemas.Hash // SHA-256 of the chain's previous leaf; nil in the first
	Epoch        int64         // place in the log: epoch, shard, index
	Shard        int32
	Index        int64
	Regime       schemas.Hash   // SHA-256 of the regime document in force
	AtMS         int64          // broker time of the fact or tick that caused it, Unix ms; a string with ms in the leaf
	Lock         string         // schemas.LockHash or LockBrokerAppend where the leaf is a fact; empty where derived
	Evidence     []schemas.Hash // raw hashes it rests on, in the order given; beyond MaxEvidence only counted
	EvidenceMore int64          // how many more there are; needs at least MaxEvidence in Evidence
	Labels       []string       // in any order; written ascending, each once
	Times        []Time         // at most MaxTimes, in the order given
	TimesMore    *More          // set by Parse, or by a caller that has cut Times itself

	Event      *Event
	Object     *Object
	Inspection *Inspection
	Hold       *Hold // kind lock
	Pairing    *Pairing
	Verdict    *Verdict
	Alert      *Alert
	Cohort     *Cohort
	RegimeBody *Regime
}

// More is what a list that was cut says of its rest: how many items, and SHA-256 over each of them in order, as it would
// stand in the list, after its length as four bytes, big-endian. Append makes it where a list is longer than its limit.
type More struct {
	Count  int64 // from 1
	SHA256 schemas.Hash
}

// Time is one named interval. Text stands only where the leaf may show it: at most 40 characters of [0-9TZ:.,+ -];
// otherwise its hash does. A refused time has no bounds; Parse gives it the empty interval [0, -1].
type Time struct {
	Field      string
	Clock      string // of the closed list of schemas/instant
	LoMS       int64  // with HiMS: strings with ms in the leaf; both left out where Refused
	HiMS       int64
	Zone       string        // "UTC", "+hh:mm", "-hh:mm"; left out where empty: none named
	Text       string        // left out where empty
	TextSHA256 *schemas.Hash // set by Parse where the text may not stand; read only where Text is empty
	Refused    string        // why the text is no time; a Token
}

// Event: a conversation detail event. Empty strings are left out, here and below.
type Event struct {
	Topic, ParticipantID, SessionID             string
	MediaType, MessageType, Provider, Direction string
	DisconnectType, OrganizationID              string
	User                                        string // commitment of field "user_id"
}

// Object: an S3 notification.
type Object struct {
	Action, Role, RecordingID, OrganizationID string
	Object                                    string // commitment of field "object", value bucket + "/" + key
	VersionID, ETag, Sequencer                string
	Size                                      int64  // -1: left out
	Principal                                 string // commitment of field "principal"
}

// Inspection: what a GET of one object version answered, or one row of a manifest (Object empty, Export set).
type Inspection struct {
	Outcome, ErrorCode, Role, RecordingID, OrganizationID string
	Object                                                string // commitment of field "object"
	VersionID, ETag                                       string
	Size                                                  int64         // -1: left out
	SHA256                                                *schemas.Hash // of all bytes
	ContentType, Checksum, ChecksumType                   string
	Export                                                *Export
}

// Export: what a metadata file or a manifest row says of the recording. Its times stand in Leaf.Times.
type Export struct {
	Form, Pointer                          string
	FileSHA256                             schemas.Hash
	ConversationID, RecordingID, SessionID string
	MediaType, Provider, Direction         string
	DurationMS                             int64    // -1: left out
	Users                                  []string // commitments of field "user_id"
	Participants                           []string // ids
	Aliases                                []string
	UsersMore, ParticipantsMore            *More // as Leaf.TimesMore
	AliasesMore                            *More
	Projection                             schemas.Hash
}

// Hold: lock and retention state of one object version, as asked.
type Hold struct {
	RecordingID, Object, VersionID string
	LegalHold, RetentionMode       string
}

// Pairing: which session a recording belongs to, and by what.
type Pairing struct {
	RecordingID, SessionID string
	By                     string // recording-id, session-id, customer-session, window, none
	Agents                 int64  // distinct agents in the conversation so far
	Objects                []Part
	ObjectsMore            *More // as Leaf.TimesMore
	WindowMS               int64
}

// Part is one object of a recording.
type Part struct {
	Role, VersionID string
	SHA256          *schemas.Hash // left out where not inspected
}

// Verdict: a recording's clocks compared.
type Verdict struct {
	RecordingID                    string
	Shape, Locus, Grade, Mechanism string
	OffsetMS                       *int64
	Offsets                        []Offset
	OffsetsMore                    *More // as Leaf.TimesMore
	Agents                         int64
	Cohort                         string // cohort entity, empty if the recording has none
	Missing                        string // what would be needed, a Token; empty if nothing
}

// Offset is one like-for-like comparison: clock a minus clock b, closed interval in ms.
type Offset struct {
	Field, ClockA, ClockB string
	LoMS, HiMS            int64
}

// Alert: one step of a finding's life. The alert record on drift.alerts names this leaf.
type Alert struct {
	Finding                                     schemas.Hash
	Rule, Severity, Step, Subject, Grade, Shape string
	N                                           int64
	OffsetMS, SpreadMS                          *int64
}

// Cohort: the judgement of one cohort over all its measures so far.
type Cohort struct {
	OrganizationID, Channel, Provider string
	N                                 int64
	Shape, Locus, Grade, Mechanism    string
	Stratum                           string // which the verdict speaks of: all, agents>=2
	OffsetMS, SpreadMS                *int64
	Departing                         int64 // of Stratum
	StratumN                          int64
	Members                           schemas.Hash // SHA-256 over the sample's sorted recording ids, each with its verdict leaf
}

// Regime: what reaches the fold besides facts, in full.
type Regime struct {
	Document string // canonical JSON; its SHA-256 is Leaf.Regime
}

// Marker is one shard's answer to a cut. It is no leaf: it has no seq and no place in the log.
type Marker struct {
	Epoch     int64
	Shard     int32
	Shards    int32
	First     int64 // index of the epoch's first leaf of this shard
	Count     int64
	ThroughMS []SourceTime // of the cutting tick
}

// SourceTime is one source's proven time at a cut; 0 is left out.
type SourceTime struct {
	Source    string
	ThroughMS int64
}

// Limits of a leaf.
const (
	MaxBytes    = 16 << 10
	MaxEvidence = 16 // the rest as a count
	MaxTimes    = 24 // the rest as count and hash, here and below
	MaxList     = 32 // users, participants, aliases, parts, offsets
	TightList   = 8  // every list's limit, times included, in a leaf that would otherwise be above MaxBytes
	MaxDepth    = 8  // objects and lists within each other
)

// MaxInteger is the largest integer of the grammar, and with a minus the smallest: 2^53.
const MaxInteger = 1 << 53

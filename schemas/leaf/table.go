package leaf

import "slices"

// form is the form of one member's value. FORMAT.md explains each under the same name (formNames).
type form uint8

const (
	formVersion form = iota
	formKind
	formWord
	formEntity
	formTime
	formCount
	formPositive
	formShard
	formInteger
	formHash
	formID
	formToken
	formCommitment
	formCohort
	formZone
	formText
	formDocument
	formObject
	formThrough
)

var formNames = [...]string{
	formVersion: "version", formKind: "kind", formWord: "word", formEntity: "entity", formTime: "time",
	formCount: "count", formPositive: "positive", formShard: "shard", formInteger: "integer", formHash: "hash",
	formID: "id", formToken: "token", formCommitment: "commitment", formCohort: "cohort", formZone: "zone",
	formText: "time text", formDocument: "document", formObject: "object", formThrough: "through",
}

// member is one row of the grammar.
type member struct {
	name    string
	form    form
	need    bool     // must be there; every other is absent where it has nothing to say
	foreign bool     // of foreign origin: what is not of the form stands as "sha256:<hex>"
	max     int      // a list of at most max items of the form, never empty; 0: a single value
	more    string   // stands only after a full list of this name
	words   []string // of formWord: the closed list
	of      *shape   // of formObject
	doc     string
}

// shape is a closed set of members, in ascending byte order of their names.
type shape struct {
	name    string
	members []member
}

const (
	must = true
	may  = false
)

func own(name string, f form, need bool, doc string) member {
	return member{name: name, form: f, need: need, doc: doc}
}

func foreign(name string, f form, doc string) member {
	return member{name: name, form: f, foreign: true, doc: doc}
}

func word(name string, need bool, words []string, doc string) member {
	return member{name: name, form: formWord, need: need, words: words, doc: doc}
}

func object(name string, need bool, of *shape, doc string) member {
	return member{name: name, form: formObject, need: need, of: of, doc: doc}
}

func list(max int, m member) member {
	m.max = max
	return m
}

func rest(name string) member {
	return member{name: name + "_more", form: formObject, more: name, of: moreShape, doc: "the rest of `" + name + "`"}
}

// Kinds are the kinds that are written, in the order of docs/FORMAT.md.
func Kinds() []string { return slices.Clone(kindWords) }

// The closed lists. A new word is a new version.
var (
	kindWords   = []string{KindEvent, KindObject, KindInspection, KindLock, KindPairing, KindVerdict, KindAlert, KindCohort, KindRegime}
	labelWords  = []string{LabelDuplicate, LabelLate, LabelRetroactive, LabelRevision, LabelTruncated, LabelUnpinned}
	lockWords   = []string{"hash", "broker_append"}
	sourceWords = []string{"events", "inspections", "s3", "world"}
	clockWords  = []string{
		"analytics", "architect", "audit", "broker", "capture", "event-bridge", "export-metadata", "genesys-cloud",
		"genesys-provider", "job", "media-header", "s3", "sender", "transcript",
	}
	roleWords      = []string{"media", "metadata", "transcript", "manifest", "other"}
	actionWords    = []string{"created", "deleted", "delete_marker", "other"}
	outcomeWords   = []string{"ok", "denied", "missing", "changed", "throttled", "timeout", "failed"}
	exportWords    = []string{"metadata", "row"}
	holdWords      = []string{"ON", "OFF", "UNKNOWN"}
	retentionWords = []string{"NONE", "GOVERNANCE", "COMPLIANCE", "UNKNOWN"}
	byWords        = []string{"recording-id", "session-id", "customer-session", "window", "none"}
	stepWords      = []string{"opened", "updated", "resolved"}
	severityWords  = []string{"info", "warning", "high", "critical"}
	entityWords    = []string{"conversation", "cohort", "matter", "log", "unplaced"}
)

var moreShape = &shape{"more", []member{
	own("count", formPositive, must, "how many items are not shown"),
	own("sha256", formHash, must, "over each of them in order, as it would stand in the list, after its length as 4 bytes, big-endian"),
}}

var timeShape = &shape{"time", []member{
	word("clock", must, clockWords, "whose clock"),
	foreign("field", formToken, "the name it has at its source").needed(),
	own("hi", formTime, may, "last possible instant; absent where refused"),
	own("lo", formTime, may, "first possible instant; absent where refused"),
	foreign("refused", formToken, "why the text is no time"),
	own("text", formText, may, "as written at the source, cut at 64 bytes"),
	own("text_sha256", formHash, may, "of that text, where it is not of the form *time text*"),
	own("zone", formZone, may, "the zone the text names; absent: none, and lo and hi are as if UTC"),
}}

var leafShape = &shape{"leaf", []member{
	own("at", formTime, must, "broker time of the fact or tick that caused the leaf"),
	object("body", must, nil, "the members of the kind, below"),
	own("entity", formEntity, must, "whose chain"),
	own("epoch", formCount, must, "place in the log: epoch"),
	list(MaxEvidence, own("evidence", formHash, may, "SHA-256 of the raw bytes it rests on")),
	{name: "evidence_more", form: formPositive, more: "evidence", doc: "how many more there are"},
	own("index", formCount, must, "place in the log: index within the shard, from 0 over all epochs"),
	own("kind", formKind, must, "which body"),
	list(len(labelWords), word("labels", may, labelWords, "ascending, each once")),
	word("lock", may, lockWords, "how the fact is held; absent where the leaf is derived"),
	own("prev", formHash, may, "SHA-256 of the chain's previous leaf; absent exactly where seq is 1"),
	own("regime", formHash, must, "SHA-256 of the regime document in force"),
	own("seq", formPositive, must, "place in the entity's chain"),
	own("shard", formShard, must, "place in the log: shard"),
	list(MaxTimes, object("times", may, timeShape, "every named interval of the fact")),
	rest("times"),
	own("v", formVersion, must, "1"),
}}

var markerShape = &shape{"marker", []member{
	own("count", formCount, must, "leaves of this shard in the epoch"),
	own("epoch", formCount, must, "the epoch it closes"),
	own("first", formCount, must, "index of the first of them: the end of the epoch before"),
	own("shard", formShard, must, "who answers; less than shards"),
	own("shards", formShard, must, "how many answers the epoch has"),
	own("through", formThrough, may, "for each source proven at the cut, a member named as the source ("+
		"`events`, `inspections`, `s3`, `world`): the time up to which everything that arrived is in the log"),
	own("v", formVersion, must, "1"),
}}

func (m member) needed() member {
	m.need = true
	return m
}

package schemas

// Closed vocabularies of the wire. A value outside its list does not encode.

// Hash is a SHA-256.
type Hash [32]byte

// Secret is the 16 random bytes that key an entity's commitments. It is never printed.
type Secret [16]byte

// String hides the secret, so that no log line can carry it.
func (Secret) String() string { return "[secret]" }

// Sources: the streams a deadline can wait for.
const (
	SourceEvents      = "events"
	SourceS3          = "s3"
	SourceInspections = "inspections"
	SourceWorld       = "world"
)

// Locks: how a fact is held.
const (
	LockHash         = "hash"
	LockBrokerAppend = "broker_append"
)

// Roles of an object, as its key says.
const (
	RoleMedia      = "media"
	RoleMetadata   = "metadata"
	RoleTranscript = "transcript"
	RoleManifest   = "manifest"
	RoleOther      = "other"
)

// Actions of a notification.
const (
	ActionCreated      = "created"
	ActionDeleted      = "deleted"
	ActionDeleteMarker = "delete_marker"
	ActionOther        = "other"
)

// Outcomes of an inspection.
const (
	OutcomeOK        = "ok"
	OutcomeDenied    = "denied"
	OutcomeMissing   = "missing"
	OutcomeChanged   = "changed"
	OutcomeThrottled = "throttled"
	OutcomeTimeout   = "timeout"
	OutcomeFailed    = "failed"
)

// Lock and retention states of an object version. Absent permission is UNKNOWN, never OFF or NONE.
const (
	HoldOn              = "ON"
	HoldOff             = "OFF"
	HoldUnknown         = "UNKNOWN"
	RetentionNone       = "NONE"
	RetentionGovernance = "GOVERNANCE"
	RetentionCompliance = "COMPLIANCE"
	RetentionUnknown    = "UNKNOWN"
)

// Forms of an export fact.
const (
	FormMetadata = "metadata"
	FormRow      = "row"
)

// Steps of a finding's life, and severities of a rule.
const (
	StepOpened       = "opened"
	StepUpdated      = "updated"
	StepResolved     = "resolved"
	SeverityInfo     = "info"
	SeverityWarning  = "warning"
	SeverityHigh     = "high"
	SeverityCritical = "critical"
)

// Kinds of progress record, transports and what vouched for a sender.
const (
	ProgressStart       = "start"
	ProgressProgress    = "progress"
	ProgressRetired     = "retired"
	TransportWebhook    = "webhook"
	TransportSQS        = "sqs"
	TransportProducer   = "producer"
	TransportInspection = "inspection"
	AuthNone            = "none"
	AuthHMACSHA256      = "hmac_sha256"
	AuthIAM             = "iam"
	QuestionObject      = "object"
	QuestionEvent       = "event"
)

// Labels of an observation.
const (
	LabelUnpinned      = "unpinned"
	LabelAliasFields   = "alias-fields"
	LabelEnvelopeApart = "envelope-apart"
	LabelUnreadable    = "unreadable" // a metadata file, or a row, that does not parse
)

package schemas

// The observations topic: what observe made of it, and time itself.

// Observation: one normalised fact about one entity. Topic observations, key entity. A retried delivery repeats
// fact_id; a second fact about the same thing does not.
type Observation struct {
	Entity     string          `avro:"entity"`     // conversation:<id> or unplaced:<id>.
	FactID     Hash            `avro:"fact_id"`    // Identity of the fact: equal for every delivery of it.
	Source     string          `avro:"source"`     // The stream it came by; deadlines wait for streams.
	ArrivalMS  int64           `avro:"arrival_ms"` // The broker's append time of the raw record, Unix ms: the only arrival that counts.
	Lock       string          `avro:"lock"`       // hash: we hold the source's bytes by SHA-256. broker_append: somebody else's producer wrote the fields.
	RawSHA256  *Hash           `avro:"raw_sha256"` // SHA-256 of the source's bytes.
	Secret     *Secret         `avro:"secret"`     // As in the raw record.
	Origin     Origin          `avro:"origin"`     // The raw record.
	Labels     []string        `avro:"labels"`     // Closed list: unpinned, alias-fields, envelope-apart, unreadable.
	Times      []Reading       `avro:"times"`      // Every timestamp of the fact.
	Event      *EventFact      `avro:"event"`      // Set for an event.
	Object     *ObjectFact     `avro:"object"`     // Set for a notification.
	Inspection *InspectionFact `avro:"inspection"` // Set for an inspection.
	Export     *ExportFact     `avro:"export"`     // Set for metadata and rows.
}

// Origin: where the raw record stands; for explaining, never in a leaf.
type Origin struct {
	Topic     string `avro:"topic"`     // Without prefix.
	Partition int32  `avro:"partition"` // Partition.
	Offset    int64  `avro:"offset"`    // Offset.
}

// Reading: one timestamp: a closed interval with a name. DESIGN 4.
type Reading struct {
	Field   string `avro:"field"`   // Name as it stands at the source: eventTime, startTime, recorded_start_time, ...
	Clock   string `avro:"clock"`   // Whose clock, from the closed list of schemas/instant.
	LoMS    int64  `avro:"lo_ms"`   // First possible Unix ms.
	HiMS    int64  `avro:"hi_ms"`   // Last possible Unix ms; hi < lo where refused.
	Zone    string `avro:"zone"`    // UTC, an offset as +hh:mm, or empty: the text names none and lo/hi are as if UTC.
	Text    string `avro:"text"`    // As written at the source, cut at 64 bytes.
	Refused string `avro:"refused"` // Why the text is no time; empty if it is one.
}

// EventFact: a conversation detail event.
type EventFact struct {
	Topic          string `avro:"topic"`           // customer.start, user.end, ... the part after {id}.
	ParticipantID  string `avro:"participant_id"`  // Empty if absent.
	SessionID      string `avro:"session_id"`      // Empty if absent.
	UserID         string `avro:"user_id"`         // Personal: committed in a leaf. Empty if absent.
	MediaType      string `avro:"media_type"`      // Upper case; empty if absent.
	MessageType    string `avro:"message_type"`    // Upper case; empty if absent.
	Provider       string `avro:"provider"`        // Empty if absent.
	Direction      string `avro:"direction"`       // Upper case; empty if absent.
	DisconnectType string `avro:"disconnect_type"` // Upper case; empty if absent.
	OrganizationID string `avro:"organization_id"` // From the envelope's source; empty if absent.
}

// ObjectFact: an S3 notification.
type ObjectFact struct {
	Action         string `avro:"action"`          // What happened to the object.
	Bucket         string `avro:"bucket"`          // Personal with key: committed.
	Key            string `avro:"key"`             // Object key, decoded.
	VersionID      string `avro:"version_id"`      // Empty: none said.
	ETag           string `avro:"etag"`            // Empty: none said.
	Size           int64  `avro:"size"`            // -1: not said.
	Sequencer      string `avro:"sequencer"`       // Empty: none said.
	Principal      string `avro:"principal"`       // Who did it; personal. Empty: not said.
	OrganizationID string `avro:"organization_id"` // From the key; empty if it names none.
	RecordingID    string `avro:"recording_id"`    // From the key; empty if it names none.
	Role           string `avro:"role"`            // What the key says it is.
}

// InspectionFact: what a GET answered.
type InspectionFact struct {
	Bucket         string `avro:"bucket"`          // As ObjectFact.
	Key            string `avro:"key"`             // As ObjectFact.
	VersionID      string `avro:"version_id"`      // As ObjectFact.
	ETag           string `avro:"etag"`            // As ObjectFact.
	OrganizationID string `avro:"organization_id"` // As ObjectFact.
	RecordingID    string `avro:"recording_id"`    // As ObjectFact.
	Role           string `avro:"role"`            // As ObjectFact.
	Outcome        string `avro:"outcome"`         // As S3Inspection.
	ErrorCode      string `avro:"error_code"`      // As S3Inspection.
	RequestID      string `avro:"request_id"`      // Of the answer.
	Pinned         bool   `avro:"pinned"`          // As S3Inspection.
	Size           int64  `avro:"size"`            // -1 if none.
	SHA256         *Hash  `avro:"sha256"`          // Null unless ok.
	ContentType    string `avro:"content_type"`    // Empty if none.
	Checksum       string `avro:"checksum"`        // ALGORITHM:base64, or empty.
	ChecksumType   string `avro:"checksum_type"`   // FULL_OBJECT, COMPOSITE or empty.
	LegalHold      string `avro:"legal_hold"`      // As S3Inspection.
	RetentionMode  string `avro:"retention_mode"`  // As S3Inspection.
}

// ExportFact: what a metadata file or a manifest row says of one recording. With inspection: the metadata file
// inspected. Alone: a row.
type ExportFact struct {
	Form           string   `avro:"form"`            // Which of the two.
	FileSHA256     Hash     `avro:"file_sha256"`     // The whole file's hash.
	Pointer        string   `avro:"pointer"`         // The row's JSON pointer; empty for a metadata file.
	ConversationID string   `avro:"conversation_id"` // What the file says; empty if it does not.
	RecordingID    string   `avro:"recording_id"`    // Likewise.
	SessionID      string   `avro:"session_id"`      // Likewise.
	OrganizationID string   `avro:"organization_id"` // From the object key.
	MediaType      string   `avro:"media_type"`      // As written.
	Provider       string   `avro:"provider"`        // As written.
	Direction      string   `avro:"direction"`       // As written.
	DurationMS     int64    `avro:"duration_ms"`     // -1 if not said.
	UserIDs        []string `avro:"user_ids"`        // Agents; personal.
	ParticipantIDs []string `avro:"participant_ids"` // Only where the file uses that name.
	Aliases        []string `avro:"aliases"`         // Fields read by an alias, as alias=official.
	Projection     Hash     `avro:"projection"`      // SHA-256 of the content without the fields that change by themselves.
}

// Measure: what one entity tells another, through the log. Topic observations, key to. (from_shard, number)
// orders them for replay.
type Measure struct {
	To             string  `avro:"to"`              // cohort:<sha256>.
	FromShard      int32   `avro:"from_shard"`      // Shard that emitted it.
	Number         int64   `avro:"number"`          // Running number of that shard, from 1.
	Conversation   string  `avro:"conversation"`    // Conversation id.
	RecordingID    string  `avro:"recording_id"`    // Recording id.
	Leaf           Hash    `avro:"leaf"`            // The verdict leaf it rests on.
	OrganizationID string  `avro:"organization_id"` // Cohort key, part 1.
	Channel        string  `avro:"channel"`         // Cohort key, part 2.
	Provider       string  `avro:"provider"`        // Cohort key, part 3.
	Agents         int32   `avro:"agents"`          // Distinct agents; the stratum is 1 or at least 2.
	Start          *Offset `avro:"start"`           // Export minus reference, of the start.
	End            *Offset `avro:"end"`             // Of the end.
	Created        *Offset `avro:"created"`         // Of created, against the reference start.
	Duration       *Offset `avro:"duration"`        // Of the duration.
	Revises        bool    `avro:"revises"`         // This recording was measured before; n does not grow.
	Shape          string  `avro:"shape"`           // The recording's own shape.
	EventMS        int64   `avro:"event_ms"`        // Reference start, Unix ms.
	ArrivalMS      int64   `avro:"arrival_ms"`      // Broker append time of the newest fact under the verdict.
}

// Offset: a difference of two readings, closed interval in ms.
type Offset struct {
	LoMS int64 `avro:"lo_ms"` // Least.
	HiMS int64 `avro:"hi_ms"` // Greatest.
}

// Tick: time in the log. Topic observations, one to every partition in one transaction. DESIGN 4.
type Tick struct {
	N       int64        `avro:"n"`       // From 1; a shard ignores n not above its last.
	TMS     int64        `avro:"t_ms"`    // The clock's broker time, Unix ms, never less than the tick before.
	Sources []SourceTime `avro:"sources"` // One entry a source.
	Cut     bool         `avro:"cut"`     // This tick closes epoch.
	Epoch   int64        `avro:"epoch"`   // The epoch it closes, or the one open.
}

// SourceTime: how far one source is proven.
type SourceTime struct {
	Source    string `avro:"source"`     // events, s3 or inspections.
	ThroughMS int64  `avro:"through_ms"` // Everything that arrived before is in the log; 0: nothing proven yet.
	FoldedMS  int64  `avro:"folded_ms"`  // through of the newest tick that every shard's committed offset has passed.
}

// Regime: what reaches the fold besides facts. Topic observations, broadcast; in capture.progress, key regime, an
// operator's request to the clock.
type Regime struct {
	Document string `avro:"document"` // Canonical JSON; its SHA-256 is the regime's name in every leaf.
	Build    string `avro:"build"`    // Information only.
}

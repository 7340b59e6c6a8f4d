package schemas

// The raw topics: what the world sent, as it came.

// ConversationEvent: one delivery of a conversation event. Topic conversation.events, key conversation_id if
// known, else source_id. A public contract: a customer's own producer may write it, with raw, raw_sha256 and
// secret null and fields filled.
type ConversationEvent struct {
	SourceID       string       `avro:"source_id"`       // Identity of the thing at its source: the same for every delivery of it.
	ReceivedMS     int64        `avro:"received_ms"`     // Arrival at the receiving host by its own clock, Unix ms. A claim: the broker's append time is the one that counts.
	Transport      Transport    `avro:"transport"`       // How the bytes reached us.
	Raw            []byte       `avro:"raw"`             // The source's bytes as they came; null from a producer that has none.
	RawSHA256      *Hash        `avro:"raw_sha256"`      // SHA-256 of raw.
	Secret         *Secret      `avro:"secret"`          // 16 fresh random bytes. The first an entity sees keys its commitments; null: its personal fields are withheld.
	ConversationID string       `avro:"conversation_id"` // Empty if the bytes do not say.
	Fields         *EventFields `avro:"fields"`          // Only where raw is null.
}

// Transport: how the bytes reached us.
type Transport struct {
	Kind      string `avro:"kind"`       // The door they came in by; producer is somebody else's.
	Instance  string `avro:"instance"`   // The capture instance, a stable name; empty for a foreign producer.
	Boot      int64  `avro:"boot"`       // The instance's boot number; 0 for a foreign producer.
	MessageID string `avro:"message_id"` // The transport's own id of this delivery (SQS MessageId, request id); empty if it has none.
	Auth      string `avro:"auth"`       // What vouched for the sender.
}

// EventFields: the event's fields, for producers without raw bytes. Read only where raw is null.
type EventFields struct {
	Topic          string `avro:"topic"`           // Detail-event name: customer.start, user.end, ...
	EventTime      string `avro:"event_time"`      // Text as the source wrote it: ISO 8601 or epoch ms.
	ParticipantID  string `avro:"participant_id"`  // Empty if absent.
	SessionID      string `avro:"session_id"`      // Empty if absent.
	UserID         string `avro:"user_id"`         // Empty if absent.
	MediaType      string `avro:"media_type"`      // Empty if absent.
	Provider       string `avro:"provider"`        // Empty if absent.
	Direction      string `avro:"direction"`       // Empty if absent.
	DisconnectType string `avro:"disconnect_type"` // Empty if absent.
	OrganizationID string `avro:"organization_id"` // Empty if absent.
}

// S3Notification: one S3 object notification. Topic s3.notifications, key conversation_id if the key template
// names one, else source_id. A public contract like ConversationEvent. A message with n Records becomes n
// records, each with the whole message as raw and its index.
type S3Notification struct {
	SourceID       string              `avro:"source_id"`       // Identity of the thing at its source: the same for every delivery of it.
	ReceivedMS     int64               `avro:"received_ms"`     // Arrival at the receiving host by its own clock, Unix ms. A claim: the broker's append time is the one that counts.
	Transport      Transport           `avro:"transport"`       // How the bytes reached us.
	Raw            []byte              `avro:"raw"`             // The source's bytes as they came; null from a producer that has none.
	RawSHA256      *Hash               `avro:"raw_sha256"`      // SHA-256 of raw.
	Secret         *Secret             `avro:"secret"`          // 16 fresh random bytes. The first an entity sees keys its commitments; null: its personal fields are withheld.
	Index          int32               `avro:"index"`           // Which of the message's Records this is.
	ConversationID string              `avro:"conversation_id"` // From the object key; empty if it names none.
	Fields         *NotificationFields `avro:"fields"`          // Only where raw is null.
}

// NotificationFields: for producers without raw bytes.
type NotificationFields struct {
	EventName string `avro:"event_name"` // ObjectCreated:Put, ...
	EventTime string `avro:"event_time"` // Text as the source wrote it.
	Bucket    string `avro:"bucket"`     // Bucket name.
	Key       string `avro:"key"`        // Object key, decoded.
	VersionID string `avro:"version_id"` // Empty if unversioned or not said.
	ETag      string `avro:"etag"`       // Without quotes; empty if not said.
	Size      int64  `avro:"size"`       // Bytes; -1 if not said.
	Sequencer string `avro:"sequencer"`  // Empty if not said.
}

// S3Inspection: what one GET of one object version answered, errors included. Topic s3.inspections, key
// conversation_id if the object key names one, else source_id. Interpreted by observe, never here.
type S3Inspection struct {
	SourceID       string    `avro:"source_id"`       // Identity of the notification that asked.
	ReceivedMS     int64     `avro:"received_ms"`     // When the answer was complete, by the instance's clock, Unix ms.
	Transport      Transport `avro:"transport"`       // The instance that asked.
	Secret         *Secret   `avro:"secret"`          // As in ConversationEvent.
	ConversationID string    `avro:"conversation_id"` // From the object key; empty if it names none.
	Bucket         string    `avro:"bucket"`          // Bucket.
	Key            string    `avro:"key"`             // Object key, decoded.
	VersionID      string    `avro:"version_id"`      // Version asked for; empty: unversioned, pinned by ETag.
	ETag           string    `avro:"etag"`            // ETag of the answer, without quotes.
	Outcome        string    `avro:"outcome"`         // changed: the pinned ETag is no longer there.
	Status         int32     `avro:"status"`          // HTTP status; 0 if there was no answer.
	ErrorCode      string    `avro:"error_code"`      // S3's code, or ours; with ok: what of the content could not be used (manifest-too-large, ...).
	RequestID      string    `avro:"request_id"`      // x-amz-request-id.
	Pinned         bool      `avro:"pinned"`          // False: unversioned bucket or null version, read under If-Match.
	Size           int64     `avro:"size"`            // Bytes read; -1 if none.
	SHA256         *Hash     `avro:"sha256"`          // Of all bytes, streamed; null unless outcome is ok.
	LastModified   string    `avro:"last_modified"`   // As the header wrote it; empty if none.
	ContentType    string    `avro:"content_type"`    // Empty if none.
	Checksum       string    `avro:"checksum"`        // S3's own, as ALGORITHM:base64; empty if none.
	ChecksumType   string    `avro:"checksum_type"`   // FULL_OBJECT, COMPOSITE or empty.
	LegalHold      string    `avro:"legal_hold"`      // UNKNOWN: not permitted or not answered, never OFF.
	RetentionMode  string    `avro:"retention_mode"`  // UNKNOWN: not permitted or not answered, never NONE.
	RetainUntil    string    `avro:"retain_until"`    // ISO 8601 as answered; empty if none.
	Head           []byte    `avro:"head"`            // First bytes, up to the head limit.
	Tail           []byte    `avro:"tail"`            // Last bytes, up to the tail limit; empty if head holds all.
	Body           []byte    `avro:"body"`            // The whole object, only for a recording's metadata file within its limit.
	Rows           []Row     `avro:"rows"`            // At most 500; empty unless this object is a job manifest.
	Part           int32     `avro:"part"`            // Which part of the manifest's rows this record carries, from 0.
	Parts          int32     `avro:"parts"`           // How many there are; 1 for everything else.
}

// Row: one row of a job manifest, cut out as it stands.
type Row struct {
	Pointer string `avro:"pointer"` // RFC 6901 JSON pointer in the file.
	Json    []byte `avro:"json"`    // The row's bytes as they stand.
}

// WorldAnswer: an asked fact: LIST, vendor API, receipt. Topic world.answers. The contract is fixed here;
// nothing asks yet.
type WorldAnswer struct {
	SourceID   string    `avro:"source_id"`   // Identity of the thing at its source: the same for every delivery of it.
	ReceivedMS int64     `avro:"received_ms"` // Arrival at the receiving host by its own clock, Unix ms. A claim: the broker's append time is the one that counts.
	Transport  Transport `avro:"transport"`   // How the bytes reached us.
	Raw        []byte    `avro:"raw"`         // The source's bytes as they came; null from a producer that has none.
	RawSHA256  *Hash     `avro:"raw_sha256"`  // SHA-256 of raw.
	Secret     *Secret   `avro:"secret"`      // 16 fresh random bytes. The first an entity sees keys its commitments; null: its personal fields are withheld.
	Question   string    `avro:"question"`    // What was asked: operation and parameters, one line.
	AskedMS    int64     `avro:"asked_ms"`    // When the question was sent, Unix ms.
	Complete   bool      `avro:"complete"`    // The whole answer: nothing truncated, permission proven.
	Status     int32     `avro:"status"`      // Status of the answer.
	RequestID  string    `avro:"request_id"`  // Of the answer.
}

package schemas

// What correlate appends.

// CustodyRecord: one leaf. Topic custody.records, key lower-case hex SHA-256 of leaf.
type CustodyRecord struct {
	Leaf []byte `avro:"leaf"` // Canonical JSON, docs/FORMAT.md.
}

// CustodyMarker: one shard's answer to a cut; no leaf. Topic custody.records, key lower-case hex SHA-256 of
// marker.
type CustodyMarker struct {
	Marker []byte `avro:"marker"` // Canonical JSON, docs/FORMAT.md.
}

// Opening: what opens an entity's commitments. Topic custody.openings, key entity; the newest holds all, a
// tombstone erases.
type Opening struct {
	Entity  string        `avro:"entity"`  // As in the leaves.
	Secret  Secret        `avro:"secret"`  // Keys the commitments.
	Fields  []OpenedField `avro:"fields"`  // Sorted by field, value.
	Spilled int64         `avro:"spilled"` // Values beyond the limit, not kept here.
}

// OpenedField: one committed value.
type OpenedField struct {
	Field string `avro:"field"` // Field name in the commitment.
	Value string `avro:"value"` // The value.
}

// Alert: one step in a finding's life. Topic drift.alerts, key finding in hex.
type Alert struct {
	Finding  Hash   `avro:"finding"`   // SHA-256 of rule, entity, subject, each followed by 0x00.
	Rule     string `avro:"rule"`      // docs/RULES.md.
	Severity string `avro:"severity"`  // Of the rule.
	Step     string `avro:"step"`      // Each emitted once.
	Entity   string `avro:"entity"`    // Whose finding.
	Subject  string `avro:"subject"`   // What of it: a recording id, a commitment, a stratum; empty: the entity itself.
	Grade    string `avro:"grade"`     // Of the absence or of the mechanism; the rule says which.
	Shape    string `avro:"shape"`     // Drift only, else empty.
	N        int64  `avro:"n"`         // How many records it speaks of.
	OffsetMS *int64 `avro:"offset_ms"` // Signed; null where not comparable.
	SpreadMS *int64 `avro:"spread_ms"` // Median absolute deviation, over n.
	Summary  string `avro:"summary"`   // One sentence; no personal data.
	Evidence []Hash `avro:"evidence"`  // Raw hashes it rests on, at most 16.
	Leaf     Hash   `avro:"leaf"`      // The leaf that records this step.
	AtMS     int64  `avro:"at_ms"`     // Broker time of the fact or tick that caused it, Unix ms.
	Late     bool   `avro:"late"`      // Caused by late evidence.
	Parent   *Hash  `avro:"parent"`    // Reserved for grouping.
}

// Probe: a question to the world. Topic probes, key id in hex.
type Probe struct {
	ID         Hash   `avro:"id"`          // SHA-256 of entity, rule, subject, deadline.
	Entity     string `avro:"entity"`      // Who asks.
	Rule       string `avro:"rule"`        // Why.
	Subject    string `avro:"subject"`     // About what.
	Question   string `avro:"question"`    // What is looked for.
	DeadlineMS int64  `avro:"deadline_ms"` // An answer asked for before this proves nothing.
	Bucket     string `avro:"bucket"`      // Where to look; empty for events.
	Prefix     string `avro:"prefix"`      // Key prefix; empty for events.
}

// DeadLetter: a record nobody can process, by reference; never its payload. Topic dead.letters, key topic.
type DeadLetter struct {
	Stage       string `avro:"stage"`        // Who refused it.
	Topic       string `avro:"topic"`        // Without prefix.
	Partition   int32  `avro:"partition"`    // Partition.
	Offset      int64  `avro:"offset"`       // Offset.
	KeySHA256   Hash   `avro:"key_sha256"`   // Of the key.
	ValueSHA256 Hash   `avro:"value_sha256"` // Of the value.
	Size        int64  `avro:"size"`         // Bytes of the value.
	Code        string `avro:"code"`         // Closed list per stage.
	Reason      string `avro:"reason"`       // One sentence with the place.
	RawSHA256   *Hash  `avro:"raw_sha256"`   // The source's bytes, where the record carried them.
}

package schemas

// The capture.progress topic: life signs and the clock.

// Progress: a capture instance's life sign. Topic capture.progress, key source/instance.
type Progress struct {
	Source       string `avro:"source"`        // events, s3 or inspections.
	Instance     string `avro:"instance"`      // Stable name.
	Boot         int64  `avro:"boot"`          // Counts the instance's starts; a lower one is ignored.
	Kind         string `avro:"kind"`          // start is acknowledged before the first receive.
	Asked        int64  `avro:"asked"`         // Receives since boot.
	Received     int64  `avro:"received"`      // Messages since boot.
	Empty        int64  `avro:"empty"`         // Empty receives since boot.
	Errors       int64  `avro:"errors"`        // Failed receives since boot.
	ClaimMS      *int64 `avro:"claim_ms"`      // Everything that reached the source before is in the raw topic; broker time of the progress record written before the empty receive began.
	VisibilityMS int64  `avro:"visibility_ms"` // How long a message received and not deleted stays hidden; 0 where there is none.
}

// ClockState: the clock's whole state at one tick. Topic capture.progress, key clock.
type ClockState struct {
	N            int64            `avro:"n"`             // The tick's number.
	TMS          int64            `avro:"t_ms"`          // The tick's time.
	Epoch        int64            `avro:"epoch"`         // Open epoch.
	LastCutMS    int64            `avro:"last_cut_ms"`   // t of the last cut.
	Sources      []SourceState    `avro:"sources"`       // By name.
	Instances    []InstanceState  `avro:"instances"`     // By source, instance.
	CutPositions []GroupPositions `avro:"cut_positions"` // By topic.
	Pending      []PendingTick    `avro:"pending"`       // Oldest first.
	Regime       string           `avro:"regime"`        // Document in force; empty: an older release did not write it down.
	RegimeSince  int64            `avro:"regime_since"`  // The tick it entered before; 0: not known.
}

// SourceState: one source.
type SourceState struct {
	Source       string  `avro:"source"`        // Name.
	ThroughMS    int64   `avro:"through_ms"`    // Proven.
	FoldedMS     int64   `avro:"folded_ms"`     // Folded.
	HoldMS       int64   `avro:"hold_ms"`       // Claims of a receive begun before this do not count.
	SnapshotMS   int64   `avro:"snapshot_ms"`   // t of the pending snapshot; 0: none.
	SnapshotEnds []int64 `avro:"snapshot_ends"` // Raw end offsets, by partition.
}

// InstanceState: one live instance.
type InstanceState struct {
	Source       string `avro:"source"`        // Its source.
	Instance     string `avro:"instance"`      // Its name.
	Boot         int64  `avro:"boot"`          // Its boot.
	ClaimMS      int64  `avro:"claim_ms"`      // Its claim; 0: none since boot.
	SeenMS       int64  `avro:"seen_ms"`       // Append time of its last record.
	VisibilityMS int64  `avro:"visibility_ms"` // Its last word.
}

// GroupPositions: committed positions of one observe group at the last cut.
type GroupPositions struct {
	Topic   string  `avro:"topic"`   // Raw topic without prefix.
	Offsets []int64 `avro:"offsets"` // By partition.
}

// PendingTick: a tick not yet passed by every shard.
type PendingTick struct {
	N       int64   `avro:"n"`       // Number.
	Through []int64 `avro:"through"` // By source, in the order of sources.
	Offsets []int64 `avro:"offsets"` // Where it stands in observations, by partition; empty until known.
}

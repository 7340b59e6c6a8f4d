// Package correlate is the join: a pure fold of observations, in which everything known of an entity arrives in one
// partition, in one total order. Out of it come custody records, the openings of their commitments, drift alerts,
// probes, and measures that go back into observations.
//
// An entity is a conversation (or, where it is not known, an unplaced source), a cohort, or the log itself. Entities
// share no state; what one must tell another goes through the log as a measure.
//
// The way of a fact, in the order of the files:
//
//	shard.go       Step: decode, check the place, dispatch; regime.go: what else the fold depends on; change.go: two of them compared
//	fact.go        a distinct fact makes its leaf; event.go, object.go, inspection.go, export.go: one kind each
//	drain.go       a tick makes deadlines due; the smallest goes first; then the marker
//	verdict.go     a recording that has been quiet is paired with its session and its clocks are compared (shape.go)
//	cohort.go      measures are weighed together (weigh.go), so that 600 recordings with one lag are one finding
//	finding.go     a finding's life: opened, updated, resolved, each step once (rules.go is the catalogue)
//	append.go      a leaf gets its place and is emitted; commitments are opened
//
// Invariants:
//
//	C1  Same records, same bytes: no clock, no float, no map order, nothing but the log and its regime decides.
//	C2  One leaf per distinct fact; a redelivery counts and makes none.
//	C3  seq and prev of an entity have no gap and no fork; index of a shard has no gap.
//	C4  A deadline exists only where an expectation made it, derives from state, and leaves the state in the step that
//	    fires it; one it sets in turn is strictly later.
//	C5  An absence is graded by the proven time of its source: not-received, or unknown while the source is stalled.
//	C6  Late evidence is appended, labelled, and resolves what it answers; nothing is rewritten.
//	C7  No personal value stands in a leaf or an alert: object keys, user ids and principals are commitments.
//	C8  One record never names a cause, and a cohort's cause is not named before the attribution work: unexplained.
//
//	C9  Configuration never decides output. A regime enters at its place in the log and holds from the next record on,
//	    also a second one and one that was in force before; a worker configured otherwise may only stop.
//
// What a new regime leaves as it is and what it changes:
//
//   - A deadline that is set stays where it was set; one that is set or moved from here on is the new regime's. So is a
//     settle deadline at the next fact of its recording, and the question whether a source is stalled at the next tick.
//   - A recording that was judged is not judged again until a fact of its own comes; its leaves name the regime that made
//     them. Then match_window and slack are the new ones, and a verdict that says something new makes a leaf.
//   - A cohort that is open is weighed under the new cohort_min and slack at its next judgement, that is after its next
//     measure or when its patience, set as it was, has passed; until then what was pronounced stands. The offsets in
//     its sample stay as they were measured. How large a sample is no setting decides (maxSample).
//   - The log's name (origin) and the number of shards never change: that is another log.
//
// Stored: one blob an entity (Avro single-object encoding of the state structs in state.go, so that a later release
// reads an earlier one's), and the shard's meta: regime, time, place in the log, draining.
//
// A cohort is judged by a sample of its recordings (maxSample, the smallest by hash) once it has more than that; n counts
// them all, "departing" those of the sample. What departs outside the sample has a finding of its own at the next tick.
//
// Not here yet: eviction of closed conversations to cold heads (closed, reopened), holds and matters, answers to
// probes, media headers, and naming a mechanism.
package correlate

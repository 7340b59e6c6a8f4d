// Package stream runs a stage: it folds the partitions of one Kafka topic, keeps state, and writes outputs, so that
// every input record has its effect exactly once, whatever dies and whenever. It knows no domain.
//
// A stage is a Spec. A partition of its input is a shard; a shard has one Task, pure code that is stepped by one
// goroutine, and one State. Run is one worker; more workers of a group share the shards out.
//
// # The life of a transaction
//
//  1. take: poll the input; with nothing in hand, this is where the group may take shards or give some.
//  2. fold: Step for each record, then Drain until nothing is left. What steps put lies in an overlay, what they emit
//     in a list; nothing leaves the process.
//  3. The transaction ends when the input is momentarily empty, at an interval, or at a limit of bytes or of work;
//     also in the middle of a drain, whose rest stands in the task's meta.
//  4. stage: encode each dirty entity once, and the shard's meta record: frontier, counters, the task's own bytes.
//  5. fill: begin the Kafka transaction; produce changelog, outputs, dead letters; flush; send the offset of every
//     shard the transaction touches.
//  6. end the Kafka transaction. Committed: settle. Confirmed aborted: undo. Anything else: drop it all and rebuild.
//  7. settle: overlay, meta record and changelog position go to the local store in one atomic step.
//
// The broker knows of a transaction only from 5 to 6, so it holds up readers for as long as a commit takes, never for
// as long as a fold does.
//
// # Invariants
//
//   - T1. Outputs, dead letters, state, meta record and input offsets of a transaction become visible together or not
//     at all.
//   - T2. A transaction commits the offset of every shard it touches, also of one whose offset did not move, checked
//     by the coordinator against our generation. So a worker that lost a shard can commit nothing for it.
//   - T3. The local store holds committed state only, always a prefix of its changelog partition, and says which.
//   - T4. After an abort, shard, input position and deadlines are what the last committed meta record says.
//   - T5. An unknown outcome is never guessed: the session is dropped and everything is opened from committed truth.
//   - T6. Nothing is folded before its shard is restored to the changelog's end as it was, uncommitted data included,
//     after the group's offsets were fetched stable; the restore reads committed data and ends by position.
//   - T7. The meta record's frontier and the group's offset are equal, or the group's has expired and the frontier is
//     adopted, or our membership is stale and we rejoin, or the worker stops and names both.
//   - T8. A frontier is the offset after the last record folded, never what was polled.
//   - T9. Deadlines derive from state alone, and lie beside it in store and changelog.
//   - T10. The outputs are those of a single-pass fold of the same input, wherever transactions ended (streamtest.Fold).
//   - T11. A shard's changelog of another version or partition count, of an input that was deleted and made anew, or
//     without its beginning, is refused, never reinterpreted.
//   - T12. Shards are taken from us only while no transaction is open and nothing is held.
//
// # What may be lost
//
// A crash loses the transaction in hand, which is folded again by whoever has the shard next. The local store may be
// lost or old: the changelog repairs it, as long as it is no older than the changelog keeps tombstones, which the
// changelog's own times decide and not this host's clock alone. A store that is damaged is found by its checksums; it
// is made anew where it cannot be opened, and ends Run (ErrStore) where that shows later. Lost input
// offsets are repaired from the changelog; a stage without a changelog has only the group's offsets, so
// offsets.retention.minutes must exceed its longest stop. A changelog that is lost while the offsets are not, or offsets
// moved by hand, stop the worker. Nothing here survives a broker that loses acknowledged data.
//
// # Stopping
//
// A clean stop finishes the transaction in hand and leaves the group, so others take over at once; with
// Config.StayOnStop, or after a crash, the shards stay the worker's for a session timeout, and a restart under the same
// name has them back without a rebalance. The worker's name is its static membership (KIP-345) and its transactional
// id: of two processes under one name, the older stops with ErrConfig, and the newer has its shards. Whatever starts the
// older again makes it the newer, so exit code 4 must not be answered by a restart without a limit.
//
// # Errors
//
// ErrConfig (exit code 4), ErrStop (6) and ErrStore (5, a full or broken disk under the local store) end Run;
// ErrUnreachable (5) ends it only at the start or where a permission is refused; everything else is a rebuild with a
// growing pause, and is told to the Observer. A topic that a broker does not know is asked for three times before it is
// ErrConfig, for a broker that is starting knows less than the cluster. What comes of each request that is lost, refused
// or late stands in a table and is held by TestFaults.
package stream

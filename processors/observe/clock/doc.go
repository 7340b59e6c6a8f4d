// Package clock is time in the log: the one task that says how far the past is complete.
//
// A deadline such as "the recording is there by noon" may be judged only when everything that reached the source
// before noon is known to be in observations. Nobody downstream can know that from the log alone: a silent log and a
// dead capture look the same. So the clock reads the life signs of capture (capture.progress), compares them with what
// observe has committed, and writes every interval one tick to every partition of observations.
//
// The package has two halves. State is pure: records in, the next tick out. Run is the driver: it owns the partition
// of capture.progress, reads it, asks the brokers for positions, and writes.
//
// # What a tick promises
//
//  1. through(source) = x: everything that reached the source before x is in observations at a lower offset than the
//     tick, in every partition. It never moves back. 0: nothing is proven yet.
//  2. x is proven by one chain: every live instance of the source began an empty receive, with nothing of its own in
//     flight, after broker time x + slack; the raw topic's end offsets were read after those life signs; observe's
//     committed positions have passed those ends.
//  3. An instance that starts, retires or comes back from retirement may have left messages that are received, not
//     acknowledged and not visible. They become visible within the visibility timeout. So each such change holds
//     through until every live instance has begun an empty receive after it + visibility timeout + slack.
//  4. One snapshot {x, ends} a source is kept until it is passed. "Committed equals end at this instant" is never true
//     under load.
//  5. folded(source) is the through of the newest tick that every shard of correlate has committed past. What shards
//     send each other is graded by it, never by through.
//  6. through of inspections never passes through of s3: an inspector can only have inspected what was notified.
//  7. t is broker time, the append time of the newest record of capture.progress read so far, and never moves back.
//  8. Only the clock decides a cut. The number of an epoch and the flag travel in the tick, no number is skipped, the
//     first tick cuts nothing. Epochs count from 1.
//
// # How it survives
//
//  9. State is only what was read back from capture.progress. A tick and the ClockState it leads to are written in one
//     transaction that commits the position in capture.progress with the group's generation, so a stale owner is
//     refused; should two records of one n exist all the same, the first one read wins.
//
//  10. A new owner reads capture.progress from its start to the end it saw at assignment, end read uncommitted, data
//     read committed: a predecessor's transaction that is still open is waited for.
//
//  11. Any error closes the client and starts over from what is committed. What is lost costs time, never truth: a
//     lost snapshot is taken again, a tick whose offsets were lost is passed by a later one.
//
//  12. The first tick carries the regime before it, in the same transaction, when observations is empty; observe waits
//     for it (WaitRegime), so the regime is the first record of every partition.
//
//  13. A regime that an operator asks for (Request, a record in capture.progress) enters before the next tick, in the same
//     transaction, in every partition, and ClockState names it. A request says what is wanted, not what to do: the newest
//     counts, one for the regime in force changes nothing, and reading it again after any crash answers it no second
//     time. A clock whose own configuration is neither in force nor asked for writes no tick; one that has put another
//     regime in force than its own stops after that tick.
//
// # How it is stored
//
// ClockState, key "clock" in capture.progress, holds everything of the above. The offsets at which tick n stands are
// known from the broker's answers, after its ClockState was written; they enter with ClockState n+1. An owner that
// takes over in between does not know them and drops tick n from the list of pending ticks.
//
// The design was model-checked before it was written; the names V1 to V13 and H1 to H20 in tests are the scenarios
// that were found then.
package clock

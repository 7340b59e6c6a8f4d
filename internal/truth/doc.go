// Package truth makes cohorts of recordings whose cause of drift is known, and says of each cohort which causes can be
// known from what is seen of it. It is what attribution is measured against (internal/matrix).
//
// A cohort is made in three steps. A plan draws what is the same for all its recordings: the cause, its parameters, the
// clocks, what is never seen. Sessions are then played: start, routing, agents, waits, pauses, wrap-up, finalisation,
// upload, in whole milliseconds of a time that nobody reads. The cause bends what the exporter means to write; nothing
// else does. At last clocks read those instants, each with its skew, jitter and precision, and some readings are lost.
// What remains is Observed; the rest is the Cohort's secret.
//
//	Plan ── play ──> session ── bend ──> session ── clocks ──> Observed ── Enumerate ──> Label
//
// The enumerator turns the last arrow: from Observed alone it lists every cause that reproduces it, each by a plain
// loop over its definition. Two such causes mean that nobody can know, whatever the plan was: the label is that set.
//
// Invariants:
//
//  1. Nothing here is shared with attribution: the package imports the standard library alone (a test holds it), and
//     every number in specification.go is the specification's, not that code's.
//  2. A cohort depends on seed, class and index only: not on other cohorts, nor on how many goroutines ask for them.
//  3. Integers only. A log-uniform draw is a draw of one of many equal steps of a geometric scale; a normal one is a sum
//     of twelve uniform ones, which has no tail beyond six sigma.
//  4. What the cause does not name stays as it was. Without a cause, every field reads its own instant to within the
//     clocks' skew and jitter, which together stay below the slack.
//  5. A cause whose fact is not seen is never in an enumeration. It is in a label, if it is the one that was at work and
//     something else reproduces it, because the label must not call that something else the truth.
//
// The specification is attribution.md, §1, §2 and §7; where that leaves a choice, the comment at the place says what was
// chosen and why.
package truth

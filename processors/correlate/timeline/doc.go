// Package timeline lays out what is known of one conversation: who was in it, from when to when and by whose clock, and
// which of its sessions a recording is of. Out of that it fills what attribution judges of a recording.
//
// It stands between the sources, which each say a little, and package attribute, which knows no source. The pipeline
// keeps a conversation as its state and meets it by events; a check of a folder gathers it from events and analytics in
// whatever order the files lie. Both are to lay it out here, so that both judge alike; today check does, and correlate
// still has a pairing of its own (its verdict.go).
//
//	Conversation   sessions of the customer, of agents and of queues; Meet adds what one more source says of one
//	Export         what a metadata file or a manifest's row says of one recording, by the names that stand in it
//	Refer          the session a recording is compared with
//	Observe        the readings of the export and of that session, as an attribute.Recording
//
// Invariants:
//
//	T1  The order in which sources were met decides nothing: of one clock the earliest start and the latest end count.
//	    A clock that records as it happens (detail events) is taken before one that is revised for days (analytics).
//	T2  A time keeps its interval, its clock and whether it names a zone. What is not known is absent, never guessed.
//	T3  What a field of an export means, schemas/field says. A field that is declared to be another instant than the
//	    session's start is compared with that instant alone; Declared says which.
//	T4  A session's end is known only where every communication in it that began has ended: an agent may stay a little
//	    longer than the customer.
//
// Nothing is stored by this package; who stores its types says how.
package timeline

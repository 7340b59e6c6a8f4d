// Package schemas is the wire: every record Holdfast writes to or reads from a topic, and the topics themselves, as
// data. It is pure: no clock, no I/O, no goroutine. What turns foreign bytes (events, notifications, exports) into
// these records is in its sub-packages, which import it and never the other way round.
//
// A record type is one .avsc file and one Go struct, bound by the avro tags. The files are the contract: the raw ones
// (conversation_event, s3_notification, s3_inspection, world_answer) are public, and a customer's own producer may
// write them.
//
// What holds, and is tested:
//
//  1. A value on a topic is Avro in single-object encoding: 0xC3 0x01, the schema's CRC-64-AVRO fingerprint
//     little-endian, the binary. A Reader with a Registry also takes Confluent's wire format.
//  2. Whatever a release has written, every later one reads: a changed schema leaves its predecessor in versions/,
//     and a binary that could not resolve one of them does not start.
//  3. A value in memory has one form, whichever of Avro's many encodings it came from: empty arrays and empty bytes
//     are nil. Where null and empty bytes are two things (raw), nil is null. Folds rest on this.
//  4. Text is UTF-8 and an enumeration's value is in its list, when written as when read.
//  5. No bytes make Decode panic, and what they claim costs no more memory than some tens of times their length, which
//     is at most MaxRecord.
//  6. Two Avro libraries agree on every byte. twmb/avro does the work, because it is fast, resolves versions and is safe
//     with hostile bytes; goavro is the second opinion on schemas and bytes, and the generic view for people (JSON).
//     The schemas keep to what both understand: no logical types, no floats, no maps, no recursion, unions of null and
//     one other type.
//  7. A topic's configuration is written out: nothing that matters is left to a cluster's defaults.
//
// The same record always encodes to the same bytes; testdata holds those of one whole record of every type.
package schemas

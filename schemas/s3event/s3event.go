// Package s3event reads what an object store says happened to an object, in every wrapping it arrives in, and reads
// what the object's key says about the recording it holds.
//
// A notification is the second of the two independent streams that a custody record joins: it says that an object
// version came to be, was deleted, or was hidden under a delete marker, and when the store finished that. It is never
// proof of the bytes; the inspection that follows is. And it is a hint at best about deletes: one store was seen to
// announce a delete that a legal hold had refused.
//
// Shapes (Shape*):
//
//	direct        {"Records":[...]}: Amazon S3 User Guide, "Event message structure"; also, with differences listed
//	              below, of stores that imitate it
//	sns           the same as the Message string of an SNS notification
//	eventbridge   {"source":"aws.s3","detail-type":"Object Created",...}: S3 User Guide, "EventBridge event message
//	              structure"; as an SNS Message it is sns-eventbridge
//	fields        not parsed here: FromFields, for a producer that wrote the fields of schemas.NotificationFields
//
// and the message S3 sends when a queue is configured, {"Event":"s3:TestEvent"}: Message.Test, no notification.
//
// How a key is written differs, and decoding one twice names another object:
//
//	direct, sns   form-url-encoded: + is a space, %3D is '='. moto also encodes '/'. MinIO and Ceph likewise.
//	the same, but eventName has the prefix "s3:" and eventSource is "aws:s3": as it is. S3 itself writes no prefix,
//	              versitygw writes one and does not encode; MinIO writes one under "minio:s3" and does.
//	eventbridge   as it is
//
// Invariants:
//
//	E1  Identity is equal for every delivery of one thing: it is made of what the store says of the object, never of
//	    transport, message id, request id or the wrapping. The same PUT by way of a queue and of EventBridge is one.
//	E2  Two things share no identity as far as the store tells them apart. See Identity for stores whose sequencer
//	    is a counter or a constant.
//	E3  A message is read whole or refused whole. S3 sends one record a message; where one of several is broken its
//	    producer is, and the bytes are kept anyway.
//	E4  A key names what its template says and nothing else: ids outside the alphabet, folders out of order, empty
//	    segments and ".." name nothing.
//	E5  Whatever is read is bounded: MaxMessage, MaxRecords, MaxKey, MaxField. No input panics.
//	E6  An absent field is absent (empty, or -1), never guessed.
//
// Stored as schemas.ObjectFact with its readings, inside an observation.
package s3event

import "holdfast.example/schemas"

// Limits. What exceeds one is refused with a Code of its own, so that it can be counted.
const (
	MaxMessage = 256 << 10 // bytes of a message: what a queue passes; S3's own are at most 64 KiB
	MaxRecords = 1000      // records of a message
	MaxKey     = 1024      // bytes of a decoded object key: S3's own limit (S3 User Guide, "Naming objects")
	MaxField   = 1024      // bytes of any other text that is kept
	maxDepth   = 32        // nesting; the deepest shape known has 5
	maxMembers = 256       // members of one object
)

// Shapes of a message.
const (
	ShapeDirect         = "direct"
	ShapeSNS            = "sns"
	ShapeEventBridge    = "eventbridge"
	ShapeSNSEventBridge = "sns-eventbridge"
	ShapeFields         = "fields"
)

// Message is what one queue message holds.
type Message struct {
	Test          bool           // S3's test message: nothing happened to any object
	Notifications []Notification // in the message's order; empty only where Test
}

// Notification is one thing that happened to one object.
type Notification struct {
	Index          int                // which of the message's records, from 0
	Shape          string             // one of Shape*
	Identity       schemas.Hash       // the same for every delivery of the same thing (E1)
	ConversationID string             // from the key; empty if it names none
	Fact           schemas.ObjectFact //
	Times          []schemas.Reading  // eventTime, or EventBridge's time, by the store's clock; none if the message has none
	Labels         []string           // schemas.LabelUnpinned where no version is named, or the null version is
}

// Codes of a Refused: with strictjson's json-* codes a closed list, for counting.
const (
	CodeShape   = "s3-shape"   // none of the shapes, or two at once
	CodeSource  = "s3-source"  // the shape, but not an object store's
	CodeVersion = "s3-version" // a major version of the shape that is not known
	CodeRecords = "s3-records" // no record, or more than MaxRecords
	CodeField   = "s3-field"   // a field that is missing, of another type, or out of its limit
	CodeKey     = "s3-key"     // an object key that does not decode, or is out of its limit
)

// Refused says why bytes are no notification. Reason quotes none of them; Pointer holds names of members, no values.
type Refused struct {
	Code    string // a Code above or one of strictjson's
	Pointer string // RFC 6901 JSON pointer; within an SNS Message, into the JSON that string holds
	Reason  string // one sentence
}

func (e *Refused) Error() string {
	if e.Pointer == "" {
		return "read notification: " + e.Reason
	}
	return "read notification: " + e.Pointer + ": " + e.Reason
}

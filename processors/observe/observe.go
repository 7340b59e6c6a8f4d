// Package observe turns what came into what it says: each raw record into observations, each observation about one
// entity.
//
// Capture keeps the source's bytes and interprets only what it needs for a key. Everything that bytes mean is decided
// here, by one pure function, Map. So interpretation can be done again: a better reader appends observations, and the
// bytes it reads are the ones that were locked when they arrived.
//
// There is one stage a raw topic (Specs), each with its own group: a slow topic holds up no other. The stages keep no
// state. What belongs together meets later, in correlate, because every observation is keyed by its entity and all
// partitions of all raw topics flow into the one log, observations.
//
// # Invariants
//
//  1. Map is pure: the same record gives the same observations. A redelivery of the same thing gives observations with
//     the same FactID; the place (Origin) and the time (ArrivalMS) are of the delivery.
//  2. From one set of raw records one gets the same set of facts, in whatever order the partitions are read. The order
//     is frozen once observations are written; replay, byte for byte, begins there.
//  3. Nothing is lost. A record ends as observations, as a dead letter (a code of the closed list below, and a place),
//     or as nothing, and then it is of a kind that has no entity: an audit message, another platform event, S3's test
//     message. Nothing is counted (Counters).
//  4. A source's bytes are used only if their SHA-256 is the one locked beside them.
//  5. The entity of a fact about an object is the conversation its key names, also where the file in it says another:
//     the difference is a finding, and correlate's. Without a conversation the entity is unplaced:<hash>, where hash
//     is SHA-256 of the raw record's source id, so a notification and its inspection meet.
//  6. A metadata file that cannot be read does not hide its inspection: that goes out without an export, labelled
//     unreadable. A row that cannot be read goes out alone, labelled unreadable, under unplaced:<hash of the file>,
//     with its pointer. Neither is a dead letter: the object exists, and that it is unreadable is itself a fact.
//
// # How facts are told apart
//
// Events and notifications carry the identity that schemas/genesys and schemas/s3event define. An inspection is
// SHA-256 over what it says: bucket, key, version, outcome, content hash, lock state, error code; so two reads that
// say the same are one fact, and a lifted hold is another. A row is SHA-256 over the file's hash and its pointer. An
// event that a foreign producer wrote as fields is SHA-256 over those fields.
//
// What comes by a foreign producer without a hash is accepted and says so: its lock is broker_append, because nothing
// but the broker's append vouches for it.
//
// There is no stage for world.answers yet: nothing asks, so nothing answers.
package observe

import (
	"errors"
	"sync/atomic"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Limits. What exceeds one is a dead letter with code too-large.
const (
	MaxRaw  = 512 << 10 // bytes of the source in one raw record
	MaxRows = 500       // rows of a manifest in one raw record
	MaxText = 1024      // bytes of one field of a foreign producer
)

// Codes of a dead letter, a closed list.
const (
	CodeBadAvro              = "bad-avro"              // the value is none of our records
	CodeWrongRecord          = "wrong-record"          // a record of ours, in a topic of another
	CodeNoContent            = "no-content"            // neither the source's bytes nor fields
	CodeHashMismatch         = "hash-mismatch"         // the bytes are not those that were locked
	CodeTooLarge             = "too-large"             // beyond a limit above
	CodeBadJSON              = "bad-json"              // bytes that strict JSON refuses
	CodeRefusedEvent         = "refused-event"         // JSON, and no event
	CodeRefusedNotification  = "refused-notification"  // JSON, and no notification, or not that many
	CodeRefusedInspection    = "refused-inspection"    // fields no inspection can have
	CodeConversationMismatch = "conversation-mismatch" // the record's conversation is not the one the bytes name
)

// Counters counts what ended as nothing. Its fields may be read at any time.
type Counters struct {
	OtherEvents atomic.Int64 // audit messages and events of other topics than conversation details
	TestEvents  atomic.Int64 // S3's test message
}

// Specs returns the stages, one a raw topic. Their names are the groups' names.
func Specs() []stream.Spec { return SpecsCounting(new(Counters)) }

// SpecsCounting is Specs with counters that the caller can read.
func SpecsCounting(c *Counters) []stream.Spec {
	var specs []stream.Spec
	for _, s := range []struct{ name, topic string }{
		{"observe-events", schemas.TopicConversationEvents},
		{"observe-s3", schemas.TopicS3Notifications},
		{"observe-inspections", schemas.TopicS3Inspections},
	} {
		specs = append(specs, stream.Spec{
			Name: s.name, Input: s.topic, Outputs: []string{schemas.TopicObservations},
			Open: func(_, _ int32, _ []byte) (stream.Task, error) { return task{c}, nil },
		})
	}
	return specs
}

// task is Map as the runtime calls it.
type task struct{ counters *Counters }

func (t task) Step(tx stream.Tx, r stream.Record) error {
	found, err := Map(r)
	var nothing *Nothing
	if errors.As(err, &nothing) {
		if nothing.Test {
			t.counters.TestEvents.Add(1)
		} else {
			t.counters.OtherEvents.Add(1)
		}
		return nil
	}
	if err != nil {
		return err
	}
	// All are encoded before the first is emitted: a step that is poison must not have emitted anything.
	outs := make([]stream.Output, len(found))
	for i := range found {
		value, err := schemas.Append(nil, &found[i])
		if err != nil {
			return stream.Poison(CodeBadAvro, "observation %d of %d does not encode: %v", i+1, len(found), err)
		}
		outs[i] = stream.Output{Topic: schemas.TopicObservations, Partition: stream.ByKey, Key: []byte(found[i].Entity), Value: value}
	}
	for _, o := range outs {
		tx.Emit(o)
	}
	return nil
}

func (task) Drain(stream.Tx) (bool, error) { return false, nil }
func (task) Meta() ([]byte, error)         { return nil, nil }

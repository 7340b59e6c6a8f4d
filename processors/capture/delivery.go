package capture

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/s3event"
	"holdfast.example/stream"
)

// freshSecret returns 16 random bytes. (crypto/rand.Read never returns an error, since Go 1.24.)
func freshSecret() *schemas.Secret {
	var s schemas.Secret
	_, _ = rand.Read(s[:])
	return &s
}

// keyOf is the key of a raw record: the conversation if known, so that one conversation's records keep their order.
func keyOf(conversation, sourceID string) []byte {
	if conversation != "" {
		return []byte(conversation)
	}
	return []byte(sourceID)
}

// errUnfit says that what came does not fit a record. The doors' own limits are below schemas.MaxRecord, so that this
// is a mistake of ours; it is the sender's event all the same, and costs that event only.
var errUnfit = errors.New("does not fit a record")

// encode makes an output of a raw record, or says with errUnfit which of its fields does not fit the schema, or that
// the whole is too large.
func encode(topic string, key []byte, rec any) (stream.Output, error) {
	value, err := schemas.Append(nil, rec)
	if err != nil {
		return stream.Output{}, fmt.Errorf("%w: %w", errUnfit, err)
	}
	return stream.Output{Topic: topic, Partition: stream.ByKey, Key: key, Value: value}, nil
}

// eventOutput is the record of one delivered event. The same bytes delivered again are the same source (their hash);
// the secret is fresh each time.
func eventOutput(raw []byte, from schemas.Transport, at time.Time) (stream.Output, error) {
	sum := schemas.Hash(sha256.Sum256(raw))
	id := hex.EncodeToString(sum[:])
	conversation := genesys.ConversationID(raw)
	return encode(schemas.TopicConversationEvents, keyOf(conversation, id), &schemas.ConversationEvent{SourceID: id,
		ReceivedMS: at.UnixMilli(), Transport: from, Raw: raw, RawSHA256: &sum, Secret: freshSecret(), ConversationID: conversation})
}

// notificationOutput is the record of the i-th notification of one message.
func notificationOutput(raw []byte, i int, conversation string, from schemas.Transport, at time.Time) (stream.Output, error) {
	sum := schemas.Hash(sha256.Sum256(raw))
	id := hex.EncodeToString(sum[:]) + "." + strconv.Itoa(i)
	return encode(schemas.TopicS3Notifications, keyOf(conversation, id), &schemas.S3Notification{SourceID: id,
		ReceivedMS: at.UnixMilli(), Transport: from, Raw: raw, RawSHA256: &sum, Secret: freshSecret(), Index: int32(i), ConversationID: conversation})
}

// delivery is one queue message, sorted but not yet encoded: a message of n notifications becomes n records that each
// hold the whole of it, and only a few of those are in memory at once.
type delivery struct {
	topic         string // where it goes; empty: nowhere
	raw           []byte // what of it is the source's own
	conversations []string
}

// errExplodes says that a message would become more bytes than Queue.Explode.
var errExplodes = errors.New("too many notifications in one message")

// sortMessage decides what a queue's message is. S3's test message is no fact: an empty topic. Bytes that are neither
// an event nor a notification go where the queue's source goes, and observe refuses them there with a reason.
//
// An event inside an SNS notification is taken out: the wrapping is the transport's, is made anew for each
// subscription, and is signed by a key that is gone when somebody asks. A notification is left in it, for package
// s3event reads it there.
func sortMessage(body []byte, carries string, explode int64) (delivery, error) {
	if m, err := s3event.Parse(body); err == nil {
		if m.Test {
			return delivery{}, nil
		}
		if int64(len(m.Notifications))*int64(len(body)) > explode {
			return delivery{}, errExplodes
		}
		d := delivery{topic: schemas.TopicS3Notifications, raw: body, conversations: make([]string, len(m.Notifications))}
		for i, n := range m.Notifications {
			d.conversations[i] = n.ConversationID
		}
		return d, nil
	}
	event := unwrapped(body)
	if _, err := genesys.ParseEvent(event); err == nil {
		return delivery{topic: schemas.TopicConversationEvents, raw: event}, nil
	}
	if carries == CarriesEvents {
		return delivery{topic: schemas.TopicConversationEvents, raw: event}, nil
	}
	return delivery{topic: schemas.TopicS3Notifications, raw: body, conversations: []string{""}}, nil
}

// outputs yields the delivery's records in chunks of about publishChunk bytes.
func (d delivery) outputs(from schemas.Transport, at time.Time, yield func([]stream.Output) error) error {
	if d.topic == schemas.TopicConversationEvents {
		out, err := eventOutput(d.raw, from, at)
		if err != nil {
			return err
		}
		return yield([]stream.Output{out})
	}
	var outs []stream.Output
	size := 0
	for i, c := range d.conversations {
		out, err := notificationOutput(d.raw, i, c, from, at)
		if err != nil {
			return err
		}
		outs, size = append(outs, out), size+len(out.Value)
		if size >= publishChunk || i == len(d.conversations)-1 {
			if err := yield(outs); err != nil {
				return err
			}
			outs, size = nil, 0
		}
	}
	return nil
}

// unwrapped returns the Message of an SNS notification ("Amazon SNS message and JSON formats"), or the body itself if
// it is none, or if taking it out would lose bytes: a surrogate that stands alone decodes to U+FFFD.
func unwrapped(body []byte) []byte {
	var wrap struct {
		Type     string
		TopicArn string
		Message  string
	}
	if json.Unmarshal(body, &wrap) != nil || wrap.Type != "Notification" || wrap.TopicArn == "" || wrap.Message == "" {
		return body
	}
	if strings.ContainsRune(wrap.Message, '\uFFFD') {
		return body
	}
	return []byte(wrap.Message)
}

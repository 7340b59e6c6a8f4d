package audit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"holdfast.example/processors/observe"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// mustAgree compares what the checker thinks a raw record may make with what the pipeline makes of it. Where the pipeline
// refuses it, either answer will do: there is a dead letter.
func mustAgree(t *testing.T, topic string, rec any, nothing bool) {
	t.Helper()
	value, err := schemas.Append(nil, rec)
	if err != nil {
		return
	}
	out, err := observe.Map(stream.Record{Topic: topic, Value: value, AppendMS: began})
	var none *observe.Nothing
	if errors.As(err, &none) && !nothing || len(out) > 0 && nothing {
		t.Errorf("nothing: %t, the pipeline makes %d observations, %v", nothing, len(out), err)
	}
}

func eventOf(raw []byte) *schemas.ConversationEvent {
	return &schemas.ConversationEvent{SourceID: "x", Transport: schemas.Transport{Kind: schemas.TransportWebhook, Auth: schemas.AuthNone}, Raw: raw}
}

func notificationOf(raw []byte) *schemas.S3Notification {
	return &schemas.S3Notification{SourceID: "x", Transport: schemas.Transport{Kind: schemas.TransportSQS, Auth: schemas.AuthNone}, Raw: raw}
}

const detailBody = `{"topicName":"v2.detail.events.conversation.c-1.user.start","eventBody":{"eventTime":1777885200000,"conversationId":"c-1"}}`

// messages are of every kind that decides.
var messages = []string{
	detailBody,
	`{"detail-type":"v2.detail.events.conversation.{id}.user.start","source":"aws.partner/genesys.com/cloud/o/x","detail":` + detailBody + `}`,
	`{"detail-type":"v2.detail.events.conversation.{id}.acw","detail":` + detailBody + `}`,
	`{"detail-type":"something","detail":{}}`,
	`{"detail-type":"something"}`,
	strings.Replace(detailBody, "user.start", "user.waits", 1),
	strings.Replace(detailBody, "c-1.user.start", "a.b.acw", 1),
	`{"topicName":"v2.audits.entitytype.Role.entityid.x","eventBody":{"eventTime":"2026-05-04T09:00:00Z"}}`,
	`{"topicName":"v2.users.u.presence","eventBody":{}}`,
	`{"topicName":"","eventBody":{}}`,
	`{"a":1}`, `[]`, ``, "\xff", `{"topicName":"a","topicname":"b"}`,
	`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`,
	`{"Type":"Notification","Message":"{\"Event\":\"s3:TestEvent\"}"}`,
	`{"Type":"SubscriptionConfirmation","Message":"{\"Event\":\"s3:TestEvent\"}"}`,
	`{"Event":"s3:TestEvent","Records":[]}`,
	`{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2026-05-04T09:30:00.000Z","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}`,
}

// At stake: which records may vanish. A checker that lets too many pass sees no loss, one that lets too few calls every
// platform event lost.
func TestNothingIsDecidedAlike(t *testing.T) {
	made := map[bool]int{}
	for i, raw := range messages {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			e, n := eventOf([]byte(raw)), notificationOf([]byte(raw))
			mustAgree(t, schemas.TopicConversationEvents, e, eventOfNobody(e))
			mustAgree(t, schemas.TopicS3Notifications, n, testMessage(n.Raw, false))
			made[eventOfNobody(e)]++
			made[testMessage(n.Raw, false)]++
		})
	}
	for _, topic := range []string{"user.end", "no.such", ""} {
		e := eventOf(nil)
		e.ConversationID, e.Fields = "c-1", &schemas.EventFields{Topic: topic, EventTime: "1777885200000"}
		mustAgree(t, schemas.TopicConversationEvents, e, eventOfNobody(e))
	}
	if made[true] < 5 || made[false] < 5 {
		t.Errorf("the messages are one-sided: %v", made)
	}
}

func FuzzNothing(f *testing.F) {
	for _, m := range messages {
		f.Add([]byte(m))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) == 0 || len(raw) > 64<<10 {
			return
		}
		e, n := eventOf(raw), notificationOf(raw)
		mustAgree(t, schemas.TopicConversationEvents, e, eventOfNobody(e))
		mustAgree(t, schemas.TopicS3Notifications, n, testMessage(raw, false))
	})
}

// FuzzChangelog: whatever bytes a changelog holds, the reader ends, answers or refuses, and never reads past them.
func FuzzChangelog(f *testing.F) {
	for _, name := range []string{"conversation:c", "cohort:c", "log:l"} {
		f.Add(name, []byte{entryVersion})
		f.Add(name, append(binary.AppendVarint([]byte{entryVersion, 1, laneSettle}, began), make([]byte, 80)...))
		f.Add(name, append([]byte{entryVersion, 0}, make([]byte, 80)...))
	}
	w := played(f, 1, 10)
	for i, r := range w.topics[schemas.TopicCorrelateState][0] {
		if i%20 == 0 {
			f.Add(string(r.key), r.value)
		}
	}
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		var e entry
		_ = e.read(name, b, new(digest))
		if m, err := readMeta(b); err == nil && m.task && len(b) < headerSize {
			t.Errorf("%x is a meta record with the fold's own", b)
		}
	})
}

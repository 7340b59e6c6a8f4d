package audit

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"holdfast.example/schemas"
)

// A story is what a contact centre sends, as raw records: conversations with agents, exports of them, what goes missing,
// comes twice, is deleted, contradicts itself, and what nobody can read. It is made from a seed, and played either into a
// world without a broker or into real topics.

// sent is one raw record, or, with pause set, a moment in which time passes and a tick comes.
type sent struct {
	topic, key string
	rec        any
	bytes      []byte // instead of rec
	pause      bool
	cut        bool
}

type teller struct {
	*rand.Rand
	out []sent
	n   int
}

const began = 1777885200000 // 2026-05-04T09:00:00Z

func tell(seed uint64, conversations int) []sent {
	t := &teller{Rand: rand.New(rand.NewPCG(seed, seed))}
	t.strangers()
	for i := range conversations {
		t.conversation(i)
		if i%7 == 3 {
			t.out = append(t.out, sent{pause: true, cut: i%3 == 0})
		}
	}
	for i := range 4 {
		t.out = append(t.out, sent{pause: true, cut: i%2 == 0})
	}
	return t.out
}

func tell0() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }

func (t *teller) send(topic, key string, rec any) {
	t.out = append(t.out, sent{topic: topic, key: key, rec: rec})
}

func (t *teller) via(kind string) schemas.Transport {
	t.n++
	return schemas.Transport{Kind: kind, Instance: "c-1", Boot: 1, MessageID: fmt.Sprint("m-", t.n), Auth: schemas.AuthNone}
}

func (t *teller) secret() *schemas.Secret {
	t.n++
	h := sha256.Sum256(fmt.Append(nil, "secret ", t.n))
	s := schemas.Secret(h[:16])
	return &s
}

func sumOf(b []byte) *schemas.Hash {
	h := schemas.Hash(sha256.Sum256(b))
	return &h
}

func stamped(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

// strangers are records of no conversation, and such as nobody can process.
func (t *teller) strangers() {
	event := func(raw string) {
		t.send(schemas.TopicConversationEvents, "stranger", &schemas.ConversationEvent{SourceID: "x", Transport: t.via(schemas.TransportWebhook),
			Raw: []byte(raw), RawSHA256: sumOf([]byte(raw))})
	}
	event(`{"topicName":"v2.users.u-1.presence","eventBody":{"a":1}}`)
	event(`{"topicName":"a","TopicName":"b"}`)
	event(`{"topicName":"v2.audits.entitytype.Role.entityid.x","eventBody":{"eventTime":"2026-05-04T09:00:00.000Z"}}`)
	t.send(schemas.TopicConversationEvents, "foreign", &schemas.ConversationEvent{Transport: t.via(schemas.TransportProducer), ConversationID: "foreign",
		Fields: &schemas.EventFields{Topic: "customer.start", EventTime: stamped(began), SessionID: "s-f", UserID: "nobody"}})
	for _, raw := range []string{`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`, `{"a":1}`} {
		t.send(schemas.TopicS3Notifications, "stranger", &schemas.S3Notification{SourceID: "y", Transport: t.via(schemas.TransportSQS),
			Raw: []byte(raw), RawSHA256: sumOf([]byte(raw))})
	}
	t.out = append(t.out, sent{topic: schemas.TopicS3Inspections, key: "stranger", bytes: []byte("no avro at all")})
	t.notify("", "somewhere/else.bin", "v1", "Put", 3)
	t.inspect("", "somewhere/else.bin", "v1", nil, schemas.OutcomeOK, schemas.HoldUnknown)
	t.out = append(t.out, sent{topic: schemas.TopicObservations, key: "conversation:alien", bytes: []byte("garbage in observations")})
}

func (t *teller) event(conversation, name, session, user string, at int64) {
	raw := fmt.Appendf(nil, `{"topicName":"v2.detail.events.conversation.%s.%s","version":"4","eventBody":{"eventTime":%d,"conversationId":"%s","participantId":"p-1","sessionId":"%s","userId":"%s","mediaType":"MESSAGE","provider":"webmessaging"}}`,
		conversation, name, at, conversation, session, user)
	rec := &schemas.ConversationEvent{SourceID: "e " + conversation, Transport: t.via(schemas.TransportWebhook), Raw: raw, RawSHA256: sumOf(raw),
		Secret: t.secret(), ConversationID: conversation}
	t.send(schemas.TopicConversationEvents, conversation, rec)
	if t.IntN(5) == 0 { // delivered again
		again := *rec
		again.Transport, again.Secret = t.via(schemas.TransportWebhook), t.secret()
		t.send(schemas.TopicConversationEvents, conversation, &again)
	}
}

func (t *teller) notify(conversation, key, version, action string, size int) {
	k, _ := json.Marshal(key)
	name := "ObjectCreated:" + action
	if action == "Delete" {
		name = "ObjectRemoved:Delete"
	}
	raw := fmt.Appendf(nil, `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2026-05-04T09:30:00.000Z","eventName":"%s","userIdentity":{"principalId":"AWS:pii-%s"},"s3":{"bucket":{"name":"exports"},"object":{"key":%s,"size":%d,"eTag":"e1","versionId":"%s","sequencer":"0055AED6DCD90281E5"}}}]}`,
		name, conversation, k, size, version)
	rec := &schemas.S3Notification{SourceID: "o " + key, Transport: t.via(schemas.TransportSQS), Raw: raw, RawSHA256: sumOf(raw), Secret: t.secret(), ConversationID: conversation}
	t.send(schemas.TopicS3Notifications, conversation+key, rec)
	if t.IntN(6) == 0 {
		t.send(schemas.TopicS3Notifications, conversation+key, rec)
	}
}

func (t *teller) inspect(conversation, key, version string, body []byte, outcome, hold string) *schemas.S3Inspection {
	t.n++
	in := &schemas.S3Inspection{SourceID: "o " + key, Transport: t.via(schemas.TransportInspection), Secret: t.secret(), ConversationID: conversation,
		Bucket: "exports", Key: key, VersionID: version, ETag: "e1", Outcome: outcome, Status: 200, RequestID: fmt.Sprint("r-", t.n), Pinned: true,
		Size: int64(len(body)), SHA256: sumOf(body), LastModified: "Mon, 04 May 2026 09:30:00 GMT", LegalHold: hold,
		RetentionMode: schemas.RetentionNone, Body: body, Parts: 1}
	if body == nil {
		in.Size, in.SHA256 = 7, sumOf([]byte(key+version))
	}
	if outcome != schemas.OutcomeOK {
		in.Status, in.Size, in.SHA256, in.Body, in.ErrorCode = 403, -1, nil, nil, "AccessDenied"
	}
	t.send(schemas.TopicS3Inspections, conversation+key, in)
	return in
}

func (t *teller) conversation(i int) {
	c, r := fmt.Sprintf("c-%03d", i), fmt.Sprintf("r-%03d", i)
	start := int64(began + i*1000)
	end := start + 600_000
	folder := "org-1/year=2026/month=5/day=4/hour=9/conversation_id=" + c + "/"
	media, metadata := folder+r+".opus", folder+r+".opus_metadata.json"
	if i%9 != 4 { // else retroactive: objects without events
		t.event(c, "customer.start", "s-"+c, "", start)
		t.event(c, "user.start", "a-"+c, fmt.Sprint("u-", i%5), start+5000)
		t.event(c, "user.end", "a-"+c, fmt.Sprint("u-", i%5), end-1000)
		t.event(c, "customer.end", "s-"+c, "", end)
	}
	switch i % 10 {
	case 1: // never exported
		return
	case 2: // metadata alone: the media is missing
		t.notify(c, metadata, "v1", "Put", 9)
	case 3: // media alone
		t.notify(c, media, "v1", "Put", 7)
		t.inspect(c, media, "v1", nil, schemas.OutcomeOK, schemas.HoldOff)
		return
	case 5: // a manifest's rows; one cannot be read
		t.manifest(c, r, start, end)
	}
	lag := int64(0)
	if i%2 == 0 {
		lag = 720_000
	}
	body := fmt.Appendf(nil, `{"conversationId":"%s","recordingId":"%s","mediaType":"message","provider":"webmessaging","userIds":["agent-%d"],"startTime":"%s","endTime":"%s"}`,
		c, r, i%5, stamped(start+lag), stamped(end+lag))
	if i%10 != 2 {
		t.notify(c, media, "v1", "Put", 7)
		t.notify(c, metadata, "v1", "Put", len(body))
		t.inspect(c, media, "v1", nil, schemas.OutcomeOK, schemas.HoldOn)
	}
	in := t.inspect(c, metadata, "v1", body, schemas.OutcomeOK, schemas.HoldOff)
	t.send(schemas.TopicS3Inspections, c+metadata, in) // delivered again
	switch i % 10 {
	case 4:
		t.inspect(c, media, "v1", nil, schemas.OutcomeOK, schemas.HoldOff)
		t.inspect(c, media, "v1", nil, schemas.OutcomeOK, schemas.HoldOn)
		t.inspect(c, media, "v1", nil, schemas.OutcomeOK, schemas.HoldOn) // a second look, nothing new
	case 6:
		t.notify(c, media, "v1", "Delete", 0)
	case 7:
		t.inspect(c, media, "v1", nil, schemas.OutcomeDenied, schemas.HoldUnknown)
		t.inspect(c, media, "", nil, schemas.OutcomeDenied, schemas.HoldUnknown)
	case 8:
		t.inspect(c, media, "v2", nil, schemas.OutcomeOK, schemas.HoldOn)
	}
}

func (t *teller) manifest(c, r string, start, end int64) {
	in := t.inspect("", "jobs/manifest-"+c+".json", "v1", []byte("the whole file of "+c), schemas.OutcomeOK, schemas.HoldOff)
	in.Body = nil
	in.Rows = []schemas.Row{
		{Pointer: "/recordings/0", Json: fmt.Appendf(nil, `{"conversation_id":"%s","recording_id":"%s","start_time":"%s","end_time":"%s"}`, c, r, stamped(start), stamped(end))},
		{Pointer: "/recordings/1", Json: fmt.Appendf(nil, `{"conversation_id":"%s","recording_id":"never-%s"}`, c, r)},
		{Pointer: "/recordings/2", Json: []byte(`{"recording_id":"torn"`)},
	}
	t.send(schemas.TopicS3Inspections, "jobs", in)
}

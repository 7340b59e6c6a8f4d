package observe

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/field"
	"holdfast.example/stream"
)

const (
	conversation = "3b1bb9f4-6a61-4d2a-9c1f-0f7a7a0d3f10"
	recording    = "8a1c2a52-95b0-4d8c-8a65-3b9a1a0fd8c1"
	prefix       = "org-1/year=2026/month=5/day=4/hour=9/conversation_id=" + conversation + "/"
	mediaKey     = prefix + recording + ".opus"
	metadataKey  = prefix + recording + ".opus_metadata.json"
)

func eventBody(id, topic, at string) []byte {
	return fmt.Appendf(nil, `{"topicName":"v2.detail.events.conversation.%s.%s","version":"4","eventBody":{"eventTime":%s,"conversationId":"%s","participantId":"p-1","sessionId":"s-1","mediaType":"MESSAGE"}}`, id, topic, at, id)
}

func s3Body(key string) []byte {
	k, _ := json.Marshal(key)
	return fmt.Appendf(nil, `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2026-05-04T09:30:00.000Z","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"exports"},"object":{"key":%s,"size":7,"eTag":"e1","versionId":"v1","sequencer":"0055AED6DCD90281E5"}}}]}`, k)
}

func hashOf(b []byte) *schemas.Hash {
	h := schemas.Hash(sha256.Sum256(b))
	return &h
}

func transport(kind string) schemas.Transport {
	return schemas.Transport{Kind: kind, Instance: "c-1", Boot: 1, MessageID: "m-1", Auth: schemas.AuthNone}
}

func event(raw []byte) *schemas.ConversationEvent {
	return &schemas.ConversationEvent{SourceID: "source-1", Transport: transport(schemas.TransportWebhook), Raw: raw,
		RawSHA256: hashOf(raw), Secret: &schemas.Secret{1}}
}

func notification(raw []byte) *schemas.S3Notification {
	return &schemas.S3Notification{SourceID: "source-2", Transport: transport(schemas.TransportSQS), Raw: raw, RawSHA256: hashOf(raw)}
}

func inspected(key string, body []byte) *schemas.S3Inspection {
	return &schemas.S3Inspection{SourceID: "source-2", Transport: transport(schemas.TransportInspection), Bucket: "exports", Key: key,
		VersionID: "v1", ETag: "e1", Outcome: schemas.OutcomeOK, Status: 200, RequestID: "r1", Pinned: true, Size: int64(len(body)),
		SHA256: hashOf(body), LastModified: "Mon, 04 May 2026 09:30:00 GMT", LegalHold: schemas.HoldOn,
		RetentionMode: schemas.RetentionNone, Body: body, Parts: 1}
}

// record is rec as the broker would hold it.
func record(t testing.TB, topic string, rec any) stream.Record {
	t.Helper()
	value, err := schemas.Append(nil, rec)
	if err != nil {
		t.Fatal(err)
	}
	return stream.Record{Topic: topic, Partition: 3, Offset: 17, Value: value, AppendMS: 1_777_886_102_118}
}

func mapped(t testing.TB, topic string, rec any) []schemas.Observation {
	t.Helper()
	out, err := Map(record(t, topic, rec))
	if err != nil {
		t.Fatal(err)
	}
	for i := range out {
		if _, err := schemas.Append(nil, &out[i]); err != nil {
			t.Fatalf("observation %d does not encode: %v", i, err)
		}
	}
	return out
}

// A record's whole way: entity, identity, lock, arrival and origin are what everything downstream is keyed by.
func TestMapEvent(t *testing.T) {
	raw := eventBody(conversation, "customer.start", "1777886102118")
	out := mapped(t, schemas.TopicConversationEvents, event(raw))
	if len(out) != 1 {
		t.Fatalf("%d observations", len(out))
	}
	o := out[0]
	if o.Entity != "conversation:"+conversation || o.Source != schemas.SourceEvents || o.Lock != schemas.LockHash ||
		*o.RawSHA256 != *hashOf(raw) || *o.Secret != (schemas.Secret{1}) || o.ArrivalMS != 1_777_886_102_118 ||
		o.Origin != (schemas.Origin{Topic: schemas.TopicConversationEvents, Partition: 3, Offset: 17}) ||
		o.Event == nil || o.Event.Topic != "customer.start" || o.Event.MediaType != "MESSAGE" || o.Times[0].LoMS != 1777886102118 {
		t.Fatalf("%+v", o)
	}
}

// A customer's own producer has no bytes to hash: the fact is accepted, and says how it is held.
func TestMapForeignProducer(t *testing.T) {
	rec := &schemas.ConversationEvent{SourceID: "x", Transport: transport(schemas.TransportProducer), ConversationID: conversation,
		Fields: &schemas.EventFields{Topic: "user.end", EventTime: "2026-05-04T09:15:02.118Z", SessionID: "s-1", MediaType: "message"}}
	o := mapped(t, schemas.TopicConversationEvents, rec)[0]
	if o.Lock != schemas.LockBrokerAppend || o.RawSHA256 != nil || o.Entity != "conversation:"+conversation || o.Event.MediaType != "MESSAGE" {
		t.Fatalf("%+v", o)
	}
	again := *rec
	again.SourceID, again.Transport.MessageID = "y", "other"
	if mapped(t, schemas.TopicConversationEvents, &again)[0].FactID != o.FactID {
		t.Fatal("a second delivery of the same fields is another fact")
	}
	fields := *rec.Fields
	fields.SessionID = "s-2"
	again.Fields = &fields
	if mapped(t, schemas.TopicConversationEvents, &again)[0].FactID == o.FactID {
		t.Fatal("other fields are the same fact")
	}
	unplacedRec := *rec
	unplacedRec.ConversationID = ""
	if got := mapped(t, schemas.TopicConversationEvents, &unplacedRec)[0].Entity; !strings.HasPrefix(got, "unplaced:") {
		t.Fatal(got)
	}
	raw := eventBody(conversation, "user.end", "1777886102118")
	noHash := event(raw)
	noHash.RawSHA256 = nil
	if o := mapped(t, schemas.TopicConversationEvents, noHash)[0]; o.Lock != schemas.LockBrokerAppend || *o.RawSHA256 != *hashOf(raw) {
		t.Fatalf("bytes without a hash: %+v", o)
	}
}

// A notification and the inspection it asked for must meet in one entity, with or without a conversation in the key.
func TestMapObjectMeetsItsInspection(t *testing.T) {
	for _, key := range []string{mediaKey, "somewhere/else.bin"} {
		n := mapped(t, schemas.TopicS3Notifications, notification(s3Body(key)))[0]
		i := mapped(t, schemas.TopicS3Inspections, inspected(key, nil))[0]
		if n.Entity != i.Entity || n.Object == nil || i.Inspection == nil || n.Object.Key != key || i.Inspection.Key != key {
			t.Fatalf("%s: %s, %s", key, n.Entity, i.Entity)
		}
		if placed := key == mediaKey; placed != (n.Entity == "conversation:"+conversation) {
			t.Fatalf("%s: %s", key, n.Entity)
		}
	}
}

// What a metadata file says belongs to the conversation its key names, also when it says another: else a wrong file
// would hide in the wrong conversation. What cannot be read is no reason to lose the inspection.
func TestMapMetadata(t *testing.T) {
	body := []byte(`{"conversationId":"another-one","recordingId":"` + recording + `","startTime":"2026-05-04T09:15:02.118+0000"}`)
	o := mapped(t, schemas.TopicS3Inspections, inspected(metadataKey, body))[0]
	if o.Entity != "conversation:"+conversation || o.Export == nil || o.Export.ConversationID != "another-one" ||
		o.Export.Form != schemas.FormMetadata || o.Export.FileSHA256 != *hashOf(body) || o.Inspection.Role != schemas.RoleMetadata {
		t.Fatalf("%+v", o)
	}
	for _, bad := range []string{`{"a":1,"A":2}`, `[]`, "\xff", ``} {
		o := mapped(t, schemas.TopicS3Inspections, inspected(metadataKey, []byte(bad)))[0]
		if o.Export != nil || !slices.Contains(o.Labels, schemas.LabelUnreadable) || o.Inspection == nil {
			t.Fatalf("%q: %+v", bad, o)
		}
	}
	denied := inspected(metadataKey, nil)
	denied.Outcome, denied.SHA256, denied.Status, denied.ErrorCode, denied.Pinned = schemas.OutcomeDenied, nil, 403, "AccessDenied", false
	if o := mapped(t, schemas.TopicS3Inspections, denied)[0]; o.Export != nil || o.RawSHA256 != nil || !slices.Equal(o.Labels, []string{schemas.LabelUnpinned}) {
		t.Fatalf("%+v", o)
	}
}

// A lifted hold is a new fact, a second look is not.
func TestInspectionFactID(t *testing.T) {
	base := inspected(mediaKey, nil)
	id := func(change func(*schemas.S3Inspection)) schemas.Hash {
		rec := *base
		change(&rec)
		return mapped(t, schemas.TopicS3Inspections, &rec)[0].FactID
	}
	first := id(func(*schemas.S3Inspection) {})
	if id(func(r *schemas.S3Inspection) { r.RequestID, r.ReceivedMS, r.LastModified = "r2", 99, "" }) != first {
		t.Error("a second look is another fact")
	}
	seen := map[schemas.Hash]string{first: "unchanged"}
	for name, change := range map[string]func(*schemas.S3Inspection){
		"hold":      func(r *schemas.S3Inspection) { r.LegalHold = schemas.HoldOff },
		"retention": func(r *schemas.S3Inspection) { r.RetentionMode = schemas.RetentionCompliance },
		"until":     func(r *schemas.S3Inspection) { r.RetainUntil = "2030-01-01T00:00:00Z" },
		"version":   func(r *schemas.S3Inspection) { r.VersionID = "v2" },
		"bucket":    func(r *schemas.S3Inspection) { r.Bucket = "exports2" },
		"content":   func(r *schemas.S3Inspection) { r.SHA256 = hashOf([]byte("x")) },
		"outcome":   func(r *schemas.S3Inspection) { r.Outcome, r.SHA256 = schemas.OutcomeMissing, nil },
		"shifted":   func(r *schemas.S3Inspection) { r.Bucket, r.VersionID = "exportsv", "1" },
	} {
		h := id(change)
		if other, ok := seen[h]; ok {
			t.Errorf("%s is the same fact as %s", name, other)
		}
		seen[h] = name
	}
}

// A manifest's rows go each to their own conversation; a bad one is not lost, and the inspection goes out once.
func TestMapRows(t *testing.T) {
	file := []byte("the whole file")
	rec := inspected("jobs/manifest.json", nil)
	rec.SHA256, rec.Parts = hashOf(file), 2
	rec.Rows = []schemas.Row{
		{Pointer: "/recordings/0", Json: []byte(`{"conversation_id":"c-1","recording_id":"r-1"}`)},
		{Pointer: "/recordings/1", Json: []byte(`{"conversation_id":"c-2","recording_id":"r-2"`)},
		{Pointer: "/recordings/2", Json: []byte(`{"recording_id":"r-3"}`)},
	}
	out := mapped(t, schemas.TopicS3Inspections, rec)
	if len(out) != 4 || out[0].Inspection == nil || out[0].Export != nil {
		t.Fatalf("%d observations, %+v", len(out), out[0])
	}
	file64 := unplaced(*hashOf(file))
	for i, want := range []string{"conversation:c-1", file64, file64} {
		o := out[i+1]
		if o.Entity != want || o.Inspection != nil || o.Export.Form != schemas.FormRow || o.Export.FileSHA256 != *hashOf(file) ||
			o.Export.Pointer != rec.Rows[i].Pointer || slices.Contains(o.Labels, schemas.LabelUnreadable) != (i == 1) {
			t.Errorf("row %d: %+v", i, o)
		}
	}
	second := *rec
	second.Part = 1
	again := mapped(t, schemas.TopicS3Inspections, &second)
	if len(again) != 3 || again[0].FactID != out[1].FactID {
		t.Fatalf("second part: %d observations", len(again))
	}
}

// What is in order and about nobody is nothing; what nobody can process is a dead letter with a code of the list.
func TestMapNothingAndPoison(t *testing.T) {
	good := eventBody(conversation, "customer.start", "1777886102118")
	tampered := event(good)
	tampered.RawSHA256 = hashOf([]byte("x"))
	contradicted := event(good)
	contradicted.ConversationID = "another"
	index := notification(s3Body(mediaKey))
	index.Index = 1
	torn := inspected(metadataKey, []byte("{}"))
	torn.Body = []byte("{ }")
	hollow := inspected(metadataKey, nil)
	hollow.Part, hollow.Parts = 1, 2
	wrongID := &schemas.ConversationEvent{Transport: transport(schemas.TransportProducer), ConversationID: "a b", Fields: &schemas.EventFields{Topic: "acw"}}
	for _, c := range []struct {
		name, topic string
		rec         any
		want        string // a code, or "nothing"
	}{
		{"audit", schemas.TopicConversationEvents, event([]byte(`{"topicName":"v2.audits.entitytype.Role.entityid.x","eventBody":{}}`)), "nothing"},
		{"other event", schemas.TopicConversationEvents, event([]byte(`{"topicName":"v2.users.x.presence","eventBody":{}}`)), "nothing"},
		{"foreign other", schemas.TopicConversationEvents, &schemas.ConversationEvent{Transport: transport(schemas.TransportProducer), Fields: &schemas.EventFields{Topic: "no.such"}}, "nothing"},
		{"test message", schemas.TopicS3Notifications, notification([]byte(`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`)), "nothing"},
		{"duplicate keys", schemas.TopicConversationEvents, event([]byte(`{"topicName":"a","TopicName":"b"}`)), CodeBadJSON},
		{"no event", schemas.TopicConversationEvents, event([]byte(`{"a":1}`)), CodeRefusedEvent},
		{"hash", schemas.TopicConversationEvents, tampered, CodeHashMismatch},
		{"body hash", schemas.TopicS3Inspections, torn, CodeHashMismatch},
		{"conversation", schemas.TopicConversationEvents, contradicted, CodeConversationMismatch},
		{"no content", schemas.TopicConversationEvents, &schemas.ConversationEvent{Transport: transport(schemas.TransportProducer)}, CodeNoContent},
		{"no content", schemas.TopicS3Notifications, &schemas.S3Notification{Transport: transport(schemas.TransportProducer)}, CodeNoContent},
		{"large", schemas.TopicConversationEvents, event(bytes.Repeat([]byte(" "), MaxRaw+1)), CodeTooLarge},
		{"bad id", schemas.TopicConversationEvents, wrongID, CodeRefusedEvent},
		{"index", schemas.TopicS3Notifications, index, CodeRefusedNotification},
		{"no object", schemas.TopicS3Inspections, inspected("", nil), CodeRefusedInspection},
		{"part without rows", schemas.TopicS3Inspections, hollow, CodeRefusedInspection},
		{"wrong topic", schemas.TopicS3Inspections, event(good), CodeWrongRecord},
		{"not raw", schemas.TopicConversationEvents, &schemas.Tick{N: 1}, CodeWrongRecord},
	} {
		out, err := Map(record(t, c.topic, c.rec))
		var nothing *Nothing
		var poison *stream.PoisonError
		switch {
		case c.want == "nothing" && errors.As(err, &nothing) && len(out) == 0:
		case errors.As(err, &poison) && poison.Code == c.want && len(out) == 0:
		default:
			t.Errorf("%s: %d observations, %v; want %s", c.name, len(out), err, c.want)
		}
	}
	if _, err := Map(stream.Record{Topic: schemas.TopicConversationEvents, Value: []byte("not avro at all")}); err == nil || !strings.HasPrefix(err.Error(), CodeBadAvro) {
		t.Errorf("no avro: %v", err)
	}
}

// Map must not keep the record's memory: the runtime reuses it after the step.
func TestMapKeepsNothingOfTheRecord(t *testing.T) {
	for topic, rec := range map[string]any{
		schemas.TopicConversationEvents: event(eventBody(conversation, "user.end", "1777886102118")),
		schemas.TopicS3Notifications:    notification(s3Body(mediaKey)),
		schemas.TopicS3Inspections:      inspected(metadataKey, []byte(`{"conversationId":"c","recordingId":"r"}`)),
	} {
		r := record(t, topic, rec)
		out, err := Map(r)
		if err != nil {
			t.Fatal(err)
		}
		before := fmt.Sprintf("%+v %+v %+v %+v", out, out[0].Event, out[0].Object, out[0].Export)
		for i := range r.Value {
			r.Value[i] = 0xAA
		}
		if after := fmt.Sprintf("%+v %+v %+v %+v", out, out[0].Event, out[0].Object, out[0].Export); after != before {
			t.Errorf("%s: the observation changed with the record", topic)
		}
	}
}

// TestPoisonNamesBytes: a dead letter holds no payload, so without the hash of the refused bytes nobody could ever say
// which delivery it speaks of.
func TestPoisonNamesBytes(t *testing.T) {
	raw := []byte(`{"version":"0","Version":"0"}`)
	value, err := schemas.Append(nil, event(raw))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Map(stream.Record{Topic: schemas.TopicConversationEvents, Value: value})
	var poison *stream.PoisonError
	if !errors.As(err, &poison) {
		t.Fatalf("want poison, got %v", err)
	}
	if want := hashOf(raw); poison.Raw == nil || *poison.Raw != *want {
		t.Errorf("poison names %v, want %x", poison.Raw, want[:8])
	}
}

// The times of an inspection have their rows in the table of fields, under the names our readings carry.
func TestInspectedTimesHaveRows(t *testing.T) {
	rec := inspected(mediaKey, []byte("sound"))
	rec.RetainUntil = "2033-05-04T00:00:00Z"
	out := mapped(t, schemas.TopicS3Inspections, rec)
	if len(out) != 1 || len(out[0].Times) != 2 {
		t.Fatalf("%+v", out)
	}
	for _, r := range out[0].Times {
		found := false
		for _, f := range field.All() {
			found = found || f.Document == field.S3Object && f.Reading == r.Field && string(f.Clock) == r.Clock
		}
		if !found {
			t.Errorf("no row for %s by clock %s", r.Field, r.Clock)
		}
	}
}

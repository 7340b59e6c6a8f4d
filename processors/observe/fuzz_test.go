package observe

import (
	"errors"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

var topics = []string{schemas.TopicConversationEvents, schemas.TopicS3Notifications, schemas.TopicS3Inspections}

// checkMapped holds what any input must keep: a closed ending, facts with an entity that can be a key, and records that
// encode.
func checkMapped(t *testing.T, r stream.Record) {
	out, err := Map(r)
	var nothing *Nothing
	var poison *stream.PoisonError
	if err != nil {
		if !errors.As(err, &nothing) && !errors.As(err, &poison) || len(out) > 0 {
			t.Fatalf("%d observations and %v", len(out), err)
		}
		return
	}
	if len(out) == 0 {
		t.Fatal("neither an observation nor a reason")
	}
	for i := range out {
		o := &out[i]
		if len(o.Entity) < 10 || len(o.Entity) > 141 || o.FactID == (schemas.Hash{}) || o.Labels == nil || o.Times == nil {
			t.Fatalf("%+v", o)
		}
		b, err := schemas.Append(nil, o)
		if err != nil {
			t.Fatalf("does not encode: %v", err)
		}
		if _, err := schemas.Decode(b); err != nil {
			t.Fatalf("does not decode: %v", err)
		}
	}
}

// A stranger may write into the raw topics.
func FuzzMap(f *testing.F) {
	for i, rec := range []any{
		event(eventBody(conversation, "customer.start", "1777886102118")), notification(s3Body(mediaKey)), inspected(metadataKey, []byte(`{"conversationId":"c"}`)),
		&schemas.ConversationEvent{Transport: transport(schemas.TransportProducer), Fields: &schemas.EventFields{Topic: "acw", EventTime: "x"}},
	} {
		f.Add(byte(i), record(f, topics[i%3], rec).Value)
	}
	hollow := inspected(metadataKey, nil)
	hollow.Part, hollow.Parts = 1, 2
	f.Add(byte(2), record(f, topics[2], hollow).Value)
	f.Add(byte(0), []byte{0xC3, 0x01})
	f.Fuzz(func(t *testing.T, topic byte, value []byte) {
		checkMapped(t, stream.Record{Topic: topics[int(topic)%3], Value: value})
	})
}

// The source's bytes are hostile behind a record that is in order.
func FuzzMapContent(f *testing.F) {
	f.Add(byte(0), eventBody(conversation, "customer.start", "1777886102118"))
	f.Add(byte(1), s3Body(mediaKey))
	f.Add(byte(2), []byte(`{"conversationId":"c","recordingId":"r"}`))
	f.Add(byte(3), []byte(`{"conversation_id":"c","recording_id":"r","recorded_start_time":"2026-05-04T09:15:02Z"}`))
	f.Fuzz(func(t *testing.T, what byte, raw []byte) {
		if raw == nil {
			raw = []byte{}
		}
		var rec any
		switch what % 4 {
		case 0:
			rec = event(raw)
		case 1:
			rec = notification(raw)
		case 2:
			rec = inspected(metadataKey, raw)
		case 3:
			i := inspected("jobs/manifest.json", nil)
			i.Rows = []schemas.Row{{Pointer: "/0", Json: raw}}
			rec = i
		}
		checkMapped(t, record(t, topics[min(int(what%4), 2)], rec))
	})
}

func BenchmarkMap(b *testing.B) {
	for _, c := range []struct {
		name, topic string
		rec         any
	}{
		{"event", topics[0], event(eventBody(conversation, "customer.start", "1777886102118"))},
		{"notification", topics[1], notification(s3Body(mediaKey))},
		{"metadata", topics[2], inspected(metadataKey, []byte(`{"conversationId":"`+conversation+`","recordingId":"`+recording+`","startTime":"2026-05-04T09:15:02.118+0000"}`))},
	} {
		r := record(b, c.topic, c.rec)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(r.Value)))
			for b.Loop() {
				if _, err := Map(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

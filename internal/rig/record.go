package rig

import (
	"crypto/sha256"
	"fmt"

	"holdfast.example/schemas"
)

// What capture does with a source's bytes: it keeps them, with their hash, a secret and how they came.

// encode makes the topic's record. What does not encode is a defect of the rig.
func encode(topic, key string, record any) raw {
	value, err := schemas.Append(nil, record)
	if err != nil {
		panic(fmt.Sprintf("rig: a record for %s: %v", topic, err))
	}
	return raw{topic: topic, key: []byte(key), value: value}
}

func sum(b []byte) *schemas.Hash {
	h := schemas.Hash(sha256.Sum256(b))
	return &h
}

// event makes a delivery of a conversation event.
func (w *world) event(c *conversation, h *happening) raw {
	message := w.id()
	rec := &schemas.ConversationEvent{SourceID: w.id(), ReceivedMS: h.atMS + 400, Secret: w.secret(), ConversationID: c.id,
		Transport: schemas.Transport{Kind: schemas.TransportSQS, Instance: instance, Boot: 1, MessageID: message, Auth: schemas.AuthIAM}}
	if w.chance(500) {
		rec.Raw = c.bridge(h, message, w.id())
	} else {
		rec.Raw = c.webhook(h, w.id())
		rec.Transport.Kind, rec.Transport.Auth = schemas.TransportWebhook, schemas.AuthHMACSHA256
	}
	rec.RawSHA256 = sum(rec.Raw)
	return encode(schemas.TopicConversationEvents, c.id, rec)
}

// notify makes a delivery of an S3 notification.
func (w *world) notify(c *conversation, f *file, event string) raw {
	w.sequencer += uint64(1 + w.dice.IntN(900))
	rec := &schemas.S3Notification{SourceID: w.id(), ReceivedMS: c.endMS + 60_000, Secret: w.secret(), ConversationID: c.id,
		Transport: schemas.Transport{Kind: schemas.TransportSQS, Instance: instance, Boot: 1, MessageID: w.id(), Auth: schemas.AuthIAM},
		Raw:       f.notification(event, c.endMS+50_000, w.sequencer)}
	rec.RawSHA256 = sum(rec.Raw)
	return encode(schemas.TopicS3Notifications, c.id, rec)
}

// inspect makes the answer to one GET, by a conversation's fate: 7 is denied, 8 is under hold, 108 is not any more.
func (w *world) inspect(c *conversation, f *file, fate int) raw {
	rec := w.inspection(f)
	rec.ConversationID = c.id
	switch fate {
	case 7:
		rec.Outcome, rec.Status, rec.ErrorCode, rec.SHA256, rec.Size = schemas.OutcomeDenied, 403, "AccessDenied", nil, -1
	case 8:
		rec.LegalHold = schemas.HoldOn
	}
	if rec.Outcome == schemas.OutcomeOK && f.contentType == "application/json" {
		rec.Body = f.body
	}
	return encode(schemas.TopicS3Inspections, c.id, rec)
}

func (w *world) inspection(f *file) *schemas.S3Inspection {
	return &schemas.S3Inspection{SourceID: w.id(), ReceivedMS: w.atMS, Secret: w.secret(),
		Transport: schemas.Transport{Kind: schemas.TransportInspection, Instance: instance, Boot: 1, Auth: schemas.AuthIAM},
		Bucket:    bucket, Key: f.key, VersionID: f.version, ETag: f.etag, Outcome: schemas.OutcomeOK, Status: 200, RequestID: hexText(w.bytes(8)),
		Pinned: true, Size: int64(len(f.body)), SHA256: sum(f.body), LastModified: "Mon, 04 May 2026 09:15:02 GMT", ContentType: f.contentType,
		LegalHold: schemas.HoldOff, RetentionMode: schemas.RetentionNone, Head: f.body[:min(16, len(f.body))], Tail: []byte{}, Rows: []schemas.Row{}, Parts: 1}
}

// manifest makes a job's manifest with a row of this recording, one of a recording that never comes, and one that does
// not parse.
func (w *world) manifest(c *conversation, recording string) raw {
	job, missing := w.id(), &conversation{id: w.id(), cohort: c.cohort, startMS: c.startMS, endMS: c.endMS}
	rows := []schemas.Row{{Pointer: "/recordings/0", Json: c.row(recording)}, {Pointer: "/recordings/1", Json: missing.row(w.id())},
		{Pointer: "/recordings/2", Json: []byte(`{"recording_id":7}`)}}
	f := &file{key: "jobs/" + job + "/manifest.json", version: hexText(w.bytes(8)), contentType: "application/json", body: w.bytes(64)}
	f.etag = etag(f.body)
	rec := w.inspection(f)
	rec.Rows = rows
	return encode(schemas.TopicS3Inspections, rec.SourceID, rec)
}

// poison makes a record that observe must refuse, one way after the other.
func (w *world) poison() raw {
	id := w.id()
	good := &schemas.ConversationEvent{SourceID: id, ReceivedMS: w.atMS, Secret: w.secret(),
		Transport: schemas.Transport{Kind: schemas.TransportSQS, Instance: instance, Boot: 1, MessageID: id, Auth: schemas.AuthIAM}}
	switch w.dice.IntN(6) {
	case 0: // no Avro at all
		return raw{topic: schemas.TopicS3Notifications, key: []byte(id), value: w.bytes(40)}
	case 1: // bytes that are not those that were hashed
		good.Raw, good.RawSHA256 = auditMessage(id, id), sum([]byte("something else"))
	case 2: // neither bytes nor fields
	case 3: // JSON that ends too early
		good.Raw = []byte(`{"topicName":"v2.detail.events.conversation.`)
		good.RawSHA256 = sum(good.Raw)
	case 4: // a record of another topic
		r := encode(schemas.TopicConversationEvents, id, good)
		r.topic = schemas.TopicS3Inspections
		return r
	case 5: // an inspection that was read and has no hash
		rec := w.inspection(&file{key: "k/" + id, body: []byte("x")})
		rec.SHA256 = nil
		return encode(schemas.TopicS3Inspections, id, rec)
	}
	return encode(schemas.TopicConversationEvents, id, good)
}

// nothing makes a record that is in order and says nothing of a conversation.
func (w *world) nothing() raw {
	id := w.id()
	transport := schemas.Transport{Kind: schemas.TransportSQS, Instance: instance, Boot: 1, MessageID: id, Auth: schemas.AuthIAM}
	if w.chance(500) {
		rec := &schemas.S3Notification{SourceID: id, ReceivedMS: w.atMS, Transport: transport, Secret: w.secret(), Raw: testMessage()}
		rec.RawSHA256 = sum(rec.Raw)
		return encode(schemas.TopicS3Notifications, id, rec)
	}
	rec := &schemas.ConversationEvent{SourceID: id, ReceivedMS: w.atMS, Transport: transport, Secret: w.secret(), Raw: auditMessage(id, w.cohorts[0].organization)}
	rec.RawSHA256 = sum(rec.Raw)
	return encode(schemas.TopicConversationEvents, id, rec)
}

// foreign makes a record as a customer's own producer writes it, without the source's bytes.
func (w *world) foreign() raw {
	if w.chance(300) {
		rec := &schemas.S3Notification{SourceID: w.id(), ReceivedMS: w.atMS, Transport: schemas.Transport{Kind: schemas.TransportProducer, Auth: schemas.AuthNone},
			Fields: &schemas.NotificationFields{EventName: "ObjectCreated:Put", EventTime: isoTime(w.atMS), Bucket: bucket, Key: "elsewhere/" + w.id(),
				VersionID: hexText(w.bytes(8)), ETag: hexText(w.bytes(16)), Size: 12, Sequencer: fmt.Sprintf("%016X", w.sequencer)}}
		return encode(schemas.TopicS3Notifications, rec.SourceID, rec)
	}
	c := w.id()
	rec := &schemas.ConversationEvent{SourceID: w.id(), ReceivedMS: w.atMS, Transport: schemas.Transport{Kind: schemas.TransportProducer, Auth: schemas.AuthNone},
		ConversationID: c, Fields: &schemas.EventFields{Topic: "customer.start", EventTime: isoTime(w.atMS), ParticipantID: w.id(), SessionID: w.id(),
			MediaType: "MESSAGE", Provider: "PureCloud Messaging", Direction: "INBOUND", OrganizationID: w.cohorts[0].organization}}
	return encode(schemas.TopicConversationEvents, c, rec)
}

package observe

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/s3event"
	"holdfast.example/stream"
)

// Nothing is Map's answer to a record that is in order and about no entity. It is no failure.
type Nothing struct{ Test bool } // S3's test message, else an event of another family

func (n *Nothing) Error() string {
	if n.Test {
		return "a test message of S3"
	}
	return "an event of no conversation's detail"
}

// Map returns what a raw record says. The error is a *Nothing, or a *stream.PoisonError with a code of this package.
// The observations share no memory with the record.
func Map(r stream.Record) ([]schemas.Observation, error) {
	rec, err := schemas.Decode(r.Value)
	if err != nil {
		return nil, stream.Poison(CodeBadAvro, "%v", err)
	}
	out, err := mapRecord(r, rec)
	var poison *stream.PoisonError
	if errors.As(err, &poison) && poison.Raw == nil {
		poison.Raw = rawOf(rec)
	}
	return out, err
}

// rawOf is the hash of the source's bytes, so that a dead letter names what it refuses; nil where there are none. It is
// taken of the bytes, since the hash beside them may be what is wrong.
func rawOf(rec any) *schemas.Hash {
	var raw []byte
	switch rec := rec.(type) {
	case *schemas.ConversationEvent:
		raw = rec.Raw
	case *schemas.S3Notification:
		raw = rec.Raw
	case *schemas.S3Inspection:
		return rec.SHA256
	case *schemas.WorldAnswer:
		raw = rec.Raw
	}
	if raw == nil {
		return nil
	}
	sum := schemas.Hash(sha256.Sum256(raw))
	return &sum
}

func mapRecord(r stream.Record, rec any) ([]schemas.Observation, error) {
	base := schemas.Observation{
		ArrivalMS: r.AppendMS,
		Origin:    schemas.Origin{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset},
		Labels:    []string{}, Times: []schemas.Reading{},
	}
	switch rec := rec.(type) {
	case *schemas.ConversationEvent:
		if r.Topic == schemas.TopicConversationEvents {
			return mapEvent(base, rec)
		}
	case *schemas.S3Notification:
		if r.Topic == schemas.TopicS3Notifications {
			return mapNotification(base, rec)
		}
	case *schemas.S3Inspection:
		if r.Topic == schemas.TopicS3Inspections {
			return mapInspection(base, rec)
		}
	}
	return nil, stream.Poison(CodeWrongRecord, "a %s does not belong in %s", strings.TrimPrefix(fmt.Sprintf("%T", rec), "*schemas."), r.Topic)
}

func mapEvent(o schemas.Observation, rec *schemas.ConversationEvent) ([]schemas.Observation, error) {
	o.Source, o.Secret = schemas.SourceEvents, rec.Secret
	var (
		e   genesys.Event
		err error
	)
	if rec.Raw != nil {
		if err = lock(&o, rec.Raw, rec.RawSHA256); err != nil {
			return nil, err
		}
		if e, err = genesys.ParseEvent(rec.Raw); err != nil {
			return nil, refused(CodeRefusedEvent, err)
		}
	} else if e, err = eventFromFields(rec); err != nil {
		return nil, err
	} else {
		o.Lock = schemas.LockBrokerAppend
	}
	if e.Family != genesys.FamilyDetail {
		return nil, &Nothing{}
	}
	o.FactID, o.Event = e.Identity, &e.Fact
	if o.Entity, err = entity(e.ConversationID, rec.ConversationID, rec.SourceID, o.FactID); err != nil {
		return nil, err
	}
	o.Times, o.Labels = append(o.Times, e.Times...), labels(e.Labels)
	return []schemas.Observation{o}, nil
}

// eventFromFields reads an event that a foreign producer wrote without the source's bytes.
func eventFromFields(rec *schemas.ConversationEvent) (genesys.Event, error) {
	f := rec.Fields
	if f == nil {
		return genesys.Event{}, stream.Poison(CodeNoContent, "neither raw nor fields")
	}
	for _, t := range [...]struct {
		name, value string
		id          bool
	}{
		{"/conversation_id", rec.ConversationID, true},
		{"/fields/participant_id", f.ParticipantID, true}, {"/fields/session_id", f.SessionID, true},
		{"/fields/user_id", f.UserID, true}, {"/fields/organization_id", f.OrganizationID, true},
		{"/fields/topic", f.Topic, false}, {"/fields/event_time", f.EventTime, false}, {"/fields/media_type", f.MediaType, false},
		{"/fields/provider", f.Provider, false}, {"/fields/direction", f.Direction, false}, {"/fields/disconnect_type", f.DisconnectType, false},
	} {
		switch {
		case len(t.value) > MaxText:
			return genesys.Event{}, stream.Poison(CodeTooLarge, "%s: %d bytes; the limit is %d", t.name, len(t.value), MaxText)
		case !utf8.ValidString(t.value):
			return genesys.Event{}, stream.Poison(CodeRefusedEvent, "%s: no UTF-8", t.name)
		case t.id && t.value != "" && !genesys.IsID(t.value):
			return genesys.Event{}, stream.Poison(CodeRefusedEvent, "%s: no id: want 1 to %d of A-Z a-z 0-9 _ . : -", t.name, genesys.MaxID)
		}
	}
	e := genesys.Event{Family: genesys.FamilyOther, ConversationID: rec.ConversationID, OrganizationID: f.OrganizationID}
	if slices.Contains(genesys.Topics(), f.Topic) {
		e.Family = genesys.FamilyDetail
	}
	e.Fact = schemas.EventFact{Topic: f.Topic, ParticipantID: f.ParticipantID, SessionID: f.SessionID, UserID: f.UserID,
		MediaType: upper(f.MediaType), Provider: f.Provider, Direction: upper(f.Direction),
		DisconnectType: upper(f.DisconnectType), OrganizationID: f.OrganizationID}
	e.Times = []schemas.Reading{instant.Read("event_time", instant.GenesysCloud, f.EventTime, instant.RoundingUnknown)}
	e.Identity = schemas.Identity("event-fields", rec.ConversationID, f.Topic, f.EventTime, f.ParticipantID, f.SessionID, f.UserID,
		f.MediaType, f.Provider, f.Direction, f.DisconnectType, f.OrganizationID)
	return e, nil
}

func mapNotification(o schemas.Observation, rec *schemas.S3Notification) ([]schemas.Observation, error) {
	o.Source, o.Secret = schemas.SourceS3, rec.Secret
	var n s3event.Notification
	switch {
	case rec.Raw != nil:
		if err := lock(&o, rec.Raw, rec.RawSHA256); err != nil {
			return nil, err
		}
		m, err := s3event.Parse(rec.Raw)
		if err != nil {
			return nil, refused(CodeRefusedNotification, err)
		}
		if m.Test {
			return nil, &Nothing{Test: true}
		}
		if rec.Index < 0 || int(rec.Index) >= len(m.Notifications) {
			return nil, stream.Poison(CodeRefusedNotification, "index %d: the message has %d records", rec.Index, len(m.Notifications))
		}
		n = m.Notifications[rec.Index]
	case rec.Fields != nil:
		var err error
		if n, err = s3event.FromFields(rec.Fields); err != nil {
			return nil, refused(CodeRefusedNotification, err)
		}
		o.Lock = schemas.LockBrokerAppend
	default:
		return nil, stream.Poison(CodeNoContent, "neither raw nor fields")
	}
	var err error
	o.FactID, o.Object = n.Identity, &n.Fact
	if o.Entity, err = entity(n.ConversationID, rec.ConversationID, rec.SourceID, o.FactID); err != nil {
		return nil, err
	}
	o.Times, o.Labels = append(o.Times, n.Times...), labels(n.Labels)
	return []schemas.Observation{o}, nil
}

// lock compares the source's bytes with the hash taken when they arrived. A foreign producer's bytes without a hash
// are read too; their hash is taken here, and the broker's append is all that vouches for them.
func lock(o *schemas.Observation, raw []byte, want *schemas.Hash) error {
	if len(raw) > MaxRaw {
		return stream.Poison(CodeTooLarge, "raw: %d bytes; the limit is %d", len(raw), MaxRaw)
	}
	sum := schemas.Hash(sha256.Sum256(raw))
	o.RawSHA256, o.Lock = &sum, schemas.LockHash
	if want == nil {
		o.Lock = schemas.LockBrokerAppend
	} else if *want != sum {
		return stream.Poison(CodeHashMismatch, "raw is not what raw_sha256 was taken of: %x, %x", sum[:8], want[:8])
	}
	return nil
}

// entity returns the key of a fact about the conversation that the bytes name. The record's own conversation, which
// chose its raw partition, must not contradict them. A foreign producer that leaves the source id empty must not make
// one entity of all its facts: without one the fact stands alone.
func entity(conversation, recorded, sourceID string, fact schemas.Hash) (string, error) {
	if recorded != "" && recorded != conversation {
		return "", stream.Poison(CodeConversationMismatch, "/conversation_id: not the conversation that the content names")
	}
	switch {
	case conversation == "" && sourceID == "":
		return unplaced(fact), nil
	case conversation == "":
		return unplaced(sha256.Sum256([]byte(sourceID))), nil
	}
	return "conversation:" + conversation, nil
}

func unplaced(h schemas.Hash) string { return "unplaced:" + hex.EncodeToString(h[:]) }

// refused makes a dead letter of a reader's error. What strict JSON refuses has one code whoever was reading.
func refused(code string, err error) error {
	var (
		event        *genesys.Refused
		notification *s3event.Refused
		inner        string
	)
	if errors.As(err, &event) {
		inner = event.Code
	} else if errors.As(err, &notification) {
		inner = notification.Code
	}
	if strings.HasPrefix(inner, "json-") {
		code = CodeBadJSON
	}
	return stream.Poison(code, "%s: %v", inner, err)
}

// labels returns the lists as one, sorted and without repetition; never nil.
func labels(lists ...[]string) []string {
	out := append([]string{}, slices.Concat(lists...)...)
	slices.Sort(out)
	return slices.Compact(out)
}

// upper makes ASCII letters upper case, as schemas/genesys does with an event's enumerations.
func upper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

func hexOf(h *schemas.Hash) string {
	if h == nil {
		return ""
	}
	return hex.EncodeToString(h[:])
}

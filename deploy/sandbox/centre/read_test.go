package centre

import (
	"context"
	"slices"
	"testing"

	"holdfast.example/deploy/sandbox/truth"
	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/s3event"
)

// What the centre sends must be what holdfast's readers can read, down to the fields, and what it sends to be refused
// must be refused: else the demo would prove its own mistakes. This test, unlike the oracle, knows holdfast's parsers.
func TestHoldfastReadsWhatIsSent(t *testing.T) {
	for seed := range uint64(2) {
		w := Generate(seed)
		if err := Rehearse(context.Background(), w); err != nil {
			t.Fatal(err)
		}
		identities := map[schemas.Hash]bool{}
		for _, c := range w.Conversations {
			for _, e := range c.Events {
				for _, raw := range e.Deliveries {
					identities[readEvent(t, c, e, raw)] = true
				}
			}
		}
		for o := range w.Objects() {
			for i, raw := range o.Deliveries {
				id := readNotification(t, w, o, raw)
				if i == 0 && identities[id] {
					t.Errorf("%s: two objects of one identity", o.Key)
				}
				if i > 0 && !identities[id] {
					t.Errorf("%s: a repeat with an identity of its own", o.Key)
				}
				identities[id] = true
			}
			readExport(t, o)
		}
	}
}

func readEvent(t *testing.T, c *truth.Conversation, e *truth.Event, raw []byte) schemas.Hash {
	t.Helper()
	got, err := genesys.ParseEvent(raw)
	if err != nil {
		t.Fatalf("event %s: %v\n%s", e.Topic, err, raw)
	}
	want := schemas.EventFact{Topic: e.Topic, ParticipantID: e.ParticipantID, SessionID: e.SessionID, UserID: e.UserID,
		MediaType: e.MediaType, MessageType: e.MessageType, Provider: e.Provider, Direction: e.Direction,
		DisconnectType: e.DisconnectType, OrganizationID: e.OrganizationID}
	if got.Family != genesys.FamilyDetail || got.ConversationID != c.ID || got.Fact != want {
		t.Fatalf("event reads %+v, want %+v", got.Fact, want)
	}
	if got.Times[0].LoMS != e.AtMS || got.Times[0].HiMS != e.AtMS {
		t.Fatalf("event at %+v, want %d", got.Times[0], e.AtMS)
	}
	return got.Identity
}

func readNotification(t *testing.T, w *truth.World, o *truth.Object, raw []byte) schemas.Hash {
	t.Helper()
	m, err := s3event.Parse(raw)
	if err != nil || len(m.Notifications) != 1 {
		t.Fatalf("%s notification: %v, %d of them\n%s", o.Shape, err, len(m.Notifications), raw)
	}
	f := m.Notifications[0].Fact
	version := o.VersionID
	if !o.Versioned() {
		version = ""
	}
	if f.Bucket != w.Bucket || f.Key != o.Key || f.VersionID != version || f.ETag != o.ETag || f.Size != int64(len(o.Body)) ||
		f.Role != string(o.Role) || f.Action != schemas.ActionCreated {
		t.Fatalf("%s notification reads %+v of %s, %s", o.Shape, f, o.Key, version)
	}
	if o.Recording != nil && (f.RecordingID != o.Recording.ID || m.Notifications[0].ConversationID != o.Recording.Conversation.ID) {
		t.Fatalf("%s: recording %s, conversation %s", o.Key, f.RecordingID, m.Notifications[0].ConversationID)
	}
	if o.Deleted {
		d, err := s3event.Parse(o.MarkerRaw)
		if err != nil || d.Notifications[0].Fact.Action != schemas.ActionDeleteMarker {
			t.Fatalf("delete marker: %+v, %v", d, err)
		}
	}
	return m.Notifications[0].Identity
}

func readExport(t *testing.T, o *truth.Object) {
	t.Helper()
	if o.Role == truth.Listing {
		rows, err := genesys.CutManifest(o.Body)
		if err != nil || len(rows) < 30 || rows[1].Pointer != "/recordings/1" {
			t.Fatalf("manifest: %d rows, %v", len(rows), err)
		}
		for _, r := range rows {
			if _, err := genesys.ParseRow(r.Json); err != nil {
				t.Fatalf("row %s: %v", r.Pointer, err)
			}
		}
		return
	}
	if o.Export == nil {
		return
	}
	x, err := genesys.ParseMetadata(o.Body)
	if err != nil {
		t.Fatalf("metadata: %v\n%s", err, o.Body)
	}
	if x.Fact.ConversationID != o.Export.ConversationID || x.Fact.RecordingID != o.Export.RecordingID ||
		x.Fact.DurationMS != o.Export.DurationMS || !slices.Equal(x.Fact.UserIDs, o.Export.UserIDs) {
		t.Fatalf("metadata reads %+v", x.Fact)
	}
	for _, r := range x.Times {
		if r.Refused != "" {
			t.Fatalf("time %s refused: %s", r.Field, r.Refused)
		}
	}
}

// A payload that is called hostile and is then read would leave the oracle waiting for a dead letter that is not due.
func TestHoldfastRefusesTheHostile(t *testing.T) {
	for seed := range uint64(6) {
		for _, h := range Generate(seed).Hostile {
			if h.Refused {
				continue
			}
			var err error
			if h.Door == doorS3 {
				_, err = s3event.Parse(h.Body)
			} else {
				_, err = genesys.ParseEvent(h.Body)
			}
			if err == nil {
				t.Errorf("seed %d: %s by the %s is read", seed, h.Name, h.Door)
			}
		}
	}
}

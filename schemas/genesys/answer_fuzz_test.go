package genesys_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"reflect"
	"testing"
	"testing/iotest"

	"holdfast.example/schemas/genesys"
)

// Foreign bytes may not panic; what is refused says where and why; what is read by the byte is what is read by the
// block; and every id that is read is an id (G1).
func FuzzAnswers(f *testing.F) {
	files, err := filepath.Glob("testdata/answers/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no samples: ", err)
	}
	for _, file := range files {
		f.Add(answer(f, filepath.Base(file)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		both := func(one, other any, what string) {
			if !reflect.DeepEqual(one, other) {
				t.Fatalf("%s of %q: %+v; by the byte %+v", what, raw, one, other)
			}
		}
		slow := func() *bytes.Reader { return bytes.NewReader(raw) }
		var ids []string
		c, why := collect(genesys.Conversations(slow()))
		c2, why2 := collect(genesys.Conversations(iotest.OneByteReader(slow())))
		both(c, c2, "conversations")
		both(why, why2, "refusals")
		for _, one := range c {
			ids = append(ids, one.ConversationID)
			for _, s := range one.Sessions {
				ids = append(ids, s.SessionID, s.ParticipantID, s.PeerID, s.UserID)
			}
		}
		r, _ := collect(genesys.Recordings(slow()))
		for _, one := range r {
			ids = append(append(ids, one.RecordingID, one.ConversationID, one.SessionID), one.UserIDs...)
		}
		a, _ := collect(genesys.Audits(slow()))
		for _, one := range a {
			ids = append(ids, one.ID, one.EntityID, one.UserID, one.ConversationID)
		}
		j, _ := collect(genesys.Jobs(slow()))
		for _, one := range j {
			ids = append(ids, one.JobID, one.IntegrationID)
		}
		k, _ := collect(genesys.Retentions(slow()))
		for _, one := range k {
			ids = append(ids, one.ConversationID, one.RecordingID)
		}
		for _, id := range ids {
			if id != "" && !genesys.IsID(id) {
				t.Fatalf("%q: an id that is none: %q", raw, id)
			}
		}
		for _, err := range genesys.Recordings(slow()) {
			var refused *genesys.Refused
			if err != nil && (!errors.As(err, &refused) || refused.Code == "" || refused.Reason == "" || len(err.Error()) > 1024) {
				t.Fatalf("%q: %v", raw, err)
			}
		}
	})
}

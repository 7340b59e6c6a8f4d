package correlate

import (
	"maps"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream/streamtest"
)

// At stake: that the stage says anything at all. One conversation, both streams, a tick: every leaf parses, and each
// kind that should be there is.
func TestOneConversation(t *testing.T) {
	const at = int64(epoch0)
	l := newLog(t, 1)
	doc := document(t, 1, nil)
	l.add(&schemas.Regime{Document: doc})
	l.add(eventOf("c1", "customer.start", "s1", "", at+10, at))
	l.add(eventOf("c1", "user.start", "s2", "ann", at+20, at+5000))
	l.add(eventOf("c1", "user.end", "s2", "ann", at+60_000, at+59_000))
	l.add(eventOf("c1", "customer.end", "s1", "", at+60_100, at+60_000))
	media := object{conversation: "c1", recording: "r1", role: schemas.RoleMedia, version: "v1", size: 7}
	meta := object{conversation: "c1", recording: "r1", role: schemas.RoleMetadata, version: "v1", size: 9}
	l.add(media.notified(schemas.ActionCreated, at+100_000))
	l.add(meta.notified(schemas.ActionCreated, at+100_100))
	e, times := exportOfFile(schemas.FormMetadata, "c1", "r1", "s1", at+720_000, at+780_000, -1)
	l.add(meta.inspected(answer{outcome: schemas.OutcomeOK, content: "m", hold: schemas.HoldOn, mode: schemas.RetentionNone, export: e, times: times}, at+101_000))
	l.add(media.inspected(answer{outcome: schemas.OutcomeOK, content: "a", hold: schemas.HoldOn, mode: schemas.RetentionNone}, at+101_100))
	l.add(tickOf(1, at+300_000, at+290_000, 1, true))
	got, err := streamtest.Fold(specOf(t, doc), 1, l.records, selfOf)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, o := range got {
		rec, err := schemas.Decode(o.Value)
		if err != nil {
			t.Fatal(err)
		}
		switch rec := rec.(type) {
		case *schemas.CustodyRecord:
			l, err := leaf.Parse(rec.Leaf)
			if err != nil {
				t.Fatalf("%v: %s", err, rec.Leaf)
			}
			seen[l.Kind]++
		default:
			seen[o.Topic]++
		}
	}
	want := map[string]int{leaf.KindRegime: 1, leaf.KindEvent: 4, leaf.KindObject: 2, leaf.KindInspection: 2, leaf.KindLock: 2,
		leaf.KindPairing: 1, leaf.KindVerdict: 1, schemas.TopicCustodyRecords: 1 /* the marker */, schemas.TopicCustodyOpenings: 4}
	if !maps.Equal(seen, want) {
		t.Fatalf("got %v, want %v", seen, want)
	}
	checkOutputs(t, 1, got)
}

package genesys_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
)

// eventTexts draws events in any order of members and any layout, often with something wrong.
func eventTexts() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		id := rapid.SampledFrom([]string{conversation, "c", "a.b", "a.user.end", "acw", "a b", "", "%7B", `\u0063`, "customer"}).Draw(t, "id")
		name := rapid.SampledFrom(append(genesys.Topics(), "hold", "", "user", "x.acw")).Draw(t, "name")
		topicName := topicOf(id, name)
		template := rapid.SampledFrom([]string{topicOf("{id}", name), topicOf("{id}", name), topicOf("{id}", name), topicName, "x", topicOf("{id}", "acw")}).Draw(t, "template")
		inner := []string{`"topicName":"` + topicName + `"`, `"eventBody":{"conversationId":"` + id + `","eventTime":1777886830512}`, `"version":"2"`, `"timestamp":"x"`}
		text := object(t, inner)
		if rapid.Bool().Draw(t, "envelope") {
			outer := []string{`"detail-type":"` + template + `"`, `"detail":` + text, `"topicName":"` + topicOf("decoy", "acw") + `"`, `"eventBody":{}`, `"a":[{"detail-type":0}]`}
			text = object(t, outer)
		}
		b := []byte(text)
		if rapid.IntRange(0, 5).Draw(t, "break") == 0 {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "with")
		}
		return b
	})
}

// object writes some of the members, in any order.
func object(t *rapid.T, members []string) string {
	members = rapid.Permutation(members).Draw(t, "order")
	if rapid.IntRange(0, 5).Draw(t, "less") == 0 {
		members = members[1:]
	}
	return "{" + strings.Join(members, rapid.SampledFrom([]string{",", " ,\n "}).Draw(t, "comma")) + "}"
}

// agree holds G4, and that nothing but an id is ever a key.
func agree(t interface{ Fatalf(string, ...any) }, raw []byte) (ok bool) {
	id := genesys.ConversationID(raw)
	if id != "" && !genesys.IsID(id) {
		t.Fatalf("%q: the key %q is no id", raw, id)
	}
	e, err := genesys.ParseEvent(raw)
	if err != nil {
		var r *genesys.Refused
		if !errors.As(err, &r) || r.Code == "" || r.Reason == "" {
			t.Fatalf("%q: %v is no good refusal", raw, err)
		}
		return false
	}
	if e.ConversationID != id {
		t.Fatalf("%q: the event is of %q, the key of %q", raw, e.ConversationID, id)
	}
	if e.Family == genesys.FamilyDetail && (id == "" || !slices.Contains(genesys.Topics(), e.Fact.Topic) || len(e.Times) == 0) {
		t.Fatalf("%q: %+v", raw, e)
	}
	for _, s := range []string{e.OrganizationID, e.Fact.ParticipantID, e.Fact.SessionID, e.Fact.UserID} {
		if s != "" && !genesys.IsID(s) {
			t.Fatalf("%q: %q is no id", raw, s)
		}
	}
	return true
}

// The key of a raw record decides its partition. A key that disagrees with the event would put the facts of one
// conversation into two places for good.
func TestConversationIDAgrees(t *testing.T) {
	var good, bad int
	rapid.Check(t, func(t *rapid.T) {
		if agree(t, eventTexts().Draw(t, "event")) {
			good++
		} else {
			bad++
		}
	})
	if good == 0 || bad == 0 {
		t.Errorf("%d good and %d bad events: the generator tests one side only", good, bad)
	}
}

func FuzzParseEvent(f *testing.F) {
	for name, b := range bodies {
		f.Add([]byte(detailEvent(name, "{"+b.body+"}")))
	}
	f.Add([]byte(bare(topicOf("a.b", "user.end"), userEnd)))
	f.Add([]byte(`{"detail-type":"x","topicName":"` + topicOf("c", "acw") + `"}`))
	f.Fuzz(func(t *testing.T, raw []byte) { agree(t, raw) })
}

// encoding/json is how others would read the event; where both succeed they must see one conversation.
func TestAgreesWithEncodingJSON(t *testing.T) {
	type body struct {
		TopicName string `json:"topicName"`
	}
	rapid.Check(t, func(t *rapid.T) {
		raw := eventTexts().Draw(t, "event")
		e, err := genesys.ParseEvent(raw)
		if err != nil || e.Family != genesys.FamilyDetail {
			return
		}
		var d struct {
			body
			DetailType *string `json:"detail-type"`
			Detail     body    `json:"detail"`
		}
		if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&d); err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		got := d.TopicName
		if d.DetailType != nil {
			got = d.Detail.TopicName
		}
		if want := topicOf(e.ConversationID, e.Fact.Topic); got != want {
			t.Fatalf("%q: topic %q, want %q", raw, got, want)
		}
	})
}

func BenchmarkParseEvent(b *testing.B) {
	raw := []byte(detailEvent("user.end", userEnd))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := genesys.ParseEvent(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkConversationID(b *testing.B) {
	raw := []byte(detailEvent("user.end", userEnd))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if genesys.ConversationID(raw) != conversation {
			b.Fatal("another id")
		}
	}
}

func ExampleParseEvent() {
	e, err := genesys.ParseEvent([]byte(`{"topicName":"v2.detail.events.conversation.c1.user.end",
		"eventBody":{"conversationId":"c1","eventTime":1777886830512,"userId":"u1","disconnectType":"transfer"}}`))
	fmt.Println(e.ConversationID, e.Fact.Topic, e.Fact.DisconnectType, instant.Format(e.Times[0].LoMS), err)
	// Output: c1 user.end TRANSFER 2026-05-04T09:27:10.512Z <nil>
}

package audit

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"holdfast.example/schemas"
)

// Which raw records may make no observation. It is decided here from the public shape of the messages (the Genesys Cloud
// notification topics and Amazon's message formats), not by the readers of the pipeline.

const detailTopic = "v2.detail.events.conversation."

// detailEvents are the conversation detail events that Genesys Cloud lists.
var detailEvents = []string{
	"acd.end", "acd.start", "acw", "attributes", "contact", "customer.end", "customer.start", "flow.end", "flow.outcome",
	"flow.start", "outbound", "user.end", "user.start", "voicemail.end", "voicemail.start", "wrapup",
}

// eventOfNobody says that a record holds an event of another family than the conversation details.
func eventOfNobody(rec *schemas.ConversationEvent) bool {
	if rec.Raw == nil {
		return rec.Fields != nil && !slices.Contains(detailEvents, rec.Fields.Topic)
	}
	top := object(rec.Raw)
	if top == nil {
		return false
	}
	detailType, enveloped := top["detail-type"]
	inner := top
	if enveloped {
		inner = object(top["detail"])
	}
	if inner["topicName"] == nil && !enveloped {
		return false
	}
	rest, ok := strings.CutPrefix(text(inner["topicName"]), detailTopic)
	if !ok {
		return true
	}
	for _, name := range detailEvents {
		if id, ok := strings.CutSuffix(rest, "."+name); ok && id != "" {
			return enveloped && text(detailType) != detailTopic+"{id}."+name
		}
	}
	return true
}

// testMessage says that a queue message is what S3 sends to a queue that is being configured.
func testMessage(raw []byte, wrapped bool) bool {
	top := object(raw)
	switch {
	case top == nil, top["Records"] != nil, top["detail-type"] != nil:
		return false
	case top["Type"] != nil && top["Message"] != nil:
		return !wrapped && text(top["Type"]) == "Notification" && testMessage([]byte(text(top["Message"])), true)
	}
	return text(top["Event"]) == "s3:TestEvent"
}

// object reads a JSON object; nil where it is none, or one in which a name comes twice.
func object(b []byte) map[string]json.RawMessage {
	var out map[string]json.RawMessage
	if !utf8.Valid(b) || json.Unmarshal(b, &out) != nil || !unique(json.NewDecoder(bytes.NewReader(b))) {
		return nil
	}
	return out
}

// unique says that no name comes twice in any object of the value, however it is cased.
func unique(d *json.Decoder) bool {
	t, err := d.Token()
	if err != nil {
		return false
	}
	switch t {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			name, err := d.Token()
			s, _ := name.(string)
			s = strings.ToLower(s)
			if err != nil || seen[s] || !unique(d) {
				return false
			}
			seen[s] = true
		}
	case json.Delim('['):
		for d.More() {
			if !unique(d) {
				return false
			}
		}
	default:
		return true
	}
	_, err = d.Token()
	return err == nil
}

func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

package genesys_test

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
)

const (
	sampleOrg          = "32aa07aa-db1b-4987-abd0-9483601ec29d"
	sampleConversation = "2f7bf00a-0fc2-4d6a-9b56-92238191433e"
)

func hash(s string) (h schemas.Hash) {
	if n, err := hex.Decode(h[:], []byte(s)); err != nil || n != len(h) {
		panic("no hash: " + s)
	}
	return h
}

// at is a reading of exactly one millisecond in UTC.
func at(field string, clock instant.Clock, ms int64, text string) schemas.Reading {
	return schemas.Reading{Field: field, Clock: string(clock), LoMS: ms, HiMS: ms, Zone: "UTC", Text: text}
}

func customer(topic string) schemas.EventFact {
	return schemas.EventFact{
		Topic:          topic,
		ParticipantID:  "9fb2ca78-8389-4758-b76a-9b0300de1fce",
		SessionID:      "c03d300e-fa79-4353-9695-b97a71322785",
		MediaType:      "CHAT",
		Provider:       "PureCloud Webchat v2",
		Direction:      "INBOUND",
		OrganizationID: sampleOrg,
	}
}

// samples is what the five events that Genesys publishes say, written by hand from their texts; the identities were
// computed by another program from the rule in ParseEvent's comment.
var samples = map[string]genesys.Event{
	"aws-event-bridge-conversation-start-event.json": {
		Family:         genesys.FamilyDetail,
		ConversationID: sampleConversation,
		OrganizationID: sampleOrg,
		Identity:       hash("c47ae41995b6c294124edd9bd3686e4086f8316d517f3edf1b73e97b4a1d848b"),
		Fact:           customer("customer.start"),
		Times: []schemas.Reading{
			at("eventTime", instant.GenesysCloud, 1649237444949, "1649237444949"),
			at("detail.timestamp", instant.GenesysCloud, 1649237445013, "2022-04-06T09:30:45.013Z"),
			{Field: "time", Clock: string(instant.EventBridge), LoMS: 1649237445000, HiMS: 1649237445999, Zone: "UTC", Text: "2022-04-06T09:30:45Z"},
		},
	},
	// The envelope's time is two months after the event's; detail.timestamp, though, is a minute before it.
	"aws-event-bridge-conversation-end-event.json": {
		Family:         genesys.FamilyDetail,
		ConversationID: sampleConversation,
		OrganizationID: sampleOrg,
		Identity:       hash("840dfe940b6238ca6024eb240ed4bc86cefdd6a730a41cbddafd1ab32660df2e"),
		Fact:           customer("customer.end"),
		Times:          endTimes,
		Labels:         []string{schemas.LabelEnvelopeApart},
	},
	// The same event but for the external contact: another body, so another identity.
	"aws-event-bridge-conversation-end-event-no-external-contact-id.json": {
		Family:         genesys.FamilyDetail,
		ConversationID: sampleConversation,
		OrganizationID: sampleOrg,
		Identity:       hash("e581230a72390dca40eb8e5db65a23ebc660830235e6e544c676a298ad3e58aa"),
		Fact:           customer("customer.end"),
		Times:          endTimes,
		Labels:         []string{schemas.LabelEnvelopeApart},
	},
	// topicName says customer.start of a conversation, detail-type says it is something else: topic and template do not
	// agree, so it is not about the conversation.
	"aws-event-bridge-non-conversation-event.json": {
		Family:         genesys.FamilyOther,
		OrganizationID: sampleOrg,
		Identity:       hash("e8948d05d9901087a95e4f0bd622da01a3e08bce35913ac1d697022182dfe725"),
		Fact:           schemas.EventFact{OrganizationID: sampleOrg},
	},
	// An audit message: its eventTime is when it was logged, 272 s after the deletion it tells of, and an ISO text.
	"audit-oauth-client-delete.json": {
		Family:         genesys.FamilyAudit,
		OrganizationID: "23faea37-1117-4c0a-88a2-572c46780b03",
		Identity:       hash("b2b6f0d38b5c951b4542e8090e68264e4f8a3c7277b4887ce140183c86432a49"),
		Fact:           schemas.EventFact{OrganizationID: "23faea37-1117-4c0a-88a2-572c46780b03"},
		Times: []schemas.Reading{
			at("eventTime", instant.Audit, 1622454565000, "2021-05-31T09:49:25.000Z"),
			at("detail.timestamp", instant.GenesysCloud, 1622454566031, "2021-05-31T09:49:26.031Z"),
			{Field: "time", Clock: string(instant.EventBridge), LoMS: 1622454566000, HiMS: 1622454566999, Zone: "UTC", Text: "2021-05-31T09:49:26Z"},
		},
	},
}

var endTimes = []schemas.Reading{
	at("eventTime", instant.GenesysCloud, 1649237504949, "1649237504949"),
	at("detail.timestamp", instant.GenesysCloud, 1649237445013, "2022-04-06T09:30:45.013Z"),
	at("time", instant.EventBridge, 1655223131000, "2022-06-14T16:12:11.000Z"),
}

// The only events here that nobody of us wrote. What they say is the ground the reader stands on.
func TestSamples(t *testing.T) {
	for name, want := range samples {
		raw, err := os.ReadFile(filepath.Join("testdata", "genesys", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := genesys.ParseEvent(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
		if id := genesys.ConversationID(raw); id != want.ConversationID {
			t.Errorf("%s: ConversationID is %q", name, id)
		}
	}
	if files, _ := filepath.Glob("testdata/genesys/*.json"); len(files) != len(samples) {
		t.Errorf("%d files, %d written down", len(files), len(samples))
	}
}

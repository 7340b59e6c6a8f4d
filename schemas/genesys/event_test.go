package genesys_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
)

const (
	org          = "11111111-2222-4333-8444-555555555555"
	conversation = "c0ffee00-0000-4000-8000-000000000001"
	userEnd      = `{"eventTime":1777886830512,"conversationId":"c0ffee00-0000-4000-8000-000000000001","participantId":"a0000000-0000-4000-8000-00000000000a","sessionId":"50000000-0000-4000-8000-00000000000a","disconnectType":"TRANSFER","mediaType":"MESSAGE","provider":"PureCloud Messaging","direction":"INBOUND","messageType":"WEBMESSAGING","userId":"e0000000-0000-4000-8000-00000000000a","divisionId":"d0000000-0000-4000-8000-000000000001","queueId":"90000000-0000-4000-8000-000000000001","interactingDurationMs":694262,"alertingDurationMs":0,"heldDurationMs":0}`
)

// topicOf is the topic of a conversation detail event, with an id or with {id}.
func topicOf(id, name string) string { return "v2.detail.events.conversation." + id + "." + name }

func envelope(topicName, detailType, body string) string {
	return `{"version":"0","id":"5d0f1c1e-8a55-4b0f-9a41-1d1f5a9e0001","detail-type":"` + detailType +
		`","source":"aws.partner/genesys.com/cloud/` + org + `/custody","account":"123456789012","time":"2026-05-04T09:27:10Z",` +
		`"region":"eu-west-2","resources":[],"detail":{"topicName":"` + topicName + `","version":"2","eventBody":` + body +
		`,"metadata":{"CorrelationId":"7e3b6c0a-2c5c-4a0e-8a41-9b9f0f4c2a10"},"timestamp":"2026-05-04T09:27:10.588Z"}}`
}

func detailEvent(name, body string) string {
	return envelope(topicOf(conversation, name), topicOf("{id}", name), body)
}

func bare(topicName, body string) string {
	return `{"topicName":"` + topicName + `","version":"2","eventBody":` + body + `,"metadata":{},"timestamp":"2026-05-04T09:27:10.588Z"}`
}

// bodies holds, for each of the 16 topics, a body with every field the platform documents for it, and what of it is in
// the fact. Durations, queues and notes are not.
var bodies = map[string]struct {
	body string
	fact schemas.EventFact
}{
	"customer.start":  {common + `,"externalOrganizationId":"x1","externalContactId":"x2","divisionId":"d1","journeyContext":{"sessionId":"j1","sessionIdType":"web","actionId":"j2","actionMapId":"j3"}`, commonFact("", "")},
	"customer.end":    {common + `,"externalContactId":"x2","disconnectType":"peer","interactingDurationMs":60000,"divisionId":"d1"`, commonFact("", "PEER")},
	"user.start":      {common + `,"userId":"u1","divisionId":"d1","queueId":"q1"`, commonFact("u1", "")},
	"user.end":        {common + `,"userId":"u1","divisionId":"d1","queueId":"q1","disconnectType":"CONSULT_TRANSFER","interactingDurationMs":1,"heldDurationMs":2,"alertingDurationMs":3,"contactingDurationMs":4,"dialingDurationMs":5,"callbackDurationMs":6`, commonFact("u1", "CONSULT_TRANSFER")},
	"acd.start":       {common + `,"queueId":"q1","divisionId":"d1","routingPriority":1,"requestedRoutingSkillIds":["s1"],"skillExpressionApplied":false`, commonFact("", "")},
	"acd.end":         {common + `,"queueId":"q1","divisionId":"d1","disconnectType":"TIMEOUT","acdOutcome":"ANSWERED","answeredUserId":"u9","requestedRoutings":["STANDARD"],"usedRouting":"STANDARD","requestedRoutingSkillIds":[],"requestedSkillExpressionIds":[],"requestedLanguageId":"l1","requestedRoutingUserIds":["u8"],"routingPriority":0,"connectedDurationMs":12,"flowType":"INBOUNDSHORTMESSAGE"`, commonFact("", "TIMEOUT")},
	"acw":             {common + `,"userId":"u1","queueId":"q1","wrapupCode":"w1","wrapupNotes":"note","wrapupDurationMs":3000`, commonFact("u1", "")},
	"wrapup":          {common + `,"queueId":"q1","wrapupCode":"w1","wrapupNotes":"note","wrapupDurationMs":3000`, commonFact("", "")},
	"flow.start":      {common + `,"flowType":"INBOUNDCALL","flowId":"f1","divisionId":"d1","flowVersion":"3.0"`, commonFact("", "")},
	"flow.end":        {common + `,"flowType":"INBOUNDCALL","flowId":"f1","divisionId":"d1","flowVersion":"3.0","disconnectType":"transport_failure","connectedDurationMs":9,"exitReason":"TRANSFER","transferType":"ACD"`, commonFact("", "TRANSPORT_FAILURE")},
	"flow.outcome":    {common + `,"flowOutcome":"o1"`, commonFact("", "")},
	"outbound":        {common + `,"campaignId":"c1"`, commonFact("", "")},
	"voicemail.start": {common + `,"userId":"u1"`, commonFact("u1", "")},
	"voicemail.end":   {common + `,"userId":"u1","disconnectType":"ENDPOINT"`, commonFact("u1", "ENDPOINT")},
	"contact":         {common + `,"externalContactId":"x2","externalOrganizationId":null,"divisionId":"d1"`, commonFact("", "")},
	"attributes":      {`"eventTime":1777886830512,"conversationId":"` + conversation + `","participantId":"p1","attributes":{"sessionId":"not ours","A b":"c"},"communications":[{"sessionId":"nor this"}]`, schemas.EventFact{ParticipantID: "p1", OrganizationID: org}},
}

const common = `"eventTime":1777886830512,"conversationId":"` + conversation + `","participantId":"p1","sessionId":"s1","mediaType":"message","provider":"PureCloud Messaging","direction":"Inbound","ani":"tel:+441","dnis":"tel:+442","addressTo":"a","addressFrom":"b","callbackUserName":"n","callbackNumbers":["+443"],"callbackScheduledTime":1777886830513,"subject":"s","messageType":"webmessaging","conversationExternalContactIds":["x"],"conversationExternalOrganizationIds":[],"utilizationLabel":"l"`

func commonFact(user, disconnect string) schemas.EventFact {
	return schemas.EventFact{ParticipantID: "p1", SessionID: "s1", UserID: user, MediaType: "MESSAGE", MessageType: "WEBMESSAGING", Provider: "PureCloud Messaging", Direction: "INBOUND", DisconnectType: disconnect, OrganizationID: org}
}

// Every topic the platform has, through both doors: an event that only one door knows is half a custody chain.
func TestEveryTopic(t *testing.T) {
	if len(bodies) != 16 || len(genesys.Topics()) != 16 || !slices.IsSorted(genesys.Topics()) {
		t.Fatalf("%d bodies for %v", len(bodies), genesys.Topics())
	}
	times := []schemas.Reading{
		at("eventTime", instant.GenesysCloud, 1777886830512, "1777886830512"),
		at("detail.timestamp", instant.GenesysCloud, 1777886830588, "2026-05-04T09:27:10.588Z"),
		{Field: "time", Clock: string(instant.EventBridge), LoMS: 1777886830000, HiMS: 1777886830999, Zone: "UTC", Text: "2026-05-04T09:27:10Z"},
	}
	for _, name := range genesys.Topics() {
		body := "{" + bodies[name].body + "}"
		got, err := genesys.ParseEvent([]byte(detailEvent(name, body)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := genesys.Event{Family: genesys.FamilyDetail, ConversationID: conversation, OrganizationID: org, Identity: got.Identity, Fact: bodies[name].fact, Times: times}
		want.Fact.Topic = name
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
		hook, err := genesys.ParseEvent([]byte(bare(topicOf(conversation, name), body)))
		want.OrganizationID, want.Fact.OrganizationID, want.Times = "", "", times[:2]
		if err != nil || !reflect.DeepEqual(hook, want) {
			t.Errorf("%s as a webhook body: %v\n got %+v\nwant %+v", name, err, hook, want)
		}
	}
}

// What is none of ours passes without an error: a dead letter for each presence event would bury the real ones.
func TestOtherEvents(t *testing.T) {
	for _, tt := range []struct{ name, text, conversation string }{
		{"detail event of a name not known yet", detailEvent("user.pause", `{"eventTime":1,"conversationId":"`+conversation+`"}`), conversation},
		{"the same as a webhook body", bare(topicOf(conversation, "hold"), `{}`), conversation},
		{"a name that only ends like one of ours", bare(topicOf("c", "xacw"), `{"conversationId":"c"}`), "c"},
		{"transcription", envelope("v2.conversations."+conversation+".transcription", "v2.conversations.{id}.transcription", `{"eventTime":"2026-05-04T09:27:10.588Z"}`), ""},
		{"presence", envelope("v2.users.u1.presence", "v2.users.{id}.presence", `{}`), ""},
		{"template of another topic", envelope(topicOf(conversation, "user.end"), topicOf("{id}", "user.start"), userEnd), ""},
		{"template with the id in it", envelope(topicOf(conversation, "user.end"), topicOf(conversation, "user.end"), userEnd), ""},
		{"audit under another template", envelope("v2.audits.entitytype.X.entityid.Y", "v2.audits.entitytype.{id}", `{}`), ""},
		{"S3 through EventBridge", `{"version":"0","id":"17","detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"hold-bucket"}}}`, ""},
		{"envelope without a detail", `{"detail-type":"v2.users.{id}.presence"}`, ""},
		{"id that is none", bare("v2.detail.events.conversation.a b.hold", `{}`), ""},
	} {
		e, err := genesys.ParseEvent([]byte(tt.text))
		if err != nil || e.Family != genesys.FamilyOther || e.ConversationID != tt.conversation || e.Times != nil || e.Fact.Topic != "" {
			t.Errorf("%s: %+v, %v", tt.name, e, err)
		}
		if id := genesys.ConversationID([]byte(tt.text)); id != tt.conversation {
			t.Errorf("%s: ConversationID is %q", tt.name, id)
		}
	}
}

// Each refusal by its code and place: they are what an operator sees of a poisoned event.
func TestEventsRefused(t *testing.T) {
	body := func(s string) string { return detailEvent("user.end", `{"conversationId":"`+conversation+`",`+s+`}`) }
	for _, tt := range []struct{ text, code, pointer string }{
		{``, "json-syntax", ""},
		{detailEvent("user.end", userEnd) + "x", "json-trailing", ""},
		{body(`"ConversationID":"other"`), "json-duplicate", "/detail/eventBody/ConversationID"},
		{body(`"a":"\ud800"`), "json-surrogate", "/detail/eventBody/a"},
		{body("\"a\":\"\xff\""), "json-utf8", "/detail/eventBody/a"},
		{body(`"a":` + strings.Repeat("[", 70) + strings.Repeat("]", 70)), "json-depth", "/detail/eventBody/a" + strings.Repeat("/0", 61)},
		{body(`"a":"` + strings.Repeat("x", genesys.MaxEvent) + `"`), "json-size", ""},
		{`{}`, genesys.CodeShape, ""},
		{`[]`, genesys.CodeShape, ""},
		{`"v2"`, genesys.CodeShape, ""},
		{`{"topicname":"` + topicOf(conversation, "user.end") + `","eventBody":` + userEnd + `}`, genesys.CodeShape, ""},
		{`{"detail-type":7,"detail":{}}`, genesys.CodeType, "/detail-type"},
		{`{"detail-type":"x","source":[]}`, genesys.CodeType, "/source"},
		{`{"topicName":7}`, genesys.CodeType, "/topicName"},
		{detailEvent("user.end", `[]`), genesys.CodeType, "/detail/eventBody"},
		{detailEvent("user.end", `null`), genesys.CodeType, "/detail/eventBody"},
		{bare("v2.audits.entitytype.X.entityid.Y", `"x"`), genesys.CodeType, "/eventBody"},
		{bare(topicOf("a b", "user.end"), `{"conversationId":"a b"}`), genesys.CodeID, "/topicName"},
		{bare(topicOf(strings.Repeat("c", 129), "user.end"), `{}`), genesys.CodeID, "/topicName"},
		{bare(topicOf("other", "user.end"), userEnd), genesys.CodeConversation, "/eventBody/conversationId"},
		{detailEvent("user.end", `{"eventTime":1}`), genesys.CodeConversation, "/detail/eventBody/conversationId"},
		{detailEvent("user.end", `{"conversationid":"`+conversation+`"}`), genesys.CodeConversation, "/detail/eventBody/conversationId"},
		{bare(topicOf(conversation, "user.end"), `{"conversationId":"C0FFEE00-0000-4000-8000-000000000001"}`), genesys.CodeConversation, "/eventBody/conversationId"},
		{body(`"participantId":"a/b"`), genesys.CodeID, "/detail/eventBody/participantId"},
		{body(`"sessionId":"a\u0000b"`), genesys.CodeID, "/detail/eventBody/sessionId"},
		{body(`"userId":"ü"`), genesys.CodeID, "/detail/eventBody/userId"},
		{body(`"userId":7`), genesys.CodeType, "/detail/eventBody/userId"},
		{body(`"mediaType":["MESSAGE"]`), genesys.CodeType, "/detail/eventBody/mediaType"},
		{body(`"direction":"` + strings.Repeat("d", 129) + `"`), genesys.CodeTooLong, "/detail/eventBody/direction"},
	} {
		_, err := genesys.ParseEvent([]byte(tt.text))
		refused(t, tt.text, err, tt.code, tt.pointer)
	}
}

func refused(t *testing.T, text string, err error, code, pointer string) {
	t.Helper()
	var r *genesys.Refused
	if !errors.As(err, &r) || r.Code != code || r.Pointer != pointer || r.Reason == "" {
		t.Errorf("%.100q:\n got %+v\nwant %s in %q", text, err, code, pointer)
	}
}

// A time that cannot be read is evidence of its own; the event around it still says who left when.
func TestUnreadableTimesKeepTheEvent(t *testing.T) {
	for _, tt := range []struct{ value, text string }{
		{`null`, ``}, {`"soon"`, `soon`}, {`1777886830.512`, `1777886830.512`}, {`{"a":1}`, `{"a":1}`}, {`1777886830`, `1777886830`}, {`true`, `true`}, {`-0`, `-0`},
	} {
		e, err := genesys.ParseEvent([]byte(bare(topicOf("c", "acw"), `{"conversationId":"c","eventTime":`+tt.value+`}`)))
		if err != nil || len(e.Times) != 2 {
			t.Errorf("%s: %+v, %v", tt.value, e, err)
			continue
		}
		if r := e.Times[0]; r.Field != "eventTime" || r.Refused == "" || r.HiMS >= r.LoMS || r.Text != tt.text {
			t.Errorf("%s: %+v", tt.value, r)
		}
	}
	e, err := genesys.ParseEvent([]byte(bare(topicOf("c", "acw"), `{"conversationId":"c","eventTime":"2026-05-04T09:27:10.512+0000"}`)))
	if err != nil || e.Times[0].LoMS != 1777886830512 || e.Times[0].HiMS != 1777886830512 {
		t.Errorf("ISO text in a detail event: %+v, %v", e, err)
	}
}

// The label must not depend on which side of the event the envelope lies, nor be given to an honest second.
func TestEnvelopeApart(t *testing.T) {
	for envelopeTime, want := range map[string]bool{
		"2026-05-04T09:27:10Z": false, "2026-05-04T09:28:10Z": false, "2026-05-04T09:28:11Z": true,
		"2026-05-04T09:26:10Z": false, "2026-05-04T09:26:09Z": true, "2026-07-04T09:27:10Z": true, "never": false,
	} {
		text := strings.Replace(detailEvent("user.end", userEnd), "2026-05-04T09:27:10Z", envelopeTime, 1)
		e, err := genesys.ParseEvent([]byte(text))
		if err != nil || slices.Contains(e.Labels, schemas.LabelEnvelopeApart) != want {
			t.Errorf("%s: labels %v, %v", envelopeTime, e.Labels, err)
		}
	}
}

// It is measured from the event's own time, and from the time of publishing only where that cannot be read.
func TestEnvelopeApartFrom(t *testing.T) {
	for _, tt := range []struct {
		eventTime, envelopeTime string
		want                    bool
	}{
		{"1777880000000", "2026-05-04T09:27:10Z", true},
		{`"soon"`, "2026-05-04T09:27:10Z", false},
		{`"soon"`, "2026-05-04T09:37:10Z", true},
	} {
		text := strings.NewReplacer("1777886830512", tt.eventTime, "2026-05-04T09:27:10Z", tt.envelopeTime).Replace(detailEvent("user.end", userEnd))
		e, err := genesys.ParseEvent([]byte(text))
		if err != nil || slices.Contains(e.Labels, schemas.LabelEnvelopeApart) != tt.want {
			t.Errorf("%+v: labels %v, %v", tt, e.Labels, err)
		}
	}
}

// The alphabet of ids is what keeps keys, pointers and leaves free of foreign text: byte by byte, with both ends.
func TestIsID(t *testing.T) {
	for c := range 256 {
		want := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-", byte(c)) >= 0
		if genesys.IsID("a"+string([]byte{byte(c)})) != want {
			t.Errorf("byte %#x: want %v", c, want)
		}
	}
	if genesys.IsID("") || !genesys.IsID(strings.Repeat("a", 128)) || genesys.IsID(strings.Repeat("a", 129)) {
		t.Error("an id has 1 to 128 bytes")
	}
}

// The source names the organisation, or nobody does: never a part of a text of another shape.
func TestOrganization(t *testing.T) {
	for source, want := range map[string]string{
		"aws.partner/genesys.com/cloud/o1/custody": "o1", "aws.partner/genesys.com.test/cloud/o1/x/y": "o1", "aws.partner/genesys.com/cloud/o1": "o1",
		"aws.partner/genesys.com/cloud//x": "", "aws.partner/genesys.com.evil/cloud/o1/x": "", "aws.partner/genesys.comx/cloud/o1/x": "",
		"aws.s3": "", "x/aws.partner/genesys.com/cloud/o1/x": "", "aws.partner/genesys.com/cloud/o 1/x": "", "": "",
	} {
		e, err := genesys.ParseEvent([]byte(`{"detail-type":"x","source":"` + source + `"}`))
		if err != nil || e.OrganizationID != want || e.Fact.OrganizationID != want {
			t.Errorf("%q: %+v, %v", source, e, err)
		}
	}
}

// A redelivery has a new envelope; a second event of the same millisecond has another body. If the first changed the
// identity, every duplicate would be a second leaf; if the second did not, a fact would be lost.
func TestIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(genesys.Topics()).Draw(t, "topic")
		body := "{" + bodies[name].body + "}"
		first := parse(t, detailEvent(name, body))
		digits := rapid.StringMatching(`[0-9]{2}`)
		again := strings.NewReplacer("5d0f1c1e", "5d0f1c"+digits.Draw(t, "id"), "09:27:10Z", "09:"+digits.Draw(t, "time")+":10Z",
			"7e3b6c0a", "7e3b6c"+digits.Draw(t, "correlation"), "09:27:10.588Z", "09:27:"+digits.Draw(t, "timestamp")+".588Z").Replace(detailEvent(name, body))
		if e := parse(t, again); e.Identity != first.Identity || e.ConversationID != first.ConversationID {
			t.Fatalf("a redelivery has another identity:\n%s", again)
		}
		if e := parse(t, bare(topicOf(conversation, name), body)); e.Identity != first.Identity {
			t.Fatal("the other door gives another identity")
		}
		i := rapid.IntRange(1, len(body)-1).Draw(t, "space")
		changed := body[:i] + " " + body[i:]
		if e, err := genesys.ParseEvent([]byte(detailEvent(name, changed))); err == nil && e.Identity == first.Identity {
			t.Fatalf("other bytes, same identity: %s", changed)
		}
	})
}

func parse(t interface{ Fatalf(string, ...any) }, text string) genesys.Event {
	e, err := genesys.ParseEvent([]byte(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return e
}

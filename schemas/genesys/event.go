package genesys

import (
	"crypto/sha256"
	"io"
	"iter"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/strictjson"
)

// EnvelopeApartMS is how far, in ms, an envelope's time may lie from the event's own before the event is labelled
// envelope-apart. The two are less than a second apart when an event is published as it happens; an envelope that lies
// further off is a replay, a test or a clock to look at, and its time must not be taken for the event's.
const EnvelopeApartMS = 60_000

// Event is one event as its text says.
type Event struct {
	Family         string            // FamilyDetail, FamilyAudit, FamilyOther
	ConversationID string            // empty: the event names none
	OrganizationID string            // from the envelope's source; empty: it names none
	Identity       schemas.Hash      // equal for every delivery of the same event
	Fact           schemas.EventFact // of family detail; of the others only OrganizationID
	Times          []schemas.Reading // eventTime, detail.timestamp, time, those that are there; none of family other
	Labels         []string          // schemas.LabelEnvelopeApart or none
}

// parts are the members of an event that say what it is, as they stand; nil: absent.
type parts struct {
	enveloped                    bool // there is a detail-type: an EventBridge envelope
	detailType, source, time     []byte
	topicName, body, publishedAt []byte
}

func readParts(raw []byte) parts {
	var p, bare parts
	var detail []byte
	for key, value := range strictjson.Members(raw) {
		switch string(key) {
		case "detail-type":
			p.enveloped, p.detailType = true, value
		case "source":
			p.source = value
		case "time":
			p.time = value
		case "detail":
			detail = value
		default:
			bare.take(key, value)
		}
	}
	if !p.enveloped {
		return bare
	}
	for key, value := range strictjson.Members(detail) {
		p.take(key, value)
	}
	return p
}

func (p *parts) take(key, value []byte) {
	switch string(key) {
	case "topicName":
		p.topicName = value
	case "eventBody":
		p.body = value
	case "timestamp":
		p.publishedAt = value
	}
}

// ParseEvent reads an EventBridge envelope, or the bare body {topicName, eventBody, ...} of a webhook, of at most
// MaxEvent bytes. An event of family other is no error: it says that there is nothing here for the custody record.
// Errors are *Refused.
//
// Identity is SHA-256 over six parts, each after its length in bytes as eight bytes, big-endian: topicName, conversation
// id, participant id, session id (each decoded; empty if absent), eventTime (decoded if a string, else as it stands),
// and the 32 bytes SHA-256 of eventBody as it stands. Envelope id, correlation id and envelope times are not in it: they
// are new with every delivery. Of family other the ids are empty where the topic names none; without an eventBody the
// last part is SHA-256 of the whole text.
func ParseEvent(raw []byte) (Event, error) {
	if err := check(raw, MaxEvent); err != nil {
		return Event{}, err
	}
	p := readParts(raw)
	at := ""
	if p.enveloped {
		at = "/detail"
	}
	topicName, err := anyText(p.topicName, at, "topicName")
	if err != nil {
		return Event{}, err
	}
	if p.topicName == nil && !p.enveloped {
		return Event{}, refuse(CodeShape, "", "no event: neither detail-type of an envelope nor topicName of a webhook body")
	}
	detailType, err := anyText(p.detailType, "", "detail-type")
	if err != nil {
		return Event{}, err
	}
	source, err := anyText(p.source, "", "source")
	if err != nil {
		return Event{}, err
	}
	family, id, name := classify(topicName, detailType, p.enveloped)
	e := Event{Family: family, OrganizationID: organization(source)}
	e.Fact.OrganizationID = e.OrganizationID
	if family == FamilyOther {
		if IsID(id) {
			e.ConversationID = id
		}
		e.Identity = identity(topicName, e.ConversationID, "", "", "", p.bodyOr(raw))
		return e, nil
	}
	if strictjson.KindOf(p.body) != strictjson.Object {
		return Event{}, refuse(CodeType, at+"/eventBody", "want an object")
	}
	clock := instant.Audit
	if family == FamilyDetail {
		if !IsID(id) {
			return Event{}, refuse(CodeID, at+"/topicName", "the conversation in it is no id: want 1 to %d of A-Z a-z 0-9 _ . : -", MaxID)
		}
		clock = instant.GenesysCloud
		e.ConversationID = id
		e.Fact.Topic = name
		if err := e.readBody(p.body, at+"/eventBody"); err != nil {
			return Event{}, err
		}
	}
	value, _ := strictjson.Get(p.body, "eventTime")
	eventTime := timeText(value)
	e.readTimes(&p, eventTime, clock)
	e.Identity = identity(topicName, e.ConversationID, e.Fact.ParticipantID, e.Fact.SessionID, eventTime, p.body)
	return e, nil
}

// Events reads a file of events: one, an array, an object that holds them in one of lists, or one on each line. An error
// of one event, a *Refused whose pointer names it, does not end the sequence.
func Events(r io.Reader, lists ...string) iter.Seq2[Event, error] {
	return answers(r, MaxEvent, "", lists, ParseEvent)
}

func (p *parts) bodyOr(raw []byte) []byte {
	if p.body != nil {
		return p.body
	}
	return raw
}

// readBody reads the fields of a detail event. Durations are left out: they are the platform's arithmetic, not times.
func (e *Event) readBody(body []byte, at string) error {
	var conversation string
	for key, value := range strictjson.Members(body) {
		var err error
		switch string(key) {
		case "conversationId":
			conversation, err = anyText(value, at, "conversationId")
		case "participantId":
			e.Fact.ParticipantID, err = idText(value, at, "participantId")
		case "sessionId":
			e.Fact.SessionID, err = idText(value, at, "sessionId")
		case "userId":
			e.Fact.UserID, err = idText(value, at, "userId")
		case "mediaType":
			e.Fact.MediaType, err = enumText(value, at, "mediaType")
		case "messageType":
			e.Fact.MessageType, err = enumText(value, at, "messageType")
		case "direction":
			e.Fact.Direction, err = enumText(value, at, "direction")
		case "disconnectType":
			e.Fact.DisconnectType, err = enumText(value, at, "disconnectType")
		case "provider":
			e.Fact.Provider, err = shortText(value, at, "provider")
		}
		if err != nil {
			return err
		}
	}
	if conversation != e.ConversationID {
		return refuse(CodeConversation, at+"/conversationId", "not the conversation that topicName names")
	}
	return nil
}

// readTimes reads the event's three times. A body without an eventTime gets a reading that says so.
func (e *Event) readTimes(p *parts, eventTime string, clock instant.Clock) {
	e.Times = make([]schemas.Reading, 0, 3)
	own := instant.Read("eventTime", clock, eventTime, instant.RoundingUnknown)
	e.Times = append(e.Times, own)
	if text := timeText(p.publishedAt); text != "" {
		published := instant.Read("detail.timestamp", instant.GenesysCloud, text, instant.RoundingUnknown)
		e.Times = append(e.Times, published)
		if own.Refused != "" {
			own = published
		}
	}
	if text := timeText(p.time); text != "" {
		envelope := instant.Read("time", instant.EventBridge, text, instant.Truncated)
		e.Times = append(e.Times, envelope)
		if own.Refused == "" && envelope.Refused == "" {
			a, b := instant.Interval{Lo: own.LoMS, Hi: own.HiMS}, instant.Interval{Lo: envelope.LoMS, Hi: envelope.HiMS}
			if a.Minus(b).Dist() > EnvelopeApartMS {
				e.Labels = []string{schemas.LabelEnvelopeApart}
			}
		}
	}
}

func identity(topicName, conversation, participant, session, eventTime string, body []byte) schemas.Hash {
	sum := sha256.Sum256(body)
	return schemas.Identity(topicName, conversation, participant, session, eventTime, string(sum[:]))
}

// ConversationID returns the conversation a raw event is about, for a record's key: without the strict pass, so that
// capture, which judges nothing, can afford it. Wherever ParseEvent succeeds it is that Event's ConversationID; of other
// bytes it is an id they happen to show, or empty.
func ConversationID(raw []byte) string {
	p := readParts(raw)
	topicName, ok := strictjson.Text(p.topicName)
	if !ok {
		return ""
	}
	detailType, _ := strictjson.Text(p.detailType)
	_, id, _ := classify(topicName, detailType, p.enveloped)
	if !IsID(id) {
		return ""
	}
	return id
}

package genesys

import (
	"io"
	"iter"
	"strconv"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/strictjson"
)

// Conversation is one conversation as the analytics store tells it: revised for days, by a clock of its own.
// Enumerations are upper case here, as in events; the store writes them in lower case.
type Conversation struct {
	ConversationID string
	Direction      string            // originatingDirection; empty if absent
	Times          []schemas.Reading // conversationStart, conversationEnd, those that are there
	Sessions       []Session         // in the order of the text, each participant's together
}

// Session is one participant's communication. The two ends of it are the first start and the last end among its
// segments of its Place: a hold or a transfer of the call splits one session into many.
type Session struct {
	ParticipantID string
	Purpose       string // CUSTOMER, EXTERNAL, AGENT, USER, ACD, IVR, WORKFLOW, ...
	UserID        string // of an agent; personal
	SessionID     string
	PeerID        string // the customer's session that this one serves; empty: none said
	MediaType     string
	MessageType   string
	Direction     string
	Provider      string
	Recorded      *bool // whether the session was recorded; nil: not said
	Segments      []Segment
}

// Places of a segment's times: the rows of schemas/field that say what they mean.
const (
	PlaceCustomer = "customer interact"
	PlaceAgent    = "agent interact"
	PlaceACD      = "acd"
	PlaceWrapUp   = "wrapup"
	PlaceOther    = "other segment" // an IVR's, a hold, an alert, a third party's: no end of a session
)

// Segment is a stretch of a session.
type Segment struct {
	Type           string            // INTERACT, HOLD, WRAPUP, ALERT, ...
	Place          string            // one of the places above
	QueueID        string            // empty if absent
	DisconnectType string            // empty if absent
	Times          []schemas.Reading // segmentStart, segmentEnd, those that are there
}

var (
	conversationTimes = []timed{{"conversationStart", instant.Analytics}, {"conversationEnd", instant.Analytics}}
	segmentTimes      = []timed{{"segmentStart", instant.Analytics}, {"segmentEnd", instant.Analytics}}
)

// Conversations reads analytics conversation details: one, an array, the query's answer {"conversations":[...]}, or one
// on each line (the job's pages, joined); under other names in lists too. An error of one conversation, a *Refused whose
// pointer names it, does not end the sequence.
func Conversations(r io.Reader, lists ...string) iter.Seq2[Conversation, error] {
	return answers(r, MaxConversation, "conversations", lists, ParseConversation)
}

// ParseConversation reads one conversation of an analytics detail query (POST
// /api/v2/analytics/conversations/details/query or /jobs; SDK AnalyticsConversationWithoutAttributes). It must name its
// conversation. Metrics, attributes and addresses are left alone. Errors are *Refused.
func ParseConversation(raw []byte) (Conversation, error) {
	object, err := checkObject(raw, MaxConversation, "one conversation's analytics detail")
	if err != nil {
		return Conversation{}, err
	}
	var c Conversation
	var participants []byte
	for key, value := range strictjson.Members(object) {
		switch string(key) {
		case "conversationId":
			c.ConversationID, err = idText(value, "", "conversationId")
		case "originatingDirection":
			c.Direction, err = enumText(value, "", "originatingDirection")
		case "participants":
			participants, err = list(value, "", "participants")
		}
		if err != nil {
			return Conversation{}, err
		}
	}
	if c.ConversationID == "" {
		return Conversation{}, refuse(CodeNoIdentity, "", "no conversationId: no analytics detail of a conversation")
	}
	c.Times = readTimes(object, conversationTimes)
	segments := 0
	for i, p := range strictjson.Elements(participants) {
		if err := c.readParticipant(p, "/participants/"+strconv.Itoa(i), &segments); err != nil {
			return Conversation{}, err
		}
	}
	return c, nil
}

func (c *Conversation) readParticipant(object []byte, at string, segments *int) (err error) {
	if strictjson.KindOf(object) != strictjson.Object {
		return refuse(CodeType, at, "want an object")
	}
	var of Session
	var sessions []byte
	for key, value := range strictjson.Members(object) {
		switch string(key) {
		case "participantId":
			of.ParticipantID, err = idText(value, at, "participantId")
		case "purpose":
			of.Purpose, err = enumText(value, at, "purpose")
		case "userId":
			of.UserID, err = idText(value, at, "userId")
		case "sessions":
			sessions, err = list(value, at, "sessions")
		}
		if err != nil {
			return err
		}
	}
	for i, value := range strictjson.Elements(sessions) {
		if len(c.Sessions) == MaxSessions {
			return refuse(CodeTooMany, at+"/sessions", "more than %d sessions of one conversation", MaxSessions)
		}
		s := of
		if err := s.read(value, at+"/sessions/"+strconv.Itoa(i), segments); err != nil {
			return err
		}
		c.Sessions = append(c.Sessions, s)
	}
	return nil
}

func (s *Session) read(object []byte, at string, segments *int) (err error) {
	if strictjson.KindOf(object) != strictjson.Object {
		return refuse(CodeType, at, "want an object")
	}
	var parts []byte
	for key, value := range strictjson.Members(object) {
		switch string(key) {
		case "sessionId":
			s.SessionID, err = idText(value, at, "sessionId")
		case "peerId":
			s.PeerID, err = idText(value, at, "peerId")
		case "mediaType":
			s.MediaType, err = enumText(value, at, "mediaType")
		case "messageType":
			s.MessageType, err = enumText(value, at, "messageType")
		case "direction":
			s.Direction, err = enumText(value, at, "direction")
		case "provider":
			s.Provider, err = shortText(value, at, "provider")
		case "recording":
			s.Recorded, err = flag(value, at, "recording")
		case "segments":
			parts, err = list(value, at, "segments")
		}
		if err != nil {
			return err
		}
	}
	for i, value := range strictjson.Elements(parts) {
		if *segments == MaxSegments {
			return refuse(CodeTooMany, at+"/segments", "more than %d segments of one conversation", MaxSegments)
		}
		*segments++
		g, err := readSegment(value, at+"/segments/"+strconv.Itoa(i), s.Purpose)
		if err != nil {
			return err
		}
		s.Segments = append(s.Segments, g)
	}
	return nil
}

func readSegment(object []byte, at, purpose string) (g Segment, err error) {
	if strictjson.KindOf(object) != strictjson.Object {
		return g, refuse(CodeType, at, "want an object")
	}
	for key, value := range strictjson.Members(object) {
		switch string(key) {
		case "segmentType":
			g.Type, err = enumText(value, at, "segmentType")
		case "queueId":
			g.QueueID, err = idText(value, at, "queueId")
		case "disconnectType":
			g.DisconnectType, err = enumText(value, at, "disconnectType")
		}
		if err != nil {
			return Segment{}, err
		}
	}
	g.Place = place(purpose, g.Type)
	g.Times = readTimes(object, segmentTimes)
	return g, nil
}

// place says which row of schemas/field a segment's times are of. An external participant may be the customer of an
// outbound call or a third party that an agent consulted, and nothing in the record tells which: so it is other.
func place(purpose, segment string) string {
	switch {
	case segment == "WRAPUP":
		return PlaceWrapUp
	case segment != "INTERACT":
		return PlaceOther
	case purpose == "CUSTOMER":
		return PlaceCustomer
	case purpose == "AGENT" || purpose == "USER":
		return PlaceAgent
	case purpose == "ACD":
		return PlaceACD
	}
	return PlaceOther
}

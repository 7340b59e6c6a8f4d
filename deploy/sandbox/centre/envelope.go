package centre

import (
	"fmt"
	"strings"
	"time"

	"holdfast.example/deploy/sandbox/truth"
)

// eventBody writes an event's payload as the detail-event topics do: eventTime is an integer of ms.
func eventBody(c *truth.Conversation, e *truth.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"eventTime":%d,"conversationId":%q,"participantId":%q,"sessionId":%q`, e.AtMS, c.ID, e.ParticipantID, e.SessionID)
	text := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, `,%q:%q`, name, value)
		}
	}
	text("disconnectType", e.DisconnectType)
	text("mediaType", e.MediaType)
	text("provider", e.Provider)
	text("direction", e.Direction)
	text("messageType", e.MessageType)
	text("userId", e.UserID)
	b.WriteByte('}')
	return b.String()
}

func topicName(c *truth.Conversation, e *truth.Event) string {
	return "v2.detail.events.conversation." + c.ID + "." + e.Topic
}

// webhookBody is the bare notification.
func webhookBody(c *truth.Conversation, e *truth.Event, correlation string) []byte {
	return fmt.Appendf(nil, `{"topicName":%q,"version":"2","eventBody":%s,"metadata":{"CorrelationId":%q}}`,
		topicName(c, e), eventBody(c, e), correlation)
}

// bridgeBody is the EventBridge envelope of a detail event. Its id is new at each publish and its time has whole
// seconds; published is when that was.
func bridgeBody(w *truth.World, c *truth.Conversation, e *truth.Event, id, correlation string, published int64) []byte {
	return fmt.Appendf(nil, `{"version":"0","id":%q,"detail-type":"v2.detail.events.conversation.{id}.%s",`+
		`"source":"aws.partner/genesys.com/cloud/%s/custody","account":"123456789012","time":%q,"region":"eu-west-2","resources":[],`+
		`"detail":{"topicName":%q,"version":"2","eventBody":%s,"metadata":{"CorrelationId":%q},"timestamp":%q}}`,
		id, e.Topic, w.Organization, time.UnixMilli(published).UTC().Format("2006-01-02T15:04:05Z"),
		topicName(c, e), eventBody(c, e), correlation, isoTime(published))
}

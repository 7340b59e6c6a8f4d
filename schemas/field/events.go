package field

import "holdfast.example/schemas/instant"

// Who says so, where many rows share it.
const (
	sdkTopics    = "Genesys Cloud SDK, notificationMappings.json; the instant is the topic's name"
	sdkTopicsTwo = "Genesys Cloud SDK, notificationMappings.json; that it is the communication's begin is read from samples of handoffs"
	eventBridge  = "Amazon EventBridge user guide, event structure: time is in whole seconds"
	sdkAnalytics = "Genesys Cloud SDK, AnalyticsConversationWithoutAttributes; with and without a fraction in one product: aws-samples amazon-transcribe-post-call-analytics"
	sdkConverse  = "Genesys Cloud SDK, ConversationEventTopic"
)

// event is a detail event's eventTime.
func event(topic string, means Instant, s Sureness, source string) Field {
	return Field{DetailEvent, topic, "eventTime", "", []Instant{means}, instant.GenesysCloud, Millisecond, instant.RoundingUnknown, UTC, Final, "", s, source}
}

// analytics is a time of the analytics store.
func analytics(place, name string, means Instant, s Sureness) Field {
	return Field{AnalyticsDetail, place, name, "", []Instant{means}, instant.Analytics, Mixed, instant.RoundingUnknown, UTC, Revised, "", s, sdkAnalytics}
}

// converse is a time of a conversation notification or answer.
func converse(place, name string, means Instant, clock instant.Clock, s Sureness) Field {
	return Field{Conversation, place, name, "", []Instant{means}, clock, Millisecond, instant.RoundingUnknown, UTC, Final, "", s, sdkConverse}
}

// platformFields are what the platform says as things happen, and later of what has happened.
var platformFields = []Field{
	event("customer.start", SessionStart, Documented, sdkTopics),
	event("customer.end", SessionEnd, Documented, sdkTopics),
	event("flow.start", FlowStart, Documented, sdkTopics),
	event("flow.end", FlowEnd, Documented, sdkTopics),
	event("flow.outcome", Changed, Documented, sdkTopics),
	event("acd.start", QueueEnter, Documented, sdkTopics),
	event("acd.end", QueueLeave, Documented, sdkTopics),
	event("user.start", AgentStart, Inferred, sdkTopicsTwo),
	event("user.end", AgentEnd, Inferred, sdkTopicsTwo),
	event("acw", WrapUpEnd, Inferred, "Genesys Cloud SDK, notificationMappings.json: it carries wrapupDurationMs, which is known at the end"),
	event("wrapup", WrapUpEnd, Inferred, "Genesys Cloud SDK, notificationMappings.json: it carries wrapupDurationMs too"),
	event("voicemail.start", Changed, Documented, sdkTopics),
	event("voicemail.end", Changed, Documented, sdkTopics),
	event("attributes", Changed, Documented, sdkTopics),
	event("contact", Changed, Documented, sdkTopics),
	event("outbound", Changed, Documented, sdkTopics),
	{ProducerEvent, "", "event_time", "", []Instant{Changed}, instant.GenesysCloud, Mixed, instant.RoundingUnknown, Offset, Final, "", Inferred,
		"schemas/conversation_event.avsc: eventTime as a foreign producer passes it on; the instant is the topic's, as above"},
	{Envelope, "", "detail.timestamp", "", []Instant{Published}, instant.GenesysCloud, Millisecond, instant.RoundingUnknown, UTC, Final, "", Observed, "samples of the EventBridge integration"},
	{Envelope, "", "time", "", []Instant{Published}, instant.EventBridge, Second, instant.Truncated, UTC, Final, "", Documented, eventBridge},
	{AuditEvent, "", "eventTime", "", []Instant{Logged}, instant.Audit, Second, instant.RoundingUnknown, UTC, Final, "", Observed,
		"Genesys Cloud SDK, AuditTopicAuditLogMessage; whole seconds, also where milliseconds are written"},
	{AuditQuery, "", "eventDate", "", []Instant{Logged}, instant.Audit, Second, instant.RoundingUnknown, UTC, Final, "", Observed,
		"a result quoted at community.genesys.com/discussion/information-available-in-apiv2auditsquery"},
	analytics("", "conversationStart", ConversationStart, Documented),
	analytics("", "conversationEnd", ConversationEnd, Documented),
	analytics("customer interact", "segmentStart", SessionStart, Inferred),
	analytics("customer interact", "segmentEnd", SessionEnd, Inferred),
	analytics("agent interact", "segmentStart", AgentStart, Inferred),
	analytics("agent interact", "segmentEnd", AgentEnd, Inferred),
	analytics("acd", "segmentStart", QueueEnter, Inferred),
	analytics("acd", "segmentEnd", QueueLeave, Inferred),
	analytics("wrapup", "segmentStart", WrapUpStart, Inferred),
	analytics("wrapup", "segmentEnd", WrapUpEnd, Inferred),
	analytics("other segment", "segmentStart", Changed, Inferred),
	analytics("other segment", "segmentEnd", Changed, Inferred),
	analytics("metrics", "emitDate", Logged, Inferred),
	converse("customer communication", "connectedTime", SessionStart, instant.GenesysCloud, Documented),
	converse("customer communication", "disconnectedTime", SessionEnd, instant.GenesysProvider, Documented),
	converse("agent communication", "connectedTime", AgentStart, instant.GenesysCloud, Documented),
	converse("agent communication", "disconnectedTime", AgentEnd, instant.GenesysProvider, Documented),
	converse("agent participant", "startAcwTime", WrapUpStart, instant.GenesysProvider, Inferred),
	converse("agent participant", "endAcwTime", WrapUpEnd, instant.GenesysProvider, Inferred),
	converse("recentTransfers", "dateIssued", TransferIssued, instant.GenesysCloud, Documented),
	converse("messages", "messageTime", MessageSent, instant.GenesysCloud, Documented),
}

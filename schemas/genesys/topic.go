package genesys

import "strings"

// Families of event.
const (
	FamilyDetail = "detail" // one of the 16 conversation detail events
	FamilyAudit  = "audit"  // an audit message; it names no conversation that could be relied on
	FamilyOther  = "other"  // everything else the platform sends; kept raw, not read
)

const (
	conversationTopic = "v2.detail.events.conversation."
	auditTopic        = "v2.audits.entitytype."
	auditEntity       = ".entityid."
	auditTemplate     = auditTopic + "{id}" + auditEntity + "{id}"
)

// Topics returns the names of the conversation detail events, complete and sorted: what follows
// v2.detail.events.conversation.{id}. in their topic. No name ends in a dot and another name, so the id before it can
// hold dots.
func Topics() []string {
	return append([]string(nil), topics[:]...)
}

var topics = [...]string{
	"acd.end", "acd.start", "acw", "attributes", "contact", "customer.end", "customer.start", "flow.end", "flow.outcome",
	"flow.start", "outbound", "user.end", "user.start", "voicemail.end", "voicemail.start", "wrapup",
}

// classify says what an event is about by its topic. id and name are those of a conversation detail event; for one
// whose name is not in the list the family is other and the id runs to the first dot. enveloped: detailType is what
// the envelope says and must be the topic with {id} in place of ids, else the event is other and names nothing.
func classify(topicName, detailType string, enveloped bool) (family, id, name string) {
	if rest, ok := strings.CutPrefix(topicName, conversationTopic); ok {
		family, id, name = splitTopic(rest)
		if enveloped {
			if template, ok := strings.CutPrefix(detailType, conversationTopic+"{id}."); !ok || template != name {
				return FamilyOther, "", ""
			}
		}
		return family, id, name
	}
	if rest, ok := strings.CutPrefix(topicName, auditTopic); ok && strings.Contains(rest, auditEntity) {
		if !enveloped || detailType == auditTemplate {
			return FamilyAudit, "", ""
		}
	}
	return FamilyOther, "", ""
}

func splitTopic(rest string) (family, id, name string) {
	for _, name := range topics {
		if id, ok := strings.CutSuffix(rest, name); ok && len(id) > 1 && id[len(id)-1] == '.' {
			return FamilyDetail, id[:len(id)-1], name
		}
	}
	id, name, _ = strings.Cut(rest, ".")
	return FamilyOther, id, name
}

// organization returns the organisation in an envelope's source, aws.partner/genesys.com/cloud/{id}/{suffix}, also of
// the .test partner that official samples use; empty if the source is another.
func organization(source string) string {
	rest, ok := strings.CutPrefix(source, "aws.partner/genesys.com")
	if !ok {
		return ""
	}
	rest = strings.TrimPrefix(rest, ".test")
	if rest, ok = strings.CutPrefix(rest, "/cloud/"); !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	if !IsID(id) {
		return ""
	}
	return id
}

package genesys

import (
	"io"
	"iter"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/strictjson"
)

// Audit is one message of the audit log, as a query answers it: when a deed was entered, which is not when it was done.
// Service, level, action, entity type and status are as written; the deed's own times, in its property changes, are left
// alone.
type Audit struct {
	ID             string
	Service        string // serviceName
	Level          string
	Action         string
	EntityType     string
	EntityID       string // of a recording's message, the recording
	Status         string
	UserID         string            // who did it; personal. Empty: a client, or not said
	ConversationID string            // context.conversationId, a name nobody documents; empty: not there
	Times          []schemas.Reading // eventDate, if it is there
}

var auditTimes = []timed{{"eventDate", instant.Audit}}

// Audits reads answers of the audit query: {"entities":[...]}, an array, one message, or one on each line; under
// other names in lists too. An error of one message, a *Refused whose pointer names it, does not end the sequence.
func Audits(r io.Reader, lists ...string) iter.Seq2[Audit, error] {
	return answers(r, MaxAudit, "entities", lists, ParseAudit)
}

// ParseAudit reads one message of GET /api/v2/audits/query/{transactionId}/results or POST /api/v2/audits/query/realtime
// (SDK AuditLogMessage). It is told from other things by having an action and an eventDate. Errors are *Refused.
func ParseAudit(raw []byte) (Audit, error) {
	object, err := checkObject(raw, MaxAudit, "one audit message")
	if err != nil {
		return Audit{}, err
	}
	var a Audit
	for key, value := range strictjson.Members(object) {
		switch name := string(key); name {
		case "id":
			a.ID, err = idText(value, "", name)
		case "serviceName":
			a.Service, err = shortText(value, "", name)
		case "level":
			a.Level, err = shortText(value, "", name)
		case "action":
			a.Action, err = shortText(value, "", name)
		case "entityType":
			a.EntityType, err = shortText(value, "", name)
		case "entity":
			a.EntityID, err = reference(value, "", name)
		case "status":
			a.Status, err = shortText(value, "", name)
		case "user":
			a.UserID, err = reference(value, "", name)
		case "context":
			conversation, _ := strictjson.Get(value, "conversationId")
			a.ConversationID, err = idText(conversation, "/context", "conversationId")
		}
		if err != nil {
			return Audit{}, err
		}
	}
	if a.Times = readTimes(object, auditTimes); a.Action == "" || len(a.Times) == 0 {
		return Audit{}, refuse(CodeShape, "", "no audit message: want action and eventDate")
	}
	return a, nil
}

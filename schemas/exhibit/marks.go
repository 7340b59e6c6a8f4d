package exhibit

// message is an element of a transcript: no kind of a file, but what tells one.
const message Kind = "message"

// marks are the names an object has, of those that tell kinds apart: a set of bits.
type marks uint64

func (m marks) all(of marks) bool { return m&of == of }
func (m marks) any(of marks) bool { return m&of != 0 }

const (
	hasDetailType marks = 1 << iota
	hasSource
	hasTopicName
	hasEventBody
	hasEvent
	hasService
	hasBucket
	hasMessage
	hasTopicArn
	hasS3Records
	hasVersions
	hasVersionKey
	hasVersionID
	hasETag
	hasLength
	hasID
	hasConversation
	hasRecordingID
	hasJobQuery
	hasState
	hasTotals
	hasConversationStart
	hasSessions
	hasEventDate
	hasAction
	hasOfRecording
	hasPlans
	hasStart
	hasUTC
	hasTimestamp
	hasTime
	hasOfMessage
	hasOfMail
	hasCommunication
	hasTranscripts
	hasContents
	hasEntities
	hasConversations
)

// markOf is the mark of a name, none of most.
func markOf(name string) marks { return named[name] }

var named = map[string]marks{
	"detail-type": hasDetailType, "source": hasSource, "topicName": hasTopicName, "eventBody": hasEventBody,
	"Event": hasEvent, "Service": hasService, "Bucket": hasBucket, "Message": hasMessage, "TopicArn": hasTopicArn,
	"Versions": hasVersions, "DeleteMarkers": hasVersions, "Key": hasVersionKey, "VersionId": hasVersionID,
	"ETag": hasETag, "ContentLength": hasLength, "AcceptRanges": hasLength,
	"id": hasID, "conversationId": hasConversation, "recordingId": hasRecordingID,
	"recordingJobsQuery": hasJobQuery, "state": hasState, "totalRecordings": hasTotals, "totalProcessedRecordings": hasTotals,
	"conversationStart": hasConversationStart, "eventDate": hasEventDate, "action": hasAction,
	"fileState": hasOfRecording, "mediaUris": hasOfRecording, "recordingFileRole": hasOfRecording, "originalRecordingStartTime": hasOfRecording, "media": hasOfRecording, "outputDurationMs": hasOfRecording,
	"deleteDate": hasPlans, "archiveDate": hasPlans, "archiveMedium": hasPlans, "exportDate": hasPlans,
	"startTime": hasStart, "start_time": hasStart, "recorded_start_time": hasStart,
	"utc": hasUTC, "timestamp": hasTimestamp, "time": hasTime,
	"messageText": hasOfMessage, "purpose": hasOfMessage, "participantId": hasOfMessage, "messageMediaAttachments": hasOfMessage, "body": hasOfMessage, "from": hasOfMessage | hasOfMail,
	"to": hasOfMail, "subject": hasOfMail, "htmlBody": hasOfMail, "textBody": hasOfMail,
	"communicationId": hasCommunication, "transcripts": hasTranscripts,
	"Contents": hasContents, "entities": hasEntities, "conversations": hasConversations,
}

// rules tell kinds by names; the first that holds wins. Their order matters where names are shared: a Recording API
// answer and a retention row name conversation and recording as a manifest's row does, and say more than it. What names
// a recording by no rule is a metadata file if it is the file, and a manifest's row if it is an element of it: so a
// manifest of one row alone on its line is taken for a metadata file, and says the same.
var rules = [...]struct {
	kind           Kind
	all, any, none marks
	top            bool // of a file's own object alone, never of its elements
}{
	{kind: Event, all: hasTopicName | hasEventBody},
	{kind: Notification, all: hasS3Records},
	{kind: ObjectVersions, any: hasVersions, top: true},
	{kind: ObjectVersions, all: hasVersionKey | hasVersionID, none: hasLength},
	{kind: ObjectHead, all: hasETag, any: hasLength},
	{kind: ExportJob, all: hasID | hasJobQuery},
	{kind: ExportJob, all: hasID | hasState | hasTotals},
	{kind: Analytics, all: hasConversation, any: hasConversationStart | hasSessions},
	{kind: AuditQuery, all: hasEventDate | hasAction},
	{kind: RecordingAnswer, all: hasID | hasConversation, any: hasOfRecording, none: hasRecordingID},
	{kind: Retention, all: hasConversation | hasRecordingID, any: hasPlans, none: hasStart},
	{kind: Speech, all: hasCommunication | hasTranscripts},
	{kind: message, all: hasUTC},
	{kind: message, all: hasTimestamp, any: hasOfMessage},
	{kind: message, all: hasTime, any: hasOfMail},
}

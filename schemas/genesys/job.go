package genesys

import (
	"io"
	"iter"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/strictjson"
)

// Job is one bulk job over recordings. A job that is FULFILLED may have skipped and failed recordings all the same; its
// defaults leave out recordings with sensitive data. Enumerations are upper case; counts are -1 where they are not said.
type Job struct {
	JobID            string
	State            string // FULFILLED, PENDING, READY, PROCESSING, CANCELLED, FAILED
	Action           string // EXPORT, DELETE, ARCHIVE
	IntegrationID    string // the bucket's integration
	Screen           *bool  // includeScreenRecordings; nil: not said
	Sensitive        *bool  // includeRecordingsWithSensitiveData; nil: not said, and then left out
	Conversations    int64  // totalConversations
	Recordings       int64  // totalRecordings
	Skipped          int64  // totalSkippedRecordings
	Failed           int64  // totalFailedRecordings
	Processed        int64  // totalProcessedRecordings
	Times            []schemas.Reading
	ConversationSpan string // conversationQuery.interval as written, start/end: what the job selected from; empty: not said
}

var (
	jobTimes   = []timed{{"dateCreated", instant.Job}}
	queryTimes = []timed{{"actionDate", instant.Job}}
)

// Jobs reads answers about bulk jobs: one job, a page {"entities":[...]}, an array, or one on each line; under other names
// in lists too. An error of one job, a *Refused whose pointer names it, does not end the sequence.
func Jobs(r io.Reader, lists ...string) iter.Seq2[Job, error] {
	return answers(r, MaxJob, "entities", lists, ParseJob)
}

// ParseJob reads one job of GET /api/v2/recording/jobs/{jobId} (SDK RecordingJob). It must name itself and have a state.
// Times are dateCreated and the query's actionDate, those that are there. Errors are *Refused.
func ParseJob(raw []byte) (Job, error) {
	object, err := checkObject(raw, MaxJob, "one recording job")
	if err != nil {
		return Job{}, err
	}
	j := Job{Conversations: -1, Recordings: -1, Skipped: -1, Failed: -1, Processed: -1, Times: readTimes(object, jobTimes)}
	for key, value := range strictjson.Members(object) {
		switch name := string(key); name {
		case "id":
			j.JobID, err = idText(value, "", name)
		case "state":
			j.State, err = enumText(value, "", name)
		case "recordingJobsQuery":
			err = j.readQuery(value, "/"+name)
		case "totalConversations":
			j.Conversations, err = amount(value, "", name)
		case "totalRecordings":
			j.Recordings, err = amount(value, "", name)
		case "totalSkippedRecordings":
			j.Skipped, err = amount(value, "", name)
		case "totalFailedRecordings":
			j.Failed, err = amount(value, "", name)
		case "totalProcessedRecordings":
			j.Processed, err = amount(value, "", name)
		}
		if err != nil {
			return Job{}, err
		}
	}
	if j.JobID == "" || j.State == "" {
		return Job{}, refuse(CodeNoIdentity, "", "no recording job: want id and state")
	}
	return j, nil
}

func (j *Job) readQuery(object []byte, at string) (err error) {
	switch strictjson.KindOf(object) {
	case strictjson.Null:
		return nil
	case strictjson.Object:
	default:
		return refuse(CodeType, at, "want an object")
	}
	for key, value := range strictjson.Members(object) {
		switch name := string(key); name {
		case "action":
			j.Action, err = enumText(value, at, name)
		case "integrationId":
			j.IntegrationID, err = idText(value, at, name)
		case "includeScreenRecordings":
			j.Screen, err = flag(value, at, name)
		case "includeRecordingsWithSensitiveData":
			j.Sensitive, err = flag(value, at, name)
		case "conversationQuery":
			span, _ := strictjson.Get(value, "interval")
			j.ConversationSpan, err = shortText(span, at+"/"+name, "interval")
		}
		if err != nil {
			return err
		}
	}
	j.Times = append(j.Times, readTimes(object, queryTimes)...)
	return nil
}

// Kept is what the platform plans with one recording and what it has done: the answer of the retention query.
type Kept struct {
	ConversationID string
	RecordingID    string
	ArchiveMedium  string
	Times          []schemas.Reading // in the order of keptTimes, those that are there and not null
}

var keptTimes = []timed{
	{"creationTime", instant.ExportMetadata}, {"exportDate", instant.Job}, {"exportedDate", instant.Job},
	{"archiveDate", instant.ExportMetadata}, {"deleteDate", instant.ExportMetadata},
}

// Retentions reads answers of the retention query: {"entities":[...]}, an array, one recording's, or one on each line; under
// other names in lists too. An error of one of them, a *Refused whose pointer names it, does not end the sequence.
func Retentions(r io.Reader, lists ...string) iter.Seq2[Kept, error] {
	return answers(r, MaxRetention, "entities", lists, ParseRetention)
}

// ParseRetention reads one recording's retention of GET /api/v2/recordings/retention/query (SDK RecordingRetention). It
// must name conversation and recording. Errors are *Refused.
func ParseRetention(raw []byte) (Kept, error) {
	object, err := checkObject(raw, MaxRetention, "one recording's retention")
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Times: readTimes(object, keptTimes)}
	for key, value := range strictjson.Members(object) {
		switch name := string(key); name {
		case "conversationId":
			k.ConversationID, err = idText(value, "", name)
		case "recordingId":
			k.RecordingID, err = idText(value, "", name)
		case "archiveMedium":
			k.ArchiveMedium, err = enumText(value, "", name)
		}
		if err != nil {
			return Kept{}, err
		}
	}
	if k.ConversationID == "" || k.RecordingID == "" {
		return Kept{}, refuse(CodeNoIdentity, "", "want conversationId and recordingId, both")
	}
	return k, nil
}

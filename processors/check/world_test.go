package check

import (
	"fmt"
	"strings"
)

// One recording's world: a messaging conversation of 2026-05-04 09:00:00 to 09:20:00 UTC that was handed over, exported
// two days later. Everything that can be said of it is said below, each in the form its source has.
const (
	nine = int64(1777885200000) // 2026-05-04T09:00:00Z

	org   = "11111111-2222-4333-8444-555555555555"
	conv  = "c0ffee00-0000-4000-8000-000000000001"
	other = "c0ffee00-0000-4000-8000-000000000002"
	rec   = "7ec00000-0000-4000-8000-000000000001"
	cust  = "50000000-0000-4000-8000-0000000000c0"
	ag1   = "50000000-0000-4000-8000-00000000000a"
	ag2   = "50000000-0000-4000-8000-00000000000b"
	jobID = "10b00000-0000-4000-8000-000000000001"
)

// folder is where the layout of the bucket puts the recording's files.
const folder = org + "/year=2026/month=5/day=4/hour=9/conversation_id=" + conv + "/"

// row is a manifest's row, with times in ms from nine.
func row(conversation, recording string, start, end int64) string {
	return fmt.Sprintf(`{"conversation_id":%q,"recording_id":%q,"media_type":"Message","provider":"PureCloud Messaging","start_time":%q,"end_time":%q}`,
		conversation, recording, iso(nine+start), iso(nine+end))
}

func page(job string, rows ...string) string {
	return fmt.Sprintf("{\"job_id\":%q,\"recordings\":[\n%s\n]}", job, strings.Join(rows, ",\n"))
}

// hook is a detail event as a webhook carries it.
func hook(conversation, topic, session, user string, at int64) string {
	return fmt.Sprintf(`{"topicName":"v2.detail.events.conversation.%s.%s","version":"2","eventBody":{"eventTime":%d,"conversationId":%q,"participantId":"a%s","sessionId":%q,"mediaType":"MESSAGE","provider":"PureCloud Messaging","userId":%q}}`,
		conversation, topic, nine+at, conversation, session[1:], session, user)
}

// envelope is a detail event as EventBridge delivers it.
func envelope(conversation, topic, session, user string, at int64) string {
	bare := hook(conversation, topic, session, user, at)
	return fmt.Sprintf(`{"version":"0","id":"5d0f1c1e-8a55-4b0f-9a41-1d1f5a9e0001","detail-type":"v2.detail.events.conversation.{id}.%s","source":"aws.partner/genesys.com/cloud/%s/custody","account":"123456789012","time":%q,"region":"eu-west-2","resources":[],"detail":%s,"timestamp":%q}}`,
		topic, org, iso(nine + at)[:19]+"Z", strings.TrimSuffix(bare, "}"), iso(nine+at+64))
}

// ends are the customer's session of a conversation, in events.
func ends(conversation, session string, start, end int64) string {
	return hook(conversation, "customer.start", session, "", start) + "\n" + hook(conversation, "customer.end", session, "", end) + "\n"
}

// world is every kind of file there is, by a name that says nothing of it. The recording's own times are the session's.
func world() (export, evidence memory) {
	export = memory{
		"m":                                  page(jobID, row(conv, rec, 0, 1_200_000)),
		folder + rec + ".zip_metadata.json":  metadata(conv, rec, 0, 1_200_000),
		folder + conv + "-x.transcript.json": `{"communicationId":"x","mediaType":"call","transcripts":[{"phrases":[]}]}`,
		folder + "page":                      "<!DOCTYPE html><html></html>",
	}
	for name, bytes := range sounds {
		export[folder+name] = bytes
	}
	evidence = memory{
		"1": envelope(conv, "customer.start", cust, "", 0),
		"2": "[" + envelope(conv, "acd.start", "50000000-0000-4000-8000-0000000000cd", "", 2000) + "," + envelope(conv, "user.start", ag1, "u1", 30_000) + "]",
		"3": hook(conv, "user.end", ag1, "u1", 600_000) + "\n" + hook(conv, "user.start", ag2, "u2", 602_500) + "\n" + hook(conv, "customer.end", cust, "", 1_200_000) + "\n" + hook(conv, "user.end", ag2, "u2", 1_200_000),
		"4": `{"anything":[` + hook(conv, "acw", ag2, "u2", 1_260_000) + `]}`,
		"5": analytics(conv),
		"6": fmt.Sprintf(`[{"id":%q,"conversationId":%q,"startTime":%q,"endTime":%q,"originalRecordingStartTime":%q,"creationTime":%q,"media":"audio","fileState":"AVAILABLE","outputDurationMs":1200000,"exportedDate":%q,"annotations":[{"type":"Pause","reason":"SecurePause","durationMs":7000},{"type":"Hold","reason":"Hold","durationMs":9000},{"type":"Pause","reason":"Pause","durationMs":3000}]}]`,
			rec, conv, iso(nine+5), iso(nine+1_200_000), iso(nine+1), iso(nine+2752), iso(nine+180_067_000)),
		"7": fmt.Sprintf(`{"id":%q,"state":"FULFILLED","dateCreated":%q,"recordingJobsQuery":{"action":"EXPORT"},"totalConversations":40,"totalRecordings":61}`, jobID, iso(nine+180_000_000)),
		"8": fmt.Sprintf(`{"entities":[{"conversationId":%q,"recordingId":%q,"creationTime":%q,"exportedDate":%q,"deleteDate":"2033-05-04T00:00:00.000Z"}]}`, conv, rec, iso(nine+2752), iso(nine+180_067_000)),
		"9": fmt.Sprintf(`{"id":"q","pageSize":25,"entities":[{"id":"ad","serviceName":"Quality","level":"USER","eventDate":%q,"action":"ApplyProtection","entityType":"Recording","entity":{"id":%q},"status":"SUCCESS","context":{"conversationId":%q}}]}`, iso(nine + 3_600_000)[:19]+"Z", rec, conv),
		"a": notification(folder+rec+".zip", 180_068_314),
		"b": fmt.Sprintf(`{"Versions":[{"ETag":"\"0\"","Size":9,"Key":%q,"VersionId":"v","IsLatest":true,"LastModified":%q}],"DeleteMarkers":[{"Key":%q,"VersionId":"w","IsLatest":false,"LastModified":%q}]}`,
			folder+rec+".zip", iso(nine + 180_069_000)[:19]+"+00:00", folder+rec+".zip", iso(nine)[:19]+"+00:00"),
		"c":                   fmt.Sprintf(`{"AcceptRanges":"bytes","LastModified":%q,"ContentLength":9,"ETag":"\"0\"","Key":%q,"Metadata":{}}`, iso(nine + 180_069_000)[:19]+"+00:00", folder+rec+".zip"),
		"d":                   `{"AcceptRanges":"bytes","LastModified":"2026-05-06T10:41:07+00:00","ContentLength":9,"ETag":"\"0\"","Metadata":{}}`,
		"e":                   `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-05-01T00:00:00.000Z","Bucket":"b","RequestId":"R0","HostId":"H0"}`,
		folder + "f":          fmt.Sprintf(`[{"id":"m1","timestamp":%q,"purpose":"customer","participantId":"p","messageText":"hello"}]`, iso(nine)),
		folder + rec + ".eml": "Received: from a by b; Mon, 4 May 2026 09:00:03 +0000\r\nDate: Mon, 4 May 2026 10:00:01 +0100\r\nFrom: a@example.com\r\n\r\nhello\r\n",
	}
	return export, evidence
}

func metadata(conversation, recording string, start, end int64) string {
	return fmt.Sprintf(`{"mediaType":"Message","mediaSubtype":null,"provider":"PureCloud Messaging","userIds":["u1","u2"],"conversationId":%q,"recordingId":%q,"startTime":%q,"endTime":%q,"durationMs":%d,"initialDirection":"inbound"}`,
		conversation, recording, strings.Replace(iso(nine+start), "Z", "+0000", 1), strings.Replace(iso(nine+end), "Z", "+0000", 1), end-start)
}

func notification(key string, at int64) string {
	return fmt.Sprintf(`{"Records":[{"eventVersion":"2.5","eventSource":"aws:s3","awsRegion":"eu-west-2","eventTime":%q,"eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","bucket":{"name":"hold"},"object":{"key":%q,"size":9,"eTag":"0","versionId":"v","sequencer":"01"}}}]}`,
		iso(nine+at), strings.ReplaceAll(key, "=", "%3D"))
}

// analytics says what the events say, and one session more that is of no role that bounds.
func analytics(conversation string) string {
	return fmt.Sprintf(`{"conversationId":%q,"conversationStart":%q,"conversationEnd":%q,"originatingDirection":"inbound","participants":[
 {"participantId":"p0","purpose":"customer","sessions":[{"sessionId":%q,"mediaType":"message","direction":"inbound","segments":[{"segmentType":"interact","segmentStart":%q,"segmentEnd":%q}]}]},
 {"participantId":"p1","purpose":"agent","userId":"u1","sessions":[{"sessionId":%q,"mediaType":"message","segments":[{"segmentType":"interact","segmentStart":%q,"segmentEnd":%q},{"segmentType":"wrapup","segmentStart":%q,"segmentEnd":%q}]}]},
 {"participantId":"p9","purpose":"workflow","sessions":[{"sessionId":"w","mediaType":"message","segments":[{"segmentType":"ivr","segmentStart":%q,"segmentEnd":%q}]}]}]}`,
		conversation, iso(nine), iso(nine+1_260_000), cust, iso(nine), iso(nine+1_200_000), ag1, iso(nine+30_000), iso(nine+600_000), iso(nine+600_000), iso(nine+630_000), iso(nine), iso(nine+1000))
}

// sounds are the first bytes of sound and pictures, enough to be told by.
var sounds = map[string]string{
	rec + ".wav":  "RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00",
	rec + ".mp3":  "ID3\x04\x00\x00\x00\x00\x00\x0A" + strings.Repeat("\x00", 20),
	rec + ".opus": "OggS\x00\x02" + strings.Repeat("\x00", 22) + "OpusHead\x01\x01" + strings.Repeat("\x00", 9),
	rec + ".ogg":  "OggS\x00\x02" + strings.Repeat("\x00", 22) + "\x01vorbis" + strings.Repeat("\x00", 23),
	rec + ".mp4":  "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
	rec + ".webm": "\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x84webm",
	rec + ".mkv":  "\x1A\x45\xDF\xA3\x9F\x42\x82\x88matroska",
}

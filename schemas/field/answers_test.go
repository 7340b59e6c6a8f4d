package field

import (
	"bytes"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/s3object"
)

const second = `2026-05-04T09:15:02Z`

// checkRow holds a reading of a whole second against its row: the same clock, and as wide as the row says.
func checkRow(t *testing.T, d Document, place, name string, r schemas.Reading) {
	t.Helper()
	f, ok := Find(d, place, name)
	if !ok {
		t.Errorf("no row for %s of %s %s", name, d, place)
		return
	}
	want := int64(1500)
	if f.Rounding == instant.Truncated {
		want = 1000
	}
	if f.Reading != "" {
		name = f.Reading
	}
	if r.Field != name || r.Clock != string(f.Clock) || r.HiMS-r.LoMS+1 != want {
		t.Errorf("%s of %s %s: read as %s by clock %s, %d ms wide; the row says %s, %d", name, d, place, r.Field, r.Clock, r.HiMS-r.LoMS+1, f.Clock, want)
	}
}

// rowsOf are the names of a document's rows at a place.
func rowsOf(d Document, place string) []string {
	var names []string
	for _, f := range All() {
		if f.Document == d && f.Place == place {
			names = append(names, f.Name)
		}
	}
	return names
}

// object is a JSON object that begins with text and gives every name the same whole second.
func object(text string, names []string) []byte {
	for _, n := range names {
		text += `,"` + n + `":"` + second + `"`
	}
	return []byte(text + "}")
}

// checkAll holds the readings of a document against its rows, one for one: none without a row, no row without one.
func checkAll(t *testing.T, d Document, place string, names []string, times []schemas.Reading, err error) {
	t.Helper()
	if err != nil || len(times) != len(names) {
		t.Errorf("%s %s: %d readings of %v, %v", d, place, len(times), names, err)
	}
	for _, r := range times {
		checkRow(t, d, place, r.Field, r)
	}
}

// Every reading of the platform's answers has its row, and every row of theirs is read.
func TestAnswersHaveRows(t *testing.T) {
	names := rowsOf(RecordingAnswer, "")
	recording, err := genesys.ParseRecording(object(`{"id":"r","conversationId":"c"`, names))
	checkAll(t, RecordingAnswer, "", names, recording.Times, err)

	names = rowsOf(Retention, "")
	kept, err := genesys.ParseRetention(object(`{"recordingId":"r","conversationId":"c"`, names))
	checkAll(t, Retention, "", names, kept.Times, err)

	names = rowsOf(AuditQuery, "")
	audit, err := genesys.ParseAudit(object(`{"action":"Read"`, names))
	checkAll(t, AuditQuery, "", names, audit.Times, err)

	job, err := genesys.ParseJob([]byte(`{"id":"j","state":"READY","dateCreated":"` + second + `","recordingJobsQuery":{"actionDate":"` + second + `"}}`))
	checkAll(t, ExportJob, "", rowsOf(ExportJob, ""), job.Times, err)

	names = rowsOf(AnalyticsDetail, "")
	c, err := genesys.ParseConversation(object(`{"conversationId":"c"`, names))
	checkAll(t, AnalyticsDetail, "", names, c.Times, err)
	for place, who := range map[string]string{genesys.PlaceCustomer: "customer interact", genesys.PlaceAgent: "agent interact", genesys.PlaceACD: "acd interact", genesys.PlaceWrapUp: "agent wrapup", genesys.PlaceOther: "ivr ivr"} {
		names := rowsOf(AnalyticsDetail, place)
		purpose, segment := who[:len(who)-len(lastWord(who))-1], lastWord(who)
		c, err := genesys.ParseConversation([]byte(`{"conversationId":"c","participants":[{"purpose":"` + purpose + `","sessions":[{"segments":[` +
			string(object(`{"segmentType":"`+segment+`"`, names)) + `]}]}]}`))
		if err != nil || len(names) != 2 || c.Sessions[0].Segments[0].Place != place {
			t.Errorf("%s: rows %v, %+v, %v", place, names, c, err)
			continue
		}
		checkAll(t, AnalyticsDetail, place, names, c.Sessions[0].Segments[0].Times, err)
	}
}

// A version's times have their rows, and every row of the two commands is read.
func TestObjectsHaveRows(t *testing.T) {
	names := rowsOf(S3Object, "list-object-versions")
	n := 0
	for v, err := range s3object.Versions(bytes.NewReader(object(`{"Key":"k","VersionId":"v"`, names))) {
		checkAll(t, S3Object, "list-object-versions", names, v.Times, err)
		n++
	}
	names = rowsOf(S3Object, "head-object")
	h, err := s3object.ParseHead(object(`{"ETag":"e"`, names))
	checkAll(t, S3Object, "head-object", names, h.Times, err)
	if n != 1 || len(names) != 2 {
		t.Errorf("%d versions, %d rows", n, len(names))
	}
}

func lastWord(s string) string {
	i := len(s)
	for i > 0 && s[i-1] != ' ' {
		i--
	}
	return s[i:]
}

package genesys_test

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
)

// answer is a file of testdata/answers; the shapes are those of the official SDK, the values made up.
func answer(t testing.TB, name string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", "answers", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// collect takes a sequence apart: what was read, and what was refused, by code and place.
func collect[T any](seq iter.Seq2[T, error]) (all []T, refusals []string) {
	for one, err := range seq {
		var r *genesys.Refused
		switch {
		case err == nil:
			all = append(all, one)
		case errors.As(err, &r):
			refusals = append(refusals, r.Code+" "+r.Pointer)
		default:
			refusals = append(refusals, err.Error())
		}
	}
	return all, refusals
}

// reading is a reading as its texts say; its arithmetic is instant's.
func reading(field string, c instant.Clock, text string) schemas.Reading {
	return instant.Read(field, c, text, instant.RoundingUnknown)
}

const (
	recording1 = "7ec00000-0000-4000-8000-000000000001"
	agentA     = "e0000000-0000-4000-8000-00000000000a"
	agentB     = "e0000000-0000-4000-8000-00000000000b"
)

func interact(place, start, end, disconnect string) genesys.Segment {
	return genesys.Segment{Type: "INTERACT", Place: place, DisconnectType: disconnect,
		Times: []schemas.Reading{reading("segmentStart", instant.Analytics, start), reading("segmentEnd", instant.Analytics, end)}}
}

// The handoff of two agents, to its last field: the second agent's session and the customer's are what story B turns on.
func TestConversation(t *testing.T) {
	const customer = "50000000-0000-4000-8000-0000000000c0"
	want := genesys.Conversation{
		ConversationID: conversation, Direction: "INBOUND",
		Times: []schemas.Reading{reading("conversationStart", instant.Analytics, "2026-05-04T09:15:02.118Z"), reading("conversationEnd", instant.Analytics, "2026-05-04T09:34:20.000Z")},
		Sessions: []genesys.Session{
			{ParticipantID: "a0000000-0000-4000-8000-0000000000c0", Purpose: "CUSTOMER", SessionID: customer, MediaType: "MESSAGE", MessageType: "WEBMESSAGING", Direction: "INBOUND", Recorded: new(true),
				Segments: []genesys.Segment{interact(genesys.PlaceCustomer, "2026-05-04T09:15:02.118Z", "2026-05-04T09:33:44.190Z", "PEER")}},
			{ParticipantID: "a0000000-0000-4000-8000-00000000000a", Purpose: "AGENT", UserID: agentA, SessionID: "50000000-0000-4000-8000-00000000000a", PeerID: customer, MediaType: "MESSAGE",
				Segments: []genesys.Segment{interact(genesys.PlaceAgent, "2026-05-04T09:15:36.250Z", "2026-05-04T09:27:10.512Z", "TRANSFER"),
					{Type: "WRAPUP", Place: genesys.PlaceWrapUp, Times: []schemas.Reading{reading("segmentStart", instant.Analytics, "2026-05-04T09:27:10.512Z"), reading("segmentEnd", instant.Analytics, "2026-05-04T09:27:40Z")}}}},
			{ParticipantID: "a0000000-0000-4000-8000-00000000000b", Purpose: "AGENT", UserID: agentB, SessionID: "50000000-0000-4000-8000-00000000000b", PeerID: customer, MediaType: "MESSAGE",
				Segments: []genesys.Segment{interact(genesys.PlaceAgent, "2026-05-04T09:27:13.037Z", "2026-05-04T09:33:44.201Z", "CLIENT")}},
		},
	}
	got, err := genesys.ParseConversation(answer(t, "conversation.json"))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	all, refusals := collect(genesys.Conversations(iotest.OneByteReader(bytes.NewReader(answer(t, "conversations.json")))))
	if len(all) != 2 || !reflect.DeepEqual(all[0], want) || all[1].ConversationID != "c0ffee00-0000-4000-8000-000000000002" || refusals != nil {
		t.Errorf("%+v, %v", all, refusals)
	}
}

// Only these segments are ends of something that schemas/field names; a third party's or an IVR's is none of them.
func TestPlaces(t *testing.T) {
	for _, c := range []struct{ purpose, segment, place string }{
		{"customer", "interact", genesys.PlaceCustomer}, {"agent", "interact", genesys.PlaceAgent}, {"user", "Interact", genesys.PlaceAgent}, {"acd", "interact", genesys.PlaceACD},
		{"agent", "wrapup", genesys.PlaceWrapUp}, {"external", "interact", genesys.PlaceOther}, {"ivr", "ivr", genesys.PlaceOther}, {"customer", "hold", genesys.PlaceOther}, {"agent", "alert", genesys.PlaceOther},
	} {
		got, err := genesys.ParseConversation([]byte(`{"conversationId":"c","participants":[{"purpose":"` + c.purpose + `","sessions":[{"segments":[{"segmentType":"` + c.segment + `"}]}]}]}`))
		if err != nil || got.Sessions[0].Segments[0].Place != c.place {
			t.Errorf("%s %s: %+v, %v", c.purpose, c.segment, got, err)
		}
	}
}

func TestRecordings(t *testing.T) {
	metadata := instant.ExportMetadata
	one := genesys.Recording{
		RecordingID: recording1, ConversationID: conversation, SessionID: "50000000-0000-4000-8000-0000000000c0", Media: "MESSAGING", FileState: "AVAILABLE", FileRole: "CUSTOMER_EXPERIENCE", OutputDurationMS: -1,
		Times: []schemas.Reading{
			reading("startTime", metadata, "2026-05-04T09:15:02.118Z"), reading("originalRecordingStartTime", metadata, "2026-05-04T09:15:02.118Z"), reading("endTime", metadata, "2026-05-04T09:33:44.201Z"),
			reading("creationTime", metadata, "2026-05-04T09:15:04.870Z"), reading("exportDate", instant.Job, "2026-05-06T00:00:00.000Z"), reading("exportedDate", instant.Job, "2026-05-06T10:41:07.000Z"), reading("deleteDate", metadata, "2033-05-04T00:00:00.000Z"),
		},
	}
	two := genesys.Recording{
		RecordingID: "7ec00000-0000-4000-8000-000000000002", ConversationID: conversation, Media: "AUDIO", MediaSubtype: "TRUNK", FileState: "AVAILABLE", OutputDurationMS: 1170000, UserIDs: []string{agentA},
		Pauses: []genesys.Pause{
			{Type: "HOLD", Reason: "SECUREPAUSE", LocationMS: 60000, DurationMS: 30000, AbsoluteLocationMS: 60000, AbsoluteDurationMS: 30000, RecordingLocationMS: 60000, RecordingDurationMS: 0, RealtimeLocationMS: 60000},
			{Type: "ANNOTATION", LocationMS: 90000, DurationMS: -1, AbsoluteLocationMS: -1, AbsoluteDurationMS: -1, RecordingLocationMS: -1, RecordingDurationMS: -1, RealtimeLocationMS: -1},
		},
		Times: []schemas.Reading{reading("startTime", metadata, "2026-05-04T11:00:00.000Z"), reading("originalRecordingStartTime", metadata, "2026-05-04T10:59:48.500Z"), reading("creationTime", metadata, "2026-05-04T11:20:00Z")},
	}
	for file, want := range map[string][]genesys.Recording{"recording.json": {one}, "recordings.json": {one, two}} {
		if got, refusals := collect(genesys.Recordings(bytes.NewReader(answer(t, file)))); !reflect.DeepEqual(got, want) || refusals != nil {
			t.Errorf("%s: %v\n got %+v\nwant %+v", file, refusals, got, want)
		}
	}
}

func TestAuditsJobsRetentions(t *testing.T) {
	audit := genesys.Audit{ID: "ad000000-0000-4000-8000-000000000001", Service: "Quality", Level: "USER", Action: "ApplyProtection", EntityType: "Recording", EntityID: recording1, Status: "SUCCESS",
		UserID: "e0000000-0000-4000-8000-0000000000ff", ConversationID: conversation, Times: []schemas.Reading{reading("eventDate", instant.Audit, "2026-05-04T10:02:11Z")}}
	for _, file := range []string{"audit.json", "audits.json"} {
		if got, refusals := collect(genesys.Audits(bytes.NewReader(answer(t, file)))); !reflect.DeepEqual(got, []genesys.Audit{audit}) || refusals != nil {
			t.Errorf("%s: %+v, %v", file, got, refusals)
		}
	}
	job := genesys.Job{JobID: "10b00000-0000-4000-8000-000000000001", State: "FULFILLED", Action: "EXPORT", IntegrationID: "17e00000-0000-4000-8000-000000000001", Screen: new(true), Sensitive: new(true),
		Conversations: 40, Recordings: 61, Skipped: 1, Failed: 1, Processed: 59, ConversationSpan: "2026-05-04T00:00:00.000Z/2026-05-05T00:00:00.000Z",
		Times: []schemas.Reading{reading("dateCreated", instant.Job, "2026-05-06T09:58:00.000Z"), reading("actionDate", instant.Job, "2026-05-06T10:00:00.000Z")}}
	pending := genesys.Job{JobID: "10b00000-0000-4000-8000-000000000002", State: "PENDING", Conversations: -1, Recordings: -1, Skipped: -1, Failed: -1, Processed: -1,
		Times: []schemas.Reading{reading("dateCreated", instant.Job, "2026-05-07T09:00:00Z")}}
	for file, want := range map[string][]genesys.Job{"job.json": {job}, "jobs.json": {job, pending}} {
		if got, refusals := collect(genesys.Jobs(bytes.NewReader(answer(t, file)))); !reflect.DeepEqual(got, want) || refusals != nil {
			t.Errorf("%s: %v\n got %+v\nwant %+v", file, refusals, got, want)
		}
	}
	kept := genesys.Kept{ConversationID: conversation, RecordingID: recording1, Times: []schemas.Reading{
		reading("creationTime", instant.ExportMetadata, "2026-05-04T09:15:04.870Z"), reading("exportDate", instant.Job, "2026-05-06T00:00:00.000Z"),
		reading("exportedDate", instant.Job, "2026-05-06T10:41:07.000Z"), reading("deleteDate", instant.ExportMetadata, "2033-05-04T00:00:00.000Z")}}
	if got, refusals := collect(genesys.Retentions(bytes.NewReader(answer(t, "retentions.json")))); !reflect.DeepEqual(got, []genesys.Kept{kept}) || refusals != nil {
		t.Errorf("%+v, %v", got, refusals)
	}
}

// A file of events is read by the event, in every form that somebody may have saved them in.
func TestEvents(t *testing.T) {
	one := detailEvent("user.end", userEnd)
	want, err := genesys.ParseEvent([]byte(one))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{one, "[" + one + "]", one + "\n", `{"saved":[` + one + `]}`} {
		if got, refusals := collect(genesys.Events(strings.NewReader(text), "saved")); len(got) != 1 || !reflect.DeepEqual(got[0], want) || refusals != nil {
			t.Errorf("%s: %+v, %v", text, got, refusals)
		}
	}
	got, refusals := collect(genesys.Events(strings.NewReader(one + "\n{}\n" + one)))
	if len(got) != 2 || !reflect.DeepEqual(refusals, []string{"shape /1"}) {
		t.Errorf("%+v, %v", got, refusals)
	}
}

// A bad element is refused alone, by its place in the file; what is wrong with the file ends it.
func TestAnswersRefused(t *testing.T) {
	const seg = `{"segmentType":"interact"},`
	many := `{"conversationId":"c","participants":[{"sessions":[{"segments":[` + strings.Repeat(seg, genesys.MaxSegments) + `{}]}]}]}`
	crowd := `{"conversationId":"c","participants":[{"sessions":[` + strings.Repeat("{},", genesys.MaxSessions) + `{}]}]}`
	for _, c := range []struct {
		name, text string
		read       func(io.Reader) (int, []string)
		n          int
		refusals   []string
	}{
		{"elements", `{"conversations":[7,{"conversationId":"a b"},{"conversationId":"c"},{"conversationId":"c","conversationid":"d"},{}]}`, conversations, 1,
			[]string{"shape /conversations/0", "bad-id /conversations/1/conversationId", "json-duplicate /conversations/3/conversationid", "no-identity /conversations/4"}},
		{"deep within", `[{"conversationId":"c","participants":[{"sessions":[{},{"segments":[{},{"queueId":"a b"}]}]}]}]`, conversations, 0, []string{"bad-id /0/participants/0/sessions/1/segments/1/queueId"}},
		{"participants no array", `{"conversationId":"c","participants":{}}`, conversations, 0, []string{"wrong-type /participants"}},
		{"a participant no object", `{"conversationId":"c","participants":[1]}`, conversations, 0, []string{"wrong-type /participants/0"}},
		{"a session no object", `{"conversationId":"c","participants":[{"sessions":[1]}]}`, conversations, 0, []string{"wrong-type /participants/0/sessions/0"}},
		{"a segment no object", `{"conversationId":"c","participants":[{"sessions":[{"segments":[1]}]}]}`, conversations, 0, []string{"wrong-type /participants/0/sessions/0/segments/0"}},
		{"recording no bool", `{"conversationId":"c","participants":[{"sessions":[{"recording":1}]}]}`, conversations, 0, []string{"wrong-type /participants/0/sessions/0/recording"}},
		{"many segments", many, conversations, 0, []string{"too-many /participants/0/sessions/0/segments"}},
		{"many sessions", crowd, conversations, 0, []string{"too-many /participants/0/sessions"}},
		{"a large one between small ones", `[{"conversationId":"a"},{"x":"` + strings.Repeat("x", genesys.MaxConversation) + `"},{"conversationId":"b"}]`, conversations, 2, []string{"json-size /1"}},
		{"cut off", `{"conversations":[{"conversationId":"c"},{`, conversations, 1, []string{"json-syntax /conversations/1"}},
		{"nothing", ``, conversations, 0, []string{"json-syntax "}},
		{"another list", `{"entities":[{"conversationId":"c"}]}`, conversations, 0, []string{"no-identity "}},
		{"recording without conversation", `[{"id":"r"}]`, recordings, 0, []string{"no-identity /0"}},
		{"annotation no object", `{"id":"r","conversationId":"c","annotations":[0]}`, recordings, 0, []string{"wrong-type /annotations/0"}},
		{"negative pause", `{"id":"r","conversationId":"c","annotations":[{"durationMs":-1}]}`, recordings, 0, []string{"wrong-type /annotations/0/durationMs"}},
		{"many pauses", `{"id":"r","conversationId":"c","annotations":[` + strings.Repeat("{},", genesys.MaxPauses) + `{}]}`, recordings, 0, []string{"too-many /annotations"}},
		{"user no object", `{"id":"r","conversationId":"c","users":["u"]}`, recordings, 0, []string{"wrong-type /users/0"}},
		{"user's id", `{"id":"r","conversationId":"c","users":[{"id":"a b"}]}`, recordings, 0, []string{"bad-id /users/0/id"}},
		{"many users", `{"id":"r","conversationId":"c","users":[` + strings.Repeat("{},", genesys.MaxIDs) + `{}]}`, recordings, 0, []string{"too-many /users"}},
		{"no audit", `{"entities":[{"id":"u","action":"Read"}]}`, audits, 0, []string{"shape /entities/0"}},
		{"audit's context", `{"action":"a","eventDate":"x","context":{"conversationId":7}}`, audits, 0, []string{"wrong-type /context/conversationId"}},
		{"no job", `{"entities":[{"id":"u","name":"x"}]}`, jobs, 0, []string{"no-identity /entities/0"}},
		{"job's query", `{"id":"j","state":"READY","recordingJobsQuery":[]}`, jobs, 0, []string{"wrong-type /recordingJobsQuery"}},
		{"job's count", `{"id":"j","state":"READY","totalRecordings":1.0}`, jobs, 0, []string{"wrong-type /totalRecordings"}},
		{"no retention", `[{"conversationId":"c"}]`, retentions, 0, []string{"no-identity /0"}},
	} {
		n, refusals := c.read(strings.NewReader(c.text))
		if n != c.n || !reflect.DeepEqual(refusals, c.refusals) {
			t.Errorf("%s: %d read, %q; want %d, %q", c.name, n, refusals, c.n, c.refusals)
		}
	}
}

func count[T any](read func(io.Reader, ...string) iter.Seq2[T, error], r io.Reader) (int, []string) {
	all, refusals := collect(read(r))
	return len(all), refusals
}

func conversations(r io.Reader) (int, []string) { return count(genesys.Conversations, r) }
func recordings(r io.Reader) (int, []string)    { return count(genesys.Recordings, r) }
func audits(r io.Reader) (int, []string)        { return count(genesys.Audits, r) }
func jobs(r io.Reader) (int, []string)          { return count(genesys.Jobs, r) }
func retentions(r io.Reader) (int, []string)    { return count(genesys.Retentions, r) }

// A time that cannot be read costs nothing around it (G5), whatever type it has; a null one is none.
func TestAnswersUnreadableTimes(t *testing.T) {
	r, err := genesys.ParseRecording([]byte(`{"id":"r","conversationId":"c","startTime":"yesterday","endTime":null,"creationTime":{"a":1},"exportedDate":""}`))
	if err != nil || len(r.Times) != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, time := range r.Times {
		if time.Refused == "" || time.HiMS >= time.LoMS {
			t.Errorf("%+v", time)
		}
	}
}

func BenchmarkConversations(b *testing.B) {
	one := string(bytes.ReplaceAll(answer(b, "conversation.json"), []byte("\n"), []byte(" ")))
	text := `{"conversations":[` + strings.Repeat(one+",", 999) + one + `]}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range genesys.Conversations(strings.NewReader(text)) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

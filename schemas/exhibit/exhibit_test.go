package exhibit

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/s3event"
	"holdfast.example/schemas/s3object"
)

const (
	metadata = `{"mediaType":"Message","mediaSubtype":null,"provider":"PureCloud Messaging","userIds":["e1"],"conversationId":"c1","recordingId":"r1","startTime":"2026-05-04T09:15:02.118+0000"}`
	row      = `{"conversation_id":"c1","recording_id":"r1","recorded_start_time":"2026-05-04 09:27:02"}`
	hook     = `{"topicName":"v2.detail.events.conversation.c.user.end","version":"2","eventBody":{"eventTime":1}}`
	mail     = "Received: from a by b; Mon, 4 May 2026 09:15:03 +0000\r\nDate: Mon, 4 May 2026 10:15:02 +0100\r\nFrom: a@example.com\r\n\r\nhello\r\n"
)

// file reads a sample of a reader's own tests.
func file(t testing.TB, path ...string) string {
	b, err := os.ReadFile(filepath.Join(append([]string{".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// At stake: every kind of evidence is found by its content, in each form it comes in, and nothing is taken for another.
func TestRecognise(t *testing.T) {
	answer := func(name string) string { return file(t, "genesys", "testdata", "answers", name) }
	notification := func(name string) string { return file(t, "s3event", "testdata", name) }
	for _, c := range []struct {
		name, text string
		kind       Kind
		form       Form
		list       string
	}{
		{"metadata", metadata, Metadata, One, ""},
		{"metadata by aliases", row, Metadata, One, ""},
		{"manifest array", " [" + row + "]", Manifest, Array, ""},
		{"manifest object", `{"job_id":"j","recordings":[` + row + `]}`, Manifest, Page, "recordings"},
		{"manifest, bad rows first", `[{},7,` + row + `]`, Manifest, Array, ""},
		{"manifest lines", row + "\n" + row, Manifest, Lines, ""},
		{"manifest lines, the first torn", "{\"a\n" + row, Manifest, Lines, ""},
		{"manifest table", "\xEF\xBB\xBFconversation_id,recording_id\nc,r\n", Manifest, Table, ""},
		{"analytics", answer("conversation.json"), Analytics, One, ""},
		{"analytics answer", answer("conversations.json"), Analytics, Page, "conversations"},
		{"analytics lines", `{"conversationId":"c","conversationStart":"x"}` + "\n" + `{"conversationId":"d","conversationStart":"x"}`, Analytics, Lines, ""},
		{"audit", answer("audit.json"), AuditQuery, One, ""},
		{"audit answer", answer("audits.json"), AuditQuery, Page, "entities"},
		{"recording", answer("recording.json"), RecordingAnswer, One, ""},
		{"recordings", answer("recordings.json"), RecordingAnswer, Array, ""},
		{"job", answer("job.json"), ExportJob, One, ""},
		{"jobs", answer("jobs.json"), ExportJob, Page, "entities"},
		{"retention", answer("retentions.json"), Retention, Page, "entities"},
		{"envelope", file(t, "genesys", "testdata", "genesys", "aws-event-bridge-conversation-start-event.json"), Event, One, ""},
		{"audit event", file(t, "genesys", "testdata", "genesys", "audit-oauth-client-delete.json"), Event, One, ""},
		{"webhook", hook, Event, One, ""},
		{"webhooks", hook + "\n" + hook, Event, Lines, ""},
		{"events", "[" + hook + "]", Event, Array, ""},
		{"notification", notification("direct.json"), Notification, One, ""},
		{"notification by SNS", notification("sns.json"), Notification, One, ""},
		{"notification by EventBridge", notification("eventbridge.json"), Notification, One, ""},
		{"test message", `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-05-01T00:00:00.000Z","Bucket":"b"}`, Notification, One, ""},
		{"versions", file(t, "s3object", "testdata", "list-object-versions.json"), ObjectVersions, One, ""},
		{"head", file(t, "s3object", "testdata", "head-object.json"), ObjectHead, One, ""},
		{"head, version 1", file(t, "s3object", "testdata", "head-object-v1.json"), ObjectHead, One, ""},
		{"messages", `[{"id":"m1","timestamp":"2026-05-04T09:15:02.118Z","purpose":"customer","messageText":"hello"}]`, Transcript, Array, ""},
		{"chat", `{"conversationId":"c","participants":[{"name":"x"}],"messages":[{"utc":"2026-05-04T09:15:02Z","body":"hi"}]}`, Transcript, Page, "messages"},
		{"mails", `[{"id":"m","time":"2026-05-04T09:15:02Z","subject":"s","from":{}}]`, Transcript, Array, ""},
		{"speech", `{"communicationId":"c","mediaType":"call","transcripts":[{"phrases":[]}]}`, Speech, One, ""},
		{"page", "\n<!DOCTYPE HTML><html></html>", TranscriptPage, One, ""},
		{"mail", mail, Mail, One, ""},
		{"zip", "PK\x03\x04rest", Zip, Bytes, ""},
		{"empty zip", "PK\x05\x06" + strings.Repeat("\x00", 18), Zip, Bytes, ""},
		{"wav", "RIFF\x24\x00\x00\x00WAVEfmt ", WAV, Bytes, ""},
		{"mp3 with tag", "ID3\x04\x00\x00\x00\x00\x00\x0A", MP3, Bytes, ""},
		{"mp3 frames", strings.Repeat("\xFF\xFB\x90\x00"+strings.Repeat("\x00", 413), 2), MP3, Bytes, ""},
		{"opus", "OggS\x00\x02" + strings.Repeat("\x00", 22) + "OpusHead", OggOpus, Bytes, ""},
		{"vorbis", "OggS\x00\x02" + strings.Repeat("\x00", 22) + "\x01vorbis", Ogg, Bytes, ""},
		{"mp4", "\x00\x00\x00\x18ftypmp42", MP4, Bytes, ""},
		{"webm", "\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x84webm", WebM, Bytes, ""},
		{"matroska", "\x1A\x45\xDF\xA3\x9F\x42\x82\x88matroska", Matroska, Bytes, ""},
	} {
		got := Recognise([]byte(c.text), int64(len(c.text)))
		if got.Kind != c.kind || got.Form != c.form || got.List != c.list {
			t.Errorf("%s: %+v; want %s, %s, %q", c.name, got, c.kind, c.form, c.list)
		}
	}
}

// What is of no kind says why, and what to do.
func TestUnknown(t *testing.T) {
	for _, c := range []struct{ name, text, why string }{
		{"empty", "", "empty"},
		{"white space", " \n", "white space"},
		{"UTF-16", "\xFF\xFE{\x00}\x00", "UTF-8"},
		{"mark", "\xEF\xBB\xBF" + metadata, "byte order mark"},
		{"gzip", "\x1F\x8B\x08\x00", "unpack"},
		{"object", `{"a":1}`, "none of its names"},
		{"empty object", `{}`, "none of its names"},
		{"empty array", ` [ ] `, "empty array"},
		{"array", `[{"a":1},2]`, "first elements"},
		{"lines", "{\"a\":1}\n{\"b\":2}\n", "first lines"},
		{"empty page", `{"entities":[],"total":0}`, "page"},
		{"contents", `{"Contents":[{"Key":"k","ETag":"e"}]}`, "list-object-versions"},
		{"SNS of another", `{"Type":"Notification","TopicArn":"arn","Message":"{\"a\":1}"}`, "SNS"},
		{"semicolons", "conversation_id;recording_id\nc;r\n", "commas"},
		{"tabs", "conversation_id\trecording_id\nc\tr\n", "commas"},
		{"prose with a semicolon", "Dear all; hello\n", "header"},
		{"prose", "Dear all,\nhello\n", "header"},
		{"one field", "Date: today\n\nx", "header"},
		{"two fields of no origin", "To: x\nSubject: y\n\nz", "header"},
		{"mbox", "From a@example.com Mon May  4\n" + mail, "mbox"},
		{"bytes", "\x00\x01\x02\x03", "bytes of no kind"},
		{"latin-1", "r\xe9union,\n", "bytes of no kind"},
		{"one frame's mark", "\xFF\xFB\x90\x00abcdefgh", "bytes of no kind"},
		{"conversation of a notification", `{"id":"c","participants":[{"id":"p","purpose":"agent"}]}`, "none of its names"},
		{"avi", "RIFF\x24\x00\x00\x00AVI LIST", "bytes of no kind"},
	} {
		got := Recognise([]byte(c.text), int64(len(c.text)))
		if got.Kind != Unknown || got.Form != "" || !strings.Contains(got.Reason, c.why) {
			t.Errorf("%s: %+v; want a reason with %q", c.name, got, c.why)
		}
	}
}

// A file is known by its beginning: cut anywhere behind its first telling names, it is the same kind.
func TestCutOff(t *testing.T) {
	long := strings.Repeat("x", 2*Head)
	for _, c := range []struct {
		name, text string
		kind       Kind
		form       Form
	}{
		{"a large conversation", `{"conversations":[{"conversationId":"c","conversationStart":"s","participants":[{"x":"` + long, Analytics, Page},
		{"a large recording", `[{"id":"r","conversationId":"c","fileState":"AVAILABLE","messagingTranscript":[{"messageText":"` + long, RecordingAnswer, Array},
		{"a large manifest", `{"job":"j","rows":[` + strings.Repeat(row+",\n", 2000), Manifest, Page},
		{"large lines", strings.Repeat(row+"\n", 2000), Manifest, Lines},
		{"a large mail header", strings.Repeat("Received: by x\r\n\tfor y\r\n", 4000) + mail, Mail, One},
		{"a large mail", mail + long, Mail, One},
		{"one name in a large object", `{"conversationStart":"x","conversationId":"c","more":"` + long, Analytics, One},
	} {
		got := Recognise([]byte(c.text)[:Head], int64(len(c.text)))
		if got.Kind != c.kind || got.Form != c.form {
			t.Errorf("%s: %+v; want %s, %s", c.name, got, c.kind, c.form)
		}
	}
}

// What is recognised is read by the reader named for it.
func TestReadersAgree(t *testing.T) {
	readers := map[Kind]func(b []byte, list ...string) error{
		Metadata:        func(b []byte, _ ...string) error { _, err := genesys.ParseMetadata(b); return err },
		Event:           func(b []byte, list ...string) error { return each(genesys.Events(bytes.NewReader(b), list...)) },
		ObjectHead:      func(b []byte, _ ...string) error { _, err := s3object.ParseHead(b); return err },
		Notification:    func(b []byte, list ...string) error { return each(s3event.Messages(bytes.NewReader(b), list...)) },
		Manifest:        func(b []byte, _ ...string) error { return each(genesys.ReadManifest(bytes.NewReader(b))) },
		Analytics:       func(b []byte, list ...string) error { return each(genesys.Conversations(bytes.NewReader(b), list...)) },
		AuditQuery:      func(b []byte, list ...string) error { return each(genesys.Audits(bytes.NewReader(b), list...)) },
		RecordingAnswer: func(b []byte, list ...string) error { return each(genesys.Recordings(bytes.NewReader(b), list...)) },
		ExportJob:       func(b []byte, list ...string) error { return each(genesys.Jobs(bytes.NewReader(b), list...)) },
		Retention:       func(b []byte, list ...string) error { return each(genesys.Retentions(bytes.NewReader(b), list...)) },
		ObjectVersions:  func(b []byte, _ ...string) error { return each(s3object.Versions(bytes.NewReader(b))) },
	}
	read := map[Kind]bool{}
	for _, pattern := range []string{"genesys/testdata/answers/*.json", "genesys/testdata/genesys/*.json", "s3object/testdata/*.json", "s3event/testdata/*.json"} {
		files, _ := filepath.Glob("../" + pattern)
		if len(files) == 0 {
			t.Errorf("%s: nothing there", pattern)
		}
		for _, f := range files {
			b := []byte(file(t, strings.TrimPrefix(f, "../")))
			got := Recognise(b, int64(len(b)))
			reader := readers[got.Kind]
			if reader == nil {
				t.Errorf("%s is %+v, and nobody reads it", f, got)
			} else if err := reader(b, got.List); err != nil {
				t.Errorf("%s is %+v: %v", f, got, err)
			}
			read[got.Kind] = true
			if got.Form != One || got.Kind == ObjectVersions || got.Kind == ObjectHead {
				continue
			}
			for how, text := range map[string]string{"array": "[" + string(b) + "]", "page": `{"any":[` + string(b) + `]}`} { // saved in another form
				again := Recognise([]byte(text), int64(len(text)))
				if err := reader([]byte(text), again.List); again.Kind != got.Kind || err != nil {
					t.Errorf("%s as %s is %+v: %v", f, how, again, err)
				}
			}
		}
	}
	for kind := range readers {
		if !read[kind] && kind != Metadata && kind != Manifest {
			t.Errorf("no sample of %s", kind)
		}
	}
}

func each[T any](seq func(func(T, error) bool)) (first error) {
	for _, err := range seq {
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Any bytes are of one kind of the list, by the same answer every time; an unknown one has its reason.
func FuzzRecognise(f *testing.F) {
	for _, s := range []string{metadata, "[" + row, `{"rows":[` + row, hook, mail, "conversation_id,start_time\n", "\xFF\xFB\x90\x00", "{\"a\n{", `{"Message":"{","TopicArn":""}`, `{"Records":[`, `{"participants":[{`} {
		f.Add([]byte(s), int64(len(s)))
	}
	f.Fuzz(func(t *testing.T, head []byte, size int64) {
		got := Recognise(head, size)
		if !slices.Contains(Kinds(), got.Kind) || (got.Kind == Unknown) != (got.Form == "") || got.Kind == Unknown && got.Reason == "" || got.List != "" && got.Form != Page {
			t.Fatalf("%q: %+v", head, got)
		}
		if again := Recognise(bytes.Clone(head), size); again != got {
			t.Fatalf("%q: %+v, then %+v", head, got, again)
		}
	})
}

func BenchmarkRecognise(b *testing.B) {
	head := []byte(`{"job":"j","rows":[` + strings.Repeat(row+",\n", 2000))[:Head]
	b.ReportAllocs()
	for b.Loop() {
		Recognise(head, 1<<30)
	}
}

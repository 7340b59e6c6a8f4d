package field

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/s3event"
)

var update = flag.Bool("update", false, "write docs/FIELDS.md")

const page = "../../docs/FIELDS.md"

// At stake: what a verdict leans on can be looked up. docs/FIELDS.md is the table printed.
func TestPage(t *testing.T) {
	text := printed()
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != text {
		t.Error("docs/FIELDS.md is not the table; go test ./schemas/field -run Page -update writes it")
	}
}

func printed() string {
	var b strings.Builder
	b.WriteString(`# Fields

Printed from the table in ` + "`schemas/field`" + ` by ` + "`go test ./schemas/field -run Page -update`" + `; do not edit.

Every field that holds a time, in every kind of document that can speak of a recording. Two fields are compared only
where they mean one and the same instant: anything else is a difference of definitions, and no clock is wrong. A field
that may mean more than one instant is like no other. **later** is what becomes of the value after the export; **sure**
is how well the meaning stands.
`)
	var of Document
	for _, f := range All() {
		if f.Document != of {
			of = f.Document
			fmt.Fprintf(&b, "\n## %s\n\n| field | means | clock | precision | zone | later | sure | says |\n|---|---|---|---|---|---|---|---|\n", of)
		}
		name := "`" + f.Name + "`"
		if f.Place != "" {
			name += " of " + f.Place
		}
		if f.Reading != "" {
			name += ", read as `" + f.Reading + "`"
		}
		var means []string
		for _, m := range f.Means {
			means = append(means, string(m))
		}
		precision := string(f.Precision)
		if f.Rounding == instant.Truncated {
			precision += ", truncated"
		}
		says := f.Source
		if f.Derived != "" {
			says += "; " + f.Derived
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", name, strings.Join(means, " or "), f.Clock, precision, f.Zone, f.Later, f.Sureness, says)
	}
	b.WriteString("\n## What an instant is held against\n\nWhere no other document means the same instant.\n\n| instant | held against | sure | because |\n|---|---|---|---|\n")
	for _, r := range references {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.Of, r.Against, r.Sureness, r.Source)
	}
	return b.String()
}

// Rows are unique, whole, and of closed lists; what is surely known says more than "unknown" in its source.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range All() {
		key := fmt.Sprint(f.Document, " ", f.Place, " ", f.Name)
		if seen[key] {
			t.Errorf("%s stands twice", key)
		}
		seen[key] = true
		if found, ok := Find(f.Document, f.Place, f.Name); !ok || found.Source != f.Source {
			t.Errorf("%s is not found", key)
		}
		if len(f.Means) == 0 || f.Source == "" || f.Precision == "" || f.Zone == "" || f.Later == "" || f.Sureness == "" || f.Name == "" {
			t.Errorf("%s is not whole: %+v", key, f)
		}
		if !slices.Contains(instant.Clocks(), f.Clock) {
			t.Errorf("%s is of no clock: %q", key, f.Clock)
		}
		for _, m := range f.Means {
			if !slices.Contains(Instants(), m) {
				t.Errorf("%s means what is no instant: %q", key, m)
			}
		}
		if f.Sureness == Unknown && len(f.Means) == 1 {
			t.Errorf("%s means one instant, and nobody knows that", key)
		}
	}
	if _, ok := Find(MetadataFile, "", "no such"); ok {
		t.Error("a field is found that is not there")
	}
	All()[0].Means[0] = "spoiled"
	if All()[0].Means[0] == "spoiled" {
		t.Error("who is given the table can change it")
	}
}

// What the domain's traps are made of: each would be drift if fields were told apart by their names alone.
func TestAlike(t *testing.T) {
	of := func(d Document, place, name string) Field {
		f, ok := Find(d, place, name)
		if !ok {
			t.Fatalf("no field %s %s %s", d, place, name)
		}
		return f
	}
	start, created := of(MetadataFile, "", "startTime"), of(MetadataFile, "", "creationTime")
	for _, c := range []struct {
		name        string
		a, b        Field
		alike, vote bool
	}{
		{"a start and a start of one exporter", start, of(MetadataFile, "", "recorded_start_time"), true, false},
		{"a start and the entry's creation", start, created, false, false},
		{"created_at may be either", of(MetadataFile, "", "created_at"), created, false, false},
		{"created_at is not even like itself", of(MetadataFile, "", "created_at"), of(MetadataFile, "", "created_at"), false, false},
		{"events and analytics are one vote", of(DetailEvent, "customer.start", "eventTime"), of(AnalyticsDetail, "customer interact", "segmentStart"), true, false},
		{"a deed and its entry in the log", of(DetailEvent, "customer.end", "eventTime"), of(AuditQuery, "", "eventDate"), false, false},
		{"two stamps of the store", of(S3Event, "Records", "eventTime"), of(S3Event, "EventBridge", "time"), true, false},
		{"the store's two instants", of(S3Event, "Records", "eventTime"), of(S3Object, "", "Last-Modified"), false, false},
		{"exported, by file and by API", of(MetadataFile, "", "exportedDate"), of(RecordingAnswer, "", "exportedDate"), true, false},
		{"what is planned is not done", of(RecordingAnswer, "", "exportDate"), of(RecordingAnswer, "", "exportedDate"), false, false},
		{"a start as asked, and before anything was withheld", of(RecordingAnswer, "", "startTime"), of(RecordingAnswer, "", "originalRecordingStartTime"), false, false},
		{"events and the exporter's start are alike only by reference", start, of(DetailEvent, "customer.start", "eventTime"), false, true},
		{"muxing is no start", of(Media, "matroska Info", "DateUTC"), of(Media, "mp3 id3v2", "TDRC"), false, false},
	} {
		if got := Alike(c.a, c.b); got != c.alike || Alike(c.b, c.a) != got {
			t.Errorf("%s: alike %v", c.name, got)
		}
		if got := Independent(c.a, c.b); got != c.vote {
			t.Errorf("%s: independent %v", c.name, got)
		}
	}
	if !Independent(start, of(Mail, "", "Date")) {
		t.Error("exporter and sender are votes of their own")
	}
	if i, sure := Reference(RecordingStart); i != SessionStart || sure != Inferred {
		t.Errorf("a recording's start is held against %s, %s", i, sure)
	}
	if i, sure := Reference(Exported); i != Exported || sure != Documented {
		t.Errorf("an export's time is held against %s, %s", i, sure)
	}
}

// Every reading that a parser makes has its row, with the same clock, and as wide as the row says.
func TestReadingsHaveRows(t *testing.T) {
	for _, topic := range genesys.Topics() {
		full := "v2.detail.events.conversation.c-1." + topic
		e, err := genesys.ParseEvent([]byte(`{"detail-type":"v2.detail.events.conversation.{id}.` + topic + `","source":"aws.partner/genesys.com","time":"` + second +
			`","detail":{"topicName":"` + full + `","timestamp":"` + second + `","eventBody":{"eventTime":"` + second + `","conversationId":"c-1"}}}`))
		if err != nil || len(e.Times) != 3 {
			t.Fatalf("%s: %d readings, %v", topic, len(e.Times), err)
		}
		checkRow(t, DetailEvent, topic, e.Times[0].Field, e.Times[0])
		checkRow(t, Envelope, "", e.Times[1].Field, e.Times[1])
		checkRow(t, Envelope, "", e.Times[2].Field, e.Times[2])
	}
	e, err := genesys.ParseEvent([]byte(`{"topicName":"v2.audits.entitytype.Recording.entityid.x","eventBody":{"eventTime":"` + second + `"}}`))
	if err != nil || len(e.Times) != 1 {
		t.Fatalf("audit: %d readings, %v", len(e.Times), err)
	}
	checkRow(t, AuditEvent, "", e.Times[0].Field, e.Times[0])
	for _, f := range All() {
		if f.Document != MetadataFile {
			continue
		}
		x, err := genesys.ParseMetadata([]byte(`{"recordingId":"r","` + f.Name + `":"` + second + `"}`))
		if err != nil || len(x.Times) != 1 || x.Times[0].Field != f.Name {
			t.Errorf("%s of a metadata file is not read: %+v, %v", f.Name, x.Times, err)
			continue
		}
		checkRow(t, MetadataFile, "", f.Name, x.Times[0])
	}
	for place, text := range map[string]string{
		"Records": `{"Records":[{"eventVersion":"2.5","eventSource":"aws:s3","eventTime":"` + second + `","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}`,
		"EventBridge": `{"version":"0","detail-type":"Object Created","source":"aws.s3","time":"` + second +
			`","detail":{"version":"0","bucket":{"name":"b"},"object":{"key":"k"},"reason":"PutObject"}}`,
	} {
		m, err := s3event.Parse([]byte(text))
		if err != nil || len(m.Notifications) != 1 || len(m.Notifications[0].Times) != 1 {
			t.Fatalf("%s: %+v, %v", place, m, err)
		}
		r := m.Notifications[0].Times[0]
		checkRow(t, S3Event, place, r.Field, r)
	}
	n, err := s3event.FromFields(&schemas.NotificationFields{EventName: "ObjectCreated:Put", EventTime: second, Bucket: "b", Key: "k"})
	if err != nil || len(n.Times) != 1 {
		t.Fatalf("a producer's notification: %+v, %v", n, err)
	}
	checkRow(t, ProducerNotification, "", n.Times[0].Field, n.Times[0])
}

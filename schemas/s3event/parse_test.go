package s3event

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"holdfast.example/schemas"
)

const (
	org  = "11111111-2222-4333-8444-555555555555"
	conv = "c0ffee00-0000-4000-8000-000000000001"
	rec  = "7ec00000-0000-4000-8000-000000000001"

	folder = org + "/year=2026/month=5/day=4/hour=9/conversation_id=" + conv + "/"
	media  = folder + rec + ".opus"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func one(t testing.TB, name string) Notification {
	t.Helper()
	m, err := Parse(sample(t, name))
	if err != nil || m.Test || len(m.Notifications) != 1 {
		t.Fatalf("%s: %+v, %v; want one notification", name, m, err)
	}
	return m.Notifications[0]
}

// fact is the fact of the direct sample, changed for another.
func fact(change func(*schemas.ObjectFact)) schemas.ObjectFact {
	f := schemas.ObjectFact{
		Action: schemas.ActionCreated, Bucket: "hold-bucket", Key: media, VersionID: "v1x",
		ETag: "0123456789abcdef0123456789abcdef", Size: 184221, Sequencer: "0064D3901D00059242",
		Principal: "AWS:AROAEXAMPLE:genesys", OrganizationID: org, RecordingID: rec, Role: schemas.RoleMedia,
	}
	change(&f)
	return f
}

// ETags of the imitations' samples and of nothing.
const (
	greeting = "b1946ac92492d2347c6235b4d2611184"
	empty    = "d41d8cd98f00b204e9800998ecf8427e"
)

var shapes = []struct {
	name, shape, field, time string
	width                    int64 // of the reading; 0: refused
	labels                   []string
	fact                     schemas.ObjectFact
}{
	{"direct", ShapeDirect, "eventTime", "2026-05-06T10:41:07.314Z", 1, nil, fact(func(*schemas.ObjectFact) {})},
	{"sns", ShapeSNS, "eventTime", "2026-05-06T10:41:07.314Z", 1, nil, fact(func(*schemas.ObjectFact) {})},
	{"eventbridge", ShapeEventBridge, "time", "2026-05-06T10:41:07Z", 1500, nil, fact(func(f *schemas.ObjectFact) { f.Principal = "210987654321" })},
	{"sns-eventbridge", ShapeSNSEventBridge, "time", "2026-05-06T10:41:07Z", 1500, nil, fact(func(f *schemas.ObjectFact) { f.Principal = "210987654321" })},
	{"moto", ShapeDirect, "eventTime", "2026-05-06T10:41:07.314159", 1, []string{schemas.LabelUnpinned}, fact(func(f *schemas.ObjectFact) {
		f.VersionID, f.Sequencer, f.Principal, f.ETag, f.Size = "", "", "", greeting, 5
	})},
	{"moto-eventbridge", ShapeEventBridge, "time", "1778064067.314159", 0, nil, fact(func(f *schemas.ObjectFact) {
		f.VersionID, f.Sequencer, f.Principal, f.ETag, f.Size = "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e", "617f08299329d189", "123456789012", greeting, 5
	})},
	{"versitygw", ShapeDirect, "eventTime", "2026-05-06T10:41:07Z", 1500, []string{schemas.LabelUnpinned}, fact(func(f *schemas.ObjectFact) {
		f.VersionID, f.Sequencer, f.Principal, f.ETag, f.Size = "", "1", "testing", greeting, 5
	})},
	{"versitygw-odd-key", ShapeDirect, "eventTime", "2026-05-06T10:41:07Z", 1500, []string{schemas.LabelUnpinned}, fact(func(f *schemas.ObjectFact) {
		f.VersionID, f.Sequencer, f.Principal, f.ETag, f.Size = "", "2", "testing", greeting, 5
		f.Key, f.OrganizationID, f.RecordingID, f.Role = "exports/50%2B off+tax 100%.csv", "", "", schemas.RoleOther
	})},
	{"minio", ShapeDirect, "eventTime", "2026-05-06T10:41:07.314Z", 1, []string{schemas.LabelUnpinned}, fact(func(f *schemas.ObjectFact) {
		f.VersionID, f.Sequencer, f.Principal, f.ETag, f.Size = "", "17ACD9B8A2C4F4E0", "minio", greeting, 5
	})},
	{"delete", ShapeDirect, "eventTime", "2026-05-07T08:00:00.001Z", 1, nil, fact(func(f *schemas.ObjectFact) {
		f.Action, f.Sequencer, f.Principal, f.ETag, f.Size = schemas.ActionDeleted, "0064D3901D00059299", "AWS:AIDAEXAMPLE", "", -1
	})},
	{"delete-marker", ShapeDirect, "eventTime", "2026-05-07T08:00:00.001Z", 1, nil, fact(func(f *schemas.ObjectFact) {
		f.Action, f.VersionID, f.Sequencer, f.Principal, f.ETag, f.Size = schemas.ActionDeleteMarker, "v3x", "0064D3901D0005929A", "AWS:AIDAEXAMPLE", empty, -1
	})},
	{"lifecycle-delete-marker", ShapeDirect, "eventTime", "2026-05-07T08:00:00.001Z", 1, nil, fact(func(f *schemas.ObjectFact) {
		f.Action, f.VersionID, f.Sequencer, f.Principal, f.ETag, f.Size = schemas.ActionDeleteMarker, "v4x", "0064D3901D0005929B", "AWS:AIDAEXAMPLE", empty, -1
	})},
	{"tagging", ShapeDirect, "eventTime", "2026-05-07T08:00:00.001Z", 1, nil, fact(func(f *schemas.ObjectFact) {
		f.Action, f.Sequencer, f.Principal, f.Size = schemas.ActionOther, "", "AWS:AIDAEXAMPLE", -1
	})},
	{"eventbridge-delete", ShapeEventBridge, "time", "2026-05-07T08:00:00Z", 1500, nil, fact(func(f *schemas.ObjectFact) {
		f.Action, f.Sequencer, f.Principal, f.ETag, f.Size = schemas.ActionDeleted, "0064D3901D00059299", "123456789012", "", -1
	})},
	{"eventbridge-delete-marker", ShapeEventBridge, "time", "2026-05-07T08:00:00Z", 1500, nil, fact(func(f *schemas.ObjectFact) {
		f.Action, f.VersionID, f.Sequencer, f.Principal, f.ETag, f.Size = schemas.ActionDeleteMarker, "v3x", "0064D3901D0005929A", "123456789012", empty, -1
	})},
	{"eventbridge-annotation", ShapeEventBridge, "time", "2026-05-07T08:00:00Z", 1500, nil, fact(func(f *schemas.ObjectFact) {
		f.Action, f.Sequencer, f.Principal, f.ETag, f.Size = schemas.ActionOther, "617f08299329d189", "123456789012", greeting, -1
	})},
}

// Every shape that was seen in the world, and every oddity of the stores that imitate S3. A key decoded twice, or not
// at all, names an object that does not exist: the recording would be reported missing.
func TestShapes(t *testing.T) {
	for _, c := range shapes {
		n := one(t, c.name)
		if n.Fact != c.fact {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, n.Fact, c.fact)
		}
		if n.Shape != c.shape || n.Index != 0 || !reflect.DeepEqual(n.Labels, c.labels) {
			t.Errorf("%s: shape %s, index %d, labels %v", c.name, n.Shape, n.Index, n.Labels)
		}
		if wantConv := c.fact.OrganizationID != ""; wantConv != (n.ConversationID == conv) {
			t.Errorf("%s: conversation %q", c.name, n.ConversationID)
		}
		if len(n.Times) != 1 {
			t.Errorf("%s: %d times", c.name, len(n.Times))
			continue
		}
		rd := n.Times[0]
		if rd.Field != c.field || rd.Clock != "s3" || rd.Text != c.time || rd.HiMS-rd.LoMS+1 != c.width || (rd.Refused == "") != (c.width > 0) {
			t.Errorf("%s: reading %+v", c.name, rd)
		}
	}
}

// The test message comes first on every new queue. Taken for poison it would greet each new customer with an alarm;
// taken for an event it would be an object nobody stored.
func TestTestEvent(t *testing.T) {
	for _, name := range []string{"test-event", "sns-test-event"} {
		if m, err := Parse(sample(t, name)); err != nil || !m.Test || len(m.Notifications) != 0 {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
	for _, text := range []string{`{"Service":"S3","Event":"s3:TestEvent","Time":"2026-05-01T00:00:00Z","Bucket":"Test-Bucket"}`} { // versitygw
		if m, err := Parse([]byte(text)); err != nil || !m.Test {
			t.Errorf("%s: %+v, %v", text, m, err)
		}
	}
}

// set changes one member of a JSON sample, by pointer; a nil value deletes it.
func set(t testing.TB, raw []byte, pointer string, value any) []byte {
	t.Helper()
	var top any
	if err := json.Unmarshal(raw, &top); err != nil {
		t.Fatal(err)
	}
	at := top
	names := strings.Split(pointer, "/")[1:]
	for i, name := range names {
		if list, ok := at.([]any); ok {
			var n int
			fmt.Sscan(name, &n)
			at = list[n]
			continue
		}
		object := at.(map[string]any)
		if i == len(names)-1 {
			if object[name] = value; value == nil {
				delete(object, name)
			}
		} else {
			at = object[name]
		}
	}
	b, err := json.Marshal(top)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// small is a record with nothing but what is needed.
const small = `{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}`

// What S3 does not say stays unsaid, and what it may add is ignored.
func TestTolerates(t *testing.T) {
	m, err := Parse([]byte(`{"Records":[` + small + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Notification{
		Shape: ShapeDirect, Identity: m.Notifications[0].Identity, Labels: []string{schemas.LabelUnpinned},
		Fact: schemas.ObjectFact{Action: schemas.ActionCreated, Bucket: "b", Key: "k", Size: -1, Role: schemas.RoleOther},
	}
	if !reflect.DeepEqual(m.Notifications[0], want) {
		t.Errorf("got %+v\nwant %+v", m.Notifications[0], want)
	}
	direct := sample(t, "direct")
	for _, raw := range [][]byte{
		set(t, direct, "/Records/0/eventVersion", "2.99"),
		set(t, direct, "/Records/0/s3/object/novel", map[string]any{"a": []any{1}}),
		set(t, direct, "/Records/0/glacierEventData", "x"),
		set(t, direct, "/novel", true),
		append([]byte(" \n"), direct...),
	} {
		got, err := Parse(raw)
		if err != nil || got.Notifications[0].Identity != one(t, "direct").Identity {
			t.Errorf("%s: %v", raw, err)
		}
	}
	null := set(t, direct, "/Records/0/s3/object/versionId", "null")
	if m, err := Parse(null); err != nil || m.Notifications[0].Fact.VersionID != "null" || len(m.Notifications[0].Labels) != 1 {
		t.Errorf("the null version: %+v, %v", m, err)
	}
	quoted := set(t, direct, "/Records/0/s3/object/eTag", `"abc"`)
	if m, err := Parse(quoted); err != nil || m.Notifications[0].Fact.ETag != "abc" {
		t.Errorf("a quoted ETag: %+v, %v", m, err)
	}
}

// FromFields is the door for producers without raw bytes: same identity as the bytes would have had, same limits.
func TestFromFields(t *testing.T) {
	fields := schemas.NotificationFields{
		EventName: "ObjectCreated:Put", EventTime: "2026-05-06T10:41:07.314Z", Bucket: "hold-bucket", Key: media,
		VersionID: "v1x", ETag: `"0123456789abcdef0123456789abcdef"`, Size: 184221, Sequencer: "0064D3901D00059242",
	}
	n, err := FromFields(&fields)
	want := one(t, "direct")
	if err != nil || n.Identity != want.Identity || n.ConversationID != conv || n.Shape != ShapeFields || len(n.Times) != 1 {
		t.Errorf("got %+v, %v\nwant %+v", n, err, want)
	}
	for _, c := range []struct {
		pointer string
		change  func(*schemas.NotificationFields)
	}{
		{"/fields/key", func(f *schemas.NotificationFields) { f.Key = "" }},
		{"/fields/key", func(f *schemas.NotificationFields) { f.Key = "\xff" }},
		{"/fields/bucket", func(f *schemas.NotificationFields) { f.Bucket = "" }},
		{"/fields/event_name", func(f *schemas.NotificationFields) { f.EventName = "s3:" }},
		{"/fields/size", func(f *schemas.NotificationFields) { f.Size = -2 }},
		{"/fields/etag", func(f *schemas.NotificationFields) { f.ETag = strings.Repeat("e", 1025) }},
	} {
		broken := fields
		c.change(&broken)
		var refused *Refused
		if _, err := FromFields(&broken); !errors.As(err, &refused) || refused.Pointer != c.pointer {
			t.Errorf("%s: %v", c.pointer, err)
		}
	}
}

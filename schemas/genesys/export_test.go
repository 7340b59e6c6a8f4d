package genesys_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
)

// metadata is a file as the published article and its consumers show it; the offset without a colon is real.
const metadata = `{"mediaType":"Message","mediaSubtype":null,"provider":"PureCloud Messaging","userIds":["e0000000-0000-4000-8000-00000000000a","e0000000-0000-4000-8000-00000000000b"],
 "conversationId":"c0ffee00-0000-4000-8000-000000000001","recordingId":"7ec00000-0000-4000-8000-000000000001",
 "startTime":"2026-05-04T09:15:02.118+0000","endTime":"2026-05-04T09:33:44.201+0000","durationMs":1122083,"initialDirection":"inbound"}`

// aliasRow is a row as customers show it: other names, a time without a zone, one as a number, unknown members.
const aliasRow = `{"conversation_id":"c0ffee00-0000-4000-8000-000000000001","recording_id":"7ec00000-0000-4000-8000-000000000001","recorded_start_time":"2026-05-04 09:27:02","recorded_end_time":1777887224201,"created_at":"2026-05-04T09:15:04.870Z","participant_ids":["a0000000-0000-4000-8000-00000000000a"],"exported_at":"2026-05-06T10:41:07Z","note":{"z":[1.50,-0,1e3],"a\u0000":"\ud83d\ude00"}}`

// The two forms an export speaks in, each to its last field. The projections were computed by another program from the
// rule in ParseMetadata's comment.
func TestExports(t *testing.T) {
	got, err := genesys.ParseMetadata([]byte(metadata))
	want := genesys.Export{
		Fact: schemas.ExportFact{
			Form:           schemas.FormMetadata,
			ConversationID: conversation,
			RecordingID:    "7ec00000-0000-4000-8000-000000000001",
			MediaType:      "Message",
			Provider:       "PureCloud Messaging",
			Direction:      "inbound",
			DurationMS:     1122083,
			UserIDs:        []string{"e0000000-0000-4000-8000-00000000000a", "e0000000-0000-4000-8000-00000000000b"},
			Projection:     hash("dda9877323363c87539a4fc949ee7cabf7409c6e8eaa0bdc83128eb604bdeae9"),
		},
		Times: []schemas.Reading{
			at("startTime", instant.ExportMetadata, 1777886102118, "2026-05-04T09:15:02.118+0000"),
			at("endTime", instant.ExportMetadata, 1777887224201, "2026-05-04T09:33:44.201+0000"),
		},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("metadata: %v\n got %+v\nwant %+v", err, got, want)
	}

	got, err = genesys.ParseRow([]byte(aliasRow))
	want = genesys.Export{
		Fact: schemas.ExportFact{
			Form:           schemas.FormRow,
			ConversationID: conversation,
			RecordingID:    "7ec00000-0000-4000-8000-000000000001",
			DurationMS:     -1,
			ParticipantIDs: []string{"a0000000-0000-4000-8000-00000000000a"},
			Aliases: []string{"conversation_id=conversationId", "recording_id=recordingId", "participant_ids=participantIds/userIds",
				"recorded_start_time=startTime", "recorded_end_time=endTime", "created_at=creationTime/startTime", "exported_at=exportedDate"},
			Projection: hash("fd7ef589e277d7b0f200c893c62f4e8726c1d98cf4eba170fe335edf3b323880"),
		},
		Times: []schemas.Reading{
			instant.Read("recorded_start_time", instant.ExportMetadata, "2026-05-04 09:27:02", instant.RoundingUnknown),
			at("recorded_end_time", instant.ExportMetadata, 1777887224201, "1777887224201"),
			at("created_at", instant.ExportMetadata, 1777886104870, "2026-05-04T09:15:04.870Z"),
			instant.Read("exported_at", instant.Job, "2026-05-06T10:41:07Z", instant.RoundingUnknown),
		},
		Labels: []string{schemas.LabelAliasFields},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("row: %v\n got %+v\nwant %+v", err, got, want)
	}
	if r := got.Times[0]; r.Zone != "" || r.Refused != "" || r.LoMS > 1777886822000 || r.HiMS < 1777886822999 {
		t.Errorf("a time without zone and fraction is %+v", r)
	}
}

// Each name is read into its field and no other: one wrong line of the table would move a time to another meaning.
func TestEveryName(t *testing.T) {
	for _, tt := range []struct{ name, value, field, alias string }{
		{"conversationId", `"v1"`, "ConversationID", ""},
		{"conversation_id", `"v1"`, "ConversationID", "conversationId"},
		{"recordingId", `"v1"`, "RecordingID", ""},
		{"recording_id", `"v1"`, "RecordingID", "recordingId"},
		{"sessionId", `"v1"`, "SessionID", ""},
		{"session_id", `"v1"`, "SessionID", "sessionId"},
		{"mediaType", `"v1"`, "MediaType", ""},
		{"media_type", `"v1"`, "MediaType", "mediaType"},
		{"provider", `"v1"`, "Provider", ""},
		{"initialDirection", `"v1"`, "Direction", ""},
		{"initial_direction", `"v1"`, "Direction", "initialDirection"},
		{"durationMs", `25620`, "DurationMS", ""},
		{"duration_ms", `25620`, "DurationMS", "durationMs"},
		{"userIds", `["v1"]`, "UserIDs", ""},
		{"user_ids", `["v1"]`, "UserIDs", "userIds"},
		{"participant_ids", `["v1"]`, "ParticipantIDs", "participantIds/userIds"},
		{"startTime", "", "", ""}, {"start_time", "", "", "startTime"}, {"recorded_start_time", "", "", "startTime"},
		{"endTime", "", "", ""}, {"end_time", "", "", "endTime"}, {"recorded_end_time", "", "", "endTime"},
		{"creationTime", "", "", ""}, {"creation_time", "", "", "creationTime"}, {"created_at", "", "", "creationTime/startTime"},
		{"exportedDate", "", "", ""}, {"exported_date", "", "", "exportedDate"}, {"exported_at", "", "", "exportedDate"},
	} {
		time := tt.value == ""
		if time {
			tt.value = `"2026-05-04T09:15:02.118Z"`
		}
		got, err := genesys.ParseMetadata([]byte(`{"` + tt.name + `":` + tt.value + `}`))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		want := genesys.Export{Fact: schemas.ExportFact{Form: schemas.FormMetadata, DurationMS: -1, Projection: got.Fact.Projection}}
		if tt.alias != "" {
			want.Fact.Aliases, want.Labels = []string{tt.name + "=" + tt.alias}, []string{schemas.LabelAliasFields}
		}
		if time {
			clock := instant.ExportMetadata
			if strings.HasPrefix(tt.name, "exported") { // when it was exported is the job's word, not the recording's
				clock = instant.Job
			}
			want.Times = []schemas.Reading{at(tt.name, clock, 1777886102118, "2026-05-04T09:15:02.118Z")}
		} else {
			switch f := reflect.ValueOf(&want.Fact).Elem().FieldByName(tt.field); f.Interface().(type) {
			case string:
				f.SetString("v1")
			case int64:
				f.SetInt(25620)
			default:
				f.Set(reflect.ValueOf([]string{"v1"}))
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.name, got, want)
		}
	}
}

// Two names of one field: equal is one statement, different is a file that contradicts itself. created_at and
// participant_ids have no sure meaning, so they contradict nothing.
func TestTwoNames(t *testing.T) {
	for _, tt := range []struct {
		text, pointer string
		aliases       []string
	}{
		{`{"conversationId":"a","conversation_id":"a"}`, "", nil},
		{`{"conversation_id":"\u0061","conversationId":"a"}`, "", nil},
		{`{"conversationId":null,"conversation_id":"a"}`, "", []string{"conversation_id=conversationId"}},
		{`{"user_ids":["a", "b"],"userIds":["a","b"]}`, "", nil},
		{`{"recorded_start_time":"2026-05-04T09:15:02Z","start_time":"2026-05-04T09:15:02Z"}`, "", []string{"start_time=startTime"}},
		{`{"creationTime":"2026-05-04T09:15:02Z","created_at":"2026-05-04T09:15:04Z"}`, "", []string{"created_at=creationTime/startTime"}},
		{`{"userIds":["a"],"participant_ids":["b"]}`, "", []string{"participant_ids=participantIds/userIds"}},
		{`{"conversation_id":"b","conversationId":"a"}`, "/conversation_id", nil},
		{`{"startTime":"2026-05-04T09:15:02Z","recorded_start_time":"2026-05-04T09:27:02Z"}`, "/recorded_start_time", nil},
		{`{"recorded_end_time":1777887224201,"end_time":"1777887224201"}`, "/recorded_end_time", nil},
		{`{"exported_at":"2026-05-04T09:15:02Z","exportedDate":"2026-05-04T09:15:03Z"}`, "/exported_at", nil},
		{`{"durationMs":1,"duration_ms":2}`, "/duration_ms", nil},
		{`{"userIds":["a","b"],"user_ids":["b","a"]}`, "/user_ids", nil},
	} {
		x, err := genesys.ParseMetadata([]byte(tt.text))
		if tt.pointer != "" {
			refused(t, tt.text, err, genesys.CodeAliasConflict, tt.pointer)
		} else if err != nil || !slices.Equal(x.Fact.Aliases, tt.aliases) {
			t.Errorf("%s: aliases %v, %v", tt.text, x.Fact.Aliases, err)
		}
	}
}

func TestExportsRefused(t *testing.T) {
	ids := `["a"` + strings.Repeat(`,"a"`, genesys.MaxIDs) + `]`
	for _, tt := range []struct{ text, code, pointer string }{
		{`[]`, genesys.CodeShape, ""},
		{`{"conversationId":"a","ConversationId":"b"}`, "json-duplicate", "/ConversationId"},
		{`{"conversationId":7}`, genesys.CodeType, "/conversationId"},
		{`{"recording_id":"a b"}`, genesys.CodeID, "/recording_id"},
		{`{"mediaType":{}}`, genesys.CodeType, "/mediaType"},
		{`{"provider":"` + strings.Repeat("p", 129) + `"}`, genesys.CodeTooLong, "/provider"},
		{`{"durationMs":25620.0}`, genesys.CodeType, "/durationMs"},
		{`{"durationMs":2562e1}`, genesys.CodeType, "/durationMs"},
		{`{"durationMs":-0}`, genesys.CodeType, "/durationMs"},
		{`{"durationMs":-1}`, genesys.CodeType, "/durationMs"},
		{`{"durationMs":"25620"}`, genesys.CodeType, "/durationMs"},
		{`{"durationMs":9223372036854775808}`, genesys.CodeType, "/durationMs"},
		{`{"userIds":"a"}`, genesys.CodeType, "/userIds"},
		{`{"userIds":["a",null]}`, genesys.CodeType, "/userIds/1"},
		{`{"userIds":["a",""]}`, genesys.CodeID, "/userIds/1"},
		{`{"participant_ids":["a/b"]}`, genesys.CodeID, "/participant_ids/0"},
		{`{"userIds":` + ids + `}`, genesys.CodeTooMany, "/userIds"},
		{`{"a":"` + strings.Repeat("x", genesys.MaxMetadata) + `"}`, "json-size", ""},
	} {
		_, err := genesys.ParseMetadata([]byte(tt.text))
		refused(t, tt.text, err, tt.code, tt.pointer)
	}
	for _, tt := range []struct{ text, code, pointer string }{
		{`{"startTime":"2026-05-04T09:15:02Z"}`, genesys.CodeNoIdentity, ""},
		{`{"conversation_id":"","recording_id":null}`, genesys.CodeNoIdentity, ""},
		{`{"conversation_id":"a","a":"` + strings.Repeat("x", genesys.MaxRow) + `"}`, "json-size", ""},
		{`7`, genesys.CodeShape, ""},
	} {
		_, err := genesys.ParseRow([]byte(tt.text))
		refused(t, tt.text, err, tt.code, tt.pointer)
	}
}

// The projection tells a re-export from a revision. Layout and the volatile members must not move it; anything else must.
func TestProjection(t *testing.T) {
	project := func(text string) schemas.Hash {
		x, err := genesys.ParseMetadata([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return x.Fact.Projection
	}
	base := `{"b": [1.50, null], "a": "x"}`
	if project(base) != hash("b343b7ffc932c07bd42f8116372195c37d70c7db493e2854971be9d9b21974ea") { // SHA-256 of the rendering in ParseMetadata's comment
		t.Errorf("the example in the comment is not so")
	}
	for _, same := range []string{`{"a":"\u0078","b":[1.50,null]}`, ` {"exported_at":"now","b":[1.50 ,null],"a":"x"} `, `{"exportedDate":7,"a":"x","b":[1.50,null]}`, `{"exported_date":[],"a":"x","b":[1.50,null]}`} {
		if project(same) != project(base) {
			t.Errorf("%s is taken for another content", same)
		}
	}
	seen := map[schemas.Hash]string{}
	for _, other := range []string{base, `{}`, `{"a":"x"}`, `{"a":"x","b":[1.5,null]}`, `{"a":"x","b":[null,1.50]}`, `{"a":"x","b":["1.50",null]}`, `{"a":"X","b":[1.50,null]}`,
		`{"a":"x","b":[1.50,null],"c":{"exported_at":"now"}}`, `{"a":"x","b":[1.50,null],"c":{}}`, `{"a":"x","b":[1.50,null],"Exported_at":1}`, `{"a":"x","b":[1.50,[]]}`, `{"a":"x","b":[1.50,false]}`,
		`{"a":{"b":"x"}}`, `{"a":["b","x"]}`, `{"a":"s1:b"}`} {
		if twin, ok := seen[project(other)]; ok {
			t.Errorf("%s and %s are taken for the same", twin, other)
		}
		seen[project(other)] = other
	}
}

// Shuffled, re-escaped and re-spaced, a file says the same: exporters change libraries.
func TestProjectionIgnoresLayout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := map[string]string{"startTime": `"2026-05-04T09:15:02.118+0000"`, "userIds": `["a","b"]`, "n": `-0`, "deep": `{"y":1,"x":{"b":"ü","a":null}}`, "é": `"\n"`, "exported_at": `"` + rapid.StringMatching(`[0-9]{0,5}`).Draw(t, "at") + `"`}
		write := func(label string) string {
			var b strings.Builder
			b.WriteString("{")
			for i, name := range rapid.Permutation(slices.Sorted(maps.Keys(members))).Draw(t, label) {
				value := members[name]
				switch rapid.IntRange(0, 2).Draw(t, "how") {
				case 0:
					value = strings.NewReplacer("ü", `\u00fc`, `\n`, `\u000A`, `"a"`, `"\u0061"`).Replace(value)
				case 1:
					value = strings.NewReplacer(",", " ,\t", `{"y":1,`, `{"y" : 1 , `).Replace(value)
				}
				fmt.Fprintf(&b, "%s%q:%s", []string{"", ",", "\n,"}[min(i, 1+rapid.IntRange(0, 1).Draw(t, "comma"))], name, value)
			}
			return b.String() + "}"
		}
		one, err1 := genesys.ParseMetadata([]byte(write("one")))
		two, err2 := genesys.ParseMetadata([]byte(write("two")))
		if err1 != nil || err2 != nil || one.Fact.Projection != two.Fact.Projection {
			t.Fatalf("%v, %v: two projections", err1, err2)
		}
	})
}

func FuzzParseMetadata(f *testing.F) {
	for _, s := range []string{metadata, aliasRow, `{"durationMs":1e3}`, `{"userIds":[]}`, `{"startTime":{"a":1}}`, `{"conversationId":"a","conversation_id":"b"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		x, err := genesys.ParseMetadata(raw)
		row, rowErr := genesys.ParseRow(raw)
		var r *genesys.Refused
		if err != nil {
			if rowErr == nil || !errors.As(err, &r) || r.Reason == "" {
				t.Fatalf("%q: metadata %v, row %v", raw, err, rowErr)
			}
			return
		}
		if rowErr == nil {
			row.Fact.Form = schemas.FormMetadata
			if !reflect.DeepEqual(x, row) {
				t.Fatalf("%q: metadata %+v, row %+v", raw, x, row)
			}
		}
		var official struct {
			RecordingID *string `json:"recordingId"`
			DurationMs  *int64  `json:"durationMs"`
		}
		if strings.Contains(strings.ToLower(string(raw)), "recordingid") && json.Unmarshal(raw, &official) == nil && x.Fact.RecordingID != "" &&
			official.RecordingID != nil && *official.RecordingID != x.Fact.RecordingID && *official.RecordingID != "" && !slices.Contains(x.Fact.Aliases, "recording_id=recordingId") {
			t.Fatalf("%q: recording %q, encoding/json says %q", raw, x.Fact.RecordingID, *official.RecordingID)
		}
	})
}

func BenchmarkParseMetadata(b *testing.B) {
	raw := []byte(metadata)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := genesys.ParseMetadata(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseRow(b *testing.B) {
	raw := []byte(aliasRow)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := genesys.ParseRow(raw); err != nil {
			b.Fatal(err)
		}
	}
}

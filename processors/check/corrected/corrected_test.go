package corrected_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"holdfast.example/processors/check/corrected"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
)

const (
	rec  = `{"conversation_id":"c1","recording_id":"r1","start_time":"2026-05-04 09:27:02"}`
	text = "2026-05-04T09:15:02.118Z"
)

// write corrects a text by what is found in it.
func write(t testing.TB, text string, values corrected.Values) (string, corrected.Count, error) {
	t.Helper()
	var out bytes.Buffer
	is := exhibit.Recognise([]byte(text), int64(len(text)))
	n, err := corrected.Write(&out, strings.NewReader(text), int64(len(text)), is, values)
	return out.String(), n, err
}

// start changes every start time.
func start(string, genesys.Export, []byte) map[string]corrected.Value {
	return map[string]corrected.Value{"start_time": {Text: text, Clock: "genesys-provider", Grade: "established", Reason: "why"}}
}

// of says the same of every row that has one of the fields.
func of(v map[string]corrected.Value) corrected.Values {
	return func(_ string, row genesys.Export, _ []byte) map[string]corrected.Value {
		says := map[string]corrected.Value{}
		for _, r := range row.Times {
			if value, ok := v[r.Field]; ok {
				says[r.Field] = value
			}
		}
		return says
	}
}

const note = `"holdfast":{"start_time":{"original":"2026-05-04 09:27:02","clock":"genesys-provider","grade":"established","reason":"why"}}`

// mended is rec after start.
const mended = `{"conversation_id":"c1","recording_id":"r1","start_time":"` + text + `",` + note + `}`

// At stake: a corrected manifest is the manifest, but for what was corrected; in every form customers show.
func TestWrite(t *testing.T) {
	long := `{"conversation_id":"c","recording_id":"r","start_time":1,"x":"` + strings.Repeat("x", genesys.MaxRow) + `"}`
	deep := `{"conversation_id":"c","recording_id":"r","x":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`
	for _, c := range []struct {
		name, text, want string
		count            corrected.Count
	}{
		{"array", ` [` + rec + " ,\r\n" + rec + "\t] ", ` [` + mended + " ,\r\n" + mended + "\t] ", corrected.Count{Rows: 2, Changed: 2}},
		{"page", `{"job":1e3, "recordings" : [` + rec + `], "errors":[] }`, `{"job":1e3, "recordings" : [` + mended + `], "errors":[] }`, corrected.Count{Rows: 1, Changed: 1}},
		{"page of an escaped name", `{"r\u0065c/~\"ö":[` + rec + `]}`, `{"r\u0065c/~\"ö":[` + mended + `]}`, corrected.Count{Rows: 1, Changed: 1}},
		{"page of no name", `{"":[` + rec + `]}`, `{"":[` + mended + `]}`, corrected.Count{Rows: 1, Changed: 1}},
		{"rows' likes before them", `{"x":{"recordings":[` + rec + `]},"y":"[` + `{\"recordings\":[","recordings":[` + rec + `]}`,
			`{"x":{"recordings":[` + rec + `]},"y":"[` + `{\"recordings\":[","recordings":[` + mended + `]}`, corrected.Count{Rows: 1, Changed: 1}},
		{"other lists beside them", `{"users":[{"id":"u"},[{}]],"user_ids":["x"],"items":[` + rec + `],"more":[2]}`, `{"users":[{"id":"u"},[{}]],"user_ids":["x"],"items":[` + mended + `],"more":[2]}`, corrected.Count{Rows: 1, Changed: 1}},
		{"lines", rec + "\r\n\n  " + rec + " \n", mended + "\r\n\n  " + mended + " \n", corrected.Count{Rows: 2, Changed: 2}},
		{"rows that are none", `[{},7,"x",` + rec + `,null,` + long + `,` + deep + `,{"a":1,"A":2}]`, `[{},7,"x",` + mended + `,null,` + long + `,` + deep + `,{"a":1,"A":2}]`, corrected.Count{Rows: 8, Refused: 7, Changed: 1}},
		{"lines that are none", "{\"broken\n" + rec + "\n7\n" + long + " \r\n" + rec, "{\"broken\n" + mended + "\n7\n" + long + " \r\n" + mended, corrected.Count{Rows: 5, Refused: 3, Changed: 2}},
		{"metadata", "\r\n" + rec + "\n ", "\r\n" + mended + "\n ", corrected.Count{Rows: 1, Changed: 1}},
		{"spread", "[\n  {\n    \"start_time\" :  \"2026-05-04 09:27:02\" ,\n    \"conversation_id\": \"c\"\n  }\n]\n",
			"[\n  {\n    \"start_time\" :  \"" + text + "\" ,\n    \"conversation_id\": \"c\",\n    " + note + "\n  }\n]\n", corrected.Count{Rows: 1, Changed: 1}},
		{"as it stood", `[{"start\u005ftime":1777886102118,"conversation_id":"c"},{"start_time":"2026\u002d05","conversation_id":"c"},{"start_time":{"a": 1.50},"conversation_id":"c"}]`,
			`[{"start\u005ftime":"` + text + `","conversation_id":"c",` + strings.Replace(note, `"2026-05-04 09:27:02"`, `1777886102118`, 1) +
				`},{"start_time":"` + text + `","conversation_id":"c",` + strings.Replace(note, `"2026-05-04 09:27:02"`, `"2026\u002d05"`, 1) +
				`},{"start_time":"` + text + `","conversation_id":"c",` + strings.Replace(note, `"2026-05-04 09:27:02"`, `{"a": 1.50}`, 1) + `}]`, corrected.Count{Rows: 3, Changed: 3}},
		{"our name is taken", `[{"HoldFa\u017ft":1,"holdfast_2":2,` + rec[1:] + `]`, `[{"HoldFa\u017ft":1,"holdfast_2":2,` + strings.Replace(mended, `"holdfast"`, `"holdfast_3"`, 1)[1:] + `]`, corrected.Count{Rows: 1, Changed: 1, Renamed: 1}},
		{"two names of one field", `[{"conversation_id":"c","start_time":"2026-05-04 09:27:02","recorded_start_time" : "2026-05-04 09:27:0\u0032"}]`,
			`[{"conversation_id":"c","start_time":"` + text + `","recorded_start_time" : "` + text + `",` + note[:len(note)-1] + `,"recorded_start_time":{"original":"2026-05-04 09:27:0\u0032","clock":"genesys-provider","grade":"established","reason":"why"}}}]`, corrected.Count{Rows: 1, Changed: 2}},
		{"one of them null", `[{"conversation_id":"c","start_time":"2026-05-04 09:27:02","startTime":null}]`,
			`[{"conversation_id":"c","start_time":"` + text + `","startTime":null,` + note + `}]`, corrected.Count{Rows: 1, Changed: 1}},
	} {
		values := func(place string, row genesys.Export, raw []byte) map[string]corrected.Value {
			if again, err := genesys.ParseMetadata(raw); err != nil || again.Fact.ConversationID != row.Fact.ConversationID {
				t.Errorf("%s: row %s is not of its bytes %s", c.name, place, raw)
			}
			return start(place, row, raw)
		}
		got, n, err := write(t, c.text, values)
		if got != c.want || n != c.count || err != nil {
			t.Errorf("%s: %v, %+v, want %+v\n got %.1000q\nwant %.1000q", c.name, err, n, c.count, got, c.want)
		}
		if got, n, err = write(t, c.text, nil); got != c.text || err != nil || n.Rows != c.count.Rows || n.Refused != c.count.Refused || n.Changed+n.Renamed != 0 {
			t.Errorf("%s, nothing said: %v, %+v\n got %.1000q", c.name, err, n, got)
		}
	}
}

// At stake: what cannot be corrected stays, and says why; and what could, is no example for what cannot.
func TestStays(t *testing.T) {
	why := of(map[string]corrected.Value{
		"start_time": {Reason: "no \"zone\",\nno reference"},
		"end_time":   {Clock: "analytics", Grade: "ambiguous", Reason: "="},
		"created_at": {},
	})
	for _, c := range []struct{ name, text, want string }{
		{"JSON", `[{"conversation_id":"c","start_time":"x","end_time":5,"created_at":"y"},{"conversation_id":"c"},{"conversation_id":"c","created_at":"y"},` + rec + `]`,
			`[{"conversation_id":"c","start_time":"x","end_time":5,"created_at":"y","holdfast":{"start_time":{"reason":"no \u0022zone\u0022,\u000ano reference"},"end_time":{"clock":"analytics","grade":"ambiguous","reason":"="}}},{"conversation_id":"c"},{"conversation_id":"c","created_at":"y"},` +
				rec[:len(rec)-1] + `,"holdfast":{"start_time":{"reason":"no \u0022zone\u0022,\u000ano reference"}}}]`},
		{"CSV", "conversation_id,start_time,created_at,end_time\nc,x,y,5\nc,,y,\nc,x,,\n",
			"conversation_id,start_time,created_at,end_time,start_time.original,start_time.clock,start_time.grade,start_time.reason,created_at.original,created_at.clock,created_at.grade,created_at.reason,end_time.original,end_time.clock,end_time.grade,end_time.reason\n" +
				"c,x,y,5,,,,\"no \"\"zone\"\",\nno reference\",,,,,,analytics,ambiguous,\" =\"\nc,,y,,,,,,,,,,,,,\nc,x,,,,,,\"no \"\"zone\"\",\nno reference\",,,,,,,,\n"},
	} {
		got, n, err := write(t, c.text, why)
		if got != c.want || err != nil || n.Stayed != 3 || n.Changed != 0 {
			t.Errorf("%s: %v, %+v\n got %q\nwant %q", c.name, err, n, got, c.want)
		}
	}
}

// At stake: what is said of one line never tells the reader of lines that they are something else.
func TestBrokenFirstLine(t *testing.T) {
	for _, reason := range []string{"a } b", `a " b`, `{[}"\`, `\`} {
		before := "{\"x\n" + rec + "\n" + rec + "\n"
		after, n, err := write(t, before, of(map[string]corrected.Value{"start_time": {Text: text, Clock: "s3", Grade: "ambiguous", Reason: reason}}))
		if err != nil || n.Changed != 2 {
			t.Fatalf("%q: %+v, %v", reason, n, err)
		}
		sameRows(t, before, after)
		var row struct {
			Holdfast map[string]struct{ Reason string }
		}
		if err := json.Unmarshal([]byte(strings.Split(after, "\n")[1]), &row); err != nil || row.Holdfast["start_time"].Reason != reason {
			t.Errorf("%q: %v, %+v", reason, err, row)
		}
	}
}

// At stake: a table stays the table that a spreadsheet wrote, with what is said in columns of its own.
func TestTable(t *testing.T) {
	const ours = ",start_time.original,start_time.clock,start_time.grade,start_time.reason"
	const said = ",genesys-provider,established,why"
	for _, c := range []struct {
		name, text, want string
		count            corrected.Count
	}{
		{"plain", "conversation_id,start_time\nc,2026-05-04 09:27:02\n", "conversation_id,start_time" + ours + "\nc," + text + ",2026-05-04 09:27:02" + said + "\n", corrected.Count{Rows: 1, Changed: 1}},
		{"a spreadsheet's", "\xEF\xBB\xBF\"conversation_id\",\"start_time\",n\r\n\r\n\"c\",\"2026-05-04 09:27:02\",\"=1+\"\"1,\r\n\"\r\nc,,@x\r\n\r\nc,1777886102118,",
			"\xEF\xBB\xBF\"conversation_id\",\"start_time\",n" + ours + "\r\n\r\n\"c\",\"" + text + "\",\"=1+\"\"1,\r\n\",\"2026-05-04 09:27:02\"" + said + "\r\nc,,@x,,,,\r\n\r\nc," + text + ",,1777886102118" + said, corrected.Count{Rows: 3, Changed: 2}},
		{"records that are none", "conversation_id,start_time\nc\nc,x,y\n,x\nc,=x\r\na b,x\n", "conversation_id,start_time" + ours + "\nc,,,,\nc,x,y,,,,\n,x,,,,\nc," + text + ",=x" + said + "\r\na b,x,,,,\n", corrected.Count{Rows: 5, Refused: 4, Changed: 1}},
		{"as many cells as are then columns", "conversation_id,start_time\nc,x\nc,x,1,2,3,4\n", "conversation_id,start_time" + ours + "\nc," + text + ",x" + said + "\nc,x,1,2,3,4,,,,\n", corrected.Count{Rows: 2, Refused: 1, Changed: 1}},
		{"carriage returns", "conversation_id,start_time,n\nc,x,a\r\r\nc,x,b\r\r", "conversation_id,start_time,n" + ours + "\nc," + text + ",a\r,x" + said + "\r\nc," + text + ",b\r,x" + said + "\r", corrected.Count{Rows: 2, Changed: 2}},
		{"our columns are there", "conversation_id,start_time,start_time.CLOCK,start_time.original_2\nc,x,1,2\n",
			"conversation_id,start_time,start_time.CLOCK,start_time.original_2,start_time.original_3,start_time.clock_3,start_time.grade_3,start_time.reason_3\nc," + text + ",1,2,x" + said + "\n", corrected.Count{Rows: 1, Changed: 1, Renamed: 1}},
		{"two names of one field", "conversation_id,start_time,recorded_start_time,startTime\nc,x,\"x\",\"\"\n",
			"conversation_id,start_time,recorded_start_time,startTime" + ours + strings.ReplaceAll(ours, "start_time", "recorded_start_time") + strings.ReplaceAll(ours, "start_time", "startTime") +
				"\nc," + text + ",\"" + text + "\",\"\",x" + said + ",\"x\"" + said + ",,,,\n", corrected.Count{Rows: 1, Changed: 2}},
		{"nothing to say", "conversation_id,recording_id\nc,r\n\n", "conversation_id,recording_id\nc,r\n\n", corrected.Count{Rows: 1}},
		{"a header alone", "conversation_id,start_time", "conversation_id,start_time", corrected.Count{}},
	} {
		got, n, err := write(t, c.text, of(start("", genesys.Export{}, nil)))
		if got != c.want || n != c.count || err != nil {
			t.Errorf("%s: %v, %+v, want %+v\n got %q\nwant %q", c.name, err, n, c.count, got, c.want)
		}
		if got, _, err = write(t, c.text, nil); got != c.text || err != nil {
			t.Errorf("%s, nothing said: %v\n got %q", c.name, err, got)
		}
	}
}

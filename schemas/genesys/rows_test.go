package genesys_test

import (
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
)

// read takes a manifest's rows, and what was refused by code and place.
func read(r io.Reader, l genesys.Limits) (rows []schemas.Row, refusals []string) {
	for row, err := range l.ReadManifest(r) {
		var bad *genesys.Refused
		switch {
		case err == nil:
			rows = append(rows, schemas.Row{Pointer: row.Pointer, Json: append([]byte(nil), row.Json...)})
		case errors.As(err, &bad):
			refusals = append(refusals, bad.Code+" "+bad.Pointer)
		default:
			refusals = append(refusals, err.Error())
		}
	}
	return rows, refusals
}

// At stake: a manifest of any size, in any of the forms customers show, has the rows that it has when it is held whole.
func TestReadManifest(t *testing.T) {
	for _, c := range []struct {
		name, text string
		rows       []schemas.Row
		refusals   []string
	}{
		{"array", ` [` + rec + ` , {"conversationId":"c2","startTime":"x"}] `, rows("", rec, `{"conversationId":"c2","startTime":"x"}`), nil},
		{"object", `{"jobId":"j","count":2,"recordings":[` + rec + `,` + rec + `],"errors":[]}`, rows("/recordings", rec, rec), nil},
		{"any name, to be escaped", `{"a/b~\u0063":[` + rec + `]}`, rows("/a~1b~0c", rec), nil},
		{"other arrays beside it", `{"users":[{"id":"u"}],"n":[1],"items":[` + rec + `],"more":[2]}`, rows("/items", rec), nil},
		{"lines", rec + "\r\n\n" + rec + "\n", rows("", rec, rec), nil},
		{"one line", rec + "\n", rows("", rec), nil},
		{"one line with lists", `{"conversation_id":"c","recording_id":"r","tags":["a"],"user_ids":["u"]}`, rows("", `{"conversation_id":"c","recording_id":"r","tags":["a"],"user_ids":["u"]}`), nil},
		{"bad rows before the first", `[{},7,` + rec + `,null]`, rows("", `{}`, `7`, rec, `null`), nil},
		{"bad lines", "{\"broken\n" + rec + "\n7\n", rows("", `{"broken`, rec, `7`), nil},
		{"a line that is no JSON first", "hello\n" + rec, rows("", `hello`, rec), nil},
		{"two arrays", `{"a":[` + rec + `],"b":[` + rec + `]}`, rows("/a", rec), []string{"ambiguous-manifest "}},
		{"bad around", `{"rows":[` + rec + `],"a":tru}`, rows("/rows", rec), []string{"json-syntax /a"}},
		{"bad in an array of something else", `{"a":[{"x":1,"X":2}],"rows":[` + rec + `]}`, nil, []string{"json-duplicate /a/0/X"}},
		{"bad in an array after the rows", `{"rows":[` + rec + `],"a":[{"x":1,"X":2}]}`, rows("/rows", rec), []string{"json-duplicate /a/0/X"}},
		{"no rows", `[]`, nil, []string{"no-manifest "}},
		{"other rows", `[{"conversation_id":"c1"},{"recording_id":"r1"}]`, nil, []string{"no-manifest "}},
		{"a metadata file", metadata, nil, []string{"no-manifest "}},
		{"an event", detailEvent("user.end", userEnd), nil, []string{"no-manifest "}},
		{"text", `hello`, nil, []string{"no-manifest "}},
		{"much beside the rows", `{"a":["` + strings.Repeat(`x`, 65000) + strings.Repeat(`","`+strings.Repeat("x", 65000), 17) + `"]}`, nil, []string{"json-size "}},
		{"much before the rows", `[` + strings.Repeat(`{"a":"`+strings.Repeat("x", 65000)+`"},`, 17) + rec + `]`, nil, []string{"json-size "}},
		{"UTF-16", "\xFF\xFE[\x00]\x00", nil, []string{"json-utf8 "}},
		{"a byte order mark", "\xEF\xBB\xBF[" + rec + "]", nil, []string{"json-bom "}},
		{"cut off", `[` + rec + `,{"conversation_id`, rows("", rec), []string{"json-syntax /1"}},
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(c.text), "by the byte": iotest.OneByteReader(strings.NewReader(c.text))} {
			got, refusals := read(r, genesys.Limits{})
			if !reflect.DeepEqual(got, c.rows) || !reflect.DeepEqual(refusals, c.refusals) {
				t.Errorf("%s, %s: %q\n got %s\nwant %q%s", c.name, how, refusals, show(got), c.refusals, show(c.rows))
			}
		}
	}
}

func TestReadManifestLimits(t *testing.T) {
	text := `[` + rec + `,` + rec + `,` + rec + `]`
	table := "conversation_id,recording_id\nc,1\nc,2\nc,3\n"
	for name, text := range map[string]string{"JSON": text, "CSV": table} {
		if got, refusals := read(strings.NewReader(text), genesys.Limits{Rows: 3}); len(got) != 3 || refusals != nil {
			t.Errorf("%s: %d, %v", name, len(got), refusals)
		}
		if got, refusals := read(strings.NewReader(text), genesys.Limits{Rows: 2}); len(got) != 2 || !reflect.DeepEqual(refusals, []string{"too-many "}) {
			t.Errorf("%s: %d, %v", name, len(got), refusals)
		}
		for range genesys.ReadManifest(strings.NewReader(text)) { // who takes one row and goes is not called again
			break
		}
	}
	// A row too long is cut, refused alone by its size, and the next is read.
	got, refusals := read(strings.NewReader(`[`+rec+`,{"a":"`+strings.Repeat("x", 3*genesys.MaxRow)+`"},`+rec+`]`), genesys.Limits{})
	if len(got) != 3 || refusals != nil || len(got[1].Json) != genesys.MaxRow+1 || string(got[2].Json) != rec {
		t.Errorf("%d rows, %v", len(got), refusals)
	}
	broken := errors.New("the disk is gone")
	for _, text := range []string{"", "[" + rec + ",", rec + "\n", "conversation_id,recording_id\nc,1\n"} {
		_, refusals := read(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), genesys.Limits{})
		if len(refusals) != 1 || !strings.Contains(refusals[0], broken.Error()) {
			t.Errorf("%q: %q", text, refusals)
		}
	}
}

// A CSV record is the row of the JSON manifest with the same values: the same fact, the same readings, the same
// projection, whatever the order of its columns.
func TestCSV(t *testing.T) {
	const both = "\xEF\xBB\xBFconversationId,recordingId,sessionId,mediaType,provider,initialDirection,durationMs,userIds,participant_ids,startTime,recorded_end_time,created_at,exported_at,note\r\n"
	for _, c := range []struct{ name, text, json string }{
		{"all", both + `c1,r1,s1,Message,"PureCloud, ""Messaging""",inbound,1122083,u1;u2,"[""p1"",""p2""]",2026-05-04T09:15:02.118+0000,1777887224201,2026-05-04 09:15:04,2026-05-06T10:41:07Z,"two
lines"` + "\r\n",
			`{"conversationId":"c1","recordingId":"r1","sessionId":"s1","mediaType":"Message","provider":"PureCloud, \"Messaging\"","initialDirection":"inbound","durationMs":1122083,"userIds":["u1","u2"],"participant_ids":["p1","p2"],"startTime":"2026-05-04T09:15:02.118+0000","recorded_end_time":1777887224201,"created_at":"2026-05-04 09:15:04","exported_at":"2026-05-06T10:41:07Z","note":"two\nlines"}`},
		{"empty cells", both + "c1,r1,,,,,,,,,,,,\n", `{"conversationId":"c1","recordingId":"r1","sessionId":null,"mediaType":null,"provider":null,"initialDirection":null,"durationMs":null,"userIds":null,"participant_ids":null,"startTime":null,"recorded_end_time":null,"created_at":null,"exported_at":null,"note":null}`},
		{"a list apart by anything", "conversation_id,recording_id,user_ids\nc,r,\"a,b | c;d\"", `{"conversation_id":"c","recording_id":"r","user_ids":["a","b","c","d"]}`},
		{"numbers that are names", "conversation_id,recording_id,provider\n7,8,9\n", `{"conversation_id":"7","recording_id":"8","provider":"9"}`},
		{"a quoted header", "\xEF\xBB\xBF\"conversation_id\",\"start_time\"\nc,2026-05-04 09:15\n", `{"conversation_id":"c","start_time":"2026-05-04 09:15"}`},
	} {
		got, refusals := read(strings.NewReader(c.text), genesys.Limits{})
		if len(got) != 1 || refusals != nil || got[0].Pointer != "/0" {
			t.Errorf("%s: %s, %v", c.name, show(got), refusals)
			continue
		}
		one, err := genesys.ParseRow(got[0].Json)
		two, err2 := genesys.ParseRow([]byte(c.json))
		if err != nil || err2 != nil || !reflect.DeepEqual(one, two) {
			t.Errorf("%s: %v, %v\n csv %s\n csv %+v\njson %+v", c.name, err, err2, got[0].Json, one, two)
		}
	}
}

func TestCSVRefused(t *testing.T) {
	const head = "conversation_id,recording_id,duration_ms,user_ids\n"
	for _, c := range []struct {
		name, text string
		n          int
		refusals   []string // of the file and its records
		row        string   // of the last row, by its reader
	}{
		{"cells too few and too many", head + "a,b\nc,r,1,\na,b,1,u,x\nc,r2,2,\n", 2, []string{"csv-syntax /0", "csv-syntax /2"}, ""},
		{"a quote that does not end", head + "c,r,1,\nc,\"r2,2,\n", 1, []string{"csv-syntax "}, ""},
		{"a quote that does not end in a large file", head + "c,r,1,\nc,\"" + strings.Repeat("r2,2,\n", 1<<16), 1, []string{"csv-syntax "}, ""},
		{"a bare quote", head + "c,r\"x,1,\n", 0, []string{"csv-syntax "}, ""},
		{"names twice", "conversation_id,recording_id,Recording_id\nc,r,r\n", 0, []string{"json-duplicate "}, ""},
		{"no such columns", "conversation,recording\nc,r\n", 0, []string{"no-manifest "}, ""},
		{"semicolons", "conversation_id;recording_id\nc;r\n", 0, []string{"no-manifest "}, ""},
		{"a header alone", head, 0, nil, ""},
		{"no UTF-8", head + "c,\xff,1,\n", 1, nil, "json-utf8 /recording_id"},
		{"no id", head + "a b,r,1,\n", 1, nil, "bad-id /conversation_id"},
		{"no duration", head + "c,r,1.5,\n", 1, nil, "wrong-type /duration_ms"},
		{"nobody named", head + ",,1,\n", 1, nil, "no-identity "},
		{"a long record", head + "c,r,1,\"" + strings.Repeat("\n", genesys.MaxRow-20) + "\"\n", 1, nil, "json-size "},
	} {
		got, refusals := read(strings.NewReader(c.text), genesys.Limits{})
		row := ""
		if len(got) > 0 {
			_, err := genesys.ParseRow(got[len(got)-1].Json)
			if r := (*genesys.Refused)(nil); errors.As(err, &r) {
				row = r.Code + " " + r.Pointer
			}
		}
		if len(got) != c.n || !reflect.DeepEqual(refusals, c.refusals) || row != c.row {
			t.Errorf("%s: %d rows, %q, last %q; want %d, %q, %q", c.name, len(got), refusals, row, c.n, c.refusals, c.row)
		}
	}
}

// Whatever text a cell holds, it comes out of the row as it went into the table.
func TestCellsKeepTheirText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.String().Draw(t, "cell")
		text := "conversation_id,recording_id,provider\nc,r,\"" + strings.ReplaceAll(cell, `"`, `""`) + "\"\n"
		got, refusals := read(strings.NewReader(text), genesys.Limits{})
		if len(got) != 1 || refusals != nil {
			t.Fatalf("%q: %s, %v", text, show(got), refusals)
		}
		x, err := genesys.ParseRow(got[0].Json)
		want := strings.ReplaceAll(cell, "\r\n", "\n") // as encoding/csv documents
		if len(want) <= genesys.MaxText && (err != nil || x.Fact.Provider != want) {
			t.Fatalf("%q: %q, %v", cell, x.Fact.Provider, err)
		}
	})
}

// Where a manifest is read to its end, it is read as it is when held whole; and every row has its number.
func FuzzReadManifest(f *testing.F) {
	for _, s := range []string{`[` + rec + `]`, `{"a":[` + rec + `],"b":[1]}`, rec + "\n" + rec, "{\"x\n" + rec, "conversation_id,recording_id,user_ids\nc,r,\"a;b\"\nc,r2\n", "\xEF\xBB\xBFconversation_id,start_time\nc,\"", metadata} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, refusals := read(strings.NewReader(string(raw)), genesys.Limits{})
		again, refusals2 := read(iotest.OneByteReader(strings.NewReader(string(raw))), genesys.Limits{})
		if !reflect.DeepEqual(got, again) || !reflect.DeepEqual(refusals, refusals2) {
			t.Fatalf("%q: %s %q; by the byte %s %q", raw, show(got), refusals, show(again), refusals2)
		}
		if genesys.NamesColumns(raw) {
			for _, row := range got {
				if n, err := strconv.Atoi(row.Pointer[1:]); err != nil || n < 0 || row.Json[0] != '{' {
					t.Fatalf("%q: %s", raw, show(got))
				}
			}
			return
		}
		whole, err := genesys.CutManifest(raw)
		if refusals == nil && (err != nil || !reflect.DeepEqual(got, whole)) {
			t.Fatalf("%q: %s; whole %s, %v", raw, show(got), show(whole), err)
		}
	})
}

func BenchmarkReadManifest(b *testing.B) {
	text := "[" + strings.Repeat(aliasRow+",\n", 999) + aliasRow + "]"
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range genesys.ReadManifest(strings.NewReader(text)) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

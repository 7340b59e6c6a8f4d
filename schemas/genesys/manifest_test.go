package genesys_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
)

const rec = `{"conversation_id":"c1","recording_id":"r1"}`

// What is a manifest and what is not, and which rows it has. Every shape customers show must be cut; nothing else may be,
// for rows cut from another file would be expectations nobody has.
func TestCutManifest(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		rows       []schemas.Row
	}{
		{"array", ` [` + rec + ` , {"conversationId":"c2","startTime":"x"}] `, rows("", rec, `{"conversationId":"c2","startTime":"x"}`)},
		{"object", `{"jobId":"j","count":2,"recordings":[` + rec + `,` + rec + `],"errors":[]}`, rows("/recordings", rec, rec)},
		{"any name, to be escaped", `{"a/b~\u0063":[` + rec + `]}`, rows("/a~1b~0c", rec)},
		{"other arrays beside it", `{"users":[{"id":"u"}],"n":[1],"items":[` + rec + `]}`, rows("/items", rec)},
		{"a number as start", `[{"conversation_id":"c","recorded_start_time":1777886102118}]`, rows("", `{"conversation_id":"c","recorded_start_time":1777886102118}`)},
		{"lines", rec + "\r\n\n" + rec + "\n", rows("", rec, rec)},
		{"one line", rec + "\n", rows("", rec)},
		// Bad rows are cut all the same: ParseRow refuses them, alone.
		{"a row with the wrong bracket", `[{"a":1],` + rec + `]`, rows("", `{"a":1]`, rec)},
		{"bad rows", `[{},` + rec + `,null,{"b":"` + "\xff" + `"},[],{"x":"}]\""},01]`, rows("", `{}`, rec, `null`, "{\"b\":\"\xff\"}", `[]`, `{"x":"}]\""}`, `01`)},
		{"bad lines", "{\"broken\n" + rec + "\n7\n", rows("", `{"broken`, rec, `7`)},
	} {
		got, err := genesys.CutManifest([]byte(tt.text))
		if err != nil || !reflect.DeepEqual(got, tt.rows) {
			t.Errorf("%s: %v\n got %s\nwant %s", tt.name, err, show(got), show(tt.rows))
		}
	}
}

func rows(at string, values ...string) []schemas.Row {
	var rows []schemas.Row
	for i, v := range values {
		rows = append(rows, schemas.Row{Pointer: at + "/" + strconv.Itoa(i), Json: []byte(v)})
	}
	return rows
}

func show(rows []schemas.Row) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "\n\t%s %.80q", r.Pointer, r.Json)
	}
	return b.String()
}

func TestNoManifest(t *testing.T) {
	long := strings.Repeat("n", 129)
	for _, tt := range []struct{ name, text, code, pointer string }{
		{"nothing", ``, genesys.CodeNoManifest, ""},
		{"text", `hello`, genesys.CodeNoManifest, ""},
		{"a scalar", `7`, genesys.CodeNoManifest, ""},
		{"no rows", `[]`, genesys.CodeNoManifest, ""},
		{"other rows", `[{"conversation_id":"c1"},{"recording_id":"r1"}]`, genesys.CodeNoManifest, ""},
		{"null ids", `[{"conversation_id":null,"recording_id":"r1"}]`, genesys.CodeNoManifest, ""},
		{"other case", `[{"Conversation_id":"c1","recording_id":"r1"}]`, genesys.CodeNoManifest, ""},
		{"an object without rows", `{"a":{"b":[` + rec + `]}}`, genesys.CodeNoManifest, ""},
		{"a metadata file", metadata, genesys.CodeNoManifest, ""},
		{"an event", detailEvent("user.end", userEnd), genesys.CodeNoManifest, ""},
		{"lines of something else", "{\"a\":1}\n{\"a\":2}\n", genesys.CodeNoManifest, ""},
		{"two arrays", `{"a":[` + rec + `],"b":[` + rec + `]}`, genesys.CodeAmbiguous, ""},
		{"the same name twice", `{"rows":[` + rec + `],"ROWS":[]}`, "json-duplicate", "/ROWS"},
		{"bad around the rows", `{"rows":[` + rec + `],"a":tru}`, "json-syntax", "/a"},
		{"a comma too many around", `{"rows":[` + rec + `],}`, "json-syntax", ""},
		{"a comma too many within", `[` + rec + `,]`, "json-syntax", "/1"},
		{"no comma", `[` + rec + rec + `]`, "json-syntax", "/0"},
		{"an array closed as an object", `[` + rec + `}`, "json-syntax", "/0"},
		{"a long name", `{"` + long + `":[` + rec + `]}`, genesys.CodeTooLong, ""},
		{"byte order mark", "\xEF\xBB\xBF[" + rec + `]`, "json-bom", ""},
		{"much beside the rows", `{"rows":[` + rec + `],"a":"` + strings.Repeat("x", 1<<20) + `"}`, "json-size", ""},
	} {
		got, err := genesys.CutManifest([]byte(tt.text))
		if got != nil {
			t.Errorf("%s: rows %s", tt.name, show(got))
		}
		refused(t, tt.text, err, tt.code, tt.pointer)
	}
}

// A row beside a bad one is read, and the bad one refused by its own error.
func TestBadRowsAreAlone(t *testing.T) {
	cut, err := genesys.CutManifest([]byte(`[` + rec + `,{"conversation_id":"c","Conversation_id":"d"},{"recording_id":"\udc00"},{"a":"` + strings.Repeat("x", 3*genesys.MaxRow) + `"},` + rec + `]`))
	if err != nil || len(cut) != 5 {
		t.Fatalf("%v, %s", err, show(cut))
	}
	for i, code := range []string{"", "json-duplicate", "json-surrogate", "json-size", ""} {
		_, err := genesys.ParseRow(cut[i].Json)
		var r *genesys.Refused
		if errors.As(err, &r) != (code != "") || r != nil && r.Code != code {
			t.Errorf("row %d: %v, want %q", i, err, code)
		}
	}
	if n := len(cut[3].Json); n != genesys.MaxRow+1 {
		t.Errorf("an overlong row is cut at %d bytes: it has to fit into a raw record", n)
	}
}

func TestManifestLimits(t *testing.T) {
	text := []byte(`[` + rec + `,` + rec + `,` + rec + `]`)
	if got, err := (genesys.Limits{Rows: 3, Manifest: len(text)}).CutManifest(text); err != nil || len(got) != 3 {
		t.Errorf("%v, %s", err, show(got))
	}
	_, err := genesys.Limits{Rows: 2}.CutManifest(text)
	refused(t, string(text), err, genesys.CodeTooMany, "")
	_, err = genesys.Limits{Manifest: len(text) - 1}.CutManifest(text)
	refused(t, string(text), err, "json-size", "")
	_, err = genesys.Limits{Rows: 1}.CutManifest([]byte(rec + "\n" + rec))
	refused(t, "lines", err, genesys.CodeTooMany, "")
}

// resolve follows an RFC 6901 pointer through what encoding/json made of a text.
func resolve(doc any, pointer string) (any, bool) {
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch v := doc.(type) {
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i >= len(v) {
				return nil, false
			}
			doc = v[i]
		case map[string]any:
			var ok bool
			if doc, ok = v[token]; !ok {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	return doc, true
}

// cutsWell holds what every cut promises: rows within the file's memory, in order, and, where the file is JSON to others
// too, each pointer leading others to the same row.
func cutsWell(t interface{ Fatalf(string, ...any) }, raw []byte) bool {
	got, err := genesys.CutManifest(raw)
	if err != nil {
		var r *genesys.Refused
		if got != nil || !errors.As(err, &r) || r.Reason == "" {
			t.Fatalf("%q: %v and %d rows", raw, err, len(got))
		}
		return false
	}
	if len(got) == 0 {
		t.Fatalf("%q: no rows and no error", raw)
	}
	doc, isJSON := any(nil), json.Valid(raw) && len(got[0].Pointer) > 0
	if isJSON {
		doc = decode(raw)
	}
	if _, single := doc.(map[string]any); isJSON && single && got[0].Pointer == "/0" && len(got) == 1 {
		doc = []any{doc} // one line
	}
	end := 0
	for _, r := range got {
		start := int(uintptr(unsafe.Pointer(&r.Json[0])) - uintptr(unsafe.Pointer(&raw[0])))
		if start < end || start+len(r.Json) > len(raw) || len(r.Json) > genesys.MaxRow+1 || cap(r.Json) != len(r.Json) {
			t.Fatalf("%q: row %s at %d after %d", raw, r.Pointer, start, end)
		}
		end = start + len(r.Json)
		if isJSON && len(r.Json) <= genesys.MaxRow {
			if want, ok := resolve(doc, r.Pointer); !ok || !reflect.DeepEqual(decode(r.Json), want) {
				t.Fatalf("%q: %s leads to %v, the row is %q", raw, r.Pointer, want, r.Json)
			}
		}
	}
	return true
}

func decode(b []byte) (v any) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil
	}
	return v
}

// The pointer in a custody record must lead a stranger, with any tool, to the row that was judged.
func TestPointersLead(t *testing.T) {
	cut := 0
	rapid.Check(t, func(t *rapid.T) {
		element := rapid.SampledFrom([]string{rec, rec, rec, `{}`, `7`, `"]"`, `{"a":{"b":[1,"}"]}}`, `[]`, ` null `})
		array := "[" + strings.Join(rapid.SliceOfN(element, 0, 5).Draw(t, "rows"), rapid.SampledFrom([]string{",", " , "}).Draw(t, "comma")) + "]"
		key := rapid.SampledFrom([]string{"recordings", "a/b", "~1", "~", "", `\u002f`, "é"}).Draw(t, "key")
		text := rapid.SampledFrom([]string{array, `{"` + key + `":` + array + `}`, `{"x":[1],"` + key + `" : ` + array + ` ,"z":{}}`, "\n" + array + "\n"}).Draw(t, "text")
		if cutsWell(t, []byte(text)) {
			cut++
		}
	})
	if cut == 0 {
		t.Error("nothing was cut")
	}
}

func FuzzCutManifest(f *testing.F) {
	for _, s := range []string{`[` + rec + `]`, `{"recordings":[` + rec + `,7],"x":[]}`, rec + "\n" + rec, rec, `{"a~/":[` + rec + `]}`, "[" + aliasRow + "," + metadata + "]", `[` + rec + `}`, `{"a":[` + rec + `]]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { cutsWell(t, raw) })
}

// BenchmarkCutManifest: what inspection pays per manifest, beside hashing it.
func BenchmarkCutManifest(b *testing.B) {
	raw := []byte(`{"recordings":[` + strings.Repeat(aliasRow+",", 9999) + aliasRow + `]}`)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if rows, err := genesys.CutManifest(raw); err != nil || len(rows) != 10000 {
			b.Fatal(err)
		}
	}
}

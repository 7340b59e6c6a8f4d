package schemas

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/twmb/avro"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files that do not exist")

// everyKind runs a test for each record type of the wire.
func everyKind(t *testing.T, f func(t *testing.T, k *kind)) {
	for _, r := range records {
		k := wire.byType[r.typ]
		t.Run(k.name, func(t *testing.T) { f(t, k) })
	}
}

func goldenFile(k *kind) string { return filepath.Join("testdata", k.name+".hex") }

func golden(t testing.TB, k *kind) []byte {
	text, err := os.ReadFile(goldenFile(k))
	if err != nil {
		t.Fatal(err)
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGolden holds the bytes of one record with everything in it. They were written once; a change of these bytes is
// a change of what lies in the topics of everybody who runs a release.
func TestGolden(t *testing.T) {
	everyKind(t, func(t *testing.T, k *kind) {
		rec := k.make(&full{})
		b, err := Append(nil, rec)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(goldenFile(k)); *update && os.IsNotExist(err) {
			if err := os.WriteFile(goldenFile(k), []byte(hex.EncodeToString(b)+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want := golden(t, k)
		if !bytes.Equal(b, want) {
			t.Errorf("encoded\n%x\nwant\n%x", b, want)
		}
		got, err := Decode(want)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, rec) {
			t.Errorf("decoded\n%+v\nwant\n%+v", got, rec)
		}
	})
}

// TestRoundTrip: whatever we write we read back, each field of it.
func TestRoundTrip(t *testing.T) {
	everyKind(t, func(t *testing.T, k *kind) {
		rapid.Check(t, func(t *rapid.T) {
			rec := k.make(drawn{t})
			b, err := Append([]byte("before"), rec)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Decode(bytes.TrimPrefix(b, []byte("before")))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, rec) {
				t.Fatalf("decoded\n%+v\nwant\n%+v", got, rec)
			}
		})
	})
}

// TestObservationReuse: a struct that held another record before decodes to the same as a fresh one. If it did not,
// what the fold sees would depend on what it saw before.
func TestObservationReuse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var reused Observation
		for range rapid.IntRange(1, 4).Draw(t, "n") {
			b, err := Append(nil, observation.make(drawn{t}))
			if err != nil {
				t.Fatal(err)
			}
			want, err := Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if err := DecodeObservation(b, &reused); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(&reused, want) {
				t.Fatalf("reused\n%+v\nfresh\n%+v", &reused, want)
			}
		}
	})
}

// TestObservationOfAnotherKind: the log of observations holds ticks too; a caller asks first, and is told if not.
func TestObservationOfAnotherKind(t *testing.T) {
	everyKind(t, func(t *testing.T, k *kind) {
		if got := IsObservation(golden(t, k)); got != (k == observation) {
			t.Errorf("IsObservation: %v", got)
		}
	})
	err := DecodeObservation(golden(t, wire.byName["Tick"]), new(Observation))
	if err == nil || !strings.Contains(err.Error(), "the record is of type Tick") {
		t.Errorf("a tick as an observation: %v", err)
	}
}

// TestStringsAreCopies: the strings of a decoded record must survive the broker's buffer.
func TestStringsAreCopies(t *testing.T) {
	b := golden(t, observation)
	var o Observation
	if err := DecodeObservation(b, &o); err != nil {
		t.Fatal(err)
	}
	entity := strings.Clone(o.Entity)
	for i := range b {
		b[i] = 'x'
	}
	if o.Entity != entity {
		t.Errorf("the entity changed with the buffer: %q", o.Entity)
	}
}

// TestEmptyIsNil: one record has one form in memory, whichever of Avro's many encodings of an empty array it came
// from, and null bytes stay apart from empty ones.
func TestEmptyIsNil(t *testing.T) {
	in := &S3Inspection{Transport: Transport{Kind: TransportInspection, Auth: AuthNone}, Outcome: OutcomeOK, LegalHold: HoldOff, RetentionMode: RetentionNone}
	for _, rows := range [][]Row{nil, {}} {
		in.Rows, in.Head = rows, []byte{}
		b, err := Append(nil, in)
		if err != nil {
			t.Fatal(err)
		}
		if in.Head == nil {
			t.Error("Append changed the record")
		}
		v, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.(*S3Inspection); got.Rows != nil || got.Head != nil || got.Tail != nil {
			t.Errorf("rows %#v, head %#v, tail %#v: want nil", got.Rows, got.Head, got.Tail)
		}
	}
	for _, raw := range [][]byte{nil, {}} {
		b, err := Append(nil, &ConversationEvent{Raw: raw, Transport: Transport{Kind: TransportSQS, Auth: AuthIAM}})
		if err != nil {
			t.Fatal(err)
		}
		v, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.(*ConversationEvent).Raw; (got == nil) != (raw == nil) || len(got) != 0 {
			t.Errorf("raw %#v came back as %#v", raw, got)
		}
	}
}

// TestAppendRefuses: what Decode would refuse, or would read as something else, is not written.
func TestAppendRefuses(t *testing.T) {
	ok := func() *ConversationEvent {
		return &ConversationEvent{Transport: Transport{Kind: TransportSQS, Auth: AuthIAM}, Fields: &EventFields{}}
	}
	for _, c := range []struct {
		name string
		edit func(*ConversationEvent)
		want string
	}{
		{"a value outside its enumeration", func(e *ConversationEvent) { e.Transport.Kind = "fax" }, "transport.kind"},
		{"text that is not UTF-8", func(e *ConversationEvent) { e.Fields.UserID = "ab\xff" }, "fields: user_id: text is not UTF-8 from byte 2"},
		{"a record beyond the limit", func(e *ConversationEvent) { e.Raw = make([]byte, MaxRecord) }, "more than the limit"},
	} {
		e := ok()
		c.edit(e)
		dst, err := Append([]byte("kept"), e)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q in it", c.name, err, c.want)
		}
		if string(dst) != "kept" {
			t.Errorf("%s: the destination holds %q", c.name, dst)
		}
	}
	if _, err := Append(nil, ok()); err != nil {
		t.Errorf("the record all cases start from: %v", err)
	}
}

// TestTextIsUTF8: every string of every record is checked, when written and when read. The oracle sets one string
// after the other; twmb alone accepts them all.
func TestTextIsUTF8(t *testing.T) {
	everyKind(t, func(t *testing.T, k *kind) {
		n := len(texts(reflect.ValueOf(k.make(&full{})).Elem(), k.node))
		for i := range n {
			rec := k.make(&full{})
			at := texts(reflect.ValueOf(rec).Elem(), k.node)[i]
			at.SetString("a\xc3(b")
			if _, err := Append(nil, rec); err == nil {
				t.Errorf("string %d of %d is written although it is not UTF-8", i, n)
			}
			b, err := k.schema.AppendEncode(k.header[:], rec)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Decode(b); err == nil || !strings.Contains(err.Error(), "not UTF-8 from byte 1") {
				t.Errorf("string %d of %d: %v", i, n, err)
			}
		}
	})
}

// texts returns the strings of a record, enumerations excepted.
func texts(v reflect.Value, n *avro.SchemaNode) []reflect.Value {
	var out []reflect.Value
	switch n.Type {
	case "string":
		out = append(out, v)
	case "union":
		if v.Kind() == reflect.Pointer {
			out = texts(v.Elem(), &n.Branches[1])
		}
	case "array":
		for i := range v.Len() {
			out = append(out, texts(v.Index(i), n.Items)...)
		}
	case "record":
		for i := range n.Fields {
			out = append(out, texts(v.Field(fieldOf(v.Type(), n.Fields[i].Name)), &n.Fields[i].Type)...)
		}
	}
	return out
}

// planted is our schemas, and one that an older release could have written: without Regime.build, with a field that
// is gone.
func planted(t *testing.T, older string) fstest.MapFS {
	fsys := fstest.MapFS{"versions/regime.1.avsc": {Data: []byte(older)}}
	for _, r := range records {
		text, err := files.ReadFile(r.file + ".avsc")
		if err != nil {
			t.Fatal(err)
		}
		if r.file == "regime" { // what the next release will have done to it
			text = bytes.Replace(text, []byte(`"name": "build", "type": "string"`), []byte(`"name": "build", "type": "string", "default": "unknown"`), 1)
		}
		fsys[r.file+".avsc"] = &fstest.MapFile{Data: text}
	}
	return fsys
}

// TestOlderVersion: what an older release wrote is read as the current record, found by its own fingerprint.
func TestOlderVersion(t *testing.T) {
	const older = `{"type":"record","name":"Regime","namespace":"holdfast","fields":[{"name":"gone","type":"long"},{"name":"document","type":"string"}]}`
	now := wire
	defer func() { wire = now }()
	wire = mustCatalogue(planted(t, older))

	writer := avro.MustParse(older)
	h := headerOf(writer)
	b, err := writer.AppendEncode(h[:], map[string]any{"gone": int64(7), "document": "{}"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b)
	if want := (&Regime{Document: "{}", Build: "unknown"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if line, err := JSON(b); err != nil || string(line) != `{"document":"{}","build":"unknown"}` {
		t.Errorf("JSON: %s, %v", line, err)
	}
}

// TestOlderVersionThatCannotBeRead: a release that cannot read its predecessor must not start at all.
func TestOlderVersionThatCannotBeRead(t *testing.T) {
	for _, older := range []string{
		`{"type":"record","name":"Regime","namespace":"holdfast","fields":[{"name":"build","type":"string"}]}`,
		`{"type":"record","name":"Regiment","namespace":"holdfast","fields":[]}`,
	} {
		if _, err := newCatalogue(planted(t, older)); err == nil {
			t.Errorf("accepted %s", older)
		}
	}
}

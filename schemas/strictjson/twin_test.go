package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"holdfast.example/schemas/strictjson"
)

// twin decides the same question with encoding/json and maps, slowly. It answers false where Check must refuse,
// whatever the code.
func twin(b []byte, l strictjson.Limits) bool {
	if len(b) > l.Bytes || !json.Valid(b) || !utf8.Valid(b) || loneSurrogate(b) {
		return false
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var names []map[string]bool // nil: an array
	wantName := false
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return true
		}
		if err != nil {
			return false
		}
		top := func() { wantName = len(names) > 0 && names[len(names)-1] != nil }
		switch v := tok.(type) {
		case json.Delim:
			switch v {
			case '{':
				names = append(names, map[string]bool{})
			case '[':
				names = append(names, nil)
			default:
				names = names[:len(names)-1]
			}
			if len(names) > l.Depth {
				return false
			}
			top()
		case string:
			if !wantName {
				top()
				continue
			}
			set := names[len(names)-1]
			for other := range set {
				if strings.EqualFold(other, v) {
					return false
				}
			}
			if set[v] = true; len(set) > l.Keys {
				return false
			}
			wantName = false
		default:
			top()
		}
	}
}

// loneSurrogate looks for half a pair among the \u escapes of a valid JSON text.
func loneSurrogate(b []byte) bool {
	var high rune // the half before, if there is one
	for i := 0; i < len(b); i++ {
		var r rune
		if b[i] == '\\' {
			if i++; b[i] == 'u' {
				fmt.Sscanf(string(b[i+1:i+5]), "%x", &r)
				i += 4
			}
		}
		switch {
		case high != 0 && utf16.DecodeRune(high, r) == utf8.RuneError, high == 0 && 0xDC00 <= r && r <= 0xDFFF:
			return true
		case high == 0 && 0xD800 <= r && r <= 0xDBFF:
			high = r
		default:
			high = 0
		}
	}
	return false // a valid text does not end within a string
}

// texts draws JSON-like texts in which names collide often, and then breaks some of them.
func texts() *rapid.Generator[[]byte] {
	atom := rapid.SampledFrom([]string{`0`, `-0`, `-1.5e+3`, `01`, `1.`, `true`, `null`, `"a"`, `"\ud83d\ude00"`, `"\ud800"`, `"\u0000"`, "\"\xff\"", `"\"\\"`, `""`, "\"long enough for two words\""})
	key := rapid.SampledFrom([]string{`"a"`, `"A"`, `"b"`, `"\u0061"`, `"k"`, "\"\u212a\"", `"s"`, "\"\u017f\"", `"conversationId"`, `"ConversationID"`, `"conversation_id"`, `"\u03c3"`, "\"\u03c2\"", `"x"`, `"y"`, `"z"`, `""`})
	space := rapid.SampledFrom([]string{"", "", "", " ", "\n\t"})
	var value func(t *rapid.T, depth int) string
	value = func(t *rapid.T, depth int) string {
		var b strings.Builder
		b.WriteString(space.Draw(t, "space"))
		switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
		case kind == 0 && depth > 0:
			b.WriteByte('[')
			for i := range rapid.IntRange(0, 3).Draw(t, "n") {
				if i > 0 {
					b.WriteByte(',')
				}
				b.WriteString(value(t, depth-1))
			}
			b.WriteByte(']')
		case kind <= 2 && depth > 0:
			b.WriteByte('{')
			for i := range rapid.IntRange(0, 5).Draw(t, "n") {
				if i > 0 {
					b.WriteByte(',')
				}
				b.WriteString(space.Draw(t, "space") + key.Draw(t, "key") + space.Draw(t, "space") + ":" + value(t, depth-1))
			}
			b.WriteByte('}')
		default:
			b.WriteString(atom.Draw(t, "atom"))
		}
		b.WriteString(space.Draw(t, "space"))
		return b.String()
	}
	return rapid.Custom(func(t *rapid.T) []byte {
		b := []byte(value(t, 4))
		if rapid.IntRange(0, 3).Draw(t, "break") == 0 && len(b) > 0 {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "with")
		}
		return b
	})
}

// Check and encoding/json must agree on what is JSON, but for the rules that Check adds: else a text could be one thing
// to the pipeline and another to a court's tool.
func TestAgreesWithEncodingJSON(t *testing.T) {
	l := strictjson.Limits{Bytes: 200, Depth: 3, Keys: 4}
	var good, bad int
	rapid.Check(t, func(t *rapid.T) {
		b := texts().Draw(t, "text")
		want := twin(b, l)
		if err := strictjson.Check(b, l); (err == nil) != want {
			t.Fatalf("%q: Check says %v, the twin %v", b, err, want)
		}
		if want {
			good++
		} else {
			bad++
		}
	})
	if good == 0 || bad == 0 {
		t.Errorf("%d good and %d bad texts: the generator tests one side only", good, bad)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{"a":[1,-0.5e3,"\ud83d\ude00",{"b":null}]}`, `{"k":1,"\u212a":2}`, "\xEF\xBB\xBF1", `{"a":1,"A":2}`, "[\"\xed\xa0\x80\"]", `["\ud800"]`, many(40), many(40)[:150] + `,"K7":1}`} {
		f.Add([]byte(s))
	}
	l := strictjson.Limits{Bytes: 4096, Depth: 8, Keys: 48}
	f.Fuzz(func(t *testing.T, b []byte) {
		err := strictjson.Check(b, l)
		if want := twin(b, l); (err == nil) != want {
			t.Fatalf("%q: Check says %v, the twin %v", b, err, want)
		}
		var e *strictjson.Error
		if errors.As(err, &e) && (e.Offset < 0 || e.Offset > len(b) || e.Reason == "" || e.Code == "" || len(e.Pointer) > 260) {
			t.Fatalf("%q: %+v", b, e)
		}
	})
}

package strictjson_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas/strictjson"
)

// reread reads a checked text with the package's readers into the values that encoding/json makes of it.
func reread(t interface{ Fatalf(string, ...any) }, value []byte) any {
	switch strictjson.KindOf(value) {
	case strictjson.Object:
		m := map[string]any{}
		for key, v := range strictjson.Members(value) {
			m[string(key)] = reread(t, v)
		}
		return m
	case strictjson.Array:
		a := []any{}
		for i, v := range strictjson.Elements(value) {
			if i != len(a) {
				t.Fatalf("%q: element %d has index %d", value, len(a), i)
			}
			a = append(a, reread(t, v))
		}
		return a
	case strictjson.String:
		s, ok := strictjson.Text(value)
		if !ok {
			t.Fatalf("%q: no text", value)
		}
		return s
	case strictjson.Number:
		return json.Number(value)
	case strictjson.Bool:
		return value[0] == 't'
	case strictjson.Null:
		return nil
	}
	t.Fatalf("%q: no kind", value)
	return nil
}

// readSame fails if the readers see another content in b than encoding/json does. Only for checked texts.
func readSame(t interface{ Fatalf(string, ...any) }, b []byte) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var want any
	if err := dec.Decode(&want); err != nil {
		t.Fatalf("%q: encoding/json says %v", b, err)
	}
	if got := reread(t, strictjson.Value(b)); !reflect.DeepEqual(got, want) {
		t.Fatalf("%q:\n got %#v\nwant %#v", b, got, want)
	}
}

// On a text that passed, our readers must see what every other reader sees: that is what the pass is for.
func TestReadersAgreeWithEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := texts().Draw(t, "text")
		if strictjson.Check(b, strictjson.Limits{}) == nil {
			readSame(t, b)
		}
	})
}

// FuzzRead gives the readers any bytes: they must end without a panic, and on checked ones be right.
func FuzzRead(f *testing.F) {
	for _, s := range []string{event, `{"a":[1,{"b":"\u0041\n"}],"c\\":null}`, `{"a":"\`, `[[[[`, `{"a":1]`, `[1,`, `"\ud83d\ude00"`, `{"a" 1}`, `[,]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if strictjson.Check(b, strictjson.Limits{}) == nil {
			readSame(t, b)
			return
		}
		for key, v := range strictjson.Members(b) {
			strictjson.Text(v)
			strictjson.Int64(v)
			strictjson.Get(b, string(key))
			for range strictjson.Elements(v) {
			}
		}
		for _, v := range strictjson.Elements(b) {
			strictjson.Text(v)
			strictjson.KindOf(v)
		}
		strictjson.Text(b)
	})
}

// Names match exactly: encoding/json would take ConversationID for conversationId (holes, section 3).
func TestGetMatchesExactly(t *testing.T) {
	b := []byte(` {"ConversationID" : "x", "recording\u0049d":"y","a":{"conversationId":"z"}} `)
	if v, ok := strictjson.Get(b, "conversationId"); ok {
		t.Errorf("conversationId is %s", v)
	}
	if v, ok := strictjson.Get(b, "recordingId"); !ok || string(v) != `"y"` {
		t.Errorf("recordingId is %s, %v", v, ok)
	}
	if _, ok := strictjson.Get([]byte(`["a"]`), "a"); ok {
		t.Error("an array has a member")
	}
}

// A number becomes an integer only where its text is one: 1777886102118123456 through a float is another instant.
func TestInt64(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "7": 7, "-7": -7, "1777886102118123456": 1777886102118123456,
		"9223372036854775807": 1<<63 - 1, "-9223372036854775808": -1 << 63,
	} {
		if n, ok := strictjson.Int64([]byte(text)); !ok || n != want {
			t.Errorf("%s: %d, %v", text, n, ok)
		}
	}
	for _, text := range []string{"", "-", "-0", "00", "01", "-01", "1.0", "1e3", "1E0", "+1", " 1", "9223372036854775808", "-9223372036854775809", "12345678901234567890", `"1"`, "null", "1_0", "0x1"} {
		if n, ok := strictjson.Int64([]byte(text)); ok {
			t.Errorf("%q: taken for %d", text, n)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Int64().Draw(t, "n")
		if n, ok := strictjson.Int64(strconv.AppendInt(nil, want, 10)); !ok || n != want {
			t.Fatalf("%d: %d, %v", want, n, ok)
		}
	})
}

// What the readers hand out is a part of what they were given, closed at its end: appending to it cannot write over
// the neighbour.
func TestReadersShareMemory(t *testing.T) {
	b := []byte(`{"a":"one","b":[10,20]}`)
	var keys []string
	for key, v := range strictjson.Members(b) {
		keys = append(keys, string(key))
		_ = append(key, '!')
		_ = append(v, '!')
		for _, e := range strictjson.Elements(v) {
			_ = append(e, '!')
		}
		if s, ok := strictjson.TextBytes(v); ok {
			_ = append(s, '!')
		}
	}
	if string(b) != `{"a":"one","b":[10,20]}` || !slices.Equal(keys, []string{"a", "b"}) {
		t.Errorf("now %s, keys %v", b, keys)
	}
}

// Reading an event must cost no more than walking over it.
func TestReadersDoNotAllocate(t *testing.T) {
	b := []byte(event)
	n := testing.AllocsPerRun(100, func() {
		detail, _ := strictjson.Get(b, "detail")
		body, _ := strictjson.Get(detail, "eventBody")
		count := 0
		for key, v := range strictjson.Members(body) {
			if string(key) == "eventTime" {
				if ms, ok := strictjson.Int64(v); !ok || ms != 1777886830512 {
					t.Fatal(ms, ok)
				}
			}
			if s, ok := strictjson.TextBytes(v); ok {
				count += len(s)
			}
		}
		if count == 0 {
			t.Fatal("nothing read")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Order is the text's, so that nothing downstream depends on a map.
func TestMembersKeepTheirOrder(t *testing.T) {
	b := []byte(many(100))
	seen := map[int]string{}
	for key := range strictjson.Members(b) {
		seen[len(seen)] = string(key)
	}
	for _, i := range slices.Sorted(maps.Keys(seen)) {
		if seen[i] != "k"+strconv.Itoa(i) {
			t.Fatalf("member %d is %s", i, seen[i])
		}
	}
}

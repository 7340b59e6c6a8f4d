package schemas

import (
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/twmb/avro"
	"pgregory.net/rapid"
)

// TestJSONText holds one whole line, as a person sees it.
func TestJSONText(t *testing.T) {
	id := Hash{0xab}
	b, err := Append(nil, &DeadLetter{Stage: "observe", Topic: TopicConversationEvents, Partition: 3, Offset: 1 << 60, Size: -1,
		KeySHA256: id, Code: "json", Reason: "duplicate key <\"a\"> & \u00e9", RawSHA256: &id})
	if err != nil {
		t.Fatal(err)
	}
	h := "ab" + strings.Repeat("00", 31)
	want := `{"stage":"observe","topic":"conversation.events","partition":3,"offset":1152921504606846976,"key_sha256":"` + h +
		`","value_sha256":"` + strings.Repeat("00", 32) + `","size":-1,"code":"json","reason":"duplicate key <\"a\"> & é","raw_sha256":"` + h + `"}`
	if got, err := JSON(b); err != nil || string(got) != want {
		t.Errorf("got\n%s, %v\nwant\n%s", got, err, want)
	}
}

// TestJSON: for whatever a record holds, the line is JSON with the fields in their order and each value as it is.
func TestJSON(t *testing.T) {
	everyKind(t, func(t *testing.T, k *kind) {
		rapid.Check(t, func(t *rapid.T) {
			rec := k.make(drawn{t})
			b, err := Append(nil, rec)
			if err != nil {
				t.Fatal(err)
			}
			line, err := JSON(b)
			if err != nil {
				t.Fatal(err)
			}
			d := json.NewDecoder(strings.NewReader(string(line)))
			d.UseNumber()
			var got any
			if err := d.Decode(&got); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			if want := view(k.node, reflect.ValueOf(rec).Elem()); !reflect.DeepEqual(got, want) {
				t.Fatalf("got\n%v\nwant\n%v", got, want)
			}
			last := -1
			for _, f := range k.node.Fields {
				at := strings.Index(string(line), `"`+f.Name+`":`)
				if at < 0 {
					t.Fatalf("no field %s in %s", f.Name, line)
				}
				if k.typ.NumField() == len(k.node.Fields) && at < last && !nested(k.node, f.Name) {
					t.Fatalf("field %s is out of order in %s", f.Name, line)
				}
				last = max(last, at)
			}
		})
	})
}

// nested says whether a record inside n has a field of this name too, so that its place in the text says nothing.
func nested(n *avro.SchemaNode, name string) bool {
	var in func(n *avro.SchemaNode, depth int) bool
	in = func(n *avro.SchemaNode, depth int) bool {
		switch n.Type {
		case "array":
			return in(n.Items, depth)
		case "union":
			return in(&n.Branches[1], depth)
		case "record":
			for i := range n.Fields {
				if depth > 0 && n.Fields[i].Name == name || in(&n.Fields[i].Type, depth+1) {
					return true
				}
			}
		}
		return false
	}
	return in(n, 0)
}

// view is what encoding/json should read from a record's line.
func view(n *avro.SchemaNode, v reflect.Value) any {
	switch n.Type {
	case "fixed", "bytes":
		return hex.EncodeToString(native(n, v).([]byte))
	case "array":
		items := make([]any, v.Len())
		for i := range items {
			items[i] = view(n.Items, v.Index(i))
		}
		return items
	case "union":
		if v.IsNil() {
			return nil
		}
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		return view(&n.Branches[1], v)
	case "record":
		m := map[string]any{}
		for i := range n.Fields {
			m[n.Fields[i].Name] = view(&n.Fields[i].Type, v.Field(fieldOf(v.Type(), n.Fields[i].Name)))
		}
		return m
	case "int", "long":
		b, _ := json.Marshal(v.Int())
		return json.Number(b)
	}
	return native(n, v)
}

package schemas

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"github.com/linkedin/goavro/v2"
	"github.com/twmb/avro"
	"pgregory.net/rapid"
)

func schemaText(t testing.TB, k *kind) []byte {
	for _, r := range records {
		if r.typ == k.typ {
			text, err := files.ReadFile(r.file + ".avsc")
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
	}
	t.Fatalf("no file of %s", k.name)
	return nil
}

// TestEverySchemaIsRegistered: a file that no type reads would be a contract nobody keeps.
func TestEverySchemaIsRegistered(t *testing.T) {
	names, err := fs.Glob(files, "*.avsc")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != len(records) {
		t.Errorf("%d schema files, %d record types", len(names), len(records))
	}
	for _, r := range records {
		if k := wire.byType[r.typ]; k.name != r.typ.Name() {
			t.Errorf("%s.avsc is called %s, its type %s", r.file, k.name, r.typ.Name())
		}
	}
}

// TestLint: a second parser takes every schema, and every schema keeps to what both libraries agree on: no logical
// types (goavro's canonical form is wrong with them), no floats, no maps, no recursion, every name in our namespace,
// every option null by default, everything explained.
func TestLint(t *testing.T) {
	named := map[string]string{} // full name → its definition, in whichever file
	everyKind(t, func(t *testing.T, k *kind) {
		if _, err := goavro.NewCodec(string(schemaText(t, k))); err != nil {
			t.Errorf("goavro: %v", err)
		}
		for _, complaint := range lint(k.schema.Root(), named) {
			t.Error(complaint)
		}
	})
}

// TestLintComplains plants one violation of each rule.
func TestLintComplains(t *testing.T) {
	for _, c := range []struct{ field, want string }{
		{`{"name": "f", "type": {"type": "long", "logicalType": "timestamp-millis"}, "doc": "d"}`, "logical type"},
		{`{"name": "f", "type": "double", "doc": "d"}`, "type double"},
		{`{"name": "f", "type": {"type": "map", "values": "long"}, "doc": "d"}`, "type map"},
		{`{"name": "f", "type": ["null", "R"], "default": null, "doc": "d"}`, "recursive"},
		{`{"name": "f", "type": {"type": "fixed", "name": "x.F", "size": 1}, "doc": "d"}`, "namespace"},
		{`{"name": "f", "type": ["long", "null"], "doc": "d"}`, "union"},
		{`{"name": "f", "type": ["null", "long"], "doc": "d"}`, "default"},
		{`{"name": "f", "type": "long"}`, "doc"},
		{`{"name": "f", "type": {"type": "fixed", "name": "Hash", "size": 20}, "doc": "d"}`, "two definitions"},
	} {
		s := avro.MustParse(`{"type": "record", "name": "R", "namespace": "holdfast", "doc": "d", "fields": [` + c.field + `]}`)
		named := map[string]string{"holdfast.Hash": `{"name":"holdfast.Hash","type":"fixed","size":32}`}
		if got := strings.Join(lint(s.Root(), named), "; "); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q; want %q in it", c.field, got, c.want)
		}
	}
}

func lint(root *avro.SchemaNode, named map[string]string) []string {
	var out []string
	open := map[string]bool{}
	var walk func(n *avro.SchemaNode, path string)
	walk = func(n *avro.SchemaNode, path string) {
		complain := func(format string, args ...any) { out = append(out, path+": "+fmt.Sprintf(format, args...)) }
		if n.LogicalType != "" {
			complain("logical type %s", n.LogicalType)
		}
		full := n.Namespace + "." + n.Name
		if n.Name != "" {
			if n.Namespace != "holdfast" {
				complain("%s is not in the namespace holdfast", full)
			}
			if s, err := n.Schema(); err != nil {
				complain("%v", err)
			} else if is := string(s.Canonical()); named[full] != "" && named[full] != is {
				complain("%s has two definitions: %s and %s", full, named[full], is)
			} else {
				named[full] = is
			}
		}
		switch n.Type {
		case "boolean", "int", "long", "string", "bytes", "fixed", "enum":
		case "array":
			walk(n.Items, path+"[]")
		case "union":
			if len(n.Branches) != 2 || n.Branches[0].Type != "null" {
				complain("a union is null and one other type")
				return
			}
			walk(&n.Branches[1], path)
		case "record":
			if n.Doc == "" {
				complain("no doc")
			}
			open[full] = true
			for _, f := range n.Fields {
				at := path + "." + f.Name
				if f.Doc == "" {
					out = append(out, at+": no doc")
				}
				if f.Type.Type == "union" && !(f.HasDefault && f.Default == nil) {
					out = append(out, at+": an option is null by default")
				}
				walk(&f.Type, at)
			}
			open[full] = false
		default:
			ref := n.Type
			if !strings.Contains(ref, ".") {
				ref = "holdfast." + ref
			}
			if open[ref] {
				complain("%s is recursive", ref)
			} else if named[ref] == "" {
				complain("type %s", n.Type)
			}
		}
	}
	walk(root, root.Name)
	return out
}

// TestDifferential holds two libraries to the same bytes, for every schema and whatever a record holds. Either could
// be wrong alone; a stranger who reads our topics with a third agrees with both.
func TestDifferential(t *testing.T) {
	everyKind(t, func(t *testing.T, k *kind) {
		codec, err := goavro.NewCodec(string(schemaText(t, k)))
		if err != nil {
			t.Fatal(err)
		}
		compare := func(t rapid.TB, rec any) {
			t.Helper()
			ours, err := Append(nil, rec)
			if err != nil {
				t.Fatal(err)
			}
			generic := native(k.node, reflect.ValueOf(rec).Elem())
			theirs, err := codec.BinaryFromNative(nil, generic)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(ours[headerSize:], theirs) {
				t.Fatalf("twmb wrote\n%x\ngoavro\n%x", ours[headerSize:], theirs)
			}
			back, rest, err := codec.NativeFromBinary(ours[headerSize:])
			if err != nil || len(rest) != 0 || !reflect.DeepEqual(back, generic) {
				t.Fatalf("goavro reads\n%v, %v\nwant\n%v", back, err, generic)
			}
			got, err := Decode(append(k.header[:], theirs...))
			if err != nil || !reflect.DeepEqual(got, rec) {
				t.Fatalf("twmb reads\n%+v, %v\nwant\n%+v", got, err, rec)
			}
		}
		compare(t, k.make(&full{}))
		rapid.Check(t, func(t *rapid.T) { compare(t, k.make(drawn{t})) })
	})
}

// TestFingerprint: the header is the specification's CRC-64-AVRO of its Parsing Canonical Form, made here a second
// time from the text of the specification, and a third by goavro, which agrees where there are no logical types.
func TestFingerprint(t *testing.T) {
	for text, want := range map[string]uint64{ // Apache Avro's share/test/data/schema-tests.txt
		`"null"`:    0x63dd24e7cc258f8a,
		`"int"`:     0x7275d51a3f395c8f,
		`"string"`:  0x8f014872634503c7,
		`"boolean"`: 0x9f42fc78a4d4f764,
	} {
		if got := crc64Avro([]byte(text)); got != want {
			t.Errorf("%s: %016x; want %016x", text, got, want)
		}
	}
	everyKind(t, func(t *testing.T, k *kind) {
		canonical := canonicalForm(t, schemaText(t, k))
		if got := string(k.schema.Canonical()); got != canonical {
			t.Errorf("canonical form\n%s\nwant\n%s", got, canonical)
		}
		want := header{0xC3, 0x01}
		binary.LittleEndian.PutUint64(want[2:], crc64Avro([]byte(canonical)))
		if k.header != want {
			t.Errorf("header %x; want %x", k.header, want)
		}
		codec, err := goavro.NewCodec(string(schemaText(t, k)))
		if err != nil {
			t.Fatal(err)
		}
		if codec.Rabin != binary.LittleEndian.Uint64(want[2:]) {
			t.Errorf("goavro's fingerprint %016x; want %x", codec.Rabin, want[2:])
		}
	})
}

// crc64Avro is the specification's fingerprint, bit by bit.
func crc64Avro(b []byte) uint64 {
	const empty = 0xc15d213aa4d7a795
	fp := uint64(empty)
	for _, c := range b {
		fp ^= uint64(c)
		for range 8 {
			if fp&1 == 1 {
				fp = fp>>1 ^ empty
			} else {
				fp >>= 1
			}
		}
	}
	return fp
}

// canonicalForm transforms a schema as the specification's section "Parsing Canonical Form" says, for the types our
// schemas use.
func canonicalForm(t testing.TB, text []byte) string {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	known := map[string]string{} // simple name → full name
	var form func(v any, namespace string) string
	list := func(items []any, namespace string) string {
		var out []string
		for _, item := range items {
			out = append(out, form(item, namespace))
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	form = func(v any, namespace string) string {
		switch v := v.(type) {
		case string:
			if full := known[v]; full != "" {
				v = full
			}
			return `"` + v + `"`
		case []any:
			return list(v, namespace)
		case map[string]any:
			if ns, ok := v["namespace"].(string); ok {
				namespace = ns
			}
			kind := v["type"].(string)
			name, hasName := v["name"].(string)
			if hasName {
				known[name] = namespace + "." + name
				name = known[name]
			}
			switch kind {
			case "array":
				return `{"type":"array","items":` + form(v["items"], namespace) + `}`
			case "fixed":
				return fmt.Sprintf(`{"name":%q,"type":"fixed","size":%v}`, name, v["size"])
			case "enum":
				return fmt.Sprintf(`{"name":%q,"type":"enum","symbols":%s}`, name, list(v["symbols"].([]any), namespace))
			case "record":
				var fields []string
				for _, f := range v["fields"].([]any) {
					m := f.(map[string]any)
					fields = append(fields, fmt.Sprintf(`{"name":%q,"type":%s}`, m["name"], form(m["type"], namespace)))
				}
				return fmt.Sprintf(`{"name":%q,"type":"record","fields":[%s]}`, name, strings.Join(fields, ","))
			}
		}
		t.Fatalf("canonical form of %v", v)
		return ""
	}
	return form(v, "")
}

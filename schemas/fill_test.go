package schemas

import (
	"fmt"
	"reflect"

	"github.com/twmb/avro"
	"pgregory.net/rapid"
)

// The tests make records from the schemas, so that a field nobody thought of is tested too.

// maker decides what a generated record holds.
type maker interface {
	integer(path string, bits int) int64
	text(path string) string
	raw(path string, size int) []byte // size < 0: any
	choose(path string, n int) int
	length(path string) int
	present(path string) bool
}

func (k *kind) make(m maker) any {
	v := reflect.New(k.typ)
	fill(k.node, v.Elem(), k.name, m)
	return v.Interface()
}

func fill(n *avro.SchemaNode, v reflect.Value, path string, m maker) {
	switch n.Type {
	case "boolean":
		v.SetBool(m.choose(path, 2) == 1)
	case "int":
		v.SetInt(m.integer(path, 32))
	case "long":
		v.SetInt(m.integer(path, 64))
	case "string":
		v.SetString(m.text(path))
	case "enum":
		v.SetString(n.Symbols[m.choose(path, len(n.Symbols))])
	case "fixed":
		reflect.Copy(v, reflect.ValueOf(m.raw(path, n.Size)))
	case "bytes":
		if b := m.raw(path, -1); len(b) > 0 {
			v.SetBytes(b)
		}
	case "array":
		if size := m.length(path); size > 0 {
			v.Set(reflect.MakeSlice(v.Type(), size, size))
			for i := range size {
				fill(n.Items, v.Index(i), fmt.Sprintf("%s[%d]", path, i), m)
			}
		}
	case "union":
		if !m.present(path) {
			return
		}
		if v.Kind() == reflect.Slice {
			v.SetBytes(append([]byte{}, m.raw(path, -1)...))
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(&n.Branches[1], v.Elem(), path, m)
	case "record":
		for i := range n.Fields {
			f := &n.Fields[i]
			fill(&f.Type, v.Field(fieldOf(v.Type(), f.Name)), path+"."+f.Name, m)
		}
	default:
		panic("fill: " + n.Type)
	}
}

// full fills everything: two items an array, every option present, no two values alike.
type full struct{ n int64 }

func (f *full) next() int64 { f.n++; return f.n }

func (f *full) integer(_ string, bits int) int64 {
	if bits == 32 {
		return f.next() * 1_000
	}
	return f.next() * 1_000_000_007
}
func (f *full) text(path string) string { return fmt.Sprintf("%s é %d", path, f.next()) }
func (f *full) raw(path string, size int) []byte {
	if size < 0 {
		size = 5
	}
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(f.next() * 37)
	}
	return b
}
func (f *full) choose(_ string, n int) int { return int(f.next()) % n }
func (f *full) length(string) int          { return 2 }
func (f *full) present(string) bool        { return true }

// drawn lets rapid choose.
type drawn struct{ t *rapid.T }

func (d drawn) integer(path string, bits int) int64 {
	if bits == 32 {
		return int64(rapid.Int32().Draw(d.t, path))
	}
	return rapid.Int64().Draw(d.t, path)
}
func (d drawn) text(path string) string { return rapid.String().Draw(d.t, path) }
func (d drawn) raw(path string, size int) []byte {
	if size < 0 {
		return rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(d.t, path)
	}
	return rapid.SliceOfN(rapid.Byte(), size, size).Draw(d.t, path)
}
func (d drawn) choose(path string, n int) int { return rapid.IntRange(0, n-1).Draw(d.t, path) }
func (d drawn) length(path string) int        { return rapid.IntRange(0, 3).Draw(d.t, path) }
func (d drawn) present(path string) bool      { return rapid.Bool().Draw(d.t, path) }

// native is the generic value goavro takes for a record: another way from the struct to the bytes than twmb's.
func native(n *avro.SchemaNode, v reflect.Value) any {
	switch n.Type {
	case "boolean":
		return v.Bool()
	case "int":
		return int32(v.Int())
	case "long":
		return v.Int()
	case "string", "enum":
		return v.String()
	case "bytes":
		return append([]byte{}, v.Bytes()...)
	case "fixed":
		b := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(b), v)
		return b
	case "array":
		items := make([]any, v.Len())
		for i := range items {
			items[i] = native(n.Items, v.Index(i))
		}
		return items
	case "union":
		if v.IsNil() {
			return nil
		}
		branch := &n.Branches[1]
		if v.Kind() == reflect.Slice {
			return map[string]any{branch.Type: native(branch, v)}
		}
		name := branch.Type
		if branch.Name != "" {
			name = branch.Namespace + "." + branch.Name
		}
		return map[string]any{name: native(branch, v.Elem())}
	case "record":
		m := map[string]any{}
		for i := range n.Fields {
			f := &n.Fields[i]
			m[f.Name] = native(&f.Type, v.Field(fieldOf(v.Type(), f.Name)))
		}
		return m
	}
	panic("native: " + n.Type)
}

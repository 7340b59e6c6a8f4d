package schemas

import (
	"fmt"
	"reflect"
	"unicode/utf8"

	"github.com/twmb/avro"
)

// check walks one value of a schema. It refuses text that is not UTF-8, which Avro's strings are and twmb/avro takes
// on trust: a leaf is made of these strings, and a leaf is JSON. With tidy set it also gives the value its one form:
// an empty array, and empty bytes where the schema knows no null, are nil. Where the schema says ["null", "bytes"],
// nil is null and stays apart from empty.
type check func(v reflect.Value, tidy bool) error

// compileCheck makes the check of a schema for the Go type that it decodes into; nil if there is nothing to check.
// It panics where schema and type do not fit: both are ours.
func compileCheck(n *avro.SchemaNode, t reflect.Type) check {
	switch n.Type {
	case "string":
		return checkText
	case "bytes":
		return tidySlice
	case "array":
		return checkArray(compileCheck(n.Items, t.Elem()))
	case "union":
		return checkUnion(n, t)
	case "record":
		return checkRecord(n, t)
	}
	return nil
}

func checkText(v reflect.Value, _ bool) error {
	if s := v.String(); !utf8.ValidString(s) {
		return fmt.Errorf("text is not UTF-8 from byte %d", firstInvalid(s))
	}
	return nil
}

func firstInvalid(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	return len(s)
}

func tidySlice(v reflect.Value, tidy bool) error {
	if tidy && v.Len() == 0 && !v.IsNil() {
		v.SetZero()
	}
	return nil
}

func checkArray(item check) check {
	if item == nil {
		return tidySlice
	}
	return func(v reflect.Value, tidy bool) error {
		for i := range v.Len() {
			if err := item(v.Index(i), tidy); err != nil {
				return fmt.Errorf("[%d] %w", i, err)
			}
		}
		return tidySlice(v, tidy)
	}
}

// checkUnion handles null and one other branch; a slice in it is the bytes whose nil means null.
func checkUnion(n *avro.SchemaNode, t reflect.Type) check {
	if len(n.Branches) != 2 || n.Branches[0].Type != "null" {
		panic("schemas: a union is null and one other type")
	}
	if t.Kind() == reflect.Slice {
		return nil
	}
	inner := compileCheck(&n.Branches[1], t.Elem())
	if inner == nil {
		return nil
	}
	return func(v reflect.Value, tidy bool) error {
		if v.IsNil() {
			return nil
		}
		return inner(v.Elem(), tidy)
	}
}

func checkRecord(n *avro.SchemaNode, t reflect.Type) check {
	type field struct {
		index int
		name  string
		check check
	}
	var fields []field
	for _, f := range n.Fields {
		i := fieldOf(t, f.Name)
		if c := compileCheck(&f.Type, t.Field(i).Type); c != nil {
			fields = append(fields, field{i, f.Name, c})
		}
	}
	return func(v reflect.Value, tidy bool) error {
		for i := range fields {
			if err := fields[i].check(v.Field(fields[i].index), tidy); err != nil {
				return fmt.Errorf("%s: %w", fields[i].name, err)
			}
		}
		return nil
	}
}

func fieldOf(t reflect.Type, name string) int {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("avro") == name {
			return i
		}
	}
	panic(fmt.Sprintf("schemas: %s has no field tagged avro:%q", t, name))
}

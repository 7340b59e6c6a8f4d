// Package settings fills a struct of settings from a YAML file, the environment and flags, and says of every setting
// what it is and where it came from. It knows nothing of what the settings mean.
//
// A settings struct is a tree of structs whose leaves are settings. One table, made from it by reflection, is the
// source of everything else: the file's keys, the flags, the environment variables, their help, the defaults, what is
// printed, and the reference in the documentation. A field that is added to the struct is added to all of them.
//
//	Kafka struct {
//		Brokers []string `key:"brokers" help:"host:port of one or more brokers"`
//	} `key:"kafka"`
//
// makes the setting kafka.brokers, the flag --kafka-brokers and the variable HOLDFAST_KAFKA_BROKERS.
//
// Tags of a setting:
//
//	key      its name in the file, snake_case
//	help     one sentence fragment: meaning, unit
//	default  its value as one would write it; none: the type's zero
//	min max  bounds of a number, a size or a duration, as one would write them
//	one      the words allowed, separated by |
//	instead  of an Address: the settings that hold its user and password
//
// Types of a setting: string, bool, int, int16, int32, int64, Bytes, time.Duration, Secret, Address, lists of
// string, Secret and Address, and lists of structs whose fields are such settings. In the file a list is a YAML list. Elsewhere it is one
// line: items separated by commas, items of structs by semicolons, and a struct's members written name=value and
// separated by commas; a first member without a name is the struct's first field. This compact form may stand in the
// file too, as an item of a list.
//
// # Invariants
//
//  1. Precedence: flag, environment, file, default; the first that speaks is taken whole, lists are not merged. An
//     empty environment variable does not speak.
//  2. The file is strict: an unknown key, a key written twice, a value of the wrong kind is a mistake, never ignored.
//  3. Every mistake is reported, in one go, each with its place: file:line, variable or flag; also of a value that a
//     stronger source overrides.
//  4. A Secret's text is in no message, print, log or encoding; Reveal alone returns it.
//  5. A value in the file is taken as it is written: YAML's own ideas of what 012 or no could mean do not apply.
package settings

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// envPrefix begins every environment variable.
const envPrefix = "HOLDFAST_"

// Setting is one row of the table.
type Setting struct {
	Path    string // kafka.sasl.password
	Flag    string // kafka-sasl-password
	Env     string // HOLDFAST_KAFKA_SASL_PASSWORD
	Type    string // for people: duration, size, list, ...
	Default string // as one would write it
	Help    string
	Min     string
	Max     string
	One     []string  // the words allowed
	Instead string    // of an Address: the settings that hold its user and password
	Members []Setting // of a list of structs: what an item may hold; Path, Flag and Env are empty but for Path, the key

	index []int // of the field, from the root of the struct or of the item
	kind  reflect.Type
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	secretType   = reflect.TypeFor[Secret]()
	bytesType    = reflect.TypeFor[Bytes]()
)

// Table returns the settings of a struct, or of a pointer to one, in the order of its fields. A struct that breaks the
// rules of this package is a programmer's error, and panics.
func Table(config any) []Setting {
	t := reflect.TypeOf(config)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return rows(t, "", nil)
}

func rows(t reflect.Type, prefix string, index []int) []Setting {
	var out []Setting
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("key")
		if key == "" {
			panic(fmt.Sprintf("settings: field %s.%s has no key", t, f.Name))
		}
		at := append(append([]int(nil), index...), i)
		if f.Type.Kind() == reflect.Struct && f.Type != secretType {
			out = append(out, rows(f.Type, prefix+key+".", at)...)
			continue
		}
		out = append(out, row(f, prefix+key, at))
	}
	return out
}

func row(f reflect.StructField, path string, index []int) Setting {
	s := Setting{Path: path, Default: f.Tag.Get("default"), Help: f.Tag.Get("help"), Min: f.Tag.Get("min"), Max: f.Tag.Get("max"),
		Instead: f.Tag.Get("instead"), index: index, kind: f.Type}
	if one := f.Tag.Get("one"); one != "" {
		s.One = strings.Split(one, "|")
	}
	s.Flag = strings.NewReplacer(".", "-", "_", "-").Replace(path)
	s.Env = envPrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
	s.Type = typeName(f.Type)
	if s.isItems() {
		s.Members = rows(f.Type.Elem(), "", nil)
		for i := range s.Members {
			s.Members[i].Flag, s.Members[i].Env = "", ""
		}
	}
	if s.Help == "" {
		panic("settings: " + path + " has no help")
	}
	return s
}

// isItems says whether the setting is a list of structs.
func (s *Setting) isItems() bool {
	return s.kind.Kind() == reflect.Slice && s.kind.Elem().Kind() == reflect.Struct && s.kind.Elem() != secretType
}

// Secret says whether the setting's value may be shown to nobody.
func (s *Setting) Secret() bool {
	return s.kind == secretType || s.kind.Kind() == reflect.Slice && s.kind.Elem() == secretType
}

func typeName(t reflect.Type) string {
	switch {
	case t == durationType:
		return "duration"
	case t == bytesType:
		return "size"
	case t == secretType:
		return "secret"
	case t.Kind() == reflect.String:
		return "text"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int16, t.Kind() == reflect.Int32, t.Kind() == reflect.Int64:
		return "number"
	case t.Kind() == reflect.Slice && t.Elem() == secretType:
		return "secrets"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		return "list"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return "items"
	}
	panic(fmt.Sprintf("settings: no setting can have type %s", t))
}

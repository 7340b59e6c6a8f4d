package settings

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bytes is a size: a number of bytes, written plainly or with KiB, MiB or GiB.
type Bytes int64

var units = []struct {
	name string
	size int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// String writes the size in the largest unit that it is a whole number of.
func (b Bytes) String() string {
	for _, u := range units {
		if b != 0 && int64(b)%u.size == 0 {
			return strconv.FormatInt(int64(b)/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

func readBytes(text string) (int64, error) {
	number, size := text, int64(1)
	for _, u := range units {
		if n, ok := strings.CutSuffix(text, u.name); ok {
			number, size = strings.TrimSpace(n), u.size
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/size {
		return 0, fmt.Errorf("%q is no size; write bytes, or a number with KiB, MiB or GiB", text)
	}
	return n * size, nil
}

func readDuration(text string) (int64, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no duration; write a number with its unit, for example 500ms, 15m or 72h", text)
	}
	return int64(d), nil
}

// number reads any of the number-like types as written.
func (s *Setting) number(text string) (int64, error) {
	switch s.kind {
	case durationType:
		return readDuration(text)
	case bytesType:
		return readBytes(text)
	}
	n, err := strconv.ParseInt(text, 10, s.kind.Bits())
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number", text)
	}
	return n, nil
}

// check holds a number against the bounds.
func (s *Setting) check(n int64, text string) error {
	if s.Min != "" {
		if low := s.must(s.Min); n < low {
			return fmt.Errorf("%s is too little; at least %s", text, s.Min)
		}
	}
	if s.Max != "" {
		if high := s.must(s.Max); n > high {
			return fmt.Errorf("%s is too much; at most %s", text, s.Max)
		}
	}
	return nil
}

func (s *Setting) must(bound string) int64 {
	n, err := s.number(bound)
	if err != nil {
		panic("settings: bound of " + s.Path + ": " + err.Error())
	}
	return n
}

// set reads one value as written and stores it. It stores nothing on an error.
func (s *Setting) set(v reflect.Value, text string) error {
	if err := s.refuseUser(text); err != nil {
		return err
	}
	switch {
	case s.kind == secretType:
		secret, err := readSecret(text)
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(secret))
	case s.kind.Kind() == reflect.String:
		if s.One != nil && !slices.Contains(s.One, text) {
			return fmt.Errorf("%q is not one of %s%s", text, strings.Join(s.words(), ", "), meant(text, s.One))
		}
		v.SetString(text)
	case s.kind.Kind() == reflect.Bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(text == "true")
	case s.kind.Kind() == reflect.Slice:
		return s.setList(v, text)
	default:
		n, err := s.number(text)
		if err == nil {
			err = s.check(n, text)
		}
		if err != nil {
			return err
		}
		v.SetInt(n)
	}
	return nil
}

// words are the words allowed, without the empty one that stands for none.
func (s *Setting) words() []string {
	return slices.DeleteFunc(slices.Clone(s.One), func(w string) bool { return w == "" })
}

// setList reads a list in its compact form.
func (s *Setting) setList(v reflect.Value, text string) error {
	separator := ","
	if s.isItems() {
		separator = ";"
	}
	list := reflect.MakeSlice(s.kind, 0, 0)
	var wrong []error
	for _, part := range strings.Split(text, separator) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		item := reflect.New(s.kind.Elem()).Elem()
		if err := s.setItem(item, part); err != nil {
			wrong = append(wrong, err)
			continue
		}
		list = reflect.Append(list, item)
	}
	if len(wrong) > 0 {
		return errors.Join(wrong...)
	}
	v.Set(list)
	return nil
}

// setItem reads one item of a list as written.
func (s *Setting) setItem(item reflect.Value, text string) error {
	if err := s.refuseUser(text); err != nil {
		return err
	}
	if !s.isItems() {
		return s.element().set(item, text)
	}
	s.defaults(item)
	var wrong []error
	for i, part := range strings.Split(text, ",") {
		key, value, named := strings.Cut(strings.TrimSpace(part), "=")
		m := s.member(key)
		switch {
		case i == 0 && m == nil && (!named || strings.Contains(key, "/")): // an address may hold an equals sign itself
			m, value = &s.Members[0], strings.TrimSpace(part)
		case !named:
			wrong = append(wrong, fmt.Errorf("%q has no name before it; write name=value, and ; between items", part))
			continue
		case m == nil:
			wrong = append(wrong, fmt.Errorf("unknown member %q%s", key, meant(key, s.memberNames())))
			continue
		}
		if err := m.set(item.FieldByIndex(m.index), value); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", m.Path, err))
		}
	}
	return errors.Join(wrong...)
}

// element is the setting an item of a plain list would be.
func (s *Setting) element() *Setting {
	return &Setting{Path: s.Path, One: s.One, Instead: s.Instead, kind: s.kind.Elem()}
}

func (s *Setting) member(key string) *Setting {
	for i := range s.Members {
		if s.Members[i].Path == key {
			return &s.Members[i]
		}
	}
	return nil
}

func (s *Setting) memberNames() []string {
	var names []string
	for _, m := range s.Members {
		names = append(names, m.Path)
	}
	return names
}

// defaults gives a fresh item its members' defaults.
func (s *Setting) defaults(item reflect.Value) {
	for i := range s.Members {
		m := &s.Members[i]
		if m.Default == "" {
			continue
		}
		if err := m.set(item.FieldByIndex(m.index), m.Default); err != nil {
			panic(fmt.Sprintf("settings: default of %s.%s: %v", s.Path, m.Path, err))
		}
	}
}

package oracle

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// object is a JSON object as read; values are string, int64, []any and object.
type object map[string]any

func (o object) text(name string) string {
	s, _ := o[name].(string)
	return s
}

func (o object) number(name string) (int64, bool) {
	n, ok := o[name].(int64)
	return n, ok
}

func (o object) object(name string) object {
	v, _ := o[name].(object)
	return v
}

func (o object) list(name string) []any {
	v, _ := o[name].([]any)
	return v
}

func (o object) texts(name string) []string {
	var out []string
	for _, v := range o.list(name) {
		s, _ := v.(string)
		out = append(out, s)
	}
	return out
}

const (
	maxInteger = 1 << 53
	maxDepth   = 16
)

// parse reads bytes that must be in the one canonical form: the subset of RFC 8785 with ASCII member names in ascending
// order, strings and integers of at most 2^53; no float, no null, no truth value, no white space, no second spelling of
// anything. It was written from that sentence alone.
func parse(b []byte) (object, error) {
	r := &reader{b: b}
	v, err := r.value(0)
	if err != nil {
		return nil, fmt.Errorf("byte %d: %w", r.i, err)
	}
	if r.i != len(b) {
		return nil, fmt.Errorf("byte %d: something follows the value", r.i)
	}
	o, ok := v.(object)
	if !ok {
		return nil, fmt.Errorf("byte 0: no object")
	}
	return o, nil
}

type reader struct {
	b []byte
	i int
}

func (r *reader) peek() byte {
	if r.i < len(r.b) {
		return r.b[r.i]
	}
	return 0
}

func (r *reader) take(c byte) error {
	if r.i >= len(r.b) || r.b[r.i] != c {
		return fmt.Errorf("want %q", c)
	}
	r.i++
	return nil
}

func (r *reader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	switch c := r.peek(); {
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.array(depth)
	case c == '"':
		return r.string()
	case c == '-' || '0' <= c && c <= '9':
		return r.integer()
	}
	return nil, fmt.Errorf("neither an object, a list, a string nor an integer")
}

func (r *reader) object(depth int) (any, error) {
	out := object{}
	r.i++
	if r.peek() == '}' {
		r.i++
		return out, nil
	}
	last := ""
	for n := 0; ; n++ {
		name, err := r.string()
		if err != nil {
			return nil, err
		}
		for _, c := range []byte(name) {
			if c < 0x20 || c > 0x7e {
				return nil, fmt.Errorf("a member name that is not ASCII")
			}
		}
		if n > 0 && name <= last {
			return nil, fmt.Errorf("member %q after %q: not in ascending order", name, last)
		}
		last = name
		if err := r.take(':'); err != nil {
			return nil, err
		}
		if out[name], err = r.value(depth + 1); err != nil {
			return nil, err
		}
		if r.peek() == '}' {
			r.i++
			return out, nil
		}
		if err := r.take(','); err != nil {
			return nil, err
		}
	}
}

func (r *reader) array(depth int) (any, error) {
	out := []any{}
	r.i++
	if r.peek() == ']' {
		r.i++
		return out, nil
	}
	for {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if r.peek() == ']' {
			r.i++
			return out, nil
		}
		if err := r.take(','); err != nil {
			return nil, err
		}
	}
}

func (r *reader) integer() (any, error) {
	start := r.i
	if r.peek() == '-' {
		r.i++
	}
	for c := r.peek(); '0' <= c && c <= '9'; c = r.peek() {
		r.i++
	}
	text := string(r.b[start:r.i])
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text || n == math.MinInt64 || max(n, -n) > maxInteger {
		return nil, fmt.Errorf("%q is not an integer in its one form", text)
	}
	return n, nil
}

// short are the escapes that have a letter of their own; every other control character is \u00xx in lower case, and
// nothing else is escaped (RFC 8785, 3.2.2.2).
var short = map[byte]byte{'b': '\b', 't': '\t', 'n': '\n', 'f': '\f', 'r': '\r', '"': '"', '\\': '\\'}

func (r *reader) string() (string, error) {
	if err := r.take('"'); err != nil {
		return "", err
	}
	var out []byte
	for r.i < len(r.b) {
		c := r.b[r.i]
		switch {
		case c == '"':
			r.i++
			if !utf8.Valid(out) {
				return "", fmt.Errorf("a string that is not UTF-8")
			}
			return string(out), nil
		case c == '\\':
			e, err := r.escape()
			if err != nil {
				return "", err
			}
			out = append(out, e)
		case c < 0x20:
			return "", fmt.Errorf("a control character that is not escaped")
		default:
			out = append(out, c)
			r.i++
		}
	}
	return "", fmt.Errorf("a string without its end")
}

func (r *reader) escape() (byte, error) {
	rest := r.b[r.i:]
	if len(rest) >= 2 {
		if c, ok := short[rest[1]]; ok {
			r.i += 2
			return c, nil
		}
	}
	if len(rest) >= 6 && string(rest[:4]) == `\u00` {
		n, err := strconv.ParseUint(string(rest[4:6]), 16, 8)
		lower := fmt.Sprintf("%02x", n)
		if err == nil && lower == string(rest[4:6]) && n < 0x20 {
			for _, c := range short {
				if c == byte(n) {
					return 0, fmt.Errorf("an escape where a shorter one exists")
				}
			}
			r.i += 6
			return byte(n), nil
		}
	}
	return 0, fmt.Errorf("an escape that is not the canonical one")
}

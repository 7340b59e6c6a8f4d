package strictjson

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// Kind is what a value is, by its first byte.
type Kind byte

// Kinds of value.
const (
	Invalid Kind = iota // no value begins so
	Null
	Bool
	Number
	String
	Array
	Object
)

// KindOf returns the kind of a value, as the readers here hand values out: without white space around it.
func KindOf(value []byte) Kind {
	if len(value) == 0 {
		return Invalid
	}
	switch ch := value[0]; ch {
	case '{':
		return Object
	case '[':
		return Array
	case '"':
		return String
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	default:
		if ch == '-' || ch-'0' <= 9 {
			return Number
		}
		return Invalid
	}
}

// Value returns the text without the white space around it.
func Value(text []byte) []byte { return bytes.Trim(text, " \t\r\n") }

// Members yields the members of an object in the order of the text: the name decoded, the value as it stands. Names
// are to be compared exactly. A name without an escape and every value are parts of object. Of a value that is no
// object it yields nothing.
func Members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		b := object
		i := space(b, 0)
		if i >= len(b) || b[i] != '{' {
			return
		}
		for i = space(b, i+1); i < len(b) && b[i] == '"'; i = space(b, i+1) {
			end := textEnd(b, i+1)
			if end < 0 {
				return
			}
			key := b[i+1 : end-1 : end-1]
			if i = space(b, end); i >= len(b) || b[i] != ':' {
				return
			}
			start := space(b, i+1)
			if end = valueEnd(b, start); end < 0 {
				return
			}
			if !yield(unescaped(key), b[start:end:end]) {
				return
			}
			if i = space(b, end); i >= len(b) || b[i] != ',' {
				return
			}
		}
	}
}

// Elements yields the elements of an array: index from 0, value as it stands. Of a value that is no array it yields
// nothing.
func Elements(array []byte) iter.Seq2[int, []byte] {
	return func(yield func(i int, value []byte) bool) {
		b := array
		i := space(b, 0)
		if i >= len(b) || b[i] != '[' {
			return
		}
		i++
		for n := 0; ; n++ {
			start := space(b, i)
			if start >= len(b) || b[start] == ']' {
				return
			}
			end := valueEnd(b, start)
			if end < 0 || !yield(n, b[start:end:end]) {
				return
			}
			if i = space(b, end); i >= len(b) || b[i] != ',' {
				return
			}
			i++
		}
	}
}

// Get returns the member of exactly this name, and whether there is one.
func Get(object []byte, name string) ([]byte, bool) {
	for key, value := range Members(object) {
		if string(key) == name {
			return value, true
		}
	}
	return nil, false
}

// Text returns the value of a string, decoded; false of any other value.
func Text(value []byte) (string, bool) {
	inside, ok := TextBytes(value)
	return string(inside), ok
}

// TextBytes is Text without a copy where the string holds no escape: the answer is then a part of value.
func TextBytes(value []byte) ([]byte, bool) {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return nil, false
	}
	return unescaped(value[1 : len(value)-1 : len(value)-1]), true
}

// Int64 returns the value of a number that is an integer as written: an optional minus and digits, no leading zero,
// no fraction, no exponent, no -0, within int64. False of anything else; nothing is rounded.
func Int64(value []byte) (int64, bool) {
	d := value
	if len(d) > 0 && d[0] == '-' {
		d = d[1:]
	}
	if len(d) == 0 || len(d) > 19 || digits(d, 0) != len(d) || d[0] == '0' && len(value) > 1 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	return n, err == nil
}

func unescaped(inside []byte) []byte {
	if bytes.IndexByte(inside, '\\') < 0 {
		return inside
	}
	out := make([]byte, 0, len(inside))
	for i := 0; i < len(inside); {
		if inside[i] != '\\' {
			out = append(out, inside[i])
			i++
			continue
		}
		var r rune
		r, i = decode(inside, i)
		out = utf8.AppendRune(out, r)
	}
	return out
}

// textEnd returns the index after the quote that closes the string whose inside begins at i, -1 if none does.
func textEnd(b []byte, i int) int {
	for i < len(b) {
		if i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			q, s := w^('"'*ones), w^('\\'*ones)
			m := ((q-ones)&^q | (s-ones)&^s) & highs
			if m == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(m) >> 3
		}
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			i += 2
		default:
			i++
		}
	}
	return -1
}

// valueEnd returns the index after the value that begins at i, -1 if it does not end. It looks at brackets and strings
// only, with a counter and no recursion, so any bytes may be given.
func valueEnd(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			if i = textEnd(b, i+1); i < 0 {
				return -1
			}
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth--; depth < 0 {
				return -1
			}
			i++
		case ',', ':':
			if depth == 0 {
				return -1
			}
			i++
			continue
		case ' ', '\t', '\r', '\n':
			i++
			continue
		default:
			for i++; i < len(b) && !ends[b[i]]; i++ {
			}
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}

// ends marks the bytes that end a number or a literal.
var ends = [256]bool{',': true, ':': true, '}': true, ']': true, '{': true, '[': true, '"': true, ' ': true, '\t': true, '\r': true, '\n': true}

// Cut cuts the first value off a text that was not checked, by brackets and strings alone: value is without white space
// around it, rest is what follows. It answers false where no value begins or it does not end.
func Cut(text []byte) (value, rest []byte, ok bool) {
	start := space(text, 0)
	end := valueEnd(text, start)
	if end < 0 || end == start {
		return nil, text, false
	}
	return text[start:end:end], text[end:], true
}

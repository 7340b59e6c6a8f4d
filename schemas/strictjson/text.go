package strictjson

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks, by its high bit, the lowest byte of w that ends or bends a string: a quote, a backslash, a control
// byte or one outside ASCII. Marks above the lowest one may be false, for a borrow runs upwards ("Determine if a word
// has a byte less than n", Bit Twiddling Hacks).
func special(w uint64) uint64 {
	q, s := w^('"'*ones), w^('\\'*ones)
	return ((w-' '*ones)&^w | (q-ones)&^q | (s-ones)&^s | w) & highs
}

// text checks the string whose first byte after the quote stands at i. It returns the index after the closing quote,
// and whether the string is plain: ASCII without an escape, so that its bytes are its value.
func (c *checker) text(i int) (end int, plain bool) {
	b := c.b
	plain = true
	for {
		for i+8 <= len(b) {
			m := special(binary.LittleEndian.Uint64(b[i:]))
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		for i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' && b[i] < utf8.RuneSelf {
			i++
		}
		if i >= len(b) {
			return c.fail(len(b), CodeSyntax, "the text ends within a string"), false
		}
		switch ch := b[i]; {
		case ch == '"':
			return i + 1, plain
		case ch == '\\':
			plain = false
			if i = c.escape(i); i < 0 {
				return -1, false
			}
		case ch < ' ':
			return c.fail(i, CodeSyntax, "a control byte within a string, not escaped"), false
		default:
			plain = false
			for i < len(b) && b[i] >= utf8.RuneSelf {
				_, size := utf8.DecodeRune(b[i:])
				if size == 1 {
					return c.fail(i, CodeUTF8, "a byte that is no UTF-8"), false
				}
				i += size
			}
		}
	}
}

// escape checks the escape whose backslash stands at i, a surrogate together with its other half, and returns the
// index after it.
func (c *checker) escape(i int) int {
	b := c.b
	if i+1 >= len(b) {
		return c.fail(len(b), CodeSyntax, "the text ends within a string")
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
	default:
		return c.fail(i, CodeSyntax, "no escape of JSON")
	}
	r := hex4(b, i+2)
	if r < 0 {
		return c.fail(i, CodeSyntax, "a \\u without four hexadecimal digits")
	}
	if !utf16.IsSurrogate(r) {
		return i + 6
	}
	if i+7 < len(b) && b[i+6] == '\\' && b[i+7] == 'u' && utf16.DecodeRune(r, hex4(b, i+8)) != utf8.RuneError {
		return i + 12
	}
	return c.fail(i, CodeSurrogate, "half of a surrogate pair")
}

// hex4 reads four hexadecimal digits at i, -1 if they are not there.
func hex4(b []byte, i int) rune {
	if i+4 > len(b) {
		return -1
	}
	var r rune
	for _, ch := range b[i : i+4] {
		switch {
		case ch-'0' <= 9:
			r = r<<4 | rune(ch-'0')
		case (ch|0x20)-'a' <= 5:
			r = r<<4 | rune((ch|0x20)-'a'+10)
		default:
			return -1
		}
	}
	return r
}

// decode reads the next rune of a string's inside at i, which must be short of its end, and returns the index after
// it. On bytes that Check refuses it answers U+FFFD and goes on.
func decode(b []byte, i int) (rune, int) {
	if b[i] != '\\' {
		r, size := utf8.DecodeRune(b[i:])
		return r, i + size
	}
	if i+1 >= len(b) {
		return utf8.RuneError, i + 1
	}
	switch ch := b[i+1]; ch {
	case 'b':
		return '\b', i + 2
	case 'f':
		return '\f', i + 2
	case 'n':
		return '\n', i + 2
	case 'r':
		return '\r', i + 2
	case 't':
		return '\t', i + 2
	case 'u':
		r := hex4(b, i+2)
		if r < 0 {
			return utf8.RuneError, i + 2
		}
		if !utf16.IsSurrogate(r) {
			return r, i + 6
		}
		if i+7 < len(b) && b[i+6] == '\\' && b[i+7] == 'u' {
			if r = utf16.DecodeRune(r, hex4(b, i+8)); r != utf8.RuneError {
				return r, i + 12
			}
		}
		return utf8.RuneError, i + 6
	default:
		return rune(ch), i + 2
	}
}

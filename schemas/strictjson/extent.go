package strictjson

import "bytes"

// extent finds where a value ends in a text that comes in parts: by brackets and strings alone, as [Cut] does of a text
// that is there as a whole. Its memory is these few words, however deep or long the value.
type extent struct {
	lines   bool // a value ends at a line's end, whatever it is
	depth   int
	text    bool // within a string
	escaped bool // within a string, after a backslash
	word    bool // within a number or a literal
	torn    bool // a line ended within a string, which JSON does not allow
	none    bool // no value begins here
}

// feed reads on in b, which follows on what was fed before. n bytes of it belong to the value; done: it ends there.
func (e *extent) feed(b []byte) (n int, done bool) {
	if e.lines {
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return i, true
		}
		return len(b), false
	}
	for i := 0; i < len(b); {
		if e.text {
			if i += e.string(b[i:]); e.text {
				return len(b), false
			}
			if e.depth == 0 {
				return i, true
			}
			continue
		}
		ch := b[i]
		if e.word && ends[ch] {
			if e.word = false; e.depth == 0 {
				return i, true
			}
		}
		switch ch {
		case '"':
			e.text = true
		case '{', '[':
			e.depth++
		case '}', ']', ',', ':':
			if e.depth == 0 {
				e.none = true
				return i, true
			}
			if ch == '}' || ch == ']' {
				if e.depth--; e.depth == 0 {
					return i + 1, true
				}
			}
		case ' ', '\t', '\r', '\n':
		default:
			e.word = true
		}
		i++
	}
	return len(b), false
}

// string reads on within a string and returns how many bytes of b belong to it, its closing quote included.
func (e *extent) string(b []byte) int {
	for i, ch := range b {
		switch {
		case e.escaped:
			e.escaped = false
		case ch == '\\':
			e.escaped = true
		case ch == '"':
			e.text = false
			return i + 1
		case ch == '\n':
			e.torn = true
		}
	}
	return len(b)
}

// whole says whether the value may end where the text ends.
func (e *extent) whole() bool { return e.lines || e.word && e.depth == 0 }

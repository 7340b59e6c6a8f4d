package leaf

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"holdfast.example/schemas"
)

// Refused says why bytes are no leaf and no marker, and where. It holds nothing of the bytes, so it may be logged.
type Refused struct {
	Offset  int    // byte
	Pointer string // RFC 6901, of the innermost member the table knows; empty: the whole, or not in canonical form
	Reason  string
}

func (r *Refused) Error() string {
	if r.Pointer == "" {
		return fmt.Sprintf("refuse at byte %d: %s", r.Offset, r.Reason)
	}
	return fmt.Sprintf("refuse %s at byte %d: %s", r.Pointer, r.Offset, r.Reason)
}

// node is one value of a canonical text.
type node struct {
	kind byte // '{' object, '[' list, '"' string, '0' integer, 'b' true or false
	at   int  // byte offset
	name string
	str  string
	num  int64
	kids []node
}

func (n *node) get(name string) *node {
	for i := range n.kids {
		if n.kids[i].name == name {
			return &n.kids[i]
		}
	}
	return nil
}

// scanner reads canonical JSON: what it accepts has one form only, so it never needs to be written again to be compared.
type scanner struct {
	b     []byte
	i     int
	depth int
}

// scan reads b as one canonical object of at most depth levels.
func scan(b []byte, depth int) (*node, error) {
	s := scanner{b: b, depth: depth}
	if len(b) == 0 || b[0] != '{' {
		return nil, s.refuse("does not begin with an object")
	}
	n, err := s.value()
	if err == nil && s.i != len(b) {
		err = s.refuse("bytes after the object")
	}
	if err != nil {
		return nil, err
	}
	return &n, nil
}

// CheckCanonical says whether b is a canonical JSON object in the grammar's subset of RFC 8785: what Regime.Document
// must be. The error is a [*Refused].
func CheckCanonical(b []byte) error {
	_, err := scan(b, MaxDepth)
	return err
}

// checkDocument: the regime leaf shows the very document its regime names.
func checkDocument(document string, regime schemas.Hash) error {
	if err := CheckCanonical([]byte(document)); err != nil {
		return fmt.Errorf("body/document: %w", err)
	}
	return checkRegime(document, regime)
}

func (s *scanner) refuse(reason string) error {
	return &Refused{Offset: s.i, Reason: reason}
}

func (s *scanner) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scanner) value() (n node, err error) {
	n.at = s.i
	switch c := s.peek(); {
	case c == '{' || c == '[':
		if s.depth == 0 {
			return n, s.refuse("too deep")
		}
		s.depth--
		n.kind = c
		n.kids, err = s.inside(c)
		s.depth++
	case c == '"':
		n.kind = '"'
		n.str, err = s.text()
	case c == '-' || c >= '0' && c <= '9':
		n.kind = '0'
		n.num, err = s.integer()
	case s.literal("true"):
		n.kind, n.num = 'b', 1
	case s.literal("false"):
		n.kind = 'b'
	case s.literal("null"):
		s.i = n.at
		err = s.refuse("null: a member with nothing to say is absent")
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		err = s.refuse("whitespace")
	default:
		err = s.refuse("no value")
	}
	return n, err
}

func (s *scanner) literal(word string) bool {
	if strings.HasPrefix(string(s.b[s.i:min(len(s.b), s.i+len(word))]), word) {
		s.i += len(word)
		return true
	}
	return false
}

// inside reads the members of an object or the items of a list, from its opening byte to past its closing one.
func (s *scanner) inside(open byte) (kids []node, err error) {
	s.i++
	closing := open + 2 // '{' to '}', '[' to ']'
	if s.peek() == closing {
		s.i++
		return nil, nil
	}
	for {
		name := ""
		if open == '{' {
			last := ""
			if len(kids) > 0 {
				last = kids[len(kids)-1].name
			}
			if name, err = s.memberName(last, len(kids) > 0); err != nil {
				return nil, err
			}
		}
		kid, err := s.value()
		if err != nil {
			return nil, err
		}
		kid.name = name
		kids = append(kids, kid)
		switch s.peek() {
		case ',':
			s.i++
		case closing:
			s.i++
			return kids, nil
		default:
			return nil, s.refuse("neither a comma nor the end of the list or object")
		}
	}
}

func (s *scanner) memberName(last string, follows bool) (string, error) {
	at := s.i
	if s.peek() != '"' {
		return "", s.refuse("no member name")
	}
	name, err := s.text()
	if err != nil {
		return "", err
	}
	end := s.i
	s.i = at
	for i := range len(name) {
		if name[i] <= 0x20 || name[i] >= 0x7f || name[i] == '"' || name[i] == '\\' || name[i] == '/' || name[i] == '~' {
			return "", s.refuse("a member name beyond the visible ASCII letters that need no escape")
		}
	}
	switch {
	case follows && name == last:
		return "", s.refuse("a member twice")
	case follows && name < last:
		return "", s.refuse("members not in ascending order")
	case end >= len(s.b) || s.b[end] != ':':
		return "", s.refuse("no colon after the member name")
	}
	s.i = end + 1
	return name, nil
}

// text reads a string in the form of RFC 8785 3.2.2.2: an escape only where it is needed, and then the one form of it.
func (s *scanner) text() (string, error) {
	s.i++
	var out []byte
	from := s.i
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c == '"':
			text := string(append(out, s.b[from:s.i]...))
			s.i++
			return text, nil
		case c < 0x20:
			return "", s.refuse("a control character that is not escaped")
		case c == '\\':
			out = append(out, s.b[from:s.i]...)
			r, size := s.escape()
			if size == 0 {
				return "", s.refuse("an escape that is not the one form of its character")
			}
			out = append(out, r)
			s.i += size
			from = s.i
		case c < utf8.RuneSelf:
			s.i++
		default:
			r, size := utf8.DecodeRune(s.b[s.i:])
			if r == utf8.RuneError && size == 1 {
				return "", s.refuse("invalid UTF-8")
			}
			s.i += size
		}
	}
	return "", s.refuse("a string without an end")
}

// escape gives the byte that an escape stands for, and the escape's size; 0 where it is none of the form.
func (s *scanner) escape() (byte, int) {
	rest := s.b[s.i:]
	if len(rest) < 2 {
		return 0, 0
	}
	switch c := rest[1]; c {
	case '"', '\\':
		return c, 2
	case 'b', 't', 'n', 'f', 'r':
		for r, short := range shortEscape {
			if short == c {
				return byte(r), 2
			}
		}
	case 'u':
		if len(rest) < 6 || rest[2] != '0' || rest[3] != '0' || (rest[4] != '0' && rest[4] != '1') {
			return 0, 0
		}
		low := strings.IndexByte("0123456789abcdef", rest[5])
		if low < 0 {
			return 0, 0
		}
		if r := (rest[4]-'0')<<4 + byte(low); shortEscape[r] == 0 {
			return r, 6
		}
	}
	return 0, 0
}

func (s *scanner) integer() (int64, error) {
	at, minus := s.i, s.peek() == '-'
	if minus {
		s.i++
	}
	first := s.i
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.i++
	}
	text, next := s.b[first:s.i], s.peek()
	s.i = at
	switch {
	case len(text) == 0:
		return 0, s.refuse("a minus without digits")
	case next == '.' || next == 'e' || next == 'E':
		return 0, s.refuse("a number that is no integer")
	case text[0] == '0' && len(text) > 1:
		return 0, s.refuse("leading zeros")
	case text[0] == '0' && minus:
		return 0, s.refuse("minus zero")
	}
	n, ok := digits(string(text))
	if !ok || n > MaxInteger {
		return 0, s.refuse("an integer above 2^53")
	}
	s.i = first + len(text)
	if minus {
		n = -n
	}
	return n, nil
}

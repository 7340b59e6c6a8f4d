package strictjson

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"strconv"
)

// Defaults of SplitLimits.
const (
	DefaultPiece  = 1 << 20
	DefaultAround = 1 << 20
	DefaultPieces = 1 << 24
)

// SplitLimits bounds a text that is read piece by piece. A field that is zero or less stands for its default.
type SplitLimits struct {
	Piece  int // bytes of one piece
	Around int // bytes of an object that belong to none of its lists
	Pieces int // pieces of the text
}

func (l SplitLimits) withDefaults() SplitLimits {
	if l.Piece <= 0 {
		l.Piece = DefaultPiece
	}
	if l.Around <= 0 {
		l.Around = DefaultAround
	}
	if l.Pieces <= 0 {
		l.Pieces = DefaultPieces
	}
	return l
}

// CodePieces is the code of an [Error] of [Split] for more than SplitLimits.Pieces.
const CodePieces = "json-pieces"

// Piece is one part of a text that is read piece by piece. It was found by its brackets and not judged: what reads it
// gives it to [Check] first.
type Piece struct {
	Pointer string // RFC 6901: /3 in an array or in lines, /name/3 in a list of an object, empty: the text is one value
	List    string // the list's name, decoded; empty: the text is no object of lists
	Value   []byte // as it stands, valid until the next piece; a longer one is cut one byte beyond SplitLimits.Piece
}

// Split reads a text too large to be held. It is one of
//
//	an array                  each element is a piece
//	an object with lists      members that are arrays and whose name lists accepts; each of their elements is a piece
//	another object            one piece, as long as SplitLimits.Piece allows
//	lines of one value each   NDJSON; each line that is not blank is a piece
//
// and which it is shows in its first SplitLimits.Piece bytes: lines are a text whose first line is a whole value with
// another line after it, or breaks off within a string, or begins with neither bracket nor brace.
//
// It holds a piece and what stands around the lists in memory, and no more. That rest, its lists left empty, goes
// through Check at the end. The sequence ends with the first error, an *[Error] or what r answered; such an error is of
// the whole text, also of the pieces given before it.
func Split(r io.Reader, l SplitLimits, lists func(name string) bool) iter.Seq2[Piece, error] {
	return func(yield func(Piece, error) bool) {
		s := splitter{window: window{r: r}, l: l.withDefaults(), lists: lists, yield: yield}
		s.max = s.l.Piece + 1
		s.text()
		if s.err != nil && !s.stopped {
			yield(Piece{}, s.err)
		}
	}
}

// Each reads a text as Split does and gives what parse makes of each piece. within makes an error of a piece one of the
// text: a piece that parse refuses does not end the sequence, an error of the text does.
func Each[T any](r io.Reader, l SplitLimits, lists func(name string) bool, parse func(Piece) (T, error), within func(at string, err error) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for p, err := range Split(r, l, lists) {
			var one T
			if err == nil {
				one, err = parse(p)
			}
			if !yield(one, within(p.Pointer, err)) {
				return
			}
		}
	}
}

type splitter struct {
	window
	l       SplitLimits
	lists   func(string) bool
	yield   func(Piece, error) bool
	around  []byte // the object with its lists left empty
	listed  bool   // one of its lists was met
	n       int    // pieces given
	stopped bool   // by who takes the pieces
}

func (s *splitter) fail(code, at, format string, args ...any) bool {
	if s.err == nil {
		s.err = &Error{Offset: s.base + s.pos, Pointer: at, Code: code, Reason: fmt.Sprintf(format, args...)}
	}
	return false
}

func (s *splitter) give(p Piece) bool {
	if s.n == s.l.Pieces {
		return s.fail(CodePieces, p.Pointer, "more than %d pieces", s.l.Pieces)
	}
	s.n++
	s.stopped = !s.yield(p, nil)
	return !s.stopped
}

// text finds out what the text is and reads it.
func (s *splitter) text() {
	ch, ok := s.peek()
	switch {
	case s.err != nil:
	case !ok:
		s.fail(CodeSyntax, "", "the text is empty")
	case ch == 0xEF && s.base+s.pos == 0:
		s.fail(CodeBOM, "", "a byte order mark before the value: write the text without it")
	case ch == '[':
		s.pos++
		if s.array("", "") {
			s.end()
		}
	case ch != '{':
		s.lines()
	default:
		s.braced()
	}
}

// braced reads what begins with a brace: an object with lists, another object, or lines.
func (s *splitter) braced() {
	var e extent
	n, whole := s.ahead(&e)
	if s.err != nil {
		return
	}
	if !whole {
		if e.torn {
			s.lines()
		} else {
			s.object()
		}
		return
	}
	object, rest := s.buf[s.pos:s.pos+n], s.buf[s.pos+n:]
	if i := space(rest, 0); i < len(rest) && bytes.IndexByte(rest[:i], '\n') >= 0 {
		s.lines()
		return
	}
	for name, value := range Members(object) {
		if s.lists != nil && KindOf(value) == Array && s.lists(string(name)) {
			s.object()
			return
		}
	}
	if len(object) > s.l.Piece {
		object = object[:s.l.Piece+1]
	}
	s.pos += n
	if s.give(Piece{Value: object}) {
		s.end()
	}
}

// end wants nothing but white space.
func (s *splitter) end() {
	if _, more := s.peek(); more {
		s.fail(CodeTrailing, "", "more text after the value")
	}
}

// array reads the elements of an array whose bracket is behind us.
func (s *splitter) array(list, at string) bool {
	if ch, _ := s.peek(); ch == ']' {
		s.pos++
		return true
	}
	for i := 0; ; i++ {
		place := at + "/" + strconv.Itoa(i)
		value, ok := s.value(false)
		if !ok {
			return s.fail(CodeSyntax, place, "no whole value here")
		}
		if !s.give(Piece{place, list, value}) {
			return false
		}
		ch, _ := s.peek()
		switch ch {
		case ',':
			s.pos++
		case ']':
			s.pos++
			return true
		default:
			return s.fail(CodeSyntax, place, "neither comma nor closing bracket after it")
		}
		s.peek()
	}
}

func (s *splitter) lines() {
	for {
		if _, more := s.peek(); !more {
			return
		}
		line, ok := s.value(true)
		if !ok {
			return // r's error
		}
		if len(line) <= s.l.Piece { // what was cut must stay too long
			line = Value(line)
		}
		if !s.give(Piece{Pointer: "/" + strconv.Itoa(s.n), Value: line}) {
			return
		}
	}
}

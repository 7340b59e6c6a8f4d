package strictjson

import "errors"

// object reads an object with lists, and its rest into around.
func (s *splitter) object() {
	s.pos++
	s.keep("{")
	if ch, _ := s.peek(); ch == '}' {
		s.pos++
		s.end()
		return
	}
	for closed := false; !closed; {
		if !s.member() {
			return
		}
		switch ch, _ := s.peek(); ch {
		case ',':
			s.keep(",")
		case '}':
			s.keep("}")
			closed = true
		default:
			s.fail(CodeSyntax, "", "neither comma nor closing brace after a member")
			return
		}
		s.pos++
	}
	if s.end(); s.err != nil {
		return
	}
	if !s.listed { // it is longer than a piece, but for its white space
		s.give(Piece{Value: s.around[:min(len(s.around), s.l.Piece+1)]})
		return
	}
	if err := Check(s.around, Limits{Bytes: 2 * s.l.Around}); err != nil {
		var e *Error
		errors.As(err, &e)
		s.fail(e.Code, e.Pointer, "outside the lists: %s", e.Reason)
	}
}

// member reads one member: name, colon, value.
func (s *splitter) member() bool {
	if ch, _ := s.peek(); ch != '"' {
		return s.fail(CodeSyntax, "", "no member name, as a string, where one should stand")
	}
	key, ok := s.value(false)
	if !ok || !s.keep(string(key)) {
		return s.fail(CodeSyntax, "", "a member name that does not end")
	}
	key = s.around[len(s.around)-len(key):] // the window moves on
	name, _ := Text(key)
	if ch, _ := s.peek(); ch != ':' {
		return s.fail(CodeSyntax, "", "no colon after a member name")
	}
	s.pos++
	s.keep(":")
	if ch, _ := s.peek(); ch == '[' && s.lists != nil && s.lists(name) {
		s.pos++
		s.listed = true
		return s.keep("[]") && s.array(name, "/"+string(appendToken(nil, key[1:len(key)-1])))
	}
	value, ok := s.value(false)
	if !ok {
		return s.fail(CodeSyntax, "", "no whole value after a member name")
	}
	return s.keep(string(value))
}

func (s *splitter) keep(text string) bool {
	if len(s.around)+len(text) > s.l.Around {
		return s.fail(CodeSize, "", "more than %d bytes that belong to no list that is read", s.l.Around)
	}
	s.around = append(s.around, text...)
	return true
}

package settings

import (
	"errors"
	"reflect"
	"strings"
)

// Address is a URL or a host:port. It carries no user and no password: what stands in an address is logged by all who
// use it, and shown by config print. No URL that a setting asks for needs an @, so every @ is refused.
type Address string

var addressType = reflect.TypeFor[Address]()

// String returns the address with whatever stands before an @ hidden.
func (a Address) String() string {
	text := string(a)
	at := strings.LastIndexByte(text, '@')
	if at < 0 {
		return text
	}
	scheme, _, ok := strings.Cut(text[:at], "://")
	if !ok {
		return hidden + text[at:]
	}
	return scheme + "://" + hidden + text[at:]
}

// refuseUser refuses a text with an address in it that carries a user. For a list in one line it is asked of the whole,
// before the password's own commas cut it into pieces that no longer look like one.
func (s *Setting) refuseUser(text string) error {
	instead, kind := s.Instead, s.kind
	if s.isItems() {
		instead, kind = s.Members[0].Instead, s.Members[0].kind
	} else if kind.Kind() == reflect.Slice {
		kind = kind.Elem()
	}
	if kind != addressType || !strings.Contains(text, "@") {
		return nil
	}
	return errors.New("a URL must not carry a user or password; set " + instead)
}

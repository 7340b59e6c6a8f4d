package s3event

import (
	"fmt"

	"holdfast.example/schemas/strictjson"
)

// document reads the members of checked JSON and remembers the first that was not what it should be, so that a shape
// reads all it wants and asks once.
type document struct{ refused *Refused }

// members is one object of a document; without a value, an object that is not there.
type members struct {
	d     *document
	at    string // RFC 6901 pointer
	value []byte
}

func (d *document) object(at string, value []byte) members {
	if strictjson.KindOf(value) != strictjson.Object {
		d.refuse(at, "no JSON object")
		value = nil
	}
	return members{d, at, value}
}

func (d *document) refuse(at, reason string) {
	if d.refused == nil {
		d.refused = &Refused{CodeField, at, reason}
	}
}

// get returns a member's value; nil where it is absent or null.
func (m members) get(name string) []byte {
	value, ok := strictjson.Get(m.value, name)
	if !ok || strictjson.KindOf(value) == strictjson.Null {
		return nil
	}
	return value
}

func (m members) has(name string) bool { return m.get(name) != nil }

// object returns a member that is an object; an empty one where it is absent.
func (m members) object(name string) members {
	at := m.at + "/" + name
	value := m.get(name)
	if value == nil {
		return members{d: m.d, at: at}
	}
	return m.d.object(at, value)
}

// text returns a member that is a string; empty where it is absent.
func (m members) text(name string) string {
	value := m.get(name)
	if value == nil {
		return ""
	}
	s, ok := strictjson.Text(value)
	if !ok {
		m.d.refuse(m.at+"/"+name, "no JSON string")
	}
	return s
}

// short is text that is kept, and so bounded.
func (m members) short(name string) string {
	s := m.text(name)
	if len(s) > MaxField {
		m.d.refuse(m.at+"/"+name, fmt.Sprintf("%d bytes; the limit is %d", len(s), MaxField))
		return ""
	}
	return s
}

// size returns a member that counts bytes; -1 where it is absent.
func (m members) size(name string) int64 {
	value := m.get(name)
	if value == nil {
		return -1
	}
	n, ok := strictjson.Int64(value)
	if !ok || n < 0 {
		m.d.refuse(m.at+"/"+name, "no whole number of bytes")
		return -1
	}
	return n
}

// time returns a time as written, string or number (moto writes a float), and whether there is one.
func (m members) time(name string) (string, bool) {
	value := m.get(name)
	switch strictjson.KindOf(value) {
	case strictjson.Invalid:
		return "", false
	case strictjson.String:
		return m.short(name), true
	case strictjson.Number:
		if len(value) <= MaxField {
			return string(value), true
		}
	}
	m.d.refuse(m.at+"/"+name, "no time as text or number")
	return "", false
}

package corrected

import (
	"bytes"
	"iter"
	"strconv"
	"strings"

	"holdfast.example/schemas/strictjson"
)

// besides is the name of the member in which a row's object says what was changed.
const besides = "holdfast"

// maxLead is how much white space before a row's last member is set before ours as well.
const maxLead = 64

// edit is a row with what is said of it.
type edit struct {
	text            []byte
	changed, stayed int64
	renamed         bool
}

// edited puts what is said into an object that its reader accepted.
func edited(object []byte, p plan) edit {
	if len(p) == 0 {
		return edit{text: object}
	}
	var e edit
	var notes, lead []byte
	var names []string // that might be ours
	done := 0
	for m := range members(object) {
		if len(m.name) >= len(besides) && strings.EqualFold(string(m.name[:len(besides)]), besides) || !isASCII(m.name) {
			names = append(names, string(m.name))
		}
		lead = m.lead
		original := object[m.at:m.end]
		if v, said := p[string(m.name)]; said && strictjson.KindOf(original) != strictjson.Null {
			if v.Text != "" {
				e.text = appendText(append(e.text, object[done:m.at]...), v.Text)
				e.changed++
			} else {
				e.text = append(e.text, object[done:m.end]...)
				e.stayed++
			}
			done = m.end
			notes = appendNote(notes, m.name, original, v)
		}
		e.text = append(e.text, object[done:m.end]...)
		done = m.end
	}
	if e.changed+e.stayed == 0 {
		return edit{text: object}
	}
	name := free(besides, func(name string) bool { return taken(names, name) })
	e.renamed = name != besides
	e.text = append(e.text, ',')
	if len(lead) <= maxLead {
		e.text = append(e.text, lead...)
	}
	e.text = append(append(appendText(e.text, name), ":{"...), notes[1:]...)
	e.text = append(append(e.text, '}'), object[done:]...)
	return e
}

// appendNote appends, after a comma, what is said of one value.
func appendNote(dst, name, original []byte, v Value) []byte {
	dst = append(appendText(append(dst, ','), string(name)), ":{"...)
	if v.Text != "" {
		dst = append(append(append(dst, `"original":`...), original...), ',')
	}
	if v.Clock != "" {
		dst = append(appendText(append(dst, `"clock":`...), v.Clock), ',')
	}
	if v.Grade != "" {
		dst = append(appendText(append(dst, `"grade":`...), v.Grade), ',')
	}
	return append(appendText(append(dst, `"reason":`...), v.Reason), '}')
}

// free is the name itself, or with the first number from 2 that makes it free.
func free(name string, taken func(string) bool) string {
	for try, n := name, 2; ; n++ {
		if !taken(try) {
			return try
		}
		try = name + "_" + strconv.Itoa(n)
	}
}

// taken says whether one of the names is this one, as strictjson's J2 sees it.
func taken(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

func isASCII(b []byte) bool {
	for _, ch := range b {
		if ch >= 0x80 {
			return false
		}
	}
	return true
}

// member is one member of an object: its name decoded, the white space before it, and where its value stands.
type member struct {
	name, lead []byte
	at, end    int
}

// members are the members of an object, by their places. Of a text that is no JSON it yields what there is of them.
func members(object []byte) iter.Seq[member] {
	return func(yield func(member) bool) {
		if len(object) == 0 || object[0] != '{' {
			return
		}
		for rest := object[1:]; ; {
			key, after, ok := strictjson.Cut(rest)
			name, text := strictjson.TextBytes(key)
			if after = blank(after); !ok || !text || len(after) == 0 || after[0] != ':' {
				return
			}
			value, next, ok := strictjson.Cut(after[1:])
			if !ok {
				return
			}
			end := len(object) - len(next)
			if !yield(member{name, rest[:len(rest)-len(blank(rest))], end - len(value), end}) {
				return
			}
			if next = blank(next); len(next) == 0 || next[0] != ',' {
				return
			}
			rest = next[1:]
		}
	}
}

// blank is what follows the white space that a text begins with.
func blank(text []byte) []byte { return bytes.TrimLeft(text, white) }

// white are the bytes of white space, RFC 8259 section 2.
const white = " \t\r\n"

// appendText appends a text as a JSON string. Quotes and brackets in it are escapes without either: readers of lines find
// their way by quotes and brackets alone, after a first line that is broken even within strings.
func appendText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := range len(s) {
		if ch := s[i]; ch < ' ' || strings.IndexByte(`"\{}[]`, ch) >= 0 {
			dst = append(dst, '\\', 'u', '0', '0', hex[ch>>4], hex[ch&15])
		} else {
			dst = append(dst, ch)
		}
	}
	return append(dst, '"')
}

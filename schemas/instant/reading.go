package instant

import (
	"errors"
	"strings"
	"unicode/utf8"

	"holdfast.example/schemas"
)

// Read reads one timestamp of a foreign document into the form that is stored. It never fails: a text that is no time
// becomes a reading that says why, with hi < lo, no zone and the text. A text of digits alone is epoch milliseconds
// (ParseEpochMS), anything else a date and time (Parse). field is the name as it stands at the source.
func Read(field string, c Clock, text string, r Rounding) schemas.Reading {
	if text != "" && leadingDigits(text) == len(text) {
		t, err := ParseEpochMS(text)
		return reading(field, c, text, t, err)
	}
	t, err := Parse(text, r)
	return reading(field, c, text, t, err)
}

// ReadHTTPDate is Read for a field that holds an HTTP date (ParseHTTPDate).
func ReadHTTPDate(field string, c Clock, text string, r Rounding) schemas.Reading {
	t, err := ParseHTTPDate(text, r)
	return reading(field, c, text, t, err)
}

func reading(field string, c Clock, text string, t Time, err error) schemas.Reading {
	rd := schemas.Reading{Field: field, Clock: string(c), LoMS: t.Lo, HiMS: t.Hi, Zone: t.Zone, Text: cut(text)}
	if err != nil {
		var refused *Refused
		if !errors.As(err, &refused) {
			panic("instant: an error that is no *Refused: " + err.Error())
		}
		rd.LoMS, rd.HiMS, rd.Refused = 0, -1, refused.Reason
	}
	return rd
}

// cut keeps at most MaxText bytes of a text and never half a character; bytes that are no UTF-8 become U+FFFD,
// because a stored string must be UTF-8. The source's bytes stand in the raw record.
func cut(text string) string {
	if len(text) > MaxText {
		n := MaxText
		for n > 0 && n > MaxText-utf8.UTFMax && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n]
	}
	if utf8.ValidString(text) {
		return text
	}
	return cut(strings.ToValidUTF8(text, "\uFFFD"))
}

package instant

import (
	"fmt"
	"strings"
)

// fixdateLength is the one length of an IMF-fixdate.
const fixdateLength = len("Wed, 06 May 2026 10:41:07 GMT")

const (
	dayNames   = "SunMonTueWedThuFriSat"
	monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"
)

// ParseHTTPDate reads an HTTP date in its one generated form, the IMF-fixdate of RFC 9110 section 5.6.7 (RFC 7231
// section 7.1.1.1 before it), which S3 writes as Last-Modified. The obsolete forms that section still has a recipient
// accept are refused by name: two-digit years are a guess. A day name that does not fit the date is refused: one of the
// two is wrong. The error is a *Refused.
func ParseHTTPDate(text string, r Rounding) (Time, error) {
	i, reason := httpDate(text, r)
	if reason != "" {
		return Time{}, &Refused{Text: text, Reason: reason}
	}
	return Time{Interval: i, Zone: "UTC", Text: text}, nil
}

func httpDate(text string, r Rounding) (Interval, string) {
	switch {
	case text == "":
		return Interval{}, "the text is empty"
	case len(text) != fixdateLength && strings.Contains(text, "-"):
		return Interval{}, "RFC 850's form or another with hyphens; want the IMF-fixdate of RFC 9110"
	case len(text) == len("Wed May  6 10:41:07 2026"):
		return Interval{}, "asctime's form; want the IMF-fixdate of RFC 9110"
	case len(text) != fixdateLength:
		return Interval{}, fmt.Sprintf("%d bytes; an IMF-fixdate of RFC 9110 has %d", len(text), fixdateLength)
	}
	weekday := nameIndex(dayNames, text[:3])
	if weekday < 0 {
		return Interval{}, "byte 0: want a day name, Sun to Sat"
	}
	month := nameIndex(monthNames, text[8:11])
	if month < 0 {
		return Interval{}, "byte 8: want a month name, Jan to Dec"
	}
	p := parser{text: text}
	w := wall{month: month + 1, unitMS: secondMS}
	for _, part := range []struct {
		before string
		n      int
		what   string
		into   *int
	}{
		{text[:3] + ", ", 2, "day", &w.day},
		{" " + text[8:11] + " ", 4, "year", &w.year},
		{" ", 2, "hour", &w.hour},
		{":", 2, "minute", &w.minute},
		{":", 2, "second", &w.second},
	} {
		if !strings.HasPrefix(text[p.pos:], part.before) {
			return Interval{}, fmt.Sprintf("byte %d: want an IMF-fixdate of RFC 9110", p.pos)
		}
		p.pos += len(part.before)
		var reason string
		if *part.into, reason = p.number(part.n, part.what); reason != "" {
			return Interval{}, reason
		}
	}
	if text[p.pos:] != " GMT" {
		return Interval{}, fmt.Sprintf("byte %d: want GMT; an HTTP date has no other zone", p.pos)
	}
	if reason := w.checkDate(); reason != "" {
		return Interval{}, reason
	}
	if reason := w.checkClock(); reason != "" {
		return Interval{}, reason
	}
	if reason := w.checkWeekday(weekday); reason != "" {
		return Interval{}, reason
	}
	return w.interval(0, r)
}

// nameIndex finds a three-letter name in a list of them; -1 if it is none.
func nameIndex(names, name string) int {
	for i := 0; i < len(names); i += 3 {
		if names[i:i+3] == name {
			return i / 3
		}
	}
	return -1
}

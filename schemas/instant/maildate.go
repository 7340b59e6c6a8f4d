package instant

import (
	"fmt"
	"strings"

	"holdfast.example/schemas"
)

// namedZones are the zones by name that RFC 5322 section 4.3 gives one meaning, in minutes east of UTC.
var namedZones = map[string]int{"UT": 0, "GMT": 0, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420}

// ParseMailDate reads a date and time as RFC 5322 section 3.3 has it in Date and Received: a day's name or none, day,
// month and year, hours and minutes, seconds or none, and an offset. Spaces and tabs may stand wherever folding may put
// them, and a comment after the zone. Of the obsolete forms of section 4.3 the zones are read that it gives one meaning;
// a two-digit year and any other zone are refused by name: both are guesses. -0000 is UTC, as in Parse. A day's name
// that does not fit the date is refused: one of the two is wrong. The error is a *Refused.
func ParseMailDate(text string, r Rounding) (Time, error) {
	t, reason := mailDate(text, r)
	if reason != "" {
		return Time{}, &Refused{Text: text, Reason: reason}
	}
	return t, nil
}

// ReadMailDate is Read for a field that holds a mail's date (ParseMailDate).
func ReadMailDate(field string, c Clock, text string, r Rounding) schemas.Reading {
	t, err := ParseMailDate(text, r)
	return reading(field, c, text, t, err)
}

func mailDate(text string, r Rounding) (Time, string) {
	switch {
	case text == "":
		return Time{}, "the text is empty"
	case len(text) > MaxText:
		return Time{}, fmt.Sprintf("%d bytes; no date of a mail is longer than %d", len(text), MaxText)
	}
	bare, reason := withoutComment(text)
	if reason != "" {
		return Time{}, reason
	}
	words := strings.FieldsFunc(bare, func(c rune) bool { return c == ' ' || c == '\t' })
	weekday := -1
	if len(words) > 0 && strings.HasSuffix(words[0], ",") {
		if weekday = foldedName(dayNames, words[0][:len(words[0])-1]); weekday < 0 {
			return Time{}, "want a day name, Sun to Sat, before the comma"
		}
		words = words[1:]
	}
	if len(words) != 5 {
		return Time{}, "want day, month, year, time and zone, apart by spaces, as RFC 5322 has them"
	}
	w := wall{month: foldedName(monthNames, words[1]) + 1}
	if reason := w.mailDay(words[0], words[2]); reason != "" {
		return Time{}, reason
	}
	if weekday >= 0 {
		if reason := w.checkWeekday(weekday); reason != "" {
			return Time{}, reason
		}
	}
	if reason := w.mailClock(words[3]); reason != "" {
		return Time{}, reason
	}
	zone, offsetMS, reason := mailZone(words[4])
	if reason != "" {
		return Time{}, reason
	}
	i, reason := w.interval(offsetMS, r)
	return Time{Interval: i, Zone: zone, Text: text}, reason
}

// withoutComment takes one comment off the end. Comments elsewhere are allowed by the RFC, written by nobody, and
// refused.
func withoutComment(text string) (bare, reason string) {
	open := strings.IndexByte(text, '(')
	if open < 0 {
		return text, ""
	}
	if end := strings.TrimRight(text, " \t"); end[len(end)-1] != ')' || strings.Count(end, "(") != 1 || strings.Count(end, ")") != 1 {
		return "", "a comment elsewhere than at the end, or within another"
	}
	return text[:open], ""
}

// foldedName is nameIndex of a name in any case: RFC 5234 section 2.3 has strings of a grammar match so.
func foldedName(names, name string) int {
	if len(name) != 3 {
		return -1
	}
	return nameIndex(names, strings.ToUpper(name[:1])+strings.ToLower(name[1:]))
}

func (w *wall) mailDay(day, year string) string {
	p := parser{text: day}
	var reason string
	switch {
	case w.month == 0:
		return "want a month name, Jan to Dec, after the day"
	case len(day) > 2:
		return "want a day of one or two digits"
	case len(year) != 4:
		return "want a year of four digits; fewer are a guess"
	}
	if w.day, reason = p.number(len(day), "day"); reason != "" {
		return reason
	}
	p = parser{text: year}
	if w.year, reason = p.number(4, "year"); reason != "" {
		return reason
	}
	return w.checkDate()
}

func (w *wall) mailClock(clock string) string {
	p := parser{text: clock}
	reason := p.hourMinute(w)
	if reason != "" {
		return reason
	}
	if w.unitMS = minuteMS; p.pos < len(clock) {
		w.unitMS = secondMS
		if reason = p.expect(':'); reason != "" {
			return reason
		}
		if w.second, reason = p.number(2, "second"); reason != "" {
			return reason
		}
	}
	if p.pos != len(clock) {
		return "more after the seconds; a mail's date has whole ones"
	}
	return w.checkClock()
}

// mailZone reads +hhmm, -hhmm, or a name of namedZones.
func mailZone(zone string) (name string, offsetMS int64, reason string) {
	if minutes, ok := namedZones[strings.ToUpper(zone)]; ok {
		if minutes == 0 {
			return "UTC", 0, ""
		}
		return fmt.Sprintf("-%02d:%02d", -minutes/60, -minutes%60), int64(minutes) * minuteMS, ""
	}
	if len(zone) != 5 || zone[0] != '+' && zone[0] != '-' {
		return "", 0, "want a zone as +hhmm or -hhmm; a name may mean many"
	}
	p := parser{text: zone}
	return p.zone()
}

package instant

import "fmt"

// MaxText is the longest text read as a time, in bytes, and the length at which a Reading cuts what it keeps.
const MaxText = 64

// Rounding says what a source does with the digits it does not write.
type Rounding int

const (
	// RoundingUnknown is the default: the source may round or truncate.
	RoundingUnknown Rounding = iota
	// Truncated is for fields whose source is documented to truncate.
	Truncated
)

// Time is a text read as a time.
type Time struct {
	Interval
	Zone string // "UTC"; an offset as "+hh:mm" or "-hh:mm"; empty: the text names none and the interval is as if UTC
	Text string // the text, whole
}

// Refused says why a text is no time. Reason quotes no more of the text than a number of the calendar, so that it may
// be logged.
type Refused struct {
	Text   string // the text as it was given
	Reason string // one sentence; places in it are byte positions from 0
}

func (e *Refused) Error() string { return "read time: " + e.Reason }

// Parse reads an ISO 8601 or RFC 3339 date and time in the forms the package comment lists. r decides the width of
// anything coarser than a millisecond (I2). An offset of zero is UTC in whatever form it is written, "-00:00"
// included (RFC 3339 section 4.3: the time is UTC, the place unknown). The error is a *Refused.
func Parse(text string, r Rounding) (Time, error) {
	p := parser{text: text}
	t, reason := p.dateTime(r)
	if reason != "" {
		return Time{}, &Refused{Text: text, Reason: reason}
	}
	return t, nil
}

// wall is a calendar time as written, in no zone yet.
type wall struct {
	year, month, day     int
	hour, minute, second int
	fracMS               int64 // the first three fraction digits
	unitMS               int64 // what one unit of the last digit written is worth; 1 where it is finer
}

const fractionReason = "a number with a fraction or an exponent; want whole epoch milliseconds"

// parser walks a text once, from its first byte to its last. Its methods answer with a reason, empty if none.
type parser struct {
	text string
	pos  int
}

func (p *parser) dateTime(r Rounding) (Time, string) {
	if reason := shape(p.text); reason != "" {
		return Time{}, reason
	}
	var w wall
	if reason := p.date(&w); reason != "" {
		return Time{}, reason
	}
	if reason := p.clock(&w); reason != "" {
		return Time{}, reason
	}
	zone, offsetMS, reason := p.zone()
	if reason != "" {
		return Time{}, reason
	}
	i, reason := w.interval(offsetMS, r)
	if reason != "" {
		return Time{}, reason
	}
	return Time{Interval: i, Zone: zone, Text: p.text}, ""
}

// shape names the forms that are refused as a whole before a byte of them is read.
func shape(text string) string {
	switch {
	case text == "":
		return "the text is empty"
	case len(text) > MaxText:
		return fmt.Sprintf("%d bytes; no time is longer than %d", len(text), MaxText)
	case text[0] == ' ' || text[len(text)-1] == ' ':
		return "a space before or after the time"
	case text[0] == '+' || text[0] == '-':
		return "a sign before the year or the number"
	}
	n := leadingDigits(text)
	switch {
	case n == len(text):
		return "an integer, not a date and time; read it as epoch milliseconds"
	case n == 8 && (text[n]|0x20 == 't'):
		return "ISO 8601's basic format; want the extended one, yyyy-mm-ddThh:mm:ss"
	case n > 0 && n != 2 && n != 4 && (text[n] == '.' || text[n]|0x20 == 'e'):
		return fractionReason
	}
	return ""
}

func (p *parser) date(w *wall) string {
	var reason string
	if w.year, reason = p.number(4, "year"); reason != "" {
		return reason
	}
	if reason = p.expect('-'); reason != "" {
		return reason
	}
	if w.month, reason = p.number(2, "month"); reason != "" {
		return reason
	}
	if reason = p.expect('-'); reason != "" {
		return reason
	}
	if w.day, reason = p.number(2, "day"); reason != "" {
		return reason
	}
	if reason = w.checkDate(); reason != "" {
		return reason
	}
	if p.pos == len(p.text) {
		return "a day without a time of day"
	}
	if c := p.text[p.pos]; c != 'T' && c != 't' && c != ' ' {
		return fmt.Sprintf("byte %d: want T or one space between date and time", p.pos)
	}
	p.pos++
	return ""
}

func (w *wall) checkDate() string {
	switch {
	case w.year < minYear:
		return fmt.Sprintf("year %04d is before %d", w.year, minYear)
	case w.month < 1 || w.month > 12:
		return fmt.Sprintf("month %02d does not exist", w.month)
	case w.day < 1 || w.day > monthDays(w.year, w.month):
		return fmt.Sprintf("day %02d does not exist in %04d-%02d", w.day, w.year, w.month)
	}
	return ""
}

func (p *parser) hourMinute(w *wall) (reason string) {
	if w.hour, reason = p.number(2, "hour"); reason != "" {
		return reason
	}
	if reason = p.expect(':'); reason != "" {
		return reason
	}
	w.minute, reason = p.number(2, "minute")
	return reason
}

func (p *parser) clock(w *wall) string {
	reason := p.hourMinute(w)
	if reason != "" {
		return reason
	}
	w.unitMS = minuteMS
	if p.pos < len(p.text) && p.text[p.pos] == ':' {
		p.pos++
		if w.second, reason = p.number(2, "second"); reason != "" {
			return reason
		}
		w.unitMS = secondMS
	}
	if p.pos < len(p.text) && (p.text[p.pos] == '.' || p.text[p.pos] == ',') {
		if w.unitMS == minuteMS {
			return fmt.Sprintf("byte %d: a fraction of a minute; want seconds", p.pos)
		}
		if reason = p.fraction(w); reason != "" {
			return reason
		}
	}
	return w.checkClock()
}

// checkWeekday wants the date to be of the day that stands beside it, counted from Sunday.
func (w *wall) checkWeekday(said int) string {
	if is := int((epochDay(w.year, w.month, w.day) + 4) % 7); is != said { // 1970-01-01 was a Thursday
		return fmt.Sprintf("the date is a %s, the text says another day", dayNames[3*is:3*is+3])
	}
	return ""
}

func (w *wall) checkClock() string {
	switch {
	case w.hour == 24:
		return "24:00 names the end of a day; want 00:00 of the next"
	case w.hour > 24:
		return fmt.Sprintf("hour %02d does not exist", w.hour)
	case w.minute > 59:
		return fmt.Sprintf("minute %02d does not exist", w.minute)
	case w.second > 60:
		return fmt.Sprintf("second %02d does not exist", w.second)
	}
	return ""
}

// fraction reads the mark and any number of digits; those beyond the third stay in the text only.
func (p *parser) fraction(w *wall) string {
	p.pos++
	n := leadingDigits(p.text[p.pos:])
	if n == 0 {
		return fmt.Sprintf("byte %d: want a digit after the fraction's mark", p.pos)
	}
	unit := int64(secondMS)
	for _, c := range []byte(p.text[p.pos : p.pos+min(n, 3)]) {
		unit /= 10
		w.fracMS += int64(c-'0') * unit
	}
	w.unitMS = unit
	p.pos += n
	return ""
}

const zoneReason = "byte %d: want Z, +hh:mm, +hhmm or the end"

// zone reads the rest of the text: nothing, Z, or an offset. (RFC 3339 section 5.6; ISO 8601-1 section 4.3.13 for
// the forms +hhmm and +hh.)
func (p *parser) zone() (name string, offsetMS int64, reason string) {
	at, rest := p.pos, p.text[p.pos:]
	if rest == "" {
		return "", 0, ""
	}
	if rest == "Z" || rest == "z" {
		return "UTC", 0, ""
	}
	if rest[0] != '+' && rest[0] != '-' {
		return "", 0, fmt.Sprintf(zoneReason, at)
	}
	p.pos++
	hour, reason := p.number(2, "offset's hour")
	if reason != "" {
		return "", 0, reason
	}
	minute := 0
	if p.pos < len(p.text) {
		if p.text[p.pos] == ':' {
			p.pos++
		}
		if minute, reason = p.number(2, "offset's minute"); reason != "" {
			return "", 0, reason
		}
	}
	switch {
	case p.pos != len(p.text):
		return "", 0, fmt.Sprintf(zoneReason, at)
	case hour > 23 || minute > 59:
		return "", 0, fmt.Sprintf("byte %d: offset %02d:%02d does not exist", at, hour, minute)
	case hour == 0 && minute == 0:
		return "UTC", 0, ""
	}
	offsetMS = int64(hour)*hourMS + int64(minute)*minuteMS
	if rest[0] == '-' {
		offsetMS = -offsetMS
	}
	return fmt.Sprintf("%c%02d:%02d", rest[0], hour, minute), offsetMS, ""
}

// interval makes of a wall time in a zone the interval it can mean (I2, I3).
func (w *wall) interval(offsetMS int64, r Rounding) (Interval, string) {
	v := epochDay(w.year, w.month, w.day)*dayMS +
		int64(w.hour)*hourMS + int64(w.minute)*minuteMS + int64(w.second)*secondMS + w.fracMS - offsetMS
	if v < 0 {
		return Interval{}, fmt.Sprintf("before %d in UTC", minYear)
	}
	i := Interval{Lo: v, Hi: v + w.unitMS - 1}
	if w.unitMS > 1 && r != Truncated {
		i.Lo -= w.unitMS / 2
	}
	if w.second == 60 {
		// v is the POSIX reading: the first second of the next UTC day, which must be the first of a month.
		if _, _, d := civil(v / dayMS); d != 1 || v%dayMS >= secondMS {
			return Interval{}, "second 60 where no leap second can be; one is only ever 23:59:60 UTC on a month's last day"
		}
		i.Lo -= secondMS
	}
	if i.Hi > maxMS {
		return Interval{}, fmt.Sprintf("after %d in UTC", maxYear)
	}
	return i, ""
}

// number reads exactly n digits.
func (p *parser) number(n int, what string) (int, string) {
	v := 0
	for i := p.pos; i < p.pos+n; i++ {
		if i >= len(p.text) || p.text[i] < '0' || p.text[i] > '9' {
			return 0, fmt.Sprintf("byte %d: want a digit of the %s, which has %d", i, what, n)
		}
		v = v*10 + int(p.text[i]-'0')
	}
	p.pos += n
	return v, ""
}

func (p *parser) expect(c byte) string {
	if p.pos >= len(p.text) || p.text[p.pos] != c {
		return fmt.Sprintf("byte %d: want %q", p.pos, c)
	}
	p.pos++
	return ""
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

package instant

import (
	"fmt"
	"strconv"
)

// ParseEpochMS reads a decimal integer of Unix milliseconds, [v, v] in UTC: the detail events' eventTime. Only the 13
// digits of the years 2001 to 2286 are milliseconds beyond doubt; an integer of another length is refused by the
// name of the unit it suggests, because a second read as a millisecond is a day in January 1970 and nobody notices.
// The error is a *Refused.
func ParseEpochMS(text string) (Time, error) {
	if reason := epochReason(text); reason != "" {
		return Time{}, &Refused{Text: text, Reason: reason}
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil { // thirteen digits fit
		panic("instant: " + err.Error())
	}
	return Time{Interval: Interval{Lo: v, Hi: v}, Zone: "UTC", Text: text}, nil
}

// epochReason says why text is no epoch in milliseconds; empty if it is one.
func epochReason(text string) string {
	n := leadingDigits(text)
	switch {
	case text == "":
		return "the text is empty"
	case text[0] == '-' || text[0] == '+':
		return "a sign before the number; want whole epoch milliseconds"
	case n > 0 && n < len(text) && (text[n] == '.' || text[n]|0x20 == 'e'):
		return fractionReason
	case n < len(text):
		return fmt.Sprintf("byte %d: want a digit of whole epoch milliseconds", n)
	case text[0] == '0':
		return "zero, or a leading zero: no epoch milliseconds"
	case n == 13:
		return ""
	}
	if unit := suspect(n); unit != "" {
		return fmt.Sprintf("an integer of %d digits looks like %s; epoch milliseconds have 13", n, unit)
	}
	return fmt.Sprintf("an integer of %d digits; epoch milliseconds have 13", n)
}

// suspect names what an integer of n digits most likely is, were it of this century.
func suspect(n int) string {
	switch n {
	case 8:
		return "a date without separators"
	case 9, 10:
		return "epoch seconds"
	case 14, 17:
		return "a date and time without separators"
	case 16:
		return "epoch microseconds"
	case 18:
		return "100 ns ticks of .NET or Windows"
	case 19:
		return "epoch nanoseconds"
	}
	return ""
}

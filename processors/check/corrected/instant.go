package corrected

import (
	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

// Text renders a reading as ISO 8601 in UTC with the digits it was written with and none besides; finer than a
// millisecond, to the millisecond. It answers false for a reading that was refused, and for one that names no zone: what
// instant it means cannot be known.
func Text(r schemas.Reading) (string, bool) {
	if r.Refused != "" || r.Zone == "" {
		return "", false
	}
	return Instant(instant.Interval{Lo: r.LoMS, Hi: r.HiMS})
}

// Instant renders the interval of one time that names its zone, as instant.Parse makes it, as ISO 8601 in UTC:
//
//	2026-05-04T09:15:02.118Z, 2026-05-04T09:15:02.1Z, 2026-05-04T09:15:02Z, 2026-05-04T09:15Z, 2016-12-31T23:59:60Z
//
// How many digits were written shows in the interval's width (instant, I2). It answers false for an interval that is of
// no text, such as a hull of two.
func Instant(i instant.Interval) (string, bool) {
	if !i.Valid() || i.Lo < -30_000 || i.Hi > 1<<53 {
		return "", false
	}
	for _, d := range digits {
		for _, early := range [...]int64{0, d.unit / 2} { // truncated, or rounded nobody knows how
			switch i.Width() - d.unit - early {
			case 0:
				return d.render(i.Lo+early, false)
			case leap:
				if d.unit <= 1000 {
					return d.render(i.Lo+early, true)
				}
			}
		}
	}
	return "", false
}

// leap is by how many ms a leap second's interval begins earlier than its POSIX reading.
const leap = 1000

// precision is what one unit of the last digit is worth, and how many bytes a time of it has, without the Z.
type precision struct{ unit, length int64 }

var digits = [...]precision{{1, 23}, {10, 22}, {100, 21}, {1000, 19}, {60_000, 16}}

// render writes the time that begins at ms; a leap second's ms is a second earlier than its own.
func (d precision) render(ms int64, leap bool) (string, bool) {
	text := instant.Format(ms)
	if ms < 0 || ms%d.unit != 0 || len(text) != len("2026-05-04T09:15:02.118Z") {
		return "", false
	}
	if leap {
		if text[11:19] != "23:59:59" {
			return "", false
		}
		text = text[:17] + "60" + text[19:]
	}
	return text[:d.length] + "Z", true
}

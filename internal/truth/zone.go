package truth

import "time"

// law is a zone of the year the cohorts live in. Instants are of 2026, whose rules are the tz database's.
type law struct {
	name     string
	standard int64 // ms ahead of UTC
	saving   int64 // more in summer; 0: none
	spring   time.Time
	autumn   time.Time // before spring in the south
}

func utc(m time.Month, d, h, min int) time.Time {
	return time.Date(2026, m, d, h, min, 0, 0, time.UTC)
}

var laws = []law{
	{"Europe/Berlin", 1 * hour, hour, utc(3, 29, 1, 0), utc(10, 25, 1, 0)},
	{"Europe/London", 0, hour, utc(3, 29, 1, 0), utc(10, 25, 1, 0)},
	{"America/New_York", -5 * hour, hour, utc(3, 8, 7, 0), utc(11, 1, 6, 0)},
	{"America/Los_Angeles", -8 * hour, hour, utc(3, 8, 10, 0), utc(11, 1, 9, 0)},
	{"America/St_Johns", -3*hour - 30*minute, hour, utc(3, 8, 5, 30), utc(11, 1, 4, 30)},
	{"Australia/Sydney", 10 * hour, hour, utc(10, 3, 16, 0), utc(4, 4, 16, 0)},
	{"Australia/Lord_Howe", 10*hour + 30*minute, hour / 2, utc(10, 3, 15, 30), utc(4, 4, 15, 0)},
	{"Asia/Kolkata", 5*hour + 30*minute, 0, time.Time{}, time.Time{}},
	{"Asia/Kathmandu", 5*hour + 45*minute, 0, time.Time{}, time.Time{}},
	{"America/Sao_Paulo", -3 * hour, 0, time.Time{}, time.Time{}},
}

// withSaving is how many of laws, from the first, have summer time.
const withSaving = 7

// zoned writes a law down as it is configured.
func (l *law) zoned() Zoned {
	z := Zoned{Name: l.name, Offsets: []Offset{{0, l.standard}}}
	if l.saving == 0 {
		return z
	}
	spring, autumn := Offset{l.spring.UnixMilli(), l.standard + l.saving}, Offset{l.autumn.UnixMilli(), l.standard}
	if spring.From < autumn.From {
		z.Offsets = append(z.Offsets, spring, autumn)
		return z
	}
	z.Offsets[0].AheadMS += l.saving
	z.Offsets = append(z.Offsets, autumn, spring)
	return z
}

// year is where cohorts lie that need no DST instant: any place in it may hold one.
var year = Range{Lo: utc(1, 5, 0, 0).UnixMilli(), Hi: utc(12, 20, 0, 0).UnixMilli()}

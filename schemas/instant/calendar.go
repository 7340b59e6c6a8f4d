package instant

import "strconv"

const (
	secondMS = 1000
	minuteMS = 60 * secondMS
	hourMS   = 60 * minuteMS
	dayMS    = 24 * hourMS

	minYear = 1970
	maxYear = 9999

	maxMS  = 253402300799999 // 9999-12-31T23:59:59.999Z
	zeroMS = -62167219200000 // 0000-01-01T00:00:00.000Z
)

func leapYear(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// monthDays is the number of days of month m of year y; 0 for a month that does not exist.
func monthDays(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if leapYear(y) {
			return 29
		}
		return 28
	case 1, 3, 5, 7, 8, 10, 12:
		return 31
	}
	return 0
}

// epochDay is the number of days from 1970-01-01 to the first of March-based date y-m-d, for years from 0.
// (The era arithmetic is Howard Hinnant's, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.)
func epochDay(y, m, d int) int64 {
	if m <= 2 {
		y--
	}
	era := (y + 400) / 400 // years from -400 on: never negative here
	yoe := y + 400 - era*400
	doy := (153*((m+9)%12)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era-1)*146097 + int64(doe) - 719468
}

// civil is epochDay's inverse, for days in the years 0 to 9999.
func civil(day int64) (y, m, d int) {
	z := day + 719468 + 146097
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = int(doy-(153*mp+2)/5) + 1
	m = int(mp+2)%12 + 1
	y = int(yoe+era*400) - 400
	if m <= 2 {
		y++
	}
	return y, m, d
}

// Format writes a Unix millisecond as RFC 3339 in UTC with three fraction digits, 2026-05-04T09:15:02.118Z. A value
// outside the years 0000 to 9999 has no such form and is written as its decimal integer.
func Format(ms int64) string {
	if ms < zeroMS || ms > maxMS {
		return strconv.FormatInt(ms, 10)
	}
	day, rest := ms/dayMS, ms%dayMS
	if rest < 0 {
		day, rest = day-1, rest+dayMS
	}
	y, m, d := civil(day)
	var b [24]byte
	digits(b[0:4], int64(y))
	digits(b[5:7], int64(m))
	digits(b[8:10], int64(d))
	digits(b[11:13], rest/hourMS)
	digits(b[14:16], rest/minuteMS%60)
	digits(b[17:19], rest/secondMS%60)
	digits(b[20:23], rest%secondMS)
	b[4], b[7], b[10], b[13], b[16], b[19], b[23] = '-', '-', 'T', ':', ':', '.', 'Z'
	return string(b[:])
}

// digits fills b with the decimal digits of n, zero-padded.
func digits(b []byte, n int64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

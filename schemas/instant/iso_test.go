package instant

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// ms is an independent reading of a plain RFC 3339 text, by the time package.
func ms(t *testing.T, text string) int64 {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return v.UnixMilli()
}

// realTimes holds what real files hold; see TestParseReads.
var realTimes = []struct {
	text, at   string // at: the first instant meant, as plain RFC 3339
	less, more int64  // how far the interval reaches before and after it, rounding unknown
	zone       string
}{
	{"2026-05-04T09:15:02.118Z", "2026-05-04T09:15:02.118Z", 0, 0, "UTC"},
	{"2026-05-04t09:15:02.118z", "2026-05-04T09:15:02.118Z", 0, 0, "UTC"},
	{"2026-05-04T09:15:02,118Z", "2026-05-04T09:15:02.118Z", 0, 0, "UTC"},
	{"2023-08-29T23:19:04.873+0000", "2023-08-29T23:19:04.873Z", 0, 0, "UTC"},
	{"2023-08-29T23:19:04.873+00:00", "2023-08-29T23:19:04.873Z", 0, 0, "UTC"},
	{"2023-08-29T23:19:04.873-00:00", "2023-08-29T23:19:04.873Z", 0, 0, "UTC"},
	{"2023-08-29T23:19:04.873+00", "2023-08-29T23:19:04.873Z", 0, 0, "UTC"},
	{"2026-05-04T09:15:02.118-0330", "2026-05-04T12:45:02.118Z", 0, 0, "-03:30"},
	{"2026-05-04T09:15:02.118+05:45", "2026-05-04T03:30:02.118Z", 0, 0, "+05:45"},
	{"2026-05-04T09:15:02.118+14", "2026-05-03T19:15:02.118Z", 0, 0, "+14:00"},
	{"2026-05-04T09:15:02.1189999999999Z", "2026-05-04T09:15:02.118Z", 0, 0, "UTC"},
	{"2026-05-04T09:15:02.118000", "2026-05-04T09:15:02.118Z", 0, 0, ""},
	{"2026-05-04T09:15:02.12Z", "2026-05-04T09:15:02.120Z", 5, 9, "UTC"},
	{"2026-05-04T09:15:02.1Z", "2026-05-04T09:15:02.100Z", 50, 99, "UTC"},
	{"2026-05-04T10:02:11Z", "2026-05-04T10:02:11Z", 500, 999, "UTC"},
	{"2026-05-04 10:02:11", "2026-05-04T10:02:11Z", 500, 999, ""},
	{"2026-05-04T10:02:11", "2026-05-04T10:02:11Z", 500, 999, ""},
	{"2026-05-04T10:02Z", "2026-05-04T10:02:00Z", 30000, 59999, "UTC"},
	{"2026-05-04 10:02", "2026-05-04T10:02:00Z", 30000, 59999, ""},
	{"2028-02-29T00:00:00.000Z", "2028-02-29T00:00:00.000Z", 0, 0, "UTC"},
	{"2000-02-29T00:00:00.000Z", "2000-02-29T00:00:00.000Z", 0, 0, "UTC"},
	{"1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z", 0, 0, "UTC"},
	{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", 500, 999, "UTC"},
	{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", 500, 999, "UTC"},
	// Leap seconds: POSIX's second, and the one before it, which Linux repeats.
	{"2016-12-31T23:59:60.250Z", "2017-01-01T00:00:00.250Z", 1000, 0, "UTC"},
	{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", 1500, 999, "UTC"},
	{"2017-01-01T00:59:60+0100", "2017-01-01T00:00:00Z", 1500, 999, "+01:00"},
	{"2016-12-31T23:59:60", "2017-01-01T00:00:00Z", 1500, 999, ""},
	{"2015-06-30T23:59:60,5Z", "2015-07-01T00:00:00.5Z", 1050, 99, "UTC"},
}

// What real files hold, each with the interval that I2 gives it. If one of these were refused, a whole source would
// be unreadable; if one were narrower, aligned recordings would be findings.
func TestParseReads(t *testing.T) {
	for _, c := range realTimes {
		want := Time{Interval: Interval{ms(t, c.at) - c.less, ms(t, c.at) + c.more}, Zone: c.zone, Text: c.text}
		got, err := Parse(c.text, RoundingUnknown)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", c.text, got, err, want)
		}
	}
}

// A source documented to truncate says nothing about the time before the digits it wrote.
func TestParseTruncated(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int64
	}{
		{"2026-05-04T10:02:11.5Z", 100},
		{"2026-05-04T10:02:11Z", 1000},
		{"2026-05-04T10:02Z", 60000},
		{"2026-05-04T10:02:11.500Z", 1},
		{"2016-12-31T23:59:60Z", 2000},
	} {
		got, err := Parse(c.text, Truncated)
		if err != nil || got.Width() != c.width {
			t.Errorf("Parse(%q, Truncated) = %+v, %v; want width %d", c.text, got, err, c.width)
		}
	}
	whole, _ := Parse("2026-05-04T10:02:11Z", Truncated)
	if whole.Lo != ms(t, "2026-05-04T10:02:11Z") {
		t.Errorf("truncating whole second begins at %s", Format(whole.Lo))
	}
}

// notTimes holds what is nearly a time; see TestParseRefuses.
var notTimes = []struct{ text, why string }{
	{"", "empty"},
	{" 2026-05-04T09:15:02Z", "space before or after"},
	{"2026-05-04T09:15:02Z ", "space before or after"},
	{"2026-05-04T09:15:02Z\n", "byte 19"},
	{strings.Repeat("9", 65), "65 bytes"},
	{"2026-05-04T09:15:02." + strings.Repeat("1", 60) + "Z", "longer than 64"},
	{"1777886102118", "epoch milliseconds"},
	{"1777886102118.0", "fraction or an exponent"},
	{"1777886102.118", "fraction or an exponent"},
	{"1.777886102118E12", "fraction or an exponent"},
	{"17778861e5", "fraction or an exponent"},
	{"-1777886102118", "sign"},
	{"-2026-05-04T09:15:02Z", "sign"},
	{"+002026-05-04T09:15:02Z", "sign"},
	{"20260504T091502Z", "basic format"},
	{"20260504t091502z", "basic format"},
	{"2026-05-04", "without a time of day"},
	{"2026-05", "byte 7"},
	{"2026", "integer"},
	{"2026-124T09:15:02Z", "byte 7"},
	{"2026-W19-1T09:15:02Z", "byte 5"},
	{"2026-05-04_09:15:02Z", "byte 10"},
	{"2026-05-04  09:15:02Z", "byte 11"},
	{"2026-05-04T09", "byte 13"},
	{"2026-05-04T09Z", "byte 13"},
	{"2026-05-04T9:15:02Z", "byte 12"},
	{"2026-5-4T09:15:02Z", "byte 6"},
	{"26-05-04T09:15:02Z", "byte 2"},
	{"2026/05/04 09:15:02", "byte 4"},
	{"04.05.2026 09:15:02", "byte 2"},
	{"2026-05-04T09:15.5Z", "fraction of a minute"},
	{"2026-05-04T09:15:02.Z", "byte 20"},
	{"2026-05-04T09:15:02.118.5Z", "byte 23"},
	{"2026-05-04T09:15:02 Z", "byte 19"},
	{"2026-05-04T09:15:02 +0000", "byte 19"},
	{"2026-05-04T09:15:02UTC", "byte 19"},
	{"2026-05-04T09:15:02 GMT", "byte 19"},
	{"2026-05-04T09:15:02Z[Europe/London]", "byte 19"},
	{"2026-05-04T09:15:02+1", "byte 21"},
	{"2026-05-04T09:15:02+01:0", "byte 24"},
	{"2026-05-04T09:15:02+010", "byte 23"},
	{"2026-05-04T09:15:02+01:00:00", "byte 19"},
	{"2026-05-04T09:15:02+24:00", "offset 24:00"},
	{"2026-05-04T09:15:02+01:60", "offset 01:60"},
	{"2026-05-04T09:15:02−01:00", "byte 19"},
	{"2026-05-04T24:00:00Z", "24:00"},
	{"2026-05-04T24:00Z", "24:00"},
	{"2026-05-04T25:00:00Z", "hour 25"},
	{"2026-05-04T09:60:00Z", "minute 60"},
	{"2026-05-04T09:15:61Z", "second 61"},
	{"2026-05-04T09:15:60Z", "leap second"},
	{"2026-05-04T23:59:60Z", "leap second"},
	{"2016-12-31T23:59:60+01:00", "leap second"},
	{"2016-12-31T22:59:60Z", "leap second"},
	{"2026-02-30T09:15:02Z", "day 30 does not exist in 2026-02"},
	{"2026-02-29T09:15:02Z", "day 29 does not exist in 2026-02"},
	{"2100-02-29T09:15:02Z", "day 29 does not exist in 2100-02"},
	{"2026-04-31T09:15:02Z", "day 31"},
	{"2026-05-00T09:15:02Z", "day 00"},
	{"2026-13-01T09:15:02Z", "month 13"},
	{"2026-00-01T09:15:02Z", "month 00"},
	{"0000-00-00T00:00:00Z", "year 0000"},
	{"1904-01-01T00:00:00Z", "year 1904"},
	{"1969-12-31T23:59:59Z", "year 1969"},
	{"1970-01-01T00:59:59+01:00", "before 1970 in UTC"},
	{"9999-12-31T23:59:59-00:01", "after 9999 in UTC"},
	{"9999-12-31T23:59:60Z", "after 9999 in UTC"},
	{"٢٠٢٦-05-04T09:15:02Z", "byte 0"},
	{"null", "byte 0"},
	{"Wed, 06 May 2026 10:41:07 GMT", "byte 0"},
}

// Everything here is nearly a time. A parser that reads one of them has guessed, and a guess in a custody record is
// worse than a refusal, which keeps the text and says why.
func TestParseRefuses(t *testing.T) {
	for _, c := range notTimes {
		got, err := Parse(c.text, RoundingUnknown)
		var refused *Refused
		if !errors.As(err, &refused) || got != (Time{}) {
			t.Errorf("Parse(%q) = %+v, %v; want a refusal", c.text, got, err)
			continue
		}
		if refused.Text != c.text || !strings.Contains(refused.Reason, c.why) {
			t.Errorf("Parse(%q) refused because %q; want %q in it", c.text, refused.Reason, c.why)
		}
	}
}

var form = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?$`)

// oracle says with a regular expression and the time package what Parse must answer; ok is false for a refusal.
func oracle(text string, r Rounding) (i Interval, ok bool) {
	m := form.FindStringSubmatch(text)
	if m == nil || len(text) > MaxText {
		return i, false
	}
	n := func(k int) int { v, _ := strconv.Atoi(m[k]); return v }
	leap := m[6] == "60"
	second := n(6)
	if leap {
		second = 59
	}
	at := time.Date(n(1), time.Month(n(2)), n(3), n(4), n(5), second, 0, time.UTC)
	if at.Format("2006-01-02 15:04:05") != fmt.Sprintf("%s-%s-%s %s:%s:%02d", m[1], m[2], m[3], m[4], m[5], second) {
		return i, false // the time package rolled something over
	}
	if n(10) > 23 || n(11) > 59 {
		return i, false
	}
	offset := time.Duration(n(10))*time.Hour + time.Duration(n(11))*time.Minute
	if m[9] == "+" {
		offset = -offset
	}
	unit := int64(60000)
	if m[6] != "" {
		unit = 1000
	}
	frac := m[7] + "000"
	for range min(len(m[7]), 3) {
		unit /= 10
	}
	add, _ := strconv.Atoi(frac[:3])
	utc := at.Add(offset)
	v := utc.UnixMilli() + int64(add)
	i = Interval{v, v + unit - 1}
	if r == RoundingUnknown {
		i.Lo -= unit / 2
	}
	if leap {
		next := utc.Add(time.Second)
		if next.Day() != 1 || next.Hour() != 0 || next.Minute() != 0 {
			return i, false
		}
		v, i.Hi = v+1000, i.Hi+1000
	}
	return i, at.Year() >= 1970 && v >= 0 && i.Hi <= maxMS
}

// times draws texts that are times, or one defect away from one.
func times(t *rapid.T) string {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	two := func(label string, most int) string {
		return fmt.Sprintf("%02d", rapid.IntRange(0, most).Draw(t, label))
	}
	year := fmt.Sprintf("%04d", rapid.OneOf(rapid.IntRange(1968, 1972), rapid.IntRange(1970, 2100), rapid.IntRange(0, 9999)).Draw(t, "year"))
	text := year + "-" + two("month", 13) + "-" + two("day", 32) + pick("T", "T", "t", " ", "x") + two("hour", 25) + ":" + two("minute", 61)
	if rapid.Bool().Draw(t, "near a month's end") {
		text = year + "-" + pick("end", "06-30", "07-01", "12-31", "01-01", "02-28", "02-29", "03-01") + "T" +
			pick("edge", "23:59", "00:29", "22:59", "00:59", "12:59")
	}
	if rapid.Bool().Draw(t, "seconds") {
		text += ":" + rapid.OneOf(rapid.Just("60"), rapid.Custom(func(t *rapid.T) string {
			return fmt.Sprintf("%02d", rapid.IntRange(0, 61).Draw(t, "second"))
		})).Draw(t, "ss")
		text += rapid.StringMatching(`([.,][0-9]{0,12})?`).Draw(t, "fraction")
	}
	return text + rapid.StringMatching(`|Z|z|[+-](0[0-9]|1[0-4]|2[34]):?([0-5][0-9]|60)|[+-]0[0-9]| Z`).Draw(t, "zone")
}

// Parse and an oracle that shares no code with it must agree on every text, what is read and what is refused: a
// disagreement is either a wrong instant in a custody record or evidence thrown away.
func TestParseAgreesWithOracle(t *testing.T) {
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		text := times(t)
		r := Rounding(rapid.IntRange(0, 1).Draw(t, "rounding"))
		want, ok := oracle(text, r)
		got, err := Parse(text, r)
		if ok != (err == nil) {
			t.Fatalf("Parse(%q) = %+v, %v; the oracle says readable: %v", text, got, err, ok)
		}
		if ok {
			read++
			if got.Interval != want || got.Text != text {
				t.Fatalf("Parse(%q) = %+v; want %+v", text, got, want)
			}
		}
	})
	if read == 0 {
		t.Error("not one text was readable: the property held nothing")
	}
}

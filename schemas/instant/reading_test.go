package instant

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"holdfast.example/schemas"
)

// The magnitude decides whether an integer is milliseconds. A second read as a millisecond is a day of January 1970,
// and the drift alert that follows is about us.
func TestEpoch(t *testing.T) {
	for _, c := range []struct{ text, why string }{
		{"1777886102118", ""},
		{"1000000000000", ""},
		{"9999999999999", ""},
		{"", "empty"},
		{"0", "leading zero"},
		{"0777886102118", "leading zero"},
		{"1777886102", "epoch seconds"},
		{"999999999", "epoch seconds"},
		{"1777886102118123", "epoch microseconds"},
		{"1777886102118123456", "epoch nanoseconds"},
		{"639134829021180000", "ticks"},
		{"20260504", "date without separators"},
		{"20260504091502", "date and time without separators"},
		{"20260504091502118", "date and time without separators"},
		{"177788610211", "12 digits"},
		{"17778861021180000000000", "23 digits"},
		{"-1777886102118", "sign"},
		{"+1777886102118", "sign"},
		{"1777886102118.0", "fraction"},
		{"1777886102118e0", "exponent"},
		{"1777886102118 ", "byte 13"},
		{"1_777_886_102_118", "byte 1"},
		{"0x19DF1", "byte 1"},
	} {
		got, err := ParseEpochMS(c.text)
		var refused *Refused
		switch {
		case c.why == "" && (err != nil || got.Lo != got.Hi || Format(got.Lo) == "" || got.Zone != "UTC" || got.Text != c.text):
			t.Errorf("ParseEpochMS(%q) = %+v, %v", c.text, got, err)
		case c.why != "" && (!errors.As(err, &refused) || !strings.Contains(refused.Reason, c.why)):
			t.Errorf("ParseEpochMS(%q) = %+v, %v; want %q", c.text, got, err, c.why)
		}
	}
	if got, _ := ParseEpochMS("1777886102118"); Format(got.Lo) != "2026-05-04T09:15:02.118Z" {
		t.Errorf("epoch read as %s", Format(got.Lo))
	}
}

// S3's Last-Modified decides when an object version came to be.
func TestHTTPDate(t *testing.T) {
	for _, c := range []struct{ text, why string }{
		{"Wed, 06 May 2026 10:41:07 GMT", ""},
		{"Tue, 29 Feb 2028 00:00:00 GMT", ""},
		{"Sat, 31 Dec 2016 23:59:60 GMT", ""},
		{"", "empty"},
		{"Tue, 06 May 2026 10:41:07 GMT", "the date is a Wed"},
		{"Wed, 06 May 2026 10:41:07 UTC", "byte 25"},
		{"Wed, 06 May 2026 10:41:07 +00", "byte 25"},
		{"wed, 06 May 2026 10:41:07 GMT", "day name"},
		{"Wed, 06 may 2026 10:41:07 GMT", "month name"},
		{"Wed, 06-May-2026 10:41:07 GMT", "byte 7"},
		{"Wednesday, 06-May-26 10:41:07 GMT", "RFC 850"},
		{"Wed May  6 10:41:07 2026", "asctime"},
		{"Wed, 6 May 2026 10:41:07 GMT", "28 bytes"},
		{"Thu, 30 Feb 2028 10:41:07 GMT", "day 30"},
		{"Wed, 06 May 2026 24:00:00 GMT", "24:00"},
		{"Wed, 06 May 2026 10:41:60 GMT", "leap second"},
		{"Wed; 06 May 2026 10:41:07 GMT", "byte 0"},
		{"Wed, 06 May 2026T10:41:07 GMT", "byte 16"},
		{"Wed, 06 May 1968 10:41:07 GMT", "year 1968"},
		{"2026-05-06T10:41:07.000000000", "day name"},
		{"2026-05-06T10:41:07Z", "hyphens"},
	} {
		got, err := ParseHTTPDate(c.text, RoundingUnknown)
		if c.why == "" {
			if err != nil || got.Zone != "UTC" || got.Text != c.text {
				t.Errorf("ParseHTTPDate(%q) = %+v, %v", c.text, got, err)
			}
			continue
		}
		var refused *Refused
		if !errors.As(err, &refused) {
			t.Errorf("ParseHTTPDate(%q) = %+v, %v; want a refusal", c.text, got, err)
		} else if !strings.Contains(refused.Reason, c.why) {
			t.Errorf("ParseHTTPDate(%q) refused because %q; want %q in it", c.text, refused.Reason, c.why)
		}
	}
	// Every day of four years, so that weekday and month names are held to the calendar.
	for at := time.Date(2024, 1, 1, 10, 41, 7, 0, time.UTC); at.Year() < 2028; at = at.AddDate(0, 0, 1) {
		text := at.Format("Mon, 02 Jan 2006 15:04:05 GMT")
		got, err := ParseHTTPDate(text, Truncated)
		if err != nil || got.Interval != (Interval{at.UnixMilli(), at.UnixMilli() + 999}) {
			t.Fatalf("ParseHTTPDate(%q) = %+v, %v", text, got, err)
		}
	}
}

// Read is what every parser calls: it may lose neither the text nor the reason, and it may not fail.
func TestRead(t *testing.T) {
	long := strings.Repeat("é", 40)
	for _, c := range []struct {
		text string
		want schemas.Reading
	}{
		{"1777886102118", schemas.Reading{LoMS: 1777886102118, HiMS: 1777886102118, Zone: "UTC", Text: "1777886102118"}},
		{"2026-05-04T09:15:02.118+0100", schemas.Reading{LoMS: 1777882502118, HiMS: 1777882502118, Zone: "+01:00", Text: "2026-05-04T09:15:02.118+0100"}},
		{"1777886102", schemas.Reading{HiMS: -1, Text: "1777886102", Refused: "an integer of 10 digits looks like epoch seconds; epoch milliseconds have 13"}},
		{"yesterday", schemas.Reading{HiMS: -1, Text: "yesterday", Refused: "byte 0: want a digit of the year, which has 4"}},
		{"", schemas.Reading{HiMS: -1, Refused: "the text is empty"}},
		{long, schemas.Reading{HiMS: -1, Text: long[:64], Refused: "80 bytes; no time is longer than 64"}},
		{"a" + long, schemas.Reading{HiMS: -1, Text: ("a" + long)[:63], Refused: "81 bytes; no time is longer than 64"}},
		{"\xff\xfe", schemas.Reading{HiMS: -1, Text: "\uFFFD", Refused: "byte 0: want a digit of the year, which has 4"}},
	} {
		c.want.Field, c.want.Clock = "eventTime", "audit"
		if got := Read("eventTime", Audit, c.text, RoundingUnknown); got != c.want {
			t.Errorf("Read(%q) = %+v\nwant %+v", c.text, got, c.want)
		}
	}
	got := ReadHTTPDate("Last-Modified", S3, "Wed, 06 May 2026 10:41:07 GMT", RoundingUnknown)
	if got.Refused != "" || got.HiMS-got.LoMS != 1499 || got.Clock != "s3" {
		t.Errorf("ReadHTTPDate = %+v", got)
	}
	if got := ReadHTTPDate("Last-Modified", S3, "2026-05-06T10:41:07Z", RoundingUnknown); got.Refused == "" || got.HiMS >= got.LoMS {
		t.Errorf("ReadHTTPDate of an ISO time = %+v; want a refusal", got)
	}
}

// The calendar is our own, so it is held to the time package's on every day it can name.
func TestCalendarOnEveryDay(t *testing.T) {
	last := 0
	for day := int64(0); day <= maxMS/dayMS; day++ {
		year, month, of := time.Unix(day*dayMS/secondMS, 0).UTC().Date()
		y, m, d := civil(day)
		if y != year || m != int(month) || d != of || epochDay(y, m, d) != day {
			t.Fatalf("day %d is %d-%d-%d; got %d-%d-%d, back %d", day, year, month, of, y, m, d, epochDay(y, m, d))
		}
		if of == 1 && day > 0 && monthDays(year-(13-m)/12, (m+10)%12+1) != last {
			t.Fatalf("the month before %d-%d has %d days; want %d", y, m, monthDays(year-(13-m)/12, (m+10)%12+1), last)
		}
		last = of
	}
}

// Format is what stands in leaves: 24 bytes that Parse reads back to the same millisecond.
func TestFormat(t *testing.T) {
	for _, v := range []int64{0, 1, 999, 1777886102118, 951782400000, maxMS, zeroMS, -1, -62135596800000} {
		if got, want := Format(v), time.UnixMilli(v).UTC().Format("2006-01-02T15:04:05.000Z"); got != want {
			t.Errorf("Format(%d) = %s; want %s", v, got, want)
		}
	}
	for _, v := range []int64{maxMS + 1, zeroMS - 1, 1<<63 - 1, -1 << 63} {
		if got := Format(v); strings.ContainsAny(got, "TZ:") {
			t.Errorf("Format(%d) = %s; want the integer", v, got)
		}
	}
}

// The list is closed: every clock has one name and at most one family, and the two that only saw records arrive
// have no vote.
func TestClocks(t *testing.T) {
	families := map[string]int{}
	seen := map[Clock]bool{}
	for _, c := range Clocks() {
		if seen[c] || c == "" || strings.ToLower(string(c)) != string(c) {
			t.Errorf("clock %q", c)
		}
		seen[c] = true
		families[Family(c)]++
	}
	want := map[string]int{FamilyPlatform: 6, FamilyExport: 1, FamilyJob: 1, FamilyHeader: 2, FamilySender: 1, FamilyS3: 1, "": 2}
	if len(families) != len(want) {
		t.Errorf("families %v; want %v", families, want)
	}
	for f, n := range want {
		if families[f] != n {
			t.Errorf("family %q has %d clocks; want %d", f, families[f], n)
		}
	}
	if Family("wall") != "" {
		t.Error("a clock outside the list has a vote")
	}
}

func seeds(f *testing.F) {
	for _, s := range []string{
		"", "2026-05-04T09:15:02.118Z", "2023-08-29T23:19:04.873+0000", "2026-05-04 10:02:11", "2016-12-31T23:59:60Z",
		"2026-02-30T00:00:00Z", "2026-05-04T24:00", "1777886102118", "1777886102", "1.7e12", "Wed, 06 May 2026 10:41:07 GMT",
		"9999-12-31T23:59:59.999999999-23:59", "1970-01-01T00:00:00+00:01", "2026-05-04T09:15:02,5-0330", "\xff\x00",
	} {
		f.Add(s)
	}
}

// Foreign bytes may not panic, may not be normalised, and may not disagree with the oracle.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range []Rounding{RoundingUnknown, Truncated} {
			got, err := Parse(text, r)
			want, ok := oracle(text, r)
			if ok != (err == nil) || ok && (got.Interval != want || got.Text != text || !got.Valid()) {
				t.Fatalf("Parse(%q, %d) = %+v, %v; the oracle says %+v, %v", text, r, got, err, want, ok)
			}
			if ok && got.Width() == 1 {
				if back, err := Parse(Format(got.Lo), r); err != nil || back.Interval != got.Interval {
					t.Fatalf("%q formats as %s, which reads as %+v, %v", text, Format(got.Lo), back, err)
				}
			}
		}
	})
}

// A reading is stored, so whatever it is made of it must be bounded, be UTF-8, and be either a time or a refusal.
func FuzzRead(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, rd := range []schemas.Reading{
			Read("x", Job, text, RoundingUnknown),
			ReadHTTPDate("x", Job, text, Truncated),
		} {
			if len(rd.Text) > MaxText || !utf8.ValidString(rd.Text) || len(rd.Refused) > 160 || !utf8.ValidString(rd.Refused) {
				t.Fatalf("%+v", rd)
			}
			if (rd.Refused == "") != (rd.LoMS <= rd.HiMS) || rd.Refused == "" && (rd.Text != text || rd.HiMS > maxMS || rd.HiMS < 0) {
				t.Fatalf("%+v", rd)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("2026-05-04T09:15:02.118+0000", RoundingUnknown); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFormat(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Format(1777886102118)
	}
}

package instant

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// At stake: the sender's clock is a family of its own, and its one stamp must mean what the RFC says and nothing else.
func TestParseMailDate(t *testing.T) {
	const at = 1777886102000 // 2026-05-04T09:15:02Z, a Monday
	second, minute := Interval{at - 500, at + 999}, Interval{at - 2000 - 30000, at - 2000 + 59999}
	for _, c := range []struct {
		text string
		want Interval
		zone string
	}{
		{"Mon, 4 May 2026 10:15:02 +0100", second, "+01:00"},
		{"Mon, 04 May 2026 09:15:02 +0000", second, "UTC"},
		{"Mon, 4 May 2026 09:15:02 -0000 (UTC)", second, "UTC"},
		{"4 May 2026 09:15:02 GMT", second, "UTC"},
		{"mon,  4 MAY 2026\t05:15:02 edt", second, "-04:00"},
		{"Mon, 4 May 2026 01:15:02 PST (Pacific Standard Time)", second, "-08:00"},
		{"Mon, 4 May 2026 14:45 +0530", minute, "+05:30"},
	} {
		got, err := ParseMailDate(c.text, RoundingUnknown)
		if err != nil || got.Interval != c.want || got.Zone != c.zone || got.Text != c.text {
			t.Errorf("%q: %+v, %v; want %v %s", c.text, got, err, c.want, c.zone)
		}
	}
	got, err := ParseMailDate("Mon, 4 May 2026 09:15:02 +0000", Truncated)
	if err != nil || got.Interval != (Interval{at, at + 999}) {
		t.Errorf("truncating: %+v, %v", got, err)
	}
}

func TestParseMailDateRefused(t *testing.T) {
	for _, c := range []struct{ text, why string }{
		{"", "empty"},
		{strings.Repeat("x", MaxText+1), "longer"},
		{"Tue, 4 May 2026 09:15:02 +0000", "is a Mon"},
		{"Mond, 4 May 2026 09:15:02 +0000", "day name"},
		{"Mon 4 May 2026 09:15:02 +0000", "want day, month"},
		{"4 May 26 09:15:02 +0000", "four digits"},
		{"4 Mai 2026 09:15:02 +0000", "month name"},
		{"31 Apr 2026 09:15:02 +0000", "day 31"},
		{"004 May 2026 09:15:02 +0000", "one or two"},
		{"x May 2026 09:15:02 +0000", "digit of the day"},
		{"4 May 2026 24:15:02 +0000", "24"},
		{"4 May 2026 9:15:02 +0000", "hour"},
		{"4 May 2026 09:15:02.118 +0000", "whole"},
		{"4 May 2026 09:15:60 +0000", "leap second"},
		{"4 May 2026 09:15:02", "want day, month"},
		{"4 May 2026 09:15:02 CET", "a name may mean many"},
		{"4 May 2026 09:15:02 A", "a name may mean many"},
		{"4 May 2026 09:15:02 +01:00", "a name may mean many"},
		{"4 May 2026 09:15:02 +2500", "does not exist"},
		{"4 May (x) 2026 09:15:02 +0000", "comment"},
		{"4 May 2026 09:15:02 +0000 (a(b))", "comment"},
		{"4 May 1969 09:15:02 +0000", "before 1970"},
		{"4 May 2026 09:15:02 +0000 x", "want day, month"},
	} {
		got, err := ParseMailDate(c.text, RoundingUnknown)
		var refused *Refused
		if !errors.As(err, &refused) || !strings.Contains(refused.Reason, c.why) {
			t.Errorf("%q: %+v, %v; want a reason with %q", c.text, got, err, c.why)
		}
	}
}

// Every date that package time writes in this form is read, and as the same second.
func TestMailDateAgainstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.Int64Range(2*24*3600, 253402300799-2*24*3600).Draw(t, "s")
		offset := rapid.IntRange(-14*60, 14*60).Draw(t, "minutes")
		text := time.Unix(s, 0).In(time.FixedZone("", offset*60)).Format(time.RFC1123Z)
		got, err := ParseMailDate(text, Truncated)
		if err != nil || got.Lo != s*1000 || got.Hi != s*1000+999 {
			t.Fatalf("%s: %+v, %v; want second %d", text, got, err, s)
		}
	})
}

func FuzzParseMailDate(f *testing.F) {
	for _, s := range []string{"Mon, 4 May 2026 10:15:02 +0100 (BST)", "4 May 2026 09:15 GMT", ",", "(", "1 Jan 1970 00:00:00 +1400", "31 Dec 2016 23:59:60 +0000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseMailDate(text, RoundingUnknown)
		if err != nil {
			var refused *Refused
			if !errors.As(err, &refused) || refused.Reason == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if !got.Valid() || got.Hi > maxMS || got.Zone == "" {
			t.Fatalf("%q: %s", text, fmt.Sprint(got))
		}
	})
}

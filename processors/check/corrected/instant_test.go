package corrected_test

import (
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/processors/check/corrected"
	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

// At stake: a corrected time claims no digit that its source did not write.
func TestText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"2026-05-04T09:15:02.118Z", "2026-05-04T09:15:02.118Z"},
		{"2026-05-04T09:15:02.118+0000", "2026-05-04T09:15:02.118Z"},
		{"2026-05-04 10:15:02.118999+01:00", "2026-05-04T09:15:02.118Z"},
		{"2026-05-04T09:15:02.110-00:00", "2026-05-04T09:15:02.110Z"},
		{"2026-05-04T09:15:02,11Z", "2026-05-04T09:15:02.11Z"},
		{"2026-05-04T09:15:02.1Z", "2026-05-04T09:15:02.1Z"},
		{"2026-05-04T23:45:02-0930", "2026-05-05T09:15:02Z"},
		{"2026-05-04T09:15Z", "2026-05-04T09:15Z"},
		{"1777886102118", "2026-05-04T09:15:02.118Z"},
		{"1777886102000", "2026-05-04T09:15:02.000Z"},
		{"1970-01-01T00:00Z", "1970-01-01T00:00Z"},
		{"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
		{"2016-12-31T23:59:60Z", "2016-12-31T23:59:60Z"},
		{"2017-01-01T00:59:60.25+01:00", "2016-12-31T23:59:60.25Z"},
		{"2016-12-31T23:59:60.118Z", "2016-12-31T23:59:60.118Z"},
		{"2026-05-04T09:15:02.118", ""}, // no zone
		{"2026-05-04", ""},
		{"", ""},
	} {
		for _, how := range []instant.Rounding{instant.RoundingUnknown, instant.Truncated} {
			got, ok := corrected.Text(instant.Read("f", instant.Analytics, c.text, how))
			if got != c.want || ok != (c.want != "") {
				t.Errorf("%q: %q, %t; want %q", c.text, got, ok, c.want)
			}
		}
	}
	if got, ok := corrected.Text(instant.ReadMailDate("Date", instant.Sender, "Mon, 4 May 2026 10:15:02 +0100", instant.Truncated)); got != "2026-05-04T09:15:02Z" || !ok {
		t.Errorf("a mail's date: %q, %t", got, ok)
	}
	for _, i := range []instant.Interval{{}, {Lo: 1, Hi: 0}, {Lo: 0, Hi: 2}, {Lo: 5, Hi: 1504}, {Lo: -1 << 63, Hi: 1<<63 - 1}, {Lo: 1 << 60, Hi: 1 << 60}, {Lo: -1, Hi: -1}, {Lo: 0, Hi: 1000}} {
		if got, ok := corrected.Instant(i); ok != (i == instant.Interval{}) {
			t.Errorf("%+v: %q, %t", i, got, ok)
		}
	}
}

// Whatever is read and rendered reads as the same instants again.
func TestTextIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 253402300799999).Draw(t, "ms")
		how := rapid.SampledFrom([]instant.Rounding{instant.RoundingUnknown, instant.Truncated}).Draw(t, "rounding")
		text := instant.Format(ms)
		text = text[:rapid.SampledFrom([]int{23, 22, 21, 19, 16}).Draw(t, "digits")] + "Z"
		was := instant.Read("f", instant.S3, text, how)
		got, ok := corrected.Text(was)
		if now := instant.Read("f", instant.S3, got, how); !ok || got != text || now != was {
			t.Fatalf("%q: %q, %+v, was %+v", text, got, now, was)
		}
		lo, width := rapid.Int64().Draw(t, "lo"), rapid.Int64Range(0, 1<<40).Draw(t, "width")
		r := schemas.Reading{LoMS: lo, HiMS: lo + width, Zone: "UTC"}
		if got, ok := corrected.Text(r); ok {
			if x, err := instant.Parse(got, instant.Truncated); err != nil || x.Lo < r.LoMS || x.Hi > r.HiMS {
				t.Fatalf("%+v: %q, %+v, %v", r, got, x, err)
			}
		}
	})
}

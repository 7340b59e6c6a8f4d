package media

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

func sample(t testing.TB, name string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func stamp(field, text string) schemas.Reading {
	return instant.ReadMailDate(field, instant.Sender, text, instant.RoundingUnknown)
}

// At stake: the sender's clock, and that of each relay, under their own names; and nothing of what the mail carries.
func TestMail(t *testing.T) {
	want := Message{MessageID: "<m1@example.com>", Times: []schemas.Reading{
		stamp("Date", "Mon, 4 May 2026 10:15:02 +0100"),
		stamp("Received", "Mon, 4 May 2026 09:15:04 +0000 (UTC)"),
		stamp("Received", "Mon, 04 May 2026 05:15:03 -0400"),
		stamp("Received", "by laptop without a time"),
	}}
	b := sample(t, "mail.eml")
	for how, text := range map[string][]byte{"LF": b, "CR LF": []byte(strings.ReplaceAll(string(b), "\n", "\r\n")), "no body": []byte(strings.SplitN(string(b), "\n\n", 2)[0])} {
		got, err := ParseMail(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", how, err, got, want)
		}
	}
	for i, r := range want.Times[:3] {
		if r.Refused != "" || r.LoMS < 1777886101500 || r.HiMS > 1777886104999 {
			t.Errorf("%d: %+v", i, r)
		}
	}
	if want.Times[3].Refused == "" {
		t.Error("a Received without a time has one")
	}
	if got, err := ParseMail([]byte("From: a\n\nDate: Mon, 4 May 2026 10:15:02 +0100\n")); err != nil || got.Times != nil {
		t.Errorf("a mail that says no time: %+v, %v", got, err)
	}
}

func TestMailRefused(t *testing.T) {
	for _, c := range []struct{ name, text, code, place string }{
		{"nothing", "", CodeShape, ""},
		{"no header", "\nDate: x\n", CodeShape, "line 1"},
		{"text", "From: a\nhello\n\n", CodeShape, "line 2"},
		{"a folded line first", " folded: x\n\n", CodeShape, "line 1"},
		{"no name", ": x\n\n", CodeShape, "line 1"},
		{"a name with a space", "A b: x\n\n", CodeShape, "line 1"},
		{"two dates", "Date: Mon, 4 May 2026 10:15:02 +0100\nFrom: a\ndate: Mon, 4 May 2026 10:15:02 +0100\n\n", CodeTwice, "line 3"},
		{"two ids", "Message-ID: <a>\nMessage-Id: <b>\n\n", CodeTwice, "line 2"},
		{"a long id", "Message-ID: <" + strings.Repeat("a", MaxID) + ">\n\n", CodeTooLong, "line 1"},
		{"many fields", strings.Repeat("X: y\n", MaxFields+1) + "\n", CodeTooMany, "line 2001"},
		{"many relays", strings.Repeat("Received: x; y\n", MaxReceived+1) + "\n", CodeTooMany, "line 101"},
		{"a long header", "X: y\n" + strings.Repeat(" more\n", MaxHeader/6) + "\n", CodeTooLong, "line 43691"},
		{"a long line", "X: " + strings.Repeat("y", MaxHeader) + "\n\n", CodeTooLong, "line 1"},
	} {
		got, err := ParseMail([]byte(c.text))
		var r *Refused
		if !errors.As(err, &r) || r.Code != c.code || r.Place != c.place || r.Reason == "" {
			t.Errorf("%s: %+v, %v; want %s at %q", c.name, got, err, c.code, c.place)
		}
	}
}

// Any bytes: refused with a place, or times that stand under the two names, each cut to what may be stored.
func FuzzParseMail(f *testing.F) {
	f.Add(sample(f, "mail.eml"))
	f.Add([]byte("Received: ;\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseMail(b)
		if err != nil {
			var r *Refused
			if !errors.As(err, &r) || r.Code == "" || r.Reason == "" {
				t.Fatalf("%q: %v", b, err)
			}
			return
		}
		for i, r := range m.Times {
			if r.Field != "Received" && (r.Field != "Date" || i > 0) || len(r.Text) > instant.MaxText || (r.Refused == "") != (r.LoMS <= r.HiMS) {
				t.Fatalf("%q: %+v", b, r)
			}
		}
	})
}

package media

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

func said(field string, n int64, first, last string) Said {
	read := func(text string) schemas.Reading {
		return instant.Read(field, instant.Transcript, text, instant.RoundingUnknown)
	}
	return Said{n, read(first), read(last)}
}

// At stake: the first and the last word of a session, by its own transcript, whoever's they are and whatever their order.
func TestTranscript(t *testing.T) {
	const a, b, c = "a0000000-0000-4000-8000-00000000000a", "a0000000-0000-4000-8000-00000000000b", "a0000000-0000-4000-8000-0000000000c0"
	for file, want := range map[string]Transcript{
		"messaging.json": {
			Said: said("timestamp", 4, "2026-05-04T09:15:02.118Z", "2026-05-04T09:33:44.100Z"),
			Speakers: []Speaker{
				{c, "customer", said("timestamp", 2, "2026-05-04T09:15:02.118Z", "2026-05-04T09:33:44.100Z")},
				{b, "agent", said("timestamp", 1, "2026-05-04T09:33:40.001Z", "2026-05-04T09:33:40.001Z")},
				{a, "agent", said("timestamp", 1, "2026-05-04T09:16:00Z", "2026-05-04T09:16:00Z")},
			},
			Unread: 2, FirstUnread: "/4", UnreadBecause: "read media: /4: no utc, timestamp or time",
		},
		"chat.json": {
			Said: said("utc", 2, "2026-05-04T09:15:02Z", "2026-05-04T09:15:40Z"),
			Speakers: []Speaker{
				{"50000000-0000-4000-8000-0000000000c0", "customer", said("utc", 1, "2026-05-04T09:15:02Z", "2026-05-04T09:15:02Z")},
				{"", "", said("utc", 1, "2026-05-04T09:15:40Z", "2026-05-04T09:15:40Z")},
			},
		},
		"emails.json": {
			Said:     said("time", 1, "2026-05-04T09:15:02Z", "2026-05-04T09:15:02Z"),
			Speakers: []Speaker{{"", "", said("time", 1, "2026-05-04T09:15:02Z", "2026-05-04T09:15:02Z")}},
		},
	} {
		got, err := ReadTranscript(iotest.HalfReader(bytes.NewReader(sample(t, file))))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", file, err, got, want)
		}
	}
	got, err := ReadTranscript(strings.NewReader(`{"id":"r","conversationId":"c","messagingTranscript":[{"timestamp":1777886102118,"participantId":null,"purpose":null}]}`))
	if err != nil || got.Messages != 1 || got.First.LoMS != 1777886102118 {
		t.Errorf("a recording's: %+v, %v", got, err)
	}
}

func TestTranscriptRefused(t *testing.T) {
	var crowd strings.Builder
	for i := range MaxSpeakers + 1 {
		crowd.WriteString(`{"utc":"2026-05-04T09:15:02Z","participantId":"` + strings.Repeat("x", 1+i%100) + strings.Repeat("y", i/100) + "\"}\n")
	}
	for _, c := range []struct{ name, text, code, place string }{
		{"nothing", "", "json-syntax", ""},
		{"no messages", `[]`, CodeEmpty, ""},
		{"another object", `{"a":1}`, CodeEmpty, ""},
		{"no times", `[{"messageText":"x"}]`, CodeEmpty, "/0"},
		{"two times", `[{"utc":"2026-05-04T09:15:02Z","time":"2026-05-04T09:15:02Z"}]`, CodeEmpty, "/0"},
		{"an id that is no string", `[{"utc":"2026-05-04T09:15:02Z","participantId":7}]`, CodeEmpty, "/0"},
		{"a long id", `[{"utc":"2026-05-04T09:15:02Z","participantId":"` + strings.Repeat("x", MaxText+1) + `"}]`, CodeEmpty, "/0"},
		{"a long message", `[{"utc":"2026-05-04T09:15:02Z","body":"` + strings.Repeat("x", MaxMessage) + `"}]`, CodeEmpty, "/0"},
		{"case twins", `[{"utc":"2026-05-04T09:15:02Z","UTC":"x"}]`, CodeEmpty, "/0"},
		{"many participants", crowd.String(), CodeTooMany, "/1024"},
		{"cut off", `[{"utc":"2026-05-04T09:15:02Z"},`, "json-syntax", "/1"},
	} {
		got, err := ReadTranscript(strings.NewReader(c.text))
		var r *Refused
		if !errors.As(err, &r) || r.Code != c.code || r.Place != c.place || r.Reason == "" {
			t.Errorf("%s: %+v, %v; want %s at %q", c.name, got, err, c.code, c.place)
		}
	}
	broken := errors.New("the disk is gone")
	if _, err := ReadTranscript(io.MultiReader(strings.NewReader("["), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("a reader's own error: %v", err)
	}
}

// Any bytes: refused, or a transcript whose parts add up to its whole.
func FuzzReadTranscript(f *testing.F) {
	for _, name := range []string{"messaging.json", "chat.json", "emails.json"} {
		f.Add(sample(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ReadTranscript(bytes.NewReader(b))
		if err != nil {
			var r *Refused
			if !errors.As(err, &r) || r.Code == "" || r.Reason == "" {
				t.Fatalf("%q: %v", b, err)
			}
			return
		}
		n, first, last := int64(0), got.Last, got.First
		for _, s := range got.Speakers {
			n += s.Messages
			if s.First.LoMS < first.LoMS {
				first = s.First
			}
			if s.Last.HiMS > last.HiMS {
				last = s.Last
			}
		}
		if n != got.Messages || first.LoMS != got.First.LoMS || last.HiMS != got.Last.HiMS || (got.Unread > 0) != (got.UnreadBecause != "") {
			t.Fatalf("%q: %+v", b, got)
		}
	})
}

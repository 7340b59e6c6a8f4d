package s3event

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

// A file of messages is read by the message, in every form somebody may have saved them in; a bad one is refused alone.
func TestMessages(t *testing.T) {
	direct, bridge := sample(t, "direct"), sample(t, "eventbridge")
	one, err := Parse(direct)
	two, err2 := Parse(bridge)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	line := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), nil) }
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, c := range map[string]struct {
		raw  []byte
		want []Message
		bad  string // pointer of the one that is refused; empty: none is
	}{
		"one":        {direct, []Message{one}, ""},
		"array":      {join([]byte("["), direct, []byte(`,{"Records":7},`), bridge, []byte("]")), []Message{one, two}, "/1/Records"},
		"lines":      {join(line(direct), []byte("\n"), line(bridge)), []Message{one, two}, ""},
		"a list":     {join([]byte(`{"saved":[`), bridge, []byte("]}")), []Message{two}, ""},
		"broken off": {join([]byte("["), direct, []byte(",")), []Message{one}, "/1"},
	} {
		var got []Message
		bad := ""
		for m, err := range Messages(bytes.NewReader(c.raw), "saved") {
			var refused *Refused
			if errors.As(err, &refused) {
				bad = refused.Pointer
			} else if err == nil {
				got = append(got, m)
			}
		}
		if !reflect.DeepEqual(got, c.want) || bad != c.bad {
			t.Errorf("%s: %+v, refused at %q; want %+v, %q", name, got, bad, c.want, c.bad)
		}
	}
}

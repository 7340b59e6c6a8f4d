package leaf

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.example/schemas/instant"
	"pgregory.net/rapid"
)

// Whatever a stranger writes, a leaf shows it only in the token alphabet; and reading a leaf must not hash it again.
func TestToken(t *testing.T) {
	for in, stands := range map[string]bool{
		"": true, "INBOUND": true, "audio/ogg; codecs=opus": true, "SHA256:YWJj+/=": true, "<0>": true, strings.Repeat("x", 128): true,
		strings.Repeat("x", 129): false, "jane.doe@example.com": false, "Zoë": false, "a\nb": false, "\"": false, "\xff": false,
		"a\x00": false, "a\\b": false, "{}": false, "~1": false,
	} {
		got := Token(in)
		sum := sha256.Sum256([]byte(in))
		want := "sha256:" + hex.EncodeToString(sum[:])
		if stands {
			want = in
		}
		if got != want || Token(got) != got {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Clocks are closed in two places: a clock that instant names and a leaf refuses would stop the fold on real data.
func TestClocksAreInstants(t *testing.T) {
	var want []string
	for _, c := range instant.Clocks() {
		want = append(want, string(c))
	}
	slices.Sort(want)
	if !slices.Equal(want, clockWords) {
		t.Errorf("instant has %v, a leaf %v", want, clockWords)
	}
}

// A leaf's time is the one form of its instant: what instant and the standard library write, and it reads back.
func TestTimeForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.OneOf(genMS(), rapid.Just(int64(951782400000))).Draw(t, "ms")
		got := string(appendTime(nil, ms))
		if want := time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z"); got != want || instant.Format(ms) != want {
			t.Fatalf("%s, want %s", got, want)
		}
		if back, ok := parseTime(got); !ok || back != ms {
			t.Fatalf("%s reads as %d", got, back)
		}
	})
	for _, bad := range []string{
		"", "2026-02-30T00:00:00.000Z", "2025-02-29T00:00:00.000Z", "2100-02-29T00:00:00.000Z", "1969-12-31T23:59:59.999Z",
		"2026-05-04t09:15:02.118Z", "2026-05-04T09:15:02.118z", "2026-05-04T09:15:02Z", "2026-05-04T09:15:02.1180Z", "2026-13-01T00:00:00.000Z",
		"2026-00-01T00:00:00.000Z", "2026-01-00T00:00:00.000Z", "2026-05-04T24:00:00.000Z", "2026-05-04T23:60:00.000Z",
		"2026-05-04T23:59:60.000Z", "2026-05-04T09:15:02,118Z", "+026-05-04T09:15:02.118Z", "2026-05-04T09:15:02.118+00:00",
	} {
		if _, ok := parseTime(bad); ok {
			t.Errorf("%q is read as a time", bad)
		}
	}
}

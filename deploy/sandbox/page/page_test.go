package page

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"holdfast.example/deploy/sandbox/centre"
	"holdfast.example/deploy/sandbox/oracle"
	"holdfast.example/deploy/sandbox/tap"
	"holdfast.example/deploy/sandbox/truth"
)

// The page is read by people: it must fit their terminal, and what goes into a file must be free of control characters;
// above all it must not look content where the oracle is not.
func TestPageInAPipe(t *testing.T) {
	w := centre.Generate(2)
	if err := centre.Rehearse(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	r := Run{World: w, Report: oracle.Check(w, tap.Output{}), Took: 61 * time.Second, Killed: 7 * time.Second, KilledAt: 1204,
		Victim: "worker-1", RSSKiB: 700 << 10, Processes: 4, Events: 12345, Files: []string{"demo-out/custody.ndjson", "demo-out/alerts.ndjson"}}
	var plain, coloured bytes.Buffer
	if err := Write(&plain, false, r); err != nil {
		t.Fatal(err)
	}
	if err := Write(&coloured, true, r); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(plain.String(), "\x1b") {
		t.Error("escape sequences in a pipe")
	}
	for _, line := range strings.Split(plain.String(), "\n") {
		if !strings.HasPrefix(line, "  ") && utf8.RuneCountInString(line) > 100 {
			t.Errorf("%d columns: %s", utf8.RuneCountInString(line), line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("blanks at the end of %q", line)
		}
	}
	for _, c := range truth.Cases {
		if !strings.Contains(plain.String(), string(c)) {
			t.Errorf("case %q is not on the page", c)
		}
	}
	if strings.Contains(plain.String(), "yes") || strings.Contains(coloured.String(), green) || !strings.Contains(plain.String(), "objects") {
		t.Errorf("content with an empty output:\n%s", plain.String())
	}
	stripped := coloured.String()
	for _, c := range []string{bold, green, red, dim, reset} {
		stripped = strings.ReplaceAll(stripped, c, "")
	}
	if stripped != plain.String() {
		t.Error("the coloured page says something else")
	}
	t.Log("\n" + plain.String())
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 12: "12", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
}

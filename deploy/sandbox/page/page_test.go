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
	fits(t, plain.String())
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

// fits: no line is wider than the page, but those of the objections, which end it and are never cut.
func fits(t *testing.T, page string) {
	t.Helper()
	page, _, _ = strings.Cut(page, "first differences")
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("blanks at the end of %q", line)
		}
	}
}

// A slow machine or a larger world makes every number longer; the page must hold them, and where findings came and
// went it must say so and not that there was none.
func TestPageOfLargeNumbers(t *testing.T) {
	const many = 9_999_999
	w := centre.Generate(2)
	if err := centre.Rehearse(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{"verdict": many}
	r := Run{World: w, Took: 99 * time.Hour, Killed: 99*time.Hour + 59*time.Minute, KilledAt: many, Victim: "worker-1", RSSKiB: 1 << 40,
		Processes: 100, Events: many, Deliveries: many, Objects: many, Announcements: many, Repeated: many,
		Files: []string{"demo-out/custody.ndjson", "demo-out/alerts.ndjson"},
		Report: &oracle.Report{Leaves: many, Markers: many, Openings: many, Alerts: many, DeadLetters: many, Kinds: kinds,
			Rules: map[string]int{"drift-outlier": 999}, Epochs: many, Passing: 131,
			Expected: oracle.Expected{Facts: many, Findings: 868, Verdicts: many, Letters: many}}}
	w.Seed = 1<<64 - 1
	var page bytes.Buffer
	if err := Write(&page, false, r); err != nil {
		t.Fatal(err)
	}
	fits(t, page.String())
	if !strings.Contains(page.String(), "yes: 868 expected, 131 passing and resolved") {
		t.Errorf("the page is silent about what passed:\n%s", page.String())
	}
	r.Report.Passing = 0
	page.Reset()
	if err := Write(&page, false, r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), "yes: 868 expected, no other") {
		t.Errorf("nothing passed, and the page does not say so:\n%s", page.String())
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 12: "12", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
}

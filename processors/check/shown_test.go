package check_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"holdfast.example/processors/check"
	"holdfast.example/processors/check/report"
)

// At stake: names and ids come from strangers. What is shown of them is one valid object, or text that does nothing to a
// terminal.
func TestShown(t *testing.T) {
	dir := t.TempDir()
	row := `{"conversation_id":"c1","recording_id":"r1","start_time":"2026-05-04T09:12:00.000Z","provider":"\u001b[2J\u0007\u202e</script>\ud83d\ude00"}`
	for name, text := range map[string]string{
		"\x1b[2J\x07.json": "[" + row + "]", "two\nlines": "hello", "\xff\xfe": "{", "<script><b>": `{"a":1}`, "\u202egnp.json": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Skipf("this disk takes no such name: %v", err)
		}
	}
	r, err := check.Run(t.Context(), []check.Source{check.Disk(dir)}, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.JSON(&b, r, "test"); err != nil {
		t.Fatal(err)
	}
	var object struct{ Files, Recordings, Cohorts []map[string]any }
	d := json.NewDecoder(bytes.NewReader(b.Bytes()))
	if err := d.Decode(&object); err != nil || d.More() || len(object.Files) != 5 || len(object.Recordings) != 1 {
		t.Errorf("%v, %d files, %d recordings", err, len(object.Files), len(object.Recordings))
	}
	var text bytes.Buffer
	if err := report.Text(&text, r, report.Options{}); err != nil {
		t.Fatal(err)
	}
	for name, shown := range map[string]string{"text": text.String(), "JSON": b.String()} {
		if !utf8.ValidString(shown) {
			t.Errorf("the %s is no UTF-8", name)
		}
		if i := strings.IndexFunc(shown, func(c rune) bool { return c != '\n' && !unicode.IsPrint(c) }); i >= 0 {
			t.Errorf("the %s shows %q", name, shown[max(0, i-20):min(len(shown), i+20)])
		}
	}
}

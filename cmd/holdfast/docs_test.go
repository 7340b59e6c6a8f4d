package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast.example/cmd/holdfast/metrics"
	"holdfast.example/cmd/holdfast/settings"
)

var (
	inQuotes    = regexp.MustCompile("`([^`\n]+)`")
	namedMetric = regexp.MustCompile(`holdfast_[a-z_]+`)
	namedVerb   = regexp.MustCompile(`holdfast ([a-z]+)(?: ([a-z]+))?`)
	// A log line is named by one of these and its message.
	namedLog = regexp.MustCompile("(?:log\\s+line|log\\s+says|is\\s+logged\\s+as|log\\))[ (\n]*`([^`]+)`|\\(`([a-z ]+)` in the\\s+log|`([a-z ]+)`\\s+in the log has")
)

// TestOperationsNamesWhatIs. At stake: whoever reads docs/OPERATIONS.md at night, types what it says and searches the log
// for the words it gives. A setting, metric, command or message that is not there costs that night.
func TestOperationsNamesWhatIs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "OPERATIONS.md"))
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(page), "<!-- settings -->") // the table has a test of its own
	sections, known := map[string]bool{}, map[string]bool{}
	for _, s := range settings.Table(Config{}) {
		known[s.Path] = true
		for path := s.Path; strings.Contains(path, "."); {
			path = path[:strings.LastIndex(path, ".")]
			known[path], sections[strings.Split(path, ".")[0]] = true, true
		}
	}
	n := 0
	for _, m := range inQuotes.FindAllStringSubmatch(text, -1) {
		name, _, _ := strings.Cut(m[1], ":")
		section, _, dotted := strings.Cut(name, ".")
		if dotted && sections[section] && !isTopic(name) {
			if n++; !known[name] {
				t.Errorf("there is no setting %s", name)
			}
		}
	}
	exists := map[string]bool{}
	for _, s := range metrics.Table() {
		for _, x := range s.Metrics {
			exists[x.Name] = true
		}
	}
	for _, name := range namedMetric.FindAllString(text, -1) {
		if n++; !exists[strings.TrimSuffix(name, "_sum")] {
			t.Errorf("there is no metric %s", name)
		}
	}
	for _, m := range namedVerb.FindAllStringSubmatch(text, -1) {
		n++
		cmd, _, err := newRoot().Find([]string{m[1]})
		if err != nil || cmd.Name() != m[1] {
			t.Errorf("there is no holdfast %s: %v", m[1], err)
			continue
		}
		if sub, _, err := cmd.Find([]string{m[2]}); m[2] != "" && cmd.HasSubCommands() && (err != nil || sub == cmd) {
			t.Errorf("there is no holdfast %s %s", m[1], m[2])
		}
	}
	code := sources(t)
	lines := 0
	for _, m := range namedLog.FindAllStringSubmatch(text, -1) {
		message := strings.Join(m[1:], "")
		if lines++; !bytes.Contains(code, []byte(`"`+message+`"`)) {
			t.Errorf("nothing logs %q", message)
		}
	}
	if n < 40 || lines < 8 {
		t.Errorf("%d names and %d log lines were found; the page has more", n, lines)
	}
}

// isTopic tells correlate.state and the like from settings.
func isTopic(name string) bool { return name == "correlate.state" || name == "capture.progress" }

// sources is the text of all code that is no test.
func sources(t *testing.T) []byte {
	var all []byte
	for _, folder := range []string{"cmd", "stream", "processors"} {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := os.ReadFile(path)
			all = append(all, b...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

var deadCode = regexp.MustCompile(`\n\tCode[A-Za-z]+ *= "([a-z-]+)"`)

// TestDeadLetterCodes. At stake: a reason that is not known from the start is one whose first record no alert sees, and
// one that docs/OPERATIONS.md does not have is one that nobody can look up.
func TestDeadLetterCodes(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "OPERATIONS.md"))
	if err != nil {
		t.Fatal(err)
	}
	for folder, known := range map[string][]string{"observe": observeCodes, "correlate": correlateCodes} {
		files, err := filepath.Glob(filepath.Join("..", "..", "processors", folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		var there []string
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range deadCode.FindAllSubmatch(b, -1) {
				there = append(there, string(m[1]))
			}
		}
		slices.Sort(there)
		known = slices.Sorted(slices.Values(known))
		if !slices.Equal(there, known) {
			t.Errorf("%s has the codes %v; counted are %v", folder, there, known)
		}
		for _, code := range there {
			if !regexp.MustCompile("(?m)^\\| " + folder + " \\|.*`" + code + "`").Match(page) {
				t.Errorf("OPERATIONS.md does not say what %s of %s means", code, folder)
			}
		}
	}
}

package main

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// mutant is one planted defect.
type mutant struct {
	name   string
	breaks string // one sentence: what is wrong now, and the invariant (T of stream, C of correlate, V of the model) it breaks
	under  string // name of the schedule that must show it
	by     catcher
	edits  []edit
}

// edit replaces the one place in a file where old stands.
type edit struct{ file, old, new string }

// catcher is a set of ways in which a mutant may be caught. Any other end is a survivor.
type catcher uint8

const (
	checker  catcher = 1 << iota // the conservation checker names a violation
	refusal                      // a worker stops by itself with exit code 6 and a sentence
	standing                     // not everything is folded by the deadline
	golden                       // the golden log's hash changes
	crash                        // a process ends in any other way that nobody asked for
	tests                        // a test of the package says so
)

func (c catcher) String() string {
	var all []string
	for i, name := range []string{"the checker", "the runtime refuses", "it stands still", "the golden hash", "it crashes", "its own tests"} {
		if c&(1<<i) != 0 {
			all = append(all, name)
		}
	}
	return strings.Join(all, " or ")
}

// harmless is a defect that was considered and is none that topics could show. It is listed and not counted.
type harmless struct{ name, why string }

// errStale says that a mutant does not fit the source any more.
var errStale = errors.New("stale mutant")

// apply writes the mutated files of root into dir and returns what the go command calls an overlay: which file is read
// instead of which.
func (m *mutant) apply(root, dir string) (map[string]string, error) {
	overlay := map[string]string{}
	for _, e := range m.edits {
		path := filepath.Join(root, filepath.FromSlash(e.file))
		from := path
		if patched, ok := overlay[path]; ok {
			from = patched
		}
		source, err := os.ReadFile(from)
		if err != nil {
			return nil, fmt.Errorf("%w %s: %w", errStale, m.name, err)
		}
		if n := strings.Count(string(source), e.old); n != 1 || e.old == e.new {
			return nil, fmt.Errorf("%w %s: %s holds its text %d times, not once; write the mutant anew:\n%s", errStale, m.name, e.file, n, e.old)
		}
		text := strings.Replace(string(source), e.old, e.new, 1)
		if _, err := parser.ParseFile(token.NewFileSet(), e.file, text, parser.SkipObjectResolution); err != nil {
			return nil, fmt.Errorf("%w %s: %w", errStale, m.name, err)
		}
		to := filepath.Join(dir, fmt.Sprintf("%d-%s", len(overlay), filepath.Base(path)))
		if patched, ok := overlay[path]; ok {
			to = patched
		}
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("write mutant %s: %w", m.name, err)
		}
		overlay[path] = to
	}
	return overlay, nil
}

// checkTable refuses a table that does not say what it must: names twice, no sentence, an unknown schedule.
func checkTable(all []mutant, known func(schedule string) bool) error {
	var wrong []error
	seen := map[string]bool{}
	for i := range all {
		m := &all[i]
		switch {
		case seen[m.name]:
			wrong = append(wrong, fmt.Errorf("mutant %s stands twice", m.name))
		case m.name == "" || m.breaks == "" || len(m.edits) == 0 || m.by == 0:
			wrong = append(wrong, fmt.Errorf("mutant %q does not say what it breaks, where, and who must see it", m.name))
		case !known(m.under):
			wrong = append(wrong, fmt.Errorf("mutant %s: there is no schedule %q", m.name, m.under))
		}
		seen[m.name] = true
	}
	return errors.Join(wrong...)
}

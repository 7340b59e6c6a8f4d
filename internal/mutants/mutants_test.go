package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// toy is a module of one program that is right if it prints 42.
func toy(t *testing.T) (root string, plays map[string]*play) {
	t.Helper()
	root = t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module toy\n\ngo 1.24\n")
	write("main.go", "package main\n\n// The answer.\nfunc main() { print(answer(6, 7)) }\n")
	write("answer.go", "package main\n\nfunc answer(a, b int) int { return a * b }\n")
	plays = map[string]*play{"asked": {
		program: func(ctx context.Context, b build) (string, error) {
			binary := filepath.Join(b.dir, "toy")
			return binary, b.run(ctx, "build", "-o", binary, ".")
		},
		run: func(ctx context.Context, _, binary, _ string) ending {
			said, err := exec.CommandContext(ctx, binary).CombinedOutput()
			switch {
			case context.Cause(ctx) != nil:
				return ending{by: standing, says: context.Cause(ctx).Error()}
			case err != nil:
				return ending{by: crash, says: firstLine(string(said))}
			case string(said) != "42":
				return ending{by: checker, says: "it said " + string(said)}
			}
			return ending{}
		},
	}}
	return root, plays
}

func runToy(t *testing.T, all ...mutant) ([]result, error) {
	t.Helper()
	root, plays := toy(t)
	r := runner{root: root, dir: t.TempDir(), jobs: 2, plays: plays, out: &bytes.Buffer{}}
	return r.run(t.Context(), all)
}

func of(name string, by catcher, file, old, new string) mutant {
	return mutant{name: name, breaks: "the answer", under: "asked", by: by, edits: []edit{{file, old, new}}}
}

// At stake: every word that the tool says of a mutant. One without effect is a survivor; one that is seen by another
// than the table says was not caught; one that does not build says nothing.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		mutant
		word string
	}{
		{of("plus", checker, "answer.go", "a * b", "a + b"), "caught"},
		{of("comment", checker, "main.go", "// The answer.", "// An answer."), "SURVIVED"},
		{of("commuted", checker|standing, "answer.go", "a * b", "b * a"), "SURVIVED"},
		{of("panics", checker, "answer.go", "return a * b", "panic(a * b)"), "CAUGHT BY ANOTHER"},
		{of("panics, as said", crash, "answer.go", "return a * b", "panic(a * b)"), "caught"},
		{of("unbuildable", checker, "answer.go", "a * b", "a * c"), "BROKEN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			results, err := runToy(t, c.mutant)
			if err != nil {
				t.Fatal(err)
			}
			if got := results[0].word(); got != c.word {
				t.Errorf("%s: %+v", got, results[0].ending)
			}
			var out bytes.Buffer
			code := report(&out, results)
			want, last := 1, "mutants=1 caught=0\n"
			if c.word == "caught" {
				want, last = 0, "mutants=1 caught=1\n"
			}
			if code != want || !strings.HasSuffix(out.String(), last) {
				t.Errorf("exit code %d:\n%s", code, out.String())
			}
		})
	}
}

// At stake: a mutant whose text moved away breaks nothing any more, and would be a survivor or, worse, a catch of
// something else. Nothing is run then, and the error names it.
func TestStale(t *testing.T) {
	fresh := of("fresh", checker, "answer.go", "a * b", "a + b")
	for _, m := range []mutant{
		of("gone", checker, "answer.go", "a / b", "a + b"),
		of("twice", checker, "answer.go", "a", "b"),
		of("same", checker, "answer.go", "a * b", "a * b"),
		of("no file", checker, "question.go", "a * b", "a + b"),
		of("no Go", checker, "answer.go", "a * b", "a *"),
	} {
		results, err := runToy(t, fresh, m)
		if !errors.Is(err, errStale) || !strings.Contains(err.Error(), m.name) || results != nil {
			t.Errorf("%s: %v, %v", m.name, results, err)
		}
	}
}

// At stake: a schedule that finds fault with the program as it is says nothing of a mutant under it.
func TestBaseline(t *testing.T) {
	root, plays := toy(t)
	if err := os.WriteFile(filepath.Join(root, "answer.go"), []byte("package main\n\nfunc answer(a, b int) int { return a + b }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := runner{root: root, dir: t.TempDir(), jobs: 1, plays: plays, out: &bytes.Buffer{}}
	if _, err := r.run(t.Context(), []mutant{of("minus", checker, "answer.go", "a + b", "a - b")}); !errors.Is(err, errBaseline) {
		t.Error(err)
	}
}

// At stake: two edits of one file must both be in what is built.
func TestTwoEdits(t *testing.T) {
	m := of("both", checker, "answer.go", "a * b", "a * b * c")
	m.edits = append(m.edits, edit{"answer.go", "func answer", "const c = 2\n\nfunc answer"})
	results, err := runToy(t, m)
	if err != nil || !results[0].caught() || results[0].says != "it said 84" {
		t.Errorf("%v %+v", err, results)
	}
}

// At stake: the table itself. Each mutant names a schedule that exists and fits the source as it is now; so a change of
// the code that a mutant breaks is seen by the tests, long before the mutants are run.
func TestTableFits(t *testing.T) {
	plays := schedules()
	all := table()
	if err := checkTable(all, func(name string) bool { return plays[name] != nil }); err != nil {
		t.Error(err)
	}
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if _, err := all[i].apply(root, t.TempDir()); err != nil {
			t.Error(err)
		}
	}
	if n := len(runtimeMutants) + len(pipelineMutants); n < 16 {
		t.Errorf("%d mutants of the runtime and the pipeline", n)
	}
	if n := len(ruleMutants) + len(numberMutants); n < 30 {
		t.Errorf("%d mutants of the fold", n)
	}
	if n := len(readingMutants) + len(recordMutants) + len(cohortMutants) + len(fittedMutants); n < 100 {
		t.Errorf("%d mutants of the attribution", n)
	}
}

// At stake: every rule of docs/RULES.md has a mutant that breaks it.
func TestEveryRule(t *testing.T) {
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "RULES.md"))
	if err != nil {
		t.Fatal(err)
	}
	rules := regexp.MustCompile(`(?m)^\| \[([a-z0-9-]+)\]`).FindAllStringSubmatch(string(page), -1)
	if len(rules) == 0 {
		t.Fatal("docs/RULES.md lists no rules")
	}
	for _, rule := range rules {
		if !slices.ContainsFunc(ruleMutants, func(m mutant) bool { return strings.HasPrefix(m.breaks, rule[1]+":") }) {
			t.Errorf("no mutant breaks %s", rule[1])
		}
	}
}

// attributionRules are the places of attribution.md that hold a rule.
var attributionRules = []string{"1: ", "2: ", "3.1: ", "3.2: ", "3.3: ", "3.4: ", "3.5: ", "3.6: ", "4, state: ", "4, tolerance: ",
	"4, order 1: ", "4, order 2: ", "4, order 3: ", "4, order 4: ", "4, (a): ", "4, (b): ", "4, (c): ", "4, (d): ", "4, (e): ", "4, (f): ",
	"4, winning: ", "4, delay: ", "4, zone: ", "4, dst-split: ", "4, constant: ", "4, rate-skew: ", "4, mixture: ", "4, outlier: ", "4, life: ", "5: "}

// At stake: every rule of the attribution has mutants that break it, and each mutant says which rule it breaks.
func TestEveryAttributionRule(t *testing.T) {
	broken := map[string]int{}
	for _, m := range table() {
		if m.under != attributeSchedule {
			continue
		}
		i := slices.IndexFunc(attributionRules, func(rule string) bool { return strings.HasPrefix(m.breaks, rule) })
		if i < 0 {
			t.Errorf("%s breaks no rule: %s", m.name, m.breaks)
			continue
		}
		broken[attributionRules[i]]++
	}
	for _, rule := range attributionRules {
		if broken[rule] == 0 {
			t.Errorf("no mutant breaks %q", rule)
		}
	}
}

// At stake: a mutant that panics, or hangs, or is not tested at all was not caught by a test.
func TestTestWords(t *testing.T) {
	failed := errors.New("exit status 1")
	for _, c := range []struct {
		said      string
		err, late error
		by        catcher
		says      string
		broken    bool
	}{
		{said: "PASS\n"},
		{said: "testing: warning: no tests to run\nPASS\n", broken: true},
		{said: "", broken: true},
		{said: "--- FAIL: TestTau (0.00s)\n    reading_test.go:60: ms, ms: 102\n    reading_test.go:60: ms ×4: 204\nFAIL\n", err: failed, by: tests, says: "TestTau: reading_test.go:60: ms, ms: 102"},
		{said: "--- FAIL: TestAll (0.00s)\n    --- FAIL: TestAll/one (0.00s)\n        all_test.go:7: no\nFAIL\n", err: failed, by: tests, says: "TestAll: all_test.go:7: no"},
		{said: "--- FAIL: TestTau (0.00s)\npanic: index out of range\n", err: failed, by: crash},
		{said: "signal: killed\n", err: failed, by: crash},
		{said: "--- FAIL: TestTau (0.00s)\n", err: failed, late: errLate, by: standing},
	} {
		if e := judgeTests(c.said, c.err, c.late); e.by != c.by || (e.broken != nil) != c.broken || c.says != "" && e.says != c.says {
			t.Errorf("%q: %+v", c.said, e)
		}
	}
}

// At stake: a fold that panics, or stops, or was never run, was not caught by the golden hash.
func TestGoldenWords(t *testing.T) {
	differs := "=== RUN   TestGolden\n    golden_test.go:1: changed\n        line 2\n        want:\n        shard 0 " + strings.Repeat("0a", 32) + " outputs 1\n--- FAIL: TestGolden (1.00s)\nFAIL\n"
	failed := errors.New("exit status 1")
	for _, c := range []struct {
		said      string
		err, late error
		by        catcher
		broken    bool
	}{
		{said: "=== RUN   TestGolden\n--- PASS: TestGolden (1.00s)\nPASS\n"},
		{said: "testing: warning: no tests to run\nPASS\n", broken: true},
		{said: differs, err: failed, by: golden},
		{said: "panic: index out of range\n", err: failed, by: crash},
		{said: "panic: offset 0 of 3: stopped: shard 1 [recovered, repanicked]\n", err: failed, by: refusal},
		{said: "=== RUN   TestGolden\n", err: failed, late: errLate, by: standing},
	} {
		if e := judgeGolden(c.said, c.err, c.late); e.by != c.by || (e.broken != nil) != c.broken {
			t.Errorf("%q: %+v", c.said, e)
		}
	}
}

// At stake: a lot that leaves out what it must not. Whoever another is to catch is always planted.
func TestDraw(t *testing.T) {
	all := table()
	count := func(some []mutant, by catcher) (of, others int) {
		for _, m := range some {
			if m.by == by {
				of++
			} else {
				others++
			}
		}
		return of, others
	}
	for _, by := range []catcher{golden, tests} {
		has, rest := count(all, by)
		for _, lot := range []int{1, 24, 1000} {
			drawn, again := draw(all, by, lot, 7), draw(all, by, lot, 7)
			for i, m := range drawn {
				if m.name != again[i].name {
					t.Fatalf("%v, lot %d: one seed draws %s and %s", by, lot, m.name, again[i].name)
				}
			}
			if of, others := count(drawn, by); of != min(lot, has) || others != rest {
				t.Errorf("%v, lot %d: %d and %d others, of %d and %d", by, lot, of, others, has, rest)
			}
		}
	}
}

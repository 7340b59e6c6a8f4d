package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// event is one line of go test -json (cmd/test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string // of a build's output
	Test       string
	Elapsed    float64 // seconds
	Output     string
}

// tally sums up the events of any number of runs.
type tally struct {
	out                     io.Writer
	packages                int
	passed, failed, skipped int
	output                  map[string][]string // of tests that have not ended, by package and test
	broken                  map[string]bool     // packages in which a test has failed by name
	failures, notes         []string
	times                   []packageTime
}

type packageTime struct {
	name    string
	seconds float64
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, output: map[string][]string{}, broken: map[string]bool{}}
}

// read takes one run's events. A line that is no event is shown: it is the go command's own word.
func (t *tally) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(t.out, "%s", line)
			} else {
				t.add(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read test events: %w", err)
		}
	}
}

func (t *tally) add(e event) {
	key := e.Package + " " + e.Test
	switch {
	case e.Action == "build-output":
		fmt.Fprint(t.out, e.Output)
	case e.Action == "build-fail":
		t.fail(e.ImportPath+" does not build", nil)
	case e.Action == "output":
		t.output[key] = append(t.output[key], e.Output)
	case e.Test == "":
		t.endPackage(e)
	case e.Action == "pass":
		t.passed++
		delete(t.output, key)
	case e.Action == "skip":
		t.skipped++
		t.notes = append(t.notes, fmt.Sprintf("not run: %s %s: %s", short(e.Package), e.Test, cmp.Or(said(t.output[key], 1), "it does not say why")))
		delete(t.output, key)
	case e.Action == "fail":
		t.broken[e.Package] = true
		t.fail(short(e.Package)+" "+e.Test, t.output[key])
		delete(t.output, key)
	}
}

// endPackage shows one line of a package, and what it wrote if it failed outside of its tests: a panic, a time limit.
func (t *tally) endPackage(e event) {
	key := e.Package + " "
	switch e.Action {
	case "pass":
		t.packages++
		t.times = append(t.times, packageTime{short(e.Package), e.Elapsed})
		fmt.Fprintf(t.out, "ok    %-40s %6.1f s\n", short(e.Package), e.Elapsed)
	case "fail":
		t.packages++
		fmt.Fprintf(t.out, "FAIL  %-40s %6.1f s\n", short(e.Package), e.Elapsed)
		if !t.broken[e.Package] {
			t.fail(short(e.Package)+" failed outside of its tests", t.unended(e.Package))
		}
	}
	delete(t.output, key)
}

// unended returns what a package and those of its tests that never ended wrote.
func (t *tally) unended(pkg string) []string {
	var keys, all []string
	for key := range t.output {
		if strings.HasPrefix(key, pkg+" ") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		all = append(all, t.output[key]...)
		delete(t.output, key)
	}
	return all
}

func (t *tally) fail(what string, output []string) {
	t.failed++
	if why := said(output, 3); why != "" {
		t.failures = append(t.failures, what+": "+why)
	} else {
		t.failures = append(t.failures, what)
	}
	fmt.Fprintf(t.out, "FAIL  %s\n", what)
	for _, line := range output {
		if !strings.HasPrefix(line, "=== ") {
			fmt.Fprint(t.out, "      ", line)
		}
	}
}

var logged = regexp.MustCompile(`^\s+\w+\.go:\d+: (.*)`)

// said is the last things that a test said before it was skipped or failed, at most so many, in one line; empty if it
// said none.
func said(output []string, most int) string {
	var last []string
	for _, line := range slices.Backward(output) {
		if len(last) == most {
			break
		}
		if m := logged.FindStringSubmatch(line); m != nil {
			last = append(last, strings.TrimSpace(m[1]))
		}
	}
	slices.Reverse(last)
	return strings.Join(last, " | ")
}

// short is an import path without the name of the root module.
func short(pkg string) string {
	if _, after, ok := strings.Cut(pkg, "/"); ok {
		return after
	}
	return pkg
}

// end writes the sum and says whether all is well.
func (t *tally) end(race string, took time.Duration) bool {
	slices.SortStableFunc(t.times, func(a, b packageTime) int { return cmp.Compare(b.seconds, a.seconds) })
	fmt.Fprintf(t.out, "\n%d packages, %s, %s\nslowest:", t.packages, race, minutes(took))
	for _, p := range t.times[:min(5, len(t.times))] {
		fmt.Fprintf(t.out, " %s %.0f s;", p.name, p.seconds)
	}
	fmt.Fprintf(t.out, "\n%d skipped\n", t.skipped)
	for _, n := range t.notes {
		fmt.Fprintln(t.out, n)
	}
	for _, f := range t.failures {
		fmt.Fprintln(t.out, "failed:", f)
	}
	fmt.Fprintf(t.out, "%d passed, %d failed\n", t.passed, t.failed)
	return t.failed == 0 && t.passed > 0
}

// runTests runs the tests of every module.
func runTests(ctx context.Context, modules, flags []string) (bool, error) {
	began := time.Now()
	t := newTally(os.Stdout)
	race, args, env := "with -race", []string{"test", "-json", "-race"}, append(os.Environ(), "CGO_ENABLED=1")
	if why := noRace(ctx); why != "" {
		race, args, env = "without -race", args[:2], os.Environ()
		t.notes = append(t.notes, "not run: the race detector: "+why)
		if os.Getenv("CI") == "true" {
			t.fail("the race detector cannot be built: "+why, nil)
		}
	}
	args = append(args, flags...)
	for _, m := range modules {
		args := append(append(args[:len(args):len(args)], longest[m]...), "./...")
		fmt.Printf("module %s: go %s\n", m, strings.Join(args, " "))
		seen := t.failed
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir, cmd.Env, cmd.Stderr = m, env, os.Stderr
		events, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			return false, fmt.Errorf("start go test: %w", err)
		}
		if err := t.read(events); err != nil {
			return false, err
		}
		if err := cmd.Wait(); err != nil && t.failed == seen {
			t.fail(fmt.Sprintf("go test in %s: %v", m, err), nil)
		}
	}
	return t.end(race, time.Since(began)), nil
}

// longest are the packages of each module whose tests take longest. They are named before the rest, because go test
// starts packages in the order they are named: begun last they would keep one core idle for minutes.
var longest = map[string][]string{
	".":              {"./stream", "./processors/correlate"},
	"deploy/sandbox": {"./oracle", "./centre"},
}

// noRace says why the race detector cannot be built here, or nothing.
func noRace(ctx context.Context) string {
	cmd := exec.CommandContext(ctx, "go", "build", "-race", "-buildvcs=false", "-o", os.DevNull, "./internal/trials")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return ""
	}
	last := ""
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			last = line
		}
	}
	return "it needs a C compiler and its library (Debian: gcc libc6-dev): " + cmp.Or(last, err.Error())
}

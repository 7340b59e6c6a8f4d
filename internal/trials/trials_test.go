package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func read(t *testing.T, events string) (*tally, *strings.Builder) {
	t.Helper()
	var out strings.Builder
	all := newTally(&out)
	if err := all.read(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	return all, &out
}

// TestTally: the sum is what a release is judged by. Nothing that failed may be lost, and no skip without its reason.
func TestTally(t *testing.T) {
	all, out := read(t, `{"Action":"output","Package":"m/a","Test":"TestSkips","Output":"    a_test.go:9: python3 is missing: no second reader\n"}
{"Action":"skip","Package":"m/a","Test":"TestSkips"}
{"Action":"output","Package":"m/a","Test":"TestSkips/silent","Output":"--- SKIP: TestSkips/silent (0.00s)\n"}
{"Action":"skip","Package":"m/a","Test":"TestSkips/silent"}
{"Action":"pass","Package":"m/a","Test":"TestPasses"}
{"Action":"pass","Package":"m/a","Elapsed":1.5}
{"Action":"output","Package":"m/b","Test":"TestFails","Output":"    b_test.go:3: want 1, got 2\n"}
{"Action":"fail","Package":"m/b","Test":"TestFails"}
{"Action":"fail","Package":"m/b","Elapsed":0.5}
`)
	if all.end("with -race", 0) {
		t.Error("a failed test, and all is well")
	}
	for _, want := range []string{"not run: a TestSkips: python3 is missing: no second reader\n", "not run: a TestSkips/silent: it does not say why\n",
		"want 1, got 2", "failed: b TestFails: want 1, got 2\n", "\n1 passed, 1 failed\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the sum does not say %q:\n%s", want, out)
		}
	}
}

// TestTallyFailsWithoutTests: ways to fail in which no test fails by its name.
func TestTallyFailsWithoutTests(t *testing.T) {
	for name, c := range map[string]struct{ events, says string }{
		"nothing ran": {`{"Action":"skip","Package":"m/a"}`, "0 passed, 0 failed"},
		"no build":    {`{"Action":"build-output","ImportPath":"m/a","Output":"a.go:1: undefined: x\n"}` + "\n" + `{"Action":"build-fail","ImportPath":"m/a"}`, "undefined: x"},
		"a panic": {`{"Action":"pass","Package":"m/a","Test":"TestOne"}` + "\n" + `{"Action":"output","Package":"m/a","Test":"TestTwo","Output":"panic: index out of range\n"}` + "\n" +
			`{"Action":"fail","Package":"m/a"}`, "panic: index out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			all, out := read(t, c.events)
			if all.end("", 0) {
				t.Error("all is well")
			}
			if !strings.Contains(out.String(), c.says) {
				t.Errorf("does not say %q:\n%s", c.says, out)
			}
		})
	}
}

// TestGoals: a goal must not count as reached by a figure of another benchmark, or by none.
func TestGoals(t *testing.T) {
	const text = `pkg: holdfast.example/schemas
BenchmarkObservationDecode/fresh-2   	  100	      2500 ns/op	  10 B/op
BenchmarkObservationDecode/reused-2  	  100	      3500 ns/op
BenchmarkOther-2  	  100	      1 ns/op
pkg: holdfast.example/schemas/strictjson
BenchmarkCheck/event  	  100	      900 ns/op	 250.5 MB/s
`
	var copied, out strings.Builder
	all, err := readResults(strings.NewReader(text), &copied)
	if err != nil {
		t.Fatal(err)
	}
	judge(all, &out)
	var got []string
	for line := range strings.Lines(out.String()) {
		if words := strings.Fields(line); len(words) > 2 {
			got = append(got, strings.Join(words[:2], " "))
		}
	}
	want := []string{"reached 2500", "MISSED 3500", "reached 250.5", "not run:", "not run:", "not run:", "not run:", "not run:"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q from\n%s", got, want, out.String())
	}
	if copied.String() != text {
		t.Error("what was read was not shown as it was")
	}
}

// TestFindTargets: a target that is not found is never fuzzed again, and nobody is told.
func TestFindTargets(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module m\n", "a/a_test.go": "package a\n\nfunc FuzzOne(f *testing.F) {}\n\nfunc FuzzTwo(f *testing.F) {}\n",
		"a/a.go": "package a\n\nfunc FuzzNot() {}\n", "inner/go.mod": "module m/inner\n", "inner/b_test.go": "package b\n\nfunc FuzzInner(f *testing.F) {}\n",
		"testdata/c_test.go": "package c\n\nfunc FuzzData(f *testing.F) {}\n",
	} {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	modules, err := findModules(root)
	if err != nil || len(modules) != 2 {
		t.Fatalf("modules %v, %v", modules, err)
	}
	for i, want := range []string{"FuzzOne FuzzTwo", "FuzzInner"} {
		targets, err := findTargets(modules[i])
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, target := range targets {
			names = append(names, target.name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("module %d: %s; want %s", i, got, want)
		}
	}
}

// TestJudgeVulns: a database out of reach is no finding, and a finding is no database out of reach.
func TestJudgeVulns(t *testing.T) {
	for _, c := range []struct {
		out  string
		err  error
		want string
	}{
		{"No vulnerabilities found.\n", nil, ""},
		{"govulncheck: fetching vulnerabilities: Get \"https://vuln.go.dev/index/modules.json.gz\": no such host\n", errors.New("exit status 1"), unreached},
		{"govulncheck: loading packages: no Go files\n", errors.New("exit status 1"), "exit status 1"},
		{"Vulnerability #1: GO-2026-0001\n", exited(3), "found vulnerabilities that the code reaches"},
	} {
		if got := judgeVulns(c.out, c.err); got != c.want {
			t.Errorf("%q, %v: %q; want %q", c.out, c.err, got, c.want)
		}
	}
}

// exited is a process that ended with a code.
type exited int

func (e exited) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func (e exited) ExitCode() int { return int(e) }

// TestCulprit: CI's machine is thrown away, and the file that the fuzzer wrote with it.
func TestCulprit(t *testing.T) {
	x := target{module: t.TempDir(), folder: "a/b", name: "FuzzX"}
	at := filepath.Join(x.module, x.folder, "testdata/fuzz/FuzzX")
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(at, "64346c"), []byte("go test fuzz v1\n[]byte(\"\\x00 0\")\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got := x.culprit("    \n    Failing input written to testdata/fuzz/FuzzX/64346c\n    To re-run:\n")
	if want := `: testdata/fuzz/FuzzX/64346c: go test fuzz v1 []byte("\x00 0")`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := x.culprit("panic: out of memory"); got != "" {
		t.Errorf("got %q of a run that wrote no input", got)
	}
}

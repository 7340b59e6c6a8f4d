package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const (
	attributeSchedule = "attribution's tests"
	attributePackage  = "processors/correlate/attribute"
)

// attribution is a mutant of processors/correlate/attribute with one edit, seen by that package's tests. What it breaks
// begins with the place in the specification: the section, and of section 4 the step.
func attribution(name, breaks, file, old, new string) mutant {
	return mutant{name: "attribution-" + name, breaks: breaks, under: attributeSchedule, by: tests, edits: []edit{{attributePackage + "/" + file, old, new}}}
}

// idleMutants are defects of the attribution that change no verdict, with the reason.
var idleMutants = []harmless{
	{"R without the shortest half, or the shortest quarter", "steps add up: two shortest quarters are no longer than the shortest half, and two shortest eighths than a quarter, so 4·L⅛ is always the least of the three"},
	{"jitter above ten", "σ is 1.4826 times the deviation, rounded up: after 9 comes 11"},
	{"points of a line sorted without their ids", "two points of one x and one y are alike"},
	{"a two-agent stratum of twenty that is too small to say", "more than half of it departs, so it counts as a stratum and the cohort is not aligned one step before"},
	{"a rival that is not excluded by its distance alone", "who holds on thirty fits all but m of them, so a rival that comes near on less than half is missed clearly by more than a tenth where it fits"},
}

// attributePlay runs the tests of the attribution package as built, until the first fails. The properties are drawn from
// one seed, nothing is shrunk and nothing is written beside the source: a mutant is caught or not, every time alike.
var attributePlay = &play{
	program: func(ctx context.Context, b build) (string, error) {
		binary := filepath.Join(b.dir, "attribute.test")
		return binary, b.testing(ctx, attributePackage, binary)
	},
	run: func(ctx context.Context, root, binary, _ string) ending {
		cmd := exec.CommandContext(ctx, binary, "-test.failfast", "-test.skip="+attributeSkip, "-rapid.seed=1", "-rapid.nofailfile", "-rapid.shrinktime=1ms")
		cmd.Dir = filepath.Join(root, filepath.FromSlash(attributePackage))
		cmd.Env = append(os.Environ(), "GOGC=400")
		cmd.WaitDelay = 5 * time.Second
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		err := cmd.Run()
		return judgeTests(said.String(), err, context.Cause(ctx))
	},
}

// attributeSkip are the laws, which hold over drawn cohorts: they take half of the time, and a rule that only a draw
// can see has no test of its own.
const attributeSkip = "^TestLaw(Shift|Permutation|Removal|Truth)$"

// firstFail is the first test that failed, and the first thing that it said.
var firstFail = regexp.MustCompile(`(?m)^--- FAIL: (\S+) .*\n(?: +--- FAIL: .*\n)*\s*(.*)`)

// judgeTests reads what a package's tests said. A panic is no test that looked and saw: it was not caught by one.
func judgeTests(said string, err, late error) ending {
	fail := firstFail.FindStringSubmatch(said)
	switch {
	case late != nil:
		return ending{by: standing, says: late.Error()}
	case err == nil && (!strings.HasSuffix(said, "PASS\n") || strings.Contains(said, "no tests to run")):
		return ending{broken: errors.New("there are no tests in " + attributePackage)}
	case err == nil:
		return ending{}
	case fail != nil && !strings.Contains(said, "panic: "):
		return ending{by: tests, says: brief(fail[1] + ": " + strings.TrimSpace(fail[2]))}
	}
	return ending{by: crash, says: firstLine(said)}
}

// brief cuts what a test said to what a line of the report can hold.
func brief(said string) string {
	const most = 160
	if r := []rune(said); len(r) > most {
		return string(r[:most]) + "…"
	}
	return said
}

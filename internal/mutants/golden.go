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
	goldenSchedule = "golden log"
	goldenTest     = "TestGolden"
	foldPackage    = "processors/correlate"
)

// goldenPlay folds the golden log with the fold as built and compares with what testdata pins.
var goldenPlay = &play{
	program: func(ctx context.Context, b build) (string, error) {
		binary := filepath.Join(b.dir, "fold.test")
		return binary, b.testing(ctx, foldPackage, binary)
	},
	run: func(ctx context.Context, root, binary, _ string) ending {
		cmd := exec.CommandContext(ctx, binary, "-test.run=^"+goldenTest+"$", "-test.v", "-test.count=1")
		cmd.Dir = filepath.Join(root, filepath.FromSlash(foldPackage))
		cmd.Env = append(os.Environ(), "GOGC=400") // half of the time goes into garbage, and there is memory
		cmd.WaitDelay = 5 * time.Second
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		err := cmd.Run()
		return judgeGolden(said.String(), err, context.Cause(ctx))
	},
}

// pinned are the lines of the pin that hold hashes, as the test's difference shows them.
var (
	pinned = regexp.MustCompile(`(?m)^\s*(?:log|shard \d+|outputs) [0-9a-f]{64}`)
	ended  = regexp.MustCompile(`(?m)^\s*--- (PASS|FAIL): ` + goldenTest + `\b`)
)

// judgeGolden reads what the golden test said. Only a hash that differs is a hash that differs: a fold that panics or
// stops was not caught by the hash.
func judgeGolden(said string, err, late error) ending {
	verdict := ended.FindStringSubmatch(said)
	switch {
	case late != nil:
		return ending{by: standing, says: late.Error()}
	case err == nil && verdict == nil:
		return ending{broken: errors.New("there is no golden test: " + goldenTest)}
	case err == nil:
		return ending{}
	case verdict != nil && verdict[1] == "FAIL" && pinned.MatchString(said):
		return ending{by: golden, says: "the pin differs in " + firstHash(said)}
	}
	if strings.Contains(said, "stopped: ") {
		return ending{by: refusal, says: firstLine(said)}
	}
	return ending{by: crash, says: firstLine(said)}
}

func firstHash(said string) string {
	line := pinned.FindString(said)
	name := strings.TrimSpace(line[:strings.LastIndexByte(line, 0x20)])
	if name == "log" {
		return "the log itself, by what the fold tells itself"
	}
	return "the hash of " + name
}

// firstLine is the first line that says more than which test ran.
func firstLine(said string) string {
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			return line
		}
	}
	return "nothing was said"
}

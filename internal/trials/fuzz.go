package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// fuzzing is what is asked of trials fuzz.
type fuzzing struct {
	each  time.Duration
	jobs  int
	count bool
}

// target is one fuzz target.
type target struct {
	module, folder, name string // folder from the module
}

func (t target) String() string {
	return filepath.ToSlash(filepath.Join(t.module, t.folder)) + " " + t.name
}

var fuzzFunc = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// findTargets reads the test files of a module.
func findTargets(module string) ([]target, error) {
	var all []target
	err := filepath.WalkDir(module, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != module {
			_, inner := os.Stat(filepath.Join(name, "go.mod"))
			if inner == nil || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") {
				return filepath.SkipDir
			}
		}
		if d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(module, filepath.Dir(name))
		for _, m := range fuzzFunc.FindAllSubmatch(text, -1) {
			all = append(all, target{module, folder, string(m[1])})
		}
		return err
	})
	return all, err
}

// runFuzz fuzzes every target of every module, some at a time.
func runFuzz(ctx context.Context, modules, args []string) (bool, error) {
	f, err := fuzzFlags(args)
	if err != nil {
		return false, err
	}
	var targets []target
	for _, m := range modules {
		of, err := findTargets(m)
		if err != nil {
			return false, fmt.Errorf("find fuzz targets: %w", err)
		}
		targets = append(targets, of...)
	}
	if f.count {
		fmt.Println(len(targets))
		return true, nil
	}
	began := time.Now()
	fmt.Printf("%d fuzz targets, %v each, %d at a time\n", len(targets), f.each, f.jobs)
	var failures []string
	var mu sync.Mutex // of failures and of the lines written
	var group sync.WaitGroup
	queue := make(chan target)
	for range f.jobs {
		group.Go(func() {
			for t := range queue {
				out, err := t.fuzz(ctx, f)
				mu.Lock()
				if err != nil {
					failures = append(failures, t.String()+t.culprit(out))
					fmt.Printf("FAIL  %s: %v\n%s", t, err, out)
				} else {
					fmt.Printf("ok    %-60s %s\n", t, progress(out))
				}
				mu.Unlock()
			}
		})
	}
	for _, t := range targets {
		queue <- t
	}
	close(queue)
	group.Wait()
	slices.Sort(failures)
	fmt.Printf("\n%s\n", minutes(time.Since(began)))
	for _, name := range failures {
		fmt.Println("failed:", name)
	}
	fmt.Printf("%d passed, %d failed\n", len(targets)-len(failures), len(failures))
	return len(failures) == 0 && len(targets) > 0, nil
}

// fuzz runs one target. The go command now and then reports its own time limit as the target's failure
// (go.dev/issue/75804), with no input to show for it; such a run is made once more.
func (t target) fuzz(ctx context.Context, f fuzzing) (string, error) {
	for again := false; ; again = true {
		cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", f.each.String(), "-fuzzminimizetime", "10x",
			"-parallel", fmt.Sprint(max(1, runtime.NumCPU()/f.jobs)), "./"+filepath.ToSlash(t.folder))
		cmd.Dir = t.module
		out, err := cmd.CombinedOutput()
		limit := strings.Contains(string(out), "context deadline exceeded") && !strings.Contains(string(out), "Failing input written")
		if err == nil || !limit || again {
			return string(out), err
		}
	}
}

var written = regexp.MustCompile(`Failing input written to (\S+)`)

// culprit is the input that failed, as its file has it and in one line: where a machine is thrown away after the run, its
// files go with it.
func (t target) culprit(out string) string {
	at := written.FindStringSubmatch(out)
	if at == nil {
		return ""
	}
	b, err := os.ReadFile(filepath.Join(t.module, t.folder, at[1]))
	if err != nil {
		return fmt.Sprintf(": %v", err)
	}
	return fmt.Sprintf(": %s: %.2000s", at[1], strings.ReplaceAll(strings.TrimSpace(string(b)), "\n", " "))
}

var elapsed = regexp.MustCompile(`execs: (\d+) \(.*\), new interesting: (\d+) \(total: (\d+)\)`)

// progress is the last thing that the fuzzer said of its progress.
func progress(out string) string {
	all := elapsed.FindAllStringSubmatch(out, -1)
	if len(all) == 0 {
		return ""
	}
	last := all[len(all)-1]
	return fmt.Sprintf("%9s runs, %s new inputs of %s", last[1], last[2], last[3])
}

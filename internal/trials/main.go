// Command trials runs what the repository is tried with, in every module of it, and sums up at the end.
//
//	trials test  [go test flags]                all tests, with the race detector where it can be built
//	trials bench [go test flags]                all benchmarks, then each goal: reached, MISSED or not measured
//	trials fuzz  [-time 20s] [-jobs 2] [-count] every fuzz target there is, each for that time; -count: only their number
//	trials vulns                                 known vulnerabilities that the code can reach (bin/tools/govulncheck)
//
// It is run from the root of the repository. Modules are found by their go.mod, fuzz targets by their name, so that
// nothing has to be listed twice.
//
// Invariants:
//
//  1. What did not run is said, one line each with its reason, at the end where it is read: a skipped test, a missing
//     race detector, a vulnerability database out of reach. Such lines begin with "not run:".
//  2. The last line of test and fuzz counts: "N passed, N failed".
//  3. Exit code 0 only if something ran and nothing failed; a module whose tests do not build has failed.
//  4. Where CI=true is set, a race detector that cannot be built is a failure: nothing real may be missing there.
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: trials test|bench|fuzz|vulns")
		return 2
	}
	modules, err := findModules(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "trials:", err)
		return 2
	}
	ok := false
	switch args[0] {
	case "test":
		ok, err = runTests(ctx, modules, args[1:])
	case "bench":
		ok, err = runBenchmarks(ctx, modules, args[1:])
	case "fuzz":
		ok, err = runFuzz(ctx, modules, args[1:])
	case "vulns":
		ok, err = runVulns(ctx, modules)
	default:
		err = fmt.Errorf("no trial %q; there are test, bench, fuzz and vulns", args[0])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "trials:", err)
		return 2
	}
	if !ok {
		return 1
	}
	return 0
}

// findModules returns the folders below root that hold a go.mod, root first.
func findModules(root string) ([]string, error) {
	var all []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.Name() == "go.mod":
			all = append(all, filepath.Dir(name))
		}
		return nil
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("no go.mod below %s: run it from the root of the repository", root)
	}
	slices.Sort(all)
	return all, err
}

// fuzzFlags are the flags of trials fuzz.
func fuzzFlags(args []string) (f fuzzing, err error) {
	flags := flag.NewFlagSet("trials fuzz", flag.ContinueOnError)
	flags.DurationVar(&f.each, "time", 20*time.Second, "how long each target is fuzzed")
	flags.IntVar(&f.jobs, "jobs", min(2, runtime.NumCPU()), "how many targets at a time")
	flags.BoolVar(&f.count, "count", false, "only print how many targets there are")
	if err = flags.Parse(args); err == nil && (flags.NArg() > 0 || f.jobs < 1 || f.each < time.Second) {
		err = fmt.Errorf("trials fuzz takes -time (at least 1s), -jobs (at least 1) and -count")
	}
	return f, err
}

// minutes writes a duration as people say it.
func minutes(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
}

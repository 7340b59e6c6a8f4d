// Command matrix measures attribution against the truth: it makes cohorts whose cause is known, lets attribution judge
// them, and prints how often it named what, with the support of each cause.
//
//	matrix [-n 4000] [-records 120×n] [-seed 1] [-jobs 2] [-json]
//
// For every class of truth (package internal/truth) it makes n cohorts of 60 to 400 recordings, has each judged as a
// cohort, and those of the aligned and the mispaired class record by record too. Medleys, cohorts in which every
// recording has a cause of its own, give the other verdicts on single recordings. Each case has a label from the
// enumerator: the causes between which nobody can tell.
//
//	truth ──> convert ──> attribution ──> verdict ─┐
//	  └─────> enumerator ─────────────> label ─────┴─> sheet ──> requirements
//
// Words. A cause is named where attribution says it without doubt: grade established, or the constant whose mechanism
// stays open. A name is wrong if the label does not hold it. It is a guess if the label holds more than one cause. Recall
// is the share of the identifiable cases of a cause, by label, that were named so.
//
// Invariants:
//
//  1. Every requirement of the specification's §7 is in requirements.go, each judged and printed; none is only printed.
//  2. A requirement that the run is too small for is printed as not asked. Below n = 4,000 that is the support and the
//     three million comparisons; nothing else is waived, but an allowance (4 of 1,000, 1 %, 10 %) is rounded up to a case.
//  3. The seed decides everything: neither jobs nor the machine change a number.
//  4. The last line is "cohorts=N records=N wrong=N guessed=N/N findings=N comparisons=N missed=N". The exit code is 0
//     if missed=0, 1 if a requirement is missed, 2 for wrong usage or a run that was interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// plan is what was asked for.
type plan struct {
	n       int // cohorts of each class
	records int // in medleys, at least
	seed    uint64
	jobs    int
	json    bool
}

// fullRun is from how many cohorts of a class on the support is asked for.
const fullRun = 4000

// Exit codes.
const (
	exitMissed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := command(ctx, os.Args[1:], os.Stdout, os.Stderr, newAttribution)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "matrix:", err)
	}
	os.Exit(code)
}

// command is the whole process but for its exit. Each job has a judge of its own.
func command(ctx context.Context, args []string, out, progress io.Writer, judges func() judge) (int, error) {
	p, err := parse(args, progress)
	if err != nil {
		return exitUsage, err
	}
	show := newShow(progress)
	s, err := measure(ctx, p, judges, show)
	show.end()
	if err != nil {
		return exitUsage, err
	}
	asked := s.requirements(p.n >= fullRun)
	missed := 0
	for _, r := range asked {
		if r.state == missedState {
			missed++
		}
	}
	if p.json {
		err = writeJSON(out, p, s, asked)
	} else {
		err = write(out, p, s, asked)
	}
	if err != nil {
		return exitUsage, err
	}
	fmt.Fprintf(out, "cohorts=%d records=%d wrong=%d guessed=%d/%d findings=%d comparisons=%d missed=%d\n", s.cohorts.n, s.records.n, s.cohorts.wrong()+s.records.wrong(),
		s.cohorts.guessed+s.records.guessed, s.cohorts.ambiguous+s.records.ambiguous, s.findings, s.comparisons, missed)
	if missed > 0 {
		return exitMissed, nil
	}
	return 0, nil
}

func parse(args []string, usage io.Writer) (plan, error) {
	var p plan
	set := flag.NewFlagSet("matrix", flag.ContinueOnError)
	set.SetOutput(usage)
	set.IntVar(&p.n, "n", fullRun, "cohorts of each class; fewer than the default do not ask for the support")
	set.IntVar(&p.records, "records", 0, "judge at least so many records of medleys; 0: 120 times n")
	set.Uint64Var(&p.seed, "seed", 1, "decides every cohort")
	set.IntVar(&p.jobs, "jobs", 2, "how many cohorts are judged at a time")
	set.BoolVar(&p.json, "json", false, "one JSON object in place of the tables; the last line stays")
	if err := set.Parse(args); err != nil {
		return p, err
	}
	switch {
	case set.NArg() > 0:
		return p, fmt.Errorf("unexpected argument %q", set.Arg(0))
	case p.n < 1 || p.n > 1_000_000:
		return p, fmt.Errorf("n is %d: from 1 to 1,000,000", p.n)
	case p.records < 0:
		return p, fmt.Errorf("records is %d: 0 or more", p.records)
	case p.jobs < 1:
		return p, fmt.Errorf("jobs is %d: at least 1", p.jobs)
	}
	if p.records == 0 {
		p.records = 120 * p.n
	}
	return p, nil
}

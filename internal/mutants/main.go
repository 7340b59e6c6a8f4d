package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"syscall"
	"text/tabwriter"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code, err := command(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
	}
	os.Exit(code)
}

// command is the program: 0 all caught, 1 not all, 2 a stale mutant, a failing baseline or anything else that leaves the
// question open.
func command(ctx context.Context, args []string, out io.Writer) (int, error) {
	set := flag.NewFlagSet("mutants", flag.ContinueOnError)
	some := set.String("run", "", "only mutants whose name matches this regular `expression`")
	list := set.Bool("list", false, "print the table and run nothing")
	fold := set.Int("fold", 0, "of the defects of the fold only so `many`, by lot; 0 is all")
	attributed := set.Int("attribution", 0, "the same of the defects of the attribution")
	seed := set.Uint64("seed", 1, "decides the lot")
	jobs := set.Int("jobs", 2, "how many build or fold at a time; beside them as many wait for what a schedule does")
	keep := set.Bool("keep", false, "leave what the runs wrote in the system's folder for temporary files, and say where")
	if err := set.Parse(args); err != nil {
		return 2, err
	}
	if *jobs < 1 {
		return 2, fmt.Errorf("jobs is %d: at least 1", *jobs)
	}
	pattern, err := regexp.Compile(*some)
	if err != nil {
		return 2, err
	}
	plays := schedules()
	all := table()
	if err := checkTable(all, func(name string) bool { return plays[name] != nil }); err != nil {
		return 2, err
	}
	var chosen []mutant
	for _, m := range all {
		if pattern.MatchString(m.name) {
			chosen = append(chosen, m)
		}
	}
	if len(chosen) == 0 {
		return 2, fmt.Errorf("no mutant's name matches %q", *some)
	}
	chosen = byLot(out, chosen, golden, "fold", *fold, *seed)
	chosen = byLot(out, chosen, tests, "attribution", *attributed, *seed)
	if *list {
		printTable(out, chosen)
		return 0, nil
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return 2, err
	}
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return 2, err
	}
	r := runner{root: root, dir: dir, jobs: *jobs, keep: *keep, plays: plays, out: out}
	results, err := r.run(ctx, chosen)
	if *keep {
		fmt.Fprintln(out, "kept in", dir)
	} else {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	if err != nil {
		return 2, err
	}
	return report(out, results), nil
}

// byLot draws as the flag of that name asks, and says how many were left out.
func byLot(out io.Writer, all []mutant, by catcher, name string, lot int, seed uint64) []mutant {
	if lot <= 0 {
		return all
	}
	drawn := draw(all, by, lot, seed)
	if left := len(all) - len(drawn); left > 0 {
		fmt.Fprintf(out, "not run: %d defects of the %s, by lot (-%s %d -seed %d); make mutants plants them all\n", left, name, name, lot, seed)
	}
	return drawn
}

// draw leaves so many of the mutants that by alone is to catch, and all others.
func draw(all []mutant, by catcher, lot int, seed uint64) []mutant {
	var hat []int
	for i := range all {
		if all[i].by == by {
			hat = append(hat, i)
		}
	}
	dice := rand.New(rand.NewPCG(seed, 0x6c6f74))
	dice.Shuffle(len(hat), func(i, j int) { hat[i], hat[j] = hat[j], hat[i] })
	out := hat[min(lot, len(hat)):]
	var drawn []mutant
	for i, m := range all {
		if !slices.Contains(out, i) {
			drawn = append(drawn, m)
		}
	}
	return drawn
}

func table() []mutant {
	var all []mutant
	for _, part := range [][]mutant{runtimeMutants, pipelineMutants, ruleMutants, numberMutants, readingMutants, recordMutants, cohortMutants, fittedMutants} {
		all = append(all, part...)
	}
	return all
}

func printTable(out io.Writer, all []mutant) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "mutant\twhat it breaks\tunder\tcaught by")
	for _, m := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.name, m.breaks, m.under, m.by)
	}
	_ = w.Flush()
	fmt.Fprintln(out, "\nNot in the table, and why:")
	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, h := range append(slices.Clone(harmlessMutants), idleMutants...) {
		fmt.Fprintf(w, "%s\t%s\n", h.name, h.why)
	}
	_ = w.Flush()
}

// report prints the table of results; its last line is the one that scripts read.
func report(out io.Writer, results []result) int {
	caught := 0
	var failed []string
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "mutant\twhat it breaks\tresult\tcaught by\tfirst violation\tseconds")
	for i := range results {
		r := &results[i]
		says, by := r.says, r.ending.by.String()
		if r.broken != nil {
			says = firstLine(r.broken.Error())
		}
		if r.caught() {
			caught++
		} else {
			failed = append(failed, fmt.Sprintf("failed: %s: %s: %s", r.name, r.word(), says))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%.1f\n", r.name, r.breaks, r.word(), by, says, r.took.Seconds())
	}
	_ = w.Flush()
	for _, f := range failed {
		fmt.Fprintln(out, f)
	}
	fmt.Fprintf(out, "mutants=%d caught=%d\n", len(results), caught)
	if caught < len(results) {
		return 1
	}
	return 0
}

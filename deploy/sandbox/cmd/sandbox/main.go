// Command sandbox plays with holdfast on one machine: in-process Kafka and S3, a small SQS, a contact centre that knows
// the truth, and an oracle that judges what holdfast made of it.
//
//	sandbox demo --holdfast PATH [--seed N] [--out DIR] [--keep]
//	sandbox up   [--dir DIR]
//
// demo runs everything and ends with a page; up runs the servers alone, prints how to reach them and stays until it is
// interrupted. Exit codes: 0 the oracle agrees; 1 it does not; 2 the demo could not be run to its end; 3 usage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"holdfast.example/deploy/sandbox/demo"
)

const usage = `usage:
  sandbox demo --holdfast PATH [--seed N] [--out DIR] [--keep]
  sandbox up   [--dir DIR]
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		fmt.Fprint(os.Stderr, usage)
		return 3
	}
	switch args[0] {
	case "demo":
		return runDemo(ctx, args[1:])
	case "up":
		return runUp(ctx, args[1:])
	}
	fmt.Fprint(os.Stderr, usage)
	return 3
}

func runDemo(ctx context.Context, args []string) int {
	flags := flag.NewFlagSet("sandbox demo", flag.ContinueOnError)
	o := demo.Options{Page: os.Stdout, Progress: os.Stderr, Terminal: term.IsTerminal(int(os.Stdout.Fd()))}
	flags.StringVar(&o.Holdfast, "holdfast", "", "path of the holdfast binary")
	flags.Uint64Var(&o.Seed, "seed", 1, "the world to play")
	flags.StringVar(&o.Out, "out", "demo-out", "directory for custody.ndjson and alerts.ndjson")
	flags.BoolVar(&o.Keep, "keep", false, "keep the temporary directory with the children's configuration and logs")
	if flags.Parse(args) != nil || flags.NArg() > 0 || o.Holdfast == "" {
		fmt.Fprint(os.Stderr, usage)
		return 3
	}
	quiet()
	err := demo.Run(ctx, o)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, demo.ErrDisagrees):
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		return 1
	}
	fmt.Fprintln(os.Stderr, "sandbox:", err)
	return 2
}

func runUp(ctx context.Context, args []string) int {
	flags := flag.NewFlagSet("sandbox up", flag.ContinueOnError)
	dir := flags.String("dir", "sandbox-data", "where the broker and the bucket keep their files")
	if flags.Parse(args) != nil || flags.NArg() > 0 {
		fmt.Fprint(os.Stderr, usage)
		return 3
	}
	out := os.Stdout
	quiet()
	if err := demo.Up(ctx, *dir, out); err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		return 2
	}
	return 0
}

// quiet sends what the embedded S3 gateway prints to standard output into nothing; our own writers were taken before.
func quiet() {
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = null
	}
}

// Command soak runs holdfast on a real Apache Kafka of three brokers under load, breaks it a number of times, lets it
// heal, and then accounts for every record.
//
//	soak -faults 200 [-seed 1] [-inputs 200000] [-workers 2] [-dir folder]
//
// The workers are the real program, built with the faults compiled in; the topics are those of the full profile; the
// raw topics are fed as capture feeds them. What is broken, and how, is a closed list of kinds (internal/rig). Whether
// every input is reflected once is judged by internal/audit, which shares no code with the runtime.
//
// Invariants:
//
//  1. Every kind fires. First each once, in an order out of the seed, then kinds drawn at random; some strike while the
//     fault before is still under way.
//  2. No worker is idle for long: a partition of a group that does not move although there is something to fold, or a
//     clock that does not tick, for longer than idleLimit fails the run, and so does a worker that ends by itself.
//  3. The last line of standard output is faults=N kinds=K inputs=M lost=0 doubled=0 forks=0 holes=0, where all was
//     judged. The exit code is 0 only if these are zeros, nothing else is wrong, every kind fired, and M is as many as
//     were wanted; 1 where not; 2 where the run could not begin.
//  4. A run that failed says how to make its faults again, and keeps its folder. A run that passed, or was interrupted,
//     leaves nothing: no process, no folder.
//
// The seed decides the records, the faults and their order. When a fault meets which transaction is the machine's
// doing: a replay makes the same faults, not the same microsecond.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"holdfast.example/stream/streamtest/apache"
)

// plan is what was asked for.
type plan struct {
	faults, inputs, workers int
	seed                    uint64
	dir                     string
	keep                    bool
}

// Exit codes.
const (
	exitFound  = 1
	exitUnable = 2
)

func main() {
	var p plan
	flag.IntVar(&p.faults, "faults", 200, "how many faults")
	flag.Uint64Var(&p.seed, "seed", 1, "decides records, faults and their order")
	flag.IntVar(&p.inputs, "inputs", 200_000, "how many raw records at least")
	flag.IntVar(&p.workers, "workers", 2, "how many workers run all the time")
	flag.StringVar(&p.dir, "dir", "", "folder for data and logs; none: a temporary one")
	flag.BoolVar(&p.keep, "keep", false, "keep the folder of a run that passed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, p)
	stop()
	os.Exit(code)
}

// run is the whole process but for its exit.
func run(ctx context.Context, p plan) int {
	dir, err := folder(p.dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		return exitUnable
	}
	err = soak(ctx, p, dir)
	switch {
	case err == nil, ctx.Err() != nil:
		if !p.keep {
			_ = os.RemoveAll(dir) // a temporary folder; what is left of it is the system's to clean
		}
		if err == nil {
			return 0
		}
		fmt.Fprintln(os.Stderr, "soak: interrupted")
		return exitUnable
	case errors.Is(err, apache.ErrMissing), errors.Is(err, errPlan):
		_ = os.RemoveAll(dir)
		fmt.Fprintln(os.Stderr, "soak:", err)
		return exitUnable
	}
	fmt.Fprintf(os.Stderr, "soak: %v\ndata and logs: %s\nagain: make soak FAULTS=%d SEED=%d", err, dir, p.faults, p.seed)
	if p.inputs != 200_000 || p.workers != 2 {
		fmt.Fprintf(os.Stderr, ", or go run ./internal/soak -faults %d -seed %d -inputs %d -workers %d", p.faults, p.seed, p.inputs, p.workers)
	}
	fmt.Fprintln(os.Stderr)
	return exitFound
}

// folder makes the run's folder: a new one below dir.
func folder(dir string) (string, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
	}
	return os.MkdirTemp(dir, "holdfast-soak-")
}

//go:build faultpoints

package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"holdfast.example/processors/observe/clock"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// faultsEnv tells a program built with -tags faultpoints how to break itself, as name=value,name=value:
//
//	abort=n          abort one in n transactions, at a random point of their life
//	kill=n           SIGKILL itself at one in n of all points that are passed
//	point=p,nth=n    SIGKILL itself at the nth passing of the named point (streamtest.AtPoint names them); nth: 1
//	stop=p,nth=n     SIGSTOP itself there instead; whoever waits for it sends SIGCONT
//	skew=d           the host's clock is ahead by this duration, behind if it is negative: -26h
//	seed=n           of what is random
//
// It counts in every stage of the process, and each stage has its own dice.
const faultsEnv = "HOLDFAST_TEST_FAULTS"

// faultPlan is the variable as read.
type faultPlan struct {
	abort, kill, nth int
	point, stop      string
	skew             time.Duration
	seed             uint64
}

// passed counts the passings of the named point in all stages of the process.
var passed struct {
	sync.Mutex
	n int
}

// planned is the plan of the environment. One that cannot be read ends the process: a fault that does not happen would
// look like a fault that was survived.
func planned() faultPlan {
	text, set := os.LookupEnv(faultsEnv)
	if !set || text == "" {
		return faultPlan{}
	}
	p, err := parseFaults(text)
	if err != nil {
		fmt.Fprintf(os.Stderr, "holdfast: %s: %v\n", faultsEnv, err)
		os.Exit(exitConfig)
	}
	return p
}

// clockFaultpoints puts what there is for the clock into its configuration: it has no transaction loop of the runtime's.
func clockFaultpoints(cfg *clock.Config) {
	if skew := planned().skew; skew != 0 {
		cfg.Wall = func() time.Time { return time.Now().Add(skew) }
		cfg.Logger.Warn("clock shifted on purpose", "skew", skew)
	}
}

// faultpoints puts the plan into one stage's configuration.
func faultpoints(cfg *stream.Config) {
	plan := planned()
	log := cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	if plan.skew != 0 {
		streamtest.ShiftClock(cfg, plan.skew)
		log.Warn("clock shifted on purpose", "skew", plan.skew)
	}
	if plan.abort > 0 {
		streamtest.AbortOneIn(cfg, plan.abort, plan.seed)
	}
	if plan.kill > 0 {
		streamtest.KillOneIn(cfg, plan.kill, plan.seed, func() { die(log, "at random") })
	}
	if plan.point != "" {
		atNth(cfg, plan.point, plan.nth, func() { die(log, plan.point) })
	}
	if plan.stop != "" {
		atNth(cfg, plan.stop, plan.nth, func() { stop(log, plan.stop) })
	}
}

// atNth calls f at the nth passing of the point, in whatever stage that is.
func atNth(cfg *stream.Config, name string, nth int, f func()) {
	streamtest.AtPoint(cfg, func(point string) {
		if point != name {
			return
		}
		passed.Lock()
		passed.n++
		last := passed.n == nth
		passed.Unlock()
		if last {
			f()
		}
	})
}

// stop lets the process sleep without its noticing, until SIGCONT. The system may let this thread run on for a moment
// after the signal is sent; it spends it here.
func stop(log *slog.Logger, where string) {
	log.Error("stopped on purpose", "point", where)
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	time.Sleep(100 * time.Millisecond)
}

// die ends the process as a power cut would. Nothing after it runs.
func die(log *slog.Logger, where string) {
	log.Error("killed on purpose", "point", where)
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func parseFaults(text string) (faultPlan, error) {
	p := faultPlan{nth: 1}
	for pair := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return p, fmt.Errorf("%q is no name=value", pair)
		}
		var err error
		switch name {
		case "abort":
			p.abort, err = count(value)
		case "kill":
			p.kill, err = count(value)
		case "nth":
			p.nth, err = count(value)
		case "point":
			p.point, err = known(value)
		case "stop":
			p.stop, err = known(value)
		case "skew":
			p.skew, err = time.ParseDuration(value)
		case "seed":
			p.seed, err = strconv.ParseUint(value, 10, 64)
		default:
			err = fmt.Errorf("no fault %q; there are abort, kill, point, stop, nth, skew and seed", name)
		}
		if err != nil {
			return p, fmt.Errorf("%s: %w", name, err)
		}
	}
	return p, nil
}

func known(point string) (string, error) {
	if !slices.Contains(streamtest.Points(), point) {
		return "", fmt.Errorf("no point %q; there are %s", point, strings.Join(streamtest.Points(), ", "))
	}
	return point, nil
}

func count(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err == nil && n < 1 {
		err = fmt.Errorf("%d is not 1 or more", n)
	}
	return n, err
}

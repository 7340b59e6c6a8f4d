package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"holdfast.example/internal/rig"
	"holdfast.example/stream/streamtest/apache"
)

const (
	brokers     = 3
	brokerHeap  = 320              // MB
	idleLimit   = 90 * time.Second // above the longest fault, a broker's way back and a session
	besides     = 2                // faults under way at once
	perFault    = 20 * time.Second // of the overall deadline
	aside       = 10 * time.Minute // of the overall deadline: start, feeding the rest, the last deadlines, the audit
	feedEvery   = 50 * time.Millisecond
	feedLeast   = 8      // records every feedEvery while faults are under way
	feedMost    = 400    // records every feedEvery
	feedBacklog = 30_000 // records before correlate above which only the least is fed
)

var (
	errFound = errors.New("the run failed")
	errPlan  = errors.New("the plan cannot be carried out")
)

// properties of the brokers that differ from Kafka's defaults: sessions may be as short as the rig's, and transactions
// of the dead are ended soon after their timeout.
var properties = map[string]string{
	"group.min.session.timeout.ms":                                "1000",
	"group.initial.rebalance.delay.ms":                            "0",
	"transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
}

// soak is one run. Its error is nil only if all went well; the last line has then been printed.
func soak(ctx context.Context, p plan, dir string) error {
	ctx, stop := context.WithTimeoutCause(ctx, aside+time.Duration(p.faults)*perFault, fmt.Errorf("%w: it took too long", errFound))
	defer stop()
	show := newShow(os.Stdout, p)
	defer show.end()
	show.say("building holdfast with the faults compiled in")
	binary, err := rig.Build(ctx, ".", dir)
	if err != nil {
		return err
	}
	show.say("starting three brokers in %s", dir)
	cluster, err := apache.Start(ctx, apache.Options{Brokers: brokers, Dir: filepath.Join(dir, "kafka"), HeapMB: brokerHeap, Properties: properties})
	if err != nil {
		return err
	}
	defer func() { _ = cluster.Stop() }() // what it kept goes with the folder
	r, err := rig.New(ctx, rig.Options{Binary: binary, Brokers: cluster.Bootstrap(), Cluster: cluster, Dir: filepath.Join(dir, "rig"),
		Workers: p.workers, Seed: p.seed, Logf: show.note})
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	faults, err := schedule(p.seed, p.faults, r.Kinds(), p.workers, brokers)
	if err != nil {
		return fmt.Errorf("%w: %w", errPlan, err)
	}
	t := newTally(r.Kinds())
	if err := load(ctx, p, r, show, faults, t); err != nil {
		return fmt.Errorf("%w: %w", errFound, err)
	}
	return judge(ctx, p, r, show, t)
}

// load feeds and breaks, and ends when everything fed is folded and the workers have stopped.
func load(ctx context.Context, p plan, r *rig.Rig, show *show, faults []*rig.Fault, t *tally) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var feeding sync.WaitGroup
	defer feeding.Wait()
	defer fail(nil)
	if err := r.StartAll(); err != nil {
		return err
	}
	var begun atomic.Int64 // faults
	go watch(ctx, r, show, fail, t)
	feeding.Go(func() {
		if err := feed(ctx, p, r, len(faults), &begun); err != nil && ctx.Err() == nil {
			fail(err)
		}
	})
	show.say("waiting until every shard folds")
	if err := r.WaitGoing(ctx); err != nil {
		return errors.Join(err, cause(ctx))
	}
	if err := strike(ctx, r, show, faults, t, &begun); err != nil {
		return errors.Join(err, cause(ctx))
	}
	show.say("all faults are over; feeding the rest")
	begun.Store(int64(len(faults)) + 1)
	feeding.Wait()
	if err := cause(ctx); err != nil {
		return err
	}
	show.say("waiting until every deadline has fallen due and nothing is left")
	if err := r.WaitFolded(ctx); err != nil {
		return errors.Join(err, cause(ctx))
	}
	show.say("stopping the workers")
	return r.Rest(ctx)
}

func cause(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}

// watch fails the run when something stands still, and shows how far it is.
func watch(ctx context.Context, r *rig.Rig, show *show, fail context.CancelCauseFunc, t *tally) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.Done():
			fail(r.Failed())
			return
		case <-tick.C:
		}
		if err := r.Idle(idleLimit); err != nil {
			fail(err)
			return
		}
		observed, behind := r.Observed()
		show.progress(t.count(), r.Fed(), observed, behind)
	}
}

// feed keeps the inputs abreast of the faults: when half of the faults have begun, half of the inputs are fed. It never
// pauses while there are faults to come, and returns when there are none and everything is fed.
func feed(ctx context.Context, p plan, r *rig.Rig, faults int, begun *atomic.Int64) error {
	tick := time.NewTicker(feedEvery)
	defer tick.Stop()
	for {
		n := begun.Load()
		over := n > int64(faults)
		goal := int64(p.inputs)
		if !over {
			goal = int64(p.inputs) * min(n+1, int64(faults)) / int64(faults)
		}
		missing := goal - r.Fed()
		if over && missing <= 0 {
			return nil
		}
		k := min(max(missing/40, feedLeast), feedMost)
		if _, behind := r.Observed(); behind > feedBacklog && !over {
			k = feedLeast
		}
		if err := r.Feed(ctx, int(k)); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return cause(ctx)
		case <-tick.C:
		}
	}
}

// struck is a fault that is over.
type struck struct {
	fault   *rig.Fault
	outcome rig.Outcome
	err     error
}

// strike inflicts the faults in their order. One that may strike beside another does, unless both break the same thing.
func strike(ctx context.Context, r *rig.Rig, show *show, faults []*rig.Fault, t *tally, begun *atomic.Int64) error {
	results := make(chan struck)
	var under []*rig.Fault // under way
	var first error
	take := func() {
		s := <-results
		under = slices.DeleteFunc(under, func(f *rig.Fault) bool { return f == s.fault })
		if s.err != nil {
			first = errors.Join(first, s.err)
			return
		}
		t.add(s.fault, s.outcome)
		show.note("%-32s over after %.1fs, transaction open: %t", s.fault, s.outcome.Recovered.Seconds(), s.outcome.Hit)
	}
	for _, f := range faults {
		for len(under) > 0 && (!f.Beside || len(under) == besides || collides(f, under, r.Workers())) {
			take()
		}
		if first != nil || ctx.Err() != nil {
			break
		}
		under = append(under, f)
		begun.Add(1)
		show.note("%-32s%s", f, map[bool]string{true: " beside " + names(under[:len(under)-1])}[len(under) > 1])
		go func() {
			outcome, err := r.Inflict(ctx, f)
			results <- struck{f, outcome, err}
		}()
	}
	for len(under) > 0 {
		take()
	}
	if first == nil {
		first = cause(ctx)
	}
	return first
}

func names(faults []*rig.Fault) string {
	var out []string
	for _, f := range faults {
		out = append(out, f.String())
	}
	return strings.Join(out, ", ")
}

// collides says whether a fault breaks something that one under way has broken.
func collides(f *rig.Fault, under []*rig.Fault, workers int) bool {
	for _, u := range under {
		for _, thing := range u.Things(workers) {
			if slices.Contains(f.Things(workers), thing) {
				return true
			}
		}
	}
	return false
}

// judge lets the audit account for every record, and prints table and last line.
func judge(ctx context.Context, p plan, r *rig.Rig, show *show, t *tally) error {
	show.say("accounting for every record")
	report, err := r.Audit(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", errFound, err)
	}
	wrong, last := verdict(t, p.inputs, report)
	violations(os.Stdout, report)
	show.say("observations %d, leaves %d, markers %d, alerts %d, dead letters %d", report.Observations, report.Leaves, report.Markers, report.Alerts, report.DeadLetters)
	if err := t.print(os.Stdout); err != nil {
		return err
	}
	show.say("%d faults in %v", t.count(), show.elapsed())
	for _, w := range wrong {
		fmt.Println(w)
	}
	fmt.Println(last)
	if len(wrong) > 0 {
		return fmt.Errorf("%w: %s", errFound, strings.Join(wrong, "; "))
	}
	return nil
}

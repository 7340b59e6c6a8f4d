package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream"
)

// This file is for who knows exactly where a worker shall break: the mutants.

// KillAt starts worker n so that it ends itself at the nth passing of a point, and waits until it has.
func (r *Rig) KillAt(ctx context.Context, n int, point string, nth int, env ...string) error {
	plan := fmt.Sprintf("HOLDFAST_TEST_FAULTS=point=%s,nth=%d", point, nth)
	p, err := r.start(n, killedEnd, append(env, plan)...)
	if err != nil {
		return err
	}
	err = r.until(ctx, fireLimit, plan+" to end "+r.worker(n).name, func(context.Context) (bool, error) { return p.ended(), nil })
	if err == nil && !strings.Contains(p.said(), sayKilled) {
		err = errors.New(plan + ": the worker was ended, and not by its own hand")
	}
	return err
}

// StopAt starts worker n so that it stops itself (SIGSTOP) at the nth passing of a point, and waits until it is about to.
// Resume lets it go on.
func (r *Rig) StopAt(ctx context.Context, n int, point string, nth int, env ...string) error {
	plan := fmt.Sprintf("HOLDFAST_TEST_FAULTS=stop=%s,nth=%d", point, nth)
	p, err := r.start(n, nil, append(env, plan)...)
	if err != nil {
		return err
	}
	return r.until(ctx, fireLimit, plan+" to stop "+r.worker(n).name, func(context.Context) (bool, error) {
		return strings.Contains(p.said(), sayStopped), nil
	})
}

// LoseDisk empties the disk of worker n, which is down.
func (r *Rig) LoseDisk(n int) error {
	w := r.worker(n)
	if err := errors.Join(os.RemoveAll(w.state), os.MkdirAll(w.state, 0o700)); err != nil {
		return fmt.Errorf("empty the disk of %s: %w", w.name, err)
	}
	return nil
}

// Said waits until worker n has logged text in its present life.
func (r *Rig) Said(ctx context.Context, n int, text string) error {
	p := r.worker(n).process()
	if p == nil {
		return fmt.Errorf("w%d does not run", n)
	}
	return r.until(ctx, fireLimit, "w"+fmt.Sprint(n)+" to say "+text, func(context.Context) (bool, error) {
		return strings.Contains(p.said(), text), nil
	})
}

// Tick is the number of the newest tick that was seen.
func (r *Rig) Tick() int64 { return r.watch.state().N }

// WaitTick waits until the clock has written tick n.
func (r *Rig) WaitTick(ctx context.Context, n int64) error {
	return r.until(ctx, fireLimit, fmt.Sprint("tick ", n), func(context.Context) (bool, error) { return r.Tick() >= n, nil })
}

// WaitQuiet waits until correlate has folded every record of observations. Unlike WaitFolded it asks for the last one, so
// nobody may write any more, the clock included. Behind the last record there may be transactions' markers, which a
// stage with state does not pass.
func (r *Rig) WaitQuiet(ctx context.Context) error {
	return r.until(ctx, fireLimit, "correlate to fold the last record of observations", func(ctx context.Context) (bool, error) {
		at, err := r.positions(ctx)
		for where, p := range at {
			if err == nil && where.group == correlate && p.committed < p.end {
				var left bool
				if left, err = r.holds(ctx, where, p); left {
					return false, nil
				}
			}
		}
		return err == nil, err
	})
}

// holds says whether a partition holds a committed record, and not only markers, between two offsets.
func (r *Rig) holds(ctx context.Context, where place, between position) (bool, error) {
	opts, err := r.kafka.Options()
	if err != nil {
		return false, err
	}
	cl, err := kgo.NewClient(append(opts, stream.Passing(), kgo.KeepControlRecords(), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{
		r.kafka.Topic(where.topic): {where.partition: kgo.NewOffset().At(between.committed)}}))...)
	if err != nil {
		return false, err
	}
	defer cl.Close()
	for next := between.committed; next < between.end; {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return false, err
		}
		for _, rec := range fetches.Records() {
			if !rec.Attrs.IsControl() {
				return true, nil
			}
			next = rec.Offset + 1
		}
	}
	return false, nil
}

package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.example/processors/capture"
	"holdfast.example/processors/observe"
	"holdfast.example/processors/observe/clock"
	"holdfast.example/stream"
)

// parts makes the configured stages; nothing runs yet.
func (c *Config) parts(log *slog.Logger, w *watch) ([]part, error) {
	own, err := c.regime()
	if err != nil {
		return nil, err
	}
	var out []part
	if slices.Contains(c.Stages, stageCapture) {
		conf := w.captures(c.capture(log))
		if err := conf.Validate(); err != nil {
			return nil, err
		}
		out = append(out, part{stageCapture, func(ctx context.Context) error { return capture.Run(ctx, conf) }})
	}
	if slices.Contains(c.Stages, stageObserve) {
		out = append(out, part{stageObserve, func(ctx context.Context) error { return c.observe(ctx, log, w) }})
	}
	if slices.Contains(c.Stages, stageClock) {
		conf := c.clock(log, own)
		conf.OnTick = w.ticks(conf.OnTick)
		out = append(out, part{stageClock, func(ctx context.Context) error { return clock.Run(ctx, conf) }})
	}
	if slices.Contains(c.Stages, stageCorrelate) {
		conf := w.streams(c.stream(log))
		out = append(out, part{stageCorrelate, func(ctx context.Context) error {
			w.awaits(stageCorrelate)
			return c.fold(ctx, log, conf, own)
		}})
	}
	return out, nil
}

// observe runs the three stages of that name once the regime is the first record of every partition.
func (c *Config) observe(ctx context.Context, log *slog.Logger, w *watch) error {
	w.awaits(stageObserve)
	if err := c.waitRegime(ctx, log); err != nil || ctx.Err() != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, spec := range observe.SpecsCounting(w.counters()) {
		group.Go(func() error { return stream.Run(ctx, w.streams(c.stream(log)), spec) })
	}
	return group.Wait()
}

// regimePause is the time between two attempts to see the regime.
const regimePause = 2 * time.Second

// waitRegime waits as long as it takes: the clock may run in another process that is not there yet.
func (c *Config) waitRegime(ctx context.Context, log *slog.Logger) error {
	log = c.named(log, stageObserve)
	log.Info("waiting for the clock's first tick")
	for {
		err := clock.WaitRegime(ctx, c.kafka(), c.Kafka.Partitions)
		switch {
		case err == nil:
			log.Info("regime is there")
			return nil
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, stream.ErrConfig), errors.Is(err, stream.ErrStop):
			return err
		}
		log.Warn("cannot see the regime yet", "error", err, "pause", regimePause)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(regimePause):
		}
	}
}

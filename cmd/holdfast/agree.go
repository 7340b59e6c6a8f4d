package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"holdfast.example/processors/correlate"
	"holdfast.example/processors/observe/clock"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// This file holds a worker to the log's regime: what a process is configured with never decides how the log is folded,
// and whoever changed a setting must not believe that it holds where it does not.

// lookTimeout bounds one reading of capture.progress.
const lookTimeout = time.Minute

// regime is what this configuration makes the fold depend on.
func (c *Config) regime() (*schemas.Regime, error) {
	document, err := c.correlate().Document(c.Kafka.Partitions)
	if err != nil {
		return nil, fmt.Errorf("%w: correlate: %w", stream.ErrConfig, err)
	}
	return &schemas.Regime{Document: document, Build: readBuild().String()}, nil
}

// mayFollow refuses a regime that this log cannot take.
func (c *Config) mayFollow(inForce, next string) error {
	return correlate.MayFollow(inForce, next, c.Kafka.Partitions)
}

// look reads how things stand, all that is acknowledged included.
func (c *Config) look(ctx context.Context) (clock.Standing, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	return patiently(ctx, func(ctx context.Context) (clock.Standing, error) {
		return clock.Follow(ctx, c.kafka(), func(clock.Standing) bool { return true })
	})
}

// patiently asks again while no broker answers for capture.progress: preflight has just heard from the cluster, so its
// leader is away.
func patiently(ctx context.Context, ask func(context.Context) (clock.Standing, error)) (clock.Standing, error) {
	for {
		s, err := ask(ctx)
		if !errors.Is(err, stream.ErrUnreachable) || ctx.Err() != nil {
			return s, err
		}
		select {
		case <-ctx.Done():
			return s, err
		case <-time.After(regimePause):
		}
	}
}

// disagreement is why a worker with this configuration must not run, nil if its regime is in force or will be. What is
// asked for and cannot be folded never will be.
func (c *Config) disagreement(s clock.Standing, own *schemas.Regime) error {
	if s.Asked != nil && c.mayFollow(s.Regime, s.Asked.Document) != nil {
		s.Asked = nil
	}
	return clock.Disagreement(s, own)
}

// admit is preflight, and for a worker that folds or owns the clock the log's regime.
func admit(ctx context.Context, c *Config) error {
	if err := preflight(ctx, c); err != nil {
		return err
	}
	if !slices.Contains(c.Stages, stageClock) && !slices.Contains(c.Stages, stageCorrelate) {
		return nil
	}
	own, err := c.regime()
	if err != nil {
		return err
	}
	// The quick look does not wait until a dead clock's transaction is ended, which this very worker may be about to do.
	quick, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	s, err := patiently(quick, func(ctx context.Context) (clock.Standing, error) { return clock.Look(ctx, c.kafka()) })
	if err != nil || c.disagreement(s, own) == nil {
		return err
	}
	if s, err = c.look(ctx); err != nil {
		return err
	}
	return c.disagreement(s, own)
}

// fold is the stage correlate. It begins when the log's regime is the worker's own, or there is no log yet.
func (c *Config) fold(ctx context.Context, log *slog.Logger, conf stream.Config, own *schemas.Regime) error {
	known, err := c.known(ctx, c.named(log, stageCorrelate), own)
	if err != nil || ctx.Err() != nil {
		return err
	}
	spec, err := correlate.Spec(own.Document, known)
	if err != nil {
		return fmt.Errorf("%w: %w", stream.ErrConfig, err)
	}
	return stream.Run(ctx, conf, spec)
}

// known returns the number of the clock's last tick, once no tick up to it is under another regime that is to come. A
// regime that is asked for is waited for as long as it takes: the clock may run in a process that is not there yet.
func (c *Config) known(ctx context.Context, log *slog.Logger, own *schemas.Regime) (int64, error) {
	var (
		waits   bool
		refused error
	)
	settled := func(s clock.Standing) bool { return s.Regime == "" || s.Regime == own.Document }
	for {
		s, err := clock.Look(ctx, c.kafka())
		if err == nil && !settled(s) {
			s, err = clock.Follow(ctx, c.kafka(), func(s clock.Standing) bool {
				if refused = c.disagreement(s, own); refused == nil && !settled(s) && !waits {
					waits = true
					log.Info("waiting for the clock to put the regime in force that was asked for")
				}
				return refused != nil || settled(s)
			})
		}
		switch {
		case ctx.Err() != nil:
			return 0, nil
		case err == nil:
			return s.N, refused
		case errors.Is(err, stream.ErrConfig), errors.Is(err, stream.ErrStop):
			return 0, err
		}
		log.Warn("cannot see the log's regime yet", "error", err, "pause", regimePause)
		select {
		case <-ctx.Done():
			return 0, nil
		case <-time.After(regimePause):
		}
	}
}

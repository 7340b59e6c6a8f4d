package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"holdfast.example/processors/capture"
	"holdfast.example/stream"
)

// journal notes in which order parts ended.
type journal struct {
	sync.Mutex
	ended []string
}

func (j *journal) part(name string, run func(ctx context.Context) error) part {
	return part{name, func(ctx context.Context) error {
		err := run(ctx)
		j.Lock()
		j.ended = append(j.ended, name)
		j.Unlock()
		return err
	}}
}

func untilStopped(ctx context.Context) error { <-ctx.Done(); return nil }

var silent = slog.New(slog.DiscardHandler)

// TestStopOrder: what feeds must stop before what is fed, or a clean stop leaves behind what it had in hand; also where
// the stop is because one of them ended.
func TestStopOrder(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	j := &journal{}
	var parts []part
	for _, name := range []string{stageCorrelate, stageClock, stageCapture, stageObserve} {
		parts = append(parts, j.part(name, untilStopped))
	}
	stop()
	if err := runParts(ctx, silent, parts); err != nil {
		t.Errorf("a clean stop returned %v", err)
	}
	if !slices.Equal(j.ended, stopOrder) {
		t.Errorf("stopped %v; want %v", j.ended, stopOrder)
	}

	j = &journal{}
	failed := make(chan struct{})
	parts = []part{j.part(stageObserve, untilStopped), j.part(stageCapture, untilStopped),
		j.part(stageCorrelate, func(context.Context) error { close(failed); return fmt.Errorf("shard 3: %w", stream.ErrStop) })}
	err := runParts(context.Background(), silent, parts)
	<-failed
	if exitCode(err) != exitStop || !strings.Contains(err.Error(), "correlate: shard 3") {
		t.Errorf("code %d, %v; want the failed stage's", exitCode(err), err)
	}
	if want := []string{stageCorrelate, stageCapture, stageObserve}; !slices.Equal(j.ended, want) {
		t.Errorf("stopped %v; want %v", j.ended, want)
	}
}

// TestFirstErrorWins: the exit code is that of the cause, not of what broke when everything was being stopped.
func TestFirstErrorWins(t *testing.T) {
	parts := []part{
		{stageCapture, func(context.Context) error { return fmt.Errorf("x: %w", capture.ErrConfig) }},
		{stageObserve, func(ctx context.Context) error { <-ctx.Done(); return stream.ErrUnreachable }},
	}
	if err := runParts(context.Background(), silent, parts); exitCode(err) != exitConfig {
		t.Errorf("code %d, %v", exitCode(err), err)
	}
}

// TestAStageThatEndsByItself: a stage that returned without an error while nobody asked it to would leave a process
// that looks alive and does nothing.
func TestAStageThatEndsByItself(t *testing.T) {
	err := runParts(context.Background(), silent, []part{{stageClock, func(context.Context) error { return nil }}})
	if !errors.Is(err, stream.ErrStop) {
		t.Errorf("%v", err)
	}
}

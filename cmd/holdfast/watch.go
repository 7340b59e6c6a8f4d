package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"holdfast.example/cmd/holdfast/admin"
	"holdfast.example/cmd/holdfast/metrics"
	"holdfast.example/processors/capture"
	"holdfast.example/processors/correlate"
	"holdfast.example/processors/observe"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// watch is who is told what the stages do, besides the log: metrics, the board of /readyz, and the restore's progress.
// A nil watch is nobody.
type watch struct {
	worker   string
	metrics  *metrics.Metrics
	board    *admin.Board
	progress *progress
	doors    []metrics.Door
	ignored  observe.Counters
}

// stuckAfter is how long a stage may be at one transaction before /healthz calls the process stuck: five times the
// longest that a commit may take, and at least a minute.
func (c *Config) stuckAfter() time.Duration {
	return max(time.Minute, 5*c.Stream.TransactionTimeout)
}

// Reasons for a dead letter, by stage; a test holds them against the stages' own.
var (
	observeCodes = []string{observe.CodeBadAvro, observe.CodeWrongRecord, observe.CodeNoContent, observe.CodeHashMismatch, observe.CodeTooLarge,
		observe.CodeBadJSON, observe.CodeRefusedEvent, observe.CodeRefusedNotification, observe.CodeRefusedInspection, observe.CodeConversationMismatch}
	correlateCodes = []string{correlate.CodeBadAvro, correlate.CodeWrongRecord, correlate.CodeBadEntity, correlate.CodeNoBody, correlate.CodeBadForm}
)

// newWatch makes the watch of the configured stages.
func newWatch(c *Config, p *progress) *watch {
	b := readBuild()
	w := &watch{worker: c.Worker, progress: p, board: admin.NewBoard(c.stuckAfter(), time.Now),
		metrics: metrics.New(metrics.Build{Version: b.Version, Revision: b.Revision, Go: b.Go}, time.Now)}
	w.metrics.Ready(func() bool { _, ok := w.board.Rows(""); return ok })
	for _, stage := range stopOrder {
		if !slices.Contains(c.Stages, stage) {
			continue
		}
		switch stage {
		case stageCapture:
			w.doors = c.doors()
			names := make([]string, len(w.doors))
			for i, d := range w.doors {
				names[i] = d.Name
			}
			w.board.Add(stage, stage, admin.Doors, names...)
		case stageObserve:
			for _, spec := range observe.Specs() {
				w.board.Add(stage, spec.Name, admin.Folding)
				w.metrics.Stage(spec.Name, observeCodes...)
			}
			w.metrics.Observe(&w.ignored)
		case stageClock:
			w.board.Add(stage, stage, admin.Clock)
		case stageCorrelate:
			w.board.Add(stage, stage, admin.Folding)
			w.metrics.Stage(stage, correlateCodes...)
		}
	}
	return w
}

// doors are capture's ways in, as its observer names them.
func (c *Config) doors() []metrics.Door {
	var out []metrics.Door
	if c.Capture.Webhook.Listen != "" {
		out = append(out, metrics.Door{Name: "webhook", Kind: metrics.Webhook})
	}
	for _, q := range c.Capture.Queues {
		out = append(out, metrics.Door{Name: q.name(), Kind: metrics.Queue})
	}
	if len(c.Capture.Buckets) > 0 {
		out = append(out, metrics.Door{Name: "inspect", Kind: metrics.Inspect})
	}
	return out
}

// listen opens the admin endpoint, if there is to be one; what it returns closes it.
func (w *watch) listen(address string, log *slog.Logger) (func(), error) {
	if address == "" {
		return func() {}, nil
	}
	s, err := admin.Listen(address, w.worker, w.board, w.metrics.Handler(), log)
	if err != nil {
		why := err
		if op := new(net.OpError); errors.As(err, &op) {
			why = op.Err
		}
		return nil, fmt.Errorf("%w: admin.listen: cannot listen at %s: %w; choose another address, or stop what holds it", stream.ErrConfig, address, why)
	}
	return s.Close, nil
}

// streams tells the watch what the stages with transactions do.
func (w *watch) streams(cfg stream.Config) stream.Config {
	if w != nil {
		cfg.Observer = stream.Tee(cfg.Observer, w.metrics.Stream(), w.board.Stream(), w.progress.observer())
	}
	return cfg
}

func (w *watch) captures(cfg capture.Config) capture.Config {
	if w != nil {
		cfg.Observer = capture.Tee(cfg.Observer, w.metrics.Capture(w.worker, w.doors),
			capture.Observer{Door: func(door string, open bool) { w.board.Door(stageCapture, door, open) }})
	}
	return cfg
}

// ticks returns a function that tells the clock's own and the watch.
func (w *watch) ticks(own func(schemas.Tick)) func(schemas.Tick) {
	if w == nil {
		return own
	}
	return func(t schemas.Tick) {
		own(t)
		w.metrics.Ticked(t)
		w.board.Ticked(stageClock, t)
	}
}

// counters are where observe counts what it ignores.
func (w *watch) counters() *observe.Counters {
	if w == nil {
		return new(observe.Counters)
	}
	return &w.ignored
}

func (w *watch) awaits(stage string) {
	switch {
	case w == nil:
	case stage == stageObserve:
		w.board.AwaitsTick(stage)
	default:
		w.board.AwaitsRegime(stage)
	}
}

// parts puts the parts under the board's eye.
func (w *watch) parts(parts []part) []part {
	for i, p := range parts {
		parts[i].run = func(ctx context.Context) error {
			w.board.Runs(p.name)
			err := p.run(ctx)
			failed := err != nil || ctx.Err() == nil
			if failed {
				w.metrics.Failed(p.name, cmp.Or(exitCode(err), exitStop), errors.Is(err, stream.ErrStore))
			}
			w.board.Ended(p.name, failed)
			return err
		}
	}
	return parts
}

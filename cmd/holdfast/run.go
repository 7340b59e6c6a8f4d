package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

func newRun(l *loader) *cobra.Command {
	return &cobra.Command{
		Use: "run", Short: "Runs several stages in one process", Args: exactly(0, ""),
		Long: "Runs the stages that the setting stages names, by default capture, observe, clock and correlate, in one\n" +
			"process. SIGINT or SIGTERM is a clean stop; a second one ends the process at once.",
		RunE: func(cmd *cobra.Command, _ []string) error { return l.run(cmd, nil) },
	}
}

func newStage(l *loader, name string, stages []string, short string) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: exactly(0, ""),
		Long: short + ".\n\nThe same as holdfast run --stages " + strings.Join(stages, ",") + ".",
		RunE: func(cmd *cobra.Command, _ []string) error { return l.run(cmd, stages) },
	}
}

// run is holdfast run: configuration, checks, stages, until a signal or a stage's error.
func (l *loader) run(cmd *cobra.Command, stages []string) error {
	config, loaded, err := l.loadStages(needStages, stages)
	if err != nil {
		return err
	}
	screen := newProgress(cmd.ErrOrStderr(), time.Now)
	plain := newLogger(screen, config.Log.Level, config.Log.Format)
	log := plain.With("worker", config.Worker)
	screen.log = log
	for _, u := range loaded.Unknown {
		log.Warn(u)
	}
	if s := &config.Kafka.SASL; s.Mechanism == "PLAIN" && !config.Kafka.TLS.Enabled {
		log.Warn("the password goes over the network in clear: kafka.sasl.mechanism is PLAIN and kafka.tls is off")
	}
	w := newWatch(config, screen)
	unlisten, err := w.listen(config.Admin.Listen, log)
	if err != nil {
		return err
	}
	defer unlisten()
	ctx, restore := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer restore()
	letGo, err := config.hold()
	if err != nil {
		return err
	}
	defer letGo()
	if err := admit(ctx, config); err != nil {
		if ctx.Err() != nil {
			return nil // stopped before anything had begun
		}
		return err
	}
	parts, err := config.parts(plain, w)
	if err != nil {
		return err
	}
	log.Info("starting", "version", readBuild().Version, "revision", readBuild().Revision, "stages", config.Stages,
		"kafka", config.kafka(), "profile", config.Kafka.Profile)
	if config.profile() == schemas.Embedded {
		log.Warn("profile embedded: not for evidence")
	}
	// From the first signal on the second one has its usual effect: the process ends at once.
	defer context.AfterFunc(ctx, restore)()
	defer context.AfterFunc(ctx, w.board.Stopping)()
	err = runParts(ctx, log, w.parts(parts))
	if err == nil {
		log.Info("stopped")
	}
	return err
}

// brokerCheck is the stream's, with its refusals named what they are.
func brokerCheck(ctx context.Context, k stream.Kafka) error {
	err := stream.BrokerCheck(ctx, k)
	if err == nil || errors.Is(err, stream.ErrUnreachable) {
		return err
	}
	return fmt.Errorf("%w: %w", stream.ErrConfig, err)
}

// preflight refuses a cluster or topics on which the stages could lose something or would not begin.
func preflight(ctx context.Context, c *Config) error {
	k := c.kafka()
	if err := brokerCheck(ctx, k); err != nil {
		return err
	}
	wrong, err := stream.CheckTopics(ctx, k, c.profile(), c.Kafka.Partitions, c.Kafka.Replication)
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		return nil
	}
	if missing(wrong) == len(schemas.Topics()) {
		return fmt.Errorf("%w: none of our topics exists under the prefix %q; run holdfast topics create with the same configuration", stream.ErrConfig, c.Kafka.Prefix)
	}
	if err := adviseLost(ctx, k, wrong); err != nil {
		return err
	}
	if missing(wrong) == 0 {
		return fmt.Errorf("%w: the topics are not as configured:\n  %s", stream.ErrConfig, strings.Join(wrong, "\n  "))
	}
	return fmt.Errorf("%w: the topics are not as configured; run holdfast topics create for those that do not exist:\n  %s", stream.ErrConfig, strings.Join(wrong, "\n  "))
}

func missing(sentences []string) int {
	n := 0
	for _, s := range sentences {
		if strings.Contains(s, " does not exist;") {
			n++
		}
	}
	return n
}

// part is one stage of this process.
type part struct {
	name string
	run  func(ctx context.Context) error // until ctx ends, then cleanly to its end; nil after that
}

// stopOrder is the way of a record: what feeds stops before what is fed.
var stopOrder = []string{stageCapture, stageObserve, stageClock, stageCorrelate}

// runParts runs the parts until ctx ends or one of them does, then stops them one after the other in stopOrder and
// returns the first error. Each part has a context of its own, so that none is stopped before its turn.
func runParts(ctx context.Context, log *slog.Logger, parts []part) error {
	type running struct {
		part
		stop context.CancelFunc
		done chan struct{}
	}
	var (
		once  sync.Once
		first error
		ended = make(chan struct{})
		all   []running
	)
	slices.SortFunc(parts, func(a, b part) int { return slices.Index(stopOrder, a.name) - slices.Index(stopOrder, b.name) })
	for _, p := range parts {
		own, stop := context.WithCancel(context.WithoutCancel(ctx))
		r := running{p, stop, make(chan struct{})}
		all = append(all, r)
		go func() {
			defer close(r.done)
			err := r.run(own)
			if err == nil && own.Err() == nil {
				err = fmt.Errorf("%w: it ended by itself", stream.ErrStop)
			}
			if err != nil {
				once.Do(func() { first = fmt.Errorf("%s: %w", r.name, err); close(ended) })
			}
		}()
	}
	select {
	case <-ctx.Done():
		log.Info("stopping")
	case <-ended:
		log.Error("stopping, because a stage ended", "error", first)
	}
	for _, r := range all {
		r.stop()
		<-r.done
		log.Debug("stage stopped", "stage", r.name)
	}
	once.Do(func() {}) // after it, first is set or never will be
	return first
}

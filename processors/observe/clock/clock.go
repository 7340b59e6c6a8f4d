package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Names in the cluster, without the configured prefix.
const (
	Group          = "clock"     // the clock's consumer group
	correlateGroup = "correlate" // whose committed positions folded waits for
	stateKey       = "clock"     // key of a ClockState in capture.progress
	requestKey     = "regime"    // key of a request there, so that compaction keeps the newest
)

// Config is one clock's configuration. Any number of processes may run a clock with the same settings: one works, the
// others wait for it to end. Zero values of optional fields mean their defaults.
type Config struct {
	Kafka stream.Kafka // how the cluster is reached

	// Worker is the worker's stable name: the same after a restart, different from every other worker's.
	Worker string

	// Interval is the time between two ticks. Default 5 s.
	Interval time.Duration
	// Epoch is the least broker time between two cuts. Default 60 s.
	Epoch time.Duration
	// Hourly is the broker time after which an epoch is cut although nothing moved. Default 1 h.
	Hourly time.Duration
	// Slack is above the difference of the brokers' clocks. Default 2 s.
	Slack time.Duration
	// Stall is the lag of through behind t beyond which the clock warns. Default 60 s. What it means to a deadline is
	// the fold's decision, by its own setting.
	Stall time.Duration

	// Partitions is the number of partitions of observations.
	Partitions int32
	// Regime is written before the first tick if observations is empty. Later the clock runs only while it is in force,
	// or asked for. Nil: observations must hold one already, and any will do.
	Regime *schemas.Regime
	// MayFollow refuses a regime that could not be folded after the one in force; it is then never written. Nil: any may.
	MayFollow func(inForce, next string) error

	// SessionTimeout is how long a silent owner keeps the clock. Default 9 s; brokers refuse less than their
	// group.min.session.timeout.ms (6 s).
	SessionTimeout time.Duration
	// TransactionTimeout is when the broker ends the transaction of an owner that died; until then it holds up
	// everybody who reads observations. Also the deadline of writing one tick. Default 12 s.
	TransactionTimeout time.Duration
	// StayOnStop keeps the ownership at a clean stop, for a restart that is back within SessionTimeout.
	StayOnStop bool

	// Wall is the host's clock. It stamps records, which the topics do not believe: they keep the broker's time of append.
	// Nothing else is asked of it. Default time.Now.
	Wall func() time.Time

	Logger *slog.Logger       // nil: nothing is logged
	OnTick func(schemas.Tick) // called after each committed tick, from the clock's goroutine; nil: nobody watches

	longestPause time.Duration // between two lives; tests shorten it
}

var workerForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// Validate returns every mistake at once, one line each, or nil.
func (c Config) Validate() error {
	var wrong []error
	if _, err := c.Kafka.Options(); err != nil {
		wrong = append(wrong, err)
	}
	if !workerForm.MatchString(c.Worker) {
		wrong = append(wrong, fmt.Errorf("worker %q: a stable name of 1 to 128 letters, digits, '.', '_', '-'", c.Worker))
	}
	if c.Partitions < 1 {
		wrong = append(wrong, fmt.Errorf("partitions: %d; observations has at least 1", c.Partitions))
	}
	d := c.withDefaults()
	for _, x := range []struct {
		name  string
		value time.Duration
	}{
		{"interval", d.Interval}, {"epoch", d.Epoch}, {"hourly", d.Hourly}, {"slack", d.Slack}, {"stall", d.Stall},
		{"session_timeout", d.SessionTimeout}, {"transaction_timeout", d.TransactionTimeout},
	} {
		if x.value < time.Millisecond {
			wrong = append(wrong, fmt.Errorf("%s: %v is less than a millisecond", x.name, x.value))
		}
	}
	if d.Hourly < d.Epoch {
		wrong = append(wrong, fmt.Errorf("hourly %v: must not be shorter than epoch %v", d.Hourly, d.Epoch))
	}
	return errors.Join(wrong...)
}

func (c Config) withDefaults() Config {
	for _, x := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.Interval, 5 * time.Second}, {&c.Epoch, time.Minute}, {&c.Hourly, time.Hour}, {&c.Slack, 2 * time.Second},
		{&c.Stall, time.Minute}, {&c.SessionTimeout, 9 * time.Second}, {&c.TransactionTimeout, 12 * time.Second},
	} {
		if *x.field == 0 {
			*x.field = x.value
		}
	}
	if c.longestPause == 0 {
		c.longestPause = lastPause
	}
	if c.Wall == nil {
		c.Wall = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) rules() Rules {
	return Rules{SlackMS: c.Slack.Milliseconds(), EpochMS: c.Epoch.Milliseconds(), HourlyMS: c.Hourly.Milliseconds()}
}

// Pauses between two lives of a clock.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// Run is the clock, until ctx ends: then it finishes the tick in hand, hands over and returns nil. An error wraps
// stream.ErrConfig or stream.ErrStop, and a restart does not mend it; or stream.ErrUnreachable, if no broker answered
// at the start. Any later error of the cluster costs ticks, and is logged.
func Run(ctx context.Context, cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return fmt.Errorf("configure clock: %w: %w", stream.ErrConfig, err)
	}
	cfg = cfg.withDefaults()
	if err := checkPartitions(ctx, cfg); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	pause := firstPause
	for {
		ticks, err := live(ctx, cfg)
		if ctx.Err() != nil && !errors.Is(err, stream.ErrStop) {
			return nil
		}
		if errors.Is(err, stream.ErrStop) || errors.Is(err, stream.ErrConfig) {
			return err
		}
		if ticks > 0 {
			pause = firstPause
		}
		cfg.Logger.Warn("clock starts over", "worker", cfg.Worker, "error", err, "pause_ms", pause.Milliseconds())
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, cfg.longestPause)
	}
}

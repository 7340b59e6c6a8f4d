package main

import (
	"io"
	"log/slog"
	"os"
	"time"

	"holdfast.example/processors/capture"
	"holdfast.example/schemas"
)

// newLogger logs to w in the configured form and from the configured level on.
func newLogger(w io.Writer, level, format string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		panic("log level: " + err.Error()) // the settings' table allows no other words
	}
	options := &slog.HandlerOptions{Level: l, ReplaceAttr: durationWithUnit}
	if format == "text" || format == "auto" && isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// durationWithUnit writes a duration as "1.5s" in JSON too, where slog would leave a bare count of nanoseconds.
func durationWithUnit(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}

func isTerminal(w io.Writer) bool {
	if p, ok := w.(*progress); ok {
		w = p.to
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// captureObserver logs what capture does not log itself: warnings for what was refused, held up or lost to a limit;
// debug for the rest.
func captureObserver(l *slog.Logger) capture.Observer {
	return capture.Observer{
		Captured: func(door, topic string, n int) { l.Debug("captured", "door", door, "topic", topic, "records", n) },
		Refused:  func(door, reason string) { l.Warn("refused", "door", door, "reason", reason) },
		Skipped:  func(door, reason string) { l.Debug("skipped", "door", door, "reason", reason) },
		Retried:  func(outcome string) { l.Debug("object asked for again", "outcome", outcome) },
		Uncut:    func(code string) { l.Warn("manifest not cut into rows; its hash is kept", "code", code) },
		Paused:   func() { l.Warn("partition waits for its oldest unfinished object") },
		Inspected: func(outcome string, n int64, d time.Duration) {
			l.Debug("object inspected", "outcome", outcome, "bytes", n, "elapsed", d)
		},
		Claimed: func(source, instance string, atMS int64) {
			l.Debug("proven", "source", source, "instance", instance, "at_ms", atMS)
		},
	}
}

// logTick logs each tick at debug level, and each cut of the log.
func logTick(l *slog.Logger) func(schemas.Tick) {
	return func(t schemas.Tick) {
		if t.Cut {
			l.Info("epoch closed", "epoch", t.Epoch, "tick", t.N)
			return
		}
		l.Debug("tick", "tick", t.N, "t_ms", t.TMS)
	}
}

package stream

import (
	"context"
	"log/slog"
	"time"
)

// TransactionInfo is what of one transaction is counted.
type TransactionInfo struct {
	Stage   string
	Shards  []int32       // partitions it touched, ascending
	Records int           // folded
	Outputs int           // emitted, dead letters not among them
	Dead    int           // dead letters
	Dirty   int           // entities whose state changed
	Bytes   int           // input, outputs and state
	Elapsed time.Duration // from the first record to the end
	Limit   string        // what closed it: empty, interval, bytes, records, stop
	Reason  error         // why it was aborted or its outcome is unknown
}

// RestoreInfo is one shard's restore.
type RestoreInfo struct {
	Stage     string
	Partition int32
	From      int64         // changelog offset at which reading began
	Position  int64         // where it is
	Target    int64         // where it ends
	Entries   int64         // records read
	Discarded string        // why the local copy was of no use; empty if it was used or there was none
	Frontier  int64         // input offset from which folding goes on
	Adopted   bool          // the group had no offset, the changelog's was taken
	Elapsed   time.Duration // so far
}

// PoisonInfo is one dead letter.
type PoisonInfo struct {
	Stage     string
	Topic     string // without prefix
	Partition int32
	Offset    int64
	Code      string
}

// Observer is told what a worker does. Any function may be nil. They are called by the worker's goroutines, those of
// restore and assignment concurrently with the others, and must return at once.
type Observer struct {
	TransactionCommitted func(TransactionInfo)
	TransactionAborted   func(TransactionInfo)
	TransactionUnknown   func(TransactionInfo)
	Restoring            func(RestoreInfo) // progress, at most once per fetch
	Restored             func(RestoreInfo)
	Poisoned             func(PoisonInfo) // its transaction is committed
	Assigned             func(stage string, partitions []int32)
	Revoked              func(stage string, partitions []int32, lost bool)
	HotSetEvicted        func(stage string, partition int32, entities int)
	Rebuilding           func(stage string, cause error, wait time.Duration) // everything is dropped and opened again
}

// Tee returns an observer that tells all of them, in order. Nil ones are skipped.
func Tee(all ...*Observer) *Observer {
	return &Observer{
		TransactionCommitted: each(all, func(o *Observer) func(TransactionInfo) { return o.TransactionCommitted }),
		TransactionAborted:   each(all, func(o *Observer) func(TransactionInfo) { return o.TransactionAborted }),
		TransactionUnknown:   each(all, func(o *Observer) func(TransactionInfo) { return o.TransactionUnknown }),
		Restoring:            each(all, func(o *Observer) func(RestoreInfo) { return o.Restoring }),
		Restored:             each(all, func(o *Observer) func(RestoreInfo) { return o.Restored }),
		Poisoned:             each(all, func(o *Observer) func(PoisonInfo) { return o.Poisoned }),
		Assigned: func(stage string, p []int32) {
			for _, o := range all {
				if o != nil && o.Assigned != nil {
					o.Assigned(stage, p)
				}
			}
		},
		Revoked: func(stage string, p []int32, lost bool) {
			for _, o := range all {
				if o != nil && o.Revoked != nil {
					o.Revoked(stage, p, lost)
				}
			}
		},
		HotSetEvicted: func(stage string, p int32, n int) {
			for _, o := range all {
				if o != nil && o.HotSetEvicted != nil {
					o.HotSetEvicted(stage, p, n)
				}
			}
		},
		Rebuilding: func(stage string, cause error, wait time.Duration) {
			for _, o := range all {
				if o != nil && o.Rebuilding != nil {
					o.Rebuilding(stage, cause, wait)
				}
			}
		},
	}
}

func each[T any](all []*Observer, pick func(*Observer) func(T)) func(T) {
	return func(v T) {
		for _, o := range all {
			if o == nil {
				continue
			}
			if f := pick(o); f != nil {
				f(v)
			}
		}
	}
}

// LogObserver returns an observer that logs what an operator wants to see: everything but ordinary commits, which it
// logs at debug level.
func LogObserver(l *slog.Logger) *Observer {
	transaction := func(level slog.Level, message string) func(TransactionInfo) {
		return func(t TransactionInfo) {
			l.LogAttrs(context.Background(), level, message, slog.String("stage", t.Stage), slog.Any("shards", t.Shards),
				slog.Int("records", t.Records), slog.Int("outputs", t.Outputs), slog.Int("dead", t.Dead),
				slog.Int("bytes", t.Bytes), slog.Duration("elapsed", t.Elapsed), slog.String("limit", t.Limit),
				slog.Any("reason", t.Reason))
		}
	}
	return &Observer{
		TransactionCommitted: transaction(slog.LevelDebug, "transaction committed"),
		TransactionAborted:   transaction(slog.LevelWarn, "transaction aborted"),
		TransactionUnknown:   transaction(slog.LevelError, "transaction outcome unknown"),
		Restored: func(r RestoreInfo) {
			l.Info("shard restored", "stage", r.Stage, "partition", r.Partition, "from", r.From, "target", r.Target,
				"entries", r.Entries, "discarded", r.Discarded, "frontier", r.Frontier, "adopted", r.Adopted, "elapsed", r.Elapsed)
		},
		Poisoned: func(p PoisonInfo) {
			l.Warn("record dead-lettered", "stage", p.Stage, "topic", p.Topic, "partition", p.Partition,
				"offset", p.Offset, "code", p.Code)
		},
		Assigned: func(stage string, p []int32) { l.Info("partitions assigned", "stage", stage, "partitions", p) },
		Revoked: func(stage string, p []int32, lost bool) {
			l.Info("partitions revoked", "stage", stage, "partitions", p, "lost", lost)
		},
		Rebuilding: func(stage string, cause error, wait time.Duration) {
			l.Warn("rebuilding from committed truth", "stage", stage, "cause", cause, "wait", wait)
		},
	}
}

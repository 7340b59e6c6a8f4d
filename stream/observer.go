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
	Commit  time.Duration // of that, from the broker's first knowledge of it, during which it holds up readers
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

// LagInfo is how far one shard is behind its input, in offsets.
type LagInfo struct {
	Stage     string
	Partition int32
	Frontier  int64 // the offset after the last record folded and committed
	// End is the partition's end as the last answer with records gave it, or the restore. It stays as it was while
	// nothing can be read, which an open transaction of somebody else's can bring about. Between Frontier and End
	// there may be nothing but markers and aborted records: a stage that writes to its input rests at 1, not at 0.
	End int64
}

// CountInfo is what one shard has committed since its log began, as its meta record says. Shards of a stage without a
// changelog have none.
type CountInfo struct {
	Stage         string
	Partition     int32
	Transactions  uint64
	In, Out, Dead uint64 // records folded, outputs, dead letters
	Hot           int    // decoded entities in memory
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
//
// A transaction is told as opened, then as one of committed, aborted or unknown; if Rebuilding comes instead, or Run
// ends, it was dropped before the broker knew of it.
type Observer struct {
	TransactionOpened    func(stage string) // its first record is in hand; its age counts from now
	TransactionCommitted func(TransactionInfo)
	TransactionAborted   func(TransactionInfo)
	TransactionUnknown   func(TransactionInfo)
	Restoring            func(RestoreInfo) // progress, at most once per fetch
	Restored             func(RestoreInfo)
	Lag                  func(LagInfo)    // at a shard's opening, and after a transaction of it
	Counted              func(CountInfo)  // when Lag is told
	Poisoned             func(PoisonInfo) // its transaction is committed
	// Turned: the loop goes round. Waiting, it has nothing in hand and waits for input, for as long as it takes.
	Turned func(stage string, waiting bool)
	// Given: we are a member of the group, and these partitions, perhaps none, are ours and not yet restored.
	Given         func(stage string, partitions []int32)
	Assigned      func(stage string, partitions []int32)
	Revoked       func(stage string, partitions []int32, lost bool)
	HotSetEvicted func(stage string, partition int32, entities int)
	Rebuilding    func(stage string, cause error, wait time.Duration) // everything is dropped and opened again
}

// Tee returns an observer that tells all of them, in order. Nil ones are skipped.
func Tee(all ...*Observer) *Observer {
	return &Observer{
		TransactionOpened:    each(all, func(o *Observer) func(string) { return o.TransactionOpened }),
		TransactionCommitted: each(all, func(o *Observer) func(TransactionInfo) { return o.TransactionCommitted }),
		TransactionAborted:   each(all, func(o *Observer) func(TransactionInfo) { return o.TransactionAborted }),
		TransactionUnknown:   each(all, func(o *Observer) func(TransactionInfo) { return o.TransactionUnknown }),
		Restoring:            each(all, func(o *Observer) func(RestoreInfo) { return o.Restoring }),
		Restored:             each(all, func(o *Observer) func(RestoreInfo) { return o.Restored }),
		Lag:                  each(all, func(o *Observer) func(LagInfo) { return o.Lag }),
		Counted:              each(all, func(o *Observer) func(CountInfo) { return o.Counted }),
		Poisoned:             each(all, func(o *Observer) func(PoisonInfo) { return o.Poisoned }),
		Turned: func(stage string, waiting bool) {
			for _, o := range all {
				if o != nil && o.Turned != nil {
					o.Turned(stage, waiting)
				}
			}
		},
		Given: func(stage string, p []int32) {
			for _, o := range all {
				if o != nil && o.Given != nil {
					o.Given(stage, p)
				}
			}
		},
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

package stream_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/stream"
)

// At stake: the broker commits, and what arrives is an error all the same. Whoever takes that for an abort folds twice.
func TestCommittedButUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wire.spoil = true
	w.wire.lose("victim", int16(kmsg.EndTxn), true, 7, 6)
	cfg := w.config("a", t.TempDir())
	cfg.Kafka.ClientID = "victim"
	var unknown atomic.Int64
	cfg.Observer = stream.Tee(testLog(t), &stream.Observer{TransactionUnknown: func(stream.TransactionInfo) { unknown.Add(1) }})
	stop := w.worker(cfg, tally(tallyInput))
	w.wait("the faults", 30*time.Second, func() bool {
		w.feed(50)
		_, left := w.wire.count()
		return left == 0
	})
	w.wait("the fold", 30*time.Second, w.folded("t.tally"))
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	w.mustEqualFold()
	if unknown.Load() < 5 {
		t.Fatalf("only %d outcomes were unknown", unknown.Load())
	}
}

// At stake: whoever takes a refusal for a commit folds never, and whoever takes work that was done (REQUEST_TIMED_OUT
// on offsets and records) for refused folds twice.
func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err *kerr.Error
		key kmsg.Key
	}{
		{kerr.RequestTimedOut, kmsg.EndTxn}, {kerr.UnknownServerError, kmsg.EndTxn}, {kerr.ConcurrentTransactions, kmsg.EndTxn},
		{kerr.TransactionAbortable, kmsg.EndTxn}, {kerr.InvalidTxnState, kmsg.EndTxn},
		{kerr.IllegalGeneration, kmsg.TxnOffsetCommit}, {kerr.UnknownMemberID, kmsg.TxnOffsetCommit},
		{kerr.RequestTimedOut, kmsg.TxnOffsetCommit}, {kerr.NotCoordinator, kmsg.TxnOffsetCommit},
		{kerr.RequestTimedOut, kmsg.Produce}, {kerr.NotEnoughReplicasAfterAppend, kmsg.Produce},
		{kerr.TransactionAbortable, kmsg.Produce}, {kerr.UnknownServerError, kmsg.Produce},
	} {
		t.Run(c.key.Name()+"/"+c.err.Message, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			seen := 0
			fault := kfake.Fault{Keys: []kmsg.Key{c.key}, Err: c.err, Count: 4, When: func(r kmsg.Request) bool {
				if p, ok := r.(*kmsg.ProduceRequest); ok && p.TransactionID == nil {
					return false // the test's own
				}
				seen++
				return seen%7 == 0
			}}
			handle := w.fake.Fault(fault)
			cfg := w.config("a", t.TempDir())
			var odd atomic.Int64
			cfg.Observer = stream.Tee(testLog(t), &stream.Observer{
				TransactionUnknown: func(stream.TransactionInfo) { odd.Add(1) },
				TransactionAborted: func(stream.TransactionInfo) { odd.Add(1) },
			})
			stop := w.worker(cfg, tally(tallyInput))
			for range 8 {
				w.feed(150)
			}
			w.wait("the faults", 20*time.Second, func() bool {
				w.feed(10)
				return handle.Hits() >= 4
			})
			w.wait("the fold", 30*time.Second, w.folded("t.tally"))
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			w.mustEqualFold()
			t.Logf("%d transactions aborted or unknown", odd.Load())
		})
	}
}

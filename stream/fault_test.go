package stream_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// At stake: whatever request is lost, or done with its answer lost, the outputs are those of the fold. A fault that
// did not happen fails the test.
func TestWireFaults(t *testing.T) {
	for _, key := range []kmsg.Key{
		kmsg.Metadata, kmsg.FindCoordinator, kmsg.InitProducerID, kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat,
		kmsg.OffsetFetch, kmsg.ListOffsets, kmsg.Fetch, kmsg.Produce, kmsg.TxnOffsetCommit, kmsg.EndTxn,
	} {
		for _, answer := range []bool{false, true} {
			name := fmt.Sprintf("%s/%s lost", key.Name(), map[bool]string{false: "request", true: "answer"}[answer])
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				every, times := 1, 2
				switch key {
				case kmsg.Fetch, kmsg.Produce, kmsg.TxnOffsetCommit, kmsg.EndTxn:
					every, times = 6, 5
				}
				w.wire.lose("victim", int16(key), answer, every, times)
				cfg := w.config("a", "")
				cfg.Kafka.ClientID = "victim"
				cfg.Observer = testLog(t)
				// The first metadata may be the one that is lost, which a first start reports instead of retrying.
				cfg.SessionTimeout = time.Second
				stop := w.worker(cfg, tally(tallyInput))
				for range 12 {
					w.feed(100)
				}
				w.wait("the fold", 20*time.Second, w.folded("t.tally"))
				w.wait("the faults", 20*time.Second, func() bool {
					if _, left := w.wire.count(); left == 0 {
						return true
					}
					w.feed(20)
					return false
				})
				w.wait("the fold", 20*time.Second, w.folded("t.tally"))
				if err := stop(); err != nil {
					t.Fatal(err)
				}
				w.mustEqualFold()
				if fired, _ := w.wire.count(); fired != times {
					t.Fatalf("the fault happened %d times", fired)
				}
			})
		}
	}
}

// At stake: a failure at any point of a transaction's life, in the middle of a drain too, rebuilds to the same outputs.
// Small transactions cut every drain into pieces.
func TestFailuresInDrains(t *testing.T) {
	for _, dir := range []bool{false, true} {
		t.Run(fmt.Sprintf("disk=%t", dir), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			folder := ""
			if dir {
				folder = t.TempDir()
			}
			cfg := w.config("a", folder)
			cfg.MaxTransactionRecords = 3
			var rebuilt, split atomic.Int64
			cfg.Observer = stream.Tee(testLog(t), &stream.Observer{
				Rebuilding: func(_ string, cause error, _ time.Duration) {
					if !errors.Is(cause, streamtest.ErrFailed) {
						t.Errorf("rebuilt for another cause: %v", cause)
					}
					rebuilt.Add(1)
				},
				TransactionCommitted: func(i stream.TransactionInfo) {
					if i.Records == 0 {
						split.Add(1)
					}
				},
			})
			streamtest.FailOneIn(&cfg, 150, 5)
			streamtest.AbortOneIn(&cfg, 5, 5)
			stop := w.worker(cfg, tally(tallyInput))
			for range 6 {
				w.feed(200)
			}
			w.wait("the fold", 40*time.Second, w.folded("t.tally"))
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			w.mustEqualFold()
			t.Logf("%d rebuilds, %d transactions within a drain", rebuilt.Load(), split.Load())
			if rebuilt.Load() < 5 || split.Load() < 20 {
				t.Fatal("too little happened to prove anything")
			}
		})
	}
}

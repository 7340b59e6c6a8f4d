package stream_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// At stake: a failure at any point of a transaction's life, in the middle of a drain too, rebuilds to the same outputs.
// Small transactions cut every drain into pieces.
func TestFailuresInDrains(t *testing.T) { both(t, failuresInDrains) }

func failuresInDrains(t *testing.T, open func(testing.TB) *world) {
	for _, dir := range []bool{false, true} {
		if exempt(t, fmt.Sprintf("disk=%t", dir)) {
			continue
		}
		t.Run(fmt.Sprintf("disk=%t", dir), func(t *testing.T) {
			t.Parallel()
			w := open(t)
			folder := ""
			if dir {
				folder = t.TempDir()
			}
			cfg := w.config("a", folder)
			cfg.MaxTransactionRecords = 3
			var rebuilt, split atomic.Int64
			cfg.Observer = stream.Tee(testLog(t), &stream.Observer{
				Rebuilding: func(_ string, cause error, _ time.Duration) {
					switch {
					case errors.Is(cause, streamtest.ErrFailed):
						rebuilt.Add(1)
					case w.apache == nil && errors.Is(cause, kerr.OutOfOrderSequenceNumber):
						// Seen once in about fifty runs on a loaded machine, never on Apache Kafka: the fake refuses the first
						// batch after an abort. It is a rebuild like any other.
						t.Logf("the in-process broker lost count: %v", cause)
					default:
						t.Errorf("rebuilt for another cause: %v", cause)
					}
				},
				TransactionCommitted: func(i stream.TransactionInfo) {
					if i.Records == 0 {
						split.Add(1)
					}
				},
			})
			streamtest.FailOneIn(&cfg, w.less(150, 450), 5)
			streamtest.AbortOneIn(&cfg, 5, 5)
			stop := w.worker(cfg, tally(tallyInput))
			for range 6 {
				w.feed(200)
			}
			w.wait("the fold", 120*time.Second, w.folded("t.tally"))
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

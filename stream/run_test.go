package stream_test

import (
	"sync/atomic"
	"testing"
	"time"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// At stake: one worker in good weather, and with one transaction in five aborted, writes what the fold writes.
func TestAborts(t *testing.T) { both(t, aborts) }

func aborts(t *testing.T, open func(testing.TB) *world) {
	for _, c := range []struct {
		name string
		dir  bool
		n    int
	}{{"none/memory", false, 0}, {"none/disk", true, 0}, {"one in five/memory", false, 5}, {"one in two/disk", true, 2}} {
		if exempt(t, c.name) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			dir := ""
			if c.dir {
				dir = t.TempDir()
			}
			cfg := w.config("a", dir)
			var aborted, committed atomic.Int64
			cfg.Observer = stream.Tee(testLog(t), &stream.Observer{
				TransactionAborted:   func(stream.TransactionInfo) { aborted.Add(1) },
				TransactionCommitted: func(stream.TransactionInfo) { committed.Add(1) },
			})
			if c.n > 0 {
				streamtest.AbortOneIn(&cfg, c.n, 42)
			}
			stop := w.worker(cfg, tally(tallyInput))
			for range 10 {
				w.feed(300)
			}
			w.wait("the fold", 60*time.Second, w.folded("t.tally"))
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			w.mustEqualFold()
			t.Logf("%d committed, %d aborted", committed.Load(), aborted.Load())
			if c.n > 0 && aborted.Load() < 5 {
				t.Fatalf("only %d of %d transactions were aborted", aborted.Load(), committed.Load())
			}
		})
	}
}

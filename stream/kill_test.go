package stream_test

import (
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// crew keeps worker processes running: one that dies is started again at once, under its name and on its disk.
type crew struct {
	w      *world
	kills  int // one in so many points kills; 0: only kill does
	deaths atomic.Int64
	seed   atomic.Uint64
	wg     sync.WaitGroup
	mu     sync.Mutex
	pids   map[string]*os.Process
	ended  atomic.Bool
}

func (c *crew) start(worker, dir string) {
	c.wg.Add(1)
	go func() {
		defer c.wg.Done()
		for !c.ended.Load() {
			cmd := c.w.process(worker, dir, c.seed.Add(1), c.kills)
			c.mu.Lock()
			c.pids[worker] = cmd.Process
			c.mu.Unlock()
			if err := cmd.Wait(); err != nil && !c.ended.Load() {
				c.deaths.Add(1)
			}
		}
	}()
}

// stop ends all in good order.
func (c *crew) stop() {
	c.ended.Store(true)
	c.mu.Lock()
	for _, p := range c.pids {
		_ = p.Signal(syscall.SIGTERM)
	}
	c.mu.Unlock()
	c.wg.Wait()
}

// At stake: the promise itself. Workers are killed with SIGKILL at least 25 times (6 on Apache Kafka), at every point of
// a transaction's life, with their state on disk, while one transaction in five is aborted; what was written is what
// the fold writes.
func TestKills(t *testing.T) { both(t, kills) }

func kills(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		workers []string
	}{{"one worker", []string{"a"}}, {"two workers", []string{"a", "b"}}} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t)
			crew := &crew{w: w, kills: 250, pids: map[string]*os.Process{}}
			for _, name := range c.workers {
				crew.start(name, t.TempDir())
			}
			t.Cleanup(crew.stop)
			want := w.less(25, 6)
			for round := 0; crew.deaths.Load() < int64(want) || round < want; round++ {
				if round > 1000 {
					t.Fatalf("only %d workers died", crew.deaths.Load())
				}
				w.feed(100)
				if round%4 == 3 { // let them catch up, or all but the first would die in one backlog
					w.wait("the fold", 60*time.Second, w.folded("t.tally"))
				}
			}
			w.wait("the fold", 90*time.Second, w.folded("t.tally"))
			crew.stop()
			w.mustEqualFold()
			t.Logf("%d deaths", crew.deaths.Load())
		})
	}
}

package stream_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// At stake: partitions go to and fro between two workers, cleanly, while input comes; nobody folds a record twice and
// a worker that leaves hands over at once, not after its session timeout.
func TestHandover(t *testing.T) { both(t, handover) }

func handover(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	w := open(t)
	dirs := map[string]string{"a": t.TempDir(), "b": t.TempDir()}
	assigned := make(chan string, 1000)
	start := func(name string) func() error {
		cfg := w.config(name, dirs[name])
		cfg.SessionTimeout = time.Minute // a handover that needs it fails the test
		cfg.RebalanceTimeout = 5 * time.Second
		cfg.Observer = stream.Tee(testLog(t), &stream.Observer{Assigned: func(string, []int32) { assigned <- name }})
		streamtest.AbortOneIn(&cfg, 5, 9)
		return w.worker(cfg, tally(tallyInput))
	}
	await := func(name string) {
		t.Helper()
		for {
			select {
			case got := <-assigned:
				if got == name {
					return
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("%s got no partition", name)
			}
		}
	}
	stop := map[string]func() error{"a": start("a")}
	await("a")
	for i, name := range []string{"b", "a", "b", "a", "b"} {
		other := map[string]string{"a": "b", "b": "a"}[name]
		w.feed(150)
		if i == 0 || stop[name] == nil {
			stop[name] = start(name)
			await(name)
		}
		w.feed(150)
		if err := stop[other](); err != nil {
			t.Fatal(err)
		}
		stop[other] = nil
		w.feed(150)
	}
	w.wait("the fold", 40*time.Second, w.folded("t.tally"))
	for _, s := range stop {
		if s != nil {
			if err := s(); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.mustEqualFold()
}

// At stake: whoever opens our transactional id a second time fences us (an operator's mistake, or a successor). What we
// had in hand must vanish, and we go on from committed truth.
func TestFenced(t *testing.T) { both(t, fenced) }

func fenced(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	w := open(t)
	cfg := w.config("a", t.TempDir())
	var rebuilt atomic.Int64
	cfg.Observer = stream.Tee(testLog(t), &stream.Observer{Rebuilding: func(string, error, time.Duration) { rebuilt.Add(1) }})
	stop := w.worker(cfg, tally(tallyInput))
	for range 2 {
		w.feed(100)
		w.wait("the fold", 20*time.Second, w.folded("t.tally")) // so the worker has its producer id before the thief
		before := rebuilt.Load()
		opts, err := w.kafka.Options()
		if err != nil {
			t.Fatal(err)
		}
		thief, err := kgo.NewClient(append(opts, kgo.TransactionalID(w.kafka.TransactionalID("a", "tally", tallyInput)))...)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := thief.ProducerID(w.deadline(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		thief.Close()
		w.wait("the worker to notice", 20*time.Second, func() bool {
			w.feed(10)
			return rebuilt.Load() > before
		})
	}
	w.wait("the fold", 20*time.Second, w.folded("t.tally"))
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	w.mustEqualFold()
}

// At stake: two processes under one name would fence each other for ever; one of them stops and says so, whichever the
// coordinator heard last goes on, and the outputs are right.
func TestOneName(t *testing.T) { both(t, oneName) }

func oneName(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	w := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var once sync.Once
	up, ended := make(chan struct{}), make(chan error, 2)
	cfg := w.config("a", "")
	cfg.Observer = stream.Tee(testLog(t), &stream.Observer{Assigned: func(string, []int32) { once.Do(func() { close(up) }) }})
	go func() { ended <- stream.Run(ctx, cfg, tally(tallyInput)) }()
	select {
	case <-up:
	case <-time.After(20 * time.Second):
		t.Fatal("the first worker got nothing")
	}
	go func() { ended <- stream.Run(ctx, cfg, tally(tallyInput)) }()
	select {
	case err := <-ended:
		if !errors.Is(err, stream.ErrConfig) {
			t.Fatalf("the first to end of two workers with one name said %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("both of two workers with one name go on")
	}
	w.feed(200)
	w.wait("the fold", 20*time.Second, w.folded("t.tally"))
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	w.mustEqualFold()
}

package stream_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// At stake: a worker that runs for a year rebuilds now and then. A goroutine left behind by each rebuild or stop would
// end it. (Rows of the fault table that keep state in memory hold the same: a bubble ends only when all in it has.)
func TestNoGoroutineIsLeft(t *testing.T) {
	w := newWorld(t)
	w.feed(10)
	before := goleak.IgnoreCurrent()
	for turn := range 3 {
		cfg := w.config("a", t.TempDir())
		rebuilt := 0
		cfg.Observer = stream.Tee(testLog(t), &stream.Observer{Rebuilding: func(string, error, time.Duration) { rebuilt++ }})
		streamtest.FailOneIn(&cfg, 40, uint64(turn))
		streamtest.AbortOneIn(&cfg, 5, uint64(turn))
		stop := w.worker(cfg, tally(tallyInput))
		for range 4 {
			w.feed(100)
		}
		w.wait("the fold", 60*time.Second, w.folded("t.tally"))
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if rebuilt == 0 {
			t.Error("nothing was rebuilt")
		}
	}
	w.mustEqualFold()
	// What looks from outside and the broker have connections of their own, which come and go.
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/twmb/franz-go/pkg/kfake.(*clientConn).read"),
		goleak.IgnoreAnyFunction("github.com/twmb/franz-go/pkg/kfake.(*clientConn).write"),
		goleak.IgnoreAnyFunction("github.com/twmb/franz-go/pkg/kfake.(*clientConn).read.func1"))
}

// At stake: whoever reads that a step failed must find the record: topic, partition, offset and key, in one line of
// bounded length whatever bytes a foreign producer used for a key.
func TestStepErrorNamesTheRecord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, key, want string }{
		{"plain", "conversation:7", `fold input/1 offset 0 key "conversation:7": broken on purpose`},
		{"long and hostile", "\n\x00" + strings.Repeat("k", 10_000), `fold input/1 offset 0 key "\n\x00` + strings.Repeat("k", 94) + `" and 9906 bytes more: broken on purpose`},
		{"none", "", `fold input/1 offset 0 key none: broken on purpose`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			virtual(t, func(w *world) {
				cause := make(chan error, 100)
				cfg := w.config("a", "")
				cfg.Observer = &stream.Observer{Rebuilding: func(_ string, err error, _ time.Duration) { cause <- err }}
				broken, once := errors.New("broken on purpose"), sync.Once{}
				spec := plain(func(stream.Record) bool { return true })
				spec.Open = func(int32, int32, []byte) (stream.Task, error) {
					return stepFunc(func(stream.Tx, stream.Record) (err error) {
						once.Do(func() { err = broken })
						return err
					}), nil
				}
				stop := w.worker(cfg, spec)
				w.put(1, c.key, "add 1")
				err := <-cause
				if !errors.Is(err, broken) || err.Error() != c.want {
					w.t.Errorf("got  %v\nwant %s", err, c.want)
				}
				w.await("the fold", time.Minute, w.folded("t.plain"))
				if err := stop(); err != nil {
					w.t.Fatal(err)
				}
			})
		})
	}
}

// At stake: what an operator's metrics are made of. Every transaction that is opened is ended by one of three words or
// by a rebuild, the time a commit holds up readers is part of its age, and a lag goes down to what only markers make.
func TestObserved(t *testing.T) {
	t.Parallel()
	virtual(t, func(w *world) {
		var mu sync.Mutex
		opened, ended, rebuilt, unknown := 0, 0, 0, 0
		lag := map[int32]stream.LagInfo{}
		end := func(i stream.TransactionInfo) {
			mu.Lock()
			defer mu.Unlock()
			if ended++; i.Commit > i.Elapsed {
				w.t.Errorf("commit took %v of %v", i.Commit, i.Elapsed)
			}
		}
		cfg := w.config("a", "")
		cfg.Observer = stream.Tee(testLog(t), nil, &stream.Observer{
			TransactionOpened:    func(string) { mu.Lock(); defer mu.Unlock(); opened++ },
			TransactionCommitted: end, TransactionAborted: end,
			TransactionUnknown: func(i stream.TransactionInfo) { end(i); mu.Lock(); defer mu.Unlock(); unknown++ },
			Rebuilding:         func(string, error, time.Duration) { mu.Lock(); defer mu.Unlock(); rebuilt++ },
			Lag:                func(i stream.LagInfo) { mu.Lock(); defer mu.Unlock(); lag[i.Partition] = i },
		})
		streamtest.AbortOneIn(&cfg, 5, 1)
		streamtest.FailOneIn(&cfg, 100, 1)
		w.feed(200)
		stop := w.worker(cfg, tally(tallyInput))
		for range 5 {
			w.feed(200)
		}
		w.await("the fold", 5*time.Minute, w.folded("t.tally"))
		if err := stop(); err != nil {
			w.t.Fatal(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if opened < 20 || rebuilt == 0 || opened < ended || opened > ended+rebuilt {
			w.t.Errorf("%d transactions opened, %d ended, %d rebuilds", opened, ended, rebuilt)
		}
		for p := range int32(partitions) {
			if l := lag[p]; l.End == 0 || l.Frontier > l.End || l.End-l.Frontier > 1 {
				w.t.Errorf("partition %d rests at %d of %d", p, l.Frontier, l.End)
			}
		}
		w.mustEqualFold()
	})
}

// put writes one record; an empty key is none.
func (w *world) put(p int32, key, value string) {
	w.t.Helper()
	r := &kgo.Record{Topic: w.kafka.Topic(tallyInput), Partition: p, Value: []byte(value)}
	if key != "" {
		r.Key = []byte(key)
	}
	if err := w.cl.ProduceSync(w.deadline(20*time.Second), r).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
}

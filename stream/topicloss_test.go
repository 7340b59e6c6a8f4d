package stream_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream"
)

// mustStop runs a worker that must end by itself.
func (w *world) mustStop(cfg stream.Config, want error, says string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cfg.Observer = testLog(w.t)
	if err := stream.Run(ctx, cfg, tally(tallyInput)); !errors.Is(err, want) || !strings.Contains(fmt.Sprint(err), says) {
		w.t.Fatalf("got %v, want %v that says %q", err, want, says)
	}
}

// At stake: the input is deleted and made anew. Kafka drops the group's offsets with it, and the state's frontier lies
// within the new topic, so without a look at the topic's id its first records would be skipped without a word.
func TestInputMadeAnew(t *testing.T) {
	t.Parallel()
	for _, disk := range []bool{true, false} {
		t.Run(fmt.Sprintf("disk=%t", disk), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			cfg := w.config("a", "")
			if disk {
				cfg.Dir = t.TempDir()
			}
			w.session(cfg, 200)
			if err := w.fake.DeleteTopic("t." + tallyInput); err != nil {
				t.Fatal(err)
			}
			if err := w.fake.CreateTopic("t."+tallyInput, partitions, nil); err != nil {
				t.Fatal(err)
			}
			w.refill(600)
			w.mustStop(cfg, stream.ErrStop, "deleted and made anew since")
		})
	}
}

// refill feeds a topic that was made anew, with a client that did not know the old one.
func (w *world) refill(n int) {
	w.t.Helper()
	w.cl.Close()
	w.look()
	w.feed(n)
}

// At stake: a changelog with another count of partitions would give a shard another's state.
func TestH15ChangelogOfOtherCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.fake.DeleteTopic("t.tally.state"); err != nil {
		t.Fatal(err)
	}
	if err := w.fake.CreateTopic("t.tally.state", partitions+1, nil); err != nil {
		t.Fatal(err)
	}
	w.mustStop(w.config("a", ""), stream.ErrConfig, "they must agree")
}

// At stake: a topic that a broker does not know for a moment (it is starting, and has not read of it yet) must not end a
// worker; one that nobody knows must.
func TestTopicMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.fake.DeleteTopic("t.out"); err != nil {
		t.Fatal(err)
	}
	tries := 0
	cfg := w.config("a", "")
	cfg.Observer = &stream.Observer{Rebuilding: func(_ string, cause error, _ time.Duration) {
		if tries++; tries == 1 {
			if err := w.fake.CreateTopic("t.out", partitions, nil); err != nil {
				t.Error(err)
			}
		}
	}}
	w.session(cfg, 100)
	w.mustEqualFold()
	if tries == 0 {
		t.Error("nothing was missing")
	}
	if err := w.fake.DeleteTopic("t.out"); err != nil {
		t.Fatal(err)
	}
	w.mustStop(w.config("a", ""), stream.ErrConfig, "topic t.out does not exist; create the topics first")
}

// At stake: a foreign producer that writes the input in transactions. What it aborted is never folded, and its markers,
// also at the very end, keep neither a stage with state nor one without from going on, from stopping and from coming
// back.
func TestForeignMarkersAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tally", "plain"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			spec := tally(tallyInput)
			if name == "plain" {
				spec = quiet()
			}
			opts, err := w.kafka.Options()
			if err != nil {
				t.Fatal(err)
			}
			foreign, err := kgo.NewClient(append(opts, kgo.TransactionalID("foreign"), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
			if err != nil {
				t.Fatal(err)
			}
			defer foreign.Close()
			for turn := range 3 {
				stop := w.worker(w.config("a", ""), spec)
				w.feed(100)
				for i := range 6 {
					if err := foreign.BeginTransaction(); err != nil {
						t.Fatal(err)
					}
					for p := range int32(partitions) {
						r := &kgo.Record{Topic: "t." + tallyInput, Partition: p, Key: []byte("entity:f"), Value: fmt.Appendf(nil, "add %d", 10*turn+i)}
						if err := foreign.ProduceSync(w.deadline(10*time.Second), r).FirstErr(); err != nil {
							t.Fatal(err)
						}
					}
					end := kgo.TransactionEndTry(i%2 == 0) // the last is aborted
					if err := foreign.EndTransaction(w.deadline(10*time.Second), end); err != nil {
						t.Fatal(err)
					}
				}
				w.wait("the fold", 20*time.Second, w.folded("t."+name))
				if err := stop(); err != nil {
					t.Fatal(err)
				}
			}
			if name == "plain" {
				w.mustEqualPlain(spec)
			} else {
				w.mustEqualFold()
			}
		})
	}
}

// At stake: a changelog of many fetches. A restore that ends after the first ones has most of the state, and folds on.
func TestRestoreOfManyFetches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.session(w.config("a", ""), 1500)
	var mu sync.Mutex
	fetches := map[int32]int{}
	last := map[int32]stream.RestoreInfo{}
	cfg := w.config("a", t.TempDir())
	cfg.FetchMaxBytes = 1 << 10
	cfg.Observer = &stream.Observer{Restoring: func(i stream.RestoreInfo) {
		mu.Lock()
		defer mu.Unlock()
		fetches[i.Partition]++
		last[i.Partition] = i
	}}
	stop := w.worker(cfg, tally(tallyInput))
	w.feed(400)
	w.wait("the fold", 30*time.Second, w.folded("t.tally"))
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	for p := range int32(partitions) {
		if i := last[p]; fetches[p] < 20 || i.Position != i.Target || i.Entries < 100 {
			t.Errorf("partition %d: %d fetches, %d entries, to %d of %d", p, fetches[p], i.Entries, i.Position, i.Target)
		}
	}
	w.mustEqualFold()
}

// At stake: one partition's changelog that cannot be read to its end yet must not keep the others from being restored.
func TestRestoreTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.session(w.config("a", ""), 300)
	opts, err := w.kafka.Options()
	if err != nil {
		t.Fatal(err)
	}
	sleeper, err := kgo.NewClient(append(opts, kgo.TransactionalID("sleeper"), kgo.TransactionTimeout(time.Minute), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer sleeper.Close()
	if err := sleeper.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	r := &kgo.Record{Topic: "t.tally.state", Partition: 0, Key: []byte("meta"), Value: []byte("never committed")}
	if err := sleeper.ProduceSync(w.deadline(5*time.Second), r).FirstErr(); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	ready := map[int32]bool{}
	cfg := w.config("a", "")
	cfg.Observer = &stream.Observer{Restoring: func(i stream.RestoreInfo) {
		mu.Lock()
		defer mu.Unlock()
		ready[i.Partition] = i.Position == i.Target
	}}
	stop := w.worker(cfg, tally(tallyInput))
	w.wait("the other partitions", 20*time.Second, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return ready[1] && ready[2]
	})
	mu.Lock()
	if ready[0] {
		t.Error("partition 0 was restored past an open transaction")
	}
	mu.Unlock()
	if err := sleeper.EndTransaction(w.deadline(5*time.Second), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	w.feed(100)
	w.wait("the fold", 20*time.Second, w.folded("t.tally"))
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	w.mustEqualFold()
}

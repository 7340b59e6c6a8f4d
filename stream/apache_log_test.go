package stream_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream"
)

// missing counts the offsets of a partition from one on, up to its end, at which nothing stands any more, neither record
// nor marker: what the cleaner has taken away.
func (w *world) missing(name string, p int32, from int64) (n int64) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ends, err := w.adm.ListEndOffsets(ctx, w.kafka.Topic(name))
	if err != nil {
		w.t.Fatal(err)
	}
	end, _ := ends.Lookup(w.kafka.Topic(name), p)
	opts, err := w.kafka.Options()
	if err != nil {
		w.t.Fatal(err)
	}
	cl, err := kgo.NewClient(append(opts, kgo.FetchIsolationLevel(kgo.ReadUncommitted()), kgo.KeepControlRecords(), kgo.FetchMaxWait(50*time.Millisecond),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{w.kafka.Topic(name): {p: kgo.NewOffset().At(from)}}))...)
	if err != nil {
		w.t.Fatal(err)
	}
	defer cl.Close()
	n = max(0, end.Offset-from)
	for at := from; at < end.Offset; {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			w.t.Fatalf("look for what is missing in %s/%d from %d to %d, at %d: %v", name, p, from, end.Offset, at, err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			at = r.Offset + 1
			if at <= end.Offset {
				n--
			}
		})
	}
	return n
}

// openIn opens a transaction of somebody else's in every partition of a topic, with a record that must never count.
func (w *world) openIn(name, id string) *kgo.Client {
	w.t.Helper()
	cl := w.transactional(id)
	if err := cl.BeginTransaction(); err != nil {
		w.t.Fatal(err)
	}
	for p := range int32(partitions) {
		r := &kgo.Record{Topic: w.kafka.Topic(name), Partition: p, Key: []byte("meta"), Value: []byte("never committed")}
		if err := cl.ProduceSync(w.deadline(60*time.Second), r).FirstErr(); err != nil {
			w.t.Fatal(err)
		}
	}
	return cl
}

// ended is where every partition of a topic ends.
func (w *world) ended(name string) kadm.ListedOffsets {
	w.t.Helper()
	ends, err := w.adm.ListEndOffsets(w.deadline(60*time.Second), w.kafka.Topic(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return ends
}

// At stake: the changelog is compacted while transactions are open in it, aborted ones among them, and workers are
// killed. The broker that compacts with an open transaction must not take the committed value away for one that is
// never committed, and a restore must pass the holes. That the cleaner ran is proven by what is missing, below another
// producer's open transaction and, once that was aborted, above it.
func TestCompaction(t *testing.T) {
	t.Parallel()
	w := newApache(t, 1, map[string]string{"min.cleanable.dirty.ratio": "0.01", "segment.ms": "500", "min.compaction.lag.ms": "0", "delete.retention.ms": "0"})
	c := w.crewOf(400, "a", "b")
	feedUntil := func(what string, ok func(p int32) bool) {
		t.Helper()
		w.wait(what, 60*time.Second, func() bool {
			if w.behind() < 600 {
				w.feed(60)
			}
			for p := range int32(partitions) {
				if !ok(p) {
					return false
				}
			}
			return true
		})
	}
	feedUntil("the cleaner, among the workers' transactions", func(p int32) bool { return w.missing("tally.state", p, 0) > 50 })
	opened := w.ended("tally.state")
	zombie := w.openIn("tally.state", "zombie")
	above := func(p int32) int64 {
		at, _ := opened.Lookup(w.kafka.Topic("tally.state"), p)
		return at.Offset + 1
	}
	deaths := c.deaths.Load()
	feedUntil("state above an open transaction, or a worker that died and waits for its end before it restores", func(p int32) bool {
		if c.deaths.Load() > deaths {
			return true
		}
		e, _ := w.ended("tally.state").Lookup(w.kafka.Topic("tally.state"), p)
		return e.Offset > above(p)+200
	})
	if err := zombie.EndTransaction(w.deadline(60*time.Second), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	feedUntil("the cleaner above an aborted transaction", func(p int32) bool { return w.missing("tally.state", p, above(p)) > 50 })
	w.finish(c)

	restored := w.session(w.config("c", ""), 400) // nothing but the compacted changelog
	w.mustEqualFold()
	for _, i := range restored {
		if i.Entries == 0 || i.From != 0 || i.Entries >= i.Target/2 {
			t.Errorf("partition %d: restored %d entries from %d to %d; want all of it, and much compacted away", i.Partition, i.Entries, i.From, i.Target)
		}
	}
}

// At stake: KAFKA-10167. Another producer's transaction is open in the changelog, and a worker has committed above it.
// Its successor, with no disk, must not be content with the last stable offset, where that state is missing.
func TestRestoreAboveOpenTransaction(t *testing.T) { both(t, restoreAbove) }

func restoreAbove(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	w := open(t)
	stop := w.worker(w.config("a", ""), tally(tallyInput))
	w.feed(200)
	w.wait("the fold", 30*time.Second, w.folded("tally"))
	zombie := w.openIn("tally.state", "zombie")
	w.feed(300)
	w.wait("the worker to commit above an open transaction", 30*time.Second, w.folded("tally"))
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	stable, err := w.adm.ListCommittedOffsets(w.deadline(30*time.Second), w.kafka.Topic("tally.state"))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	restoring, restored := map[int32]int64{}, 0
	cfg := w.config("b", "")
	cfg.Observer = stream.Tee(testLog(t), &stream.Observer{
		Restoring: func(i stream.RestoreInfo) { mu.Lock(); defer mu.Unlock(); restoring[i.Partition] = i.Target },
		Restored:  func(stream.RestoreInfo) { mu.Lock(); defer mu.Unlock(); restored++ },
	})
	stop = w.worker(cfg, tally(tallyInput))
	w.wait("the restore to meet the open transaction", 30*time.Second, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(restoring) > 0
	})
	mu.Lock()
	for p, target := range restoring {
		if s, _ := stable.Lookup(w.kafka.Topic("tally.state"), p); target <= s.Offset {
			t.Errorf("partition %d: restores to %d; the last stable offset is %d, and there is state above it", p, target, s.Offset)
		}
	}
	if restored > 0 {
		t.Errorf("%d shards were restored past an open transaction", restored)
	}
	mu.Unlock()
	if err := zombie.EndTransaction(w.deadline(30*time.Second), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	w.feed(300)
	w.wait("the fold", 30*time.Second, w.folded("tally"))
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	w.mustEqualFold()
}

// At stake: somebody deletes the head of the changelog (DeleteRecords, a retention). With the local disk nothing is
// lost, and the worker goes on. Without it state is gone for good: the worker must say so and stop, not begin from what
// is left of it, which would make wrong records without a word.
func TestChangelogTruncated(t *testing.T) { both(t, changelogTruncated) }

func changelogTruncated(t *testing.T, open func(testing.TB) *world) {
	for _, c := range []struct {
		name string
		kept bool // the local disk
		head bool // the head alone is cut off, not all
		gone bool // the group and its offsets too
		want string
	}{
		{"disk kept, all cut", true, false, false, ""},
		{"disk kept, head cut", true, true, false, ""},
		{"disk kept, all cut, group gone", true, false, true, ""},
		{"disk lost, all cut", false, false, false, "no longer holds its beginning"},
		{"disk lost, head cut", false, true, false, "no longer holds its beginning"},
		{"disk lost, all cut, group gone", false, false, true, "no longer holds its beginning"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.uncompacted("tally.state") // a real broker refuses to delete records of a compacted topic
			cfg := w.config("a", t.TempDir())
			w.session(cfg, 400)
			cut := kadm.Offsets{}
			w.ended("tally.state").Each(func(o kadm.ListedOffset) {
				if c.head {
					o.Offset /= 2
				}
				cut.AddOffset(o.Topic, o.Partition, o.Offset, -1)
			})
			if did, err := w.adm.DeleteRecords(w.deadline(30*time.Second), cut); err != nil || did.Error() != nil {
				t.Fatal(err, did.Error())
			}
			if c.gone {
				w.wait("the group to be deleted, once its member's session is over", 30*time.Second, func() bool {
					did, err := w.adm.DeleteGroup(w.deadline(10*time.Second), w.kafka.Topic("tally"))
					return err == nil && did.Err == nil
				})
			}
			if c.want == "" {
				w.session(cfg, 300)
				w.mustEqualFold()
				return
			}
			cfg.Dir = t.TempDir()
			ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
			defer cancel()
			cfg.Observer = testLog(t)
			if err := stream.Run(ctx, cfg, tally(tallyInput)); !errors.Is(err, stream.ErrStop) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a stop that says %q", err, c.want)
			}
		})
	}
}

func (w *world) uncompacted(name string) {
	w.t.Helper()
	policy := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "cleanup.policy", Value: kadm.StringPtr("delete")}}
	did, err := w.adm.AlterTopicConfigs(w.deadline(60*time.Second), policy, w.kafka.Topic(name))
	for _, d := range did {
		err = errors.Join(err, d.Err)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

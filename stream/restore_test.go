package stream_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream"
)

// session runs a worker over what is fed to it and stops it in good order.
func (w *world) session(cfg stream.Config, records int) (restored []stream.RestoreInfo) {
	w.t.Helper()
	var mu sync.Mutex
	cfg.Observer = stream.Tee(testLog(w.t), cfg.Observer, &stream.Observer{Restored: func(i stream.RestoreInfo) {
		mu.Lock()
		defer mu.Unlock()
		restored = append(restored, i)
	}})
	stop := w.worker(cfg, tally(tallyInput))
	w.feed(records)
	w.wait("the fold", 60*time.Second, w.folded("t.tally"))
	if err := stop(); err != nil {
		w.t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	return restored
}

// At stake: the disk may be kept, lost, or come back as it was days ago; each time the state is the changelog's.
func TestDisks(t *testing.T) { both(t, disks) }

func disks(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	w := open(t)
	dir, old := t.TempDir(), t.TempDir()+"/old"
	cfg := w.config("a", dir)
	w.session(cfg, 500)
	if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		prep func()
		read bool // from the changelog, more than the marker it ends with
		full bool // from its start
	}{
		{"kept", func() {}, false, false},
		{"lost", func() { dir += "/new" }, true, true},
		{"stale", func() { dir = old }, true, false},
		{"older than tombstones live", func() {
			w.session(w.config("a", ""), 100) // moves on without this disk
			cfg.TombstoneLife = time.Nanosecond
		}, true, true},
	} {
		c.prep()
		cfg.Dir = dir
		for _, i := range w.session(cfg, 300) {
			if (i.Entries > 0) != c.read || (i.From == 0) != c.full {
				t.Errorf("%s: partition %d read %d entries from %d to %d, discarded %q", c.name, i.Partition, i.Entries, i.From, i.Target, i.Discarded)
			}
		}
		w.mustEqualFold()
	}
}

// At stake: a group's offsets expire when it is down for a week. The frontier in the changelog knows better.
func TestH13AdoptsFrontier(t *testing.T) { both(t, adoptsFrontier) }

func adoptsFrontier(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	w := open(t)
	cfg := w.config("a", t.TempDir())
	w.session(cfg, 500)
	if _, err := w.adm.DeleteGroups(w.deadline(10*time.Second), w.kafka.Prefix+"tally"); err != nil {
		t.Fatal(err)
	}
	for _, i := range w.session(cfg, 300) {
		if !i.Adopted || i.Frontier == 0 {
			t.Errorf("partition %d: adopted %t, frontier %d", i.Partition, i.Adopted, i.Frontier)
		}
	}
	w.mustEqualFold()
}

// At stake: what no restart mends must stop the worker, with a sentence that names both sides.
func TestStops(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		harm func(w *world) error
		want string
	}{
		{"offset moved by hand", func(w *world) error {
			at, err := w.adm.FetchOffsets(w.deadline(5*time.Second), "t.tally")
			if err != nil {
				return err
			}
			moved := kadm.Offsets{}
			o, _ := at.Lookup("t."+tallyInput, 1)
			moved.AddOffset("t."+tallyInput, 1, o.At-3, -1)
			return w.adm.CommitAllOffsets(w.deadline(5*time.Second), "t.tally", moved)
		}, "but its state up to"},
		{"changelog made anew", func(w *world) error {
			if err := w.fake.DeleteTopic("t.tally.state"); err != nil {
				return err
			}
			return w.fake.CreateTopic("t.tally.state", partitions, nil)
		}, "holds no state"},
		{"input expired", func(w *world) error {
			at, err := w.adm.FetchOffsets(w.deadline(5*time.Second), "t.tally")
			if err != nil {
				return err
			}
			w.feed(100)
			o, _ := at.Lookup("t."+tallyInput, 0)
			return w.fake.DeleteRecords("t."+tallyInput, 0, o.At+1)
		}, "retention is shorter"},
		{"meta of another version", func(w *world) error {
			return w.cl.ProduceSync(w.deadline(5*time.Second), &kgo.Record{Topic: "t.tally.state", Partition: 0, Key: []byte("meta"), Value: []byte{9}}).FirstErr()
		}, "version 9"},
		{"more partitions", func(w *world) error {
			_, err := w.adm.CreatePartitions(w.deadline(5*time.Second), 1, "t."+tallyInput, "t.tally.state")
			return err
		}, "entities would be split"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			cfg := w.config("a", t.TempDir())
			w.session(cfg, 300)
			if err := c.harm(w); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			cfg.Observer = testLog(t)
			err := stream.Run(ctx, cfg, tally(tallyInput))
			if !errors.Is(err, stream.ErrStop) || !strings.Contains(fmt.Sprint(err), c.want) {
				t.Fatalf("got %v, want a stop that says %q", err, c.want)
			}
		})
	}
}

// At stake: an open transaction of a dead worker lies in the changelog, and others have committed above it. A restore
// that ended at the last stable offset would lose their state without a word (KAFKA-10167).
func TestRestoreWaitsForOpenTransaction(t *testing.T) { both(t, restoreWaits) }

func restoreWaits(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	w := open(t)
	w.session(w.config("a", ""), 300)

	opts, err := w.kafka.Options()
	if err != nil {
		t.Fatal(err)
	}
	zombie, err := kgo.NewClient(append(opts, kgo.TransactionalID("zombie"), kgo.TransactionTimeout(time.Minute), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer zombie.Close()
	if err := zombie.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	for p := range int32(partitions) {
		r := &kgo.Record{Topic: w.kafka.Topic("tally.state"), Partition: p, Key: []byte("meta"), Value: []byte("never committed")}
		if err := zombie.ProduceSync(w.deadline(5*time.Second), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	// A worker with a warm disk would wait too; one that is already up goes on and commits above the zombie.
	var mu sync.Mutex
	waiting, restored := map[int32]bool{}, 0
	cfg := w.config("a", "")
	cfg.Observer = stream.Tee(testLog(t), &stream.Observer{
		Restoring: func(i stream.RestoreInfo) {
			mu.Lock()
			defer mu.Unlock()
			if i.Position < i.Target {
				waiting[i.Partition] = true
			}
		},
		Restored: func(stream.RestoreInfo) { mu.Lock(); defer mu.Unlock(); restored++ },
	})
	stop := w.worker(cfg, tally(tallyInput))
	w.wait("the restore to meet the open transaction", 20*time.Second, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(waiting) > 0
	})
	mu.Lock()
	if restored != 0 {
		t.Errorf("%d shards were restored past an open transaction", restored)
	}
	mu.Unlock()
	if err := zombie.EndTransaction(w.deadline(5*time.Second), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	w.feed(300)
	w.wait("the fold", 20*time.Second, w.folded("t.tally"))
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	w.mustEqualFold()
}

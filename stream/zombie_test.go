package stream_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// At stake (V1 of the model): a worker stops in the middle of a transaction, most often one that only drains and so
// moves no offset; the group gives its shards to another, which finishes the same drain; the first wakes and goes on.
// What it had in hand must be refused. Its transactional id is its own, so only the group's generation can refuse it.
func TestZombie(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"folded", "staged", "begun", "flushed"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var passed atomic.Int64
			asleep, wake := make(chan struct{}), make(chan struct{})
			var lost atomic.Int64
			cfg := w.config("a", t.TempDir())
			cfg.MaxTransactionRecords = 3
			cfg.Observer = stream.Tee(testLog(t), &stream.Observer{
				TransactionAborted: func(stream.TransactionInfo) { lost.Add(1) },
				TransactionUnknown: func(stream.TransactionInfo) { lost.Add(1) },
			})
			streamtest.AtPoint(&cfg, func(p string) {
				if p == point && passed.Add(1) == 150 {
					close(asleep)
					<-wake
				}
			})
			stopA := w.worker(cfg, tally(tallyInput))
			for range 4 {
				w.feed(200)
			}
			select {
			case <-asleep:
			case <-time.After(30 * time.Second):
				t.Fatal("the worker never fell asleep")
			}
			if _, err := w.adm.LeaveGroup(w.deadline(5*time.Second), kadm.LeaveGroup("t.tally").InstanceIDs("a.tally")); err != nil {
				t.Fatal(err)
			}
			stopB := w.worker(w.config("b", t.TempDir()), tally(tallyInput))
			w.wait("the other to do it all", 40*time.Second, w.folded("t.tally"))
			close(wake)
			w.wait("the zombie to lose what it had", 20*time.Second, func() bool { return lost.Load() > 0 })
			w.feed(200)
			w.wait("the fold", 40*time.Second, w.folded("t.tally"))
			for _, stop := range []func() error{stopA, stopB} {
				if err := stop(); err != nil {
					t.Fatal(err)
				}
			}
			w.mustEqualFold()
		})
	}
}

// At stake: T2. Every committed transaction carries the offset of every shard it touches, above all where it did not
// move; otherwise nothing fences it, and only a zombie at the right moment would show it.
func TestOffsetsOfEveryShard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	var sent [][]int32
	w.fake.ControlKey(int16(kmsg.TxnOffsetCommit), func(req kmsg.Request) (kmsg.Response, error, bool) {
		w.fake.KeepControl()
		mu.Lock()
		defer mu.Unlock()
		var shards []int32
		for _, topic := range req.(*kmsg.TxnOffsetCommitRequest).Topics {
			for _, p := range topic.Partitions {
				shards = append(shards, p.Partition)
			}
		}
		sent = append(sent, shards)
		return nil, nil, false
	})
	cfg := w.config("a", "")
	cfg.MaxTransactionRecords = 3
	committed, unmoved := 0, 0
	cfg.Observer = stream.Tee(testLog(t), &stream.Observer{TransactionCommitted: func(i stream.TransactionInfo) {
		mu.Lock()
		defer mu.Unlock()
		if committed++; committed != len(sent) || !slices.Equal(sent[len(sent)-1], i.Shards) {
			t.Errorf("transaction %d touched shards %v, offsets were sent %d times, last for %v", committed, i.Shards, len(sent), sent[len(sent)-1])
		}
		if i.Records == 0 {
			unmoved++
		}
	}})
	stop := w.worker(cfg, tally(tallyInput))
	w.feed(600)
	w.wait("the fold", 20*time.Second, w.folded("t.tally"))
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if unmoved < 10 {
		t.Fatalf("only %d of %d transactions moved no offset", unmoved, committed)
	}
}

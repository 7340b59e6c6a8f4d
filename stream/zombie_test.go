package stream_test

import (
	"slices"
	"strings"
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
func TestV1ZombieInADrain(t *testing.T) { both(t, zombie) }

func zombie(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	for _, point := range []string{"folded", "staged", "begun", "flushed"} {
		if exempt(t, point) {
			continue
		}
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := open(t)
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
			if _, err := w.adm.LeaveGroup(w.deadline(5*time.Second), kadm.LeaveGroup(w.kafka.Topic("tally")).InstanceIDs("a.tally")); err != nil {
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

// At stake (V12 of the model): a worker has fetched the group's offsets, and before it reads its changelog the group
// gives its shards to another, which folds on. Offset and state now differ through nobody's fault. The worker must ask
// whether its membership holds, find that it does not, and rejoin; to stop would be a false alarm about integrity.
func TestV12StaleRestoreRejoins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.session(w.config("b", t.TempDir()), 500)
	w.feed(300)
	asleep, wake := make(chan struct{}), make(chan struct{})
	w.wire.arm(fault{key: kmsg.ListOffsets, harm: held, times: 1, match: func(req kmsg.Request) bool {
		for _, topic := range req.(*kmsg.ListOffsetsRequest).Topics {
			if topic.Topic == "t.tally.state" {
				close(asleep)
				<-wake
				return true
			}
		}
		return false
	}})
	var stale atomic.Int64
	cfg := w.config("a", t.TempDir())
	cfg.Kafka.ClientID = victim
	cfg.SessionTimeout = 5 * time.Minute // so that it does not learn of it by a heartbeat
	cfg.Observer = stream.Tee(testLog(t), &stream.Observer{Rebuilding: func(_ string, cause error, _ time.Duration) {
		if strings.Contains(cause.Error(), "our membership does not hold") {
			stale.Add(1)
		}
	}})
	stopA := w.worker(cfg, tally(tallyInput))
	select {
	case <-asleep:
	case <-time.After(30 * time.Second):
		t.Fatal("the worker never came to its changelog")
	}
	if _, err := w.adm.LeaveGroup(w.deadline(5*time.Second), kadm.LeaveGroup(w.kafka.Topic("tally")).InstanceIDs("a.tally")); err != nil {
		t.Fatal(err)
	}
	stopB := w.worker(w.config("b", t.TempDir()), tally(tallyInput))
	w.wait("the other to do it all", 40*time.Second, w.folded("t.tally"))
	close(wake)
	w.wait("the stale worker to see that it is", 20*time.Second, func() bool { return stale.Load() > 0 })
	w.feed(200)
	w.wait("the fold", 60*time.Second, w.folded("t.tally"))
	for _, stop := range []func() error{stopA, stopB} {
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
	w.mustEqualFold()
}

package stream_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Workers come, go, stand still and are taken for one another, on one real broker, as processes.

// holders returns how many partitions of the input each worker has, by name; nil while the group is in between.
func (w *world) holders() map[string]int {
	groups, err := w.adm.DescribeGroups(w.deadline(30*time.Second), w.kafka.Topic("tally"))
	if err != nil || groups.Error() != nil {
		return nil
	}
	group := groups[w.kafka.Topic("tally")]
	if group.State != "Stable" {
		return nil
	}
	held := map[string]int{}
	for _, m := range group.Members {
		assigned, ok := m.Assigned.AsConsumer()
		if !ok || m.InstanceID == nil {
			return nil
		}
		for _, t := range assigned.Topics {
			held[strings.TrimSuffix(*m.InstanceID, ".tally")] += len(t.Partitions)
		}
	}
	return held
}

// At stake: two workers share the partitions, and a third comes and goes, with all of its state each time: partitions
// move both ways while transactions are open and one in five is aborted.
func TestThirdWorker(t *testing.T) {
	t.Parallel()
	w := newApache(t, 1, nil)
	c := w.crewOf(0, "a", "b")
	dir := t.TempDir()
	w.feed(200)
	for round := range 3 {
		w.wait("the two to share", 30*time.Second, func() bool { h := w.holders(); return h["a"] > 0 && h["b"] > 0 && h["c"] == 0 })
		third := w.process("c", dir, uint64(round), 0)
		w.wait("the third to have its part", 30*time.Second, func() bool {
			w.feed(20)
			return w.holders()["c"] > 0
		})
		w.feed(200)
		if err := third.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := third.Wait(); err != nil {
			t.Fatalf("the third worker did not end well: %v", err)
		}
		w.feed(100)
	}
	w.finish(c)
}

// At stake: raw topics are a public contract, and a customer's producer may write them in transactions. What it aborts
// must not be folded, its markers must not stop the stage, least of all at the end of the topic.
func TestForeignTransactions(t *testing.T) {
	t.Parallel()
	w := newApache(t, 1, nil)
	c := w.crewOf(200, "a", "b")
	foreign := w.transactional("foreign")
	for round := range 20 {
		w.feed(15)
		if err := foreign.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for i := range 9 {
			r := &kgo.Record{Topic: w.kafka.Topic(tallyInput), Partition: int32(i % partitions), Key: []byte("entity:f"), Value: []byte("add 7")}
			if err := foreign.ProduceSync(w.deadline(30*time.Second), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		w.feed(15) // above its open transaction
		if err := foreign.EndTransaction(w.deadline(30*time.Second), kgo.TransactionEndTry(round%2 == 0)); err != nil {
			t.Fatal(err)
		}
	}
	w.finish(c)
	committed := 0
	for _, r := range w.read(tallyInput) {
		if string(r.Key) == "entity:f" {
			committed++
		}
	}
	if committed != 90 {
		t.Errorf("%d of the foreign producer's records are committed; want half of 180", committed)
	}
}

// transactional opens a producer of somebody else's.
func (w *world) transactional(id string) *kgo.Client {
	w.t.Helper()
	opts, err := w.kafka.Options()
	if err != nil {
		w.t.Fatal(err)
	}
	cl, err := kgo.NewClient(append(opts, kgo.TransactionalID(w.kafka.Prefix+id), kgo.TransactionTimeout(5*time.Minute), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(cl.Close)
	return cl
}

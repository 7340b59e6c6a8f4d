package stream_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// At stake: the coordinator answers a commit when it has decided, before its markers stand in every partition. Until
// they do, the next transaction is refused (CONCURRENT_TRANSACTIONS), and so is a successor that wants to take over.
// Here they are held up on purpose: the output's partitions live on two brokers and need both, and one of them stands
// still from when the offsets are sent. The worker must wait, or rebuild and wait, and neither lose nor double.
//
// On one broker alone they would have no leader meanwhile. To such a partition Kafka 4.4.0 sends no marker and calls the
// transaction complete (KRaftMetadataCache.getPartitionLeaderEndpoint says of it what it says of a deleted one), and the
// producer's next abort takes away what was committed there: this test was torn so, where the pause outlasted a session.
func lateMarkers(t *testing.T) {
	w := newApache(t, 3, nil)
	if _, err := w.adm.DeleteTopic(w.deadline(30*time.Second), w.kafka.Topic("out")); err != nil {
		t.Fatal(err)
	}
	// Whose coordinator is whose is known before the worker starts, for both go by the hash of a name.
	coordinator, err := w.transactionCoordinator()
	if err != nil {
		t.Fatal(err)
	}
	still := coordinator%3 + 1
	if group, err := w.groupCoordinator(); err != nil {
		t.Fatal(err)
	} else if group == still {
		still = 6 - coordinator - group // the third
	}
	w.createOn("out", coordinator, still)

	cfg := w.config("a", t.TempDir())
	var passed, tried atomic.Int64
	var late atomic.Bool
	paused := make(chan error, 1)
	streamtest.AtPoint(&cfg, func(point string) {
		if point == "offsets-sent" && passed.Add(1) == 3 {
			paused <- w.apache.Pause(still)
		}
		if point == "begun" && late.Load() {
			tried.Add(1)
		}
	})
	cfg.Observer = stream.Tee(testLog(t), &stream.Observer{Rebuilding: func(string, error, time.Duration) { tried.Add(1) }})
	w.feed(400)
	stop := w.worker(cfg, tally(tallyInput))
	select {
	case err := <-paused:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the worker sent no offsets")
	}
	// Abort, where the coordinator was so slow that the transaction's timeout came first.
	decided := func() bool { s := w.state(); return s == "PrepareCommit" || s == "PrepareAbort" }
	w.wait("the transaction to be decided with markers missing", 30*time.Second, decided)
	late.Store(true)
	w.wait("the worker to try what comes next", 30*time.Second, func() bool { return tried.Load() > 0 })
	if !decided() {
		t.Errorf("the markers are not late: the transaction is %q", w.state())
	}
	if err := w.apache.Resume(still); err != nil {
		t.Fatal(err)
	}
	w.wait("the fold", 40*time.Second, w.folded("tally"))
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	w.mustEqualFold()
}

// createOn makes a topic whose partitions all live on these brokers, led by the first, and need every one of them.
func (w *world) createOn(name string, brokers ...int) {
	w.t.Helper()
	w.wait("the topic to be gone", 20*time.Second, func() bool {
		all, err := w.adm.ListTopics(w.deadline(20 * time.Second))
		return err == nil && !all.Has(w.kafka.Topic(name))
	})
	req := kmsg.NewPtrCreateTopicsRequest()
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = w.kafka.Topic(name), -1, -1
	for p := range int32(partitions) {
		a := kmsg.NewCreateTopicsRequestTopicReplicaAssignment()
		a.Partition = p
		for _, b := range brokers {
			a.Replicas = append(a.Replicas, int32(b))
		}
		topic.ReplicaAssignment = append(topic.ReplicaAssignment, a)
	}
	all := kmsg.NewCreateTopicsRequestTopicConfig()
	all.Name, all.Value = "min.insync.replicas", kmsg.StringPtr(strconv.Itoa(len(brokers)))
	topic.Configs = append(topic.Configs, all)
	req.Topics = append(req.Topics, topic)
	resp, err := req.RequestWith(w.deadline(30*time.Second), w.cl)
	if err != nil || resp.Topics[0].ErrorCode != 0 {
		w.t.Fatalf("create %s on brokers %v: %v, %+v", name, brokers, err, resp)
	}
	w.wait("the topic", 20*time.Second, func() bool {
		ends, err := w.adm.ListEndOffsets(w.deadline(20*time.Second), w.kafka.Topic(name))
		return err == nil && ends.Error() == nil
	})
}

// state is what worker a's transaction coordinator says of its transaction.
func (w *world) state() string {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	id := w.kafka.TransactionalID("a", "tally", tallyInput)
	all, err := w.adm.DescribeTransactions(ctx, id)
	if err != nil {
		return err.Error()
	}
	return all[id].State
}

// At stake: capture answers its source only after Kafka has acknowledged. The leader of what is published dies; what was
// acknowledged stands in the log, once, and publishing goes on while it is dead.
func publisherMeetsDeath(t *testing.T) {
	w := newApache(t, 3, nil)
	p, err := stream.NewPublisher(w.kafka)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	leader, err := w.leader("plain", 0)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	acknowledged := map[string]bool{}
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(acknowledged) }
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for writer := range 4 {
		group.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				value := fmt.Sprintf("%d/%d", writer, i)
				one, done := context.WithTimeout(context.Background(), 30*time.Second)
				times, err := p.Publish(one, stream.Output{Topic: "plain", Partition: int32(i % partitions), Key: []byte(strconv.Itoa(writer)), Value: []byte(value)})
				done()
				if err == nil && len(times) == 1 {
					mu.Lock()
					acknowledged[value] = true
					mu.Unlock()
				}
			}
		})
	}
	more := func(what string) {
		t.Helper()
		before := count()
		w.wait(what, 20*time.Second, func() bool { return count() > before+100 })
	}
	defer group.Wait()
	defer cancel()
	more("the publisher to publish")
	if err := w.apache.Kill(leader); err != nil {
		t.Fatal(err)
	}
	more("the publisher to go on with its leader dead")
	if err := w.again(leader); err != nil {
		t.Fatal(err)
	}
	more("the publisher to go on")
	cancel()
	group.Wait()
	logged := map[string]int{}
	for _, r := range w.read("plain") {
		logged[string(r.Value)]++
	}
	for value := range acknowledged {
		if logged[value] != 1 {
			t.Errorf("%s was acknowledged and stands in the log %d times", value, logged[value])
		}
	}
	for value, n := range logged {
		if n > 1 {
			t.Errorf("%s stands in the log %d times", value, n)
		}
	}
	t.Logf("%d acknowledged, %d in the log", len(acknowledged), len(logged))
}

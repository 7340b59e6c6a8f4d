package clock

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

const childVariable = "HOLDFAST_TEST_CLOCK_BROKER"

// TestChild is no test: it is the process that TestKilledOwnerIsReplaced kills.
func TestChild(t *testing.T) {
	broker := os.Getenv(childVariable)
	if broker == "" {
		t.Skip("runs only as the child of TestKilledOwnerIsReplaced")
	}
	h := &house{t: t, kafka: stream.Kafka{Brokers: []string{broker}, Prefix: "t."}}
	_ = Run(t.Context(), h.testConfig("child"))
}

// The owner's host loses power, in the middle of whatever it was doing, six times. No number may be given twice, none
// may be skipped, and the other clock goes on.
func TestKilledOwnerIsReplaced(t *testing.T) {
	h := newHouse(t)
	newest := func() int64 {
		logs := h.observations()
		for i := len(logs[0]) - 1; i > 0; i-- {
			if tick, ok := logs[0][i].(*schemas.Tick); ok {
				return tick.N
			}
		}
		return 0
	}
	waitFor := func(n int64) { eventually(t, "more ticks", func() bool { return newest() >= n }) }
	for round := range 3 {
		child := exec.Command(os.Args[0], "-test.run=^TestChild$")
		child.Env = append(os.Environ(), childVariable+"="+h.cluster.ListenAddrs()[0])
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		stopped := false
		t.Cleanup(func() {
			if !stopped {
				_ = child.Process.Kill()
				_ = child.Wait()
			}
		})
		waitFor(newest() + 7 + int64(round))
		other := h.run(h.testConfig("other"))
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
		stopped = true
		seen := newest()
		eventually(t, "the other clock takes over", func() bool { return other.tick().N >= seen+5 })
		other.stop(t)
	}
	h.checkLog()
}

// deafen makes the group forget a member that believes all is well, once the answer is set: its heartbeats are answered
// and not heard.
func (h *house) deafen(worker string) *atomic.Bool {
	var deaf atomic.Bool
	h.cluster.ControlKey(int16(kmsg.Heartbeat), func(r kmsg.Request) (kmsg.Response, error, bool) {
		h.cluster.KeepControl()
		beat := r.(*kmsg.HeartbeatRequest)
		if !deaf.Load() || beat.InstanceID == nil || *beat.InstanceID != worker {
			return nil, nil, false
		}
		return r.ResponseKind(), nil, true
	})
	return &deaf
}

// lives runs one life of a clock in the background and returns how it ends.
func lives(cfg Config) <-chan error {
	ended := make(chan error, 1)
	go func() {
		_, err := live(context.Background(), cfg)
		ended <- err
	}()
	return ended
}

// refusedAsStale says that the group refused an owner that is none any more.
func refusedAsStale(err error) bool {
	return errors.Is(err, kerr.UnknownMemberID) || errors.Is(err, kerr.IllegalGeneration) || errors.Is(err, kerr.FencedInstanceID) || errors.Is(err, errLost)
}

// mustOutlive holds that a stale owner's life ends by being refused, and that the other clock goes on.
func (h *house) mustOutlive(other *running, stale <-chan error) {
	h.t.Helper()
	if err := <-stale; !refusedAsStale(err) {
		h.t.Fatalf("the stale owner ended with %v", err)
	}
	n := other.tick().N
	eventually(h.t, "the other clock goes on", func() bool { return other.tick().N >= n+5 })
	other.stop(h.t)
	h.checkLog()
}

// H7: an owner that was paused, lost its place and does not know it. The group has gone on; its tick must be refused,
// also where nothing happened in between but ticks.
func TestH7StaleOwnerIsFenced(t *testing.T) {
	h := newHouse(t)
	deaf := h.deafen("stale")
	paused, resume := make(chan struct{}), make(chan struct{})
	cfg := h.testConfig("stale").withDefaults()
	cfg.OnTick = func(tick schemas.Tick) {
		if tick.N == 5 {
			deaf.Store(true)
			close(paused)
			<-resume
		}
	}
	ended := lives(cfg)
	<-paused
	other := h.run(h.testConfig("other"))
	eventually(t, "the other clock takes over", func() bool { return other.tick().N >= 10 })
	close(resume)
	h.mustOutlive(other, ended)
}

// H7 before the first tick: an owner that was paused as it looked for the log's beginning, having read all of an empty
// capture.progress. Meanwhile another one begins the log. What the stale one then finds is a log that has begun and, as
// far as it has read, no clock; it must read on before it calls that a loss, which only an operator could mend.
func TestH7StaleOwnerOfAnEmptyLog(t *testing.T) {
	h := newHouse(t)
	deaf := h.deafen("stale")
	cfg := h.testConfig("stale").withDefaults()
	paused, resume := make(chan struct{}), make(chan struct{})
	var slept atomic.Bool
	h.cluster.ControlKey(int16(kmsg.ListOffsets), func(r kmsg.Request) (kmsg.Response, error, bool) {
		h.cluster.KeepControl()
		topics := r.(*kmsg.ListOffsetsRequest).Topics
		if len(topics) == 1 && topics[0].Topic == h.kafka.Topic(schemas.TopicObservations) && !slept.Swap(true) {
			close(paused)
			h.cluster.SleepControl(func() { <-resume })
		}
		return nil, nil, false
	})
	ended := lives(cfg)
	<-paused
	deaf.Store(true)
	other := h.run(h.testConfig("other"))
	eventually(t, "the other clock takes over", func() bool { return other.tick().N >= 5 })
	close(resume)
	h.mustOutlive(other, ended)
}

// Any request of a transaction may fail. What is then in the log must be what it says it is.
func TestFailedTransactions(t *testing.T) {
	h := newHouse(t)
	var all []*kfake.FaultHandle
	for _, f := range []struct {
		key   kmsg.Key
		every int64
	}{{kmsg.TxnOffsetCommit, 13}, {kmsg.EndTxn, 17}, {kmsg.Produce, 67}, {kmsg.OffsetFetch, 71}, {kmsg.ListOffsets, 101}} {
		var calls atomic.Int64
		all = append(all, h.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{f.key}, Err: kerr.UnknownServerError, Count: -1,
			When: func(kmsg.Request) bool { return calls.Add(1)%f.every == 0 }}))
	}
	r := h.run(h.testConfig("clock-0"))
	eventually(t, "50 ticks, and each fault", func() bool {
		for _, f := range all {
			if f.Hits() == 0 {
				return false
			}
		}
		return r.tick().N >= 50
	})
	r.stop(t)
	for _, f := range all {
		f.Remove()
	}
	h.checkLog()
}

// send writes records of capture.progress or a raw topic, outside transactions.
func (h *house) send(topic string, partition int32, rec any) int64 {
	h.t.Helper()
	value, err := schemas.Append(nil, rec)
	if err != nil {
		h.t.Fatal(err)
	}
	r := &kgo.Record{Topic: h.kafka.Topic(topic), Partition: partition, Value: value}
	if err := h.client.ProduceSync(h.t.Context(), r).FirstErr(); err != nil {
		h.t.Fatal(err)
	}
	return r.Timestamp.UnixMilli()
}

// passes commits a group's positions, as observe and correlate do inside their transactions.
func (h *house) passes(group, topic string, positions ...int64) {
	h.t.Helper()
	offsets := kadm.Offsets{}
	for p, at := range positions {
		offsets.Add(kadm.Offset{Topic: h.kafka.Topic(topic), Partition: int32(p), At: at, LeaderEpoch: -1})
	}
	if err := kadm.NewClient(h.client).CommitAllOffsets(h.t.Context(), h.kafka.Topic(group), offsets); err != nil {
		h.t.Fatal(err)
	}
}

// The whole chain through the broker: a life sign, the ends read after it, observe's position, the tick, and the shards
// behind it.
func TestThroughAndFolded(t *testing.T) {
	h := newHouse(t)
	h.send(schemas.TopicConversationEvents, 0, &schemas.ConversationEvent{Transport: schemas.Transport{Kind: schemas.TransportProducer, Auth: schemas.AuthNone}})
	life := schemas.Progress{Source: events, Instance: "a", Boot: 1, Kind: schemas.ProgressStart}
	h.send(schemas.TopicCaptureProgress, 0, &life)
	life.Kind = schemas.ProgressProgress
	var claim int64
	for started := time.Now(); time.Since(started) < 20*time.Millisecond; { // past the start's hold
		claim = h.send(schemas.TopicCaptureProgress, 0, &life)
	}
	life.ClaimMS = &claim
	h.send(schemas.TopicCaptureProgress, 0, &life)
	r := h.run(h.testConfig("clock-0"))
	at := func() schemas.SourceTime {
		if s := r.tick().Sources; s != nil {
			return s[sourceIndex(events)]
		}
		return schemas.SourceTime{}
	}
	eventually(t, "5 ticks", func() bool { return r.tick().N >= 5 })
	if at().ThroughMS != 0 {
		t.Fatalf("through %d although observe has read nothing", at().ThroughMS)
	}
	h.passes("observe-events", schemas.TopicConversationEvents, 1, 0)
	eventually(t, "through", func() bool { return at().ThroughMS == claim-1 })
	if at().FoldedMS != 0 {
		t.Fatalf("folded %d although no shard has read", at().FoldedMS)
	}
	h.passes("correlate", schemas.TopicObservations, 1<<40, 1<<40, 1<<40)
	eventually(t, "folded", func() bool { return at().FoldedMS == claim-1 })
	eventually(t, "a cut", func() bool { return r.tick().Epoch > 1 })
	r.stop(t)
	h.checkLog()
}

// Observe may not write before the regime stands. What an aborted transaction left is not the regime.
func TestWaitRegime(t *testing.T) {
	h := newHouse(t)
	opts, err := h.kafka.Options()
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(append(opts, kgo.TransactionalID("somebody"), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	for p := range int32(shards) {
		client.Produce(t.Context(), &kgo.Record{Topic: h.kafka.Topic(schemas.TopicObservations), Partition: p, Value: []byte("x")}, nil)
	}
	if err := errors.Join(client.Flush(t.Context()), client.EndTransaction(t.Context(), kgo.TryAbort)); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := WaitRegime(short, h.kafka, shards); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("without a regime: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- WaitRegime(t.Context(), h.kafka, shards) }()
	r := h.run(h.testConfig("clock-0"))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r.stop(t)
	h.checkLog()
	if err := WaitRegime(t.Context(), h.kafka, shards); err != nil {
		t.Fatal(err)
	}
	if err := WaitRegime(t.Context(), h.kafka, shards+1); !errors.Is(err, stream.ErrConfig) {
		t.Fatalf("another partition count: %v", err)
	}
}

// A clock whose own records are gone would begin at 1 again, and every shard would ignore it for as many ticks as there
// have been. A log that somebody else began has no regime to judge by. Both are an operator's to mend.
func TestContradictionsStop(t *testing.T) {
	h := newHouse(t)
	r := h.run(h.testConfig("clock-0"))
	eventually(t, "3 ticks", func() bool { return r.tick().N >= 3 })
	r.stop(t)
	admin := kadm.NewClient(h.client)
	progress := h.kafka.Topic(schemas.TopicCaptureProgress)
	if _, err := admin.DeleteTopics(t.Context(), progress); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.CreateTopic(t.Context(), 1, 1, nil, progress); err != nil {
		t.Fatal(err)
	}
	if err := Run(t.Context(), h.testConfig("clock-0")); !errors.Is(err, stream.ErrStop) {
		t.Fatalf("progress lost: %v", err)
	}

	h = newHouse(t)
	h.send(schemas.TopicObservations, 0, &schemas.Opening{})
	if err := Run(t.Context(), h.testConfig("clock-0")); !errors.Is(err, stream.ErrStop) {
		t.Fatalf("no regime first: %v", err)
	}

	h = newHouse(t)
	cfg := h.testConfig("clock-0")
	cfg.Regime = nil
	if err := Run(t.Context(), cfg); !errors.Is(err, stream.ErrConfig) {
		t.Fatalf("no regime at all: %v", err)
	}
	cfg = h.testConfig("clock-0")
	cfg.Partitions++
	if err := Run(t.Context(), cfg); !errors.Is(err, stream.ErrConfig) {
		t.Fatalf("another partition count: %v", err)
	}
}

// Every mistake of a configuration is named at once.
func TestValidate(t *testing.T) {
	err := Config{Worker: "a b", Interval: -1, Hourly: time.Second}.Validate()
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) || len(joined.Unwrap()) != 5 {
		t.Fatalf("%v", err)
	}
}

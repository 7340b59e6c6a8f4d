package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest/apache"
)

const shards = 3

var brokersTime = map[string]*string{"message.timestamp.type": kadm.StringPtr("LogAppendTime")}

// house is a broker with the topics the clock knows.
type house struct {
	t       *testing.T
	cluster *kfake.Cluster // nil: Apache Kafka
	kafka   stream.Kafka
	client  *kgo.Client // the test's own, outside groups
}

func newHouse(t *testing.T) *house {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(200*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	h := &house{t: t, cluster: cluster, kafka: stream.Kafka{Brokers: cluster.ListenAddrs(), Prefix: "t."}}
	h.furnish()
	return h
}

// furnish opens the test's client and makes the topics. A record's time is that of its append, as our topics have it
// (schemas.Topic.Configs); the in-process broker takes note of that and believes the producer all the same.
func (h *house) furnish() {
	t := h.t
	t.Helper()
	opts, err := h.kafka.Options()
	if err != nil {
		t.Fatal(err)
	}
	if h.client, err = kgo.NewClient(append(opts, kgo.RecordPartitioner(kgo.ManualPartitioner()))...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.client.Close)
	admin := kadm.NewClient(h.client)
	for topic, partitions := range map[string]int32{
		schemas.TopicObservations: shards, schemas.TopicCaptureProgress: 1, schemas.TopicConversationEvents: 2,
		schemas.TopicS3Notifications: 2, schemas.TopicS3Inspections: 2,
	} {
		if _, err := admin.CreateTopic(t.Context(), partitions, 1, brokersTime, h.kafka.Topic(topic)); err != nil {
			t.Fatal(err)
		}
	}
}

// testConfig ticks fast; the session timeout is what kfake is told to allow.
func (h *house) testConfig(worker string) Config {
	return Config{Kafka: h.kafka, Worker: worker, Interval: 20 * time.Millisecond, Epoch: 100 * time.Millisecond,
		Slack: time.Millisecond, Partitions: shards, Regime: &schemas.Regime{Document: `{"v":1}`, Build: "test"},
		SessionTimeout: 600 * time.Millisecond, TransactionTimeout: 3 * time.Second, longestPause: 200 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(h.t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))}
}

// running is one clock in the background.
type running struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
	mu     sync.Mutex
	last   schemas.Tick
}

func (h *house) run(cfg Config) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{cancel: cancel, done: make(chan struct{})}
	cfg.OnTick = func(t schemas.Tick) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.last = t
	}
	go func() {
		defer close(r.done)
		if r.err = Run(ctx, cfg); r.err != nil {
			h.t.Errorf("clock %s ended: %v", cfg.Worker, r.err)
		}
	}()
	h.t.Cleanup(func() { cancel(); <-r.done })
	return r
}

func (r *running) tick() schemas.Tick {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func (r *running) stop(t *testing.T) {
	t.Helper()
	r.cancel()
	<-r.done
	if r.err != nil {
		t.Fatalf("clean stop: %v", r.err)
	}
}

// eventually waits for a condition with a deadline far above what it should take.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// observations returns the committed records of every partition, decoded.
func (h *house) observations() [][]any {
	h.t.Helper()
	topic := h.kafka.Topic(schemas.TopicObservations)
	from := map[int32]kgo.Offset{}
	for p := range int32(shards) {
		from[p] = kgo.NewOffset().AtStart()
	}
	client, err := openDirect(h.kafka, kgo.KeepControlRecords(), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))
	if err != nil {
		h.t.Fatal(err)
	}
	defer client.Close()
	ends, err := kadm.NewClient(client).ListCommittedOffsets(h.t.Context(), topic)
	if err != nil {
		h.t.Fatal(err)
	}
	out, position := make([][]any, shards), make([]int64, shards)
	for {
		behind := false
		for p := range position {
			end, _ := ends.Lookup(topic, int32(p))
			behind = behind || position[p] < end.Offset
		}
		if !behind {
			return out
		}
		fetches := client.PollFetches(h.t.Context())
		if err := fetches.Err(); err != nil {
			h.t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			position[r.Partition] = r.Offset + 1
			if end, _ := ends.Lookup(topic, r.Partition); r.Attrs.IsControl() || r.Offset >= end.Offset {
				return
			}
			rec, err := schemas.Decode(r.Value)
			if err != nil {
				h.t.Fatal(err)
			}
			out[r.Partition] = append(out[r.Partition], rec)
		})
	}
}

// checkLog holds what every shard's log must look like: a regime first; then ticks 1, 2, 3, ... without a gap or a
// repetition, the same in every partition, t and epochs as promised; and between two of them at most one regime, another
// one than before, at the same place in each. It returns how many ticks there are.
func (h *house) checkLog() int {
	h.t.Helper()
	return len(h.observations()[0]) - len(h.regimes())
}

// entered is a regime and the tick it entered before.
type entered struct {
	document string
	since    int64
}

// regimes checks the log as checkLog says and returns its regimes.
func (h *house) regimes() []entered {
	h.t.Helper()
	var out []entered
	logs := h.observations()
	for p, log := range logs {
		if len(log) != len(logs[0]) {
			h.t.Fatalf("partition %d holds %d records, partition 0 %d", p, len(log), len(logs[0]))
		}
		var found []entered
		before := schemas.Tick{Epoch: 1}
		for i, rec := range log {
			if reg, ok := rec.(*schemas.Regime); ok {
				if n := len(found); n > 0 && (found[n-1].document == reg.Document || found[n-1].since > before.N) {
					h.t.Fatalf("partition %d: regime %s entered again before tick %d", p, reg.Document, before.N+1)
				}
				found = append(found, entered{reg.Document, before.N + 1})
				continue
			}
			tick, ok := rec.(*schemas.Tick)
			if !ok || len(found) == 0 {
				h.t.Fatalf("partition %d, record %d: %T, after %d regimes", p, i, rec, len(found))
			}
			open := before.Epoch
			if before.Cut {
				open++
			}
			if tick.N != before.N+1 || tick.TMS < before.TMS || tick.Epoch != open || tick.N == 1 && tick.Cut {
				h.t.Fatalf("partition %d: tick %+v after %+v", p, *tick, before)
			}
			if fmt.Sprint(rec) != fmt.Sprint(logs[0][i]) {
				h.t.Fatalf("tick %d differs between partitions 0 and %d", tick.N, p)
			}
			before = *tick
		}
		if p == 0 {
			out = found
		}
		if fmt.Sprint(found) != fmt.Sprint(out) || found[len(found)-1].since > before.N {
			h.t.Fatalf("partition %d: regimes %v before tick %d; partition 0 has %v", p, found, before.N, out)
		}
	}
	return out
}

// An idle system must go on ticking: without ticks no deadline is ever judged, and a silent night looks like an outage.
func TestIdleTicks(t *testing.T) {
	h := newHouse(t)
	r := h.run(h.testConfig("clock-0"))
	eventually(t, "20 ticks", func() bool { return r.tick().N >= 20 })
	r.stop(t)
	if n := h.checkLog(); n < 20 {
		t.Fatalf("%d ticks in the log", n)
	}
}

// The clock's host shows the time of another day, and another one at each look. Ticks are in the brokers' time, and go on.
func TestHostClockJumps(t *testing.T) {
	h := &house{t: t, kafka: stream.Kafka{Brokers: apache.Need(t, 1).Bootstrap(), Prefix: "jumps."}}
	h.furnish()
	var last schemas.Tick
	for _, by := range []time.Duration{30 * time.Hour, -30 * time.Hour, 0} {
		cfg := h.testConfig("clock-0")
		cfg.SessionTimeout, cfg.TransactionTimeout = 6*time.Second, 6*time.Second // less an Apache Kafka does not let a group have
		var looks atomic.Int64
		cfg.Wall = func() time.Time { return time.Now().Add(by - time.Duration(looks.Add(1))*time.Minute) }
		r := h.run(cfg)
		eventually(t, "10 more ticks", func() bool { return r.tick().N >= last.N+10 })
		r.stop(t)
		tick := r.tick()
		if d := time.Since(time.UnixMilli(tick.TMS)); looks.Load() < 10 || tick.TMS <= last.TMS || d > time.Minute || d < -time.Minute {
			t.Fatalf("host off by %v: tick %d at %v, after tick %d at %v; the host's clock was looked at %d times", by, tick.N, tick.TMS, last.N, last.TMS, looks.Load())
		}
		last = tick
	}
	h.checkLog()
}

// After a restart the numbers go on where the log ends, and the regime is not written twice.
func TestRestart(t *testing.T) {
	h := newHouse(t)
	for i := range 4 {
		r := h.run(h.testConfig(fmt.Sprintf("clock-%d", i%2)))
		eventually(t, "5 more ticks", func() bool { return r.tick().N >= int64(5*(i+1)) })
		r.stop(t)
	}
	h.checkLog()
}

// A clock whose configuration makes another regime must not tick: every deadline after it would be judged by rules
// that no leaf names.
func TestRegimeMismatchStops(t *testing.T) {
	h := newHouse(t)
	r := h.run(h.testConfig("clock-0"))
	eventually(t, "3 ticks", func() bool { return r.tick().N >= 3 })
	r.stop(t)
	before := h.checkLog()
	cfg := h.testConfig("clock-0")
	cfg.Regime = &schemas.Regime{Document: `{"v":2}`}
	if err := Run(t.Context(), cfg); !errors.Is(err, stream.ErrStop) {
		t.Fatalf("another regime: %v", err)
	}
	if after := h.checkLog(); after != before {
		t.Fatalf("%d ticks became %d", before, after)
	}
}

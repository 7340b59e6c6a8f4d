package stream_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
	"holdfast.example/stream/streamtest/apache"
)

const partitions = 3

// world is a cluster with the tally's topics, in this process or a real one, and what looks at it from outside. The
// names of topics and groups in a real one carry the test's own prefix, for tests share it.
type world struct {
	t      testing.TB
	fake   *kfake.Cluster  // nil on Apache Kafka
	wire   *wire           // before the fake broker
	apache *apache.Cluster // nil on the fake broker
	kafka  stream.Kafka
	cl     *kgo.Client
	adm    *kadm.Client
	tick   int64
	rand   *rand.Rand
	stderr io.Writer // of worker processes; nil: nobody reads it
}

// newWorld is a world in this process.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, rand: rand.New(rand.NewPCG(7, 7)), wire: &wire{}}
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.ListenFn(w.wire.listen), kfake.GroupMinSessionTimeout(500*time.Millisecond),
		kfake.SeedTopics(partitions, "t."+tallyInput, "t.out", "t.tally.state", "t.plain", "t."+schemas.TopicDeadLetters))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	w.fake = fake
	w.kafka = stream.Kafka{Brokers: fake.ListenAddrs(), Prefix: "t."}
	w.look()
	return w
}

// look opens what looks at the cluster from outside.
func (w *world) look() {
	opts, err := w.kafka.Options()
	if err != nil {
		w.t.Fatal(err)
	}
	if w.cl, err = kgo.NewClient(append(opts, kgo.RecordPartitioner(kgo.ManualPartitioner()))...); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(w.cl.Close)
	w.adm = kadm.NewClient(w.cl)
}

func (w *world) config(worker, dir string) stream.Config {
	return workerConfig(w.kafka, w.apache != nil, worker, dir)
}

// workerConfig makes small transactions and short timeouts: no shorter on Apache Kafka than it lets a group have.
func workerConfig(k stream.Kafka, real bool, worker, dir string) stream.Config {
	cfg := stream.Config{Kafka: k, Worker: worker, Dir: dir, Commit: 20 * time.Millisecond, HotSet: 16,
		MaxTransactionRecords: 40, SessionTimeout: 2 * time.Second, RebalanceTimeout: 2 * time.Second, TransactionTimeout: 3 * time.Second}
	if real {
		cfg.SessionTimeout, cfg.RebalanceTimeout, cfg.TransactionTimeout = 6*time.Second, 6*time.Second, 6*time.Second
	}
	return cfg
}

func (w *world) deadline(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	w.t.Cleanup(cancel)
	return ctx
}

// feed writes n records over all partitions, one in fifty a tick to each, one in seventy poison.
func (w *world) feed(n int) {
	w.t.Helper()
	var records []*kgo.Record
	add := func(p int32, key, value string) {
		records = append(records, &kgo.Record{Topic: w.kafka.Topic(tallyInput), Partition: p, Key: []byte(key), Value: []byte(value)})
	}
	for range n {
		switch x := w.rand.IntN(350); {
		case x < 7:
			w.tick++
			for p := range int32(partitions) {
				add(p, "tick", fmt.Sprintf("tick %d", w.tick))
			}
		case x < 12:
			add(int32(w.rand.IntN(partitions)), "entity:x", "nonsense")
		default:
			key := fmt.Sprintf("entity:%d", w.rand.IntN(60))
			add(schemas.Murmur2Partition([]byte(key), partitions), key, fmt.Sprintf("add %d", w.rand.IntN(1000)))
		}
	}
	if err := w.cl.ProduceSync(w.deadline(60*time.Second), records...).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
}

// wait waits for a condition. A real cluster is given longer, and is not asked as often.
func (w *world) wait(what string, limit time.Duration, ok func() bool) {
	w.t.Helper()
	pause := 5 * time.Millisecond
	if w.apache != nil {
		limit, pause = 3*limit, 100*time.Millisecond
	}
	for end := time.Now().Add(limit); !ok(); time.Sleep(pause) {
		if time.Now().After(end) {
			w.t.Fatalf("waited %v for %s", limit, what)
		}
	}
}

// folded says whether a group has folded all there is, its own records included, and stands still. The group is named
// by its stage, with or without the prefix of newWorld.
func (w *world) folded(group string) func() bool {
	group, input := w.kafka.Topic(strings.TrimPrefix(group, "t.")), w.kafka.Topic(tallyInput)
	return func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		ends, err := w.adm.ListEndOffsets(ctx, input)
		if err != nil {
			w.t.Fatal(err)
		}
		stable, err := w.adm.ListCommittedOffsets(ctx, input)
		if err != nil {
			w.t.Fatal(err)
		}
		at, err := w.adm.FetchOffsets(ctx, group)
		if err != nil {
			return false
		}
		for p := range int32(partitions) {
			e, _ := ends.Lookup(input, p)
			s, _ := stable.Lookup(input, p)
			o, ok := at.Lookup(input, p)
			if e.Err != nil || s.Err != nil || s.Offset != e.Offset || e.Offset > 0 && !ok {
				return false
			}
			if !ok || o.At == e.Offset {
				continue
			}
			// What lies between may be markers only.
			if left := w.readFrom(tallyInput, p, o.At, e.Offset); len(left) > 0 {
				return false
			}
		}
		return true
	}
}

// read returns all that is committed in a topic, partition by partition.
func (w *world) read(name string) (all []stream.Record) {
	w.t.Helper()
	ends, err := w.adm.ListEndOffsets(w.deadline(30*time.Second), w.kafka.Topic(name))
	if err != nil {
		w.t.Fatal(err)
	}
	for p := range int32(partitions) {
		e, _ := ends.Lookup(w.kafka.Topic(name), p)
		all = append(all, w.readFrom(name, p, 0, e.Offset)...)
	}
	return all
}

func (w *world) readFrom(name string, p int32, from, end int64) []stream.Record {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	got, err := streamtest.Committed(ctx, w.kafka, name, p, from, end)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// mustEqualFold holds what was written against a single-pass fold of what was read: byte for byte, in order.
func (w *world) mustEqualFold() {
	w.t.Helper()
	spec := tally(tallyInput)
	want, err := streamtest.Fold(spec, partitions, w.read(tallyInput), tallySelf)
	if err != nil {
		w.t.Fatalf("fold the recorded input: %v", err)
	}
	var wantOut, wantDead [][]byte
	for _, o := range want {
		if o.Topic == "out" {
			wantOut = append(wantOut, o.Value)
		} else {
			wantDead = append(wantDead, o.Value)
		}
	}
	w.mustEqual("out", wantOut, w.read("out"))
	// Dead letters of all shards meet in one partition, so only each shard's order is given.
	sortBytes := func(a, b []byte) int { return bytes.Compare(a, b) }
	slices.SortFunc(wantDead, sortBytes)
	dead := w.read(schemas.TopicDeadLetters)
	slices.SortFunc(dead, func(a, b stream.Record) int { return bytes.Compare(a.Value, b.Value) })
	w.mustEqual(schemas.TopicDeadLetters, wantDead, dead)
	if len(wantOut) == 0 || len(wantDead) == 0 {
		w.t.Fatalf("nothing to compare: %d lines, %d dead letters", len(wantOut), len(wantDead))
	}
}

func (w *world) mustEqual(name string, want [][]byte, got []stream.Record) {
	w.t.Helper()
	for i := range min(len(want), len(got)) {
		if !bytes.Equal(want[i], got[i].Value) {
			w.t.Fatalf("%s, record %d: got %q, the fold makes %q", name, i, got[i].Value, want[i])
		}
	}
	if len(want) != len(got) {
		w.t.Fatalf("%s: got %d records, the fold makes %d", name, len(got), len(want))
	}
}

// worker runs a stage in this process until stop is called, which returns Run's error.
func (w *world) worker(cfg stream.Config, spec stream.Spec) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		err := stream.Run(ctx, cfg, spec)
		if err != nil {
			w.t.Errorf("worker %s: %v", cfg.Worker, err)
		}
		done <- err
	}()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(30 * time.Second):
			return fmt.Errorf("worker %s did not stop", cfg.Worker)
		}
	}
	w.t.Cleanup(func() { _ = stop() })
	return stop
}

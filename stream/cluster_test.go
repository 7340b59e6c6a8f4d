package stream_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

const partitions = 3

// world is a broker in this process with the tally's topics, and what looks at it from outside.
type world struct {
	t     testing.TB
	fake  *kfake.Cluster
	kafka stream.Kafka
	cl    *kgo.Client
	adm   *kadm.Client
	tick  int64
	wire  *wire
	rand  *rand.Rand
}

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
	opts, err := w.kafka.Options()
	if err != nil {
		t.Fatal(err)
	}
	if w.cl, err = kgo.NewClient(append(opts, kgo.RecordPartitioner(kgo.ManualPartitioner()))...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.cl.Close)
	w.adm = kadm.NewClient(w.cl)
	return w
}

func (w *world) config(worker, dir string) stream.Config {
	return stream.Config{Kafka: w.kafka, Worker: worker, Dir: dir, Commit: 20 * time.Millisecond, HotSet: 16,
		MaxTransactionRecords: 40, SessionTimeout: 2 * time.Second, RebalanceTimeout: 2 * time.Second, TransactionTimeout: 3 * time.Second}
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
		records = append(records, &kgo.Record{Topic: "t." + tallyInput, Partition: p, Key: []byte(key), Value: []byte(value)})
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
	if err := w.cl.ProduceSync(w.deadline(20*time.Second), records...).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
}

// wait waits for a condition.
func (w *world) wait(what string, limit time.Duration, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(limit); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("waited %v for %s", limit, what)
		}
	}
}

// folded says whether a group has folded all there is, its own records included, and stands still.
func (w *world) folded(group string) func() bool {
	return func() bool {
		ctx := w.deadline(10 * time.Second)
		ends, err := w.adm.ListEndOffsets(ctx, "t."+tallyInput)
		if err != nil {
			w.t.Fatal(err)
		}
		stable, err := w.adm.ListCommittedOffsets(ctx, "t."+tallyInput)
		if err != nil {
			w.t.Fatal(err)
		}
		at, err := w.adm.FetchOffsets(ctx, group)
		if err != nil {
			return false
		}
		for p := range int32(partitions) {
			e, _ := ends.Lookup("t."+tallyInput, p)
			s, _ := stable.Lookup("t."+tallyInput, p)
			o, ok := at.Lookup("t."+tallyInput, p)
			if s.Offset != e.Offset || e.Offset > 0 && !ok {
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
	ends, err := w.adm.ListEndOffsets(w.deadline(10*time.Second), "t."+name)
	if err != nil {
		w.t.Fatal(err)
	}
	for p := range int32(partitions) {
		e, _ := ends.Lookup("t."+name, p)
		all = append(all, w.readFrom(name, p, 0, e.Offset)...)
	}
	return all
}

func (w *world) readFrom(name string, p int32, from, end int64) (got []stream.Record) {
	w.t.Helper()
	if from >= end {
		return nil
	}
	opts, _ := w.kafka.Options()
	cl, err := kgo.NewClient(append(opts, kgo.KeepControlRecords(), kgo.FetchMaxWait(50*time.Millisecond),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"t." + name: {p: kgo.NewOffset().At(from)}}))...)
	if err != nil {
		w.t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for at := from; at < end; {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			w.t.Fatalf("read %s/%d from %d to %d, at %d: %v", name, p, from, end, at, err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			at = r.Offset + 1
			if !r.Attrs.IsControl() {
				got = append(got, stream.Record{Topic: name, Partition: p, Offset: r.Offset, Key: r.Key, Value: r.Value, AppendMS: r.Timestamp.UnixMilli()})
			}
		})
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

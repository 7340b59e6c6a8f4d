package audit

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/processors/correlate"
	"holdfast.example/processors/observe"
	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// run is the real stages over a broker in this process.
type run struct {
	t      *testing.T
	source Source
	cl     *kgo.Client
	n      int64
	epoch  int64
	stop   context.CancelFunc
	wg     sync.WaitGroup
}

const runShards = 3

// quick are settings under which everything is due at the next tick.
func quick() correlate.Settings {
	s := settings()
	s.PatienceCompanion, s.PatienceExport, s.Settle, s.CohortPatience = 2*time.Millisecond, 3*time.Millisecond, time.Millisecond, 5*time.Millisecond
	return s
}

func newRun(t *testing.T) *run {
	var many, single []string
	for _, topic := range schemas.Topics() {
		if topic.Partitions == 0 {
			many = append(many, "a."+topic.Name)
		} else {
			single = append(single, "a."+topic.Name)
		}
	}
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(500*time.Millisecond),
		kfake.SeedTopics(runShards, many...), kfake.SeedTopics(1, single...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	r := &run{t: t, source: Source{Brokers: fake.ListenAddrs(), Prefix: "a.", Partitions: runShards, Patience: 20 * time.Second}, epoch: 1}
	if r.cl, err = kgo.NewClient(kgo.SeedBrokers(r.source.Brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.cl.Close)
	return r
}

// start starts a worker with every stage.
func (r *run) start(document string) {
	spec, err := correlate.Spec(document, math.MaxInt64)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r.stop = sync.OnceFunc(func() { stop(); r.wg.Wait() })
	r.t.Cleanup(r.stop)
	for _, s := range append(observe.Specs(), spec) {
		r.wg.Go(func() {
			cfg := stream.Config{Kafka: stream.Kafka{Brokers: r.source.Brokers, Prefix: r.source.Prefix}, Worker: "w", Commit: 10 * time.Millisecond,
				MaxTransactionRecords: 40, SessionTimeout: 4 * time.Second, RebalanceTimeout: 4 * time.Second, TransactionTimeout: 8 * time.Second}
			streamtest.AbortOneIn(&cfg, 4, 9)
			if err := stream.Run(ctx, cfg, s); err != nil {
				r.t.Error(err)
			}
		})
	}
}

func (r *run) produce(records ...*kgo.Record) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := r.cl.ProduceSync(ctx, records...).FirstErr(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *run) broadcast(rec any) {
	var out []*kgo.Record
	for p := range int32(runShards) {
		out = append(out, &kgo.Record{Topic: "a." + schemas.TopicObservations, Partition: p, Value: encode(r.t, rec)})
	}
	r.produce(out...)
}

// tick waits until everything is folded and says so.
func (r *run) tick(cut bool) {
	r.wait()
	r.n++
	now := time.Now().UnixMilli()
	k := &schemas.Tick{N: r.n, TMS: now, Cut: cut, Epoch: r.epoch}
	for _, s := range sources {
		k.Sources = append(k.Sources, schemas.SourceTime{Source: s, ThroughMS: now})
	}
	if r.broadcast(k); cut {
		r.epoch++
	}
}

func (r *run) read() *Log {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	l, err := Read(ctx, r.source)
	if err != nil {
		r.t.Fatal(err)
	}
	return l
}

// wait waits until every stage has come to the end.
func (r *run) wait() {
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		c := Check(r.read())
		if c.ByRule[ruleFrontier] == 0 && c.ByRule[ruleRead] == 0 {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("not everything is folded:\n%s", c)
		}
	}
}

// At stake: that what the checker reads is what a run leaves on a broker: offsets with gaps, aborted and open ends,
// positions of groups, the changelog's bytes. A story through the real runtime, one transaction in four aborted, must be
// clean, and one record more must not be.
func TestRealRunIsClean(t *testing.T) {
	r := newRun(t)
	document, err := quick().Document(runShards)
	if err != nil {
		t.Fatal(err)
	}
	r.broadcast(&schemas.Regime{Document: document})
	r.start(document)
	var batch []*kgo.Record
	for _, s := range tell(11, 40) {
		if s.pause {
			r.produce(batch...)
			batch = nil
			r.tick(s.cut)
			continue
		}
		value := s.bytes
		if value == nil {
			value = encode(t, s.rec)
		}
		batch = append(batch, &kgo.Record{Topic: "a." + s.topic, Partition: schemas.Murmur2Partition([]byte(s.key), runShards), Key: []byte(s.key), Value: value})
	}
	r.wait()
	r.stop()
	l := r.read()
	if len(l.endings.of) < 20 {
		t.Errorf("only %d transactions were seen to end", len(l.endings.of))
	}
	report := Check(l)
	if !report.OK() {
		t.Errorf("a right run:\n%s", report)
	}
	for what, n := range map[string]int{"inputs": report.Inputs, "measures": report.Measures, "markers": report.Markers, "alerts": report.Alerts,
		"probes": report.Probes, "dead letters": report.DeadLetters, "redelivered": report.Redelivered} {
		if n == 0 {
			t.Errorf("the run has no %s", what)
		}
	}
	r.produce(&kgo.Record{Topic: "a." + schemas.TopicDeadLetters, Key: []byte("observations"), Value: encode(t, &schemas.DeadLetter{
		Stage: "correlate", Topic: schemas.TopicObservations, Offset: 0, Code: "bad-avro"})})
	if again := Check(r.read()); again.Wrong == 0 || again.ByRule[ruleDead] == 0 {
		t.Errorf("a dead letter of nothing is not seen:\n%s", again)
	}
}

// At stake: a reader that waits for ever for a transaction nobody ends, or that passes over what it hides, judges a part
// and calls it the whole.
func TestOpenTransactionIsNamed(t *testing.T) {
	r := newRun(t)
	r.source.Patience = 300 * time.Millisecond
	cl, err := kgo.NewClient(kgo.SeedBrokers(r.source.Brokers...), kgo.TransactionalID("open"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if err := cl.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := cl.ProduceSync(ctx, &kgo.Record{Topic: "a." + schemas.TopicDriftAlerts, Partition: 2, Value: []byte("x")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(ctx, r.source); err == nil || !strings.Contains(err.Error(), "a.drift.alerts/2 ") || !strings.Contains(err.Error(), "transaction") {
		t.Errorf("an open transaction ends in %v", err)
	}
	if err := cl.EndTransaction(ctx, kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	l, err := Read(ctx, r.source)
	if err != nil {
		t.Fatal(err)
	}
	if report := Check(l); !report.OK() || report.Alerts > 0 {
		t.Errorf("an aborted record is judged:\n%s", report)
	}
}

// At stake: the wrong cluster, prefix or partition count must not look like a clean run.
func TestReadRefuses(t *testing.T) {
	r := newRun(t)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for what, s := range map[string]Source{
		"no brokers":       {Prefix: "a.", Partitions: runShards},
		"no partitions":    {Brokers: r.source.Brokers, Prefix: "a."},
		"other prefix":     {Brokers: r.source.Brokers, Prefix: "b.", Partitions: runShards},
		"other partitions": {Brokers: r.source.Brokers, Prefix: "a.", Partitions: runShards + 1},
	} {
		if _, err := Read(ctx, s); err == nil {
			t.Errorf("%s: no error", what)
		} else {
			t.Logf("%s: %v", what, err)
		}
	}
}

package capture

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
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

// patience is how long a test waits for a condition before it fails.
const patience = 20 * time.Second

// house is an in-process broker with capture's topics, and what a test sees of it by a client of its own.
type house struct {
	t       testing.TB
	cluster *kfake.Cluster
	kafka   stream.Kafka
	pub     *stream.Publisher
	client  *kgo.Client
	tally   *tally
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, tally: &tally{n: map[string]int{}}}
	var err error
	h.cluster, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.cluster.Close)
	h.kafka = stream.Kafka{Brokers: h.cluster.ListenAddrs(), Prefix: "hf."}
	if _, err = stream.CreateTopics(context.Background(), h.kafka, schemas.Embedded, 3, 1); err != nil {
		t.Fatal(err)
	}
	if h.pub, err = stream.NewPublisher(h.kafka); err != nil {
		t.Fatal(err)
	}
	opts, err := h.kafka.Options()
	if err != nil {
		t.Fatal(err)
	}
	if h.client, err = kgo.NewClient(opts...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.client.Close)
	return h
}

// config is a configuration with short times; doors are the test's to add.
func (h *house) config() Config {
	level := slog.Level(99)
	if os.Getenv("CAPTURE_TEST_LOG") != "" {
		level = slog.LevelDebug
	}
	return Config{Kafka: h.kafka, Instance: "one", AWS: AWS{Region: "eu-west-2", PathStyle: true}, ProgressEvery: 100 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})), Observer: h.tally.observer()}
}

// kafkaDown makes every produce to a topic fail until the returned function is called.
func (h *house) kafkaDown(topic string) (up func()) {
	f := h.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: h.kafka.Topic(topic), Err: kerr.NotEnoughReplicas, Count: -1})
	return f.Remove
}

// end is the number of records ever appended to a topic.
func (h *house) end(topic string) int64 {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ends, err := endOffsets(ctx, kadm.NewClient(h.client), h.kafka.Topic(topic))
	if err != nil {
		h.t.Fatal(err)
	}
	var n int64
	for _, e := range ends {
		n += e
	}
	return n
}

// sealed is one record of a topic, decoded.
type sealed struct {
	key   string
	value any
	raw   *kgo.Record
}

// records reads a topic from its start to its end.
func (h *house) records(topic string) []sealed {
	h.t.Helper()
	want := h.end(topic)
	opts, err := h.kafka.Options()
	if err != nil {
		h.t.Fatal(err)
	}
	cl, err := kgo.NewClient(append(opts, kgo.ConsumeTopics(h.kafka.Topic(topic)), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.KeepControlRecords())...)
	if err != nil {
		h.t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var all []sealed
	for n := int64(0); n < want; {
		fs := cl.PollFetches(ctx)
		if err := fs.Err(); err != nil {
			h.t.Fatalf("read %s: %d of %d records: %v", topic, n, want, err)
		}
		fs.EachRecord(func(r *kgo.Record) {
			n++
			if r.Attrs.IsControl() {
				return
			}
			v, err := schemas.Decode(r.Value)
			if err != nil {
				h.t.Fatalf("%s/%d at %d: %v", topic, r.Partition, r.Offset, err)
			}
			all = append(all, sealed{string(r.Key), v, r})
		})
	}
	return all
}

func (h *house) events() (out []*schemas.ConversationEvent) {
	for _, r := range h.records(schemas.TopicConversationEvents) {
		out = append(out, r.value.(*schemas.ConversationEvent))
	}
	return out
}

func (h *house) notifications() (out []*schemas.S3Notification) {
	for _, r := range h.records(schemas.TopicS3Notifications) {
		out = append(out, r.value.(*schemas.S3Notification))
	}
	return out
}

func (h *house) inspections() (out []*schemas.S3Inspection) {
	for _, r := range h.records(schemas.TopicS3Inspections) {
		out = append(out, r.value.(*schemas.S3Inspection))
	}
	return out
}

// progress returns the progress records of a key, oldest first, with their append times.
func (h *house) progress(key string) (out []*schemas.Progress, at []int64) {
	for _, r := range h.records(schemas.TopicCaptureProgress) {
		if p, ok := r.value.(*schemas.Progress); ok && r.key == key {
			out, at = append(out, p), append(at, r.raw.Timestamp.UnixMilli())
		}
	}
	return out, at
}

// announce writes a direct S3 notification of one created object.
func (h *house) announce(bucket, key, version, etag string) {
	h.t.Helper()
	raw := s3Message(bucket, key, version, etag)
	out := sure(notificationOutput(raw, 0, "", schemas.Transport{Kind: schemas.TransportSQS, Auth: schemas.AuthIAM}, time.Now()))
	if err := h.pub.Send(context.Background(), out); err != nil {
		h.t.Fatal(err)
	}
}

// sure is the output of bytes that fit a record.
func sure(out stream.Output, err error) stream.Output {
	if err != nil {
		panic(err)
	}
	return out
}

// s3Message is S3's own shape of a message with one record a key; keys without characters that need encoding.
func s3Message(bucket, key, version, etag string, more ...string) []byte {
	type object struct {
		Key       string `json:"key"`
		Size      int    `json:"size"`
		ETag      string `json:"eTag,omitempty"`
		VersionID string `json:"versionId,omitempty"`
		Sequencer string `json:"sequencer"`
	}
	var records []any
	for i, k := range append([]string{key}, more...) {
		records = append(records, map[string]any{"eventVersion": "2.5", "eventSource": "aws:s3", "awsRegion": "eu-west-2",
			"eventTime": "2026-05-06T10:41:07.314Z", "eventName": "ObjectCreated:Put", "userIdentity": map[string]any{"principalId": "AWS:AROAEXAMPLE:genesys"},
			"s3": map[string]any{"s3SchemaVersion": "1.0", "bucket": map[string]any{"name": bucket, "arn": "arn:aws:s3:::" + bucket},
				"object": object{k, 7, etag, version, fmt.Sprintf("0064D3901D%08X", i)}}})
	}
	b, err := json.Marshal(map[string]any{"Records": records})
	if err != nil {
		panic(err)
	}
	return b
}

// start runs the doors until the test ends or the returned function is called, which returns Run's error.
func (h *house) start(cfg Config) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, cfg) }()
	var once sync.Once
	var err error
	stop = func() error {
		once.Do(func() {
			cancel()
			select {
			case err = <-done:
			case <-time.After(3 * patience):
				err = fmt.Errorf("run did not end")
			}
		})
		return err
	}
	h.t.Cleanup(func() { _ = stop() })
	return stop
}

// await waits until a condition holds.
func await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); ; {
		if holds() {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, what)
		}
		time.Sleep(5 * time.Millisecond) // between looks at the condition
	}
}

// tally counts what an Observer is told.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *tally) add(n int, words ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[fmt.Sprint(words)] += n
}

func (c *tally) count(words ...string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[fmt.Sprint(words)]
}

func (c *tally) observer() Observer {
	return Observer{
		Captured:    func(d, t string, n int) { c.add(n, "captured", d, t) },
		Refused:     func(d, r string) { c.add(1, "refused", d, r) },
		Skipped:     func(d, r string) { c.add(1, "skipped", d, r) },
		Crossed:     func(q, t string) { c.add(1, "crossed", q, t) },
		QueueFailed: func(q, o string) { c.add(1, "queue", q, o) },
		Inspected:   func(o string, _ int64, _ time.Duration) { c.add(1, "inspected", o) },
		Retried:     func(o string) { c.add(1, "retried", o) },
		Uncut:       func(code string) { c.add(1, "uncut", code) },
		Paused:      func() { c.add(1, "paused") },
		Claimed:     func(s, i string, _ int64) { c.add(1, "claimed", s, i) },
	}
}

// checkClaims holds W6's arithmetic for one journal: start comes first, a claim is the append time of an earlier
// record of the same boot, and claims never go back.
func checkClaims(t testing.TB, recs []*schemas.Progress, at []int64) {
	t.Helper()
	if len(recs) == 0 || recs[0].Kind != schemas.ProgressStart {
		t.Fatalf("first progress record is not a start: %+v", recs)
	}
	var last int64
	for i, p := range recs {
		if p.Kind == schemas.ProgressStart {
			last = 0
		}
		if p.ClaimMS == nil {
			continue
		}
		if *p.ClaimMS < last {
			t.Errorf("record %d: claim %d went back from %d", i, *p.ClaimMS, last)
		}
		last = *p.ClaimMS
		if !slices.Contains(at[:i], *p.ClaimMS) {
			t.Errorf("record %d claims %d, which is no earlier record's time", i, *p.ClaimMS)
		}
	}
}

package capture

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
)

func (f *s3Fake) client() *s3.Client {
	return s3.NewFromConfig(testAWS, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(f.url), true })
}

func inspectConfig() Inspect {
	return Inspect{Buckets: []Bucket{{Name: s3Bucket}}, Backoff: time.Millisecond, StallLimit: 2 * time.Second, Commit: 50 * time.Millisecond}
}

// inspecting runs an inspector until the returned function is called.
func (h *house) inspecting(f *s3Fake, n Inspect) (stop func()) {
	cfg := h.config()
	cfg.Inspect = &n
	cfg = cfg.withDefaults()
	ins, err := newInspector(cfg, f.client(), h.pub, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- servePart(ctx, cfg, part{name: partInspect, run: ins.run, keep: []*journal{ins.keep}})
	}()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			if err := <-done; err != nil {
				h.t.Errorf("inspector: %v", err)
			}
		}
	}
	h.t.Cleanup(stop)
	return stop
}

// The whole way: what was announced is inspected once, metadata keeps its body, other roles do not, deletes ask for
// nothing, garbage stops nothing, and the claim comes only when all is committed.
func TestInspectLife(t *testing.T) {
	h, f := newHouse(t), newS3(t)
	meta := objectKey + "_metadata.json"
	for _, k := range []string{objectKey, meta} {
		f.put(k, &s3Object{body: "{" + k + "}", etag: "e", version: "v1", hold: "ON", retention: "AccessDenied"})
	}
	for i := range int32(3) {
		rec := &kgo.Record{Topic: h.kafka.Topic(schemas.TopicS3Notifications), Partition: i, Value: []byte("somebody else's bytes")}
		if err := h.client.ProduceSync(context.Background(), rec).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	h.announce(s3Bucket, escaped(objectKey), "v1", "e")
	h.announce(s3Bucket, escaped(meta), "v1", "e")
	stop := h.inspecting(f, inspectConfig())
	await(t, "a claim", func() bool { return h.tally.count("claimed", "inspections", "one.inspect") > 0 })
	got := h.inspections()
	if len(got) != 2 {
		t.Fatalf("%d inspections at the first claim: a claim came too early, or something was read twice", len(got))
	}
	for _, g := range got {
		if g.Outcome != "ok" || g.LegalHold != "ON" || g.RetentionMode != "UNKNOWN" || g.ConversationID != eventConv || g.Parts != 1 || g.Secret == nil {
			t.Errorf("%+v", g)
		}
		if want := g.Key == meta; (g.Body != nil) != want {
			t.Errorf("%s: body %q", g.Key, g.Body)
		}
	}
	stop()
	recs, at := h.progress("inspections/one.inspect")
	checkClaims(t, recs, at)
	if recs[len(recs)-1].Kind != schemas.ProgressRetired {
		t.Error("not retired")
	}
	stop = h.inspecting(f, inspectConfig()) // from the committed offsets: nothing is read again
	await(t, "a claim after the restart", func() bool { return h.tally.count("claimed", "inspections", "one.inspect") > 1 })
	stop()
	if n := len(h.inspections()); n != 2 {
		t.Errorf("%d inspections after a restart", n)
	}
	if h.tally.count("skipped", "inspect", "unreadable") != 3 {
		t.Errorf("%v", h.tally.n)
	}
}

// One slow object holds up nobody but its own partition's commit: younger ones of the same partition are inspected
// while it lasts, and no claim passes it. After it, everything is committed and claimed.
func TestH3SlowObjectHoldsUpNothing(t *testing.T) {
	h, f := newHouse(t), newS3(t)
	gate := make(chan struct{})
	f.put("slow", &s3Object{body: "slow", etag: "e", version: "v", hold: "OFF", retention: "AccessDenied", gate: gate})
	h.announce(s3Bucket, "slow", "v", "e")
	for i := range 30 {
		key := fmt.Sprintf("fast-%d", i)
		f.put(key, &s3Object{body: "fast", etag: "e", version: "v", hold: "OFF", retention: "AccessDenied"})
		h.announce(s3Bucket, key, "v", "e")
	}
	end := make(chan struct{})
	// The very end of its partition: everything before it is committed.
	f.put("last", &s3Object{body: "last", etag: "e", version: "v", hold: "OFF", retention: "AccessDenied", gate: end})
	h.announce(s3Bucket, "last", "v", "e")
	n := inspectConfig()
	n.Workers, n.StallLimit = 3, time.Minute
	stop := h.inspecting(f, n)
	await(t, "the others are inspected", func() bool { return h.tally.count("inspected", "ok") == 30 })
	silent := func() {
		t.Helper()
		before, _ := h.progress("inspections/one.inspect")
		await(t, "progress", func() bool { recs, _ := h.progress("inspections/one.inspect"); return len(recs) > len(before)+8 })
		if h.tally.count("claimed", "inspections", "one.inspect") != 0 {
			t.Fatal("claimed over an object that is still being read")
		}
	}
	silent()
	close(gate)
	await(t, "the slow one too", func() bool { return h.tally.count("inspected", "ok") == 31 })
	silent()
	close(end)
	await(t, "the last one too", func() bool { return h.tally.count("inspected", "ok") == 32 })
	await(t, "a claim", func() bool { return h.tally.count("claimed", "inspections", "one.inspect") > 0 })
	stop()
	committed, err := kadm.NewClient(h.client).FetchOffsets(context.Background(), "hf.inspect")
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	committed.Each(func(o kadm.OffsetResponse) { sum += max(o.At, 0) })
	if sum != 32 {
		t.Errorf("committed offsets sum to %d, want 32", sum)
	}
}

// A partition must not run ahead of its oldest unfinished object without end: a restart would read all of it again.
func TestInspectPausesAhead(t *testing.T) {
	h, f := newHouse(t), newS3(t)
	gate := make(chan struct{})
	f.put("slow", &s3Object{body: "slow", etag: "e", version: "v", hold: "OFF", retention: "AccessDenied", gate: gate})
	f.put("fast", &s3Object{body: "fast", etag: "e", version: "v", hold: "OFF", retention: "AccessDenied"})
	one := func(key string) {
		out := sure(notificationOutput(s3Message(s3Bucket, key, "v", "e"), 0, "", schemas.Transport{Kind: schemas.TransportSQS, Auth: schemas.AuthIAM}, time.Now()))
		out.Partition = 1
		if err := h.pub.Send(context.Background(), out); err != nil {
			t.Fatal(err)
		}
	}
	one("slow")
	n := inspectConfig()
	n.Workers, n.StallLimit, n.Ahead = 2, time.Minute, 4
	h.inspecting(f, n)
	await(t, "the slow one is being read", func() bool { return f.count("GET slow") == 1 })
	for range 10 {
		one("fast")
	}
	await(t, "a pause", func() bool { return h.tally.count("paused") > 0 })
	close(gate)
	await(t, "all are inspected after it", func() bool { return h.tally.count("inspected", "ok") >= 11 })
	await(t, "a claim", func() bool { return h.tally.count("claimed", "inspections", "one.inspect") > 0 })
}

// W1 for inspections: Kafka does not take the fact, so the notification is not done; afterwards it is there.
func TestInspectKafkaDown(t *testing.T) {
	h, f := newHouse(t), newS3(t)
	f.put("k", &s3Object{body: "x", etag: "e", version: "v", hold: "OFF", retention: "AccessDenied"})
	h.announce(s3Bucket, "k", "v", "e")
	up := h.kafkaDown(schemas.TopicS3Inspections)
	h.inspecting(f, inspectConfig())
	await(t, "the object is read", func() bool { return h.tally.count("inspected", "ok") == 1 })
	await(t, "progress without a claim", func() bool { recs, _ := h.progress("inspections/one.inspect"); return len(recs) > 5 })
	if h.tally.count("claimed", "inspections", "one.inspect") != 0 {
		t.Error("claimed what Kafka has not acknowledged")
	}
	up()
	await(t, "the fact is stored", func() bool { return h.end(schemas.TopicS3Inspections) > 0 })
	await(t, "a claim", func() bool { return h.tally.count("claimed", "inspections", "one.inspect") > 0 })
}

// A foreign producer may write notifications in transactions: its marker, and what it aborted, must not leave the
// position short of the end for ever.
func TestInspectForeignTransactions(t *testing.T) {
	h, f := newHouse(t), newS3(t)
	f.put("k", &s3Object{body: "x", etag: "e", version: "v", hold: "OFF", retention: "AccessDenied"})
	opts, _ := h.kafka.Options()
	cl, err := kgo.NewClient(append(opts, kgo.TransactionalID("foreign"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	for _, commit := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort} {
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		out := sure(notificationOutput(s3Message(s3Bucket, "k", "v", "e"), 0, "", schemas.Transport{Kind: schemas.TransportProducer, Auth: schemas.AuthNone}, time.Now()))
		if err := cl.ProduceSync(context.Background(), &kgo.Record{Topic: "hf.s3.notifications", Key: out.Key, Value: out.Value}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := cl.EndTransaction(context.Background(), commit); err != nil {
			t.Fatal(err)
		}
	}
	h.inspecting(f, inspectConfig())
	await(t, "a claim", func() bool { return h.tally.count("claimed", "inspections", "one.inspect") > 0 })
	if n := len(h.inspections()); n != 1 {
		t.Errorf("%d inspections, want the committed one alone", n)
	}
}

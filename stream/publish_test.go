package stream

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/schemas"
)

func openPublisher(t testing.TB, k Kafka) *Publisher {
	t.Helper()
	p, err := NewPublisher(k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// logged reads n records of a topic from its start, through a client of its own.
func logged(t testing.TB, k Kafka, topic string, n int) []*kgo.Record {
	t.Helper()
	opts, err := k.Options()
	if err != nil {
		t.Fatal(err)
	}
	c, err := kgo.NewClient(append(opts, kgo.ConsumeTopics(k.Topic(topic)), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx := soon(t)
	var got []*kgo.Record
	for len(got) < n {
		fs := c.PollFetches(ctx)
		if err := fs.Err0(); err != nil {
			t.Fatalf("%d of %d records: %v", len(got), n, err)
		}
		got = append(got, fs.Records()...)
	}
	return got
}

// stored returns how many records a topic holds.
func stored(c *kfake.Cluster, k Kafka, topic string) (n int64) {
	for _, p := range c.PartitionInfos(k.Topic(topic)) {
		n += p.HighWatermark
	}
	return n
}

// TestPublish: what is acknowledged stands in the log, in the partition every client would choose for the key or in
// the one named, tombstones as tombstones, and the times returned are those of the log.
func TestPublish(t *testing.T) { onBoth(t, publish) }

func publish(t *testing.T, k Kafka) {
	makeTopic(t, k, "t", 4)
	p := openPublisher(t, k)
	var outs []Output
	for i := range 40 { // 3.2 MB: more than one batch and more than one read-back for each partition
		outs = append(outs, Output{Topic: "t", Partition: ByKey, Key: []byte(fmt.Sprintf("key-%d", i)), Value: bytes.Repeat([]byte{byte(i)}, 80_000)})
	}
	outs = append(outs, Output{Topic: "t", Partition: 2, Key: []byte("named"), Value: []byte{}}, Output{Topic: "t", Partition: 0, Key: []byte("gone")})
	before := time.Now().UnixMilli()
	times, err := p.Publish(soon(t), outs...)
	if err != nil {
		t.Fatal(err)
	}
	after := time.Now().UnixMilli()

	got := map[string]*kgo.Record{}
	for _, r := range logged(t, k, "t", len(outs)) {
		got[string(r.Key)] = r
	}
	for i, o := range outs {
		r := got[string(o.Key)]
		if r == nil {
			t.Fatalf("%s is not in the log", o.Key)
		}
		want := o.Partition
		if want == ByKey {
			want = schemas.Murmur2Partition(o.Key, 4)
		}
		if r.Partition != want {
			t.Errorf("%s is in partition %d; want %d", o.Key, r.Partition, want)
		}
		if !bytes.Equal(r.Value, o.Value) || (r.Value == nil) != (o.Value == nil) {
			t.Errorf("%s has another value", o.Key)
		}
		if times[i] != r.Timestamp.UnixMilli() || times[i] < before || times[i] > after {
			t.Errorf("%s: time %d, in the log %d, published between %d and %d", o.Key, times[i], r.Timestamp.UnixMilli(), before, after)
		}
	}
	if times, err := p.Publish(soon(t)); err != nil || len(times) != 0 {
		t.Errorf("nothing published: %v, %v", times, err)
	}
}

// TestSendSurvivesLostAnswer: a broker that wrote and whose answer was lost is asked again, and the log still holds
// the record once.
func TestSendSurvivesLostAnswer(t *testing.T) {
	c, k := startFake(t, kfake.SeedTopics(1, "hf.t"))
	p := openPublisher(t, k)
	h := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicasAfterAppend, Count: 2})
	if err := p.Send(soon(t), Output{Topic: "t", Partition: ByKey, Key: []byte("k"), Value: []byte("v")}); err != nil {
		t.Fatal(err)
	}
	if h.Hits() != 2 {
		t.Errorf("%d answers were lost; want 2", h.Hits())
	}
	if n := stored(c, k, "t"); n != 1 {
		t.Errorf("the log holds %d records; want 1", n)
	}
}

// TestCallerGivesUp: an answer comes by the end of the caller's context, it is no, and the records of others in the
// same batch are not lost with it. Close leaves nothing unsent.
func TestCallerGivesUp(t *testing.T) {
	c, k := startFake(t, kfake.SeedTopics(1, "hf.t"))
	p := openPublisher(t, k)
	out := func(key string) Output {
		return Output{Topic: "t", Partition: ByKey, Key: []byte(key), Value: []byte("v")}
	}
	h := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})

	impatient, cancel := context.WithCancel(context.Background())
	gaveUp, patient := make(chan error, 1), make(chan error, 1)
	go func() { gaveUp <- p.Send(impatient, out("impatient")) }()
	go func() { patient <- p.Send(soon(t), out("patient")) }()
	waitUntil(t, func() bool { return h.Hits() > 0 && p.client.BufferedProduceRecords() == 2 })
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("who gives up is told %v", err)
	}
	select {
	case err := <-patient:
		t.Fatalf("the other caller is told %v while nothing is acknowledged", err)
	default:
	}
	h.Remove()
	if err := <-patient; err != nil {
		t.Errorf("the other caller: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if n := stored(c, k, "t"); n != 2 {
		t.Errorf("the log holds %d records; want 2", n)
	}
}

func waitUntil(t testing.TB, done func() bool) {
	t.Helper()
	for ctx := soon(t); !done(); {
		select {
		case <-ctx.Done():
			t.Fatal("it never came to be")
		case <-time.After(time.Millisecond):
		}
	}
}

// TestSendRefuses: each no says why. None may hang, and none may be taken for a yes.
func TestSendRefuses(t *testing.T) {
	out := Output{Topic: "t", Partition: ByKey, Key: []byte("k"), Value: []byte("v")}

	t.Run("no such topic", func(t *testing.T) {
		t.Parallel()
		_, k := startFake(t)
		err := openPublisher(t, k).Send(soon(t), out)
		if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "hf.t") || !strings.Contains(err.Error(), "create the topics first") {
			t.Errorf("%v", err)
		}
	})
	t.Run("no such partition", func(t *testing.T) {
		t.Parallel()
		_, k := startFake(t, kfake.SeedTopics(1, "hf.t"))
		far := out
		far.Partition = 7
		if err := openPublisher(t, k).Send(soon(t), far); err == nil {
			t.Error("accepted")
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p := openPublisher(t, Kafka{Brokers: []string{unusedAddress(t)}})
		err := p.Send(ctx, out)
		if !errors.Is(err, ErrUnreachable) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "nobody listens") {
			t.Errorf("%v", err)
		}
		p.client.Close() // without the wait for what can never be sent
	})
	t.Run("too much at once", func(t *testing.T) {
		t.Parallel()
		c, k := startFake(t, kfake.SeedTopics(1, "hf.t"))
		h := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
		p := openPublisher(t, k)
		big := out
		big.Value = make([]byte, 512<<10)
		refused := make(chan error, 1)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for range 2*maxBufferedBytes/len(big.Value) + 1 {
			go func() {
				if err := p.Send(ctx, big); errors.Is(err, kgo.ErrMaxBuffered) {
					select {
					case refused <- err:
					default:
					}
				}
			}()
		}
		if err := <-refused; !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "faster than the brokers acknowledge") {
			t.Errorf("%v", err)
		}
		if n := p.client.BufferedProduceBytes(); n > maxBufferedBytes+int64(len(big.Value))+1024 {
			t.Errorf("%d bytes are buffered; the limit is %d", n, maxBufferedBytes)
		}
		h.Remove()
	})
	t.Run("a record beyond the broker's limit", func(t *testing.T) {
		t.Parallel()
		_, k := startFake(t, kfake.SeedTopics(1, "hf.t"))
		big := out
		big.Value = make([]byte, 2<<20)
		if err := openPublisher(t, k).Send(soon(t), big); !errors.Is(err, kerr.MessageTooLarge) || errors.Is(err, ErrUnreachable) {
			t.Errorf("%v", err)
		}
	})
	t.Run("a context that has ended", func(t *testing.T) {
		t.Parallel()
		c, k := startFake(t, kfake.SeedTopics(1, "hf.t"))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := openPublisher(t, k).Send(ctx, out); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if n := stored(c, k, "t"); n != 0 {
			t.Errorf("the log holds %d records", n)
		}
	})
}

// TestPublisherIsShared: many callers at once, each told of its own records.
func TestPublisherIsShared(t *testing.T) {
	_, k := startFake(t, kfake.SeedTopics(4, "hf.t"))
	p := openPublisher(t, k)
	const callers, each = 8, 25
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for n := range each {
				key := []byte(fmt.Sprintf("%d-%d", i, n))
				if times, err := p.Publish(soon(t), Output{Topic: "t", Partition: ByKey, Key: key, Value: key}); err != nil || len(times) != 1 {
					t.Errorf("%s: %v, %v", key, times, err)
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, r := range logged(t, k, "t", callers*each) {
		if seen[string(r.Key)] {
			t.Errorf("%s is in the log twice", r.Key)
		}
		seen[string(r.Key)] = true
	}
}

// TestPublishRaw: a record as large as the wire allows goes through the topics made for it, and many at once are not
// put into a batch that their topic, of either size, would refuse whole.
func TestPublishRaw(t *testing.T) { onBoth(t, publishRaw) }

func publishRaw(t *testing.T, k Kafka) {
	if _, err := CreateTopics(soon(t), k, schemas.Embedded, 1, 1); err != nil {
		t.Fatal(err)
	}
	p := openPublisher(t, k)
	for _, topic := range []string{schemas.TopicConversationEvents, schemas.TopicS3Notifications, schemas.TopicS3Inspections} {
		out := Output{Topic: topic, Partition: ByKey, Key: make([]byte, 256), Value: make([]byte, schemas.MaxRecord)}
		rand.Read(out.Value) // what compresses would pass any limit
		if times, err := p.Publish(soon(t), out); err != nil || len(times) != 1 {
			t.Errorf("%s: %v, %v", topic, times, err)
		}
	}
	for _, topic := range []string{schemas.TopicS3Inspections, schemas.TopicWorldAnswers} {
		var outs []Output
		for range 12 {
			out := Output{Topic: topic, Partition: ByKey, Key: []byte("k"), Value: make([]byte, 400<<10)}
			rand.Read(out.Value)
			outs = append(outs, out)
		}
		if err := p.Send(soon(t), outs...); err != nil {
			t.Errorf("%s: %v", topic, err)
		}
	}
}

package capture

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

var testAWS = aws.Config{Region: "eu-west-2", Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", "")}

func (h *house) queue(f *sqsFake, q Queue) *poller {
	if q.Name == "" {
		q.Name, q.Carries = "q", CarriesS3
	}
	q.URL = f.queueURL()
	fill(&q.Wait, time.Second)
	cfg := h.config()
	cfg.DrainTimeout = 300 * time.Millisecond
	cfg.Queues = []Queue{q}
	cfg = cfg.withDefaults()
	api := sqs.NewFromConfig(testAWS, func(o *sqs.Options) { o.BaseEndpoint = aws.String(f.url) })
	return newPoller(cfg, cfg.Queues[0], api, h.pub, nil)
}

// polling runs a poller until the returned function is called.
func polling(t *testing.T, p *poller) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		<-done // its error is the drain's, which the tests that break Kafka provoke
	}
	t.Cleanup(stop)
	return stop
}

const objectKey = "11111111-2222-4333-8444-555555555555/year=2026/month=5/day=4/hour=9/conversation_id=" + eventConv + "/7ec00000-0000-4000-8000-000000000001.opus"

func escaped(key string) string { return url.QueryEscape(key) }

// Every wrapping must find its topic, whatever the queue is said to carry, and lose no byte of the source's.
func TestQueueSortsWhatItCarries(t *testing.T) {
	h, f := newHouse(t), newSQS(t)
	envelope := `{"version":"0","id":"5d0f1c1e-8a55-4b0f-9a41-1d1f5a9e0001","detail-type":"v2.detail.events.conversation.{id}.user.end","source":"aws.partner/genesys.com/cloud/11111111-2222-4333-8444-555555555555/custody","account":"123456789012","time":"2026-05-04T09:27:10Z","region":"eu-west-2","resources":[],"detail":` + eventBody + `}`
	direct := string(s3Message("hold-bucket", escaped(objectKey), "v1x", "e1"))
	two := string(s3Message("hold-bucket", escaped(objectKey), "v1x", "e1", "plain.txt"))
	sns := func(message string) string {
		b, _ := json.Marshal(map[string]string{"Type": "Notification", "MessageId": "s-1", "TopicArn": "arn:aws:sns:eu-west-2:123456789012:t", "Message": message, "Timestamp": "2026-05-06T10:41:08.000Z"})
		return string(b)
	}
	test := `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-05-01T00:00:00.000Z","Bucket":"hold-bucket","RequestId":"R0","HostId":"H0"}`
	for _, body := range []string{envelope, sns(envelope), direct, sns(direct), two, test, "no json", `{"Records":[]}`} {
		f.put(body)
	}
	polling(t, h.queue(f, Queue{}))
	await(t, "all are deleted", func() bool {
		for _, m := range f.messages {
			if !f.see(m).deleted {
				return false
			}
		}
		return true
	})
	events := map[string]int{}
	for _, r := range h.records(schemas.TopicConversationEvents) {
		e := r.value.(*schemas.ConversationEvent)
		events[string(e.Raw)]++
		if r.key != eventConv || e.Transport.Auth != schemas.AuthIAM || !strings.HasPrefix(e.Transport.MessageID, "m-") {
			t.Errorf("key %q, transport %+v", r.key, e.Transport)
		}
	}
	if len(events) != 1 || events[envelope] != 2 {
		t.Errorf("events: %v", events)
	}
	type note struct {
		raw   string
		index int32
	}
	notes := map[note]int{}
	for _, r := range h.records(schemas.TopicS3Notifications) {
		n := r.value.(*schemas.S3Notification)
		notes[note{string(n.Raw), n.Index}]++
		want := n.ConversationID
		if want == "" {
			want = n.SourceID
		}
		if r.key != want {
			t.Errorf("key %q, want %q", r.key, want)
		}
	}
	for _, want := range []note{{direct, 0}, {sns(direct), 0}, {two, 0}, {two, 1}, {"no json", 0}, {`{"Records":[]}`, 0}} {
		if notes[want] != 1 {
			t.Errorf("%d records of %.60q #%d", notes[want], want.raw, want.index)
		}
	}
	if len(notes) != 6 || h.tally.count("skipped", "q", "test-event") != 1 || h.tally.count("crossed", "q", schemas.TopicConversationEvents) != 2 {
		t.Errorf("notifications %d, counters %v", len(notes), h.tally.n)
	}
}

// W1: nothing is deleted while Kafka does not acknowledge; the message stays hidden by extensions, is not handed out a
// second time, and no claim is made over it. When Kafka is back, it is stored and deleted.
func TestQueueKafkaDown(t *testing.T) {
	h, f := newHouse(t), newSQS(t)
	p := h.queue(f, Queue{})
	p.cfg.Visibility = 300 * time.Millisecond * 10 // 3 s: an extension a second
	if err := p.keep.start(context.Background()); err != nil {
		t.Fatal(err)
	}
	up := h.kafkaDown(schemas.TopicS3Notifications)
	m := f.put(string(s3Message("hold-bucket", escaped(objectKey), "v1x", "e1")))
	polling(t, p)
	await(t, "visibility is extended", func() bool { return f.see(m).extended >= 2 })
	if s := f.see(m); s.deleted || s.received != 1 {
		t.Fatalf("while Kafka is down: %+v", s)
	}
	if empty := f.count("ReceiveMessage"); empty < 3 {
		t.Fatalf("%d receives; the test proves nothing about claims", empty)
	}
	if p.keep.claimed != 0 {
		t.Fatal("claimed with a message of its own in flight")
	}
	up()
	await(t, "the message is deleted", func() bool { return f.see(m).deleted })
	await(t, "a claim", func() bool { return h.tally.count("claimed", "s3", "one.q") > 0 })
	if n := h.notifications(); len(n) == 0 {
		t.Fatal("deleted without a record")
	}
}

// W1 at the end of patience: what Kafka did not take in AckTimeout is given back to the queue, never deleted.
func TestQueueGivesBack(t *testing.T) {
	h, f := newHouse(t), newSQS(t)
	p := h.queue(f, Queue{})
	p.cfg.AckTimeout = 200 * time.Millisecond
	h.kafkaDown(schemas.TopicS3Notifications)
	m := f.put(string(s3Message("hold-bucket", escaped(objectKey), "v1x", "e1")))
	polling(t, p)
	await(t, "it is given back", func() bool { return f.see(m).extended > 0 && h.tally.count("refused", "q", "kafka") == 1 })
	if f.see(m).deleted || f.count("DeleteMessageBatch") != 0 || p.clean() {
		t.Errorf("deleted %v, clean %v", f.see(m).deleted, p.clean())
	}
}

// Crash between produce and delete: the message comes again and is the same source, never a second thing.
func TestQueueDuplicateKeepsItsSource(t *testing.T) {
	h, f := newHouse(t), newSQS(t)
	f.set(func() { f.refuse["DeleteMessageBatch"] = 1 << 30 })
	m := f.put(string(s3Message("hold-bucket", escaped(objectKey), "v1x", "e1")))
	stop := polling(t, h.queue(f, Queue{}))
	await(t, "stored", func() bool { return h.end(schemas.TopicS3Notifications) == 1 })
	stop()
	f.set(func() { f.refuse["DeleteMessageBatch"] = 0 })
	f.elapse(31 * time.Second)
	polling(t, h.queue(f, Queue{}))
	await(t, "deleted", func() bool { return f.see(m).deleted })
	n := h.notifications()
	if len(n) != 2 || n[0].SourceID != n[1].SourceID || n[0].Transport.MessageID != n[1].Transport.MessageID || *n[0].Secret == *n[1].Secret {
		t.Fatalf("%d records: %+v", len(n), n)
	}
}

// W6: a receive whose answer was lost may have taken messages out of sight; an empty receive right after it proves
// nothing until they must be visible again.
func TestQueueLostReceiveHoldsClaims(t *testing.T) {
	h, f := newHouse(t), newSQS(t)
	p := h.queue(f, Queue{})
	if err := p.keep.start(context.Background()); err != nil {
		t.Fatal(err)
	}
	f.set(func() { f.refuse["ReceiveMessage"] = 1 })
	if _, err := p.receive(context.Background()); err == nil {
		t.Fatal("the fake did not fail")
	}
	if n := f.count("ReceiveMessage"); n != 1 {
		t.Fatalf("%d tries: a repeat inside the library hides the loss", n)
	}
	if _, err := p.receive(context.Background()); err != nil || p.keep.claimed != 0 {
		t.Fatalf("claimed %d after a lost receive, %v", p.keep.claimed, err)
	}
	p.mu.Lock()
	p.hiddenUntil = time.Now().Add(-time.Second)
	p.mu.Unlock()
	if _, err := p.receive(context.Background()); err != nil || p.keep.claimed == 0 {
		t.Fatalf("no claim although everything is visible again, %v", err)
	}
}

// A message that can never be stored stays in the queue, whose redrive policy it is for; the nine beside it pass.
func TestQueueLeavesWhatItCannotStore(t *testing.T) {
	h, f := newHouse(t), newSQS(t)
	bad := f.put(string(s3Message("hold-bucket", "a", "v", "e", strings.Split(strings.Repeat("k,", 300), ",")[:300]...)))
	good := f.put(string(s3Message("hold-bucket", "b", "v", "e")))
	q := Queue{Name: "q", Carries: CarriesS3, Explode: 1 << 20}
	polling(t, h.queue(f, q))
	await(t, "the good one is deleted", func() bool { return f.see(good).deleted })
	await(t, "the bad one is given back", func() bool { return f.see(bad).extended > 0 })
	if f.see(bad).deleted || h.tally.count("refused", "q", "explodes") == 0 || h.end(schemas.TopicS3Notifications) != 1 {
		t.Errorf("%+v %v", f.see(bad).deleted, h.tally.n)
	}
}

// An operator must be told once, in a sentence that says what to do, not ten times a second.
func TestQueueExplainsItself(t *testing.T) {
	h, f := newHouse(t), newSQS(t)
	p := h.queue(f, Queue{})
	for code, want := range map[string]string{
		"QueueDoesNotExist": "check its url", "AccessDeniedException": "sqs:ReceiveMessage", "InvalidClientTokenId": "check the credentials",
		"SignatureDoesNotMatch": "secret key", "ExpiredToken": "renew", "Novel": "refused with Novel",
	} {
		f.set(func() { f.fail = code })
		_, err := p.receive(context.Background())
		if text := explainQueue(err, p.cfg.URL).Error(); err == nil || !strings.Contains(text, want) {
			t.Errorf("%s: %s", code, text)
		}
	}
	dead := p.api.Options()
	dead.BaseEndpoint = aws.String("http://127.0.0.1:1")
	p.api = sqs.New(dead)
	if _, err := p.receive(context.Background()); !strings.Contains(explainQueue(err, "q").Error(), "cannot be reached") {
		t.Errorf("dead endpoint: %v", explainQueue(err, "q"))
	}
}

// Hostile message bodies: no panic, and whatever is sorted to a topic keeps its bytes.
func FuzzSortMessage(f *testing.F) {
	f.Add([]byte(eventBody), true)
	f.Add(s3Message("b", "k", "v", "e", "l"), false)
	f.Add([]byte(`{"Type":"Notification","TopicArn":"t","Message":"\ud800"}`), true)
	f.Add([]byte(`{"Type":"Notification","TopicArn":"t","Message":"{\"Records\":[]}"}`), false)
	f.Add([]byte(`{"Event":"s3:TestEvent"}`), false)
	f.Fuzz(func(t *testing.T, body []byte, events bool) {
		carries := CarriesS3
		if events {
			carries = CarriesEvents
		}
		d, err := sortMessage(body, carries, 1<<20)
		if err != nil || d.topic == "" {
			return
		}
		n := 0
		from := schemas.Transport{Kind: schemas.TransportSQS, Auth: schemas.AuthIAM}

		_ = d.outputs(from, time.Now(), func(outs []stream.Output) error {
			for _, o := range outs {
				v, err := schemas.Decode(o.Value)
				if err != nil {
					t.Fatal(err)
				}
				switch v := v.(type) {
				case *schemas.ConversationEvent:
					if len(v.Raw) != len(d.raw) {
						t.Fatal("bytes lost")
					}
				case *schemas.S3Notification:
					if int(v.Index) != n || string(v.Raw) != string(body) {
						t.Fatalf("index %d at %d, or bytes lost", v.Index, n)
					}
				}
				n++
			}
			return nil
		})
		if n == 0 {
			t.Fatal("a message without a record")
		}
	})
}

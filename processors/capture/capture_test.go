package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// An operator must see every mistake at once, and must not get an open door for having forgotten a secret.
func TestValidate(t *testing.T) {
	good := func() Config {
		return Config{Kafka: stream.Kafka{Brokers: []string{"127.0.0.1:9092"}}, Instance: "one", Webhook: &Webhook{Secrets: []string{oldSecret}},
			Queues: []Queue{{Name: "q", URL: "https://sqs.eu-west-2.amazonaws.com/1/q", Carries: CarriesEvents}}, Inspect: &Inspect{Buckets: []Bucket{{Name: s3Bucket}}}}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	cases := map[string]func(*Config){
		"no secret is configured":     func(c *Config) { c.Webhook.Secrets = nil },
		"secrets and unsigned":        func(c *Config) { c.Webhook.Unsigned = true },
		"has 5 bytes":                 func(c *Config) { c.Webhook.Secrets = []string{"short"} },
		"a certificate needs":         func(c *Config) { c.Webhook.CertFile = "x" },
		"must be host:port":           func(c *Config) { c.Webhook.Address = "8080" },
		"body limit":                  func(c *Config) { c.Webhook.BodyLimit = 2 << 20 },
		"give this process":           func(c *Config) { c.Instance = "a b" },
		"carries \"both\"":            func(c *Config) { c.Queues[0].Carries = "both" },
		"short poll proves nothing":   func(c *Config) { c.Queues[0].Wait = 500 * time.Millisecond },
		"visibility":                  func(c *Config) { c.Queues[0].Visibility = 13 * time.Hour },
		"is taken by another":         func(c *Config) { c.Queues = append(c.Queues, c.Queues[0]) },
		"is another door's":           func(c *Config) { c.Queues[0].Name = "webhook" },
		"no http or https URL":        func(c *Config) { c.Queues[0].URL = "q" },
		"no bucket is configured":     func(c *Config) { c.Inspect.Buckets = nil },
		"do not fit one record":       func(c *Config) { c.Inspect.Head = 512 << 10 },
		"inspect row limit":           func(c *Config) { c.Inspect.RowLimit = 501 },
		"1/u\" must not carry a user": func(c *Config) { c.Queues[0].URL = "https://me:hunter2@h/1/u" },
		"sqs endpoint \"https://h\"":  func(c *Config) { c.AWS.SQSEndpoint = "https://me:hunter2@h" },
		"s3 endpoint \"ftp://h\"":     func(c *Config) { c.AWS.S3Endpoint = "ftp://me:hun/ter2@h" },
		"s3 endpoint":                 func(c *Config) { c.AWS.S3Endpoint = "localhost:1" },
		"brokers":                     func(c *Config) { c.Kafka.Brokers = nil },
		"external id without a role":  func(c *Config) { c.AWS.ExternalID = "x" },
		"nothing to capture":          func(c *Config) { c.Webhook, c.Queues, c.Inspect = nil, nil, nil },
	}
	all := good()
	for want, spoil := range cases {
		one := good()
		spoil(&one)
		if err := one.Validate(); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "ter2") {
			t.Errorf("%s: got %v", want, err)
		}
		if want != "nothing to capture" && want != "no secret is configured" && want != "has 5 bytes" && want != "is taken by another" {
			spoil(&all)
		}
	}
	if err := all.Validate(); err == nil || strings.Count(err.Error(), "\n") < 10 {
		t.Errorf("not all at once: %v", err)
	}
}

// A boot number must be above every earlier one, or the clock ignores the instance; also when the clock's records,
// garbage and another instance's stand in the topic, and when its start is gone.
func TestLastBoots(t *testing.T) {
	h := newHouse(t)
	if got, err := lastBoots(context.Background(), h.kafka); err != nil || len(got) != 0 {
		t.Fatalf("empty topic: %v, %v", got, err)
	}
	write := func(value []byte) {
		rec := &kgo.Record{Topic: h.kafka.Topic(schemas.TopicCaptureProgress), Value: value}
		if err := h.client.ProduceSync(context.Background(), rec).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	for _, boot := range []int64{3, 7, 5} {
		b, err := schemas.Append(nil, &schemas.Progress{Source: "events", Instance: "a", Boot: boot, Kind: schemas.ProgressStart})
		if err != nil {
			t.Fatal(err)
		}
		write(b)
	}
	b, err := schemas.Append(nil, &schemas.ClockState{})
	if err != nil {
		t.Fatal(err)
	}
	write(b)
	write([]byte("garbage"))
	write(nil)
	for range 2 {
		got, err := lastBoots(context.Background(), h.kafka)
		if err != nil || len(got) != 1 || got["events/a"] != 7 {
			t.Fatalf("%v, %v", got, err)
		}
		if err := h.cluster.DeleteRecords(h.kafka.Topic(schemas.TopicCaptureProgress), 0, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.cluster.DeleteRecords(h.kafka.Topic(schemas.TopicCaptureProgress), 0, 6); err != nil {
		t.Fatal(err)
	}
	if got, err := lastBoots(context.Background(), h.kafka); err != nil || len(got) != 0 {
		t.Fatalf("all deleted: %v, %v", got, err)
	}
}

// The whole stage by its configuration alone: a message becomes a notification, the notification an inspection, each
// source claims, and a clean stop retires every door.
func TestRunAllDoors(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	h, queue, store := newHouse(t), newSQS(t), newS3(t)
	cfg := h.config()
	cfg.AWS.SQSEndpoint, cfg.AWS.S3Endpoint = queue.url, store.url
	cfg.Webhook = &Webhook{Address: "127.0.0.1:0", Unsigned: true}
	cfg.Queues = []Queue{{Name: "q", URL: queue.queueURL(), Carries: CarriesS3, Wait: time.Second}}
	n := inspectConfig()
	cfg.Inspect = &n
	store.put(objectKey, &s3Object{body: "media", etag: "e", version: "v", hold: "ON", retention: "AccessDenied"})
	queue.put(string(s3Message(s3Bucket, escaped(objectKey), "v", "e")))
	stop := h.start(cfg)
	await(t, "the object is inspected", func() bool { return h.tally.count("captured", "inspect", schemas.TopicS3Inspections) == 1 })
	for source, door := range map[string]string{"events": "webhook", "s3": "q", "inspections": "inspect"} {
		await(t, source+" claims", func() bool { return h.tally.count("claimed", source, "one."+door) > 0 })
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	for source, door := range map[string]string{"events": "webhook", "s3": "q", "inspections": "inspect"} {
		recs, at := h.progress(source + "/one." + door)
		checkClaims(t, recs, at)
		if last := recs[len(recs)-1]; last.Kind != schemas.ProgressRetired {
			t.Errorf("%s: %+v", door, last)
		}
	}
	if recs, _ := h.progress("s3/one.q"); recs[0].VisibilityMS != 30000 {
		t.Errorf("visibility %d", recs[0].VisibilityMS)
	}
}

// Without Kafka nothing is opened: an error that says what to do, of the kind a supervisor restarts.
func TestRunWithoutKafka(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	cfg := Config{Kafka: stream.Kafka{Brokers: []string{"127.0.0.1:1"}}, Instance: "one", Webhook: &Webhook{Address: "127.0.0.1:0", Unsigned: true}}
	if err := Run(ctx, cfg); err == nil || !errors.Is(err, stream.ErrUnreachable) {
		t.Errorf("got %v", err)
	}
}

// Whatever stands in s3.notifications, which others may write: no panic, and a target that can be asked for.
func FuzzTargetOf(f *testing.F) {
	for _, raw := range [][]byte{s3Message("b", "k", "v", "e", "l"), s3Message("b", "%ff", "null", "e"), []byte(`{"Records":[{}]}`), []byte(eventBody)} {
		out := sure(notificationOutput(raw, 0, "", schemas.Transport{Kind: schemas.TransportSQS, Auth: schemas.AuthIAM}, time.UnixMilli(0)))
		f.Add(out.Value)
	}
	fields := schemas.S3Notification{SourceID: "x", Transport: schemas.Transport{Kind: schemas.TransportProducer, Auth: schemas.AuthNone},
		Fields: &schemas.NotificationFields{EventName: "ObjectCreated:Put", Bucket: "b", Key: "k", Size: -1}}
	b, err := schemas.Append(nil, &fields)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, value []byte) {
		target, skip := targetOf(value)
		if skip == "" && (target.bucket == "" || target.key == "") {
			t.Fatalf("nothing to ask for: %+v", target)
		}
	})
}

// Whatever a store answers, in status, headers and body: no panic, a record that encodes within its limit, and a hash
// only of a whole 200.
func FuzzAnswer(f *testing.F) {
	var status int
	var header, body string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i, name := range []string{"ETag", "Content-Type", "Last-Modified", "X-Amz-Version-Id", "X-Amz-Checksum-Crc32", "X-Amz-Checksum-Type", "X-Amz-Request-Id"} {
			w.Header()[name] = []string{header[min(i, len(header)):]}
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	f.Cleanup(srv.Close)
	api := s3.NewFromConfig(testAWS, func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle, o.Retryer = aws.String(srv.URL), true, aws.NopRetryer{}
	})
	n := inspectConfig()
	n.Attempts = 1
	cfg := Config{Inspect: &n}.withDefaults()
	r := &objectReader{api: api, cfg: cfg.Inspect, owners: map[string]string{s3Bucket: ""}, manifests: make(chan struct{}, 1),
		digester: newDigester(64<<10, 64<<10), observer: cfg.Observer}
	f.Add(uint16(200), "e", "body", "metadata")
	f.Add(uint16(403), "x", "<Error><Code>AccessDenied</Code></Error>", "media")
	f.Add(uint16(206), "\xff\xfe", "<Retention><Mode>GOVERNANCE</Mode>", "manifest")
	f.Add(uint16(503), "", "", "other")
	f.Add(uint16(304), strings.Repeat("h", 2000), "<", "media")
	f.Fuzz(func(t *testing.T, code uint16, head, content, role string) {
		status, header, body = 200+int(code)%400, strings.Map(visible, head), content
		if status < 200 || status == 307 || status == 308 {
			return // redirects are the HTTP library's
		}
		rec, _, err := r.inspect(context.Background(), target{sourceID: "s", bucket: s3Bucket, key: "k", version: "v", role: role})
		if err != nil {
			t.Fatal(err)
		}
		value, err := schemas.Append(nil, withTransport(rec))
		if err != nil || len(value) > recordLimit {
			t.Fatalf("%d bytes, %v", len(value), err)
		}
		if (rec.SHA256 != nil) != (rec.Outcome == schemas.OutcomeOK) || (rec.SHA256 != nil && status != 200) {
			t.Fatalf("status %d: %s with hash %v", status, rec.Outcome, rec.SHA256 != nil)
		}
		if rec.Outcome != schemas.OutcomeOK && rec.ErrorCode == "" {
			t.Fatal(fmt.Sprint("an error without a code: ", status))
		}
	})
}

// visible leaves what an HTTP header can carry at all.
func visible(r rune) rune {
	if r < 0x20 || r == 0x7f {
		return -1
	}
	return r
}

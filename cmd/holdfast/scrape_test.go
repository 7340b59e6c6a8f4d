package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/cmd/holdfast/metrics"
	"holdfast.example/stream"
)

// running is a holdfast that runs inside the test.
type running struct {
	t             *testing.T
	broker, admin string
	webhook       string
	log           *lines
	stop          context.CancelFunc
	code          chan int
}

// lines is a log that can be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const scrapeConfig = `
kafka: {prefix: hf., profile: embedded, partitions: 2, brokers: [%s]}
worker: w1
admin: {listen: "127.0.0.1:0"}
capture:
  webhook: {listen: "127.0.0.1:0", secrets: [only-for-this-test-1234]}
  progress: 100ms
clock: {tick: 300ms, epoch: 600ms, slack: 50ms}
stream: {session_timeout: 2s, rebalance_timeout: 2s}
`

var listens = regexp.MustCompile(`"msg":"(admin endpoint|webhook) listens".*?"address":"([0-9.:]+)"`)

// runHoldfast runs all stages on an in-process broker until the test ends.
func runHoldfast(t *testing.T) *running {
	t.Helper()
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(500*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	r := &running{t: t, broker: fake.ListenAddrs()[0], log: &lines{}, code: make(chan int, 1)}
	file := filepath.Join(t.TempDir(), "holdfast.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, scrapeConfig, r.broker), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := start(context.Background(), []string{"topics", "create", "--config", file}, io.Discard, r.log); code != 0 {
		t.Fatalf("topics create: %d\n%s", code, r.log)
	}
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() { r.code <- start(ctx, []string{"run", "--config", file}, io.Discard, r.log) }()
	t.Cleanup(func() {
		stop()
		if r.code != nil {
			<-r.code
		}
	})
	r.until("both doors listen", func() bool {
		for _, m := range listens.FindAllStringSubmatch(r.log.String(), -1) {
			if m[1] == "webhook" {
				r.webhook = m[2]
			} else {
				r.admin = m[2]
			}
		}
		return r.webhook != "" && r.admin != ""
	})
	return r
}

// until waits for a condition that must come about.
func (r *running) until(what string, is func() bool) {
	r.t.Helper()
	for end := time.Now().Add(60 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("waited in vain until %s\n%s", what, r.log)
		}
	}
}

func (r *running) get(path string) (int, string) {
	res, err := http.Get("http://" + r.admin + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func (r *running) post(body, secret string) int {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	req, err := http.NewRequest(http.MethodPost, "http://"+r.webhook+"/v1/events", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("X-Hub-Signature-256", "sha256="+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// scrape returns every sample by its name with labels, as Prometheus would read them.
func (r *running) scrape() map[string]float64 {
	code, text := r.get("/metrics")
	if code != http.StatusOK {
		r.t.Fatalf("/metrics: %d %s", code, text)
	}
	out := map[string]float64{}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "} ")
		if name += "}"; !ok {
			name, value, _ = strings.Cut(strings.TrimSpace(line), " ")
		}
		if v, err := strconv.ParseFloat(value, 64); err == nil && !strings.HasPrefix(line, "#") {
			out[name] = v
		}
	}
	return out
}

const scrapeEvent = `{"topicName":"v2.detail.events.conversation.c0ffee00-0000-4000-8000-00000000000%[1]d.customer.start","eventBody":{"eventTime":1777886102118,"conversationId":"c0ffee00-0000-4000-8000-00000000000%[1]d","participantId":"c0ffee00-0000-4000-8000-000000000002","sessionId":"c0ffee00-0000-4000-8000-000000000003","mediaType":"MESSAGE","provider":"PureCloud Messaging","direction":"INBOUND"},"metadata":{"CorrelationId":"c0ffee00-0000-4000-8000-000000000004"}}`

// TestScrape runs all stages and feeds them. At stake: an operator's only eyes. What is counted must be what was fed,
// what the page promises must be there, and readiness must come and go with the process.
func TestScrape(t *testing.T) {
	r := runHoldfast(t)
	const events = 5
	for i := range events {
		if code := r.post(fmt.Sprintf(scrapeEvent, i), "only-for-this-test-1234"); code != 200 {
			t.Fatalf("event %d: %d", i, code)
		}
	}
	if code := r.post("not json", "only-for-this-test-1234"); code != 200 {
		t.Fatalf("poison: %d", code)
	}
	if code := r.post("{}", "another-key-another-key"); code != 401 {
		t.Fatalf("wrong signature: %d", code)
	}
	r.until("ready", func() bool { code, _ := r.get("/readyz"); return code == http.StatusOK })
	if code, body := r.get("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d %s", code, body)
	}
	r.until("the custody records are written and the input is folded", func() bool {
		s := r.scrape()
		return s[`holdfast_stream_records_total{stage="observe-events"}`] == events+1 && sum(s, "holdfast_shard_records_out{") >= events &&
			s["holdfast_clock_epoch_number"] > 1
	})
	var before, s map[string]float64
	r.until("two scrapes lie between two ticks", func() bool {
		before, s = s, r.scrape()
		return sum(before, `holdfast_stream_frontier_offset{`) == sum(s, `holdfast_stream_frontier_offset{`)
	})
	for name, want := range map[string]float64{
		`holdfast_ready`: 1,
		`holdfast_capture_door_open{door="webhook"}`:                                      1,
		`holdfast_capture_received_total{door="webhook"}`:                                 events + 2,
		`holdfast_capture_stored_total{door="webhook",topic="conversation.events"}`:       events + 1,
		`holdfast_capture_refused_total{door="webhook",reason="signature"}`:               1,
		`holdfast_capture_in_flight{door="webhook"}`:                                      0,
		`holdfast_stream_dead_letters_total{code="bad-json",stage="observe-events"}`:      1,
		`holdfast_stream_outputs_total{stage="observe-events"}`:                           events,
		`holdfast_stream_partitions{stage="correlate",state="ready"}`:                     2,
		`holdfast_stream_partitions{stage="observe-inspections",state="ready"}`:           2,
		`holdfast_stream_lag_records{partition="0",stage="observe-events"}`:               0,
		`holdfast_stream_lag_records{partition="1",stage="observe-events"}`:               0,
		`holdfast_restore_remaining_records{partition="1",stage="correlate"}`:             0,
		`holdfast_stream_rebuilds_total{stage="correlate"}`:                               0,
		`holdfast_stream_transaction_duration_seconds_count{stage="observe-inspections"}`: 0,
	} {
		if got, there := s[name]; !there || got != want {
			t.Errorf("%s: %v, there: %v; want %v", name, got, there, want)
		}
	}
	for p := range 2 {
		at := fmt.Sprintf(`{partition="%d",stage="correlate"}`, p)
		if lag := s["holdfast_stream_lag_records"+at]; lag > 1 { // 1: the marker of the tick
			t.Errorf("correlate/%d is behind by %v", p, lag)
		}
		frontier := int64(s["holdfast_stream_frontier_offset"+at])
		if got, want := s["holdfast_shard_records_in"+at], r.records("hf.observations", int32(p), frontier); int(got) != want {
			t.Errorf("correlate/%d has folded %v records up to offset %d; the topic holds %d", p, got, frontier, want)
		}
	}
	promised(t, s)
	r.stopped()
}

// promised holds that what docs/METRICS.md lists is there.
func promised(t *testing.T, s map[string]float64) {
	t.Helper()
	for _, section := range metrics.Table() {
		for _, m := range section.Metrics {
			found := m.Rare
			for name := range s {
				base, _, _ := strings.Cut(name, "{")
				found = found || base == m.Name || base == m.Name+"_count"
			}
			if !found {
				t.Errorf("%s is promised and not there", m.Name)
			}
		}
	}
	for _, name := range []string{"go_goroutines", "process_open_fds"} {
		if _, there := s[name]; !there {
			t.Errorf("%s is not there", name)
		}
	}
}

func sum(s map[string]float64, prefix string) (total float64) {
	for name, v := range s {
		if strings.HasPrefix(name, prefix) {
			total += v
		}
	}
	return total
}

// records counts the records of a partition below an offset, by a client of its own.
func (r *running) records(topic string, partition int32, below int64) int {
	cl, err := kgo.NewClient(kgo.SeedBrokers(r.broker), stream.Passing(), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: kgo.NewOffset().AtStart()}}))
	if err != nil {
		r.t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if ends, err := kadm.NewClient(cl).ListCommittedOffsets(ctx, topic); err != nil || ends.Error() != nil {
		r.t.Fatal(err, ends.Error())
	}
	n := 0
	for at := int64(0); at < below; {
		fetches := cl.PollFetches(ctx)
		if ctx.Err() != nil {
			r.t.Fatalf("%s/%d ends at %d, before %d", topic, partition, at, below)
		}
		fetches.EachRecord(func(rec *kgo.Record) {
			if at = rec.Offset + 1; at <= below && !rec.Attrs.IsControl() {
				n++
			}
		})
	}
	return n
}

// stopped stops it cleanly and holds that the endpoint outlived the stages: readiness could be asked during the stop.
func (r *running) stopped() {
	r.t.Helper()
	r.stop()
	if code := <-r.code; code != 0 {
		r.t.Errorf("a clean stop ended with %d\n%s", code, r.log)
	}
	r.code = nil
	if _, err := http.Get("http://" + r.admin + "/healthz"); err == nil {
		r.t.Error("the endpoint answers after the process's end")
	}
	var last struct{ Msg string }
	all := strings.Split(strings.TrimSpace(r.log.String()), "\n")
	if err := json.Unmarshal([]byte(all[len(all)-1]), &last); err != nil || last.Msg != "stopped" {
		r.t.Errorf("the last line is %q", all[len(all)-1])
	}
}

package capture

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// sqsFake is one SQS queue behind AWS JSON 1.0, with the service's rules that matter here: visibility, receipts that
// go stale, limits of a batch. A call that breaks a rule fails the test.
type sqsFake struct {
	t   testing.TB
	url string

	mu       sync.Mutex
	messages []*sqsMessage
	receipts int
	calls    map[string]int
	fail     string         // every call answers with this error code
	refuse   map[string]int // by operation: fail this many calls with ServiceUnavailable
	clock    time.Time
}

type sqsMessage struct {
	id, body, receipt string
	hiddenTo          time.Time
	received          int
	extended          int
	deleted           bool
}

func newSQS(t testing.TB) *sqsFake {
	f := &sqsFake{t: t, calls: map[string]int{}, refuse: map[string]int{}, clock: time.Now()}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	f.url = srv.URL
	return f
}

func (f *sqsFake) queueURL() string { return f.url + "/123456789012/q" }

func (f *sqsFake) put(body string) *sqsMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := &sqsMessage{id: fmt.Sprintf("m-%d", len(f.messages)), body: body}
	f.messages = append(f.messages, m)
	return m
}

// elapse lets the queue's clock run.
func (f *sqsFake) elapse(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = f.clock.Add(d)
}

func (f *sqsFake) see(m *sqsMessage) sqsMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *m
}

func (f *sqsFake) count(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[op]
}

func (f *sqsFake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

type sqsCall struct {
	QueueUrl            string
	MaxNumberOfMessages int
	WaitTimeSeconds     int
	VisibilityTimeout   int
	Entries             []struct {
		Id, ReceiptHandle string
		VisibilityTimeout int
	}
}

func (f *sqsFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	var in sqsCall
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.QueueUrl != f.queueURL() {
		f.t.Errorf("%s: queue %q, %v", op, in.QueueUrl, err)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	f.mu.Lock()
	f.calls[op]++
	code := f.fail
	if f.refuse[op] > 0 {
		f.refuse[op]--
		code = "ServiceUnavailable"
	}
	f.mu.Unlock()
	if code != "" {
		w.WriteHeader(map[bool]int{true: 503, false: 400}[code == "ServiceUnavailable"])
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": "com.amazonaws.sqs#" + code, "message": "no"})
		return
	}
	var out any
	switch op {
	case "ReceiveMessage":
		out = f.receive(r, in)
	case "DeleteMessageBatch", "ChangeMessageVisibilityBatch":
		out = f.batch(op, in)
	default:
		f.t.Errorf("operation %q", op)
	}
	_ = json.NewEncoder(w).Encode(out)
}

func (f *sqsFake) receive(r *http.Request, in sqsCall) any {
	if in.WaitTimeSeconds < 1 || in.WaitTimeSeconds > 20 || in.MaxNumberOfMessages != 10 || in.VisibilityTimeout < 1 || in.VisibilityTimeout > 43200 {
		f.t.Errorf("receive: %+v", in)
	}
	// A fiftieth of the long poll: the service may not answer empty before the poll's end, tests cannot wait so long.
	for end := time.Now().Add(time.Duration(in.WaitTimeSeconds) * 20 * time.Millisecond); ; time.Sleep(2 * time.Millisecond) {
		type message struct{ MessageId, ReceiptHandle, Body, MD5OfBody string }
		var out []message
		f.mu.Lock()
		for _, m := range f.messages {
			if m.deleted || m.hiddenTo.After(f.clock) || len(out) == in.MaxNumberOfMessages {
				continue
			}
			f.receipts++
			m.receipt, m.received = fmt.Sprintf("r-%d", f.receipts), m.received+1
			m.hiddenTo = f.clock.Add(time.Duration(in.VisibilityTimeout) * time.Second)
			sum := md5.Sum([]byte(m.body))
			out = append(out, message{m.id, m.receipt, m.body, hex.EncodeToString(sum[:])})
		}
		f.mu.Unlock()
		if len(out) > 0 || time.Now().After(end) || r.Context().Err() != nil {
			return map[string]any{"Messages": out}
		}
	}
}

func (f *sqsFake) batch(op string, in sqsCall) any {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(in.Entries) == 0 || len(in.Entries) > 10 {
		f.t.Errorf("%s: %d entries", op, len(in.Entries))
	}
	seen := map[string]bool{}
	type entry map[string]any
	ok, failed := []entry{}, []entry{}
	for _, e := range in.Entries {
		if seen[e.Id] {
			f.t.Errorf("%s: entry id %q twice", op, e.Id)
		}
		seen[e.Id] = true
		var found *sqsMessage
		for _, m := range f.messages {
			if m.receipt == e.ReceiptHandle && !m.deleted {
				found = m
			}
		}
		if found == nil {
			failed = append(failed, entry{"Id": e.Id, "SenderFault": true, "Code": "ReceiptHandleIsInvalid"})
			continue
		}
		if op == "DeleteMessageBatch" {
			found.deleted = true
		} else {
			found.extended++
			found.hiddenTo = f.clock.Add(time.Duration(e.VisibilityTimeout) * time.Second)
		}
		ok = append(ok, entry{"Id": e.Id})
	}
	return map[string]any{"Successful": ok, "Failed": failed}
}

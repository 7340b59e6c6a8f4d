package capture

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/smithy-go/logging"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// jsonOf is a JSON body of exactly n bytes.
func jsonOf(n int) string {
	const around = `{"x":""}`
	return around[:6] + strings.Repeat("y", n-len(around)) + around[6:]
}

// The promise is any JSON body up to 1 MiB. The record around it must not eat into that, and one byte more must cost
// nobody but its sender.
func TestWebhookBodyLimit(t *testing.T) {
	h := newHouse(t)
	w := h.webhook(Webhook{Secrets: []string{oldSecret}})
	for _, c := range []struct{ size, status int }{{1<<20 - 1, 200}, {1 << 20, 200}, {1<<20 + 1, 413}, {len(eventBody), 200}} {
		body := jsonOf(c.size)
		rec := post(w, body, sign(oldSecret, body))
		if rec.Code != c.status {
			t.Fatalf("%d bytes: status %d: %s", c.size, rec.Code, rec.Body)
		}
		if c.status != 200 {
			continue
		}
		found := false
		for _, e := range h.events() {
			found = found || string(e.Raw) == body
		}
		if !found {
			t.Errorf("%d bytes were answered 200 and are not in the topic", c.size)
		}
	}
	if n := h.end(schemas.TopicConversationEvents); n != 3 {
		t.Errorf("%d records", n)
	}
}

// The same for a queue, whose service takes 1 MiB a message: a large one is stored, and the small one behind it too.
func TestQueueLargeMessage(t *testing.T) {
	for _, carries := range []string{CarriesEvents, CarriesS3} {
		h, f := newHouse(t), newSQS(t)
		body := jsonOf(1_048_500)
		large, largest, small := f.put(body), f.put(jsonOf(1<<20)), f.put(`{}`)
		polling(t, h.queue(f, Queue{Name: "q", Carries: carries}))
		await(t, "all are deleted", func() bool { return f.see(large).deleted && f.see(largest).deleted && f.see(small).deleted })
		topic, found := schemas.TopicConversationEvents, false
		if carries == CarriesS3 {
			topic = schemas.TopicS3Notifications
		}
		all := h.records(topic)
		for _, r := range all {
			switch v := r.value.(type) {
			case *schemas.ConversationEvent:
				found = found || string(v.Raw) == body
			case *schemas.S3Notification:
				found = found || string(v.Raw) == body
			}
		}
		if len(all) != 3 || !found {
			t.Errorf("%s: %d records, the large one among them: %v", carries, len(all), found)
		}
	}
}

// What no record can hold is an error and not the end of the process, whichever door it came by.
func TestUnfit(t *testing.T) {
	from := schemas.Transport{Kind: schemas.TransportSQS, Auth: schemas.AuthIAM}
	for _, topic := range []string{schemas.TopicConversationEvents, schemas.TopicS3Notifications} {
		d := delivery{topic: topic, raw: make([]byte, schemas.MaxRecord), conversations: []string{""}}
		err := d.outputs(from, time.Now(), func([]stream.Output) error { t.Error("yielded"); return nil })
		if !errors.Is(err, errUnfit) {
			t.Errorf("%s: %v", topic, err)
		}
	}
	h := newHouse(t)
	w := h.webhook(Webhook{Unsigned: true})
	w.cfg.BodyLimit = 4 << 20 // Validate refuses it
	if rec := post(w, jsonOf(schemas.MaxRecord), ""); rec.Code != http.StatusRequestEntityTooLarge || !strings.Contains(rec.Body.String(), "does not fit") {
		t.Errorf("status %d: %s", rec.Code, rec.Body)
	}
}

// W6: a body that broke off is an event its sender still has, and so is one that was not let in. Who shows no
// signature is no sender, and must not be able to hold the claims.
func TestWebhookUnreadBodyHoldsClaims(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		name, signature string
		crowded         bool
		status          int
		holds           bool
	}{
		{name: "broken, signed", signature: sign(oldSecret, eventBody), status: 400, holds: true},
		{name: "broken, a stranger's", status: 400},
		{name: "broken, no signature's form", signature: "sha256=AAAA", status: 400},
		{name: "crowded, signed", signature: sign(oldSecret, eventBody), crowded: true, status: 429, holds: true},
		{name: "crowded, a stranger's", crowded: true, status: 429},
	} {
		w := h.webhook(Webhook{Secrets: []string{oldSecret}, MaxConcurrent: 1, SenderRetry: time.Hour})
		for c.crowded && len(w.door) < cap(w.door) {
			w.door <- struct{}{}
		}
		r := httptest.NewRequest("POST", "/v1/events", iotest.ErrReader(errors.New("connection reset")))
		if c.signature != "" {
			r.Header.Set(signatureHeader, c.signature)
		}
		rec := httptest.NewRecorder()
		w.routes().ServeHTTP(rec, r)
		w.note(1000)
		w.settle(time.Now())
		if rec.Code != c.status || (w.keep.claimed == 0) != c.holds {
			t.Errorf("%s: status %d, claimed %d", c.name, rec.Code, w.keep.claimed)
		}
		w.settle(time.Now().Add(2 * time.Hour))
		if w.keep.claimed != 1000 {
			t.Errorf("%s: no claim once the sender has given up", c.name)
		}
	}
}

// Strangers who fill the connections take no seat: an event that is read and verified is stored beside them.
func TestWebhookSeatsAreForVerifiedRequests(t *testing.T) {
	h := newHouse(t)
	w := h.webhook(Webhook{Secrets: []string{oldSecret}, MaxConcurrent: 1})
	for range cap(w.door) - 1 {
		w.door <- struct{}{}
	}
	if rec := post(w, eventBody, sign(oldSecret, eventBody)); rec.Code != 200 {
		t.Errorf("status %d", rec.Code)
	}
	w.seats <- struct{}{}
	if rec := post(w, eventBody, "sha256="); rec.Code != 401 || !w.refused.IsZero() {
		t.Errorf("status %d, held %v", rec.Code, !w.refused.IsZero())
	}
	if rec := post(w, eventBody, sign(oldSecret, eventBody)); rec.Code != 429 || w.refused.IsZero() {
		t.Errorf("status %d, held %v", rec.Code, !w.refused.IsZero())
	}
}

// A mistake of ours must be seen by who reads the log at its usual level, and must not be taken for a yes.
func TestWebhookPanic(t *testing.T) {
	h := newHouse(t)
	w := h.webhook(Webhook{Unsigned: true})
	var log bytes.Buffer
	w.log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelError}))
	w.observer.Captured = func(string, string, int) { panic("a mistake") }
	if rec := post(w, eventBody, ""); rec.Code != 500 || w.refused.IsZero() || len(w.seats)+len(w.door)+len(w.open) != 0 {
		t.Errorf("status %d, held %v, left %d %d %d", rec.Code, !w.refused.IsZero(), len(w.seats), len(w.door), len(w.open))
	}
	var line struct{ Level, Panic, Stack string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || line.Level != "ERROR" || line.Panic != "a mistake" || !strings.Contains(line.Stack, "receive") {
		t.Errorf("%v: %s", err, log.String())
	}
}

// What the SDK says must be a line of the log like any other, and a password in an address must not be on it.
func TestAWSLog(t *testing.T) {
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	var log bytes.Buffer
	conf, err := AWS{Region: "eu-west-2"}.load(t.Context(), slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	conf.Logger.Logf(logging.Debug, "not at the usual level")
	conf.Logger.Logf(logging.Warn, "falling back to %s", "IMDSv1")
	var line struct{ Level, Msg, Text string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || line.Level != "WARN" || line.Msg != "aws sdk" || line.Text != "falling back to IMDSv1" || conf.ClientLogMode != 0 {
		t.Errorf("%v: %s", err, log.String())
	}
	if text := explainQueue(errors.New("x"), "https://me:hunter2@h/1/q").Error(); strings.Contains(text, "hunter2") || !strings.Contains(text, "https://h/1/q") {
		t.Error(text)
	}
}

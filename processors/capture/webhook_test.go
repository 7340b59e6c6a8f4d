package capture

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"holdfast.example/schemas"
)

const (
	oldSecret = "0123456789abcdef-old"
	newSecret = "0123456789abcdef-new"
	eventBody = `{"topicName":"v2.detail.events.conversation.c0ffee00-0000-4000-8000-000000000001.user.end","version":"2","eventBody":{"eventTime":1777886830512,"conversationId":"c0ffee00-0000-4000-8000-000000000001","participantId":"a0000000-0000-4000-8000-00000000000a","sessionId":"50000000-0000-4000-8000-00000000000a","disconnectType":"TRANSFER","mediaType":"MESSAGE","provider":"PureCloud Messaging","direction":"INBOUND"},"metadata":{"CorrelationId":"7e3b6c0a-2c5c-4a0e-8a41-9b9f0f4c2a10"},"timestamp":"2026-05-04T09:27:10.588Z"}`
	eventConv = "c0ffee00-0000-4000-8000-000000000001"
)

func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (h *house) webhook(w Webhook) *webhook {
	cfg := h.config()
	cfg.Webhook = &w
	cfg = cfg.withDefaults()
	return newWebhook(cfg, h.pub, nil)
}

func post(w *webhook, body, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/v1/events", strings.NewReader(body))
	if signature != "" {
		r.Header.Set(signatureHeader, signature)
	}
	rec := httptest.NewRecorder()
	w.routes().ServeHTTP(rec, r)
	return rec
}

// The bytes must come out as they went in, held by their hash, or the evidence is of something else.
func TestWebhookKeepsTheBytes(t *testing.T) {
	h := newHouse(t)
	w := h.webhook(Webhook{Secrets: []string{oldSecret}})
	bodies := []string{eventBody, "no json at all \x00\xff", `{"unfinished":`, strings.Repeat("x", 600<<10)}
	for _, b := range bodies {
		if rec := post(w, b, sign(oldSecret, b)); rec.Code != 200 {
			t.Fatalf("status %d: %s", rec.Code, rec.Body)
		}
	}
	again := post(w, eventBody, sign(oldSecret, eventBody)) // the sender did not hear our yes
	if again.Code != 200 {
		t.Fatalf("redelivery: status %d", again.Code)
	}
	seen := map[string][]*schemas.ConversationEvent{}
	for _, r := range h.records(schemas.TopicConversationEvents) {
		e := r.value.(*schemas.ConversationEvent)
		seen[string(e.Raw)] = append(seen[string(e.Raw)], e)
		sum := sha256.Sum256(e.Raw)
		if *e.RawSHA256 != schemas.Hash(sum) || e.SourceID != hex.EncodeToString(sum[:]) || e.Secret == nil || *e.Secret == (schemas.Secret{}) {
			t.Errorf("hash, source or secret: %+v", e)
		}
		want := e.SourceID
		if string(e.Raw) == eventBody {
			want = eventConv
		}
		if r.key != want {
			t.Errorf("key %q, want %q", r.key, want)
		}
		if e.Transport.Auth != schemas.AuthHMACSHA256 || e.Transport.Kind != schemas.TransportWebhook || e.Transport.Instance != "one.webhook" || e.Transport.Boot != 1 {
			t.Errorf("transport %+v", e.Transport)
		}
	}
	for _, b := range bodies {
		want := 1
		if b == eventBody {
			want = 2
		}
		if len(seen[b]) != want {
			t.Errorf("%d records of %.20q, want %d", len(seen[b]), b, want)
		}
	}
	if two := seen[eventBody]; two[0].SourceID != two[1].SourceID || *two[0].Secret == *two[1].Secret {
		t.Error("a redelivery must keep the source and have a secret of its own")
	}
}

// A bad signature changes nothing: no record, no state, whatever is wrong with it.
func TestWebhookBadSignatureChangesNothing(t *testing.T) {
	h := newHouse(t)
	w := h.webhook(Webhook{Secrets: []string{oldSecret, newSecret}})
	good := sign(oldSecret, eventBody)
	sum, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(good, "sha256="))
	for name, bad := range map[string]string{
		"absent": "", "other secret": sign("another-secret-of-16", eventBody), "other body": sign(oldSecret, eventBody+" "),
		"hex": "sha256=" + hex.EncodeToString(sum), "no scheme": strings.TrimPrefix(good, "sha256="), "other scheme": "sha1=" + strings.TrimPrefix(good, "sha256="),
		"cut": good[:len(good)-4], "long": good + "AAAA", "url alphabet": "sha256=" + base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{0xfb}, 32)),
		"empty mac": "sha256=", "spaces": " " + good,
	} {
		if rec := post(w, eventBody, bad); rec.Code != 401 {
			t.Errorf("%s: status %d", name, rec.Code)
		}
	}
	r := httptest.NewRequest("POST", "/v1/events", strings.NewReader(eventBody))
	r.Header[signatureHeader] = []string{good, sign("another-secret-of-16", eventBody)}
	rec := httptest.NewRecorder()
	w.routes().ServeHTTP(rec, r)
	if rec.Code != 401 {
		t.Errorf("two signatures: status %d", rec.Code)
	}
	if n := h.end(schemas.TopicConversationEvents); n != 0 {
		t.Fatalf("%d records were written", n)
	}
	if got := h.tally.count("refused", "webhook", "signature"); got != 12 {
		t.Errorf("counted %d", got)
	}
}

// A secret must be replaceable without losing an event: both are good while both are configured.
func TestWebhookRotation(t *testing.T) {
	h := newHouse(t)
	both := h.webhook(Webhook{Secrets: []string{oldSecret, newSecret}})
	after := h.webhook(Webhook{Secrets: []string{newSecret}})
	for _, c := range []struct {
		door   *webhook
		secret string
		want   int
	}{{both, oldSecret, 200}, {both, newSecret, 200}, {after, newSecret, 200}, {after, oldSecret, 401}} {
		if rec := post(c.door, eventBody, sign(c.secret, eventBody)); rec.Code != c.want {
			t.Errorf("status %d, want %d", rec.Code, c.want)
		}
	}
}

// Limits: what is too large, empty or too many is refused by its own name, and nothing is written.
func TestWebhookLimits(t *testing.T) {
	h := newHouse(t)
	w := h.webhook(Webhook{Unsigned: true, BodyLimit: 100, MaxConcurrent: 1})
	if rec := post(w, strings.Repeat("x", 101), ""); rec.Code != 413 {
		t.Errorf("too large: %d", rec.Code)
	}
	if rec := post(w, "", ""); rec.Code != 400 {
		t.Errorf("empty: %d", rec.Code)
	}
	w.seats <- struct{}{} // somebody else's request
	rec := post(w, "{}", "")
	if rec.Code != 429 || rec.Header().Get("Retry-After") == "" {
		t.Errorf("busy: %d %v", rec.Code, rec.Header())
	}
	<-w.seats
	if n := h.end(schemas.TopicConversationEvents); n != 0 {
		t.Errorf("%d records", n)
	}
	if rec := post(w, strings.Repeat("x", 100), ""); rec.Code != 200 {
		t.Errorf("at the limit: %d", rec.Code)
	}
	if e := h.events(); len(e) != 1 || e[0].Transport.Auth != schemas.AuthNone {
		t.Errorf("unsigned record: %+v", e)
	}
	for _, r := range []*http.Request{httptest.NewRequest("GET", "/v1/events", nil), httptest.NewRequest("POST", "/v1/other", nil)} {
		rec := httptest.NewRecorder()
		if w.routes().ServeHTTP(rec, r); rec.Code < 400 {
			t.Errorf("%s %s: %d", r.Method, r.URL, rec.Code)
		}
	}
}

// W1: Kafka does not acknowledge, so the sender must not hear yes; and no claim may be made while it still repeats.
func TestWebhookKafkaDown(t *testing.T) {
	h := newHouse(t)
	w := h.webhook(Webhook{Unsigned: true, AckTimeout: 300 * time.Millisecond, SenderRetry: time.Hour})
	up := h.kafkaDown(schemas.TopicConversationEvents)
	rec := post(w, eventBody, "")
	if rec.Code != 503 || rec.Header().Get("Retry-After") == "" {
		t.Fatalf("status %d, headers %v", rec.Code, rec.Header())
	}
	w.note(1000)
	w.settle(time.Now())
	if w.keep.claimed != 0 {
		t.Error("claimed although the sender has an event that we refused")
	}
	w.settle(time.Now().Add(2 * time.Hour))
	if w.keep.claimed != 1000 {
		t.Errorf("claimed %d once the sender has given up, want 1000", w.keep.claimed)
	}
	up()
	await(t, "a repeated event is stored", func() bool { return post(w, eventBody, "").Code == 200 })
}

// W6: a request that began before a progress record and is not answered yet holds that record's claim, and a stream
// of overlapping younger requests does not hold it for ever.
func TestWebhookClaimWaitsForOlderRequests(t *testing.T) {
	h := newHouse(t)
	w := h.webhook(Webhook{Unsigned: true})
	older := w.begin()
	w.note(1000)
	younger := w.begin()
	w.note(2000) // the first is still awaited
	w.settle(time.Now())
	if w.keep.claimed != 0 {
		t.Fatalf("claimed %d over an open request", w.keep.claimed)
	}
	w.end(older)
	w.settle(time.Now())
	if w.keep.claimed != 1000 {
		t.Fatalf("claimed %d, want 1000", w.keep.claimed)
	}
	w.settle(time.Now())
	w.note(3000)
	w.settle(time.Now())
	if w.keep.claimed != 1000 {
		t.Fatalf("claimed %d over an open request", w.keep.claimed)
	}
	w.end(younger)
	w.settle(time.Now())
	if w.keep.claimed != 3000 {
		t.Fatalf("claimed %d, want 3000", w.keep.claimed)
	}
}

// The whole door over TCP: start record first, claims grow, a clean stop answers what is open and retires; the next
// boot's number is one more.
func TestWebhookLife(t *testing.T) {
	h := newHouse(t)
	for boot := int64(1); boot <= 2; boot++ {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		_ = l.Close()
		cfg := h.config()
		cfg.Webhook = &Webhook{Address: address, Secrets: []string{newSecret}}
		stop := h.start(cfg)
		await(t, "the door is open", func() bool {
			res, err := http.Get("http://" + address + "/healthz")
			if err != nil {
				return false
			}
			_ = res.Body.Close()
			return res.StatusCode == 200
		})
		req, _ := http.NewRequestWithContext(context.Background(), "POST", "http://"+address+"/v1/events", strings.NewReader(eventBody))
		req.Header.Set(signatureHeader, sign(newSecret, eventBody))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != 200 {
			t.Fatalf("status %d", res.StatusCode)
		}
		await(t, "claims", func() bool { return h.tally.count("claimed", "events", "one.webhook") >= 2*int(boot) })
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		recs, at := h.progress("events/one.webhook")
		checkClaims(t, recs, at)
		last := recs[len(recs)-1]
		if last.Kind != schemas.ProgressRetired || last.Boot != boot || last.Received != 1 || last.VisibilityMS != 0 {
			t.Errorf("last record %+v, want retired of boot %d", last, boot)
		}
	}
}

// A port that is taken is a mistake of the configuration, and says so.
func TestWebhookAddressTaken(t *testing.T) {
	h := newHouse(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := h.config()
	cfg.Webhook = &Webhook{Address: l.Addr().String(), Unsigned: true}
	if err := Run(context.Background(), cfg); !errors.Is(err, ErrConfig) {
		t.Errorf("got %v", err)
	}
}

// Whatever is sent, signed or not: no panic, 401 without a record or 200 with exactly the bytes sent.
func FuzzWebhook(f *testing.F) {
	shared := newHouse(f)
	w := shared.webhook(Webhook{Secrets: []string{oldSecret}})
	f.Add([]byte(eventBody), sign(oldSecret, eventBody), true)
	f.Add([]byte(`{"a":1,"a":2}`), "sha256=", false)
	f.Add([]byte("\xff\xfe{}"), "", true)
	f.Add([]byte(`{"detail":{"eventBody":{"conversationId":"../../etc"}}}`), "sha256=AAAA", true)
	f.Add([]byte(strings.Repeat("[", 10000)), "SHA256=x\x00", true)
	f.Fuzz(func(t *testing.T, body []byte, signature string, honest bool) {
		h := *shared
		h.t = t
		if honest {
			signature = sign(oldSecret, string(body))
		}
		before := h.end(schemas.TopicConversationEvents)
		r := httptest.NewRequest("POST", "/v1/events", bytes.NewReader(body))
		r.Header[signatureHeader] = []string{signature}
		rec := httptest.NewRecorder()
		w.routes().ServeHTTP(rec, r)
		grown := h.end(schemas.TopicConversationEvents) - before
		good := signature == sign(oldSecret, string(body))
		switch {
		case !good && (rec.Code != 401 || grown != 0):
			t.Fatalf("bad signature: status %d, %d records", rec.Code, grown)
		case good && len(body) == 0 && (rec.Code != 400 || grown != 0):
			t.Fatalf("empty body: status %d, %d records", rec.Code, grown)
		case good && len(body) > 0 && (rec.Code != 200 || grown != 1):
			t.Fatalf("good signature: status %d, %d records", rec.Code, grown)
		}
	})
}

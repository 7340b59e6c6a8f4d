package capture

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Times of the HTTP door that are not settings: a caller that sends its bytes slower than this is no event source.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second // headers and body
	idleTimeout   = 60 * time.Second
	headerBytes   = 16 << 10
	retryAfter    = 5 * time.Second // Genesys repeats after 5 s
	crowd         = 4               // requests let in for each that may be stored at once
)

// eventsPath is where events are posted.
const eventsPath = "/v1/events"

// webhook is the HTTP door.
//
// Its claim is the listener's heartbeat: when a progress record is acknowledged, the requests that have begun until
// then are noted; once all of them have been answered, the record's time is claimed. A request refused for our own
// reasons (429, 500, 503), or broken off before its body was whole, is an event that only its sender has, so claims
// wait for as long as senders repeat. That is known where the signature was verified. Where the body was never read it
// is not, and claims wait for whoever shows a signature of the right form: waiting is late, not waiting may be wrong.
type webhook struct {
	cfg      Webhook
	pub      *stream.Publisher
	keep     *journal
	observer Observer
	log      *slog.Logger
	door     chan struct{} // one per request that was let in, read or not
	seats    chan struct{} // one per request being stored, its body read and its signature verified

	mu      sync.Mutex
	next    uint64              // number of the next request
	open    map[uint64]struct{} // requests not yet answered
	noted   int64               // append time of the record whose requests are awaited; 0: none
	upTo    uint64              // these requests: numbers below it
	refused time.Time           // of the last event that only its sender has
}

func newWebhook(cfg Config, pub *stream.Publisher, boots map[string]int64) *webhook {
	w := &webhook{cfg: *cfg.Webhook, pub: pub, observer: cfg.Observer, open: map[uint64]struct{}{},
		log:  cfg.Logger.With(slog.String("door", partWebhook)),
		door: make(chan struct{}, crowd*cfg.Webhook.MaxConcurrent), seats: make(chan struct{}, cfg.Webhook.MaxConcurrent)}
	w.keep = newJournal(cfg, pub, schemas.SourceEvents, partWebhook, boots, 0)
	w.keep.before = func(context.Context) { w.settle(time.Now()) }
	w.keep.after = w.note
	return w
}

func openWebhook(cfg Config, pub *stream.Publisher, boots map[string]int64) (part, error) {
	w := newWebhook(cfg, pub, boots)
	l, err := net.Listen("tcp", cfg.Webhook.Address)
	if err != nil {
		return part{}, fmt.Errorf("%w: webhook: listen: %w; choose another address, or stop what holds it", ErrConfig, err)
	}
	if cfg.Webhook.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(cfg.Webhook.CertFile, cfg.Webhook.KeyFile)
		if err != nil {
			_ = l.Close() // nothing was accepted
			return part{}, fmt.Errorf("%w: webhook: load certificate: %w", ErrConfig, err)
		}
		l = tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}})
	}
	run := func(ctx context.Context) error { return w.run(ctx, l, cfg.DrainTimeout) }
	return part{name: partWebhook, door: partWebhook, run: run, keep: []*journal{w.keep}}, nil
}

func (w *webhook) run(ctx context.Context, l net.Listener, drain time.Duration) error {
	srv := &http.Server{Handler: w.routes(), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
		WriteTimeout: readTimeout + w.cfg.AckTimeout + headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(w.log.Handler(), slog.LevelDebug)} // what it says is about callers: handshakes, broken headers
	w.log.Info("webhook listens", slog.String("address", l.Addr().String()), slog.String("path", eventsPath), slog.Bool("signed", !w.cfg.Unsigned))
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		_ = srv.Close() // the rest was not answered, so its senders repeat it
		return fmt.Errorf("drain: requests were open after %v: %w", drain, err)
	}
	return nil
}

func (w *webhook) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+eventsPath, w.receive)
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusOK) })
	return mux
}

// receive is one delivery: body, signature, seat, record, acknowledgement, answer, in this order. Before the signature
// is known to be good nothing is parsed, and when it is bad nothing is kept.
func (w *webhook) receive(rw http.ResponseWriter, r *http.Request) {
	number := w.begin()
	defer w.end(number)
	w.observer.InHand(partWebhook, 1)
	defer w.observer.InHand(partWebhook, -1)
	defer w.recovered(rw, r)
	select {
	case w.door <- struct{}{}:
		defer func() { <-w.door }()
	default:
		w.hold(w.mayBeOurs(r))
		w.refuse(rw, http.StatusTooManyRequests, "crowded", "too many connections at once")
		return
	}
	now := time.Now()
	body, auth, ok := w.read(rw, r)
	if !ok {
		return
	}
	select {
	case w.seats <- struct{}{}:
		defer func() { <-w.seats }()
	default:
		w.hold(true)
		w.refuse(rw, http.StatusTooManyRequests, "busy", "too many requests at once")
		return
	}
	from := schemas.Transport{Kind: schemas.TransportWebhook, Instance: w.keep.instance, Boot: w.keep.boot, Auth: auth}
	out, err := eventOutput(body, from, now)
	if err != nil {
		w.log.Error("event refused: it does not fit a record", slog.Int("size", len(body)), slog.String("error", err.Error()))
		w.refuse(rw, http.StatusRequestEntityTooLarge, "too-large", "body does not fit a record; send it in smaller parts")
		return
	}

	// Not the request's context: a caller that hangs up must not take its event back halfway.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), w.cfg.AckTimeout)
	defer cancel()
	err = w.pub.Send(ctx, out)
	switch {
	case errors.Is(err, kerr.MessageTooLarge):
		// The topic's own limit is below ours; repeating cannot help.
		w.log.Error("event refused: it is larger than the topic allows; raise max.message.bytes", slog.Int("size", len(body)))
		w.refuse(rw, http.StatusRequestEntityTooLarge, "too-large", "body over the limit")
	case err != nil:
		w.log.Warn("event not acknowledged", slog.String("error", err.Error()))
		w.hold(true)
		w.refuse(rw, http.StatusServiceUnavailable, "kafka", "not stored; repeat")
	default:
		w.keep.count(0, 1, 0, 0)
		w.observer.Captured(partWebhook, out.Topic, 1)
		rw.WriteHeader(http.StatusOK)
	}
}

// read returns the body and who vouches for it, or answers and returns false.
func (w *webhook) read(rw http.ResponseWriter, r *http.Request) (body []byte, auth string, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, w.cfg.BodyLimit))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		w.refuse(rw, http.StatusRequestEntityTooLarge, "too-large", "body over the limit")
		return nil, "", false
	} else if err != nil {
		w.hold(w.mayBeOurs(r))
		w.refuse(rw, http.StatusBadRequest, "read", "body could not be read")
		return nil, "", false
	}
	auth = schemas.AuthNone
	if !w.cfg.Unsigned {
		if !signed(r.Header, body, w.cfg.Secrets) {
			w.refuse(rw, http.StatusUnauthorized, "signature", "signature missing or wrong")
			return nil, "", false
		}
		auth = schemas.AuthHMACSHA256
	}
	if len(body) == 0 {
		w.refuse(rw, http.StatusBadRequest, "empty", "body is empty")
		return nil, "", false
	}
	return body, auth, true
}

// mayBeOurs reports whether a request whose body is not known may be a sender's.
func (w *webhook) mayBeOurs(r *http.Request) bool {
	_, formed := claimedSum(r.Header)
	return w.cfg.Unsigned || formed
}

// hold makes claims wait for an event that only its sender has.
func (w *webhook) hold(held bool) {
	if !held {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused = time.Now()
}

// recovered answers 500 where the handler panicked. That is a mistake of ours, which the server would tell only the
// log it has for its callers' mistakes.
func (w *webhook) recovered(rw http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	w.log.Error("handler panicked; the event was not stored", slog.String("panic", clip(fmt.Sprint(v))), slog.String("stack", string(debug.Stack())))
	w.hold(w.mayBeOurs(r))
	w.refuse(rw, http.StatusInternalServerError, "panic", "not stored; repeat")
}

func (w *webhook) refuse(rw http.ResponseWriter, status int, reason, text string) {
	w.observer.Refused(partWebhook, reason)
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		rw.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		w.keep.count(0, 0, 0, 1)
	}
	http.Error(rw, text, status)
}

func (w *webhook) begin() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.next
	w.next++
	w.open[n] = struct{}{}
	return n
}

func (w *webhook) end(n uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, n)
}

// note remembers, for the record just acknowledged, which requests have begun. While an earlier record is still
// awaited it is kept: the newest would never be reached where requests overlap without end.
func (w *webhook) note(appendMS int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.noted == 0 {
		w.noted, w.upTo = appendMS, w.next
	}
}

// settle claims the noted record's time if every request that had begun by then is answered.
func (w *webhook) settle(now time.Time) {
	w.mu.Lock()
	due := w.noted
	for n := range w.open {
		if n < w.upTo {
			due = 0
		}
	}
	if !w.refused.IsZero() && now.Sub(w.refused) < w.cfg.SenderRetry {
		due = 0
	}
	if due != 0 {
		w.noted = 0
	}
	w.mu.Unlock()
	w.keep.count(1, 0, 0, 0)
	if due != 0 {
		w.keep.count(0, 0, 1, 0)
		w.keep.claim(due)
	}
}

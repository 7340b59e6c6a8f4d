package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"holdfast.example/deploy/sandbox/port"
)

const (
	target     = "AmazonSQS."
	account    = "000000000000"
	maxRequest = 4 << 20
)

// Server answers the SQS protocol for any number of queues.
type Server struct {
	Endpoint string // http://127.0.0.1:port

	mu     sync.Mutex
	queues map[string]*Queue
	http   *http.Server
	closed chan struct{} // ends long polls at Stop
	served chan error
	errors atomic.Int64
}

// Start listens on the loopback and serves.
func Start() (*Server, error) {
	p, err := port.Free()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", port.Address(p))
	if err != nil {
		return nil, fmt.Errorf("listen for the queue: %w", err)
	}
	s := &Server{
		Endpoint: "http://" + port.Address(p), queues: map[string]*Queue{},
		closed: make(chan struct{}), served: make(chan error, 1),
	}
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.http.Serve(l) }()
	return s, nil
}

// Stop ends the server; waiting receives answer at once, empty.
func (s *Server) Stop() error {
	close(s.closed)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		return fmt.Errorf("stop the queue: %w", errors.Join(err, s.http.Close()))
	}
	if err := <-s.served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the queue: %w", err)
	}
	return nil
}

// Create makes a queue, or returns the one of this name.
func (s *Server) Create(name string, visibility time.Duration) *Queue {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.queues[name]; q != nil {
		return q
	}
	q := newQueue(name, visibility)
	s.queues[name] = q
	return q
}

// URL is the queue's address.
func (s *Server) URL(q *Queue) string { return s.Endpoint + "/" + account + "/" + q.Name }

// Outage makes every request about this queue answer 503 until it is switched off. Messages can still be put with
// Queue.Send: the source goes on while its service does not answer. A receive that waits ends with 503 as well.
func (s *Server) Outage(q *Queue, on bool) { q.setDown(on) }

// Refused counts the requests that were answered 503.
func (s *Server) Refused() int64 { return s.errors.Load() }

// fault is an error answer of the protocol.
type fault struct {
	status  int
	code    string
	message string
}

func (f *fault) Error() string { return f.code + ": " + f.message }

func refuse(code, format string, args ...any) *fault {
	return &fault{http.StatusBadRequest, code, fmt.Sprintf(format, args...)}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	out, err := s.answer(r)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("x-amzn-RequestId", newID())
	var f *fault
	switch {
	case errors.As(err, &f):
		w.Header().Set("x-amzn-query-error", f.code+";Sender")
		w.WriteHeader(f.status)
		out = map[string]string{"__type": "com.amazonaws.sqs#" + f.code, "message": f.message}
	case err != nil:
		w.WriteHeader(http.StatusInternalServerError)
		out = map[string]string{"__type": "com.amazonaws.sqs#InternalFailure", "message": err.Error()}
	}
	// A client that hung up is not our error, and there is nobody to tell.
	_ = json.NewEncoder(w).Encode(out)
}

func (s *Server) answer(r *http.Request) (any, error) {
	op, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), target)
	if !ok || r.Method != http.MethodPost {
		return nil, refuse("InvalidAction", "only AWS JSON 1.0 is spoken here: POST with X-Amz-Target")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if len(body) > maxRequest {
		return nil, refuse("RequestEntityTooLarge", "more than %d bytes", maxRequest)
	}
	var in request
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refuse("MalformedInput", "%v", err)
	}
	if op == "CreateQueue" {
		return s.createQueue(in)
	}
	name := in.QueueName
	if op != "GetQueueUrl" {
		name = in.QueueURL[strings.LastIndexByte(in.QueueURL, '/')+1:]
	}
	s.mu.Lock()
	q := s.queues[name]
	s.mu.Unlock()
	if q == nil {
		return nil, refuse("QueueDoesNotExist", "no queue %q", name)
	}
	if q.isDown() {
		return nil, s.unavailable()
	}
	handle, ok := operations[op]
	if !ok {
		return nil, refuse("UnsupportedOperation", "%s is not spoken here", op)
	}
	return handle(s, r, q, in)
}

func (s *Server) unavailable() error {
	s.errors.Add(1)
	return &fault{http.StatusServiceUnavailable, "ServiceUnavailable", "the sandbox plays an outage"}
}

// Package queue is a small SQS for the sandbox: enough of the AWS JSON 1.0 protocol for aws-sdk-go-v2's client.
//
// What a consumer of a standard queue must cope with is here: a message received and not deleted comes again after its
// visibility timeout under a new receipt handle, a receive may wait (long poll), a batch may succeed in part, and the
// service may answer 503 for a while. What is not here: FIFO, delays, dead-letter queues, message retention, paging,
// signatures (any key pair is taken), durability (queues live in memory).
//
// Invariants:
//
//  1. A message is deleted by the handle of its latest receive and by nothing else. SQS promises less (an older handle
//     may work); a consumer right under this rule is right under that one.
//  2. A message is shown to at most one receiver within its visibility timeout.
//  3. Messages are offered oldest first; the order is a courtesy, as in SQS, and no redelivery keeps it.
//  4. Attributes and digests (MD5OfBody) are those the SDK checks.
//
// Queue is the state without HTTP; Server (server.go) speaks the protocol. Both are safe for concurrent use.
package queue

import (
	"context"
	"crypto/rand"
	"strconv"
	"sync"
	"time"
)

// Limits, as SQS documents them.
const (
	MaxBatch      = 10
	MaxBody       = 1 << 20 // bytes of a message, and of a batch together
	MaxWait       = 20 * time.Second
	MaxVisibility = 12 * time.Hour
	// DefaultVisibility is what a queue has that was created without the attribute.
	DefaultVisibility = 30 * time.Second
)

// Message is one message as a receive shows it.
type Message struct {
	ID       string
	Body     string
	Handle   string
	Receives int // times it was shown, this one included
	SentMS   int64
	FirstMS  int64 // of its first receive
}

type stored struct {
	Message
	visible time.Time // shown to nobody before
}

// Queue is one queue.
type Queue struct {
	Name string

	mu         sync.Mutex
	visibility time.Duration
	messages   []*stored // oldest first
	arrived    chan struct{}
	sent       int64
	deleted    int64
	redelivery int64
	down       bool // nothing is shown
}

// New makes a queue that no server serves.
func New(name string) *Queue { return newQueue(name, DefaultVisibility) }

func newQueue(name string, visibility time.Duration) *Queue {
	return &Queue{Name: name, visibility: visibility, arrived: make(chan struct{})}
}

// Send adds a message and returns its id.
func (q *Queue) Send(body string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	m := &stored{Message: Message{ID: newID(), Body: body, SentMS: time.Now().UnixMilli()}}
	q.messages = append(q.messages, m)
	q.sent++
	q.wake()
	return m.ID
}

// Again puts a message back that was sent before, under its old id: a standard queue may deliver a message once more
// even after it was deleted.
func (q *Queue) Again(id, body string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages = append(q.messages, &stored{Message: Message{ID: id, Body: body, SentMS: time.Now().UnixMilli()}})
	q.redelivery++
	q.wake()
}

// wake lets every waiting receive look again. The caller holds mu.
func (q *Queue) wake() {
	close(q.arrived)
	q.arrived = make(chan struct{})
}

// Receive shows up to limit messages and hides them for the visibility given (negative: the queue's own). With none to
// show it waits up to wait for one, or until ctx ends.
func (q *Queue) Receive(ctx context.Context, limit int, wait, visibility time.Duration) []Message {
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	for {
		q.mu.Lock()
		got, next := q.take(limit, visibility)
		arrived := q.arrived
		q.mu.Unlock()
		if len(got) > 0 || wait <= 0 {
			return got
		}
		// A hidden message becomes visible without anybody's doing, so its time is waited for as well.
		reappears := time.NewTimer(next)
		select {
		case <-arrived:
		case <-reappears.C:
		case <-deadline.C:
			wait = 0
		case <-ctx.Done():
			reappears.Stop()
			return nil
		}
		reappears.Stop()
	}
}

// take shows what is visible now; next is when to look again. The caller holds mu.
func (q *Queue) take(limit int, visibility time.Duration) (got []Message, next time.Duration) {
	if visibility < 0 {
		visibility = q.visibility
	}
	now := time.Now()
	next = MaxWait
	if q.down {
		return nil, next
	}
	for _, m := range q.messages {
		if len(got) == limit {
			break
		}
		if wait := m.visible.Sub(now); wait > 0 {
			next = min(next, wait)
			continue
		}
		m.visible = now.Add(visibility)
		m.Handle = newID() + "/" + strconv.Itoa(m.Receives)
		m.Receives++
		if m.Receives == 1 {
			m.FirstMS = now.UnixMilli()
		} else {
			q.redelivery++
		}
		got = append(got, m.Message)
	}
	return got, next
}

// Delete removes the message that was last shown under this handle and reports whether there was one.
func (q *Queue) Delete(handle string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, m := range q.messages {
		if m.Handle == handle && handle != "" {
			q.messages = append(q.messages[:i], q.messages[i+1:]...)
			q.deleted++
			return true
		}
	}
	return false
}

// Hide changes how long the message last shown under this handle stays hidden, from now.
func (q *Queue) Hide(handle string, visibility time.Duration) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		if m.Handle == handle && handle != "" {
			m.visible = time.Now().Add(visibility)
			q.wake()
			return true
		}
	}
	return false
}

// setDown starts or ends an outage; waiting receives look again.
func (q *Queue) setDown(on bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.down = on
	q.wake()
}

func (q *Queue) isDown() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.down
}

// Counts is what a queue holds and has seen.
type Counts struct {
	Visible, Hidden int
	Sent, Deleted   int64
	Redelivered     int64 // receives of a message that had been shown before
}

// Counts returns the present figures.
func (q *Queue) Counts() Counts {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := Counts{Sent: q.sent, Deleted: q.deleted, Redelivered: q.redelivery}
	now := time.Now()
	for _, m := range q.messages {
		if m.visible.After(now) {
			c.Hidden++
		} else {
			c.Visible++
		}
	}
	return c
}

// Present reports whether a message of this id is still in the queue, hidden or not.
func (q *Queue) Present(id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		if m.ID == id {
			return true
		}
	}
	return false
}

// newID returns 128 random bits in the form of a UUID.
func newID() string {
	const digits = "0123456789abcdef"
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, crypto/rand
	out := make([]byte, 0, 36)
	for i, v := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out = append(out, '-')
		}
		out = append(out, digits[v>>4], digits[v&15])
	}
	return string(out)
}

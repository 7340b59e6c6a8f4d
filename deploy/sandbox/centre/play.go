package centre

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"holdfast.example/deploy/sandbox/queue"
	"holdfast.example/deploy/sandbox/tap"
	"holdfast.example/deploy/sandbox/truth"
)

const (
	hands = 8  // how much is done at once
	batch = 24 // conversations told before their objects are put
	// patience is how long any one thing is waited for.
	patience = 60 * time.Second
)

// Doors is where a contact centre's doings go in, and where the player looks for what came of them.
type Doors struct {
	Webhook string // URL that takes events
	Secret  string // that signs them
	Events  *queue.Queue
	S3      *queue.Queue
	Queues  *queue.Server
	Bucket  Store
	Outputs *tap.Tap
}

// Store is the bucket the objects go into.
type Store interface {
	// Put stores a new version, under a legal hold if hold says so, and returns its id and ETag.
	Put(ctx context.Context, key string, body []byte, contentType string, hold bool) (version, etag string, err error)
	// Delete puts a delete marker over the versions and returns its id.
	Delete(ctx context.Context, key string) (marker string, err error)
}

// Progress counts what has been done. It may be read while Play runs.
type Progress struct {
	Conversations, Events, Objects, Deliveries, Announcements, Repeated atomic.Int64

	stage atomic.Value
}

// Stage says what is being done or waited for.
func (p *Progress) Stage() string {
	s, _ := p.stage.Load().(string)
	return s
}

// player plays one world.
type player struct {
	w    *truth.World
	d    Doors
	done *Progress
	http *http.Client

	mu          sync.Mutex
	sequence    int64
	outstanding []string // ids of messages sent to the queue of events
	seen        *sight
}

// Play plays the world at the doors. It returns when every case has been played; what holdfast makes of it may still
// be under way.
func Play(ctx context.Context, w *truth.World, d Doors, done *Progress) error {
	p := &player{w: w, d: d, done: done, seen: newSight(d.Outputs),
		http: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: hands}}}
	defer p.http.CloseIdleConnections()
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"hostile payloads", p.hostile},
		{"conversations and their exports", p.conversations},
		{"the hand-offs", p.handoffs},
		{"a job manifest", p.manifests},
		{"re-exports, tampering, deletes", p.afterwards},
		{"until every source is proven", p.proven},
		{"the halves that come late", p.late},
		{"until every source is proven", p.proven},
		{"an outage of the S3 queue", p.outage},
	} {
		p.done.stage.Store(step.what)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("play %s: %w", step.what, err)
		}
	}
	p.done.stage.Store("waiting for the last of it")
	return nil
}

// each runs do over all items, some at a time, and returns the first error.
func each[T any](ctx context.Context, items []T, do func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan T)
	var wg sync.WaitGroup
	for range min(hands, len(items)) {
		wg.Go(func() {
			for item := range work {
				if err := do(ctx, item); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, item := range items {
		select {
		case work <- item:
		case <-ctx.Done():
		}
	}
	close(work)
	wg.Wait()
	return context.Cause(ctx)
}

// conversations tells every conversation and puts its prompt objects, a batch at a time.
func (p *player) conversations(ctx context.Context) error {
	all := p.w.Conversations
	for len(all) > 0 {
		some := all[:min(batch, len(all))]
		all = all[len(some):]
		if err := each(ctx, some, p.tell); err != nil {
			return err
		}
		if err := p.drained(ctx); err != nil {
			return err
		}
		var objects []*truth.Object
		for _, c := range some {
			for _, r := range c.Recordings {
				if r.Case != truth.Outage {
					objects = append(objects, due(r, truth.Promptly)...)
				}
			}
		}
		if err := each(ctx, objects, p.put); err != nil {
			return err
		}
	}
	return nil
}

func due(r *truth.Recording, when truth.When) []*truth.Object {
	var out []*truth.Object
	for _, o := range r.Objects {
		if o.When == when {
			out = append(out, o)
		}
	}
	return out
}

func (p *player) all(when truth.When) []*truth.Object {
	var out []*truth.Object
	for r := range p.w.Recordings() {
		out = append(out, due(r, when)...)
	}
	return out
}

func (p *player) handoffs(ctx context.Context) error {
	return each(ctx, p.all(truth.AfterSingles), p.put)
}

func (p *player) manifests(ctx context.Context) error {
	for _, m := range p.w.Manifests {
		if err := p.put(ctx, m.Object); err != nil {
			return err
		}
	}
	if err := each(ctx, p.all(truth.WithManifest), p.put); err != nil {
		return err
	}
	for range p.w.Counts[truth.TestNotification] {
		p.announce(testNotification(p.w))
	}
	return nil
}

// afterwards does what must come after the first version of something has been read: re-exports, second versions and
// deletes.
func (p *player) afterwards(ctx context.Context) error {
	if err := p.empty(ctx, p.d.S3); err != nil {
		return err
	}
	later := p.all(truth.Afterwards)
	var gone []*truth.Object
	for o := range p.w.Objects() {
		if o.Deleted {
			gone = append(gone, o)
		}
	}
	for _, o := range append(gone, later...) {
		if err := p.seen.inspected(ctx, o); err != nil {
			return err
		}
	}
	if err := each(ctx, later, p.put); err != nil {
		return err
	}
	return each(ctx, gone, p.remove)
}

func (p *player) proven(ctx context.Context) error { return p.seen.proven(ctx) }

func (p *player) late(ctx context.Context) error {
	for _, o := range p.all(truth.AfterAlert) {
		if err := p.seen.missing(ctx, o.Recording, ""); err != nil {
			return err
		}
		if err := p.put(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// outage: metadata comes in, then the queue is down; when an alert of grade unknown has been seen, the media are put,
// announced to a queue that nobody can read, and the queue comes back.
func (p *player) outage(ctx context.Context) error {
	if err := p.empty(ctx, p.d.S3); err != nil {
		return err
	}
	var prompt, held []*truth.Object
	var all []*truth.Recording
	for r := range p.w.Recordings() {
		if r.Case == truth.Outage {
			all = append(all, r)
			prompt = append(prompt, due(r, truth.Promptly)...)
			held = append(held, due(r, truth.InOutage)...)
		}
	}
	if err := each(ctx, prompt, p.put); err != nil {
		return err
	}
	if err := p.empty(ctx, p.d.S3); err != nil {
		return err
	}
	p.d.Queues.Outage(p.d.S3, true)
	err := p.seen.unknown(ctx, all)
	if err == nil {
		err = each(ctx, held, p.put)
	}
	p.d.Queues.Outage(p.d.S3, false)
	if err != nil {
		return err
	}
	return p.empty(ctx, p.d.S3)
}

// empty waits until nothing is in the queue, shown or hidden.
func (p *player) empty(ctx context.Context, q *queue.Queue) error {
	return until(ctx, "queue "+q.Name+" to be emptied", func() bool {
		c := q.Counts()
		return c.Visible+c.Hidden == 0
	})
}

// until polls a condition of this process's own servers; there is nothing to be told by.
func until(ctx context.Context, what string, ok func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("waited %v for %s, in vain", patience, what))
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

var errStatus = errors.New("unexpected answer")

package centre

import (
	"context"
	"crypto/md5" // S3's ETag of an object put in one piece
	"encoding/hex"
	"fmt"
	"sync"

	"holdfast.example/deploy/sandbox/queue"
	"holdfast.example/deploy/sandbox/truth"
)

// Rehearse plays a world on paper: everything is put and told, nobody is waited for, and nothing leaves the process.
// What the player would fill in is filled in. Tests of the oracle begin with it.
func Rehearse(ctx context.Context, w *truth.World) error {
	p := &player{w: w, done: &Progress{}, d: Doors{S3: queue.New("s3"), Events: queue.New("events"), Bucket: &shelf{}}}
	for _, c := range w.Conversations {
		for _, e := range c.Events {
			correlation := fmt.Sprintf("7e3b6c0a-2c5c-4a0e-8a41-%012x", p.number())
			body := webhookBody(c, e, correlation)
			if c.Door == truth.EventBridge {
				body = bridgeBody(w, c, e, correlation, correlation, e.AtMS+64)
			}
			e.Deliveries = append(e.Deliveries, body)
		}
	}
	for o := range w.Objects() {
		if o.When == truth.Never {
			continue
		}
		if err := p.put(ctx, o); err != nil {
			return err
		}
		if o.Deleted {
			if err := p.remove(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// shelf is a store that gives out ids and keeps nothing.
type shelf struct {
	mu sync.Mutex
	n  int
}

func (s *shelf) next() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	return fmt.Sprintf("01J%023d", s.n)
}

func (s *shelf) Put(_ context.Context, _ string, body []byte, _ string, _ bool) (string, string, error) {
	sum := md5.Sum(body)
	return s.next(), hex.EncodeToString(sum[:]), nil
}

func (s *shelf) Delete(context.Context, string) (string, error) { return s.next(), nil }

package capture

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"holdfast.example/stream"
)

// Waits between two tries of a send to Kafka.
const (
	sendBackoff   = 100 * time.Millisecond
	sendBackoffTo = 5 * time.Second
)

// sendUntil sends until the records are acknowledged, ctx ends, or the broker says they are larger than it ever takes.
// A repeated send may write a record twice; it has the same source_id.
func sendUntil(ctx context.Context, pub *stream.Publisher, outs []stream.Output) error {
	for backoff := sendBackoff; ; backoff = min(2*backoff, sendBackoffTo) {
		err := pub.Send(ctx, outs...)
		if err == nil || ctx.Err() != nil || errors.Is(err, kerr.MessageTooLarge) {
			return err
		}
		wait(ctx, jittered(backoff))
	}
}

// jittered returns between half of d and d, so that many waiters do not come back at once.
func jittered(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

// wait waits for d or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Package capture is the only stage that touches the world. It writes down what came, as it came, and answers the
// sender after that; what the bytes mean is observe's business.
//
// Three doors, each with files of its own:
//
//	webhook.go  signature.go          events pushed over HTTP        → conversation.events
//	sqs.go      delivery.go           EventBridge events, S3 notices → conversation.events, s3.notifications
//	inspect.go  object.go  lock.go    GET of each object announced   → s3.inspections
//
// and progress.go, by which the rest of the pipeline knows up to when a door has seen everything.
//
// The stage keeps no state. Its promises:
//
//   - W1  A 2xx is answered, and an SQS message is deleted, only after every in-sync replica of Kafka has every
//     record made of it. A crash in between makes a duplicate, never a loss; the duplicate has the same source_id.
//   - W2  The bytes are kept as they came, with their SHA-256. Nothing is refused for what it says: bytes that are no
//     event at all go raw under their source identity, and observe gives the reason. Refused are: a wrong signature
//     (nothing is written and nothing changes), a body over its limit, a caller over the limit of callers.
//   - W3  What a GET answered is a fact, also when it is an error; it is asked for again only within one inspection.
//     Interpretation never waits for S3, and events never wait for objects (inspect is a group of its own).
//   - W4  A lock state that was not answered is UNKNOWN, never OFF or NONE.
//   - W5  An offset of s3.notifications is committed only when it and every offset before it of its partition is
//     inspected and acknowledged.
//   - W6  An instance claims t only when everything that reached its source before t is in the raw topic: t is the
//     append time of a progress record of its own, and a whole look at the source that began after that record's
//     acknowledgement found nothing outstanding.
//   - W7  Memory is bounded by the limits named in Config, whatever is sent and however large an object is.
//   - W8  Only the configured buckets are asked, and no address in a message is ever followed.
//
// How it is stored: Avro single-object records of package schemas, keyed by the conversation id if the bytes name
// one, else by source_id. source_id is the hex SHA-256 of the body for an event; for a notification it is that hash,
// a dot and the index in the message; an inspection carries the source_id of its notification.
//
// The idea that a failed or slow member must never hold the commit of others beyond its own partition, a low
// watermark over completions out of order, is known from Kafka's parallel consumers and from MillWheel (VLDB 2013).
package capture

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.example/stream"
)

// part is one started door.
type part struct {
	name string
	door string // its name for the observer
	run  func(ctx context.Context) error
	keep []*journal // its progress
}

// Run starts the configured doors and serves until ctx ends, then drains: no new work is taken, what is in hand is
// finished within Config.DrainTimeout, and each door writes its retirement. It returns nil after a clean stop. An
// error of a door stops the others in the same way; ErrConfig marks one that only another configuration mends,
// stream.ErrUnreachable one of the cluster.
func Run(ctx context.Context, cfg Config) error {
	cfg = cfg.withDefaults()
	if err := cfg.Validate(); err != nil {
		return err
	}
	pub, err := stream.NewPublisher(cfg.Kafka)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	parts, err := open(ctx, cfg, pub)
	if err == nil {
		err = serve(ctx, cfg, parts)
	}
	if cerr := pub.Close(); cerr != nil && err == nil {
		err = cerr
	}
	return err
}

// open makes every door without letting anything in, so that a mistake in one is found before another has begun.
func open(ctx context.Context, cfg Config, pub *stream.Publisher) ([]part, error) {
	boots, err := lastBoots(ctx, cfg.Kafka)
	if err != nil {
		return nil, fmt.Errorf("read last boot: %w", stream.Explain(err))
	}
	var parts []part
	if cfg.Webhook != nil {
		p, err := openWebhook(cfg, pub, boots)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	if len(cfg.Queues) == 0 && cfg.Inspect == nil {
		return parts, nil
	}
	aws, err := cfg.AWS.load(ctx, cfg.Logger)
	if err != nil {
		return nil, fmt.Errorf("%w: load aws configuration: %w", ErrConfig, err)
	}
	for _, q := range cfg.Queues {
		parts = append(parts, openQueue(cfg, q, aws, pub, boots))
	}
	if cfg.Inspect != nil {
		p, err := openInspector(cfg, aws, pub, boots)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// serve runs the doors. The journals outlive them: the last thing an instance says is that it is gone.
func serve(ctx context.Context, cfg Config, parts []part) error {
	group, gctx := errgroup.WithContext(ctx)
	for _, p := range parts {
		group.Go(func() error {
			if err := servePart(gctx, cfg, p); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func servePart(ctx context.Context, cfg Config, p part) error {
	for _, j := range p.keep {
		if err := j.start(ctx); err != nil {
			if ctx.Err() != nil {
				return nil // stopped before it began; nothing was received
			}
			return fmt.Errorf("write start record: %w", stream.Explain(err))
		}
	}
	beat, stop := context.WithCancel(context.WithoutCancel(ctx))
	var hearts errgroup.Group
	for _, j := range p.keep {
		hearts.Go(func() error { j.beat(beat, cfg.ProgressEvery); return nil })
	}
	cfg.Observer.Door(p.door, true)
	err := p.run(ctx)
	cfg.Observer.Door(p.door, false)
	stop()
	_ = hearts.Wait() // beat returns no error
	if err != nil {
		return err // not drained: no retirement, so the source waits for what this instance may still hold
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), retireTimeout)
	defer cancel()
	var wrong []error
	for _, j := range p.keep {
		wrong = append(wrong, j.retire(last))
	}
	return errors.Join(wrong...)
}

// retireTimeout bounds the wait for the last progress record.
const retireTimeout = 10 * time.Second

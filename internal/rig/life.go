package rig

import (
	"context"
	"fmt"
	"sync"
	"time"

	"holdfast.example/processors/observe/clock"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// instance is the rig's name as a capture instance.
const instance = "rig"

// signEvery is the time between two life signs of a source.
const signEvery = 500 * time.Millisecond

// signs writes the life signs of one capture instance for every source, so that the clock can say how far the past is
// complete. The order that makes a claim true is capture's own: a record is appended at t; then whatever was on its way
// is acknowledged; a later record claims t.
type signs struct {
	mu     sync.Mutex
	newest int64 // append time of the newest acknowledged life sign
}

// begin writes the start records, and then beats until the rig ends.
func (s *signs) begin(ctx context.Context, r *Rig) error {
	if _, err := s.write(ctx, r, schemas.ProgressStart, 0); err != nil {
		return fmt.Errorf("write first life sign: %w", err)
	}
	r.done.Go(func() {
		tick := time.NewTicker(r.o.paced(signEvery))
		defer tick.Stop()
		for claim := int64(0); ; {
			select {
			case <-r.ctx.Done():
				return
			case <-tick.C:
			}
			at, err := s.write(r.ctx, r, schemas.ProgressProgress, claim)
			if err != nil {
				continue // a broken broker is meant; silence is what the clock reads
			}
			r.feeding.Lock() // whatever was on its way is acknowledged
			claim = at
			r.feeding.Unlock()
		}
	})
	return nil
}

// write writes one life sign of each source and returns the least append time.
func (s *signs) write(ctx context.Context, r *Rig, kind string, claim int64) (int64, error) {
	var outs []stream.Output
	for _, source := range clock.Sources() {
		p := schemas.Progress{Source: source.Name, Instance: instance, Boot: 1, Kind: kind}
		if claim != 0 {
			p.ClaimMS = &claim
		}
		sign := encode(schemas.TopicCaptureProgress, source.Name+"/"+instance, &p)
		outs = append(outs, stream.Output{Topic: sign.topic, Key: sign.key, Value: sign.value})
	}
	times, err := r.publish.Publish(ctx, outs...)
	if err != nil {
		return 0, err
	}
	least := times[0]
	for _, t := range times {
		least = min(least, t)
		s.mu.Lock()
		s.newest = max(s.newest, t)
		s.mu.Unlock()
	}
	return least, nil
}

// brokerTime is the append time of the newest life sign.
func (s *signs) brokerTime() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest
}

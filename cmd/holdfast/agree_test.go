package main

import (
	"context"
	"errors"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"

	"holdfast.example/processors/observe/clock"
	"holdfast.example/stream"
)

// At stake: a broker died a moment ago, and an operator asks how things stand. The new leader's first answers are no
// answers; what the cluster refuses for good is said at once.
func TestPatiently(t *testing.T) {
	for _, away := range []error{kerr.LeaderNotAvailable, kerr.NotLeaderForPartition, kerr.OffsetNotAvailable, kerr.FencedLeaderEpoch} {
		asked := 0
		s, err := patiently(t.Context(), func(context.Context) (clock.Standing, error) {
			if asked++; asked < 3 {
				return clock.Standing{}, stream.Explain(away)
			}
			return clock.Standing{N: 7}, nil
		})
		if err != nil || s.N != 7 || asked != 3 {
			t.Errorf("%v: asked %d times, %+v, %v", away, asked, s, err)
		}
	}
	asked := 0
	if _, err := patiently(t.Context(), func(context.Context) (clock.Standing, error) {
		asked++
		return clock.Standing{}, stream.ErrStop
	}); !errors.Is(err, stream.ErrStop) || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

package streamtest

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/internal/fault"
)

func target(o Output, partitions int32) int32 {
	if o.Partition == stream.ByKey {
		return schemas.Murmur2Partition(o.Key, partitions)
	}
	return o.Partition
}

// AbortOneIn makes the worker abort one in n of its transactions, at a random point of their life.
func AbortOneIn(cfg *stream.Config, n int, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	at := fault.Points
	also(cfg, func(p fault.Point) error {
		if p == fault.Opened { // passed by other goroutines
			return nil
		}
		if p == fault.Folded {
			at = fault.Points
			if random.IntN(n) == 0 {
				at = fault.Staged + fault.Point(random.IntN(int(fault.OffsetsSent-fault.Staged)+1))
			}
		}
		if p == at {
			at = fault.Points
			return fault.ErrAbort
		}
		return nil
	})
}

// KillOneIn calls kill at one in n of all points a worker passes; kill should end the process as hard as it can.
func KillOneIn(cfg *stream.Config, n int, seed uint64, kill func()) {
	random := rand.New(rand.NewPCG(seed, 2))
	also(cfg, func(p fault.Point) error {
		// Opened is passed by other goroutines.
		if p != fault.Opened && random.IntN(n) == 0 {
			kill()
		}
		return nil
	})
}

// AtPoint calls f whenever the worker passes a point, named as in package fault: opened, folded, staged, begun,
// flushed, offsets-sent, ended, applied. f may block there.
func AtPoint(cfg *stream.Config, f func(point string)) {
	also(cfg, func(p fault.Point) error {
		f(p.String())
		return nil
	})
}

// ErrFailed is the error of a worker broken by FailOneIn.
var ErrFailed = errors.New("failed on purpose")

// FailOneIn makes the worker fail at one in n of all points it passes, as if anything it does not understand had
// happened there: it drops everything and opens it again from committed truth.
func FailOneIn(cfg *stream.Config, n int, seed uint64) {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 3))
	also(cfg, func(fault.Point) error {
		mu.Lock()
		defer mu.Unlock()
		if random.IntN(n) == 0 {
			return ErrFailed
		}
		return nil
	})
}

// also adds to what the configuration's plan does.
func also(cfg *stream.Config, at func(fault.Point) error) {
	before := cfg.Faults
	plan := fault.Plan{}
	if before != nil {
		plan = *before
	}
	plan.At = func(p fault.Point) error {
		if err := before.Pass(p); err != nil {
			return err
		}
		return at(p)
	}
	cfg.Faults = &plan
}

// ShiftClock makes the worker's host show a wrong time, ahead by so much, or behind if it is negative.
func ShiftClock(cfg *stream.Config, by time.Duration) {
	plan := fault.Plan{}
	if cfg.Faults != nil {
		plan = *cfg.Faults
	}
	plan.Clock = func() time.Time { return time.Now().Add(by) }
	cfg.Faults = &plan
}

// Points are the names of the points a worker passes, in order, as AtPoint tells them.
func Points() []string {
	var names []string
	for p := range fault.Points {
		names = append(names, p.String())
	}
	return names
}

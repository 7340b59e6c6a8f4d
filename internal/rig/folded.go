package rig

import (
	"context"
	"fmt"
	"time"
)

// Limits of waiting for the end, generous: the machine may be slow, and a broker may have to come back first.
const (
	foldLimit  = 5 * time.Minute
	lastCuts   = 3 // epochs cut after nothing is left
	recoverMax = 2 * time.Minute
)

// WaitGoing waits until every shard of correlate has folded something. A fault before that meets nothing.
func (r *Rig) WaitGoing(ctx context.Context) error {
	return r.explain(r.until(ctx, foldLimit, "every shard of correlate to fold its first records", func(ctx context.Context) (bool, error) {
		at, err := r.positions(ctx)
		for where, p := range at {
			if where.group == correlate && p.committed == 0 {
				return false, nil
			}
		}
		return err == nil, err
	}))
}

// WaitFolded waits until nothing is left of what was fed: observe has passed the ends of the raw topics; the clock has
// proven every source beyond the longest patience after the last record, and has ticked beyond the cohorts' patience,
// so that every deadline has fallen due; epochs were cut after that; and correlate has folded all of it. Workers must
// be running and nobody may feed.
func (r *Rig) WaitFolded(ctx context.Context) error {
	began := r.signs.brokerTime()
	err := r.until(ctx, foldLimit, "observe to pass the ends of the raw topics", func(ctx context.Context) (bool, error) {
		at, err := r.positions(ctx)
		for where, p := range at {
			if where.group != correlate && p.committed < p.end {
				return false, nil
			}
		}
		return err == nil, err
	})
	if err != nil {
		return r.explain(err)
	}
	last := max(r.signs.brokerTime(), began) + r.o.paced(slack).Milliseconds()
	// A measure leaves at the settling of its recording, and may wait for its cohort from there.
	proven := last + r.o.paced(max(patienceCompanion, patienceExport, r.o.Settle)+signEvery).Milliseconds()
	quiet := proven + r.o.paced(cohortPatience+r.o.Settle+2*tick).Milliseconds()
	var cut int64
	err = r.until(ctx, foldLimit, "the clock to pass every deadline and to cut after it", func(context.Context) (bool, error) {
		c := r.watch.state()
		for _, s := range c.Sources {
			if s.ThroughMS < proven {
				return false, fmt.Errorf("source %s is proven up to %d, not %d", s.Source, s.ThroughMS, proven)
			}
		}
		if c.TMS < quiet {
			return false, fmt.Errorf("the clock is at %d, not %d", c.TMS, quiet)
		}
		if cut == 0 {
			cut = c.Epoch + lastCuts
		}
		return c.Epoch >= cut, fmt.Errorf("epoch %d is open, not %d", c.Epoch, cut)
	})
	if err == nil {
		_, err = r.folded(ctx, foldLimit)
	}
	return r.explain(err)
}

// Rest stops all workers, and lets one of them fold what the clock wrote while the others were stopping: correlate
// alone, so that nobody adds to it. After it the topics are at rest, and nothing lies before correlate.
func (r *Rig) Rest(ctx context.Context) error {
	if err := r.Stop(ctx); err != nil {
		return err
	}
	if err := r.Start(1, "HOLDFAST_STAGES=correlate"); err != nil {
		return err
	}
	if err := r.Said(ctx, 1, "partitions assigned"); err != nil { // before that it may not even have begun to heed a signal
		return err
	}
	if err := r.WaitQuiet(ctx); err != nil {
		return err
	}
	return r.Term(ctx, 1)
}

// explain adds who stands still to an error of waiting.
func (r *Rig) explain(err error) error {
	if err == nil {
		return nil
	}
	if idle := r.Idle(foldLimit / 10); idle != nil {
		return fmt.Errorf("%w (%w)", err, idle)
	}
	return err
}

// folded waits until correlate has passed what observations holds now, and says how long that took. The clock's ticks
// move the end of every partition, so a trailing transaction marker is passed as well.
func (r *Rig) folded(ctx context.Context, limit time.Duration) (time.Duration, error) {
	began := time.Now()
	var marks map[place]position
	err := r.until(ctx, limit, "correlate to fold what observations holds", func(ctx context.Context) (bool, error) {
		at, err := r.positions(ctx)
		if err != nil {
			return false, err
		}
		if marks == nil {
			marks = at
		}
		for where, p := range at {
			if where.group == correlate && p.committed < marks[where].end {
				return false, nil
			}
		}
		return true, nil
	})
	return time.Since(began), err
}

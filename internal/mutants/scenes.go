package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Names of the schedules.
const (
	underAborts      = "aborts"
	underObserveKill = "observe killed"
	underDiskKept    = "killed, disk kept"
	underDiskLost    = "killed, disk lost"
	underDiskLostBig = "killed, disk lost, many"
	underTakeover    = "shards there and back"
	underZombie      = "zombie before its transaction"
	underTimedOut    = "transaction timed out"
	underZombieClock = "zombie clock"
	underForeign     = "foreign transaction in the changelog"
)

var pipelineSchedules = []*schedule{
	{name: underAborts, says: "one transaction in three is aborted on purpose, at any point; every tick closes an epoch", run: aborts},
	{name: underObserveKill, says: "observe ends itself by SIGKILL at points of its transactions", run: observeKilled},
	{name: underDiskKept, clocks: []int{2}, says: "correlate ends itself by SIGKILL at points of its transactions and comes back on its disk", run: diskKept},
	{name: underDiskLost, clocks: []int{2}, says: "the same, and its disk is empty when it comes back", run: diskLost},
	{name: underDiskLostBig, clocks: []int{2}, says: "three thousand records, then a kill and an empty disk", large: true, run: diskLostBig},
	{name: underTakeover, clocks: []int{2}, says: "a second correlate comes, takes shards, folds, and goes", run: takeover},
	{name: underZombie, clocks: []int{2}, says: "correlate sleeps (SIGSTOP) with a transaction in hand until another one has its shards", run: zombie},
	{name: underTimedOut, clocks: []int{2}, says: "correlate sleeps (SIGSTOP) in a transaction for longer than that lasts and shorter than its session", run: timedOut},
	{name: underZombieClock, clocks: []int{1, 3}, says: "the clock sleeps until another one ticks", run: zombieClock},
	{name: underForeign, clocks: []int{2}, says: "a stranger's transaction is open in the changelog while correlate commits above it, is killed and restores", run: foreign},
}

func aborts(ctx context.Context, s *stage) error {
	if err := s.Start(1, aborting, "HOLDFAST_CLOCK_TICK=50ms", "HOLDFAST_CLOCK_EPOCH=50ms", "HOLDFAST_CLOCK_HOURLY=50ms"); err != nil {
		return err
	}
	for range 3 {
		if err := s.Feed(ctx, 200); err != nil {
			return err
		}
	}
	return s.Said(ctx, 1, "transaction aborted")
}

func observeKilled(ctx context.Context, s *stage) error {
	if err := s.Start(2, "HOLDFAST_STAGES=clock,correlate"); err != nil {
		return err
	}
	for i, point := range []string{"begun", "flushed", "offsets-sent", "ended"} {
		if err := s.Feed(ctx, 150); err != nil {
			return err
		}
		if err := s.KillAt(ctx, 1, point, 2+i, observeOnly); err != nil {
			return err
		}
	}
	return errors.Join(s.Start(1, observeOnly), s.Feed(ctx, 100))
}

// killed lets correlate end itself again and again; between is what happens while it is down.
func killed(ctx context.Context, s *stage, between func() error) error {
	if err := s.Start(2, observeClock); err != nil {
		return err
	}
	for i, point := range []string{"flushed", "ended", "applied", "ended", "offsets-sent", "ended"} {
		if err := s.Feed(ctx, 120); err != nil {
			return err
		}
		if err := s.KillAt(ctx, 1, point, 5+3*i, correlateOnly); err != nil {
			return err
		}
		if err := between(); err != nil {
			return err
		}
	}
	return errors.Join(s.Start(1, correlateOnly), s.Feed(ctx, 100))
}

func diskKept(ctx context.Context, s *stage) error {
	return killed(ctx, s, func() error { return nil })
}

func diskLost(ctx context.Context, s *stage) error {
	return killed(ctx, s, func() error { return s.LoseDisk(1) })
}

func diskLostBig(ctx context.Context, s *stage) error {
	if err := errors.Join(s.Start(2, observeClock), s.Start(1, correlateOnly), s.Feed(ctx, 20_000)); err != nil {
		return err
	}
	if err := errors.Join(s.Kill(1), s.LoseDisk(1)); err != nil {
		return err
	}
	return errors.Join(s.Start(1, correlateOnly), s.Feed(ctx, 500))
}

// halfPolls makes a transaction end before all that one poll brought is folded.
const halfPolls = "HOLDFAST_STREAM_MAX_TRANSACTION_BYTES=8KiB"

// takeover begins with so much to fold that a worker comes while the one before it has records in hand that it has not
// folded.
func takeover(ctx context.Context, s *stage) error {
	if err := errors.Join(s.Start(2, observeClock), s.Feed(ctx, 2000)); err != nil {
		return err
	}
	if err := errors.Join(s.WaitTick(ctx, s.Tick()+5), s.Start(1, correlateOnly, halfPolls), s.Said(ctx, 1, "shard restored")); err != nil {
		return err
	}
	for range 2 {
		if err := s.Start(3, correlateOnly, halfPolls); err != nil {
			return err
		}
		feed := make(chan error, 1)
		go func() { feed <- s.Feed(ctx, 1200) }()
		err := s.Said(ctx, 3, "shard restored")
		if err := errors.Join(err, <-feed, s.Feed(ctx, 200), s.Term(ctx, 3), s.Feed(ctx, 200)); err != nil {
			return err
		}
	}
	return nil
}

// zombie lets correlate sleep with a transaction in hand until another worker has restored all its shards.
func zombie(ctx context.Context, s *stage) error {
	if err := errors.Join(s.Start(2, observeClock), s.Feed(ctx, 300)); err != nil {
		return err
	}
	if err := s.StopAt(ctx, 1, "staged", 12, correlateOnly); err != nil {
		return err
	}
	if err := errors.Join(s.Feed(ctx, 200), s.Start(3, correlateOnly)); err != nil {
		return err
	}
	for p := range partitions {
		if err := s.Said(ctx, 3, fmt.Sprintf(`"shard restored","worker":"w3","stage":"correlate","partition":%d`, p)); err != nil {
			return err
		}
	}
	return errors.Join(s.Resume(1), s.Feed(ctx, 200))
}

// timedOut lets the broker end a transaction under a worker that then asks it to commit.
func timedOut(ctx context.Context, s *stage) error {
	if err := errors.Join(s.Start(2, observeClock), s.Feed(ctx, 300)); err != nil {
		return err
	}
	if err := s.StopAt(ctx, 1, "offsets-sent", 12, correlateOnly, "HOLDFAST_STREAM_SESSION_TIMEOUT=20s"); err != nil {
		return err
	}
	return errors.Join(s.pause(ctx, transaction+time.Second), s.Resume(1), s.Feed(ctx, 200))
}

// pause is a fault's length.
func (s *stage) pause(ctx context.Context, d time.Duration) error {
	select {
	case <-s.Done():
		return s.Failed()
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

func zombieClock(ctx context.Context, s *stage) error {
	if err := errors.Join(s.Start(1, clockOnly), s.Said(ctx, 1, "clock assigned"), s.Start(2, "HOLDFAST_STAGES=observe,correlate"), s.Feed(ctx, 200)); err != nil {
		return err
	}
	if err := errors.Join(s.Start(3, clockOnly), s.Pause(1), s.Said(ctx, 3, "clock assigned"), s.Feed(ctx, 100)); err != nil {
		return err
	}
	before := s.Tick()
	if err := s.WaitTick(ctx, before+3); err != nil {
		return err
	}
	return errors.Join(s.Resume(1), s.Feed(ctx, 100), s.WaitTick(ctx, before+10))
}

// foreign has a stranger hold back the last stable offset of the changelog.
func foreign(ctx context.Context, s *stage) error {
	if err := errors.Join(s.Start(2, observeClock), s.Start(1, correlateOnly), s.Feed(ctx, 200), s.Said(ctx, 1, "shard restored")); err != nil {
		return err
	}
	k := stream.Kafka{Brokers: s.brokers, Prefix: s.prefix}
	opts, err := k.Options()
	if err != nil {
		return err
	}
	stranger, err := kgo.NewClient(append(opts, kgo.TransactionalID("stranger"), kgo.TransactionTimeout(time.Minute), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		return err
	}
	defer stranger.Close()
	if err := stranger.BeginTransaction(); err != nil {
		return err
	}
	for p := range int32(partitions) {
		r := &kgo.Record{Topic: k.Topic(schemas.TopicCorrelateState), Partition: p, Key: []byte("stranger:1"), Value: []byte("nothing")}
		if err := stranger.ProduceSync(ctx, r).FirstErr(); err != nil {
			return err
		}
	}
	if err := errors.Join(s.Feed(ctx, 300), s.WaitTick(ctx, s.Tick()+10), s.Kill(1), s.LoseDisk(1), s.Start(1, correlateOnly)); err != nil {
		return err
	}
	// The restore must not end while the transaction is open.
	if err := s.pause(ctx, transaction); err != nil {
		return err
	}
	return stranger.EndTransaction(ctx, kgo.TryAbort)
}

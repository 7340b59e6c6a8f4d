package clock

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Limits of a life.
const (
	assignTimeout  = 5 * time.Second // for reading the end offset at assignment
	leaveTimeout   = 3 * time.Second // for handing over at a clean stop
	readBackLimit  = 30 * time.Second
	maxPollRecords = 10_000
)

// errLost ends a life whose partition went to another member.
var errLost = errors.New("the partition of capture.progress went to another clock")

// life is one client's time as a member of the group, from an empty memory to the first error. Everything but owner is
// the loop's.
type life struct {
	cfg      Config
	client   *kgo.Client
	admin    *kadm.Client
	opened   chan struct{} // closed when client and admin are set: the library calls back before NewClient returns
	progress string        // capture.progress, prefix included

	owner struct { // written by the library's callbacks
		sync.Mutex
		ours, lost bool
		target     int64 // end of capture.progress at assignment or when it was asked again, uncommitted included
	}

	state    *State
	position int64 // offset after the last record read, control records included: never a guess
	last     Produced
	written  time.Time       // when the last tick was committed
	stalled  map[string]bool // sources that were warned of
	refused  string          // the document of the request that was warned of
	found    *beginning      // of observations, once it was read
	ticks    int
}

// live runs one life and returns how many ticks it wrote.
func live(ctx context.Context, cfg Config) (int, error) {
	l := &life{cfg: cfg, progress: cfg.Kafka.Topic(schemas.TopicCaptureProgress), opened: make(chan struct{}),
		state: NewState(cfg.rules()), stalled: map[string]bool{}}
	if err := l.open(); err != nil {
		return 0, err
	}
	err := l.fence(ctx)
	if err == nil {
		err = l.loop(ctx)
	}
	l.client.CloseAllowingRebalance()
	if (err == nil || errors.Is(err, stream.ErrStop)) && !cfg.StayOnStop {
		l.leave()
	}
	return l.ticks, err
}

func (l *life) open() error {
	opts, err := l.cfg.Kafka.Options()
	if err != nil {
		return err
	}
	l.client, err = kgo.NewClient(append(opts,
		kgo.ConsumerGroup(l.cfg.Kafka.Topic(Group)),
		kgo.ConsumeTopics(l.progress),
		kgo.Balancers(kgo.CooperativeStickyBalancer()),
		kgo.InstanceID(l.cfg.Worker),
		kgo.SessionTimeout(l.cfg.SessionTimeout),
		kgo.HeartbeatInterval(l.cfg.SessionTimeout/3),
		kgo.RebalanceTimeout(l.cfg.SessionTimeout),
		kgo.BlockRebalanceOnPoll(),
		kgo.DisableAutoCommit(),
		kgo.KeepControlRecords(), // the end of the log is a transaction's marker; without it the end is never seen
		kgo.AdjustFetchOffsetsFn(l.assigned),
		kgo.OnPartitionsRevoked(l.taken),
		kgo.OnPartitionsLost(l.taken),
		kgo.TransactionalID(l.cfg.Kafka.TransactionalID(l.cfg.Worker, Group, schemas.TopicCaptureProgress)),
		kgo.TransactionTimeout(l.cfg.TransactionTimeout),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(0),
	)...)
	if err != nil {
		return fmt.Errorf("open clock: %w", err)
	}
	l.admin = kadm.NewClient(l.client)
	close(l.opened)
	return nil
}

// fence ends the transaction that a life before this one, of the same worker, may have left open. Otherwise this one
// could not read past it until it times out: the end it waits for lies behind it.
func (l *life) fence(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.TransactionTimeout)
	defer cancel()
	if _, _, err := l.client.ProducerID(ctx); err != nil {
		return fmt.Errorf("begin as transactional producer: %w", err)
	}
	return nil
}

// assigned is called when the partition is ours, after the group's offset was fetched and before anything is read.
// The group's offset only fences: reading starts at the log's start.
func (l *life) assigned(ctx context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	if len(offsets[l.progress]) == 0 {
		return offsets, nil
	}
	<-l.opened
	ctx, cancel := context.WithTimeout(ctx, assignTimeout)
	defer cancel()
	end, err := l.progressEnd(ctx)
	if err != nil {
		return nil, err
	}
	offsets[l.progress][0] = kgo.NewOffset().AtStart()
	l.owner.Lock()
	l.owner.ours, l.owner.target = true, end
	l.owner.Unlock()
	l.cfg.Logger.Info("clock assigned", "worker", l.cfg.Worker, "end", end)
	return offsets, nil
}

// progressEnd is the end of capture.progress, uncommitted records included.
func (l *life) progressEnd(ctx context.Context) (int64, error) {
	end, err := offsetOf(ctx, l.admin, l.progress, 0, (*kadm.Client).ListEndOffsets)
	if err != nil {
		return 0, fmt.Errorf("read end of %s: %w", l.progress, err)
	}
	return end, nil
}

func (l *life) taken(_ context.Context, _ *kgo.Client, gone map[string][]int32) {
	if len(gone[l.progress]) > 0 {
		l.owner.Lock()
		l.owner.lost = true
		l.owner.Unlock()
	}
}

// loop reads and ticks until ctx ends (nil) or something is wrong. Between a poll and AllowRebalance the group cannot
// take the partition away without our knowing; if it could, the generation in the transaction would still refuse us.
func (l *life) loop(ctx context.Context) error {
	due := time.Now()
	for ctx.Err() == nil {
		wait := max(time.Until(due), time.Millisecond)
		poll, cancel := context.WithTimeout(ctx, wait)
		fetches := l.client.PollRecords(poll, maxPollRecords)
		cancel()
		err := l.read(fetches)
		now := time.Now()
		if err == nil && !now.Before(due) && l.ready() && ctx.Err() == nil {
			err = l.tick(ctx)
			due = now.Add(l.cfg.Interval)
			if errors.Is(err, errBehind) {
				err, due = nil, now
			}
		} else if err == nil && !now.Before(due) {
			due = now.Add(min(l.cfg.Interval, 50*time.Millisecond))
		}
		l.client.AllowRebalance()
		if err != nil {
			return err
		}
		if l.state.N() < l.last.N && time.Since(l.written) > readBackLimit {
			return fmt.Errorf("tick %d was committed and cannot be read back", l.last.N)
		}
		l.owner.Lock()
		lost := l.owner.lost
		l.owner.Unlock()
		if lost {
			return errLost
		}
	}
	return nil
}

// ready says that everything up to the end seen at assignment, and our own last tick, has been read back.
func (l *life) ready() bool {
	l.owner.Lock()
	defer l.owner.Unlock()
	return l.owner.ours && !l.owner.lost && l.position >= l.owner.target && l.state.N() >= l.last.N
}

// read takes in what was polled.
func (l *life) read(fetches kgo.Fetches) error {
	var err error
	fetches.EachError(func(_ string, _ int32, e error) {
		if !errors.Is(e, context.DeadlineExceeded) && !errors.Is(e, context.Canceled) && err == nil {
			err = fmt.Errorf("read %s: %w", l.progress, e)
		}
	})
	fetches.EachRecord(func(r *kgo.Record) {
		l.position = r.Offset + 1
		if err == nil && !r.Attrs.IsControl() && r.Value != nil {
			err = l.apply(r)
		}
	})
	return err
}

// apply takes in one record. What no release of ours wrote is passed over: the topic is ours alone, and a clock that
// stops because of a stranger's bytes stops every deadline.
func (l *life) apply(r *kgo.Record) error {
	rec, err := schemas.Decode(r.Value)
	if err != nil {
		l.cfg.Logger.Warn("record of capture.progress not understood", "offset", r.Offset, "error", err)
		return nil
	}
	switch rec := rec.(type) {
	case *schemas.Progress:
		if err := l.state.Apply(*rec, r.Timestamp.UnixMilli()); err != nil {
			return fmt.Errorf("%w: %w", stream.ErrStop, err)
		}
	case *schemas.ClockState:
		l.state.ApplyClock(*rec, r.Timestamp.UnixMilli())
	case *schemas.Regime:
		l.state.ApplyRequest(*rec, r.Timestamp.UnixMilli())
	}
	return nil
}

// leave hands the partition over at once: a static member that only closes keeps it for the session timeout. The
// client is closed by now, or it would take the answer to its next heartbeat as a reason to join again.
func (l *life) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	client, err := openDirect(l.cfg.Kafka)
	if err != nil {
		return
	}
	defer client.Close()
	if _, err := kadm.NewClient(client).LeaveGroup(ctx, kadm.LeaveGroup(l.cfg.Kafka.Topic(Group)).InstanceIDs(l.cfg.Worker)); err != nil {
		l.cfg.Logger.Warn("clock did not leave its group", "worker", l.cfg.Worker, "error", err)
	}
}

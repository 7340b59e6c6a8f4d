package stream

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// session is one life of a worker: from opening its clients to the first error. Nothing of it outlives it; the next
// session starts from committed truth.
//
// Two kinds of goroutines meet in it. The loop folds and commits. The client's group goroutine calls adjust, which
// opens shards at any time, and release, which drops them, but only while the gate is open: from AllowRebalance to the
// next poll that returns something. mu guards what both touch.
type session struct {
	cfg     Config
	spec    *Spec
	obs     *Observer
	log     *slog.Logger
	cluster cluster
	stores  Stores
	direct  *kgo.Client // metadata and restore
	cl      *kgo.Client // the group and the transactions
	ready   chan struct{}

	rebalance atomic.Bool // the group wants partitions back and waits for the gate
	joined    atomic.Bool // we were a member of the group, in this session

	mu     sync.Mutex
	shards map[int32]*shard
	fresh  bool               // a shard was opened that the loop has not seen
	wake   context.CancelFunc // ends the poll that is under way
	fatal  error              // what restore found; ends the session

	// The rest is the loop's own.
	gated        bool          // the gate is shut: nobody takes a shard from us
	idle         bool          // the last look for input found none
	held         []*kgo.Record // polled and not yet folded
	txn          transaction
	transactions int // committed
}

// shard is one partition's task.
type shard struct {
	partition int32
	fold      Task
	state     *State
	meta      Meta // of the last committed transaction
	position  Position
	end       int64 // of the input partition, as last heard

	// Of the open transaction.
	touched  bool
	frontier int64 // the input offset after the last record folded
	in       int
	dead     []Output
	poisoned []PoisonInfo

	more      bool // Drain may have work
	opening   bool // no Drain has ended since it was opened
	meanEntry int  // bytes of a changelog entry, on average, for the byte limit
}

// transaction is what is gathered and not yet ended.
type transaction struct {
	open   bool
	since  time.Time
	begun  time.Time // when the broker may first know of it; zero before
	shards []*shard  // touched
	work   int       // calls of Step and Drain
	bytes  int
	limit  string // what closes it
}

func (s *session) shard(p int32) *shard {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shards[p]
}

// publish hands opened shards to the loop and wakes it, for one may have a drain to finish.
func (s *session) publish(opened []*shard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sh := range opened {
		s.shards[sh.partition] = sh
	}
	s.fresh = true
	if s.wake != nil {
		s.wake()
	}
}

// fail ends the session with an error found outside the loop.
func (s *session) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fatal == nil {
		s.fatal = err
	}
	if s.wake != nil {
		s.wake()
	}
}

func (s *session) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fatal
}

// release drops shards that were taken from us. The gate is open: no transaction is.
func (s *session) release(gone map[string][]int32, lost bool) {
	partitions := slices.Sorted(slices.Values(gone[s.cluster.topics[s.spec.Input].name]))
	if len(partitions) == 0 {
		return
	}
	s.mu.Lock()
	for _, p := range partitions {
		delete(s.shards, p)
	}
	s.mu.Unlock()
	s.obs.Revoked(s.spec.Name, partitions, lost)
}

// given tells which shards the group has just made ours, before they are opened.
func (s *session) given(added map[string][]int32) {
	s.joined.Store(true)
	s.obs.Given(s.spec.Name, slices.Sorted(slices.Values(added[s.cluster.topics[s.spec.Input].name])))
}

// counted tells what the shard has committed.
func (s *session) counted(sh *shard) {
	if m := sh.meta; s.spec.Changelog != "" {
		s.obs.Counted(CountInfo{s.spec.Name, sh.partition, m.Transactions, m.In, m.Out, m.Dead, len(sh.state.hot.nodes)})
	}
}

// draining returns the shards that have work left from an earlier record, by partition.
func (s *session) draining() []*shard {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh = false
	var d []*shard
	for _, p := range slices.Sorted(maps.Keys(s.shards)) {
		if s.shards[p].more {
			d = append(d, s.shards[p])
		}
	}
	return d
}

// pollContext returns the context of a poll that waits; publish and fail end it. If they have something already, it is
// ended from the start, which shuts the gate and takes no input.
func (s *session) pollContext(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	pending := s.fresh || s.fatal != nil
	for _, sh := range s.shards {
		pending = pending || sh.more
	}
	if pending {
		cancel()
	}
	s.wake = cancel
	return ctx
}

func (s *session) polled() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake()
	s.wake = nil
}

// rewind makes the input of the partitions start again at their frontiers. The gate must be shut.
func (s *session) rewind(partitions []int32) {
	offsets := make(map[int32]kgo.EpochOffset, len(partitions))
	for _, p := range partitions {
		if sh := s.shard(p); sh != nil {
			offsets[p] = kgo.EpochOffset{Epoch: -1, Offset: sh.frontier}
		}
	}
	s.cl.SetOffsets(map[string]map[int32]kgo.EpochOffset{s.cluster.topics[s.spec.Input].name: offsets})
}

// dropHeld forgets what was polled and not folded, and rewinds it.
func (s *session) dropHeld() {
	var partitions []int32
	for _, r := range s.held {
		if !slices.Contains(partitions, r.Partition) {
			partitions = append(partitions, r.Partition)
		}
	}
	s.held = nil
	if len(partitions) > 0 {
		s.rewind(partitions)
	}
}

func (s *session) errShard(p int32) error {
	return fmt.Errorf("fold %s/%d: a record came for a partition that is not ours", s.spec.Input, p)
}

package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream/internal/fault"
)

// batch is a transaction ready to be produced.
type batch struct {
	records []*kgo.Record
	shards  []staged
	info    TransactionInfo
}

// staged is one shard's part of it.
type staged struct {
	*shard
	meta   Meta        // as it will be once committed
	record *kgo.Record // the meta record; nil where the stage keeps no state
}

// end ends the transaction in hand. nil means that it is committed and applied, or aborted and rewound; an error means
// that its outcome is unknown or that what we hold may differ from what is committed: drop it all.
func (s *session) end(ctx context.Context) error {
	if !s.txn.open {
		return nil
	}
	// A stop must not tear the commit: it has its own deadline.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.TransactionTimeout)
	defer cancel()
	if err := s.pass(fault.Folded); err != nil {
		return err
	}
	b, err := s.stage()
	if err != nil {
		return err
	}
	committed, err := s.commit(ctx, b)
	b.info.Elapsed, b.info.Reason = time.Since(s.txn.since), err
	if !s.txn.begun.IsZero() {
		b.info.Commit = time.Since(s.txn.begun)
	}
	switch {
	case committed:
		if err := s.settle(b); err != nil {
			return err
		}
		s.obs.TransactionCommitted(b.info)
		return nil
	case errors.Is(err, errAborted):
		s.obs.TransactionAborted(b.info)
		return s.undo(b)
	default:
		s.obs.TransactionUnknown(b.info)
		return fmt.Errorf("commit: %w", err)
	}
}

// errAborted marks the error of a transaction of which the broker has confirmed that nothing will ever be seen.
var errAborted = errors.New("transaction aborted")

// stage encodes what the transaction will write: for each shard in order its dirty entities once each, its meta
// record, its outputs in the order they were emitted, its dead letters.
func (s *session) stage() (*batch, error) {
	b := &batch{info: TransactionInfo{Stage: s.spec.Name, Bytes: s.txn.bytes, Limit: s.txn.limit}}
	slices.SortFunc(s.txn.shards, func(x, y *shard) int { return cmp.Compare(x.partition, y.partition) })
	for _, sh := range s.txn.shards {
		if err := sh.state.Stage(); err != nil {
			return nil, fmt.Errorf("stage %s/%d: %w", s.spec.Input, sh.partition, err)
		}
		task, err := sh.fold.Meta()
		if err != nil {
			return nil, fmt.Errorf("stage %s/%d: read meta: %w", s.spec.Input, sh.partition, err)
		}
		part := staged{shard: sh, meta: Meta{
			Partitions: s.cluster.topics[s.spec.Input].partitions, Frontier: sh.frontier,
			Transactions: sh.meta.Transactions + 1, In: sh.meta.In + uint64(sh.in),
			Out: sh.meta.Out + uint64(len(sh.state.Outputs())), Dead: sh.meta.Dead + uint64(len(sh.dead)),
			Task: slices.Clone(task),
		}}
		if s.spec.Changelog != "" {
			part.record = s.stageState(b, sh, part.meta)
		}
		for _, o := range slices.Concat(sh.state.Outputs(), sh.dead) {
			r, err := s.route(o)
			if err != nil {
				return nil, err
			}
			b.records = append(b.records, r)
		}
		b.shards = append(b.shards, part)
		b.info.Shards = append(b.info.Shards, sh.partition)
		b.info.Records += sh.in
		b.info.Outputs += len(sh.state.Outputs())
		b.info.Dead += len(sh.dead)
		b.info.Dirty += sh.state.Dirty()
	}
	return b, nil
}

// stageState adds the shard's changelog records; the last is the meta record, so whoever has read it has the rest.
func (s *session) stageState(b *batch, sh *shard, m Meta) *kgo.Record {
	log, size := s.cluster.topics[s.spec.Changelog].name, 0
	for key, value := range sh.state.Entries {
		size += len(key) + len(value)
		b.records = append(b.records, &kgo.Record{Topic: log, Partition: sh.partition, Key: []byte(key), Value: value})
	}
	if n := sh.state.Dirty(); n > 0 {
		sh.meanEntry = (3*sh.meanEntry + size/n) / 4
	}
	in := s.cluster.topics[s.spec.Input].id
	r := &kgo.Record{Topic: log, Partition: sh.partition, Key: []byte(metaKey), Value: m.append(nil),
		Headers: []kgo.RecordHeader{{Key: inputHeader, Value: slices.Clone(in[:])}}}
	b.records = append(b.records, r)
	return r
}

// route makes an output's record.
func (s *session) route(o Output) (*kgo.Record, error) {
	if o.Topic != schemas.TopicDeadLetters && !slices.Contains(s.spec.Outputs, o.Topic) {
		return nil, fmt.Errorf("%w: stage %s emits to %q, which is not among its outputs", ErrStop, s.spec.Name, o.Topic)
	}
	t := s.cluster.topics[o.Topic]
	p := o.Partition
	if p == ByKey {
		p = schemas.Murmur2Partition(o.Key, t.partitions)
	}
	if p < 0 || p >= t.partitions {
		return nil, fmt.Errorf("%w: stage %s emits to %s/%d, which has %d partitions", ErrStop, s.spec.Name, o.Topic, p, t.partitions)
	}
	return &kgo.Record{Topic: t.name, Partition: p, Key: o.Key, Value: o.Value}, nil
}

// commit makes the batch visible, all of it and the offsets, or says why not.
func (s *session) commit(ctx context.Context, b *batch) (committed bool, err error) {
	if err := s.pass(fault.Staged); err != nil {
		if rewindable(err) { // nothing was begun
			err = fmt.Errorf("%w: %w", errAborted, err)
		}
		return false, err
	}
	if len(b.records) == 0 {
		return s.commitOffsets(ctx, b)
	}
	s.txn.begun = time.Now()
	if err := s.cl.BeginTransaction(); err != nil {
		return false, fmt.Errorf("begin transaction: %w", err)
	}
	if err := s.fill(ctx, b); err != nil {
		return false, s.abort(ctx, err)
	}
	switch err := s.cl.EndTransaction(ctx, kgo.TryCommit); {
	case err == nil:
		return true, s.pass(fault.Ended)
	case errors.Is(err, kerr.OperationNotAttempted):
		return false, s.abort(ctx, err)
	default:
		// The commit may have happened. To try to abort would answer a question we cannot ask.
		return false, fmt.Errorf("end transaction: %w", err)
	}
}

// fill puts records and offsets into the open transaction.
func (s *session) fill(ctx context.Context, b *batch) error {
	if err := s.pass(fault.Begun); err != nil {
		return err
	}
	var mu sync.Mutex
	var refused error
	for _, r := range b.records {
		s.cl.Produce(ctx, r, func(r *kgo.Record, err error) {
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				if refused == nil {
					refused = fmt.Errorf("produce to %s/%d: %w", r.Topic, r.Partition, err)
				}
			}
		})
	}
	if err := s.cl.Flush(ctx); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if refused != nil {
		return refused
	}
	if err := s.pass(fault.Flushed); err != nil {
		return err
	}
	if err := s.sendOffsets(ctx, b); err != nil {
		return err
	}
	return s.pass(fault.OffsetsSent)
}

// abort ends the open transaction without effect. Its error wraps errAborted if the broker confirmed that.
func (s *session) abort(ctx context.Context, cause error) error {
	if err := s.cl.AbortBufferedRecords(ctx); err != nil {
		return fmt.Errorf("abort after (%w): drop buffered records: %w", cause, err)
	}
	if err := s.cl.EndTransaction(ctx, kgo.TryAbort); err != nil {
		return fmt.Errorf("abort after (%w): %w", cause, err)
	}
	if !rewindable(cause) {
		return cause
	}
	return fmt.Errorf("%w: %w", errAborted, cause)
}

// rewindable says that after a confirmed abort for this cause the session may go on with the shards it has. All others
// mean that somebody else may have them, or that we do not understand.
func rewindable(cause error) bool {
	for _, c := range []error{fault.ErrAbort, kerr.IllegalGeneration, kerr.RebalanceInProgress, kerr.TransactionAbortable} {
		if errors.Is(cause, c) {
			return true
		}
	}
	return false
}

// settle makes the committed transaction the truth we stand on.
func (s *session) settle(b *batch) error {
	for _, p := range b.shards {
		sh := p.shard
		if p.record == nil {
			sh.state.Abort() // nothing but outputs
		} else {
			at := sh.position
			at.Next, at.AppendMS = p.record.Offset+1, s.cfg.Faults.Now().UnixMilli()
			at.Input = s.cluster.topics[s.spec.Input].id
			if err := sh.state.Commit(p.record.Value, at); err != nil {
				return fmt.Errorf("settle %s/%d: %w", s.spec.Input, sh.partition, err)
			}
			sh.position = at
			if n := sh.state.takeEvicted(); n > 0 {
				s.obs.HotSetEvicted(s.spec.Name, sh.partition, n)
			}
		}
		sh.meta = p.meta
		for _, x := range sh.poisoned {
			s.obs.Poisoned(x)
		}
		sh.reset()
		s.obs.Lag(LagInfo{s.spec.Name, sh.partition, sh.frontier, sh.end})
		s.counted(sh)
	}
	s.txn = transaction{}
	s.transactions++
	return s.pass(fault.Applied)
}

// undo goes back to the committed truth after an abort: shards as their last meta says, input rewound to it.
func (s *session) undo(b *batch) error {
	again := b.info.Shards
	for _, p := range b.shards {
		sh := p.shard
		sh.state.Abort()
		fold, err := s.spec.Open(sh.partition, s.cluster.topics[s.spec.Input].partitions, sh.meta.Task)
		if err != nil {
			return fmt.Errorf("open %s/%d again: %w", s.spec.Input, sh.partition, err)
		}
		sh.fold, sh.frontier, sh.more, sh.opening = fold, sh.meta.Frontier, true, true
		sh.reset()
	}
	for _, r := range s.held {
		if !slices.Contains(again, r.Partition) {
			again = append(again, r.Partition)
		}
	}
	s.held, s.txn = nil, transaction{}
	s.rewind(again)
	return nil
}

func (sh *shard) reset() {
	sh.touched, sh.in, sh.dead, sh.poisoned = false, 0, nil, nil
}

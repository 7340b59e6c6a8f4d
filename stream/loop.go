package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream/internal/fault"
)

// loop gathers and ends transactions until ctx ends or something fails. Every turn: take input, fold it, end the
// transaction if it is due.
func (s *session) loop(ctx context.Context) error {
	for {
		if err := s.failed(); err != nil {
			return err
		}
		if ctx.Err() != nil {
			s.txn.limit = "stop"
			return s.end(ctx)
		}
		if err := s.take(ctx); err != nil {
			return err
		}
		if !s.gated {
			continue
		}
		if err := s.foldHeld(); err != nil {
			return err
		}
		if s.due() {
			if err := s.end(ctx); err != nil {
				return err
			}
		}
	}
}

// take polls when nothing is held. With a transaction open it only looks; otherwise it opens the gate for the group's
// wishes, waits for input, and comes back with the gate shut unless it brought nothing at all.
func (s *session) take(ctx context.Context) error {
	if !s.txn.open && len(s.held) > 0 && s.rebalance.Load() {
		s.dropHeld()
	}
	if len(s.held) > 0 {
		return nil
	}
	var fetches kgo.Fetches
	if s.txn.open {
		if len(s.draining()) > 0 {
			return nil
		}
		var look context.Context // nil, which makes the poll return what is there and never wait
		fetches = s.cl.PollRecords(look, max(1, s.cfg.MaxTransactionRecords-s.txn.work))
	} else {
		s.rebalance.Store(false)
		s.obs.Turned(s.spec.Name, true)
		s.cl.AllowRebalance()
		fetches = s.cl.PollRecords(s.pollContext(ctx), s.cfg.MaxTransactionRecords)
		s.polled()
		s.obs.Turned(s.spec.Name, false)
		s.gated = len(fetches) > 0
	}
	if err := s.fetchError(fetches); err != nil {
		return err
	}
	fetches.EachRecord(func(r *kgo.Record) { s.held = append(s.held, r) })
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if sh := s.shard(p.Partition); sh != nil {
			sh.end = max(sh.end, p.HighWatermark)
		}
	})
	s.idle = len(s.held) == 0
	return nil
}

func (s *session) fetchError(fetches kgo.Fetches) (found error) {
	fetches.EachError(func(t string, p int32, err error) {
		switch {
		case found != nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		case errors.Is(err, kerr.OffsetOutOfRange):
			found = fmt.Errorf("%w: %s/%d no longer holds the records to be folded next; its retention is shorter than this stage's longest stop", ErrStop, t, p)
		case t == "": // the client's way to tell what happened to the group
			found = fmt.Errorf("group %s: %w", s.group(), err)
		default:
			found = fmt.Errorf("fetch %s/%d: %w", t, p, err)
		}
	})
	return found
}

// foldHeld finishes the drains that are left and then folds what is held, each record with its drain, until nothing is
// left or the transaction is full.
func (s *session) foldHeld() error {
	for _, sh := range s.draining() {
		if err := s.drain(sh); err != nil {
			return err
		}
		if sh.more {
			return nil
		}
	}
	for i, r := range s.held {
		if s.full() {
			s.held = s.held[i:]
			return nil
		}
		sh := s.shard(r.Partition)
		if sh == nil {
			return s.errShard(r.Partition)
		}
		if err := s.step(sh, r); err != nil {
			return err
		}
		if err := s.drain(sh); err != nil {
			return err
		}
		if sh.more {
			s.held = s.held[i+1:]
			return nil
		}
	}
	s.held = nil
	return nil
}

// touch makes the shard part of the transaction, which opens with the first.
func (s *session) touch(sh *shard) {
	if !s.txn.open {
		s.txn = transaction{open: true, since: time.Now()}
		s.obs.TransactionOpened(s.spec.Name)
	}
	if !sh.touched {
		sh.touched = true
		s.txn.shards = append(s.txn.shards, sh)
	}
}

// step folds one record.
func (s *session) step(sh *shard, r *kgo.Record) error {
	if r.Offset < sh.frontier {
		return fmt.Errorf("fold %s/%d: record %d came again after %d was folded", s.spec.Input, sh.partition, r.Offset, sh.frontier-1)
	}
	s.touch(sh)
	if r.Attrs.IsControl() {
		// A producer's own transaction marker. A stateless stage commits its position past it, so that whoever compares
		// that position with the topic's end (the clock does) is not kept waiting by a marker that no record follows.
		sh.frontier = r.Offset + 1
		s.txn.work++
		return nil
	}
	rec := Record{Topic: s.spec.Input, Partition: r.Partition, Offset: r.Offset, Key: r.Key, Value: r.Value, AppendMS: r.Timestamp.UnixMilli()}
	effects := sh.state.Effects()
	size, dirty := sh.state.Bytes(), sh.state.Dirty()
	if err := sh.fold.Step(sh.state, rec); err != nil {
		var poison *PoisonError
		if !errors.As(err, &poison) {
			return fmt.Errorf("fold %s/%d offset %d key %s: %w", s.spec.Input, sh.partition, r.Offset, quoteKey(r.Key), err)
		}
		if sh.state.Effects() != effects {
			return fmt.Errorf("%w: stage %s called a record poison after it had acted on it: %s/%d offset %d key %s, %s", ErrStop, s.spec.Name, s.spec.Input, sh.partition, r.Offset, quoteKey(r.Key), poison.Code)
		}
		letter, err := DeadLetter(s.spec.Name, rec, poison)
		if err != nil {
			return err
		}
		sh.dead = append(sh.dead, letter)
		sh.poisoned = append(sh.poisoned, PoisonInfo{s.spec.Name, rec.Topic, rec.Partition, rec.Offset, poison.Code})
		s.txn.bytes += len(letter.Value)
	}
	sh.frontier, sh.more = r.Offset+1, true
	sh.in++
	s.txn.work++
	s.txn.bytes += len(r.Key) + len(r.Value)
	s.count(sh, size, dirty)
	return nil
}

// maxQuotedKey is how many bytes of a key an error shows.
const maxQuotedKey = 96

// quoteKey shows a record's key in an error. Whatever bytes a foreign producer put there, it is one short line.
func quoteKey(key []byte) string {
	if key == nil {
		return "none"
	}
	if len(key) <= maxQuotedKey {
		return fmt.Sprintf("%q", key)
	}
	return fmt.Sprintf("%q and %d bytes more", key[:maxQuotedKey], len(key)-maxQuotedKey)
}

// drain does the work the last record released, until none is left or the transaction is full.
func (s *session) drain(sh *shard) error {
	for sh.more {
		if s.full() {
			return nil
		}
		effects, size, dirty := sh.state.Effects(), sh.state.Bytes(), sh.state.Dirty()
		more, err := sh.fold.Drain(sh.state)
		if err != nil {
			return fmt.Errorf("drain %s/%d at %d: %w", s.spec.Input, sh.partition, sh.frontier, err)
		}
		if sh.more = more; more || sh.state.Effects() != effects {
			s.touch(sh)
			s.txn.work++
		}
		s.count(sh, size, dirty)
	}
	if !sh.opening {
		return nil
	}
	// A task that was restored in the middle of a drain may find nothing left to do and only note that.
	sh.opening = false
	meta, err := sh.fold.Meta()
	if err != nil {
		return fmt.Errorf("read meta of %s/%d: %w", s.spec.Input, sh.partition, err)
	}
	if s.spec.Changelog != "" && !bytes.Equal(meta, sh.meta.Task) {
		s.touch(sh)
	}
	return nil
}

// count adds what a step or drain produced to the transaction's size.
func (s *session) count(sh *shard, size, dirty int) {
	s.txn.bytes += sh.state.Bytes() - size + (sh.state.Dirty()-dirty)*sh.meanEntry
}

// full says that the transaction must end, and why.
func (s *session) full() bool {
	switch {
	case !s.txn.open:
		return false
	case s.txn.work >= s.cfg.MaxTransactionRecords:
		s.txn.limit = "records"
	case s.txn.bytes >= s.cfg.MaxTransactionBytes:
		s.txn.limit = "bytes"
	case time.Since(s.txn.since) >= s.cfg.Commit:
		s.txn.limit = "interval"
	default:
		return false
	}
	return true
}

// due says that the transaction ends now: it is full, or there is no input to go on with.
func (s *session) due() bool {
	if !s.txn.open {
		return false
	}
	if s.full() {
		return true
	}
	if s.idle && len(s.held) == 0 {
		s.txn.limit = "empty"
		return true
	}
	return false
}

func (s *session) pass(at fault.Point) error { return s.cfg.Faults.Pass(at) }

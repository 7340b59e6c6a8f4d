package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// fencedBy looks for so long, with such pauses. A process that took our id over joins within milliseconds on a healthy
// host; the time is what it may take on one that is overloaded.
const (
	fenceWait = 6 * time.Second
	fenceLook = 100 * time.Millisecond
)

// errNoMember means that the client is not in the group at this moment: to commit then would not be checked.
var errNoMember = errors.New("not a member of the group")

// sendOffsets makes the frontier of every shard the transaction touches part of it, also of one that did not move: the
// coordinator refuses it from a member of an older generation, and that is what fences a transaction that only drains.
// The client's own commit leaves out offsets that did not change, so the request is ours (KIP-98, KIP-447; from broker
// 4.0 on it adds the group to the transaction by itself, KIP-890).
func (s *session) sendOffsets(ctx context.Context, b *batch) error {
	id, epoch, err := s.cl.ProducerID(ctx)
	if err != nil {
		return fmt.Errorf("send offsets: %w", err)
	}
	member, generation := s.cl.GroupMetadata()
	if member == "" || generation < 0 {
		return fmt.Errorf("send offsets: %w", errNoMember)
	}
	instance, in := s.instance(), s.cluster.topics[s.spec.Input]
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID = s.cfg.Kafka.TransactionalID(s.cfg.Worker, s.spec.Name, s.spec.Input)
	req.Group, req.ProducerID, req.ProducerEpoch = s.group(), id, epoch
	req.MemberID, req.Generation, req.InstanceID = member, generation, &instance
	t := kmsg.NewTxnOffsetCommitRequestTopic()
	t.Topic, t.TopicID = in.name, in.id
	for _, sh := range b.shards {
		p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		p.Partition, p.Offset, p.LeaderEpoch = sh.partition, sh.meta.Frontier, -1
		t.Partitions = append(t.Partitions, p)
	}
	req.Topics = append(req.Topics, t)
	resp, err := req.RequestWith(ctx, s.cl)
	if err != nil {
		return fmt.Errorf("send offsets: %w", err)
	}
	answered := 0
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return fmt.Errorf("send offset of %s/%d: %w", s.spec.Input, p.Partition, err)
			}
			answered++
		}
	}
	if answered != len(b.shards) {
		return fmt.Errorf("send offsets: %d of %d partitions were answered", answered, len(b.shards))
	}
	return nil
}

// commitOffsets ends a transaction that wrote nothing: there is nothing for the offsets to be atomic with, so they go
// alone, checked against the group's generation like any others.
func (s *session) commitOffsets(ctx context.Context, b *batch) (committed bool, err error) {
	offsets := make(map[int32]kgo.EpochOffset, len(b.shards))
	for _, sh := range b.shards {
		offsets[sh.partition] = kgo.EpochOffset{Epoch: -1, Offset: sh.meta.Frontier}
	}
	topic := s.cluster.topics[s.spec.Input].name
	s.cl.CommitOffsetsSync(ctx, map[string]map[int32]kgo.EpochOffset{topic: offsets},
		func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, e error) {
			if err = e; err != nil || resp == nil {
				return
			}
			for _, t := range resp.Topics {
				for _, p := range t.Partitions {
					err = errors.Join(err, kerr.ErrorForCode(p.ErrorCode))
				}
			}
		})
	switch {
	case err == nil:
		return true, nil
	case rewindable(err):
		return false, fmt.Errorf("%w: %w", errAborted, err)
	}
	return false, fmt.Errorf("commit offsets: %w", err)
}

// current asks the coordinator whether our membership still holds; nil means it does, so nobody else had our shards
// since we joined.
func (s *session) current(ctx context.Context) error {
	member, generation := s.cl.GroupMetadata()
	if member == "" || generation < 0 {
		return errNoMember
	}
	instance := s.instance()
	req := kmsg.NewPtrHeartbeatRequest()
	req.Group, req.MemberID, req.Generation, req.InstanceID = s.group(), member, generation, &instance
	resp, err := req.RequestWith(ctx, s.cl)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(resp.ErrorCode)
}

// fencedAsMember keeps a fence of our membership for what it seems only if we had one. Before, it may be our own doing: a
// request to join whose answer was lost is sent again, and the first, late at a broker that has just come back, takes the
// name from the second. Then we join once more; if it was another process after all, that one is the older now and stops.
func (s *session) fencedAsMember(err error) error {
	if errors.Is(err, kerr.FencedInstanceID) && !s.joined.Load() {
		return fmt.Errorf("fenced before the group %s was joined: %v", s.group(), err) // not %w: it is to be tried again
	}
	return err
}

// fencedBy looks who fenced our transactional id, for one of two causes looks like the other: the coordinator gave up a
// transaction of ours that took too long, or another process runs under our name. The other process joins the group
// right after it took the id over, so if it is that, our membership ends while we look. Without this look the older of
// the two would rebuild, fence the newer, and one could not say which of them stops.
func (s *session) fencedBy(ctx context.Context, cause error) error {
	if !errors.Is(cause, kerr.ProducerFenced) && !errors.Is(cause, kerr.InvalidProducerEpoch) {
		return cause
	}
	ctx, cancel := context.WithTimeout(ctx, fenceWait)
	defer cancel()
	for {
		err := s.current(ctx)
		if errors.Is(err, kerr.FencedInstanceID) {
			return fmt.Errorf("%w, after: %w", err, cause)
		}
		if err != nil && !errors.Is(err, kerr.RebalanceInProgress) && !kerr.IsRetriable(err) {
			return cause
		}
		select {
		case <-ctx.Done():
			return cause
		case <-time.After(fenceLook):
		}
	}
}

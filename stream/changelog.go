package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	changelogFetchWait = 500 * time.Millisecond
	leaderRetry        = 100 * time.Millisecond
)

// restore brings the store to the changelog's end. end was read uncommitted, the data is read committed, and it is done
// when the position has reached end: so an open transaction below end is waited for. (The last stable offset as the
// goal would lose what others committed above such a transaction: KAFKA-10167.)
func (s *session) restore(ctx context.Context, store Store, p int32, first, end int64, info *RestoreInfo) (Position, error) {
	began := time.Now()
	at, ok, err := store.Position()
	if err != nil {
		return at, fmt.Errorf("read store: %w", err)
	}
	t := s.cluster.topics[s.spec.Changelog]
	want := Position{Cluster: s.cluster.id, Topic: t.name, TopicID: t.id, Partition: p, Next: first}
	if ok {
		if info.Discarded, err = s.unusable(ctx, at, want, t, end); err != nil {
			return at, err
		}
	}
	if !ok || info.Discarded != "" {
		if first > 0 {
			return at, fmt.Errorf("%w: the changelog %s/%d no longer holds its beginning (its first offset is %d), so part of the state is gone from it, and no local copy has it; compaction never does that: somebody deleted records or gave the topic a retention; put back a copy of the local store; or delete the group, the changelog and the stage's outputs together, make the topics anew, and all of it is folded again", ErrStop, t.name, p, first)
		}
		if err := store.Reset(); err != nil {
			return at, fmt.Errorf("reset store: %w", err)
		}
		at = want
	}
	at.Next = max(at.Next, first) // a marker may have been cut off
	info.From, info.Target, info.Position = at.Next, end, at.Next
	leader := int32(-1)
	for at.Next < end {
		if leader < 0 {
			if leader, err = s.leader(ctx, t, p); err != nil {
				return at, err
			}
		}
		got, err := s.fetch(ctx, leader, t, at)
		if err != nil {
			if !kerr.IsRetriable(err) {
				return at, fmt.Errorf("read changelog %s/%d at %d: %w", t.name, p, at.Next, err)
			}
			leader = -1
			select {
			case <-ctx.Done():
				return at, ctx.Err()
			case <-time.After(leaderRetry):
			}
			continue
		}
		if got.hole && got.stable >= end {
			got.next = end // everything up to the end is decided, and nothing of it is left
		}
		if got.next > at.Next {
			if at, err = applyFetched(store, at, got); err != nil {
				return at, fmt.Errorf("restore %s/%d: %w", t.name, p, err)
			}
		}
		info.Entries += int64(len(got.records))
		info.Position, info.Elapsed = at.Next, time.Since(began)
		s.obs.Restoring(*info)
	}
	return at, nil
}

// unusable says why the local copy cannot be continued; empty: it can.
func (s *session) unusable(ctx context.Context, at, want Position, t topic, end int64) (string, error) {
	switch {
	case at.Cluster != want.Cluster, at.Topic != want.Topic, at.TopicID != want.TopicID, at.Partition != want.Partition:
		return "it is of another changelog", nil
	case at.Next > end:
		return "it is ahead of the changelog, which lost its end", nil
	case end-at.Next <= 1: // the marker of the transaction it ends with
		return "", nil
	case at.Next < want.Next:
		return "the changelog no longer holds what follows it", nil
	}
	next, err := s.keepsTombstones(ctx, at, t)
	if err != nil {
		return "", err
	}
	if at.Next < next {
		return "it is older than the changelog keeps deletions", nil
	}
	return "", nil
}

// keepsTombstones returns the offset from which on every deletion is certainly still in the changelog: all that stands
// there was appended less than TombstoneLife ago. The changelog's own times are asked, not what this host took for the
// time when it wrote its copy. The present is the latest time anybody knows of: a clock that is ahead costs a copy that
// was good, one that is behind is seen by the changelog's newest record. (Only where nothing at all was written for a
// TombstoneLife, and the clock is set back by as much, would a copy pass that should not.)
func (s *session) keepsTombstones(ctx context.Context, at Position, t topic) (int64, error) {
	adm := kadm.NewClient(s.direct)
	newest, err := adm.ListMaxTimestampOffsets(ctx, t.name)
	if err := errors.Join(err, newest.Error()); err != nil {
		return 0, fmt.Errorf("ask for the newest record of %s: %w", t.name, err)
	}
	last, _ := newest.Lookup(t.name, at.Partition)
	now := max(s.cfg.Faults.Now().UnixMilli(), at.AppendMS, last.Timestamp)
	since, err := adm.ListOffsetsAfterMilli(ctx, now-s.cfg.TombstoneLife.Milliseconds(), t.name)
	if err := errors.Join(err, since.Error()); err != nil {
		return 0, fmt.Errorf("ask for the newer records of %s: %w", t.name, err)
	}
	found, _ := since.Lookup(t.name, at.Partition)
	return found.Offset, nil
}

// fetched is one answer of the changelog's leader.
type fetched struct {
	records []*kgo.Record
	next    int64 // where to go on
	stable  int64 // the last stable offset
	hole    bool  // there was nothing at all to read below it
}

// fetch reads on from the position. The request is ours, not the client's, because only the raw answer says where to
// go on when records are compacted away, aborted, or followed by a marker.
func (s *session) fetch(ctx context.Context, leader int32, t topic, at Position) (fetched, error) {
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes = int32(changelogFetchWait.Milliseconds()), 1, s.cfg.FetchMaxBytes
	req.IsolationLevel = 1 // read committed
	rt := kmsg.NewFetchRequestTopic()
	rt.Topic, rt.TopicID = t.name, t.id
	rp := kmsg.NewFetchRequestTopicPartition()
	rp.Partition, rp.FetchOffset, rp.PartitionMaxBytes = at.Partition, at.Next, s.cfg.FetchMaxBytes
	rt.Partitions = append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	raw, err := s.direct.Broker(int(leader)).RetriableRequest(ctx, req)
	if err != nil {
		return fetched{}, err
	}
	resp := raw.(*kmsg.FetchResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return fetched{}, err
	}
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return fetched{next: at.Next}, nil
	}
	part := &resp.Topics[0].Partitions[0]
	if err := kerr.ErrorForCode(part.ErrorCode); err != nil {
		return fetched{}, err
	}
	fp, next := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{
		Offset: at.Next, IsolationLevel: kgo.ReadCommitted(), Topic: t.name, Partition: at.Partition,
	}, part, kgo.DefaultDecompressor(), nil)
	if fp.Err != nil {
		return fetched{}, fp.Err
	}
	return fetched{
		records: fp.Records, next: next, stable: part.LastStableOffset,
		hole: len(part.RecordBatches) == 0 && resp.ThrottleMillis == 0,
	}, nil
}

// applyFetched takes the records into the store, in one step with the position after them.
func applyFetched(store Store, at Position, got fetched) (Position, error) {
	var meta []byte
	changes := make([]Change, 0, len(got.records))
	for _, r := range got.records {
		at.AppendMS = r.Timestamp.UnixMilli()
		switch key := string(r.Key); {
		case key == metaKey:
			meta, at.Input = r.Value, inputOf(r)
		case r.Value == nil:
			changes = append(changes, Change{Key: key})
		default:
			due, blob, err := parseEntry(r.Value)
			if err != nil {
				return at, fmt.Errorf("%w: changelog offset %d: %w", ErrStop, r.Offset, err)
			}
			changes = append(changes, Change{Key: key, Blob: blob, Due: due})
		}
	}
	at.Next = got.next
	return at, store.Apply(changes, meta, at)
}

// inputHeader is the header of a meta record that says which input was folded: the topic's id, 16 bytes. A topic that is
// deleted and made anew has the name and the offsets of the old one, and another id.
const inputHeader = "input"

func inputOf(r *kgo.Record) (id [16]byte) {
	for _, h := range r.Headers {
		if h.Key == inputHeader {
			copy(id[:], h.Value)
		}
	}
	return id
}

func (s *session) leader(ctx context.Context, t topic, p int32) (int32, error) {
	m, err := kadm.NewClient(s.direct).Metadata(ctx, t.name)
	if err != nil {
		return -1, fmt.Errorf("find leader of %s/%d: %w", t.name, p, err)
	}
	d, ok := m.Topics[t.name].Partitions[p]
	if !ok {
		return -1, fmt.Errorf("find leader of %s/%d: %w", t.name, p, errors.Join(m.Topics[t.name].Err, kerr.UnknownTopicOrPartition))
	}
	if d.Leader < 0 {
		return -1, fmt.Errorf("find leader of %s/%d: %w", t.name, p, kerr.LeaderNotAvailable)
	}
	return d.Leader, nil
}

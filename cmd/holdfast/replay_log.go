package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/replay"
)

const (
	replayFetchBytes = 8 << 20
	replayFetchWait  = 500 * time.Millisecond
	replayRetry      = 200 * time.Millisecond
	replayRetries    = 50 // in a row, about as long as a broker takes to come back
)

// replayLog reads the cluster's topics for a replay: committed records, by our own fetch requests, since only the raw
// answer says where to go on when records are compacted away, aborted, or followed by a marker.
type replayLog struct {
	cl     *kgo.Client
	adm    *kadm.Client
	prefix string
	topics kadm.TopicDetails
}

func openReplayLog(ctx context.Context, k stream.Kafka, topics []string) (*replayLog, error) {
	opts, err := k.Options()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", stream.ErrConfig, err)
	}
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("open client: %w", err)
	}
	l := &replayLog{cl: cl, adm: kadm.NewClient(cl), prefix: k.Prefix}
	names := make([]string, len(topics))
	for i, topic := range topics {
		names[i] = k.Topic(topic)
	}
	if l.topics, err = l.adm.ListTopics(ctx, names...); err == nil {
		err = l.topics.Error()
	}
	if err != nil {
		cl.Close()
		return nil, fmt.Errorf("describe topics: %w", stream.Explain(err))
	}
	return l, nil
}

func (l *replayLog) close() { l.cl.Close() }

// frontiers are the stage's committed input offsets, by partition; 0 where it has committed none. They are stable: no
// transaction that could move them is undecided.
func (l *replayLog) frontiers(ctx context.Context, group, input string, partitions int) ([]int64, error) {
	offsets, err := l.adm.FetchOffsets(kadm.RequireStable(ctx), group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return nil, fmt.Errorf("ask for the offsets of group %s: %w", group, err)
	}
	out := make([]int64, partitions)
	for p := range out {
		if o, ok := offsets.Lookup(l.prefix+input, int32(p)); ok {
			if o.Err != nil {
				return nil, fmt.Errorf("ask for the offsets of group %s: %w", group, o.Err)
			}
			out[p] = max(o.At, 0)
		}
	}
	return out, nil
}

// extents are what the topics hold now, uncommitted data included: every transaction that moved the frontiers lies below.
func (l *replayLog) extents(ctx context.Context, topics []string) (map[string][]replay.Extent, error) {
	out := map[string][]replay.Extent{}
	for _, topic := range topics {
		name := l.prefix + topic
		starts, err := l.adm.ListStartOffsets(ctx, name)
		if err = errors.Join(err, starts.Error()); err != nil {
			return nil, fmt.Errorf("ask start of %s: %w", name, err)
		}
		ends, err := l.adm.ListEndOffsets(ctx, name)
		if err = errors.Join(err, ends.Error()); err != nil {
			return nil, fmt.Errorf("ask end of %s: %w", name, err)
		}
		for p := range int32(len(l.topics[name].Partitions)) {
			s, ok := starts.Lookup(name, p)
			e, ok2 := ends.Lookup(name, p)
			if !ok || !ok2 {
				return nil, fmt.Errorf("ask extent of %s: partition %d is missing", name, p)
			}
			out[topic] = append(out[topic], replay.Extent{Start: s.Offset, End: e.Offset})
		}
	}
	return out, nil
}

// deletes says which topics delete what is old.
func (l *replayLog) deletes(ctx context.Context, topics []string) (map[string]bool, error) {
	names := make([]string, len(topics))
	for i, topic := range topics {
		names[i] = l.prefix + topic
	}
	described, err := l.adm.DescribeTopicConfigs(ctx, names...)
	if err != nil {
		return nil, fmt.Errorf("describe topics: %w", err)
	}
	out := map[string]bool{}
	for _, topic := range topics {
		r, err := described.On(l.prefix+topic, nil)
		if err = errors.Join(err, r.Err); err != nil {
			return nil, fmt.Errorf("describe topic %s: %w", l.prefix+topic, err)
		}
		for _, c := range r.Configs {
			if c.Key == "cleanup.policy" {
				out[topic] = c.MaybeValue() == "delete"
			}
		}
	}
	// Custody is kept for ever: that its head is gone is a difference, whatever the policy has become.
	delete(out, schemas.TopicCustodyRecords)
	delete(out, schemas.TopicCustodyOpenings)
	return out, nil
}

// Read implements replay.Log. An open transaction below the end is waited for.
func (l *replayLog) Read(ctx context.Context, topic string, p int32, e replay.Extent, yield func(stream.Record) error) error {
	failed := 0
	for at := e.Start; at < e.End; {
		records, next, err := l.fetch(ctx, topic, p, at, e.End)
		if err != nil {
			if failed++; failed > replayRetries || !kerr.IsRetriable(err) || ctx.Err() != nil {
				return fmt.Errorf("read %s/%d at %d: %w", l.prefix+topic, p, at, err)
			}
			if err := l.pause(ctx, topic); err != nil {
				return err
			}
			continue
		}
		failed = 0
		for _, r := range records {
			if r.Offset < at || r.Offset >= e.End {
				continue
			}
			rec := stream.Record{Topic: topic, Partition: p, Offset: r.Offset, Key: r.Key, Value: r.Value, AppendMS: r.Timestamp.UnixMilli()}
			if err := yield(rec); err != nil {
				return err
			}
		}
		at = next
	}
	return nil
}

// pause waits a little and asks again who leads the partitions.
func (l *replayLog) pause(ctx context.Context, topic string) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(replayRetry):
	}
	if t, err := l.adm.ListTopics(ctx, l.prefix+topic); err == nil && t.Error() == nil {
		l.topics[l.prefix+topic] = t[l.prefix+topic]
	}
	return nil
}

// fetch reads on from an offset and says where to go on.
func (l *replayLog) fetch(ctx context.Context, topic string, p int32, at, end int64) ([]*kgo.Record, int64, error) {
	t := l.topics[l.prefix+topic]
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes = int32(replayFetchWait.Milliseconds()), 1, replayFetchBytes
	req.IsolationLevel = 1 // read committed
	rt := kmsg.NewFetchRequestTopic()
	rt.Topic, rt.TopicID = t.Topic, t.ID
	rp := kmsg.NewFetchRequestTopicPartition()
	rp.Partition, rp.FetchOffset, rp.PartitionMaxBytes = p, at, replayFetchBytes
	rt.Partitions = append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	raw, err := l.cl.Broker(int(t.Partitions[p].Leader)).RetriableRequest(ctx, req)
	if err != nil {
		return nil, at, err
	}
	resp := raw.(*kmsg.FetchResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return nil, at, err
	}
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return nil, at, nil
	}
	part := &resp.Topics[0].Partitions[0]
	if err := kerr.ErrorForCode(part.ErrorCode); err != nil {
		return nil, at, err
	}
	got, next := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{
		Offset: at, IsolationLevel: kgo.ReadCommitted(), Topic: t.Topic, Partition: p,
	}, part, kgo.DefaultDecompressor(), nil)
	if got.Err != nil {
		return nil, at, got.Err
	}
	if len(part.RecordBatches) == 0 && resp.ThrottleMillis == 0 && part.LastStableOffset >= end {
		next = end // everything up to the end is decided, and nothing of it is left
	}
	return got.Records, next, nil
}

package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	fetchBytes = 4 << 20
	fetchWait  = 250 * time.Millisecond
	retryWait  = 100 * time.Millisecond
)

// partition reads one partition from its beginning to end, by position: the fetches are our own requests, because only
// the raw answer says where to go on behind aborted records, markers and what was compacted away. A position that does
// not move for longer than the patience is an error: somebody's transaction is open.
func (r *reader) partition(ctx context.Context, topic string, p int32, end int64, t taker) error {
	named := fmt.Sprintf("%s%s/%d", r.Prefix, topic, p)
	moved := time.Now()
	for at := int64(0); at < end; {
		next, err := r.fetch(ctx, topic, p, at, end, t)
		switch {
		case err == nil && next > at:
			at, moved = next, time.Now()
			continue
		case ctx.Err() != nil, err != nil && permanent(err):
			return fmt.Errorf("%s at offset %d: %w", named, at, errors.Join(err, ctx.Err()))
		case time.Since(moved) > r.Patience && err != nil:
			return fmt.Errorf("%s stands at offset %d of %d: %w", named, at, end, err)
		case time.Since(moved) > r.Patience:
			return fmt.Errorf("%s stands at offset %d of %d for %v: a transaction is open", named, at, end, r.Patience)
		case err != nil:
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s: %w", named, ctx.Err())
			case <-time.After(retryWait):
			}
		}
	}
	return nil
}

// permanent says that a broker refused, and will again.
func permanent(err error) bool {
	var refused *kerr.Error
	return errors.As(err, &refused) && !refused.Retriable
}

// fetch makes one request and hands on what lies below end. It answers where to go on.
func (r *reader) fetch(ctx context.Context, topic string, p int32, at, end int64, t taker) (int64, error) {
	leader, id, err := r.leader(ctx, topic, p)
	if err != nil {
		return at, err
	}
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes, req.IsolationLevel = int32(fetchWait.Milliseconds()), 1, fetchBytes, 1
	rt := kmsg.NewFetchRequestTopic()
	rt.Topic, rt.TopicID = r.Prefix+topic, id
	rp := kmsg.NewFetchRequestTopicPartition()
	rp.Partition, rp.FetchOffset, rp.PartitionMaxBytes = p, at, fetchBytes
	rt.Partitions = append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	raw, err := r.cl.Broker(int(leader)).RetriableRequest(ctx, req)
	if err != nil {
		return at, err
	}
	resp := raw.(*kmsg.FetchResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return at, err
	}
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return at, nil
	}
	part := &resp.Topics[0].Partitions[0]
	if err := kerr.ErrorForCode(part.ErrorCode); err != nil {
		return at, err
	}
	got, next := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{
		Offset: at, IsolationLevel: kgo.ReadCommitted(), Topic: topic, Partition: p, KeepControlRecords: true,
	}, part, kgo.DefaultDecompressor(), nil)
	if got.Err != nil {
		return at, got.Err
	}
	for _, k := range got.Records {
		r.log.endings.see(topic, k)
		if k.Offset < end && !k.Attrs.IsControl() {
			t.take(&record{topic, p, k.Offset, k.Timestamp.UnixMilli(), k.Key, k.Value})
		}
	}
	if next == at && len(part.RecordBatches) == 0 && part.LastStableOffset >= end {
		next = end // everything up to the end is decided, and nothing of it is left
	}
	return next, nil
}

// leader returns who has a partition, and the topic's id, by which newer brokers name it.
func (r *reader) leader(ctx context.Context, topic string, p int32) (int32, [16]byte, error) {
	req := kmsg.NewPtrMetadataRequest()
	rt := kmsg.NewMetadataRequestTopic()
	rt.Topic = kmsg.StringPtr(r.Prefix + topic)
	req.Topics = append(req.Topics, rt)
	resp, err := r.cl.RequestCachedMetadata(ctx, req, 0)
	if err != nil {
		return 0, [16]byte{}, err
	}
	for _, t := range resp.Topics {
		for _, x := range t.Partitions {
			if x.Partition == p && x.Leader >= 0 {
				return x.Leader, t.TopicID, nil
			}
		}
	}
	return 0, [16]byte{}, kerr.LeaderNotAvailable
}

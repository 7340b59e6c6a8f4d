package streamtest

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream"
)

// Committed returns what is committed in a partition from one offset up to another, in order, through a client of its
// own. It returns when it stands at end, so it waits for every transaction that is open below it. The topic is named
// without the prefix, and the records carry that name.
func Committed(ctx context.Context, k stream.Kafka, topic string, p int32, from, end int64) ([]stream.Record, error) {
	if from >= end {
		return nil, nil
	}
	opts, err := k.Options()
	if err != nil {
		return nil, err
	}
	cl, err := kgo.NewClient(append(opts, stream.Passing(), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.FetchMaxWait(50*time.Millisecond),
		kgo.KeepControlRecords(), // else the position would not pass a marker at the end
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{k.Topic(topic): {p: kgo.NewOffset().At(from)}}))...)
	if err != nil {
		return nil, fmt.Errorf("read %s/%d: %w", topic, p, err)
	}
	defer cl.Close()
	var got []stream.Record
	for at := from; at < end; {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("read %s/%d from %d to %d, at %d: %w", topic, p, from, end, at, err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			at = r.Offset + 1
			if !r.Attrs.IsControl() && r.Offset < end {
				got = append(got, stream.Record{Topic: topic, Partition: p, Offset: r.Offset, Key: r.Key, Value: r.Value, AppendMS: r.Timestamp.UnixMilli()})
			}
		})
	}
	return got, nil
}

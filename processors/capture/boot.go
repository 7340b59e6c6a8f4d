package capture

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// bootTimeout bounds the reading of capture.progress at start. The topic is compacted: a record an instance, and the
// clock's. bootPause is the time between two attempts.
const (
	bootTimeout = 30 * time.Second
	bootPause   = 500 * time.Millisecond
)

// lastBoots returns the highest boot number of each progress key, read from the start of capture.progress to the end
// offset seen first. It reads uncommitted: an instance's own records stand in no transaction, and the clock's open one
// must not hold up a start. Control records are kept, so that reaching the end can be seen also behind a transaction.
func lastBoots(ctx context.Context, k stream.Kafka) (map[string]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, bootTimeout)
	defer cancel()
	for {
		boots, err := readBoots(ctx, k)
		if err == nil || !errors.Is(stream.Explain(err), stream.ErrUnreachable) {
			return boots, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(bootPause): // its leader may just be away, while the cluster goes on
		}
	}
}

func readBoots(ctx context.Context, k stream.Kafka) (map[string]int64, error) {
	topic := k.Topic(schemas.TopicCaptureProgress)
	opts, err := k.Options()
	if err != nil {
		return nil, err
	}
	cl, err := kgo.NewClient(append(opts, stream.Passing(), kgo.FetchIsolationLevel(kgo.ReadUncommitted()), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))...)
	if err != nil {
		return nil, fmt.Errorf("open client: %w", err)
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	ends, err := endOffsets(ctx, adm, topic)
	if err != nil {
		return nil, err
	}
	starts, err := adm.ListStartOffsets(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("ask start of %s: %w", topic, err)
	}
	first, ok := starts.Lookup(topic, 0)
	if !ok || first.Err != nil {
		return nil, fmt.Errorf("ask start of %s: %w", topic, errors.Join(first.Err, starts.Error()))
	}
	if len(ends) != 1 {
		return nil, fmt.Errorf("%w: topic %s has %d partitions; it must have one", ErrConfig, topic, len(ends))
	}
	boots := map[string]int64{}
	for next := first.Offset; next < ends[0]; {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				return nil, fmt.Errorf("%s was read to offset %d, not to its end %d, within %v: %w", topic, next, ends[0], bootTimeout, err)
			}
			return nil, fmt.Errorf("read %s: %w", topic, err)
		}
		for _, f := range fetches.Errors() {
			return nil, fmt.Errorf("read %s: %w", topic, f.Err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			next = r.Offset + 1
			if r.Attrs.IsControl() || r.Value == nil {
				return
			}
			rec, err := schemas.Decode(r.Value)
			if err != nil {
				return // not ours to judge: the clock reads this topic, and says so
			}
			if p, ok := rec.(*schemas.Progress); ok {
				key := p.Source + "/" + p.Instance
				boots[key] = max(boots[key], p.Boot)
			}
		})
	}
	return boots, nil
}

// endOffsets returns the high watermarks of a topic's partitions, by partition.
func endOffsets(ctx context.Context, adm *kadm.Client, topic string) ([]int64, error) {
	listed, err := adm.ListEndOffsets(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("ask end of %s: %w", topic, err)
	}
	if err := listed.Error(); err != nil {
		return nil, fmt.Errorf("ask end of %s: %w", topic, err)
	}
	ends := make([]int64, len(listed[topic]))
	for p, o := range listed[topic] {
		if int(p) >= len(ends) {
			return nil, fmt.Errorf("ask end of %s: partition %d of %d is missing", topic, len(ends)-1, p)
		}
		ends[p] = o.Offset
	}
	if len(ends) == 0 {
		return nil, fmt.Errorf("ask end of %s: the topic does not exist; create the topics first", topic)
	}
	return ends, nil
}

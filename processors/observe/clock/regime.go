package clock

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// regime returns the record to write before tick n, nil if there is none to write. It compares the regime that the log
// holds in its first partition with the configured one; the newest counts. Between topics that contradict each other
// nothing is guessed.
func regime(ctx context.Context, cfg Config, n int64) ([]byte, error) {
	found, err := readRegime(ctx, cfg, n)
	if err != nil {
		return nil, fmt.Errorf("read regime: %w", err)
	}
	topic := cfg.Kafka.Topic(schemas.TopicObservations)
	switch {
	case n == 1 && found.tick > 0:
		return nil, fmt.Errorf("%w: %s holds tick %d, and %s holds no clock: its records were lost, and a new clock would repeat the numbers of ticks; "+
			"restore it, or start on new topics under a new prefix", stream.ErrStop, topic, found.tick, cfg.Kafka.Topic(schemas.TopicCaptureProgress))
	case found.regime == nil && found.records > 0 && n == 1:
		return nil, fmt.Errorf("%w: %s holds records and no regime before them; nothing may be written there before the clock's first tick: "+
			"start on new topics under a new prefix", stream.ErrStop, topic)
	case found.regime == nil && n > 1: // expired with the log's first records; what the shards hold is their own check
		return nil, nil
	case found.regime == nil && cfg.Regime == nil:
		return nil, fmt.Errorf("%w: %s is empty and no regime is configured to begin with", stream.ErrConfig, topic)
	case found.regime == nil:
		return schemas.Append(nil, cfg.Regime)
	case cfg.Regime == nil || cfg.Regime.Document == found.regime.Document:
		return nil, nil
	}
	return nil, fmt.Errorf("%w: the log is under regime %x, and this worker's configuration makes regime %x: what reaches the fold must not change unseen; "+
		"run with the old configuration, or apply the new one with holdfast regime apply",
		stream.ErrStop, sha256.Sum256([]byte(found.regime.Document)), sha256.Sum256([]byte(cfg.Regime.Document)))
}

// beginning is what the first partition of observations was found to hold.
type beginning struct {
	regime  *schemas.Regime // the newest read
	tick    int64           // the first tick read
	records int
}

// readRegime reads committed records of partition 0. Before the first tick it reads all there are: a log that holds a
// tick shows it soon. Later it reads the first record, which is the regime, and goes on only if that is another one
// than ours: it may have been replaced.
func readRegime(ctx context.Context, cfg Config, n int64) (beginning, error) {
	var b beginning
	topic := cfg.Kafka.Topic(schemas.TopicObservations)
	client, err := openDirect(cfg.Kafka, kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		return b, err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	start, end, err := bounds(ctx, admin, topic, 0)
	if err != nil || start == end {
		return b, err
	}
	for position := start; position < end; {
		fetches := client.PollRecords(ctx, maxPollRecords)
		if err := fetches.Err(); err != nil {
			return b, err
		}
		for _, r := range fetches.Records() {
			position = r.Offset + 1
			if r.Attrs.IsControl() || r.Offset >= end {
				continue
			}
			b.records++
			b.take(r.Value)
			same := b.regime != nil && (cfg.Regime == nil || b.regime.Document == cfg.Regime.Document)
			if n == 1 && b.tick > 0 || n > 1 && b.records == 1 && (b.regime == nil || same) {
				return b, nil
			}
		}
	}
	return b, nil
}

// take notes one record. Bytes that are no record of ours are somebody's defect, and not the clock's to judge.
func (b *beginning) take(value []byte) {
	rec, err := schemas.Decode(value)
	if err != nil {
		return
	}
	switch rec := rec.(type) {
	case *schemas.Regime:
		b.regime = rec
	case *schemas.Tick:
		b.tick = max(b.tick, rec.N)
	}
}

// bounds returns a partition's log start and its last stable offset: what can be read committed.
func bounds(ctx context.Context, admin *kadm.Client, topic string, p int32) (start, end int64, err error) {
	starts, err := admin.ListStartOffsets(ctx, topic)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return 0, 0, err
	}
	ends, err := admin.ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return 0, 0, err
	}
	s, ok := starts.Lookup(topic, p)
	e, ok2 := ends.Lookup(topic, p)
	if !ok || !ok2 {
		return 0, 0, fmt.Errorf("%s has no partition %d", topic, p)
	}
	return s.Offset, e.Offset, nil
}

// WaitRegime returns when every partition of observations holds a committed record, or held one that has expired: the
// clock's first transaction was there. Observe calls it before it may produce, so the regime comes first. The error is
// ctx's, or says that the partition count is another one.
func WaitRegime(ctx context.Context, k stream.Kafka, partitions int32) error {
	topic := k.Topic(schemas.TopicObservations)
	from := map[int32]kgo.Offset{}
	for p := range partitions {
		from[p] = kgo.NewOffset().AtStart()
	}
	client, err := openDirect(k, kgo.FetchMaxPartitionBytes(64<<10),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))
	if err != nil {
		return err
	}
	defer client.Close()
	starts, err := kadm.NewClient(client).ListStartOffsets(ctx, topic)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return fmt.Errorf("wait for regime: %w", stream.Explain(err))
	}
	if n := len(starts[topic]); n != int(partitions) {
		return fmt.Errorf("%w: topic %s has %d partitions, not %d", stream.ErrConfig, topic, n, partitions)
	}
	have := map[int32]bool{}
	starts.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			have[o.Partition] = true
			client.PauseFetchPartitions(map[string][]int32{topic: {o.Partition}})
		}
	})
	for len(have) < int(partitions) {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			return fmt.Errorf("wait for regime: %w", ctx.Err())
		}
		var failed error
		fetches.EachError(func(_ string, _ int32, err error) { failed = errors.Join(failed, err) })
		if failed != nil {
			return fmt.Errorf("wait for regime: %w", stream.Explain(failed))
		}
		for _, r := range fetches.Records() {
			have[r.Partition] = true
			client.PauseFetchPartitions(map[string][]int32{topic: {r.Partition}})
		}
	}
	return nil
}

package clock

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// positionsTimeout bounds the questions before a tick. A raw partition without a leader, or a coordinator that moves,
// then costs its own source's progress and not the tick.
const positionsTimeout = 2 * time.Second

// positions asks the brokers for everything Next needs. Every record of capture.progress that Next builds on has been
// read by now, so the ends are younger than the life signs (order of DESIGN 4).
func (l *life) positions(ctx context.Context) Inputs {
	ctx, cancel := context.WithTimeout(ctx, positionsTimeout)
	defer cancel()
	in := Inputs{Ends: map[string][]int64{}, Observed: map[string][]int64{}, Last: l.last}
	k := l.cfg.Kafka
	topics, groups := []string{k.Topic(schemas.TopicObservations)}, []string{k.Topic(correlateGroup)}
	for _, s := range sources {
		topics, groups = append(topics, k.Topic(s.Topic)), append(groups, k.Topic(s.Group))
	}
	ends, err := l.admin.ListEndOffsets(ctx, topics...)
	if err != nil {
		l.cfg.Logger.Warn("end offsets not known", "error", err)
	}
	committed := l.admin.FetchManyOffsets(ctx, groups...)
	starts := lazily(func() (kadm.ListedOffsets, error) { return l.admin.ListStartOffsets(ctx, topics...) })
	for _, s := range sources {
		topic := k.Topic(s.Topic)
		in.Ends[s.Name] = byPartition(ends[topic])
		in.Observed[s.Name] = groupPositions(committed[k.Topic(s.Group)], topic, in.Ends[s.Name], starts)
	}
	observations := k.Topic(schemas.TopicObservations)
	in.Folded = groupPositions(committed[k.Topic(correlateGroup)], observations, byPartition(ends[observations]), starts)
	return in
}

// byPartition lists offsets by partition, nil unless all are known.
func byPartition(listed map[int32]kadm.ListedOffset) []int64 {
	out := make([]int64, len(listed))
	for p := range out {
		o, ok := listed[int32(p)]
		if !ok || o.Err != nil {
			return nil
		}
		out[p] = o.Offset
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// groupPositions lists a group's positions in a topic, nil unless all are known. A group that has not committed in a
// partition will read it from the log's start.
func groupPositions(g kadm.FetchOffsetsResponse, topic string, ends []int64, starts func() (kadm.ListedOffsets, error)) []int64 {
	if g.Fetched == nil || ends == nil {
		return nil
	}
	out := make([]int64, len(ends))
	for p := range out {
		o, ok := g.Fetched.Lookup(topic, int32(p))
		switch {
		case ok && o.Err != nil:
			return nil
		case ok && o.At >= 0:
			out[p] = o.At
		default:
			listed, err := starts()
			start, ok := listed.Lookup(topic, int32(p))
			if err != nil || !ok || start.Err != nil {
				return nil
			}
			out[p] = start.Offset
		}
	}
	return out
}

// lazily calls f at most once.
func lazily[T any](f func() (T, error)) func() (T, error) {
	var (
		done  bool
		value T
		err   error
	)
	return func() (T, error) {
		if !done {
			value, err = f()
			done = true
		}
		return value, err
	}
}

// A topic that was created a moment ago is not known to every broker yet.
const (
	topicPatience = 5 * time.Second
	topicPause    = 100 * time.Millisecond
)

// checkPartitions refuses to start where the topics are missing or cut otherwise than configured.
func checkPartitions(ctx context.Context, cfg Config) error {
	client, err := openDirect(cfg.Kafka)
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	ctx, cancel := context.WithTimeout(ctx, cfg.TransactionTimeout)
	defer cancel()
	for until := time.Now().Add(topicPatience); ; {
		missing, err := comparePartitions(ctx, admin, cfg)
		if !missing || time.Now().After(until) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(topicPause):
		}
	}
}

func comparePartitions(ctx context.Context, admin *kadm.Client, cfg Config) (missing bool, err error) {
	k := cfg.Kafka
	topics, err := admin.ListTopics(ctx, k.Topic(schemas.TopicObservations), k.Topic(schemas.TopicCaptureProgress))
	if err != nil {
		return false, fmt.Errorf("describe topics: %w", stream.Explain(err))
	}
	for _, want := range []struct {
		topic      string
		partitions int
	}{{k.Topic(schemas.TopicObservations), int(cfg.Partitions)}, {k.Topic(schemas.TopicCaptureProgress), 1}} {
		have, ok := topics[want.topic]
		switch {
		case !ok || have.Err != nil:
			return true, fmt.Errorf("%w: topic %s does not exist or may not be described; create the topics first", stream.ErrConfig, want.topic)
		case len(have.Partitions) != want.partitions:
			return false, fmt.Errorf("%w: topic %s has %d partitions, not %d; set partitions to what it has, or use new topics under a new prefix",
				stream.ErrConfig, want.topic, len(have.Partitions), want.partitions)
		}
	}
	return false, nil
}

func openDirect(k stream.Kafka, more ...kgo.Opt) (*kgo.Client, error) {
	opts, err := k.Options()
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(append(append(opts, stream.Passing()), more...)...)
	if err != nil {
		return nil, fmt.Errorf("open kafka client: %w", err)
	}
	return client, nil
}

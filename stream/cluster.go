package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
)

// topic is one of the stage's topics as the cluster has it.
type topic struct {
	name       string // with prefix
	id         [16]byte
	partitions int32
}

// cluster is what a session knows of the cluster: its topics by their names without prefix.
type cluster struct {
	id     string
	topics map[string]topic
}

// errNoTopic marks the error of a topic that a broker does not know.
var errNoTopic = errors.New("topic missing")

// readCluster looks up every topic of the stage and checks what no later step could mend.
func readCluster(ctx context.Context, cl *kgo.Client, k Kafka, spec *Spec) (cluster, error) {
	need := append([]string{spec.Input, schemas.TopicDeadLetters}, spec.Outputs...)
	if spec.Changelog != "" {
		need = append(need, spec.Changelog)
	}
	names := make([]string, len(need))
	for i, n := range need {
		names[i] = k.Topic(n)
	}
	m, err := kadm.NewClient(cl).Metadata(ctx, names...)
	if err != nil {
		return cluster{}, fmt.Errorf("read cluster: %w", err)
	}
	c := cluster{id: m.Cluster, topics: make(map[string]topic, len(need))}
	for _, n := range need {
		d, ok := m.Topics[k.Topic(n)]
		if !ok || d.Err != nil || len(d.Partitions) == 0 {
			if ok && d.Err != nil && d.Err != error(kerr.UnknownTopicOrPartition) {
				return cluster{}, fmt.Errorf("read topic %s: %w", k.Topic(n), d.Err)
			}
			return cluster{}, fmt.Errorf("%w: %w: topic %s does not exist; create the topics first (holdfast topics create)", ErrConfig, errNoTopic, k.Topic(n))
		}
		c.topics[n] = topic{name: k.Topic(n), id: d.ID, partitions: int32(len(d.Partitions))}
	}
	if spec.Changelog != "" {
		in, log := c.topics[spec.Input], c.topics[spec.Changelog]
		if in.partitions != log.partitions {
			return cluster{}, fmt.Errorf("%w: %s has %d partitions and its changelog %s has %d; they must agree", ErrConfig, in.name, in.partitions, log.name, log.partitions)
		}
	}
	return c, nil
}

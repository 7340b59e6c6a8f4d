package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// irreplaceable are the topics that must not be created anew beside observations that were already folded: the fold goes
// on behind those, and its chains would begin in the middle.
var irreplaceable = []string{schemas.TopicCustodyRecords, schemas.TopicCorrelateState}

// lost returns the irreplaceable topics that do not exist although observations holds or held records.
func lost(ctx context.Context, k stream.Kafka) ([]string, error) {
	opts, err := k.Options()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", stream.ErrConfig, err)
	}
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("open client: %w", err)
	}
	defer cl.Close()
	adm, observations := kadm.NewClient(cl), k.Topic(schemas.TopicObservations)
	names := []string{observations}
	for _, name := range irreplaceable {
		names = append(names, k.Topic(name))
	}
	have, err := adm.ListTopics(ctx, names...)
	if err != nil {
		return nil, stream.Explain(fmt.Errorf("list topics: %w", err))
	}
	gone := slices.DeleteFunc(names[1:], have.Has)
	if len(gone) == 0 || !have.Has(observations) {
		return nil, nil
	}
	ends, err := adm.ListEndOffsets(ctx, observations)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, stream.Explain(fmt.Errorf("ask end of %s: %w", observations, err))
	}
	for _, end := range ends[observations] {
		if end.Offset > 0 {
			return gone, nil
		}
	}
	return nil, nil
}

// lostAdvice is what to do about a lost topic.
func lostAdvice(name string) string {
	return fmt.Sprintf("topic %s does not exist, but observations is not empty; do not create it again: restore it from a copy, or begin a new log under another kafka.prefix", name)
}

// adviseLost puts that advice in the place of the one to create a topic that is lost.
func adviseLost(ctx context.Context, k stream.Kafka, sentences []string) error {
	if missing(sentences) == 0 {
		return nil
	}
	gone, err := lost(ctx, k)
	for _, name := range gone {
		for i, s := range sentences {
			if strings.HasPrefix(s, "topic "+name+" does not exist;") {
				sentences[i] = lostAdvice(name)
			}
		}
	}
	return err
}

// refuseLost refuses to create topics while one is lost.
func refuseLost(ctx context.Context, k stream.Kafka) error {
	gone, err := lost(ctx, k)
	if err != nil || len(gone) == 0 {
		return err
	}
	for i, name := range gone {
		gone[i] = lostAdvice(name)
	}
	return fmt.Errorf("%w: nothing was created:\n  %s", stream.ErrConfig, strings.Join(gone, "\n  "))
}

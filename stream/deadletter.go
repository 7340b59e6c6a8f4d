package stream

import (
	"crypto/sha256"
	"fmt"

	"holdfast.example/schemas"
)

// DeadLetter makes the record that stands for a poisoned one in the dead-letter topic: a reference to it and why,
// never its bytes. It is keyed by the source topic.
func DeadLetter(stage string, r Record, p *PoisonError) (Output, error) {
	value, err := schemas.Append(nil, &schemas.DeadLetter{
		Stage: stage, Topic: r.Topic, Partition: r.Partition, Offset: r.Offset,
		KeySHA256: sha256.Sum256(r.Key), ValueSHA256: sha256.Sum256(r.Value), Size: int64(len(r.Value)),
		Code: p.Code, Reason: p.Reason, RawSHA256: p.Raw,
	})
	if err != nil {
		return Output{}, fmt.Errorf("make dead letter: %w", err)
	}
	return Output{Topic: schemas.TopicDeadLetters, Partition: ByKey, Key: []byte(r.Topic), Value: value}, nil
}

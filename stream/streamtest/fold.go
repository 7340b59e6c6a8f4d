// Package streamtest is what tests of a stage need: a fold of recorded input with no broker, no batch and no
// transaction, to which the output of a real run must be equal byte for byte; and faults to break that run with.
package streamtest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"holdfast.example/stream"
)

// Output is what a shard emitted.
type Output struct {
	From int32 // the shard: the input partition it came from
	stream.Output
}

// Self says whether an input record was written by the stage itself, by which shard and with which running number.
type Self func(r stream.Record) (from int32, number uint64, ok bool)

// Fold folds recorded input in a single pass: each record, then its drain until nothing is left. records hold each
// partition's records in their order; how partitions interleave has no effect. The outputs come shard by shard, each
// shard's in the order in which it emitted them, its dead letters at the place of the poisoned record.
//
// Where the stage writes to its own input, those outputs are not returned: they are already in the recording. They are
// compared with what the recording holds, per (writing shard, partition) in order; a difference is an error. The
// recording may end before the last of them was read back, never the other way.
func Fold(spec stream.Spec, partitions int32, records []stream.Record, self Self) ([]Output, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if spec.SelfTopic && self == nil {
		return nil, errors.New("fold: the stage writes to its input; say which records are its own")
	}
	byShard := make(map[int32][]stream.Record)
	for _, r := range records {
		byShard[r.Partition] = append(byShard[r.Partition], r)
	}
	var outputs []Output
	var wrong []error
	written := make(map[route][]Output)
	for _, p := range slices.Sorted(maps.Keys(byShard)) {
		got, err := foldShard(&spec, p, partitions, byShard[p])
		if err != nil {
			return nil, err
		}
		for _, o := range got {
			if spec.SelfTopic && o.Topic == spec.Input {
				r := route{p, target(o, partitions)}
				written[r] = append(written[r], o)
				continue
			}
			outputs = append(outputs, o)
		}
	}
	if spec.SelfTopic {
		wrong = compareSelf(records, written, self)
	}
	return outputs, errors.Join(wrong...)
}

func foldShard(spec *stream.Spec, p, partitions int32, records []stream.Record) ([]Output, error) {
	state, err := stream.NewState(stream.NewMemory(), spec, 0)
	if err != nil {
		return nil, err
	}
	task, err := spec.Open(p, partitions, nil)
	if err != nil {
		return nil, fmt.Errorf("open shard %d: %w", p, err)
	}
	var outputs []Output
	taken := 0
	take := func() {
		for _, o := range state.Outputs()[taken:] {
			outputs = append(outputs, Output{p, o})
		}
		taken = len(state.Outputs())
	}
	drain := func() error {
		for more := true; more; {
			if more, err = task.Drain(state); err != nil {
				return err
			}
		}
		take()
		return nil
	}
	if err := drain(); err != nil {
		return nil, fmt.Errorf("drain shard %d before its first record: %w", p, err)
	}
	for _, r := range records {
		effects := state.Effects()
		if err := task.Step(state, r); err != nil {
			var poison *stream.PoisonError
			if !errors.As(err, &poison) || state.Effects() != effects {
				return nil, fmt.Errorf("fold shard %d offset %d: %w", p, r.Offset, err)
			}
			letter, err := stream.DeadLetter(spec.Name, r, poison)
			if err != nil {
				return nil, err
			}
			outputs = append(outputs, Output{p, letter})
		}
		take()
		if err := drain(); err != nil {
			return nil, fmt.Errorf("drain shard %d after offset %d: %w", p, r.Offset, err)
		}
	}
	return outputs, nil
}

// route is the way of a self-written record.
type route struct{ from, to int32 }

func compareSelf(records []stream.Record, written map[route][]Output, self Self) (wrong []error) {
	last := make(map[route]uint64)
	seen := make(map[route]int)
	for _, r := range records {
		from, number, ok := self(r)
		if !ok {
			continue
		}
		way := route{from, r.Partition}
		if seen[way] > 0 && number <= last[way] {
			wrong = append(wrong, fmt.Errorf("offset %d of partition %d: number %d of shard %d comes after %d", r.Offset, r.Partition, number, from, last[way]))
		}
		last[way] = number
		i := seen[way]
		seen[way]++
		if i >= len(written[way]) {
			wrong = append(wrong, fmt.Errorf("offset %d of partition %d: number %d of shard %d is recorded, the fold does not make it", r.Offset, r.Partition, number, from))
			continue
		}
		if o := written[way][i]; !bytes.Equal(o.Key, r.Key) || !bytes.Equal(o.Value, r.Value) {
			wrong = append(wrong, fmt.Errorf("offset %d of partition %d: number %d of shard %d: recorded %q = %q, the fold makes %q = %q", r.Offset, r.Partition, number, from, r.Key, r.Value, o.Key, o.Value))
		}
	}
	return wrong
}

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
	"holdfast.example/stream/replay"
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

func foldShard(spec *stream.Spec, p, partitions int32, records []stream.Record) (outputs []Output, err error) {
	shard, err := replay.Open(spec, p, partitions, stream.NewMemory(), 0)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if err := shard.Fold(r, func(o stream.Output, _ bool) error { outputs = append(outputs, Output{p, o}); return nil }); err != nil {
			return nil, err
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

// Package replay derives a stage's outputs once more from its recorded input, and holds them against the outputs that
// were recorded. It knows no domain and no broker: what is recorded comes from a [Log], what an output stands for from a
// [Placer].
//
//	shard.go   the fold of one recorded partition in a single pass: [Shard]
//	book.go    what was recorded, each record under its place; what the fold makes is held against it
//	shelf.go   where the book lies: on disk, so that neither log nor outputs must fit in memory
//	job.go     the whole of it, shard by shard, to the first difference: [Job]
//
// # What is compared
//
//  1. Every output of every shard, in the order in which the shard makes them, up to the frontier: the input offset up
//     to which the stage had committed when the replay began. What is recorded beyond is not compared, as long as the
//     stage was seen to go on; a stage that stood still has nothing beyond.
//  2. A record and an output are the same if key, value and partition are. Where a topic keeps the newest record of a
//     key alone, the newest is compared.
//  3. Each output is recorded once. Where the topic allows it, identical copies are one; a record that no output
//     answers is a difference, unless its shard went on.
//  4. What the stage wrote to its own input is compared as well, and is not folded a second time: it stands in the
//     recording.
//  5. The last record before the frontier may have released work that was still under way: then the rest of its outputs
//     may be missing, all to the last, and is counted as unfinished.
//  6. The head of a topic that deletes what is old may be gone: outputs from before the first one that is still there
//     are counted as expired. The input's head may not be gone: nothing could be derived.
//
// # What it takes
//
// The input is read twice, once for what the stage wrote to it and once to be folded, every output topic once. Memory
// is bounded by what a shard holds while it runs, the deadlines it waits for included.
package replay

import (
	"errors"
	"fmt"

	"holdfast.example/stream"
)

// Shard folds one recorded partition in a single pass: each record, then its drain until nothing is left.
type Shard struct {
	spec      *stream.Spec
	partition int32
	state     *stream.State
	task      stream.Task
	every     int
	calls     int // of Step and Drain since the state was last written to the store
	taken     int // outputs handed out since
	begun     bool
}

// Open opens a shard that has folded nothing, over an empty store. Its state goes to the store after so many calls of
// Step and Drain; 0: never, all of it stays in memory, as no transaction of a real run would have it.
func Open(spec *stream.Spec, partition, partitions int32, store stream.Store, every int) (*Shard, error) {
	state, err := stream.NewState(store, spec, 0)
	if err != nil {
		return nil, err
	}
	task, err := spec.Open(partition, partitions, nil)
	if err != nil {
		return nil, fmt.Errorf("open shard %d: %w", partition, err)
	}
	return &Shard{spec: spec, partition: partition, state: state, task: task, every: every}, nil
}

// Emit is handed an output. drained says that it comes of what the record released and not of the record itself: only
// there may a transaction have ended between two outputs of one record.
type Emit func(o stream.Output, drained bool) error

// Fold folds the next record and hands out its outputs in order, the dead letter of a poisoned record at its place. An
// error of emit ends it.
func (s *Shard) Fold(r stream.Record, emit Emit) error {
	if !s.begun {
		s.begun = true
		if err := s.drain(emit); err != nil {
			return fmt.Errorf("drain shard %d before its first record: %w", s.partition, err)
		}
	}
	effects := s.state.Effects()
	if err := s.task.Step(s.state, r); err != nil {
		var poison *stream.PoisonError
		if !errors.As(err, &poison) || s.state.Effects() != effects {
			return fmt.Errorf("fold shard %d offset %d: %w", s.partition, r.Offset, err)
		}
		letter, err := stream.DeadLetter(s.spec.Name, r, poison)
		if err != nil {
			return err
		}
		if err := emit(letter, false); err != nil {
			return err
		}
	}
	if err := s.hand(emit, false); err != nil {
		return err
	}
	if err := s.drain(emit); err != nil {
		return fmt.Errorf("drain shard %d after offset %d: %w", s.partition, r.Offset, err)
	}
	return nil
}

func (s *Shard) drain(emit Emit) error {
	for more := true; more; {
		var err error
		if more, err = s.task.Drain(s.state); err != nil {
			return err
		}
		if err := s.hand(emit, true); err != nil {
			return err
		}
	}
	return nil
}

// hand hands out what is new, and writes the state away when it is time.
func (s *Shard) hand(emit Emit, drained bool) error {
	for _, o := range s.state.Outputs()[s.taken:] {
		if err := emit(o, drained); err != nil {
			return err
		}
	}
	s.taken = len(s.state.Outputs())
	if s.calls++; s.every == 0 || s.calls < s.every {
		return nil
	}
	s.calls, s.taken = 0, 0
	return s.state.Commit(nil, stream.Position{Partition: s.partition})
}

package stream

import (
	"errors"
	"fmt"

	"holdfast.example/schemas"
)

// Record is one input record as the broker holds it. Key and Value are valid only during Step.
type Record struct {
	Topic     string // without the configured prefix
	Partition int32
	Offset    int64
	Key       []byte
	Value     []byte
	AppendMS  int64 // the broker's append time where the topic has LogAppendTime, else the producer's; Unix ms
}

// ByKey as Output.Partition leaves the choice to murmur2 of the key, as every Kafka client chooses.
const ByKey int32 = -1

// Output is one record a step emits. The runtime owns Key and Value from Emit on.
type Output struct {
	Topic     string // without the configured prefix
	Partition int32  // ByKey, or the partition itself
	Key       []byte
	Value     []byte // nil: a tombstone
}

// Value is the state of one entity, decoded. A step may change it in place, and must then Put it: what is not
// put is not stored, and what is put is forgotten again if the transaction aborts.
type Value interface {
	// AppendState appends the blob that Spec.Decode reads.
	AppendState(dst []byte) ([]byte, error)
	// Deadlines yields, for each lane in which the entity waits for something, its earliest deadline there.
	// Deadlines derive from state alone, so they survive whatever the state survives.
	Deadlines(yield func(lane int, at int64))
}

// Tx is what a step may do. It is one partition's view of the open transaction: the committed state under an overlay
// of what this transaction put. A Tx belongs to one task and is not safe for concurrent use.
type Tx interface {
	// Get returns the entity's state, nil if it has none. An error is the store's and ends the transaction.
	Get(key string) (Value, error)
	// Put stores the entity's state at the transaction's end, once, however often it was put. A key is not empty and
	// not "meta"; entity keys hold a colon. The blob of a Value is never empty.
	Put(key string, v Value)
	// Delete removes the entity at the transaction's end.
	Delete(key string)
	// Head returns the smallest (deadline, key) of a lane in the present state, the overlay included.
	Head(lane int) (at int64, key string, ok bool)
	// Emit hands out an output; it becomes visible with the transaction or not at all.
	Emit(o Output)
}

// Task folds one partition of a Spec's input. It is pure: no clock, no I/O, no goroutine, no map order; the same
// records over the same state give the same outputs, wherever transactions end. One goroutine calls it.
type Task interface {
	// Step folds one record. It ends in nil, in Poison (the record goes to the dead-letter topic inside the
	// transaction; the step must not have put, emitted or changed anything, a Value it got included) or in any other
	// error (abort and rebuild).
	Step(tx Tx, r Record) error
	// Drain does one bounded piece of work that the last record released and says whether more is left. The
	// runtime calls it until none is left before the next Step; a transaction may end between two calls, so
	// whatever is left must stand in state and Meta.
	Drain(tx Tx) (more bool, err error)
	// Meta returns what of the task's own state is not an entity's. It is stored with every transaction and
	// handed to Spec.Open. A stage without a changelog has none. Equal state must give equal bytes.
	Meta() ([]byte, error)
}

// Spec is one stage: what it reads, what it keeps, how a partition's task is made.
type Spec struct {
	Name      string   // the verb; part of group and transactional id
	Input     string   // input topic, without prefix; a task is a partition of it
	Changelog string   // changelog topic, without prefix, partition = the task's; empty: the stage keeps no state
	Outputs   []string // topics it may emit to, without prefix; an Emit to another is an error
	SelfTopic bool     // Input is among Outputs: on replay those outputs are compared, not emitted

	Lanes  int                                          // deadline lanes a Value may use: 0 .. Lanes-1
	Decode func(key string, blob []byte) (Value, error) // nil where there is no state
	// Open makes the task of one partition; meta is nil where the partition has never been folded.
	Open func(partition, partitions int32, meta []byte) (Task, error)
}

// PoisonError says that a record can never be processed. The flow goes on without it; it is kept by reference.
type PoisonError struct {
	Code   string // closed list per stage, for counting
	Reason string // one sentence: what, where

	// Raw is the hash of the source's bytes, where the record carried them; nil otherwise.
	Raw *schemas.Hash
}

func (e *PoisonError) Error() string { return e.Code + ": " + e.Reason }

// Poison makes a PoisonError.
func Poison(code, format string, args ...any) error {
	return &PoisonError{Code: code, Reason: fmt.Sprintf(format, args...)}
}

// ErrStop marks an error that a restart cannot mend: state or integrity. The worker stops with exit code 6.
var ErrStop = errors.New("stopped")

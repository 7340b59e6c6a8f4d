package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Extent is what a partition holds: from Start up to, and not with, End.
type Extent struct{ Start, End int64 }

// Log is where recorded topics are read: what is committed of a partition, in order, from and up to offsets. A record's
// bytes stay as they are after yield has returned.
type Log interface {
	Read(ctx context.Context, topic string, partition int32, e Extent, yield func(stream.Record) error) error
}

// Job is one replay: what to fold, and how far things stood when it began.
type Job struct {
	Spec   stream.Spec
	Place  Placer
	Shards []int32 // ascending

	// Frontier is, by shard, the input offset up to which the stage had committed before Extents were read. Now asks for
	// it again, once the outputs are read: a shard whose frontier is the same has recorded nothing beyond it.
	Frontier []int64
	Now      func(context.Context) ([]int64, error)
	Extents  map[string][]Extent // by topic, of every partition: input, outputs, dead letters
	Deletes  map[string]bool     // topics that delete what is old

	Stores   stream.Stores // empty; partitions 0 to len(Frontier) are used
	Progress func(Progress)
}

// Progress is told now and then.
type Progress struct {
	Doing string // "read" or "fold"
	Topic string
	Shard int32
	Done  int64 // offsets
	Of    int64
}

// Report is how a replay ended. Difference is nil where all is equal.
type Report struct {
	Input      int64 // records folded
	Counts     []Count
	Difference *Difference
}

const (
	commitEvery   = 10_000 // calls of Step and Drain between two writes of a shard's state
	progressEvery = 5000   // records
)

// errDifferent ends a fold at a difference.
var errDifferent = errors.New("different")

func (j *Job) wants(shard int32) bool { return slices.Contains(j.Shards, shard) }

// topics are all that is read, the input last: what the stage tells itself is compared like any output.
func (j *Job) topics() []string {
	all := []string{schemas.TopicDeadLetters}
	for _, topic := range j.Spec.Outputs {
		if topic != j.Spec.Input {
			all = append(all, topic)
		}
	}
	slices.Sort(all)
	if j.Spec.SelfTopic {
		all = append(all, j.Spec.Input)
	}
	return all
}

// Run replays, to the first difference or the end. An error says that there was no answer.
func (j *Job) Run(ctx context.Context, log Log) (*Report, error) {
	for _, p := range j.Shards {
		if first := j.Extents[j.Spec.Input][p].Start; first > 0 && j.Frontier[p] > 0 {
			return nil, fmt.Errorf("%w: the head of %s/%d is gone, it begins at offset %d: nothing can be derived without it; replay from an archive of the topic", stream.ErrStop, j.Spec.Input, p, first)
		}
	}
	b := newBook(j, j.Stores.Partition(int32(len(j.Frontier))))
	report := &Report{}
	done := func(d *Difference, err error) (*Report, error) {
		report.Difference = d
		for _, topic := range j.topics() {
			report.Counts = append(report.Counts, *b.counts[topic])
		}
		return report, err
	}
	for _, topic := range j.topics() {
		for p, e := range j.Extents[topic] {
			d, err := j.look(ctx, log, topic, int32(p), e, b.record)
			if d != nil || err != nil {
				return done(d, err)
			}
		}
	}
	now, err := j.Now(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range j.Shards {
		d, err := j.fold(ctx, log, b, p, report)
		if d != nil || err != nil {
			return done(d, err)
		}
		for _, topic := range b.finish(p, now[p] == j.Frontier[p]) {
			for q, e := range j.Extents[topic] {
				d, err := j.look(ctx, log, topic, int32(q), e, func(r stream.Record) (*Difference, error) { return b.unmade(p, r) })
				if d != nil || err != nil {
					return done(d, err)
				}
			}
		}
	}
	return done(nil, nil)
}

// look reads a partition until something differs.
func (j *Job) look(ctx context.Context, log Log, topic string, p int32, e Extent, at func(stream.Record) (*Difference, error)) (found *Difference, err error) {
	say := j.sayer("read", topic, p, e)
	err = log.Read(ctx, topic, p, e, func(r stream.Record) error {
		var err error
		found, err = at(r)
		if err == nil && found != nil {
			err = errDifferent
		}
		say(r.Offset)
		return err
	})
	if errors.Is(err, errDifferent) {
		return found, nil
	}
	return nil, err
}

func (j *Job) sayer(doing, topic string, p int32, e Extent) func(offset int64) {
	n := 0
	return func(offset int64) {
		if n++; n%progressEvery == 0 && j.Progress != nil {
			j.Progress(Progress{doing, topic, p, offset - e.Start, e.End - e.Start})
		}
	}
}

// fold folds one shard up to its frontier and holds each output against the book.
func (j *Job) fold(ctx context.Context, log Log, b *book, p int32, report *Report) (found *Difference, err error) {
	input := j.Extents[j.Spec.Input]
	store := j.Stores.Partition(p)
	sh, err := Open(&j.Spec, p, int32(len(input)), store, commitEvery)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Reset()) }()
	e := Extent{input[p].Start, min(input[p].End, j.Frontier[p])}
	say := j.sayer("fold", j.Spec.Input, p, e)
	var hand *stream.Record // a record is folded when the next one is there, or none: so the last is known
	fold := func(last bool) error {
		if hand == nil {
			return nil
		}
		report.Input++
		return sh.Fold(*hand, func(o stream.Output, drained bool) error {
			var err error
			found, err = b.made(p, o, hand.Offset, last && drained)
			if err == nil && found != nil {
				err = errDifferent
			}
			return err
		})
	}
	err = log.Read(ctx, j.Spec.Input, p, e, func(r stream.Record) error {
		if err := fold(false); err != nil {
			return err
		}
		hand = &r
		say(r.Offset)
		return nil
	})
	if err == nil {
		err = fold(true)
	}
	if errors.Is(err, errDifferent) {
		return found, nil
	}
	return nil, err
}

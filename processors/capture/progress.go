package capture

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// journal is one instance's word on one source: what it has asked and up to when it has seen everything.
//
// A claim is the append time of an earlier progress record of this journal (W6). The order that makes it true:
//
//	record k is appended at t, and acknowledged
//	a look at the whole source begins
//	the look ends: nothing there, and nothing of this instance's own is outstanding
//	record k+1 (or a later one) carries claim t
//
// Whatever reached the source before t was there when the look began, and was not found outstanding: it is in the raw
// topic, or another instance has it, whose own claim then stays behind. A claim is monotone within a boot.
type journal struct {
	pub        *stream.Publisher
	source     string
	instance   string
	boot       int64
	visibility time.Duration
	observer   Observer
	log        *slog.Logger

	// before is called by beat ahead of each record, for doors that look at their source only then; after once a
	// record is acknowledged, with its append time. Both may be nil, and are set before start.
	before func(ctx context.Context)
	after  func(appendMS int64)

	mu       sync.Mutex
	asked    int64
	received int64
	empty    int64
	errors   int64
	newest   int64 // append time of the newest acknowledged record; 0 before start
	claimed  int64 // 0: none
	failing  bool  // the last record was not acknowledged
}

// Names of the doors that are not queues, in instance names.
const (
	partWebhook = "webhook"
	partInspect = "inspect"
)

// instanceOf is the name of one door of this process, in progress keys and in records.
func instanceOf(cfg Config, door string) string { return cfg.Instance + "." + door }

func newJournal(cfg Config, pub *stream.Publisher, source, door string, boots map[string]int64, visibility time.Duration) *journal {
	j := &journal{pub: pub, source: source, instance: instanceOf(cfg, door), visibility: visibility,
		observer: cfg.Observer, log: cfg.Logger.With(slog.String("source", source), slog.String("door", door))}
	j.boot = boots[j.key()] + 1
	return j
}

func (j *journal) key() string { return j.source + "/" + j.instance }

// mark returns the append time of the newest acknowledged record: what a look that begins now may claim if it finds
// nothing outstanding.
func (j *journal) mark() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.newest
}

// claim says that everything which reached the source before atMS, a value of mark, is in the raw topic.
func (j *journal) claim(atMS int64) {
	j.mu.Lock()
	grown := atMS > j.claimed
	j.claimed = max(j.claimed, atMS)
	j.mu.Unlock()
	if grown {
		j.observer.Claimed(j.source, j.instance, atMS)
	}
}

// count adds to the counters of one look.
func (j *journal) count(asked, received, empty, errors int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked += int64(asked)
	j.received += int64(received)
	j.empty += int64(empty)
	j.errors += int64(errors)
}

// start writes the start record and returns once it is acknowledged. Nothing is received before.
func (j *journal) start(ctx context.Context) error { return j.write(ctx, schemas.ProgressStart) }

// retire writes that this instance is gone and holds nothing.
func (j *journal) retire(ctx context.Context) error { return j.write(ctx, schemas.ProgressRetired) }

// beat writes a record every interval until ctx ends. A record that is not acknowledged is not an error here: the doors
// say themselves that Kafka is out of reach, and silence is what the clock reads.
func (j *journal) beat(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if j.before != nil {
			j.before(ctx)
		}
		err := j.write(ctx, schemas.ProgressProgress)
		if ctx.Err() != nil {
			return
		}
		j.mu.Lock()
		changed := j.failing != (err != nil)
		j.failing = err != nil
		j.mu.Unlock()
		switch {
		case changed && err != nil:
			j.log.Warn("progress not acknowledged", slog.String("error", err.Error()))
		case changed:
			j.log.Info("progress acknowledged again")
		}
	}
}

func (j *journal) write(ctx context.Context, kind string) error {
	value, err := schemas.Append(nil, j.record(kind))
	if err != nil {
		panic(err) // every field is ours
	}
	times, err := j.pub.Publish(ctx, stream.Output{Topic: schemas.TopicCaptureProgress, Partition: 0, Key: []byte(j.key()), Value: value})
	if err != nil {
		return err
	}
	j.mu.Lock()
	j.newest = max(j.newest, times[0])
	j.mu.Unlock()
	if j.after != nil {
		j.after(times[0])
	}
	return nil
}

func (j *journal) record(kind string) *schemas.Progress {
	j.mu.Lock()
	defer j.mu.Unlock()
	p := &schemas.Progress{Source: j.source, Instance: j.instance, Boot: j.boot, Kind: kind, Asked: j.asked,
		Received: j.received, Empty: j.empty, Errors: j.errors, VisibilityMS: j.visibility.Milliseconds()}
	if j.claimed != 0 {
		at := j.claimed
		p.ClaimMS = &at
	}
	return p
}

package rig

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/processors/observe/clock"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

const (
	watchEvery   = 500 * time.Millisecond
	askLimit     = 5 * time.Second // of one question to the brokers
	correlate    = "correlate"     // the group of the stage with state
	observations = schemas.TopicObservations
)

// position is where a group stands in one partition.
type position struct{ committed, end int64 }

// place is one partition of one group's topic.
type place struct {
	group, topic string
	partition    int32
}

// stand is since when a place has not moved although it could.
type stand struct {
	position
	since time.Time
}

// watch keeps what the brokers said last.
type watch struct {
	mu     sync.Mutex
	places map[place]stand
	clock  schemas.ClockState
	ticked time.Time // when the clock's number last moved
}

// groups are the groups that fold, and what they read.
func groups() map[string]string {
	all := map[string]string{correlate: observations}
	for _, s := range clock.Sources() {
		all[s.Group] = s.Topic
	}
	return all
}

// begin asks every interval until the rig ends.
func (w *watch) begin(r *Rig) error {
	w.places, w.ticked = map[place]stand{}, time.Now()
	opts, err := r.kafka.Options()
	if err != nil {
		return err
	}
	ticks, err := kgo.NewClient(append(opts, stream.Passing(), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{
		r.kafka.Topic(schemas.TopicCaptureProgress): {0: kgo.NewOffset().AtStart()}}))...)
	if err != nil {
		return fmt.Errorf("open client: %w", err)
	}
	r.done.Go(func() {
		defer ticks.Close()
		for r.ctx.Err() == nil {
			w.take(ticks.PollFetches(r.ctx))
		}
	})
	r.done.Go(func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-r.ctx.Done():
				return
			case <-tick.C:
			}
			ctx, cancel := context.WithTimeout(r.ctx, askLimit)
			if at, err := r.positions(ctx); err == nil {
				w.note(at, time.Now())
			}
			cancel()
		}
	})
	return nil
}

// take reads the clock's records.
func (w *watch) take(fetches kgo.Fetches) {
	fetches.EachRecord(func(rec *kgo.Record) {
		v, err := schemas.Decode(rec.Value)
		if err != nil {
			return
		}
		if c, ok := v.(*schemas.ClockState); ok {
			w.mu.Lock()
			defer w.mu.Unlock()
			if c.N > w.clock.N {
				w.clock, w.ticked = *c, time.Now()
			}
		}
	})
}

// positions asks where every group stands, and where its topic ends.
func (r *Rig) positions(ctx context.Context) (map[place]position, error) {
	names, topics := []string{}, []string{}
	for group, topic := range groups() {
		names, topics = append(names, r.kafka.Topic(group)), append(topics, r.kafka.Topic(topic))
	}
	ends, err := r.admin.ListEndOffsets(ctx, topics...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("list end offsets: %w", err)
	}
	committed := r.admin.FetchManyOffsets(ctx, names...)
	at := map[place]position{}
	for group, topic := range groups() {
		g := committed[r.kafka.Topic(group)]
		if g.Err != nil {
			return nil, fmt.Errorf("fetch offsets of %s: %w", group, g.Err)
		}
		for p, end := range ends[r.kafka.Topic(topic)] {
			o, ok := g.Fetched.Lookup(r.kafka.Topic(topic), p)
			if ok && o.Err != nil {
				return nil, fmt.Errorf("fetch offsets of %s: %w", group, o.Err)
			}
			have := position{end: end.Offset}
			if ok {
				have.committed = max(0, o.At)
			}
			at[place{group, topic, p}] = have
		}
	}
	return at, nil
}

func (w *watch) note(at map[place]position, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for where, p := range at {
		was, known := w.places[where]
		if !known || p.committed != was.committed || was.committed >= was.end || p.committed >= p.end {
			was.since = now
		}
		was.position = p
		w.places[where] = was
	}
}

// Idle says which partition of which group has not moved for longer than limit although there was something to fold, or
// that the clock has not ticked; nil where all is going on. It is meant for use between and during faults, whose own
// length the limit must allow for.
func (r *Rig) Idle(limit time.Duration) error {
	w := &r.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	for _, where := range slices.SortedFunc(maps.Keys(w.places), order) {
		s := w.places[where]
		if stood := now.Sub(s.since); stood > limit {
			return fmt.Errorf("group %s stands at %d of %d in %s/%d for %v: nobody folds it", where.group, s.committed, s.end, where.topic, where.partition, stood.Round(time.Second))
		}
	}
	if stood := now.Sub(w.ticked); stood > limit {
		return fmt.Errorf("the clock stands at tick %d for %v: nobody ticks", w.clock.N, stood.Round(time.Second))
	}
	return nil
}

func order(a, b place) int {
	return cmp.Or(strings.Compare(a.group, b.group), strings.Compare(a.topic, b.topic), cmp.Compare(a.partition, b.partition))
}

// Observed is how many offsets of the raw topics the observe groups have passed; Behind, how many records of
// observations correlate has before it.
func (r *Rig) Observed() (observed, behind int64) {
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	for where, s := range r.watch.places {
		if where.group == correlate {
			behind += s.end - s.committed
		} else {
			observed += s.committed
		}
	}
	return observed, behind
}

func (w *watch) state() schemas.ClockState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

// transactional are the ids of a worker's transactions.
func (r *Rig) transactional(w *worker) []string {
	ids := []string{r.kafka.TransactionalID(w.name, clock.Group, schemas.TopicCaptureProgress)}
	for group, topic := range groups() {
		ids = append(ids, r.kafka.TransactionalID(w.name, group, topic))
	}
	return ids
}

// inTransaction says whether the broker has a transaction of one of the workers that is begun and not ended: its state
// is Ongoing, PrepareCommit or PrepareAbort.
func (r *Rig) inTransaction(ctx context.Context, numbers ...int) bool {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	var ids []string
	for _, n := range numbers {
		ids = append(ids, r.transactional(r.worker(n))...)
	}
	described, _ := r.admin.DescribeTransactions(ctx, ids...) // those that could be described count
	return slices.ContainsFunc(described.Sorted(), func(t kadm.DescribedTransaction) bool {
		return t.Err == nil && slices.Contains([]string{"Ongoing", "PrepareCommit", "PrepareAbort"}, t.State)
	})
}

// Package tap follows holdfast's output topics with a client of its own and keeps every committed record.
//
// The player waits on it for alerts it must see before it goes on, the demo's progress line counts with it, and the
// oracle judges what it holds. It joins no group and commits nothing, so the pipeline cannot notice it.
//
// Invariants:
//
//  1. Only committed records: what an aborted transaction wrote is never seen.
//  2. Records of a partition are kept in offset order, each once.
//  3. CaughtUp returns only when every partition has been read to the end it had when CaughtUp was called.
//
// It keeps values in memory: a sandbox makes some ten thousand records of a few hundred bytes.
package tap

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Record is one committed record.
type Record struct {
	Partition  int32
	Offset     int64
	Key, Value []byte
}

// Output is what the topics held, by name without the prefix.
type Output map[string][]Record

// Tap is one reader.
type Tap struct {
	prefix string
	topics []string
	client *kgo.Client
	cancel context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	out     Output
	next    map[string]map[int32]int64 // position after the last record read, control records included
	err     error
	changed chan struct{}
}

// Open begins to read the topics, which must exist, from their start.
func Open(broker, prefix string, topics ...string) (*Tap, error) {
	t := &Tap{
		prefix: prefix, topics: topics, done: make(chan struct{}), changed: make(chan struct{}),
		out: Output{}, next: map[string]map[int32]int64{},
	}
	var names []string
	for _, name := range topics {
		names = append(names, prefix+name)
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(broker), kgo.ClientID("sandbox-tap"), kgo.ConsumeTopics(names...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(), // they stand at the end of a transaction: without them the end is never reached
		kgo.FetchMaxWait(250*time.Millisecond),
	)
	if err != nil {
		return nil, fmt.Errorf("open a reader of the outputs: %w", err)
	}
	t.client = client
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	go t.read(ctx)
	return t, nil
}

// Close ends the reader; what was read stays.
func (t *Tap) Close() {
	t.cancel()
	<-t.done
	t.client.Close()
}

func (t *Tap) read(ctx context.Context) {
	defer close(t.done)
	for ctx.Err() == nil {
		fetches := t.client.PollFetches(ctx)
		if ctx.Err() != nil {
			return
		}
		t.mu.Lock()
		fetches.EachError(func(topic string, p int32, err error) {
			t.err = fmt.Errorf("read %s/%d: %w", topic, p, err)
		})
		fetches.EachRecord(t.keep)
		close(t.changed)
		t.changed = make(chan struct{})
		t.mu.Unlock()
	}
}

func (t *Tap) keep(r *kgo.Record) {
	name := r.Topic[len(t.prefix):]
	if t.next[name] == nil {
		t.next[name] = map[int32]int64{}
	}
	t.next[name][r.Partition] = r.Offset + 1
	if !r.Attrs.IsControl() {
		t.out[name] = append(t.out[name], Record{r.Partition, r.Offset, r.Key, r.Value})
	}
}

// Output returns what has been read so far. The records are shared and must not be changed.
func (t *Tap) Output() Output {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := Output{}
	for name, records := range t.out {
		out[name] = records[:len(records):len(records)]
	}
	return out
}

// Wait returns when seen says so of what has been read. The error says what was waited for.
func (t *Tap) Wait(ctx context.Context, limit time.Duration, what string, seen func(Output) bool) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	for {
		t.mu.Lock()
		changed, failed := t.changed, t.err
		t.mu.Unlock()
		if failed != nil {
			return fmt.Errorf("wait for %s: %w", what, failed)
		}
		if seen(t.Output()) {
			return nil
		}
		select {
		case <-changed:
		case <-deadline.C:
			return fmt.Errorf("waited %v for %s, in vain", limit, what)
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, context.Cause(ctx))
		}
	}
}

// CaughtUp waits until everything that is committed now has been read.
func (t *Tap) CaughtUp(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errors.New("the outputs could not be read to their ends in time"))
	defer cancel()
	var names []string
	for _, name := range t.topics {
		names = append(names, t.prefix+name)
	}
	ends, err := kadm.NewClient(t.client).ListCommittedOffsets(ctx, names...)
	if err != nil {
		return fmt.Errorf("ask for the ends of the outputs: %w", err)
	}
	if err := ends.Error(); err != nil {
		return fmt.Errorf("ask for the ends of the outputs: %w", err)
	}
	return t.Wait(ctx, limit, "the ends of the outputs", func(Output) bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		reached := true
		ends.Each(func(o kadm.ListedOffset) {
			if t.next[o.Topic[len(t.prefix):]][o.Partition] < o.Offset {
				reached = false
			}
		})
		return reached
	})
}

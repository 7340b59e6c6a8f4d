package stream_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/stream"
)

// phase is when in a worker's life a fault is armed.
type phase int

const (
	atStart phase = iota // before it opens its first client; its stage has folded before
	amid                 // when it has its shards
	atStop               // when it is told to stop
)

// outcome is what must come of a fault, besides outputs equal to the fold.
type outcome struct {
	rebuilds bool
	may      bool  // it may rebuild or go on: that hangs on whether the connection has carried an answer before
	stops    error // Run ends with it, and a restart without the fault goes on
	says     string
}

var (
	goesOn   = outcome{}
	rebuilds = outcome{rebuilds: true}
	either   = outcome{may: true}
)

func stops(err error, says string) outcome { return outcome{stops: err, says: says} }

// deed is one fault of a kind of request and what comes of it.
type deed struct {
	harm harm
	code *kerr.Error
	at   string
	then outcome
}

// kind is a kind of request the runtime sends.
type kind struct {
	key   kmsg.Key
	name  string // which of them, where not all
	match func(w *world) func(kmsg.Request) bool
	phase phase
	every int
	times int
	plain bool // sent by the stage without state
	deeds []deed
}

// holdTime is longer than session, transaction and request timeouts.
const holdTime = 20 * time.Second

// quiet is the stage without state; about half of its transactions write nothing.
func quiet() stream.Spec { return plain(func(r stream.Record) bool { return r.Offset%60 == 7 }) }

// At stake: whatever request is lost, done with its answer lost, refused, done and refused all the same, or late, the
// worker goes on, rebuilds or stops as the table says, and its outputs are those of the fold. A fault that did not
// happen fails its row.
func TestFaults(t *testing.T) {
	for _, k := range faultTable {
		for _, d := range k.deeds {
			name := k.key.Name() + k.name + "/" + d.harm.String()
			if d.code != nil {
				name += "/" + d.code.Message + d.at
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				virtual(t, func(w *world) { w.suffer(k, d) })
			})
		}
	}
}

// suffer is one row.
func (w *world) suffer(k kind, d deed) {
	t := w.t
	spec, group := tally(tallyInput), "t.tally"
	if k.plain {
		spec, group = quiet(), "t.plain"
	}
	before := w.worker(w.config("a", ""), spec)
	w.feed(150)
	w.await("the fold before", time.Minute, w.folded(group))
	if err := before(); err != nil {
		t.Fatal(err)
	}

	f := fault{key: k.key, harm: d.harm, code: d.code, at: d.at, wait: holdTime, every: k.every, times: max(k.times, 1)}
	if d.then.stops != nil || d.harm >= held {
		f.times = 1
	}
	if k.match != nil {
		f.match = k.match(w)
	}
	cfg := w.config("a", "")
	cfg.Kafka.ClientID = victim
	var mu sync.Mutex
	var causes []error
	var assigned int
	cfg.Observer = stream.Tee(testLog(t), &stream.Observer{
		Rebuilding: func(_ string, cause error, _ time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			causes = append(causes, cause)
		},
		Assigned: func(_ string, p []int32) { mu.Lock(); defer mu.Unlock(); assigned += len(p) },
	})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	var result error
	over := func() bool {
		select {
		case result = <-ended:
			ended <- result
			return true
		default:
			return false
		}
	}
	if k.phase == atStart {
		w.wire.arm(f)
	}
	go func() { ended <- stream.Run(ctx, cfg, spec) }()
	w.await("the shards", 5*time.Minute, func() bool { mu.Lock(); defer mu.Unlock(); return assigned >= partitions || over() })
	if k.phase == amid {
		w.wire.arm(f)
	}
	if k.phase != atStop {
		w.await("the faults", 10*time.Minute, func() bool {
			w.feed(60)
			_, left := w.wire.count()
			return left == 0 || over()
		})
	}
	if d.then.stops != nil {
		w.await("the stop", 5*time.Minute, over)
	} else {
		w.await("the fold", 10*time.Minute, func() bool { return over() || w.folded(group)() })
		if k.phase == atStop {
			w.wire.arm(f)
		}
		cancel()
		w.await("the end", 5*time.Minute, over)
	}
	if fired, left := w.wire.count(); left > 0 {
		t.Fatalf("the fault happened %d times, %d are left", fired, left)
	}
	mu.Lock()
	defer mu.Unlock()
	w.judge(d.then, result, causes)
	if d.then.stops != nil {
		after := w.worker(w.config("a", ""), spec)
		w.feed(50)
		w.await("the fold after", 5*time.Minute, w.folded(group))
		if err := after(); err != nil {
			t.Fatal(err)
		}
	}
	if k.plain {
		w.mustEqualPlain(spec)
	} else {
		w.mustEqualFold()
	}
}

func (w *world) judge(want outcome, result error, causes []error) {
	w.t.Helper()
	switch {
	case want.stops == nil && result != nil:
		w.t.Errorf("stopped: %v", result)
	case want.stops != nil && (!errors.Is(result, want.stops) || !strings.Contains(fmt.Sprint(result), want.says)):
		w.t.Errorf("ended with %v, want %v and %q", result, want.stops, want.says)
	}
	if want.stops == nil && !want.may && want.rebuilds != (len(causes) > 0) {
		w.t.Errorf("rebuilt %d times, want it: %t; %v", len(causes), want.rebuilds, causes)
	}
}

// At stake: the table is complete. A kind of request that the runtime comes to send must come with its rows.
func TestFaultTableIsComplete(t *testing.T) {
	virtual(t, func(w *world) {
		for _, spec := range []stream.Spec{tally(tallyInput), quiet()} {
			for range 2 {
				cfg := w.config("a", "")
				cfg.Kafka.ClientID = victim
				stop := w.worker(cfg, spec)
				w.feed(300)
				w.await("the fold", time.Minute, w.folded("t."+spec.Name))
				time.Sleep(cfg.SessionTimeout) // for a heartbeat
				if err := stop(); err != nil {
					t.Fatal(err)
				}
			}
		}
		var table []kmsg.Key
		for _, k := range faultTable {
			table = append(table, k.key)
		}
		sent := w.wire.kinds()
		for key, n := range sent {
			if !slices.Contains(table, key) {
				t.Errorf("%s is sent (%d times) and has no rows", key.Name(), n)
			}
		}
		for _, key := range table {
			if sent[key] == 0 {
				t.Errorf("%s has rows and is never sent", key.Name())
			}
		}
	})
}

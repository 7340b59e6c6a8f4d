package stream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// plain is a stage without state: it copies some records and has nothing to say to the others.
func plain(copies func(r stream.Record) bool) stream.Spec {
	return stream.Spec{Name: "plain", Input: tallyInput, Outputs: []string{"plain"},
		Open: func(int32, int32, []byte) (stream.Task, error) { return plainTask{copies}, nil }}
}

type plainTask struct{ copies func(stream.Record) bool }

func (p plainTask) Step(tx stream.Tx, r stream.Record) error {
	if bytes.HasPrefix(r.Value, []byte("nonsense")) {
		return stream.Poison("word", "nonsense")
	}
	if p.copies(r) {
		tx.Emit(stream.Output{Topic: "plain", Partition: r.Partition, Key: r.Key, Value: fmt.Appendf(nil, "%d %s", r.Offset, r.Value)})
	}
	return nil
}

func (plainTask) Drain(stream.Tx) (bool, error) { return false, nil }
func (plainTask) Meta() ([]byte, error)         { return nil, nil }

// At stake: a stage without state is exactly-once too, and one that writes nothing at all still moves its offsets, so
// that it does not read everything again after a restart.
func TestStateless(t *testing.T) { both(t, stateless) }

func stateless(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		copies func(stream.Record) bool
	}{
		{"some", func(r stream.Record) bool { return r.Offset%3 == 0 }},
		{"none", func(stream.Record) bool { return false }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			spec := plain(c.copies)
			for i := range 3 {
				var records atomic.Int64
				cfg := w.config("a", "")
				cfg.Observer = stream.Tee(testLog(t), &stream.Observer{TransactionCommitted: func(i stream.TransactionInfo) { records.Add(int64(i.Records)) }})
				streamtest.AbortOneIn(&cfg, 4, uint64(i))
				streamtest.FailOneIn(&cfg, 60, uint64(i))
				stop := w.worker(cfg, spec)
				for range 4 {
					w.feed(100)
				}
				w.wait("the stage", 20*time.Second, w.folded("t.plain"))
				if err := stop(); err != nil {
					t.Fatal(err)
				}
				if n := records.Load(); n < 300 || n > 700 {
					t.Errorf("start %d folded %d records; each start was fed about 450", i, n)
				}
			}
			w.mustEqualPlain(spec)
		})
	}
}

// mustEqualPlain is mustEqualFold for a stage without state.
func (w *world) mustEqualPlain(spec stream.Spec) {
	w.t.Helper()
	want, err := streamtest.Fold(spec, partitions, w.read(tallyInput), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	var lines [][]byte
	for _, o := range want {
		if o.Topic == "plain" {
			lines = append(lines, o.Value)
		}
	}
	w.mustEqual("plain", lines, w.read("plain"))
}

// At stake: programmers' errors in a stage must stop the worker, not loop or corrupt.
func TestStageErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		step func(tx stream.Tx, r stream.Record) error
		want string
	}{
		{"poison after an effect", func(tx stream.Tx, r stream.Record) error {
			tx.Emit(stream.Output{Topic: "plain", Partition: 0})
			return stream.Poison("x", "y")
		}, "after it had acted"},
		{"undeclared topic", func(tx stream.Tx, r stream.Record) error {
			tx.Emit(stream.Output{Topic: "out", Partition: 0})
			return nil
		}, "not among its outputs"},
		{"no such partition", func(tx stream.Tx, r stream.Record) error {
			tx.Emit(stream.Output{Topic: "plain", Partition: 99})
			return nil
		}, "which has 3 partitions"},
		{"stop", func(stream.Tx, stream.Record) error { return fmt.Errorf("%w: enough", stream.ErrStop) }, "enough"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			spec := plain(nil)
			spec.Open = func(int32, int32, []byte) (stream.Task, error) { return stepFunc(c.step), nil }
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			w.feed(10)
			err := stream.Run(ctx, w.config("a", ""), spec)
			if !errors.Is(err, stream.ErrStop) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want a stop that says %q", err, c.want)
			}
			if got := w.read("plain"); len(got) != 0 {
				t.Fatalf("%d records were written all the same", len(got))
			}
		})
	}
}

type stepFunc func(stream.Tx, stream.Record) error

func (f stepFunc) Step(tx stream.Tx, r stream.Record) error { return f(tx, r) }
func (stepFunc) Drain(stream.Tx) (bool, error)              { return false, nil }
func (stepFunc) Meta() ([]byte, error)                      { return nil, nil }

// At stake: every mistake of a configuration is told at once, and missing topics by name.
func TestRefusals(t *testing.T) {
	t.Parallel()
	err := stream.Run(context.Background(), stream.Config{Worker: "a b", Commit: -1, HotSet: -1}, stream.Spec{Name: "x", Lanes: -1})
	if !errors.Is(err, stream.ErrConfig) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"brokers", `worker "a b"`, "commit", "hot_set", "no input", "lanes"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not mentioned in: %v", want, err)
		}
	}
	w := newWorld(t)
	spec := tally("nowhere")
	err = stream.Run(w.deadline(20*time.Second), w.config("a", ""), spec)
	if !errors.Is(err, stream.ErrConfig) || !strings.Contains(err.Error(), "t.nowhere does not exist") {
		t.Fatalf("got %v", err)
	}
	cfg := w.config("a", "")
	cfg.Kafka.Brokers = []string{"127.0.0.1:1"}
	err = stream.Run(w.deadline(60*time.Second), cfg, tally(tallyInput))
	if !errors.Is(err, stream.ErrUnreachable) {
		t.Fatalf("got %v", err)
	}
}

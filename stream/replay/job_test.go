package replay_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/replay"
)

// total is the state of a key: what has been added to it, and how much of it is still to be said.
type total struct{ sum, left uint64 }

func (v *total) AppendState(dst []byte) ([]byte, error) {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, v.sum), v.left), nil
}

func (v *total) Deadlines(yield func(int, int64)) {
	if v.left > 0 {
		yield(0, 0)
	}
}

// adder adds each record's length to its key's sum, says the sum on "sums", and then says "left" one by one, as a drain.
type adder struct {
	p int32
	n byte
}

func (a *adder) Step(tx stream.Tx, r stream.Record) error {
	if len(r.Value) == 0 {
		return stream.Poison("empty", "nothing to add")
	}
	v, err := tx.Get(string(r.Key))
	if err != nil {
		return err
	}
	x, _ := v.(*total)
	if x == nil {
		x = &total{}
	}
	x.sum, x.left = x.sum+uint64(len(r.Value)), 3
	tx.Put(string(r.Key), x)
	a.say(tx, "sums", r.Key, x.sum)
	tx.Emit(stream.Output{Topic: "newest", Partition: a.p, Key: r.Key, Value: fmt.Appendf(nil, "%d of %d", x.sum, a.p)})
	return nil
}

func (a *adder) say(tx stream.Tx, topic string, key []byte, x uint64) {
	a.n++
	tx.Emit(stream.Output{Topic: topic, Partition: a.p, Key: slices.Clone(key), Value: fmt.Appendf(nil, "%d %d %d", a.p, a.n, x)})
}

func (a *adder) Drain(tx stream.Tx) (bool, error) {
	_, key, ok := tx.Head(0)
	if !ok {
		return false, nil
	}
	v, err := tx.Get(key)
	if err != nil {
		return false, err
	}
	x := v.(*total)
	x.left--
	tx.Put(key, x)
	a.say(tx, "left", []byte(key), x.left)
	return true, nil
}

func (a *adder) Meta() ([]byte, error) { return []byte{a.n}, nil }

var adding = stream.Spec{Name: "add", Input: "in", Changelog: "state", Outputs: []string{"sums", "left", "newest"}, Lanes: 1,
	Decode: func(_ string, b []byte) (stream.Value, error) {
		return &total{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}, nil
	},
	Open: func(p, _ int32, _ []byte) (stream.Task, error) { return &adder{p: p}, nil },
}

func placeSums(topic string, key, value []byte) (replay.Place, bool, error) {
	if topic == schemas.TopicDeadLetters {
		rec, err := schemas.Decode(value)
		if err != nil {
			return replay.Place{}, false, err
		}
		d := rec.(*schemas.DeadLetter)
		return replay.Place{Shard: d.Partition, Name: fmt.Sprint(d.Offset)}, true, nil
	}
	if topic == "newest" {
		return replay.Place{Shard: int32(value[len(value)-1] - '0'), Name: string(key), Newest: true}, true, nil
	}
	var p replay.Place
	var n, x int
	if _, err := fmt.Sscanf(string(value), "%d %d %d", &p.Shard, &n, &x); err != nil {
		return p, false, err
	}
	p.Name, p.Line = fmt.Sprint("number ", n), string(key)
	return p, true, nil
}

// recording is a log in memory, and what a worker made of it.
type recording struct {
	topics map[string][][]stream.Record // by partition
	starts map[string]int64
}

func (l *recording) Read(_ context.Context, topic string, p int32, e replay.Extent, yield func(stream.Record) error) error {
	for _, r := range l.topics[topic][p] {
		if r.Offset < e.Start || r.Offset >= e.End || r.Offset < l.starts[topic] {
			continue
		}
		if err := yield(r); err != nil {
			return err
		}
	}
	return nil
}

func (l *recording) put(topic string, p int32, key, value []byte) {
	l.topics[topic][p] = append(l.topics[topic][p], stream.Record{Topic: topic, Partition: p, Offset: int64(len(l.topics[topic][p])), Key: key, Value: value})
}

const halves = 2

// newRecording has n records in each of two partitions, the last poison, and all that follows from them.
func newRecording(t *testing.T, n int) *recording {
	l := &recording{topics: map[string][][]stream.Record{}, starts: map[string]int64{}}
	for _, topic := range []string{"in", "sums", "left", "newest", schemas.TopicDeadLetters} {
		l.topics[topic] = make([][]stream.Record, halves)
	}
	l.topics[schemas.TopicDeadLetters] = l.topics[schemas.TopicDeadLetters][:1]
	for p := range int32(halves) {
		l.put("in", p, []byte("k:x"), nil)
		for i := range n {
			l.put("in", p, fmt.Appendf(nil, "k:%d", i%3), []byte(strings.Repeat("x", 1+i%5)))
		}
		sh, err := replay.Open(&adding, p, halves, stream.NewMemory(), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range l.topics["in"][p] {
			err := sh.Fold(r, func(o stream.Output, _ bool) error {
				to := o.Partition
				if to == stream.ByKey {
					to = 0
				}
				l.put(o.Topic, to, o.Key, o.Value)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return l
}

func (l *recording) job() *replay.Job {
	j := &replay.Job{Spec: adding, Place: placeSums, Shards: []int32{0, 1}, Extents: map[string][]replay.Extent{}, Deletes: map[string]bool{"left": true}, Stores: memories{}}
	for topic, partitions := range l.topics {
		for _, records := range partitions {
			e := replay.Extent{Start: l.starts[topic]}
			if len(records) > 0 {
				e.End = records[len(records)-1].Offset + 1
			}
			j.Extents[topic] = append(j.Extents[topic], e)
			if topic == "in" {
				j.Frontier = append(j.Frontier, e.End)
			}
		}
	}
	j.Now = func(context.Context) ([]int64, error) { return j.Frontier, nil }
	return j
}

type memories struct{}

func (memories) Partition(int32) stream.Store { return stream.NewMemory() }
func (memories) Close() error                 { return nil }

func run(t *testing.T, l *recording, j *replay.Job) *replay.Report {
	t.Helper()
	r, err := j.Run(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func countOf(t *testing.T, r *replay.Report, topic string) replay.Count {
	t.Helper()
	for _, n := range r.Counts {
		if n.Topic == topic {
			return n
		}
	}
	t.Fatal("no count of ", topic)
	return replay.Count{}
}

// At stake: a replay beside workers that go on must neither cry difference at what they have just written, nor call
// equal what nobody wrote.
func TestWhereTheComparisonEnds(t *testing.T) {
	const n = 20
	t.Run("all", func(t *testing.T) {
		l := newRecording(t, n)
		r := run(t, l, l.job())
		if r.Difference != nil || r.Input != 2*(n+1) || countOf(t, r, "sums").Equal != 2*n || countOf(t, r, "left").Equal != 6*n || countOf(t, r, "newest").Equal != 6 {
			t.Errorf("%+v %+v", r, r.Difference)
		}
	})
	t.Run("workers go on", func(t *testing.T) {
		l := newRecording(t, n)
		j := l.job()
		j.Frontier = []int64{n + 1, n - 4}
		j.Now = func(context.Context) ([]int64, error) { return []int64{n + 1, n + 1}, nil }
		r := run(t, l, j)
		if r.Difference != nil || countOf(t, r, "sums").Beyond != 5 || countOf(t, r, "left").Beyond != 15 {
			t.Errorf("%+v %+v", r, r.Difference)
		}
	})
	t.Run("nobody goes on", func(t *testing.T) {
		l := newRecording(t, n)
		j := l.job()
		j.Frontier = []int64{n + 1, n - 4}
		d := run(t, l, j).Difference
		if d == nil || d.Says != "the fold does not make it" || d.Shard != 1 || d.Topic != "left" || d.Input != -1 {
			t.Errorf("%+v", d)
		}
	})
	t.Run("in the middle of a drain", func(t *testing.T) {
		l := newRecording(t, n)
		l.topics["left"][1] = l.topics["left"][1][:3*n-2]
		r := run(t, l, l.job())
		if r.Difference != nil || countOf(t, r, "left").Unfinished != 2 {
			t.Errorf("%+v %+v", r, r.Difference)
		}
	})
	t.Run("a hole in the last drain", func(t *testing.T) {
		l := newRecording(t, n)
		l.topics["left"][1] = slices.Delete(l.topics["left"][1], 3*n-2, 3*n-1)
		d := run(t, l, l.job()).Difference
		if d == nil || d.Says != "it is not recorded" || d.Input != n {
			t.Errorf("%+v", d)
		}
	})
	t.Run("the last record's own output", func(t *testing.T) {
		l := newRecording(t, n)
		l.topics["sums"][1] = l.topics["sums"][1][:n-1]
		if d := run(t, l, l.job()).Difference; d == nil || d.Says != "it is not recorded" {
			t.Errorf("%+v", d)
		}
	})
	t.Run("old outputs are deleted", func(t *testing.T) {
		l := newRecording(t, n)
		l.starts["left"] = 7
		r := run(t, l, l.job())
		if r.Difference != nil || countOf(t, r, "left").Expired != 14 {
			t.Errorf("%+v %+v", r, r.Difference)
		}
	})
	t.Run("old input is deleted", func(t *testing.T) {
		l := newRecording(t, n)
		l.starts["in"] = 1
		if _, err := l.job().Run(t.Context(), l); !errors.Is(err, stream.ErrStop) || !strings.Contains(err.Error(), "the head of in/0 is gone") {
			t.Error(err)
		}
	})
}

// At stake: where a shard's state is written away must not be seen in what it puts out.
func TestFoldWithStateWrittenAway(t *testing.T) {
	l := newRecording(t, 50)
	fold := func(every int) (out []string) {
		sh, err := replay.Open(&adding, 0, halves, stream.NewMemory(), every)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range l.topics["in"][0] {
			if err := sh.Fold(r, func(o stream.Output, _ bool) error {
				out = append(out, o.Topic+string(o.Key)+string(o.Value))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	want := fold(0)
	for _, every := range []int{1, 2, 3, 7, 1000} {
		if got := fold(every); !slices.Equal(got, want) {
			t.Errorf("every %d: %d outputs, want %d, or others", every, len(got), len(want))
		}
	}
}

package stream_test

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"holdfast.example/stream"
)

// tally is the stage the tests run. It uses all a stage can use: entities, two deadline lanes, work that a record
// releases and that takes many drains, a running number over the shard, records to its own input, poison.
//
// Input values: "add N" adds to the key's entity and lets it wait; "tick T" fires what is due; "note FROM NUMBER N"
// is its own, for a group entity; anything else is poison. Output "out", on the shard's own partition: one line a
// change, numbered without a gap, so one lost or doubled line changes all that follow.
func tally(input string) stream.Spec {
	return stream.Spec{
		Name: "tally", Input: input, Changelog: "tally.state", Outputs: []string{"out", input}, SelfTopic: true,
		Lanes:  2,
		Decode: func(_ string, blob []byte) (stream.Value, error) { return decodeCount(blob) },
		Open: func(p, _ int32, meta []byte) (stream.Task, error) {
			t := &tallyTask{shard: p}
			if meta != nil {
				if len(meta) != 33 {
					return nil, fmt.Errorf("tally: meta of %d bytes", len(meta))
				}
				t.index, t.notes = binary.BigEndian.Uint64(meta), binary.BigEndian.Uint64(meta[8:])
				t.now, t.fired = int64(binary.BigEndian.Uint64(meta[16:])), binary.BigEndian.Uint64(meta[24:])
				t.draining = meta[32] == 1
			}
			return t, nil
		},
	}
}

type count struct {
	n, sum int64
	due    [2]int64 // 0: none
}

func decodeCount(b []byte) (*count, error) {
	if len(b) != 32 {
		return nil, fmt.Errorf("tally: state of %d bytes", len(b))
	}
	c := &count{}
	for i, f := range []*int64{&c.n, &c.sum, &c.due[0], &c.due[1]} {
		*f = int64(binary.BigEndian.Uint64(b[8*i:]))
	}
	return c, nil
}

func (c *count) AppendState(dst []byte) ([]byte, error) {
	for _, v := range []int64{c.n, c.sum, c.due[0], c.due[1]} {
		dst = binary.BigEndian.AppendUint64(dst, uint64(v))
	}
	return dst, nil
}

func (c *count) Deadlines(yield func(int, int64)) {
	for lane, at := range c.due {
		if at != 0 {
			yield(lane, at)
		}
	}
}

type tallyTask struct {
	shard        int32
	index, notes uint64
	now          int64
	fired        uint64
	draining     bool
}

func (t *tallyTask) Meta() ([]byte, error) {
	b := binary.BigEndian.AppendUint64(nil, t.index)
	b = binary.BigEndian.AppendUint64(b, t.notes)
	b = binary.BigEndian.AppendUint64(b, uint64(t.now))
	b = binary.BigEndian.AppendUint64(b, t.fired)
	if t.draining {
		return append(b, 1), nil
	}
	return append(b, 0), nil
}

func (t *tallyTask) line(tx stream.Tx, what, key string, c *count) {
	tx.Emit(stream.Output{Topic: "out", Partition: t.shard, Key: []byte(key),
		Value: fmt.Appendf(nil, "%d %s %s n=%d sum=%d due=%v now=%d", t.index, what, key, c.n, c.sum, c.due, t.now)})
	t.index++
}

func (t *tallyTask) get(tx stream.Tx, key string) (*count, error) {
	v, err := tx.Get(key)
	if err != nil || v == nil {
		return &count{}, err
	}
	return v.(*count), nil
}

func (t *tallyTask) Step(tx stream.Tx, r stream.Record) error {
	word, rest, _ := strings.Cut(string(r.Value), " ")
	key := string(r.Key)
	switch word {
	case "add":
		n, err := strconv.ParseInt(rest, 10, 64)
		if err != nil {
			return stream.Poison("number", "value: %q is no number", rest)
		}
		c, err := t.get(tx, key)
		if err != nil {
			return err
		}
		c.n, c.sum = c.n+1, c.sum*31+n
		c.due[n&1] = t.now + 1 + n%5
		tx.Put(key, c)
		t.line(tx, "add", key, c)
	case "note":
		c, err := t.get(tx, key)
		if err != nil {
			return err
		}
		_, _, n, err := parseNote(r.Value)
		if err != nil {
			return err
		}
		c.n, c.sum = c.n+1, c.sum*31+n
		tx.Put(key, c)
		t.line(tx, "note", key, c)
	case "tick":
		at, err := strconv.ParseInt(rest, 10, 64)
		if err != nil || at <= t.now {
			return stream.Poison("tick", "value: %q is no later tick", rest)
		}
		t.now, t.draining, t.fired = at, true, 0
	default:
		return stream.Poison("word", "value: %q is unknown", word)
	}
	return nil
}

// Drain fires one deadline. The third of every entity removes it; firing tells a group.
func (t *tallyTask) Drain(tx stream.Tx) (bool, error) {
	if !t.draining {
		return false, nil
	}
	for lane := range 2 {
		at, key, ok := tx.Head(lane)
		if !ok || at > t.now {
			continue
		}
		c, err := t.get(tx, key)
		if err != nil {
			return false, err
		}
		c.due[lane] = 0
		t.fired++
		t.line(tx, "fire", key, c)
		if c.n%3 == 0 {
			tx.Delete(key)
		} else {
			tx.Put(key, c)
		}
		group := fmt.Sprintf("group:%d", c.sum&3)
		tx.Emit(stream.Output{Topic: tallyInput, Partition: stream.ByKey, Key: []byte(group),
			Value: fmt.Appendf(nil, "note %d %d %d", t.shard, t.notes, c.sum&0xff)})
		t.notes++
		return true, nil
	}
	t.draining = false
	t.line(tx, "drained", "-", &count{n: int64(t.fired)})
	return false, nil
}

const tallyInput = "input"

func parseNote(value []byte) (from int32, number uint64, n int64, err error) {
	_, err = fmt.Sscanf(string(value), "note %d %d %d", &from, &number, &n)
	return from, number, n, err
}

// tallySelf tells a note from other input.
func tallySelf(r stream.Record) (int32, uint64, bool) {
	from, number, _, err := parseNote(r.Value)
	return from, number, err == nil
}

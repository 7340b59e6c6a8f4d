package stream

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// cell is a Value for tests: a number and its deadlines.
type cell struct {
	n   int64
	due []Due
}

func (c *cell) AppendState(dst []byte) ([]byte, error) {
	return appendDue(binary.AppendVarint(dst, c.n), c.due), nil
}

func (c *cell) Deadlines(yield func(int, int64)) {
	for _, d := range c.due {
		yield(d.Lane, d.At)
	}
}

func decodeCell(_ string, b []byte) (Value, error) {
	r := reader{b: b}
	c := &cell{n: r.varint("n")}
	if r.err != nil {
		return nil, r.err
	}
	due, _, err := parseDue(r.b)
	c.due = due
	return c, err
}

var cellSpec = Spec{Name: "cell", Input: "in", Changelog: "log", Lanes: 3, Decode: decodeCell}

// At stake: State is a map with a sorted list of deadlines, and an abort, a commit, an eviction from the hot set or a
// new start over the same store change nothing that a map under a transaction would not. The oracle is that map.
func TestStateAgainstMap(t *testing.T) {
	eachStores(t, func(t *testing.T, open func(*testing.T) Stores, outlives bool) {
		rapid.Check(t, func(r *rapid.T) {
			all := open(t)
			defer func() { _ = all.Close() }()
			store := all.Partition(0)
			if err := store.Reset(); err != nil {
				r.Fatal(err)
			}
			s, err := NewState(store, &cellSpec, 3)
			if err != nil {
				r.Fatal(err)
			}
			committed, now := map[string]cell{}, map[string]cell{}
			at := Position{}
			key := rapid.Custom(func(r *rapid.T) string { return fmt.Sprintf("e:%d", rapid.IntRange(0, 7).Draw(r, "entity")) })
			for range rapid.IntRange(1, 60).Draw(r, "steps") {
				switch what := rapid.IntRange(0, 11).Draw(r, "what"); {
				case what < 5:
					k := key.Draw(r, "key")
					v, err := s.Get(k)
					if err != nil {
						r.Fatal(err)
					}
					c, _ := v.(*cell)
					if c == nil {
						c = &cell{}
					}
					c.n++ // in place
					c.due = nil
					for lane := range 3 {
						if rapid.Bool().Draw(r, "waits") {
							c.due = append(c.due, Due{lane, rapid.Int64Range(0, 5).Draw(r, "at")})
						}
					}
					s.Put(k, c)
					now[k] = cell{c.n, slices.Clone(c.due)}
				case what < 7:
					k := key.Draw(r, "key")
					s.Delete(k)
					delete(now, k)
				case what < 9:
					at.Next++
					if err := s.Commit([]byte{1}, at); err != nil {
						r.Fatal(err)
					}
					committed = copyCells(now)
				case what < 10:
					s.Abort()
					now = copyCells(committed)
				default:
					if s, err = NewState(store, &cellSpec, 3); err != nil {
						r.Fatal(err)
					}
					now = copyCells(committed)
				}
				checkState(r, s, now)
			}
		})
	})
}

func copyCells(m map[string]cell) map[string]cell {
	c := make(map[string]cell, len(m))
	for k, v := range m {
		c[k] = cell{v.n, slices.Clone(v.due)}
	}
	return c
}

func checkState(r *rapid.T, s *State, want map[string]cell) {
	for i := range 8 {
		k := fmt.Sprintf("e:%d", i)
		v, err := s.Get(k)
		if err != nil {
			r.Fatal(err)
		}
		w, ok := want[k]
		if !ok {
			if v != nil {
				r.Fatalf("%s: got %v, want nothing", k, v)
			}
			continue
		}
		if c := v.(*cell); c.n != w.n || !slices.Equal(c.due, w.due) {
			r.Fatalf("%s: got %v, want %v", k, *c, w)
		}
	}
	for lane := range 3 {
		var waiting []due
		for k, c := range want {
			for _, d := range c.due {
				if d.Lane == lane {
					waiting = append(waiting, due{d.At, k})
				}
			}
		}
		slices.SortFunc(waiting, func(a, b due) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.key, b.key)) })
		at, key, ok := s.Head(lane)
		if ok != (len(waiting) > 0) || ok && (due{at, key}) != waiting[0] {
			r.Fatalf("lane %d: head %d %s %t, want the first of %v", lane, at, key, ok, waiting)
		}
	}
}

// At stake: a Get of an absent entity is nil itself, not a Value that holds nil.
func TestAbsentIsNil(t *testing.T) {
	s, err := NewState(NewMemory(), &cellSpec, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.Put("e:1", &cell{})
	s.Delete("e:1")
	for _, k := range []string{"e:1", "e:2"} {
		if v, err := s.Get(k); v != nil || err != nil {
			t.Fatalf("%s: %v, %v", k, v, err)
		}
	}
}

// At stake: bytes from the changelog or the disk, damaged in any way, are refused and never crash a worker; what is
// accepted is written back the same.
func FuzzEntry(f *testing.F) {
	good, _, err := appendEntry(nil, []Due{{0, 5}, {2, -1}}, (&cell{n: 7}).AppendState)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{})
	f.Add([]byte{1})
	f.Add([]byte{2, 0})
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		due, blob, err := parseEntry(b)
		if err != nil {
			return
		}
		again, at, err := appendEntry(nil, due, func(dst []byte) ([]byte, error) { return append(dst, blob...), nil })
		if err != nil {
			t.Fatal(err)
		}
		due2, blob2, err := parseEntry(again)
		if err != nil || !slices.Equal(due, due2) || !bytes.Equal(blob, blob2) || !bytes.Equal(again[at:], blob) {
			t.Fatalf("%x came back as %x (%v)", b, again, err)
		}
	})
}

func FuzzMeta(f *testing.F) {
	f.Add(Meta{Partitions: 3, Frontier: 1 << 40, Transactions: 1, In: 2, Out: 3, Dead: 4, Task: []byte("task")}.append(nil))
	f.Add([]byte{1})
	f.Add([]byte{1, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseMeta(b)
		if err != nil {
			return
		}
		if m.Frontier < 0 || m.Partitions < 1 {
			t.Fatalf("%x was read as %+v", b, m)
		}
		again, err := parseMeta(m.append(nil))
		if err != nil || again.Frontier != m.Frontier || again.Partitions != m.Partitions || !bytes.Equal(again.Task, m.Task) || again.In != m.In || again.Out != m.Out || again.Dead != m.Dead || again.Transactions != m.Transactions {
			t.Fatalf("%x came back as %+v (%v)", b, again, err)
		}
	})
}

func FuzzPosition(f *testing.F) {
	f.Add(appendPosition(nil, Position{Cluster: "c", Topic: "t", TopicID: [16]byte{1}, Partition: 2, Next: 3, AppendMS: 4}))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := parsePosition(b)
		if !ok {
			return
		}
		if again, ok := parsePosition(appendPosition(nil, p)); !ok || again != p {
			t.Fatalf("%x came back as %+v", b, again)
		}
	})
}

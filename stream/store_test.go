package stream

import (
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// eachStores runs a test over all that must behave alike; outlives says whether what a store holds survives its owner.
func eachStores(t *testing.T, f func(t *testing.T, open func(*testing.T) Stores, outlives bool)) {
	log := slog.New(slog.DiscardHandler)
	t.Run("memory", func(t *testing.T) {
		f(t, func(*testing.T) Stores { return memories{} }, false)
	})
	t.Run("disk", func(t *testing.T) {
		dir := t.TempDir()
		f(t, func(t *testing.T) Stores {
			s, err := OpenDisk(dir, 1<<20, log)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}, true)
	})
}

// At stake: a store is a map with a meta record and a position, whole or not at all; two partitions do not see each
// other; what was applied is there after the database is opened again.
func TestStoreConformance(t *testing.T) {
	eachStores(t, func(t *testing.T, open func(*testing.T) Stores, outlives bool) {
		rapid.Check(t, func(r *rapid.T) {
			all := open(t)
			defer func() { _ = all.Close() }()
			b := &bench{r: r, model: map[int32]*storeModel{}, stores: map[int32]Store{}}
			for _, p := range []int32{0, 1, 1 << 20} {
				b.stores[p], b.model[p] = all.Partition(p), newStoreModel()
				if err := b.stores[p].Reset(); err != nil {
					r.Fatal(err)
				}
			}
			for range rapid.IntRange(1, 30).Draw(r, "steps") {
				p := rapid.SampledFrom([]int32{0, 1, 1 << 20}).Draw(r, "partition")
				switch rapid.IntRange(0, 9).Draw(r, "what") {
				case 0:
					if err := b.stores[p].Reset(); err != nil {
						r.Fatal(err)
					}
					b.model[p] = newStoreModel()
				case 1:
					if !outlives {
						continue
					}
					if err := all.Close(); err != nil {
						r.Fatal(err)
					}
					all = open(t)
					for p := range b.stores {
						b.stores[p] = all.Partition(p)
					}
				default:
					b.apply(p)
				}
				for p := range b.stores {
					b.check(p)
				}
			}
		})
	})
}

// storeModel is what a store must be: two maps, a meta record and a position.
type storeModel struct {
	blobs map[string][]byte
	due   map[string][]Due
	meta  []byte
	at    Position
	ok    bool
}

func newStoreModel() *storeModel {
	return &storeModel{blobs: map[string][]byte{}, due: map[string][]Due{}}
}

// storeKeys hold the letters and bytes the disk's own keys are made of.
var storeKeys = []string{"", "a", "b", "ab", "d", "m", "p", "s", "\x00", "\xff", "entity:1"}

// bench is stores beside their models.
type bench struct {
	r      *rapid.T
	model  map[int32]*storeModel
	stores map[int32]Store
}

func (b *bench) apply(p int32) {
	r, m := b.r, b.model[p]
	var changes []Change
	for range rapid.IntRange(0, 5).Draw(r, "changes") {
		c := Change{Key: rapid.SampledFrom(storeKeys).Draw(r, "key")}
		delete(m.blobs, c.Key)
		delete(m.due, c.Key)
		if rapid.Bool().Draw(r, "put") {
			c.Blob = rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(r, "blob")
			m.blobs[c.Key] = c.Blob
			for lane := range rapid.IntRange(0, 2).Draw(r, "lanes") {
				c.Due = append(c.Due, Due{lane, rapid.Int64().Draw(r, "at")})
				m.due[c.Key] = c.Due
			}
		}
		changes = append(changes, c)
	}
	var meta []byte
	if rapid.Bool().Draw(r, "meta") {
		meta = rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(r, "meta bytes")
		m.meta = meta
	}
	m.at = Position{Cluster: "c", Topic: "t", TopicID: [16]byte{1}, Partition: p, Next: rapid.Int64().Draw(r, "next"), AppendMS: rapid.Int64().Draw(r, "ms")}
	m.ok = true
	if err := b.stores[p].Apply(changes, meta, m.at); err != nil {
		r.Fatal(err)
	}
}

func (b *bench) check(p int32) {
	r, s, m := b.r, b.stores[p], b.model[p]
	for _, k := range storeKeys {
		if got, err := s.Get(k); err != nil || !reflect.DeepEqual(got, m.blobs[k]) {
			r.Fatalf("get %q of %d: %v, %v; want %v", k, p, got, err, m.blobs[k])
		}
	}
	if got, err := s.Meta(); err != nil || !reflect.DeepEqual(got, m.meta) {
		r.Fatalf("meta of %d: %v, %v; want %v", p, got, err, m.meta)
	}
	if at, ok, err := s.Position(); err != nil || ok != m.ok || at != m.at {
		r.Fatalf("position of %d: %v %v %v; want %v %v", p, at, ok, err, m.at, m.ok)
	}
	var keys []string
	due := map[string][]Due{}
	err := s.Scan(func(k string, d []Due) error {
		keys, due[k] = append(keys, k), slices.Clone(d)
		return nil
	})
	if err != nil || !slices.IsSorted(keys) || !maps.EqualFunc(due, m.due, slices.Equal[[]Due]) {
		r.Fatalf("scan of %d: %v %v; want %v", p, due, err, m.due)
	}
	stop := errors.New("enough")
	if err := s.Scan(func(string, []Due) error { return stop }); len(m.due) > 0 && !errors.Is(err, stop) {
		r.Fatalf("scan swallowed the caller's error: %v", err)
	}
}

// At stake: a damaged copy must not keep a worker from starting; the changelog has it all.
func TestDamagedDisk(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	s, err := OpenDisk(dir, 1<<20, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Partition(0).Apply([]Change{{Key: "a", Blob: []byte("x")}}, []byte("m"), Position{Next: 3}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "MANIFEST-*"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no manifest: %v", err)
	}
	for _, f := range found {
		if err := os.WriteFile(f, []byte("not a manifest at all, but long enough to be read"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if s, err = OpenDisk(dir, 1<<20, log); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, ok, err := s.Partition(0).Position(); ok || err != nil {
		t.Fatalf("the damaged store still has a position (%v)", err)
	}
}

// At stake: a store that another process uses must be refused, never deleted.
func TestDiskInUse(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	s, err := OpenDisk(dir, 1<<20, log)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Partition(0).Apply(nil, []byte("m"), Position{Next: 3}); err != nil {
		t.Fatal(err)
	}
	if second, err := OpenDisk(dir, 1<<20, log); err == nil {
		_ = second.Close()
		t.Fatal("a store in use was opened twice")
	}
	if at, ok, err := s.Partition(0).Position(); at.Next != 3 || !ok || err != nil {
		t.Fatalf("the store in use was harmed: %v %v %v", at, ok, err)
	}
}

package stream_test

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// swap puts a copy of one folder in another's place.
func swap(t testing.TB, to, from string) {
	t.Helper()
	if err := errors.Join(os.RemoveAll(to), os.CopyFS(to, os.DirFS(from))); err != nil {
		t.Fatal(err)
	}
}

// At stake: a machine that comes back with yesterday's disk. Worker processes are killed, and the disk of an earlier
// death, write-ahead log and all, is put back in place of the last one's.
func TestDiskOfYesterday(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir, old := t.TempDir(), filepath.Join(t.TempDir(), "old")
	_ = w.broken("a", dir, "applied", 60, syscall.SIGKILL).Wait()
	swap(t, old, dir)
	_ = w.broken("a", dir, "flushed", 9, syscall.SIGKILL).Wait()
	w.session(w.config("a", ""), 300) // and moves on without any disk
	swap(t, dir, old)
	used := 0
	for _, i := range w.session(w.config("a", dir), 300) {
		if i.From > 0 && i.Entries > 0 && i.Discarded == "" {
			used++
		}
	}
	if used == 0 {
		t.Error("no shard went on from the old disk")
	}
	w.mustEqualFold()
}

// At stake: a disk that belongs to somebody else, mounted under our name. Another worker's of the same stage is a prefix
// of the same changelog and as good as an old one of ours. One of another partition or of another cluster is told by
// its position and read anew.
func TestDisksOfOthers(t *testing.T) {
	t.Parallel()
	t.Run("another worker", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		dir := t.TempDir()
		w.session(w.config("b", dir), 300)
		w.session(w.config("a", dir), 300)
		swap(t, filepath.Join(dir, "a"), filepath.Join(dir, "b"))
		for _, i := range w.session(w.config("a", dir), 300) {
			if i.From == 0 {
				t.Errorf("partition %d was read from its start, discarded %q", i.Partition, i.Discarded)
			}
		}
		w.mustEqualFold()
	})
	t.Run("another partition", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		cfg := w.config("a", t.TempDir())
		w.session(cfg, 300)
		stores, err := stream.OpenDisk(filepath.Join(cfg.Dir, "a", "tally"), 1<<20, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		meta, err1 := stores.Partition(0).Meta()
		at, _, err2 := stores.Partition(0).Position()
		wrong := []stream.Change{{Key: "entity:1", Blob: make([]byte, 32)}, {Key: "entity:2", Blob: make([]byte, 32)}}
		if err := errors.Join(err1, err2, stores.Partition(1).Apply(wrong, meta, at), stores.Close()); err != nil {
			t.Fatal(err)
		}
		for _, i := range w.session(cfg, 300) {
			if (i.Discarded != "") != (i.Partition == 1) {
				t.Errorf("partition %d: discarded %q", i.Partition, i.Discarded)
			}
		}
		w.mustEqualFold()
	})
	t.Run("another cluster", func(t *testing.T) {
		t.Parallel()
		w, other := newWorld(t), newWorld(t)
		cfg := w.config("a", t.TempDir())
		cfgOther := other.config("a", cfg.Dir)
		other.session(cfgOther, 400)
		w.session(w.config("a", ""), 300)
		for _, i := range w.session(cfg, 300) {
			if !strings.Contains(i.Discarded, "another changelog") {
				t.Errorf("partition %d: discarded %q", i.Partition, i.Discarded)
			}
		}
		w.mustEqualFold()
	})
}

// At stake: a disk that rots. One byte of any file of the store is another one, or the file is cut in half. The damage
// is found: the store is made anew from the changelog, or the worker refuses with a sentence; it never folds on over
// what is not its state.
func TestDamagedStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good, dir := filepath.Join(t.TempDir(), "good"), t.TempDir()
	w.session(w.config("a", dir), 600)
	w.session(w.config("a", dir), 100) // opening it again has written what was in the log to tables
	swap(t, good, dir)
	files, err := filepath.Glob(filepath.Join(good, "a", "tally", "*"))
	if err != nil || len(files) < 4 {
		t.Fatalf("the store has files %v, %v", files, err)
	}
	random := rand.New(rand.NewPCG(3, 3))
	kinds := map[string]int{}
	refusedTimes := 0
	for _, file := range files {
		turns := 1 // of what says where the rest is; three of what holds state
		if ext := filepath.Ext(file); ext == ".sst" || ext == ".log" {
			turns = 3
		}
		for turn := range turns {
			dir := filepath.Join(t.TempDir(), "damaged")
			swap(t, dir, good)
			path := filepath.Join(dir, "a", "tally", filepath.Base(file))
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(b) == 0 {
				continue
			}
			kinds[strings.Trim(filepath.Base(file), "0123456789.-")]++
			if turn == 2 {
				b = b[:len(b)/2]
			} else {
				b[random.IntN(len(b))] ^= 1 << random.IntN(8)
			}
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if !w.survives(dir) {
				refusedTimes++
				w.session(w.config("a", ""), 10)
			}
			w.mustEqualFold()
		}
	}
	if kinds["sst"] == 0 {
		t.Errorf("no table was damaged: %v", kinds)
	}
	t.Logf("damaged %v, refused %d times", kinds, refusedTimes)
}

// survives runs a worker process over the disk and says whether it went on; if not, it must have said what to do. A
// process, because a database that is broken goes on trying for as long as its process lives.
func (w *world) survives(dir string) bool {
	w.t.Helper()
	said := &tail{}
	w.stderr = said
	cmd := w.process("a", dir, 1, 0)
	var ended atomic.Bool
	exit := make(chan error, 1)
	go func() { err := cmd.Wait(); ended.Store(true); exit <- err }()
	w.t.Cleanup(func() { _ = cmd.Process.Kill() })
	w.feed(120)
	w.wait("the fold or an end", 60*time.Second, func() bool { return ended.Load() || w.folded("t.tally")() })
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := <-exit; err == nil {
		return true
	}
	if !said.holds("local store: the disk of "+dir) || !said.holds("delete that folder") {
		w.t.Fatalf("the worker does not say what is wrong and what to do, but:\n%s", said)
	}
	return false
}

// At stake: a worker whose disk fills up ends with one sentence that names the folder and what to do, and has lost
// nothing: on another disk it goes on. The disk is a real file system of 160 KiB, so the user must be root.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=160k"); err != nil {
		t.Skipf("cannot mount a small file system (%v); TestRunOnFullDisk meets the same errors without one", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(small, syscall.MNT_DETACH) })
	w := newWorld(t)
	said := &tail{}
	w.stderr = said
	for turn := range 2 { // the second starts on a disk that is full already
		cmd := w.process("a", small, 1, 0)
		var ended atomic.Bool
		go func() { _ = cmd.Wait(); ended.Store(true) }()
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		w.wait("the worker to stop", 60*time.Second, func() bool {
			if !ended.Load() && w.folded("t.tally")() { // no faster than it folds
				w.feed(300)
			}
			return ended.Load()
		})
		for _, want := range []string{"local store: the disk of " + small, "is full; free space there", "nothing is lost, the state is in Kafka"} {
			if !said.holds(want) {
				t.Fatalf("turn %d: the worker does not say %q, but:\n%s", turn, want, said)
			}
		}
		said.b.Reset()
	}
	w.session(w.config("a", t.TempDir()), 100)
	w.mustEqualFold()
}

// At stake: a host whose clock is wrong by a year, for a while or for ever. A local copy that may have missed a deletion
// is never used, whatever this host takes for the time now or took for it when it wrote the copy; a good one may be
// lost to a clock that is ahead, which costs time only.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	for _, c := range []struct {
		name         string
		wrote, reads time.Duration // how wrong the clock is
		old          bool          // the copy is older than TombstoneLife, by the changelog's times
		discards     bool
	}{
		{"right, young", 0, 0, false, false},
		{"right, old", 0, 0, true, true},
		{"set back, young", 0, -year, false, false},
		{"set back, old", 0, -year, true, true},
		{"set ahead, young", 0, year, false, true},
		{"was ahead, old", year, 0, true, true},
		{"was ahead, young", year, 0, false, true},
		{"was behind, young", -year, 0, false, false},
		{"was behind, old", -year, 0, true, true},
		{"always behind, old", -year, -year, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			wrote, reads := w.config("a", t.TempDir()), w.config("a", "")
			streamtest.ShiftClock(&wrote, c.wrote)
			w.session(wrote, 300)
			w.session(w.config("a", ""), 200) // moves on without this disk
			if c.old {
				// Time passes for the changelog: something was written two hours from now.
				for p := range int32(partitions) {
					r := &kgo.Record{Topic: "t.tally.state", Partition: p, Key: []byte("entity:none"), Timestamp: time.Now().Add(2 * time.Hour)}
					if err := w.cl.ProduceSync(w.deadline(10*time.Second), r).FirstErr(); err != nil {
						t.Fatal(err)
					}
				}
			}
			reads.Dir, reads.TombstoneLife = wrote.Dir, time.Hour
			streamtest.ShiftClock(&reads, c.reads)
			for _, i := range w.session(reads, 200) {
				if (i.Discarded != "") != c.discards {
					t.Errorf("partition %d: discarded %q, from %d", i.Partition, i.Discarded, i.From)
				}
			}
			w.mustEqualFold()
		})
	}
}

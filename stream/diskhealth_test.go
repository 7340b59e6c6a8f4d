package stream

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// tinyFS is a disk in memory with room for so many bytes; after them every write gives refusal.
type tinyFS struct {
	vfs.FS
	left    *atomic.Int64
	refusal error
}

func newTinyFS(room int64, refusal error) tinyFS {
	fs := tinyFS{vfs.NewMem(), new(atomic.Int64), refusal}
	fs.left.Store(room)
	return fs
}

func (f tinyFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	file, err := f.FS.Create(name, c)
	if err != nil {
		return nil, err
	}
	return tinyFile{file, f}, nil
}

func (f tinyFS) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	file, err := f.FS.ReuseForWrite(from, to, c)
	if err != nil {
		return nil, err
	}
	return tinyFile{file, f}, nil
}

type tinyFile struct {
	vfs.File
	fs tinyFS
}

func (f tinyFile) Write(b []byte) (int, error) {
	if f.fs.left.Add(-int64(len(b))) < 0 {
		return 0, &os.PathError{Op: "write", Path: "tiny", Err: f.fs.refusal}
	}
	return f.File.Write(b)
}

// within fails the test if f does not come back.
func within(t *testing.T, limit time.Duration, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("%s does not come back", what)
	}
}

// At stake: a disk that fills up while the store is written, wherever in Pebble that is met (its log, the rotation of
// that log, a flush), is one error that says what to do. It is no panic, it is logged once, and Close comes back.
func TestDiskFillsUp(t *testing.T) {
	for _, c := range []struct {
		name  string
		room  int64
		blob  int
		cause error
		want  string
	}{
		{"log", 64 << 10, 1 << 10, syscall.ENOSPC, "is full; free space there or move state_dir"},
		{"quota", 64 << 10, 1 << 10, syscall.EDQUOT, "is full; free space there or move state_dir"},
		{"rotation or flush", 900 << 10, 64 << 10, syscall.ENOSPC, "is full; free space there or move state_dir"},
		{"large batch", 20 << 20, 9 << 20, syscall.ENOSPC, "is full; free space there or move state_dir"},
		{"broken", 64 << 10, 1 << 10, syscall.EIO, "cannot be written or read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var lines bytes.Buffer
			s, err := openDisk(newTinyFS(c.room, c.cause), "state", 1<<20, slog.New(slog.NewTextHandler(&lines, nil)))
			if err != nil {
				t.Fatal(err)
			}
			store, blob := s.Partition(0), make([]byte, c.blob)
			random := rand.New(rand.NewPCG(1, 1))
			within(t, 30*time.Second, "apply", func() {
				// Pebble writes its log behind our back, so the error comes some applies after the write that met it.
				for i := range int64(1_000_000) {
					for j := range blob {
						blob[j] = byte(random.Uint32())
					}
					if err = store.Apply([]Change{{Key: fmt.Sprint(i % 100), Blob: blob}}, nil, Position{Next: i}); err != nil {
						return
					}
				}
			})
			if !errors.Is(err, ErrStore) || !errors.Is(err, c.cause) || !final(judge(err)) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("apply: %v", err)
			}
			if again := store.Apply(nil, nil, Position{}); !errors.Is(again, ErrStore) {
				t.Fatalf("apply again: %v", again)
			}
			if again := store.Reset(); !errors.Is(again, ErrStore) {
				t.Fatalf("reset: %v", again)
			}
			within(t, 30*time.Second, "close", func() { _ = s.Close() })
			if n := strings.Count(lines.String(), "level=ERROR"); n != 1 {
				t.Fatalf("%d errors logged:\n%s", n, lines.String())
			}
		})
	}
}

// At stake: a start over a full disk ends with the same sentence, and deletes nothing.
func TestDiskFullAtOpen(t *testing.T) {
	for _, room := range []int64{0, 10, 100, 400} {
		fs := newTinyFS(room, syscall.ENOSPC)
		within(t, 30*time.Second, "open", func() {
			s, err := openDisk(fs, "state", 1<<20, slog.New(slog.DiscardHandler))
			if err == nil {
				err = s.Partition(0).Apply(nil, make([]byte, 1<<20), Position{})
				for i := 0; err == nil && i < 1000; i++ {
					err = s.Partition(0).Apply(nil, make([]byte, 1<<20), Position{})
				}
				_ = s.Close()
			}
			if !errors.Is(err, ErrStore) || !strings.Contains(err.Error(), "free space") {
				t.Errorf("room for %d bytes: %v", room, err)
			}
		})
	}
}

// At stake: whoever names a folder that cannot be made is told which setting to change.
func TestStateDirCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := OpenDisk(filepath.Join(file, "worker"), 1<<20, slog.New(slog.DiscardHandler))
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "choose a folder this user may write, in state_dir") || !strings.Contains(err.Error(), file) {
		t.Fatal(err)
	}
}

package stream

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// ErrStore marks an error of the disk under the local store: it is full, or it cannot be written or read. It ends Run
// at once, for a rebuild would meet the same disk. Nothing is lost: the state is in Kafka. The process ends with exit
// code 5.
var ErrStore = errors.New("local store")

// closeLimit is how long the Close of a broken store is waited for. It may wait for a write that never ends.
const closeLimit = 3 * time.Second

// health is what is known of one database's disk. It turns from good to broken once and never back: the first error
// says why, what follows from it is not told.
type health struct {
	dir    string
	log    *slog.Logger
	once   sync.Once
	broken chan struct{}
	cause  error // read it only after broken is closed
}

func newHealth(dir string, log *slog.Logger) *health {
	return &health{dir: dir, log: log, broken: make(chan struct{})}
}

// fail marks the store broken.
func (h *health) fail(cause error) {
	h.once.Do(func() {
		h.cause = storeError(h.dir, cause)
		h.log.Error("local store is broken; the worker stops", "dir", h.dir, "cause", cause)
		close(h.broken)
	})
}

// err returns why the store is broken, nil while it is not.
func (h *health) err() error {
	select {
	case <-h.broken:
		return h.cause
	default:
		return nil
	}
}

// storeError is the one sentence a person reads.
func storeError(dir string, cause error) error {
	if fullDisk(cause) {
		return fmt.Errorf("%w: the disk of %s is full; free space there or move state_dir to a larger disk, then start again; nothing is lost, the state is in Kafka (%w)", ErrStore, dir, cause)
	}
	return fmt.Errorf("%w: the disk of %s cannot be written or read; mend it, or delete that folder, or move state_dir, then start again; nothing is lost, the state is in Kafka (%w)", ErrStore, dir, cause)
}

func fullDisk(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// do runs a call that writes, until it returns or the store is broken. In the second case the call may go on for
// ever, so what it uses must be left to it. A panic of Pebble over an error is an error here.
func (h *health) do(call func() error) error {
	if err := h.err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			switch r := recover().(type) {
			case nil:
			case runtime.Error:
				panic(r) // a programmer's, not the disk's
			case error:
				h.fail(r)
			default:
				panic(r)
			}
		}()
		done <- call()
	}()
	select {
	case err := <-done:
		return err
	case <-h.broken:
		return h.cause
	}
}

// close runs the database's Close, of a broken one for no longer than limit.
func (h *health) close(call func() error, limit time.Duration) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("close store: %v", r)
			}
		}()
		done <- call()
	}()
	select {
	case err := <-done:
		return err
	case <-h.broken:
	}
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		return fmt.Errorf("close of the broken store given up after %v", limit)
	}
}

// guardFS tells health of the first write the disk refuses, and never lets that write return. Pebble has no way on from
// such an error: it panics in goroutines of its own, or while it has released a lock that a deferred call releases
// again, which no recover survives, or tries again without a pause for ever. Whoever waits for the write waits in
// health.do; what is left behind ends with the process. Read errors and other refusals (a file that is not there) pass.
type guardFS struct {
	vfs.FS
	health *health
}

func (g guardFS) Unwrap() vfs.FS { return g.FS }

func (h *health) wrote(err error) error {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EROFS} {
		if errors.Is(err, e) {
			h.fail(err)
			select {}
		}
	}
	return err
}

func (g guardFS) file(f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, g.health.wrote(err)
	}
	return guardFile{f, g.health}, nil
}

func (g guardFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return g.file(g.FS.Create(name, c))
}

func (g guardFS) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return g.file(g.FS.OpenReadWrite(name, c, opts...))
}

func (g guardFS) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return g.file(g.FS.ReuseForWrite(from, to, c))
}

func (g guardFS) OpenDir(name string) (vfs.File, error) { return g.file(g.FS.OpenDir(name)) }
func (g guardFS) Link(from, to string) error            { return g.health.wrote(g.FS.Link(from, to)) }
func (g guardFS) Rename(from, to string) error          { return g.health.wrote(g.FS.Rename(from, to)) }

// guardFile leaves Preallocate alone: Pebble goes on without it.
type guardFile struct {
	vfs.File
	health *health
}

func (f guardFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	return n, f.health.wrote(err)
}

func (f guardFile) WriteAt(b []byte, at int64) (int, error) {
	n, err := f.File.WriteAt(b, at)
	return n, f.health.wrote(err)
}

func (f guardFile) Sync() error     { return f.health.wrote(f.File.Sync()) }
func (f guardFile) SyncData() error { return f.health.wrote(f.File.SyncData()) }

func (f guardFile) SyncTo(n int64) (bool, error) {
	full, err := f.File.SyncTo(n)
	return full, f.health.wrote(err)
}

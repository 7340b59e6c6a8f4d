package stream_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// atPoint lets a worker process send itself a signal the nth time it passes a point, as its environment says. It leaves
// a file as a witness before.
func atPoint(cfg *stream.Config) {
	point, witness := os.Getenv("STREAM_TEST_POINT"), os.Getenv("STREAM_TEST_WITNESS")
	if point == "" {
		return
	}
	nth, _ := strconv.ParseInt(os.Getenv("STREAM_TEST_NTH"), 10, 64)
	signal, _ := strconv.Atoi(os.Getenv("STREAM_TEST_SIGNAL"))
	var passed atomic.Int64
	streamtest.AtPoint(cfg, func(p string) {
		if p != point || passed.Add(1) != nth {
			return
		}
		if err := os.WriteFile(witness, nil, 0o600); err != nil {
			panic(err)
		}
		_ = syscall.Kill(os.Getpid(), syscall.Signal(signal))
		if syscall.Signal(signal) == syscall.SIGKILL {
			select {}
		}
	})
}

// broken starts a worker process that signals itself at the nth passing of a point, and feeds it until it has.
func (w *world) broken(worker, dir, point string, nth int, signal syscall.Signal) *exec.Cmd {
	w.t.Helper()
	witness := filepath.Join(w.t.TempDir(), "witness")
	cmd := w.process(worker, dir, uint64(nth), 0, "STREAM_TEST_POINT="+point, fmt.Sprintf("STREAM_TEST_NTH=%d", nth),
		fmt.Sprintf("STREAM_TEST_SIGNAL=%d", signal), "STREAM_TEST_WITNESS="+witness)
	w.t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(witness); err == nil {
			return cmd
		}
		if time.Now().After(end) {
			w.t.Fatalf("the worker never came to point %s", point)
		}
		w.feed(30)
	}
}

// At stake: the promise at every numbered point. A worker process is killed with SIGKILL at each point of a
// transaction's life, three times each, early and later, with its disk kept and with its disk lost. What was written is
// what the fold writes. A point that was not reached fails.
func TestKillAtEveryPoint(t *testing.T) {
	for _, point := range streamtest.Points() {
		for _, disk := range []string{"kept", "lost"} {
			t.Run(point+"/disk "+disk, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				dir := t.TempDir()
				for i, nth := range []int{1, 3, 14} {
					if point == "opened" {
						nth = i + 1 // each start opens three shards
					}
					cmd := w.broken("a", dir, point, nth, syscall.SIGKILL)
					err := cmd.Wait()
					var exit *exec.ExitError
					if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
						t.Fatalf("the worker ended with %v, not by SIGKILL", err)
					}
					if disk == "lost" {
						if err := os.RemoveAll(filepath.Join(dir, "a")); err != nil {
							t.Fatal(err)
						}
					}
				}
				w.session(w.config("a", dir), 400)
				w.mustEqualFold()
			})
		}
	}
}

// At stake: a process that the operating system stops in the middle of a commit, past session and transaction timeout,
// while another takes its shards over and folds on. When it wakes, what it had in hand must vanish, and it joins again
// or ends.
func TestStoppedProcess(t *testing.T) { both(t, stoppedProcess) }

func stoppedProcess(t *testing.T, open func(testing.TB) *world) {
	for _, point := range []string{"folded", "flushed", "ended"} {
		if exempt(t, point) {
			continue
		}
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			cmd := w.broken("a", t.TempDir(), point, 9, syscall.SIGSTOP)
			cfg := w.config("b", t.TempDir())
			stop := w.worker(cfg, tally(tallyInput))
			w.feed(300)
			w.wait("the other to do it all", 40*time.Second, w.folded("t.tally"))
			// The transaction the sleeper left has run into its timeout, or folded would still see it open.
			if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			w.wait("the sleeper to join again", 40*time.Second, func() bool {
				w.feed(20)
				return len(w.holders()) == 2
			})
			w.feed(300)
			w.wait("the fold", 40*time.Second, w.folded("t.tally"))
			if err := errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()); err != nil {
				t.Errorf("the sleeper ended with %v", err)
			}
			w.feed(100)
			w.wait("the fold", 40*time.Second, w.folded("t.tally"))
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			w.mustEqualFold()
		})
	}
}

// At stake: two processes under one name would fence each other for ever. The older one stops and says why, the newer
// goes on alone, and nothing is lost: whether the older was busy, so that it learns of the newer by its transaction,
// or idle, so that it learns by its heartbeat.
func TestSameNameStopsTheOlder(t *testing.T) { both(t, sameNameStopsTheOlder) }

func sameNameStopsTheOlder(t *testing.T, open func(testing.TB) *world) {
	for _, busy := range []bool{true, false} {
		t.Run(fmt.Sprintf("busy=%t", busy), func(t *testing.T) {
			t.Parallel()
			w := open(t)
			stderr := &tail{}
			w.stderr = stderr
			dir := t.TempDir()
			older := w.process("a", filepath.Join(dir, "older"), 1, 0)
			t.Cleanup(func() { _ = older.Process.Kill() })
			w.feed(100)
			w.wait("the older to fold", 20*time.Second, w.folded("t.tally"))
			var ended atomic.Bool
			exit := make(chan error, 1)
			go func() { err := older.Wait(); ended.Store(true); exit <- err }()
			stop := w.worker(w.config("a", filepath.Join(dir, "newer")), tally(tallyInput))
			w.wait("the older to stop", 30*time.Second, func() bool {
				if busy {
					w.feed(40)
				}
				return ended.Load()
			})
			if err := <-exit; err == nil || !stderr.holds("another process runs under this worker's name; give every worker its own") {
				t.Errorf("the older ended with %v and said:\n%s", err, stderr)
			}
			w.feed(200)
			w.wait("the fold", 30*time.Second, w.folded("t.tally"))
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			w.mustEqualFold()
		})
	}
}

// tail keeps what a process says.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *tail) holds(what string) bool { return strings.Contains(l.String(), what) }

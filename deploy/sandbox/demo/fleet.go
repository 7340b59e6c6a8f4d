package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	createWait = 20 * time.Second
	readyWait  = 30 * time.Second
	stopWait   = 30 * time.Second
	logTail    = 4096 // bytes of a child's log that an error shows
)

// fleet is the children.
type fleet struct {
	binary string
	dir    string
	srv    *servers
	fail   context.CancelCauseFunc
	paths  map[string]string

	mu       sync.Mutex
	children map[string]*child
	peaks    map[string]int64 // by name, KiB
}

// child is one process.
type child struct {
	name    string
	cmd     *exec.Cmd
	log     string
	done    chan struct{} // closed when it has ended
	err     error         // of Wait
	leaving bool          // its end is wanted
}

func newFleet(binary, dir string, s *servers, fail context.CancelCauseFunc) *fleet {
	return &fleet{binary: binary, dir: dir, srv: s, fail: fail, children: map[string]*child{}, peaks: map[string]int64{}}
}

// start creates the topics, starts all children and waits until the webhook answers.
func (f *fleet) start(ctx context.Context) error {
	var err error
	if f.paths, err = configs(f.dir, f.srv); err != nil {
		return err
	}
	create, cancel := context.WithTimeout(ctx, createWait)
	defer cancel()
	cmd := exec.CommandContext(create, f.binary, "topics", "create", "--config", f.paths["capture"])
	cmd.Env = environment(f.srv)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("create the topics: holdfast topics create: %w\n%s", err, out)
	}
	for _, name := range []string{"capture", victim, otherWorker} {
		if err := f.launch(name); err != nil {
			return err
		}
	}
	return f.ready(ctx)
}

// ready waits until the webhook answers its health check.
func (f *fleet) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyWait, fmt.Errorf("waited %v for the webhook at %s, in vain", readyWait, f.srv.webhook))
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.srv.webhook+"/healthz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// launch starts one child and watches it.
func (f *fleet) launch(name string) error {
	path := filepath.Join(f.dir, name+".log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", name, err)
	}
	defer log.Close() // the child has its own
	c := &child{name: name, log: path, done: make(chan struct{}), cmd: exec.Command(f.binary, "run", "--config", f.paths[name])}
	c.cmd.Env, c.cmd.Stdout, c.cmd.Stderr = environment(f.srv), log, log
	if err := c.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	f.mu.Lock()
	f.children[name] = c
	f.mu.Unlock()
	go f.watch(c)
	return nil
}

func (f *fleet) watch(c *child) {
	err := c.cmd.Wait()
	f.mu.Lock()
	c.err = err
	leaving := c.leaving
	if u, ok := c.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		f.peaks[c.name] = max(f.peaks[c.name], kib(u.Maxrss))
	}
	f.mu.Unlock()
	close(c.done)
	if !leaving {
		f.fail(fmt.Errorf("%s ended by itself (%v):\n%s", c.name, c.cmd.ProcessState, tail(c.log)))
	}
}

func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	if len(b) > logTail {
		b = b[len(b)-logTail:]
	}
	return strings.TrimSpace(string(b))
}

func (f *fleet) leave(name string) *child {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.children[name]
	if c != nil {
		c.leaving = true
	}
	return c
}

// kill ends a child as a power cut would, and waits until it is gone.
func (f *fleet) kill(name string) error {
	c := f.leave(name)
	if err := c.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill %s: %w", name, err)
	}
	<-c.done
	return nil
}

// again starts a child that was killed, under its name and on its disk.
func (f *fleet) again(ctx context.Context, name string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return f.launch(name)
}

// stop ends all children as an operator would and checks that each ends well. capture goes first: what it has taken in
// is then folded by the others.
func (f *fleet) stop() error {
	var errs []error
	for _, name := range []string{"capture", victim, otherWorker} {
		c := f.leave(name)
		if c == nil {
			continue
		}
		if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			errs = append(errs, fmt.Errorf("stop %s: %w", name, err))
			continue
		}
		select {
		case <-c.done:
			if c.err != nil {
				errs = append(errs, fmt.Errorf("stop %s: it ended with %w, not 0:\n%s", name, c.err, tail(c.log)))
			}
		case <-time.After(stopWait):
			errs = append(errs, fmt.Errorf("stop %s: still there after %v:\n%s", name, stopWait, tail(c.log)))
		}
	}
	return errors.Join(errs...)
}

// abandon ends whatever is still there; after a clean stop nothing is.
func (f *fleet) abandon() {
	f.mu.Lock()
	var left []*child
	for _, c := range f.children {
		c.leaving = true
		left = append(left, c)
	}
	f.mu.Unlock()
	for _, c := range left {
		select {
		case <-c.done:
		default:
			_ = c.cmd.Process.Kill() // it may have ended this moment
			<-c.done
		}
	}
}

// memory returns the sum of all processes' peaks, this one's included, in KiB, and how many they are. The peaks need not
// fall together, so the sum is an upper bound.
func (f *fleet) memory() (int64, int) {
	var own syscall.Rusage
	total, n := int64(0), 1
	if syscall.Getrusage(syscall.RUSAGE_SELF, &own) == nil {
		total = kib(own.Maxrss)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, peak := range f.peaks {
		total += peak
		n++
	}
	return total, n
}

package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Limits of a process.
const (
	stopLimit = 60 * time.Second // of a clean stop, also while brokers are broken
	logTail   = 6 << 10          // bytes of a log that an error shows
	memory    = "GOMEMLIMIT=300MiB"
)

// Ended is the error of a worker that ended by itself.
type Ended struct {
	Worker string
	Code   int    // exit code, -1 after a signal
	State  string // as the system says it
	Tail   string // the end of its log
}

func (e *Ended) Error() string {
	return fmt.Sprintf("worker %s ended by itself (%s); its log ends:\n%s", e.Worker, e.State, e.Tail)
}

// worker is a place for a process: its name, configuration, log and disk.
type worker struct {
	rig    *Rig
	number int
	name   string // in Kafka
	config string // paths
	log    string
	state  string

	mu sync.Mutex
	p  *process // nil: not running
}

// process is one life of a worker. Its fields but done are guarded by worker.mu until it has ended.
type process struct {
	cmd    *exec.Cmd
	done   chan struct{} // closed when it has ended
	code   int
	state  string
	meant  func(code int, signal syscall.Signal) bool
	worker string // its name
	log    string
	from   int64 // where in the log its life begins
}

func (r *Rig) newWorker(n int) (*worker, error) {
	name := fmt.Sprintf("w%d", n)
	w := &worker{rig: r, number: n, name: name, config: filepath.Join(r.o.Dir, name+".yaml"), log: filepath.Join(r.o.Dir, name+".log"),
		state: filepath.Join(r.o.Dir, "state", name)}
	if err := os.MkdirAll(w.state, 0o700); err != nil {
		return nil, fmt.Errorf("make the disk of %s: %w", name, err)
	}
	return w, w.configure()
}

// configure writes the configuration with which the worker starts next.
func (w *worker) configure() error {
	if err := os.WriteFile(w.config, []byte(w.rig.o.settings(w.name, w.state)), 0o600); err != nil {
		return fmt.Errorf("write the configuration of %s: %w", w.name, err)
	}
	return nil
}

func (r *Rig) worker(n int) *worker { return r.workers[n-1] }

// launch starts a process of the configuration. An end that meant does not approve of fails the rig; nil approves of none.
func (w *worker) launch(log, config string, meant func(int, syscall.Signal) bool, env ...string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", w.name, err)
	}
	defer out.Close() // the child has its own
	at, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(w.rig.o.Binary, "run", "--config", config)
	cmd.Env = append(append(append(os.Environ(), memory), w.rig.o.Env...), env...)
	cmd.SysProcAttr = ownGroup()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", w.name, err)
	}
	p := &process{cmd: cmd, done: make(chan struct{}), meant: meant, worker: w.name, log: log, from: at}
	go w.await(p)
	return p, nil
}

// await waits until the process has ended for good.
func (w *worker) await(p *process) {
	_ = p.cmd.Wait() // the state says it all
	state := p.cmd.ProcessState
	status, _ := state.Sys().(syscall.WaitStatus)
	var signal syscall.Signal
	if status.Signaled() {
		signal = status.Signal()
	}
	w.mu.Lock()
	p.code, p.state = state.ExitCode(), state.String()
	if w.p == p {
		w.p = nil
	}
	meant := p.meant
	w.mu.Unlock()
	if meant == nil || !meant(p.code, signal) {
		w.rig.fail(&Ended{Worker: w.name, Code: p.code, State: p.state, Tail: tail(p.log)})
	}
	close(p.done)
}

func anyEnd(int, syscall.Signal) bool { return true }

func cleanEnd(code int, _ syscall.Signal) bool { return code == 0 }

func killedEnd(_ int, s syscall.Signal) bool { return s == syscall.SIGKILL }

func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(b[max(0, len(b)-logTail):]))
}

// Start starts worker n, with env beyond that of all, e.g. HOLDFAST_TEST_FAULTS=point=flushed,nth=9.
func (r *Rig) Start(n int, env ...string) error {
	_, err := r.start(n, nil, env...)
	return err
}

func (r *Rig) start(n int, meant func(int, syscall.Signal) bool, env ...string) (*process, error) {
	w := r.worker(n)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.p != nil {
		return nil, fmt.Errorf("start %s: it is running", w.name)
	}
	p, err := w.launch(w.log, w.config, meant, env...)
	if err == nil {
		w.p = p
	}
	return p, err
}

// StartAll starts every worker that runs all the time and is not running.
func (r *Rig) StartAll() error {
	for n := 1; n <= r.o.Workers; n++ {
		if r.Running(n) {
			continue
		}
		if err := r.Start(n); err != nil {
			return err
		}
	}
	return nil
}

// Running says whether worker n has a process.
func (r *Rig) Running(n int) bool { return r.worker(n).process() != nil }

func (w *worker) process() *process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.p
}

// Kill ends worker n as a power cut would, and waits until it is gone.
func (r *Rig) Kill(n int) error {
	if !r.worker(n).kill() {
		return fmt.Errorf("kill w%d: it is not running", n)
	}
	return nil
}

func (w *worker) kill() bool {
	p := w.meaning(anyEnd)
	if p == nil {
		return false
	}
	_ = w.send(p, syscall.SIGKILL) // it may have ended this moment
	<-p.done
	return true
}

// meaning says which end of the worker's process is in order from now on, and returns the process.
func (w *worker) meaning(meant func(int, syscall.Signal) bool) *process {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.p != nil {
		w.p.meant = meant
	}
	return w.p
}

// Pause stops worker n without its noticing; Resume lets it go on.
func (r *Rig) Pause(n int) error { return r.worker(n).signal(syscall.SIGSTOP) }

// Resume lets a paused worker go on.
func (r *Rig) Resume(n int) error { return r.worker(n).signal(syscall.SIGCONT) }

func (w *worker) signal(s syscall.Signal) error {
	p := w.process()
	if p == nil {
		return fmt.Errorf("signal %s: it is not running", w.name)
	}
	return w.send(p, s)
}

func (w *worker) send(p *process, s syscall.Signal) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := p.cmd.Process.Signal(s); err != nil {
		return fmt.Errorf("signal %s: %w", w.name, err)
	}
	return nil
}

// Term ends worker n as an operator would, and waits until it has ended with exit code 0.
func (r *Rig) Term(ctx context.Context, n int) error {
	w := r.worker(n)
	p := w.meaning(cleanEnd)
	if p == nil {
		return fmt.Errorf("stop %s: it is not running", w.name)
	}
	return w.term(ctx, p)
}

func (w *worker) term(ctx context.Context, p *process) error {
	if err := w.send(p, syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	err := w.rig.until(ctx, stopLimit, w.name+" to end after SIGTERM", func(context.Context) (bool, error) { return p.ended(), nil })
	if err == nil && p.code != 0 {
		err = &Ended{Worker: w.name, Code: p.code, State: p.state, Tail: tail(w.log)}
	}
	return err
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// said returns what the process has logged in its life.
func (p *process) said() string {
	f, err := os.Open(p.log)
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	b := make([]byte, max(0, info.Size()-p.from))
	n, _ := f.ReadAt(b, p.from) // a line may be half written; what is there is looked at
	return string(b[:n])
}

// Stop ends all workers as an operator would, one after the other.
func (r *Rig) Stop(ctx context.Context) error {
	for _, w := range r.workers {
		if w.process() == nil {
			continue
		}
		if err := r.Term(ctx, w.number); err != nil {
			return err
		}
	}
	return nil
}

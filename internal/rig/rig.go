// Package rig is a small installation under load that can be broken: real holdfast processes, each with its name, its
// configuration file and its disk; raw topics that are fed as capture would; and a closed list of faults. The soak and
// the mutants stand on it. It judges nothing: whether all was accounted for once is internal/audit's to say.
//
// # What it is made of
//
//	worker.go   processes: start, kill, pause, go on, end cleanly; one that ends by itself fails the rig
//	world.go    the conversations that are told, out of a seed; body.go their bytes; record.go capture's records of them
//	feed.go     the records into the raw topics; life.go the life signs that let the clock's through move
//	watch.go    what the brokers say of the groups and the clock; folded.go waits until nothing is left
//	kinds.go    the faults, as data; the rest by what they break: processes, disks.go, brokers.go, groups.go
//
// # Invariants
//
//  1. The same seed tells the same records in the same order, and makes the same choices within a fault. When a fault
//     meets what is not in the seed: the machine decides.
//  2. A record is fed until it is acknowledged. What was sent and not acknowledged is sent again, as SQS does; so the
//     raw topics hold every record once or more, and how many they hold is counted there.
//  3. A life sign claims only what was acknowledged before it began to be written, so the clock is told the truth.
//  4. A worker that ends by itself, where no fault meant it to, ends every wait of the rig with *Ended: its exit code and
//     the end of its log.
//  5. Every wait has a deadline of its own or its context's. After Close no process of the rig is left.
//
// # How it is stored
//
// Below Options.Dir: w1.yaml and w1.log, ... of each worker; state/w1, its disk; yesterday/w1, an old copy of it.
package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream"
)

// Cluster is a cluster whose brokers can be broken; they count from 1.
type Cluster interface {
	Bootstrap() []string
	Brokers() int
	Kill(i int) error                         // SIGKILL
	Pause(i int) error                        // SIGSTOP
	Resume(i int) error                       // SIGCONT
	Restart(ctx context.Context, i int) error // starts it again on its own data, until it answers
}

// Options say what to build. Binary, Brokers and Dir are needed.
type Options struct {
	Binary  string   // holdfast; built with -tags faultpoints where workers shall break themselves (Build)
	Brokers []string // host:port
	Cluster Cluster  // nil: its brokers cannot be broken, and the kinds that need it do not fire
	Dir     string   // is made

	Profile     string // of the topics: full (default) or embedded, for the in-process broker
	Replication int    // default 3; 1 with embedded
	Boot        int64  // of the in-process broker
	Prefix      string // default "rig."
	Partitions  int32  // default 6
	Workers     int    // that run all the time, default 2; worker Workers+1 is the one that joins and leaves
	Seed        uint64
	Pace        int      // the times of fold and clock are so many times shorter; 0 is 1
	Env         []string // of every worker, e.g. HOLDFAST_TEST_FAULTS=abort=5

	Settle time.Duration // correlate.settle of the first regime, default 2 s

	Session     time.Duration // session timeout, default 4 s; the brokers' group.min.session.timeout.ms must allow it
	Transaction time.Duration // transaction timeout, default 5 s

	Logf func(format string, args ...any) // what happens, one line each; nil: nobody reads it
}

// Rig is one installation. Its methods may be called from several goroutines, though of one worker only one at a time.
type Rig struct {
	o       Options
	kafka   stream.Kafka
	client  *kgo.Client
	admin   *kadm.Client
	publish *stream.Publisher
	workers []*worker // by number - 1; one more than Options.Workers

	ctx  context.Context // ends with the first failure, its cause
	fail context.CancelCauseFunc
	done sync.WaitGroup // goroutines of the rig

	feeding sync.Mutex // held while records are on their way and not acknowledged
	world   *world     // guarded by feeding
	fed     atomic.Int64
	signs   signs
	watch   watch
}

// Build builds ./cmd/holdfast of the module in folder source with the faults compiled in, and returns the program's
// path below dir. more are further arguments of go build, such as -overlay=file.
func Build(ctx context.Context, source, dir string, more ...string) (string, error) {
	out, err := filepath.Abs(filepath.Join(dir, "holdfast"))
	if err != nil {
		return "", err
	}
	args := append([]string{"build", "-buildvcs=false", "-tags", "faultpoints", "-o", out}, more...)
	cmd := exec.CommandContext(ctx, "go", append(args, "./cmd/holdfast")...)
	cmd.Dir = source
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build holdfast: %w\n%s", err, text)
	}
	return out, nil
}

// New creates the topics by holdfast itself and begins to write life signs and to watch. It starts no worker.
func New(ctx context.Context, o Options) (_ *Rig, err error) {
	if o, err = o.complete(); err != nil {
		return nil, err
	}
	r := &Rig{o: o, kafka: stream.Kafka{Brokers: o.Brokers, Prefix: o.Prefix, Boot: o.Boot, ClientID: "rig"}, world: newWorld(o.Seed)}
	r.ctx, r.fail = context.WithCancelCause(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			_ = r.Close()
		}
	}()
	if err := os.MkdirAll(filepath.Join(o.Dir, "yesterday"), 0o700); err != nil {
		return nil, fmt.Errorf("make the rig's folder: %w", err)
	}
	for n := 1; n <= o.Workers+1; n++ {
		w, err := r.newWorker(n)
		if err != nil {
			return nil, err
		}
		r.workers = append(r.workers, w)
	}
	opts, err := r.kafka.Options()
	if err != nil {
		return nil, err
	}
	if r.client, err = kgo.NewClient(opts...); err != nil {
		return nil, fmt.Errorf("open client: %w", err)
	}
	r.admin = kadm.NewClient(r.client)
	if r.publish, err = stream.NewPublisher(r.kafka); err != nil {
		return nil, err
	}
	if err := r.createTopics(ctx); err != nil {
		return nil, err
	}
	if err := r.signs.begin(ctx, r); err != nil {
		return nil, err
	}
	if err := r.watch.begin(r); err != nil {
		return nil, err
	}
	return r, nil
}

func (o Options) complete() (Options, error) {
	if o.Binary == "" || len(o.Brokers) == 0 || o.Dir == "" {
		return o, errors.New("build a rig: it needs a program, brokers and a folder")
	}
	def(&o.Profile, "full")
	def(&o.Prefix, "rig.")
	def(&o.Partitions, 6)
	def(&o.Workers, 2)
	def(&o.Settle, settle)
	def(&o.Session, 4*time.Second)
	def(&o.Transaction, 5*time.Second)
	def(&o.Replication, map[string]int{"embedded": 1}[o.Profile])
	def(&o.Replication, 3)
	if o.Logf == nil {
		o.Logf = func(string, ...any) {}
	}
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return o, err
	}
	o.Binary, err = filepath.Abs(o.Binary)
	return o, err
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// createTopics does it as an operator would.
func (r *Rig) createTopics(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, r.o.Binary, "topics", "create", "--config", r.workers[0].config)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("holdfast topics create: %w\n%s", err, out)
	}
	return nil
}

// Workers is how many run all the time.
func (r *Rig) Workers() int { return r.o.Workers }

// Fed is how many records were fed and acknowledged, foreign ones included.
func (r *Rig) Fed() int64 { return r.fed.Load() }

// Failed returns why the rig cannot go on, or nil.
func (r *Rig) Failed() error { return context.Cause(r.ctx) }

// Done is closed when the rig cannot go on.
func (r *Rig) Done() <-chan struct{} { return r.ctx.Done() }

// errClosed is the cause after Close.
var errClosed = errors.New("the rig was closed")

// Close kills what still runs and ends the rig's own work. What lies in Options.Dir stays.
func (r *Rig) Close() error {
	for _, w := range r.workers {
		w.kill()
	}
	r.fail(errClosed)
	r.done.Wait()
	var err error
	if r.publish != nil {
		err = r.publish.Close()
	}
	if r.client != nil {
		r.client.Close()
	}
	return err
}

// bound returns a context that ends with ctx and with the rig. Its cause says which.
func (r *Rig) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(r.ctx, func() { cancel(r.Failed()) })
	return ctx, func() { stop(); cancel(nil) }
}

// until asks again and again until ok, ctx or the rig ends. what is for the error.
func (r *Rig) until(ctx context.Context, limit time.Duration, what string, ok func(ctx context.Context) (bool, error)) error {
	ctx, cancel := r.bound(ctx)
	defer cancel()
	ctx, stop := context.WithTimeoutCause(ctx, limit, fmt.Errorf("waited %v for %s, in vain", limit, what))
	defer stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		done, err := ok(ctx)
		if done {
			return nil
		}
		if err != nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), last)
		case <-tick.C:
		}
	}
}

// sleep waits, unless ctx or the rig ends before. Faults have a length; that is what it is for.
func (r *Rig) sleep(ctx context.Context, d time.Duration) error {
	ctx, cancel := r.bound(ctx)
	defer cancel()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// Package demo runs the whole of it: the sandbox's servers, the released holdfast binary as child processes, a contact
// centre, and the oracle; and ends with a page.
//
// holdfast is used as anybody would use it: as a binary, by configuration files and the environment. One process
// captures; two more observe, keep the clock and correlate, and share the partitions as consumer groups do. One of
// those two is killed with SIGKILL while its outputs flow, and started again under its name on its disk.
//
// Invariants:
//
//  1. Everything is made under one temporary directory, which is removed at the end unless it is to be kept; the two
//     files of outputs go to the directory named, seen from where the demo was called.
//  2. Every child is stopped with SIGTERM, must end with code 0, and is waited for. A child that ends by itself ends
//     the demo, with the last lines it wrote.
//  3. Nothing waits for a length of time: only for conditions, each with a deadline and a sentence.
//  4. Any disagreement of the oracle is an error after the page was written: ErrDisagrees. So is an output file that
//     could not be written; the page then names none.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"holdfast.example/deploy/sandbox/centre"
	"holdfast.example/deploy/sandbox/oracle"
	"holdfast.example/deploy/sandbox/page"
	"holdfast.example/deploy/sandbox/tap"
	"holdfast.example/deploy/sandbox/truth"
)

// ErrDisagrees is returned when the oracle objects; the page has said to what.
var ErrDisagrees = errors.New("the oracle does not agree")

// Options of a demo.
type Options struct {
	Holdfast string // the binary
	Seed     uint64
	Out      string    // directory of custody.ndjson and alerts.ndjson
	Page     io.Writer // where the page goes
	Progress io.Writer // where progress goes
	Terminal bool      // colours, and a line that moves
	Keep     bool      // leave the temporary directory, with the children's logs
}

const (
	// killShare is how many custody records there must be, to 100 events of the world, before the worker is killed: by
	// then conversations, objects and judgements are all under way.
	killShare   = 60
	killWait    = 60 * time.Second
	settleWait  = 60 * time.Second
	readWait    = 20 * time.Second
	checkEvery  = 500 * time.Millisecond
	victim      = "worker-1"
	otherWorker = "worker-2"
)

// Run runs one demo.
func Run(ctx context.Context, o Options) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	started, named := time.Now(), o.Out
	if o, err = o.absolute(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "holdfast-demo-")
	if err != nil {
		return fmt.Errorf("make a temporary directory: %w", err)
	}
	defer func() {
		if o.Keep {
			fmt.Fprintln(o.Progress, "kept:", dir)
		} else if rerr := os.RemoveAll(dir); rerr != nil && err == nil {
			err = fmt.Errorf("remove the temporary directory: %w", rerr)
		}
	}()
	w := centre.Generate(o.Seed)
	s, err := startServers(ctx, filepath.Join(dir, "servers"), w.Bucket)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	f := newFleet(o.Holdfast, dir, s, cancel)
	defer f.abandon()
	d := &demo{Options: o, named: named, world: w, servers: s, fleet: f, started: started, done: &centre.Progress{}, judge: oracle.New()}
	return d.run(ctx)
}

// absolute makes the paths independent of the working directory. It must come before any server is started: the
// embedded S3 works in its own store, which is removed at the end with all that lies in it.
func (o Options) absolute() (Options, error) {
	var err error
	if o.Holdfast, err = filepath.Abs(o.Holdfast); err != nil {
		return o, fmt.Errorf("find the holdfast binary: %w", err)
	}
	if o.Out, err = filepath.Abs(o.Out); err != nil {
		return o, fmt.Errorf("find the output folder: %w", err)
	}
	return o, nil
}

type demo struct {
	Options
	named   string // Out as the caller wrote it, for the page
	world   *truth.World
	servers *servers
	fleet   *fleet
	outputs *tap.Tap
	started time.Time
	done    *centre.Progress
	judge   *oracle.Oracle

	killed   time.Duration
	killedAt int // custody records
}

func (d *demo) run(ctx context.Context) error {
	say := newTicker(d.Progress, d.Terminal, d.started, d.done, func() int {
		if d.outputs == nil {
			return 0
		}
		return len(d.outputs.Output()[oracle.TopicCustody])
	})
	if err := d.fleet.start(ctx); err != nil {
		return err
	}
	outputs, err := tap.Open(d.servers.broker.Address, prefix, topics()...)
	if err != nil {
		return err
	}
	defer outputs.Close()
	d.outputs = outputs
	stop := say.run()
	err = d.play(ctx)
	if err == nil {
		err = d.settle(ctx)
	}
	stop()
	if err != nil {
		return d.explain(ctx, err)
	}
	if err := d.fleet.stop(); err != nil {
		return err
	}
	if err := d.outputs.CaughtUp(ctx, readWait); err != nil {
		return err
	}
	return d.finish()
}

// topics is all that is read: what the oracle judges and what the player looks at.
func topics() []string {
	all := append(slices.Clone(oracle.Topics), centre.Topics...)
	slices.Sort(all)
	return slices.Compact(all)
}

// play plays the world and, in the middle of it, kills a worker.
func (d *demo) play(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	kill := make(chan error, 1)
	go func() {
		err := d.kill(ctx)
		if err != nil {
			cancel(err)
		}
		kill <- err
	}()
	err := centre.Play(ctx, d.world, centre.Doors{
		Webhook: d.servers.webhook + "/v1/events", Secret: d.servers.secret, Events: d.servers.events, S3: d.servers.s3,
		Queues: d.servers.queues, Bucket: d.servers.bucket, Outputs: d.outputs,
	}, d.done)
	if err != nil {
		cancel(err)
	}
	if kerr := <-kill; kerr != nil && err == nil {
		err = kerr
	}
	return err
}

// kill waits until outputs flow, kills the worker and starts it again.
func (d *demo) kill(ctx context.Context) error {
	expected := 0
	for _, c := range d.world.Conversations {
		expected += len(c.Events)
	}
	least := expected * killShare / 100
	err := d.outputs.Wait(ctx, killWait, fmt.Sprintf("%d custody records, to kill a worker among them", least), func(out tap.Output) bool {
		return len(out[oracle.TopicCustody]) >= least
	})
	if err != nil {
		return err
	}
	d.killed, d.killedAt = time.Since(d.started), len(d.outputs.Output()[oracle.TopicCustody])
	if err := d.fleet.kill(victim); err != nil {
		return err
	}
	return d.fleet.again(ctx, victim)
}

// settle waits until the oracle agrees, or for as long as anything could still come.
func (d *demo) settle(ctx context.Context) error {
	deadline := time.Now().Add(settleWait)
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		if d.judge.Check(d.world, d.outputs.Output()).Agrees() || time.Now().After(deadline) {
			return nil // a disagreement that stays is shown on the page
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// explain shows the page of what there is, if the playing failed on holdfast's side, and returns the error.
func (d *demo) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil && d.outputs == nil {
		return err
	}
	out := d.outputs.Output()
	return errors.Join(err, d.hand(out, d.judge.Check(d.world, out)))
}

func (d *demo) finish() error {
	out := d.outputs.Output()
	report := d.judge.Check(d.world, out)
	if err := d.hand(out, report); err != nil {
		return err
	}
	if !report.Agrees() {
		return fmt.Errorf("%w: %d differences, the first: %s", ErrDisagrees, len(report.Differences), report.Differences[0])
	}
	return nil
}

// hand writes the files and, whatever became of them, the page.
func (d *demo) hand(out tap.Output, report *oracle.Report) error {
	files := []string{filepath.Join(d.named, custodyFile), filepath.Join(d.named, alertsFile)}
	err := errors.Join(export(d.Out, out), differences(d.Out, report))
	if err != nil {
		files = nil
	}
	return errors.Join(err, d.write(report, files))
}

func (d *demo) write(report *oracle.Report, files []string) error {
	peak, processes := d.fleet.memory()
	return page.Write(d.Page, d.Terminal, page.Run{
		World: d.world, Report: report, Took: time.Since(d.started), Killed: d.killed, KilledAt: d.killedAt, Victim: victim,
		RSSKiB: peak, Processes: processes,
		Events: d.done.Events.Load(), Deliveries: d.done.Deliveries.Load(), Objects: d.done.Objects.Load(),
		Announcements: d.done.Announcements.Load(), Repeated: d.done.Repeated.Load(),
		Files: files,
	})
}

// Package apache starts a real Apache Kafka on this machine: one broker or three, as child processes, from the jars
// that Apache publishes on Maven Central. No container engine, no download page, nothing installed for good. It is what
// the in-process broker is held against: a fake is never the only witness.
//
// # What one gets
//
// Every broker is a KRaft node of both roles (broker and controller). With three, topics have three replicas of which
// two must be in sync, so that any one broker may be killed and nothing acknowledged is lost. The brokers listen on
// 127.0.0.1 alone, on free ports below the range from which the system picks its own. Topics are not made by being
// asked for. What takes a production broker minutes is to be seen in a test: the coordinators' topics are small, a silent
// broker is fenced after three seconds (and one that was killed is let in again only then), log cleaner and transaction
// coordinator look for work every second. All else is Apache's default, above all the shortest session timeout that a
// group may ask for, six seconds.
//
// # Faults
//
// Kill is SIGKILL, Pause is SIGSTOP, Resume is SIGCONT; Restart stops a broker if it runs and starts it on its own data
// and ports. Brokers count from 1.
//
// # What is promised
//
//   - A1. Start returns when every broker answers and the coordinators of groups and transactions can be used.
//   - A2. However the process that called Start ends, SIGKILL included, no broker outlives it: the kernel is told (on
//     Linux), and a small watcher process waits for our end, kills what is left and removes the data.
//   - A3. Two processes may install the jars at the same time: one waits for the other, and what stands in the cache is
//     complete.
//   - A4. A broker that dies while it starts is named in the error, with the end of its log.
//
// # Where things are
//
// The jars (45 MB) are kept in the user's cache folder under holdfast/kafka-<version>; the environment's
// HOLDFAST_KAFKA_CACHE names another place for it. Data and logs are in Options.Dir, one folder a broker: broker-1 and
// so on, with broker.log in each.
//
// Java 17 or later is needed, and Maven for the first start; where they are not there, Start's error is ErrMissing and
// names the Debian packages.
package apache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options say what cluster is started. The zero value is one broker with its data in a temporary folder.
type Options struct {
	// Brokers is 1 (the default) or 3.
	Brokers int
	// Dir takes the brokers' data and logs; it must hold no other cluster's. It is left as it is at the end. Empty: a
	// temporary folder, which is removed at the end.
	Dir string
	// HeapMB is each broker's Java heap. Default 320.
	HeapMB int
	// Port is the first broker's; the next follow in steps of ten, and one above each is its controller. 0: free ports.
	Port int
	// Properties are set in every broker's server.properties, over what this package sets.
	Properties map[string]string
	// Progress is told what takes long, in a few words; nil: nobody is.
	Progress func(what string)
}

// Cluster is a running Apache Kafka. Its methods may be called by several goroutines.
type Cluster struct {
	options Options
	kit     kit
	own     bool // the folder is ours to remove
	watch   *watcher

	mu      sync.Mutex
	brokers []*broker
	stopped bool
}

// portTries is how often other ports are tried when somebody took ours between the choice and the start.
const portTries = 5

// Start installs what is needed, starts a cluster and returns when it can be used. The error is ErrMissing where Java or
// Maven is not there. ctx bounds the start alone; the cluster runs until Stop, or until this process ends.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	if o.Brokers == 0 {
		o.Brokers = 1
	}
	if o.Brokers != 1 && o.Brokers != 3 {
		return nil, fmt.Errorf("start apache kafka: %d brokers; 1 or 3 are possible", o.Brokers)
	}
	if o.HeapMB == 0 {
		o.HeapMB = 320
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	kit, err := install(ctx, o.Progress)
	if err != nil {
		return nil, err
	}
	c := &Cluster{options: o, kit: kit, own: o.Dir == ""}
	if c.own {
		if c.options.Dir, err = os.MkdirTemp("", "holdfast-kafka-"); err != nil {
			return nil, fmt.Errorf("start apache kafka: make folder: %w", err)
		}
	} else if err := empty(o.Dir); err != nil {
		return nil, err
	}
	if c.watch, err = watchOver(c.options.Dir, c.own); err != nil {
		return nil, fmt.Errorf("start apache kafka: start watcher: %w", err)
	}
	for try := 1; ; try++ {
		err := c.start(ctx)
		if err == nil {
			return c, nil
		}
		if !errors.Is(err, errPort) || o.Port != 0 || try == portTries || ctx.Err() != nil {
			return nil, errors.Join(fmt.Errorf("start apache kafka: %w", err), c.Stop())
		}
		for _, b := range c.brokers {
			b.kill()
			if err := os.RemoveAll(b.dir); err != nil {
				return nil, errors.Join(fmt.Errorf("start apache kafka: %w", err), c.Stop())
			}
		}
	}
}

// empty makes the folder and refuses one that a cluster lives in or lived in.
func empty(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("start apache kafka: make folder: %w", err)
	}
	if old, _ := filepath.Glob(filepath.Join(dir, "broker-*")); len(old) > 0 {
		return fmt.Errorf("start apache kafka: %s holds a cluster's data; name another folder, or remove it", dir)
	}
	return nil
}

// start tries one set of ports.
func (c *Cluster) start(ctx context.Context) error {
	ports, release, err := choosePorts(c.options.Brokers, c.options.Port)
	if err != nil {
		return err
	}
	defer release()
	cluster := newClusterID()
	c.brokers = nil
	for i := range c.options.Brokers {
		b := &broker{number: i + 1, port: ports[i], heapMB: c.options.HeapMB, kit: c.kit, dir: filepath.Join(c.options.Dir, fmt.Sprintf("broker-%d", i+1))}
		c.brokers = append(c.brokers, b)
		if err := b.configure(ports, c.options.Properties); err != nil {
			return err
		}
	}
	c.options.Progress(fmt.Sprintf("formatting and starting %d broker(s)", c.options.Brokers))
	if err := each(c.brokers, func(b *broker) error { return b.format(ctx, cluster) }); err != nil {
		return err
	}
	release()
	if err := each(c.brokers, (*broker).launch); err != nil {
		return err
	}
	if err := each(c.brokers, func(b *broker) error { return b.ready(ctx, c.options.Brokers) }); err != nil {
		return err
	}
	return c.usable(ctx)
}

// each does the same with all brokers at once.
func each(brokers []*broker, do func(*broker) error) error {
	errs := make([]error, len(brokers))
	var group sync.WaitGroup
	for i, b := range brokers {
		group.Go(func() { errs[i] = do(b) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// Bootstrap returns host:port of every broker.
func (c *Cluster) Bootstrap() []string {
	var all []string
	for _, b := range c.brokers {
		all = append(all, b.address())
	}
	return all
}

// Brokers returns how many brokers the cluster has, dead ones included.
func (c *Cluster) Brokers() int { return len(c.brokers) }

func (c *Cluster) broker(i int) (*broker, error) {
	if i < 1 || i > len(c.brokers) {
		return nil, fmt.Errorf("broker %d: there are brokers 1 to %d", i, len(c.brokers))
	}
	return c.brokers[i-1], nil
}

// Kill ends a broker with SIGKILL and returns when it is gone.
func (c *Cluster) Kill(i int) error {
	b, err := c.broker(i)
	if err != nil {
		return err
	}
	if !b.kill() {
		return fmt.Errorf("kill broker %d: it does not run", i)
	}
	b.crashed = true
	return nil
}

// Pause stops a broker's execution with SIGSTOP: its connections stay open and nothing answers.
func (c *Cluster) Pause(i int) error {
	b, err := c.broker(i)
	if err != nil {
		return err
	}
	return b.pause(true)
}

// Resume goes on where Pause stopped, with SIGCONT.
func (c *Cluster) Resume(i int) error {
	b, err := c.broker(i)
	if err != nil {
		return err
	}
	return b.pause(false)
}

// Restart starts a broker again on its own data and returns when it answers; one that runs is stopped in good order
// first, one that was killed is left dead until the others have taken it out of the cluster. InSync waits until it has
// caught up.
//
// The wait is no courtesy. A broker of Kafka 4.4.0 that is back within broker.session.timeout.ms of its crash takes
// itself for the leader it was, loads the transactions of its partitions of __transaction_state as they stand in its own
// log, replicated or not, and sends COMMIT for one that its successor aborts: half of a transaction is there. (Seen in
// two soaks, whose workers' every record said so; docs/OPERATIONS.md.)
func (c *Cluster) Restart(ctx context.Context, i int) error {
	b, err := c.broker(i)
	if err != nil {
		return err
	}
	b.stop()
	if b.crashed {
		if err := c.buried(ctx, b); err != nil {
			return fmt.Errorf("restart broker %d: %w", i, err)
		}
	}
	b.crashed = false
	for try := 1; ; try++ {
		if err = b.launch(); err == nil {
			err = b.ready(ctx, 1)
		}
		if err == nil || !errors.Is(err, errPort) || try == portTries || ctx.Err() != nil {
			break
		}
		wait(ctx, time.Second) // whoever borrowed our port lets go of it
	}
	if err != nil {
		return fmt.Errorf("restart broker %d: %w", i, err)
	}
	return nil
}

// Status is what Ps says of a broker.
type Status struct {
	Broker  int
	PID     int    // 0 if it does not run
	State   string // up, paused, down
	Address string
	Log     string // a file
}

// Ps says how the brokers do.
func (c *Cluster) Ps() []Status {
	var all []Status
	for _, b := range c.brokers {
		all = append(all, b.status())
	}
	return all
}

// Dir is the folder of data and logs.
func (c *Cluster) Dir() string { return c.options.Dir }

// Stop ends all brokers, in good order where they let us, and returns when no process is left. The folder is removed
// unless it was given in Options. A second call does nothing.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return nil
	}
	c.stopped = true
	// All at once: a broker of three that stops last has no quorum left to say goodbye to, and waits for it in vain.
	_ = each(c.brokers, func(b *broker) error { b.stop(); return nil })
	return c.watch.end()
}

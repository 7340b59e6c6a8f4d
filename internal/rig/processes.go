package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

const (
	fireLimit = 90 * time.Second // for a fault that a worker makes itself
	nameLimit = 90 * time.Second // for one of two processes under a name to stop

	codeConfig = 4 // the exit code of a worker that another one has taken the name from
	sayName    = "another process runs under this worker's name"
	sayKilled  = "killed on purpose"
	sayStopped = "stopped on purpose"
	sayAborted = "transaction aborted"

	sayRestored = "shard restored"
)

// points are the places of the transaction loop at which a worker can end itself, with how many passings to choose from.
// A shard is opened once, the others are passed in every transaction.
var points = []struct {
	name string
	most int
}{{"opened", 6}, {"folded", 60}, {"staged", 60}, {"begun", 60}, {"flushed", 60}, {"offsets-sent", 60}, {"ended", 60}, {"applied", 60}}

// strike kills the worker and notes whether that left a transaction open.
func (r *Rig) strike(ctx context.Context, f *Fault, n int) error {
	r.aim(ctx, f, n)
	if err := r.Kill(n); err != nil {
		return err
	}
	f.hit = r.inTransaction(ctx, n)
	return nil
}

func killed(ctx context.Context, r *Rig, f *Fault) error {
	if err := r.strike(ctx, f, f.Worker); err != nil {
		return err
	}
	// One time in four longer than the session: then the others have its partitions.
	away := f.between(0, time.Second)
	if f.dice.IntN(4) == 0 {
		away = r.o.Session + f.between(0, 2*time.Second)
	}
	if err := r.sleep(ctx, away); err != nil {
		return err
	}
	return r.Start(f.Worker)
}

// point chooses a point of the transaction loop and a passing of it.
func (f *Fault) point() (name string, nth int) {
	p := points[f.dice.IntN(len(points))]
	return p.name, 1 + f.dice.IntN(p.most)
}

func killedAtPoint(ctx context.Context, r *Rig, f *Fault) error {
	if err := r.Term(ctx, f.Worker); err != nil {
		return err
	}
	point, nth := f.point()
	if err := r.KillAt(ctx, f.Worker, point, nth); err != nil {
		return err
	}
	f.hit = r.inTransaction(ctx, f.Worker)
	return r.Start(f.Worker)
}

func zombieAtPoint(ctx context.Context, r *Rig, f *Fault) error {
	if err := r.Term(ctx, f.Worker); err != nil {
		return err
	}
	point, nth := f.point()
	if err := r.StopAt(ctx, f.Worker, point, nth); err != nil {
		return err
	}
	f.hit = r.inTransaction(ctx, f.Worker)
	return errors.Join(r.sleep(ctx, r.asleep(f)), r.Resume(f.Worker))
}

// asleep is a length of sleep from which a worker wakes up as a zombie.
func (r *Rig) asleep(f *Fault) time.Duration {
	return max(r.o.Session, r.o.Transaction) + f.between(time.Second, 2*time.Second)
}

func allKilled(ctx context.Context, r *Rig, f *Fault) error {
	r.aim(ctx, f, r.all()...)
	for _, n := range r.all() {
		if err := r.Kill(n); err != nil {
			return err
		}
	}
	f.hit = r.inTransaction(ctx, r.all()...)
	if err := r.sleep(ctx, f.between(0, 2*time.Second)); err != nil {
		return err
	}
	return r.StartAll()
}

func (r *Rig) pauseFor(ctx context.Context, f *Fault, d time.Duration) error {
	r.aim(ctx, f, f.Worker)
	if err := r.Pause(f.Worker); err != nil {
		return err
	}
	f.hit = r.inTransaction(ctx, f.Worker)
	return errors.Join(r.sleep(ctx, d), r.Resume(f.Worker))
}

func zombie(ctx context.Context, r *Rig, f *Fault) error {
	return r.pauseFor(ctx, f, r.asleep(f))
}

func paused(ctx context.Context, r *Rig, f *Fault) error {
	return r.pauseFor(ctx, f, f.between(r.o.Session/8, r.o.Session/2))
}

func restarted(ctx context.Context, r *Rig, f *Fault) error {
	r.aim(ctx, f, f.Worker)
	if err := r.Term(ctx, f.Worker); err != nil {
		return err
	}
	if err := r.copyDisk(f.Worker); err != nil {
		return err
	}
	if err := r.sleep(ctx, f.between(0, 2*time.Second)); err != nil {
		return err
	}
	return r.Start(f.Worker)
}

func joins(ctx context.Context, r *Rig, f *Fault) error {
	guest := r.o.Workers + 1
	r.aim(ctx, f, r.all()...)
	p, err := r.start(guest, nil)
	if err != nil {
		return err
	}
	err = r.until(ctx, fireLimit, "partitions to come to one more worker", func(context.Context) (bool, error) {
		return strings.Contains(p.said(), sayRestored), nil
	})
	if err != nil {
		return err
	}
	if err := r.sleep(ctx, f.between(0, 3*time.Second)); err != nil {
		return err
	}
	return r.Term(ctx, guest)
}

// sameName starts a second process under the worker's name, with a disk of its own, and waits until one of the two has
// stopped. Then the other one is ended too, and the worker starts anew: which of them stayed does not matter.
func sameName(ctx context.Context, r *Rig, f *Fault) error {
	w := r.worker(f.Worker)
	older := w.process()
	if older == nil {
		return fmt.Errorf("%s is not running", w.name)
	}
	refused := func(code int, _ syscall.Signal) bool { return code == codeConfig }
	w.mu.Lock()
	older.meant = refused
	w.mu.Unlock()
	r.aim(ctx, f, f.Worker)
	config, disk := w.config+".second", w.state+".second"
	if err := errors.Join(os.RemoveAll(disk), os.MkdirAll(disk, 0o700), os.WriteFile(config, []byte(r.o.settings(w.name, disk)), 0o600)); err != nil {
		return fmt.Errorf("make a second %s: %w", w.name, err)
	}
	newer, err := w.launch(w.log+".second", config, refused)
	if err != nil {
		return err
	}
	err = r.until(ctx, nameLimit, "one of two processes named "+w.name+" to stop", func(context.Context) (bool, error) {
		return older.ended() || newer.ended(), nil
	})
	said := older.said() + newer.said()
	for _, p := range []*process{older, newer} {
		w.mu.Lock()
		p.meant = anyEnd
		w.mu.Unlock()
		_ = w.send(p, syscall.SIGKILL) // one of them has ended
		<-p.done
	}
	if err != nil {
		return err
	}
	if !strings.Contains(said, sayName) {
		return fmt.Errorf("a process stopped, and not because of the name:\n%s", said)
	}
	return r.Start(f.Worker)
}

func aborted(ctx context.Context, r *Rig, f *Fault) error {
	if err := r.Term(ctx, f.Worker); err != nil {
		return err
	}
	p, err := r.start(f.Worker, nil, fmt.Sprintf("HOLDFAST_TEST_FAULTS=abort=3,seed=%d", f.Seed))
	if err != nil {
		return err
	}
	err = r.until(ctx, fireLimit, "three transactions to be aborted", func(context.Context) (bool, error) {
		f.hit = f.hit || r.inTransaction(ctx, f.Worker)
		return strings.Count(p.said(), sayAborted) >= 3, nil
	})
	if err != nil {
		return err
	}
	if err := r.Term(ctx, f.Worker); err != nil {
		return err
	}
	return r.Start(f.Worker)
}

// clockJumped shifts the wall clock that observe, the clock and correlate see.
func clockJumped(ctx context.Context, r *Rig, f *Fault) error {
	r.aim(ctx, f, f.Worker)
	skew := f.between(25*time.Hour, 50*time.Hour)
	if f.dice.IntN(2) == 0 {
		skew = -skew
	}
	if err := r.Term(ctx, f.Worker); err != nil {
		return err
	}
	p, err := r.start(f.Worker, nil, "HOLDFAST_TEST_FAULTS=skew="+skew.String())
	if err != nil {
		return err
	}
	err = r.until(ctx, fireLimit, "a worker with a wrong clock to take partitions", func(context.Context) (bool, error) {
		return strings.Contains(p.said(), sayRestored), nil
	})
	if err != nil {
		return err
	}
	if err := r.sleep(ctx, f.between(time.Second, 3*time.Second)); err != nil {
		return err
	}
	if err := r.Term(ctx, f.Worker); err != nil {
		return err
	}
	return r.Start(f.Worker)
}

func foreignProducer(ctx context.Context, r *Rig, f *Fault) error {
	r.aim(ctx, f, r.all()...)
	return r.foreign(ctx, f.dice)
}

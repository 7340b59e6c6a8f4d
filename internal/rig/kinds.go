package rig

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// Kind is one kind of fault.
type Kind struct {
	Name string
	Says string // what is done, one sentence

	Claims  Claims // what it needs for itself while it lasts
	Cost    int    // about how many seconds it takes; what is cheap is drawn more often
	inflict func(ctx context.Context, r *Rig, f *Fault) error
}

// Claims say what a fault breaks, so that two at a time do not break the same thing: a worker that is down cannot be
// paused.
type Claims int

// What a fault claims.
const (
	ClaimWorker  Claims = iota // Fault.Worker
	ClaimBoth                  // Fault.Worker and Fault.Other
	ClaimAll                   // every worker
	ClaimGuest                 // the worker that joins and leaves
	ClaimBrokers               // every broker: of three, one at a time
	ClaimNothing
)

// Fault is one fault: its kind and the choices that were made for it.
type Fault struct {
	Kind   *Kind
	Worker int    // from 1
	Other  int    // another worker
	Broker int    // from 1; 0: there are none to break
	Seed   uint64 // of what else is chosen
	Aim    bool   // wait, for up to a second, until a transaction is open, and then strike
	Beside bool   // strike while the fault before is still under way, if they break different things

	dice *rand.Rand
	hit  bool
}

func (f *Fault) String() string {
	switch f.Kind.Claims {
	case ClaimWorker:
		return fmt.Sprintf("%s w%d", f.Kind.Name, f.Worker)
	case ClaimBoth:
		return fmt.Sprintf("%s w%d w%d", f.Kind.Name, f.Worker, f.Other)
	case ClaimBrokers:
		return fmt.Sprintf("%s broker %d", f.Kind.Name, f.Broker)
	}
	return f.Kind.Name
}

// Kinds returns the closed list.
func Kinds() []*Kind {
	return []*Kind{
		{"worker-killed", "A worker is ended by SIGKILL and started again, before or after its session has run out.", ClaimWorker, 4, killed},
		{"worker-killed-at-point", "A worker ends itself by SIGKILL at a numbered passing of a named point of the transaction loop, and is started again.", ClaimWorker, 5, killedAtPoint},
		{"all-killed", "All workers are ended by SIGKILL at one moment and started again.", ClaimAll, 5, allKilled},
		{"worker-zombie", "A worker is stopped (SIGSTOP) for longer than its session and its transaction last, then goes on (SIGCONT).", ClaimWorker, 9, zombie},
		{"worker-zombie-at-point", "A worker stops itself at a numbered passing of a named point for longer than its session and its transaction last, then goes on.", ClaimWorker, 12, zombieAtPoint},
		{"worker-paused", "A worker is stopped (SIGSTOP) for less than its session lasts, then goes on.", ClaimWorker, 3, paused},
		{"worker-restarted", "A worker is ended by SIGTERM, which it must obey with exit code 0, and started again.", ClaimWorker, 4, restarted},
		{"worker-joins", "One more worker joins the group for some seconds and leaves it: partitions move there and back.", ClaimGuest, 8, joins},
		{"same-name", "A second process starts under a running worker's name; one of the two must stop with exit code 4 and say why.", ClaimWorker, 8, sameName},
		{"disk-lost", "A worker is killed and its disk is emptied before it starts again.", ClaimWorker, 5, diskLost},
		{"disk-of-yesterday", "A worker is killed and its disk is put back to an older copy, made while it was down, before it starts again.", ClaimWorker, 7, diskOfYesterday},
		{"disks-swapped", "Two workers are killed and start again on each other's disk.", ClaimBoth, 5, disksSwapped},
		{"transactions-aborted", "A worker is restarted so that it aborts one in three of its transactions, until three were aborted.", ClaimWorker, 5, aborted},
		{"clock-jumped", "A worker is restarted on a host whose clock is more than a day ahead or behind, for some seconds, and again on one that is right.", ClaimWorker, 6, clockJumped},
		{"offsets-deleted", "All workers are stopped and correlate's committed offsets are deleted; the frontier in the changelog is adopted.", ClaimAll, 8, offsetsDeleted},
		{"regime-changed", "Another regime is asked for and put in force by the running clock; every worker stops with exit code 6 when it meets it, and is started with it.", ClaimAll, 6, regimeChanged},
		{"foreign-producer", "A producer that is not ours appends to the raw topics in transactions and aborts some of them.", ClaimNothing, 3, foreignProducer},
		{"broker-killed", "A broker is ended by SIGKILL and started again on its own data.", ClaimBrokers, 10, brokerKilled},
		{"broker-paused", "A broker is stopped (SIGSTOP) for some seconds, then goes on (SIGCONT).", ClaimBrokers, 8, brokerPaused},
		{"brokers-rolled", "Every broker is ended in good order (SIGTERM) and started again, one after the other, each once all replicas are in sync.", ClaimBrokers, 45, brokersRolled},
	}
}

// Kinds returns those of the closed list that this rig can inflict.
func (r *Rig) Kinds() []*Kind {
	return slices.DeleteFunc(Kinds(), func(k *Kind) bool {
		return k.Claims == ClaimBrokers && r.o.Cluster == nil || k.Claims == ClaimBoth && r.o.Workers < 2
	})
}

// Things are the names of what the fault claims; two faults may be under way together if they have none in common.
func (f *Fault) Things(workers int) []string {
	one := func(n int) string { return "w" + strconv.Itoa(n) }
	switch f.Kind.Claims {
	case ClaimWorker:
		return []string{one(f.Worker)}
	case ClaimBoth:
		return []string{one(f.Worker), one(f.Other)}
	case ClaimGuest:
		return []string{"guest"}
	case ClaimBrokers:
		return []string{"brokers"}
	case ClaimNothing:
		return []string{f.Kind.Name}
	}
	all := []string{"guest"}
	for n := 1; n <= workers; n++ {
		all = append(all, one(n))
	}
	return all
}

// Outcome is what came of a fault.
type Outcome struct {
	Hit       bool          // a worker's transaction was open at the broker; see Inflict
	Recovered time.Duration // from the fault's begin until everything that stood in observations when it was over was folded
}

// Inflict lets a fault happen, repairs what it broke, and waits until the output goes on. The error is a defect of what
// is tested or of the rig; a fault that was survived is nil.
//
// Hit is asked of the broker (DescribeTransactions: Ongoing, PrepareCommit or PrepareAbort): where a worker dies or is
// stopped, right after, because it can end nothing any more; elsewhere, right before.
func (r *Rig) Inflict(ctx context.Context, f *Fault) (Outcome, error) {
	f.dice = rand.New(rand.NewPCG(f.Seed, 0x6661756c74))
	began := time.Now()
	if err := f.Kind.inflict(ctx, r, f); err != nil {
		return Outcome{}, fmt.Errorf("%s: %w", f, err)
	}
	if _, err := r.folded(ctx, recoverMax); err != nil {
		return Outcome{}, fmt.Errorf("%s: output did not resume: %w", f, r.explain(err))
	}
	return Outcome{Hit: f.hit, Recovered: time.Since(began)}, nil
}

// aim waits for an open transaction of one of the workers, if the fault is to be aimed, and notes whether there is one.
func (r *Rig) aim(ctx context.Context, f *Fault, numbers ...int) {
	f.hit = r.inTransaction(ctx, numbers...)
	if !f.Aim {
		return
	}
	for until := time.Now().Add(time.Second); !f.hit && ctx.Err() == nil && time.Now().Before(until); {
		f.hit = r.inTransaction(ctx, numbers...)
	}
}

// between returns a length of time.
func (f *Fault) between(from, to time.Duration) time.Duration {
	return from + time.Duration(f.dice.Int64N(int64(to-from)))
}

// all are the numbers of the workers that run all the time.
func (r *Rig) all() []int {
	var out []int
	for n := 1; n <= r.o.Workers; n++ {
		out = append(out, n)
	}
	return out
}

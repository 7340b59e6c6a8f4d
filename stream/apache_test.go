package stream_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// What only real brokers can play: their death, their silence, their leaving one after the other. The workers are
// processes of their own, two of them, one transaction in five is aborted, and each ends with outputs that are the
// fold's byte for byte. They share three brokers and harm them, so they run one after the other.
func TestBrokerFaults(t *testing.T) {
	t.Parallel() // with what does not touch these brokers
	t.Run("killed", brokerKilled)
	t.Run("rolling restart", rollingRestart)
	t.Run("paused", brokerPaused)
	t.Run("late markers", lateMarkers)
	t.Run("publisher", publisherMeetsDeath)
}

// crewOf starts worker processes, each on a disk of its own.
func (w *world) crewOf(kills int, workers ...string) *crew {
	c := &crew{w: w, kills: kills, pids: map[string]*os.Process{}}
	for _, name := range workers {
		c.start(name, w.t.TempDir())
	}
	w.t.Cleanup(c.stop)
	return c
}

// feedWhile feeds until the faults are over, never far ahead of the workers.
func (w *world) feedWhile(faults func() error) {
	w.t.Helper()
	over := make(chan error, 1)
	go func() { over <- faults() }()
	for {
		select {
		case err := <-over:
			if err != nil {
				w.t.Fatal(err)
			}
			return
		default:
		}
		if w.behind() < 600 {
			w.feed(60)
		} else {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// behind is how many records the stage has not folded; many, if nobody can tell.
func (w *world) behind() (n int64) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	input := w.kafka.Topic(tallyInput)
	ends, err := w.adm.ListEndOffsets(ctx, input)
	if err != nil {
		return 1 << 40
	}
	at, err := w.adm.FetchOffsets(ctx, w.kafka.Topic("tally"))
	if err != nil {
		return 1 << 40
	}
	for p := range int32(partitions) {
		e, _ := ends.Lookup(input, p)
		o, _ := at.Lookup(input, p)
		n += e.Offset - max(0, o.At)
	}
	return n
}

// until waits for a condition where no test can be ended: in a goroutine.
func until(what string, limit time.Duration, ok func() bool) error {
	for end := time.Now().Add(limit); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("waited %v for %s", limit, what)
		}
	}
	return nil
}

// ongoing waits until a worker's transaction is open, so that a fault meets one.
func (w *world) ongoing() error {
	return until("an open transaction", time.Minute, func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		all, err := w.adm.ListTransactions(ctx, nil, []string{"Ongoing"})
		if err != nil {
			return false
		}
		for _, x := range all {
			if strings.HasPrefix(x.TxnID, w.kafka.Prefix) {
				return true
			}
		}
		return false
	})
}

// ends is how many records were ever appended to the output, markers included; -1 if nobody can tell.
func (w *world) ends(name string) (n int64) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	ends, err := w.adm.ListCommittedOffsets(ctx, w.kafka.Topic(name))
	if err != nil || ends.Error() != nil {
		return -1
	}
	ends.Each(func(o kadm.ListedOffset) { n += o.Offset })
	return n
}

// progress waits until the workers have committed more to the output.
func (w *world) progress() error {
	before := int64(-1)
	return until("committed outputs", 90*time.Second, func() bool {
		now := w.ends("out")
		if before < 0 {
			before = now
		}
		return before >= 0 && now > before+100
	})
}

func (w *world) finish(c *crew) {
	w.t.Helper()
	w.wait("the fold", 40*time.Second, w.folded("tally"))
	c.stop()
	w.mustEqualFold()
}

// At stake: a broker dies by SIGKILL while transactions are open: the coordinator of a worker's transactions, then the
// group's coordinator. What was acknowledged stands, what was not is folded again, and the workers go on while it is
// dead.
func brokerKilled(t *testing.T) {
	w := newApache(t, 3, nil)
	c := w.crewOf(0, "a", "b")
	w.feedWhile(func() error {
		if err := w.progress(); err != nil {
			return err
		}
		for _, find := range []func() (int, error){w.transactionCoordinator, w.groupCoordinator} {
			i, err := find()
			if err != nil {
				return err
			}
			if err := w.ongoing(); err != nil {
				return err
			}
			if err := w.apache.Kill(i); err != nil {
				return err
			}
			if err := w.progress(); err != nil {
				return fmt.Errorf("with broker %d dead: %w", i, err)
			}
			if err := w.again(i); err != nil {
				return err
			}
		}
		return nil
	})
	w.finish(c)
}

// transactionCoordinator is the broker that decides worker a's transactions.
func (w *world) transactionCoordinator() (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	id := w.kafka.TransactionalID("a", "tally", tallyInput)
	found := w.adm.FindTxnCoordinators(ctx, id)
	return int(found[id].NodeID), found.Error()
}

func (w *world) groupCoordinator() (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	id := w.kafka.Topic("tally")
	found := w.adm.FindGroupCoordinators(ctx, id)
	return int(found[id].NodeID), found.Error()
}

// again brings a broker back and waits until it has caught up.
func (w *world) again(i int) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := w.apache.Restart(ctx, i); err != nil {
		return err
	}
	return w.apache.InSync(ctx)
}

// At stake: an upgrade of the cluster restarts every broker in good order, and leaders and coordinators move with each.
func rollingRestart(t *testing.T) {
	w := newApache(t, 3, nil)
	c := w.crewOf(0, "a", "b")
	w.feedWhile(func() error {
		if err := w.progress(); err != nil {
			return err
		}
		for i := 1; i <= w.apache.Brokers(); i++ {
			if err := w.ongoing(); err != nil {
				return err
			}
			if err := w.again(i); err != nil {
				return err
			}
			if err := w.progress(); err != nil {
				return fmt.Errorf("after the restart of broker %d: %w", i, err)
			}
		}
		return nil
	})
	w.finish(c)
}

// At stake: a broker that stands still keeps its connections open and answers nothing, so nobody sees an error, only
// silence. It wakes after every request to it has been given up and its partitions have gone to others, and still
// believes that it leads.
func brokerPaused(t *testing.T) {
	w := newApache(t, 3, nil)
	c := w.crewOf(0, "a", "b")
	w.feedWhile(func() error {
		if err := w.progress(); err != nil {
			return err
		}
		leader, err := w.leader("out", 0)
		if err != nil {
			return err
		}
		if err := w.ongoing(); err != nil {
			return err
		}
		if err := w.apache.Pause(leader); err != nil {
			return err
		}
		silent := time.Now()
		if err := w.progress(); err != nil {
			return fmt.Errorf("with broker %d silent: %w", leader, err)
		}
		// The fault itself is this long: longer than a worker waits for a commit.
		time.Sleep(time.Until(silent.Add(w.config("a", "").TransactionTimeout + 2*time.Second)))
		if now, err := w.leader("out", 0); err != nil || now == leader {
			return fmt.Errorf("the silent broker %d leads still: %d, %w", leader, now, err)
		}
		if err := w.apache.Resume(leader); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		if err := w.apache.InSync(ctx); err != nil {
			return err
		}
		return w.progress()
	})
	w.finish(c)
}

func (w *world) leader(name string, p int32) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	topics, err := w.adm.ListTopics(ctx, w.kafka.Topic(name))
	if err != nil {
		return 0, err
	}
	return int(topics[w.kafka.Topic(name)].Partitions[p].Leader), nil
}

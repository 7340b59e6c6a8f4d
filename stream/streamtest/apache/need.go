package apache

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"
)

// startLimit is how long a test waits for a cluster, the download of the jars included.
const startLimit = 4 * time.Minute

// need is the one cluster of so many brokers in this test binary.
type need struct {
	once    sync.Once
	cluster *Cluster
	err     error
}

var needs = map[int]*need{1: {}, 3: {}}

// Need returns the test binary's cluster of 1 or 3 brokers, which is started by the first test that asks and ends with
// the binary, however it ends. Tests share it, so each uses a prefix of its own for topics, groups and transactional
// ids. A test that harms brokers must not run beside others; at its end, those it left dead or paused run again.
//
// Where Java or Maven is missing the test is skipped, with the reason; where the environment says CI=true it fails.
func Need(t testing.TB, brokers int) *Cluster {
	t.Helper()
	n := needs[brokers]
	if n == nil {
		t.Fatalf("a cluster of %d brokers: 1 or 3 are possible", brokers)
	}
	n.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startLimit)
		defer cancel()
		n.cluster, n.err = Start(ctx, Options{Brokers: brokers, Progress: func(what string) { t.Log(what) }})
	})
	switch {
	case errors.Is(n.err, ErrMissing) && os.Getenv("CI") != "true":
		t.Skip(n.err)
	case n.err != nil:
		t.Fatal(n.err)
	}
	t.Cleanup(func() { n.cluster.heal(t) })
	return n.cluster
}

// heal lets brokers run again that a test left dead or paused.
func (c *Cluster) heal(t testing.TB) {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	harmed := false
	for _, s := range c.Ps() {
		var err error
		switch s.State {
		case "paused":
			err = c.Resume(s.Broker)
		case "down":
			err = c.Restart(ctx, s.Broker)
		default:
			continue
		}
		if harmed = true; err != nil {
			t.Errorf("broker %d, which the test left %s: %v", s.Broker, s.State, err)
		}
	}
	if harmed {
		if err := c.InSync(ctx); err != nil {
			t.Error(err)
		}
	}
}

package stream_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"holdfast.example/schemas"
)

// virtual runs a test in a world in memory whose clock moves when everybody waits, so a timeout costs nothing. The
// worlds' wire lies between its clients and its broker.
func virtual(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(3 * holdTime) }) // the last to run: for what the wire still holds
		var network kfake.VirtualNetwork
		w := &world{t: t, rand: rand.New(rand.NewPCG(7, 7)), wire: &wire{inner: network.Listen}}
		fake, err := kfake.NewCluster(kfake.Ports(9092), kfake.ListenFn(w.wire.listen), kfake.GroupMinSessionTimeout(500*time.Millisecond),
			kfake.SeedTopics(partitions, "t."+tallyInput, "t.out", "t.tally.state", "t.plain", "t."+schemas.TopicDeadLetters))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(fake.Close)
		w.fake = fake
		w.kafka.Brokers, w.kafka.Prefix, w.kafka.Dial = fake.ListenAddrs(), "t.", network.DialContext
		w.look()
		test(w)
	})
}

// await waits for a condition, less and less often.
func (w *world) await(what string, limit time.Duration, ok func() bool) {
	w.t.Helper()
	pause := 2 * time.Millisecond
	for end := time.Now().Add(limit); !ok(); time.Sleep(pause) {
		if time.Now().After(end) {
			w.t.Fatalf("waited %v for %s", limit, what)
		}
		pause = min(2*pause, time.Second)
	}
}

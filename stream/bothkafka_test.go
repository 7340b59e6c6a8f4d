package stream

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream/streamtest/apache"
)

var prefixes atomic.Int64

// onBoth runs a test of what talks to a cluster without a worker on the in-process broker and on Apache Kafka. The
// others of this package harm the fake broker's answers, or ask what no broker has a part in.
func onBoth(t *testing.T, test func(t *testing.T, k Kafka)) {
	t.Run("kfake", func(t *testing.T) {
		_, k := startFake(t)
		test(t, k)
	})
	t.Run("apache", func(t *testing.T) {
		t.Parallel()
		test(t, Kafka{Brokers: apache.Need(t, 1).Bootstrap(), Prefix: fmt.Sprintf("p%d.", prefixes.Add(1))})
	})
}

func makeTopic(t testing.TB, k Kafka, name string, partitions int32) {
	t.Helper()
	opts, err := k.Options()
	if err != nil {
		t.Fatal(err)
	}
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if _, err := kadm.NewClient(cl).CreateTopic(soon(t), partitions, 1, nil, k.Topic(name)); err != nil {
		t.Fatal(err)
	}
}

package stream_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream"
)

// At stake: a foreign producer may write a raw topic in transactions. The clock compares a stateless stage's position
// with the topic's end; if the marker at the end were never passed, nothing could be proven of an idle source again.
func TestForeignMarkers(t *testing.T) { both(t, foreignMarkers) }

func foreignMarkers(t *testing.T, open func(testing.TB) *world) {
	t.Parallel()
	w := open(t)
	stop := w.worker(w.config("a", ""), plain(func(stream.Record) bool { return true }))
	opts, err := w.config("foreign", "").Kafka.Options()
	if err != nil {
		t.Fatal(err)
	}
	cl, err := kgo.NewClient(append(opts, kgo.TransactionalID("foreign"), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	for i, end := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort, kgo.TryCommit} {
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for p := range int32(partitions) {
			r := &kgo.Record{Topic: w.kafka.Topic(tallyInput), Partition: p, Key: []byte("entity:f"), Value: fmt.Appendf(nil, "add %d", i)}
			if err := cl.ProduceSync(w.deadline(10*time.Second), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		if err := cl.EndTransaction(w.deadline(10*time.Second), end); err != nil {
			t.Fatal(err)
		}
	}
	w.wait("the position to pass the markers", 20*time.Second, func() bool {
		ends, err := w.adm.ListEndOffsets(w.deadline(10*time.Second), w.kafka.Topic(tallyInput))
		if err != nil {
			t.Fatal(err)
		}
		at, err := w.adm.FetchOffsets(w.deadline(10*time.Second), w.kafka.Prefix+"plain")
		if err != nil {
			return false
		}
		for p := range int32(partitions) {
			e, _ := ends.Lookup(w.kafka.Topic(tallyInput), p)
			if o, ok := at.Lookup(w.kafka.Topic(tallyInput), p); !ok || o.At != e.Offset {
				return false
			}
		}
		return true
	})
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if got := w.read("plain"); len(got) != 2*partitions {
		t.Errorf("%d records came out, want the %d committed ones", len(got), 2*partitions)
	}
}

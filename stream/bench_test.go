package stream_test

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// BenchmarkFold is the tally folded with no broker, committed every 10,000 records: what the state costs.
func BenchmarkFold(b *testing.B) {
	log := slog.New(slog.DiscardHandler)
	for _, c := range []struct {
		name     string
		entities int
		disk     bool
	}{{"memory/100k entities", 100_000, false}, {"disk/5k entities", 5_000, true}, {"disk/1M entities", 1_000_000, true}} {
		b.Run(c.name, func(b *testing.B) {
			spec := tally(tallyInput)
			store := stream.NewMemory()
			if c.disk {
				stores, err := stream.OpenDisk(b.TempDir(), 64<<20, log)
				if err != nil {
					b.Fatal(err)
				}
				defer stores.Close()
				store = stores.Partition(0)
			}
			state, err := stream.NewState(store, &spec, 0)
			if err != nil {
				b.Fatal(err)
			}
			task, err := spec.Open(0, 1, nil)
			if err != nil {
				b.Fatal(err)
			}
			keys := make([][]byte, c.entities)
			for i := range keys {
				keys[i] = fmt.Appendf(nil, "entity:%08d", i*7919%c.entities)
			}
			value := []byte("add 77")
			at := stream.Position{}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if err := task.Step(state, stream.Record{Key: keys[n%len(keys)], Value: value, Offset: int64(n)}); err != nil {
					b.Fatal(err)
				}
				if n++; n%10_000 == 0 {
					at.Next = int64(n)
					if err := state.Commit([]byte{1}, at); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkRun is one worker over a backlog on the in-process broker, state on disk: transport, transactions and
// changelog included. Broker and worker share the cores.
func BenchmarkRun(b *testing.B) {
	const backlog = 300_000
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b)
		var records []*kgo.Record
		for i := range backlog {
			key := fmt.Appendf(nil, "entity:%d", i%20_000)
			records = append(records, &kgo.Record{Topic: "t." + tallyInput, Key: key, Value: []byte("add 77"), Partition: schemas.Murmur2Partition(key, partitions)})
		}
		if err := w.cl.ProduceSync(w.deadline(time.Minute), records...).FirstErr(); err != nil {
			b.Fatal(err)
		}
		cfg := w.config("a", b.TempDir())
		cfg.Commit, cfg.MaxTransactionRecords, cfg.HotSet, cfg.TransactionTimeout = 0, 0, 0, 0
		var mu sync.Mutex
		folded, done := 0, make(chan struct{})
		cfg.Observer = &stream.Observer{TransactionCommitted: func(i stream.TransactionInfo) {
			mu.Lock()
			defer mu.Unlock()
			if folded += i.Records; folded == backlog {
				close(done)
			}
		}}
		b.StartTimer()
		stop := w.worker(cfg, tally(tallyInput))
		<-done
		b.StopTimer()
		if err := stop(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(backlog*b.N)/b.Elapsed().Seconds(), "records/s")
}

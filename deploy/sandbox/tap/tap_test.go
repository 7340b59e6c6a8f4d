package tap

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/deploy/sandbox/broker"
)

// The oracle may only judge what was committed, and must not judge before it has all of it: a tap that stopped short
// would make it object to nothing.
func TestReadsCommittedToTheEnd(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	b, err := broker.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.Address), kgo.TransactionalID("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	never := "-1"
	if _, err := kadm.NewClient(cl).CreateTopics(ctx, 3, 1, map[string]*string{"retention.ms": &never}, "hf.a", "hf.b"); err != nil {
		t.Fatal(err)
	}
	tap, err := Open(b.Address, "hf.", "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	defer tap.Close()
	want := 0
	for i := range 60 {
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for _, topic := range []string{"hf.a", "hf.b"} {
			if err := cl.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte{byte(i)}}).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		end := kgo.TryCommit
		if i%3 == 0 {
			end = kgo.TryAbort
		} else {
			want += 2
		}
		if err := cl.EndTransaction(ctx, end); err != nil {
			t.Fatal(err)
		}
	}
	if err := tap.CaughtUp(ctx, 20*time.Second); err != nil {
		t.Fatal(err)
	}
	out := tap.Output()
	if got := len(out["a"]) + len(out["b"]); got != want {
		t.Fatalf("%d records, want %d", got, want)
	}
	for _, rs := range out {
		for _, r := range rs {
			if r.Value[0]%3 == 0 {
				t.Fatalf("an aborted record: %d", r.Value[0])
			}
		}
	}
	if err := tap.Wait(ctx, 50*time.Millisecond, "the moon", func(Output) bool { return false }); err == nil {
		t.Fatal("waited for nothing and got it")
	}
}

package stream

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
)

// large is a stage whose only entity is some KiB.
type large struct{ n uint64 }

func (l *large) AppendState(dst []byte) ([]byte, error) {
	return append(binary.BigEndian.AppendUint64(dst, l.n), make([]byte, 4<<10)...), nil
}
func (*large) Deadlines(func(int, int64)) {}
func (*large) Drain(Tx) (bool, error)     { return false, nil }
func (*large) Meta() ([]byte, error)      { return nil, nil }

func (*large) Step(tx Tx, r Record) error {
	v, err := tx.Get("entity:1")
	if err != nil {
		return err
	}
	if v == nil {
		v = &large{}
	}
	l := v.(*large)
	l.n++
	tx.Put("entity:1", l)
	tx.Emit(Output{Topic: "out", Key: []byte("entity:1"), Value: binary.BigEndian.AppendUint64(nil, l.n)})
	return nil
}

// At stake: a worker whose disk fills up, breaks or becomes read-only under it, wherever that is met, ends Run with the
// one sentence, at once and without a rebuild; idle or busy. What it had committed stays committed: on another disk it
// goes on, and counts every record once.
func TestRunOnFullDisk(t *testing.T) {
	for _, c := range []struct {
		name  string
		room  int64
		cause error
		says  string
	}{
		{"full", 96 << 10, syscall.ENOSPC, "is full; free space there"},
		{"full at once", 0, syscall.ENOSPC, "is full; free space there"},
		{"quota", 96 << 10, syscall.EDQUOT, "is full; free space there"},
		{"broken", 96 << 10, syscall.EIO, "cannot be written or read"},
		{"read-only", 96 << 10, syscall.EROFS, "cannot be written or read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(500*time.Millisecond),
				kfake.SeedTopics(1, "in", "out", "state", schemas.TopicDeadLetters))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(fake.Close)
			cl, err := kgo.NewClient(kgo.SeedBrokers(fake.ListenAddrs()...), kgo.DefaultProduceTopic("in"), kgo.ConsumeTopics("out"), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(cl.Close)
			spec := Spec{Name: "large", Input: "in", Changelog: "state", Outputs: []string{"out"},
				Decode: func(_ string, b []byte) (Value, error) { return &large{n: binary.BigEndian.Uint64(b)}, nil },
				Open:   func(int32, int32, []byte) (Task, error) { return &large{}, nil }}
			cfg := Config{Kafka: Kafka{Brokers: fake.ListenAddrs()}, Worker: "a", Dir: "state", Commit: time.Millisecond,
				SessionTimeout: 2 * time.Second, TransactionTimeout: 3 * time.Second, disk: newTinyFS(c.room, c.cause)}
			cfg.Observer = &Observer{Rebuilding: func(_ string, err error, _ time.Duration) { t.Errorf("rebuilt: %v", err) }}
			ended := make(chan error, 1)
			go func() { ended <- Run(t.Context(), cfg, spec) }()
			fed := 0
			feed := func() {
				if err := cl.ProduceSync(t.Context(), kgo.StringRecord("x")).FirstErr(); err != nil {
					t.Fatal(err)
				}
				fed++
			}
			for over := false; !over; {
				feed()
				select {
				case err = <-ended:
					over = true
				default:
				}
				if fed > 10_000 {
					t.Fatal("the disk never fills up")
				}
			}
			if !errors.Is(err, ErrStore) || !errors.Is(err, c.cause) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("run ended with %v", err)
			}
			cfg.disk, cfg.Dir = nil, t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			go func() { ended <- Run(ctx, cfg, spec) }()
			feed()
			for got := 0; got < fed; {
				fetches := cl.PollFetches(t.Context())
				fetches.EachRecord(func(r *kgo.Record) {
					if got++; binary.BigEndian.Uint64(r.Value) != uint64(got) {
						t.Fatalf("record %d of the output says %d", got, binary.BigEndian.Uint64(r.Value))
					}
				})
			}
			cancel()
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
		})
	}
}

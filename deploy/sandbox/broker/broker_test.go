package broker

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// A committed record must be there after a clean restart, an aborted one must not, and the boot number must move:
// workers build their transactional ids on it.
func TestRestartKeepsCommittedOnly(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	dir := t.TempDir()
	b, err := Start(dir)
	if err != nil {
		t.Fatal(err)
	}
	if b.Boot != 1 {
		t.Fatalf("first boot is %d", b.Boot)
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.Address), kgo.TransactionalID("t-1"), kgo.DefaultProduceTopic("x"))
	if err != nil {
		t.Fatal(err)
	}
	never := "-1"
	if _, err := kadm.NewClient(cl).CreateTopic(ctx, 1, 1, map[string]*string{"retention.ms": &never}, "x"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		value string
		end   kgo.TransactionEndTry
	}{{"kept", kgo.TryCommit}, {"dropped", kgo.TryAbort}, {"kept too", kgo.TryCommit}} {
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := cl.ProduceSync(ctx, kgo.StringRecord(c.value)).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := cl.EndTransaction(ctx, c.end); err != nil {
			t.Fatal(err)
		}
	}
	cl.Close()
	if err := b.Stop(); err != nil {
		t.Fatal(err)
	}
	if b, err = Start(dir); err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	if b.Boot != 2 {
		t.Fatalf("second boot is %d", b.Boot)
	}
	cl, err = kgo.NewClient(kgo.SeedBrokers(b.Address), kgo.ConsumeTopics("x"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	var got []string
	for len(got) < 2 {
		fs := cl.PollFetches(ctx)
		if err := fs.Err(); err != nil {
			t.Fatal(err)
		}
		fs.EachRecord(func(r *kgo.Record) { got = append(got, string(r.Value)) })
	}
	if s := strings.Join(got, ","); s != "kept,kept too" {
		t.Fatalf("read %s", s)
	}
}

// Two brokers on one directory would both open it and ruin it.
func TestSecondBrokerIsRefused(t *testing.T) {
	dir := t.TempDir()
	b, err := Start(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	if two, err := Start(dir); err == nil {
		_ = two.Stop()
		t.Fatal("a second broker started on the same folder")
	} else if !strings.Contains(err.Error(), "another sandbox") {
		t.Fatalf("the refusal does not say why: %v", err)
	}
}

// A boot file that says nothing must stop the start: guessing 1 again could end an old transaction.
func TestBrokenBootNumberIsRefused(t *testing.T) {
	for _, text := range []string{"", "x", "0", "-3", "1 2"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "boot"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := Start(dir); err == nil {
			_ = b.Stop()
			t.Errorf("boot file %q was accepted as %d", text, b.Boot)
		}
	}
}

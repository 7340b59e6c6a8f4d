package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"holdfast.example/stream/streamtest/apache"
)

// screen is what the command wrote, readable while it writes.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// At stake: it is the first thing a user runs. It says where the brokers are, takes faults, explains a word it does not
// know, and leaves nothing behind when it is told to end.
func TestRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	in, keys := io.Pipe()
	var shown screen
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-dir", dir, "-port", "15292", "-heap", "256"}, in, &shown) }()
	say := func(line, want string) {
		t.Helper()
		before := len(shown.String())
		if line != "" {
			if _, err := io.WriteString(keys, line+"\n"); err != nil {
				t.Fatal(err)
			}
		}
		for end := time.Now().Add(4 * time.Minute); !strings.Contains(shown.String()[before:], want); time.Sleep(10 * time.Millisecond) {
			select {
			case err := <-ended:
				if errors.Is(err, apache.ErrMissing) && os.Getenv("CI") != "true" {
					t.Skip(err)
				}
				t.Fatalf("ended: %v\n%s", err, shown.String())
			default:
			}
			if time.Now().After(end) {
				t.Fatalf("%q: waited for %q, was shown\n%s", line, want, shown.String())
			}
		}
	}
	say("", "HOLDFAST_KAFKA_BROKERS=127.0.0.1:15292")
	say("ps", "1  up")
	say("kill 1", "kill 1: done")
	say("kill 1", "does not run")
	say("ps", "1  down")
	say("restart 1", "restart 1: done")
	say("pause 1", "pause 1: done")
	say("ps", "1  paused")
	say("resume 1", "resume 1: done")
	say("kill 7", "there are brokers 1 to 1")
	say("kill all", "is no broker")
	say("stop", "say kill N, pause N")
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	for _, args := range [][]string{{"-n", "2"}, {"start"}, {"-what"}} {
		if err := run(context.Background(), args, in, io.Discard); !errors.Is(err, errUsage) {
			t.Errorf("%v: %v; want a word on usage", args, err)
		}
	}
}

package stream_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

// TestMain lets the test binary be a worker process of its own: that is what the kill tests kill.
func TestMain(m *testing.M) {
	if os.Getenv("STREAM_TEST_WORKER") != "" {
		os.Exit(workerProcess())
	}
	os.Exit(m.Run())
}

func workerProcess() int {
	seed, _ := strconv.ParseUint(os.Getenv("STREAM_TEST_SEED"), 10, 64)
	kills, _ := strconv.Atoi(os.Getenv("STREAM_TEST_KILLS"))
	cfg := stream.Config{
		Kafka:  stream.Kafka{Brokers: []string{os.Getenv("STREAM_TEST_BROKER")}, Prefix: "t."},
		Worker: os.Getenv("STREAM_TEST_WORKER"), Dir: os.Getenv("STREAM_TEST_DIR"),
		Commit: 20 * time.Millisecond, HotSet: 16, MaxTransactionRecords: 40,
		SessionTimeout: 2 * time.Second, RebalanceTimeout: 2 * time.Second, TransactionTimeout: 3 * time.Second,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}
	cfg.Observer = stream.LogObserver(cfg.Logger)
	streamtest.AbortOneIn(&cfg, 5, seed)
	if kills > 0 {
		streamtest.KillOneIn(&cfg, kills, seed, func() {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		})
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := stream.Run(ctx, cfg, tally(tallyInput)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// process starts a worker process.
func (w *world) process(worker, dir string, seed uint64, kills int) *exec.Cmd {
	w.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "STREAM_TEST_WORKER="+worker, "STREAM_TEST_DIR="+dir, "STREAM_TEST_BROKER="+w.kafka.Brokers[0],
		"STREAM_TEST_SEED="+strconv.FormatUint(seed, 10), "STREAM_TEST_KILLS="+strconv.Itoa(kills))
	if os.Getenv("STREAM_TEST_LOG") != "" {
		cmd.Stderr = os.Stderr
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	return cmd
}

func testLog(t testing.TB) *stream.Observer {
	if os.Getenv("STREAM_TEST_LOG") == "" {
		return nil
	}
	return stream.LogObserver(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

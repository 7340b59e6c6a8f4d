package stream_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

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
	k := stream.Kafka{Brokers: strings.Split(os.Getenv("STREAM_TEST_BROKERS"), ","), Prefix: os.Getenv("STREAM_TEST_PREFIX")}
	cfg := workerConfig(k, os.Getenv("STREAM_TEST_APACHE") != "", os.Getenv("STREAM_TEST_WORKER"), os.Getenv("STREAM_TEST_DIR"))
	cfg.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	cfg.Observer = stream.LogObserver(cfg.Logger)
	streamtest.AbortOneIn(&cfg, 5, seed)
	atPoint(&cfg)
	if kills > 0 {
		streamtest.KillOneIn(&cfg, kills, seed, func() {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		})
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the test
		os.Exit(3)
	}()
	if err := stream.Run(ctx, cfg, tally(tallyInput)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// process starts a worker process.
func (w *world) process(worker, dir string, seed uint64, kills int, env ...string) *exec.Cmd {
	w.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "STREAM_TEST_WORKER="+worker, "STREAM_TEST_DIR="+dir, "STREAM_TEST_BROKERS="+strings.Join(w.kafka.Brokers, ","), "STREAM_TEST_PREFIX="+w.kafka.Prefix,
		"STREAM_TEST_SEED="+strconv.FormatUint(seed, 10), "STREAM_TEST_KILLS="+strconv.Itoa(kills))
	if w.apache != nil {
		cmd.Env = append(cmd.Env, "STREAM_TEST_APACHE=1")
	}
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = w.stderr
	if os.Getenv("STREAM_TEST_LOG") != "" {
		cmd.Stderr = os.Stderr
	}
	if _, err := cmd.StdinPipe(); err != nil { // a worker reads it to learn that we are gone
		w.t.Fatal(err)
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

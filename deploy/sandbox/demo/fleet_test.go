package demo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// script makes an executable that stands where the binary would.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "child")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func fleetOf(t *testing.T, body string) (*fleet, context.Context) {
	t.Helper()
	s, err := startServers(t.Context(), t.TempDir(), "hold-bucket")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	f := newFleet(script(t, body), t.TempDir(), s, cancel)
	t.Cleanup(f.abandon)
	if f.paths, err = configs(f.dir, s); err != nil {
		t.Fatal(err)
	}
	return f, ctx
}

// A child that dies by itself must end the demo at once and say what it last said: otherwise the demo would wait a
// minute for something nobody does any more.
func TestChildThatDiesEndsTheDemo(t *testing.T) {
	f, ctx := fleetOf(t, "echo the disk is full; exit 6\n")
	if err := f.launch("capture"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("nobody noticed")
	}
	if err := context.Cause(ctx); err == nil || !strings.Contains(err.Error(), "the disk is full") || !strings.Contains(err.Error(), "capture") {
		t.Fatalf("the cause is %v", err)
	}
}

// A child that ends with another code than 0 when it is asked to stop has lost something, or might have.
func TestStopChecksTheCode(t *testing.T) {
	for code, body := range map[string]string{
		"0": "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done\n",
		"3": "trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done\n",
	} {
		t.Run(code, func(t *testing.T) { stopOne(t, code, body) })
	}
}

func stopOne(t *testing.T, code, body string) {
	f, ctx := fleetOf(t, body)
	if err := f.launch("capture"); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(f.dir, "capture.log")
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(tail(log), "ready"); {
		if time.Now().After(deadline) {
			t.Fatal("the child never began")
		}
	}
	err := f.stop()
	if (err == nil) != (code == "0") {
		t.Errorf("code %s: stop says %v", code, err)
	}
	if ctx.Err() != nil {
		t.Errorf("code %s: a wanted end counted as a death: %v", code, context.Cause(ctx))
	}
	if peak, n := f.memory(); peak <= 0 || n != 2 {
		t.Errorf("%d KiB in %d processes", peak, n)
	}
}

// A child that was killed comes back under its name; the kill must not count as a death of its own.
func TestKillAndAgain(t *testing.T) {
	f, ctx := fleetOf(t, "while :; do sleep 0.05; done\n")
	if err := f.launch(victim); err != nil {
		t.Fatal(err)
	}
	first := f.children[victim].cmd.Process.Pid
	if err := errors.Join(f.kill(victim), f.again(ctx, victim)); err != nil {
		t.Fatal(err)
	}
	if f.children[victim].cmd.Process.Pid == first {
		t.Error("it never died")
	}
	if ctx.Err() != nil {
		t.Errorf("the kill ended the demo: %v", context.Cause(ctx))
	}
}

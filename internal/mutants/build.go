package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// buildLimit is for one build on a machine that does other things too.
const buildLimit = 10 * time.Minute

// build is what one program is made of.
type build struct {
	root string            // folder of go.mod
	swap map[string]string // overlay: which file is read instead of which; empty: the source as it is
	dir  string            // where the overlay's list is written
}

// binary builds the worker with its fault points.
func (b build) binary(ctx context.Context, to string) error {
	return b.run(ctx, "build", "-tags", "faultpoints,mutant", "-o", to, "./cmd/holdfast")
}

// testing builds a package's tests; the golden log is one of the fold's.
func (b build) testing(ctx context.Context, folder, to string) error {
	return b.run(ctx, "test", "-c", "-vet=off", "-o", to, "./"+folder)
}

// run calls the go command. Debug information is left out: half of the time a link takes.
func (b build) run(ctx context.Context, verb string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, buildLimit)
	defer cancel()
	flags := []string{verb, "-ldflags=-s -w"}
	if len(b.swap) > 0 {
		list, err := json.Marshal(map[string]any{"Replace": b.swap})
		if err != nil {
			return fmt.Errorf("encode overlay: %w", err)
		}
		name := filepath.Join(b.dir, "overlay.json")
		if err := os.WriteFile(name, list, 0o600); err != nil {
			return fmt.Errorf("write overlay: %w", err)
		}
		flags = append(flags, "-overlay="+name)
	}
	cmd := exec.CommandContext(ctx, "go", append(flags, args...)...)
	cmd.Dir = b.root
	cmd.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, strings.TrimSpace(said.String()))
	}
	return nil
}

// moduleRoot finds the folder of go.mod.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"holdfast.example/stream"
)

// heldBy is the file in a worker's folder that a running process has locked.
const heldBy = "lock"

// hold takes the worker's folder in state_dir for this process before Kafka hears of it: two processes on one disk under
// one name are a copied configuration, and the second must not take the first one's place in Kafka only to find the disk
// taken. The lock is the kernel's (flock(2)), so it ends with the process, however that ends. The returned function gives
// it back.
func (c *Config) hold() (func(), error) {
	if c.StateDir == "" || !slices.Contains(c.Stages, stageCorrelate) {
		return func() {}, nil
	}
	dir := filepath.Join(c.StateDir, c.Worker)
	err := os.MkdirAll(dir, 0o700)
	var f *os.File
	if err == nil {
		f, err = os.OpenFile(filepath.Join(dir, heldBy), os.O_CREATE|os.O_RDWR, 0o600)
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EIO):
		return func() {}, nil // the store says it, with the exit code of what is out of reach
	case err != nil:
		return nil, fmt.Errorf("%w: state_dir: %w", stream.ErrConfig, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: another process runs as this worker in %s; give each worker a name of its own", stream.ErrConfig, dir)
		}
		return nil, fmt.Errorf("%w: state_dir: lock %s: %w", stream.ErrConfig, dir, err)
	}
	return func() { _ = f.Close() }, nil
}

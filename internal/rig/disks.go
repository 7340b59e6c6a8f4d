package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A disk is a worker's state_dir. In it is a folder of the worker's name, in which each stage has its own.

func (w *worker) yesterday() string { return filepath.Join(w.rig.o.Dir, "yesterday", w.name) }

// copyDisk keeps a copy of the disk of a worker that is down.
func (r *Rig) copyDisk(n int) error {
	w := r.worker(n)
	old := w.yesterday()
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.CopyFS(old, os.DirFS(w.state)); err != nil {
		return fmt.Errorf("copy the disk of %s: %w", w.name, err)
	}
	return nil
}

func diskLost(ctx context.Context, r *Rig, f *Fault) error {
	if err := r.strike(ctx, f, f.Worker); err != nil {
		return err
	}
	return errors.Join(r.LoseDisk(f.Worker), r.Start(f.Worker))
}

func diskOfYesterday(ctx context.Context, r *Rig, f *Fault) error {
	w := r.worker(f.Worker)
	if _, err := os.Stat(w.yesterday()); err != nil { // there is no yesterday yet
		if err := r.Term(ctx, f.Worker); err != nil {
			return err
		}
		if err := errors.Join(r.copyDisk(f.Worker), r.Start(f.Worker)); err != nil {
			return err
		}
		if err := r.sleep(ctx, f.between(2*time.Second, 3*time.Second)); err != nil {
			return err
		}
	}
	if err := r.strike(ctx, f, f.Worker); err != nil {
		return err
	}
	if err := os.RemoveAll(w.state); err != nil {
		return err
	}
	if err := os.CopyFS(w.state, os.DirFS(w.yesterday())); err != nil {
		return fmt.Errorf("put back the disk of %s: %w", w.name, err)
	}
	return r.Start(f.Worker)
}

func disksSwapped(ctx context.Context, r *Rig, f *Fault) error {
	if err := r.strike(ctx, f, f.Worker); err != nil {
		return err
	}
	hit := f.hit
	if err := r.strike(ctx, f, f.Other); err != nil {
		return err
	}
	f.hit = f.hit || hit
	a, b := r.worker(f.Worker), r.worker(f.Other)
	between := a.state + ".swapped"
	// The folder inside is the stage's worker's: it is looked for under the new name.
	err := errors.Join(os.Rename(a.state, between), os.Rename(b.state, a.state), os.Rename(between, b.state),
		rename(a.state, b.name, a.name), rename(b.state, a.name, b.name))
	if err != nil {
		return fmt.Errorf("swap the disks of %s and %s: %w", a.name, b.name, err)
	}
	return errors.Join(r.Start(f.Worker), r.Start(f.Other))
}

// rename renames what is in a folder, if it is there.
func rename(folder, from, to string) error {
	err := os.Rename(filepath.Join(folder, from), filepath.Join(folder, to))
	if errors.Is(err, os.ErrNotExist) {
		return nil // the worker was killed before it had written anything
	}
	return err
}

package rig

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	regimeStep  = 100 * time.Millisecond // by so much each regime's settle is longer than the last one's
	regimeSteps = 15                     // then it is as at the beginning: settle never exceeds the longest patience
	regimeLimit = time.Minute            // for a worker to meet the new regime
	exitStop    = 6                      // the worker's exit code for state or integrity
)

// regimeChanged does what docs/OPERATIONS.md tells an operator to do: changes the configuration everywhere, asks the
// running clock for it, sees every worker of the old one stop by itself when the new regime reaches its shards, and
// starts them again. Records of both regimes then stand in each partition, with transactions of both sides.
func regimeChanged(ctx context.Context, r *Rig, f *Fault) error {
	r.o.Settle = settle + (r.o.Settle-settle+regimeStep)%(regimeSteps*regimeStep)
	for _, w := range r.workers {
		if err := w.configure(); err != nil {
			return err
		}
	}
	r.aim(ctx, f, r.all()...)
	old := map[string]*process{}
	for _, n := range r.all() {
		w := r.worker(n)
		old[w.name] = w.meaning(func(code int, _ syscall.Signal) bool { return code == exitStop })
	}
	cmd := exec.CommandContext(ctx, r.o.Binary, "regime", "apply", "--yes", "--wait", "3m", "--config", r.workers[0].config)
	cmd.Env = append(os.Environ(), r.o.Env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("holdfast regime apply: %w\n%s", err, out)
	}
	err := r.until(ctx, regimeLimit, "the workers of the old regime to stop", func(context.Context) (bool, error) {
		for name, p := range old {
			if p != nil && !p.ended() {
				return false, fmt.Errorf("%s runs", name)
			}
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	return r.StartAll()
}

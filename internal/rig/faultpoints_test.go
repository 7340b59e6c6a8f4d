package rig

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const unreachable = 5 // the exit code where no broker answers at the start

// At stake: a plan that is misread does nothing, and what it should have broken looks sound. The program says no to one
// it does not understand, before it does anything; and with one it does, it goes on to look for its cluster.
func TestPlansAreReadStrictly(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	binary, err := Build(ctx, filepath.Join("..", ".."), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o, err := Options{Binary: binary, Brokers: []string{"127.0.0.1:1"}, Dir: t.TempDir(), Profile: "embedded"}.complete()
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(o.Dir, "w1.yaml")
	if err := os.WriteFile(config, []byte(o.settings("w1", filepath.Join(o.Dir, "state"))), 0o600); err != nil {
		t.Fatal(err)
	}
	for plan, want := range map[string]struct {
		code int
		says string
	}{
		"abort":          {codeConfig, "no name=value"},
		"abort=0":        {codeConfig, "1 or more"},
		"point=here":     {codeConfig, "offsets-sent"},
		"skew=1":         {codeConfig, "duration"},
		"slow=1":         {codeConfig, "no fault"},
		"kill=1,seed=-1": {codeConfig, "seed"},
		"abort=5,kill=300,point=flushed,nth=20,skew=-26h,seed=7": {unreachable, "127.0.0.1:1"},
	} {
		cmd := exec.CommandContext(ctx, binary, "run", "--config", config)
		cmd.Env = append(os.Environ(), "HOLDFAST_TEST_FAULTS="+plan)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != want.code || !strings.Contains(string(out), want.says) {
			t.Errorf("%s: %v, want code %d and %q:\n%s", plan, err, want.code, want.says, out)
		}
	}
}

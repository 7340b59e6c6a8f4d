//go:build faultpoints

package main

import (
	"strings"
	"testing"
	"time"
)

// At stake: a plan that is misread does nothing, and what it should have broken looks sound.
func TestParseFaults(t *testing.T) {
	for text, want := range map[string]faultPlan{
		"abort=5":                      {abort: 5, nth: 1},
		"stop=ended,nth=3":             {stop: "ended", nth: 3},
		"skew=-26h":                    {skew: -26 * time.Hour, nth: 1},
		"kill=300,seed=7":              {kill: 300, nth: 1, seed: 7},
		"point=flushed,nth=20,abort=2": {point: "flushed", nth: 20, abort: 2},
	} {
		if got, err := parseFaults(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for text, says := range map[string]string{
		"abort": "no name=value", "abort=0": "1 or more", "kill=x": "kill", "point=here": "offsets-sent", "stop=here": "offsets-sent", "skew=1": "duration", "slow=1": "no fault", "seed=-1": "seed", "": "no name=value",
	} {
		if got, err := parseFaults(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %+v, %v; want %q", text, got, err, says)
		}
	}
}

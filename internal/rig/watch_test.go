package rig

import (
	"strings"
	"testing"
	"time"

	"holdfast.example/schemas"
)

// At stake: a worker that has quietly stopped folding is found by nobody else. What stands although there is something to
// fold is named; what has nothing to fold, or moves however slowly, is not.
func TestIdleNamesWhatStands(t *testing.T) {
	events, fold := place{"observe-events", "conversation.events", 1}, place{correlate, observations, 0}
	now := time.Now()
	for name, c := range map[string]struct {
		before, after map[place]position
		ticked        time.Duration // ago
		says          string
	}{
		"all moves":       {map[place]position{events: {1, 9}, fold: {5, 9}}, map[place]position{events: {2, 9}, fold: {6, 9}}, 0, ""},
		"nothing to fold": {map[place]position{events: {9, 9}, fold: {5, 5}}, map[place]position{events: {9, 9}, fold: {5, 5}}, 0, ""},
		"one stands":      {map[place]position{events: {1, 9}, fold: {5, 9}}, map[place]position{events: {1, 12}, fold: {6, 9}}, 0, "observe-events stands at 1 of 12 in conversation.events/1"},
		"new work":        {map[place]position{events: {9, 9}, fold: {5, 5}}, map[place]position{events: {9, 10}, fold: {5, 5}}, 0, ""},
		"no ticks":        {map[place]position{events: {9, 9}}, map[place]position{events: {9, 9}}, time.Hour, "clock stands at tick 4"},
	} {
		r := &Rig{}
		r.watch = watch{places: map[place]stand{}, clock: schemas.ClockState{N: 4}, ticked: now.Add(-c.ticked)}
		r.watch.note(c.before, now.Add(-2*time.Minute))
		r.watch.note(c.after, now.Add(-time.Minute-time.Second/2))
		r.watch.note(c.after, now.Add(-time.Second))
		err := r.Idle(90 * time.Second)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

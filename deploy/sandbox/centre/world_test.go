package centre

import (
	"reflect"
	"testing"

	"holdfast.example/deploy/sandbox/truth"
)

// A demo that leaves a named case out proves nothing about it, and one whose world moved between two runs of a seed
// could not be debugged.
func TestEveryCaseInEveryWorld(t *testing.T) {
	counts := map[string]bool{}
	for seed := range uint64(20) {
		w := Generate(seed)
		for _, c := range truth.Cases {
			if w.Counts[c] < 1 {
				t.Errorf("seed %d: %q is not played", seed, c)
			}
		}
		counts[describe(w)] = true
		if seed < 3 && !reflect.DeepEqual(bodies(w), bodies(Generate(seed))) {
			t.Errorf("seed %d: two worlds", seed)
		}
		checkCohorts(t, w)
	}
	if len(counts) < 18 {
		t.Errorf("20 seeds make only %d different sets of counts", len(counts))
	}
}

func describe(w *truth.World) string {
	s := ""
	for _, c := range truth.Cases {
		s += string(rune('0' + w.Counts[c]))
	}
	return s
}

func bodies(w *truth.World) []string {
	var out []string
	for _, c := range w.Conversations {
		for _, e := range c.Events {
			out = append(out, eventBody(c, e))
		}
	}
	for o := range w.Objects() {
		out = append(out, o.Key, string(o.Body))
	}
	for _, h := range w.Hostile {
		out = append(out, string(h.Body))
	}
	return out
}

// The sizes are what the judgements need: below them a cohort stays unjudged and the demo would wait in vain.
func checkCohorts(t *testing.T, w *truth.World) {
	t.Helper()
	single, double, size := map[string]int{}, map[string]int{}, map[string]int{}
	for r := range w.Recordings() {
		size[r.Conversation.Cohort.Name]++
		if r.Conversation.Agents() > 1 {
			double[r.Conversation.Cohort.Name]++
		} else {
			single[r.Conversation.Cohort.Name]++
		}
	}
	if size["aligned"] < 45 || size["twelve minutes"] < 40 || size["whole hours"] < 30 || size["manifest"] < 30 {
		t.Errorf("seed %d: cohorts of %v", w.Seed, size)
	}
	if double["hand-off"] < 34 || single["hand-off"] < 60 {
		t.Errorf("seed %d: hand-offs of %d, controls of %d", w.Seed, double["hand-off"], single["hand-off"])
	}
	if n := w.Counts[truth.ManifestShifted]; n < 1 || n > 3 {
		t.Errorf("seed %d: %d strays in the manifest", w.Seed, n)
	}
	never := 0
	for r := range w.Recordings() {
		if r.Case == truth.Outage && r.Objects[0].When == truth.Never {
			never++
		}
	}
	if never != 1 {
		t.Errorf("seed %d: %d recordings of the outage never come", w.Seed, never)
	}
}

package oracle

import "testing"

// A good output must pass, for many worlds: an oracle that objects to everything proves nothing.
func TestContentWithGoodOutput(t *testing.T) {
	for seed := range uint64(3) {
		w := world(t, seed)
		f := newForge(t, w, lie{})
		r := Check(w, f.out)
		for i, d := range r.Differences {
			if i < 10 {
				t.Errorf("seed %d: %s", seed, d)
			}
		}
		if r.Expected.Facts < 1000 || r.Expected.Findings < 10 || r.Leaves < 2000 {
			t.Errorf("seed %d: too small to mean anything: %+v, %d leaves", seed, r.Expected, r.Leaves)
		}
	}
}

// correlate takes strays of an aligned cohort that lie close together for one finding once they are ten or more, and a
// twentieth of it; the oracle expects a finding of each. That holds only for worlds whose aligned cohorts stray less.
func TestNoCohortStraysInABunch(t *testing.T) {
	const bunch = 10
	for seed := range uint64(20) {
		w := world(t, seed)
		j := &judge{world: w}
		for _, c := range w.Cohorts {
			if v := j.judgementOf(c); len(v.strays) >= bunch {
				t.Errorf("seed %d, %s: %d of %d stray: the oracle must learn the rule", seed, c.Name, len(v.strays), len(v.members))
			}
		}
	}
}

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

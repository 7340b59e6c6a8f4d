package capture

import (
	"testing"

	"pgregory.net/rapid"
)

// The low watermark against the dumb way to know it.
func TestWindowWatermark(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, offsets, offset := newWindow(), []int64{}, int64(0)
		for _, gap := range rapid.SliceOfN(rapid.IntRange(1, 3), 1, 40).Draw(t, "gaps") {
			offset += int64(gap) // offsets have holes: what was aborted
			offsets = append(offsets, offset)
			w.add(offset)
		}
		done := map[int64]bool{}
		for _, o := range rapid.Permutation(offsets).Draw(t, "order") {
			w.finish(o)
			done[o] = true
			want, any := int64(-1), false
			for _, x := range offsets {
				if !done[x] {
					break
				}
				want, any = x+1, true
			}
			if at, ok := w.committable(); ok != any || at != want {
				t.Fatalf("after %d: %d %v, want %d %v", o, at, ok, want, any)
			}
		}
	})
}

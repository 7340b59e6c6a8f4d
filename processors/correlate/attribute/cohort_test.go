package attribute

import (
	"testing"
)

// Every cause is named where it is the only one that can be meant, and by its own word.
func TestEveryCauseIsNamed(t *testing.T) {
	for h := range HypothesisCount {
		if bends[h] == nil {
			continue
		}
		t.Run(h.String(), func(t *testing.T) {
			v := bent(1, 300, h).judge(Table{Zones: []Zone{london}})
			if !v.Named() || v.Hypothesis != h {
				t.Errorf("%s: %v %v %v %v candidates %v, wants %+v", v.Shape, v.Grade, v.Cause, v.Hypothesis, v.Field, v.Candidates.List(), v.Decider)
			}
			if len(v.Outliers) > 0 {
				t.Errorf("%d outliers of none: %+v", len(v.Outliers), v.Outliers[0])
			}
		})
	}
}

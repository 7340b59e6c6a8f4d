package genesys

import (
	"testing"

	meaning "holdfast.example/schemas/field"
)

// Every time that is read under any of its names has its row in the table of fields, or nobody could look up what was
// compared.
func TestTimesHaveRows(t *testing.T) {
	n := 0
	for _, s := range spellings {
		if !s.time {
			continue
		}
		n++
		f, ok := meaning.Find(meaning.MetadataFile, "", s.name)
		if !ok || f.Clock != clockOf(s.field) {
			t.Errorf("%s: row %t, clock %q", s.name, ok, f.Clock)
		}
	}
	if n == 0 {
		t.Error("no time is read")
	}
}

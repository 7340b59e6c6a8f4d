package timeline

import (
	"cmp"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

// Stamp is one time as a source wrote it. The zero Stamp is no time.
type Stamp struct {
	Lo, Hi int64  // closed, Unix ms; as if UTC where no zone is named
	Clock  string // of instant.Clocks; empty: there is no time
	Zoned  bool   // the text names its zone
}

// Read takes a reading over; one that was refused is no time.
func Read(r *schemas.Reading) Stamp {
	if r.Refused != "" || r.HiMS < r.LoMS {
		return Stamp{}
	}
	return Stamp{r.LoMS, r.HiMS, r.Clock, r.Zone != ""}
}

// Known says whether there is a time.
func (s Stamp) Known() bool { return s.Clock != "" && s.Lo <= s.Hi }

// Interval is the time's own.
func (s Stamp) Interval() instant.Interval { return instant.Interval{Lo: s.Lo, Hi: s.Hi} }

// reading is the time as attribution compares it.
func (s Stamp) reading() attribute.Reading {
	if !s.Known() {
		return attribute.Reading{}
	}
	return attribute.Reading{Interval: s.Interval(), Family: attribute.FamilyOf(instant.Clock(s.Clock)), Zoned: s.Zoned}
}

// Put is the stamp as the reading of a fact of the recording.
func Put(r *attribute.Recording, f attribute.Fact, s Stamp) { r.Readings[f] = s.reading() }

// rank orders the platform's clocks by how near they are to the deed (T1): as it happened, then revised later.
func rank(clock string) int {
	switch instant.Clock(clock) {
	case instant.GenesysCloud, instant.GenesysProvider:
		return 2
	case "":
		return 0
	}
	return 1
}

// better says whether b is taken in place of a; earlier: of two of one rank the earlier one, else the later one. It is an
// order of all stamps, so that of any two the same one is taken (T1).
func better(a, b Stamp, earlier bool) bool {
	switch x, y := rank(a.Clock), rank(b.Clock); {
	case !b.Known() || !b.Zoned:
		return false
	case !a.Known() || x != y:
		return !a.Known() || y > x
	case earlier:
		return cmp.Or(cmp.Compare(b.Lo, a.Lo), cmp.Compare(b.Hi, a.Hi), cmp.Compare(b.Clock, a.Clock)) < 0
	}
	return cmp.Or(cmp.Compare(b.Hi, a.Hi), cmp.Compare(b.Lo, a.Lo), cmp.Compare(b.Clock, a.Clock)) > 0
}

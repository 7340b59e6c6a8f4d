package timeline

import (
	"strings"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas"
	"holdfast.example/schemas/field"
)

// Export is what a metadata file or a manifest's row says of one recording.
type Export struct {
	Session, Channel, Provider string // channel in upper case
	Times                      []Time // in the order of the source's table
	Agents                     int    // agents it names by id; 0: none
}

// Time is one time of an export, under its name as it stands.
type Time struct {
	Name  string
	Means attribute.Fact // Start, End, Created or Finalise
	Other bool           // of Created: the field is declared to be when the recording's entry came to be
	Stamp
}

// meaning is what a name of an export means to attribution.
type meaning struct {
	fact  attribute.Fact
	other bool
}

// meanings is the part of the field table that exports are read by, once.
var meanings = func() map[string]meaning {
	of := map[field.Instant]attribute.Fact{field.RecordingStart: attribute.Start, field.RecordingEnd: attribute.End,
		field.RecordingCreated: attribute.Created, field.Exported: attribute.Finalise}
	all := map[string]meaning{}
	for _, f := range field.All() {
		if f.Document != field.MetadataFile {
			continue
		}
		// A field that is open means one of several instants. Where the recording's creation is one of them it is asked
		// which: that is attribution's matter, against the session's start.
		for _, m := range f.Means {
			if fact, known := of[m]; known {
				all[f.Name] = meaning{fact, fact == attribute.Created && len(f.Means) == 1}
				break
			}
		}
	}
	return all
}()

// Means says which instant a field of an export is read as; false: none that is judged.
func Means(name string) (attribute.Fact, bool) {
	m, known := meanings[name]
	return m.fact, known
}

// FromExport takes over what an export fact says, with its times. Of two fields that mean one instant the first in the
// source's order counts, but an open field of creation counts before a declared one: it is the one in question.
func FromExport(f *schemas.ExportFact, times []schemas.Reading) *Export {
	x := &Export{Session: f.SessionID, Channel: strings.ToUpper(f.MediaType), Provider: f.Provider, Agents: len(f.UserIDs)}
	for i := range times {
		m, known := meanings[times[i].Field]
		s := Read(&times[i])
		if !known || !s.Known() {
			continue
		}
		if was := x.Time(m.fact); was == nil {
			x.Times = append(x.Times, Time{times[i].Field, m.fact, m.other, s})
		} else if was.Other && !m.other {
			*was = Time{times[i].Field, m.fact, m.other, s}
		}
	}
	return x
}

// Time is the export's time of that meaning, nil where it has none that could be read.
func (x *Export) Time(means attribute.Fact) *Time {
	for i := range x.Times {
		if x.Times[i].Means == means {
			return &x.Times[i]
		}
	}
	return nil
}

// Declared is what the field table declares the export's creation to be (T3): NoFact where it is open, or not there.
func (x *Export) Declared() attribute.Fact {
	if t := x.Time(attribute.Created); t != nil && t.Other {
		return attribute.RecordingCreated
	}
	return attribute.NoFact
}

package timeline

import (
	"fmt"
	"strings"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

// nine is 2026-05-04T09:00:00Z, where every scene begins.
const nine = int64(1777885200000)

// at is a time of the platform's as it happens, in seconds from nine.
func at(s int64) Stamp { return by(instant.GenesysCloud, s) }

func by(c instant.Clock, s int64) Stamp {
	return Stamp{nine + s*1000, nine + s*1000, string(c), true}
}

// bare is a time that names no zone.
func bare(s int64) Stamp {
	t := at(s)
	t.Zoned = false
	return t
}

// session is one word on a session; unknown bounds are none.
func session(role, id string, start, end Stamp) Session {
	return Session{ID: id, Role: role, Start: start, End: end}
}

func conversation(words ...Session) *Conversation {
	var c Conversation
	for _, w := range words {
		c.Meet(w)
	}
	return &c
}

// export is what a manifest's row says: the names of fields, each with its time.
func export(named string, fields ...any) *Export {
	x := &Export{Session: named}
	for i := 0; i < len(fields); i += 2 {
		name := fields[i].(string)
		m := meanings[name]
		s := fields[i+1].(Stamp)
		s.Clock = string(instant.ExportMetadata)
		x.Times = append(x.Times, Time{name, m.fact, m.other, s})
	}
	return x
}

// show writes a stamp as seconds from nine, with its clock where that is not the platform's.
func show(s Stamp) string {
	if !s.Known() {
		return "-"
	}
	text := fmt.Sprint((s.Lo - nine) / 1000)
	if s.Clock != string(instant.GenesysCloud) {
		text += " " + s.Clock
	}
	return text
}

func showReference(r Reference) string {
	id := "-"
	if r.Session != nil {
		id = r.Session.Role + " " + r.Session.ID
	}
	text := fmt.Sprintf("%s %s %s..%s", r.By, id, show(r.Start), show(r.End))
	if r.Outside {
		text += " outside"
	}
	return text
}

// showFacts writes what a recording observes of its session: agents, and each fact that is there.
func showFacts(r *attribute.Recording) string {
	parts := []string{fmt.Sprintf("agents %d", r.Agents)}
	for f := attribute.Fact(1); f < attribute.FactCount; f++ {
		if rd := &r.Readings[f]; rd.Present() {
			text := fmt.Sprintf("%s %d", f, (rd.Lo-nine)/1000)
			if !rd.Zoned {
				text += " bare"
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

func reading(field string, c instant.Clock, text string) schemas.Reading {
	return instant.Read(field, c, text, instant.RoundingUnknown)
}

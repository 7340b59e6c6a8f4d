package report

import (
	"strings"

	"holdfast.example/processors/check"
	"holdfast.example/schemas/exhibit"
)

// sheet is everything a person is told, in its order.
type sheet struct {
	read       string // what was read
	answer     string // what came of it
	good       bool
	paragraphs []paragraph
	table      table
	unjudged   []line // label: how many; text: what to add
	files      []fileLine
	closing    []string // the corrected manifest; the exit code and why
}

// table is the recordings that are shown.
type table struct {
	title string
	rows  []row
	more  int64 // not shown
}

// sheet walks the recordings and puts everything into words.
func (s Source) sheet(o Options, limit int, plots bool) (*sheet, *survey) {
	v := s.look(limit, plots)
	out := &sheet{read: s.read(v), files: inventory(s.Files), good: s.Summary.Exit() == 0}
	for _, i := range s.order() {
		out.paragraphs = append(out.paragraphs, tell(i, &s.Cohorts[i], &v.of[i]))
	}
	out.table = v.table(limit)
	drifts := 0
	for i := range out.paragraphs {
		if out.paragraphs[i].tone == drift {
			drifts++
		}
	}
	out.answer = s.answer(drifts)
	for _, w := range v.unjudged {
		text := Add(w.lack)
		if w.first != "" {
			text += " (first: " + plain(w.first) + ")"
		}
		out.unjudged = append(out.unjudged, line{count(w.n, "recording"), text})
	}
	out.closing = []string{corrected(o.Corrected), s.exit(o.FailOn)}
	return out, v
}

// table is all departing recordings where they are few, else those that no cohort's verdict covers.
func (v *survey) table(limit int) table {
	if v.all.n <= int64(limit) {
		return table{"recordings that depart", v.all.kept, 0}
	}
	return table{"recordings that depart, and that no verdict above covers", v.apart.kept, v.apart.n - int64(len(v.apart.kept))}
}

// read is the first line: how much there was.
func (s Source) read(v *survey) string {
	m := &s.Summary
	parts := []string{count(m.Recordings, "recording") + " of " + count(m.Conversations, "conversation")}
	if n := s.events(); n > 0 {
		parts = append(parts, count(n, "event"))
	}
	for _, c := range [...]struct {
		n   int
		one string
	}{{len(v.jobs), "job"}, {len(v.days), "day"}} {
		switch {
		case c.n >= maxDistinct:
			parts = append(parts, "at least "+count(int64(c.n), c.one))
		case c.n > 0:
			parts = append(parts, count(int64(c.n), c.one))
		}
	}
	unknown := int64(0)
	for i := range s.Files {
		if s.Files[i].Kind == exhibit.Unknown {
			unknown++
		}
	}
	parts = append(parts, count(int64(len(s.Files)), "file"))
	var not []string
	if unknown > 0 {
		not = append(not, grouped(unknown)+" not understood")
	}
	if m.Unread > 0 {
		not = append(not, grouped(m.Unread)+" not read in full")
	}
	if len(not) > 0 {
		parts[len(parts)-1] += " (" + strings.Join(not, ", ") + ": listed below)"
	}
	return strings.Join(parts, ", ")
}

// events counts the conversation events that were taken.
func (s Source) events() int64 {
	var n int64
	for i := range s.Files {
		if s.Files[i].Kind == exhibit.Event {
			n += s.Files[i].Facts - s.Files[i].Repeated
		}
	}
	return n
}

// answer counts how it stands with the recordings.
func (s Source) answer(drifts int) string {
	m := &s.Summary
	if m.Recordings == 0 {
		return "no recording was found"
	}
	text := grouped(m.Departing) + " depart, " + grouped(m.Aligned) + " are aligned, " + grouped(m.Unjudged) + " could not be judged; drift in " +
		grouped(int64(drifts)) + " of " + count(int64(len(s.Cohorts)), "cohort")
	if m.Strangers > 0 {
		text += "; " + count(m.Strangers, "entry") + " of the evidence about conversations that the export does not name"
	}
	if m.Differing > 0 {
		text += "; the export's own files do not agree about " + count(m.Differing, "recording") + ": one departs where the other does not (holdfast explain shows both)"
	}
	return text
}

func corrected(path string) string {
	if path == "" {
		return "corrected manifest: not written (add --corrected FILE)"
	}
	return "corrected manifest: " + plain(path)
}

// exit is the last line: the code, and why.
func (s Source) exit(failOn string) string {
	m := &s.Summary
	threshold := "the threshold"
	if failOn != "" {
		threshold = "--fail-on " + plain(failOn)
	}
	var why []string
	if m.Recordings == 0 {
		why = append(why, "no recording was found")
	}
	if m.Unjudged > 0 {
		why = append(why, count(m.Unjudged, "recording")+" could not be judged")
	}
	if m.Unread > 0 {
		why = append(why, count(m.Unread, "file")+" could not be read in full")
	}
	if m.Findings > 0 {
		text := count(m.Findings, "finding") + ": recordings that depart"
		if failOn != "" {
			text += ", at or above " + threshold
		}
		why = append(why, text)
	}
	switch m.Exit() {
	case 0:
		if m.Departing > 0 {
			return "exit 0: no recording departs at or above " + threshold
		}
		return "exit 0: no recording departs"
	case 1:
		return "exit 1: " + strings.Join(why, "; ")
	}
	return "exit 2: " + strings.Join(why, "; ")
}

// seeAlso is how a person goes on with a recording.
const seeAlso = "more of one: holdfast explain CONVERSATION"

// covering says how a recording stands to its cohort.
func covering(c check.Covering) string {
	switch c {
	case check.Covered:
		return "as its cohort"
	case check.Listed:
		return "near its cohort"
	case check.Outlying:
		return "apart from its cohort"
	}
	return "by itself"
}

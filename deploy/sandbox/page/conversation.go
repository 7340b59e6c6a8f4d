package page

import (
	"fmt"
	"time"

	"holdfast.example/deploy/sandbox/oracle"
	"holdfast.example/deploy/sandbox/truth"
)

// shown picks the conversation whose clocks tell most: of the twelve-minute cohort.
func shown(w *truth.World) *truth.Conversation {
	for _, c := range w.Conversations {
		if c.Case == truth.Translation {
			return c
		}
	}
	return nil
}

// conversation shows one conversation's clocks side by side, as its custody records hold them.
func (s *sheet) conversation(r Run) {
	c := shown(r.World)
	if c == nil {
		return
	}
	chain := r.Report.Chain("conversation:" + c.ID)
	s.line("%s  c-…%s  %s, exported once", s.paint(bold, "one conversation"), c.ID[len(c.ID)-4:], count(c.Agents(), "agent"))
	s.line("  %-19s%-17s%-17s%s", "clock", "start", "end", "offset")
	var from, to string
	for _, e := range chain {
		switch e.Topic {
		case "customer.start":
			from = at(e, "eventTime")
		case "customer.end", "user.end":
			to = max(to, at(e, "eventTime"))
		}
	}
	s.line("  %-19s%-17s%-17s%s", "events (cloud)", hours(from), hours(to), "reference")
	for _, e := range chain {
		if e.Kind != "inspection" || e.Role != "metadata" {
			continue
		}
		start, end := at(e, "startTime"), at(e, "endTime")
		s.line("  %-19s%-17s%-17s%s", "export metadata", hours(start), hours(end), s.apart(r, from, start))
	}
	put := ""
	for _, e := range chain {
		if e.Kind == "object" && e.Role == "media" && put == "" {
			put = at(e, "eventTime")
		}
	}
	s.line("  %-19s%-17s", "S3 put", hours(put))
	s.line("")
	epoch, kinds := int64(0), map[string]int{}
	for _, e := range chain {
		epoch = max(epoch, e.Epoch)
		kinds[e.Kind]++
	}
	s.line("  custody: %s (%s), last in epoch %d", count(len(chain), "record"), kindsOf(kinds), epoch)
}

// apart says how far two texts of time lie apart, and how many recordings share that.
func (s *sheet) apart(r Run, reference, claimed string) string {
	a, err1 := time.Parse(time.RFC3339, reference)
	b, err2 := time.Parse(time.RFC3339, claimed)
	if err1 != nil || err2 != nil {
		return "not comparable"
	}
	ms := b.Sub(a).Milliseconds()
	for _, f := range r.Report.Findings() {
		if f.Rule == "drift-translation" && f.OffsetMS != nil && *f.OffsetMS == ms {
			return fmt.Sprintf("%+.3f s   ← one finding, %s so far", float64(ms)/1000, count(int(f.N), "recording"))
		}
	}
	return fmt.Sprintf("%+.3f s", float64(ms)/1000)
}

func at(e oracle.Entry, field string) string {
	for _, t := range e.Times {
		if t.Field == field {
			return t.Lo
		}
	}
	return ""
}

// hours cuts a time down to its time of day.
func hours(text string) string {
	if len(text) != len("2026-05-04T09:15:02.118Z") {
		return "–"
	}
	return text[11:23]
}

package report

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"holdfast.example/schemas/instant"
)

// Text writes the explanation for a person. A time of the timeline is one line, however long: it is searched and cut by
// columns. Nothing of a file or a record reaches the terminal as it stands.
func (e *Explanation) Text(w io.Writer, o Options) error {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	b := bufio.NewWriter(w)
	p := &pad{w: b, colour: o.Colour, width: max(o.Width, minWidth)}
	p.explanationHead(e)
	p.participants(e.Participants)
	p.timeline(e.Timeline)
	for i := range e.Recordings {
		p.explained(&e.Recordings[i], e.Cohorts)
	}
	p.alerts(e.Alerts)
	p.put("")
	for _, n := range e.Notes {
		p.wrap("", "", "  ", plain(n))
	}
	p.put("exit " + strconv.Itoa(e.Exit))
	return b.Flush() // it keeps the first error
}

func (p *pad) explanationHead(e *Explanation) {
	clocks := map[string]bool{}
	for i := range e.Timeline {
		clocks[e.Timeline[i].Clock] = true
	}
	text := plain(e.Conversation)
	if e.Organization != nil {
		text += " of " + plain(*e.Organization)
	}
	p.wrap("", p.paint(bold, "holdfast explain")+": ", "  ", text+" · "+count(e.Agents, "agent")+", "+count(int64(len(e.Recordings)), "recording")+", "+
		count(int64(len(e.Timeline)), "reading")+" of "+count(int64(len(clocks)), "clock"))
	if c := e.Chain; c != nil {
		text := count(c.Records, "record") + " in partition " + strconv.Itoa(int(c.Partition)) + " of custody.records, each under its own hash, chain unbroken"
		if len(c.Broken) > 0 {
			text = count(c.Records, "record") + " in partition " + strconv.Itoa(int(c.Partition)) + " of custody.records, and the chain is broken"
		}
		if c.Copies > 0 {
			text += "; " + count(c.Copies, "further copy") + " of the same bytes"
		}
		p.labelled("custody", text, labelWidth)
		for _, b := range c.Broken {
			p.labelled("", plain(b), labelWidth)
		}
	}
}

// columns lays rows out, each column as wide as its widest cell, the last as it comes.
func (p *pad) columns(rows [][]string) {
	var widths []int
	for _, r := range rows {
		for i := range r {
			r[i] = plain(r[i])
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(r[i]))
		}
	}
	for _, r := range rows {
		line := ""
		for i, cell := range r {
			line += "  " + cell
			if i < len(r)-1 {
				line += strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			}
		}
		p.put(line)
	}
}

func (p *pad) participants(all []Participant) {
	p.put("")
	p.put(p.paint(bold, "who took part"))
	if len(all) == 0 {
		p.put("  nobody that the evidence tells of")
		return
	}
	rows := [][]string{{"", "media", "start", "end", "clock", "session"}}
	for i := range all {
		a := &all[i]
		rows = append(rows, []string{a.Name, orDash(strings.ToLower(text(a.Media))), a.Start.span(), a.End.span(), clocksOf(a.Start, a.End), a.Session})
		if a.Wrapup != nil {
			rows = append(rows, []string{"", "", "", a.Wrapup.span(), a.Wrapup.Clock, "end of after-call work"})
		}
	}
	p.columns(rows)
}

// text is what a pointer points to.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// span writes an instant: one where it is written to the millisecond, else the interval it lies in.
func (i *Instant) span() string {
	if i == nil {
		return "-"
	}
	return spanned(i.Lo, i.Hi, i.Zoned)
}

func spanned(lo, hi string, zoned bool) string {
	s := lo
	if hi != lo {
		day := len("2006-01-02T")
		if len(lo) == len(hi) && len(hi) > day && lo[:day] == hi[:day] {
			hi = hi[day:]
		}
		s += " to " + hi
	}
	if !zoned {
		s += " (no zone)"
	}
	return s
}

func clocksOf(all ...*Instant) string {
	s := ""
	for _, i := range all {
		switch {
		case i == nil || s == i.Clock:
		case s == "":
			s = i.Clock
		default:
			s += ", " + i.Clock
		}
	}
	return orDash(s)
}

func (p *pad) timeline(all []Moment) {
	p.put("")
	p.put(p.paint(bold, "the timeline of every clock"))
	if len(all) == 0 {
		p.put("  no time was read")
		return
	}
	var rows [][]string
	for i := range all {
		m := &all[i]
		at := "refused: " + text(m.Refused)
		if m.Lo != nil && m.Hi != nil {
			at = spanned(*m.Lo, *m.Hi, m.Zoned)
		}
		of := m.Of
		if m.Who != nil {
			of = strings.TrimPrefix(of+", "+*m.Who, ", ")
		}
		rows = append(rows, []string{at, m.Clock, m.Field, of, m.where()})
	}
	p.columns(rows)
}

// where is the file and the place, or the record, that a time stands in.
func (m *Moment) where() string {
	if m.Record != nil {
		return "record " + grouped(*m.Record)
	}
	return strings.TrimSpace(text(m.File) + " " + text(m.Place))
}

func (p *pad) explained(x *Explained, cohorts []CohortSaid) {
	p.put("")
	id := "recording without an id"
	if x.ID != nil {
		id = "recording " + plain(*x.ID)
	}
	p.put(p.paint(bold, id))
	for i, at := range x.Places {
		p.labelled(first(i, "stands in"), plain(at), labelWidth)
	}
	if x.Record != nil {
		p.labelled("stands in", "record "+grouped(*x.Record), labelWidth)
	}
	paired := x.Paired + " [" + x.PairedBy + "]"
	if x.Session != nil {
		paired = "session of " + *x.Session + ": " + paired
	}
	p.labelled("paired with", plain(paired), labelWidth)
	if x.Reference != nil {
		p.labelled("reference", plain("start "+x.Reference.Start.span()+", end "+x.Reference.End.span()), labelWidth)
	}
	for i := range x.Offsets {
		p.labelled(first(i, "compared"), plain(x.Offsets[i].say()), labelWidth)
	}
	for _, u := range x.Unread {
		p.labelled("not read", plain(u), labelWidth)
	}
	for _, s := range x.Says {
		p.labelled(s.Label, plain(s.Text), labelWidth)
	}
	for i, t := range x.Trials {
		state := t.State
		if i > 0 && x.Trials[i-1].State == state {
			state = ""
		}
		p.labelled(state, plain(strings.Join(t.Names, ", ")+": "+t.Why), stateWidth)
	}
	if x.Cohort == nil {
		return
	}
	for _, s := range cohorts[*x.Cohort].Says {
		p.labelled(s.Label, plain(s.Text), labelWidth)
	}
	p.labelled("", cohortsOwn, labelWidth)
}

// cohortsOwn is said below a cohort's verdict.
const cohortsOwn = "(that is the cohort's verdict and not this recording's: a cause is never copied from the one to the other)"

func first(i int, label string) string {
	if i > 0 {
		return ""
	}
	return label
}

// say is one comparison: field minus reference, no finer than it was written.
func (c *Compared) say() string {
	word := "aligned"
	if c.Departs {
		word = "DEPARTS"
	}
	offset, tau := instant.Interval{Lo: c.Lo, Hi: c.Hi}, int64(0)
	if c.Tau != nil {
		tau = *c.Tau
	}
	s := c.Field + " " + word + " " + signed(offset.Mid(), tau)
	if c.Lo != c.Hi {
		s += " (" + signed(c.Lo, 0) + " to " + signed(c.Hi, 0) + ")"
	}
	s += ", " + c.ClockA + " minus " + c.ClockB
	if tau > 0 {
		s += ", precision " + length(tau)
	}
	if c.Place != nil {
		s += ", " + *c.Place
	}
	return s
}

func (p *pad) alerts(all []Alert) {
	if len(all) == 0 {
		return
	}
	p.put("")
	p.put(p.paint(bold, "alerts"))
	var rows [][]string
	for i := range all {
		a := &all[i]
		rows = append(rows, []string{a.At, a.Step, a.Severity, a.Rule, orDash(text(a.Subject)), "record " + grouped(a.Record)})
	}
	p.columns(rows)
}

package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Colours, where they are asked for.
const (
	bold  = "\x1b[1m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	amber = "\x1b[33m"
	dim   = "\x1b[2m"
	reset = "\x1b[0m"
)

// Text writes the source for a person.
func (s Source) Text(w io.Writer, o Options) error {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	if o.Records == 0 {
		o.Records = defaultRecords
	}
	told, _ := s.sheet(o, o.Records, false)
	b := bufio.NewWriter(w)
	p := &pad{w: b, colour: o.Colour, width: max(o.Width, minWidth)}
	p.sheet(told)
	return b.Flush() // it keeps the first error
}

// pad lays a sheet out in columns.
type pad struct {
	w      *bufio.Writer
	colour bool
	width  int
}

func (p *pad) paint(colour, text string) string {
	if !p.colour || text == "" {
		return text
	}
	return colour + text + reset
}

// put writes one line without blanks at its end.
func (p *pad) put(text string) {
	_, _ = fmt.Fprintln(p.w, strings.TrimRight(text, " ")) // Flush tells
}

// columns of the labels.
const (
	labelWidth = 22
	stateWidth = 15
)

func (p *pad) sheet(s *sheet) {
	p.wrap("", p.paint(bold, "holdfast check")+": ", "  ", s.read)
	colour := red
	if s.good {
		colour = green
	}
	p.wrap(colour, "", "  ", s.answer)
	for i := range s.paragraphs {
		p.put("")
		p.paragraph(&s.paragraphs[i])
	}
	p.table(&s.table)
	if len(s.unjudged) > 0 {
		p.put("")
		p.put(p.paint(bold, "could not be judged, by the evidence to add"))
		for _, u := range s.unjudged {
			p.labelled(u.label, u.text, labelWidth)
		}
	}
	p.files(s.files)
	p.put("")
	for _, c := range s.closing {
		p.wrap("", "", "  ", c)
	}
}

func (p *pad) paragraph(g *paragraph) {
	word := p.paint([...]string{bold + red, bold + amber, bold + green}[g.tone], g.tone.String())
	p.wrap("", word+"  ", "  ", g.name+" · "+g.count)
	for _, l := range g.lines {
		p.labelled(l.label, l.text, labelWidth)
	}
	for i, r := range g.rivals {
		state := r.state
		if i > 0 && g.rivals[i-1].state == state {
			state = ""
		}
		p.labelled(state, strings.Join(r.names, ", ")+": "+r.text, stateWidth)
	}
	for _, l := range g.decides {
		p.labelled(l.label, l.text, labelWidth)
	}
}

// labelled writes a label and text beside it, further lines below the text.
func (p *pad) labelled(label, text string, width int) {
	head := "  " + label + strings.Repeat(" ", max(1, width-2-utf8.RuneCountInString(label)))
	p.wrap("", head, strings.Repeat(" ", width), text)
}

// wrap writes head and text, broken at blanks; further lines begin with indent. A word that is longer than a line stays
// whole: it is a path or an id, and will be copied. The head may hold colours, the text may not.
func (p *pad) wrap(colour, head, indent, text string) {
	at := visible(head)
	line, words := head, 0
	for _, word := range glued(text) {
		n := utf8.RuneCountInString(word)
		if words > 0 && at+1+n > p.width {
			p.put(line)
			line, at, words = indent, visible(indent), 0
		}
		if words > 0 {
			line, at = line+" ", at+1
		}
		line, at, words = line+p.paint(colour, word), at+n, words+1
	}
	p.put(line)
}

// units stay with their number.
var units = []string{"ms", "s", "min", "h", "d", "ppm"}

// glued is the words of a text, a unit in one with its number.
func glued(text string) []string {
	var out []string
	for word := range strings.FieldsSeq(text) {
		if n := len(out); n > 0 && slices.Contains(units, strings.TrimRight(word, ",;:.)")) && strings.ContainsAny(out[n-1][len(out[n-1])-1:], "0123456789") {
			out[n-1] += " " + word
			continue
		}
		out = append(out, word)
	}
	return out
}

// visible counts the columns of text that may hold colours.
func visible(s string) int {
	n, escape := 0, false
	for _, r := range s {
		switch {
		case r == '\x1b':
			escape = true
		case escape:
			escape = r != 'm'
		default:
			n++
		}
	}
	return n
}

// Columns of the table; the id of the recording takes what the verdict leaves.
const (
	conversationWidth = 36
	offsetWidth       = 13
	verdictWidth      = 32
)

func (p *pad) table(t *table) {
	if len(t.rows) == 0 {
		return
	}
	p.put("")
	p.put(p.paint(bold, t.title))
	idWidth := max(9, p.width-2-conversationWidth-offsetWidth-verdictWidth-6)
	row := func(conversation, id, offset, verdict string) {
		p.put(fmt.Sprintf("  %-*s  %-*s  %*s  %s", conversationWidth, short(conversation, conversationWidth), idWidth, short(id, idWidth),
			offsetWidth, offset, short(verdict, verdictWidth)))
	}
	row("conversation", "recording", "offset", "verdict of its own")
	for i := range t.rows {
		r := &t.rows[i]
		row(plain(r.conversation), orDash(plain(r.id)), r.amount(), r.shape.String()+" "+r.ownVerdict())
	}
	if t.more > 0 {
		p.put("  and " + count(t.more, "recording") + " more")
	}
	p.put("  " + p.paint(dim, seeAlso))
}

// amount is the recording's offset.
func (r *row) amount() string {
	if !r.comparable {
		return "-"
	}
	return strings.Replace(signed(r.offset, r.tau), "about ", "~", 1)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (p *pad) files(all []fileLine) {
	if len(all) == 0 {
		return
	}
	p.put("")
	p.put(p.paint(bold, "files"))
	for _, f := range all {
		text := f.name + ": " + f.text
		if f.text == "" {
			text = f.name
		}
		p.labelled(f.kind, text, labelWidth)
	}
}

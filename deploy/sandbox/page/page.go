// Package page is what a person reads at the end of the demo: the answer first, then the evidence, then what to do.
//
// It shows only what the oracle's report and the truth hold; nothing here decides anything. A number stands with what
// it counts, nothing is green that was not checked, and without a terminal there is no colour and no control character.
//
// Layout: at most 100 columns; the sections are the head, what came in and what came out, the findings, every named
// case with its count, one conversation with its clocks side by side, and where the output lies.
package page

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"holdfast.example/deploy/sandbox/oracle"
	"holdfast.example/deploy/sandbox/truth"
)

// Run is what the demo did.
type Run struct {
	World     *truth.World
	Report    *oracle.Report
	Took      time.Duration
	Killed    time.Duration // after the start, when the worker was killed; 0: it was not
	KilledAt  int           // custody records there were then
	Victim    string
	RSSKiB    int64 // sum of each process's peak
	Processes int

	Events, Deliveries, Objects, Announcements, Repeated int64

	Files []string
}

// Colours, on a terminal.
const (
	bold  = "\x1b[1m"
	green = "\x1b[32m"
	red   = "\x1b[31m"
	dim   = "\x1b[2m"
	reset = "\x1b[0m"
)

// sheet writes lines and remembers the first error.
type sheet struct {
	w      io.Writer
	colour bool
	err    error
}

func (s *sheet) line(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintln(s.w, strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
}

func (s *sheet) paint(colour, text string) string {
	if !s.colour {
		return text
	}
	return colour + text + reset
}

// Write writes the page.
func Write(w io.Writer, colour bool, r Run) error {
	s := &sheet{w: w, colour: colour}
	s.head(r)
	s.flows(r)
	s.findings(r)
	s.cases(r)
	s.conversation(r)
	s.foot(r)
	return s.err
}

func (s *sheet) head(r Run) {
	s.line("")
	answer := s.paint(green, "the truth agrees")
	if !r.Report.Agrees() {
		answer = s.paint(red, fmt.Sprintf("the truth objects, %s", count(len(r.Report.Differences), "difference")))
	}
	s.line("%s · seed %d · %s", s.paint(bold, "holdfast demo"), r.World.Seed, answer)
	s.line("%s", s.paint(dim, "in-process Kafka and S3 (embedded: not for evidence)"))
	if r.Killed > 0 {
		s.line("killed %s (-9) at %s, after %s; then started again", r.Victim, clock(r.Killed), count(r.KilledAt, "record"))
	}
	s.line("took %.0f s, at most %d MiB in %s", r.Took.Seconds(), r.RSSKiB/1024, count(r.Processes, "process"))
	s.line("")
}

func (s *sheet) flows(r Run) {
	p := r.Report
	left := [][2]string{
		{"conversation events", number(r.Events)}, {"deliveries of them", number(r.Deliveries)},
		{"objects put", number(r.Objects)}, {"S3 notifications", number(r.Announcements)},
		{"repeats of these", number(r.Repeated)},
		{"hostile payloads", number(int64(r.World.Counts[truth.HostilePayload] + r.World.Counts[truth.BadSignature]))},
	}
	objections := map[string]int{}
	for _, d := range p.Differences {
		objections[d.What]++
	}
	say := func(of int, yes string, kinds ...string) string {
		n := 0
		for _, k := range kinds {
			n += objections[k]
		}
		if n > 0 {
			return s.paint(red, "no: "+count(n, "difference"))
		}
		if of == 0 {
			return "nothing to check" // never green for want of anything
		}
		return s.paint(green, yes)
	}
	right := [][3]string{
		{"custody records", number(int64(p.Leaves)), say(p.Leaves, fmt.Sprintf("yes: %s facts, each once", number(int64(p.Expected.Facts))), "custody", "event", "object", "inspection", "lock", "regime")},
		{"verdicts", number(int64(p.Kinds["verdict"])), say(p.Kinds["verdict"], fmt.Sprintf("yes: %s recordings", number(int64(p.Expected.Verdicts))), "verdict", "pairing", "cohort")},
		{"findings", number(sum(p.Rules)), say(p.Alerts, expected(p), "alert")},
		{"epochs closed", number(int64(p.Epochs)), say(p.Markers, fmt.Sprintf("yes: %s", count(p.Markers, "marker")), "marker")},
		{"openings", number(int64(p.Openings)), say(p.Openings, "yes: every commitment opens", "opening")},
		{"dead letters", number(int64(p.DeadLetters)), say(p.DeadLetters, fmt.Sprintf("yes: %s", count(p.Expected.Letters, "hostile input")), "dead letter")},
	}
	s.line("%s", s.paint(bold, fmt.Sprintf("%-32s%-25s%s", "what came in", "what came out", "the truth agrees")))
	for i := range max(len(left), len(right)) {
		s.line("  %-19s%9s  %-15s %7s  %s", left[i][0], left[i][1], right[i][0], right[i][1], right[i][2])
	}
	s.line("")
}

// expected says how many findings there had to be, and how many others came and went.
func expected(p *oracle.Report) string {
	if p.Passing == 0 {
		return fmt.Sprintf("yes: %d expected, no other", p.Expected.Findings)
	}
	return fmt.Sprintf("yes: %d expected, %d passing and resolved", p.Expected.Findings, p.Passing)
}

func (s *sheet) findings(r Run) {
	s.line("%s", s.paint(bold, "findings"))
	open := map[string][2]int{}
	var order []string
	for _, f := range r.Report.Findings() {
		key := f.Rule
		if f.Grade != "" && f.Step != "resolved" {
			key += " (" + f.Grade + ")"
		} else if f.Step == "resolved" {
			key += " (resolved)"
		}
		n, ok := open[key]
		if !ok {
			order = append(order, key)
		}
		open[key] = [2]int{n[0] + 1, n[1] + int(f.N)}
	}
	slices.Sort(order)
	for _, key := range order {
		n := open[key]
		about := ""
		if n[1] > n[0] {
			about = fmt.Sprintf("speaking of %s", count(n[1], "recording"))
		}
		s.line("  %-40s%5d   %s", key, n[0], about)
	}
	s.line("")
}

func (s *sheet) cases(r Run) {
	s.line("%s", s.paint(bold, "what the contact centre did"))
	var cells []string
	for _, c := range truth.Cases {
		cells = append(cells, fmt.Sprintf("%-36s%5d", c, r.World.Counts[c]))
	}
	half := (len(cells) + 1) / 2
	for i := range half {
		right := ""
		if i+half < len(cells) {
			right = cells[i+half]
		}
		s.line("  %s      %s", cells[i], right)
	}
	s.line("")
}

func (s *sheet) foot(r Run) {
	if !r.Report.Agrees() {
		s.line("")
		s.line("%s", s.paint(red, "first differences"))
		for i, d := range r.Report.Differences {
			if i == 10 {
				s.line("  and %d more", len(r.Report.Differences)-i)
				break
			}
			s.line("  %s", d)
		}
	}
	s.line("")
	if len(r.Files) == 0 {
		s.line("%s", s.paint(red, "the output files could not be written"))
	}
	for _, f := range r.Files {
		s.line("%s", f) // as long as the user made it
	}
	s.line("next: README, \"Your own Kafka\"")
}

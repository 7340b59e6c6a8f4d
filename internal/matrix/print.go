package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"holdfast.example/internal/truth"
)

// codes head the columns: the words themselves are too wide for twenty of them.
var codes = [truth.Causes]string{"-", "cons", "rate", "zone", "dst", "fin", "tran", "wait", "acd", "conn", "2nd", "crea", "hand", "acw", "paus", "head", "trim", "misp", "-", "-"}

// page writes lines and keeps the first error.
type page struct {
	w   io.Writer
	err error
}

func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// write prints the run for a person.
func write(w io.Writer, pl plan, s *sheet, asked []requirement) error {
	p := &page{w: w}
	p.line("seed %d, %d cohorts of each class, %d records in %d or more of medleys and of the aligned and mispaired classes", pl.seed, pl.n, s.records.n, pl.records)
	p.matrix("cohorts", &s.cohorts)
	p.scores("cohorts", &s.cohorts)
	p.matrix("records", &s.records)
	p.scores("records", &s.records)
	p.line("")
	p.line("findings whose cause ended halfway: %d, opened %d, resolved %d, opened again %d, leaves between %s each", s.lives.n, s.lives.opened, s.lives.resolved, s.lives.reopened,
		ratio(s.lives.updates, s.lives.n, 2))
	p.mixtures(s)
	for _, t := range []*tally{&s.cohorts, &s.records} {
		p.instances("names that are wrong, guesses, or of too few", t.wrongs)
		p.instances("causes that can be known and were not named", t.losses)
	}
	p.line("")
	p.line("requirements")
	for _, r := range asked {
		p.line("  %-9s  %-90s %s", r.state, r.what, r.got)
	}
	p.line("")
	return p.err
}

// matrix prints, for each cause that was at work, what was said.
func (p *page) matrix(title string, t *tally) {
	p.line("")
	p.line("%s: what was at work, by what was said (. is none)", title)
	var head strings.Builder
	fmt.Fprintf(&head, "%-26s%7s%7s |", "", "all", "ident.")
	for c := range truth.Causes {
		if codes[c] != "-" {
			fmt.Fprintf(&head, "%6s", codes[c])
		}
	}
	head.WriteString(" |")
	for _, w := range []string{"align", "cons.", "ambig", "unexp", "mixt.", "insuf", "n.c."} {
		fmt.Fprintf(&head, "%7s", w)
	}
	p.line("%s", head.String())
	for c := range truth.Causes {
		p.row(t, c)
	}
}

func (p *page) row(t *tally, latent truth.Cause) {
	all := 0
	for _, n := range t.why[latent] {
		all += n
	}
	if all == 0 {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-26s%7d%7d |", latent, all, t.why[latent][truth.Known])
	for c := range truth.Causes {
		if codes[c] != "-" {
			b.WriteString(cell(6, t.named[latent][c]))
		}
	}
	b.WriteString(" |")
	for w := aligned; w < words; w++ {
		b.WriteString(cell(7, t.said[latent][w]))
	}
	p.line("%s", b.String())
}

func cell(width, n int) string {
	if n == 0 {
		return fmt.Sprintf("%*s", width, ".")
	}
	return fmt.Sprintf("%*d", width, n)
}

// scores prints the support of each cause.
func (p *page) scores(title string, t *tally) {
	p.line("")
	p.line("%s: %-27s%8s%8s%12s%14s%10s%8s", title, "cause", "named", "wrong", "per 1,000", "identifiable", "recalled", "recall")
	for _, c := range t.nameable {
		s := t.scores[c]
		p.line("         %-27s%8d%8d%12s%14d%10d%8s", c, s.named, s.wrong, ratio(1000*s.wrong, s.named, 2), s.identifiable, s.recalled, ratio(s.recalled, s.identifiable, 3))
	}
	p.line("%s: a single cause named on %d of %d ambiguous cases (%s %%)", title, t.guessed, t.ambiguous, ratio(100*t.guessed, t.ambiguous, 2))
	if t.byShape > 0 {
		p.line("%s: %d constants were made by a cause that is not seen; the name is right of the shape", title, t.byShape)
	}
	var whys []string
	for r := range truth.ReasonCount {
		n := 0
		for c := range truth.Causes {
			n += t.why[c][r]
		}
		whys = append(whys, fmt.Sprintf("%s %d", r, n))
	}
	p.line("%s: can the cause be known: %s", title, strings.Join(whys, ", "))
}

// ratio is a/b with so many decimals, rounded down; - where b is 0.
func ratio(a, b, decimals int) string {
	if b == 0 {
		return "-"
	}
	scale := 1
	for range decimals {
		scale *= 10
	}
	x := a * scale / b
	return fmt.Sprintf("%d.%0*d", x/scale, decimals, x%scale)
}

// mixtures prints which stratum was said to split those cohorts that were called a mixture.
func (p *page) mixtures(s *sheet) {
	p.line("")
	p.line("mixtures of two constants that were called one, by what splits them, and what was printed")
	for split := range truth.Splits {
		var said []string
		for _, printed := range slices.Sorted(maps.Keys(s.splits[split])) {
			word := printed
			if word == "" {
				word = "nothing"
			}
			said = append(said, fmt.Sprintf("%s %d", word, s.splits[split][printed]))
		}
		p.line("  %-12s %s", split, strings.Join(said, ", "))
	}
}

// mostShown is how many instances are printed; the rest is counted.
const mostShown = 20

func (p *page) instances(title string, all []instance) {
	if len(all) == 0 {
		return
	}
	p.line("")
	p.line("%s: class, index (and record) of the seed, what can be known, what was said", title)
	for i := range all {
		if i == mostShown {
			p.line("  and %d more", len(all)-mostShown)
			break
		}
		p.line("  %s %s %s", all[i].place, all[i].label, all[i].said)
	}
}

func (p place) String() string {
	class := "medley"
	if p.class < truth.Causes {
		class = p.class.String()
	}
	if p.record < 0 {
		return fmt.Sprintf("%s %d", class, p.index)
	}
	return fmt.Sprintf("%s %d/%d", class, p.index, p.record)
}

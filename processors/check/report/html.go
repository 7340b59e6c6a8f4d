package report

import (
	_ "embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"strings"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas"
)

//go:embed page.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is what the template lays out.
type page struct {
	Version, Read, Answer, Tone string
	Cohorts                     []pageCohort
	Table                       pageTable
	Unjudged                    []pageLine
	Files                       []pageFile
	Closing                     []string
	Inputs                      []pageInput
	More                        int // cohorts without a plot
}

type pageLine struct{ Label, Text string }

type pageRival struct{ State, Names, Text string }

type pageCohort struct {
	Number         int
	Tone, Word     string
	Name, Count    string
	Lines, Decides []pageLine
	Rivals         []pageRival
	Plot           *plot
	Hypotheses     []pageHypothesis
}

type pageHypothesis struct{ Name, Claim, State, Grounds, Numbers string }

type pageTable struct {
	Title string
	Rows  []pageRow
	More  string
}

type pageRow struct{ Conversation, Recording, Offset, Verdict, Cohort string }

type pageFile struct {
	Kind, Name, Text string
	Bad              bool
}

type pageInput struct{ Path, Kind, Size, SHA256, Reason string }

// HTML writes the source as one page.
func (s Source) HTML(w io.Writer, version string) error {
	told, v := s.sheet(Options{Corrected: ""}, pageRecords, true)
	p := &page{Version: plain(version), Read: told.read, Answer: told.answer, Tone: "drift", Closing: told.closing[1:]}
	if told.good {
		p.Tone = "aligned"
	}
	for i := range told.paragraphs {
		p.Cohorts = append(p.Cohorts, s.cohortPage(&told.paragraphs[i], &v.of[told.paragraphs[i].index]))
	}
	p.More = max(0, len(s.Cohorts)-maxPlots)
	p.Table = tablePage(&told.table)
	p.Unjudged = linesPage(told.unjudged)
	for _, f := range told.files {
		p.Files = append(p.Files, pageFile{f.kind, f.name, f.text, f.bad})
	}
	for i := range s.Files {
		f := &s.Files[i]
		in := pageInput{Path: plain(f.Path), Kind: string(f.Kind), Size: grouped(f.Size), SHA256: hex.EncodeToString(f.SHA256[:]), Reason: plain(f.Reason)}
		if f.SHA256 == (schemas.Hash{}) {
			in.SHA256 = "not read to its end"
		}
		p.Inputs = append(p.Inputs, in)
	}
	if err := pageTemplate.Execute(w, p); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

func (s Source) cohortPage(g *paragraph, v *cohortSurvey) pageCohort {
	verdict := &s.Cohorts[g.index].Verdict
	c := pageCohort{Number: g.index, Tone: [...]string{"drift", "unjudged", "aligned"}[g.tone], Word: g.tone.String(), Name: g.name, Count: g.count,
		Lines: linesPage(g.lines), Decides: linesPage(g.decides), Plot: draw(g.index, g.name, verdict, v.grid)}
	for _, r := range g.rivals {
		c.Rivals = append(c.Rivals, pageRival{r.state, strings.Join(r.names, ", "), r.text})
	}
	for i := range verdict.Hypotheses {
		t := &verdict.Hypotheses[i]
		h := pageHypothesis{Name: t.Hypothesis.String(), Claim: Claim(t.Hypothesis), State: stateWord(t.State), Grounds: Grounds(verdict, t.Hypothesis)}
		if verdict.Cause != attribute.NoCause && t.Hypothesis == verdict.Hypothesis {
			h.State = "stands"
		}
		for _, n := range t.Numbers {
			h.Numbers += fmt.Sprintf("%s %s  ", n.Name, grouped(n.Value))
		}
		c.Hypotheses = append(c.Hypotheses, h)
	}
	return c
}

func linesPage(all []line) []pageLine {
	var out []pageLine
	for _, l := range all {
		out = append(out, pageLine{l.label, l.text})
	}
	return out
}

func tablePage(t *table) pageTable {
	out := pageTable{Title: t.title}
	for i := range t.rows {
		r := &t.rows[i]
		out.Rows = append(out.Rows, pageRow{plain(r.conversation), orDash(plain(r.id)), r.amount(), r.shape.String() + ", " + r.ownVerdict(), covering(r.covering)})
	}
	if t.more > 0 {
		out.More = "and " + count(t.more, "recording") + " more"
	}
	return out
}

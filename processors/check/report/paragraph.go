package report

import (
	"slices"
	"strings"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/instant"
)

// Tone is how a cohort's paragraph begins.
type tone uint8

const (
	drift tone = iota
	unjudged
	aligned
)

// String is what the paragraph's first word is.
func (t tone) String() string { return [...]string{"DRIFT", "NOT JUDGED", "ALIGNED"}[t] }

func toneOf(v *attribute.CohortVerdict) tone {
	switch {
	case v.Grade == attribute.GradeNotComparable || v.Grade == attribute.Insufficient:
		return unjudged
	case v.Shape == attribute.Aligned:
		return aligned
	}
	return drift
}

// order is that of the paragraphs: what drifts, what could not be judged, what is aligned; else as the cohorts come.
func (s Source) order() []int {
	out := make([]int, len(s.Cohorts))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(a, b int) int {
		return int(toneOf(&s.Cohorts[a].Verdict)) - int(toneOf(&s.Cohorts[b].Verdict))
	})
	return out
}

// line is a labelled sentence.
type line struct{ label, text string }

// rival is hypotheses of which the same is to be said.
type rival struct {
	state string
	names []string
	text  string
}

// paragraph is what a person is told of a cohort.
type paragraph struct {
	index       int
	tone        tone
	name, count string
	lines       []line  // what is seen, and what it means
	rivals      []rival // what else it could be, or not
	decides     []line  // what would decide, and what departs from the verdict
}

// title is a cohort's name: channel, provider, organisation.
func title(k *check.Key) string {
	var parts []string
	for _, p := range [...]string{strings.ToLower(k.Channel), k.Provider, k.Organization} {
		if p != "" {
			parts = append(parts, plain(p))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "recordings of no known channel")
	}
	if k.Created != "" {
		parts = append(parts, "created declared to be "+plain(k.Created))
	}
	return strings.Join(parts, " · ")
}

// tell makes a cohort's paragraph.
func tell(index int, c *check.Cohort, s *cohortSurvey) paragraph {
	v := &c.Verdict
	p := paragraph{index: index, tone: toneOf(v), name: title(&c.Key)}
	switch p.tone {
	case aligned:
		p.align(v, s)
		return p
	case unjudged:
		p.count = share(s.departing, s.n) + " recordings depart"
		if s.n == s.unjudged {
			p.count = count(s.n, "recording")
		}
	default:
		p.count = share(s.departing, s.n) + " recordings depart"
	}
	p.seen(v, s)
	p.lines = append(p.lines, line{"which clock departs", Departs(v.Locus)})
	if v.Grade == attribute.GradeNotComparable {
		p.lines = p.lines[:len(p.lines)-1]
	}
	p.lines = append(p.lines, line{"cause", cause(v)})
	if len(c.Zones) > 0 {
		p.lines = append(p.lines, line{"zones tested", plain(strings.Join(c.Zones, ", "))})
	}
	switch p.tone {
	case drift:
		p.rivals = rivals(v)
	default: // too little to weigh rivals by; but whether times name a zone is seen at once
		if t := &v.Hypotheses[attribute.StrippedZone]; t.State == attribute.WasTested {
			p.lines = append(p.lines, line{"zone", Grounds(v, t.Hypothesis)})
		}
	}
	if d := Decide(v.Decider); d != "" {
		p.decides = append(p.decides, line{"what would decide", d})
	}
	p.rest(s)
	return p
}

// align is the paragraph of a cohort whose clocks agree. Where recordings depart all the same, in a field that the cohort
// could not be judged by, it is not called aligned.
func (p *paragraph) align(v *attribute.CohortVerdict, s *cohortSurvey) {
	p.count = "all " + count(s.n, "recording") + " aligned (within " + length(v.Tau) + ")"
	if off := s.departing + s.unjudged; off > 0 {
		p.count = share(s.n-off, s.n) + " recordings aligned (within " + length(v.Tau) + ")"
	}
	if s.covered > 0 {
		p.tone = drift
		p.count = share(s.departing, s.n) + " recordings depart, in another field than the cohort was judged by"
	}
	text := fieldName(v.Field) + " aligned (within " + length(v.Tau) + "): " + signed(v.Offset, v.Tau) + " (median), spread " + length(v.Spread)
	if v.Jitter >= 0 {
		text += ", jitter σ about " + length(v.Jitter)
	}
	text += ", n " + grouped(int64(v.StratumN))
	if v.JitterWarns() {
		text += ". Warning: jitter above 9 ms; the slack of " + length(attribute.Slack) +
			" is no longer proof against it, and a small departure may be none"
	}
	p.lines = append(p.lines, line{"observed", text})
	p.rest(s)
}

// seen tells what is seen: shape, offset, fields, strata.
func (p *paragraph) seen(v *attribute.CohortVerdict, s *cohortSurvey) {
	if v.Shape == attribute.NotComparable {
		p.lines = append(p.lines, line{"what is seen", Seen(v.Shape, v.Field)})
		return
	}
	text := Seen(v.Shape, v.Field)
	if v.Shape != attribute.Mixture {
		text += ": " + later(v.Offset, v.Tau) + " (median)"
		if v.Field == attribute.MediaDuration {
			text = strings.NewReplacer("later", "longer", "earlier", "shorter").Replace(text)
		}
	}
	p.lines = append(p.lines, line{"what is seen", text + " [" + v.Shape.String() + "]"})
	text = fieldName(v.Field) + " " + signed(v.Offset, v.Tau) + " (median), spread " + length(v.Spread) + " (median absolute deviation), precision " + length(v.Tau) +
		", n " + grouped(int64(v.StratumN))
	if int64(v.Sampled) < v.N {
		text += "; judged on " + grouped(int64(v.Sampled)) + " of " + count(v.N, "recording") + ", chosen by the hashes of their ids"
	}
	p.lines = append(p.lines, line{"offset", text})
	for f, e := range s.extents {
		if e.n > 0 {
			p.lines = append(p.lines, line{"", extentText(attribute.Fact(f), &e)})
		}
	}
	if v.Stratum == attribute.StratumTwo {
		p.lines = append(p.lines, line{"agents", "two or more: " + share(s.twoOff, s.two) + " recordings depart; one (control): " +
			share(s.oneOff, s.one)})
	}
	if v.From <= v.To {
		p.lines = append(p.lines, line{"departing", "from " + instant.Format(v.From) + " to " + instant.Format(v.To) + " (event times of the first and the last)"})
	}
}

// extentText says how far a field's offsets reach, of the recordings that are as the verdict says.
func extentText(f attribute.Fact, e *extent) string {
	s := fieldName(f) + ": " + signed(e.lo, e.tau) + " to " + strings.TrimPrefix(signed(e.hi, e.tau), "about ") + ", "
	switch e.departs {
	case 0:
		return s + "aligned, n " + grouped(e.n)
	case e.n:
		return s + "all depart, n " + grouped(e.n)
	}
	return s + share(e.departs, e.n) + " depart"
}

// rest says which recordings the verdict does not speak for.
func (p *paragraph) rest(s *cohortSurvey) {
	var parts []string
	add := func(n int64, text string) {
		if n > 0 {
			parts = append(parts, count(n, "recording")+" "+text)
		}
	}
	add(s.outlying, "by more than five times the precision (findings of their own)")
	add(s.listed, "by less (listed, no findings)")
	if len(parts) > 0 {
		p.decides = append(p.decides, line{"departs from this", strings.Join(parts, ", ")})
	}
	if s.unjudged > 0 && s.unjudged < s.n {
		p.decides = append(p.decides, line{"not judged", share(s.unjudged, s.n) + " recordings"})
	}
}

package main

import (
	"cmp"
	"slices"

	"holdfast.example/internal/truth"
)

// score is how a judge did on one cause.
type score struct {
	named        int // verdicts that name it
	wrong        int // of these, where the label does not hold it
	identifiable int // cases in which it is the one thing that can be known
	recalled     int // of these, named so
}

// tally is how a judge did on cohorts, or on records.
type tally struct {
	nameable  []truth.Cause // what such a verdict may name
	n         int
	named     [truth.Causes][truth.Causes]int      // by the cause at work, then by the cause named
	said      [truth.Causes][words]int             // by the cause at work, what was said without a name
	why       [truth.Causes][truth.ReasonCount]int // by the cause at work, why it cannot be known
	scores    [truth.Causes]score                  // by the cause named, or identifiable by label
	ambiguous int                                  // cases that depart and whose label holds more than one cause
	guessed   int                                  // cases with such a label in which one cause was named
	early     int                                  // names on fewer recordings, controls, jobs or sides than §4 wants
	byShape   int                                  // constants named where another cause, unseen, made one
	wrongs    []instance                           // names that are wrong, or guesses
	losses    []instance                           // causes that can be known and were not named
}

// place is whose verdict it is: the cohort is the seed's, of that class and index.
type place struct {
	class  truth.Cause // Causes: a medley
	index  int
	record int // -1: the cohort
}

// instance is one verdict to look at.
type instance struct {
	place
	label truth.Set
	said  verdict
}

// count takes a verdict in. latent is what was at work.
func (t *tally) count(at place, latent truth.Cause, l truth.Label, v verdict) {
	t.n++
	t.why[latent][l.Why]++
	several := l.Set.Len() > 1
	if several && !l.Set.Has(truth.None) {
		t.ambiguous++
	}
	if l.Identifiable {
		t.scores[only(l.Set)].identifiable++
	}
	if l.Identifiable && (v.word != named || !l.Set.Has(v.cause)) && t.keeps(only(l.Set)) {
		t.losses = append(t.losses, instance{at, l.Set, v})
	}
	if v.word != named {
		t.said[latent][v.word]++
		return
	}
	t.named[latent][v.cause]++
	s := &t.scores[v.cause]
	s.named++
	right := l.Set.Has(v.cause)
	switch {
	case several:
		t.guessed++
	case l.Why == truth.TooFew:
		t.early++
	case right && v.cause == truth.Constant && latent != truth.Constant:
		t.byShape++
	}
	if !right {
		s.wrong++
	}
	if !right || several || l.Why == truth.TooFew {
		t.wrongs = append(t.wrongs, instance{at, l.Set, v})
	}
	if l.Identifiable && right {
		s.recalled++
	}
}

// keeps says whether a loss of this cause is kept to be looked at: of records, only those that one record may name.
func (t *tally) keeps(c truth.Cause) bool { return slices.Contains(t.nameable, c) }

// only is the one member of a set.
func only(s truth.Set) truth.Cause {
	for c := range truth.Causes {
		if s.Has(c) {
			return c
		}
	}
	return truth.Causes
}

func (t *tally) wrong() int {
	n := 0
	for _, s := range t.scores {
		n += s.wrong
	}
	return n
}

// add takes another's counts in.
func (t *tally) add(o *tally) {
	t.n, t.ambiguous, t.guessed = t.n+o.n, t.ambiguous+o.ambiguous, t.guessed+o.guessed
	t.early, t.byShape = t.early+o.early, t.byShape+o.byShape
	for c := range truth.Causes {
		for d := range truth.Causes {
			t.named[c][d] += o.named[c][d]
		}
		for w := range words {
			t.said[c][w] += o.said[c][w]
		}
		for r := range truth.ReasonCount {
			t.why[c][r] += o.why[c][r]
		}
		s, p := &t.scores[c], o.scores[c]
		*s = score{s.named + p.named, s.wrong + p.wrong, s.identifiable + p.identifiable, s.recalled + p.recalled}
	}
	t.wrongs = append(t.wrongs, o.wrongs...)
	t.losses = append(t.losses, o.losses...)
}

// sheet is a whole run's counts.
type sheet struct {
	cohorts, records tally
	comparisons      int // like with like, in recordings without a cause
	findings         int // of these, beyond the slack; and cohorts of such recordings not called aligned
	lives            lives
	splits           [truth.Splits]map[string]int // cohorts called a mixture, by what splits them and what was printed
}

func newSheet() *sheet {
	s := &sheet{cohorts: tally{nameable: byCohort}, records: tally{nameable: byRecord}}
	for i := range s.splits {
		s.splits[i] = map[string]int{}
	}
	return s
}

// cohort counts the verdict on a cohort.
func (s *sheet) cohort(at place, c *truth.Cohort, v verdict) {
	s.cohorts.count(at, at.class, c.Label(), v)
	switch {
	case at.class == truth.None && v.word != aligned:
		s.findings++
	case at.class == truth.Mixture && v.word == mixture:
		s.splits[c.Plan.Split][v.splits]++
	}
}

// singles counts the verdicts on a cohort's recordings.
func (s *sheet) singles(at place, c *truth.Cohort, all []verdict) {
	labels := c.Records()
	for i, v := range all {
		at.record = i
		s.records.count(at, c.Causes[i], labels[i], v)
		if at.class == truth.None {
			s.comparisons += compared(&c.Recordings[i])
			s.findings += v.departs
		}
	}
}

// compared is how many fields of a recording can be compared with their like.
func compared(r *truth.Recording) int {
	n := 0
	for _, f := range []truth.Fact{truth.Start, truth.End, truth.Created, truth.Header, truth.Duration} {
		if r.Facts[f].Seen {
			n++
		}
	}
	return n
}

func (s *sheet) add(o *sheet) {
	s.cohorts.add(&o.cohorts)
	s.records.add(&o.records)
	s.lives.add(&o.lives)
	s.comparisons, s.findings = s.comparisons+o.comparisons, s.findings+o.findings
	for i := range s.splits {
		for printed, n := range o.splits[i] {
			s.splits[i][printed] += n
		}
	}
}

// sort brings what jobs found into one order.
func (t *tally) sort() {
	for _, all := range [][]instance{t.wrongs, t.losses} {
		slices.SortFunc(all, func(a, b instance) int {
			return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.index, b.index), cmp.Compare(a.record, b.record))
		})
	}
}

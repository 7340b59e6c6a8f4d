package main

import (
	"fmt"

	"holdfast.example/internal/truth"
)

// What §7 and the issue require.
const (
	leastNamed       = 1000      // names per cause
	mostWrong        = 4         // of 1,000 of them
	mostGuessed      = 1         // per cent of the ambiguous cases
	leastRecall      = 90        // per cent of the identifiable ones
	leastComparisons = 3_000_000 // of aligned readings, without one finding
)

// byRecord are the causes that one record may name, each with its own requirements; nothing else is ever named on one.
var byRecord = []truth.Cause{truth.Finalisation, truth.DefinitionSecond, truth.HeaderWrite, truth.Mispaired}

// byCohort are the causes that a cohort may name. The issue asks it of every cause but byRecord; §7's table measured
// three of those by cohort too, and they are held to it.
var byCohort = []truth.Cause{truth.Constant, truth.RateSkew, truth.Zone, truth.DSTSplit, truth.Finalisation, truth.Transfer, truth.QueueWait, truth.DefinitionACD,
	truth.DefinitionConnect, truth.DefinitionSecond, truth.DefinitionCreation, truth.Handoff, truth.AfterCallWork, truth.PauseCut, truth.HeaderWrite, truth.AccessTrim}

type state uint8

const (
	metState state = iota
	missedState
	notAskedState // the run is too small to ask it
)

var stateNames = [...]string{"met", "MISSED", "not asked"}

func (s state) String() string { return stateNames[s] }

// requirement is one of them, judged.
type requirement struct {
	what, got string
	state     state
}

// requirements judges all of them, in a fixed order.
func (s *sheet) requirements(full bool) []requirement {
	var all []requirement
	ask := func(what string, met bool, got string, args ...any) {
		r := requirement{what: what, got: fmt.Sprintf(got, args...)}
		if !met {
			r.state = missedState
		}
		all = append(all, r)
	}
	support := func(what string, met bool, got string, args ...any) {
		ask(what, met || !full, got, args...)
		if !full {
			all[len(all)-1].state = notAskedState
		}
	}
	for _, part := range []struct {
		on string
		t  *tally
	}{{"cohorts", &s.cohorts}, {"records", &s.records}} {
		for _, c := range part.t.nameable {
			sc := part.t.scores[c]
			on := part.on + ": " + c.String()
			support(on+", named 1,000 times or more", sc.named >= leastNamed, "%d", sc.named)
			ask(on+", 4 of 1,000 wrong at most", few(full, sc.wrong, sc.named, mostWrong, 1000), "%d of %d", sc.wrong, sc.named)
			support(on+", identifiable", sc.identifiable > 0, "%d", sc.identifiable)
			ask(on+", recall 0.90 or more", few(full, sc.identifiable-sc.recalled, sc.identifiable, 100-leastRecall, 100), "%d of %d", sc.recalled, sc.identifiable)
		}
		never, times := part.t.others()
		ask(part.on+": no other cause is named", times == 0, "%d %s", times, never)
		ask(part.on+": one cause named on an ambiguous case, 1 % at most", few(full, part.t.guessed, part.t.ambiguous, mostGuessed, 100), "%d of %d", part.t.guessed, part.t.ambiguous)
	}
	ask("cohorts: none is named on fewer recordings, controls, jobs or sides than wanted", s.cohorts.early == 0, "%d", s.cohorts.early)
	support("aligned: three million comparisons", s.comparisons >= leastComparisons, "%d", s.comparisons)
	l := &s.lives
	ask("findings: 0.90 open while their cause is at work", 100*l.opened >= leastLife*l.n, "%d of %d", l.opened, l.n)
	ask("findings: 0.90 of these are resolved after it ended", 100*l.resolved >= leastLife*l.opened, "%d of %d", l.resolved, l.opened)
	ask("findings: none is resolved while its cause is at work", l.early == 0, "%d of %d", l.early, l.n)
	ask("aligned: no finding", s.findings == 0, "%d of %d", s.findings, s.comparisons)
	return all
}

// few says whether n is at most so many of a number. In a short run the allowance is rounded up, so that it is not failed
// by its first wrong name or first loss, from which nothing follows yet.
func few(full bool, n, of, most, per int) bool {
	if full {
		return n*per <= of*most
	}
	return n <= (of*most+per-1)/per
}

// others counts names of causes that such a verdict may not name.
func (t *tally) others() (which truth.Set, times int) {
	allowed := truth.Of(t.nameable...)
	for c := range truth.Causes {
		if !allowed.Has(c) && t.scores[c].named > 0 {
			which |= truth.Of(c)
			times += t.scores[c].named
		}
	}
	return which, times
}

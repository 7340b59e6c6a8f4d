package main

import "holdfast.example/internal/truth"

// How histories are judged.
const (
	tick      = 5  // recordings between two judgements, as the specification's own measurement had it
	perLife   = 40 // cohorts of a class for one history of it
	leastLife = 90 // per cent of the histories that must open, and of those that must resolve
)

// lives counts what became of findings whose cause ended halfway.
type lives struct {
	n        int
	opened   int // the finding opened while the cause was at work
	resolved int // of these, it was resolved by the end and not opened again
	early    int // resolved while the cause, which can be known, was still at work
	updates  int // leaves between
	reopened int // opened more than once
}

// count takes one history in. The cause acted on the first so many recordings. Where it cannot be known it may show in so
// few of them that 59 in a row are aligned while it is at work: to resolve then is not too early.
func (l *lives) count(steps []step, acted int, known bool) {
	l.n++
	openings, open, early := 0, false, false
	for _, s := range steps {
		switch s.what {
		case opened:
			openings++
			open = true
			if openings == 1 && s.at <= acted {
				l.opened++
			}
		case updated:
			l.updates++
		case resolved:
			open = false
			early = early || s.at <= acted
		}
	}
	if early && known {
		l.early++
	}
	if openings > 1 {
		l.reopened++
	}
	if openings > 0 && steps[0].at <= acted && !open {
		l.resolved++
	}
}

func (l *lives) add(o *lives) {
	*l = lives{l.n + o.n, l.opened + o.opened, l.resolved + o.resolved, l.early + o.early, l.updates + o.updates, l.reopened + o.reopened}
}

// history makes one history and counts what became of its finding.
func (s *sheet) history(seed uint64, class truth.Cause, index int, j judge) {
	c := truth.New(seed, 1<<40|index, truth.DrawHistory(seed, class, index))
	acted := 0
	for i, cause := range c.Causes {
		if cause == class {
			acted = i + 1
		}
	}
	s.lives.count(j.history(c, tick), acted, c.Label().Identifiable)
}

package report

import (
	"cmp"
	"slices"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/instant"
)

// survey is what one pass over the recordings leaves.
type survey struct {
	of       []cohortSurvey // by cohort
	jobs     map[string]struct{}
	days     map[int32]struct{}
	apart    rows // departing, and not covered by their cohort's verdict
	all      rows // departing
	unjudged []want
}

// cohortSurvey is a cohort's share of it.
type cohortSurvey struct {
	n, departing        int64
	covered, listed     int64 // of the departing: as the verdict says; not quite so
	outlying, uncovered int64 // of the departing: a finding of their own; of whom the verdict says nothing
	one, oneOff         int64 // judged recordings with one agent; departing
	two, twoOff         int64
	unjudged, examples  int64
	extents             [attribute.MediaDuration + 1]extent // by field, of the recordings that are as the verdict says
	grid                *grid                               // nil: no plot
}

// extent is how far a field's offsets reach.
type extent struct {
	n, lo, hi int64
	tau       int64 // the largest
	departs   int64
}

// row is a recording that a person is shown.
type row struct {
	conversation, id string
	offset, tau      int64
	comparable       bool
	field            attribute.Fact
	shape            attribute.Shape
	grade            attribute.Grade
	cause            attribute.Cause
	candidates       attribute.Causes
	covering         check.Covering
	finding          bool
	cohort           int
}

// rows are the first of them, and how many there are.
type rows struct {
	kept []row
	n    int64
}

func (rs *rows) add(r *check.Recording, limit int) {
	if rs.n++; len(rs.kept) >= limit {
		return
	}
	v := &r.Verdict
	rs.kept = append(rs.kept, row{r.Conversation, r.ID, v.Offset.Mid(), v.Tau, v.Field != attribute.NoFact, v.Field, v.Shape, v.Grade, v.Cause,
		v.Candidates, r.Covering, r.Finding, r.Cohort})
}

// want is evidence that recordings want, with the first of them.
type want struct {
	lack  check.Lack
	first string
	n     int64
}

// maxDistinct is up to how many jobs and days are counted.
const maxDistinct = 10_000

// look walks the recordings once. limit is how many rows are kept; plots says whether marks are gathered.
func (s Source) look(limit int, plots bool) *survey {
	v := &survey{of: make([]cohortSurvey, len(s.Cohorts)), jobs: map[string]struct{}{}, days: map[int32]struct{}{}}
	if plots {
		order := s.order()
		shown := order[:min(len(order), maxPlots)]
		for _, i := range shown {
			v.of[i].grid = newGrid(maxMarks / len(shown))
		}
	}
	for r := range s.Recordings {
		v.take(s.Cohorts, r, limit)
	}
	slices.SortStableFunc(v.unjudged, func(a, b want) int { return cmp.Compare(b.n, a.n) })
	return v
}

func (v *survey) take(cohorts []check.Cohort, r *check.Recording, limit int) {
	o := &r.Observed
	if o.Job != "" && len(v.jobs) < maxDistinct {
		v.jobs[o.Job] = struct{}{}
	}
	if o.Day != 0 && len(v.days) < maxDistinct {
		v.days[o.Day] = struct{}{}
	}
	departs := departs(&r.Verdict)
	if departs {
		v.all.add(r, limit)
		v.outside(cohorts, r, limit)
	}
	if !r.Judged() {
		v.wanting(r)
	}
	if r.Cohort >= 0 && r.Cohort < len(cohorts) {
		v.of[r.Cohort].take(&cohorts[r.Cohort].Verdict, r, departs)
	}
}

// maxExamples is how many recordings are shown of a cohort that has no verdict for any of them.
const maxExamples = 5

// outside notes a departing recording that no cohort's verdict covers. An aligned cohort covers none that departs: it was
// judged by another field.
func (v *survey) outside(cohorts []check.Cohort, r *check.Recording, limit int) {
	if r.Cohort < 0 || r.Cohort >= len(cohorts) {
		v.apart.add(r, limit)
		return
	}
	c := &v.of[r.Cohort]
	switch {
	case r.Covering == check.Covered && toneOf(&cohorts[r.Cohort].Verdict) != aligned:
	case r.Covering == check.Uncovered || r.Covering == check.Covered:
		if c.examples++; c.examples > maxExamples {
			limit = 0
		}
		v.apart.add(r, limit)
	default:
		v.apart.add(r, limit)
	}
}

// departs says whether a recording was judged and is not aligned. A mispaired one departs though nothing is compared.
func departs(v *attribute.Verdict) bool {
	switch v.Grade {
	case attribute.GradeNotComparable, attribute.Insufficient:
		return false
	}
	return v.Shape != attribute.Aligned
}

func (v *survey) wanting(r *check.Recording) {
	i := slices.IndexFunc(v.unjudged, func(w want) bool { return w.lack == r.Lack })
	if i < 0 {
		i = len(v.unjudged)
		v.unjudged = append(v.unjudged, want{lack: r.Lack, first: r.Conversation})
	}
	v.unjudged[i].n++
}

func (c *cohortSurvey) take(v *attribute.CohortVerdict, r *check.Recording, departs bool) {
	c.n++
	switch {
	case !r.Judged():
		c.unjudged++
	case r.Observed.Agents >= 2:
		c.two++
	default:
		c.one++
	}
	if departs {
		c.departing++
		if r.Observed.Agents >= 2 {
			c.twoOff++
		} else {
			c.oneOff++
		}
		switch r.Covering {
		case check.Covered:
			c.covered++
		case check.Listed:
			c.listed++
		case check.Outlying:
			c.outlying++
		default:
			c.uncovered++
		}
	}
	c.measure(v, r)
}

// measure notes the first offset of each field: that of the judged export.
func (c *cohortSurvey) measure(v *attribute.CohortVerdict, r *check.Recording) {
	var seen [attribute.MediaDuration + 1]bool
	for i := range r.Offsets {
		f := &r.Offsets[i]
		if f.Fact > attribute.MediaDuration || seen[f.Fact] {
			continue
		}
		seen[f.Fact] = true
		y := instant.Interval{Lo: f.Lo, Hi: f.Hi}.Mid()
		if c.grid != nil && f.Fact == v.Field {
			c.grid.add(r.Observed.At, y, r.Observed.Agents >= 2)
		}
		if r.Covering == check.Listed || r.Covering == check.Outlying || v.Stratum == attribute.StratumTwo && r.Observed.Agents < 2 {
			continue
		}
		c.extents[f.Fact].take(f, y)
	}
}

func (e *extent) take(f *check.FieldOffset, y int64) {
	if e.n++; e.n == 1 {
		e.lo, e.hi = y, y
	}
	e.lo, e.hi = min(e.lo, y), max(e.hi, y)
	e.tau = max(e.tau, attribute.Slack+2+min(f.Hi-f.Lo, tauMinute))
	if f.Departs {
		e.departs++
	}
}

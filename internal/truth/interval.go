package truth

import "slices"

const (
	slack  = int64(50) // ms: what skew and jitter of aligned clocks stay below
	vague  = int64(500)
	enough = 20 // so many values of one field, all ending in .000, are whole seconds
)

// span is where a reading, or a difference of readings, may lie.
type span struct {
	lo, hi int64
	seen   bool
}

// dist is how far a difference is from zero at least.
func (s span) dist() int64 { return max(s.lo, -s.hi, 0) }

func (s span) fits() bool { return s.seen && s.dist() <= slack }

// row is one recording as intervals.
type row struct {
	of   *Recording
	at   [Facts]span
	off  fieldSet // judged fields that are not where a faithful exporter would have put them
	seen fieldSet
}

// fieldSet is a set of judged fields.
type fieldSet uint8

func setOf(fields ...Fact) (s fieldSet) {
	for _, f := range fields {
		s |= 1 << f
	}
	return s
}

func (s fieldSet) has(f Fact) bool { return s>>f&1 == 1 }

// view is a cohort as intervals.
type view struct {
	o     *Observed
	width [Facts]int64 // of a reading
	rows  []row
}

func newView(o *Observed) *view {
	v := &view{o: o, rows: make([]row, len(o.Recordings))}
	wholeSeconds := dotted(o)
	for i := range v.rows {
		r := &v.rows[i]
		r.of = &o.Recordings[i]
		for f := range Facts {
			reading := r.of.Facts[f]
			if wholeSeconds[f] && reading.Written == 1 {
				reading.Written = second
			}
			at, width := interval(reading)
			r.at[f] = at
			v.width[f] = max(v.width[f], width)
		}
		for _, f := range fields {
			d := r.departure(f)
			if !d.seen {
				continue
			}
			r.seen |= setOf(f)
			if !d.fits() {
				r.off |= setOf(f)
			}
		}
	}
	return v
}

// dotted says of which facts there are enough values, all ending in .000.
func dotted(o *Observed) (whole [Facts]bool) {
	for f := range Facts {
		n := 0
		whole[f] = true
		for i := range o.Recordings {
			if r := o.Recordings[i].Facts[f]; r.Seen {
				n++
				whole[f] = whole[f] && r.At%second == 0
			}
		}
		whole[f] = whole[f] && n >= enough
	}
	return whole
}

// interval is where a reading may lie, and its width.
func interval(r Reading) (span, int64) {
	switch {
	case !r.Seen:
		return span{}, 0
	case r.Written == 1:
		return span{r.At, r.At, true}, 1
	case r.Cut:
		return span{r.At, r.At + second - 1, true}, second
	}
	return span{r.At - vague, r.At + second - 1, true}, second + vague
}

// sum adds the first readings and takes away the others. It is seen if all are.
func (r *row) sum(plus, minus []Fact) span {
	s := span{seen: true}
	for _, f := range plus {
		a := &r.at[f]
		s.lo, s.hi, s.seen = s.lo+a.lo, s.hi+a.hi, s.seen && a.seen
	}
	for _, f := range minus {
		a := &r.at[f]
		s.lo, s.hi, s.seen = s.lo-a.hi, s.hi-a.lo, s.seen && a.seen
	}
	return s
}

// What a faithful exporter writes into each field: first less second.
var faithful = [...][2][]Fact{
	Start:    {{SessionStart}, nil},
	End:      {{SessionEnd}, nil},
	Created:  {{SessionStart}, nil},
	Header:   {{SessionStart}, nil},
	Duration: {{SessionEnd}, {SessionStart}},
}

// departure is a field less what a faithful exporter writes.
func (r *row) departure(f Fact) span { return r.less(f, faithful[f][0], faithful[f][1]) }

// less is a field less a sum.
func (r *row) less(f Fact, plus, minus []Fact) span {
	s := r.sum(plus, minus)
	a := r.at[f]
	return span{a.lo - s.hi, a.hi - s.lo, a.seen && s.seen}
}

// tau is the precision of a comparison: the slack and the widths of all readings in it.
func (v *view) tau(readings ...[]Fact) int64 {
	t := slack
	for _, some := range readings {
		for _, f := range some {
			t += v.width[f]
		}
	}
	return t
}

// deepest is a place that lies in as many of the intervals as possible, widened by the slack, and in how many. Of the
// stretch that lies in as many, it is the middle. An interval with lo > hi holds nothing.
func deepest(intervals []span) (at int64, n int) {
	var los, his []int64
	for _, s := range intervals {
		if lo, hi := s.lo-slack, s.hi+slack; s.seen && lo <= hi {
			los, his = append(los, lo), append(his, hi)
		}
	}
	slices.Sort(los)
	slices.Sort(his)
	ended := 0
	for i, lo := range los {
		for his[ended] < lo {
			ended++
		}
		if depth := i + 1 - ended; depth > n {
			n, at = depth, floor(lo+his[ended], 2)
		}
	}
	return at, n
}

// holds says whether at lies in the interval, widened by the slack.
func (s span) holds(at int64) bool { return s.seen && s.lo-slack <= at && at <= s.hi+slack }

// shortest is the length of the shortest stretch that holds n of the sorted values; without values there is none.
func shortest(sorted []int64, n int) int64 {
	least := int64(-1)
	for i := max(n, 1) - 1; i < len(sorted); i++ {
		if d := sorted[i] - sorted[i-max(n, 1)+1]; least < 0 || d < least {
			least = d
		}
	}
	return max(least, 0)
}

// half is the length of the shortest stretch that reaches over half of the steps between sorted values.
func half(sorted []int64) int64 { return shortest(sorted, len(sorted)/2+1) }

// part is how many of n are at least one part of as many as of.
func part(n, of int) int { return (n + of - 1) / of }

package attribute

import (
	"bytes"
	"cmp"
	"slices"
)

// Cohort is what is kept of a cohort's recordings: the fold's state. Its content does not depend on the order in which
// recordings came, but for those revised after they fell out of the sample. The recordings are the caller's and must not
// change once added.
type Cohort struct {
	N         int64            // recordings
	Tallies   [FactCount]Tally // of every reading that came
	Sample    []*Recording     // the 1,024 smallest by id, ascending
	Latest    []*Recording     // the 59 of the latest event time, ascending by (At, id)
	LatestTwo []*Recording     // the same of those with two agents or more
}

// Tally counts a fact's values and those of them that show a fraction of a second.
type Tally struct{ N, Fraction int64 }

// NewCohort is a cohort of nothing.
func NewCohort() *Cohort { return &Cohort{} }

// Add takes a recording in. revises says that it was added before: it then replaces what the sample holds, and does not
// count again.
func (c *Cohort) Add(r *Recording, revises bool) {
	i, known := slices.BinarySearchFunc(c.Sample, r, byID)
	if !known && (!revises || len(c.Sample) < SampleSize) {
		c.N++
	}
	if known {
		c.tally(c.Sample[i], -1)
	}
	c.tally(r, 1)
	switch {
	case known:
		c.Sample[i] = r
	case len(c.Sample) < SampleSize:
		c.Sample = slices.Insert(c.Sample, i, r)
	case i < SampleSize:
		copy(c.Sample[i+1:], c.Sample[i:SampleSize-1])
		c.Sample[i] = r
	}
	c.Latest = latest(c.Latest, r)
	if r.Agents >= 2 {
		c.LatestTwo = latest(c.LatestTwo, r)
	}
}

func (c *Cohort) tally(r *Recording, by int64) {
	for f := Start; f < FactCount; f++ {
		if rd := &r.Readings[f]; rd.Present() {
			c.Tallies[f].N += by
			if rd.Lo != rd.Hi || rd.Lo%widthSecond != 0 {
				c.Tallies[f].Fraction += by
			}
		}
	}
}

func byID(a, b *Recording) int { return bytes.Compare(a.ID[:], b.ID[:]) }

// latest keeps the 59 latest, each recording once.
func latest(l []*Recording, r *Recording) []*Recording {
	if i := slices.IndexFunc(l, func(x *Recording) bool { return x.ID == r.ID }); i >= 0 {
		l = slices.Delete(l, i, i+1)
	}
	i, _ := slices.BinarySearchFunc(l, r, func(a, b *Recording) int { return cmp.Or(cmp.Compare(a.At, b.At), byID(a, b)) })
	l = slices.Insert(l, i, r)
	if len(l) > latestCount {
		l = slices.Delete(l, 0, 1)
	}
	return l
}

// Basis is what the cohort says of all its recordings.
func (c *Cohort) Basis() Basis {
	seen := func(f Fact) bool { return c.Tallies[f].N > 0 }
	b := choose(seen(SessionStart), seen(SessionEnd), seen(Header), seen(SenderDate))
	for f, t := range c.Tallies {
		b.Whole[f] = t.N >= minWhole && t.Fraction == 0
	}
	return b
}

// Spread is what a cohort knows of how far each hypothesis's predicted offset scatters: what E of a single recording is
// reckoned with (section 3, step 5). It is a fact that the cohort writes into the log like any measure.
type Spread struct {
	N     int64 // recordings of the cohort
	Basis Basis
	Count [HypothesisCount]int64 // values beyond τ
	Reach [HypothesisCount]int64 // R, ms; -1: fewer than 30 values
}

// Spread measures a cohort.
func (m *Model) Spread(c *Cohort) *Spread {
	s := &Spread{N: c.N, Basis: c.Basis()}
	for h := range s.Reach {
		s.Reach[h] = -1
	}
	s.Reach[ZoneShift] = latticeStep
	rows := m.lay(c.Sample, &s.Basis)
	for i := range m.variants {
		v := &m.variants[i]
		values := m.values(rows, v)
		s.Count[v.h] = int64(len(values))
		if len(values) >= minCohort {
			s.Reach[v.h] = reach(values)
		}
	}
	return s
}

// lay binds recordings.
func (m *Model) lay(sample []*Recording, b *Basis) []*row {
	all := make([]row, len(sample))
	rows := make([]*row, len(sample))
	for i, r := range sample {
		m.bind(&all[i], r, b)
		rows[i] = &all[i]
	}
	return rows
}

// values are a variant's predicted offsets beyond the τ of its comparison, ascending.
func (m *Model) values(rows []*row, v *variant) []int64 {
	var values []int64
	for _, w := range rows {
		d, _, ok := w.sum(&v.offset, w.have)
		if !ok {
			continue
		}
		_, tau, ok := w.sum(v.residual(), w.have)
		if x := d.Mid(); ok && magnitude(x) > uint64(tau) {
			values = append(values, x)
		}
	}
	slices.Sort(values)
	return values
}

// residual is that of the variant's primary field.
func (v *variant) residual() *sum {
	for i := range v.claims {
		if v.claims[i].field == v.primary {
			return &v.claims[i].residual
		}
	}
	panic("attribute: a variant without its primary field")
}

package truth

import (
	"cmp"
	"slices"
)

// span is a closed interval of what a free constant may be for one recording; lo > hi: nothing would do.
type span struct{ lo, hi int64 }

// deepest is a point that most of the spans hold, the middle of the first such stretch, and how many hold it.
func deepest(spans []span) (at int64, n int) {
	type edge struct {
		at    int64
		opens bool
	}
	edges := make([]edge, 0, 2*len(spans))
	for _, s := range spans {
		if s.lo <= s.hi {
			edges = append(edges, edge{s.lo, true}, edge{s.hi, false})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int {
		if a.at == b.at && a.opens != b.opens {
			if a.opens { // closed: at one point, opening comes first
				return -1
			}
			return 1
		}
		return cmp.Compare(a.at, b.at)
	})
	depth := 0
	for i, e := range edges {
		if !e.opens {
			depth--
			continue
		}
		if depth++; depth > n {
			n, at = depth, e.at+(edges[i+1].at-e.at)/2
		}
	}
	return at, n
}

// joined are the fields that a row's clock moves together, or one by itself.
var joined = [...][]Fact{{Start, End}, {Start}, {End}, {Created}, {Header}, {Duration}}

// shift is a prediction that moves fields by something known of each recording's instants, beside a constant.
type shift func(r *Recording, f Fact) int64

func still(*Recording, Fact) int64 { return 0 }

// spans are, for each recording, the constants that together with a shift make all the fields right within τ, while
// start and end, where not among them, are aligned. nil: a field is seen on fewer than 90 %.
func (v *view) spans(of []*Recording, named []Fact, by shift) []span {
	all := make([]span, 0, len(of))
	for _, r := range of {
		s, seen := span{-1 << 62, 1 << 62}, true
		for _, f := range named {
			w := v.aligned(r, f)
			x := w.x - by(r, f)
			s, seen = span{max(s.lo, x-w.tau), min(s.hi, x+w.tau)}, seen && w.seen
		}
		for _, f := range []Fact{Start, End} {
			if !slices.Contains(named, f) && !v.aligned(r, f).within() {
				s = span{1, 0}
			}
		}
		if seen {
			all = append(all, s)
		}
	}
	if percent(len(all), len(of)) < factShare {
		return nil
	}
	return all
}

// tau is the τ of a field's comparison in this cohort.
func (v *view) tau(f Fact) int64 {
	t := int64(slack)
	for _, side := range like[f] {
		for _, of := range side {
			t += v.width[of]
		}
	}
	return t
}

// fitted adds the causes with a free parameter: constant, zone (the lattice, and the configured one), dst-split, rate.
func (v *view) fitted(found Found) Found {
	of := found.Under
	var constant [len(joined)]bool
	for i, named := range joined {
		spans := v.spans(of, named, still)
		at, n := deepest(spans)
		if percent(n, len(spans)) < fittedShare || abs(at) <= v.tau(named[0]) {
			continue
		}
		constant[i] = true
		found.Set |= Of(Constant)
		found.Whole = found.Whole || !found.Two && (len(named) > 1 || named[0] != Start && named[0] != End)
		if (len(named) > 1 || named[0] == Created) && v.onLattice(spans, at) {
			found.Set |= Of(Zone)
		}
	}
	if v.seasonal(of, constant[0]) {
		found.Set |= Of(Zone)
	} else if v.split(of) {
		found.Set |= Of(DSTSplit)
	}
	if v.rate(of) {
		found.Set |= Of(RateSkew)
	}
	return found
}

// onLattice says whether the multiple of 15 minutes nearest to a constant would do as well, on 90 %.
func (v *view) onLattice(spans []span, at int64) bool {
	k := floor(at+lattice/2, lattice)
	if k == 0 || abs(k) > latticeEnd {
		return false
	}
	n := 0
	for _, s := range spans {
		if s.lo <= k*lattice && k*lattice <= s.hi {
			n++
		}
	}
	return percent(n, len(spans)) >= rivalShare
}

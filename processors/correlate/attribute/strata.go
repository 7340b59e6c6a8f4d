package attribute

import "slices"

// dimension parts a cohort (section 4): what its strata are is in the recordings.
type dimension struct {
	name Stratum
	of   []int // stratum by row; -1: not known
	n    int   // strata
}

// dimensions parts the rows by agents, job, day and job size.
func dimensions(rows []*row) []dimension {
	agents := dimension{StratumAgents, make([]int, len(rows)), 2}
	for i, w := range rows {
		if w.rec.Agents >= 2 {
			agents.of[i] = 1
		}
	}
	return []dimension{
		partition(StratumJob, rows, func(w *row) (string, bool) { return w.rec.Job, w.rec.Job != "" }),
		partition(StratumDay, rows, func(w *row) (int32, bool) { return w.rec.Day, true }),
		agents,
		quartiles(rows),
	}
}

// partition numbers the rows by a key, in the keys' order.
func partition[K int32 | string](name Stratum, rows []*row, key func(*row) (K, bool)) dimension {
	var keys []K
	for _, w := range rows {
		if k, ok := key(w); ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	d := dimension{name, make([]int, len(rows)), len(keys)}
	for i, w := range rows {
		d.of[i] = -1
		if k, ok := key(w); ok {
			d.of[i], _ = slices.BinarySearch(keys, k)
		}
	}
	return d
}

// quartiles parts by the rank of the job's size; jobs of one size are never parted.
func quartiles(rows []*row) dimension {
	var sizes []int64
	for _, w := range rows {
		if w.rec.JobSize > 0 {
			sizes = append(sizes, w.rec.JobSize)
		}
	}
	slices.Sort(sizes)
	d := dimension{StratumSize, make([]int, len(rows)), 4}
	for i, w := range rows {
		d.of[i] = -1
		if w.rec.JobSize > 0 {
			d.of[i] = 0
			for q := 1; q < 4; q++ {
				if w.rec.JobSize > sizes[(len(sizes)-1)*q/4] {
					d.of[i] = q
				}
			}
		}
	}
	return d
}

// share is a stratum's departures.
type share struct{ departing, n int }

// more says whether a's share is larger than num/den times b's.
func (a share) more(b share, num, den int) bool {
	return den*a.departing*b.n > num*b.departing*a.n
}

// worst is the largest share of departures among the strata of twenty or more, the whole cohort among them; of a cohort
// that is smaller, the whole's.
func worst(dims []dimension, counts func(i int) (comparable, departs bool)) share {
	var all share
	for i := range dims[0].of {
		all.count(counts(i))
	}
	out := all
	if out.n == 0 {
		return out
	}
	for _, d := range dims {
		parts := make([]share, d.n)
		for i, k := range d.of {
			if k >= 0 {
				parts[k].count(counts(i))
			}
		}
		for _, p := range parts {
			if p.n >= minStratum && p.more(out, 1, 1) {
				out = p
			}
		}
	}
	return out
}

func (a *share) count(comparable, departs bool) {
	if comparable {
		a.n++
		if departs {
			a.departing++
		}
	}
}

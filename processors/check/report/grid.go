package report

import (
	"cmp"
	"maps"
	"slices"
)

// maxMarks is how many marks all plots of a page have together, and maxPlots how many plots share them.
const (
	maxMarks = 5_000
	maxPlots = 50
)

// Cells a plot can show apart: finer than a mark on the page no one sees.
const (
	gridColumns = 320
	gridRows    = 120
)

// coarsest is the shift that leaves but two cells on an axis.
const coarsest = 63

// grid gathers points into at most limit cells, whatever comes and in whatever order: a cell doubles its width or its
// height, whichever has more cells than the page can show, until they are few enough.
type grid struct {
	limit  int
	shifts [2]uint // log2 of a cell's ms in x and y
	cells  map[cell]*mark
	lo, hi [2]int64 // of all points, x and y
	n      int64
}

// cell is a place in the grid; two tells the recordings with two agents or more apart.
type cell struct {
	x, y int64
	two  bool
}

// mark is what lies in a cell.
type mark struct {
	two    bool
	n      int64
	lo, hi [2]int64 // extents of x and y
}

func newGrid(limit int) *grid { return &grid{limit: limit, cells: map[cell]*mark{}} }

// add takes a point: at x ms, y ms off.
func (g *grid) add(x, y int64, two bool) {
	p := [2]int64{x, y}
	if g.n == 0 {
		g.lo, g.hi = p, p
	}
	for i := range p {
		g.lo[i], g.hi[i] = min(g.lo[i], p[i]), max(g.hi[i], p[i])
	}
	g.n++
	g.put(&mark{two, 1, p, p})
	for len(g.cells) > g.limit && min(g.shifts[0], g.shifts[1]) < coarsest {
		g.coarsen()
	}
}

func (g *grid) put(m *mark) {
	at := cell{m.lo[0] >> g.shifts[0], m.lo[1] >> g.shifts[1], m.two}
	was := g.cells[at]
	if was == nil {
		g.cells[at] = m
		return
	}
	was.n += m.n
	for i := range was.lo {
		was.lo[i], was.hi[i] = min(was.lo[i], m.lo[i]), max(was.hi[i], m.hi[i])
	}
}

// coarsen doubles the cells on one axis. Points of one cell stay together, so that no mark is ever parted.
func (g *grid) coarsen() {
	reach := func(i int) uint64 { return uint64(g.hi[i]>>g.shifts[i]) - uint64(g.lo[i]>>g.shifts[i]) }
	axis := 0
	if g.shifts[1] < coarsest && (reach(1)/gridRows > reach(0)/gridColumns || reach(0) == 0) || g.shifts[0] == coarsest {
		axis = 1
	}
	g.shifts[axis]++
	was := g.marks()
	clear(g.cells)
	for i := range was {
		g.put(&was[i])
	}
}

// marks are those of the grid, from left to right.
func (g *grid) marks() []mark {
	keys := slices.SortedFunc(maps.Keys(g.cells), func(a, b cell) int {
		two := func(c cell) int {
			if c.two {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y), two(a)-two(b))
	})
	out := make([]mark, len(keys))
	for i, k := range keys {
		out[i] = *g.cells[k]
	}
	return out
}

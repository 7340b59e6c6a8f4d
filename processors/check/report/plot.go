package report

import (
	"math/bits"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/instant"
)

// The drawing, in its own units.
const (
	drawWidth, drawHeight = 1000, 340
	drawLeft, drawRight   = 110, 945
	drawTop, drawBottom   = 20, 280
)

// plot is a cohort's offsets against time, ready to be drawn.
type plot struct {
	ID                       int
	Title, Text              string
	Width, Height            int
	Left, Right, Top, Bottom int64
	Zero, BandTop, BandHigh  int64
	XTicks, YTicks           []tick
	XLabel, YLabel           string
	Marks                    []drawn
	Legend                   string
}

// tick is a labelled line.
type tick struct {
	At    int64
	Label string
}

// drawn is one mark: a circle for one agent, a diamond for two or more.
type drawn struct {
	X, Y, R int64
	Two     bool
	Text    string
}

// Left and Right, Up and Down are a diamond's corners.
func (d drawn) West() int64  { return d.X - d.R - 1 }
func (d drawn) East() int64  { return d.X + d.R + 1 }
func (d drawn) North() int64 { return d.Y - d.R - 1 }
func (d drawn) South() int64 { return d.Y + d.R + 1 }

// draw makes a cohort's plot; nil where there is no point.
func draw(index int, name string, v *attribute.CohortVerdict, g *grid) *plot {
	if g == nil || g.n == 0 {
		return nil
	}
	band := max(v.Tau, attribute.Slack)
	x := newAxis(g.lo[0], g.hi[0], drawLeft, drawRight, timeSteps, 8)
	y := newAxis(min(g.lo[1], -band), max(g.hi[1], band), drawBottom, drawTop, offsetSteps, 8)
	field := fieldName(v.Field)
	p := &plot{ID: index, Title: "Offset of the " + field + " against event time, " + name, Width: drawWidth, Height: drawHeight,
		Left: drawLeft, Right: drawRight, Top: drawTop, Bottom: drawBottom, Zero: y.at(0), BandTop: y.at(band),
		XLabel: "event time, UTC (" + instant.Format(g.lo[0]) + " to " + instant.Format(g.hi[0]) + ")", YLabel: "offset of the " + field}
	p.BandHigh = max(1, y.at(-band)-p.BandTop)
	for _, at := range x.ticks() {
		p.XTicks = append(p.XTicks, tick{x.at(at), timeLabel(at, x.step)})
	}
	for _, at := range y.ticks() {
		p.YTicks = append(p.YTicks, tick{y.at(at), offsetLabel(at, y.step)})
	}
	var one, two int64
	for _, m := range g.marks() {
		if m.two {
			two += m.n
		} else {
			one += m.n
		}
		p.Marks = append(p.Marks, drawn{X: x.at(middle(m.lo[0], m.hi[0])), Y: y.at(middle(m.lo[1], m.hi[1])), R: radius(m.n), Two: m.two, Text: markText(&m, v.Tau)})
	}
	p.Legend = "○ one agent, n " + grouped(one) + "   ◆ two agents or more, n " + grouped(two) + "   grey band: aligned, ±" + length(band) +
		" around zero   " + count(int64(len(p.Marks)), "mark") + "; a larger mark stands for more recordings"
	p.Text = count(g.n, "recording") + " from " + instant.Format(g.lo[0]) + " to " + instant.Format(g.hi[0]) + ", offsets from " +
		signed(g.lo[1], v.Tau) + " to " + signed(g.hi[1], v.Tau) + ", median " + signed(v.Offset, v.Tau) + "."
	return p
}

func middle(lo, hi int64) int64 { return instant.Interval{Lo: lo, Hi: hi}.Mid() }

// radius grows with the binary logarithm of the count.
func radius(n int64) int64 { return min(7, 2+int64(bits.Len64(uint64(n)))/2) }

func markText(m *mark, tau int64) string {
	s := count(m.n, "recording") + ", one agent, "
	if m.two {
		s = count(m.n, "recording") + ", two agents or more, "
	}
	s += signed(m.lo[1], tau)
	if m.hi[1] != m.lo[1] {
		s += " to " + signed(m.hi[1], tau)
	}
	s += ", " + instant.Format(m.lo[0])
	if m.hi[0] != m.lo[0] {
		s += " to " + instant.Format(m.hi[0])
	}
	return s
}

// Places of the labels.
func (p *plot) Span() int64   { return p.Right - p.Left }
func (p *plot) Below() int64  { return p.Bottom + 6 }
func (p *plot) XText() int64  { return p.Bottom + 22 }
func (p *plot) YText() int64  { return p.Left - 8 }
func (p *plot) Foot() int64   { return p.Bottom + 46 }
func (p *plot) Centre() int64 { return (p.Left + p.Right) / 2 }
func (p *plot) Half() int64   { return (p.Top + p.Bottom) / 2 }

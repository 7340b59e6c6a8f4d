package truth

// Range is what a length of time is drawn from, uniformly.
type Range struct {
	Lo, Hi int64
	Bunch  int // per mille of the draws that are exactly Lo: many lines wait just as long
}

// Layout is how a job's finalisation follows its recordings.
type Layout uint8

const (
	InOrder  Layout = iota // after the last of them, one by one in the order of time
	Shuffled               // after the last of them, one by one in any order
	Async                  // each by itself, a minute to two days after its end
	Prompt                 // each by itself, soon

	Layouts // how many
)

// Split is what decides which of a mixture's constants a recording has.
type Split uint8

const (
	ByJob Split = iota
	ByDay
	ByAgents
	ByJobSize
	ByLot

	Splits // how many
)

var splitNames = [Splits]string{"job", "day", "agents", "job size", "lot"}

func (s Split) String() string { return splitNames[s] }

// Precision is how a clock's readings are written.
type Precision uint8

const (
	Fine      Precision = iota // to the millisecond
	Cut                        // whole seconds, truncated, and documented to be
	CutUnsaid                  // whole seconds, truncated, direction not documented
	Rounded                    // whole seconds, rounded to the nearest
	ZeroedCut                  // truncated but written with .000
	Zeroed                     // rounded but written with .000
)

// Plan is what all recordings of a cohort have in common. A test may write one by hand.
type Plan struct {
	Class   Cause
	Variant int  // which form of the cause; see bend
	Medley  bool // each recording draws a cause of its own; Class and Variant say nothing

	N         int
	TwoAgents int // per mille
	Begin     int64
	Span      int64 // sessions start in [Begin, Begin+Span)
	Jobs      int
	Layout    Layout
	Law       int // of laws, the configured zone

	Row     Precision
	Others  Precision // of every other clock
	Missing [Facts]bool
	Skew    [Clocks]int64 // ms
	Jitter  int64         // µs, standard deviation of one reading

	IVR, Wait, Talk, Gap, Wrap, Pause, Transfer, Lag, Trim Range
	Paused                                                 int // per mille of the recordings

	Offset   int64 // constant, the first of a mixture; fixed offset of a dst-split
	Other    int64 // the second of a mixture
	Share    int   // per mille of a mixture that have the first, by lot
	Split    Split
	Delta    int64 // beside the finalisation
	SlopePPB int64
	Sign     int64 // of a zone
	Lags     Range // unmodelled, log-uniform
	Until    int64 // the cause acts on sessions that begin before; 0: on all
	Outliers int   // per mille, with an unmodelled lag of start and end
	Swaps    int   // pairs of recordings whose rows are exchanged
}

// Ordinary is a plan in which nothing departs, with lengths as centres have them: clocks exact, all seen, in
// milliseconds. Tests begin with it.
func Ordinary(n int) Plan {
	return Plan{N: n, TwoAgents: 500, Begin: year.Lo + 40*day, Span: 10 * day, Jobs: 4, Sign: 1, Paused: 800,
		IVR: Range{Lo: 5 * second, Hi: 40 * second}, Wait: Range{Lo: 2 * second, Hi: 90 * second}, Talk: Range{Lo: minute, Hi: 20 * minute}, Gap: Range{Lo: 1500, Hi: 4500},
		Wrap: Range{Lo: 4 * second, Hi: 120 * second}, Pause: Range{Lo: 5 * second, Hi: 90 * second}, Transfer: Range{Lo: 300, Hi: 20 * second},
		Lag: Range{Lo: 400, Hi: 6 * second}, Trim: Range{Lo: 20 * second, Hi: 300 * second}, Lags: Range{Lo: lagLeast, Hi: lagMost}}
}

// length draws one length of time.
func (d *dice) length(r Range) int64 {
	if d.mille(r.Bunch) {
		return r.Lo
	}
	return d.between(r.Lo, r.Hi)
}

// lag draws an unmodelled lag.
func (d *dice) lag(r Range) int64 { return d.log(r.Lo, r.Hi) }

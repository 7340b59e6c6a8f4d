package truth

// Split is what decides which of the two constants of a mixture a recording gets.
type Split uint8

const (
	ByJob Split = iota
	ByDay
	ByAgents
	ByJobSize
	ByLot // nothing that is seen

	Splits // how many
)

var splitNames = [Splits]string{"job", "day", "agents", "job size", "lot"}

func (s Split) String() string { return splitNames[s] }

// Mended are the classes of histories.
var Mended = [...]Cause{Constant, Finalisation, QueueWait, AfterCallWork, HeaderWrite, Handoff}

// Lengths of time that a cohort spreads over its recordings.
const (
	menu     = iota // session start to acd
	queueing        // acd to connect
	talk
	gap // between the first agent's end and the second agent's start
	wrap
	pause
	trim     // of what an account may not see
	making   // session start to creationTime
	delay    // session end to finalised, where each recording is finalised by itself
	step     // one recording of a job to the next, where a job finalises them in a row
	transfer // finalised to uploaded
	lag      // what nothing measures

	lengths
)

// How a source writes whole seconds.
type rounding uint8

const (
	inMS     rounding = iota
	cutKnown          // truncates, and says so
	cutSecretly
	rounds
)

// Plan is what a cohort is like. It is drawn, and New makes the cohort of it.
type Plan struct {
	Class  Cause
	Medley bool
	Split  Split
	Until  int64 // ms: the cause acts on sessions that begin before; 0: on all
	N      int

	history     bool
	zone        int
	begin, span int64
	scales      [lengths]scale

	// What the class leaves open.
	form          int   // which of the class's forms, from 0, in the order of the closed list
	offset, other int64 // constants; for a finalisation the constant that is added
	rate          int64 // parts in 10^9
	sign          int64
	turn          int64 // the first day (since 1970) of the other constant
	otherShare    int   // in a thousand, by lot
	outliers      int   // in a thousand
	swaps         int   // pairs of rows
	relabelled    bool  // the labels of row and platform are swapped
	byChance      int   // so many recordings have a lag that is their pause sum, and no others' pauses are known

	// How the recordings came about.
	twoAgents  int // in a thousand
	paused     int
	trimmed    int
	trimQueue  bool // what an account may not see is the queue
	gapAsWait  bool
	jobs       int
	jobsByTime bool
	batch      bool  // a job finalises its recordings in a row
	inOrder    bool  // of time
	afterWrap  int64 // 0, or how long after the wrap-up each is finalised

	// How it is seen.
	skew     [Clocks]int64
	sigma    int64 // µs, of each reading
	gone     [Facts]bool
	patchy   [Facts]int // in a thousand
	rounding [Facts]rounding
	dotted   [Facts]bool // whole seconds written as .000
}

// stream is the number of the plan's dice. Medleys and histories have their own.
func (p *Plan) stream() Cause {
	switch {
	case p.Medley:
		return Causes
	case p.history:
		return Causes + 1 + p.Class
	}
	return p.Class
}

// Plain is a plan of n aligned recordings, a third with two agents, of which every fact is seen to the ms: something to
// change by hand. Its zone has no summer time.
func Plain(n int) Plan {
	return Plan{Class: None, N: n, zone: jumping, begin: newYear + 60*day, span: 20 * day, sigma: 4000, twoAgents: 333, paused: 1000, trimmed: 1000, jobs: 4,
		scales: [lengths]scale{
			menu: {lo: second, hi: 40 * second, even: true}, queueing: {lo: 5 * second, hi: 3 * minute, even: true}, talk: {lo: minute, hi: 10 * minute, even: true},
			gap: {lo: second, hi: 20 * second, even: true}, wrap: {lo: 5 * second, hi: 2 * minute, even: true}, pause: {lo: 2 * second, hi: 25 * second, even: true},
			trim: {lo: 2 * second, hi: 50 * second, even: true}, making: {lo: 300, hi: 20 * second, even: true}, delay: {lo: 30 * minute, hi: 9 * hour, even: true},
			step: {lo: second, hi: minute, even: true}, transfer: {lo: 400, hi: 90 * second, even: true}, lag: {lo: 60, hi: 300 * second},
		}}
}

// Draw draws a plan of the class.
func Draw(seed uint64, class Cause, index int) Plan {
	p := Plan{Class: class}
	newDice(seed, p.stream(), index).plan(&p)
	return p
}

// DrawMedley draws a plan in which each recording draws its own cause. Its class is Unmodelled: as a cohort it has none.
func DrawMedley(seed uint64, index int) Plan {
	p := Plan{Class: Unmodelled, Medley: true}
	d := newDice(seed, p.stream(), index)
	d.plan(&p)
	p.twoAgents = int(d.between(200, 600))
	p.byChance = 0
	p.swaps = int(d.between(0, 3))
	return p
}

// DrawHistory draws a plan of 400 recordings whose cause ends halfway through the time they span.
func DrawHistory(seed uint64, class Cause, index int) Plan {
	p := Plan{Class: class, history: true}
	d := newDice(seed, p.stream(), index)
	d.plan(&p)
	p.N = 400
	p.Until = p.begin + p.span/2
	p.relabelled = false
	return p
}

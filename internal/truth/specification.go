package truth

// Time in milliseconds.
const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// What the specification fixes. Attribution has the same numbers in its own code; neither reads the other's.
const (
	slack       = 50   // J, once per comparison
	widthFine   = 1    // written to the millisecond
	widthCut    = 1000 // whole seconds, documented to truncate
	widthCoarse = 1500 // whole seconds, direction unknown: [v-500, v+999]
	wholeAfter  = 20   // so many values of a field, all ending .000, are whole seconds

	lattice    = 15 * minute // every zone's offset is a multiple of it
	latticeEnd = 56          // fourteen hours of it

	leastN      = 30         // no verdict on less
	leastFixed  = 59         // for a constant, and for single-agent controls
	leastSide   = 20         // recordings on each side of a DST instant
	clearOf     = 5          // times τ: misses clearly
	skewClear   = 20         // times τ: slope times span
	billion     = int64(1e9) // parts
	surprise    = int64(1e6) // of these: the most that chance may make of a name on one record
	rivalShare  = 90         // per cent of the recordings a rival must reproduce
	fittedShare = 80         // per cent a fitted cause must
	factShare   = 90         // per cent that must have a hypothesis's facts
)

// The mix. The specification fixes it because the precision measured depends on it.
const (
	nearBy     = 2 * second   // a quarter of the constants lie this near the lattice
	lagLeast   = int64(60)    // unmodelled lags, log-uniform from
	lagMost    = 300 * second // to
	sizeLeast  = 60           // recordings of a cohort, from
	sizeMost   = 400          // to
	missing    = 150          // per mille of cohorts that lack a fact, for each fact
	wholeRows  = 200          // per mille of cohorts with a whole-second manifest
	unmodelled = 360          // per mille of the records of a medley
)

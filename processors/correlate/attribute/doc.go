// Package attribute names the cause of drift, or says why none can be named: which of a recording's clocks departs, by
// how much, and what mechanism alone explains it. It is a court, not a search: every hypothesis is heard, every rival
// must be excluded by a number, and to abstain is a result.
//
// A reading is an interval as wide as its writing is coarse (recording.go). A hypothesis is a signed sum of readings
// (rule.go, catalogue.go), its residual must come within the slack J = 50 ms of zero; what it must miss by to be excluded
// is five times τ, J plus the widths of the readings left after those with both signs have gone. One record carries no
// free parameter and names little (record.go); a cohort names the rest (judge.go), and constants, zones, rates and delays
// are fitted nowhere else (fitted.go).
//
// The ways through the package:
//
//	pipeline  Cohort.Add for every measure; at a tick Model.Cohort judges the sample, Life.Judge says what to tell, and
//	          Model.Depart weighs each recording that comes after against the verdict in force
//	check     first pass Cohort.Add; then Model.Cohort, Model.Spread and Model.Swaps; second pass Model.Record with the
//	          spread, Swap.Apply on those that bear each other's times
//
// Files: recording.go, verdict.go, vocabulary.go and hypothesis.go are what goes in and what comes out; integer.go the
// formulas; rule.go the figures and the sums, catalogue.go the hypotheses; row.go a recording laid out; shape.go, locus.go,
// record.go, swap.go what one recording says; cohort.go the fold; judge.go a judgement, with bench.go and strata.go (who is
// compared), contender.go (what a hypothesis shows), fitted.go, zone.go, constant.go (what is fitted), name.go (who wins),
// mixture.go, table.go; force.go a verdict as a rule for what comes after; life.go a finding's life.
//
// Invariants:
//
//	A1  Integers and nothing else: products in 128 bits, sums that saturate. No clock, no float, no random choice, and no
//	    map is walked. Any input of any size gives a verdict out of closed lists.
//	A2  The same recordings give the same verdict, in whatever order they came. Ties are settled by the id's hash.
//	A3  The table of hypotheses is always filled in whole and in its order; that order never decides a name.
//	A4  A name needs its own evidence and the exclusion of every rival that could be tested. What could not be tested is
//	    listed with the fact that is missing, and lowers no grade but where a rule requires that rival, or where it holds
//	    on all of thirty recordings or more that could be looked at.
//	A5  No figure is fitted to one record, and no name of a cohort is put on one of its recordings.
//	A6  A field is compared with the instant that its table declares: like with like. A time without a zone supports
//	    nothing but a zone.
//
// "established" is what may be sworn to; a constant may be, as a shape: its mechanism stays none and its grade
// unexplained. The specification is research/attribution.md; "section" in comments is of it.
package attribute

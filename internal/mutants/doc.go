// Mutants plants defects and demands that each is caught. A check that has never failed may be one that cannot fail:
// this is how the conservation checker (internal/audit), the golden log (processors/correlate) and the tests of what
// names a cause (processors/correlate/attribute) are themselves tested.
//
// A mutant is data: which text of which file is replaced by which, what that breaks, under which schedule it must show,
// and who must see it. It is built by the go command's overlay, so the tree stays as it is and production code carries
// none. There are three groups:
//
//	runtime.go, pipeline.go       the runtime, the fold's meta, the clock: real worker processes on the in-process broker
//	                              play a schedule (scenes.go, on internal/rig), then the unchanged checker reads the topics
//	fold_rules.go, fold_numbers.go  the fold: the golden log is folded, and its hash must change
//	attribute_*.go                  attribution: each rule of attribution.md, and a test of that package must fail
//
// How one comes out, as a word:
//
//	caught             by whom the table says
//	SURVIVED           nobody saw anything
//	CAUGHT BY ANOTHER  something was seen, and not by whom the table says: a checker that was not asked has proven nothing
//	BROKEN             it does not build, or the rig failed: nothing is known
//
// # Invariants
//
//  1. Every old text stands exactly once in its file. A mutant that no longer fits is stale: nothing is run, exit code 2.
//     The tests try all of them on the present source, and type-check them.
//  2. Each schedule is played first, once, with the program as it is. If that finds fault, nothing is said of a mutant.
//  3. A run has a folder, a broker, processes and a deadline of its own; the deadline is a multiple of what the unmutated
//     program took. Building does not count.
//  4. That a worker stops by itself with exit code 6, or that all stands still, counts only where the table says that it
//     may. The fold under the golden log may not even panic, nor may attribution under its tests.
//  5. What the topics cannot show, and what changes no verdict, is not in the count. It stands in harmlessMutants or
//     idleMutants with the reason; -list prints it.
//
// The last line is mutants=N caught=N; exit code 0 if all were caught, 1 if not, 2 if the question stays open.
//
// Kill, pause and stop are the rig's. A schedule that must break a worker at one place of its transaction uses the fault
// points of the program (built with -tags faultpoints): KillAt, StopAt. What is left to chance is played up to three times.
package main

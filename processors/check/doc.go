// Package check judges the timestamps of an export that lies in a folder, an archive or a bucket, by whatever evidence
// lies beside it, without a broker.
//
//	Source     the files of a folder or an archive (source.go, archive.go); of a bucket, who wires it says how
//	intake     each file is recognised by what is in it, and read by the reader for its kind (intake.go, evidence.go,
//	           exports.go, sessions.go)
//	Case       what was taken in, by conversation (case.go)
//	Judge      two passes: cohorts are gathered and judged; then each recording by itself (judge.go, offsets.go, summary.go)
//	Result     files, cohorts, recordings (result.go); package report prints it, package corrected mends the manifest
//
// Invariants:
//
//	K1  What is said depends on the content of the files and on nothing else: not on their names beyond the ids that a
//	    bucket's layout puts into them, nor on the order in which they are found.
//	K2  Every file is in the result, with what was made of it. What is refused is there by its place and reason.
//	K3  The reasoning is in packages timeline and attribute, which are the pipeline's to use as well; none of it is here.
//	K4  Memory is that of what is known of the recordings, some hundred bytes a fact; of a file, one element at a time.
//	K5  Nothing that was given is ever written to.
package check

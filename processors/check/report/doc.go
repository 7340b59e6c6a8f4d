// Package report says what a check found: to a person (Text), to a program (JSON), and on paper (HTML).
//
//	Source       what is reported: a check.Result, or whatever has the same parts (source.go)
//	survey       one pass over the recordings: counts, extents, the rows that are shown, the marks of the plots (survey.go)
//	sheet        everything a person is told, in order and in words (sheet.go, paragraph.go, files.go); Text and HTML lay
//	             out the same sheet, so that neither says what the other does not
//	sentences    what a hypothesis claims (claim.go) and which of its numbers speaks for or against it (grounds.go),
//	             what would decide (decide.go), what a shape or a clock's name means (words.go)
//	object       the members of the JSON object; docs/check.schema.json is its schema (object.go, json.go)
//	plot         offsets against time, binned (grid.go), drawn (plot.go) with ticks (axis.go)
//
// Invariants:
//
//	P1  The same Source gives the same bytes. Nothing here judges: every word follows from a verdict, every number is one
//	    of its numbers or counts the recordings, and stands with its unit and with how many it was taken from.
//	P2  The answer comes first, then the evidence, then what to do. A thousand recordings with one cause are one
//	    paragraph; what departs from that is listed by itself; what is not shown is counted.
//	P3  An offset is written no finer than its precision: to the millisecond only where both sides are.
//	P4  Nothing that came from a file reaches a terminal or a page as it stands: what does not print is written as an
//	    escape (plain.go).
//	P5  Memory is that of the files, the cohorts, the rows that are shown and 5,000 marks; never that of the recordings.
//	    Text and HTML walk the recordings once, JSON too, and JSON writes each before it asks for the next.
//
// JSON is a contract: its closed lists are those of packages attribute, exhibit, instant and timeline, and a change of one
// is a change of SchemaVersion.
package report

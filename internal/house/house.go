// Package house holds the rules of this repository that no compiler holds, as data with their reasons, and a test that
// holds the repository to them.
//
// A rule looks at the tree of files as it is on disk, both modules at once, and answers with breaches. Each rule has at
// least one planted breach in the tests: a small tree that is clean but for one thing, which the rule must report. A
// rule without a planted breach fails the test, because nobody would notice when it stops to see.
//
// The rules:
//
//	imports  who may import whom, and what of others; a package without a row and a row without a package are breaches
//	kept     packages that only certain places may import
//	pure     code that must give the same output for the same input has no clock, no chance, no I/O, no goroutine,
//	         no float
//	linked   what a built program must not contain, whatever way it came in
//	size     lines of a file, lines of a function
//	names    file and folder names that say nothing
//	root     what lies at the top is a closed list
//	docs     every path, make target and test that the documents name exists
//	places   no file names a folder of one machine, nor a host that serves packages
//
// To loosen a rule is to change its data here, in the same commit, with its reason. Go files are read with go/parser
// and are not type-checked, so what needs types is not held here: that no output depends on the order of a map is held
// by the replay tests of the packages that make outputs.
//
// What git ignores is not looked at: entries of .gitignore in the forms /name, /name/ and *.ext.
package house

import (
	"cmp"
	"fmt"
	"slices"
)

// Breach is one place that breaks a rule.
type Breach struct {
	Rule string
	Path string // slash-separated, from the root
	Line int    // from 1; 0: the whole file or folder
	Says string
}

func (b Breach) String() string {
	at := b.Path
	if b.Line > 0 {
		at = fmt.Sprintf("%s:%d", b.Path, b.Line)
	}
	return fmt.Sprintf("%s: %s (%s)", at, b.Says, b.Rule)
}

// Rule is one of the rules above.
type Rule struct {
	Name  string
	check func(*Tree) ([]Breach, error)
}

// Rules are all of them, in the order of the package comment.
var Rules = []Rule{
	{"imports", plain(checkImports)},
	{"kept", plain(checkKept)},
	{"pure", plain(checkPure)},
	{"linked", checkLinked},
	{"size", plain(checkSize)},
	{"names", plain(checkNames)},
	{"root", plain(checkRoot)},
	{"docs", plain(checkDocs)},
	{"places", plain(checkPlaces)},
}

func plain(check func(*Tree) []Breach) func(*Tree) ([]Breach, error) {
	return func(t *Tree) ([]Breach, error) { return check(t), nil }
}

// Check returns the breaches of one rule, in the order of path and line. The error is for a tree that could not be
// looked at, for example because the go command could not list a package.
func (r Rule) Check(t *Tree) ([]Breach, error) {
	all, err := r.check(t)
	for i := range all {
		all[i].Rule = r.Name
	}
	slices.SortFunc(all, func(a, b Breach) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Says, b.Says))
	})
	if err != nil {
		return all, fmt.Errorf("rule %s: %w", r.Name, err)
	}
	return all, nil
}

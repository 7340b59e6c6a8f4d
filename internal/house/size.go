package house

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
)

// Limits, in lines, blank and comment lines included. What is longer is two things under one name.
const (
	fileLines         = 350
	testFileLines     = 500 // a table of cases is one thing, and long
	functionLines     = 70
	testFunctionLines = 120
	readmeLines       = 150
)

func checkSize(t *Tree) []Breach {
	var out []Breach
	for _, f := range t.Files {
		limit := 0
		switch {
		case f.Path == "README.md":
			limit = readmeLines
		case f.Test():
			limit = testFileLines
		case f.Go != nil, strings.HasSuffix(f.Path, ".py"), strings.HasSuffix(f.Path, ".sh"), strings.HasPrefix(f.Path, ".ci/"), f.Path == "Makefile":
			limit = fileLines
		}
		if n := lines(f.Text); limit > 0 && n > limit {
			out = append(out, Breach{Path: f.Path, Says: fmt.Sprintf("%d lines; at most %d", n, limit)})
		}
		if f.Go != nil {
			out = append(out, longFunctions(f)...)
		}
	}
	return out
}

func longFunctions(f *File) []Breach {
	limit := functionLines
	if f.Test() {
		limit = testFunctionLines
	}
	var out []Breach
	for _, d := range f.Go.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := f.line(fn.End()) - f.line(fn.Pos()) + 1; n > limit {
			out = append(out, Breach{Path: f.Path, Line: f.line(fn.Pos()), Says: fmt.Sprintf("func %s has %d lines; at most %d", fn.Name.Name, n, limit)})
		}
	}
	return out
}

// empty are words that say nothing about what a file or a package holds: anything fits, so everything ends there.
var empty = []string{"util", "utils", "common", "helper", "helpers", "manager", "types", "const", "consts", "constants", "interface", "interfaces", "base",
	"service", "services", "handler", "handlers", "misc", "shared", "stuff"}

func checkNames(t *Tree) []Breach {
	var out []Breach
	for _, folder := range t.folders() {
		if slices.Contains(empty, path.Base(folder)) {
			out = append(out, Breach{Path: folder, Says: "a package is one noun; this name says nothing of what is in it"})
		}
	}
	for _, f := range t.Files {
		if f.Go == nil {
			continue
		}
		name := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.Path), ".go"), "_test")
		for word := range strings.SplitSeq(name, "_") {
			if slices.Contains(empty, word) {
				out = append(out, Breach{Path: f.Path, Says: fmt.Sprintf("%q says nothing of what is in the file", word)})
			}
		}
		if pkg := strings.TrimSuffix(f.Go.Name.Name, "_test"); slices.Contains(empty, pkg) {
			out = append(out, Breach{Path: f.Path, Line: f.line(f.Go.Name.Pos()), Says: fmt.Sprintf("package %s says nothing of what is in it", pkg)})
		}
	}
	return out
}

// rootEntries is everything that may lie at the top. Reports, plans and lists of what is to do belong elsewhere.
var rootEntries = []string{
	".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "go.mod", "go.sum", "staticcheck.conf",
	"cmd", "deploy", "docs", "internal", "processors", "schemas", "stream",
}

// rootFiles are those of them without which a stranger could not begin.
var rootFiles = []string{".ci/run", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "go.mod", "go.sum"}

func checkRoot(t *Tree) []Breach {
	var out []Breach
	seen, told := map[string]bool{}, map[string]bool{}
	for _, f := range t.Files {
		seen[f.Path] = true
		if top, _, _ := strings.Cut(f.Path, "/"); !slices.Contains(rootEntries, top) && !told[top] {
			told[top] = true
			out = append(out, Breach{Path: top, Says: "what lies at the top is a closed list (internal/house/size.go), and this is not in it"})
		}
	}
	for _, name := range rootFiles {
		if !seen[name] {
			out = append(out, Breach{Path: name, Says: "is missing"})
		}
	}
	return out
}

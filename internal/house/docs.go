package house

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// documents are the texts that rule docs reads: what a stranger reads first.
func (t *Tree) documents() []*File {
	var all []*File
	for _, f := range t.Files {
		if path.Ext(f.Path) == ".md" && (f.Folder() == "." || f.Folder() == "docs") {
			all = append(all, f)
		}
	}
	return all
}

var (
	// A path begins with a folder or a file of the root. Before it stands nothing that would make it part of a longer
	// path, of a host name or of an import path.
	namedPath = regexp.MustCompile(`(?:^|[^A-Za-z0-9_./:@*-])(?:\./)?((?:\.ci|cmd|deploy|docs|internal|processors|schemas|stream)/[A-Za-z0-9_.*/-]*)`)
	// A file in backquotes without a folder, of a kind that only this repository would have.
	namedFile = regexp.MustCompile("`([A-Za-z0-9_*-]+\\.(?:go|avsc|md|py)|Makefile|LICENSE)`")
	// A link to a place in the repository, from the document's own folder.
	namedLink   = regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
	namedTarget = regexp.MustCompile("(?:`|^\\s*(?:\\$ )?|&& )make ([a-z]+)")
	makeTarget  = regexp.MustCompile(`(?m)^([a-z]+):`)
	// A test in backquotes; after a slash, the name of one of its cases, which may be a script's.
	namedTest = regexp.MustCompile("`(Test[A-Z][A-Za-z0-9]*)(?:/[^`]*)?`")
	testFunc  = regexp.MustCompile(`(?m)^func (Test[A-Z][A-Za-z0-9]*)\(t \*testing\.T\)`)
)

// checkDocs holds that what the documents name is there.
func checkDocs(t *Tree) []Breach {
	there := t.paths()
	targets := map[string]bool{}
	for _, f := range t.Files {
		if f.Path == "Makefile" {
			for _, m := range makeTarget.FindAllSubmatch(f.Text, -1) {
				targets[string(m[1])] = true
			}
		}
	}
	tests := t.tests()
	var out []Breach
	for _, f := range t.documents() {
		for i, line := range bytes.Split(f.Text, []byte("\n")) {
			say := func(what string) {
				out = append(out, Breach{Path: f.Path, Line: i + 1, Says: what})
			}
			for _, name := range namesIn(string(line), f.Folder()) {
				if !exists(there, name) {
					say("names " + name + ", which is not there")
				}
			}
			for _, m := range namedTarget.FindAllSubmatch(line, -1) {
				if !targets[string(m[1])] {
					say("names make " + string(m[1]) + ", which the Makefile does not have")
				}
			}
			for _, m := range namedTest.FindAllSubmatch(line, -1) {
				if !tests[string(m[1])] {
					say("names " + string(m[1]) + ", and no test is called so")
				}
			}
		}
	}
	return out
}

// tests returns the names of all tests.
func (t *Tree) tests() map[string]bool {
	all := map[string]bool{}
	for _, f := range t.Files {
		if strings.HasSuffix(f.Path, "_test.go") {
			for _, m := range testFunc.FindAllSubmatch(f.Text, -1) {
				all[string(m[1])] = true
			}
		}
	}
	return all
}

// namesIn returns the paths that a line names, each once. A file without a folder is returned as */name.
func namesIn(line, folder string) []string {
	var names []string
	for _, m := range namedPath.FindAllStringSubmatch(line, -1) {
		name := strings.TrimRight(m[1], ".-")
		names = append(names, strings.TrimRight(name, "/"))
	}
	for _, m := range namedFile.FindAllStringSubmatch(line, -1) {
		names = append(names, "*/"+m[1])
	}
	for _, m := range namedLink.FindAllStringSubmatch(line, -1) {
		names = append(names, path.Join(folder, m[1]))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// paths returns every file and folder of the tree.
func (t *Tree) paths() []string {
	seen := map[string]bool{}
	for _, f := range t.Files {
		for p := f.Path; p != "." && !seen[p]; p = path.Dir(p) {
			seen[p] = true
		}
	}
	all := make([]string, 0, len(seen))
	for p := range seen {
		all = append(all, p)
	}
	slices.Sort(all)
	return all
}

// exists says whether a name, which may hold asterisks, is a path of the tree; */name is a file in any folder.
func exists(there []string, name string) bool {
	if base, ok := strings.CutPrefix(name, "*/"); ok {
		return slices.ContainsFunc(there, func(p string) bool { return matches(base, path.Base(p)) })
	}
	return slices.ContainsFunc(there, func(p string) bool { return matches(name, p) })
}

func matches(pattern, p string) bool {
	ok, err := path.Match(pattern, p)
	return ok && err == nil
}

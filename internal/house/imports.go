package house

import (
	"fmt"
	"os/exec"
	"path"
	"strconv"
	"strings"
)

// covers says whether a pattern, a folder or x/..., holds a folder.
func covers(pattern, folder string) bool {
	if top, ok := strings.CutSuffix(pattern, "/..."); ok {
		return folder == top || strings.HasPrefix(folder, top+"/")
	}
	return pattern == folder
}

func covered(patterns []string, folder string) bool {
	for _, p := range patterns {
		if covers(p, folder) {
			return true
		}
	}
	return false
}

// within says whether an import path is a module or package, or below it.
func within(what, imported string) bool {
	return imported == what || strings.HasPrefix(imported, what+"/")
}

// foreign says whether an import path is neither ours nor the standard library's.
func foreign(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".") && !within(module, imported)
}

func roomOf(folder string) *room {
	for i := range rooms {
		if rooms[i].folder == folder {
			return &rooms[i]
		}
	}
	return nil
}

// imported is one import of a file.
type imported struct {
	path string
	name string // as the file calls it; "" if it does not say
	line int
}

func (f *File) imports() []imported {
	var all []imported
	for _, spec := range f.Go.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has refused it
		}
		i := imported{path: p, line: f.line(spec.Pos())}
		if spec.Name != nil {
			i.name = spec.Name.Name
		}
		all = append(all, i)
	}
	return all
}

// checkImports holds the table rooms.
func checkImports(t *Tree) []Breach {
	var out []Breach
	exists := map[string]bool{}
	for _, folder := range t.folders() {
		exists[folder] = true
		if roomOf(folder) == nil {
			out = append(out, Breach{Path: folder, Says: "this package has no row in internal/house/table.go: say what it may import, and why"})
		}
	}
	for _, r := range rooms {
		if !exists[r.folder] {
			out = append(out, Breach{Path: r.folder, Says: "the import table has a row for this package, which is gone"})
		}
		for _, o := range r.ours {
			if top, all := strings.CutSuffix(o, "/..."); !all && !exists[top] {
				out = append(out, Breach{Path: r.folder, Says: "its row lets it import " + o + ", which is gone"})
			}
		}
	}
	for _, f := range t.Files {
		if r := roomOf(f.Folder()); f.Go != nil && r != nil {
			out = append(out, r.breaches(f)...)
		}
	}
	return out
}

func (r *room) breaches(f *File) []Breach {
	var out []Breach
	for _, i := range f.imports() {
		says := ""
		switch folder, ours := strings.CutPrefix(i.path, module+"/"); {
		case i.name == ".":
			says = "a dot import hides where names come from"
		case f.excepted(i.path):
		case ours && folder == r.folder:
		case ours && covered(r.ours, folder), ours && f.Test() && covered(r.tests, folder):
		case ours:
			says = fmt.Sprintf("%s must not import %s: %s", r.folder, folder, r.why)
		case foreign(i.path) && !f.Test() && !mayImport(r.theirs, i.path):
			says = fmt.Sprintf("%s must not import %s: %s", r.folder, i.path, r.why)
		}
		if says != "" {
			out = append(out, Breach{Path: f.Path, Line: i.line, Says: says})
		}
	}
	return out
}

// excepted says whether an import is one of exceptions.
func (f *File) excepted(imported string) bool {
	for _, e := range exceptions {
		if e.file == f.Path && e.what == imported && strings.HasPrefix(string(f.Text), "//go:build "+e.tag+"\n") {
			return true
		}
	}
	return false
}

func mayImport(theirs []string, p string) bool {
	for _, t := range theirs {
		if within(t, p) {
			return true
		}
	}
	return false
}

// checkKept holds the table keeps.
func checkKept(t *Tree) []Breach {
	var out []Breach
	for _, f := range t.Files {
		if f.Go == nil {
			continue
		}
		for _, i := range f.imports() {
			for _, k := range keeps {
				if !k.holds(i.path) || covered(k.in, f.Folder()) || k.tests && f.Test() || f.excepted(i.path) {
					continue
				}
				if !k.tests && f.Test() && foreign(i.path) && covered(testedWith, f.Folder()) {
					continue
				}
				out = append(out, Breach{Path: f.Path, Line: i.line, Says: i.path + " is not for this place: " + k.why})
			}
		}
	}
	return out
}

// testedWith are places whose tests may use the clients of what they stand beside.
var testedWith = []string{"deploy/sandbox/...", "cmd/..."}

// holds says whether an import is the kept package. The standard library's packages are kept one by one: log is not
// log/slog.
func (k *keep) holds(p string) bool {
	if foreign(k.what) || within(module, k.what) {
		return within(k.what, p)
	}
	return p == k.what
}

// checkLinked asks the go command what the programs contain.
func checkLinked(t *Tree) ([]Breach, error) {
	var out []Breach
	for _, l := range links {
		cmd := exec.Command("go", "list", "-deps", l.what)
		cmd.Dir = path.Join(t.Root, l.in)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		list, err := cmd.Output()
		if err != nil {
			return out, fmt.Errorf("list %s in %s: %w: %s", l.what, l.in, err, stderr.String())
		}
		for p := range strings.FieldsSeq(string(list)) {
			if mayImport(l.never, p) {
				out = append(out, Breach{Path: path.Join(l.in, strings.TrimSuffix(l.what, "/...")), Says: "contains " + p + ": " + l.why})
			}
		}
	}
	return out, nil
}

package house

import (
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"strings"
)

// impurePackages must not be imported by code that is pure, nor anything below them.
var impurePackages = map[string]string{
	"net": "the network", "os": "files and the environment", "syscall": "the system", "plugin": "files", "math/rand": "chance",
	"crypto/rand": "chance", "log": "output", "runtime": "the machine", "context": "waiting",
}

// impureCalls are names of package time that read the machine's clock or its zones, or wait.
var impureCalls = map[string]bool{
	"Now": true, "Since": true, "Until": true, "Sleep": true, "After": true, "AfterFunc": true, "Tick": true, "NewTimer": true, "NewTicker": true,
	"LoadLocation": true, "Local": true,
}

// checkPure holds what the rows marked pure promise: the same input gives the same output, on any machine, in any year.
func checkPure(t *Tree) []Breach {
	var out []Breach
	for _, f := range t.Files {
		if r := roomOf(f.Folder()); f.Go == nil || f.Test() || r == nil || !r.pure {
			continue
		}
		timeName := "time"
		for _, i := range f.imports() {
			if i.path == "time" && i.name != "" {
				timeName = i.name
			}
			for what, is := range impurePackages {
				if within(what, i.path) {
					out = append(out, Breach{Path: f.Path, Line: i.line, Says: path.Dir(f.Path) + " is pure, and " + i.path + " is " + is})
				}
			}
		}
		ast.Inspect(f.Go, func(n ast.Node) bool {
			if says := impure(n, timeName); says != "" {
				out = append(out, Breach{Path: f.Path, Line: f.line(n.Pos()), Says: path.Dir(f.Path) + " is pure: " + says})
			}
			return true
		})
	}
	return out
}

func impure(n ast.Node, timeName string) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "no goroutine"
	case *ast.SelectStmt, *ast.ChanType:
		return "no channel"
	case *ast.Ident:
		if n.Name == "float64" || n.Name == "float32" || n.Name == "complex128" || n.Name == "complex64" {
			return "no float; machines round differently and a verdict may not"
		}
	case *ast.BasicLit:
		if n.Kind == token.IMAG || n.Kind == token.FLOAT && !whole(n.Value) {
			return "no float; machines round differently and a verdict may not"
		}
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && x.Name == timeName && impureCalls[n.Sel.Name] {
			return "time." + n.Sel.Name + " asks the machine; time comes in records"
		}
	}
	return ""
}

// whole says whether a literal in floating form is a whole number, as 1e6 is: an untyped constant, exact.
func whole(literal string) bool {
	v, err := strconv.ParseFloat(strings.ReplaceAll(literal, "_", ""), 64)
	return err == nil && v == float64(int64(v))
}

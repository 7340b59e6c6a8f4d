package main

import (
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// compiler type-checks packages of this module with some files swapped, on the export data of everything they import.
type compiler struct {
	root    string
	exports map[string]string   // import path to file
	files   map[string][]string // folder to Go files

	set      *token.FileSet
	importer types.Importer // shared: what is imported is read once
}

func newCompiler(t *testing.T, root string) *compiler {
	t.Helper()
	c := &compiler{root: root, exports: map[string]string{}, files: map[string][]string{}}
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}\t{{.Dir}}\t{{join .GoFiles \" \"}}", "./cmd/holdfast", "./"+attributePackage)
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		c.exports[f[0]] = f[1]
		if dir, err := filepath.Rel(root, f[2]); err == nil && !strings.HasPrefix(dir, "..") {
			c.files[filepath.ToSlash(dir)] = strings.Fields(f[3])
		}
	}
	c.set = token.NewFileSet()
	c.importer = importer.ForCompiler(c.set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(c.exports[path]) })
	return c
}

func (c *compiler) check(folder string, swap map[string]string) error {
	var parsed []*ast.File
	for _, name := range c.files[folder] {
		source := filepath.Join(c.root, filepath.FromSlash(folder), name)
		if swapped, ok := swap[source]; ok {
			source = swapped
		}
		f, err := parser.ParseFile(c.set, source, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed = append(parsed, f)
	}
	var wrong []error
	config := types.Config{Importer: c.importer, Error: func(err error) { wrong = append(wrong, err) }}
	_, _ = config.Check(folder, c.set, parsed, nil) // its error is the first of those
	return errors.Join(wrong...)
}

// At stake: a mutant that does not compile breaks nothing, and is found here in a second instead of after an hour.
func TestMutantsCompile(t *testing.T) {
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := newCompiler(t, root)
	for _, m := range table() {
		swap, err := m.apply(root, t.TempDir())
		if errors.Is(err, errStale) {
			continue // TestTableFits says so
		}
		if err != nil {
			t.Fatal(err)
		}
		var folders []string
		for _, e := range m.edits {
			if folder := path.Dir(e.file); !slices.Contains(folders, folder) {
				folders = append(folders, folder)
			}
		}
		for _, folder := range folders {
			if err := c.check(folder, swap); err != nil {
				t.Errorf("%s: %v", m.name, err)
			}
		}
	}
}

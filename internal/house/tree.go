package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// module is the path of the root module; the nested one is below it, so a package's folder follows from its path.
const module = "holdfast.example"

// nested is the folder of the second module.
const nested = "deploy/sandbox"

// Tree is the repository as it lies on disk.
type Tree struct {
	Root  string
	Files []*File
	fset  *token.FileSet
}

// File is one file of it.
type File struct {
	Path string // slash-separated, from the root
	Text []byte
	Go   *ast.File // nil if it is not Go
	fset *token.FileSet
}

// Load reads the tree below root. Go that does not parse is an error.
func Load(root string) (*Tree, error) {
	t := &Tree{Root: root, fset: token.NewFileSet()}
	skip, err := ignored(root)
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case rel == ".":
			return nil
		case d.IsDir() && (rel == ".git" || skip(rel)):
			return filepath.SkipDir
		case d.IsDir() || !d.Type().IsRegular() || skip(rel):
			return nil
		}
		return t.add(name, rel)
	})
	if err != nil {
		return nil, fmt.Errorf("read tree: %w", err)
	}
	return t, nil
}

func (t *Tree) add(name, rel string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	f := &File{Path: rel, Text: text, fset: t.fset}
	if strings.HasSuffix(rel, ".go") && !strings.Contains(rel, "/testdata/") {
		if f.Go, err = parser.ParseFile(t.fset, rel, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return err
		}
	}
	t.Files = append(t.Files, f)
	return nil
}

// ignored reads the forms of .gitignore that this repository uses: /name, /name/ and *.ext.
func ignored(root string) (func(rel string) bool, error) {
	text, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	names, exts := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '/':
			names[strings.Trim(line, "/")] = true
		case strings.HasPrefix(line, "*."):
			exts[line[1:]] = true
		default:
			return nil, fmt.Errorf(".gitignore: %q is of no form that the house test reads: /name, /name/ or *.ext", line)
		}
	}
	return func(rel string) bool { return names[rel] || exts[path.Ext(rel)] }, nil
}

// Folder is where the file lies, "." for the root.
func (f *File) Folder() string { return path.Dir(f.Path) }

// Test says whether the go command takes the file for a test.
func (f *File) Test() bool { return strings.HasSuffix(f.Path, "_test.go") }

func (f *File) line(p token.Pos) int { return f.fset.Position(p).Line }

// lines is the number of lines of a text, whether or not the last one is ended.
func lines(text []byte) int {
	n := strings.Count(string(text), "\n")
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}

// folders returns every folder that holds Go, in order of first sight.
func (t *Tree) folders() []string {
	var all []string
	seen := map[string]bool{}
	for _, f := range t.Files {
		if f.Go != nil && !seen[f.Folder()] {
			seen[f.Folder()] = true
			all = append(all, f.Folder())
		}
	}
	return all
}

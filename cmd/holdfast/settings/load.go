package settings

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
)

// From is where settings come from.
type From struct {
	File   string                            // path of the YAML file; empty: none
	Lookup func(name string) (string, bool)  // of the environment; nil: none
	Names  func() []string                   // of all environment variables, for those we do not know; nil: none
	Flags  func(flag string) (string, bool)  // of flags that were given; nil: none
	Read   func(path string) ([]byte, error) // of the file
}

// Source is where one value came from.
type Source struct {
	Kind string // default, file, environment, flag
	Name string // holdfast.yaml:14, HOLDFAST_WORKER, --worker; empty for a default
}

// String returns what config print shows.
func (s Source) String() string {
	switch s.Kind {
	case "environment":
		return "env " + s.Name
	case "flag":
		return "flag " + s.Name
	case "file":
		return s.Name
	}
	return s.Kind
}

// Loaded remembers where each value came from.
type Loaded struct {
	Table   []Setting
	File    string   // as given; empty: none
	Unknown []string // environment variables that begin like ours and are not meant for us, one sentence each
	Unread  bool     // the file as a whole could not be read: what it sets is not known

	root    reflect.Value
	sources map[string]Source // by path; items and their members as capture.queues[0].url
}

// Mistake is one thing wrong with the configuration.
type Mistake struct {
	Where string // file:line, variable, flag; else the setting's path
	Text  string // a sentence: what is wrong, what to do

	line int    // of the file; 0: not in it
	path string // of the setting; of an unknown key, what its setting's would be
}

func (m Mistake) String() string { return m.Where + ": " + m.Text }

// Mistakes is all that is wrong, in the order of the file, then of what was found elsewhere.
type Mistakes []Mistake

// Error returns one line a mistake.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i := range m {
		lines[i] = m[i].String()
	}
	return strings.Join(lines, "\n")
}

// Load fills the struct config points to. The error is Mistakes; what could be read is filled in nevertheless, so that
// a caller can look for more.
func Load(config any, from From) (*Loaded, error) {
	l := &Loaded{Table: Table(config), File: from.File, root: reflect.ValueOf(config).Elem(), sources: map[string]Source{}}
	var wrong Mistakes
	for i := range l.Table {
		s := &l.Table[i]
		l.sources[s.Path] = Source{Kind: "default"}
		if s.Default == "" {
			continue
		}
		if err := s.set(l.root.FieldByIndex(s.index), s.Default); err != nil {
			panic(fmt.Sprintf("settings: default of %s: %v", s.Path, err))
		}
	}
	if from.File != "" {
		wrong = append(wrong, l.readFile(from)...)
	}
	for i := range l.Table {
		s := &l.Table[i]
		if from.Lookup != nil {
			if text, ok := from.Lookup(s.Env); ok && text != "" {
				wrong = append(wrong, l.take(s, text, Source{"environment", s.Env})...)
			}
		}
		if from.Flags != nil {
			if text, ok := from.Flags(s.Flag); ok {
				wrong = append(wrong, l.take(s, text, Source{"flag", "--" + s.Flag})...)
			}
		}
	}
	if from.Names != nil {
		wrong = append(wrong, l.unknown(from)...)
	}
	if len(wrong) == 0 {
		return l, nil
	}
	return l, sorted(wrong)
}

// sorted puts mistakes into the order in which they are reported.
func sorted(wrong Mistakes) Mistakes {
	sort.SliceStable(wrong, func(i, j int) bool {
		a, b := wrong[i].line, wrong[j].line
		return a != b && a != 0 && (b == 0 || a < b)
	})
	return slices.Compact(wrong)
}

// take sets one setting from one text outside the file.
func (l *Loaded) take(s *Setting, text string, source Source) Mistakes {
	if err := s.set(l.root.FieldByIndex(s.index), text); err != nil {
		return mistakes(source.Name, 0, s.Path, err)
	}
	l.forget(s.Path)
	l.sources[s.Path] = source
	return nil
}

// forget drops what is known of a list's items: another source replaced the list.
func (l *Loaded) forget(path string) {
	for known := range l.sources {
		if strings.HasPrefix(known, path+"[") {
			delete(l.sources, known)
		}
	}
}

// mistakes makes one of each error joined in err.
func mistakes(where string, line int, path string, err error) Mistakes {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return Mistakes{{where, path + ": " + err.Error(), line, path}}
	}
	var out Mistakes
	for _, e := range joined.Unwrap() {
		out = append(out, mistakes(where, line, path, e)...)
	}
	return out
}

// Source returns where the value of a path came from. The path may name an item of a list or its member, as
// capture.queues[0].url; what is not known of it is known of what it lies in.
func (l *Loaded) Source(path string) Source {
	for p := path; p != ""; {
		if s, ok := l.sources[p]; ok {
			return s
		}
		cut := max(strings.LastIndexByte(p, '.'), strings.LastIndexByte(p, '['))
		if cut < 0 {
			break
		}
		p = p[:cut]
	}
	return Source{Kind: "default"}
}

// Wrong returns a mistake about the value of a path, with the place that the value came from.
func (l *Loaded) Wrong(path, format string, args ...any) Mistake {
	m := Mistake{Where: "configuration", Text: path + " " + fmt.Sprintf(format, args...), path: path}
	source := l.Source(path)
	switch {
	case source.Kind == "file":
		m.Where, m.line = source.Name, lineOf(source.Name)
	case source.Kind != "default":
		m.Where = source.Name
	case l.File != "":
		m.Where = l.File
	}
	return m
}

// With adds to the mistakes of Load those found by looking at what it filled in. One that speaks of a setting whose
// value could not be read is left out: it may be no more than the consequence.
func (m Mistakes) With(more Mistakes) Mistakes {
	out := slices.Clone(m)
	for _, x := range more {
		consequence := func(cause Mistake) bool {
			return cause.path != "" && (cause.path == x.path || parent(cause.path) == x.path ||
				strings.Contains(cause.path, ".") && strings.Contains(x.Text, cause.path))
		}
		if !slices.ContainsFunc(m, consequence) {
			out = append(out, x)
		}
	}
	return sorted(out)
}

// parent is the path of what a setting lies in.
func parent(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

// Default replaces the value of a setting that no source spoke of.
func (l *Loaded) Default(path, text string) {
	for i := range l.Table {
		s := &l.Table[i]
		if s.Path != path || l.sources[path].Kind != "default" {
			continue
		}
		if err := s.set(l.root.FieldByIndex(s.index), text); err != nil {
			panic(fmt.Sprintf("settings: default of %s: %v", path, err))
		}
	}
}

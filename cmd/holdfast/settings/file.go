package settings

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFile bounds the configuration file.
const maxFile = 1 << 20

// lineOf returns the line in file:line.
func lineOf(place string) int {
	n, _ := strconv.Atoi(place[strings.LastIndexByte(place, ':')+1:])
	return n
}

// reader walks one file.
type reader struct {
	l     *Loaded
	wrong Mistakes
}

func (r *reader) at(line int) string { return r.l.File + ":" + strconv.Itoa(line) }

func (r *reader) refuse(line int, path, format string, args ...any) {
	r.wrong = append(r.wrong, Mistake{r.at(line), fmt.Sprintf(format, args...), line, path})
}

func (l *Loaded) readFile(from From) Mistakes {
	read := from.Read
	if read == nil {
		read = os.ReadFile
	}
	b, err := read(from.File)
	l.Unread = err != nil || len(b) > maxFile
	switch {
	case errors.Is(err, os.ErrNotExist):
		return Mistakes{{Where: from.File, Text: "there is no such file; name the configuration with --config or " + envPrefix + "CONFIG"}}
	case err != nil:
		return Mistakes{{Where: from.File, Text: fmt.Sprintf("cannot be read (%v); check its permissions", errors.Unwrap(err))}}
	case len(b) > maxFile:
		return Mistakes{{Where: from.File, Text: fmt.Sprintf("is larger than %d bytes; name the file that holds the configuration", maxFile)}}
	}
	r := &reader{l: l}
	r.document(b)
	return r.wrong
}

// document reads the file's one document.
func (r *reader) document(b []byte) {
	file, line, err := parse(b)
	if err != nil {
		r.l.Unread = true
		r.refuse(line, "", "%v", err)
		return
	}
	var body ast.Node
	for _, d := range file.Docs {
		if d.Body == nil || d.Body.Type() == ast.CommentType || d.Body.Type() == ast.NullType {
			continue
		}
		if body != nil {
			r.refuse(lineAt(d.Body), "", "a second document begins; keep all settings in one")
			return
		}
		body = d.Body
	}
	if body != nil {
		r.section(body, "", r.l.Table)
	}
}

// parse calls the YAML parser; of its errors the message and the line are kept, never its view of the source, which
// may show a secret.
func parse(b []byte) (file *ast.File, line int, err error) {
	defer func() {
		if p := recover(); p != nil { // a defect of the parser must not look like one of ours
			file, line, err = nil, 1, errors.New("this is no YAML; the parser gave up on it")
		}
	}()
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	file, err = parser.ParseBytes(b, 0, parser.AllowDuplicateMapKey())
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		line = 1
		if t := syntax.GetToken(); t != nil && t.Position != nil {
			line = t.Position.Line
		}
		return nil, line, fmt.Errorf("this is no YAML: %s; check indentation, colons and quotes", syntax.GetMessage())
	}
	if err != nil {
		return nil, 1, errors.New("this is no YAML; check indentation, colons and quotes")
	}
	return file, 0, nil
}

func lineAt(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 1
}

// pairs returns a mapping's entries; ok is false if the node is no mapping.
func pairs(n ast.Node) (values []*ast.MappingValueNode, ok bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// entries yields the mapping's keys once each, and refuses what is no mapping, no plain key, or twice there.
func (r *reader) entries(n ast.Node, path string, yield func(key string, line int, value ast.Node)) {
	values, ok := pairs(n)
	if !ok {
		what := path
		if what == "" {
			what = "the file"
		}
		r.refuse(lineAt(n), path+".", "%s holds settings by name; write name: value, indented, one a line", what)
		return
	}
	seen := map[string]int{}
	for _, v := range values {
		line := lineAt(v.Key)
		key, ok := scalar(v.Key)
		if !ok || v.Key.IsMergeKey() {
			r.refuse(line, path+".", "a key must be a plain word")
			continue
		}
		if first, twice := seen[key]; twice {
			r.refuse(line, path+"."+key, "%q is set here and in line %d; keep one", key, first)
			continue
		}
		seen[key] = line
		yield(key, line, v.Value)
	}
}

// section reads a mapping of settings and further sections under a prefix.
func (r *reader) section(n ast.Node, prefix string, table []Setting) {
	r.entries(n, strings.TrimSuffix(prefix, "."), func(key string, line int, value ast.Node) {
		path := prefix + key
		for i := range table {
			if table[i].Path == path {
				r.value(&table[i], line, value)
				return
			}
		}
		if !under(table, path+".") {
			r.refuse(line, path, "unknown key %q%s", key, r.meantKey(table, prefix, key))
			return
		}
		if value.Type() != ast.NullType { // all of it commented out
			r.section(value, path+".", table)
		}
	})
}

func under(table []Setting, prefix string) bool {
	for i := range table {
		if strings.HasPrefix(table[i].Path, prefix) {
			return true
		}
	}
	return false
}

// meantKey looks among the keys of this section first, then for the very word in other sections.
func (r *reader) meantKey(table []Setting, prefix, key string) string {
	var here []string
	elsewhere := ""
	for i := range table {
		path := table[i].Path
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			name, _, _ := strings.Cut(rest, ".")
			here = append(here, name)
		}
		for p := path; p != ""; p = p[:max(0, strings.LastIndexByte(p, '.'))] {
			if strings.HasSuffix(p, "."+key) && elsewhere == "" {
				elsewhere = p
			}
		}
	}
	if m := meant(key, here); m != "" || elsewhere == "" {
		return m
	}
	return fmt.Sprintf(" (did you mean %s?)", elsewhere)
}

// value reads one setting's value.
func (r *reader) value(s *Setting, line int, n ast.Node) {
	field := r.l.root.FieldByIndex(s.index)
	source := Source{"file", r.at(line)}
	switch seq, isList := n.(*ast.SequenceNode); {
	case n.Type() == ast.NullType:
		r.refuse(line, s.Path, "%s has no value; write one, or take the line out", s.Path)
	case isList && s.kind.Kind() == reflect.Slice:
		r.list(s, field, seq)
		r.l.sources[s.Path] = source
	default:
		text, ok := scalar(n)
		if !ok {
			r.refuse(lineAt(n), s.Path, "%s is %s", s.Path, wants(s))
			return
		}
		if err := s.set(field, text); err != nil {
			r.wrong = append(r.wrong, mistakes(r.at(lineAt(n)), lineAt(n), s.Path, err)...)
			return
		}
		r.l.sources[s.Path] = source
	}
}

func wants(s *Setting) string {
	switch {
	case s.isItems():
		return "a list; write each item as - name: value"
	case s.kind.Kind() == reflect.Slice:
		return "a list; write [a, b]"
	}
	return "one value (" + s.Type + "), not a list or a section"
}

// list reads a YAML list of plain values or of items.
func (r *reader) list(s *Setting, field reflect.Value, n *ast.SequenceNode) {
	list := reflect.MakeSlice(s.kind, 0, len(n.Values))
	for i, node := range n.Values {
		item := reflect.New(s.kind.Elem()).Elem()
		path := fmt.Sprintf("%s[%d]", s.Path, i)
		line := lineAt(node)
		if values, ok := pairs(node); ok && len(values) > 0 {
			line = lineAt(values[0].Key) // the token of a mapping in block style is its first colon
		}
		r.l.sources[path] = Source{"file", r.at(line)}
		text, plain := scalar(node)
		switch {
		case plain:
			if err := s.setItem(item, text); err != nil {
				r.wrong = append(r.wrong, mistakes(r.at(line), line, path, err)...)
			}
		case s.isItems():
			s.defaults(item)
			r.item(s, item, path, node)
		default:
			r.refuse(line, path, "%s is one value (%s)", path, typeName(s.kind.Elem()))
		}
		list = reflect.Append(list, item)
	}
	field.Set(list)
}

// item reads one item of a list of structs.
func (r *reader) item(s *Setting, item reflect.Value, path string, n ast.Node) {
	r.entries(n, path, func(key string, line int, value ast.Node) {
		m := s.member(key)
		if m == nil {
			r.refuse(line, path+"."+key, "unknown key %q%s", key, meant(key, s.memberNames()))
			return
		}
		text, ok := scalar(value)
		switch {
		case value.Type() == ast.NullType:
			r.refuse(line, path+"."+key, "%s.%s has no value; write one, or take the line out", path, key)
		case !ok:
			r.refuse(line, path+"."+key, "%s.%s is %s", path, key, wants(m))
		default:
			if err := m.set(item.FieldByIndex(m.index), text); err != nil {
				r.wrong = append(r.wrong, mistakes(r.at(line), line, path+"."+key, err)...)
			}
		}
		r.l.sources[path+"."+key] = Source{"file", r.at(line)}
	})
}

// scalar returns a scalar's text as it is written. Aliases, anchors and tags are none: a configuration that a person
// reads in court says each thing where it holds.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case *ast.MappingNode:
		if len(n.Values) == 1 {
			return joined(n.Values[0])
		}
	case *ast.MappingValueNode:
		return joined(n)
	}
	return "", false
}

// joined undoes the parser's view of host:9092 inside braces: it takes the colon for a mapping's, where YAML asks for a
// space after that.
func joined(n *ast.MappingValueNode) (string, bool) {
	key, ok := n.Key.(*ast.StringNode)
	value, ok2 := scalar(n.Value)
	if !ok || !ok2 || key.Token.Type != token.StringType {
		return "", false
	}
	end, start := key.Token.Position, n.Value.GetToken().Position
	if start.Line != end.Line || start.Column != end.Column+utf8.RuneCountInString(key.Value)+1 {
		return "", false
	}
	return key.Value + ":" + value, true
}

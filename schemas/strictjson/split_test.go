package strictjson

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

// split is what Split gives, as one line a piece, and its error's code and pointer.
func split(text io.Reader, l SplitLimits) (pieces []string, code, pointer string) {
	for p, err := range Split(text, l, func(name string) bool { return name == "rows" || name == "a/b~c" }) {
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				return pieces, err.Error(), ""
			}
			return pieces, e.Code, e.Pointer
		}
		pieces = append(pieces, fmt.Sprintf("%s %s %s", p.Pointer, p.List, p.Value))
	}
	return pieces, "", ""
}

// At stake: a file of any size is read by the piece, and read as the same bytes would be if they were held.
func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, text    string
		pieces        []string
		code, pointer string
	}{
		{"array", ` [ {"a":[1,2]} , 7,"x]",[] ] `, []string{`/0  {"a":[1,2]}`, `/1  7`, `/2  "x]"`, `/3  []`}, "", ""},
		{"no elements", `[]`, nil, "", ""},
		{"object", `{"n":1,"rows":[{"a":"\"}"},2],"more":{"rows":[3]}}`, []string{`/rows/0 rows {"a":"\"}"}`, `/rows/1 rows 2`}, "", ""},
		{"a name to be escaped", `{"a\/b~c":[1]}`, []string{`/a~1b~0c/0 a/b~c 1`}, "", ""},
		{"an empty list", `{"rows":[]}`, nil, "", ""},
		{"two lists", `{"rows":[1],"a/b~c":[2]}`, []string{`/rows/0 rows 1`, `/a~1b~0c/0 a/b~c 2`}, "", ""},
		{"another object", ` {"x":[1], "rows":null} `, []string{`  {"x":[1], "rows":null}`}, "", ""},
		{"an empty object", `{}`, []string{`  {}`}, "", ""},
		{"lines", "{\"rows\":[1]}\r\n\n7\n{\"b\":2}", []string{`/0  {"rows":[1]}`, `/1  7`, `/2  {"b":2}`}, "", ""},
		{"lines, the first broken off", "{\"a\n{\"b\":2}\n", []string{`/0  {"a`, `/1  {"b":2}`}, "", ""},
		{"no JSON at all", "hello\nworld", []string{`/0  hello`, `/1  world`}, "", ""},
		{"nothing", " \n", nil, CodeSyntax, ""},
		{"byte order mark", "\xEF\xBB\xBF[]", nil, CodeBOM, ""},
		{"trailing", `[1] 2`, []string{`/0  1`}, CodeTrailing, ""},
		{"two objects on a line", `{} {}`, []string{`  {}`}, CodeTrailing, ""},
		{"a comma too many", `[1,]`, []string{`/0  1`}, CodeSyntax, "/1"},
		{"no comma", `[1 2]`, []string{`/0  1`}, CodeSyntax, "/0"},
		{"an array that does not end", `[1,{"a":`, []string{`/0  1`}, CodeSyntax, "/1"},
		{"an object that does not end", `{"rows":[1,[2`, []string{`/rows/0 rows 1`}, CodeSyntax, "/rows/1"},
		{"bad around the list", `{"rows":[1],"a":tru}`, []string{`/rows/0 rows 1`}, CodeSyntax, "/a"},
		{"the list twice", `{"rows":[1],"ROWS":2}`, []string{`/rows/0 rows 1`}, CodeDuplicate, "/ROWS"},
		{"no colon", `{"x" 1,"rows":[]}`, []string{`  {"x" 1,"rows":[]}`}, "", ""}, // for who checks the piece
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(c.text), "by the byte": iotest.OneByteReader(strings.NewReader(c.text)),
			"with its end": iotest.DataErrReader(strings.NewReader(c.text))} {
			pieces, code, pointer := split(r, SplitLimits{})
			if !reflect.DeepEqual(pieces, c.pieces) || code != c.code || pointer != c.pointer {
				t.Errorf("%s, %s: %q %s at %q; want %q %s at %q", c.name, how, pieces, code, pointer, c.pieces, c.code, c.pointer)
			}
		}
	}
}

// What is too long is cut or refused, and what comes after a long piece is read all the same.
func TestSplitLimits(t *testing.T) {
	long := `"` + strings.Repeat("x", 100) + `"`
	for _, c := range []struct {
		name, text    string
		l             SplitLimits
		pieces        []string
		code, pointer string
	}{
		{"a long element", `[1,` + long + `,2]`, SplitLimits{Piece: 10}, []string{"/0  1", `/1  "xxxxxxxxxx`, "/2  2"}, "", ""},
		{"a long line", "1\n" + long + "\n2", SplitLimits{Piece: 10}, []string{"/0  1", `/1  "xxxxxxxxxx`, "/2  2"}, "", ""},
		{"a line long by its spaces", "1\n2" + strings.Repeat(" ", 20) + "!\n", SplitLimits{Piece: 10}, []string{"/0  1", "/1  2" + strings.Repeat(" ", 10)}, "", ""},
		{"a long last element", `[1,` + long[:50], SplitLimits{Piece: 10}, []string{"/0  1"}, CodeSyntax, "/1"},
		{"a list larger than a piece", `{"rows":[1,2,3,4,5,6]}`, SplitLimits{Piece: 5}, []string{"/rows/0 rows 1", "/rows/1 rows 2", "/rows/2 rows 3", "/rows/3 rows 4", "/rows/4 rows 5", "/rows/5 rows 6"}, "", ""},
		{"an object larger than a piece", `{"x":[1,2,3,4,5,6]}`, SplitLimits{Piece: 12, Around: 10}, nil, CodeSize, ""},
		{"an object larger than a piece, and no list", `{"x":[1,2,3,4,5,6]}`, SplitLimits{Piece: 12}, []string{`  {"x":[1,2,3,4`}, "", ""},
		{"an object larger than a piece by its spaces", `{"x":      1      }`, SplitLimits{Piece: 12}, []string{`  {"x":1}`}, "", ""},
		{"much around", `{"x":` + long + `,"rows":[1]}`, SplitLimits{Around: 50}, nil, CodeSize, ""},
		{"many", `[1,2,3]`, SplitLimits{Pieces: 2}, []string{"/0  1", "/1  2"}, CodePieces, "/2"},
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(c.text), "by the byte": iotest.OneByteReader(strings.NewReader(c.text))} {
			pieces, code, pointer := split(r, c.l)
			if !reflect.DeepEqual(pieces, c.pieces) || code != c.code || pointer != c.pointer {
				t.Errorf("%s, %s: %q %s at %q; want %q %s at %q", c.name, how, pieces, code, pointer, c.pieces, c.code, c.pointer)
			}
		}
	}
}

// A reader's own error is not the text's: it comes as it is, after what was read.
func TestSplitReader(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, text := range []string{`[1,2`, "1\n2\n", `{"rows":[1,`, `{"x`} {
		var last error
		for _, err := range Split(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), SplitLimits{}, func(string) bool { return true }) {
			last = err
		}
		if !errors.Is(last, broken) {
			t.Errorf("%q: %v", text, last)
		}
	}
	for range Split(strings.NewReader(`[1,2,3`), SplitLimits{}, nil) { // who takes no more is given no more, not even an error
		break
	}
}

// Read by the byte, by the block or as a whole, a text has the same pieces; an array's are its Elements.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{`[1,{"a":"]"},[]]`, `{"rows":[1,2],"x":"y"}`, "{\"a\":1}\n{\"b\n7", `{"rows":[`, `[1,2]]`, `{"rows":[1],"rows":[2]}`, "\"\\\n", `[tru,"\"",-]`} {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, text string, piece int) {
		l := SplitLimits{Piece: 1 + piece&31, Around: 200}
		pieces, code, pointer := split(strings.NewReader(text), l)
		again, code2, pointer2 := split(iotest.OneByteReader(strings.NewReader(text)), l)
		if !reflect.DeepEqual(pieces, again) || code != code2 || pointer != pointer2 {
			t.Fatalf("%q: %q %s %s; by the byte %q %s %s", text, pieces, code, pointer, again, code2, pointer2)
		}
		if value := Value([]byte(text)); Check(value, Limits{}) == nil && KindOf(value) == Array {
			var want []string
			for i, v := range Elements(value) {
				want = append(want, "/"+strconv.Itoa(i)+"  "+string(v[:min(len(v), l.Piece+1)]))
			}
			if !reflect.DeepEqual(pieces, want) || code != "" {
				t.Fatalf("%q: %q, elements %q, %s", text, pieces, want, code)
			}
		}
	})
}

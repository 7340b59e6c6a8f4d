package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/pflag"
)

// options has a setting of every type.
type options struct {
	Name  string `key:"name" default:"x" help:"a text"`
	Inner struct {
		On    bool          `key:"on" help:"a switch"`
		Count int16         `key:"count" default:"3" min:"1" max:"9" help:"a number"`
		Big   int64         `key:"big" help:"a number"`
		Every time.Duration `key:"every" default:"2s" min:"1s" help:"a duration"`
		Limit Bytes         `key:"limit" default:"1KiB" max:"1MiB" help:"a size"`
		Mode  string        `key:"mode" one:"|fast|slow" help:"a word"`
	} `key:"inner"`
	Password Secret   `key:"password" help:"a secret"`
	Keys     []Secret `key:"keys" help:"secrets"`
	List     []string `key:"list" default:"a,b" one:"a|b|c" help:"a list"`
	Things   []thing  `key:"things" help:"items"`
}

type thing struct {
	URL  string        `key:"url" help:"a text"`
	Wait time.Duration `key:"wait" default:"1s" help:"a duration"`
}

func loadText(text string) (*options, *Loaded, error) {
	o := &options{}
	l, err := Load(o, From{File: "f.yaml", Read: func(string) ([]byte, error) { return []byte(text), nil }})
	return o, l, err
}

// TestSecretIsNeverShown: a secret in one log line is a secret no more. Every way by which Go programs print is tried.
func TestSecretIsNeverShown(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fromFile, err := readSecret("file:" + file)
	if err != nil || fromFile.Reveal() != "hunter2" {
		t.Fatalf("read %d bytes, %v; want the file's without its line end", len(fromFile.Reveal()), err)
	}
	for _, s := range []Secret{NewSecret("hunter2"), fromFile} {
		holder := struct {
			S Secret
			P *Secret
			L []Secret
		}{s, &s, []Secret{s}}
		var log bytes.Buffer
		for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			slog.New(h).Info("x", "secret", s, "holder", holder, "list", holder.L)
		}
		asJSON, err := json.Marshal(holder)
		if err != nil {
			t.Fatal(err)
		}
		asYAML, err := yaml.Marshal(holder)
		if err != nil {
			t.Fatal(err)
		}
		all := log.String() + string(asJSON) + string(asYAML)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			all += fmt.Sprintf(verb, s) + fmt.Sprintf(verb, holder) + fmt.Sprintf(verb, &holder)
		}
		for _, form := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), fmt.Sprintf("%X", "hunter2"), fmt.Sprint([]byte("hunter2"))} {
			if strings.Contains(all, form) {
				t.Errorf("the secret is seen as %s in %s", form, all)
			}
		}
		if !s.IsSet() || !strings.Contains(all, hidden) {
			t.Error("nothing says that there is a secret")
		}
	}
}

// TestPrecedence: flag, environment, file, default; each whole.
func TestPrecedence(t *testing.T) {
	set := pflag.NewFlagSet("x", pflag.ContinueOnError)
	flags := AddFlags(set, Table(options{}))
	if err := set.Parse([]string{"--inner-on", "--list=c", "--list", "a"}); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HOLDFAST_LIST": "b", "HOLDFAST_NAME": "from-env", "HOLDFAST_INNER_COUNT": "", "HOLDFAST_NOTHING_LIKE_IT": "x", "PATH": "y"}
	o := &options{}
	l, err := Load(o, From{File: "f.yaml", Flags: flags.Given,
		Lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Names: func() []string {
			return []string{"PATH", "HOLDFAST_NOTHING_LIKE_IT", "HOLDFAST_CONFIG", "HOLDFAST_LIST"}
		},
		Read: func(string) ([]byte, error) {
			return []byte("name: from-file\ninner: {count: 5, on: false}\nlist: [b]\n"), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	if o.Name != "from-env" || !o.Inner.On || o.Inner.Count != 5 || fmt.Sprint(o.List) != "[c a]" || o.Inner.Every != 2*time.Second {
		t.Errorf("%+v", o)
	}
	for path, want := range map[string]string{"name": "env HOLDFAST_NAME", "inner.on": "flag --inner-on", "inner.count": "f.yaml:2",
		"inner.every": "default", "list": "flag --list", "list[0]": "flag --list"} {
		if got := l.Source(path).String(); got != want {
			t.Errorf("%s from %s; want %s", path, got, want)
		}
	}
	if fmt.Sprint(l.Unknown) != `[environment variable HOLDFAST_NOTHING_LIKE_IT is no setting]` {
		t.Errorf("%v", l.Unknown)
	}
}

// TestFile: what a file's values mean, and that they mean what is written.
func TestFile(t *testing.T) {
	o, _, err := loadText(`
# a comment
name: 012   # not ten
inner:
  every: 1m30s
  limit: 64KiB
  mode: fast
password: "p: #w"
keys: [a-key, 'b,key']
list: a,c
things:
  - url: https://x.example:443/y
    wait: 3s
  - {url: "z"}
  - https://w.example/?a=b,wait=4s
`)
	if err != nil {
		t.Fatal(err)
	}
	if o.Name != "012" || o.Inner.Every != 90*time.Second || o.Inner.Limit != 64<<10 || o.Inner.Mode != "fast" || fmt.Sprint(o.List) != "[a c]" {
		t.Errorf("%+v", o)
	}
	if o.Password.Reveal() != "p: #w" || len(o.Keys) != 2 || o.Keys[1].Reveal() != "b,key" {
		t.Error("a secret is not what was written")
	}
	want := []thing{{"https://x.example:443/y", 3 * time.Second}, {"z", time.Second}, {"https://w.example/?a=b", 4 * time.Second}}
	if fmt.Sprint(o.Things) != fmt.Sprint(want) {
		t.Errorf("%v; want %v", o.Things, want)
	}
}

// TestColonInsideBraces: the parser takes host:9092 in a list inside braces for a mapping; YAML does not.
func TestColonInsideBraces(t *testing.T) {
	type braces struct {
		In struct {
			List []string `key:"list" help:"x"`
			Keys []Secret `key:"keys" help:"x"`
		} `key:"in"`
	}
	b := &braces{}
	_, err := Load(b, From{File: "f", Read: func(string) ([]byte, error) {
		return []byte(`in: {list: [127.0.0.1:9092, a.b:1, https://x/y, "q:1"], keys: [p:w]}`), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(b.In.List, " "); got != "127.0.0.1:9092 a.b:1 https://x/y q:1" || b.In.Keys[0].Reveal() != "p:w" {
		t.Error(got)
	}
	if _, err := Load(b, From{File: "f", Read: func(string) ([]byte, error) { return []byte(`in: {list: [a: 1]}`), nil }}); err == nil {
		t.Error("a mapping was taken for a text")
	}
}

// TestRefusals: each value that is not what its setting wants, in the words an operator reads.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"inner: {count: 10}", "f.yaml:1: inner.count: 10 is too much; at most 9"},
		{"inner: {count: 0}", "f.yaml:1: inner.count: 0 is too little; at least 1"},
		{"inner: {count: 1.5}", `f.yaml:1: inner.count: "1.5" is no whole number`},
		{"inner: {count: 99999}", `f.yaml:1: inner.count: "99999" is no whole number`},
		{"inner: {big: 0x10}", `f.yaml:1: inner.big: "0x10" is no whole number`},
		{"inner: {every: -1s}", `f.yaml:1: inner.every: "-1s" is no duration; write a number with its unit, for example 500ms, 15m or 72h`},
		{"inner: {every: 10ms}", "f.yaml:1: inner.every: 10ms is too little; at least 1s"},
		{"inner: {limit: 2MiB}", "f.yaml:1: inner.limit: 2MiB is too much; at most 1MiB"},
		{"inner: {limit: 1MB}", `f.yaml:1: inner.limit: "1MB" is no size; write bytes, or a number with KiB, MiB or GiB`},
		{"inner: {limit: 9999999999GiB}", `f.yaml:1: inner.limit: "9999999999GiB" is no size; write bytes, or a number with KiB, MiB or GiB`},
		{"inner: {on: on}", `f.yaml:1: inner.on: "on" is neither true nor false`},
		{"inner: {mode: fst}", `f.yaml:1: inner.mode: "fst" is not one of fast, slow (did you mean "fast"?)`},
		{"inner: {cuont: 1}", `f.yaml:1: unknown key "cuont" (did you mean "count"?)`},
		{"mode: fast", `f.yaml:1: unknown key "mode" (did you mean inner.mode?)`},
		{"nothing_like_it: 1", `f.yaml:1: unknown key "nothing_like_it"`},
		{"things: [{url: a, wiat: 1s}]", `f.yaml:1: unknown key "wiat" (did you mean "wait"?)`},
		{"things: ['a,b']", `f.yaml:1: things[0]: "b" has no name before it; write name=value, and ; between items`},
		{"things: ['a,wiat=1s']", `f.yaml:1: things[0]: unknown member "wiat" (did you mean "wait"?)`},
		{"name: !!str x", "f.yaml:1: name is one value (text), not a list or a section"},
		{"<<: {name: x}", "f.yaml:1: a key must be a plain word"},
	} {
		_, _, err := loadText(c.text)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

// TestWith: a complaint that only follows from another mistake sends people to the wrong line.
func TestWith(t *testing.T) {
	_, l, err := loadText("name: x\ninner: {mode: fst}\nthings: [{wait: 1}]\n")
	first, ok := err.(Mistakes)
	if !ok || len(first) != 2 {
		t.Fatal(err)
	}
	all := first.With(Mistakes{
		l.Wrong("inner.mode", "is not set"), l.Wrong("password", "is set without inner.mode"), l.Wrong("things[0]", "has no url"),
		l.Wrong("inner.count", "is odd"), l.Wrong("name", "is short"),
	})
	if got := all.Error(); strings.Count(got, "\n") != 3 || !strings.HasPrefix(got, "f.yaml:1: name is short\n") || !strings.HasSuffix(got, "f.yaml: inner.count is odd") {
		t.Errorf("\n%s", got)
	}
}

// FuzzFile: whatever a file holds, there is a configuration or a list of mistakes, each with a line of the file, and no
// text of a secret in any.
func FuzzFile(f *testing.F) {
	for _, s := range []string{"", "name: x\n", "inner: {count: 5}\nlist: [a, b]\n", "things:\n  - url: a\n    wait: 1s\n  - b,wait=2s\n", "a: &b c\nd: *b\n",
		"password: {x: hunter2}\n", "? x\n: y\n", "---\na: 1\n---\nb: 2\n", "\xef\xbb\xbfname: y\n", "name: |\n  long\n", "{[", "keys: [[hunter2]]", "inner: [", "name: 'x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o := &options{}
		_, err := Load(o, From{File: "f.yaml", Read: func(string) ([]byte, error) { return b, nil }})
		if err == nil {
			return
		}
		wrong, ok := err.(Mistakes)
		if !ok || len(wrong) == 0 {
			t.Fatalf("%T %v", err, err)
		}
		for _, m := range wrong {
			if m.line < 1 || m.line > bytes.Count(b, []byte("\n"))+bytes.Count(b, []byte("\r"))+2 || m.Where != fmt.Sprintf("f.yaml:%d", m.line) {
				t.Errorf("%+v: no such line", m)
			}
		}
	})
}

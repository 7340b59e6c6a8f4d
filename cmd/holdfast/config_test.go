package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"holdfast.example/cmd/holdfast/settings"
	"holdfast.example/processors/correlate"
)

// sample is a value of a setting that is not its default, as one would write it, and how it is shown.
func sample(s settings.Setting) (written, shown string) {
	if len(s.One) > 0 {
		for _, w := range s.One {
			if w != s.Default && w != "" {
				if s.Type == "list" {
					return w, "[" + w + "]"
				}
				return w, w
			}
		}
	}
	switch s.Type {
	case "text":
		return "some-text", "some-text"
	case "true or false":
		return "true", "true"
	case "number":
		return "17", "17"
	case "duration":
		return "7s", "7s"
	case "size":
		if s.Max == "1MiB" {
			return "3KiB", "3KiB"
		}
		return "2MiB", "2MiB"
	case "secret":
		return "hunter2", "(hidden)"
	case "secrets":
		return "hunter2,hunter3", "[(hidden) (hidden)]"
	case "list":
		return "one,two", "[one two]"
	case "items":
		var members []string
		for _, m := range s.Members {
			w, _ := sample(m)
			if m.Path == "wait" || m.Path == "visibility" || m.Path == "ack_timeout" {
				w = "15s"
			}
			members = append(members, m.Path+"="+w)
		}
		text := strings.Join(members, ",")
		return text, "[" + text + "]"
	}
	panic("no sample of " + s.Type)
}

// inFile writes a setting as YAML.
func inFile(path, value string) string {
	var b strings.Builder
	for i, key := range strings.Split(path, ".") {
		fmt.Fprintf(&b, "%s%s:", strings.Repeat("  ", i), key)
		if i < strings.Count(path, ".") {
			b.WriteByte('\n')
		}
	}
	return b.String() + " \"" + value + "\"\n"
}

func shownOf(t *testing.T, l *settings.Loaded, path string) (string, string) {
	t.Helper()
	for _, s := range l.Show() {
		if s.Setting == path {
			return fmt.Sprint(s.Value), s.From
		}
	}
	t.Fatalf("%s is not shown", path)
	return "", ""
}

// TestEverySettingIsReachable: a setting that cannot be set by one of the three ways is one that somebody will believe
// to have set.
func TestEverySettingIsReachable(t *testing.T) {
	table := settings.Table(Config{})
	fields := leaves(reflect.TypeFor[Config]())
	if len(table) != fields {
		t.Errorf("the table has %d settings, the struct %d fields", len(table), fields)
	}
	seen := map[string]bool{}
	for _, s := range table {
		if seen[s.Env] || seen[s.Flag] {
			t.Errorf("%s: its flag or variable is another setting's", s.Path)
		}
		seen[s.Env], seen[s.Flag] = true, true
		written, shown := sample(s)
		file := inFile(s.Path, written)
		for _, way := range []struct {
			name string
			from settings.From
			by   string
		}{
			{"file", settings.From{File: "f.yaml", Read: func(string) ([]byte, error) { return []byte(file), nil }}, fmt.Sprintf("f.yaml:%d", 1+strings.Count(s.Path, "."))},
			{"environment", settings.From{Lookup: only(s.Env, written)}, "env " + s.Env},
			{"flag", settings.From{Flags: only(s.Flag, written)}, "flag --" + s.Flag},
		} {
			l, err := settings.Load(&Config{}, way.from)
			if err != nil {
				t.Errorf("%s by %s: %v\n%s", s.Path, way.name, err, file)
				continue
			}
			if got, by := shownOf(t, l, s.Path); got != shown || by != way.by {
				t.Errorf("%s by %s: %s from %s; want %s from %s", s.Path, way.name, got, by, shown, way.by)
			}
		}
	}
	t.Logf("%d settings, each by file, environment and flag", len(table))
}

func only(name, value string) func(string) (string, bool) {
	return func(asked string) (string, bool) { return value, asked == name }
}

// leaves counts fields that are settings without asking the settings package.
func leaves(t reflect.Type) int {
	n := 0
	for i := range t.NumField() {
		if f := t.Field(i).Type; f.Kind() == reflect.Struct && f != reflect.TypeFor[settings.Secret]() {
			n += leaves(f)
		} else {
			n++
		}
	}
	return n
}

// TestDefaultsAreThePackages: a default that differs from the package's own would make its documentation wrong.
func TestDefaultsAreThePackages(t *testing.T) {
	config := &Config{}
	if _, err := settings.Load(config, settings.From{}); err != nil {
		t.Fatal(err)
	}
	if got, want := config.correlate(), correlate.Defaults(); got != want {
		t.Errorf("correlate: %+v; the package's defaults are %+v", got, want)
	}
	if _, err := config.correlate().Document(config.Kafka.Partitions); err != nil {
		t.Error(err)
	}
}

// TestWiring: a configuration that passes our checks must pass those of the packages it is wired into, or its mistakes
// would come late and without a place.
func TestWiring(t *testing.T) {
	const text = `
kafka: {brokers: [a:9092]}
worker: w
capture:
  webhook: {listen: "127.0.0.1:0", secrets: [0123456789abcdef]}
  queues: [{url: "https://sqs.example/1/q", carries: s3}]
  buckets: [b]
`
	config, _, err := loadFrom(settings.From{File: "f.yaml", Read: func(string) ([]byte, error) { return []byte(text), nil }}, needStages, nil)
	if err != nil {
		t.Fatal(err)
	}
	log := newLogger(&bytes.Buffer{}, "info", "text")
	if err := config.capture(log).Validate(); err != nil {
		t.Error(err)
	}
	if err := config.stream(log).Validate(); err != nil {
		t.Error(err)
	}
	if err := config.clock(log, nil).Validate(); err != nil {
		t.Error(err)
	}
	if err := config.correlate().Validate(); err != nil {
		t.Error(err)
	}
	if parts, err := config.parts(log, nil); err != nil || len(parts) != 4 {
		t.Errorf("%d stages, %v", len(parts), err)
	}
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestExamplesParse: whoever copies an example from the documentation must not be refused. Files that an example names
// are not there, so only mistakes about them are let pass.
func TestExamplesParse(t *testing.T) {
	n := 0
	for _, page := range []string{"README.md", "docs/OPERATIONS.md"} {
		b, err := os.ReadFile(filepath.Join("..", "..", page))
		if err != nil {
			t.Fatal(err)
		}
		examples := yamlBlock.FindAllSubmatch(b, -1)
		if len(examples) == 0 {
			t.Errorf("%s has no example", page)
		}
		for _, m := range examples {
			n++
			_, _, err := loadFrom(settings.From{File: page, Read: func(string) ([]byte, error) { return m[1], nil }}, needStages, nil)
			for _, line := range strings.Split(fmt.Sprint(err), "\n") {
				if err != nil && !strings.Contains(line, "cannot be read") && !strings.Contains(line, "its file") && !strings.Contains(line, "state_dir /var/lib/holdfast cannot be made") {
					t.Errorf("%s, example %d: %s", page, n, line)
				}
			}
		}
	}
}

// TestReference holds the table of settings in docs/OPERATIONS.md to the code; -update writes it.
func TestReference(t *testing.T) {
	const begin, end = "<!-- settings -->\n", "<!-- /settings -->"
	path := filepath.Join("..", "..", "docs", "OPERATIONS.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no %s", path, begin)
	}
	want := reference()
	if old == want {
		return
	}
	if !*update {
		t.Fatalf("the settings in %s are not those of the code; run go test ./cmd/holdfast -run TestReference -update", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func reference() string {
	var b strings.Builder
	b.WriteString("| setting | type | default | |\n|---|---|---|---|\n")
	row := func(path string, s settings.Setting) {
		bounds := ""
		switch {
		case s.Min != "" && s.Max != "":
			bounds = "; " + s.Min + " to " + s.Max
		case s.Min != "":
			bounds = "; at least " + s.Min
		case s.Max != "":
			bounds = "; at most " + s.Max
		}
		value := ""
		if s.Default != "" {
			value = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s%s |\n", path, s.Type, value, s.Help, bounds)
	}
	for _, s := range settings.Table(Config{}) {
		row(s.Path, s)
		for _, m := range s.Members {
			row(s.Path+"[]."+m.Path, m)
		}
	}
	return b.String()
}

// TestExitCodes: operators' scripts stand on them.
func TestExitCodes(t *testing.T) {
	if got := start(context.Background(), []string{"version"}, &bytes.Buffer{}, &bytes.Buffer{}); got != 0 {
		t.Errorf("version: %d", got)
	}
	for want, errs := range map[int][]error{
		exitDifferent: {fmt.Errorf("x: %w", errDifferent)},
		exitConfig:    {settings.Mistakes{{}}, fmt.Errorf("x: %w", errUsage)},
	} {
		for _, err := range errs {
			if got := exitCode(err); got != want {
				t.Errorf("%v: %d; want %d", err, got, want)
			}
		}
	}
}

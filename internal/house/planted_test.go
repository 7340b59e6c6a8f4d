package house

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// plant is one breach in an otherwise clean tree: files to write over the clean ones ("" removes), and where and by
// which words the rule must report it.
type plant struct {
	rule  string
	name  string
	files map[string]string
	path  string
	says  string
}

const tooLong = "package leaf\n"

var plants = []plant{
	{"imports", "to the right", files("schemas/bad.go", goFile("schemas", module+"/stream")), "schemas/bad.go", "must not import stream"},
	{"imports", "a sub-package", files("schemas/bad.go", goFile("schemas", module+"/schemas/leaf")), "schemas/bad.go", "must not import schemas/leaf"},
	{"imports", "a test, to the right", files("schemas/leaf/bad_test.go", goFile("leaf", module+"/stream")), "schemas/leaf/bad_test.go", "must not import stream"},
	{"imports", "the runtime knows no domain", files("stream/bad.go", goFile("stream", module+"/schemas/leaf")), "stream/bad.go", "must not import schemas/leaf"},
	{"imports", "another verb", files("processors/correlate/bad.go", goFile("correlate", module+"/processors/observe")), "processors/correlate/bad.go", "processors/observe"},
	{"imports", "another verb, by a test", files("processors/correlate/bad_test.go", goFile("correlate", module+"/processors/capture")), "processors/correlate/bad_test.go", "processors/capture"},
	{"imports", "the page that must stay data", files("processors/bad.go", goFile("processors", module+"/processors/capture")), "processors/bad.go", "processors/capture"},
	{"imports", "a program", files("processors/capture/bad.go", goFile("capture", module+"/cmd/holdfast/settings")), "processors/capture/bad.go", "cmd/holdfast/settings"},
	{"imports", "the oracle and what it judges", files("deploy/sandbox/oracle/bad.go", goFile("oracle", module+"/processors/correlate")), "deploy/sandbox/oracle/bad.go", "processors/correlate"},
	{"imports", "the oracle and the generator", files("deploy/sandbox/oracle/bad.go", goFile("oracle", module+"/deploy/sandbox/centre")), "deploy/sandbox/oracle/bad.go", "deploy/sandbox/centre"},
	{"imports", "a stranger", files("schemas/leaf/bad.go", goFile("leaf", "github.com/linkedin/goavro/v2")), "schemas/leaf/bad.go", "goavro"},
	{"imports", "no row", files("schemas/rumour/rumour.go", "package rumour\n"), "schemas/rumour", "no row"},
	{"imports", "no package", files("deploy/sandbox/page/page.go", ""), "deploy/sandbox/page", "which is gone"},
	{"imports", "a dot", files("schemas/leaf/bad.go", "package leaf\n\nimport . \"strings\"\n"), "schemas/leaf/bad.go", "dot import"},

	{"kept", "a fake broker in the program", files("stream/bad.go", goFile("stream", "github.com/twmb/franz-go/pkg/kfake")), "stream/bad.go", "no fakes"},
	{"kept", "a fake S3 outside of its room", files("deploy/sandbox/demo/bad.go", goFile("demo", "github.com/versity/versitygw/embedgw")), "deploy/sandbox/demo/bad.go", "no fakes"},
	{"kept", "test support in the program", files("stream/bad.go", goFile("stream", module+"/stream/streamtest")), "stream/bad.go", "test support"},
	{"kept", "the points without their tag", files("cmd/holdfast/faultpoints_on.go", goFile("main", module+"/stream/streamtest")), "cmd/holdfast/faultpoints_on.go", "test support"},
	{"imports", "the points in another file", files("cmd/holdfast/points.go", "//go:build faultpoints\n\n"+goFile("main", module+"/stream/streamtest")), "cmd/holdfast/points.go", "must not import stream/streamtest"},
	{"kept", "testing in the program", files("cmd/holdfast/bad.go", goFile("main", "testing")), "cmd/holdfast/bad.go", "under test"},
	{"kept", "metrics in a verb", files("processors/capture/bad.go", goFile("capture", "github.com/prometheus/client_golang/prometheus")), "processors/capture/bad.go", "Observer"},
	{"kept", "the global logger", files("processors/capture/bad.go", goFile("capture", "log")), "processors/capture/bad.go", "slog"},

	{"pure", "the clock", files("schemas/instant/bad.go", "package instant\n\nimport \"time\"\n\nvar _ = time.Now\n"), "schemas/instant/bad.go", "time.Now"},
	{"pure", "the clock under another name", files("processors/correlate/bad.go", "package correlate\n\nimport t \"time\"\n\nvar _ = t.Since\n"), "processors/correlate/bad.go", "time.Since"},
	{"pure", "the machine's zones", files("schemas/instant/bad.go", "package instant\n\nimport \"time\"\n\nvar _ = time.Local\n"), "schemas/instant/bad.go", "time.Local"},
	{"pure", "the network", files("processors/observe/bad.go", goFile("observe", "net/http")), "processors/observe/bad.go", "the network"},
	{"pure", "files", files("schemas/genesys/bad.go", goFile("genesys", "os")), "schemas/genesys/bad.go", "files"},
	{"pure", "chance", files("processors/correlate/bad.go", goFile("correlate", "math/rand/v2")), "processors/correlate/bad.go", "chance"},
	{"pure", "a goroutine", files("processors/correlate/bad.go", "package correlate\n\nfunc f() { go f() }\n"), "processors/correlate/bad.go", "goroutine"},
	{"pure", "a channel", files("schemas/bad.go", "package schemas\n\nvar _ chan int\n"), "schemas/bad.go", "channel"},
	{"pure", "a float", files("processors/correlate/bad.go", "package correlate\n\nvar _ float64\n"), "processors/correlate/bad.go", "no float"},
	{"pure", "a float without a name", files("schemas/instant/bad.go", "package instant\n\nvar x = 1.5\n"), "schemas/instant/bad.go", "no float"},

	{"linked", "through others", files("cmd/holdfast/bad.go", goFile("main", module+"/stream"), "stream/bad.go", goFile("stream", "testing")), "cmd/holdfast", "contains testing"},
	{"linked", "a way to the network", files("schemas/leaf/bad.go", goFile("leaf", "net/http")), "schemas", "contains net"},
	{"linked", "in the nested module", files("deploy/sandbox/truth/bad.go", goFile("truth", module+"/deploy/sandbox/centre"), "deploy/sandbox/oracle/bad.go", goFile("oracle", module+"/deploy/sandbox/truth")),
		"deploy/sandbox/oracle", "contains " + module + "/deploy/sandbox/centre"},

	{"size", "a file", files("schemas/leaf/bad.go", tooLong+strings.Repeat("// and so on\n", fileLines)), "schemas/leaf/bad.go", "351 lines"},
	{"size", "a test file", files("schemas/leaf/bad_test.go", tooLong+strings.Repeat("// and so on\n", testFileLines)), "schemas/leaf/bad_test.go", "501 lines"},
	{"size", "a function", files("stream/bad.go", "package stream\n\nfunc f() {\n"+strings.Repeat("\tf()\n", functionLines-1)+"}\n"), "stream/bad.go", "func f has 71 lines"},
	{"size", "a function of the nested module", files("deploy/sandbox/page/bad.go", "package page\n\nfunc f() {\n"+strings.Repeat("\tf()\n", functionLines-1)+"}\n"), "deploy/sandbox/page/bad.go", "func f has 71 lines"},
	{"size", "the README", files("README.md", strings.Repeat("A line.\n", readmeLines+1)), "README.md", "151 lines"},

	{"names", "a file", files("stream/utils.go", "package stream\n"), "stream/utils.go", "utils"},
	{"names", "a part of a file's name", files("stream/offset_helpers_test.go", "package stream\n"), "stream/offset_helpers_test.go", "helpers"},
	{"names", "a folder", files("schemas/common/leaf.go", "package leaf\n"), "schemas/common", "one noun"},
	{"names", "a package", files("schemas/leaf/leaf.go", "package types\n"), "schemas/leaf/leaf.go", "package types"},

	{"root", "a file", files("TODO.md", "Everything.\n"), "TODO.md", "closed list"},
	{"root", "a folder", files("scripts/go.sh", "exit\n"), "scripts", "closed list"},
	{"root", "nothing to begin with", files("LICENSE", ""), "LICENSE", "missing"},

	{"docs", "a path in the README", files("README.md", "See `schemas/rumour` for more.\n"), "README.md", "schemas/rumour"},
	{"docs", "a file in the changelog", files("CHANGELOG.md", "- `rumour.go` is new.\n"), "CHANGELOG.md", "rumour.go"},
	{"docs", "a path in docs, at a line's start", files("docs/FORMAT.md", "processors/gossip/gossip.go says so.\n"), "docs/FORMAT.md", "processors/gossip"},
	{"docs", "a link", files("docs/FORMAT.md", "[more](RUMOUR.md#here)\n"), "docs/FORMAT.md", "docs/RUMOUR.md"},
	{"docs", "a pattern that matches nothing", files("README.md", "All of `schemas/*.proto`.\n"), "README.md", "schemas/*.proto"},
	{"docs", "a target", files("README.md", "Run `make coffee`.\n"), "README.md", "make coffee"},
	{"docs", "a test", files("docs/FORMAT.md", "Held by `TestRumour`.\n"), "docs/FORMAT.md", "TestRumour"},
	{"docs", "a case of a test", files("docs/FORMAT.md", "Held by `TestRumour/told twice`.\n"), "docs/FORMAT.md", "TestRumour"},

	{"places", "a home", files("docs/FORMAT.md", "In "+"/home"+"/ada/holdfast it works.\n"), "docs/FORMAT.md", "folder of one machine"},
	{"places", "a work folder, in the nested module", files("deploy/sandbox/page/bad.go", "package page\n\nconst x = \"/"+"root/x\"\n"), "deploy/sandbox/page/bad.go", "folder of one machine"},
	{"places", "a host", files("Makefile", "export GOPROXY=https://"+packageHosts[0][0]+packageHosts[0][1]+"\n"), "Makefile", "serves packages"},
}

// files makes a map of alternating paths and texts.
func files(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func goFile(pkg, imported string) string {
	return fmt.Sprintf("package %s\n\nimport _ %q\n", pkg, imported)
}

// cleanTree is the smallest tree without a breach: a package for each row, and what must lie at the top.
func cleanTree() map[string]string {
	tree := files(".ci/run", "exit 0\n", ".gitignore", "/bin/\n*.test\n", "CHANGELOG.md", "None.\n", "LICENSE", "Yes.\n", "Makefile", "test:\n\ttrue\n",
		"README.md", "See `schemas/leaf`, `docs/FORMAT.md`, `leaf.go` and schemas/*; [format](docs/FORMAT.md). Run `make test`.\n",
		"docs/FORMAT.md", "Paths of a bucket, as s3://legal/schemas/none, and a/home/of/keys are not ours.\n",
		"go.mod", "module "+module+"\n\ngo 1.26\n", "go.sum", "", nested+"/go.mod", "module "+module+"/"+nested+"\n\ngo 1.26\n")
	for _, r := range rooms {
		name := path.Base(r.folder)
		text := "package " + name + "\n"
		if strings.Contains(r.folder, "cmd/") && name != "settings" {
			text = "package main\n\nfunc main() {}\n"
		}
		tree[r.folder+"/"+name+".go"] = text
	}
	tree["go.sum"] = "none\n"
	tree["bin/holdfast"] = "/" + "root/this is ignored\n"
	return tree
}

func write(t *testing.T, tree map[string]string) *Tree {
	t.Helper()
	root := t.TempDir()
	for name, text := range tree {
		if text == "" {
			continue
		}
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := Load(root)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// TestPlantedBreaches: a rule that does not see what it is for is worse than none, because it is believed. The clean
// tree has no breach; each planted one is reported by its rule, at its place.
func TestPlantedBreaches(t *testing.T) {
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "off")
	t.Setenv("GOSUMDB", "off")
	t.Run("clean", func(t *testing.T) {
		tree := write(t, cleanTree())
		for _, r := range Rules {
			if breaches, err := r.Check(tree); len(breaches) > 0 || err != nil {
				t.Errorf("%s: %v %v", r.Name, breaches, err)
			}
		}
	})
	planted := map[string]bool{}
	for _, p := range plants {
		planted[p.rule] = true
		t.Run(p.rule+"/"+p.name, func(t *testing.T) {
			tree := cleanTree()
			maps.Copy(tree, p.files)
			checkPlant(t, p, write(t, tree))
		})
	}
	for _, r := range Rules {
		if !planted[r.Name] {
			t.Errorf("rule %s has no planted breach", r.Name)
		}
	}
}

func checkPlant(t *testing.T, p plant, tree *Tree) {
	t.Helper()
	for _, r := range Rules {
		if r.Name != p.rule {
			continue
		}
		breaches, err := r.Check(tree)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, b := range breaches {
			if b.Path != p.path {
				t.Errorf("reported, but not planted: %v", b)
			}
			found = found || b.Path == p.path && strings.Contains(b.Says, p.says)
		}
		if !found {
			t.Errorf("not reported: want %s to say %q; got %v", p.path, p.says, breaches)
		}
		return
	}
	t.Fatalf("no rule %s", p.rule)
}

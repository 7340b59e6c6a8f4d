package house

import (
	"os"
	"path/filepath"
	"testing"
)

// TestHouse holds this repository to every rule. A failure names the place; the rule's data and reason are in this
// package.
func TestHouse(t *testing.T) {
	tree, err := Load(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.folders()) < len(rooms)/2 {
		t.Fatalf("the tree below %s holds %d packages: this is not the repository", tree.Root, len(tree.folders()))
	}
	for _, r := range Rules {
		t.Run(r.Name, func(t *testing.T) {
			breaches, err := r.Check(tree)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range breaches {
				t.Error(b)
			}
		})
	}
}

// TestTableHasReasons: a row without a reason cannot be argued with, so it would be changed to fix a build.
func TestTableHasReasons(t *testing.T) {
	for _, r := range rooms {
		if r.why == "" {
			t.Errorf("room %s: no reason", r.folder)
		}
	}
	for _, k := range keeps {
		if k.why == "" {
			t.Errorf("kept %s: no reason", k.what)
		}
	}
	for _, l := range links {
		if l.why == "" {
			t.Errorf("linked %s: no reason", l.what)
		}
	}
}

// TestRunIsExecutable: a stranger's machine starts .ci/run by its name.
func TestRunIsExecutable(t *testing.T) {
	info, err := os.Stat(filepath.Join("..", "..", ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode()&0o111 == 0 {
		t.Errorf(".ci/run has mode %v; it must be executable", info.Mode())
	}
}

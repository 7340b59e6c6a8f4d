package demo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast.example/deploy/sandbox/centre"
	"holdfast.example/deploy/sandbox/oracle"
	"holdfast.example/deploy/sandbox/tap"
)

// The servers change the working directory to a folder that is removed at the end. What the user is told lies in
// demo-out must lie in their demo-out, and nowhere else.
func TestOutputsGoWhereTheCallerStands(t *testing.T) {
	t.Chdir(t.TempDir())
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	d := handing(t, "out")
	s, err := startServers(t.Context(), t.TempDir(), "hold-bucket")
	if err != nil {
		t.Fatal(err)
	}
	report := oracle.Check(d.world, tap.Output{})
	handed := d.hand(tap.Output{}, report)
	if err := s.stop(); err != nil || handed != nil {
		t.Fatal(handed, err)
	}
	for _, name := range []string{custodyFile, alertsFile, differencesFile} {
		if _, err := os.Stat(filepath.Join(home, "out", name)); err != nil {
			t.Error(err)
		}
	}
	if page := d.Page.(*bytes.Buffer).String(); !strings.Contains(page, filepath.Join("out", custodyFile)) || strings.Contains(page, home) {
		t.Errorf("the page does not name the files as the caller did:\n%s", page)
	}
}

// A full disk must not cost the user the page, and the page must not name files that are not there.
func TestPageWithoutFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("out", nil, 0o600); err != nil { // where the folder should be
		t.Fatal(err)
	}
	d := handing(t, "out")
	if err := d.hand(tap.Output{}, oracle.Check(d.world, tap.Output{})); err == nil || !strings.Contains(err.Error(), "output folder") {
		t.Errorf("the error is %v", err)
	}
	if page := d.Page.(*bytes.Buffer).String(); !strings.Contains(page, "what came in") || strings.Contains(page, custodyFile) {
		t.Errorf("the page:\n%s", page)
	}
}

func handing(t *testing.T, out string) *demo {
	t.Helper()
	o, err := Options{Holdfast: "holdfast", Out: out, Page: &bytes.Buffer{}}.absolute()
	if err != nil {
		t.Fatal(err)
	}
	w := centre.Generate(2)
	if err := centre.Rehearse(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	return &demo{Options: o, named: out, world: w, fleet: &fleet{}, started: time.Now(), done: &centre.Progress{}, judge: oracle.New()}
}

// up prints a configuration that is used from anywhere, and keeps its files where the caller said.
func TestUpFromARelativeFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var said bytes.Buffer
	if err := Up(ctx, "data", interruptAfter{&said, cancel}); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("state_dir: %q", filepath.Join(home, "holdfast-state")); !strings.Contains(said.String(), want) {
		t.Errorf("not printed: %s\n%s", want, said.String())
	}
	for _, name := range []string{"kafka", "s3"} {
		if _, err := os.Stat(filepath.Join(home, "data", name)); err != nil {
			t.Error(err)
		}
	}
}

// interruptAfter interrupts once something was printed.
type interruptAfter struct {
	to     *bytes.Buffer
	cancel context.CancelFunc
}

func (w interruptAfter) Write(p []byte) (int, error) {
	defer w.cancel()
	return w.to.Write(p)
}

package check

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"holdfast.example/processors/correlate/attribute"
)

// mixed is a folder on a disk with a good export and its evidence.
func mixed(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{"m.json": page("j", row(conv, rec, 0, 1_200_000)), "sub/e.json": ends(conv, cust, 0, 1_200_000)})
	return dir
}

func onDiskOf(t testing.TB, places ...string) *Result {
	t.Helper()
	var all []Source
	for _, p := range places {
		all = append(all, Disk(p))
	}
	r, err := Run(t.Context(), all, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wantUnread holds one file to be listed with a reason, and the check to be incomplete.
func wantUnread(t testing.TB, r *Result, path, says string) {
	t.Helper()
	if f := fileOf(t, r, filepath.ToSlash(path)); !f.Unread || !strings.Contains(f.Reason, says) || r.Summary.Exit() != 2 {
		t.Errorf("%s: unread %v, %q, exit %d; want a reason with %q and 2", path, f.Unread, f.Reason, r.Summary.Exit(), says)
	}
}

// At stake: what cannot be opened, or would lead elsewhere or never end, is listed, and the check goes on.
func TestDisk(t *testing.T) {
	dir := mixed(t)
	if got := only(t, onDiskOf(t, dir)); got.Verdict.Shape != attribute.Aligned {
		t.Fatalf("the good folder is %s", got.Verdict.Shape)
	}
	for name, to := range map[string]string{"link": "sub/e.json", "dangling": "nowhere", "loop": ".", "sub/up": ".."} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := onDiskOf(t, dir)
	for _, name := range []string{"link", "dangling", "loop", "sub/up"} {
		wantUnread(t, r, filepath.Join(dir, name), "a link")
	}
	wantUnread(t, r, filepath.Join(dir, "pipe"), "no file")
	if got := only(t, r); got.Verdict.Shape != attribute.Aligned || len(r.Files) != 7 {
		t.Errorf("%s, %q", got.Verdict.Shape, paths(r))
	}
	wantUnread(t, onDiskOf(t, filepath.Join(dir, "pipe"), filepath.Join(dir, "m.json")), filepath.Join(dir, "pipe"), "no file")

	// What is named by itself may be a link: the folder, and the file.
	link := filepath.Join(t.TempDir(), "there")
	if err := os.Symlink(mixed(t), link); err != nil {
		t.Fatal(err)
	}
	r = onDiskOf(t, link)
	if got := only(t, r); got.Verdict.Shape != attribute.Aligned || r.Files[0].Path != link+"/m.json" {
		t.Errorf("by a link: %s, %q", got.Verdict.Shape, paths(r))
	}
	if r = onDiskOf(t, filepath.Join(dir, "m.json"), filepath.Join(dir, "link")); only(t, r).Verdict.Shape != attribute.Aligned {
		t.Errorf("a file by a link: %q", paths(r))
	}
}

// A place that is not there ends the check: whoever named it meant something.
func TestMissingPlace(t *testing.T) {
	dir := mixed(t)
	for _, all := range [][2][]Source{{{Disk(dir), Disk(dir + "/no")}, nil}, {{Disk(dir)}, {Disk(dir + "/no")}}} {
		_, err := Run(t.Context(), all[0], all[1], Options{})
		if err == nil || !strings.Contains(err.Error(), dir+"/no") || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v", err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Run(ctx, []Source{Disk(dir)}, nil, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped, it says %v", err)
	}
}

// A folder of nothing is not a folder of nothing wrong.
func TestNothingToJudge(t *testing.T) {
	empty := t.TempDir()
	if r := onDiskOf(t, empty); r.Summary.Exit() != 2 || len(r.Files) != 0 {
		t.Errorf("an empty folder: exit %d", r.Summary.Exit())
	}
	write(t, empty, map[string]string{"a.txt": "hello", "b.json": `{"x":1}`, "c/d": "", "only.ndjson": ends(conv, cust, 0, 9)})
	r := onDiskOf(t, empty)
	if r.Summary.Exit() != 2 || len(r.Files) != 4 || r.Summary.Strangers != 2 {
		t.Errorf("a folder of nothing known: exit %d, %d strangers, %q", r.Summary.Exit(), r.Summary.Strangers, paths(r))
	}
}

func TestUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("the superuser may read anything: permissions cannot be tried")
	}
	dir := mixed(t)
	write(t, dir, map[string]string{"closed.json": "{}", "shut/x": "{}"})
	for _, name := range []string{"closed.json", "shut"} {
		path := filepath.Join(dir, name)
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o700) })
	}
	r := onDiskOf(t, dir)
	wantUnread(t, r, filepath.Join(dir, "closed.json"), "permission")
	wantUnread(t, r, filepath.Join(dir, "shut"), "permission")
	if got := only(t, r); got.Verdict.Shape != attribute.Aligned {
		t.Errorf("%s", got.Verdict.Shape)
	}
}

// A file that is named twice, or lies in the export and in the evidence, is one file.
func TestNamedTwice(t *testing.T) {
	dir := mixed(t)
	want := verdicts(onDiskOf(t, dir))
	r, err := Run(t.Context(), []Source{Disk(dir), Disk(dir), Disk(filepath.Join(dir, "m.json"))}, []Source{Disk(dir), Disk(filepath.Join(dir, "sub"))}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := paths(r)
	slices.Sort(all)
	if got := verdicts(r); got != want || len(slices.Compact(all)) != len(r.Files) || len(r.Files) != 2 {
		t.Errorf("%q, %s", all, firstDifference(got, want))
	}
	copied := mixed(t) // the same content elsewhere is another file, and says nothing new
	r = onDiskOf(t, dir, copied)
	if f := fileOf(t, r, copied+"/m.json"); f.Repeated != 1 || r.Summary.Recordings != 1 || r.Summary.Exit() != 0 {
		t.Errorf("%+v; %+v", f, r.Summary)
	}
}

// Names are shown and never obeyed: whatever they hold, the file is read as any other.
func TestHostileNames(t *testing.T) {
	for _, name := range []string{"\x1b[2Jm.json", "a\nb", "\t", "-rf", "\xff\xfe", strings.Repeat("n", 255), "conversation_id=../x", "<script>", "a\rb", "\u202eexe"} {
		dir := t.TempDir()
		write(t, dir, map[string]string{name: page("j", row(conv, rec, 0, 1_200_000)), "e": ends(conv, cust, 0, 1_200_000)})
		r := onDiskOf(t, dir)
		if got := only(t, r); got.Verdict.Shape != attribute.Aligned || r.Summary.Exit() != 0 {
			t.Errorf("%q: %s, exit %d", name, got.Verdict.Shape, r.Summary.Exit())
		}
		fileOf(t, r, filepath.ToSlash(filepath.Join(dir, name)))
	}
}

// passes is a source whose files are others in the second pass.
type passes struct {
	first, second memory
	n             int
}

func (p *passes) Blobs(ctx context.Context) iter.Seq2[Blob, error] {
	if p.n++; p.n == 1 {
		return p.first.Blobs(ctx)
	}
	return p.second.Blobs(ctx)
}

// At stake: a folder that somebody writes into while it is judged gives a verdict of no state it ever had. That is said.
func TestChangesMeanwhile(t *testing.T) {
	export, events := page("j", row(conv, rec, 0, 1_200_000)), ends(conv, cust, 0, 1_200_000)
	archive := zipped(t, map[string]string{"e": events})
	for name, c := range map[string]struct {
		first, second memory
		at            string
	}{
		"evidence is gone":          {memory{"m": export, "e": events}, memory{"m": export}, "e"},
		"evidence grew":             {memory{"m": export, "e": events}, memory{"m": export, "e": events + events}, "e"},
		"evidence became another":   {memory{"m": export, "e": events}, memory{"m": export, "e": strings.Repeat("x", len(events))}, "e"},
		"events became a manifest":  {memory{"m": export, "e": events}, memory{"m": export, "e": row(other, "r2", 0, 9) + "\n" + row(other, "r3", 0, 9) + strings.Repeat("\n", len(events)-2*len(row(other, "r2", 0, 9))-1)}, "e"},
		"evidence came":             {memory{"m": export, "e": events}, memory{"m": export, "e": events, "f": events}, "f"},
		"an archive is gone":        {memory{"m": export, "e": archive}, memory{"m": export}, "e/e"},
		"an archive is another one": {memory{"m": export, "e": archive}, memory{"m": export, "e": zipped(t, map[string]string{"f": events})}, "e/e"},
		"an archive broke":          {memory{"m": export, "e": archive}, memory{"m": export, "e": archive[:len(archive)-9] + "123456789"}, "e"},
	} {
		r, err := Run(t.Context(), []Source{&passes{first: c.first, second: c.second}}, nil, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f := fileOf(t, r, c.at); !f.Unread || f.Reason == "" || r.Summary.Exit() != 2 {
			t.Errorf("%s: %+v, exit %d", name, f, r.Summary.Exit())
		}
	}

	short := blob("m", export)
	short.Size++ // as it was when it was listed
	r, err := Run(t.Context(), []Source{listing{short, blob("e", events)}}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantUnread(t, r, "m", "changed while it was read")

	torn := blob("e", events)
	torn.Open = func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(events[:400]), broken{})), nil
	}
	if r, err = Run(t.Context(), []Source{listing{blob("m", export), torn}}, nil, Options{}); err != nil {
		t.Fatal(err)
	}
	wantUnread(t, r, "e", "cable")
}

// broken is a medium that fails.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the cable is out") }

// At stake: a corrected manifest is made of the bytes that were judged, and of no others.
func TestReread(t *testing.T) {
	export := memory{"m": page("j", row(conv, rec, 0, 1_200_000)), "z": zipped(t, map[string]string{"n": page("k", row(other, "r2", 0, 9))})}
	r := judged(t, export, nil, Options{})
	var files []int
	want := map[string]string{"m": export["m"], "z/n": page("k", row(other, "r2", 0, 9))}
	for i := range r.Files {
		if _, is := want[r.Files[i].Path]; is {
			files = append(files, i)
		}
	}
	got := map[string]string{}
	read := func(file int, at io.ReaderAt, size int64) error {
		b, err := io.ReadAll(io.NewSectionReader(at, 0, size))
		got[r.Files[file].Path] = string(b)
		return err
	}
	if err := r.Reread(t.Context(), []Source{export}, files, read); err != nil || len(got) != 2 || got["m"] != want["m"] || got["z/n"] != want["z/n"] {
		t.Errorf("%v, %q", err, got)
	}
	if err := r.Reread(t.Context(), []Source{memory{"m": export["m"]}}, files, read); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("of a file that is gone it says %v", err)
	}
	changed := memory{"m": strings.Replace(export["m"], "09:00", "09:01", 1), "z": export["z"]}
	if err := r.Reread(t.Context(), []Source{changed}, files, read); err == nil || !strings.Contains(err.Error(), "no longer what was judged") {
		t.Errorf("of a file that changed it says %v", err)
	}
	full := errors.New("full")
	if err := r.Reread(t.Context(), []Source{export}, files, func(int, io.ReaderAt, int64) error { return full }); !errors.Is(err, full) {
		t.Errorf("%v; want the writer's own", err)
	}
}

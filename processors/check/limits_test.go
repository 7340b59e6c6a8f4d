package check

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// Of a file with many bad parts the first are listed, and all are counted.
func TestManyRefusals(t *testing.T) {
	var rows []string
	for i := range 100 {
		rows = append(rows, fmt.Sprintf(`{"conversation_id":%q,"recording_id":"r%d","start_time":"soon"}`, conv, i))
	}
	f := fileOf(t, judged(t, memory{"m": page("j", rows...)}, nil, Options{}), "m")
	if f.Refused != 100 || len(f.Refusals) != maxRefusals-1 && len(f.Refusals) != maxRefusals || f.Facts != 100 || !f.Unread {
		t.Errorf("%d refused, %d listed, %d facts, unread %v", f.Refused, len(f.Refusals), f.Facts, f.Unread)
	}
}

// At stake: a large archive within an archive goes over a temporary file, and nothing of it is left behind.
func TestLargeInnerArchive(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	noise := make([]byte, inMemory+1)
	rand.NewChaCha8([32]byte{1}).Read(noise)
	inner := map[string]string{"m": page("j", row(conv, rec, 0, 1_200_000)), "noise": string(noise)}
	r := judged(t, memory{"z": zipped(t, map[string]string{"in.zip": zipped(t, inner)})}, memory{"e": ends(conv, cust, 0, 1_200_000)}, Options{})
	if got := only(t, r); got.File != 2 || r.Files[2].Path != "z/in.zip/m" || r.Summary.Exit() != 0 {
		t.Errorf("%q, exit %d", paths(r), r.Summary.Exit())
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	t.Setenv("TMPDIR", os.Getenv("TMPDIR")+"/gone")
	r = judged(t, memory{"z": zipped(t, map[string]string{"in.zip": zipped(t, inner)})}, nil, Options{})
	if f := fileOf(t, r, "z"); !f.Unread || !strings.Contains(f.Reason, "unpack") {
		t.Errorf("without room to unpack: %+v", f)
	}
}

// At stake: a job's size is how many recordings it has, however many manifests tell of it and however often.
func TestJobSize(t *testing.T) {
	a, b, c := row(conv, "r1", 0, 9), row(conv, "r2", 0, 9), row(other, "r3", 0, 9)
	told := `{"id":"j","state":"FULFILLED","recordingJobsQuery":{},"totalRecordings":61}`
	for name, want := range map[string]struct {
		files memory
		size  int64
	}{
		"one manifest":                {memory{"m": page("j", a, b)}, 2},
		"two manifests of a job":      {memory{"m": page("j", a, b), "n": page("j", c)}, 3},
		"one of them again":           {memory{"m": page("j", a, b), "n": page("j", c), "o": page("j", a, c)}, 3},
		"the job itself knows better": {memory{"m": page("j", a, b), "x": told}, 61},
		"and not, if it knows less":   {memory{"m": page("j", a, b), "x": strings.Replace(told, "61", "1", 1)}, 2},
		"another job's row again":     {memory{"m": page("j", a, b), "n": page("k", a)}, 2},
	} {
		for _, got := range recordings(judged(t, want.files, nil, Options{})) {
			if got.ID == "r2" && (got.Observed.Job != "j" || got.Observed.JobSize != want.size) {
				t.Errorf("%s: job %s of %d; want %d", name, got.Observed.Job, got.Observed.JobSize, want.size)
			}
		}
	}
}

// How far an intake is never goes back within a pass.
func TestProgress(t *testing.T) {
	export, evidence := world()
	last, most := Progress{}, 0
	_, err := Run(t.Context(), []Source{export}, []Source{evidence}, Options{Progress: func(p Progress) {
		if p.Pass < last.Pass || p.Pass == last.Pass && p.Files < last.Files || p.Bytes < last.Bytes {
			t.Errorf("%+v after %+v", p, last)
		}
		last, most = p, max(most, p.Pass)
	}})
	if err != nil || most != 2 || last.Bytes == 0 {
		t.Errorf("%v, %+v", err, last)
	}
}

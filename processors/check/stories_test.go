package check

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"holdfast.example/processors/correlate/attribute"
)

// stories are those of the documentation. Their folders are what the generator writes; UPDATE_STORIES=1 writes them.
var stories = map[string]func() *story{"a": storyA, "b": storyB}

// The stories of the documentation are checked in as they are made: who reads the page can run the command on it.
func TestStoriesAreCheckedIn(t *testing.T) {
	for name, s := range stories {
		folder := filepath.Join("../../docs/stories", name)
		files := s().files(1)
		if os.Getenv("UPDATE_STORIES") != "" {
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
			write(t, folder, files)
		}
		for _, path := range slices.Sorted(maps.Keys(files)) {
			got, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(path)))
			if err != nil || string(got) != files[path] {
				t.Errorf("%s/%s is not what the generator writes (%v): UPDATE_STORIES=1 go test ./processors/check -run CheckedIn", folder, path, err)
			}
		}
	}
}

// said is a cohort's verdict in the words of the report.
func said(c *Cohort) string {
	v := &c.Verdict
	s := fmt.Sprintf("%v %v %v %d.%03d n=%d of %d", v.Shape, v.Grade, v.Cause, v.Offset/1000, v.Offset%1000, v.Departing, v.StratumN)
	if v.Candidates.Len() > 1 {
		s += fmt.Sprintf(" %v", v.Candidates.List())
	}
	if v.Decider.Need != attribute.NeedNothing {
		s += fmt.Sprintf(" wants %v", v.Decider.Need)
		if v.Decider.Need == attribute.NeedFact {
			s += fmt.Sprintf(" %v", v.Decider.Fact)
		}
		if v.Decider.Count > 0 {
			s += fmt.Sprintf(" %d", v.Decider.Count)
		}
	}
	return s
}

// Each story is told with one thing changed, and the verdict changes as docs/CHECK.md lists it: what a name rests on is
// exactly what is said.
func TestPerturbed(t *testing.T) {
	shifted := func(ms int64) func(*story) {
		return func(s *story) { s.shift = func(*scene) int64 { return ms } }
	}
	one := func(ms int64) func(*story) { // a single row's times are moved further
		return func(s *story) {
			shift, late := s.shift, s.late
			if shift != nil {
				s.shift = func(c *scene) int64 {
					if c.i == 20 {
						return shift(c) + ms
					}
					return shift(c)
				}
			}
			if late != nil {
				s.late = func(c *scene) int64 {
					if c.i == 20 {
						return late(c) + ms
					}
					return late(c)
				}
			}
		}
	}
	var table strings.Builder
	table.WriteString("\n| story | what is changed | verdict of the cohort | recordings that depart from it | exit |\n|---|---|---|---|---|\n")
	for _, c := range []struct {
		story, what string
		change      func(*story)
		want        string
		outlying    int // recordings that depart from the cohort's verdict by more than five times the precision
		listed      int
		exit        int
	}{
		{"a", "as it is", nil, "translation unexplained constant 720.000 n=90 of 90 wants fact s3-put", 0, 0, 1},
		{"a", "15 minutes exactly", shifted(900_000), "translation ambiguous none 900.000 n=90 of 90 [zone constant] wants dst-instant", 0, 0, 1},
		{"a", "15 minutes and 50 ms", shifted(900_050), "translation ambiguous none 900.050 n=90 of 90 [zone constant] wants dst-instant", 0, 0, 1},
		{"a", "15 minutes and 300 ms", shifted(900_300), "translation unexplained constant 900.300 n=90 of 90 wants fact s3-put", 0, 0, 1},
		{"a", "one row moved by four times the precision", one(4 * 52), "translation unexplained constant 720.000 n=90 of 90 wants fact s3-put", 0, 1, 1},
		{"a", "one row moved by more than five times", one(5*52 + 60), "translation unexplained constant 720.000 n=90 of 90 wants fact s3-put", 1, 0, 1},
		{"a", "one job on one day", func(s *story) { s.jobs, s.days = []int{90}, 1 }, "translation consistent-with constant 720.000 n=90 of 90 wants second-job-or-day", 0, 0, 1},
		{"a", "58 recordings", func(s *story) { s.jobs = []int{12, 30, 16} }, "translation insufficient none 720.000 n=58 of 58 wants more-recordings 1", 0, 0, 1},
		{"a", "29 recordings", func(s *story) { s.jobs = []int{12, 17} }, "translation insufficient none 720.000 n=29 of 29 wants more-recordings 1", 0, 0, 1},
		{"a", "nobody asked when they were exported", func(s *story) { s.exported = false }, "translation unexplained constant 720.000 n=90 of 90 wants fact finalise", 0, 0, 1},
		{"a", "start and end are both when it was exported", func(s *story) {
			s.shift = nil
			s.stamped = true
		}, "degenerate established finalisation 173049.739 n=90 of 90", 0, 0, 1},
		{"a", "no events", func(s *story) { s.deaf = true }, "not-comparable not-comparable none 0.000 n=0 of 0 wants reading", 0, 0, 2},
		{"b", "as it is", nil, "start-only established handoff 2.517 n=40 of 40", 0, 0, 1},
		{"b", "one control less", func(s *story) { s.two = func(i int) bool { return i%5 < 2 || i == 98 } }, "start-only consistent-with handoff 2.544 n=41 of 41 wants more-controls 1", 0, 0, 1},
		{"b", "one row moved by four times the precision", one(4 * 52), "start-only established handoff 2.544 n=40 of 40", 0, 1, 1},
		{"b", "one row moved by more than five times", one(5*52 + 60), "start-only established handoff 2.544 n=40 of 40", 1, 0, 1},
		{"b", "gaps that hardly vary", func(s *story) { s.gaps = [2]int64{2500, 2550} }, "start-only ambiguous none 2.520 n=40 of 40 [handoff constant] wants variance", 0, 0, 1},
		{"b", "a lag of its own, unrelated to the gap", func(s *story) {
			s.late = func(c *scene) int64 {
				if c.two {
					return 2000 + int64(c.i*7919%1000)
				}
				return 0
			}
		}, "start-only unexplained none 2.489 n=40 of 40 wants third-clock", 0, 0, 1},
		{"b", "the same lag with one agent too", func(s *story) { s.late = func(c *scene) int64 { return c.gap() } }, "start-only unexplained none 2.546 n=99 of 99 wants fact finalise", 0, 0, 1},
		{"b", "no events of agents", func(s *story) { s.silent = true }, "start-only unexplained none 2.517 n=40 of 40 wants fact second-session-start", 0, 0, 1},
		{"b", "no events", func(s *story) { s.deaf = true }, "not-comparable not-comparable none 0.000 n=0 of 0 wants reading", 0, 0, 2},
	} {
		s := stories[c.story]()
		if c.change != nil {
			c.change(s)
		}
		dir := t.TempDir()
		write(t, dir, s.files(1))
		r := run(t, dir, Options{})
		var all []string
		for i := range r.Cohorts {
			all = append(all, said(&r.Cohorts[i]))
		}
		outlying, listed := 0, 0
		for rec := range r.Recordings() {
			switch rec.Covering {
			case Outlying:
				outlying++
			case Listed:
				listed++
			}
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %d |\n", strings.ToUpper(c.story), c.what, c.want, departing(outlying, listed), c.exit)
		if got := strings.Join(all, "; "); got != c.want || outlying != c.outlying || listed != c.listed || r.Summary.Exit() != c.exit {
			t.Errorf("story %s, %s:\n got %s, %d outlying, %d listed, exit %d\nwant %s, %d outlying, %d listed, exit %d", c.story, c.what, got, outlying, listed, r.Summary.Exit(), c.want, c.outlying, c.listed, c.exit)
		}
	}
	onPage(t, "perturbed", table.String())
}

func departing(outlying, listed int) string {
	switch {
	case outlying > 0:
		return fmt.Sprintf("%d, a finding", outlying)
	case listed > 0:
		return fmt.Sprintf("%d, listed", listed)
	}
	return "none"
}

// onPage holds a marked part of docs/CHECK.md to a text.
func onPage(t *testing.T, mark, want string) {
	t.Helper()
	const page = "../../docs/CHECK.md"
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(b), "<!-- "+mark+" -->\n")
	is, after, ends := strings.Cut(after, "<!-- end -->")
	switch {
	case !found || !ends:
		t.Errorf("%s has no part %s", page, mark)
	case is == want:
	case os.Getenv("UPDATE_STORIES") == "":
		t.Errorf("%s, part %s, is not what the test tells: UPDATE_STORIES=1 go test ./processors/check, and read what changed", page, mark)
	default:
		text := before + "<!-- " + mark + " -->\n" + want + "<!-- end -->" + after
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A story in which local time was written as UTC is told as that, where the zone is named and summer time ended in it;
// without the zone's name it is a mixture of late and right ones, and nobody can say why.
func TestZoneIsNamed(t *testing.T) {
	const summer = 1792889999999 // 2026-10-25T00:59:59.999Z, the last ms of it in London
	london := attribute.Zone{Name: "Europe/London", Shifts: []attribute.Shift{{From: 0, Offset: 3_600_000}, {From: summer + 1, Offset: 0}}}
	s := storyA()
	s.days, s.exported = 260, false
	s.jobs = []int{40, 60}
	s.shift = func(c *scene) int64 {
		if c.start <= summer {
			return 3_600_000
		}
		return 0
	}
	dir := t.TempDir()
	write(t, dir, s.files(1))
	for _, c := range []struct {
		zones []attribute.Zone
		want  string
	}{
		{[]attribute.Zone{london}, "translation established zone 3600.000 n=67 of 100"},
		{nil, "mixture unexplained none 3600.000 n=67 of 100 wants variance"},
	} {
		r := run(t, dir, Options{Zones: c.zones})
		if got := said(&r.Cohorts[0]); got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}

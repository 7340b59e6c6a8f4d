package check

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// scattering writes one body of evidence in ever other ways: other files, other forms, other folders, other order.
type scattering struct {
	t     *rapid.T
	tb    testing.TB
	root  string
	files map[string]string
}

// put adds a file under a name that nobody could guess, in a folder or an archive, in an archive in one.
func (s *scattering) put(text string) {
	name := fmt.Sprintf("%s/%s/%d-%x", s.root, rapid.SampledFrom([]string{"a", "b/c", "b", "z", "job.json"}).Draw(s.t, "folder"), len(s.files), rapid.Byte().Draw(s.t, "name"))
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(s.t, "archives") {
		text = zipped(s.tb, map[string]string{"in/" + name: text})
	}
	s.files[name] = text
}

// parts cuts things into runs of at least least.
func parts[T any](t *rapid.T, all []T, least int) (runs [][]T) {
	for len(all) > 0 {
		n := rapid.IntRange(least, max(least, len(all))).Draw(t, "run")
		if n = min(n, len(all)); len(all)-n < least {
			n = len(all)
		}
		runs = append(runs, all[:n])
		all = all[n:]
	}
	return runs
}

// list writes JSON values of one kind in one of the forms of a list.
func list(t *rapid.T, values []string, forms ...string) string {
	switch rapid.SampledFrom(forms).Draw(t, "form") {
	case "array":
		return "[" + strings.Join(values, ",\n ") + "]"
	case "page":
		return `{"total":1,"items":[` + strings.Join(values, ",") + `]}`
	case "crlf":
		return strings.Join(values, "\r\n") + "\r\n"
	}
	return strings.Join(values, "\n") + "\n"
}

// table writes rows as CSV.
func table(rows []string) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	var names []string
	for i, row := range rows {
		cells := map[string]string{}
		if err := json.Unmarshal([]byte(row), &cells); err != nil {
			panic(err)
		}
		if i == 0 {
			names = slices.Sorted(maps.Keys(cells))
			_ = w.Write(names) // into memory
		}
		record := make([]string, len(names))
		for i, n := range names {
			record[i] = cells[n]
		}
		_ = w.Write(record)
	}
	w.Flush()
	return b.String()
}

// body is a story by its parts: rows by job, and events.
func body(s *story, seed uint64) (jobs [][]string, events []string) {
	scenes := s.scenes(seed)
	for _, of := range s.jobs {
		var rows []string
		for i := range scenes[:of] {
			rows = append(rows, s.row(&scenes[i]))
			events = append(events, s.tell(&scenes[i])...)
		}
		scenes = scenes[of:]
		jobs = append(jobs, rows)
	}
	return jobs, events
}

// At stake (K1): whoever saved the evidence chose files, forms, names and order. The verdict rests on none of them. A job
// is what its manifest names, or the manifest itself; so that is kept, and all else is dealt anew.
func TestAnySplit(t *testing.T) {
	type told struct {
		jobs   [][]string
		events []string
		want   string
	}
	all := map[string]*told{}
	for name, s := range map[string]*story{"a": storyA(), "b": storyB()} {
		s.users = false // a table of strings holds no lists
		jobs, events := body(s, 3)
		plain := memory{"events": strings.Join(events, "\n")}
		for j, rows := range jobs {
			plain[fmt.Sprint("job", j)] = page(fmt.Sprint("job-", j), rows...)
		}
		all[name] = &told{jobs, events, verdicts(judged(t, plain, nil, Options{}))}
		if want := all[name].want; !strings.Contains(want, "Verdict") || len(want) < 10_000 {
			t.Fatalf("%s says little: %s", name, want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		s := all[rapid.SampledFrom([]string{"a", "b"}).Draw(r, "story")]
		export, evidence := scattering{r, t, "export", map[string]string{}}, scattering{r, t, "evidence", map[string]string{}}
		for j, rows := range s.jobs {
			export.job(j, rapid.Permutation(rows).Draw(r, "rows"))
		}
		shuffled := rapid.Permutation(s.events).Draw(r, "events")
		for n, run := range parts(r, shuffled, 1+len(shuffled)/8) {
			to := &evidence
			if n%2 == 1 && rapid.Bool().Draw(r, "beside the export") {
				to = &export
			}
			to.put(list(r, run, "array", "page", "lines", "crlf"))
		}
		res, err := Run(t.Context(), []Source{shuffle(r, export.files)}, []Source{shuffle(r, evidence.files)}, Options{})
		if err != nil {
			r.Fatal(err)
		}
		for i := range res.Files {
			if f := &res.Files[i]; f.Unread || f.Facts == 0 || f.Refused > 0 {
				r.Fatalf("%s: %+v", f.Path, f)
			}
		}
		if got := verdicts(res); got != s.want {
			r.Fatal(firstDifference(got, s.want))
		}
	})
}

// job writes a job's manifest: as one file that need not name it, or as many that do.
func (s *scattering) job(j int, rows []string) {
	switch {
	case rapid.Bool().Draw(s.t, "many files"):
		for _, run := range parts(s.t, rows, 1) {
			s.put(page(fmt.Sprint("job-", j), run...))
		}
	case rapid.Bool().Draw(s.t, "table"):
		s.put(table(rows))
	default:
		s.put(list(s.t, rows, "array", "page", "lines", "crlf"))
	}
}

func shuffle(t *rapid.T, files map[string]string) Source {
	return ordered(files, rapid.Permutation(slices.Sorted(maps.Keys(files))).Draw(t, "order"))
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			at := 0
			for at < min(len(g[i]), len(w[i])) && g[i][at] == w[i][at] {
				at++
			}
			around := func(s string) string { return s[max(0, at-120):min(len(s), at+120)] }
			return fmt.Sprintf("line %d, byte %d\n%s\nwant\n%s", i, at, around(g[i]), around(w[i]))
		}
	}
	return fmt.Sprintf("%d lines; want %d", len(g), len(w))
}

// At stake (K1): the same of metadata files, each beside its recording or all in an archive, with duplicates of some that
// agree and of some that do not, and rows of the same recordings in two jobs. Where files contradict each other one of them
// must be judged, and it is the same one in any order.
func TestAnyOrderOfDuplicates(t *testing.T) {
	const n = 6
	id := func(i int) (string, string) {
		return fmt.Sprintf("c0ffee00-0000-4000-8000-%012d", i), fmt.Sprintf("7ec00000-0000-4000-8000-%012d", i)
	}
	var events strings.Builder
	files := map[string]string{}
	var one, two []string
	for i := range n {
		c, r := id(i)
		at := int64(i) * 3_600_000
		events.WriteString(ends(c, fmt.Sprintf("50000000-0000-4000-8000-%012d", i), at, at+600_000))
		files["meta/"+r+".ogg_metadata.json"] = metadata(c, r, at, at+600_000)
		if i%2 == 0 {
			files["meta/again/"+r+".ogg_metadata.json"] = metadata(c, r, at, at+600_000)
			one = append(one, row(c, r, at, at+600_000))
		}
		if i%3 == 0 {
			files["meta/otherwise/"+r+".ogg_metadata.json"] = metadata(c, r, at+9000, at+600_000)
			one = append(one, row(c, r, at+720_000, at+1_320_000), strings.Replace(row(c, r, at, at+600_000), "Message", "Chat", 1))
		}
		dated := strings.TrimSuffix(row(c, r, at, at+600_000), "}") + fmt.Sprintf(`,"exported_at":%q}`, iso(nine+int64(i+1)*86_400_000))
		two = append(two, dated, strings.Replace(dated, "-0", "-00", 1), row(c, "", at, at+600_000))
	}
	two = slices.DeleteFunc(two, func(row string) bool { return strings.Contains(row, "-00000-") })
	files["one"], files["two"], files["three"], files["events"] = page("j1", one...), page("j2", two...), page("j3", two[1:4]...), events.String()
	res := judged(t, memory(files), nil, Options{})
	want := verdicts(res)
	if res.Summary.Recordings != 2*n || res.Summary.Exit() != 2 {
		t.Fatalf("%+v", res.Summary)
	}
	rapid.Check(t, func(r *rapid.T) {
		got, err := Run(t.Context(), []Source{shuffle(r, files)}, nil, Options{})
		if err != nil {
			r.Fatal(err)
		}
		if text := verdicts(got); text != want {
			r.Fatal(firstDifference(text, want))
		}
	})
}

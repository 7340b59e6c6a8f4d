package check

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"holdfast.example/processors/correlate/attribute"
)

// memory is a source whose files are held in memory: by name, what is in each.
type memory map[string]string

func (m memory) Blobs(ctx context.Context) iter.Seq2[Blob, error] {
	return ordered(m, slices.Sorted(maps.Keys(m))).Blobs(ctx)
}

// listing is a source that gives files in the order in which they stand.
type listing []Blob

func (l listing) Blobs(context.Context) iter.Seq2[Blob, error] {
	return func(yield func(Blob, error) bool) {
		for _, b := range l {
			if !yield(b, nil) {
				return
			}
		}
	}
}

func ordered(files map[string]string, names []string) listing {
	var l listing
	for _, name := range names {
		l = append(l, blob(name, files[name]))
	}
	return l
}

func blob(name, text string) Blob {
	return Blob{Path: name, Key: name, Size: int64(len(text)), Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// judged runs a check of an export's files and the evidence's, either of which may be nil.
func judged(t testing.TB, export, evidence memory, o Options) *Result {
	t.Helper()
	var by []Source
	if evidence != nil {
		by = append(by, evidence)
	}
	r, err := Run(t.Context(), []Source{export}, by, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// file is what was made of a file.
func fileOf(t testing.TB, r *Result, path string) *File {
	t.Helper()
	for i := range r.Files {
		if r.Files[i].Path == path {
			return &r.Files[i]
		}
	}
	t.Fatalf("%q is not listed, but %q", path, paths(r))
	return nil
}

func paths(r *Result) (all []string) {
	for i := range r.Files {
		all = append(all, r.Files[i].Path)
	}
	return all
}

// recordings are copies of all that were judged.
func recordings(r *Result) (all []Recording) {
	for rec := range r.Recordings() {
		all = append(all, *rec)
	}
	return all
}

// only is the one recording there is.
func only(t testing.TB, r *Result) Recording {
	t.Helper()
	all := recordings(r)
	if len(all) != 1 {
		t.Fatalf("%d recordings of %q; want one", len(all), paths(r))
	}
	return all[0]
}

// verdicts writes all that a check says of recordings and cohorts, but for where it stands and what a job is called.
func verdicts(r *Result) string {
	var b strings.Builder
	for rec := range r.Recordings() {
		rec.File, rec.Place, rec.Observed.Job = 0, "", ""
		for i := range rec.Offsets {
			rec.Offsets[i].File = 0
		}
		fmt.Fprintf(&b, "%+v\n", *rec)
	}
	for _, c := range r.Cohorts {
		c.Verdict.Job = ""
		fmt.Fprintf(&b, "%+v\n", c)
	}
	s := r.Summary
	s.Unread = 0
	fmt.Fprintf(&b, "%+v\n", s)
	return b.String()
}

// zipped is an archive of files, in the order of their names; what is large is not packed, to save time.
func zipped(t testing.TB, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		if len(files[name]) > inMemory {
			h.Method = zip.Store
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(w, files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// seconds of a reading from nine, for a short look at it.
func when(rd *attribute.Reading) string {
	if !rd.Present() {
		return "-"
	}
	return fmt.Sprint(rd.Lo - nine)
}

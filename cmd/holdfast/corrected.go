package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"holdfast.example/processors/check"
	"holdfast.example/processors/check/corrected"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
)

// writeCorrected writes the export's manifests once more: one to the file that is named, several into the folder that is
// named, each under its own path. Without a manifest it is the metadata files. It answers what was written.
func writeCorrected(ctx context.Context, r *check.Result, exports []check.Source, to string) (string, error) {
	files := mendable(r, exhibit.Manifest)
	if len(files) == 0 {
		files = mendable(r, exhibit.Metadata)
	}
	if len(files) == 0 {
		return "", &ended{exitUnjudged, fmt.Errorf("--corrected %s: the export has no manifest and no metadata file that could be read", to)}
	}
	info, err := os.Stat(to)
	folder := err == nil && info.IsDir() || strings.HasSuffix(to, "/")
	if len(files) > 1 && !folder {
		return "", misuse("--corrected %s: the export has %d manifests or metadata files; name a folder (end it with /), or check them one at a time", to, len(files))
	}
	values := amendments(r, files)
	n := int64(0)
	err = r.Reread(ctx, exports, files, func(file int, at io.ReaderAt, size int64) error {
		f := &r.Files[file]
		path := to
		if folder {
			path = filepath.Join(to, filepath.FromSlash(beneath(f.Path)))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return fmt.Errorf("write %s: %w", path, withoutPath(err))
			}
		}
		if same(path, f.Path) {
			return fmt.Errorf("%s is the original: name another place", path)
		}
		return writeFile(path, func(w io.Writer) error {
			c, err := corrected.Write(w, at, size, exhibit.Finding{Kind: f.Kind, Form: f.Form, List: f.List}, valuesOf(values[file]))
			n += c.Changed
			return err
		})
	})
	if err != nil {
		return "", &ended{exitUnjudged, fmt.Errorf("--corrected: %w", err)}
	}
	if len(files) == 1 {
		return fmt.Sprintf("%s, %d values changed", to, n), nil
	}
	return fmt.Sprintf("%s, %d files, %d values changed", to, len(files), n), nil
}

// mendable are the files of that kind from which something was taken.
func mendable(r *check.Result, k exhibit.Kind) []int {
	var files []int
	for i := range r.Files {
		if f := &r.Files[i]; f.Kind == k && !f.Evidence && f.Facts > 0 {
			files = append(files, i)
		}
	}
	return files
}

// amendments are those of the files that are written, by file and place.
func amendments(r *check.Result, files []int) map[int]map[string][]check.Amendment {
	all := make(map[int]map[string][]check.Amendment, len(files))
	for _, f := range files {
		all[f] = map[string][]check.Amendment{}
	}
	for at, amended := range r.Amendments {
		if in := all[at.File]; in != nil {
			in[at.Place] = amended
		}
	}
	return all
}

func valuesOf(by map[string][]check.Amendment) corrected.Values {
	return func(place string, row genesys.Export, _ []byte) map[string]corrected.Value {
		amended := by[place]
		out := make(map[string]corrected.Value, len(amended))
		for i := range amended {
			a := &amended[i]
			v := corrected.Value{Grade: a.Grade.String(), Clock: a.To.Clock, Reason: a.Reason}
			if a.To.Known() {
				text, is := corrected.Instant(a.To.Interval())
				if !is {
					v.Reason += "; of no precision that could be written"
				}
				v.Text = text
			}
			for j := range row.Times {
				if t := &row.Times[j]; t.Field == a.Field && (t.Text != v.Text || a.Departs) {
					out[a.Field] = v
				}
			}
		}
		return out
	}
}

// beneath is a file's path below the folder into which it is written: nothing of it leads out of there.
func beneath(path string) string {
	path = strings.TrimPrefix(path, "s3://")
	return strings.TrimPrefix(filepath.ToSlash(filepath.Clean("/"+path)), "/")
}

// same says whether two paths name one file.
func same(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

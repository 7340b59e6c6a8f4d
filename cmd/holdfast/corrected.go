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
	places, err := placesOf(r, files, to, folder)
	if err != nil {
		return "", misuse("--corrected %s: %w", to, err)
	}
	values := amendments(r, files)
	var n mended
	done := 0
	err = r.Reread(ctx, exports, files, func(file int, at io.ReaderAt, size int64) error {
		f, path := &r.Files[file], places[file]
		if folder {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return fmt.Errorf("write %s: %w", path, withoutPath(err))
			}
		}
		err := writeFile(path, func(w io.Writer) error {
			_, err := corrected.Write(w, at, size, exhibit.Finding{Kind: f.Kind, Form: f.Form, List: f.List}, n.valuesOf(values[file]))
			return err
		})
		if err == nil {
			done++
		}
		return err
	})
	if err != nil && folder {
		err = fmt.Errorf("%w; %d of %d files were written, so %s is not whole", err, done, len(files), to)
	}
	if err != nil {
		return "", &ended{exitUnjudged, fmt.Errorf("--corrected: %w", err)}
	}
	said := fmt.Sprintf("times put right: %d; written anew in UTC: %d; left as they stand, with the reason: %d", n.right, n.anew, n.left)
	if len(files) == 1 {
		return to + "; " + said, nil
	}
	return fmt.Sprintf("%s, %d files; %s", to, len(files), said), nil
}

// placesOf says where each file is written: into a folder under its own path. No two files share a place, and none is
// one that was read.
func placesOf(r *check.Result, files []int, to string, folder bool) (map[int]string, error) {
	places, taken := make(map[int]string, len(files)), make(map[string]int, len(files))
	for _, file := range files {
		path := to
		if folder {
			path = filepath.Join(to, filepath.FromSlash(beneath(r.Files[file].Path)))
		}
		if other, twice := taken[path]; twice {
			return nil, fmt.Errorf("%s and %s would both be written to %s: check them one at a time", r.Files[other].Path, r.Files[file].Path, path)
		}
		places[file], taken[path] = path, file
		if err := writable(r, path); err != nil {
			return nil, fmt.Errorf("%s is %w", path, err)
		}
	}
	return places, nil
}

// mended counts times: put right by a reference, the same instant in UTC, and left with a reason.
type mended struct{ right, anew, left int64 }

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

func (n *mended) valuesOf(by map[string][]check.Amendment) corrected.Values {
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
				t := &row.Times[j]
				if t.Field != a.Field {
					continue
				}
				switch {
				case v.Text == t.Text || v.Text == "":
					if v.Text = ""; !a.Departs && !a.Open {
						continue // it is written as it ought to be, and right
					}
					n.left++
				case a.Departs && a.To.Clock != t.Clock:
					n.right++
				default:
					n.anew++
				}
				out[a.Field] = v
			}
		}
		return out
	}
}

// beneath is a file's path below the folder into which it is written: nothing of it leads out of there.
func beneath(path string) string {
	path = strings.TrimPrefix(path, "s3://")
	if whole, err := filepath.Abs(path); err == nil && strings.HasPrefix(filepath.Clean(path), "..") {
		path = whole // what lies beside the working folder would else be written into its namesake's place
	}
	return strings.TrimPrefix(filepath.ToSlash(filepath.Clean("/"+path)), "/")
}

// same says whether two paths name one file.
func same(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

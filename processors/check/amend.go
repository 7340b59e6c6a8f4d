package check

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

// Amendment is what is to be said beside one time of an export.
type Amendment struct {
	Field   string
	To      timeline.Stamp // what the field ought to say; the zero Stamp: it stays as it stands, and Reason says why
	Departs bool
	Open    bool // nothing like it is known, or it could not be judged
	Grade   attribute.Grade
	Reason  string
}

// Spot is where a row stands: a file and a pointer in it.
type Spot struct {
	File  int
	Place string
}

// Amendments are what is to be said of each export of each recording, by the file it stands in and its place there, in
// the order of the recordings.
//
// Start and end are put right by their reference, because the field table says whose instants they are. A creation that
// departs is not: which instant it means is what is open. Nor is anything put right by a reference that departs itself,
// or for a recording that may be another's.
func (r *Result) Amendments(yield func(Spot, []Amendment) bool) {
	for l := range r.judge.each {
		rec := r.judge.judge(l)
		for _, x := range slices.Concat(l.r.exports, l.r.others) {
			all := make([]Amendment, 0, len(x.Times))
			for t := range slices.Values(x.Times) {
				all = append(all, l.amend(&t, &rec))
			}
			if !yield(Spot{x.file, x.place}, all) {
				return
			}
		}
	}
}

// amend says what a time ought to be.
func (l *laid) amend(t *timeline.Time, rec *Recording) Amendment {
	out := Amendment{Field: t.Name, Grade: rec.Grade}
	if out.Grade == attribute.GradeNotComparable {
		out.Grade = rec.Verdict.Grade
	}
	stays := func(format string, args ...any) Amendment {
		out.Reason = fmt.Sprintf(format, args...)
		return out
	}
	if !t.Zoned {
		out.Open = true
		return stays("names no zone, so nobody knows which instant it is")
	}
	out.To = t.Stamp
	if t.Means == attribute.Finalise {
		return stays("the same instant")
	}
	ref := l.reference(t)
	if !ref.Known() || !ref.Zoned || !rec.Judged() {
		out.Open = true
		return stays("the same instant; it could not be judged (%s)", rec.Lack.orReference())
	}
	d := t.Interval().Minus(ref.Interval())
	if d.Dist() <= attribute.Slack {
		return stays("the same instant; aligned with %s", ref.Clock)
	}
	out.Departs = true
	switch {
	case rec.Verdict.Cause == attribute.CauseMispaired:
		return stays("the same instant; it departs from %s by %s, and the recording may be another's", ref.Clock, apart(d))
	case t.Means == attribute.Created:
		return stays("the same instant; it departs from the session's start by %s, and which instant this field means is open", apart(d))
	case rec.Verdict.Locus == attribute.LocusPlatform:
		return stays("the same instant; it departs from %s by %s, and it is that clock that departs from the others", ref.Clock, apart(d))
	}
	out.To = ref
	return stays("%s; departs from %s by %s", rec.Verdict.Shape, ref.Clock, apart(d))
}

// orReference says what is missing where a recording as a whole could be judged and this field could not.
func (l Lack) orReference() string {
	if l == LackNothing {
		return "no reference"
	}
	return "lacks " + string(l)
}

// apart writes a difference: one figure where both sides are to the millisecond, else from where to where it may lie.
func apart(d instant.Interval) string {
	if d.Lo == d.Hi {
		return seconds(d.Lo)
	}
	return seconds(d.Lo) + " to " + seconds(d.Hi)
}

// seconds writes ms as seconds with three digits and a sign.
func seconds(ms int64) string {
	sign, n := "+", uint64(ms)
	if ms < 0 {
		sign, n = "-", -uint64(ms)
	}
	return fmt.Sprintf("%s%d.%03d s", sign, n/1000, n%1000)
}

// Reread opens files of the export once more, as they are now, each with all its bytes within reach, for who writes them
// out mended. It stops at the first error; a file that is no longer what was judged is one.
func (r *Result) Reread(ctx context.Context, exports []Source, files []int, do func(file int, at io.ReaderAt, size int64) error) error {
	want := make(map[string]int, len(files))
	for _, f := range files {
		want[r.Files[f].Path] = f
	}
	k := newIntake(nil)
	k.visit = func(b *Blob) error {
		file, wanted := want[b.Path]
		if !wanted {
			return nil
		}
		delete(want, b.Path)
		at, err := k.archive(ctx, b)
		if err != nil {
			return err
		}
		defer at.close()
		sum := sha256.New()
		if _, err := io.Copy(sum, io.NewSectionReader(at, 0, at.size)); err != nil {
			return err
		}
		if schemas.Hash(sum.Sum(nil)) != r.Files[file].SHA256 {
			return fmt.Errorf("read %s again: it is no longer what was judged", b.Path)
		}
		return do(file, at, at.size)
	}
	if err := k.all(ctx, exports, nil); err != nil {
		return err
	}
	if k.failed != nil {
		return k.failed
	}
	for _, f := range files {
		if _, missed := want[r.Files[f].Path]; missed {
			return fmt.Errorf("read %s again: it is gone", r.Files[f].Path)
		}
	}
	return nil
}

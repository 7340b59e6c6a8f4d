package check

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"holdfast.example/schemas/media"
)

const (
	maxNesting = 4       // archives within archives
	inMemory   = 8 << 20 // bytes of an archive within an archive that are held in memory; a larger one goes to a temporary file
)

// archiveLimits are media's, but for the ratio: minutes of silence pack a thousandfold, and what an entry unpacks to is
// read as it comes and bounded by itself.
var archiveLimits = media.ArchiveLimits{Ratio: 1 << 20}

// opened is an archive that can be read at any place.
type opened struct {
	io.ReaderAt
	size  int64
	close func()
}

// archive makes the bytes of a blob readable at any place: a file is as it is, anything else is written out first.
func (k *intake) archive(ctx context.Context, b *Blob) (*opened, error) {
	r, err := b.Open(ctx)
	if err != nil {
		return nil, err
	}
	if at, is := r.(io.ReaderAt); is {
		return &opened{at, b.Size, func() { _ = r.Close() }}, nil // it was only read
	}
	defer r.Close()
	if b.Size <= inMemory {
		all, err := io.ReadAll(io.LimitReader(r, inMemory+1))
		if err != nil {
			return nil, err
		}
		return &opened{bytes.NewReader(all), int64(len(all)), func() {}}, nil
	}
	f, err := os.CreateTemp("", "holdfast-")
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", b.Path, err)
	}
	drop := func() { _, _ = f.Close(), os.Remove(f.Name()) } // a copy of ours
	n, err := io.Copy(f, r)
	if err != nil {
		drop()
		return nil, fmt.Errorf("unpack %s: %w", b.Path, err)
	}
	return &opened{f, n, drop}, nil
}

// unpack takes in what an archive holds. Its own file is listed already; each entry becomes a file of its own.
func (k *intake) unpack(ctx context.Context, b *Blob, file int) {
	if b.depth == maxNesting {
		k.giveUp(file, fmt.Errorf("%d archives within each other: unpack it", maxNesting))
		return
	}
	z, err := k.archive(ctx, b)
	if err != nil {
		k.giveUp(file, err)
		return
	}
	defer z.close()
	a, err := media.OpenArchive(z, z.size, archiveLimits)
	if err != nil {
		k.giveUp(file, err)
		return
	}
	k.files[file].Facts = int64(len(a.Entries))
	if len(a.Entries) == 0 {
		k.files[file].Reason = "an archive without files"
	}
	for i := range a.Entries {
		e := &a.Entries[i]
		within := Blob{Path: b.Path + "/" + e.Name, Key: b.Key + "/" + e.Name, Size: e.Size, depth: b.depth + 1, place: b.placed(),
			Open: func(context.Context) (io.ReadCloser, error) { return e.Open() }}
		k.take(ctx, &within)
		if ctx.Err() != nil {
			return
		}
	}
}

// giveUp lists a file as not read.
func (k *intake) giveUp(file int, err error) {
	place, reason := placeOf(err)
	if place != "" {
		reason = place + ": " + reason
	}
	f := &k.files[file]
	f.Reason, f.Unread = reason, true
}

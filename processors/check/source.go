package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"holdfast.example/schemas/s3event"
)

// Blob is one file, wherever it lies. Nothing of it is held open until it is opened.
type Blob struct {
	Path string // to be shown: as it was given, then within, with slashes
	Key  string // the part of Path that its place within the export makes; of a bucket, the object's key
	Size int64  // bytes
	Open func(context.Context) (io.ReadCloser, error)

	depth int         // of an archive's entry: how many archives it lies in
	place s3event.Key // what the place of the archive says
}

// Source is a place with files in it. A Blob that comes with an error cannot be had: it is listed with that error. An
// error without a Path ends the sequence: the place itself cannot be read.
type Source interface {
	Blobs(ctx context.Context) iter.Seq2[Blob, error]
}

// Disk is a file, or a folder and all below it, in the order of their paths. Links are not followed: what a link leads to
// may be anything and anywhere, and who means it can name it.
type Disk string

// Blobs walks the folder.
func (d Disk) Blobs(ctx context.Context) iter.Seq2[Blob, error] {
	return func(yield func(Blob, error) bool) {
		root := string(d)
		info, err := os.Stat(root) // what is named by itself may be a link
		switch {
		case err != nil:
			yield(Blob{}, fmt.Errorf("read %s: %w", root, reasonOf(err)))
			return
		case !info.IsDir():
			yield(onDisk(root, filepath.Base(root), filepath.ToSlash(root), info))
			return
		}
		top, err := filepath.EvalSymlinks(root) // WalkDir follows no link, not even its root
		if err != nil {
			yield(Blob{}, fmt.Errorf("read %s: %w", root, reasonOf(err)))
			return
		}
		err = filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
			within, _ := filepath.Rel(top, path) // both begin with top
			shown := filepath.ToSlash(filepath.Join(root, within))
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil && path == top:
				return fmt.Errorf("read %s: %w", root, reasonOf(err))
			case err != nil:
				return goOn(yield(Blob{Path: shown}, reasonOf(err)))
			case e.IsDir():
				return nil
			}
			info, err := e.Info()
			if err != nil {
				return goOn(yield(Blob{Path: shown}, reasonOf(err)))
			}
			return goOn(yield(onDisk(path, filepath.ToSlash(within), shown, info)))
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(Blob{}, err)
		}
	}
}

var errEnough = errors.New("nobody takes more files")

func goOn(more bool) error {
	if more {
		return nil
	}
	return errEnough
}

func onDisk(path, key, shown string, info fs.FileInfo) (Blob, error) {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return Blob{Path: shown, Key: key}, errors.New("a link, which is not followed: name what it leads to")
	case !info.Mode().IsRegular():
		return Blob{Path: shown, Key: key}, errors.New("no file: a device, a socket or a pipe")
	}
	open := func(context.Context) (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, reasonOf(err)
		}
		return f, nil
	}
	return Blob{Path: shown, Key: key, Size: info.Size(), Open: open}, nil
}

// reasonOf leaves the path out of an error about a file: it stands beside it.
func reasonOf(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

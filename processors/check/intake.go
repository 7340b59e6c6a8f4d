package check

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/media"
	"holdfast.example/schemas/s3event"
	"holdfast.example/schemas/s3object"
	"holdfast.example/schemas/strictjson"
)

// Limits of an intake. What goes beyond is counted.
const (
	maxRefusals = 16      // parts of a file that are listed one by one; beyond, they are counted
	maxRows     = 1 << 24 // rows of one manifest
)

// intake reads files into a dossier, in two passes over all of them: first the exports, which say whose evidence is
// wanted, then the evidence. So evidence of a whole contact centre costs no memory but that of the export's recordings.
type intake struct {
	*dossier
	files    []File
	index    map[spot]int
	evidence bool // what is taken now came by --evidence
	second   bool // the second pass
	progress func(Progress)
	done     Progress
	head     []byte

	visit  func(*Blob) error // set: files are shown to it and not read, in one pass
	failed error             // its first error
}

// spot tells files apart: of a bucket, an object may be named as an archive's entry is.
type spot struct {
	path  string
	depth int
}

func (b *Blob) spot() spot { return spot{b.Path, b.depth} }

// Progress is how far an intake is.
type Progress struct {
	Pass  int   // 1: exports, 2: evidence
	Files int64 // of this pass
	Bytes int64 // read, in both
}

func newIntake(progress func(Progress)) *intake {
	return &intake{dossier: newDossier(), index: map[spot]int{}, progress: progress, head: make([]byte, exhibit.Head)}
}

// all takes in every file of the sources, twice.
func (k *intake) all(ctx context.Context, exports, evidence []Source) error {
	for pass := 1; pass <= 2; pass++ {
		k.second, k.done.Pass, k.done.Files = pass == 2, pass, 0
		for n, sources := range [][]Source{exports, evidence} {
			k.evidence = n == 1
			for _, s := range sources {
				for b, err := range s.Blobs(ctx) {
					switch {
					case err != nil && b.Path == "":
						return err
					case err != nil:
						k.cannot(&b, err)
					default:
						k.take(ctx, &b)
					}
				}
			}
		}
		if err := ctx.Err(); err != nil || k.visit != nil {
			return err
		}
	}
	for i := range k.files {
		if f := &k.files[i]; !f.taken && !f.Unread {
			k.giveUp(i, errors.New("gone before it was read: check again"))
		}
	}
	return nil
}

// cannot lists a file that cannot be had.
func (k *intake) cannot(b *Blob, err error) {
	if _, known := k.index[b.spot()]; !known {
		k.giveUp(k.list(b), err)
	}
}

func (k *intake) list(b *Blob) int {
	k.index[b.spot()] = len(k.files)
	k.files = append(k.files, File{Path: b.Path, Evidence: k.evidence, Kind: exhibit.Unknown, Size: b.Size})
	return len(k.files) - 1
}

// placed is what the blob's place says of the recording in it; of an entry, what its archive's place says, where its own
// is silent.
func (b *Blob) placed() s3event.Key {
	at := s3event.ParseKey(b.Key)
	at.OrganizationID, at.ConversationID = cmp.Or(at.OrganizationID, b.place.OrganizationID), cmp.Or(at.ConversationID, b.place.ConversationID)
	at.RecordingID = cmp.Or(at.RecordingID, b.place.RecordingID)
	return at
}

// take opens one file, in the first pass to say what it is and to read it if it is an export's, in the second to read it
// if it is evidence.
func (k *intake) take(ctx context.Context, b *Blob) {
	if ctx.Err() != nil {
		return
	}
	file, known := k.index[b.spot()]
	switch {
	case known && !k.second:
		return // named twice
	case !known:
		file = k.list(b)
		if k.second {
			k.giveUp(file, errors.New("came while the others were read: check again"))
			return
		}
	case k.files[file].taken && k.files[file].Kind != exhibit.Zip:
		return
	}
	k.done.Files++
	if err := k.read(ctx, b, file); err != nil {
		k.files[file].taken = true
		k.giveUp(file, err)
	}
	if k.progress != nil {
		k.progress(k.done)
	}
}

// read reads one file as far as this pass wants it. An error is of the medium.
func (k *intake) read(ctx context.Context, b *Blob, file int) error {
	r, err := b.Open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	n, err := io.ReadFull(r, k.head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	head := bytes.Clone(k.head[:n]) // an archive's entries use the room again
	f := &k.files[file]
	is := exhibit.Recognise(head, b.Size)
	if is.Kind == exhibit.Unknown && breaksOff(head, b.Size) {
		is.Reason, is.Unread = "JSON that breaks off before it says what it is: save it again, whole", true
	}
	if text := bytes.TrimLeft(head, " \t\r\n"); is.Kind == exhibit.Unknown && !k.evidence && len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		is.Unread = true // JSON in an export is its own word on something, and may be a manifest by other names
	}
	if !k.second {
		f.Kind, f.Form, f.List, f.Reason, f.Unread = is.Kind, is.Form, is.List, is.Reason, is.Unread
	} else if is.Kind != f.Kind || is.Form != f.Form || is.List != f.List || b.Size != f.Size {
		return errors.New("changed while the others were read: check again")
	}
	switch {
	case k.visit != nil && f.Kind != exhibit.Zip:
		if k.failed == nil {
			k.failed = k.visit(b)
		}
		return nil
	case f.Kind == exhibit.Zip:
		k.unpack(ctx, b, file)
		if k.second {
			return nil
		}
	case f.Kind.Export() == k.second:
		return nil
	}
	f = &k.files[file] // unpacking made more of them
	sum := &summing{r: io.MultiReader(bytes.NewReader(head), r), h: sha256.New()}
	if f.Kind != exhibit.Zip {
		if err := k.facts(sum, b, file); err != nil {
			k.giveUp(file, err)
		}
		if f.Facts == 0 && f.Refused == 0 && f.Reason == "" {
			f.Reason = "nothing stands in it: a list or a table without entries"
		}
	}
	if _, err := io.Copy(io.Discard, sum); err != nil {
		return err
	}
	k.done.Bytes += sum.n
	f.SHA256, f.taken = schemas.Hash(sum.h.Sum(nil)), true
	if sum.n != b.Size {
		return fmt.Errorf("changed while it was read: %d bytes, and %d when it was listed", sum.n, b.Size)
	}
	return nil
}

// breaksOff says whether a file is JSON that is not whole: what it would have said, nobody knows.
func breaksOff(head []byte, size int64) bool {
	text := strictjson.Value(head)
	if len(text) == 0 || text[0] != '{' && text[0] != '[' || int64(len(head)) != size {
		return false
	}
	_, _, whole := strictjson.Cut(text)
	return !whole
}

// summing hashes what is read through it.
type summing struct {
	r io.Reader
	h hash.Hash
	n int64
}

func (s *summing) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.h.Write(p[:n]) // hashes never err
	s.n += int64(n)
	return n, err
}

// refuse lists a part of a file that was not read. An error without a place is of the whole file.
func (k *intake) refuse(file int, err error) {
	place, reason := placeOf(err)
	if place == "" {
		k.giveUp(file, errors.New(reason))
		return
	}
	k.object(file, place, reason)
	k.files[file].Unread = true
}

// object lists what is wrong with a part of a file.
func (k *intake) object(file int, place, reason string) {
	f := &k.files[file]
	if f.Refused++; len(f.Refusals) < maxRefusals {
		f.Refusals = append(f.Refusals, Refusal{strings.Clone(place), strings.Clone(reason)})
	}
}

// placeOf tells the place of a reader's error from its reason.
func placeOf(err error) (place, reason string) {
	var (
		ofGenesys *genesys.Refused
		ofEvent   *s3event.Refused
		ofObject  *s3object.Refused
		ofMedia   *media.Refused
		ofJSON    *strictjson.Error
	)
	switch {
	case errors.As(err, &ofGenesys):
		return ofGenesys.Pointer, ofGenesys.Reason
	case errors.As(err, &ofEvent):
		return ofEvent.Pointer, ofEvent.Reason
	case errors.As(err, &ofObject):
		return ofObject.Pointer, ofObject.Reason
	case errors.As(err, &ofMedia):
		return ofMedia.Place, ofMedia.Reason
	case errors.As(err, &ofJSON):
		return ofJSON.Pointer, fmt.Sprintf("%s at byte %d", ofJSON.Reason, ofJSON.Offset)
	}
	return "", err.Error()
}

package genesys

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/strictjson"
)

// ReadManifest is Limits{}.ReadManifest.
func ReadManifest(r io.Reader) iter.Seq2[schemas.Row, error] { return Limits{}.ReadManifest(r) }

// ReadManifest reads a job manifest of any size row by row: what CutManifest reads, and CSV. It holds a row, and what belongs to
// no row up to 1 MiB; Limits.Manifest does not bound it. A row is valid until the next one is asked for.
//
// JSON rows are as they stand, with CutManifest's pointers, and equal to its rows. One thing is lost by not seeing the
// whole: a file whose first line opens a bracket that it does not close is read as one object, not as lines.
//
// CSV is RFC 4180 with a header row (which it leaves open, section 2.3) of names of fields.go, commas and double quotes;
// a UTF-8 byte order mark before it, as spreadsheets write, says nothing and is passed over. It is CSV if its header
// names a conversation and a recording or a start time. Each record becomes the row that a JSON manifest with the same
// values has, so that ParseRow reads both alike:
//
//	an empty cell                   null
//	a whole number in a time's      the number
//	or a duration's column
//	a cell of a list of ids         a JSON array if it begins with a bracket, else ids apart by ; | , or spaces
//	any other cell                  a string
//
// Pointers of CSV rows count records from 0, the header not counted.
//
// An error that names a row is of that row alone, and the sequence goes on. Any other ends it and condemns the file, also
// the rows given before it: more than one array of recordings shows only at the second.
func (l Limits) ReadManifest(r io.Reader) iter.Seq2[schemas.Row, error] {
	if l.Rows <= 0 {
		l.Rows = defaultRows
	}
	return func(yield func(schemas.Row, error) bool) {
		buffered := bufio.NewReaderSize(r, MaxRow+1)
		head, err := buffered.Peek(MaxRow + 1)
		if err != nil && err != io.EOF {
			yield(schemas.Row{}, fmt.Errorf("read manifest: %w", err))
			return
		}
		switch value := strictjson.Value(head); {
		case bytes.HasPrefix(head, []byte("\xFF\xFE")), bytes.HasPrefix(head, []byte("\xFE\xFF")):
			yield(schemas.Row{}, refuse(strictjson.CodeUTF8, "", "UTF-16: write the file as UTF-8"))
		case NamesColumns(head):
			if bytes.HasPrefix(head, mark) {
				buffered.Discard(len(mark)) // it was peeked
			}
			l.csvRows(buffered, yield)
		case err == io.EOF && isOne(value) && looksLikeRecording(value):
			if bytes.IndexByte(value, '\n') >= 0 {
				yield(schemas.Row{}, refuse(CodeNoManifest, "", "one object that is itself a recording: a metadata file"))
			} else {
				yield(row("", 0, value), nil)
			}
		default:
			(&sieve{yield: yield}).run(buffered, l.Rows)
		}
	}
}

// isOne says whether a text is one object and nothing else.
func isOne(text []byte) bool {
	value, rest, ok := strictjson.Cut(text)
	return ok && len(rest) == 0 && strictjson.KindOf(value) == strictjson.Object
}

// sieve finds the one array of recordings among the arrays of a manifest. Of an array in which none was met yet it holds
// the elements back; they become rows with the first recording.
type sieve struct {
	yield func(schemas.Row, error) bool
	list  string // the array being read
	rows  bool   // it is the array of recordings
	found bool   // there was one
	held  []byte // its elements, held back, one after the other: from its first on
	ends  []int  // where each of them ends
	at    string // their pointer without its number
	size  int    // bytes of elements that belong to no row, as far as is known
}

func (s *sieve) run(r io.Reader, limit int) {
	l := strictjson.SplitLimits{Piece: MaxRow, Around: maxAround, Pieces: limit}
	for p, err := range strictjson.Split(r, l, func(name string) bool { return fieldOf([]byte(name)) == 0 }) {
		if err == nil {
			err = s.take(p)
		}
		if err == errTaken {
			return
		}
		if err != nil {
			s.yield(schemas.Row{}, whole(within("", err)))
			return
		}
	}
	if err := s.drop(); s.found && err != nil {
		s.yield(schemas.Row{}, err)
	} else if !s.found {
		s.yield(schemas.Row{}, refuse(CodeNoManifest, "", "neither an array, nor an object with one, nor lines that name a conversation with a recording or a start time; nor a CSV header that does"))
	}
}

// whole makes too many pieces what they are here.
func whole(err error) error {
	if r, ok := err.(*Refused); ok && r.Code == strictjson.CodePieces {
		return refuse(CodeTooMany, "", "more rows than the limit: %s", r.Reason)
	}
	return err
}

func (s *sieve) take(p strictjson.Piece) error {
	if p.List != s.list {
		if err := s.drop(); err != nil {
			return err
		}
		s.list, s.rows = p.List, false
	}
	switch {
	case s.rows:
		return s.give(schemas.Row{Pointer: p.Pointer, Json: p.Value})
	case looksLikeRecording(p.Value) && s.found:
		return refuse(CodeAmbiguous, "", "more than one array of recordings")
	case looksLikeRecording(p.Value):
		s.rows, s.found = true, true
		if len(s.list) > MaxText {
			return refuse(CodeTooLong, "", "the name of the rows has %d bytes, the limit is %d", len(s.list), MaxText)
		}
		if err := s.release(s.give); err != nil {
			return err
		}
		return s.give(schemas.Row{Pointer: p.Pointer, Json: p.Value})
	}
	if s.size += len(p.Value); s.size > maxAround {
		return refuseAround()
	}
	if len(s.ends) == 0 {
		s.at = p.Pointer[:strings.LastIndexByte(p.Pointer, '/')+1]
	}
	s.held = append(s.held, p.Value...)
	s.ends = append(s.ends, len(s.held))
	return nil
}

// release lets go of what is held back, in its order.
func (s *sieve) release(do func(schemas.Row) error) error {
	from := 0
	for i, to := range s.ends {
		if err := do(schemas.Row{Pointer: s.at + strconv.Itoa(i), Json: s.held[from:to:to]}); err != nil {
			return err
		}
		from = to
	}
	s.held, s.ends = s.held[:0], s.ends[:0]
	return nil
}

// drop lets the held elements go: they were no rows, so they must be good JSON, as all that stands around rows.
func (s *sieve) drop() error {
	return s.release(func(r schemas.Row) error { return within(r.Pointer, check(r.Json, MaxRow)) })
}

// errTaken ends the reading because nobody takes more.
var errTaken = refuse("", "", "no more rows are wanted")

func (s *sieve) give(row schemas.Row) error {
	if !s.yield(row, nil) {
		return errTaken
	}
	return nil
}

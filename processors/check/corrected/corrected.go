// Package corrected writes a job manifest, or the metadata file beside a recording, once more: in the form it came in,
// with the times that a reference corrects in their place, and beside each of them what stood there, whose clock the new
// time is of, how sure that is, and why.
//
// A corrected manifest goes where the first one went: into another program, or before somebody who holds the two
// against each other. So everything else of it is the first one's, byte for byte, and a line-by-line comparison shows
// the changes and nothing but them.
//
// In JSON the new time is a string in the place of the old value, and the row's object gets one member more, its last:
//
//	{"recording_id":"r1","recorded_start_time":"2026-05-04T09:15:02.118Z","holdfast":{
//	  "recorded_start_time":{"original":"2026-05-04 09:27:02","clock":"genesys-provider","grade":"established","reason":"..."}}}
//
// on one line, with the white space that stands before the row's last member. In CSV four columns are appended for
// every time field of the header, startTime.original, .clock, .grade and .reason, empty where nothing is said (RFC 4180
// quoting). Where those names are taken they are holdfast_2, startTime.original_2 and so on. An original is what stood
// there, as it stood: a number stays a number, an escape an escape, a quoted cell quoted.
//
// Invariants:
//
//	W1  The source is read and never written to. It is read as genesys.ReadManifest or genesys.ParseMetadata reads it:
//	    what those refuse as a whole is an error here, and which bytes are rows is theirs to say.
//	W2  What is no replaced time and nothing said beside one is the source's, byte for byte: white space, the order of
//	    members, how numbers are spelt, unknown members, a byte order mark, line ends. Where nothing is said of any row,
//	    the whole is.
//	W3  A row that its reader refuses is copied as it stands. In a table with more columns it gets as many empty cells
//	    more as the others, so that it has as many too few or too many as before.
//	W4  No value is changed without a clock, a grade and a reason. A value that stays as it stands may have a reason and
//	    is then named too, without an original.
//	W5  Whoever read the source reads the corrected text, and finds the same rows in the same places but for the values
//	    that were changed. A row that would become too large or too deep for that is left as it stands, and counted.
//	W6  Two names of one field in one row are changed together: they must say the same, or no reader takes the row.
//	W7  Memory is that of some rows, whatever the size of the source; of a metadata file, genesys.MaxMetadata.
//
// What is written before an error is part of a manifest and worth nothing: write beside the place, and rename.
package corrected

import (
	"bufio"
	"fmt"
	"io"
	"slices"

	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/strictjson"
)

// Value is what is said of one time of a row. The zero Value says nothing.
type Value struct {
	Text   string // the new text, as Instant renders it; empty: the value stays as it stands
	Clock  string // whose clock the new time is of; of a value that stays, of the reference it was held against, or empty
	Grade  string // how sure the verdict is; of a value that stays, or empty
	Reason string // why it is changed, or why it stays
}

// Values says what is to be said of one row, by the names of its time fields as they stand: those of row.Times and no
// other. nil: nothing. place is the pointer that genesys.ReadManifest gives the row, in a table too, and empty for a
// metadata file; raw is the row as the reader gave it, which in a table is its rendering. Both are valid until Values
// returns. Rows are asked for in their order, each once, but for those that no reader accepts.
type Values func(place string, row genesys.Export, raw []byte) map[string]Value

// Count is what came of a source.
type Count struct {
	Rows      int64  // the reader gave, those it refuses included
	Refused   int64  // rows that no reader accepts: copied as they stand
	Changed   int64  // values replaced
	Stayed    int64  // values that stand as they stood, with a reason
	Crowded   int64  // rows left as they stand, for with what is said they would be too large or too deep to be read
	CrowdedAt string // the place of the first of them
	Renamed   int64  // rows with a member of our name already, or time fields of a table with such columns: ours have a number
}

// Write writes the source to dst again with what values says; nil says nothing. size is the bytes of the source, is what
// exhibit.Recognise says of it: a metadata file or a manifest of any form, anything else is an error.
//
// Errors: of src and of dst, wrapped; a *genesys.Refused of a source that its reader refuses as a whole; an error that
// names place and field for a Value against W4 or of a field that is no time of the row; and one for a source that is
// seen to change while it is read: it is read more than once, beside itself.
func Write(dst io.Writer, src io.ReaderAt, size int64, is exhibit.Finding, values Values) (Count, error) {
	w := &writer{source: source{src, size}, out: bufio.NewWriterSize(sink{dst}, 64<<10), values: values}
	var err error
	switch is.Kind {
	case exhibit.Metadata:
		err = w.metadata()
	case exhibit.Manifest:
		err = w.manifest()
	default:
		err = fmt.Errorf("a file of kind %q: want a manifest or a metadata file", is.Kind)
	}
	if err == nil {
		err = w.out.Flush()
	}
	if err != nil {
		return w.count, fmt.Errorf("write corrected: %w", err)
	}
	return w.count, nil
}

// writer writes one source.
type writer struct {
	source
	out    *bufio.Writer
	values Values
	count  Count
}

// source is what is read, from its beginning each time.
type source struct {
	at   io.ReaderAt
	size int64
}

func (s source) open() io.Reader { return io.NewSectionReader(s.at, 0, s.size) }

// sink says of an error that it is of the writing.
type sink struct{ w io.Writer }

func (s sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil {
		err = fmt.Errorf("write: %w", err)
	}
	return n, err
}

// manifest tells the two kinds of manifest apart as their reader does.
func (w *writer) manifest() error {
	in := bufio.NewReaderSize(w.open(), genesys.MaxRow+1)
	head, err := in.Peek(genesys.MaxRow + 1)
	if err != nil && err != io.EOF {
		return fmt.Errorf("read: %w", err)
	}
	if genesys.NamesColumns(head) {
		return w.table()
	}
	return w.list(&copier{in: in, out: w.out})
}

// metadata writes one object, held as a whole.
func (w *writer) metadata() error {
	if w.size > genesys.MaxMetadata {
		return fmt.Errorf("a metadata file of %d bytes, the limit is %d", w.size, genesys.MaxMetadata)
	}
	raw, err := io.ReadAll(w.open())
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	x, err := genesys.ParseMetadata(raw)
	if err != nil {
		return err
	}
	w.count.Rows = 1
	plan, err := w.ask("", x, raw)
	if err != nil {
		return err
	}
	object := strictjson.Value(raw)
	before := len(raw) - len(blank(raw))
	e := edited(object, plan)
	e.text = slices.Concat(raw[:before], e.text, raw[before+len(object):])
	_, err = genesys.ParseMetadata(e.text)
	return w.put("", raw, e, err == nil)
}

// put writes a row as it was edited, or, where it does not fit, as it stands.
func (w *writer) put(place string, raw []byte, e edit, fits bool) error {
	if e.changed+e.stayed == 0 {
		e.text = raw
	} else if !fits {
		if e.text = raw; w.count.Crowded == 0 {
			w.count.CrowdedAt = place
		}
		w.count.Crowded++
	} else {
		w.count.Changed += e.changed
		w.count.Stayed += e.stayed
		if e.renamed {
			w.count.Renamed++
		}
	}
	_, err := w.out.Write(e.text)
	return err
}

package corrected

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"iter"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
)

const mark = "\xEF\xBB\xBF" // a UTF-8 byte order mark

// columns are what is appended for each time field.
var columns = [...]string{"original", "clock", "grade", "reason"}

// table writes a CSV manifest. Where nothing is said of any row there are no columns to append, so the rows are asked for
// up to the first of which something is, before anything is written.
func (w *writer) table() error {
	first, err := w.firstSaid()
	if err != nil {
		return err
	}
	in := &copier{in: bufio.NewReader(w.open()), out: w.out}
	if first.plan == nil {
		return in.rest(w.size)
	}
	next, stop := iter.Pull2(w.read())
	defer stop()
	t := newTable(w, in)
	if err := t.heading(); err != nil {
		return err
	}
	for i := int64(0); ; i++ {
		row, err, more := next()
		if !more {
			return t.rest()
		}
		var p plan
		switch {
		case err != nil && row.Pointer == "":
			return err
		case i > first.row:
			if p, err = w.said(row, err); err != nil {
				return err
			}
		case i == first.row && !bytes.Equal(row.Json, first.json):
			return fmt.Errorf("row %q: %w", row.Pointer, errApart)
		case i == first.row:
			p = first.plan
		}
		if err := t.record(row.Pointer, p); err != nil {
			return fmt.Errorf("row %q: %w", row.Pointer, err)
		}
	}
}

// firstSaid is the first row of which something is said.
type firstSaid struct {
	row  int64
	json []byte
	plan plan // nil: there is none
}

func (w *writer) firstSaid() (firstSaid, error) {
	for row, err := range w.read() {
		if err != nil && row.Pointer == "" {
			return firstSaid{}, err
		}
		if p, err := w.said(row, err); err != nil || len(p) > 0 {
			return firstSaid{w.count.Rows - 1, bytes.Clone(row.Json), p}, err
		}
	}
	return firstSaid{}, nil
}

// said counts a row and is what is said of it; refused is what its reader has against it.
func (w *writer) said(row schemas.Row, refused error) (plan, error) {
	w.count.Rows++
	var x genesys.Export
	if refused == nil {
		x, refused = genesys.ParseRow(row.Json)
	}
	if refused != nil {
		w.count.Refused++
		return nil, nil
	}
	return w.ask(row.Pointer, x, row.Json)
}

// table is a CSV text that is written record by record. encoding/csv, which the manifest's reader uses, says where a
// record ends; the bytes are taken beside it.
type table struct {
	w       *writer
	in      *copier
	ahead   bytes.Buffer // what records has read and is not behind us
	records *csv.Reader
	at      int64 // offset of records behind us
	names   []string
	times   []int  // the columns of time fields
	header  []byte // with our columns
	spans   []span
	line    []byte
}

func newTable(w *writer, in *copier) *table {
	t := &table{w: w, in: in}
	t.records = csv.NewReader(io.TeeReader(in.in, &t.ahead))
	t.records.ReuseRecord = true
	return t
}

// heading writes the header with our columns.
func (t *table) heading() error {
	if head, _ := t.in.in.Peek(len(mark)); string(head) == mark {
		t.in.skip(len(mark))
		t.w.out.WriteString(mark) // its error stays with out
	}
	_, record, end, err := t.take()
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	names, err := csv.NewReader(bytes.NewReader(record)).Read()
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	t.header = append(t.header, record...)
	t.names = names
	for i, name := range names {
		if _, is := fields()[name]; !is {
			continue
		}
		t.times = append(t.times, i)
		suffix := free("", func(suffix string) bool {
			for _, c := range columns {
				if taken(t.names, name+"."+c+suffix) {
					return true
				}
			}
			return false
		})
		if suffix != "" {
			t.w.count.Renamed++
		}
		for _, c := range columns {
			t.header = append(append(t.header, ','), name+"."+c+suffix...)
		}
	}
	t.header = append(t.header, end...)
	for _, err := range genesys.ReadManifest(bytes.NewReader(t.header)) {
		if err != nil {
			return fmt.Errorf("the header has no room for what is said of its %d time fields: %w", len(t.times), err)
		}
	}
	_, err = t.w.out.Write(t.header)
	return err
}

// rest copies what follows the last record: nothing but blank lines.
func (t *table) rest() error {
	if _, err := t.records.Read(); err != io.EOF {
		return apart(err)
	}
	n, err := t.w.out.Write(t.ahead.Bytes())
	if t.in.passed += int64(n); err != nil {
		return err
	}
	return t.in.rest(t.w.size)
}

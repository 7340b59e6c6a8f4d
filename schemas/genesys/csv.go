package genesys

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/strictjson"
)

// CodeCSV is the code of a Refused for a text that is no RFC 4180: a quote that does not end, a record of another number
// of cells than the header.
const CodeCSV = "csv-syntax"

var mark = []byte("\xEF\xBB\xBF") // a UTF-8 byte order mark

// NamesColumns says whether the first line of a text is the header of a CSV manifest: a name of a conversation, and one
// of a recording or a start time, by any name of fields.go.
func NamesColumns(text []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(text, mark), []byte("\n"))
	if len(line) > MaxRow {
		return false
	}
	names, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		return false
	}
	var conversation, recording bool
	for _, name := range names {
		switch fieldOf([]byte(name)) {
		case fieldConversation:
			conversation = true
		case fieldRecording, fieldStart:
			recording = true
		}
	}
	return conversation && recording
}

// ration is a reader that gives one record its bytes and no more: a quote that does not end would otherwise have the
// whole file read into one cell.
type ration struct {
	r    io.Reader
	left int
}

var errRation = errors.New("a record is too long")

func (r *ration) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errRation
	}
	n, err := r.r.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// csvAhead is how far encoding/csv may have read beyond a record: its buffer.
const csvAhead = 4096

// csvRows reads the records of a CSV manifest as rows.
func (l Limits) csvRows(r io.Reader, yield func(schemas.Row, error) bool) {
	from := &ration{r: r}
	records := csv.NewReader(from)
	records.ReuseRecord = true
	var columns []column
	var row []byte
	for i := -1; ; i++ {
		from.left = MaxRow + csvAhead
		cells, err := records.Read()
		at := "/" + strconv.Itoa(i)
		switch {
		case err == io.EOF:
			return
		case err != nil && !errors.Is(err, csv.ErrFieldCount):
			yield(schemas.Row{}, ofCSV(err))
			return
		case i < 0:
			if columns, err = header(cells); err != nil {
				yield(schemas.Row{}, err)
				return
			}
			continue
		case i == l.Rows:
			yield(schemas.Row{}, refuse(CodeTooMany, "", "more than %d rows", l.Rows))
			return
		case err != nil:
			if !yield(schemas.Row{Pointer: at}, refuse(CodeCSV, at, "%d cells under %d columns: quote what holds a comma", len(cells), len(columns))) {
				return
			}
			continue
		}
		row = appendRow(row[:0], columns, cells)
		if !yield(schemas.Row{Pointer: at, Json: row[:min(len(row), MaxRow+1)]}, nil) {
			return
		}
	}
}

// ofCSV says in this package's words what is wrong with a CSV text; what is the reader's own error stays it.
func ofCSV(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, errRation):
		return refuse(CodeCSV, "", "a record of more than %d bytes: most likely a quote that does not end", MaxRow)
	case errors.As(err, &parse) && errors.Is(err, csv.ErrQuote):
		return refuse(CodeCSV, "", "line %d, column %d: a quote that does not end, or text after one that did: double the quotes within a cell", parse.Line, parse.Column)
	case errors.As(err, &parse) && errors.Is(err, csv.ErrBareQuote):
		return refuse(CodeCSV, "", "line %d, column %d: a quote within a cell that is not quoted: quote the cell and double the quote", parse.Line, parse.Column)
	}
	return err
}

// column is one column of a CSV manifest.
type column struct {
	name []byte // as a JSON string
	field
	number bool // a whole number in it is one
}

func header(cells []string) ([]column, error) {
	columns := make([]column, 0, len(cells))
	names := []byte{'{'}
	for i, name := range cells {
		c := column{name: appendText(nil, name), field: fieldOf([]byte(name))}
		if s, ok := bySpelling[name]; ok {
			c.number = spellings[s].time || c.field == fieldDuration
		}
		columns = append(columns, c)
		if i > 0 {
			names = append(names, ',')
		}
		names = append(append(names, c.name...), ":0"...)
	}
	if err := check(append(names, '}'), 8*MaxRow); err != nil { // names twice, broken, or too many
		return nil, refuse(err.(*Refused).Code, "", "the header: %s", err.(*Refused).Reason)
	}
	return columns, nil
}

// appendRow renders a record as the row of a JSON manifest.
func appendRow(dst []byte, columns []column, cells []string) []byte {
	dst = append(dst, '{')
	for i, c := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, c.name...), ':')
		dst = c.appendCell(dst, cells[i])
	}
	return append(dst, '}')
}

func (c *column) appendCell(dst []byte, cell string) []byte {
	if cell == "" {
		return append(dst, "null"...)
	}
	if _, whole := strictjson.Int64([]byte(cell)); c.number && whole {
		return append(dst, cell...)
	}
	if c.field != fieldUsers && c.field != fieldParticipants {
		return appendText(dst, cell)
	}
	if cell[0] == '[' && strictjson.Check([]byte(cell), strictjson.Limits{Bytes: MaxRow}) == nil {
		return append(dst, cell...)
	}
	dst = append(dst, '[')
	for i, id := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '|' || r == ',' || r == ' ' }) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, id)
	}
	return append(dst, ']')
}

// appendText renders a JSON string. Bytes that are no UTF-8 stay as they are, for the strict pass to refuse.
func appendText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := range len(s) {
		switch ch := s[i]; {
		case ch == '"' || ch == '\\':
			dst = append(dst, '\\', ch)
		case ch < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[ch>>4], hex[ch&15])
		default:
			dst = append(dst, ch)
		}
	}
	return append(dst, '"')
}

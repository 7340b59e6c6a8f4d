package corrected

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"holdfast.example/schemas/genesys"
)

// record writes the next record with what is said of it.
func (t *table) record(place string, p plan) error {
	before, record, end, err := t.take()
	if err != nil {
		return err
	}
	if _, err := t.w.out.Write(before); err != nil {
		return err
	}
	e := t.edited(record, p)
	fits := e.changed+e.stayed == 0 || t.fits(e.text)
	if e.changed+e.stayed == 0 || !fits {
		t.line = append(t.line[:0], record...)
		for range len(columns) * len(t.times) {
			t.line = append(t.line, ',')
		}
		record, e.text = t.line, t.line
	}
	if err := t.w.put(place, record, e, fits); err != nil {
		return err
	}
	_, err = t.w.out.Write(end)
	return err
}

// edited puts what is said into a record and after it.
func (t *table) edited(record []byte, p plan) edit {
	if len(p) == 0 {
		return edit{}
	}
	e := edit{text: t.line[:0]}
	done := 0
	var notes []byte
	for _, i := range t.times {
		at := t.spans[i]
		cell := record[at.from:at.to]
		v, said := p[t.names[i]]
		if !said || len(cell) == 0 || string(cell) == `""` { // an empty cell is null
			notes = append(notes, ",,,,"...)
			continue
		}
		notes = append(notes, ',')
		if v.Text != "" {
			e.changed++
			notes = append(notes, cell...)
			e.text = append(e.text, record[done:at.from]...)
			if cell[0] == '"' {
				e.text = append(append(append(e.text, '"'), v.Text...), '"')
			} else {
				e.text = append(e.text, v.Text...)
			}
			done = at.to
		} else {
			e.stayed++
		}
		for _, text := range [...]string{v.Clock, v.Grade, v.Reason} {
			notes = appendCell(append(notes, ','), text)
		}
	}
	e.text = append(append(e.text, record[done:]...), notes...)
	t.line = e.text
	return e
}

// fits says whether a record is read again as a row.
func (t *table) fits(record []byte) bool {
	if most := 6 * (len(t.header) + len(record)); most <= genesys.MaxRow { // every byte an escape
		return true
	}
	for row, err := range genesys.ReadManifest(io.MultiReader(bytes.NewReader(t.header), bytes.NewReader(record))) {
		if err == nil {
			_, err = genesys.ParseRow(row.Json)
		}
		return err == nil
	}
	return false
}

// take takes the next record: blank lines before it, itself, its line end; its cells are in t.spans. The bytes are
// valid until the next one.
func (t *table) take() (before, record, end []byte, err error) {
	cells, err := t.records.Read()
	if err != nil && !errors.Is(err, csv.ErrFieldCount) {
		return nil, nil, nil, apart(err)
	}
	to := t.records.InputOffset()
	raw := t.ahead.Next(int(to - t.at))
	t.in.passed += to - t.at
	t.at = to
	blanks := blankLines(raw)
	before, body := raw[:blanks], raw[blanks:]
	record = bytes.TrimSuffix(bytes.TrimSuffix(body, []byte("\n")), []byte("\r"))
	if t.spans = cut(t.spans[:0], record); len(t.spans) != len(cells) {
		return nil, nil, nil, errApart
	}
	return before, record, body[len(record):], nil
}

// blankLines is how many bytes of blank lines a text begins with.
func blankLines(text []byte) (n int) {
	for {
		switch rest := text[n:]; {
		case bytes.HasPrefix(rest, []byte("\n")):
			n++
		case bytes.HasPrefix(rest, []byte("\r\n")):
			n += 2
		default:
			return n
		}
	}
}

// span is where a cell stands in its record.
type span struct{ from, to int }

// cut finds the cells of a record that encoding/csv accepted.
func cut(spans []span, record []byte) []span {
	for from := 0; ; {
		to := from
		if to < len(record) && record[to] == '"' {
			for to++; to < len(record); to++ {
				if record[to] != '"' {
					continue
				}
				if to++; to >= len(record) || record[to] != '"' {
					break
				}
			}
		}
		if i := bytes.IndexByte(record[to:], ','); i >= 0 {
			to += i
		} else {
			to = len(record)
		}
		spans = append(spans, span{from, to})
		if to == len(record) {
			return spans
		}
		from = to + 1
	}
}

// appendCell appends a cell of ours, quoted where RFC 4180 wants it, and where a space at an end might be lost. What a
// spreadsheet would take for a formula gets a space before it.
func appendCell(dst []byte, text string) []byte {
	if text != "" && strings.IndexByte("=+-@\t\r", text[0]) >= 0 {
		text = " " + text
	}
	if !strings.ContainsAny(text, ",\"\r\n") && strings.Trim(text, " ") == text {
		return append(dst, text...)
	}
	return append(append(append(dst, '"'), strings.ReplaceAll(text, `"`, `""`)...), '"')
}

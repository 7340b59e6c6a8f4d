package corrected

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/strictjson"
)

// errApart says that what stands in the source is not what its reader gave.
var errApart = errors.New("not what its reader read there: the source changed meanwhile, or its row stands in more white space than a row may have")

// read gives the rows of a manifest. How many there may be is for who read it first to say: here none is kept.
func (s source) read() iter.Seq2[schemas.Row, error] {
	return genesys.Limits{Rows: math.MaxInt}.ReadManifest(s.open())
}

// list writes an array, an object with a list, or lines. The reader says which values are rows and what their pointers
// are; in is read beside it and tells where they stand: the rows of a manifest stand one after the other, so that only
// the first has to be looked for.
func (w *writer) list(in *copier) error {
	next, stop := iter.Pull2(w.read())
	defer stop()
	row, err, more := next()
	if err != nil {
		return err
	}
	at, err := w.rows(in, row, next)
	if !errors.Is(err, errApart) {
		return err
	}
	for more { // what the reader has against the rest says more
		var refused error
		if _, refused, more = next(); refused != nil {
			return refused
		}
	}
	return fmt.Errorf("row %q: %w", at, err)
}

// rows writes the source, the first of whose rows is given; at is the last place it came to.
func (w *writer) rows(in *copier, row schemas.Row, next func() (schemas.Row, error, bool)) (at string, err error) {
	at = row.Pointer
	as, err := in.seek(at)
	if err != nil {
		return at, err
	}
	room := genesys.MaxRow
	if as != inList {
		if room, err = in.room(len(row.Json)); err != nil {
			return at, err
		}
	}
	if as == alone && in.match(row.Json) != nil {
		// In more white space than a row may have, which its reader left out: nothing can be put into it.
		w.count.Rows, w.count.Crowded = 1, 1
		return at, in.rest(w.size)
	}
	for more := true; more; room = genesys.MaxRow {
		at = row.Pointer
		if err := w.row(in, row, as, room); err != nil {
			return at, err
		}
		if row, err, more = next(); err != nil {
			return at, err
		}
		if more && as == inList {
			err = in.then(",")
		} else if as == inList {
			err = in.then("]")
		} else if !more {
			err = in.end()
		}
		if err != nil {
			return at, err
		}
	}
	return at, in.rest(w.size)
}

// row writes the row that in comes to next. It may grow to room bytes.
func (w *writer) row(in *copier, row schemas.Row, as standing, room int) error {
	if err := in.space(); err != nil {
		return err
	}
	if err := in.match(row.Json); err != nil {
		return err
	}
	w.count.Rows++
	x, err := genesys.ParseRow(row.Json)
	if err == nil {
		err = w.accepted(row, x, room)
		in.skip(len(row.Json))
		return err
	}
	w.count.Refused++
	if as == inLine {
		return in.line()
	}
	return in.value(nil)
}

// accepted writes a row that its reader accepts.
func (w *writer) accepted(row schemas.Row, x genesys.Export, room int) error {
	p, err := w.ask(row.Pointer, x, row.Json)
	if err != nil {
		return err
	}
	e := edited(row.Json, p)
	fits := len(e.text) <= room
	if fits && e.changed+e.stayed > 0 {
		_, err := genesys.ParseRow(e.text)
		fits = err == nil
	}
	return w.put(row.Pointer, row.Json, e, fits)
}

// standing is how the rows of a JSON manifest stand.
type standing int

const (
	inLine standing = iota // one on each line
	inList                 // in an array
	alone                  // the source is one object, and longer than the reader looks ahead
)

// seek copies up to the first row, whose pointer tells where that is.
func (c *copier) seek(pointer string) (standing, error) {
	if err := c.space(); err != nil {
		return 0, err
	}
	if list := pointer[:max(0, strings.LastIndexByte(pointer, '/'))]; list != "" {
		return inList, c.seekList(list)
	}
	if pointer == "" {
		return alone, nil
	}
	if first, err := c.in.Peek(1); err != nil {
		return 0, apart(err)
	} else if first[0] == '[' {
		return inList, c.then("[")
	}
	return inLine, nil
}

// seekList copies the beginning of an object up to its list of this pointer, the bracket included.
func (c *copier) seekList(list string) error {
	if err := c.then("{"); err != nil {
		return err
	}
	for {
		key, err := c.name()
		if err != nil {
			return err
		}
		if first, _ := c.in.Peek(1); string(first) == "[" && pointerOf(key) == list {
			return c.then("[")
		}
		if err := c.value(nil); err != nil {
			return err
		}
		if err := c.then(","); err != nil {
			return err
		}
	}
}

// pointerOf is the pointer of a list by its name as it stands, as the reader writes it.
func pointerOf(key []byte) string {
	if len(key) > maxName {
		return ""
	}
	text := append(append([]byte("{"), key...), ":[0]}"...)
	for p, err := range strictjson.Split(bytes.NewReader(text), strictjson.SplitLimits{}, func(string) bool { return true }) {
		if err == nil {
			return strings.TrimSuffix(p.Pointer, "/0")
		}
	}
	return ""
}

// apart is the error for a source in which something else stands than its reader read: its end, what is no CSV (or what
// is, nil), or nothing that can be read at all.
func apart(err error) error {
	if parse := (*csv.ParseError)(nil); err == nil || err == io.EOF || errors.As(err, &parse) {
		return errApart
	}
	return fmt.Errorf("read: %w", err)
}

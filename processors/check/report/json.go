package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"unicode"
	"unicode/utf8"

	"holdfast.example/processors/correlate/attribute"
)

// figures are numbers as one object, in the hypothesis's order.
type figures []attribute.Number

// MarshalJSON writes each number under its name.
func (ns figures) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, n := range ns {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, n.Name)
		b = append(b, ':')
		b = strconv.AppendInt(b, n.Value, 10)
	}
	return append(b, '}'), nil
}

// JSON writes the source as one object, an element of each list on a line of its own; each is written before the next is
// asked for.
func (s Source) JSON(w io.Writer, version string) error {
	e := &encoder{w: bufio.NewWriterSize(w, 64<<10)}
	e.text("{\n\"schema_version\": " + strconv.Itoa(SchemaVersion) + ",\n\"holdfast\": ")
	e.value(version)
	list(e, "files", func(yield func(any) bool) {
		for i := range s.Files {
			if !yield(fileOf(&s.Files[i])) {
				return
			}
		}
	})
	list(e, "cohorts", func(yield func(any) bool) {
		for i := range s.Cohorts {
			if !yield(cohortOf(i, &s.Cohorts[i])) {
				return
			}
		}
	})
	list(e, "recordings", func(yield func(any) bool) {
		for r := range s.Recordings {
			if !yield(recordingOf(r)) {
				return
			}
		}
	})
	e.text(",\n\"summary\": ")
	e.value(summaryOf(&s.Summary))
	e.text("\n}\n")
	if err := e.w.Flush(); e.err == nil {
		e.err = err
	}
	return e.err
}

// encoder writes values and remembers the first error.
type encoder struct {
	w   *bufio.Writer
	buf bytes.Buffer
	err error
}

func (e *encoder) text(s string) {
	if e.err == nil {
		_, e.err = e.w.WriteString(s)
	}
}

func (e *encoder) value(v any) {
	if e.err != nil {
		return
	}
	e.buf.Reset()
	enc := json.NewEncoder(&e.buf)
	enc.SetEscapeHTML(false)
	if e.err = enc.Encode(v); e.err == nil {
		e.escaped(bytes.TrimSuffix(e.buf.Bytes(), []byte("\n")))
	}
}

// escaped writes JSON with every character that does not print as an escape: JSON is looked at on terminals too. Outside
// strings JSON is ASCII, so that an escape is always within one.
func (e *encoder) escaped(b []byte) {
	from := 0
	for i := 0; i < len(b); {
		if b[i] < 0x7F {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if !unicode.IsPrint(r) {
			_, _ = e.w.Write(b[from:i]) // Flush tells
			if r > 0xFFFF {
				r -= 0x10000
				_, _ = fmt.Fprintf(e.w, `\u%04x`, 0xD800+r>>10)
				r = 0xDC00 + r&0x3FF
			}
			_, _ = fmt.Fprintf(e.w, `\u%04x`, r)
			from = i + size
		}
		i += size
	}
	_, e.err = e.w.Write(b[from:])
}

func list(e *encoder, name string, all iter.Seq[any]) {
	e.text(",\n\"" + name + "\": [")
	sep := "\n"
	for v := range all {
		e.text(sep)
		e.value(v)
		if e.err != nil {
			return
		}
		sep = ",\n"
	}
	if sep != "\n" {
		e.text("\n")
	}
	e.text("]")
}

package strictjson

import (
	"bytes"
	"fmt"
	"io"
)

const firstWindow = 16 << 10 // bytes of a window before it had to grow

// window is the part of a text that is in memory: what was read and is not yet behind us is buf[pos:]. It grows for one
// value, up to max bytes.
type window struct {
	r    io.Reader
	buf  []byte
	pos  int
	base int // offset in the text of buf[0]
	max  int
	eof  bool
	err  error // what r answered, or what is wrong with the text
}

// more reads on. It answers false at the end of the text, on an error, and where the window is full.
func (w *window) more() bool {
	if w.eof || w.err != nil {
		return false
	}
	if w.pos > 0 {
		w.base += w.pos
		w.buf = w.buf[:copy(w.buf, w.buf[w.pos:])]
		w.pos = 0
	}
	if len(w.buf) >= w.max {
		return false
	}
	if len(w.buf) == cap(w.buf) {
		grown := make([]byte, len(w.buf), min(max(2*cap(w.buf), firstWindow), w.max))
		copy(grown, w.buf)
		w.buf = grown
	}
	for range 100 {
		n, err := w.r.Read(w.buf[len(w.buf):min(cap(w.buf), w.max)])
		w.buf = w.buf[:len(w.buf)+n]
		switch {
		case err == io.EOF:
			w.eof = true
		case err != nil:
			w.err = fmt.Errorf("read json: %w", err)
			return false
		}
		if n > 0 || w.eof {
			return n > 0
		}
	}
	w.err = fmt.Errorf("read json: %w", io.ErrNoProgress)
	return false
}

// peek skips white space and returns the byte that follows; false at the end of the text.
func (w *window) peek() (byte, bool) {
	for {
		if w.pos = space(w.buf, w.pos); w.pos < len(w.buf) {
			return w.buf[w.pos], true
		}
		if !w.more() {
			return 0, false
		}
	}
}

// ahead measures the value that begins at pos, and reads on until something follows it, without going there. It answers
// false where the value does not end within the window.
func (w *window) ahead(e *extent) (n int, whole bool) {
	for {
		m, done := e.feed(w.buf[w.pos+n:])
		if n += m; done {
			break
		}
		if !w.more() {
			return n, false
		}
	}
	for space(w.buf, w.pos+n) == len(w.buf) && w.more() {
	}
	return n, true
}

// value takes the value, or the line, that begins at pos. What is longer than the window is cut there, and the rest of
// it read over.
func (w *window) value(line bool) ([]byte, bool) {
	e, n := extent{lines: line}, 0
	for {
		m, done := e.feed(w.buf[w.pos+n:])
		if n += m; done {
			break
		}
		if w.more() {
			continue
		}
		if w.err != nil || w.eof && !e.whole() {
			return nil, false
		}
		if w.eof {
			break
		}
		return w.skip(&e)
	}
	if e.none || n == 0 {
		return nil, false
	}
	value := w.buf[w.pos : w.pos+n : w.pos+n]
	w.pos += n
	return value, true
}

// skip reads over the rest of a value that fills the window, and returns its beginning.
func (w *window) skip(e *extent) ([]byte, bool) {
	value := bytes.Clone(w.buf)
	for {
		w.pos = len(w.buf)
		if !w.more() {
			return value, w.err == nil && e.whole()
		}
		n, done := e.feed(w.buf)
		if done {
			w.pos = n
			return value, true
		}
	}
}

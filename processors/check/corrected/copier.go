package corrected

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"holdfast.example/schemas/genesys"
)

// maxName is how many bytes a list's name may have as it stands: genesys.MaxText, all of them escaped.
const maxName = 6*genesys.MaxText + 2

// copier copies a JSON text and knows where it is. It tells values apart as the reader does, by brackets and strings
// alone, so that any bytes may be given; in's buffer holds a row and one byte.
type copier struct {
	in     *bufio.Reader
	out    *bufio.Writer
	passed int64 // bytes of in that are behind us
}

// while copies as many bytes as take says, and goes on until it says that it is done, or the text ends.
func (c *copier) while(take func(b []byte) (n int, done bool)) error {
	for {
		b, err := c.in.Peek(max(1, c.in.Buffered()))
		if len(b) == 0 {
			if err == io.EOF {
				return nil
			}
			return fmt.Errorf("read: %w", err)
		}
		n, done := take(b)
		if _, err := c.out.Write(b[:n]); err != nil {
			return err
		}
		if c.skip(n); done {
			return nil
		}
	}
}

// space copies white space.
func (c *copier) space() error {
	return c.while(func(b []byte) (int, bool) {
		n := len(b) - len(blank(b))
		return n, n < len(b)
	})
}

// line copies up to the end of the line.
func (c *copier) line() error {
	return c.while(func(b []byte) (int, bool) {
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return i, true
		}
		return len(b), false
	})
}

// value copies a value, into keep as well, as far as one byte beyond maxName.
func (c *copier) value(keep *[]byte) error {
	var e extent
	return c.while(func(b []byte) (int, bool) {
		n, done := e.feed(b)
		if keep != nil {
			*keep = append(*keep, b[:min(n, maxName+1-len(*keep))]...)
		}
		return n, done
	})
}

// name copies a member's name and its colon, up to the value.
func (c *copier) name() (key []byte, err error) {
	if err := c.space(); err != nil {
		return nil, err
	}
	if err := c.value(&key); err != nil {
		return nil, err
	}
	if err := c.then(":"); err != nil {
		return nil, err
	}
	return key, c.space()
}

// then copies white space and the byte after it, which must be one of these.
func (c *copier) then(these string) error {
	if err := c.space(); err != nil {
		return err
	}
	ch, err := c.in.ReadByte()
	if err != nil {
		return apart(err)
	}
	if strings.IndexByte(these, ch) < 0 {
		return errApart
	}
	c.passed++
	return c.out.WriteByte(ch)
}

// skip passes over what is in the buffer.
func (c *copier) skip(n int) {
	n, _ = c.in.Discard(n)
	c.passed += int64(n)
}

// match wants the text to go on with this.
func (c *copier) match(row []byte) error {
	b, err := c.in.Peek(len(row))
	if !bytes.Equal(b, row) || len(row) == 0 {
		if err != nil {
			return apart(err)
		}
		return errApart
	}
	return nil
}

// room is how long the first of several lines may become, which stands before us: by its first genesys.MaxRow bytes and
// one more the reader knows lines for what they are, so that the white space around counts, and the first byte of the
// next one.
func (c *copier) room(row int) (int, error) {
	head, err := c.in.Peek(genesys.MaxRow + 1)
	if err != nil && err != io.EOF {
		return 0, fmt.Errorf("read: %w", err)
	}
	head = head[min(row, len(head)):]
	return genesys.MaxRow - int(min(c.passed, genesys.MaxRow)) - (len(head) - len(blank(head))), nil
}

// end copies white space and wants nothing after it.
func (c *copier) end() error {
	if err := c.space(); err != nil {
		return err
	}
	if _, err := c.in.Peek(1); err != io.EOF {
		return apart(err)
	}
	return nil
}

// rest copies what there is, and wants the whole to have had so many bytes.
func (c *copier) rest(size int64) error {
	n, err := io.Copy(c.out, c.in)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	if c.passed += n; c.passed != size {
		return fmt.Errorf("the source has %d bytes, not %d", c.passed, size)
	}
	return nil
}

// extent finds where a value ends in a text that comes in parts.
type extent struct {
	depth   int
	text    bool // within a string
	escaped bool // within a string, after a backslash
	word    bool // within a number or a literal, at depth 0
}

// feed reads on in b; n bytes of it belong to the value; done: it ends there.
func (e *extent) feed(b []byte) (n int, done bool) {
	for i, ch := range b {
		switch {
		case e.escaped:
			e.escaped = false
		case e.text && ch == '\\':
			e.escaped = true
		case e.text:
			if e.text = ch != '"'; !e.text && e.depth == 0 {
				return i + 1, true
			}
		case e.word && strings.IndexByte(`,:{}[]"`+white, ch) >= 0:
			return i, true
		case ch == '"':
			e.text = true
		case ch == '{' || ch == '[':
			e.depth++
		case e.depth == 0 && strings.IndexByte(`,:]}`, ch) >= 0: // no value begins here
			return i, true
		case ch == '}' || ch == ']':
			if e.depth--; e.depth == 0 {
				return i + 1, true
			}
		default:
			e.word = e.depth == 0
		}
	}
	return len(b), false
}

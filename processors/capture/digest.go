package capture

import (
	"crypto/sha256"
	"errors"
	"io"

	"holdfast.example/schemas"
)

// digest is what is kept of an object's bytes.
type digest struct {
	size  int64
	sum   schemas.Hash
	head  []byte // the first bytes
	tail  []byte // the last bytes; empty if head holds all. It may overlap head
	whole []byte // all bytes, if they fit the limit asked for; else nil
}

// digester reads streams in constant memory: it owns two buffers and reads into them in turn, so that when the stream
// ends the last bytes still lie there and nothing had to be copied for the tail while it ran. One goroutine uses it.
type digester struct {
	head, tail int
	buf        [2][]byte
}

// chunk is one read: large enough that the cost of a call vanishes beside hashing, small enough for the second-level
// cache, from which SHA-256 then reads.
const chunk = 128 << 10

func newDigester(head, tail int) *digester {
	size := max(chunk, tail)
	return &digester{head: head, tail: tail, buf: [2][]byte{make([]byte, size), make([]byte, size)}}
}

// read hashes r to its end. A body of at most hold bytes is kept whole; expect is its likely size, -1 if unknown, and
// only saves copies. An error is r's, with the digest of what was read until then.
func (d *digester) read(r io.Reader, hold, expect int64) (digest, error) {
	var out digest
	if hold > 0 {
		out.whole = make([]byte, 0, min(max(expect, 0), hold))
	}
	var (
		sum     = sha256.New()
		turn    int
		last    int // bytes in buf[turn] at the end
		before  int // bytes in the other one
		readErr error
	)
	for {
		n, err := readFull(r, d.buf[turn])
		part := d.buf[turn][:n]
		sum.Write(part)
		out.size += int64(n)
		if room := d.head - len(out.head); room > 0 {
			out.head = append(out.head, part[:min(room, n)]...)
		}
		if out.whole != nil {
			if out.size <= hold {
				out.whole = append(out.whole, part...)
			} else {
				out.whole = nil
			}
		}
		last = n
		if err != nil {
			if !errors.Is(err, io.EOF) {
				readErr = err
			}
			break
		}
		before, turn = n, 1-turn
	}
	out.sum = schemas.Hash(sum.Sum(nil))
	if out.size > int64(len(out.head)) {
		out.tail = d.end(turn, last, before)
	}
	return out, readErr
}

// readFull reads until b is full or r ends; io.EOF is then the only good end. (io.ReadFull turns a short last read into
// io.ErrUnexpectedEOF, which is also what net/http says of a body that broke off: the two must not be confused.)
func readFull(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	return n, err
}

// end copies the last bytes out of the two buffers: the one being filled when the stream ended, and the one before.
func (d *digester) end(turn, last, before int) []byte {
	older := d.buf[1-turn][:before]
	newer := d.buf[turn][:last]
	fromNewer := min(d.tail, len(newer))
	fromOlder := min(d.tail-fromNewer, len(older))
	tail := make([]byte, 0, fromOlder+fromNewer)
	tail = append(tail, older[len(older)-fromOlder:]...)
	return append(tail, newer[len(newer)-fromNewer:]...)
}

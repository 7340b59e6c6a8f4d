package stream_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
)

// wire is a listener that loses what the test names: a request, so the broker never sees it, or an answer, so the
// broker has done it and the client does not know. Either way the connection breaks, as it does in a real network.
type wire struct {
	mu     sync.Mutex
	client string // only this client id's requests count
	key    int16  // the kind of request
	answer bool
	spoil  bool // with answer: it arrives, and says UNKNOWN_SERVER_ERROR (EndTxn only)
	every  int  // one in so many of them
	seen   int
	left   int
	fired  int
}

// lose arms the wire.
func (w *wire) lose(client string, key int16, answer bool, every, times int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.client, w.key, w.answer, w.every, w.left, w.seen, w.fired = client, key, answer, every, times, 0, 0
}

func (w *wire) count() (fired, left int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fired, w.left
}

// hit says whether this request is one to lose.
func (w *wire) hit(key int16, client string) (request, answer bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left == 0 || key != w.key || client != w.client {
		return false, false
	}
	if w.seen++; w.seen%w.every != 0 {
		return false, false
	}
	w.left--
	w.fired++
	return !w.answer, w.answer
}

func (w *wire) listen(network, address string) (net.Listener, error) {
	l, err := net.Listen(network, address)
	return &wireListener{l, w}, err
}

type wireListener struct {
	net.Listener
	wire *wire
}

func (l *wireListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &wireConn{Conn: c, wire: l.wire, lost: map[int32]bool{}}, nil
}

// wireConn is the broker's side of a connection. It reads and writes whole frames: a length of 4 bytes, then for a
// request the kind (2), version (2), correlation id (4) and client id (2 + n); for an answer the correlation id.
type wireConn struct {
	net.Conn
	wire *wire
	in   []byte
	mu   sync.Mutex
	lost map[int32]bool
	out  []byte
}

var errWire = errors.New("lost on the wire")

func (c *wireConn) Read(p []byte) (int, error) {
	if len(c.in) == 0 {
		var size [4]byte
		if _, err := io.ReadFull(c.Conn, size[:]); err != nil {
			return 0, err
		}
		frame := make([]byte, 4+binary.BigEndian.Uint32(size[:]))
		copy(frame, size[:])
		if _, err := io.ReadFull(c.Conn, frame[4:]); err != nil {
			return 0, err
		}
		key, id := int16(binary.BigEndian.Uint16(frame[4:])), int32(binary.BigEndian.Uint32(frame[8:]))
		client := ""
		if n := int(int16(binary.BigEndian.Uint16(frame[12:]))); n > 0 {
			client = string(frame[14 : 14+n])
		}
		request, answer := c.wire.hit(key, client)
		if request {
			_ = c.Conn.Close()
			return 0, errWire
		}
		if answer {
			c.mu.Lock()
			c.lost[id] = true
			c.mu.Unlock()
		}
		c.in = frame
	}
	n := copy(p, c.in)
	c.in = c.in[n:]
	return n, nil
}

func (c *wireConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = append(c.out, p...)
	for len(c.out) >= 8 {
		n := 4 + int(binary.BigEndian.Uint32(c.out))
		if len(c.out) < n {
			break
		}
		if c.lost[int32(binary.BigEndian.Uint32(c.out[4:]))] {
			if c.wire.spoil {
				// EndTxn's answer from version 3: length, correlation id, tags (1), throttle time (4), error code.
				delete(c.lost, int32(binary.BigEndian.Uint32(c.out[4:])))
				binary.BigEndian.PutUint16(c.out[13:], 0xffff)
				continue
			}
			_ = c.Conn.Close()
			return 0, errWire
		}
		if _, err := c.Conn.Write(c.out[:n]); err != nil {
			return 0, err
		}
		c.out = c.out[n:]
	}
	return len(p), nil
}

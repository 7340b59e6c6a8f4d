package stream_test

import (
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"net"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// harm is what the wire does to a request.
type harm int

const (
	requestLost harm = iota // the broker never sees it; the connection breaks
	answerLost              // the broker did it; the connection breaks
	refused                 // the broker never sees it; an error is answered
	done                    // the broker did it; an error is answered
	held                    // the broker sees it late
	late                    // the broker did it; the answer comes late
)

var harms = []string{"request lost", "answer lost", "refused", "done", "held", "answered late"}

func (h harm) String() string { return harms[h] }

// fault is a harm done to some of one client's requests of one kind.
type fault struct {
	key   kmsg.Key
	match func(kmsg.Request) bool // nil: all of the kind
	harm  harm
	code  *kerr.Error   // refused, done
	at    string        // where in the answer the code stands: "" the lowest place, "top", or a list, as in "Topics"
	wait  time.Duration // held, late
	every int           // one in so many
	times int
}

// wire is the network before a broker. It does what a fault says to the requests of the client "victim", and remembers
// which kinds of requests that client sent.
type wire struct {
	inner func(network, address string) (net.Listener, error) // nil: net.Listen
	mu    sync.Mutex
	fault fault
	seen  int
	left  int
	fired int
	sent  map[kmsg.Key]int
}

const victim = "victim"

func (w *wire) arm(f fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault, w.left, w.seen, w.fired = f, f.times, 0, 0
}

func (w *wire) count() (fired, left int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fired, w.left
}

func (w *wire) kinds() map[kmsg.Key]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.sent)
}

// hit returns the fault this request meets, nil for none.
func (w *wire) hit(req kmsg.Request) *fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := kmsg.Key(req.Key())
	if w.sent == nil {
		w.sent = map[kmsg.Key]int{}
	}
	w.sent[key]++
	if w.left == 0 || key != w.fault.key || w.fault.match != nil && !w.fault.match(req) {
		return nil
	}
	if w.seen++; w.seen%max(w.fault.every, 1) != 0 {
		return nil
	}
	w.left--
	w.fired++
	f := w.fault
	return &f
}

// missed takes back a hit that found nothing to harm.
func (w *wire) missed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left++
	w.fired--
}

func (w *wire) listen(network, address string) (net.Listener, error) {
	inner := w.inner
	if inner == nil {
		inner = net.Listen
	}
	l, err := inner(network, address)
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
	w := &wireConn{Conn: c, wire: l.wire, asked: map[int32]asked{}}
	w.quiet = sync.NewCond(&w.mu)
	return w, nil
}

// asked is a request the broker has and has not answered.
type asked struct {
	req   kmsg.Request // nil: somebody else's
	fault *fault
}

// wireConn is the broker's side of a connection. It reads and writes whole frames: a length of 4 bytes, then for a
// request the kind (2), version (2), correlation id (4), client id (2 + n) and perhaps tags; for an answer the
// correlation id and perhaps tags.
type wireConn struct {
	net.Conn
	wire  *wire
	in    []byte
	mu    sync.Mutex
	quiet *sync.Cond // asked is empty
	asked map[int32]asked
	out   []byte
}

var errWire = errors.New("lost on the wire")

func (c *wireConn) Close() error {
	c.mu.Lock()
	clear(c.asked)
	c.quiet.Broadcast()
	c.mu.Unlock()
	return c.Conn.Close()
}

func (c *wireConn) Read(p []byte) (int, error) {
	for len(c.in) == 0 {
		var size [4]byte
		if _, err := io.ReadFull(c.Conn, size[:]); err != nil {
			return 0, err
		}
		frame := make([]byte, 4+binary.BigEndian.Uint32(size[:]))
		copy(frame, size[:])
		if _, err := io.ReadFull(c.Conn, frame[4:]); err != nil {
			return 0, err
		}
		corr, req := parseRequest(frame[4:])
		var f *fault
		if req != nil {
			f = c.wire.hit(req)
		}
		if f != nil {
			switch f.harm {
			case requestLost:
				_ = c.Close()
				return 0, errWire
			case refused:
				if err := c.refuse(corr, req, f); err != nil {
					return 0, err
				}
				continue
			case held:
				time.Sleep(f.wait)
			}
		}
		c.mu.Lock()
		c.asked[corr] = asked{req, f}
		c.mu.Unlock()
		c.in = frame
	}
	n := copy(p, c.in)
	c.in = c.in[n:]
	return n, nil
}

// refuse answers in the broker's place, when all that came before on the connection is answered.
func (c *wireConn) refuse(corr int32, req kmsg.Request, f *fault) error {
	resp := emptyAnswer(req)
	if setCode(reflect.ValueOf(resp).Elem(), f.code.Code, f.at) == 0 {
		panic("wire: no place for an error in an answer to " + kmsg.NameForKey(req.Key()))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.asked) > 0 {
		c.quiet.Wait()
	}
	_, err := c.Conn.Write(frameAnswer(corr, resp))
	return err
}

func (c *wireConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.out = append(c.out, p...)
	for len(c.out) >= 8 && len(c.out) >= 4+int(binary.BigEndian.Uint32(c.out)) {
		n := 4 + int(binary.BigEndian.Uint32(c.out))
		frame, corr := c.out[:n:n], int32(binary.BigEndian.Uint32(c.out[4:]))
		c.out = c.out[n:]
		a := c.asked[corr]
		if a.fault != nil {
			switch a.fault.harm {
			case answerLost:
				c.mu.Unlock()
				_ = c.Close()
				return 0, errWire
			case late:
				c.mu.Unlock()
				time.Sleep(a.fault.wait)
				c.mu.Lock()
			case done:
				resp := a.req.ResponseKind()
				body := frame[8:]
				if resp.IsFlexible() && resp.Key() != int16(kmsg.ApiVersions) {
					body = body[1:]
				}
				if err := resp.ReadFrom(body); err != nil {
					panic(err)
				}
				if setCode(reflect.ValueOf(resp).Elem(), a.fault.code.Code, a.fault.at) == 0 {
					c.wire.missed()
				}
				frame = frameAnswer(corr, resp)
			}
		}
		_, err := c.Conn.Write(frame)
		delete(c.asked, corr)
		if len(c.asked) == 0 {
			c.quiet.Broadcast()
		}
		if err != nil {
			c.mu.Unlock()
			return 0, err
		}
	}
	c.mu.Unlock()
	return len(p), nil
}

// parseRequest reads a request of the victim; it returns nil for everybody else's.
func parseRequest(frame []byte) (corr int32, req kmsg.Request) {
	r := kbin.Reader{Src: frame}
	key, version := r.Int16(), r.Int16()
	corr = r.Int32()
	if client := r.NullableString(); client == nil || *client != victim {
		return corr, nil
	}
	req = kmsg.RequestForKey(key)
	req.SetVersion(version)
	if req.IsFlexible() {
		kmsg.SkipTags(&r)
	}
	if err := req.ReadFrom(slices.Clone(r.Src)); err != nil {
		panic(err)
	}
	return corr, req
}

func frameAnswer(corr int32, resp kmsg.Response) []byte {
	frame := binary.BigEndian.AppendUint32(make([]byte, 4), uint32(corr))
	if resp.IsFlexible() && resp.Key() != int16(kmsg.ApiVersions) {
		frame = append(frame, 0)
	}
	frame = resp.AppendTo(frame)
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-4))
	return frame
}

// emptyAnswer makes an answer with a place for every error that a request with effects can get.
func emptyAnswer(req kmsg.Request) kmsg.Response {
	resp := req.ResponseKind()
	switch req := req.(type) {
	case *kmsg.ProduceRequest:
		r := resp.(*kmsg.ProduceResponse)
		for _, t := range req.Topics {
			rt := kmsg.NewProduceResponseTopic()
			rt.Topic, rt.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				rp := kmsg.NewProduceResponseTopicPartition()
				rp.Partition, rp.BaseOffset = p.Partition, -1
				rt.Partitions = append(rt.Partitions, rp)
			}
			r.Topics = append(r.Topics, rt)
		}
	case *kmsg.TxnOffsetCommitRequest:
		r := resp.(*kmsg.TxnOffsetCommitResponse)
		for _, t := range req.Topics {
			rt := kmsg.NewTxnOffsetCommitResponseTopic()
			rt.Topic, rt.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				rp := kmsg.NewTxnOffsetCommitResponseTopicPartition()
				rp.Partition = p.Partition
				rt.Partitions = append(rt.Partitions, rp)
			}
			r.Topics = append(r.Topics, rt)
		}
	case *kmsg.OffsetCommitRequest:
		r := resp.(*kmsg.OffsetCommitResponse)
		for _, t := range req.Topics {
			rt := kmsg.NewOffsetCommitResponseTopic()
			rt.Topic, rt.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				rp := kmsg.NewOffsetCommitResponseTopicPartition()
				rp.Partition = p.Partition
				rt.Partitions = append(rt.Partitions, rp)
			}
			r.Topics = append(r.Topics, rt)
		}
	case *kmsg.JoinGroupRequest:
		resp.(*kmsg.JoinGroupResponse).Generation = -1
	case *kmsg.InitProducerIDRequest:
		r := resp.(*kmsg.InitProducerIDResponse)
		r.ProducerID, r.ProducerEpoch = -1, -1
	}
	return resp
}

// setCode puts an error into an answer and returns at how many places.
func setCode(v reflect.Value, code int16, at string) (places int) {
	own := v.FieldByName("ErrorCode")
	if at == "top" {
		own.SetInt(int64(code))
		return 1
	}
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Kind() != reflect.Slice || f.Type().Elem().Kind() != reflect.Struct {
			continue
		}
		for j := range f.Len() {
			if at == v.Type().Field(i).Name {
				places += setCode(f.Index(j), code, "top")
			} else {
				places += setCode(f.Index(j), code, at)
			}
		}
	}
	_, fetch := v.Addr().Interface().(*kmsg.FetchResponse) // its highest place is its session's
	if at != "" || places > 0 || !own.IsValid() || fetch {
		return places
	}
	own.SetInt(int64(code))
	if records := v.FieldByName("RecordBatches"); records.IsValid() {
		records.SetZero() // an answer has records or an error
	}
	return 1
}

package leaf

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"holdfast.example/schemas"
)

// writer appends the members of one object after another. Every member ends in a comma, which close turns into the
// brace. The first mistake wins; what is appended after it is thrown away.
type writer struct {
	b     []byte
	limit int // of a list
	err   error
}

func (w *writer) fail(name, why string) {
	if w.err == nil {
		w.err = fmt.Errorf("write %s: %s", name, why)
	}
}

func (w *writer) name(name string) {
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *writer) open(name string) {
	w.name(name)
	w.b = append(w.b, '{')
}

func (w *writer) close() {
	if last := len(w.b) - 1; w.b[last] == ',' {
		w.b[last] = '}'
	} else {
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, ',')
}

// text appends a member whose value is known to need no escape.
func (w *writer) text(name, s string) {
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':', '"')
	w.b = append(w.b, s...)
	w.b = append(w.b, '"', ',')
}

// token and id append a foreign member; neither can fail.
func (w *writer) token(name, s string) {
	if s != "" {
		w.foreign(name, s, isToken(s))
	}
}

func (w *writer) id(name, s string) {
	if s != "" {
		w.foreign(name, s, isID(s))
	}
}

func (w *writer) foreign(name, s string, ok bool) {
	if ok {
		w.text(name, s)
		return
	}
	w.name(name)
	w.b = append(w.b, '"')
	w.b = appendHashed(w.b, s)
	w.b = append(w.b, '"', ',')
}

// needToken is token for a member that must be there: of an empty text stands the hash.
func (w *writer) needToken(name, s string) { w.foreign(name, s, isToken(s)) }

// own appends a word of ours that no list closes; mustOwn one that must be there.
func (w *writer) own(name, s string) {
	if s != "" {
		w.mustOwn(name, s)
	}
}

func (w *writer) mustOwn(name, s string) {
	if !isToken(s) {
		w.fail(name, "not a token of ours")
	}
	w.text(name, s)
}

func (w *writer) word(name, s string, words []string) {
	if !contains(words, s) {
		w.fail(name, "not a word of its list")
	}
	w.text(name, s)
}

func (w *writer) mayWord(name, s string, words []string) {
	if s != "" {
		w.word(name, s, words)
	}
}

func (w *writer) commitment(name, s string) {
	if !isCommitment(s) {
		w.fail(name, "not a commitment") // never shown: it may be the plain value
	}
	w.text(name, s)
}

func (w *writer) mayCommitment(name, s string) {
	if s != "" {
		w.commitment(name, s)
	}
}

func (w *writer) hash(name string, h *schemas.Hash) {
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':', '"')
	w.b = hex.AppendEncode(w.b, h[:])
	w.b = append(w.b, '"', ',')
}

func (w *writer) mayHash(name string, h *schemas.Hash) {
	if h != nil {
		w.hash(name, h)
	}
}

func (w *writer) time(name string, ms int64) {
	if ms < minMS || ms > maxMS {
		w.fail(name, "outside the years 1970-9999")
		return
	}
	w.name(name)
	w.b = append(w.b, '"')
	w.b = appendTime(w.b, ms)
	w.b = append(w.b, '"', ',')
}

func (w *writer) integer(name string, n, least, most int64) {
	if n < least || n > most {
		w.fail(name, strconv.FormatInt(n, 10)+" is out of range")
	}
	w.name(name)
	w.b = strconv.AppendInt(w.b, n, 10)
	w.b = append(w.b, ',')
}

func (w *writer) count(name string, n int64) { w.integer(name, n, 0, MaxInteger) }

func (w *writer) mayInteger(name string, n *int64) {
	if n != nil {
		w.integer(name, *n, -MaxInteger, MaxInteger)
	}
}

// size appends a foreign count; a negative one, or one no integer of the grammar can hold, is left out.
func (w *writer) size(name string, n int64) {
	if n >= 0 && n <= MaxInteger {
		w.integer(name, n, 0, MaxInteger)
	}
}

// list appends n items, each ending in a comma, cut at max or at the writer's tighter limit; more is what the caller
// knows of a list it has cut itself. item takes and gives the buffer, not the writer, which would otherwise move to the
// heap for the sake of an indirect call.
func (w *writer) list(name string, n, max int, more *More, item func(b []byte, i int) ([]byte, error)) {
	if n == 0 {
		if more != nil {
			w.fail(name, "a rest without a list")
		}
		return
	}
	cut := min(max, w.limit)
	w.name(name)
	w.b = append(w.b, '[')
	for i := range min(n, cut) {
		w.item(name, i, item)
	}
	w.b[len(w.b)-1] = ']'
	w.b = append(w.b, ',')
	var counted More
	switch {
	case n > cut && more != nil:
		w.fail(name, "cut by the caller, and longer than its limit")
		return
	case n > cut:
		counted = More{Count: int64(n - cut), SHA256: w.rest(name, n, cut, item)}
	case more == nil:
		return
	case n != max && n != TightList:
		w.fail(name, "a rest after a list that is not full")
		return
	default:
		counted = *more
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, `_more":{`...)
	w.integer("count", counted.Count, 1, MaxInteger)
	w.hash("sha256", &counted.SHA256)
	w.close()
}

func (w *writer) item(name string, i int, item func(b []byte, i int) ([]byte, error)) {
	b, err := item(w.b, i)
	if w.b = b; err != nil && w.err == nil {
		w.err = fmt.Errorf("write %s/%d: %w", name, i, err)
	}
}

// rest hashes the items from cut on, each after its length, using the end of the buffer as scratch.
func (w *writer) rest(name string, n, cut int, item func(b []byte, i int) ([]byte, error)) (sum schemas.Hash) {
	start, digest := len(w.b), sha256.New()
	for i := cut; i < n; i++ {
		w.b = append(w.b[:start], 0, 0, 0, 0)
		w.item(name, i, item)
		w.b = w.b[:len(w.b)-1] // the comma
		binary.BigEndian.PutUint32(w.b[start:], uint32(len(w.b)-start-4))
		digest.Write(w.b[start:])
	}
	w.b = w.b[:start]
	digest.Sum(sum[:0])
	return sum
}

// texts appends a list of strings; foreign ones: what is not of the form stands as its hash.
func (w *writer) texts(name string, list []string, max int, more *More, ok func(string) bool) {
	w.list(name, len(list), max, more, func(b []byte, i int) ([]byte, error) {
		b = append(b, '"')
		if ok(list[i]) {
			b = append(b, list[i]...)
		} else {
			b = appendHashed(b, list[i])
		}
		return append(b, '"', ','), nil
	})
}

// commitments appends a list of them.
func (w *writer) commitments(name string, list []string, max int, more *More) {
	w.list(name, len(list), max, more, func(b []byte, i int) ([]byte, error) {
		if !isCommitment(list[i]) {
			return b, errors.New("not a commitment")
		}
		b = append(b, '"')
		b = append(b, list[i]...)
		return append(b, '"', ','), nil
	})
}

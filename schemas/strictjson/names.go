package strictjson

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

// name is a member name of an open object, by its place in the text.
type name struct {
	hash       uint32
	start, end uint32 // of its inside, between the quotes; a text is below 4 GiB
	plain      bool   // ASCII without an escape
}

// names is the stack of names of all open objects, each object's after its parent's. The first few live in the checker
// itself, so that a usual text costs no allocation.
type names struct {
	n     int
	first [64]name
	more  []name
}

func (s *names) at(i int) *name {
	if i < len(s.first) {
		return &s.first[i]
	}
	return &s.more[i-len(s.first)]
}

func (s *names) push(n name) {
	if s.n < len(s.first) {
		s.first[s.n] = n
	} else {
		s.more = append(s.more[:s.n-len(s.first)], n)
	}
	s.n++
}

// nameSet finds the duplicates of one object, whose names are those from base up. While they are few it compares
// hashes one by one, and not even that where a bit of seen proves the name new; beyond tableFrom it keeps a hash table,
// so that an object of many names costs Limits.Keys comparisons a name at worst, for names made to collide.
type nameSet struct {
	base  int
	seen  uint64   // bit h>>26 of every hash h
	table []uint32 // open addressing: 1 + index from base, 0 is free
}

const tableFrom = 32

// add puts n into the set and reports whether it was new.
func (c *checker) add(set *nameSet, n name) bool {
	if n.plain {
		n.hash = hash(c.b[n.start:n.end])
	} else {
		c.folded = appendFolded(c.folded[:0], c.b[n.start:n.end])
		n.hash = hash(c.folded)
	}
	if set.table != nil {
		if !c.probe(set, n) {
			return false
		}
	} else if bit := uint64(1) << (n.hash >> 26); set.seen&bit == 0 {
		set.seen |= bit
	} else {
		for i := set.base; i < c.names.n; i++ {
			if o := c.names.at(i); o.hash == n.hash && c.equal(*o, n) {
				return false
			}
		}
	}
	c.names.push(n)
	if own := c.names.n - set.base; own >= tableFrom && 2*own >= len(set.table) {
		c.grow(set, own)
	}
	return true
}

// probe looks n up in the table; where it is new, it puts the index there that n is about to have.
func (c *checker) probe(set *nameSet, n name) bool {
	mask := uint32(len(set.table) - 1)
	at := n.hash & mask
	for ; set.table[at] != 0; at = (at + 1) & mask {
		if o := c.names.at(set.base + int(set.table[at]) - 1); o.hash == n.hash && c.equal(*o, n) {
			return false
		}
	}
	set.table[at] = uint32(c.names.n-set.base) + 1
	return true
}

func (c *checker) grow(set *nameSet, own int) {
	set.table = make([]uint32, max(4*tableFrom, 2*len(set.table)))
	mask := uint32(len(set.table) - 1)
	for i := range own {
		at := c.names.at(set.base+i).hash & mask
		for set.table[at] != 0 {
			at = (at + 1) & mask
		}
		set.table[at] = uint32(i) + 1
	}
}

// equal compares two names under case folding, after their escapes.
func (c *checker) equal(a, b name) bool {
	x, y := c.b[a.start:a.end], c.b[b.start:b.end]
	if !a.plain || !b.plain {
		return equalFold(x, y)
	}
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] && (x[i]|0x20 != y[i]|0x20 || (x[i]|0x20)-'a' > 'z'-'a') {
			return false
		}
	}
	return true
}

func equalFold(x, y []byte) bool {
	i, j := 0, 0
	for i < len(x) && j < len(y) {
		var r, s rune
		r, i = decode(x, i)
		s, j = decode(y, j)
		if r != s && foldRune(r) != foldRune(s) {
			return false
		}
	}
	return i == len(x) && j == len(y)
}

// foldRune returns the smallest rune of r's orbit under Unicode simple folding, as encoding/json folds names.
func foldRune(r rune) rune {
	for {
		next := unicode.SimpleFold(r)
		if next <= r {
			return next
		}
		r = next
	}
}

func appendFolded(dst, inside []byte) []byte {
	for i := 0; i < len(inside); {
		var r rune
		r, i = decode(inside, i)
		dst = utf8.AppendRune(dst, foldRune(r))
	}
	return dst
}

// hash is equal for plain names that differ in case only, and for what appendFolded makes of names that fold to the
// same. Other names may collide; equal decides.
func hash(b []byte) uint32 {
	const prime = 0x9E3779B97F4A7C15
	h := uint64(len(b)) * prime
	for len(b) >= 8 {
		h = (h ^ lower(binary.LittleEndian.Uint64(b))) * prime
		h ^= h >> 32
		b = b[8:]
	}
	var w uint64
	for i := 0; i < len(b); i++ {
		w = w<<8 | uint64(b[i])
	}
	h = (h ^ lower(w)) * prime
	return uint32(h >> 32)
}

// lower makes the ASCII capitals among the eight bytes of w small.
func lower(w uint64) uint64 {
	low := w &^ highs
	capital := (low + (0x80-'A')*ones) &^ (low + (0x7F-'Z')*ones) &^ w & highs
	return w | capital>>2
}

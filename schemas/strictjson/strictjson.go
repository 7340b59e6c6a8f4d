// Package strictjson decides whether foreign bytes are JSON that every reader reads the same way, and then reads them.
//
// A custody record says "this file said that". Two programs may disagree about what a JSON text says although both
// follow RFC 8259: it leaves duplicate names, broken Unicode, huge numbers and nesting to the implementation (sections
// 4, 6, 8 and 9). encoding/json in particular matches member names without regard to case, lets the last duplicate
// win, turns every lone surrogate into U+FFFD (so "\ud800" and "\ud801" become one key), and rounds numbers beyond
// 2^53 when they pass through any. So every foreign text goes through [Check] first, and is read with the functions
// here, which match names exactly and keep numbers as text.
//
// Invariants, of a text that Check accepted:
//
//	J1. It is one value of the grammar of RFC 8259, with nothing after it but white space, and no byte order mark.
//	J2. No object has two member names that are equal under Unicode simple case folding, after their escapes are
//	    decoded. That is the equality encoding/json matches names with, so no reader can take one for the other.
//	J3. Every string is valid UTF-8, and its \u escapes name Unicode scalar values: surrogates only in pairs.
//	J4. Its size, nesting and members per object are within Limits.
//	J5. Nothing was converted: the bytes are as they came, and the readers' answers are parts of them. Only a string
//	    or a name that holds an escape is copied, to decode it.
//
// Decided where the standard leaves room:
//
//   - \u0000 is allowed. It is grammar, it occurs in message text that nobody here interprets, and refusing it would
//     lose the event around it. Nothing here ends a string at it, and ids cannot hold it by their own alphabet.
//   - Noncharacters such as U+FFFF are allowed: they are scalar values.
//   - Numbers are kept as text of any length. -0, 1.0 and 1e3 are good numbers; [Int64] does not take them for
//     integers.
//   - Names are never normalised beyond case: "é" as one or as two code points are two names.
//
// Check makes one pass. It allocates only for an object of 32 members or more, for more than 64 names in the objects
// open at once, and for names with an escape or a byte outside ASCII. The readers may be given bytes that were not
// checked: they do not panic and they end, but only on checked bytes is their answer what the text says.
//
// A text too large to be held, an export's manifest or a page of answers, is cut by [Split] into pieces in bounded
// memory: by brackets and strings alone, so each piece has to pass Check before it is read. What stands around the
// pieces passes it at the end.
//
// Nothing is stored. An [Error] may be kept and shown: it holds the place and the reason, never a value.
package strictjson

import (
	"fmt"
	"math"
)

// Defaults of Limits.
const (
	DefaultBytes = 1 << 20
	DefaultDepth = 64
	DefaultKeys  = 1024
)

// Limits bounds a text. A field that is zero or less stands for its default.
type Limits struct {
	Bytes int // size of the whole text, at most 2 GiB
	Depth int // arrays and objects open at once: [] needs 1, a bare string 0
	Keys  int // members of one object
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = DefaultBytes
	}
	l.Bytes = min(l.Bytes, math.MaxInt32)
	if l.Depth <= 0 {
		l.Depth = DefaultDepth
	}
	if l.Keys <= 0 {
		l.Keys = DefaultKeys
	}
	return l
}

// Codes of an Error: a closed list, for counting.
const (
	CodeSize      = "json-size"      // more than Limits.Bytes
	CodeBOM       = "json-bom"       // a byte order mark (RFC 8259 section 8.1)
	CodeSyntax    = "json-syntax"    // not the grammar of RFC 8259
	CodeTrailing  = "json-trailing"  // something after the value
	CodeDepth     = "json-depth"     // more than Limits.Depth
	CodeKeys      = "json-keys"      // more than Limits.Keys
	CodeDuplicate = "json-duplicate" // two names of one object, equal but for case
	CodeUTF8      = "json-utf8"      // a string that is not UTF-8 (RFC 3629)
	CodeSurrogate = "json-surrogate" // a \u escape that is half of a pair
)

// Error says why a text was refused, and where.
type Error struct {
	Offset  int    // byte offset of the first byte that is wrong; for a duplicate, of the second name's quote
	Pointer string // RFC 6901 pointer of the value being read there, ASCII as within a JSON string, cut at 256 bytes
	Code    string // one of the codes above
	Reason  string // a phrase; never a value from the text
}

// Error names the reason and the place.
func (e *Error) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("check json: %s at byte %d", e.Reason, e.Offset)
	}
	return fmt.Sprintf("check json: %s at byte %d, in %s", e.Reason, e.Offset, e.Pointer)
}

// Check reads b once and returns nil if J1 to J4 hold, else an *[Error] for the first thing that is wrong.
func Check(b []byte, l Limits) error {
	l = l.withDefaults()
	if len(b) > l.Bytes {
		return &Error{Offset: l.Bytes, Code: CodeSize, Reason: fmt.Sprintf("text of %d bytes, the limit is %d", len(b), l.Bytes)}
	}
	c := checker{b: b, maxKeys: l.Keys}
	i := c.value(space(b, 0), l.Depth)
	if i >= 0 {
		if i = space(b, i); i < len(b) {
			i = c.fail(i, CodeTrailing, "more text after the value")
		}
	}
	if i < 0 {
		return &Error{Offset: c.at, Pointer: pointer(b, c.at), Code: c.code, Reason: c.reason}
	}
	return nil
}

package genesys

import (
	"errors"
	"io"
	"iter"
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/strictjson"
)

// Limits of the platform's answers, each of one element: a file of them is as long as it likes (strictjson.Split), and
// costs the memory of one.
const (
	MaxConversation = 4 << 20  // bytes of one conversation's analytics detail
	MaxRecording    = 16 << 20 // bytes of one recording, its transcript included
	MaxAudit        = 1 << 20  // bytes of one audit message
	MaxJob          = 1 << 20  // bytes of one export job
	MaxRetention    = 64 << 10 // bytes of one recording's retention
	MaxSessions     = 4096     // sessions of one conversation
	MaxSegments     = 16384    // segments of one conversation
	MaxPauses       = 4096     // annotations of one recording
)

// answers reads what the platform answered and somebody saved: one object, an array of them, an object that holds them
// in a list of its own name or of one of lists (a page), or one on each line. An error with a place below the top is of
// one element, and the sequence goes on; one of the whole text ends it.
func answers[T any](r io.Reader, limit int, own string, lists []string, parse func([]byte) (T, error)) iter.Seq2[T, error] {
	named := func(name string) bool { return name == own && own != "" || slices.Contains(lists, name) }
	read := func(p strictjson.Piece) (T, error) { return parse(p.Value) }
	return strictjson.Each(r, strictjson.SplitLimits{Piece: limit}, named, read, within)
}

// within makes an error of a part one of the text the part stands in, and one of strictjson one of this package.
func within(at string, err error) error {
	var refused *Refused
	var bad *strictjson.Error
	switch {
	case errors.As(err, &refused):
		return &Refused{refused.Code, at + refused.Pointer, refused.Reason}
	case errors.As(err, &bad):
		return refuse(bad.Code, at+bad.Pointer, "%s at byte %d", bad.Reason, bad.Offset)
	}
	return err
}

// checkObject is the strict pass over one element, which must be an object.
func checkObject(raw []byte, limit int, what string) ([]byte, error) {
	if err := check(raw, limit); err != nil {
		return nil, err
	}
	object := strictjson.Value(raw)
	if strictjson.KindOf(object) != strictjson.Object {
		return nil, refuse(CodeShape, "", "want an object: %s", what)
	}
	return object, nil
}

// timed is a member that holds a time, and whose clock wrote it.
type timed struct {
	name  string
	clock instant.Clock
}

// readTimes reads an object's times in the order of want, those that are there and not null.
func readTimes(object []byte, want []timed) []schemas.Reading {
	var room [16][]byte
	values := room[:len(want)]
	n := 0
	for key, value := range strictjson.Members(object) {
		for i := range want {
			if string(key) == want[i].name && strictjson.KindOf(value) != strictjson.Null {
				values[i] = value
				n++
			}
		}
	}
	if n == 0 {
		return nil
	}
	times := make([]schemas.Reading, 0, n)
	for i, value := range values {
		if value != nil {
			times = append(times, instant.Read(want[i].name, want[i].clock, timeText(value), instant.RoundingUnknown))
		}
	}
	return times
}

// reference is the id of an object that is told by reference: {"id": ..., "selfUri": ...}.
func reference(value []byte, at, name string) (string, error) {
	switch strictjson.KindOf(value) {
	case strictjson.Invalid, strictjson.Null:
		return "", nil
	case strictjson.Object:
		id, _ := strictjson.Get(value, "id")
		return idText(id, at+"/"+name, "id")
	}
	return "", refuse(CodeType, at+"/"+name, "want an object with an id")
}

// amount wants a whole number from 0; -1 stands for none.
func amount(value []byte, at, name string) (int64, error) {
	switch strictjson.KindOf(value) {
	case strictjson.Invalid, strictjson.Null:
		return -1, nil
	}
	n, ok := strictjson.Int64(value)
	if !ok || n < 0 {
		return -1, refuse(CodeType, at+"/"+name, "want a whole number, from 0")
	}
	return n, nil
}

// flag wants true or false; nil stands for neither.
func flag(value []byte, at, name string) (*bool, error) {
	switch strictjson.KindOf(value) {
	case strictjson.Invalid, strictjson.Null:
		return nil, nil
	case strictjson.Bool:
		return new(value[0] == 't'), nil
	}
	return nil, refuse(CodeType, at+"/"+name, "want true or false")
}

// list wants an array; nil stands for none.
func list(value []byte, at, name string) ([]byte, error) {
	switch strictjson.KindOf(value) {
	case strictjson.Invalid, strictjson.Null:
		return nil, nil
	case strictjson.Array:
		return value, nil
	}
	return nil, refuse(CodeType, at+"/"+name, "want an array")
}

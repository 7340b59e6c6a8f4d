package genesys

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/strictjson"
)

// Limits of a manifest. A field that is zero or less stands for its default.
type Limits struct {
	Manifest int // bytes of the file; 64 MiB
	Rows     int // rows cut from it; 262,144
}

const (
	defaultManifest = 64 << 20
	defaultRows     = 1 << 18
	maxAround       = 1 << 20 // about how many bytes of a manifest that belong to no row
)

// CutManifest is Limits{}.CutManifest.
func CutManifest(raw []byte) ([]schemas.Row, error) { return Limits{}.CutManifest(raw) }

// CutManifest cuts a job manifest into its rows, as they stand; they share raw's memory. There is no official manifest,
// so what is one is decided by content: an element looks like a recording if it is an object that names a conversation
// and a recording or a start time, by any name of fields.go. These are manifests:
//
//   - an array with at least one element that looks like a recording. Pointers: /0, /1, ...
//   - an object with exactly one member that is such an array. Pointers: /recordings/0, ...
//   - lines that are one value each (NDJSON) of which at least one looks like a recording; blank lines do not count.
//     A single object on a single line that looks like a recording is a manifest of one row. Pointers as of an array.
//
// Every element and every line is a row, also one that no reader will accept (G7). A row longer than MaxRow is cut off
// one byte beyond it: enough for ParseRow to refuse it by its size, never too much for a raw record. What stands around
// the rows must pass the strict pass. An error is a *Refused that says why the file is no manifest; then there are no
// rows.
func (l Limits) CutManifest(raw []byte) ([]schemas.Row, error) {
	if l.Manifest <= 0 {
		l.Manifest = defaultManifest
	}
	if l.Rows <= 0 {
		l.Rows = defaultRows
	}
	if len(raw) > l.Manifest {
		return nil, refuse(strictjson.CodeSize, "", "manifest of %d bytes, the limit is %d", len(raw), l.Manifest)
	}
	if bytes.HasPrefix(raw, []byte("\xEF\xBB\xBF")) {
		return nil, refuse(strictjson.CodeBOM, "", "a byte order mark before the value: write the file without it")
	}
	text := strictjson.Value(raw)
	value, rest, whole := strictjson.Cut(text)
	whole = whole && len(rest) == 0
	switch {
	case whole && strictjson.KindOf(value) == strictjson.Array:
		return l.cutArray(value)
	case whole && strictjson.KindOf(value) == strictjson.Object && !looksLikeRecording(value):
		return l.cutObject(value)
	case whole && bytes.IndexByte(value, '\n') >= 0:
		return nil, refuse(CodeNoManifest, "", "one object that is itself a recording: a metadata file")
	}
	return l.cutLines(text)
}

func (l Limits) cutArray(array []byte) ([]schemas.Row, error) {
	if !hasRecording(array) {
		return nil, refuse(CodeNoManifest, "", "an array in which nothing names a conversation with a recording or a start time")
	}
	return l.rows(array, "")
}

func (l Limits) cutObject(object []byte) ([]schemas.Row, error) {
	around := []byte("{") // the object with its rows left out, for the strict pass
	var rows, name []byte
	closed := false
	rest := object[1:]
	for !closed {
		key, value, after, ok := cutMember(rest)
		if !ok {
			break
		}
		if len(around)+len(key) > maxAround {
			return nil, refuseAround()
		}
		around = append(append(around, key...), ':')
		if strictjson.KindOf(value) == strictjson.Array && hasRecording(value) {
			if rows != nil {
				return nil, refuse(CodeAmbiguous, "", "more than one array of recordings")
			}
			rows = value
			name, _ = strictjson.TextBytes(key)
			around = append(around, "[]"...)
		} else if len(around)+len(value) > maxAround {
			return nil, refuseAround()
		} else {
			around = append(around, value...)
		}
		around = append(around, after[0])
		closed = after[0] == '}'
		rest = after[1:]
	}
	if rows == nil {
		return nil, refuse(CodeNoManifest, "", "an object without an array of recordings: nothing in one names a conversation with a recording or a start time")
	}
	if !closed || len(rest) != 0 {
		return nil, refuse(strictjson.CodeSyntax, "", "the object around the rows is no JSON")
	}
	if err := check(around, 2*maxAround); err != nil {
		var e *Refused
		errors.As(err, &e)
		return nil, refuse(e.Code, e.Pointer, "outside the rows: %s, rows left out", e.Reason)
	}
	if len(name) > MaxText {
		return nil, refuse(CodeTooLong, "", "the name of the rows has %d bytes, the limit is %d", len(name), MaxText)
	}
	return l.rows(rows, "/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(string(name)))
}

func refuseAround() error {
	return refuse(strictjson.CodeSize, "", "more than %d bytes that belong to no row", maxAround)
}

// cutMember cuts name, colon and value off the inside of an object; after begins with the comma or brace that follows.
func cutMember(inside []byte) (key, value, after []byte, ok bool) {
	key, after, ok = strictjson.Cut(inside)
	if !ok || strictjson.KindOf(key) != strictjson.String {
		return nil, nil, nil, false
	}
	if after = trimLeft(after); len(after) == 0 || after[0] != ':' {
		return nil, nil, nil, false
	}
	if value, after, ok = strictjson.Cut(after[1:]); !ok {
		return nil, nil, nil, false
	}
	after = trimLeft(after)
	return key, value, after, len(after) > 0 && (after[0] == ',' || after[0] == '}')
}

// rows cuts an array whose brackets balance into its elements.
func (l Limits) rows(array []byte, at string) ([]schemas.Row, error) {
	var rows []schemas.Row
	rest := array[1:]
	for {
		value, after, ok := strictjson.Cut(rest)
		after = trimLeft(after)
		if !ok || len(after) == 0 || after[0] != ',' && after[0] != ']' {
			return nil, refuse(strictjson.CodeSyntax, at+"/"+strconv.Itoa(len(rows)), "the array is no JSON from here")
		}
		if len(rows) == l.Rows {
			return nil, refuse(CodeTooMany, at, "more than %d rows", l.Rows)
		}
		rows = append(rows, row(at, len(rows), value))
		if rest = after[1:]; after[0] == ']' {
			if len(rest) != 0 {
				return nil, refuse(strictjson.CodeSyntax, at, "the array is closed before its end")
			}
			return rows, nil
		}
	}
}

func (l Limits) cutLines(text []byte) ([]schemas.Row, error) {
	var rows []schemas.Row
	recordings := false
	for line := range bytes.Lines(text) {
		line = strictjson.Value(line)
		if len(line) == 0 {
			continue
		}
		if len(rows) == l.Rows {
			return nil, refuse(CodeTooMany, "", "more than %d rows", l.Rows)
		}
		rows = append(rows, row("", len(rows), line))
		recordings = recordings || looksLikeRecording(line)
	}
	if !recordings {
		return nil, refuse(CodeNoManifest, "", "neither an array, nor an object, nor lines that name a conversation with a recording or a start time")
	}
	return rows, nil
}

func row(at string, i int, value []byte) schemas.Row {
	if len(value) > MaxRow {
		value = value[:MaxRow+1]
	}
	return schemas.Row{Pointer: at + "/" + strconv.Itoa(i), Json: value[:len(value):len(value)]}
}

func trimLeft(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n") }

func hasRecording(array []byte) bool {
	for _, element := range strictjson.Elements(array) {
		if looksLikeRecording(element) {
			return true
		}
	}
	return false
}

// NamesRecording says whether an object, or the beginning of one, is what a metadata file or a manifest's row is: it names
// a conversation, and a recording or a start time, by any name of fields.go.
func NamesRecording(object []byte) bool { return looksLikeRecording(object) }

func looksLikeRecording(value []byte) bool {
	var conversation, recording bool
	for name, value := range strictjson.Members(value) {
		switch kind := strictjson.KindOf(value); fieldOf(name) {
		case fieldConversation:
			conversation = conversation || kind == strictjson.String
		case fieldRecording:
			recording = recording || kind == strictjson.String
		case fieldStart:
			recording = recording || kind == strictjson.String || kind == strictjson.Number
		}
	}
	return conversation && recording
}

package genesys_test

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"holdfast.example/schemas/genesys"
)

// endless repeats a text for n bytes.
type endless struct {
	text string
	at   int
	left int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), e.left)], e.text[e.at:])
	e.at, e.left = (e.at+n)%len(e.text), e.left-n
	return n, nil
}

// At stake: a file of any size costs the memory of one element, whatever its brackets and quotes claim.
func TestMemory(t *testing.T) {
	const size = 8 << 20
	for _, c := range []struct {
		name, before, repeated string
		read                   func(io.Reader) (int, []string)
		most                   uint64 // bytes allocated in all
	}{
		{"a row that does not end", `[` + rec + `,{"a":"`, "x", manifest, 1 << 20},
		{"a row of brackets", `[` + rec + `,`, "[", manifest, 1 << 20},
		{"white space", `[` + rec, " \n", manifest, 1 << 20},
		{"no rows", `[`, `{},`, manifest, 24 << 20},
		{"a cell that does not end", "conversation_id,recording_id\nc,\"", "x,\n", manifest, 1 << 20},
		{"a line that does not end", rec + "\n[" + rec, "\"", manifest, 1 << 20},
		{"a name that does not end", `{"`, "x", manifest, 4 << 20},
		{"a conversation that does not end", `{"conversations":[{"conversationId":"`, "x", conversations, 32 << 20},
		{"a page around no list", `{"conversations":[],"x":[`, `{"a":1},`, conversations, 32 << 20},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, refusals := c.read(io.MultiReader(strings.NewReader(c.before), &endless{text: c.repeated, left: size}))
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > c.most || len(refusals) == 0 && c.repeated != "\"" { // a line is a row, for its reader to refuse
			t.Errorf("%s: %d bytes allocated, the most is %d; %q", c.name, got, c.most, refusals)
		}
	}
}

func manifest(r io.Reader) (int, []string) {
	rows, refusals := read(r, genesys.Limits{})
	return len(rows), refusals
}

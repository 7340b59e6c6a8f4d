package corrected_test

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"holdfast.example/processors/check/corrected"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
)

// large is a text before, one repeated, and one after, of so many bytes in all, of which none is kept.
type large struct {
	before, repeated, after string
	size                    int64
}

func (l *large) ReadAt(p []byte, off int64) (n int, err error) {
	first, last := int64(len(l.before)), l.size-int64(len(l.after))
	for n < len(p) && off < l.size {
		var from string
		switch {
		case off < first:
			from = l.before[off:]
		case off < last:
			from = l.repeated[(off-first)%int64(len(l.repeated)):]
		default:
			from = l.after[off-last:]
		}
		m := copy(p[n:], from)
		n, off = n+m, off+int64(m)
	}
	if n < len(p) {
		err = io.EOF
	}
	return n, err
}

// newLarge repeats a text so many times.
func newLarge(before, repeated, after string, times int) *large {
	return &large{before, repeated, after, int64(len(before) + times*len(repeated) + len(after))}
}

// At stake: a manifest of any size costs the memory of some rows.
func TestMemory(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for _, c := range []struct {
		name string
		src  *large
		rows int64
	}{
		{"array", newLarge("[", rec+",\n", rec+"]", 20_000), 20_001},
		{"page", newLarge(`{"a":[`, rec+",\n", rec+"]}", 20_000), 20_001},
		{"lines", newLarge("", rec+"\n", "", 20_000), 20_000},
		{"table", newLarge("conversation_id,start_time,x\n", "c,x,"+long+"\n", "", 4_000), 4_000},
		{"a long row", newLarge("["+rec+`,{"x":"`, long, `"},`+rec+"]", 4_000), 3},
		{"a long line", newLarge(rec+"\n", long, "\n"+rec+"\n", 4_000), 3},
		{"white space", newLarge("["+rec+`,`, strings.Repeat(" \n", 500), rec+"]", 4_000), 2},
	} {
		live := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		before, most, asked := live(), uint64(0), 0
		n, err := corrected.Write(io.Discard, c.src, c.src.size, exhibit.Finding{Kind: exhibit.Manifest}, func(place string, row genesys.Export, raw []byte) map[string]corrected.Value {
			if asked++; asked == 2 || asked == 4000 || asked == 20_000 {
				most = max(most, live())
			}
			return start(place, row, raw)
		})
		if err != nil || n.Rows != c.rows || n.Changed != c.rows-n.Refused || most == 0 || most > before+1<<20 {
			t.Errorf("%s: %+v, %v; %d bytes of %d beside %d", c.name, n, err, most, c.src.size, before)
		}
	}
}

package corrected_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"holdfast.example/processors/check/corrected"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
)

// At stake: a broken disk is no end of a file, and a full one no corrected manifest.
func TestBrokenDisks(t *testing.T) {
	broken := errors.New("the disk is gone")
	for name, text := range map[string]string{
		"array": "[" + rec + strings.Repeat(","+rec, 1500) + "]", "lines": strings.Repeat(rec+"\n", 1500), "metadata": rec + strings.Repeat("\n", 70_000),
		"page": `{"a":[` + rec + strings.Repeat(","+rec, 1500) + "]}", "table": "conversation_id,start_time\n" + strings.Repeat("c,x\n", 10_000),
	} {
		is := exhibit.Recognise([]byte(text), int64(len(text)))
		values := of(start("", genesys.Export{}, nil))
		for _, room := range []int{0, 1, 40_000, 70_000} {
			n, err := corrected.Write(&disk{room: room, err: broken}, strings.NewReader(text), int64(len(text)), is, values)
			if !errors.Is(err, broken) || !strings.Contains(err.Error(), "write: ") {
				t.Errorf("%s, room for %d: %+v, %v", name, room, n, err)
			}
		}
		for _, at := range []int64{0, 1, 30_000, int64(len(text)) - 1} {
			for reads := range 3 { // each reader of the source beside the others
				_, err := corrected.Write(io.Discard, &bad{text: text, at: at, err: broken, good: reads}, int64(len(text)), is, values)
				if reads == 0 && !errors.Is(err, broken) || err != nil && !errors.Is(err, broken) {
					t.Errorf("%s, broken at %d after %d: %v", name, at, reads, err)
				}
			}
		}
		if _, err := corrected.Write(io.Discard, strings.NewReader(text), int64(len(text))+1, is, values); err == nil && name != "metadata" {
			t.Errorf("%s: shorter than it is said to be, and no error", name)
		}
	}
}

// disk has room for some bytes.
type disk struct {
	room int
	err  error
}

func (d *disk) Write(p []byte) (int, error) {
	if len(p) > d.room {
		return d.room, d.err
	}
	d.room -= len(p)
	return len(p), nil
}

// bad cannot be read from one byte on, but for the first few times.
type bad struct {
	text string
	at   int64
	err  error
	good int
}

func (b *bad) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) <= b.at {
		return copy(p, b.text[off:]), nil
	}
	if b.good > 0 {
		b.good--
		return strings.NewReader(b.text).ReadAt(p, off)
	}
	n := copy(p, b.text[min(off, b.at):b.at])
	return n, b.err
}

// At stake: what was judged is what is corrected. Of a source that changes between two readings there is no mixture.
func TestChangedMeanwhile(t *testing.T) {
	values := of(start("", genesys.Export{}, nil))
	manifest := exhibit.Finding{Kind: exhibit.Manifest}
	for _, c := range []struct{ one, two string }{
		{"[" + rec + "]", "[" + strings.Replace(rec, "c1", "c2", 1) + "]"},
		{`{"a":[` + rec + `]}`, `{"b":[` + rec + `]}`},
		{`{"a":[` + rec + `]}`, `[` + rec + `]    `},
		{"[" + rec + "," + rec + "]", "[" + rec + strings.Repeat(" ", len(rec)) + " ]"},
		{rec + "\n" + rec, rec + strings.Repeat(" ", len(rec)+1)},
		{"conversation_id,start_time\nc,x\nc,x\n", "conversation_id,start_time\nc,x\n\n\n\n\n"},
		{"conversation_id,start_time\nc,x\nc,x\n", "conversation_id,start_time\nc,x\nc,\"\n"},
		{"conversation_id,start_time\nc,x\nc,x\n", "conversation_id,start_time\nd,x\nc,x\n"},
	} {
		for _, text := range [][2]string{{c.one, c.two}, {c.two, c.one}} {
			errs := 0
			for after := range 4 {
				var out bytes.Buffer
				_, err := corrected.Write(&out, &changing{texts: text, after: after}, int64(len(c.one)), manifest, values)
				if err != nil {
					errs++
					continue
				}
				one, _, err := write(t, c.one, values)
				two, _, err2 := write(t, c.two, values)
				if got := out.String(); (got != one || err != nil) && (got != two || err2 != nil) {
					t.Errorf("%q after %d: %q", text, after, got)
				}
			}
			if errs == 0 {
				t.Errorf("%q: no error", text)
			}
		}
	}
}

// changing becomes another text after some readings of its beginning.
type changing struct {
	texts [2]string
	after int
}

func (c *changing) ReadAt(p []byte, off int64) (int, error) {
	text := c.texts[0]
	if c.after <= 0 {
		text = c.texts[1]
	}
	if off == 0 {
		c.after--
	}
	return strings.NewReader(text).ReadAt(p, off)
}

package corrected_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"holdfast.example/processors/check/corrected"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
)

// At stake: nothing is mended that its reader does not take as a whole, and the error is the reader's own.
func TestRefused(t *testing.T) {
	manifest := exhibit.Finding{Kind: exhibit.Manifest}
	for _, c := range []struct {
		name, text string
		is         exhibit.Finding
		want       string
	}{
		{"nothing", "", manifest, "empty"},
		{"no rows", "[]", manifest, "nor a CSV header"},
		{"a byte order mark", "\xEF\xBB\xBF[" + rec + "]", manifest, "byte order mark"},
		{"cut off", "[" + rec + "," + rec[:20], manifest, "no whole value"},
		{"two lists", `{"a":[` + rec + `],"b":[` + rec + `]}`, manifest, "more than one array"},
		{"one name twice", `{"a":[{}],"a":[` + rec + `]}`, manifest, "the second name"},
		{"nested beside the rows", `{"b":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `,"a":[` + rec + `]}`, manifest, "nested too deep"},
		{"more after it", `[` + rec + `]]`, manifest, "more text"},
		{"a quote that does not end", "conversation_id,start_time\nc,x\nc,\"", manifest, "a quote that does not end"},
		{"a column twice", "conversation_id,start_time,start_time\nc,x,x\n", manifest, "header"},
		{"no columns left", "conversation_id,start_time" + columns(1020) + "\nc,x" + strings.Repeat(",", 1020) + "\n", manifest, "no room"},
		{"metadata that is none", `{"a":1,"A":2}`, exhibit.Finding{Kind: exhibit.Metadata}, "second name"},
		{"metadata too long", rec + strings.Repeat(" ", genesys.MaxMetadata), exhibit.Finding{Kind: exhibit.Metadata}, "1048576"},
		{"evidence", "{}", exhibit.Finding{Kind: exhibit.AuditQuery}, `"audit-query": want a manifest`},
	} {
		_, err := corrected.Write(io.Discard, strings.NewReader(c.text), int64(len(c.text)), c.is, of(start("", genesys.Export{}, nil)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func columns(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(",c")
		b.WriteString(strings.Repeat("x", i/26))
		b.WriteByte(byte('a' + i%26))
	}
	return b.String()
}

// At stake: no value is changed by a slip of who says what it should be.
func TestFault(t *testing.T) {
	good := corrected.Value{Text: text, Clock: "analytics", Grade: "established", Reason: "why"}
	for _, c := range []struct {
		name, field, want string
		change            func(*corrected.Value)
	}{
		{"a field that is not there", "end_time", "no time of that name", func(*corrected.Value) {}},
		{"a field that is no time", "conversation_id", "no time of that name", func(*corrected.Value) {}},
		{"no clock", "start_time", "without a clock", func(v *corrected.Value) { v.Clock = "" }},
		{"no grade", "start_time", "without a clock or a grade", func(v *corrected.Value) { v.Grade = "" }},
		{"no reason", "start_time", "no reason", func(v *corrected.Value) { v.Reason = "" }},
		{"no text and no reason", "start_time", "no reason", func(v *corrected.Value) { *v = corrected.Value{Clock: "x"} }},
		{"no UTF-8", "start_time", "UTF-8", func(v *corrected.Value) { v.Reason = "\xff" }},
		{"no zone", "start_time", "as Instant renders", func(v *corrected.Value) { v.Text = text[:23] }},
		{"another zone", "start_time", "as Instant renders", func(v *corrected.Value) { v.Text = text[:23] + "+01:00" }},
		{"more digits", "start_time", "as Instant renders", func(v *corrected.Value) { v.Text = text[:23] + "0Z" }},
		{"no time", "start_time", "as Instant renders", func(v *corrected.Value) { v.Text = `","x":"` }},
	} {
		v := good
		c.change(&v)
		values := func(string, genesys.Export, []byte) map[string]corrected.Value {
			return map[string]corrected.Value{c.field: v}
		}
		for _, text := range []string{rec, "[" + rec + "]", "conversation_id,start_time\nc,x\n"} {
			if _, _, err := write(t, text, values); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.field) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}

// At stake: a row is never made one that no reader takes; it is left and counted.
func TestCrowded(t *testing.T) {
	fill := func(n int) string {
		row := `{"conversation_id":"c","start_time":"x","x":""}`
		return row[:len(row)-2] + strings.Repeat("x", n-len(row)) + row[len(row)-2:]
	}
	grown := len(`,"holdfast":{"start_time":{"original":"x","clock":"genesys-provider","grade":"established","reason":"why"}}`) + len(text) - len("x")
	deep := `{"conversation_id":"c","start_time":` + strings.Repeat("[", 62) + strings.Repeat("]", 62) + `}`
	wide := `{"conversation_id":"c","start_time":"x"`
	for i, name := range strings.Split(columns(1022), ",") {
		if i > 0 {
			wide += `,"` + name + `":0`
		}
	}
	last := genesys.MaxRow - grown
	header := "conversation_id,start_time,x\n"
	for _, c := range []struct {
		name, text string
		crowded    int64
		at         string
	}{
		{"no room", "[" + rec + "," + fill(last+1) + "," + rec + "]", 1, "/1"},
		{"room", "[" + rec + "," + fill(last) + "]", 0, ""},
		{"no room in the first line", fill(last) + "\n" + rec, 1, "/0"},
		{"room in the first line", " " + fill(last-2) + "\n" + rec, 0, ""},
		{"room in the second line", rec + "\n" + fill(last), 0, ""},
		{"no room in depth", "[" + rec + "," + deep + "]", 1, "/1"},
		{"no room in width", "[" + rec + "," + wide + "}]", 1, "/1"},
		{"no room in a table", header + "c,x," + strings.Repeat("x", 65_400) + "\nc,x,y\n", 1, "/0"},
		{"room in a table", header + "c,x," + strings.Repeat("x", 65_100) + "\nc,x,y\n", 0, ""},
		{"one object in white space", strings.Repeat(" ", genesys.MaxRow) + "{ " + rec[1:] + strings.Repeat("\n", genesys.MaxRow), 1, ""},
		{"one object full of white space", "{" + strings.Repeat(" ", genesys.MaxRow) + rec[1:], 1, ""},
	} {
		var out bytes.Buffer
		n, err := corrected.Write(&out, strings.NewReader(c.text), int64(len(c.text)), exhibit.Finding{Kind: exhibit.Manifest}, of(start("", genesys.Export{}, nil)))
		if err != nil || n.Crowded != c.crowded || n.CrowdedAt != c.at || n.Changed != n.Rows-c.crowded {
			t.Errorf("%s: %+v, %v", c.name, n, err)
			continue
		}
		if n.Rows > 1 && c.name != "no room in a table" { // not even for empty cells
			sameRows(t, c.text, out.String())
		}
	}
}

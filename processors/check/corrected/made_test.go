package corrected_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"holdfast.example/processors/check/corrected"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
)

// made is a manifest and what is to come of it, made side by side out of the same parts.
type made struct {
	t             *rapid.T
	before, after strings.Builder
	says          map[string]map[string]corrected.Value // by place and field
	n             corrected.Count
	white         []string
}

func newMade(t *rapid.T, white ...string) *made {
	return &made{t: t, says: map[string]map[string]corrected.Value{}, white: white}
}

func (m *made) both(parts ...string) {
	for _, p := range parts {
		m.before.WriteString(p)
		m.after.WriteString(p)
	}
}

func (m *made) one(what string, of ...string) string { return rapid.SampledFrom(of).Draw(m.t, what) }

func (m *made) space() string { return m.one("white space", m.white...) }

// said is what is said of a time.
func (m *made) said() corrected.Value {
	v := corrected.Value{Text: text, Clock: "analytics", Grade: "established", Reason: m.one("reason", "why", "a, b", `"q" \`, "two\nlines", "=1+1", " x ", "ü\u2028", "{[}")}
	switch m.one("said", "changed", "stays", "stays by a clock", "nothing") {
	case "stays":
		return corrected.Value{Reason: v.Reason}
	case "stays by a clock":
		v.Text = ""
	case "nothing":
		return corrected.Value{}
	}
	return v
}

// add counts what is said of a row.
func (m *made) add(place string, says map[string]corrected.Value) {
	m.says[place] = says
	for _, v := range says {
		if v.Text != "" {
			m.n.Changed++
		} else if v.Reason != "" {
			m.n.Stayed++
		}
	}
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`"`, `\u0022`, `\`, `\u005c`, "\n", `\u000a`, "{", `\u007b`, "}", `\u007d`, "[", `\u005b`).Replace(s) + `"`
}

// row makes one row of a JSON manifest.
func (m *made) row(place string, bad bool) {
	m.n.Rows++
	if bad {
		m.n.Refused++
		m.both(m.one("bad", `{}`, `7`, `"}"`, `null`, `{"conversation_id":"c","a":1,"A":2}`, `{"start_time":"x","holdfast":{}}`, `{"conversation_id":"[","start_time":1}`))
		return
	}
	names := []string{"recording_id", "conversation_id", "start_time", "recorded_end_time", "created_at", "exportedDate", "x", "tags", "Holdfast", "holdfast_2"}
	names = rapid.Permutation(names[:rapid.IntRange(2, len(names)).Draw(m.t, "members")]).Draw(m.t, "order")
	says := map[string]corrected.Value{}
	var notes []string
	var lead, end string
	m.both("{")
	for i, name := range names {
		if i > 0 {
			m.both(end, ",")
		}
		key := quoted(name)
		if rapid.Bool().Draw(m.t, "escaped") {
			key = fmt.Sprintf(`"\u%04x%s"`, name[0], name[1:])
		}
		lead, end = m.space(), m.space()
		m.both(lead, key, m.space(), ":", m.space())
		switch name {
		case "conversation_id", "recording_id":
			m.both(`"c1"`)
		case "x", "tags", "Holdfast", "holdfast_2":
			m.both(m.one("other", `1.50`, `-0`, `[ 1 ,{"start_time":"x"}]`, `{"conversation_id":"c","recording_id":"r","holdfast":"}"}`, `"\"}],"`, `[]`, `{ }`, `true`))
		default:
			original := m.one("time", `"2026-05-04 09:27:02"`, `"2026\u002d05-04T09:27Z"`, `1777886102118`, `"\"}"`, `""`, `-1.0e5`, `[ {"a" :1}]`, `null`)
			m.before.WriteString(original)
			if original == `null` {
				m.after.WriteString(original)
				continue
			}
			v := m.said()
			says[name] = v
			if v.Text == "" {
				m.after.WriteString(original)
			} else {
				m.after.WriteString(quoted(v.Text))
			}
			notes = append(notes, noteOf(name, original, v)...)
		}
	}
	m.add(place, says)
	if len(notes) > 0 {
		if len(lead) > 64 { // too much to be written twice
			lead = ""
		}
		ours := "holdfast"
		if slices.Contains(names, "Holdfast") {
			m.n.Renamed++
			if ours = "holdfast_2"; slices.Contains(names, "holdfast_2") {
				ours = "holdfast_3"
			}
		}
		m.after.WriteString("," + lead + quoted(ours) + ":{" + strings.Join(notes, ",") + "}")
	}
	m.both(end, "}")
}

func noteOf(name, original string, v corrected.Value) []string {
	var parts []string
	if v.Text != "" {
		parts = append(parts, `"original":`+original)
	}
	if v.Clock != "" {
		parts = append(parts, `"clock":`+quoted(v.Clock), `"grade":`+quoted(v.Grade))
	}
	if v.Reason == "" {
		return nil
	}
	return []string{quoted(name) + ":{" + strings.Join(append(parts, `"reason":`+quoted(v.Reason)), ",") + "}"}
}

// check holds what is written against what was made.
func (m *made) check() {
	before, after := m.before.String(), m.after.String()
	values := func(place string, _ genesys.Export, _ []byte) map[string]corrected.Value { return m.says[place] }
	for _, c := range []struct {
		values corrected.Values
		want   string
		count  corrected.Count
	}{
		{values, after, m.n},
		{nil, before, corrected.Count{Rows: m.n.Rows, Refused: m.n.Refused}},
		{of(nil), before, corrected.Count{Rows: m.n.Rows, Refused: m.n.Refused}},
	} {
		var out bytes.Buffer
		n, err := corrected.Write(&out, strings.NewReader(before), int64(len(before)), exhibit.Finding{Kind: exhibit.Manifest}, c.values)
		if err != nil || out.String() != c.want || n != c.count {
			m.t.Fatalf("%v, %+v, want %+v\nfrom %q\n got %q\nwant %q", err, n, c.count, before, out.String(), c.want)
		}
	}
	sameRows(m.t, before, after)
}

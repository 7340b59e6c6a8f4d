package corrected_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/processors/check/corrected"
)

// At stake: whatever a JSON manifest looks like, what comes of it is it, with what is said and nothing else.
func TestLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMade(t, "", " ", "\n  ", "\r\n\t ", strings.Repeat(" ", 65))
		at, end := "", "]"
		m.both(m.space())
		if rapid.Bool().Draw(t, "page") {
			m.both("{", m.space(), m.one("around", "", `"a":[{"conversation_id":"c"},[{}],"]"],`, `"b" : {"rows/~":[`+rec+`]},`, `"user_ids":[`+rec+`],`, `"c":"\"rows/~\":[",`))
			m.both(m.one("name", `"rows/~"`, `"r\u006fws\u002f~"`), m.space(), ":", m.space())
			at, end = "/rows~1~0", "]"+m.space()+m.one("after", "}", `,"d":[1, {}] }`, `,"e":1e3}`)
		}
		m.both("[")
		good := rapid.IntRange(0, 3).Draw(t, "first good")
		for i := range good + rapid.IntRange(1, 4).Draw(t, "rows") {
			if i > 0 {
				m.both(",")
			}
			m.both(m.space())
			m.row(fmt.Sprintf("%s/%d", at, i), i < good || i > good && rapid.Bool().Draw(t, "bad"))
			m.both(m.space())
		}
		m.both(end, m.space())
		m.check()
	})
}

// At stake: lines stay lines, each with its end.
func TestLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMade(t, "", " ", "\t \r ")
		good := rapid.IntRange(0, 2).Draw(t, "first good")
		for i := range good + rapid.IntRange(1, 4).Draw(t, "rows") {
			if i > 0 {
				m.both(m.one("line end", "\n", "\r\n", " \n\n\t", "\r\n \r\n"))
			}
			m.row(fmt.Sprintf("/%d", i), i < good || i > good && rapid.Bool().Draw(t, "bad"))
		}
		m.both(m.one("end", "", "\n", "\r\n\r\n "))
		m.check()
	})
}

// cell writes a text as a cell, and tells whether it is quoted.
func (m *made) cell(s string) string {
	if strings.ContainsAny(s, ",\"\r\n") || rapid.Bool().Draw(m.t, "quoted") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// ourCell is a cell as RFC 4180 has it, with the space that keeps it from being a formula.
func ourCell(s string) string {
	if strings.HasPrefix(s, "=") {
		s = " " + s
	}
	if strings.ContainsAny(s, ",\"\n") || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// At stake: whatever a table looks like, what comes of it is it, with columns for what is said.
func TestTables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMade(t, "")
		names := []string{"conversation_id", "start_time", "endTime", "created_at", "exported_at", "x", "y y"}
		names = rapid.Permutation(names[:rapid.IntRange(2, len(names)).Draw(t, "columns")]).Draw(t, "order")
		ends := m.one("line end", "\n", "\r\n")
		m.both(m.one("mark", "", "\xEF\xBB\xBF"))
		times := 0
		for i, name := range names {
			m.both(strings.Repeat(",", min(i, 1)), m.cell(name))
		}
		for _, name := range names {
			if strings.ContainsAny(name, "_T") && name != "conversation_id" {
				times++
				fmt.Fprintf(&m.after, ",%[1]s.original,%[1]s.clock,%[1]s.grade,%[1]s.reason", name)
			}
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "rows") {
			m.both(ends, m.one("blank", "", "\n", "\r\n\n"))
			m.n.Rows++
			if rapid.IntRange(0, 3).Draw(t, "bad") == 0 {
				m.n.Refused++
				m.both(m.one("ragged", `a,b,c,d,e,f,g,h`, `"`+"\r\n"+`"`, `x`))
				m.after.WriteString(strings.Repeat(",", 4*times))
				continue
			}
			m.record(fmt.Sprintf("/%d", i), names)
		}
		if m.both(m.one("end", "", ends, ends+"\n\r\n")); m.n.Changed+m.n.Stayed == 0 {
			m.after.Reset()
			m.after.WriteString(m.before.String())
		}
		m.check()
	})
}

// record makes a record of these columns.
func (m *made) record(place string, names []string) {
	says := map[string]corrected.Value{}
	var notes []string
	for i, name := range names {
		m.both(strings.Repeat(",", min(i, 1)))
		switch name {
		case "conversation_id":
			m.both(m.cell("c"))
			continue
		case "x", "y y":
			m.both(m.cell(m.one("other", "", "=1", "a\r\nb", `"`, "@x", "\r.", "ü")))
			continue
		}
		text := m.one("time", "", "2026-05-04 09:27:02", "1777886102118", "=2", "a,\"b\"\n")
		original := m.cell(text)
		m.before.WriteString(original)
		var v corrected.Value
		if text != "" {
			v = m.said()
			says[name] = v
		}
		note := []string{"", ourCell(v.Clock), ourCell(v.Grade), ourCell(v.Reason)}
		if v.Text == "" {
			m.after.WriteString(original)
		} else {
			note[0] = original
			m.after.WriteString(strings.Replace(original, strings.ReplaceAll(text, `"`, `""`), v.Text, 1))
		}
		notes = append(notes, note...)
	}
	m.add(place, says)
	for _, n := range notes {
		m.after.WriteString("," + n)
	}
}

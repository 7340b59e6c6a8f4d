package corrected

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"unicode/utf8"

	"holdfast.example/schemas/field"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
)

// plan is what is to be said of a row, by the names of its fields; of a field with two names under both (W6).
type plan map[string]Value

// ask asks what is to be said of a row.
func (w *writer) ask(place string, x genesys.Export, raw []byte) (plan, error) {
	if w.values == nil {
		return nil, nil
	}
	values := w.values(place, x, raw)
	if len(values) == 0 {
		return nil, nil
	}
	p := plan{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		v := values[name]
		if v == (Value{}) {
			continue
		}
		fault := v.fault()
		if !hasTime(x, name) {
			fault = "no time of that name is read from the row"
		}
		if fault != "" {
			return nil, fmt.Errorf("value of %q, row %q: %s", name, place, fault)
		}
		p[name] = v
		if v.Text != "" {
			for _, twin := range fields()[name] {
				p[twin] = v
			}
		}
	}
	return p, nil
}

func hasTime(x genesys.Export, name string) bool {
	for i := range x.Times {
		if x.Times[i].Field == name {
			return true
		}
	}
	return false
}

// fault says what is wrong with a value; empty: nothing.
func (v Value) fault() string {
	for _, text := range []string{v.Clock, v.Grade, v.Reason} {
		if !utf8.ValidString(text) {
			return "what is said is no UTF-8"
		}
	}
	if v.Reason == "" {
		return "no reason is given"
	}
	if v.Text == "" {
		return ""
	}
	if v.Clock == "" || v.Grade == "" {
		return "a change without a clock or a grade"
	}
	t, err := instant.Parse(v.Text, instant.Truncated)
	if text, ok := Instant(t.Interval); err != nil || !ok || text != v.Text {
		return "the new text is not as Instant renders a time"
	}
	return ""
}

// fields are the names of time fields that a row may have, each with the others that name the same field. Which they
// are, the reader says: it refuses a row in which they say different things.
var fields = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for _, f := range field.All() {
		if f.Document == field.MetadataFile {
			all[f.Name] = nil
		}
	}
	names := slices.Sorted(maps.Keys(all))
	for _, a := range names {
		for _, b := range names {
			_, err := genesys.ParseRow([]byte(`{"conversation_id":"c","` + a + `":"1","` + b + `":"2"}`))
			if r := (*genesys.Refused)(nil); errors.As(err, &r) && r.Code == genesys.CodeAliasConflict {
				all[a] = append(all[a], b)
			}
		}
	}
	return all
})

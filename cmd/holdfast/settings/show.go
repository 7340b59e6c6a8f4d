package settings

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Shown is one setting's effective value, fit to be seen.
type Shown struct {
	Setting string `json:"setting"`
	Value   any    `json:"value"` // text, number, true or false, or a list of texts
	From    string `json:"from"`
}

// Show returns every setting's effective value and where it came from, in the table's order; secrets hidden.
func (l *Loaded) Show() []Shown {
	out := make([]Shown, len(l.Table))
	for i := range l.Table {
		s := &l.Table[i]
		out[i] = Shown{s.Path, s.show(l.root.FieldByIndex(s.index)), l.sources[s.Path].String()}
	}
	return out
}

// show returns the value as it would be written, the items of a list each in compact form.
func (s *Setting) show(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case Secret:
		return x.String()
	case time.Duration:
		return Duration(x)
	case Bytes:
		return x.String()
	case Address:
		return x.String()
	}
	if v.Kind() != reflect.Slice {
		return v.Interface()
	}
	items := []string{}
	for i := range v.Len() {
		if !s.isItems() {
			items = append(items, fmt.Sprint(s.element().show(v.Index(i))))
			continue
		}
		var members []string
		for j := range s.Members {
			m := &s.Members[j]
			if text := fmt.Sprint(m.show(v.Index(i).FieldByIndex(m.index))); text != "" {
				members = append(members, m.Path+"="+text)
			}
		}
		items = append(items, strings.Join(members, ","))
	}
	return items
}

// Duration writes 15m where time.Duration writes 15m0s.
func Duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

package oracle

import (
	"fmt"
	"strings"
)

// render writes a value in one form, for comparing two of them.
func render(v any) string {
	var b strings.Builder
	renderInto(&b, v)
	return b.String()
}

func renderInto(b *strings.Builder, v any) {
	switch v := v.(type) {
	case object:
		b.WriteByte('{')
		for _, name := range sorted(v) {
			fmt.Fprintf(b, "%q:", name)
			renderInto(b, v[name])
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for _, e := range v {
			renderInto(b, e)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	default:
		fmt.Fprintf(b, "%#v", v)
	}
}

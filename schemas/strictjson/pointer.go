package strictjson

import (
	"fmt"
	"strconv"
)

const maxPointer = 256

// frame is a container that is open at the place of an error.
type frame struct {
	array      bool
	index      int
	named      bool // object: start and end hold the name of the member being read
	start, end int
}

// pointer renders the RFC 6901 pointer of what stands at offset, which the pass has reached: everything before it is
// grammar. It is only walked for an error, so that the pass need not keep a path.
func pointer(b []byte, offset int) string {
	var open []frame
	for i := 0; i < len(b) && i <= offset; {
		var top *frame
		if len(open) > 0 {
			top = &open[len(open)-1]
		}
		ch := b[i]
		if i == offset && ch != '"' {
			break
		}
		switch ch {
		case '{', '[':
			open = append(open, frame{array: ch == '['})
		case '}', ']':
			open = open[:len(open)-1]
		case ',':
			top.index++
			top.named = false
		case '"':
			end := textEnd(b, i+1)
			if top != nil && !top.array && !top.named && end > 0 && (end <= offset || i == offset) {
				top.named, top.start, top.end = true, i+1, end-1
			}
			if end < 0 || end > offset {
				return render(b, open)
			}
			i = end
			continue
		}
		i++
	}
	return render(b, open)
}

func render(b []byte, open []frame) string {
	var p []byte
	for _, f := range open {
		switch {
		case f.array:
			p = strconv.AppendInt(append(p, '/'), int64(f.index), 10)
		case f.named:
			p = appendToken(append(p, '/'), b[f.start:f.end])
		}
		if len(p) > maxPointer {
			return string(p[:maxPointer]) + "..."
		}
	}
	return string(p)
}

// appendToken appends a name's inside as a reference token, escaped for RFC 6901 (~0, ~1) and then, so that it is
// printable ASCII whatever the name, as within a JSON string.
func appendToken(p, inside []byte) []byte {
	for i := 0; i < len(inside) && len(p) <= maxPointer; {
		var r rune
		switch r, i = decode(inside, i); {
		case r == '~':
			p = append(p, "~0"...)
		case r == '/':
			p = append(p, "~1"...)
		case r == '"' || r == '\\':
			p = append(p, '\\', byte(r))
		case r >= ' ' && r < 0x7F:
			p = append(p, byte(r))
		case r > 0xFFFF:
			p = fmt.Appendf(p, "\\u%04x\\u%04x", 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
		default:
			p = fmt.Appendf(p, "\\u%04x", r)
		}
	}
	return p
}

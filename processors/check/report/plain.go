package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain makes text of a stranger's harmless to a terminal and honest on a page: what does not print, control characters
// and those that turn the direction of writing among them, is written as an escape, and so is a byte that is no UTF-8.
func plain(s string) string {
	if !strange(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			_, _ = fmt.Fprintf(&b, `\x%02x`, s[i]) // to memory
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xFFFF:
			_, _ = fmt.Fprintf(&b, `\u%04x`, r) // to memory
		default:
			_, _ = fmt.Fprintf(&b, `\U%08x`, r) // to memory
		}
		i += size
	}
	return b.String()
}

func strange(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// short cuts text in the middle to at most n characters.
func short(s string, n int) string {
	rs := []rune(s)
	if len(rs) <= n {
		return s
	}
	head := n / 2
	return string(rs[:head]) + "…" + string(rs[len(rs)-(n-1-head):])
}

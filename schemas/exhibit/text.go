package exhibit

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"holdfast.example/schemas/genesys"
)

// ofText recognises what is neither JSON nor a CSV manifest.
func ofText(head, text []byte) Finding {
	lower := strings.ToLower(string(text[:min(len(text), 32)]))
	switch {
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"):
		return Finding{Kind: TranscriptPage, Form: One, Reason: "a page: its times have no documented form, read the transcript's JSON beside it"}
	case bytes.HasPrefix(head, []byte("From ")):
		return unread("an mbox of many mails: save each as its own file")
	case isMail(head):
		return Finding{Kind: Mail, Form: One}
	case bytes.IndexByte(head, 0) >= 0 || !utf8.Valid(head[:lastRune(head)]):
		return unknown("bytes of no kind that is read")
	case apartBy(text, ";") || apartBy(text, "\t") || apartBy(text, "|"):
		return unread("text; if it is a table, its cells must be apart by commas, under a header that names a conversation and a recording or a start time")
	}
	return unknown("text of no kind that is read; a table needs a header that names a conversation and a recording or a start time")
}

// apartBy says whether the text would be a table that is read, were its cells apart by commas.
func apartBy(text []byte, mark string) bool {
	line := firstLine(text)
	return bytes.Contains(line, []byte(mark)) && genesys.NamesColumns(append(bytes.ReplaceAll(line, []byte(mark), []byte(",")), '\n'))
}

func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return line
}

// lastRune is where the last rune that begins in b begins, if it may be cut off there.
func lastRune(b []byte) int {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if utf8.FullRune(b[i:]) {
				return len(b)
			}
			return i
		}
	}
	return len(b)
}

// told are names of header fields that tell a mail from other text: the first four are wanted once at least. (RFC 5322
// section 3.6; RFC 2045 section 4.)
var told = [...]string{"date", "from", "received", "message-id", "to", "subject", "mime-version", "return-path", "delivered-to", "content-type", "reply-to", "cc"}

// isMail says whether a text begins with a mail's header: fields, as RFC 5322 section 2.2 writes them, of which at least
// two are told, one of them a field of origin or trace.
func isMail(head []byte) bool {
	known, origin := 0, false
	for line := range bytes.Lines(head) {
		whole := line[len(line)-1] == '\n'
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue // the field before it goes on
		}
		name, _, ok := bytes.Cut(line, []byte(":"))
		if !ok && !whole {
			break // the head ends within a name
		}
		if !ok || !isFieldName(name) {
			return false
		}
		for i, t := range told {
			if strings.EqualFold(string(name), t) {
				known++
				origin = origin || i < 4
			}
		}
	}
	return known >= 2 && origin && head[0] != ' ' && head[0] != '\t'
}

// isFieldName holds a name to RFC 5322 section 3.6.8: printable ASCII without the colon; short, as all that exist are.
func isFieldName(name []byte) bool {
	for _, ch := range name {
		if ch <= ' ' || ch >= 0x7F {
			return false
		}
	}
	return len(name) > 0 && len(name) <= 64
}

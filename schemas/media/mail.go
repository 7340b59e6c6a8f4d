package media

import (
	"bytes"
	"strconv"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

// Limits of a mail's header.
const (
	MaxHeader   = 256 << 10 // bytes of it, up to the empty line
	MaxFields   = 2000      // fields of it
	MaxReceived = 100       // relays: Received fields
	MaxID       = 998       // bytes of a message id: the longest line of RFC 5322 section 2.1.1
)

// Message is what the header of one mail says.
type Message struct {
	MessageID string            // as written, with its angle brackets; empty: none
	Times     []schemas.Reading // Date, if there is one, then every Received in its order, the last relay first
}

// ParseMail reads the header of a mail (RFC 5322, EML): head is the whole file, or its first MaxHeader+1 bytes at least.
// Lines end in CR LF or LF. A field that is folded (section 2.2.3) is read as one line. Date may stand once (section
// 3.6); the time of a Received is what follows its last semicolon (section 3.6.7, RFC 5321 section 4.4). A mail without
// either says no time, which is no error. Bodies, and mails within mails, are never read. Errors are *Refused.
func ParseMail(head []byte) (Message, error) {
	var m Message
	var date, received []schemas.Reading
	fields := 0
	err := eachField(head, func(line int, name, body []byte) error {
		place := "line " + strconv.Itoa(line)
		if fields++; fields > MaxFields {
			return refuse(CodeTooMany, place, "more than %d header fields", MaxFields)
		}
		switch strings.ToLower(string(name)) {
		case "date":
			if date != nil {
				return refuse(CodeTwice, place, "a second Date: which of the two is meant, nobody can say")
			}
			date = []schemas.Reading{mailTime("Date", body)}
		case "received":
			if len(received) == MaxReceived {
				return refuse(CodeTooMany, place, "more than %d Received fields", MaxReceived)
			}
			received = append(received, mailTime("Received", body[bytes.LastIndexByte(body, ';')+1:]))
		case "message-id":
			id := strings.Trim(string(body), " \t")
			if len(id) > MaxID {
				return refuse(CodeTooLong, place, "a message id of %d bytes, the limit is %d", len(id), MaxID)
			}
			if m.MessageID != "" {
				return refuse(CodeTwice, place, "a second Message-ID")
			}
			m.MessageID = strings.ToValidUTF8(id, "\uFFFD")
		}
		return nil
	})
	if err != nil {
		return Message{}, err
	}
	m.Times = append(date, received...)
	return m, nil
}

func mailTime(field string, body []byte) schemas.Reading {
	return instant.ReadMailDate(field, instant.Sender, strings.Trim(string(body), " \t"), instant.RoundingUnknown)
}

// eachField walks the header's fields: the line each begins on, from 1, its name, and its body unfolded.
func eachField(head []byte, do func(line int, name, body []byte) error) error {
	var field []byte // the field being read, unfolded
	begun := 0       // its line; 0: none
	flush := func() error {
		if begun == 0 {
			return nil
		}
		name, body, found := bytes.Cut(field, []byte(":"))
		if name = bytes.TrimRight(name, " \t"); !found || !isFieldName(name) {
			return refuse(CodeShape, "line "+strconv.Itoa(begun), "no header field: want a name, a colon and a value")
		}
		return do(begun, name, body)
	}
	size, n := 0, 0
	for line := range bytes.Lines(head) {
		n++
		if size += len(line); size > MaxHeader {
			return refuse(CodeTooLong, "line "+strconv.Itoa(n), "a header of more than %d bytes", MaxHeader)
		}
		whole := bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if len(whole) > 0 && (whole[0] == ' ' || whole[0] == '\t') && begun > 0 {
			field = append(field, whole...)
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		if begun = 0; len(whole) == 0 {
			if n == 1 {
				return refuse(CodeShape, "line 1", "no header: the first line is empty")
			}
			return nil
		}
		begun, field = n, append(field[:0], whole...)
	}
	if begun == 0 {
		return refuse(CodeShape, "", "no mail: the file is empty")
	}
	return flush() // a header without a body: RFC 5322 section 3.5 has the body optional
}

// isFieldName holds a name to RFC 5322 section 3.6.8: printable ASCII without space or colon.
func isFieldName(name []byte) bool {
	for _, ch := range name {
		if ch <= ' ' || ch >= 0x7F {
			return false
		}
	}
	return len(name) > 0
}

package exhibit

import (
	"bytes"
	"iter"

	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/strictjson"
)

// looks is how many elements or lines are looked at for one that tells the kind.
const looks = 16

// ofJSON recognises a text that begins with a brace or a bracket; cut: more of the file follows it.
func ofJSON(text []byte, cut bool) Finding {
	if text[0] == '[' {
		if kind := ofElements(text); kind != Unknown {
			return plural(kind, Array, "")
		}
		if value, rest, ok := strictjson.Cut(text); ok && len(strictjson.Value(value[1:len(value)-1])) == 0 && len(strictjson.Value(rest)) == 0 {
			return unknown("an empty array: nothing says of what")
		}
		return unknown("a JSON array of no kind that is read: the names in its first elements tell of none")
	}
	if value, rest, ok := strictjson.Cut(text); ok && follows(rest, cut) || torn(text) {
		if kind := ofLines(text); kind != Unknown {
			return plural(kind, Lines, "")
		}
		return unknown("lines of JSON of no kind that is read: the names in the first lines tell of none")
	} else if ok {
		text = value
	}
	if kind := ofObject(text, true); kind != Unknown {
		return single(kind)
	}
	for name, value := range Members(text) {
		if strictjson.KindOf(value) != strictjson.Array {
			continue
		}
		if kind := ofElements(value); kind != Unknown {
			return plural(kind, Page, string(name))
		}
	}
	return unknownObject(text)
}

// follows says whether another value follows on a line of its own.
func follows(rest []byte, cut bool) bool {
	after := bytes.TrimLeft(rest, " \t\r\n")
	return (len(after) > 0 || cut && len(rest) > 0) && bytes.IndexByte(rest[:len(rest)-len(after)], '\n') >= 0
}

// torn says whether a line ends within a string: so does a broken line among lines, and no JSON.
func torn(text []byte) bool {
	line, _, more := bytes.Cut(text, []byte("\n"))
	quotes := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			quotes++
		}
	}
	return more && quotes%2 == 1
}

// single is a kind of which the file is one.
func single(kind Kind) Finding {
	if kind == message {
		kind = Transcript
	}
	f := Finding{Kind: kind, Form: One}
	if kind == Speech {
		f.Reason = "a call's transcript: its times have no documented form"
	}
	return f
}

// plural is a kind of which the file holds many. Many metadata are a manifest; messages are one transcript.
func plural(kind Kind, form Form, list string) Finding {
	switch kind {
	case Metadata:
		kind = Manifest
	case message:
		kind = Transcript
	}
	return Finding{Kind: kind, Form: form, List: list}
}

// ofElements is the kind of the first element of an array that has one.
func ofElements(array []byte) Kind {
	rest := array[1:]
	for range looks {
		value, after, ok := strictjson.Cut(rest)
		if !ok { // the last one that begins within the head
			return ofObject(bytes.TrimLeft(rest, " \t\r\n"), false)
		}
		if kind := ofObject(value, false); kind != Unknown {
			return kind
		}
		if after = bytes.TrimLeft(after, " \t\r\n"); len(after) == 0 || after[0] != ',' {
			break
		}
		rest = after[1:]
	}
	return Unknown
}

// ofLines is the kind of the first line that has one.
func ofLines(text []byte) Kind {
	n := 0
	for line := range bytes.Lines(text) {
		if kind := ofObject(strictjson.Value(line), false); kind != Unknown {
			return kind
		}
		if n++; n == looks {
			break
		}
	}
	return Unknown
}

// Members is strictjson.Members of an object that may be cut off, as a file's head is: the last value is then what there
// is of it.
func Members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		if len(object) == 0 || object[0] != '{' {
			return
		}
		for rest := object[1:]; ; {
			key, after, ok := strictjson.Cut(rest)
			name, text := strictjson.TextBytes(key)
			after = bytes.TrimLeft(after, " \t\r\n")
			if !ok || !text || len(after) == 0 || after[0] != ':' {
				return
			}
			after = bytes.TrimLeft(after[1:], " \t\r\n")
			value, next, ok := strictjson.Cut(after)
			if !ok {
				yield(name, after)
				return
			}
			if !yield(name, value) {
				return
			}
			if next = bytes.TrimLeft(next, " \t\r\n"); len(next) == 0 || next[0] != ',' {
				return
			}
			rest = next[1:]
		}
	}
}

// ofObject is the kind of one object, or of the beginning of one; top: it is the file, and not an element of it.
func ofObject(object []byte, top bool) Kind {
	var has marks
	var source, messageText, event []byte
	for name, value := range Members(object) {
		has |= markOf(string(name))
		switch string(name) {
		case "source":
			source = value
		case "Message":
			messageText = value
		case "Event":
			event = value
		case "Records":
			if strictjson.KindOf(value) == strictjson.Array {
				has |= ofRecords(value)
			}
		case "participants":
			if strictjson.KindOf(value) == strictjson.Array {
				has |= ofParticipants(value)
			}
		}
	}
	switch {
	case has.all(hasDetailType | hasSource):
		if s, _ := strictjson.Text(source); s == "aws.s3" {
			return Notification
		}
		return Event
	case has.all(hasEvent) && has.any(hasService|hasBucket):
		if s, _ := strictjson.Text(event); s == "s3:TestEvent" {
			return Notification
		}
	case has.all(hasMessage | hasTopicArn):
		s, _ := strictjson.Text(messageText)
		if inner := []byte(s); len(inner) > 0 && inner[0] == '{' && ofObject(inner, false) == Notification {
			return Notification
		}
		return Unknown
	}
	for _, r := range rules {
		if has.all(r.all) && (r.any == 0 || has.any(r.any)) && !has.any(r.none) && (top || !r.top) {
			return r.kind
		}
	}
	if genesys.NamesRecording(object) {
		return Metadata
	}
	return Unknown
}

// first is the first element of an array, or what there is of it.
func first(array []byte) []byte {
	value, _, ok := strictjson.Cut(array[1:])
	if !ok {
		value = bytes.TrimLeft(array[1:], " \t\r\n")
	}
	return value
}

func ofRecords(array []byte) (has marks) {
	for name := range Members(first(array)) {
		if n := string(name); n == "s3" || n == "eventSource" {
			has |= hasS3Records
		}
	}
	return has
}

func ofParticipants(array []byte) (has marks) {
	for name := range Members(first(array)) {
		if n := string(name); n == "sessions" {
			has |= hasSessions
		}
	}
	return has
}

// unknownObject says why an object is of no kind, and what would be.
func unknownObject(object []byte) Finding {
	var has marks
	for name := range Members(object) {
		has |= markOf(string(name))
	}
	switch {
	case has.any(hasContents):
		return unknown("a list of objects without their versions: ask aws s3api list-object-versions instead")
	case has.all(hasMessage | hasTopicArn):
		return unknown("an SNS message that carries nothing of an object store")
	case has.any(hasEntities | hasConversations):
		return unknown("a page of answers that is empty or of no kind that is read")
	}
	return unknown("a JSON object of no kind that is read: none of its names tells of one")
}

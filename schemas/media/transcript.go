package media

import (
	"errors"
	"io"
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/strictjson"
)

// Limits of a transcript. Its messages are read one by one, and as many as there are.
const (
	MaxMessage  = 1 << 20 // bytes of one message
	MaxSpeakers = 1024    // participants
	MaxText     = 128     // bytes of an id or of a purpose
)

// messageLists are the names under which transcripts hold their messages, those of a recording among them.
var messageLists = map[string]bool{"transcript": true, "messagingTranscript": true, "emailTranscript": true, "messages": true}

// messageTimes are the names of a message's time: of a chat's, a messaging session's and a mail's.
var messageTimes = [...]string{"utc", "timestamp", "time"}

// Transcript is what the times of a conversation's messages say. Texts are not read.
type Transcript struct {
	Said                    // all messages together
	Speakers      []Speaker // in the order of their first message
	Unread        int64     // messages whose time is missing or cannot be read
	FirstUnread   string    // the pointer of the first of them; empty: none
	UnreadBecause string    // why that one; empty: none
}

// Said is a run of messages: how many have a time, and the earliest and the latest of these. First has the earliest
// possible begin, Last the latest possible end; they stand under the name the file uses.
type Said struct {
	Messages int64
	First    schemas.Reading // of no Messages: the zero Reading
	Last     schemas.Reading
}

// Speaker is what one participant said.
type Speaker struct {
	ID      string // participantId, or a chat's senderCommunicationId; empty: the messages that name nobody by id
	Purpose string // as written; of the first message that has one
	Said
}

// ReadTranscript reads the messages of a chat (time utc), of a messaging session (timestamp) or of mails (time): an
// array, an object that holds them in transcript, messagingTranscript, emailTranscript (as a recording of the Recording
// API does), messages or one of lists, or one on each line. (SDK ChatMessage, RecordingMessagingMessage, RecordingEmailMessage.) A
// message that cannot be read is counted; a transcript without any message with a time under these names is refused. An
// error is a *Refused, or what r answered.
func ReadTranscript(r io.Reader, lists ...string) (Transcript, error) {
	var t Transcript
	index := map[string]int{}
	named := func(name string) bool { return messageLists[name] || slices.Contains(lists, name) }
	for p, err := range strictjson.Split(r, strictjson.SplitLimits{Piece: MaxMessage}, named) {
		if err != nil {
			return Transcript{}, ofJSON("", err)
		}
		from, reading, err := parseMessage(p.Value)
		if err != nil {
			t.unread(p.Pointer, ofJSON(p.Pointer, err).Error())
			continue
		}
		if reading.Refused != "" {
			t.unread(p.Pointer, reading.Refused)
			continue
		}
		t.add(reading)
		i, known := index[from.ID]
		if !known {
			if i = len(t.Speakers); i == MaxSpeakers {
				return Transcript{}, refuse(CodeTooMany, p.Pointer, "more than %d participants", MaxSpeakers)
			}
			index[from.ID] = i
			t.Speakers = append(t.Speakers, from)
		}
		s := &t.Speakers[i]
		if s.add(reading); s.Purpose == "" {
			s.Purpose = from.Purpose
		}
	}
	if t.Messages == 0 {
		return Transcript{}, refuse(CodeEmpty, t.FirstUnread, "no message with a time that can be read (utc, timestamp or time): %s", t.UnreadBecause)
	}
	return t, nil
}

func (t *Transcript) unread(at, why string) {
	if t.Unread++; t.Unread == 1 {
		t.FirstUnread, t.UnreadBecause = at, why
	}
}

func (s *Said) add(r schemas.Reading) {
	if s.Messages == 0 || r.LoMS < s.First.LoMS {
		s.First = r
	}
	if s.Messages == 0 || r.HiMS > s.Last.HiMS {
		s.Last = r
	}
	s.Messages++
}

// ofJSON makes an error of strictjson one of this package, at its place in the file.
func ofJSON(at string, err error) error {
	var bad *strictjson.Error
	var refused *Refused
	switch {
	case errors.As(err, &bad):
		return refuse(bad.Code, at+bad.Pointer, "%s at byte %d", bad.Reason, bad.Offset)
	case errors.As(err, &refused):
		return &Refused{refused.Code, at + refused.Place, refused.Reason}
	}
	return err
}

// parseMessage reads who said one message, and when. A message with two of the names of a time says two.
func parseMessage(raw []byte) (from Speaker, r schemas.Reading, err error) {
	if err := strictjson.Check(raw, strictjson.Limits{Bytes: MaxMessage}); err != nil {
		return from, r, err
	}
	object := strictjson.Value(raw)
	if strictjson.KindOf(object) != strictjson.Object {
		return from, r, refuse(CodeShape, "", "no message: want an object")
	}
	found := ""
	for key, value := range strictjson.Members(object) {
		name := string(key)
		switch name {
		case messageTimes[0], messageTimes[1], messageTimes[2]:
			if strictjson.KindOf(value) == strictjson.Null {
				continue
			}
			if found != "" {
				return from, r, refuse(CodeTwice, "/"+name, "a second time: %s is there too", found)
			}
			found = name
			text, ok := strictjson.Text(value)
			if !ok {
				text = string(value)
			}
			r = instant.Read(name, instant.Transcript, text, instant.RoundingUnknown)
		case "participantId":
			from.ID, err = shortText(value, name)
		case "senderCommunicationId":
			if from.ID == "" {
				from.ID, err = shortText(value, name)
			}
		case "purpose", "participantPurpose":
			from.Purpose, err = shortText(value, name)
		}
		if err != nil {
			return from, r, err
		}
	}
	if found == "" {
		return from, r, refuse(CodeShape, "", "no utc, timestamp or time")
	}
	return from, r, nil
}

func shortText(value []byte, name string) (string, error) {
	if strictjson.KindOf(value) == strictjson.Null {
		return "", nil
	}
	s, ok := strictjson.Text(value)
	switch {
	case !ok:
		return "", refuse(CodeShape, "/"+name, "want a string")
	case len(s) > MaxText:
		return "", refuse(CodeTooLong, "/"+name, "%d bytes, the limit is %d", len(s), MaxText)
	}
	return s, nil
}

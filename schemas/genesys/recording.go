package genesys

import (
	"io"
	"iter"
	"strconv"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/strictjson"
)

// Recording is one recording as the Recording API tells it to whoever asked: startTime and endTime depend on the asker's
// permissions, originalRecordingStartTime does not. Enumerations are upper case.
type Recording struct {
	RecordingID      string
	ConversationID   string
	SessionID        string
	Media            string            // AUDIO, CHAT, MESSAGING, EMAIL, SCREEN
	MediaSubtype     string            // TRUNK, STATION, CONSULT, SCREEN
	FileState        string            // ARCHIVED, AVAILABLE, DELETED, ...
	FileRole         string            // CUSTOMER_EXPERIENCE, ADHOC
	ErrorStatus      string            // recordingErrorStatus; empty: none
	UserIDs          []string          // agents; personal
	OutputDurationMS int64             // of the file as it would be downloaded; -1: not said
	Pauses           []Pause           // its annotations, in the order of the text
	Times            []schemas.Reading // in the order of recordingTimes, those that are there and not null
}

// Pause is one annotation: what was held, paused or cut. The platform measures it on four scales, of which a recording
// with cuts has different values; all that are there are kept, in ms, -1 where it does not say.
type Pause struct {
	Type                string // of the annotation
	Reason              string // HOLD, SECUREPAUSE, FLOWORQUEUE, PAUSE; empty: not said
	LocationMS          int64  // location
	DurationMS          int64  // durationMs
	AbsoluteLocationMS  int64  // absoluteLocation
	AbsoluteDurationMS  int64  // absoluteDurationMs
	RecordingLocationMS int64  // recordingLocation: adjusted for cuts
	RecordingDurationMS int64  // recordingDurationMs
	RealtimeLocationMS  int64  // realtimeLocation: before pauses were taken out
}

var recordingTimes = []timed{
	{"startTime", instant.ExportMetadata}, {"originalRecordingStartTime", instant.ExportMetadata}, {"endTime", instant.ExportMetadata},
	{"creationTime", instant.ExportMetadata}, {"exportDate", instant.Job}, {"exportedDate", instant.Job},
	{"archiveDate", instant.ExportMetadata}, {"deleteDate", instant.ExportMetadata}, {"restoreExpirationTime", instant.ExportMetadata},
}

// Recordings reads answers of the Recording API: one recording, the array of a conversation's, an object that holds them
// in entities or one of lists, or one on each line. An error of one recording, a *Refused whose pointer names it, does not
// end the sequence.
func Recordings(r io.Reader, lists ...string) iter.Seq2[Recording, error] {
	return answers(r, MaxRecording, "entities", lists, ParseRecording)
}

// ParseRecording reads one recording of GET /api/v2/conversations/{conversationId}/recordings (SDK Recording), or the
// same without media (SDK RecordingMetadata). It must name itself and its conversation. The messages in it are a
// transcript's, and not read here. Errors are *Refused.
func ParseRecording(raw []byte) (Recording, error) {
	object, err := checkObject(raw, MaxRecording, "one recording as the Recording API answers it")
	if err != nil {
		return Recording{}, err
	}
	r := Recording{OutputDurationMS: -1}
	for key, value := range strictjson.Members(object) {
		if err := r.set(string(key), value); err != nil {
			return Recording{}, err
		}
	}
	if r.RecordingID == "" || r.ConversationID == "" {
		return Recording{}, refuse(CodeNoIdentity, "", "want id and conversationId of a recording, both")
	}
	r.Times = readTimes(object, recordingTimes)
	return r, nil
}

func (r *Recording) set(name string, value []byte) (err error) {
	switch name {
	case "id":
		r.RecordingID, err = idText(value, "", name)
	case "conversationId":
		r.ConversationID, err = idText(value, "", name)
	case "sessionId":
		r.SessionID, err = idText(value, "", name)
	case "media":
		r.Media, err = enumText(value, "", name)
	case "mediaSubtype":
		r.MediaSubtype, err = enumText(value, "", name)
	case "fileState":
		r.FileState, err = enumText(value, "", name)
	case "recordingFileRole":
		r.FileRole, err = enumText(value, "", name)
	case "recordingErrorStatus":
		r.ErrorStatus, err = enumText(value, "", name)
	case "outputDurationMs":
		r.OutputDurationMS, err = amount(value, "", name)
	case "users":
		r.UserIDs, err = references(value, name)
	case "annotations":
		r.Pauses, err = readPauses(value, name)
	}
	return err
}

// references are the ids of an array of objects told by reference.
func references(value []byte, name string) ([]string, error) {
	array, err := list(value, "", name)
	if err != nil {
		return nil, err
	}
	var ids []string
	for i, element := range strictjson.Elements(array) {
		if i == MaxIDs {
			return nil, refuse(CodeTooMany, "/"+name, "more than %d ids", MaxIDs)
		}
		id, err := reference(element, "/"+name, strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		if id != "" {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func readPauses(value []byte, name string) ([]Pause, error) {
	array, err := list(value, "", name)
	if err != nil {
		return nil, err
	}
	var pauses []Pause
	for i, element := range strictjson.Elements(array) {
		if i == MaxPauses {
			return nil, refuse(CodeTooMany, "/"+name, "more than %d annotations", MaxPauses)
		}
		p, err := readPause(element, "/"+name+"/"+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		pauses = append(pauses, p)
	}
	return pauses, nil
}

func readPause(object []byte, at string) (Pause, error) {
	if strictjson.KindOf(object) != strictjson.Object {
		return Pause{}, refuse(CodeType, at, "want an object")
	}
	p := Pause{LocationMS: -1, DurationMS: -1, AbsoluteLocationMS: -1, AbsoluteDurationMS: -1, RecordingLocationMS: -1, RecordingDurationMS: -1, RealtimeLocationMS: -1}
	for key, value := range strictjson.Members(object) {
		var err error
		switch name := string(key); name {
		case "type":
			p.Type, err = enumText(value, at, name)
		case "reason":
			p.Reason, err = enumText(value, at, name)
		case "location":
			p.LocationMS, err = amount(value, at, name)
		case "durationMs":
			p.DurationMS, err = amount(value, at, name)
		case "absoluteLocation":
			p.AbsoluteLocationMS, err = amount(value, at, name)
		case "absoluteDurationMs":
			p.AbsoluteDurationMS, err = amount(value, at, name)
		case "recordingLocation":
			p.RecordingLocationMS, err = amount(value, at, name)
		case "recordingDurationMs":
			p.RecordingDurationMS, err = amount(value, at, name)
		case "realtimeLocation":
			p.RealtimeLocationMS, err = amount(value, at, name)
		}
		if err != nil {
			return Pause{}, err
		}
	}
	return p, nil
}

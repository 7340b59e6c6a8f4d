package genesys

// field is what an export can say of a recording, as far as it becomes part of the fact. The zero field is none.
type field int

const (
	_ field = iota
	fieldConversation
	fieldRecording
	fieldSession
	fieldMedia
	fieldProvider
	fieldDirection
	fieldDuration
	fieldUsers
	fieldParticipants
	fieldStart
	fieldEnd
	fieldCreation
	fieldCreated
	fieldExported
	fieldCount
)

// spelling is one name of a field, as it stands in files.
type spelling struct {
	name  string
	field field
	// alias: what the name is taken for, empty for the official name. Where it is sure, that is the official name of
	// the same field. Where the source leaves it open, it is every meaning it may have, after slashes, the one it was
	// read as first; such a name is a field of its own and contradicts no other.
	alias string
	time  bool // the value is a time: a reading under this very name
}

// spellings is every name that is read. The official names are those of the published metadata file and of the
// recording object; the aliases are what customers' manifests show, and the official names in snake case. Readings come
// in this order.
//
// created_at is said to be when the recording was created, or when the interaction began: nobody who shows one says
// which. participant_ids is shown where the official file has userIds, but a participant is not a user (a user takes
// part in many conversations, a participant in one), so it is never compared as one.
var spellings = [...]spelling{
	{name: "conversationId", field: fieldConversation},
	{name: "conversation_id", field: fieldConversation, alias: "conversationId"},
	{name: "recordingId", field: fieldRecording},
	{name: "recording_id", field: fieldRecording, alias: "recordingId"},
	{name: "sessionId", field: fieldSession},
	{name: "session_id", field: fieldSession, alias: "sessionId"},
	{name: "mediaType", field: fieldMedia},
	{name: "media_type", field: fieldMedia, alias: "mediaType"},
	{name: "provider", field: fieldProvider},
	{name: "initialDirection", field: fieldDirection},
	{name: "initial_direction", field: fieldDirection, alias: "initialDirection"},
	{name: "durationMs", field: fieldDuration},
	{name: "duration_ms", field: fieldDuration, alias: "durationMs"},
	{name: "userIds", field: fieldUsers},
	{name: "user_ids", field: fieldUsers, alias: "userIds"},
	{name: "participant_ids", field: fieldParticipants, alias: "participantIds/userIds"},
	{name: "startTime", field: fieldStart, time: true},
	{name: "start_time", field: fieldStart, alias: "startTime", time: true},
	{name: "recorded_start_time", field: fieldStart, alias: "startTime", time: true},
	{name: "endTime", field: fieldEnd, time: true},
	{name: "end_time", field: fieldEnd, alias: "endTime", time: true},
	{name: "recorded_end_time", field: fieldEnd, alias: "endTime", time: true},
	{name: "creationTime", field: fieldCreation, time: true},
	{name: "creation_time", field: fieldCreation, alias: "creationTime", time: true},
	{name: "created_at", field: fieldCreated, alias: "creationTime/startTime", time: true},
	{name: "exportedDate", field: fieldExported, time: true},
	{name: "exported_date", field: fieldExported, alias: "exportedDate", time: true},
	{name: "exported_at", field: fieldExported, alias: "exportedDate", time: true},
}

var bySpelling = func() map[string]int {
	m := make(map[string]int, len(spellings))
	for i, s := range spellings {
		m[s.name] = i
	}
	return m
}()

// fieldOf returns the field a name stands for, none for a name that is not read.
func fieldOf(name []byte) field {
	if i, ok := bySpelling[string(name)]; ok {
		return spellings[i].field
	}
	return 0
}

package s3event

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

// Key is what an object key says. What it does not say is empty.
type Key struct {
	OrganizationID string
	ConversationID string
	RecordingID    string
	Role           string // one of schemas.Role*
	Ext            string // lower case, without the dot; of metadata, the extension of the media it describes
	Hour           string // yyyy-mm-ddThh: the hour in UTC of the conversation's begin, as the folders say
}

// Suffixes of the files that lie beside a recording's media.
const (
	metadataSuffix   = "_metadata.json"
	transcriptSuffix = ".transcript.json"
	conversationKey  = "conversation_id="
)

// ParseKey reads a decoded object key against the template of the Genesys S3 export ("Working with exported recordings
// in AWS S3 bucket", Genesys Cloud Resource Center):
//
//	{organizationId}/year={y}/month={m}/day={d}/hour={h}/conversation_id={conversationId}/{file}
//
// with any folders before it, and month, day and hour padded or not. The file is one of
//
//	{recordingId}.{ext}                                    role media
//	{recordingId}.{ext}_metadata.json                      role metadata
//	{conversationId}-{communicationId}.transcript.json     role transcript
//
// A metadata file is known by its name also outside the template; its conversation then stands in it. A .json or
// .ndjson object that lies in no conversation_id= folder and is none of these is a manifest. All else is other, also
// JSON in a conversation's folder that somebody added (x_call_metadata.json).
//
// An id is 1 to 128 of [A-Za-z0-9_.:-] and not dots alone; any other text in its place names nothing. Folder values
// that make no hour leave Hour empty and the ids alone. A key that is empty, longer than MaxKey, or has an empty, "."
// or ".." segment says nothing.
func ParseKey(key string) Key {
	k := Key{Role: schemas.RoleOther}
	if len(key) > MaxKey || !plainPath(key) {
		return k
	}
	dir, name := "", key
	if i := strings.LastIndexByte(key, '/'); i >= 0 {
		dir, name = key[:i], key[i+1:]
	}
	placed := k.folders(dir)
	if stem, ok := strings.CutSuffix(name, metadataSuffix); ok {
		if k.file(stem) {
			k.Role = schemas.RoleMetadata
		}
	} else if stem, ok := strings.CutSuffix(name, transcriptSuffix); ok {
		if k.communication(stem) {
			k.Role, k.Ext = schemas.RoleTranscript, "json"
		}
	} else if ext := extension(name); ext == "json" || ext == "ndjson" {
		if !placed && !inConversation(dir) {
			k.Role, k.Ext = schemas.RoleManifest, ext
		}
	} else if placed && k.file(name) {
		k.Role = schemas.RoleMedia
	}
	return k
}

// plainPath says that no segment is empty, "." or "..": names of another object to somebody's path library.
func plainPath(key string) bool {
	for {
		segment, rest, more := strings.Cut(key, "/")
		if segment == "" || segment == "." || segment == ".." {
			return false
		}
		if !more {
			return true
		}
		key = rest
	}
}

// folders reads the template's folders from the right and says whether they are those.
func (k *Key) folders(dir string) bool {
	rest, conversation, ok := lastFolder(dir, conversationKey)
	if !ok {
		return false
	}
	var values [4]string
	for i, name := range [4]string{"hour=", "day=", "month=", "year="} {
		if rest, values[i], ok = lastFolder(rest, name); !ok {
			return false
		}
	}
	if isID(conversation) {
		k.ConversationID = conversation
	}
	if _, organization, _ := lastFolder(rest, ""); isID(organization) {
		k.OrganizationID = organization
	}
	k.Hour = hour(values[3], values[2], values[1], values[0])
	return true
}

// lastFolder takes the last segment off a path and returns what follows prefix in it.
func lastFolder(path, prefix string) (rest, value string, ok bool) {
	segment := path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		rest, segment = path[:i], path[i+1:]
	}
	value, ok = strings.CutPrefix(segment, prefix)
	return rest, value, ok
}

func inConversation(dir string) bool {
	return strings.HasPrefix(dir, conversationKey) || strings.Contains(dir, "/"+conversationKey)
}

// file reads {recordingId}.{ext}.
func (k *Key) file(name string) bool {
	ext := extension(name)
	if ext == "" {
		return false
	}
	id := name[:len(name)-len(ext)-1]
	if !isID(id) {
		return false
	}
	k.RecordingID, k.Ext = id, ext
	return true
}

// communication says whether a transcript's stem is of this conversation. It names no recording.
func (k *Key) communication(stem string) bool {
	id, ok := strings.CutPrefix(stem, k.ConversationID+"-")
	return ok && k.ConversationID != "" && isID(id)
}

// extension is what follows the last dot, in lower case; empty unless it is 1 to 16 letters or digits.
func extension(name string) string {
	i := strings.LastIndexByte(name, '.')
	ext := name[i+1:]
	if i < 0 || ext == "" || len(ext) > 16 {
		return ""
	}
	for j := range len(ext) {
		if !letterOrDigit(ext[j]) {
			return ""
		}
	}
	return strings.ToLower(ext)
}

// hour makes yyyy-mm-ddThh of the folders' values; empty if they make no hour that instant reads.
func hour(year, month, day, hr string) string {
	if len(year) != 4 || len(month) > 2 || len(day) > 2 || len(hr) > 2 {
		return ""
	}
	b := []byte("0000-00-00T00:00Z")
	copy(b, year)
	copy(b[7-len(month):], month)
	copy(b[10-len(day):], day)
	copy(b[13-len(hr):], hr)
	if _, err := instant.Parse(string(b), instant.Truncated); err != nil || month == "" || day == "" || hr == "" {
		return ""
	}
	return string(b[:len("0000-00-00T00")])
}

func letterOrDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// isID holds an id to the wire's alphabet, and to more than dots.
func isID(s string) bool {
	if len(s) == 0 || len(s) > 128 {
		return false
	}
	dots := 0
	for i := range len(s) {
		switch c := s[i]; {
		case letterOrDigit(c) || c == '_' || c == ':' || c == '-':
		case c == '.':
			dots++
		default:
			return false
		}
	}
	return dots < len(s)
}

// decodeKey undoes form-url-encoding once: + is a space, %xx a byte. (S3 User Guide, "Event message structure": "The
// s3 key provides information about the bucket and object involved in the event"; its key is URL-encoded.) The
// answer's reason is empty if it went well.
func decodeKey(s string) (key, reason string) {
	if !strings.ContainsAny(s, "+%") {
		return s, ""
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '+':
			b = append(b, ' ')
		case '%':
			if i+2 >= len(s) {
				return "", fmt.Sprintf("byte %d: want two hex digits after %%", i)
			}
			hi, ok1 := nibble(s[i+1])
			lo, ok2 := nibble(s[i+2])
			if !ok1 || !ok2 {
				return "", fmt.Sprintf("byte %d: want two hex digits after %%", i)
			}
			b = append(b, hi<<4|lo)
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b), ""
}

func nibble(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// checkKey holds a decoded key to what S3 allows: UTF-8 of 1 to MaxKey bytes.
func checkKey(key string) (reason string) {
	switch {
	case key == "":
		return "the object key is empty"
	case len(key) > MaxKey:
		return fmt.Sprintf("an object key of %d bytes; S3 allows %d", len(key), MaxKey)
	case !utf8.ValidString(key):
		return "the object key is not UTF-8 when decoded"
	}
	return ""
}

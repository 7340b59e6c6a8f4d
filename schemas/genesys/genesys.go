// Package genesys reads what Genesys Cloud and its exporter write: conversation detail events, as EventBridge envelopes
// or bare webhook bodies; the metadata file beside each exported recording; job manifests, JSON or CSV, cut into rows;
// and saved answers of the platform's interfaces: analytics conversation details, audit queries, the Recording API,
// export jobs and the retention query.
//
// Everything here maps bytes to facts, without a clock, I/O or a guess. Foreign bytes are hostile: each text goes
// through schemas/strictjson first, names match exactly, and what is refused is refused with a *[Refused] that names the
// place and never quotes a value, because it ends up in logs and dead letters.
//
// Invariants:
//
//	G1  An id is of [A-Za-z0-9_.:-]{1,128}. No other text leaves this package as an id.
//	G2  A fact holds what the text says and nothing that was computed from it: no duration, no merged time, no id taken
//	    from the topic that the body contradicts.
//	G3  Two deliveries of one event have one Identity, whatever envelope they came in; see [ParseEvent].
//	G4  [ConversationID] agrees with [ParseEvent] wherever that succeeds, so the key of a raw record is the entity of
//	    its observation.
//	G5  A time that cannot be read is a reading that says why. It never costs the fact around it.
//	G6  The projection of an export says the same for two texts exactly when their members, apart from the volatile
//	    ones, are the same JSON values, numbers by their text; see [ParseMetadata].
//	G7  Rows are cut without being judged: a bad row is cut, and [ParseRow] refuses it alone. Of answers likewise: a bad
//	    element is refused by its place, and the next is read.
//	G8  What is read from an io.Reader costs the memory of one element, whatever the file's size and claims.
//	G9  Every time is read under the name it stands under, by the clock of its row in schemas/field.
//
// Which event is it? The topic says so twice: detail.topicName with real ids in it, and the envelope's detail-type with
// {id} in their place. They must agree; where they do not, the event is none of ours (family other), because one of the
// two is not what the platform wrote and nothing tells which. A bare webhook body has topicName alone.
//
// Enumerations (media type, direction, ...) are open: a value that did not exist when this was written is kept. Detail
// events write them in upper case, analytics in lower, exports as titles; of events they are made upper case here, ASCII
// letters only, of answers too, and of exports and audits kept as written.
//
// Sources: the topic list and field names of the official SDK's notification mappings, official sample events (kept in
// testdata with their licence), and the published article on exported recordings in S3. What only forum posts show, as
// recorded_start_time, is an alias in a table (fields.go), and every use of one is named in the fact.
//
// Nothing is stored by this package. Facts go into schemas.Observation; rows, as they stand, into schemas.S3Inspection.
package genesys

import (
	"errors"
	"fmt"

	"holdfast.example/schemas/strictjson"
)

// Limits that are no setting: what is larger is refused.
const (
	MaxEvent    = 1 << 20  // bytes of an event
	MaxMetadata = 1 << 20  // bytes of a metadata file
	MaxRow      = 64 << 10 // bytes of one row of a manifest
	MaxID       = 128      // bytes of an id
	MaxText     = 128      // bytes of an enumeration or a provider's name
	MaxIDs      = 1024     // ids of one list
)

// Codes of a Refused, a closed list together with those of strictjson.
const (
	CodeShape         = "shape"                 // valid JSON, but not what this reader reads
	CodeType          = "wrong-type"            // a member of another JSON type than the source documents
	CodeID            = "bad-id"                // not of [A-Za-z0-9_.:-]{1,128}
	CodeTooLong       = "too-long"              // over MaxText
	CodeTooMany       = "too-many"              // over MaxIDs, or a manifest's row limit
	CodeConversation  = "conversation-mismatch" // topic and body name different conversations
	CodeAliasConflict = "alias-conflict"        // two names of one field, with different values
	CodeNoIdentity    = "no-identity"           // a row that names neither conversation nor recording
	CodeNoManifest    = "no-manifest"           // nothing in the file looks like recordings
	CodeAmbiguous     = "ambiguous-manifest"    // more than one array looks like recordings
)

// Refused says why a text is no fact. Nothing in it quotes a value of the text.
type Refused struct {
	Code    string // one of the codes above, or of strictjson
	Pointer string // RFC 6901 pointer of the place, empty: the whole text
	Reason  string // one phrase
}

// Error names the place and the reason.
func (e *Refused) Error() string {
	if e.Pointer == "" {
		return "read genesys: " + e.Reason
	}
	return "read genesys: " + e.Pointer + ": " + e.Reason
}

func refuse(code, pointer, format string, args ...any) error {
	return &Refused{Code: code, Pointer: pointer, Reason: fmt.Sprintf(format, args...)}
}

// check is strictjson.Check with an error of this package.
func check(raw []byte, limit int) error {
	err := strictjson.Check(raw, strictjson.Limits{Bytes: limit})
	if err == nil {
		return nil
	}
	var e *strictjson.Error
	if !errors.As(err, &e) {
		panic("genesys: an error that is no *strictjson.Error: " + err.Error())
	}
	return refuse(e.Code, e.Pointer, "%s at byte %d", e.Reason, e.Offset)
}

// IsID reports whether s may stand as an id anywhere in the pipeline: 1 to 128 of A-Z a-z 0-9 _ . : -
func IsID(s string) bool {
	if len(s) == 0 || len(s) > MaxID {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == ':' || c == '-' {
			continue
		}
		return false
	}
	return true
}

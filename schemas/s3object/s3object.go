// Package s3object reads what an object store answers when it is asked about object versions: the JSON that the AWS
// command line prints for list-object-versions and head-object. It is the evidence of those who have no notifications:
// which versions of a file there are, when the store took each in, and what locks lie on them.
//
// A version's LastModified is the second of two stamps of one request. The notification's eventTime says when the store
// finished it, LastModified when it took it in; placing or altering a lock changes neither. A delete marker has a time,
// and no bytes.
//
// Invariants:
//
//	O1  A fact holds what the text says. What it does not say is empty, -1 or UNKNOWN: a lock that the answer leaves out
//	    may be one that the asker may not see, so it is never OFF or NONE.
//	O2  A list is read version by version; memory is that of one. A bad version is refused alone, by its place.
//	O3  head-object does not say which object it answers about. Only the version id and the ETag in it do, so it is
//	    joined to a list by them; Bucket and Key are read where somebody added them to the answer.
//	O4  No input panics, and nothing is kept of one longer than its limit.
//
// How times are written differs between versions of the command line: 1 prints what the service sent (ISO 8601 in lists,
// an HTTP date in head-object), 2 prints ISO 8601 with an offset. Both are read, and whole seconds stay as wide as they
// are.
//
// Sources: Amazon S3 API reference, ListObjectVersions and HeadObject; AWS CLI command reference, s3api. Nothing is
// stored by this package.
package s3object

import (
	"errors"
	"fmt"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/strictjson"
)

// Limits. What exceeds one is refused.
const (
	MaxVersion = 64 << 10 // bytes of one version in a list
	MaxHead    = 1 << 20  // bytes of one head-object answer
	MaxKey     = 1024     // bytes of an object key: S3's own limit (S3 User Guide, "Naming Amazon S3 objects")
	MaxField   = 1024     // bytes of any other text that is kept
)

// Codes of a Refused, a closed list together with those of strictjson.
const (
	CodeShape   = "shape"       // valid JSON, but not what this reader reads
	CodeType    = "wrong-type"  // a member of another JSON type than the source documents
	CodeTooLong = "too-long"    // over MaxKey or MaxField
	CodeNoKey   = "no-identity" // a version without Key or VersionId, a head without ETag
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
		return "read object: " + e.Reason
	}
	return "read object: " + e.Pointer + ": " + e.Reason
}

func refuse(code, pointer, format string, args ...any) error {
	return &Refused{Code: code, Pointer: pointer, Reason: fmt.Sprintf(format, args...)}
}

// within makes an error of a part one of the text the part stands in, and one of strictjson one of this package.
func within(at string, err error) error {
	var refused *Refused
	var bad *strictjson.Error
	switch {
	case errors.As(err, &refused):
		return &Refused{refused.Code, at + refused.Pointer, refused.Reason}
	case errors.As(err, &bad):
		return refuse(bad.Code, at+bad.Pointer, "%s at byte %d", bad.Reason, bad.Offset)
	}
	return err
}

// object is the strict pass over a text that must be an object.
func object(raw []byte, limit int, what string) ([]byte, error) {
	if err := strictjson.Check(raw, strictjson.Limits{Bytes: limit}); err != nil {
		return nil, within("", err)
	}
	value := strictjson.Value(raw)
	if strictjson.KindOf(value) != strictjson.Object {
		return nil, refuse(CodeShape, "", "want an object: %s", what)
	}
	return value, nil
}

// text wants a string of at most limit bytes; null is the empty text.
func text(value []byte, name string, limit int) (string, error) {
	if strictjson.KindOf(value) == strictjson.Null {
		return "", nil
	}
	s, ok := strictjson.Text(value)
	switch {
	case !ok:
		return "", refuse(CodeType, "/"+name, "want a string")
	case len(s) > limit:
		return "", refuse(CodeTooLong, "/"+name, "%d bytes, the limit is %d", len(s), limit)
	}
	return s, nil
}

// etag is text without the quotes that HTTP puts around it and notifications do not.
func etag(value []byte, name string) (string, error) {
	s, err := text(value, name, MaxField)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	return s, err
}

// size wants a whole number of bytes; -1 stands for none.
func size(value []byte, name string) (int64, error) {
	if strictjson.KindOf(value) == strictjson.Null {
		return -1, nil
	}
	n, ok := strictjson.Int64(value)
	if !ok || n < 0 {
		return -1, refuse(CodeType, "/"+name, "want a whole number of bytes")
	}
	return n, nil
}

// truth wants true or false; nil stands for neither.
func truth(value []byte, name string) (*bool, error) {
	switch strictjson.KindOf(value) {
	case strictjson.Null:
		return nil, nil
	case strictjson.Bool:
		return new(value[0] == 't'), nil
	}
	return nil, refuse(CodeType, "/"+name, "want true or false")
}

// time reads a time in any form the command line prints: an HTTP date begins with a day's name.
func time(value []byte, name string) []schemas.Reading {
	if strictjson.KindOf(value) == strictjson.Null {
		return nil
	}
	s, ok := strictjson.Text(value)
	if !ok {
		s = string(value)
	}
	if ok && s != "" && s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z' {
		return []schemas.Reading{instant.ReadHTTPDate(name, instant.S3, s, instant.RoundingUnknown)}
	}
	return []schemas.Reading{instant.Read(name, instant.S3, s, instant.RoundingUnknown)}
}

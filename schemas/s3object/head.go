package s3object

import (
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/strictjson"
)

// Head is what the store says of one version when asked for its headers.
type Head struct {
	Bucket        string // only where somebody added it (O3); empty: not said
	Key           string // likewise
	VersionID     string // empty: the bucket has no versions, or nothing is said
	DeleteMarker  *bool
	ETag          string
	Size          int64             // ContentLength; -1: not said
	ContentType   string            // empty: not said
	ChecksumType  string            // empty: not said
	LegalHold     string            // schemas.HoldOn, HoldOff, HoldUnknown
	RetentionMode string            // schemas.RetentionGovernance, RetentionCompliance, RetentionUnknown
	Times         []schemas.Reading // LastModified, ObjectLockRetainUntilDate, those that are there
}

// ParseHead reads the output of aws s3api head-object. Errors are *Refused.
func ParseHead(raw []byte) (Head, error) {
	value, err := object(raw, MaxHead, "the output of aws s3api head-object")
	if err != nil {
		return Head{}, err
	}
	h := Head{Size: -1, LegalHold: schemas.HoldUnknown, RetentionMode: schemas.RetentionUnknown}
	var modified, until []schemas.Reading
	for key, value := range strictjson.Members(value) {
		switch name := string(key); name {
		case "LastModified":
			modified = time(value, name)
		case "ObjectLockRetainUntilDate":
			until = time(value, name)
		default:
			err = h.set(name, value)
		}
		if err != nil {
			return Head{}, err
		}
	}
	if h.ETag == "" {
		return Head{}, refuse(CodeNoKey, "", "no answer about an object: want ETag, as head-object prints it")
	}
	h.Times = slices.Concat(modified, until)
	return h, nil
}

func (h *Head) set(name string, value []byte) (err error) {
	switch name {
	case "Bucket":
		h.Bucket, err = text(value, name, MaxField)
	case "Key":
		h.Key, err = text(value, name, MaxKey)
	case "VersionId":
		h.VersionID, err = text(value, name, MaxField)
	case "DeleteMarker":
		h.DeleteMarker, err = truth(value, name)
	case "ETag":
		h.ETag, err = etag(value, name)
	case "ContentLength":
		h.Size, err = size(value, name)
	case "ContentType":
		h.ContentType, err = text(value, name, MaxField)
	case "ChecksumType":
		h.ChecksumType, err = text(value, name, MaxField)
	case "ObjectLockLegalHoldStatus":
		h.LegalHold, err = oneOf(value, name, schemas.HoldUnknown, schemas.HoldOn, schemas.HoldOff)
	case "ObjectLockMode":
		h.RetentionMode, err = oneOf(value, name, schemas.RetentionUnknown, schemas.RetentionGovernance, schemas.RetentionCompliance)
	}
	return err
}

// oneOf wants one of the known words. Another is refused: what a lock means is no place to guess.
func oneOf(value []byte, name, absent string, known ...string) (string, error) {
	s, err := text(value, name, MaxField)
	switch {
	case err != nil:
		return "", err
	case s == "":
		return absent, nil
	case !slices.Contains(known, s):
		return "", refuse(CodeType, "/"+name, "want one of %q", known)
	}
	return s, nil
}

package s3event

import (
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

// event is what a shape says besides the object, and the pointers a refusal names.
type event struct {
	name  string // without the prefix s3:
	field string // the name of its time
	time  string // as written
	timed bool   // whether it has one

	nameAt, keyAt, bucketAt string
}

// notification completes what every shape has in common.
func notification(f schemas.ObjectFact, e event) (Notification, *Refused) {
	if reason := checkKey(f.Key); reason != "" {
		return Notification{}, &Refused{CodeKey, e.keyAt, reason}
	}
	if e.name == "" {
		return Notification{}, &Refused{CodeField, e.nameAt, "no event name"}
	}
	if !isBucket(f.Bucket) {
		return Notification{}, &Refused{CodeField, e.bucketAt, "no bucket name: 1 to 255 letters, digits, dots, hyphens, underscores"}
	}
	f.ETag = unquote(f.ETag)
	k := ParseKey(f.Key)
	f.OrganizationID, f.RecordingID, f.Role = k.OrganizationID, k.RecordingID, k.Role
	n := Notification{ConversationID: k.ConversationID, Identity: Identity(&f, e.name, e.time), Fact: f}
	if e.timed {
		n.Times = []schemas.Reading{instant.Read(e.field, instant.S3, e.time, instant.RoundingUnknown)}
	}
	if f.VersionID == "" || f.VersionID == nullVersion {
		n.Labels = []string{schemas.LabelUnpinned}
	}
	return n, nil
}

// isBucket is S3's alphabet of bucket names, that of before 2018 included. (S3 User Guide, "General purpose bucket
// naming rules".) A name goes into requests that carry our credentials, so nothing else is let through.
func isBucket(name string) bool {
	for i := range len(name) {
		if c := name[i]; !letterOrDigit(c) && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return len(name) >= 1 && len(name) <= 255 && name != "." && name != ".."
}

// nullVersion is the id of a version written while versioning was off: the next PUT overwrites it. (S3 User Guide,
// "Working with objects in a versioning-suspended bucket".)
const nullVersion = "null"

// action reads an event name without its prefix. (S3 User Guide, "Supported event types for SQS, SNS, and Lambda".)
func action(name string) string {
	group, detail, _ := strings.Cut(name, ":")
	switch {
	case group == "ObjectCreated":
		return schemas.ActionCreated
	case group != "ObjectRemoved" && group != "LifecycleExpiration":
		return schemas.ActionOther
	case detail == "DeleteMarkerCreated":
		return schemas.ActionDeleteMarker
	}
	return schemas.ActionDeleted
}

// bridgeAction reads EventBridge's detail-type and deletion-type.
func bridgeAction(detailType, deletion string) string {
	switch {
	case detailType == "Object Created":
		return schemas.ActionCreated
	case detailType != "Object Deleted":
		return schemas.ActionOther
	case deletion == "Delete Marker Created":
		return schemas.ActionDeleteMarker
	}
	return schemas.ActionDeleted
}

// unquote takes one pair of quotes off an ETag, as HTTP writes it and S3's notifications do not.
func unquote(etag string) string {
	if len(etag) >= 2 && etag[0] == '"' && etag[len(etag)-1] == '"' {
		return etag[1 : len(etag)-1]
	}
	return etag
}

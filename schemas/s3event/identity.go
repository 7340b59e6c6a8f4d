package s3event

import "holdfast.example/schemas"

// identityTag separates this hash from every other use of SHA-256, and versions its recipe.
const identityTag = "holdfast/s3event/1"

// Identity is schemas.Identity over the recipe's tag; bucket, key,
// version id, action (for an action other: the event's name); then what tells two such things apart:
//
//	an S3 sequencer    the sequencer, and for a created object its ETag
//	anything else      the sequencer, if any, ETag and event time, all as written
//
// S3 repeats the sequencer in a redelivery, and it is of the change and not of the wrapping; only actions named other are
// told apart by a name that differs between shapes. The ETag beside the sequencer costs nothing there, and keeps two
// PUTs apart at a store whose sequencer is a constant (moto's EventBridge events). Without a sequencer of S3's kind the
// time text is all there is: equal for every copy of a message, not across shapes.
func Identity(f *schemas.ObjectFact, eventName, eventTime string) schemas.Hash {
	action := f.Action
	if action == schemas.ActionOther {
		action += ":" + eventName
	}
	parts := []string{identityTag, f.Bucket, f.Key, f.VersionID, action, f.Sequencer}
	switch {
	case !ordersAlone(f.Sequencer):
		parts = append(parts, f.ETag, eventTime)
	case f.Action == schemas.ActionCreated:
		parts = append(parts, f.ETag)
	}
	return schemas.Identity(parts...)
}

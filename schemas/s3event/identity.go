package s3event

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"

	"holdfast.example/schemas"
)

// identityTag separates this hash from every other use of SHA-256, and versions its recipe.
const identityTag = "holdfast/s3event/1"

// Identity is SHA-256 over, each with its length before it as 8 bytes big-endian: the recipe's tag; bucket, key,
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
	h := sha256.New()
	put(h, identityTag)
	put(h, f.Bucket)
	put(h, f.Key)
	put(h, f.VersionID)
	if f.Action == schemas.ActionOther {
		put(h, f.Action+":"+eventName)
	} else {
		put(h, f.Action)
	}
	put(h, f.Sequencer)
	switch {
	case !ordersAlone(f.Sequencer):
		put(h, f.ETag)
		put(h, eventTime)
	case f.Action == schemas.ActionCreated:
		put(h, f.ETag)
	}
	return schemas.Hash(h.Sum(nil))
}

func put(h hash.Hash, s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	io.WriteString(h, s)
}

package leaf

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"

	"holdfast.example/schemas"
)

// Fields of the commitments in a leaf.
const (
	FieldUserID    = "user_id"
	FieldObject    = "object"    // value: bucket + "/" + key
	FieldPrincipal = "principal" // value: as the notification writes it
)

// Commit is what stands in a leaf for a personal value: lower-case hex HMAC-SHA-256 under the entity's secret of
// "holdfast/v1", field, 0x00, value. Field holds no 0x00, so no two (field, value) share an input.
// The secret opens every commitment of its entity, so a bundle that opens one value lets its reader try guesses at the
// others.
//
// HMAC is RFC 2104 spelt out: crypto/hmac allocates ten times and costs four times as much, once or twice a leaf. A
// test holds the two together.
func Commit(secret schemas.Secret, field, value string) string {
	const block = sha256.BlockSize
	var inner [block + 256]byte
	var outer [block + sha256.Size]byte
	for i := range block {
		inner[i], outer[i] = 0x36, 0x5c
	}
	for i, k := range secret {
		inner[i] ^= k
		outer[i] ^= k
	}
	msg := append(inner[:block], "holdfast/v1"...)
	msg = append(msg, field...)
	msg = append(msg, 0)
	msg = append(msg, value...)
	sum := sha256.Sum256(msg)
	copy(outer[block:], sum[:])
	sum = sha256.Sum256(outer[:])
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], sum[:])
	return string(text[:])
}

// Opens says whether (secret, field, value) is what commitment was made of. Nothing opens Withheld.
func Opens(secret schemas.Secret, field, value, commitment string) bool {
	return subtle.ConstantTimeCompare([]byte(Commit(secret, field, value)), []byte(commitment)) == 1
}

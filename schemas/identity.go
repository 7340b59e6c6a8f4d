package schemas

import (
	"crypto/sha256"
	"encoding/binary"
)

// Identity is SHA-256 over the parts, each after its length as 8 bytes, big-endian, so that no two lists of parts share
// one. It is the recipe of every FactID; what the parts are is each package's.
func Identity(parts ...string) Hash {
	var room [512]byte
	b := room[:0]
	for _, p := range parts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
		b = append(b, p...)
	}
	return sha256.Sum256(b)
}

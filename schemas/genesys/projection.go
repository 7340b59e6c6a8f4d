package genesys

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strconv"

	"holdfast.example/schemas"
	"holdfast.example/schemas/strictjson"
)

// projection is SHA-256 of an object's canonical rendering (ParseMetadata) without its volatile members. The object has
// passed the strict pass, so its names are unique and its depth is bounded.
func projection(object []byte) schemas.Hash {
	b := appendObject(make([]byte, 0, len(object)+64), object, func(name []byte) bool { return fieldOf(name) == fieldExported })
	return sha256.Sum256(b)
}

// member is one member of an object, its name decoded.
type member struct{ name, value []byte }

func appendCanonical(dst, value []byte) []byte {
	switch strictjson.KindOf(value) {
	case strictjson.String:
		s, _ := strictjson.TextBytes(value)
		return appendCounted(dst, 's', s)
	case strictjson.Number:
		return appendCounted(dst, '#', value)
	case strictjson.Array:
		count := 0
		for range strictjson.Elements(value) {
			count++
		}
		dst = appendCount(dst, 'a', count)
		for _, element := range strictjson.Elements(value) {
			dst = appendCanonical(dst, element)
		}
		return dst
	case strictjson.Object:
		return appendObject(dst, value, nil)
	}
	return append(dst, value[0]) // null, true, false
}

func appendObject(dst, object []byte, without func(name []byte) bool) []byte {
	var room [16]member
	members := room[:0]
	for name, value := range strictjson.Members(object) {
		if without == nil || !without(name) {
			members = append(members, member{name, value})
		}
	}
	slices.SortFunc(members, func(a, b member) int { return bytes.Compare(a.name, b.name) })
	dst = appendCount(dst, 'o', len(members))
	for _, m := range members {
		dst = appendCounted(dst, 's', m.name)
		dst = appendCanonical(dst, m.value)
	}
	return dst
}

func appendCounted(dst []byte, tag byte, text []byte) []byte {
	return append(appendCount(dst, tag, len(text)), text...)
}

func appendCount(dst []byte, tag byte, n int) []byte {
	return append(strconv.AppendInt(append(dst, tag), int64(n), 10), ':')
}

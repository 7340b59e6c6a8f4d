package genesys

import (
	"strconv"

	"holdfast.example/schemas/strictjson"
)

// The values of members, each by what is wanted of it. null and an absent member (nil) are the empty text: the platform
// writes both where it has nothing to say. at is the pointer of the object, name the member's.

// anyText wants a string.
func anyText(value []byte, at, name string) (string, error) {
	switch strictjson.KindOf(value) {
	case strictjson.Invalid, strictjson.Null:
		return "", nil
	case strictjson.String:
		s, _ := strictjson.Text(value)
		return s, nil
	}
	return "", refuse(CodeType, at+"/"+name, "want a string")
}

// shortText wants a string of at most MaxText bytes.
func shortText(value []byte, at, name string) (string, error) {
	s, err := anyText(value, at, name)
	if err == nil && len(s) > MaxText {
		return "", refuse(CodeTooLong, at+"/"+name, "%d bytes, the limit is %d", len(s), MaxText)
	}
	return s, err
}

// idText wants an id; the empty string stands for none, as the platform writes it.
func idText(value []byte, at, name string) (string, error) {
	s, err := anyText(value, at, name)
	if err == nil && s != "" && !IsID(s) {
		return "", refuse(CodeID, at+"/"+name, "no id: want 1 to %d of A-Z a-z 0-9 _ . : -", MaxID)
	}
	return s, err
}

// enumText wants a value of an open enumeration and makes its ASCII letters upper case.
func enumText(value []byte, at, name string) (string, error) {
	s, err := shortText(value, at, name)
	if err != nil {
		return "", err
	}
	for i := range len(s) {
		if s[i] >= 'a' && s[i] <= 'z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'a' && b[i] <= 'z' {
					b[i] -= 'a' - 'A'
				}
			}
			return string(b), nil
		}
	}
	return s, nil
}

// timeText is a time as schemas/instant reads it: a string's value, any other value as it stands, so that what is no
// time at all is refused there, in the reading, with its text.
func timeText(value []byte) string {
	switch strictjson.KindOf(value) {
	case strictjson.Invalid, strictjson.Null:
		return ""
	case strictjson.String:
		s, _ := strictjson.Text(value)
		return s
	}
	return string(value)
}

// idTexts wants an array of at most MaxIDs ids, none of them empty.
func idTexts(value []byte, at, name string) ([]string, error) {
	at += "/" + name
	if strictjson.KindOf(value) != strictjson.Array {
		return nil, refuse(CodeType, at, "want an array of ids")
	}
	var ids []string
	for i, element := range strictjson.Elements(value) {
		id, ok := strictjson.Text(element)
		switch {
		case !ok:
			return nil, refuse(CodeType, at+"/"+strconv.Itoa(i), "want a string")
		case !IsID(id):
			return nil, refuse(CodeID, at+"/"+strconv.Itoa(i), "no id: want 1 to %d of A-Z a-z 0-9 _ . : -", MaxID)
		case i >= MaxIDs:
			return nil, refuse(CodeTooMany, at, "more than %d ids", MaxIDs)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

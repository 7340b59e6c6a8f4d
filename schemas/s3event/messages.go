package s3event

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"holdfast.example/schemas/strictjson"
)

// Messages reads a file of messages that somebody saved: one, an array, an object that holds them in one of lists, or one
// on each line. It holds one message. An error of one message, a *Refused whose pointer names it, does not end the
// sequence; any other does.
func Messages(r io.Reader, lists ...string) iter.Seq2[Message, error] {
	named := func(name string) bool { return slices.Contains(lists, name) }
	read := func(p strictjson.Piece) (Message, error) { return Parse(p.Value) }
	return strictjson.Each(r, strictjson.SplitLimits{Piece: MaxMessage}, named, read, inFile)
}

// inFile makes an error of a message one of the file it stands in.
func inFile(at string, err error) error {
	var refused *Refused
	var bad *strictjson.Error
	switch {
	case errors.As(err, &refused):
		return &Refused{refused.Code, at + refused.Pointer, refused.Reason}
	case errors.As(err, &bad):
		return &Refused{bad.Code, at + bad.Pointer, fmt.Sprintf("%s at byte %d", bad.Reason, bad.Offset)}
	}
	return err
}

package s3event

import (
	"errors"
	"fmt"

	"holdfast.example/schemas/strictjson"
)

// testEvent is what S3 sends to a queue that is being configured.
const testEvent = "s3:TestEvent"

// Parse reads one queue message. The error is a *Refused. Members it does not know are ignored, as S3's rules of
// versioning ask. It keeps nothing of raw.
func Parse(raw []byte) (Message, error) {
	m, refused := parse(raw, false)
	if refused != nil {
		return Message{}, refused
	}
	return m, nil
}

func parse(raw []byte, wrapped bool) (Message, *Refused) {
	err := strictjson.Check(raw, strictjson.Limits{Bytes: MaxMessage, Depth: maxDepth, Keys: maxMembers})
	if err != nil {
		var bad *strictjson.Error
		if !errors.As(err, &bad) {
			panic("s3event: an error that is no *strictjson.Error: " + err.Error())
		}
		return Message{}, &Refused{bad.Code, bad.Pointer, fmt.Sprintf("byte %d: %s", bad.Offset, bad.Reason)}
	}
	d := document{}
	top := d.object("", strictjson.Value(raw))
	if d.refused != nil {
		return Message{}, &Refused{CodeShape, "", d.refused.Reason}
	}
	records, bridge, sns := top.has("Records"), top.has("detail-type"), top.has("Type") && top.has("Message")
	switch {
	case records && (bridge || sns) || bridge && sns:
		return Message{}, &Refused{CodeShape, "", "members of two shapes at once: Records, detail-type, SNS's Type and Message"}
	case records:
		return directMessage(&d, top, wrapped)
	case bridge:
		return bridgeMessage(&d, top, wrapped)
	case sns && wrapped:
		return Message{}, &Refused{CodeShape, "", "an SNS notification within an SNS notification"}
	case sns:
		return snsMessage(&d, top)
	case top.has("Event") && top.text("Event") == testEvent:
		return Message{Test: true}, nil
	}
	return Message{}, &Refused{CodeShape, "", "neither Records, nor detail-type, nor an SNS notification, nor S3's test event"}
}

// snsMessage unwraps an SNS notification. (Amazon SNS Developer Guide, "Parsing Amazon SNS message formats".)
func snsMessage(d *document, top members) (Message, *Refused) {
	kind, inner := top.text("Type"), top.text("Message")
	switch {
	case d.refused != nil:
		return Message{}, d.refused
	case kind != "Notification":
		return Message{}, &Refused{CodeShape, "/Type", "an SNS message that is no Notification: confirm or remove the subscription"}
	}
	m, refused := parse([]byte(inner), true)
	if refused != nil {
		refused.Reason = "in the string at /Message: " + refused.Reason
	}
	return m, refused
}

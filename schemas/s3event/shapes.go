package s3event

import (
	"fmt"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/strictjson"
)

// directMessage reads {"Records":[...]}. (S3 User Guide, "Event message structure".)
func directMessage(d *document, top members, wrapped bool) (Message, *Refused) {
	records := top.get("Records")
	if strictjson.KindOf(records) != strictjson.Array {
		return Message{}, &Refused{CodeShape, "/Records", "no JSON array"}
	}
	shape := ShapeDirect
	if wrapped {
		shape = ShapeSNS
	}
	var m Message
	for i, value := range strictjson.Elements(records) {
		if i == MaxRecords {
			return Message{}, &Refused{CodeRecords, "/Records", fmt.Sprintf("more than %d records", MaxRecords)}
		}
		n, refused := directRecord(d.object(fmt.Sprintf("/Records/%d", i), value))
		if refused != nil {
			return Message{}, refused
		}
		n.Index, n.Shape = i, shape
		m.Notifications = append(m.Notifications, n)
	}
	if len(m.Notifications) == 0 {
		return Message{}, &Refused{CodeRecords, "/Records", "no record"}
	}
	return m, nil
}

func directRecord(r members) (Notification, *Refused) {
	s3, identity := r.object("s3"), r.object("userIdentity")
	object := s3.object("object")
	version, source, name := r.short("eventVersion"), r.short("eventSource"), r.short("eventName")
	principal := identity.short("principalId")
	if principal == "" {
		principal = identity.short("PrincipalId") // versitygw
	}
	e := event{field: "eventTime", nameAt: r.at + "/eventName", keyAt: object.at + "/key", bucketAt: s3.at + "/bucket/name"}
	e.time, e.timed = r.time("eventTime")
	f := schemas.ObjectFact{
		Bucket:    s3.object("bucket").short("name"),
		Key:       object.text("key"),
		VersionID: object.short("versionId"),
		ETag:      object.short("eTag"),
		Size:      object.size("size"),
		Sequencer: object.short("sequencer"),
		Principal: principal,
	}
	switch {
	case r.d.refused != nil:
		return Notification{}, r.d.refused
	case version != "" && major(version) != "2":
		return Notification{}, &Refused{CodeVersion, r.at + "/eventVersion", "a major version other than 2"}
	case source != "" && !strings.HasSuffix(source, ":s3"):
		return Notification{}, &Refused{CodeSource, r.at + "/eventSource", "the source is no S3"}
	}
	var prefixed bool
	e.name, prefixed = strings.CutPrefix(name, "s3:")
	if !prefixed || source != "aws:s3" {
		var reason string
		if f.Key, reason = decodeKey(f.Key); reason != "" {
			return Notification{}, &Refused{CodeKey, e.keyAt, reason}
		}
	}
	f.Action = action(e.name)
	return notification(f, e)
}

// bridgeMessage reads S3's event as EventBridge delivers it. (S3 User Guide, "EventBridge event message structure".)
func bridgeMessage(d *document, top members, wrapped bool) (Message, *Refused) {
	detail := top.object("detail")
	object := detail.object("object")
	e := event{field: "time", nameAt: "/detail-type", keyAt: object.at + "/key", bucketAt: detail.at + "/bucket/name"}
	e.name = top.short("detail-type")
	e.time, e.timed = top.time("time")
	etag := object.short("etag")
	if etag == "" {
		etag = object.short("eTag") // moto
	}
	source, version, eventVersion := top.short("source"), detail.short("version"), detail.short("event-version")
	f := schemas.ObjectFact{
		Action:    bridgeAction(e.name, detail.short("deletion-type")),
		Bucket:    detail.object("bucket").short("name"),
		Key:       object.text("key"),
		VersionID: object.short("version-id"),
		ETag:      etag,
		Size:      object.size("size"),
		Sequencer: object.short("sequencer"),
		Principal: detail.short("requester"),
	}
	switch {
	case d.refused != nil:
		return Message{}, d.refused
	case source != "aws.s3":
		return Message{}, &Refused{CodeSource, "/source", "the source is not aws.s3: another service's event on this queue"}
	case !strings.HasPrefix(e.name, "Object "):
		return Message{}, &Refused{CodeSource, "/detail-type", "not of an object"}
	case version != "" && major(version) != "0":
		return Message{}, &Refused{CodeVersion, "/detail/version", "a major version other than 0"}
	case eventVersion != "" && major(eventVersion) != "1":
		return Message{}, &Refused{CodeVersion, "/detail/event-version", "a major version other than 1"}
	}
	n, refused := notification(f, e)
	if refused != nil {
		return Message{}, refused
	}
	n.Shape = ShapeEventBridge
	if wrapped {
		n.Shape = ShapeSNSEventBridge
	}
	return Message{Notifications: []Notification{n}}, nil
}

// FromFields reads a notification that a producer without raw bytes wrote as fields; its key is decoded already. The
// error is a *Refused whose pointer names the field.
func FromFields(fields *schemas.NotificationFields) (Notification, error) {
	e := event{
		name: strings.TrimPrefix(fields.EventName, "s3:"), nameAt: "/fields/event_name",
		field: "event_time", time: fields.EventTime, timed: fields.EventTime != "",
		keyAt: "/fields/key", bucketAt: "/fields/bucket",
	}
	for _, kept := range [...]struct{ name, value string }{
		{"event_name", e.name}, {"event_time", e.time}, {"bucket", fields.Bucket}, {"version_id", fields.VersionID},
		{"etag", fields.ETag}, {"sequencer", fields.Sequencer},
	} {
		if len(kept.value) > MaxField {
			return Notification{}, &Refused{CodeField, "/fields/" + kept.name,
				fmt.Sprintf("%d bytes; the limit is %d", len(kept.value), MaxField)}
		}
	}
	if fields.Size < -1 {
		return Notification{}, &Refused{CodeField, "/fields/size", "no whole number of bytes"}
	}
	n, refused := notification(schemas.ObjectFact{
		Action: action(e.name), Bucket: fields.Bucket, Key: fields.Key, VersionID: fields.VersionID,
		ETag: fields.ETag, Size: fields.Size, Sequencer: fields.Sequencer,
	}, e)
	if refused != nil {
		return Notification{}, refused
	}
	n.Shape = ShapeFields
	return n, nil
}

// major is what stands before the first dot of a version.
func major(version string) string {
	m, _, _ := strings.Cut(version, ".")
	return m
}

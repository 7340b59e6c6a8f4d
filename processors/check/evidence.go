package check

import (
	"io"
	"strconv"
	"strings"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/media"
	"holdfast.example/schemas/s3event"
	"holdfast.example/schemas/s3object"
)

// facts reads a file by the reader for its kind. An error is of the medium, or condemns the file.
func (k *intake) facts(r io.Reader, b *Blob, file int) error {
	f := &k.files[file]
	lists := []string{}
	if f.List != "" {
		lists = append(lists, f.List)
	}
	switch f.Kind {
	case exhibit.Manifest:
		return k.manifest(r, file)
	case exhibit.Metadata:
		return k.metadata(r, b, file)
	case exhibit.Event:
		each(k, file, genesys.Events(r, lists...), func(e *genesys.Event, place string) { k.event(e, file, place) })
	case exhibit.Analytics:
		each(k, file, genesys.Conversations(r, lists...), func(c *genesys.Conversation, place string) { k.detail(c, file, place) })
	case exhibit.AuditQuery:
		each(k, file, genesys.Audits(r, lists...), func(a *genesys.Audit, place string) { k.audit(a, file, place) })
	case exhibit.RecordingAnswer:
		each(k, file, genesys.Recordings(r, lists...), func(a *genesys.Recording, place string) { k.answer(a, file, place) })
	case exhibit.ExportJob:
		each(k, file, genesys.Jobs(r, lists...), func(j *genesys.Job, _ string) {
			of := k.jobs[j.JobID]
			of.told = max(of.told, j.Recordings)
			k.jobs[strings.Clone(j.JobID)] = of
		})
	case exhibit.Retention:
		each(k, file, genesys.Retentions(r, lists...), func(t *genesys.Kept, place string) { k.retention(t, file, place) })
	case exhibit.Notification:
		each(k, file, s3event.Messages(r, lists...), func(m *s3event.Message, place string) {
			for i := range m.Notifications {
				k.notification(&m.Notifications[i], file, place)
			}
		})
	case exhibit.ObjectVersions:
		each(k, file, s3object.Versions(r), func(v *s3object.Version, place string) {
			if !v.DeleteMarker {
				k.put(v.Key, v.Times, file, place)
			}
		})
	case exhibit.ObjectHead:
		return k.objectHead(r, file)
	case exhibit.Transcript:
		return k.transcript(r, lists, b, file)
	case exhibit.Mail:
		return k.mail(r, b, file)
	}
	return nil
}

// each takes what a reader gives, counts it, and lists what it refuses.
func each[T any](k *intake, file int, seq func(func(T, error) bool), take func(x *T, place string)) {
	n := int64(-1)
	for x, err := range seq {
		if n++; err != nil {
			k.refuse(file, err)
			continue
		}
		take(&x, "/"+strconv.FormatInt(n, 10))
		k.files[file].Facts++
	}
}

// answer adds what the Recording API says of a recording.
func (k *intake) answer(a *genesys.Recording, file int, place string) {
	r := k.toldOf(a.ConversationID, a.RecordingID, file, place, a.Times)
	if r == nil {
		return
	}
	r.tell(attribute.RecordingStart, stampOf(a.Times, "startTime"))
	r.tell(attribute.OriginalStart, stampOf(a.Times, "originalRecordingStartTime"))
	r.tell(attribute.RecordingCreated, stampOf(a.Times, "creationTime"))
	r.tell(attribute.Finalise, stampOf(a.Times, "exportedDate"))
	if pauses, any := paused(a.Pauses); any {
		r.tell(attribute.Pauses, length(pauses, instant.ExportMetadata))
	}
	if a.Media == "AUDIO" && a.OutputDurationMS >= 0 { // of a transcript it is no length of time
		r.tell(attribute.MediaDuration, length(a.OutputDurationMS, instant.MediaHeader))
	}
}

// paused is the sum of what was not recorded, ms: pauses, not holds, which are recorded as music.
func paused(all []genesys.Pause) (sum int64, any bool) {
	for i := range all {
		p := &all[i]
		if p.Reason != "PAUSE" && p.Reason != "SECUREPAUSE" {
			continue
		}
		for _, ms := range [...]int64{p.AbsoluteDurationMS, p.DurationMS, p.RecordingDurationMS} {
			if ms >= 0 {
				sum, any = sum+min(ms, 1<<40), true
				break
			}
		}
	}
	return sum, any
}

// toldOf is the recording that an answer of the platform speaks of; nil: the export does not name it in that conversation.
func (k *intake) toldOf(conversation, id string, file int, place string, times []schemas.Reading) *recording {
	c := k.about(conversation)
	if c == nil {
		k.elsewhere(id)
		return nil
	}
	k.reads(c, file, place, "recording "+id, times)
	r := c.known(id)
	if r == nil {
		k.elsewhere(id)
	}
	return r
}

// retention adds what the retention query says, which is copied from the recording.
func (k *intake) retention(t *genesys.Kept, file int, place string) {
	r := k.toldOf(t.ConversationID, t.RecordingID, file, place, t.Times)
	if r == nil {
		return
	}
	r.tell(attribute.RecordingCreated, stampOf(t.Times, "creationTime"))
	r.tell(attribute.Finalise, stampOf(t.Times, "exportedDate"))
}

// audit is no instant of a recording: it is when a deed was entered in a log. It is kept to be shown.
func (k *intake) audit(a *genesys.Audit, file int, place string) {
	if a.ConversationID != "" {
		k.reads(k.about(a.ConversationID), file, place, "audit "+a.Action+" "+a.EntityID, a.Times)
	}
}

func (k *intake) notification(n *s3event.Notification, file int, place string) {
	if n.Fact.Action == schemas.ActionCreated {
		k.put(n.Fact.Key, n.Times, file, place)
	}
}

// put adds the store's time of an object of a recording. The media's counts; that of its metadata only where there is no
// other, which tell cannot know: so the metadata's is told only of what has no media.
func (k *intake) put(key string, times []schemas.Reading, file int, place string) {
	at := s3event.ParseKey(key)
	if at.ConversationID == "" || at.Role != schemas.RoleMedia && at.Role != schemas.RoleMetadata {
		return
	}
	c := k.about(at.ConversationID)
	if c == nil {
		k.elsewhere(at.RecordingID)
		return
	}
	c.of(at.OrganizationID, k.dossier)
	k.reads(c, file, place, "object of "+at.RecordingID+", "+at.Role, times)
	r := c.known(at.RecordingID)
	if r == nil {
		k.elsewhere(at.RecordingID)
		return
	}
	if len(times) == 0 || at.Role != schemas.RoleMedia {
		return
	}
	r.tell(attribute.S3Put, timeline.Read(&times[0]))
}

// objectHead reads a head-object answer. It seldom says of which object it is.
func (k *intake) objectHead(r io.Reader, file int) error {
	raw, err := io.ReadAll(io.LimitReader(r, s3object.MaxHead+1))
	if err != nil {
		return err
	}
	h, err := s3object.ParseHead(raw)
	if err != nil {
		k.refuse(file, err)
		return nil
	}
	k.files[file].Facts++
	if h.Key == "" {
		k.files[file].Reason = "does not say of which object: add Bucket and Key to it, or give list-object-versions"
		return nil
	}
	k.put(h.Key, h.Times[:min(1, len(h.Times))], file, "")
	return nil
}

// unplaced is the reason of what belongs to a conversation that nobody names.
const unplaced = "neither its place nor its text says of which conversation it is"

// transcript reads the messages of a conversation. They are when each was sent, and none of a recording's own instants:
// they are kept to be shown.
func (k *intake) transcript(r io.Reader, lists []string, b *Blob, file int) error {
	t, err := media.ReadTranscript(r, lists...)
	if err != nil {
		k.refuse(file, err)
		return nil
	}
	f := &k.files[file]
	f.Facts = t.Messages
	if t.Unread > 0 {
		f.Refused = t.Unread - 1
		k.object(file, t.FirstUnread, t.UnreadBecause)
	}
	at := b.placed()
	if at.ConversationID == "" {
		f.Reason = unplaced
		return nil
	}
	k.reads(k.about(at.ConversationID), file, "", "first message", []schemas.Reading{t.First})
	k.reads(k.conversations[at.ConversationID], file, "", "last message", []schemas.Reading{t.Last})
	return nil
}

// mail reads the header of a mail. Its Date is the sender's own word on when the conversation began.
func (k *intake) mail(r io.Reader, b *Blob, file int) error {
	head, err := io.ReadAll(io.LimitReader(r, media.MaxHeader+1))
	if err != nil {
		return err
	}
	m, err := media.ParseMail(head)
	if err != nil {
		k.refuse(file, err)
		return nil
	}
	k.files[file].Facts = 1
	at := b.placed()
	if at.ConversationID == "" {
		k.files[file].Reason = unplaced
		return nil
	}
	c := k.about(at.ConversationID)
	if c == nil {
		return nil
	}
	k.reads(c, file, "", "mail", m.Times)
	if rec := c.known(at.RecordingID); rec != nil {
		rec.tell(attribute.SenderDate, stampOf(m.Times, "Date"))
	}
	return nil
}

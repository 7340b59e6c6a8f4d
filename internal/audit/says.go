package audit

import (
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// What a fact says, told twice: by its observation and by its leaf. Both sides write the same fields in the same order;
// their digests are equal exactly where the leaf says what the observation says. Of lists the first eight are compared: a
// leaf that would be too long holds no more.

const compared = leaf.TightList

// begin writes what every fact has.
func (d *digest) begin(kind, lock string, ms int64, raw *schemas.Hash) {
	d.reset()
	d.text(kind, lock)
	d.num(ms)
	d.hash(raw)
}

func (d *digest) times(n int, of func(i int) (field, clock string, lo, hi int64, refused bool)) {
	d.num(int64(min(n, compared)))
	for i := range min(n, compared) {
		field, clock, lo, hi, refused := of(i)
		d.text(field, clock)
		if refused {
			d.text("refused")
			continue
		}
		d.num(lo, hi)
	}
}

// ofFact is the observation's side.
func (d *digest) ofFact(o *schemas.Observation, c committer) {
	kind := leaf.KindInspection
	switch {
	case o.Event != nil:
		kind = leaf.KindEvent
	case o.Object != nil:
		kind = leaf.KindObject
	}
	d.begin(kind, o.Lock, o.ArrivalMS, o.RawSHA256)
	d.flag(slices.Contains(o.Labels, schemas.LabelUnpinned))
	d.times(len(o.Times), func(i int) (string, string, int64, int64, bool) {
		t := &o.Times[i]
		return token(t.Field), t.Clock, t.LoMS, t.HiMS, t.Refused != ""
	})
	switch e, x, in := o.Event, o.Object, o.Inspection; {
	case e != nil:
		d.text(token(e.Topic), id(e.ParticipantID), id(e.SessionID), token(e.MediaType), token(e.MessageType), token(e.Provider),
			token(e.Direction), token(e.DisconnectType), id(e.OrganizationID), c.of(leaf.FieldUserID, e.UserID))
	case x != nil:
		d.text(x.Action, x.Role, id(x.RecordingID), id(x.OrganizationID), c.of(leaf.FieldObject, x.Bucket+"/"+x.Key),
			token(x.VersionID), token(x.ETag), token(x.Sequencer), c.of(leaf.FieldPrincipal, x.Principal))
		d.num(count(x.Size))
	default:
		if in == nil {
			in = &schemas.InspectionFact{Size: -1}
		}
		object := ""
		if o.Inspection != nil {
			object = c.of(leaf.FieldObject, in.Bucket+"/"+in.Key)
		}
		d.text(in.Outcome, token(in.ErrorCode), in.Role, id(in.RecordingID), id(in.OrganizationID), object, token(in.VersionID),
			token(in.ETag), token(in.ContentType), token(in.Checksum), token(in.ChecksumType))
		d.num(count(in.Size))
		d.hash(in.SHA256)
		if v := o.Export; v != nil {
			users := make([]string, 0, compared)
			for _, u := range v.UserIDs[:min(len(v.UserIDs), compared)] {
				users = append(users, c.of(leaf.FieldUserID, u))
			}
			d.export(v.Form, token(v.Pointer), &v.FileSHA256, &v.Projection, id(v.ConversationID), id(v.RecordingID), id(v.SessionID),
				token(v.MediaType), token(v.Provider), token(v.Direction), count(v.DurationMS), users)
		}
	}
}

// ofLeaf is the leaf's side.
func (d *digest) ofLeaf(l *leaf.Leaf) {
	d.begin(l.Kind, l.Lock, l.AtMS, evidenceOf(l))
	d.flag(slices.Contains(l.Labels, leaf.LabelUnpinned))
	d.times(len(l.Times), func(i int) (string, string, int64, int64, bool) {
		t := &l.Times[i]
		return t.Field, t.Clock, t.LoMS, t.HiMS, t.Refused != ""
	})
	switch e, x, in := l.Event, l.Object, l.Inspection; {
	case e != nil:
		d.text(e.Topic, e.ParticipantID, e.SessionID, e.MediaType, e.MessageType, e.Provider, e.Direction, e.DisconnectType,
			e.OrganizationID, e.User)
	case x != nil:
		d.text(x.Action, x.Role, x.RecordingID, x.OrganizationID, x.Object, x.VersionID, x.ETag, x.Sequencer, x.Principal)
		d.num(x.Size)
	case in != nil:
		d.text(in.Outcome, in.ErrorCode, in.Role, in.RecordingID, in.OrganizationID, in.Object, in.VersionID, in.ETag,
			in.ContentType, in.Checksum, in.ChecksumType)
		d.num(in.Size)
		d.hash(in.SHA256)
		if v := in.Export; v != nil {
			d.export(v.Form, v.Pointer, &v.FileSHA256, &v.Projection, v.ConversationID, v.RecordingID, v.SessionID,
				v.MediaType, v.Provider, v.Direction, v.DurationMS, v.Users[:min(len(v.Users), compared)])
		}
	}
}

func (d *digest) export(form, pointer string, file, projection *schemas.Hash, conversation, recording, session, media, provider, direction string, duration int64, users []string) {
	d.text(form, pointer, conversation, recording, session, media, provider, direction)
	d.hash(file)
	d.hash(projection)
	d.num(duration, int64(len(users)))
	d.text(users...)
}

// ofLock and ofHold are the two sides of a lock leaf.
func (d *digest) ofLock(o *schemas.Observation, c committer) {
	in := o.Inspection
	d.begin(leaf.KindLock, o.Lock, o.ArrivalMS, o.RawSHA256)
	d.text(id(in.RecordingID), c.of(leaf.FieldObject, in.Bucket+"/"+in.Key), token(in.VersionID), in.LegalHold, in.RetentionMode)
}

func (d *digest) ofHold(l *leaf.Leaf) {
	h := l.Hold
	d.begin(leaf.KindLock, l.Lock, l.AtMS, evidenceOf(l))
	d.text(h.RecordingID, h.Object, h.VersionID, h.LegalHold, h.RetentionMode)
}

// evidenceOf is a fact leaf's one piece of evidence.
func evidenceOf(l *leaf.Leaf) *schemas.Hash {
	if len(l.Evidence) == 0 {
		return nil
	}
	return &l.Evidence[0]
}

func (d *digest) flag(b bool) {
	if b {
		d.num(1)
	} else {
		d.num(0)
	}
}

// ofAlert and ofAlertLeaf are the two sides of a step in a finding's life.
func (d *digest) ofAlert(a *schemas.Alert) {
	d.reset()
	d.hash(&a.Finding)
	d.text(token(a.Rule), a.Severity, a.Step, a.Entity, token(a.Subject), token(a.Grade), token(a.Shape))
	d.num(a.N, a.AtMS)
	d.may(a.OffsetMS)
	d.may(a.SpreadMS)
	d.flag(a.Late)
	d.num(int64(len(a.Evidence)))
	for i := range a.Evidence {
		d.hash(&a.Evidence[i])
	}
}

func (d *digest) ofAlertLeaf(l *leaf.Leaf) {
	a := l.Alert
	d.reset()
	d.hash(&a.Finding)
	d.text(a.Rule, a.Severity, a.Step, l.Entity, a.Subject, a.Grade, a.Shape)
	d.num(a.N, l.AtMS)
	d.may(a.OffsetMS)
	d.may(a.SpreadMS)
	d.flag(slices.Contains(l.Labels, leaf.LabelLate))
	d.num(int64(len(l.Evidence)))
	for i := range l.Evidence {
		d.hash(&l.Evidence[i])
	}
}

// standing is what an open finding says, as the state keeps it and as its last leaf says it.
func (d *digest) standing(grade, shape string, n int64) half {
	d.reset()
	d.text(token(grade), token(shape))
	d.num(n)
	return d.sum()
}

package correlate

import (
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// inspection folds what a GET answered: its leaf, the lock state's own leaf where it differs from the last one seen,
// and what the bytes contradict.
func (f *folding) inspection() error {
	in := f.o.Inspection
	var (
		r    *recording
		p    *part
		name = in.Bucket + "/" + in.Key
	)
	ok := in.Outcome == schemas.OutcomeOK
	if in.RecordingID != "" {
		if r = f.recording(in.RecordingID, in.OrganizationID); r != nil && ok {
			p = f.part(r, in.Role, in.VersionID, name)
		}
	}
	label, changed := "", false
	if p != nil {
		label, changed = f.against(r, p)
	}
	l := f.leaf(leaf.KindInspection)
	if label != "" {
		l.Labels = append(l.Labels, label)
	}
	l.Inspection = &leaf.Inspection{Outcome: in.Outcome, ErrorCode: in.ErrorCode, Role: in.Role, RecordingID: in.RecordingID,
		OrganizationID: in.OrganizationID, Object: f.c.commit(leaf.FieldObject, name, &f.fresh), VersionID: in.VersionID, ETag: in.ETag,
		Size: in.Size, SHA256: in.SHA256, ContentType: in.ContentType, Checksum: in.Checksum, ChecksumType: in.ChecksumType,
		Export: f.export()}
	if err := f.write(&l); err != nil {
		return err
	}
	if r == nil {
		return nil
	}
	if err := f.readable(r, ok); err != nil || p == nil {
		return err
	}
	first := !p.Read
	p.Read, p.Bytes, p.SHA256 = true, in.Size, *in.SHA256
	if f.o.Export != nil {
		p.Projection = mark(f.o.Export.Projection[:16])
	}
	if changed {
		if err := f.raise(f.tx, f.by(), finding{Rule: ruleChanged, Subject: r.ID, N: 1}, nil, nil); err != nil {
			return err
		}
	}
	if err := f.hold(r, p, first); err != nil {
		return err
	}
	if err := f.compareSize(r, p); err != nil {
		return err
	}
	if f.o.Export != nil && label == "" && r.Metadata == nil {
		r.Metadata = exportOf(f.o)
	}
	if err := f.claims(r); err != nil {
		return err
	}
	f.unsettle(r)
	return nil
}

// against compares a read with the earlier reads of the recording's objects of that role: the same key with other
// content is a change, another key is a re-export.
func (f *folding) against(r *recording, p *part) (label string, changed bool) {
	in := f.o.Inspection
	if in.Role != schemas.RoleMedia && in.Role != schemas.RoleMetadata {
		return "", false
	}
	for i := range r.Parts {
		q := &r.Parts[i]
		if q == p || q.Role != in.Role || !q.Read {
			continue
		}
		same := q.SHA256 == *in.SHA256
		if e := f.o.Export; e != nil {
			same = q.Projection == mark(e.Projection[:16])
		}
		switch {
		case same:
			label = leaf.LabelDuplicate
		case q.Object == p.Object:
			return leaf.LabelRevision, true
		case label == "":
			label = leaf.LabelRevision
		}
	}
	return label, changed
}

// readable raises and resolves object-unreadable, and raises export-unreadable.
func (f *folding) readable(r *recording, ok bool) error {
	if !ok {
		f.unsettle(r)
		return f.raise(f.tx, f.by(), finding{Rule: ruleUnreadable, Subject: r.ID, Grade: f.o.Inspection.Outcome, N: 1}, nil, nil)
	}
	if _, err := f.resolve(f.tx, f.by(), ruleUnreadable, r.ID); err != nil {
		return err
	}
	if slices.Contains(f.o.Labels, schemas.LabelUnreadable) {
		return f.raise(f.tx, f.by(), finding{Rule: ruleExport, Subject: r.ID, N: 1}, nil, nil)
	}
	return nil
}

// hold writes a lock leaf where the state differs from the last one read of that version: ON, OFF, ON is three.
func (f *folding) hold(r *recording, p *part, first bool) error {
	in := f.o.Inspection
	if !first && p.Hold == in.LegalHold && p.Mode == in.RetentionMode {
		return nil
	}
	was := p.Hold
	p.Hold, p.Mode = in.LegalHold, in.RetentionMode
	l := f.leaf(leaf.KindLock)
	l.Times = slices.DeleteFunc(l.Times, func(t leaf.Time) bool { return t.Field != "retain_until" })
	l.Hold = &leaf.Hold{RecordingID: r.ID, VersionID: in.VersionID, LegalHold: in.LegalHold, RetentionMode: in.RetentionMode,
		Object: f.c.commit(leaf.FieldObject, in.Bucket+"/"+in.Key, &f.fresh)}
	if err := f.write(&l); err != nil {
		return err
	}
	switch {
	case !first && was == schemas.HoldOn && in.LegalHold == schemas.HoldOff:
		return f.raise(f.tx, f.by(), finding{Rule: ruleHold, Subject: r.ID, N: 1}, nil, nil)
	case in.LegalHold == schemas.HoldOn:
		_, err := f.resolve(f.tx, f.by(), ruleHold, r.ID)
		return err
	}
	return nil
}

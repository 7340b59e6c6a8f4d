package correlate

import (
	"crypto/sha256"
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
		if r = f.recording(in.RecordingID, in.OrganizationID); r != nil {
			p = f.part(r, in.Role, in.VersionID, in.ETag, markOf(name))
		}
	}
	label, earlier := "", (*schemas.Hash)(nil)
	if p != nil && ok {
		label, earlier = f.against(r, p)
	}
	l := f.leaf(leaf.KindInspection)
	if label != "" {
		l.Labels = append(l.Labels, label)
	}
	l.Inspection = &f.draft.inspection
	*l.Inspection = leaf.Inspection{Outcome: in.Outcome, ErrorCode: in.ErrorCode, Role: in.Role, RecordingID: in.RecordingID,
		OrganizationID: in.OrganizationID, Object: f.c.commit(leaf.FieldObject, name, &f.fresh), VersionID: in.VersionID, ETag: in.ETag,
		Size: in.Size, SHA256: in.SHA256, ContentType: in.ContentType, Checksum: in.Checksum, ChecksumType: in.ChecksumType,
		Export: f.export()}
	if err := f.write(l); err != nil {
		return err
	}
	if r == nil {
		return nil
	}
	if p != nil {
		p.Last, p.Unreadable = mark(f.o.FactID[:16]), !ok
	}
	if err := f.readable(r, p, ok); err != nil || p == nil || !ok {
		return err
	}
	first := !p.Read
	p.Read, p.Bytes, p.SHA256 = true, in.Size, *in.SHA256
	if f.o.Export != nil {
		p.Projection = mark(f.o.Export.Projection[:16])
	}
	if earlier != nil {
		by := f.by()
		by.evidence = slices.Concat([]schemas.Hash{*earlier}, by.evidence)
		if err := f.raise(f.tx, by, finding{Rule: ruleChanged, Subject: r.ID, N: 1}, nil, nil); err != nil {
			return err
		}
	}
	if err := f.hold(r, p, first); err != nil {
		return err
	}
	if err := f.compareSize(r, p); err != nil {
		return err
	}
	if err := f.metadata(r); err != nil {
		return err
	}
	f.unsettle(r)
	return nil
}

// metadata takes in what the file says, if it is one; the first counts.
func (f *folding) metadata(r *recording) error {
	if f.o.Export == nil {
		return nil
	}
	x := exportOf(f.o)
	if r.Metadata == nil && f.c.room(x.size()) {
		r.Metadata = x
	}
	return f.claims(r, x)
}

// news says whether an inspection says anything that the last one of the same object version did not. It is compared
// with the last, not with all: ON, OFF, ON is three. A redelivery has the request id of an answer already folded.
func (f *folding) news() bool {
	in := f.o.Inspection
	if in.RecordingID != "" {
		object := markOf(in.Bucket + "/" + in.Key)
		for i := range f.c.Recordings {
			if r := &f.c.Recordings[i]; r.ID == in.RecordingID {
				if p := r.find(object, leaf.Token(in.VersionID), leaf.Token(in.ETag)); p != nil && p.Last == mark(f.o.FactID[:16]) {
					return false
				}
			}
		}
		var room [256]byte
		return !f.c.see(sha256.Sum256(append(append(room[:0], f.o.FactID[:]...), in.RequestID...)))
	}
	return !f.c.see(f.o.FactID)
}

// against compares a read with the earlier reads of the recording's objects of that role: the same key with other
// content is a change, of which the earlier hash is returned; another key is a re-export.
func (f *folding) against(r *recording, p *part) (label string, earlier *schemas.Hash) {
	in := f.o.Inspection
	if in.Role != schemas.RoleMedia && in.Role != schemas.RoleMetadata {
		return "", nil
	}
	for i := range r.Parts {
		q := &r.Parts[i]
		if q.Role != in.Role || !q.Read {
			continue
		}
		same := q.SHA256 == *in.SHA256
		if e := f.o.Export; e != nil {
			same = q.Projection == mark(e.Projection[:16])
		}
		switch {
		case q == p && same:
		case same:
			label = leaf.LabelDuplicate
		case q.Object == p.Object:
			was := q.SHA256
			return leaf.LabelRevision, &was
		case label == "":
			label = leaf.LabelRevision
		}
	}
	return label, nil
}

// readable raises and resolves object-unreadable, and raises export-unreadable. A good read of a key answers for that
// key alone.
func (f *folding) readable(r *recording, p *part, ok bool) error {
	if !ok {
		f.unsettle(r)
		return f.raise(f.tx, f.by(), finding{Rule: ruleUnreadable, Subject: r.ID, Grade: f.o.Inspection.Outcome, N: 1}, nil, nil)
	}
	still := false
	for i := range r.Parts {
		q := &r.Parts[i]
		if p != nil && q.Object == p.Object {
			q.Unreadable = false
		}
		still = still || q.Unreadable
	}
	if !still {
		if _, err := f.resolve(f.tx, f.by(), ruleUnreadable, r.ID); err != nil {
			return err
		}
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
	p.Hold, p.Mode = in.LegalHold, in.RetentionMode
	l := f.leaf(leaf.KindLock)
	l.Times = slices.DeleteFunc(l.Times, func(t leaf.Time) bool { return t.Field != "retain_until" })
	l.Hold = &f.draft.hold
	*l.Hold = leaf.Hold{RecordingID: r.ID, VersionID: in.VersionID, LegalHold: in.LegalHold, RetentionMode: in.RetentionMode,
		Object: f.draft.inspection.Object}
	if err := f.write(l); err != nil {
		return err
	}
	// UNKNOWN between ON and OFF takes nothing back: the hold was there, and is gone.
	switch {
	case in.LegalHold == schemas.HoldOff && p.Held:
		p.Held, p.Removed = false, true
		return f.raise(f.tx, f.upon(r), finding{Rule: ruleHold, Subject: r.ID, N: 1}, nil, nil)
	case in.LegalHold == schemas.HoldOn:
		p.Held, p.Removed = true, false
		if !slices.ContainsFunc(r.Parts, func(q part) bool { return q.Removed }) {
			_, err := f.resolve(f.tx, f.by(), ruleHold, r.ID)
			return err
		}
	}
	return nil
}

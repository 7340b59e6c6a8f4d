package correlate

import (
	"bytes"
	"cmp"
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// object folds an S3 notification: its leaf, the recording's part, and what is now expected or no longer missing.
func (f *folding) object() error {
	o := f.o.Object
	answers := ""
	if o.Action == schemas.ActionCreated && o.RecordingID != "" {
		switch o.Role {
		case schemas.RoleMedia:
			answers = ruleMediaMissing
		case schemas.RoleMetadata:
			answers = ruleMetadataMissing
		}
	}
	if answers != "" && f.c.Chain.isOpen(answers, o.RecordingID) {
		f.late = true
	}
	l := f.leaf(leaf.KindObject)
	name := o.Bucket + "/" + o.Key
	l.Object = &f.draft.object
	*l.Object = leaf.Object{Action: o.Action, Role: o.Role, RecordingID: o.RecordingID, OrganizationID: o.OrganizationID,
		Object: f.c.commit(leaf.FieldObject, name, &f.fresh), VersionID: o.VersionID, ETag: o.ETag,
		Sequencer: o.Sequencer, Size: o.Size, Principal: f.c.commit(leaf.FieldPrincipal, o.Principal, &f.fresh)}
	if err := f.write(l); err != nil {
		return err
	}
	if o.RecordingID == "" {
		return nil
	}
	r := f.recording(o.RecordingID, o.OrganizationID)
	if r == nil {
		return nil
	}
	switch o.Action {
	case schemas.ActionCreated:
		if p := f.part(r, o.Role, o.VersionID, o.ETag, markOf(name)); p != nil {
			p.Size = o.Size
			if t, ok := reading(f.o.Times, "eventTime", "event_time", "time"); ok && t.Zone != "" {
				p.PutLo, p.PutHi = t.LoMS, t.HiMS
			}
			if err := f.compareSize(r, p); err != nil {
				return err
			}
		}
		f.expect(r, o.Role)
		if answers != "" {
			if err := f.arrived(answers, r.ID); err != nil {
				return err
			}
		}
	case schemas.ActionDeleted, schemas.ActionDeleteMarker:
		if err := f.raise(f.tx, f.by(), finding{Rule: ruleDeleted, Subject: r.ID, N: 1}, nil, nil); err != nil {
			return err
		}
	}
	f.unsettle(r)
	return nil
}

// expect notes that a role's object was announced, and starts waiting for what belongs beside it. No expectation, no
// deadline: only an object or a row that names the recording makes one.
func (f *folding) expect(r *recording, role string) {
	at := f.o.ArrivalMS
	switch {
	case role == schemas.RoleMedia && r.MediaAt == 0:
		r.MediaAt = at
		if r.MetaAt == 0 && r.RowAt == 0 {
			waitFor(&f.c.Waits, laneS3, at+f.regime.PatienceCompanionMS, ruleMetadataMissing, r.ID)
		}
	case role == schemas.RoleMetadata && r.MetaAt == 0:
		r.MetaAt = at
		if r.MediaAt == 0 && !f.c.Chain.isOpen(ruleMediaMissing, r.ID) {
			waitFor(&f.c.Waits, laneS3, at+f.regime.PatienceCompanionMS, ruleMediaMissing, r.ID)
		}
	}
	if f.c.Events == 0 && (role == schemas.RoleMedia || role == schemas.RoleMetadata) &&
		!waiting(f.c.Waits, ruleRetroactive, "") && !f.c.Chain.isOpen(ruleRetroactive, "") {
		waitFor(&f.c.Waits, laneEvents, at+f.regime.PatienceCompanionMS, ruleRetroactive, "")
	}
}

// arrived ends the waiting for something: the deadline goes, an alert it already raised is resolved.
func (f *folding) arrived(rule, subject string) error {
	stopWaiting(&f.c.Waits, rule, subject)
	_, err := f.resolve(f.tx, f.by(), rule, subject)
	return err
}

// recording returns the recording's state, nil where the entity holds too many: the leaf stands, the rest is counted.
func (f *folding) recording(id, organization string) *recording {
	i := slices.IndexFunc(f.c.Recordings, func(r recording) bool { return r.ID == id })
	if i < 0 {
		if len(f.c.Recordings) == maxRecordings {
			f.c.Spilled++
			return nil
		}
		if !f.c.room(256 + len(id) + len(organization)) {
			return nil
		}
		f.c.Recordings = append(f.c.Recordings, recording{ID: id})
		i = len(f.c.Recordings) - 1
	}
	r := &f.c.Recordings[i]
	if r.Organization == "" {
		r.Organization = organization
	}
	r.Evidence = keep(r.Evidence, f.o.RawSHA256)
	return r
}

// part returns one version of one object of the recording, nil where the entity holds too many. Parts stand in one
// order whichever stream told of them first, so that a pairing does not depend on it.
func (f *folding) part(r *recording, role, version, etag string, object mark) *part {
	p := part{Role: role, Version: leaf.Token(version), ETag: leaf.Token(etag), Object: object, Size: -1, PutHi: -1}
	if q := r.find(p.Object, p.Version, p.ETag); q != nil {
		return q
	}
	if len(r.Parts) == maxParts {
		f.c.Spilled++
		return nil
	}
	if !f.c.room(192 + len(p.Version) + len(p.ETag)) {
		return nil
	}
	i, _ := slices.BinarySearchFunc(r.Parts, &p, func(a part, b *part) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), bytes.Compare(a.Object[:], b.Object[:]), cmp.Compare(a.Version, b.Version), cmp.Compare(a.ETag, b.ETag))
	})
	r.Parts = slices.Insert(r.Parts, i, p)
	return &r.Parts[i]
}

// find looks a version up: an unversioned one by its ETag, any where none is said.
func (r *recording) find(object mark, version, etag string) *part {
	for i := range r.Parts {
		p := &r.Parts[i]
		if p.Object == object && p.Version == version && (version != "" || p.ETag == etag || p.ETag == "" || etag == "") {
			return p
		}
	}
	return nil
}

// unsettle puts the recording's judgement off until it has been quiet for the settle time.
func (f *folding) unsettle(r *recording) {
	r.FactAt = max(r.FactAt, f.o.ArrivalMS)
	waitFor(&f.c.Waits, laneSettle, r.FactAt+f.regime.SettleMS, waitSettle, r.ID)
}

// compareSize raises size-mismatch once notification and inspection of a version are both known.
func (f *folding) compareSize(r *recording, p *part) error {
	if !p.Read || p.Size < 0 || p.Bytes == p.Size {
		return nil
	}
	return f.raise(f.tx, f.upon(r), finding{Rule: ruleSize, Subject: r.ID, N: 1}, nil, nil)
}

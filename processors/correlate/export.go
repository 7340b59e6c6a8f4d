package correlate

import (
	"slices"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// row folds one row of a job manifest: its leaf, and the expectation that the recording's media comes.
func (f *folding) row() error {
	e := f.o.Export
	if f.c.Chain.isOpen(ruleMetadataMissing, e.RecordingID) && e.RecordingID != "" {
		f.late = true
	}
	l := f.leaf(leaf.KindInspection)
	l.Inspection = &f.draft.inspection
	*l.Inspection = leaf.Inspection{Size: -1, Export: f.export()}
	if err := f.write(l); err != nil {
		return err
	}
	if slices.Contains(f.o.Labels, schemas.LabelUnreadable) {
		return f.raise(f.tx, f.by(), finding{Rule: ruleExport, Subject: leaf.Token(e.Pointer), N: 1}, nil, nil)
	}
	if e.RecordingID == "" {
		return nil
	}
	r := f.recording(e.RecordingID, e.OrganizationID)
	if r == nil {
		return nil
	}
	x := exportOf(f.o)
	if r.RowAt == 0 {
		r.RowAt = f.o.ArrivalMS
		if f.c.room(x.size()) {
			r.Row = x
		}
		if r.MediaAt == 0 && !waiting(f.c.Waits, ruleMediaMissing, r.ID) && !f.c.Chain.isOpen(ruleMediaMissing, r.ID) {
			waitFor(&f.c.Waits, laneS3, f.o.ArrivalMS+f.regime.PatienceExportMS, ruleMediaMissing, r.ID)
		}
	}
	if err := f.arrived(ruleMetadataMissing, r.ID); err != nil {
		return err
	}
	if err := f.claims(r, x); err != nil {
		return err
	}
	f.unsettle(r)
	return nil
}

// claims raises what a metadata file or row contradicts by itself.
func (f *folding) claims(r *recording, x *export) error {
	e := f.o.Export
	if _, own, _ := strings.Cut(f.o.Entity, ":"); e.ConversationID != "" && e.ConversationID != own {
		if err := f.raise(f.tx, f.by(), finding{Rule: ruleMismatch, Subject: r.ID, N: 1}, nil, nil); err != nil {
			return err
		}
	}
	for i := range f.o.Times {
		if t := &f.o.Times[i]; t.Refused != "" && roleOf(t.Field) != "" {
			if err := f.raise(f.tx, f.by(), finding{Rule: ruleTime, Subject: r.ID, N: 1}, nil, nil); err != nil {
				return err
			}
		}
	}
	start, end := x.time(roleStart), x.time(roleEnd)
	if start != nil && end != nil && end.Hi < start.Lo {
		return f.raise(f.tx, f.by(), finding{Rule: ruleInverted, Subject: r.ID, N: 1}, nil, nil)
	}
	return nil
}

// export is the leaf's view of the export fact; agents are personal and so committed.
func (f *folding) export() *leaf.Export {
	e := f.o.Export
	if e == nil {
		return nil
	}
	x := &f.draft.export
	*x = leaf.Export{Users: x.Users[:0], Form: e.Form, Pointer: e.Pointer, FileSHA256: e.FileSHA256, ConversationID: e.ConversationID,
		RecordingID: e.RecordingID, SessionID: e.SessionID, MediaType: e.MediaType, Provider: e.Provider, Direction: e.Direction,
		DurationMS: e.DurationMS, Participants: e.ParticipantIDs, Aliases: e.Aliases, Projection: e.Projection}
	for _, u := range e.UserIDs {
		x.Users = append(x.Users, f.c.commit(leaf.FieldUserID, u, &f.fresh))
	}
	return x
}

// Roles a time field plays. Like is compared with like only.
const (
	roleStart    = "start"
	roleEnd      = "end"
	roleCreated  = "created"
	roleExported = "exported"
)

// fieldTable says which role a field of an export plays, by the name as it stands in the file. created_at is the
// forum's name for an undefined instant (domain.md §3.3): it is compared with the start, and never called one.
var fieldTable = []struct {
	role  string
	names []string
}{
	{roleStart, []string{"startTime", "start_time", "recorded_start_time", "recordedStartTime"}},
	{roleEnd, []string{"endTime", "end_time", "recorded_end_time", "recordedEndTime"}},
	{roleCreated, []string{"creationTime", "creation_time", "created_at", "createdAt"}},
	{roleExported, []string{"exportedDate", "exported_date", "exported_at", "exportedAt"}},
}

func roleOf(field string) string {
	for _, row := range fieldTable {
		if slices.Contains(row.names, field) {
			return row.role
		}
	}
	return ""
}

// size is about what it takes in a blob.
func (x *export) size() int {
	n := 64 + len(x.Session) + len(x.Channel) + len(x.Provider)
	for i := range x.Times {
		n += 32 + len(x.Times[i].Role) + len(x.Times[i].Field) + len(x.Times[i].Clock)
	}
	return n
}

// exportOf is what a verdict needs of an export fact.
func exportOf(o *schemas.Observation) *export {
	e := o.Export
	x := &export{Session: e.SessionID, Channel: leaf.Token(strings.ToUpper(e.MediaType)), Provider: leaf.Token(e.Provider), DurationMS: e.DurationMS,
		Projection: mark(e.Projection[:16])}
	for i := range o.Times {
		t := &o.Times[i]
		role := roleOf(t.Field)
		if role == "" || t.Refused != "" || x.time(role) != nil {
			continue
		}
		x.Times = append(x.Times, instantOf{Role: role, Field: t.Field, Clock: t.Clock, Lo: t.LoMS, Hi: t.HiMS, Zoned: t.Zone != ""})
	}
	return x
}

func (x *export) time(role string) *instantOf {
	for i := range x.Times {
		if x.Times[i].Role == role {
			return &x.Times[i]
		}
	}
	return nil
}

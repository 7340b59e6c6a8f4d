package genesys

import (
	"bytes"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/strictjson"
)

// Export is what one metadata file or one row of a manifest says of one recording. FileSHA256, Pointer and
// OrganizationID of the fact are left zero: only the caller knows the file they come from.
type Export struct {
	Fact   schemas.ExportFact
	Times  []schemas.Reading // under the names as they stand, clock export-metadata, in the order of fields.go
	Labels []string          // schemas.LabelAliasFields or none
}

// ParseMetadata reads the metadata file that stands beside an exported recording: one object of at most MaxMetadata
// bytes. Names that are not known are tolerated; they count in the projection. A field given under two names must have
// one value, and is then read under its first name in fields.go. A missing member and null say the same: nothing.
// Errors are *Refused.
//
// Projection is SHA-256 over a rendering of the object without its volatile members, which are exportedDate,
// exported_date and exported_at at its top: a re-export stamps them anew. The rendering does not depend on white space,
// on the order of members or on how a string is escaped, and on everything else it does:
//
//	null, true, false   n  t  f
//	number              #<length>:<text as it stands>
//	string              s<length>:<UTF-8>
//	array               a<count>:<element>...
//	object              o<count>:(<name as a string><value>)...  in ascending order of the names' bytes
//
// Lengths are in bytes and counts in members, as decimal digits. So {"b": [1.50, null], "a": "x"} is
// o2:s1:as1:xs1:ba2:#4:1.50n. Names are as they stand: an alias in place of an official name is another content.
func ParseMetadata(raw []byte) (Export, error) {
	return parseExport(raw, schemas.FormMetadata, MaxMetadata)
}

// ParseRow reads one row of a manifest: an object of at most MaxRow bytes, with the names, rules and projection of
// ParseMetadata. A row must name a conversation or a recording, for nothing beside it does. Errors are *Refused, with
// pointers within the row.
func ParseRow(raw []byte) (Export, error) {
	x, err := parseExport(raw, schemas.FormRow, MaxRow)
	if err == nil && x.Fact.ConversationID == "" && x.Fact.RecordingID == "" {
		return Export{}, refuse(CodeNoIdentity, "", "neither conversation nor recording is named")
	}
	return x, err
}

// given is one member that is read: which spelling, which value.
type given struct {
	*spelling
	value []byte // nil: the field is not given
}

func parseExport(raw []byte, form string, limit int) (Export, error) {
	if err := check(raw, limit); err != nil {
		return Export{}, err
	}
	object := strictjson.Value(raw)
	if strictjson.KindOf(object) != strictjson.Object {
		return Export{}, refuse(CodeShape, "", "want one object")
	}
	fields, err := resolve(object)
	if err != nil {
		return Export{}, err
	}
	x := Export{Fact: schemas.ExportFact{Form: form, DurationMS: -1, Projection: projection(object)}}
	for f := range fields {
		g := fields[f]
		if g.value == nil {
			continue
		}
		if g.alias != "" {
			x.Fact.Aliases = append(x.Fact.Aliases, g.name+"="+g.alias)
			x.Labels = []string{schemas.LabelAliasFields}
		}
		if g.time {
			x.Times = append(x.Times, instant.Read(g.name, clockOf(field(f)), timeText(g.value), instant.RoundingUnknown))
		} else if err := x.set(field(f), g); err != nil {
			return Export{}, err
		}
	}
	return x, nil
}

// clockOf says whose clock a time is of: the exporter's, except when it was exported, which is the job's.
func clockOf(f field) instant.Clock {
	if f == fieldExported {
		return instant.Job
	}
	return instant.ExportMetadata
}

// resolve finds each field under whichever of its names is there, and refuses two names with different values.
func resolve(object []byte) (fields [fieldCount]given, err error) {
	var values [len(spellings)][]byte
	for key, value := range strictjson.Members(object) {
		if i, ok := bySpelling[string(key)]; ok && strictjson.KindOf(value) != strictjson.Null {
			values[i] = value
		}
	}
	for i, value := range values {
		if value == nil {
			continue
		}
		s := &spellings[i]
		first := &fields[s.field]
		if first.value == nil {
			*first = given{spelling: s, value: value}
		} else if !same(first.value, value) {
			return fields, refuse(CodeAliasConflict, "/"+s.name, "another value than %s, which names the same field", first.name)
		}
	}
	return fields, nil
}

// same reports whether two values are the same JSON value, as the projection sees it.
func same(a, b []byte) bool {
	return bytes.Equal(a, b) || bytes.Equal(appendCanonical(nil, a), appendCanonical(nil, b))
}

func (x *Export) set(f field, g given) (err error) {
	switch f {
	case fieldConversation:
		x.Fact.ConversationID, err = idText(g.value, "", g.name)
	case fieldRecording:
		x.Fact.RecordingID, err = idText(g.value, "", g.name)
	case fieldSession:
		x.Fact.SessionID, err = idText(g.value, "", g.name)
	case fieldMedia:
		x.Fact.MediaType, err = shortText(g.value, "", g.name)
	case fieldProvider:
		x.Fact.Provider, err = shortText(g.value, "", g.name)
	case fieldDirection:
		x.Fact.Direction, err = shortText(g.value, "", g.name)
	case fieldDuration:
		ms, ok := strictjson.Int64(g.value)
		if !ok || ms < 0 {
			return refuse(CodeType, "/"+g.name, "want a whole number of milliseconds, from 0")
		}
		x.Fact.DurationMS = ms
	case fieldUsers:
		x.Fact.UserIDs, err = idTexts(g.value, "", g.name)
	case fieldParticipants:
		x.Fact.ParticipantIDs, err = idTexts(g.value, "", g.name)
	}
	return err
}

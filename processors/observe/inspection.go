package observe

import (
	"crypto/sha256"
	"unicode/utf8"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/s3event"
	"holdfast.example/stream"
)

// mapInspection returns the inspection, with what the metadata file says if it is one, and one observation a row. The
// rows of a manifest come in several records; the inspection itself goes out with the first.
func mapInspection(o schemas.Observation, rec *schemas.S3Inspection) ([]schemas.Observation, error) {
	if err := checkInspection(rec); err != nil {
		return nil, err
	}
	o.Source, o.Secret, o.Lock, o.RawSHA256 = schemas.SourceInspections, rec.Secret, schemas.LockHash, rec.SHA256
	if rec.Transport.Kind != schemas.TransportInspection {
		o.Lock = schemas.LockBrokerAppend
	}
	key := s3event.ParseKey(rec.Key)
	fact := schemas.Identity("inspection", rec.Bucket, rec.Key, rec.VersionID, rec.Outcome, hexOf(rec.SHA256),
		rec.LegalHold, rec.RetentionMode, rec.RetainUntil, rec.ErrorCode)
	where, err := entity(key.ConversationID, rec.ConversationID, rec.SourceID, fact)
	if err != nil {
		return nil, err
	}
	var out []schemas.Observation
	if rec.Part == 0 {
		one := o
		one.Entity, one.FactID = where, fact
		inspection(&one, rec, key)
		out = append(out, one)
	}
	for i := range rec.Rows {
		out = append(out, row(o, rec, &rec.Rows[i], key))
	}
	return out, nil
}

// checkInspection refuses what no inspection of ours says; a foreign producer's could.
func checkInspection(rec *schemas.S3Inspection) error {
	if len(rec.Body) > MaxRaw {
		return stream.Poison(CodeTooLarge, "/body: %d bytes; the limit is %d", len(rec.Body), MaxRaw)
	}
	if len(rec.Rows) > MaxRows {
		return stream.Poison(CodeTooLarge, "/rows: %d rows; the limit is %d", len(rec.Rows), MaxRows)
	}
	for _, t := range [...]struct{ name, value string }{
		{"bucket", rec.Bucket}, {"key", rec.Key}, {"version_id", rec.VersionID}, {"etag", rec.ETag},
		{"error_code", rec.ErrorCode}, {"request_id", rec.RequestID}, {"content_type", rec.ContentType},
		{"checksum", rec.Checksum}, {"checksum_type", rec.ChecksumType}, {"retain_until", rec.RetainUntil}, {"last_modified", rec.LastModified},
	} {
		if len(t.value) > MaxText {
			return stream.Poison(CodeTooLarge, "/%s: %d bytes; the limit is %d", t.name, len(t.value), MaxText)
		}
		if !utf8.ValidString(t.value) {
			return stream.Poison(CodeRefusedInspection, "/%s: no UTF-8", t.name)
		}
	}
	for i := range rec.Rows {
		if p := rec.Rows[i].Pointer; len(p) > MaxText || !utf8.ValidString(p) {
			return stream.Poison(CodeRefusedInspection, "/rows/%d/pointer: no UTF-8, or longer than %d bytes", i, MaxText)
		}
	}
	ok := rec.Outcome == schemas.OutcomeOK
	switch {
	case rec.Bucket == "" || rec.Key == "":
		return stream.Poison(CodeRefusedInspection, "/bucket, /key: an inspection names an object")
	case rec.Part < 0 || rec.Part >= max(rec.Parts, 1):
		return stream.Poison(CodeRefusedInspection, "/part: %d of %d", rec.Part, rec.Parts)
	case rec.Part > 0 && len(rec.Rows) == 0:
		return stream.Poison(CodeRefusedInspection, "/rows: part %d of %d carries none; the inspection itself goes with part 0", rec.Part, rec.Parts)
	case ok != (rec.SHA256 != nil):
		return stream.Poison(CodeRefusedInspection, "/sha256: there is one exactly where the outcome is ok")
	case !ok && (rec.Body != nil || len(rec.Rows) > 0):
		return stream.Poison(CodeRefusedInspection, "/body, /rows: content of an object that was not read")
	case rec.Body != nil && schemas.Hash(sha256.Sum256(rec.Body)) != *rec.SHA256:
		return stream.Poison(CodeHashMismatch, "/body is not what sha256 was taken of")
	}
	return nil
}

// inspection fills in what the GET answered.
func inspection(o *schemas.Observation, rec *schemas.S3Inspection, key s3event.Key) {
	o.Inspection = &schemas.InspectionFact{
		Bucket: rec.Bucket, Key: rec.Key, VersionID: rec.VersionID, ETag: rec.ETag,
		OrganizationID: key.OrganizationID, RecordingID: key.RecordingID, Role: key.Role,
		Outcome: rec.Outcome, ErrorCode: rec.ErrorCode, RequestID: rec.RequestID, Pinned: rec.Pinned, Size: rec.Size,
		SHA256: rec.SHA256, ContentType: rec.ContentType, Checksum: rec.Checksum, ChecksumType: rec.ChecksumType,
		LegalHold: rec.LegalHold, RetentionMode: rec.RetentionMode,
	}
	var said []string
	if !rec.Pinned {
		said = append(said, schemas.LabelUnpinned)
	}
	if rec.LastModified != "" {
		o.Times = append(o.Times, instant.ReadHTTPDate("last_modified", instant.S3, rec.LastModified, instant.RoundingUnknown))
	}
	if rec.RetainUntil != "" {
		o.Times = append(o.Times, instant.Read("retain_until", instant.S3, rec.RetainUntil, instant.RoundingUnknown))
	}
	if key.Role == schemas.RoleMetadata && rec.Outcome == schemas.OutcomeOK {
		// A file beyond capture's limit comes without a body, and is refused here as an empty text.
		if e, err := genesys.ParseMetadata(rec.Body); err != nil {
			said = append(said, schemas.LabelUnreadable)
		} else {
			e.Fact.FileSHA256, e.Fact.Form = *rec.SHA256, schemas.FormMetadata
			if e.Fact.OrganizationID == "" {
				e.Fact.OrganizationID = key.OrganizationID
			}
			o.Export, o.Times = &e.Fact, append(o.Times, e.Times...)
			said = append(said, e.Labels...)
		}
	}
	o.Labels = labels(said)
}

// row returns what one row of a manifest says. The row's own conversation is its entity: a manifest's key names none.
func row(o schemas.Observation, rec *schemas.S3Inspection, r *schemas.Row, key s3event.Key) schemas.Observation {
	file := *rec.SHA256
	o.FactID = schemas.Identity("row", hexOf(&file), r.Pointer)
	o.Entity = unplaced(file)
	o.Times = []schemas.Reading{}
	e, err := genesys.ParseRow(r.Json)
	if err != nil {
		o.Export = &schemas.ExportFact{DurationMS: -1, UserIDs: []string{}, ParticipantIDs: []string{}, Aliases: []string{}}
		o.Labels = []string{schemas.LabelUnreadable}
	} else {
		if e.Fact.ConversationID != "" {
			o.Entity = "conversation:" + e.Fact.ConversationID
		}
		o.Export, o.Labels = &e.Fact, labels(e.Labels)
		o.Times = append(o.Times, e.Times...)
	}
	o.Export.Form, o.Export.FileSHA256, o.Export.Pointer = schemas.FormRow, file, r.Pointer
	if o.Export.OrganizationID == "" {
		o.Export.OrganizationID = key.OrganizationID
	}
	return o
}

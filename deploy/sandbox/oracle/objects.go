package oracle

import (
	"encoding/hex"
	"slices"
	"strconv"

	"holdfast.example/deploy/sandbox/truth"
)

// objectLeaves are the leaves of one object version: its notification, the delete of it, what reading it answered, and
// its lock state.
func (j *judge) objectLeaves(o *truth.Object) []*expectation {
	if !o.Put && !o.Phantom {
		return nil
	}
	entity, recording, organization := "unplaced:", "", ""
	if o.Recording != nil {
		entity, recording, organization = conversationEntity(o.Recording.Conversation), o.Recording.ID, j.world.Organization
	}
	name := j.world.Bucket + "/" + o.Key
	var unpinned, late []string
	version := o.VersionID
	if !o.Versioned() {
		version, unpinned = "", []string{"unpinned"}
	}
	if o.When == truth.AfterAlert || o.When == truth.InOutage {
		late = []string{"late"}
	}
	retroactive := []string(nil)
	if o.Recording != nil && len(o.Recording.Conversation.Events) == 0 {
		retroactive = []string{"retroactive"}
	}
	principal := j.world.Principal
	sequencer, times := o.Sequencer, interval{"eventTime", "s3", o.TimeMS, o.TimeMS}
	switch o.Shape {
	case truth.MotoLike:
		principal, sequencer = "", ""
	case truth.VersityLike:
		times.lo, times.hi = wholeSecond(o.TimeMS)
	case truth.Bridge:
		times.field = "time"
		times.lo, times.hi = wholeSecond(o.TimeMS)
	}
	if o.Twice {
		times = interval{} // the second announcement has another shape, and either may be first
	}
	created := &expectation{
		entity: entity, kind: "object", labels: both(late, unpinned), may: both(retroactive, nil), evidence: o.Deliveries,
		says: lines("action", "created", "object", name, "version_id", version, "etag", o.ETag, "sequencer", sequencer,
			"size", strconv.Itoa(len(o.Body)), "role", string(o.Role), "recording_id", recording, "organization_id", organization,
			"principal", principal),
	}
	if times.field != "" {
		created.times = []interval{times}
	}
	out := []*expectation{created}
	if o.Deleted {
		out = append(out, &expectation{
			entity: entity, kind: "object", may: retroactive, evidence: [][]byte{o.MarkerRaw},
			says: lines("action", "delete_marker", "object", name, "version_id", o.MarkerVersion, "etag", emptyETag,
				"sequencer", o.MarkerSequencer, "role", string(o.Role), "recording_id", recording,
				"organization_id", organization, "principal", j.world.Principal),
			times: []interval{{"eventTime", "s3", o.MarkerTimeMS, o.MarkerTimeMS}},
		})
	}
	return append(out, j.inspectionLeaves(o, entity, name, version, recording, organization, unpinned, retroactive)...)
}

// emptyETag is the MD5 of nothing, which S3 names in the notification of a delete marker.
const emptyETag = "d41d8cd98f00b204e9800998ecf8427e"

func (j *judge) inspectionLeaves(o *truth.Object, entity, name, version, recording, organization string, unpinned, may []string) []*expectation {
	if o.Phantom {
		return []*expectation{{entity: entity, kind: "inspection", labels: unpinned, may: may, says: lines("object", name,
			"version_id", version, "outcome", "missing", "role", string(o.Role), "recording_id", recording, "organization_id", organization)}}
	}
	sum := o.SHA256()
	hash := hex.EncodeToString(sum[:])
	read := &expectation{
		entity: entity, kind: "inspection", labels: both(reexportLabel(o), unpinned), may: may, evidence: [][]byte{o.Body},
		says: lines("object", name, "version_id", version, "outcome", "ok", "size", strconv.Itoa(len(o.Body)), "sha256", hash,
			"role", string(o.Role), "recording_id", recording, "organization_id", organization, "content_type", o.ContentType),
	}
	if o.Export != nil {
		read.says = append(read.says, exportLines(o.Export, "metadata", hash, "")...)
		read.times = exportTimes(o.Export)
	}
	if o.Recording == nil {
		return []*expectation{read} // a manifest is no recording's object: its lock state is nobody's
	}
	hold := "OFF"
	if o.Hold {
		hold = "ON"
	}
	locked := &expectation{
		entity: entity, kind: "lock", may: append(slices.Clone(may), "unpinned"),
		says: lines("object", name, "version_id", version, "recording_id", recording, "legal_hold", hold, "retention_mode", "NONE"),
	}
	return []*expectation{read, locked}
}

func reexportLabel(o *truth.Object) []string {
	switch o.Case {
	case truth.ReexportSame, truth.ReexportStamp:
		return []string{"duplicate"}
	case truth.ReexportRevised, truth.Tampered:
		return []string{"revision"}
	}
	return nil
}

func exportLines(x *truth.Export, form, file, pointer string) []string {
	duration := ""
	if x.DurationMS >= 0 {
		duration = strconv.FormatInt(x.DurationMS, 10)
	}
	out := lines("export.form", form, "export.conversation_id", x.ConversationID, "export.recording_id", x.RecordingID,
		"export.media_type", x.MediaType, "export.provider", x.Provider, "export.direction", x.Direction,
		"export.duration_ms", duration, "export.file_sha256", file, "export.pointer", pointer)
	list := func(name string, values []string) {
		values = slices.Clone(values)
		slices.Sort(values)
		s := ""
		for i, v := range values {
			if i > 0 {
				s += ","
			}
			s += v
		}
		if s != "" {
			out = append(out, name+"="+s)
		}
	}
	if !x.Aliased {
		list("export.users", x.UserIDs)
	}
	list("export.aliases", aliases(x))
	return out
}

// aliases are the members that do not have the official name, and what they stand for.
func aliases(x *truth.Export) []string {
	var out []string
	if x.Aliased {
		out = append(out, "conversation_id=conversationId", "recording_id=recordingId", "media_type=mediaType",
			"recorded_start_time=startTime", "recorded_end_time=endTime")
	}
	if x.CreatedMS != 0 {
		out = append(out, "created_at=creationTime/startTime")
	}
	if x.ExportedMS != 0 {
		out = append(out, "exported_at=exportedDate")
	}
	return out
}

func exportTimes(x *truth.Export) []interval {
	start, end := "startTime", "endTime"
	if x.Aliased {
		start, end = "recorded_start_time", "recorded_end_time"
	}
	const clock = "export-metadata"
	out := []interval{{start, clock, x.StartMS, x.StartMS}, {end, clock, x.EndMS, x.EndMS}}
	if x.CreatedMS != 0 {
		out = append(out, interval{"created_at", clock, x.CreatedMS, x.CreatedMS})
	}
	if x.ExportedMS != 0 {
		out = append(out, interval{"exported_at", "job", x.ExportedMS, x.ExportedMS}) // the job's time, not the file's
	}
	return out
}

func rowLeaf(row *truth.Row) *expectation {
	sum := row.Manifest.Object.SHA256()
	return &expectation{
		entity: conversationEntity(row.Recording.Conversation), kind: "inspection",
		says:  exportLines(row.Export, "row", hex.EncodeToString(sum[:]), row.Pointer),
		times: exportTimes(row.Export), evidence: [][]byte{row.Manifest.Object.Body},
	}
}

// wholeSecond is what a time written in whole seconds leaves open.
func wholeSecond(ms int64) (lo, hi int64) {
	lo = ms - ms%1000
	return lo, lo + 999
}

func both(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return out
}

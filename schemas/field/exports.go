package field

import "holdfast.example/schemas/instant"

// Who says so, where many rows share it.
const (
	sdkRecording = "Genesys Cloud SDK, Recording"
	sdkJob       = "Genesys Cloud SDK, RecordingJob; that the copy follows at or after actionDate is inferred"
	metadataFile = "help.mypurecloud.com, Working with exported recordings in an AWS S3 bucket; real files as public consumers read them"
	manifestName = "customers' manifests as they show them in forums: an alias of the official name before it"
)

// recording is a time of the Recording API.
func recording(name string, later Later, s Sureness, source string, means ...Instant) Field {
	return Field{RecordingAnswer, "", name, "", means, instant.ExportMetadata, Millisecond, instant.RoundingUnknown, UTC, later, "", s, source}
}

// exported is a time of a metadata file or of a manifest's row.
func exported(name string, c instant.Clock, later Later, s Sureness, source string, means ...Instant) Field {
	return Field{MetadataFile, "", name, "", means, c, Mixed, instant.RoundingUnknown, Offset, later, "", s, source}
}

const (
	ofStart = "written with endTime and creationTime by one exporter: one vote"
	ofEnd   = "written with startTime by one exporter: one vote"
)

// with says what a row is made from.
func (f Field) with(derived string) Field { f.Derived = derived; return f }

// by says whose clock it is, where it is not the one of the document's other times.
func (f Field) by(c instant.Clock) Field { f.Clock = c; return f }

// exportFields are what is said of a recording where it is kept, and of its way out.
var exportFields = []Field{
	recording("startTime", ByCaller, Documented, sdkRecording+": segment access restrictions move it", RecordingStart).with(ofStart),
	recording("originalRecordingStartTime", Final, Documented, sdkRecording+": before segment access restrictions", RecordingBegan),
	recording("endTime", ByCaller, Documented, sdkRecording+": null where there is no playable media", RecordingEnd).with(ofEnd),
	recording("creationTime", Final, Inferred, sdkRecording+"; it trails startTime by seconds in samples, so it is no start", RecordingCreated),
	recording("exportDate", Movable, Documented, sdkRecording+": planned", ExportDue).by(instant.Job),
	recording("exportedDate", Restamped, Documented, sdkRecording+": done", Exported).by(instant.Job),
	recording("archiveDate", Movable, Documented, sdkRecording, Planned),
	recording("deleteDate", Movable, Documented, sdkRecording, Planned),
	recording("restoreExpirationTime", Movable, Documented, sdkRecording, Planned),
	{Retention, "", "creationTime", "", []Instant{RecordingCreated}, instant.ExportMetadata, Millisecond, instant.RoundingUnknown, UTC, Final, "copied from the recording: one vote", Documented, "Genesys Cloud SDK, retention query"},
	{Retention, "", "exportedDate", "", []Instant{Exported}, instant.Job, Millisecond, instant.RoundingUnknown, UTC, Restamped, "copied from the recording: one vote", Documented, "Genesys Cloud SDK, retention query"},
	{Retention, "", "exportDate", "", []Instant{ExportDue}, instant.Job, Millisecond, instant.RoundingUnknown, UTC, Movable, "copied from the recording: one vote", Documented, "Genesys Cloud SDK, retention query"},
	{Retention, "", "archiveDate", "", []Instant{Planned}, instant.ExportMetadata, Millisecond, instant.RoundingUnknown, UTC, Movable, "copied from the recording: one vote", Documented, "Genesys Cloud SDK, retention query"},
	{Retention, "", "deleteDate", "", []Instant{Planned}, instant.ExportMetadata, Millisecond, instant.RoundingUnknown, UTC, Movable, "copied from the recording: one vote", Documented, "Genesys Cloud SDK, retention query"},
	{ExportJob, "", "dateCreated", "", []Instant{JobCreated}, instant.Job, Millisecond, instant.RoundingUnknown, UTC, Final, "", Documented, sdkJob},
	{ExportJob, "", "actionDate", "", []Instant{ExportDue}, instant.Job, Millisecond, instant.RoundingUnknown, UTC, Final, "", Documented, sdkJob},

	exported("startTime", instant.ExportMetadata, Final, Observed, metadataFile, RecordingStart).with(ofStart),
	exported("start_time", instant.ExportMetadata, Final, Inferred, manifestName, RecordingStart).with(ofStart),
	exported("recorded_start_time", instant.ExportMetadata, Final, Inferred, manifestName, RecordingStart).with(ofStart),
	exported("endTime", instant.ExportMetadata, Final, Observed, metadataFile, RecordingEnd).with(ofEnd),
	exported("end_time", instant.ExportMetadata, Final, Inferred, manifestName, RecordingEnd).with(ofEnd),
	exported("recorded_end_time", instant.ExportMetadata, Final, Inferred, manifestName, RecordingEnd).with(ofEnd),
	exported("creationTime", instant.ExportMetadata, Final, Inferred, sdkRecording, RecordingCreated),
	exported("creation_time", instant.ExportMetadata, Final, Inferred, manifestName, RecordingCreated),
	exported("created_at", instant.ExportMetadata, Final, Unknown, manifestName+": of creationTime or of startTime, nobody says which", RecordingCreated, RecordingStart),
	exported("exportedDate", instant.Job, Restamped, Documented, sdkRecording, Exported),
	exported("exported_date", instant.Job, Restamped, Inferred, manifestName, Exported),
	exported("exported_at", instant.Job, Restamped, Inferred, manifestName, Exported),
}

// storeFields are what the object store says.
var storeFields = []Field{
	{S3Event, "Records", "eventTime", "", []Instant{ObjectStored}, instant.S3, Millisecond, instant.RoundingUnknown, UTC, Final, "", Documented,
		"Amazon S3 user guide, event message structure: when S3 finished processing the request"},
	{S3Event, "EventBridge", "time", "", []Instant{ObjectStored}, instant.S3, Second, instant.RoundingUnknown, UTC, Final, "", Documented, eventBridge},
	{ProducerNotification, "", "event_time", "", []Instant{ObjectStored}, instant.S3, Mixed, instant.RoundingUnknown, Offset, Final, "", Inferred,
		"schemas/s3_notification.avsc: eventTime as a foreign producer passes it on"},
	{S3Object, "", "Last-Modified", "last_modified", []Instant{ObjectModified}, instant.S3, Second, instant.RoundingUnknown, UTC, Final, "", Documented,
		"Amazon S3 API reference, GetObject; RFC 9110 section 8.8.2; a changed lock does not change it"},
	{S3Object, "", "x-amz-object-lock-retain-until-date", "retain_until", []Instant{Planned}, instant.S3, Mixed, instant.RoundingUnknown, UTC, Movable, "", Documented,
		"Amazon S3 API reference, GetObjectRetention"},
	{S3Object, "list-object-versions", "LastModified", "", []Instant{ObjectModified}, instant.S3, Second, instant.RoundingUnknown, UTC, Final, "", Documented,
		"Amazon S3 API reference, ObjectVersion; whole seconds, also where .000 is written"},
	{S3Object, "head-object", "LastModified", "", []Instant{ObjectModified}, instant.S3, Second, instant.RoundingUnknown, UTC, Final, "", Documented,
		"Amazon S3 API reference, HeadObject; an HTTP date or ISO 8601, as the command line's version prints it"},
	{S3Object, "head-object", "ObjectLockRetainUntilDate", "", []Instant{Planned}, instant.S3, Mixed, instant.RoundingUnknown, UTC, Movable, "", Documented,
		"Amazon S3 API reference, HeadObject"},
	{S3Object, "key", "year=/month=/day=/hour=", "", []Instant{ConversationStart}, instant.ExportMetadata, Hour, instant.Truncated, UTC, Final, "", Documented, metadataFile},
}

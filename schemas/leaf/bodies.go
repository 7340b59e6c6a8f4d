package leaf

// bodyShapes: the body of every written kind.
var bodyShapes = map[string]*shape{
	KindEvent: eventShape, KindObject: objectShape, KindInspection: inspectionShape, KindLock: holdShape,
	KindPairing: pairingShape, KindVerdict: verdictShape, KindAlert: alertShape, KindCohort: cohortShape,
	KindRegime: regimeShape,
}

var eventShape = &shape{KindEvent, []member{
	foreign("direction", formToken, "upper case"),
	foreign("disconnect_type", formToken, "upper case"),
	foreign("media_type", formToken, "upper case"),
	foreign("message_type", formToken, "upper case"),
	foreign("organization_id", formID, ""),
	foreign("participant_id", formID, ""),
	foreign("provider", formToken, ""),
	foreign("session_id", formID, ""),
	foreign("topic", formToken, "`customer.start`, `user.end`, …"),
	own("user", formCommitment, may, "of field `user_id`; absent: the event names none"),
}}

var objectShape = &shape{KindObject, []member{
	word("action", must, actionWords, "what happened to it"),
	foreign("etag", formToken, "without quotes"),
	own("object", formCommitment, must, "of field `object`: bucket, `/`, key"),
	foreign("organization_id", formID, "from the key"),
	own("principal", formCommitment, may, "of field `principal`: who did it; absent: not said"),
	foreign("recording_id", formID, "from the key"),
	word("role", must, roleWords, "what the key says it is"),
	foreign("sequencer", formToken, "S3's order of events on one key"),
	foreign("size", formCount, "bytes"),
	foreign("version_id", formToken, "S3's version of the object"),
}}

var inspectionShape = &shape{KindInspection, []member{
	foreign("checksum", formToken, "S3's own, `ALGORITHM:base64`"),
	foreign("checksum_type", formToken, "`FULL_OBJECT`, `COMPOSITE`"),
	foreign("content_type", formToken, ""),
	foreign("error_code", formToken, "S3's code, or ours"),
	foreign("etag", formToken, "without quotes"),
	object("export", may, exportShape, "what the file, or the row, says of the recording"),
	own("object", formCommitment, may, "of field `object`; absent for a row"),
	foreign("organization_id", formID, "from the key"),
	word("outcome", may, outcomeWords, "what the GET answered; absent for a row"),
	foreign("recording_id", formID, "from the key"),
	word("role", may, roleWords, "what the key says it is"),
	own("sha256", formHash, may, "of all bytes of the object"),
	foreign("size", formCount, "bytes read"),
	foreign("version_id", formToken, "the version read"),
}}

var exportShape = &shape{"export", []member{
	list(MaxList, foreign("aliases", formToken, "fields read by an alias, `alias=official`")),
	rest("aliases"),
	foreign("conversation_id", formID, ""),
	foreign("direction", formToken, ""),
	foreign("duration_ms", formCount, "as the file says"),
	own("file_sha256", formHash, must, "of the whole file"),
	word("form", must, exportWords, "a metadata file, or a row of a manifest"),
	foreign("media_type", formToken, ""),
	list(MaxList, foreign("participants", formID, "participant ids")),
	rest("participants"),
	foreign("pointer", formToken, "RFC 6901 pointer of the row"),
	own("projection", formHash, must, "SHA-256 of the content without what changes by itself"),
	foreign("provider", formToken, ""),
	foreign("recording_id", formID, ""),
	foreign("session_id", formID, ""),
	list(MaxList, own("users", formCommitment, may, "of field `user_id`")),
	rest("users"),
}}

var holdShape = &shape{KindLock, []member{
	word("legal_hold", must, holdWords, "UNKNOWN: not permitted or not answered, never OFF"),
	own("object", formCommitment, must, "of field `object`"),
	foreign("recording_id", formID, ""),
	word("retention_mode", must, retentionWords, "UNKNOWN: not permitted or not answered, never NONE"),
	foreign("version_id", formToken, "S3's version of the object"),
}}

var pairingShape = &shape{KindPairing, []member{
	own("agents", formCount, must, "distinct agents in the conversation so far"),
	word("by", must, byWords, "what joined them"),
	list(MaxList, object("objects", may, partShape, "the recording's objects")),
	rest("objects"),
	foreign("recording_id", formID, ""),
	foreign("session_id", formID, ""),
	own("window_ms", formCount, must, "match window in force"),
}}

var partShape = &shape{"part", []member{
	word("role", must, roleWords, ""),
	own("sha256", formHash, may, "absent: not inspected"),
	foreign("version_id", formToken, "S3's version of the object"),
}}

var verdictShape = &shape{KindVerdict, []member{
	own("agents", formCount, must, "distinct agents"),
	own("cohort", formCohort, may, "the cohort that judges it"),
	own("grade", formToken, must, "how sure: established, consistent-with, ambiguous, insufficient, unexplained, not-comparable"),
	own("locus", formToken, may, "which clock departs"),
	own("mechanism", formToken, may, "why"),
	foreign("missing", formToken, "what would be needed to say more"),
	own("offset_ms", formInteger, may, "of start, end or duration, as the shape says; absent: not comparable"),
	list(MaxList, object("offsets", may, offsetShape, "like compared with like")),
	rest("offsets"),
	foreign("recording_id", formID, ""),
	own("shape", formToken, may, "aligned, translation, start-only, end-only, cut, mixture"),
}}

var offsetShape = &shape{"offset", []member{
	word("clock_a", must, clockWords, ""),
	word("clock_b", must, clockWords, ""),
	foreign("field", formToken, "what was compared").needed(),
	own("hi_ms", formInteger, must, "clock a minus clock b, at most"),
	own("lo_ms", formInteger, must, "at least"),
}}

var alertShape = &shape{KindAlert, []member{
	own("finding", formHash, must, "SHA-256 of rule, entity, subject, each followed by 0x00"),
	own("grade", formToken, may, "of the absence or of the mechanism; the rule says which"),
	own("n", formCount, must, "how many records it speaks of"),
	own("offset_ms", formInteger, may, "as in verdict"),
	own("rule", formToken, must, "id of the rule"),
	word("severity", must, severityWords, ""),
	own("shape", formToken, may, "of drift"),
	own("spread_ms", formInteger, may, "median absolute deviation"),
	word("step", must, stepWords, "of the finding's life"),
	foreign("subject", formToken, "a recording id, a commitment, a stratum; absent: the entity itself"),
}}

var cohortShape = &shape{KindCohort, []member{
	foreign("channel", formToken, ""),
	own("departing", formCount, must, "how many of the stratum depart"),
	own("grade", formToken, must, "as in verdict"),
	own("locus", formToken, may, ""),
	own("mechanism", formToken, may, ""),
	own("members", formHash, must, "over the sample's sorted recording ids, each with its verdict leaf"),
	own("n", formCount, must, "recordings measured"),
	own("offset_ms", formInteger, may, "median"),
	foreign("organization_id", formID, ""),
	foreign("provider", formToken, ""),
	own("shape", formToken, may, ""),
	own("spread_ms", formInteger, may, "median absolute deviation"),
	own("stratum", formToken, may, "which part the verdict speaks of: all, agents>=2"),
	own("stratum_n", formCount, must, "recordings in it"),
}}

var regimeShape = &shape{KindRegime, []member{
	own("document", formDocument, must, "the regime in full; its SHA-256 is the leaf's `regime`"),
}}

package correlate

import "holdfast.example/schemas"

// Rule is one kind of finding. docs/RULES.md is printed from Rules.
type Rule struct {
	ID       string
	Severity string
	Subject  string // what of the entity the finding speaks of
	Meaning  string
	Evidence string // what the alert and its leaf carry
	Do       string // what an operator does
}

// Rule ids. The drift rules are "drift-" and the shape.
const (
	ruleMediaMissing    = "media-missing"
	ruleMetadataMissing = "metadata-missing"
	ruleRetroactive     = "object-retroactive"
	ruleDeleted         = "object-deleted"
	ruleUnreadable      = "object-unreadable"
	ruleExport          = "export-unreadable"
	ruleMismatch        = "conversation-mismatch"
	ruleChanged         = "content-changed"
	ruleSize            = "size-mismatch"
	ruleTime            = "time-unreadable"
	ruleInverted        = "interval-inverted"
	ruleUnmatched       = "session-unmatched"
	ruleHold            = "s3-hold-removed"
	ruleStalled         = "source-stalled"
	ruleLate            = "late-evidence"
	ruleOutlier         = "drift-outlier"
	driftPrefix         = "drift-"

	// waitSettle, waitJudge and waitPatience are deadlines that raise no finding of their own.
	waitSettle   = "settle"
	waitJudge    = "judge"
	waitPatience = "patience"
)

// Rules is the catalogue, in the order of docs/RULES.md.
func Rules() []Rule {
	const rec, drift = "recording id", "all, or agents>=2"
	cohort := func(shape, meaning string) Rule {
		return Rule{driftPrefix + shape, schemas.SeverityHigh, drift, meaning,
			"n, median offset, spread (median absolute deviation); the cohort's leaf names its members",
			"Read the cohort's leaf. The cause is not named yet (grade unexplained): compare with what exported the files."}
	}
	return []Rule{
		{ruleMediaMissing, schemas.SeverityHigh, rec, "A recording was announced by its metadata file or by a manifest row, and its media did not arrive within the patience.", "grade not-received (the feed is proven past the deadline) or unknown (the feed is stalled)", "Look for the object in the bucket; ask the exporter to send it again. An alert graded unknown is updated by itself once the feed is back."},
		{ruleMetadataMissing, schemas.SeverityWarning, rec, "Media arrived, and neither a metadata file nor a manifest row for it within the patience.", "as media-missing", "As media-missing."},
		{ruleRetroactive, schemas.SeverityInfo, "none", "Objects arrived for a conversation of which no event is known: older than the install, or events were lost.", "grade as media-missing", "Nothing, for exports of older conversations; else look at the event feed."},
		{ruleDeleted, schemas.SeverityHigh, rec, "An object of a recording was deleted, or hidden by a delete marker.", "the notification's raw hash", "Find who did it (the notification leaf commits the principal); restore the version."},
		{ruleUnreadable, schemas.SeverityHigh, rec, "An object of a recording could not be read.", "grade is the outcome: denied, missing, changed, throttled, timeout or failed", "Grant the permission or restore the object; a later good read resolves it."},
		{ruleExport, schemas.SeverityWarning, rec + ", else the row's pointer", "A metadata file or a manifest row does not parse.", "the file's hash", "Look at the file; the exporter writes something the parser refuses."},
		{ruleMismatch, schemas.SeverityHigh, rec, "A metadata file names another conversation than its object key does.", "the file's hash", "Do not use the recording before it is known which conversation it is."},
		{ruleChanged, schemas.SeverityCritical, rec, "A second version of an object says something else than the first.", "the raw hashes of both reads", "Treat as tampering until explained: both versions' hashes are on record."},
		{ruleSize, schemas.SeverityHigh, rec, "A version's bytes are not as many as S3 announced.", "notification and inspection", "Read the object again."},
		{ruleTime, schemas.SeverityWarning, rec, "A time in a metadata file or manifest row is no time.", "the leaf keeps the text or its hash, and the reason", "Correct the exporter."},
		{ruleInverted, schemas.SeverityWarning, rec, "A recording ends before it starts.", "both intervals", "Correct the exporter."},
		{ruleUnmatched, schemas.SeverityWarning, rec, "A recording lies outside the match window of every session of its conversation.", "the pairing leaf", "Widen correlate.match_window if the sessions are right; else the recording's times are not."},
		{ruleHold, schemas.SeverityCritical, rec, "A legal hold that was seen ON was later seen OFF on the same version.", "both reads", "Place the hold again; find who removed it."},
		cohort("translation", "The cohort's recordings start and end by the same time too late or too early."),
		cohort("start-only", "The cohort's recordings depart in their start (or created) time alone."),
		cohort("end-only", "The cohort's recordings depart in their end alone."),
		cohort("cut", "The cohort's recordings are shorter than their session, with start and end in agreement."),
		cohort("degenerate", "The cohort's recordings start and end at one instant."),
		cohort("mixture", "The cohort's recordings depart, and not in one way."),
		{ruleOutlier, schemas.SeverityHigh, rec, "A recording departs from its cohort, or departs and its cohort is too small to be judged (grade insufficient).", "its offset; the verdict leaf has every comparison", "Read the recording's verdict leaf."},
		{ruleStalled, schemas.SeverityHigh, "source", "A source has proven nothing for longer than correlate.stalled: nothing can be said to be missing from it.", "the tick", "Look at capture and its feed. Deadlines over it are graded unknown meanwhile."},
		{ruleLate, schemas.SeverityWarning, "source", "A fact arrived before a moment its source was already proven past.", "the fact's raw hash", "A clock or slack is wrong: compare clock.slack with the brokers' clock difference."},
	}
}

var severityOf = func() map[string]string {
	m := map[string]string{}
	for _, r := range Rules() {
		m[r.ID] = r.Severity
	}
	return m
}()

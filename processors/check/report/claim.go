package report

import "holdfast.example/processors/correlate/attribute"

// claims is what each hypothesis says happened, in the present tense of the field.
var claims = [attribute.HypothesisCount]string{
	attribute.Rounding:            "the times are written too coarsely to show a difference",
	attribute.ZoneShift:           "local time is written as if it were UTC, or UTC as if it were local time",
	attribute.StrippedZone:        "the zone was taken off the times as they were written",
	attribute.DSTSplit:            "one fixed offset is used all year in a zone that changes its clocks",
	attribute.FinalisationStamp:   "start and end both bear the time at which the export job finished with the recording",
	attribute.FinalisationEnd:     "the end bears the time at which the export job finished with the recording",
	attribute.FinalisationShift:   "start and end are later by the time from the session's end until the export job finished with the recording",
	attribute.FinalisationCreated: "the creation time is that at which the export job finished with the recording",
	attribute.FinalisationDelayed: "the time at which the export job finished with the recording, and a constant more",
	attribute.JobSizeEffect:       "the offset grows with the number of recordings in the export job",
	attribute.TransferDelay:       "start and end are later by the time from the export job's finish to the object's arrival in S3",
	attribute.EncryptionLatency:   "the offset arises between the export job's finish and the object's arrival in S3 (network, region, encryption)",
	attribute.HandoffGap:          "the creation time is later than the session's start by the gap between the first agent's end and the second agent's start",
	attribute.StartConnect:        "the start is the first agent's connect: the wait in the queue is not counted",
	attribute.StartACD:            "the start is the moment at which the queue took the conversation",
	attribute.StartSecond:         "the start is the start of the second agent's session",
	attribute.CreatedConnect:      "the creation time is the first agent's connect",
	attribute.CreatedACD:          "the creation time is the moment at which the queue took the conversation",
	attribute.CreatedSecond:       "the creation time is the start of the second agent's session",
	attribute.CreatedRecording:    "the creation time is the creationTime of the Recording API",
	attribute.EndWrapup:           "the end is the end of the agent's after-call work",
	attribute.PausedMedia:         "the media is shorter than the session by the pauses of the recording",
	attribute.PausedEnd:           "the end is earlier by the pauses of the recording",
	attribute.AccessTrim:          "the start is later by what the Recording API hides from a caller without the permission to see all",
	attribute.HeaderEnd:           "the media's header bears the end of the session: the time at which it was written",
	attribute.HeaderFinalise:      "the media's header bears the time at which the export job finished with the recording",
	attribute.HeaderConnect:       "the media's header bears the first agent's connect",
	attribute.RateSkew:            "one clock runs faster than the other",
	attribute.OtherRecording:      "two recordings bear each other's times",
	attribute.ConstantOffset:      "all are off by one constant amount, whatever made it",
}

// Claim is what a hypothesis says happened, as a sentence without its stop.
func Claim(h attribute.Hypothesis) string {
	if h >= attribute.HypothesisCount {
		return "no hypothesis"
	}
	return claims[h]
}

// facts is what each fact is, to one who has to fetch it.
var facts = [attribute.FactCount]string{
	attribute.NoFact:           "nothing",
	attribute.Start:            "the recording's start in the export",
	attribute.End:              "the recording's end in the export",
	attribute.Created:          "the creation time in the export",
	attribute.Header:           "the absolute time in the media's or transcript's own header",
	attribute.MediaDuration:    "the length of the media",
	attribute.SenderDate:       "the Date line of the e-mail",
	attribute.SessionStart:     "the start of the customer's session (conversation events, or analytics conversation details)",
	attribute.SessionEnd:       "the end of the session (conversation events, or analytics conversation details)",
	attribute.AgentConnect:     "the first agent's connect (user.start events, or analytics conversation details)",
	attribute.ACDStart:         "the queue's start (acd.start events, or analytics conversation details)",
	attribute.SecondStart:      "the start of the second agent's session (user.start events, or analytics conversation details)",
	attribute.FirstEnd:         "the end of the first agent's session (user.end events, or analytics conversation details)",
	attribute.WrapupEnd:        "the end of after-call work (acw events, or analytics conversation details)",
	attribute.Pauses:           "the pauses of the recording (annotations of the Recording API)",
	attribute.RecordingCreated: "creationTime of the recording (Recording API)",
	attribute.RecordingStart:   "startTime of the recording (Recording API)",
	attribute.OriginalStart:    "originalRecordingStartTime of the recording (Recording API)",
	attribute.Finalise:         "the time at which the export finished with the recording (exportedDate: Recording API or metadata file)",
	attribute.S3Put:            "the time at which the object came into S3 (its first version, or its notification)",
}

// fields is a compared field as the subject of a sentence.
var fields = [attribute.FactCount]string{
	attribute.Start: "start", attribute.End: "end", attribute.Created: "creation time", attribute.Header: "time in the media's header",
	attribute.MediaDuration: "media duration",
}

// fieldName is the field's short name.
func fieldName(f attribute.Fact) string {
	if f < attribute.FactCount && fields[f] != "" {
		return fields[f]
	}
	return f.String()
}

// FactName says what a fact is and where it is found.
func FactName(f attribute.Fact) string {
	if f >= attribute.FactCount {
		return "no fact"
	}
	return facts[f]
}

package report

import (
	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
)

// Decide says which fact or experiment would decide, as a sentence without its stop; empty: nothing is open.
func Decide(d attribute.Decider) string {
	switch d.Need {
	case attribute.NeedNothing:
		return ""
	case attribute.NeedFact:
		return FactName(d.Fact) + ", for nine recordings of ten at least"
	case attribute.NeedReading:
		return "a start, an end or a creation time written with its zone, and the session's events or analytics details to compare it with"
	case attribute.NeedClock:
		return "a third independent clock: conversation events, the media's or transcript's own header, or the sender's date"
	case attribute.NeedRecordings:
		return more(d.Count, "recording", "of this cohort")
	case attribute.NeedControls:
		if d.Count <= 0 {
			return "recordings with one agent that do not depart: those that are there depart themselves"
		}
		return more(d.Count, "recording", "with one agent, as a control")
	case attribute.NeedJob:
		return "recordings of a second export job, or of a second day"
	case attribute.NeedDST:
		return "20 recordings on each side of a change to or from summer time, with the zone named by --zone"
	case attribute.NeedVariance:
		return "recordings in which the predicted amount varies by more than five times the precision"
	case attribute.NeedPrecision:
		return "the same times written in milliseconds"
	case attribute.NeedCohort:
		return "a verdict of its cohort: 30 recordings of one organisation, channel and provider"
	case attribute.NeedSmallJob:
		return "an experiment: export a few of these recordings once more in a job of their own, and compare their times with these"
	case attribute.NeedPairing:
		return "the same ids in object key, metadata and Recording API, and which version of the object was read"
	}
	return "a fact that this program has no words for"
}

func more(n int64, one, which string) string {
	if n <= 0 {
		return "more " + plural(one) + " " + which
	}
	if n == 1 {
		return "1 more " + one + " " + which
	}
	return grouped(n) + " more " + plural(one) + " " + which
}

// Add says what to add or to mend so that recordings that could not be judged can be, as an order.
func Add(l check.Lack) string {
	switch l {
	case check.LackNothing:
		return "nothing is missing"
	case check.LackEvents:
		return "--evidence with the conversations' events (EventBridge or webhook), or their analytics details: no file speaks of them"
	case check.LackSession:
		return "--evidence with customer.start and customer.end of the conversations: what is known of them names no customer's session"
	case check.LackWindow:
		return "--window, if sessions may lie further from the recording's own times: none lies within it"
	case check.LackBounds:
		return "--evidence with the start and the end of the sessions, of agents too: neither is known yet"
	case check.LackTimes:
		return "times of start, end or creation in the export: there is none that can be read"
	case check.LackZone:
		return "times written with their zone (Z or an offset): without it nobody knows which instant they are"
	case check.LackDeclared:
		return "--evidence with Recording API answers: the export's only time is creationTime, and only these tell it too"
	case check.LackAgreement:
		return "one manifest instead of several that contradict each other: the files below name the rows"
	case check.LackPairing:
		return "a look at the ids: those in object key, metadata and Recording API differ"
	}
	return "--evidence that speaks of the instants the export names: what is there speaks of others"
}

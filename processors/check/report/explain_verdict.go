package report

import (
	"slices"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
)

// States of a trial, as they are printed.
const (
	trialRejected = "rejected"
	trialOpen     = "open"         // it fits, or misses by too little to be rejected
	trialCohort   = "cohort-only"  // one recording cannot tell
	trialUntested = "not-testable" // for want of a fact
)

// Bounds of E, parts per billion (docs: at most the first names a cause, at most the second is consistent with it). A
// test holds them to attribution's.
const (
	chanceNamed      = 1_000_000
	chanceConsistent = 50_000_000
	clearly          = 5 // times the precision: a miss that rejects
)

// Paired says how a recording was paired with a session.
func Paired(by string, windowMS int64) string {
	switch by {
	case timeline.BySession:
		return "the export names this session"
	case timeline.ByCustomer:
		return "it is the conversation's one customer session"
	case timeline.ByWindow:
		return "of several customer sessions it is the first within " + length(windowMS) + " of the recording's own times"
	case "recording-id":
		return "an event names the recording"
	}
	return "no session was found to compare it with"
}

// verdictSaid is a recording's own verdict in sentences.
func verdictSaid(rec *check.Explained) []Said {
	v := &rec.Verdict
	text := Seen(v.Shape, v.Field)
	if v.Shape != attribute.NotComparable && v.Shape != attribute.Mixture && v.Field != attribute.NoFact {
		text += ": " + fieldName(v.Field) + " " + signed(v.Offset.Mid(), v.Tau) + ", precision " + length(v.Tau)
	}
	out := []Said{{"what is seen", text + " [" + v.Shape.String() + "]"}}
	if departs(v) {
		out = append(out, Said{"which clock departs", Departs(v.Locus)})
	}
	out = append(out, Said{"verdict", ownCause(v)})
	if v.EPPB >= 0 {
		out = append(out, Said{"chance", chanceText(v.EPPB)})
	}
	if rec.Twin != "" {
		out = append(out, Said{"whose times", Claim(attribute.OtherRecording) + ": this one and " + rec.Twin})
	}
	switch d := Decide(v.Decider); {
	case rec.Judged() && d != "":
		out = append(out, Said{"what would decide", d})
	case !rec.Judged():
		out = append(out, Said{"lacks", lackName(rec.Lack)}, Said{"to add", Add(rec.Lack)})
	}
	return out
}

// lackName says what kept a recording from being judged.
func lackName(l check.Lack) string {
	switch l {
	case check.LackEvents:
		return "no evidence speaks of this conversation"
	case check.LackSession:
		return "the evidence speaks of this conversation, and of no customer's session in it"
	case check.LackWindow:
		return "none of the customer's sessions lies within the match window of the recording's own times"
	case check.LackBounds:
		return "neither the session's start is known nor an end that all in it have reached"
	case check.LackTimes:
		return "the export gives no time of it that could be read"
	case check.LackZone:
		return "its times name no zone"
	case check.LackDeclared:
		return "its only times are declared to be an instant that no evidence tells"
	case check.LackAgreement:
		return "the export says two things of its times, in two places"
	case check.LackPairing:
		return "its ids do not agree between the places they stand in"
	}
	return "its times and its evidence speak of different instants"
}

// ownCause says what a recording's verdict comes to, its grade first.
func ownCause(v *attribute.Verdict) string {
	left := slices.DeleteFunc(v.Candidates.List(), func(c attribute.Cause) bool { return c == v.Cause })
	still := ""
	if len(left) > 0 {
		still = "; still open: " + listed(causeNames(left), "or")
	}
	switch v.Grade {
	case attribute.Established:
		switch v.Shape {
		case attribute.Aligned:
			return "established: nothing departs (within " + length(v.Tau) + ")"
		case attribute.NotComparable:
			return causeName(v.Cause) + ", established: " + lackName(check.LackPairing)
		}
		return causeName(v.Cause) + ", established" + claimOf(v)
	case attribute.ConsistentWith:
		return "consistent with " + causeName(v.Cause) + ", not proven" + claimOf(v) + still
	case attribute.Ambiguous:
		return "ambiguous: " + listed(causeNames(v.Candidates.List()), "or") + " would explain it equally well"
	case attribute.Unexplained:
		if v.EPPB > chanceConsistent {
			return "unexplained: " + listed(causeNames(left), "or") + " fits, and so would chance"
		}
		return "unexplained: none of the known mechanisms fits" + still
	}
	if len(left) > 0 {
		return "not comparable, but it could be " + listed(causeNames(left), "or")
	}
	return "not comparable: no like time stands against another"
}

// claimOf is the claim of the hypothesis that fits best under the verdict's cause.
func claimOf(v *attribute.Verdict) string {
	best := attribute.HypothesisCount
	for h := range attribute.HypothesisCount {
		if t := &v.Trials[h]; h.Cause() == v.Cause && t.State == attribute.WasTested && t.Dist <= attribute.Slack &&
			(best == attribute.HypothesisCount || t.Dist < v.Trials[best].Dist) {
			best = h
		}
	}
	if best == attribute.HypothesisCount {
		return ""
	}
	return ": " + Claim(best)
}

// chanceText says what E is held against.
func chanceText(ppb int64) string {
	s := "E " + grouped(ppb) + " ppb"
	switch {
	case ppb <= chanceNamed:
		return s + ", not above the bound of " + grouped(chanceNamed) + " ppb for a name"
	case ppb <= chanceConsistent:
		return s + ", above the bound of " + grouped(chanceNamed) + " ppb for a name"
	}
	return s + ", above the bound of " + grouped(chanceConsistent) + " ppb for being consistent with it"
}

// trials tells the whole table of one recording: what was rejected first, then what is open, what only a cohort can tell,
// and what could not be tested. Hypotheses of which the same is to be said are told once.
func trials(rec *check.Explained, c *check.Cohort) []Trial {
	var out []Trial
	for _, state := range [...]string{trialRejected, trialOpen, trialCohort, trialUntested} {
		from := len(out)
		for h := range attribute.HypothesisCount {
			t := tried(rec, c, h)
			if t.State != state {
				continue
			}
			at := slices.IndexFunc(out[from:], func(o Trial) bool { return o.Why == t.Why })
			if at >= 0 && t.Distance == nil {
				out[from+at].Names = append(out[from+at].Names, t.Names...)
				continue
			}
			out = append(out, t)
		}
	}
	return out
}

// tried tells one hypothesis.
func tried(rec *check.Explained, c *check.Cohort, h attribute.Hypothesis) Trial {
	t := &rec.Verdict.Trials[h]
	out := Trial{Names: []string{h.String()}}
	if t.State == attribute.NotTestable {
		out.State, out.Why = untried(rec, c, h)
		return out
	}
	out.Distance, out.Tau, out.Chance = &t.Dist, &t.Tau, where(t.PPB >= 0, t.PPB)
	if out.State = trialOpen; t.State == attribute.Excluded {
		out.State = trialRejected
	}
	out.Why = missed(&rec.Verdict, h)
	return out
}

// missed says by how much a hypothesis misses one recording, or that it does not.
func missed(v *attribute.Verdict, h attribute.Hypothesis) string {
	t := &v.Trials[h]
	rejects := "more than five times the precision (" + length(clearly*t.Tau) + ")"
	switch {
	case h == attribute.Rounding:
		if t.State == attribute.WasTested {
			return "no difference beyond what the writing explains"
		}
		return "the difference exceeds what the writing explains by " + length(t.Dist) + ", and " + length(attribute.Slack) + " are allowed"
	case h == attribute.OtherRecording:
		return Claim(h)
	case h == attribute.ZoneShift && t.State == attribute.Excluded:
		return "the nearest zone offset is " + length(t.Dist) + " away, " + rejects + "; every zone is a multiple of 15 min"
	case t.State == attribute.Excluded:
		return "misses by " + length(t.Dist) + ", " + rejects + ": " + Claim(h)
	case t.Dist > attribute.Slack:
		return "misses by " + length(t.Dist) + ", within five times the precision (" + length(clearly*t.Tau) + "): " + Claim(h)
	case !sameUnit(check.HypothesisField(h), v.Field):
		return "speaks of the " + fieldName(check.HypothesisField(h)) + ", which is not what departs: " + Claim(h)
	case !v.Candidates.Has(h.Cause()):
		return "predicts no departure here, so it explains none: " + Claim(h)
	}
	s := "fits, off by " + length(t.Dist) + " (" + length(attribute.Slack) + " are allowed, precision " + length(t.Tau) + ")"
	if t.PPB >= 0 {
		s += ", chance " + grouped(t.PPB) + " ppb"
	}
	return s + ": " + Claim(h)
}

// sameUnit says whether two fields are judged together.
func sameUnit(a, b attribute.Fact) bool {
	session := func(f attribute.Fact) bool { return f == attribute.Start || f == attribute.End }
	return a == b || session(a) && session(b)
}

// untried says why a hypothesis could not be tested on one recording.
func untried(rec *check.Explained, c *check.Cohort, h attribute.Hypothesis) (state, why string) {
	w := &rec.Wants[h]
	switch {
	case w.Cohort && c == nil:
		return trialCohort, "one recording cannot tell, and it has no cohort"
	case w.Cohort:
		return trialCohort, stateWord(c.Verdict.Hypotheses[h].State) + " by the cohort: " + Grounds(&c.Verdict, h)
	case w.Agents:
		return trialUntested, "would need two agents, and " + count(int64(rec.Observed.Agents), "agent") + " took part"
	case len(w.Facts) > 0:
		names := make([]string, len(w.Facts))
		for i, f := range w.Facts {
			names[i] = FactName(f)
		}
		return trialUntested, "would need " + listed(names, "and")
	case h == attribute.ZoneShift:
		return trialUntested, "a length of time departs, and a zone moves instants"
	}
	return trialUntested, "there was nothing to test it on"
}

// cohortSaid is a cohort's verdict in two lines, and whose it is.
func cohortSaid(index int, c *check.Cohort) CohortSaid {
	v := &c.Verdict
	first := toneOf(v).String() + ": " + title(&c.Key) + " · " + share(int64(v.Departing), int64(v.StratumN)) + " recordings depart"
	if v.Stratum == attribute.StratumTwo {
		first = toneOf(v).String() + ": " + title(&c.Key) + " · two agents or more: " + share(int64(v.Departing), int64(v.StratumN)) +
			" recordings depart; one agent (control): " + share(int64(v.ControlsOf), int64(v.Controls))
	}
	second := cause(v)
	if v.Shape == attribute.Aligned {
		second = fieldName(v.Field) + " aligned (within " + length(v.Tau) + ")"
	}
	return CohortSaid{Name: title(&c.Key), Verdict: cohortOf(index, c), Says: []Said{{"cohort", first}, {"its verdict", second}}}
}

package check

import "holdfast.example/processors/correlate/attribute"

// Want is why one recording could not test a hypothesis. The zero Want says nothing.
type Want struct {
	Cohort bool             // it has free parameters, or is about many recordings: a cohort alone can tell
	Agents bool             // it exists only with two agents or more, and there were fewer
	Facts  []attribute.Fact // readings with their zone that are not there
}

// want is what a hypothesis needs to be tested on one recording: the field it is about, which stands against the session,
// and the readings it predicts that field by. A test holds it to what attribution does.
type want struct {
	field attribute.Fact // NoFact: a cohort alone can tell
	facts []attribute.Fact
	pair  bool
}

var wants = func() (all [attribute.HypothesisCount]want) {
	const (
		start, end, created, header = attribute.Start, attribute.End, attribute.Created, attribute.Header
		finalise                    = attribute.Finalise
	)
	set := func(h attribute.Hypothesis, field attribute.Fact, facts ...attribute.Fact) {
		all[h] = want{field, facts, false}
	}
	set(attribute.ZoneShift, start)
	set(attribute.FinalisationStamp, end, finalise)
	set(attribute.FinalisationEnd, end, finalise)
	set(attribute.FinalisationShift, start, finalise, attribute.SessionEnd)
	set(attribute.FinalisationCreated, created, finalise)
	set(attribute.TransferDelay, start, attribute.S3Put, finalise)
	set(attribute.HandoffGap, created, attribute.SecondStart, attribute.FirstEnd)
	set(attribute.StartConnect, start, attribute.AgentConnect)
	set(attribute.StartACD, start, attribute.ACDStart)
	set(attribute.StartSecond, start, attribute.SecondStart)
	set(attribute.CreatedConnect, created, attribute.AgentConnect)
	set(attribute.CreatedACD, created, attribute.ACDStart)
	set(attribute.CreatedSecond, created, attribute.SecondStart)
	set(attribute.CreatedRecording, created, attribute.RecordingCreated)
	set(attribute.EndWrapup, end, attribute.WrapupEnd)
	set(attribute.PausedMedia, attribute.MediaDuration, attribute.Pauses)
	set(attribute.PausedEnd, end, attribute.Pauses)
	set(attribute.AccessTrim, start, attribute.RecordingStart, attribute.OriginalStart)
	set(attribute.HeaderEnd, header, attribute.SessionEnd)
	set(attribute.HeaderFinalise, header, finalise)
	set(attribute.HeaderConnect, header, attribute.AgentConnect)
	for _, h := range [...]attribute.Hypothesis{attribute.HandoffGap, attribute.StartSecond, attribute.CreatedSecond} {
		all[h].pair = true
	}
	return all
}()

// HypothesisField is the field a hypothesis is about; NoFact where only a cohort can be asked. Those of start and end are
// judged together: a hypothesis about the one is a rival where the other departs.
func HypothesisField(h attribute.Hypothesis) attribute.Fact {
	if h >= attribute.HypothesisCount {
		return attribute.NoFact
	}
	return wants[h].field
}

// wanting says what kept a hypothesis from being tested.
func wanting(h attribute.Hypothesis, r *Recording) Want {
	w := &wants[h]
	if w.field == attribute.NoFact {
		return Want{Cohort: true}
	}
	out := Want{Agents: w.pair && r.Observed.Agents < 2}
	lacks := func(f attribute.Fact) {
		length := f == attribute.MediaDuration || f == attribute.Pauses // has no zone
		if rd := &r.Observed.Readings[f]; !rd.Present() || !rd.Zoned && !length {
			out.Facts = append(out.Facts, f)
		}
	}
	lacks(w.field)
	for _, f := range w.facts {
		lacks(f)
	}
	if compared(&r.Verdict, w.field) {
		return out
	}
	for _, f := range references(w.field) {
		lacks(f)
	}
	return out
}

// compared says whether a field was held against a reference.
func compared(v *attribute.Verdict, f attribute.Fact) bool {
	for i := range v.Offsets {
		if v.Offsets[i].Field == f {
			return true
		}
	}
	return false
}

// references are the readings of the session that a field stands against.
func references(f attribute.Fact) []attribute.Fact {
	switch f {
	case attribute.End:
		return []attribute.Fact{attribute.SessionEnd}
	case attribute.MediaDuration:
		return []attribute.Fact{attribute.SessionStart, attribute.SessionEnd}
	}
	return []attribute.Fact{attribute.SessionStart}
}

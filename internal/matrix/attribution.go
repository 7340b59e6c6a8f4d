package main

import (
	"crypto/sha256"
	"strconv"

	"holdfast.example/internal/truth"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/instant"
)

// factOf says which fact of attribution a fact of the truth is, and whose clock attribution is told it comes from.
var factOf = [truth.Facts]struct {
	fact   attribute.Fact
	family attribute.Family
}{
	truth.Start: {attribute.Start, attribute.FamilyExport}, truth.End: {attribute.End, attribute.FamilyExport}, truth.Created: {attribute.Created, attribute.FamilyExport},
	truth.Header: {attribute.Header, attribute.FamilyHeader}, truth.Duration: {attribute.MediaDuration, attribute.FamilyHeader},
	truth.SessionStart: {attribute.SessionStart, attribute.FamilyPlatform}, truth.SessionEnd: {attribute.SessionEnd, attribute.FamilyPlatform},
	truth.ACD: {attribute.ACDStart, attribute.FamilyPlatform}, truth.Connect: {attribute.AgentConnect, attribute.FamilyPlatform},
	truth.FirstEnd: {attribute.FirstEnd, attribute.FamilyPlatform}, truth.Second: {attribute.SecondStart, attribute.FamilyPlatform},
	truth.WrapEnd: {attribute.WrapupEnd, attribute.FamilyPlatform}, truth.Pauses: {attribute.Pauses, attribute.FamilyPlatform},
	truth.Finalised: {attribute.Finalise, attribute.FamilyJob}, truth.Uploaded: {attribute.S3Put, attribute.FamilyS3},
	truth.AnsweredStart: {attribute.RecordingStart, attribute.FamilyPlatform}, truth.OriginalStart: {attribute.OriginalStart, attribute.FamilyPlatform},
	truth.Creation: {attribute.RecordingCreated, attribute.FamilyPlatform},
}

// causeOf says what attribution's causes are in the truth's words. A cause that is not here is none the truth knows; to
// name it is wrong, whatever the label.
var causeOf = map[attribute.Cause]truth.Cause{
	attribute.CauseZone: truth.Zone, attribute.CauseDSTSplit: truth.DSTSplit, attribute.CauseFinalisation: truth.Finalisation, attribute.CauseHandoff: truth.Handoff,
	attribute.CauseDefinitionACD: truth.DefinitionACD, attribute.CauseDefinitionConnect: truth.DefinitionConnect, attribute.CauseDefinitionSecond: truth.DefinitionSecond,
	attribute.CauseDefinitionRecording: truth.DefinitionCreation, attribute.CausePauseCut: truth.PauseCut, attribute.CauseAfterCallWork: truth.AfterCallWork,
	attribute.CauseQueueWait: truth.QueueWait, attribute.CauseHeaderWrite: truth.HeaderWrite, attribute.CauseRateSkew: truth.RateSkew,
	attribute.CauseAccessTrim: truth.AccessTrim, attribute.CauseTransfer: truth.Transfer, attribute.CauseMispaired: truth.Mispaired, attribute.CauseConstant: truth.Constant,
}

// attribution is the judge that is measured.
type attribution struct{ recordings []attribute.Recording }

func newAttribution() judge { return &attribution{} }

// take converts a cohort. What it returns is good until the next one.
func (a *attribution) take(c *truth.Cohort) (*attribute.Model, *attribute.Cohort) {
	m := a.convert(c)
	into := attribute.NewCohort()
	for i := range a.recordings {
		into.Add(&a.recordings[i], false)
	}
	return m, into
}

func (a *attribution) convert(c *truth.Cohort) *attribute.Model {
	zone := attribute.Zone{Name: c.Zone.Name}
	for _, o := range c.Zone.Offsets {
		zone.Shifts = append(zone.Shifts, attribute.Shift{From: o.From, Offset: o.AheadMS})
	}
	if cap(a.recordings) < len(c.Recordings) {
		a.recordings = make([]attribute.Recording, len(c.Recordings))
	}
	a.recordings = a.recordings[:len(c.Recordings)]
	for i := range c.Recordings {
		convert(&a.recordings[i], &c.Recordings[i])
	}
	return attribute.NewModel(attribute.Table{Zones: []attribute.Zone{zone}})
}

const dayMS = 24 * 60 * 60 * 1000

// convert writes an observed recording in attribution's terms.
func convert(to *attribute.Recording, from *truth.Recording) {
	*to = attribute.Recording{ID: sha256.Sum256(from.ID[:]), Agents: int32(from.Agents), Job: "job-" + strconv.Itoa(from.Job), JobSize: int64(from.JobSize),
		Day: int32(from.Facts[truth.SessionStart].At / dayMS), At: from.Facts[truth.SessionEnd].At}
	for f, as := range factOf {
		if r := from.Facts[f]; r.Seen {
			to.Readings[as.fact] = attribute.Reading{Interval: interval(r), Family: as.family, Zoned: true, Truncated: r.Cut}
		}
	}
}

// interval is a reading as it is written. What a cohort's zeros say of it is attribution's to find.
func interval(r truth.Reading) instant.Interval {
	switch {
	case r.Written == 1:
		return instant.Interval{Lo: r.At, Hi: r.At}
	case r.Cut:
		return instant.Interval{Lo: r.At, Hi: r.At + 999}
	}
	return instant.Interval{Lo: r.At - 500, Hi: r.At + 999}
}

func (a *attribution) cohort(c *truth.Cohort) verdict {
	m, cohort := a.take(c)
	v := m.Cohort(cohort)
	if v.Named() {
		return name(v.Cause)
	}
	said := verdict{word: wordOf(v.Shape, v.Grade)}
	if said.word == mixture && v.Splits != attribute.StratumNone {
		said.splits = v.Splits.String()
	}
	return said
}

func (a *attribution) records(c *truth.Cohort) []verdict {
	m, cohort := a.take(c)
	spread := m.Spread(cohort)
	verdicts := make([]attribute.Verdict, len(a.recordings))
	index := make(map[[32]byte]int, len(a.recordings))
	all := make([]*attribute.Recording, len(a.recordings))
	for i := range a.recordings {
		all[i], index[a.recordings[i].ID] = &a.recordings[i], i
		verdicts[i] = m.Record(all[i], spread)
	}
	for _, s := range m.Swaps(all, spread.Basis) {
		s.Apply(&verdicts[index[s.A]])
		s.Apply(&verdicts[index[s.B]])
	}
	said := make([]verdict, len(verdicts))
	for i := range verdicts {
		v := &verdicts[i]
		said[i] = verdict{word: wordOf(v.Shape, v.Grade)}
		if v.Shape != attribute.Aligned && v.Grade == attribute.Established && v.Cause != attribute.NoCause {
			said[i] = name(v.Cause)
		}
		for k := range v.Offsets {
			if v.Offsets[k].Field != attribute.NoFact && v.Offsets[k].Departs() {
				said[i].departs++
			}
		}
	}
	return said
}

func (a *attribution) history(c *truth.Cohort, every int) []step {
	m, cohort := a.convert(c), attribute.NewCohort()
	var life attribute.Life
	var steps []step
	for i := range a.recordings {
		cohort.Add(&a.recordings[i], false)
		if (i+1)%every != 0 {
			continue
		}
		v := m.Cohort(cohort)
		switch life.Judge(&v) {
		case attribute.StepOpened:
			steps = append(steps, step{i + 1, opened})
		case attribute.StepUpdated:
			steps = append(steps, step{i + 1, updated})
		case attribute.StepResolved:
			steps = append(steps, step{i + 1, resolved})
		}
	}
	return steps
}

// name is a verdict that names. What the truth has no word for becomes Mixture, which no label holds alone.
func name(c attribute.Cause) verdict {
	cause, is := causeOf[c]
	if !is {
		cause = truth.Mixture
	}
	return verdict{word: named, cause: cause}
}

func wordOf(s attribute.Shape, g attribute.Grade) word {
	switch {
	case s == attribute.Aligned:
		return aligned
	case s == attribute.Mixture && g != attribute.ConsistentWith && g != attribute.Ambiguous:
		return mixture
	}
	switch g {
	case attribute.ConsistentWith:
		return consistent
	case attribute.Ambiguous:
		return ambiguous
	case attribute.Insufficient:
		return insufficient
	case attribute.GradeNotComparable:
		return notComparable
	}
	return unexplained
}

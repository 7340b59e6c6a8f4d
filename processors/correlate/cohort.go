package correlate

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// Strata of a cohort: constants and handoff rules belong to the cohort, never to a recording.
const (
	stratumAll = "all"
	stratumTwo = "agents>=2"
)

// judgement is a cohort's verdict.
type judgement struct {
	Shape, Stratum, Grade string
	Offset, Spread        int64 // lower median of the departing, and their median absolute deviation
	Departing, Of         int64
}

// says tells whether two judgements give the same verdict; numbers may differ.
func (j *judgement) says(o *judgement) bool {
	return j.Shape == o.Shape && j.Stratum == o.Stratum && j.Grade == o.Grade
}

// measured folds a measure into its cohort. It is judged at the next tick, by the sample, which holds every cohort of up
// to maxSample recordings whole. Of a larger one, a departing recording outside the sample waits for that tick apart, so
// that none departs in silence.
func (s *shard) measured(tx stream.Tx, m *schemas.Measure) error {
	if !strings.HasPrefix(m.To, "cohort:") || !s.owns(m.To) || m.To != cohortKey(m.OrganizationID, m.Channel, m.Provider) {
		return stream.Poison(CodeBadEntity, "a measure to a cohort that is not this shard's, or not what its key says")
	}
	offset, width, ok := offsetOf(m)
	if !ok {
		return stream.Poison(CodeNoBody, "a measure without an offset")
	}
	if why := unfitMeasure(m); why != "" {
		return stream.Poison(CodeBadForm, "%s", why)
	}
	if err := s.ready(); err != nil {
		return err
	}
	c, err := get[cohort](tx, m.To)
	if err != nil {
		return err
	}
	c.Organization, c.Channel, c.Provider = m.OrganizationID, m.Channel, m.Provider
	x := member{Key: markOf(m.RecordingID), Recording: m.RecordingID, Agents: m.Agents, Shape: m.Shape, Offset: offset, Width: width, Leaf: m.Leaf}
	i, known := slices.BinarySearchFunc(c.Sample, x.Key, func(a member, k mark) int { return bytes.Compare(a.Key[:], k[:]) })
	// While the sample holds the cohort whole it knows best; a recording may have been measured in another one before.
	if !known && (!m.Revises || len(c.Sample) < maxSample) {
		c.N++
	}
	switch {
	case known:
		c.Sample[i] = x
	case len(c.Sample) < maxSample:
		c.Sample = slices.Insert(c.Sample, i, x)
	case i < maxSample:
		c.Sample = slices.Insert(c.Sample[:maxSample-1:maxSample-1], i, x)
	case x.Shape == shapeAligned:
	case len(c.Fresh) < maxSample:
		c.Fresh = append(c.Fresh, x)
	default:
		c.Chain.Unraised++
	}
	waitFor(&c.Waits, laneJudge, m.ArrivalMS, waitJudge, "")
	if m.Shape != shapeAligned && !c.Patience && !waiting(c.Waits, waitPatience, "") {
		waitFor(&c.Waits, laneJudge, max(m.ArrivalMS, s.meta.T)+s.regime.CohortPatienceMS, waitPatience, "")
	}
	tx.Put(m.To, c)
	return nil
}

// offsetOf is the measure's one offset by its shape: of the end where only that departs, of the duration for a cut,
// of created where only that departs, else of the start.
func offsetOf(m *schemas.Measure) (mid, width int64, ok bool) {
	order := []*schemas.Offset{m.Start, m.Created, m.End, m.Duration}
	switch {
	case m.Shape == shapeEndOnly:
		order = []*schemas.Offset{m.End}
	case m.Shape == shapeCut:
		order = []*schemas.Offset{m.Duration}
	case m.Shape == shapeStartOnly && m.Created != nil && (m.Start == nil || interval(m.Start).Dist() < interval(m.Created).Dist()):
		order = []*schemas.Offset{m.Created}
	}
	for _, d := range order {
		if d != nil {
			return interval(d).Mid(), interval(d).Width(), true
		}
	}
	return 0, 0, false
}

// judged judges a cohort at a tick: its own verdict, and which of its recordings depart from it.
func (s *shard) judged(tx stream.Tx, key string, c *cohort, w wait) error {
	by := step{entity: key, chain: &c.Chain, atMS: s.meta.T}
	if w.Rule == waitPatience {
		c.Patience = true
	}
	if c.N < s.regime.CohortMin {
		if !c.Patience {
			return nil
		}
		return s.outliers(tx, by, c, judgement{Shape: shapeAligned, Stratum: stratumAll, Grade: gradeInsufficient})
	}
	j := s.weigh(c.Sample)
	changed := !j.says(&c.Judged)
	if changed && j.Grade == gradeUnexplained && !j.says(&c.Candidate) {
		// A cohort that departs is pronounced when the next judgement says the same: while recordings still stream in,
		// the first thirty may mislead.
		c.Candidate = j
		waitFor(&c.Waits, laneJudge, s.meta.T+1, waitJudge, "")
		return nil
	}
	c.Candidate = judgement{}
	if changed || c.JudgedN == 0 || c.N >= 2*c.JudgedN {
		if err := s.pronounce(tx, key, by, c, j); err != nil {
			return err
		}
	}
	return s.outliers(tx, by, c, j)
}

// pronounce writes the cohort's leaf and moves its finding: one, however many recordings it speaks of.
func (s *shard) pronounce(tx stream.Tx, key string, by step, c *cohort, j judgement) error {
	was := c.Judged
	c.Judged, c.JudgedN = j, c.N
	l := leaf.Leaf{Kind: leaf.KindCohort, AtMS: s.meta.T, Cohort: &leaf.Cohort{
		OrganizationID: c.Organization, Channel: c.Channel, Provider: c.Provider, N: c.N,
		Shape: j.Shape, Locus: locusUnknown, Grade: j.Grade, Mechanism: mechanismNone, Stratum: j.Stratum,
		Departing: j.Departing, StratumN: j.Of, Members: c.members()}}
	if j.Grade == gradeUnexplained {
		l.Cohort.OffsetMS, l.Cohort.SpreadMS = &j.Offset, &j.Spread
	}
	if _, err := s.append(tx, key, &c.Chain, &l); err != nil {
		return err
	}
	if was.Grade == gradeUnexplained && (was.Shape != j.Shape || was.Stratum != j.Stratum) {
		if _, err := s.resolve(tx, by, driftPrefix+was.Shape, was.Stratum); err != nil {
			return err
		}
	}
	if j.Grade != gradeUnexplained {
		return nil
	}
	return s.raise(tx, by, finding{Rule: driftPrefix + j.Shape, Subject: j.Stratum, Grade: j.Grade, Shape: j.Shape, N: j.Departing}, &j.Offset, &j.Spread)
}

// members digests the sample: each recording's verdict leaf, in the order of the sample.
func (c *cohort) members() schemas.Hash {
	h := sha256.New()
	for i := range c.Sample {
		h.Write(c.Sample[i].Key[:])
		h.Write(c.Sample[i].Leaf[:])
	}
	return schemas.Hash(h.Sum(nil))
}

// outliers raises a finding for every recording that departs from the cohort's verdict, and resolves those that no
// longer do. Where recordings depart in numbers, the cohort's one finding speaks for them all.
func (s *shard) outliers(tx stream.Tx, by step, c *cohort, j judgement) error {
	fresh := c.Fresh
	c.Fresh = nil
	if j.Shape == shapeMixture {
		for i := len(c.Chain.Findings) - 1; i >= 0; i-- {
			if f := c.Chain.Findings[i]; f.Rule == ruleOutlier {
				if _, err := s.resolve(tx, by, f.Rule, f.Subject); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for i := range c.Sample {
		if err := s.outlier(tx, by, &c.Sample[i], j); err != nil {
			return err
		}
	}
	for i := range fresh {
		if err := s.outlier(tx, by, &fresh[i], j); err != nil {
			return err
		}
	}
	return nil
}

func (s *shard) outlier(tx stream.Tx, by step, m *member, j judgement) error {
	if !s.outlies(m, j) {
		_, err := s.resolve(tx, by, ruleOutlier, m.Recording)
		return err
	}
	grade, offset := gradeUnexplained, m.Offset
	if j.Grade == gradeInsufficient {
		grade = gradeInsufficient
	}
	return s.raise(tx, by, finding{Rule: ruleOutlier, Subject: m.Recording, Grade: grade, Shape: m.Shape, N: 1}, &offset, nil)
}

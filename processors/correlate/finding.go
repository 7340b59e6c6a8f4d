package correlate

import (
	"crypto/sha256"
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// step is what causes a step in a finding's life.
type step struct {
	entity   string
	chain    *chain
	atMS     int64
	evidence []schemas.Hash
	late     bool
}

// findingID is the stable identity of a finding; no time is in it.
func findingID(rule, entity, subject string) schemas.Hash {
	return sha256.Sum256([]byte(rule + "\x00" + entity + "\x00" + subject + "\x00"))
}

// raise opens a finding, or updates it if it is open and now says something else. offset and spread may be nil.
func (s *shard) raise(tx stream.Tx, by step, f finding, offset, spread *int64) error {
	for i := range by.chain.Findings {
		was := &by.chain.Findings[i]
		if was.Rule != f.Rule || was.Subject != f.Subject {
			continue
		}
		if *was == f {
			return nil
		}
		*was = f
		return s.alert(tx, by, f, schemas.StepUpdated, offset, spread)
	}
	if len(by.chain.Findings) == maxFindings {
		by.chain.Unraised++
		return nil
	}
	by.chain.Findings = append(by.chain.Findings, f)
	return s.alert(tx, by, f, schemas.StepOpened, offset, spread)
}

// resolve resolves a finding if it is open, and says whether it was.
func (s *shard) resolve(tx stream.Tx, by step, rule, subject string) (bool, error) {
	i := slices.IndexFunc(by.chain.Findings, func(f finding) bool { return f.Rule == rule && f.Subject == subject })
	if i < 0 {
		return false, nil
	}
	f := by.chain.Findings[i]
	by.chain.Findings = slices.Delete(by.chain.Findings, i, i+1)
	return true, s.alert(tx, by, f, schemas.StepResolved, nil, nil)
}

// isOpen says whether a finding is open.
func (c *chain) isOpen(rule, subject string) bool {
	return slices.ContainsFunc(c.Findings, func(f finding) bool { return f.Rule == rule && f.Subject == subject })
}

// alert emits one step twice: as a leaf of the entity's chain, and as a record on drift.alerts that names the leaf.
func (s *shard) alert(tx stream.Tx, by step, f finding, which string, offset, spread *int64) error {
	id, severity := findingID(f.Rule, by.entity, f.Subject), severityOf[f.Rule]
	l := leaf.Leaf{Kind: leaf.KindAlert, AtMS: by.atMS, Evidence: by.evidence, Alert: &leaf.Alert{
		Finding: id, Rule: f.Rule, Severity: severity, Step: which, Subject: f.Subject,
		Grade: f.Grade, Shape: f.Shape, N: f.N, OffsetMS: offset, SpreadMS: spread,
	}}
	if by.chain.Unraised > 0 {
		l.Labels = append(l.Labels, leaf.LabelTruncated)
	}
	if by.late {
		l.Labels = append(l.Labels, leaf.LabelLate)
	}
	if f.Rule == ruleRetroactive {
		l.Labels = append(l.Labels, leaf.LabelRetroactive)
	}
	sum, err := s.append(tx, by.entity, by.chain, &l)
	if err != nil {
		return err
	}
	return s.emit(tx, schemas.TopicDriftAlerts, stream.ByKey, hexOf(id), &schemas.Alert{
		Finding: id, Rule: f.Rule, Severity: severity, Step: which, Entity: by.entity, Subject: f.Subject,
		Grade: f.Grade, Shape: f.Shape, N: f.N, OffsetMS: offset, SpreadMS: spread,
		Summary: summary(f, which), Evidence: by.evidence, Leaf: sum, AtMS: by.atMS, Late: by.late,
	})
}

// summary is one sentence out of closed words and ids; no personal data can get into it.
func summary(f finding, which string) string {
	what := f.Rule
	if f.Subject != "" {
		what += " of " + f.Subject
	}
	if f.Grade != "" {
		what += ", " + f.Grade
	}
	return what + ": " + which
}

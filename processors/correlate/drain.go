package correlate

import (
	"fmt"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// tick takes a tick in: what is due by it is drained before the next record, and the marker follows if it cuts. A tick
// that is not newer than the last changes nothing.
func (s *shard) tick(tx stream.Tx, t *schemas.Tick) error {
	if t.N <= s.meta.Tick {
		return nil
	}
	if err := s.ready(); err != nil {
		return err
	}
	if err := s.agrees(t.N); err != nil {
		return err
	}
	m := &s.meta
	if t.Epoch != m.Epoch {
		return fmt.Errorf("%w: tick %d names epoch %d, shard %d has %d open: an epoch is never skipped", stream.ErrStop, t.N, t.Epoch, s.p, m.Epoch)
	}
	if m.Tick == 0 {
		m.FirstT = t.TMS
	}
	m.Tick, m.T = t.N, t.TMS
	for _, src := range t.Sources {
		for i, name := range sourceNames {
			if src.Source == name {
				m.Through[i].V, m.Folded[i].V = max(m.Through[i].V, src.ThroughMS), max(m.Folded[i].V, src.FoldedMS)
			}
		}
	}
	m.Draining, m.Cut, m.CutEpoch = true, t.Cut, t.Epoch
	return s.stalls(tx)
}

// stalls raises and resolves source-stalled, in the one shard that owns the log's own entity.
func (s *shard) stalls(tx stream.Tx) error {
	log := s.logEntity()
	if !s.owns(log) {
		return nil
	}
	reg, err := get[register](tx, log)
	if err != nil {
		return err
	}
	by := step{entity: log, chain: &reg.Chain, atMS: s.meta.T}
	for i, name := range sourceNames {
		if s.stalled(i) {
			err = s.raise(tx, by, finding{Rule: ruleStalled, Subject: name, N: 1}, nil, nil)
		} else {
			_, err = s.resolve(tx, by, ruleStalled, name)
		}
		if err != nil {
			return err
		}
	}
	tx.Put(log, reg)
	return nil
}

// stalled says whether a source has proven nothing for too long, whatever the cause. One that never proved anything
// counts from the first tick. (model V9)
func (s *shard) stalled(source int) bool {
	return s.meta.T-max(s.meta.Through[source].V, s.meta.FirstT) > s.regime.StalledMS
}

// due says whether a deadline of that lane has passed, and with which grade.
func (s *shard) due(lane int, at int64) (grade string, ok bool) {
	passed := func(source int) bool { return s.meta.Through[source].V >= at }
	unknown := func(source int) bool { return s.stalled(source) && s.meta.T >= at }
	switch lane {
	case laneS3, laneEvents:
		source := s3
		if lane == laneEvents {
			source = events
		}
		if passed(source) {
			return gradeNotReceived, true
		}
		return gradeUnknown, unknown(source)
	case laneS3Late:
		return gradeNotReceived, passed(s3)
	case laneEventsLate:
		return gradeNotReceived, passed(events)
	case laneSettle:
		for i := range sources {
			if !passed(i) && !unknown(i) {
				return "", false
			}
		}
		return "", true
	}
	return "", s.meta.T >= at
}

// Grades of an absence. A queue can never prove a negative: enumerated is for a complete LIST or API answer, which
// nothing asks for yet.
const (
	gradeNotReceived = "not-received"
	gradeUnknown     = "unknown"
)

// Drain implements stream.Task: one step takes the smallest (deadline, key, lane) that is due in the present state;
// when none is, the marker follows if the tick cut. (DESIGN §4, model V1-V3)
func (s *shard) Drain(tx stream.Tx) (bool, error) {
	if !s.meta.Draining {
		return false, nil
	}
	lane, at, key, grade := -1, int64(0), "", ""
	for l := range lanes {
		a, k, ok := tx.Head(l)
		if !ok || lane >= 0 && (a > at || a == at && k >= key) {
			continue
		}
		if g, ok := s.due(l, a); ok {
			lane, at, key, grade = l, a, k, g
		}
	}
	if lane >= 0 {
		return true, s.fire(tx, key, int32(lane), at, grade)
	}
	s.meta.Draining = false
	if !s.meta.Cut {
		return false, nil
	}
	s.meta.Cut = false
	return false, s.marker(tx)
}

// fire takes one deadline out of the entity's state and does what it was for.
func (s *shard) fire(tx stream.Tx, key string, lane int32, at int64, grade string) error {
	v, err := tx.Get(key)
	if err != nil {
		return err
	}
	if v != nil {
		tx.Put(key, v)
	}
	switch v := v.(type) {
	case *conversation:
		w, ok := take(&v.Waits, lane, at)
		if !ok {
			break
		}
		if w.Rule == waitSettle {
			for i := range v.Recordings {
				if v.Recordings[i].ID == w.Subject {
					return s.settled(tx, key, v, &v.Recordings[i])
				}
			}
			return nil
		}
		return s.absent(tx, key, v, w, grade)
	case *cohort:
		if w, ok := take(&v.Waits, lane, at); ok {
			return s.judged(tx, key, v, w)
		}
	}
	return fmt.Errorf("%w: %s has no deadline %d on lane %d, though its index says so", stream.ErrStop, key, at, lane)
}

// absent raises what a deadline was waiting for in vain. Answered unknown, the question stays open on the late lane,
// one ms on, until the source is proven past it. The first time the world is asked as well.
func (s *shard) absent(tx stream.Tx, key string, c *conversation, w wait, grade string) error {
	by := step{entity: key, chain: &c.Chain, atMS: s.meta.T}
	for i := range c.Recordings {
		if r := &c.Recordings[i]; r.ID == w.Subject || w.Subject == "" {
			by.evidence = append(by.evidence, r.Evidence...)
		}
	}
	by.evidence = by.evidence[:min(len(by.evidence), leaf.MaxEvidence)]
	asked := c.Chain.isOpen(w.Rule, w.Subject)
	if err := s.raise(tx, by, finding{Rule: w.Rule, Subject: w.Subject, Grade: grade, N: 1}, nil, nil); err != nil {
		return err
	}
	if grade == gradeUnknown {
		waitFor(&c.Waits, w.Lane+1, w.At+1, w.Rule, w.Subject)
	}
	if asked {
		return nil
	}
	return s.probe(tx, key, w)
}

// probe asks the world what a queue cannot prove. Nothing answers yet; the question is on record.
func (s *shard) probe(tx stream.Tx, key string, w wait) error {
	p := schemas.Probe{Entity: key, Rule: w.Rule, Subject: w.Subject, DeadlineMS: w.At, Question: schemas.QuestionObject}
	if w.Rule == ruleRetroactive {
		p.Question = schemas.QuestionEvent
	}
	p.ID = leaf.Sum(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d\x00", p.Entity, p.Rule, p.Subject, p.DeadlineMS))
	return s.emit(tx, schemas.TopicProbes, stream.ByKey, hexOf(p.ID), &p)
}

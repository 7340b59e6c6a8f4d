package oracle

import "holdfast.example/deploy/sandbox/truth"

// expectedFindings are all findings the truth predicts, except those of sources.
func (j *judge) expectedFindings() []outcome {
	var out []outcome
	for r := range j.world.Recordings() {
		entity := conversationEntity(r.Conversation)
		one := func(rule, subject string) outcome {
			return outcome{rule: rule, entity: entity, subject: subject, why: r.Case, last: standing}
		}
		switch {
		case r.Has(truth.Metadata) && !r.Has(truth.Media):
			o := one("media-missing", r.ID)
			o.grade = "not-received"
			out = append(out, o)
		case r.Has(truth.Media) && !r.Has(truth.Metadata) && r.Row == nil:
			o := one("metadata-missing", r.ID)
			o.grade = "not-received"
			out = append(out, o)
		case r.Case == truth.LateMedia || r.Case == truth.Outage:
			o := one("media-missing", r.ID)
			o.last = []string{"resolved"}
			out = append(out, o)
		}
		switch r.Case {
		case truth.Retroactive:
			o := one("object-retroactive", "")
			o.grade = "not-received"
			out = append(out, o)
		case truth.ConversationMismatch:
			out = append(out, one("conversation-mismatch", r.ID))
		case truth.Tampered:
			o := one("content-changed", r.ID)
			o.severity = "critical"
			out = append(out, o)
		case truth.Deleted:
			out = append(out, one("object-deleted", r.ID))
		case truth.Unreadable:
			out = append(out, one("object-unreadable", r.ID))
		}
	}
	for _, c := range j.world.Cohorts {
		out = append(out, j.cohortFindings(c)...)
	}
	return out
}

// cohortFindings: one finding for what a cohort's recordings have in common, one for each that strays.
func (j *judge) cohortFindings(c *truth.Cohort) []outcome {
	v := j.judgementOf(c)
	entity, judged := j.cohorts[c]
	if len(v.members) < cohortLeast || !judged {
		return nil
	}
	if v.shape != "aligned" {
		return []outcome{{rule: "drift-" + v.shape, entity: entity, subject: v.stratum, why: truth.Case(c.Name),
			last: standing, grade: "unexplained", shape: v.shape, verdict: &v}}
	}
	var out []outcome
	for _, m := range v.strays {
		offset := m.offset()
		out = append(out, outcome{rule: "drift-outlier", entity: entity, subject: m.recording.ID, why: m.recording.Case,
			last: standing, shape: m.shape, offset: &offset})
	}
	return out
}

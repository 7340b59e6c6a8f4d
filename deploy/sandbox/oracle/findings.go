package oracle

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"holdfast.example/deploy/sandbox/truth"
	"holdfast.example/deploy/sandbox/wire"
)

// life is what happened to one finding, step by step.
type life struct {
	rule, entity, subject string
	steps                 []alert
}

func (l *life) last() alert { return l.steps[len(l.steps)-1] }

// readAlerts decodes drift.alerts.
func (j *judge) readAlerts() {
	j.report.lives = map[string]*life{}
	for _, r := range j.out[TopicAlerts] {
		a, err := wire.DecodeAlert(r.Value)
		if err != nil {
			j.object("alert", "partition %d, offset %d: %v", r.Partition, r.Offset, err)
			continue
		}
		id := findingID(a.Rule, a.Entity, a.Subject)
		if a.Finding.String() != id || string(r.Key) != id {
			j.object("alert", "%s of %s: finding %s under key %.80q, want %s", a.Rule, a.Entity, a.Finding, r.Key, id)
			continue
		}
		one := alert{a, string(r.Key)}
		j.alerts = append(j.alerts, one)
		l := j.report.lives[id]
		if l == nil {
			l = &life{rule: a.Rule, entity: a.Entity, subject: a.Subject}
			j.report.lives[id] = l
			j.report.Rules[a.Rule]++
		}
		l.steps = append(l.steps, one)
	}
	for _, l := range j.report.lives {
		if l.last().Step != "resolved" {
			j.report.Open[l.rule]++
		}
	}
	j.report.Alerts = len(j.alerts)
}

// findingID is SHA-256 of rule, entity, subject, each followed by 0x00.
func findingID(rule, entity, subject string) string {
	sum := sha256.Sum256([]byte(rule + "\x00" + entity + "\x00" + subject + "\x00"))
	return hex.EncodeToString(sum[:])
}

// outcome is a finding that must be there, and how it must have ended.
type outcome struct {
	rule, entity, subject string
	why                   truth.Case
	last                  []string // the last step: any of these
	grade                 string   // of the last step that is not resolved; empty: not checked
	severity              string
	shape                 string
	verdict               *verdictOf // of a cohort's drift: n, offset and spread
	offset                *int64     // exactly
}

var standing = []string{"opened", "updated"}

// findings compares the lives of all findings with those the truth predicts, and every step with its leaf.
func (j *judge) findings() {
	want := map[string]outcome{}
	for _, o := range j.expectedFindings() {
		want[findingID(o.rule, o.entity, o.subject)] = o
	}
	j.report.Expected.Findings = len(want)
	for _, id := range sorted(want) {
		o := want[id]
		l := j.report.lives[id]
		if l == nil {
			j.object("alert", "%s of %s %s (%s): never opened", o.rule, o.entity, o.subject, o.why)
			continue
		}
		j.lived(l)
		j.ended(l, o)
	}
	seenUnknown, outage := false, 0
	for _, id := range sorted(j.report.lives) {
		l := j.report.lives[id]
		if _, ok := want[id]; ok {
			continue
		}
		j.lived(l)
		j.unexpected(l)
	}
	for r := range j.world.Recordings() {
		if r.Case == truth.Outage {
			outage++
			if l := j.report.lives[findingID("media-missing", conversationEntity(r.Conversation), r.ID)]; l != nil {
				seenUnknown = seenUnknown || slices.ContainsFunc(l.steps, func(a alert) bool { return a.Grade == "unknown" })
			}
		}
	}
	if outage > 0 && !seenUnknown {
		j.object("alert", "no media-missing of grade unknown, in an outage with %d recordings", outage)
	}
	j.stalls(outage > 0)
	j.alertLeaves()
}

// unexpected: only what a slow machine, or a cohort half told, may open on the way; and it must be resolved.
func (j *judge) unexpected(l *life) {
	resolved := l.last().Step == "resolved"
	switch {
	case l.rule == "source-stalled" && resolved, j.excused(l), strings.HasPrefix(l.rule, "drift-") && resolved && j.mixes(l.entity):
		j.report.Passing++
	default:
		j.object("alert", "%s of %s %s: nobody expected it; its last step is %s", l.rule, l.entity, l.subject, l.last().Step)
	}
}

// absences are the rules that wait for something, with the source each waits for.
var absences = map[string]string{"media-missing": "s3", "metadata-missing": "s3", "object-retroactive": "events"}

// excused reports whether something was missed that was only on its way: never graded otherwise than unknown, each time
// while its source was called stalled, and resolved. Not-received, of what had been received, has no excuse.
func (j *judge) excused(l *life) bool {
	source := absences[l.rule]
	if source == "" || l.last().Step != "resolved" {
		return false
	}
	for _, s := range l.steps {
		if s.Grade != "unknown" || s.Step != "resolved" && !j.stalledAt(source, s.AtMS) {
			return false
		}
	}
	return true
}

// stalledAt reports whether a source was called stalled at a moment.
func (j *judge) stalledAt(source string, at int64) bool {
	for _, l := range j.report.lives {
		if l.rule != "source-stalled" || l.subject != source {
			continue
		}
		from := int64(-1)
		for _, s := range l.steps {
			switch {
			case s.Step == "opened":
				from = s.AtMS
			case s.Step == "resolved" && from >= 0:
				if from <= at && at <= s.AtMS {
					return true
				}
				from = -1
			}
		}
	}
	return false
}

// excusedLate reports whether a leaf may be labelled late because it ended an excused absence.
func (j *judge) excusedLate(l *leaf, recording string) bool {
	at, err := readTime(l.tree.text("at"))
	if err != nil {
		return false
	}
	for rule, subject := range map[string]string{"media-missing": recording, "metadata-missing": recording, "object-retroactive": ""} {
		f := j.report.lives[findingID(rule, l.entity, subject)]
		if f != nil && j.excused(f) && slices.ContainsFunc(f.steps, func(a alert) bool { return a.Step == "resolved" && a.AtMS == at }) {
			return true
		}
	}
	return false
}

// mixes reports whether the entity is a cohort whose strata differ, so that its first recordings can mislead.
func (j *judge) mixes(entity string) bool {
	for c, e := range j.cohorts {
		if e == entity {
			return j.judgementOf(c).stratum != stratumAll
		}
	}
	return false
}

// stalls: the source that was down must have been called stalled; every source called so must be well again.
func (j *judge) stalls(outage bool) {
	said := false
	for _, l := range j.report.lives {
		if l.rule == "source-stalled" && l.subject == "s3" {
			said = true
		}
	}
	if outage && !said {
		j.object("alert", "source-stalled of s3: never opened, and the source was down")
	}
}

// lived checks the order of a finding's steps: opened first, updated and resolved only while open, no step twice alike.
func (j *judge) lived(l *life) {
	open := false
	_, absence := absences[l.rule]
	for i, s := range l.steps {
		if absence && s.Step != "resolved" && s.Grade != "not-received" && s.Grade != "unknown" {
			j.object("alert", "%s of %s %s: step %d has grade %q", l.rule, l.entity, l.subject, i+1, s.Grade)
		}
		ok := s.Step == "opened" && !open || s.Step != "opened" && open
		if !ok {
			j.object("alert", "%s of %s %s: step %d is %s", l.rule, l.entity, l.subject, i+1, s.Step)
		}
		open = s.Step != "resolved"
		if i > 0 && s.Step == "updated" && l.steps[i-1].Step != "resolved" && sameStep(s.Alert, l.steps[i-1].Alert) {
			j.object("alert", "%s of %s %s: step %d updates nothing", l.rule, l.entity, l.subject, i+1)
		}
		if i > 0 && s.Leaf == l.steps[i-1].Leaf {
			j.object("alert", "%s of %s %s: step %d was emitted twice", l.rule, l.entity, l.subject, i+1)
		}
	}
}

func sameStep(a, b wire.Alert) bool {
	return a.Grade == b.Grade && a.Shape == b.Shape && a.N == b.N && same(a.OffsetMS, b.OffsetMS) && same(a.SpreadMS, b.SpreadMS)
}

func same(a, b *int64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// ended checks how a finding stands at the end.
func (j *judge) ended(l *life, o outcome) {
	wrong := func(name string, got, want any) {
		j.object("alert", "%s of %s %s (%s): %s is %v, want %v", o.rule, o.entity, o.subject, o.why, name, got, want)
	}
	last := l.last()
	if !slices.Contains(o.last, last.Step) {
		wrong("the last step", last.Step, o.last)
	}
	if o.grade != "" && last.Step != "resolved" && last.Grade != o.grade {
		wrong("the grade", last.Grade, o.grade)
	}
	if o.severity != "" && last.Severity != o.severity {
		wrong("the severity", last.Severity, o.severity)
	}
	if o.shape != "" && last.Shape != o.shape {
		wrong("the shape", last.Shape, o.shape)
	}
	if o.offset != nil && (last.OffsetMS == nil || *last.OffsetMS != *o.offset) {
		wrong("offset_ms", show(last.OffsetMS), *o.offset)
	}
	if last.N < 1 {
		wrong("n", last.N, "at least 1")
	}
	if v := o.verdict; v != nil {
		most := int64(len(v.members))
		if last.N > most || last.N*2 <= int64(len(v.offsets)) {
			wrong("n", last.N, fmt.Sprintf("%d, or more than half of it", len(v.offsets)))
		}
		if last.OffsetMS == nil || !v.within(*last.OffsetMS, min(last.N, int64(len(v.offsets)))) {
			wrong("offset_ms", show(last.OffsetMS), "the median of the true offsets")
		}
	}
}

func show(n *int64) any {
	if n == nil {
		return "none"
	}
	return *n
}

// alertLeaves checks that every alert names a leaf that says the same, and that every leaf of an alert has its alert.
func (j *judge) alertLeaves() {
	said := map[string]int{}
	for _, a := range j.alerts {
		hash := a.Leaf.String()
		said[hash]++
		l := j.byHash[hash]
		if l == nil || l.kind != "alert" {
			j.object("alert", "%s of %s, %s: its leaf %.12s is not on record", a.Rule, a.Entity, a.Step, hash)
			continue
		}
		n, _ := l.body.number("n")
		offset, hasOffset := l.body.number("offset_ms")
		spread, hasSpread := l.body.number("spread_ms")
		agree := l.entity == a.Entity && l.body.text("finding") == a.Finding.String() && l.body.text("rule") == a.Rule &&
			l.body.text("severity") == a.Severity && l.body.text("step") == a.Step && l.body.text("subject") == a.Subject &&
			l.body.text("grade") == a.Grade && l.body.text("shape") == a.Shape && n == a.N &&
			hasOffset == (a.OffsetMS != nil) && (!hasOffset || offset == *a.OffsetMS) &&
			hasSpread == (a.SpreadMS != nil) && (!hasSpread || spread == *a.SpreadMS)
		if !agree {
			j.object("alert", "%s of %s %s, %s: its leaf says something else", a.Rule, a.Entity, a.Subject, a.Step)
		}
		if at, err := readTime(l.tree.text("at")); err != nil || at != a.AtMS {
			j.object("alert", "%s of %s, %s: at %d, its leaf at %s", a.Rule, a.Entity, a.Step, a.AtMS, l.tree.text("at"))
		}
		j.alertEvidence(a, l)
	}
	for _, l := range j.leaves {
		if l.kind == "alert" && said[l.hash] != 1 {
			j.object("alert", "%s of %s, seq %d: a leaf with %d alerts", l.body.text("rule"), l.entity, l.seq, said[l.hash])
		}
	}
}

func (j *judge) alertEvidence(a alert, l *leaf) {
	var shown []string
	for _, h := range a.Evidence {
		shown = append(shown, h.String())
	}
	if !slices.Equal(shown, l.tree.texts("evidence")) {
		j.object("alert", "%s of %s %s, %s: rests on other evidence than its leaf", a.Rule, a.Entity, a.Subject, a.Step)
	}
	if strings.TrimSpace(a.Summary) == "" || strings.ContainsAny(a.Summary, "\n\r") {
		j.object("alert", "%s of %s, %s: the summary is no sentence", a.Rule, a.Entity, a.Step)
	}
}

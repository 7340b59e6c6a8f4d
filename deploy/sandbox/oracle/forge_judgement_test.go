package oracle

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"holdfast.example/deploy/sandbox/truth"
	"holdfast.example/deploy/sandbox/wire"
)

func (f *forge) judged(r *truth.Recording) {
	if !r.Has(truth.Media) && !r.Has(truth.Metadata) && r.Row == nil {
		return
	}
	entity, m := conversationEntity(r.Conversation), measure(r)
	var parts []any
	for _, o := range r.Objects {
		if !o.Put && !o.Phantom {
			continue
		}
		part := map[string]any{"role": string(o.Role)}
		if o.Versioned() {
			part["version_id"] = o.VersionID
		}
		if o.Put {
			sum := o.SHA256()
			part["sha256"] = hex.EncodeToString(sum[:])
		}
		parts = append(parts, part)
	}
	by := "recording-id"
	if len(r.Conversation.Events) == 0 {
		by = "none"
	}
	f.leaf(entity, "pairing", map[string]any{"agents": int64(m.agents), "by": by, "objects": parts, "recording_id": r.ID, "window_ms": int64(900000)}, nil)
	body := map[string]any{"agents": int64(m.agents), "recording_id": r.ID, "shape": m.shape, "grade": "unexplained", "mechanism": "none"}
	switch m.shape {
	case "aligned":
		body["grade"] = "established"
	case "not-comparable":
		body["grade"] = "not-comparable"
		if !m.claimed {
			body["grade"] = "insufficient"
		}
	default:
		body["offset_ms"] = m.offset()
	}
	if m.comparable {
		body["cohort"] = f.j.cohorts[r.Conversation.Cohort]
		offset := func(field string, n int64) any {
			return map[string]any{"field": field, "clock_a": "export-metadata", "clock_b": "genesys-cloud", "lo_ms": n - 1, "hi_ms": n}
		}
		start, end := "startTime", "endTime"
		if x, _ := r.Reference(); x.Aliased {
			start, end = "recorded_start_time", "recorded_end_time"
		}
		offsets := []any{offset(start, m.start), offset(end, m.end)}
		if m.hasCreated {
			offsets = append(offsets, offset("created_at", m.created))
		}
		body["offsets"] = offsets
	}
	f.verdicts[r.ID] = f.leaf(entity, "verdict", body, nil)
}

func (f *forge) cohort(c *truth.Cohort) {
	v := f.j.judgementOf(c)
	n := int64(len(v.members))
	if n < cohortLeast {
		return
	}
	body := map[string]any{"channel": upper(c.Channel), "departing": int64(len(v.strays)), "grade": "established", "mechanism": "none",
		"members": f.regime, "n": n, "organization_id": f.w.Organization, "provider": c.Provider, "shape": v.shape,
		"stratum": v.stratum, "stratum_n": n}
	if v.shape != "aligned" {
		body["grade"] = "unexplained"
		body["departing"], body["stratum_n"] = int64(len(v.offsets)), int64(len(v.offsets))
		body["offset_ms"], body["spread_ms"] = v.offsets[(len(v.offsets)-1)/2], int64(0)
	}
	f.leaf(f.j.cohorts[c], "cohort", body, nil)
}

func (f *forge) allAlerts() {
	severity := func(rule string) string {
		if rule == "content-changed" {
			return "critical"
		}
		return "warning"
	}
	for _, o := range f.j.expectedFindings() {
		a := wire.Alert{Rule: o.rule, Entity: o.entity, Subject: o.subject, Grade: o.grade, Shape: o.shape, N: 1, Severity: severity(o.rule), Step: "opened", OffsetMS: o.offset}
		if o.last[0] == "resolved" {
			a.Grade = "not-received"
		}
		if o.why == truth.Outage {
			a.Grade = "unknown"
		}
		if v := o.verdict; v != nil {
			a.N = int64(len(v.offsets))
			median, spread := v.offsets[(len(v.offsets)-1)/2], int64(0)
			a.OffsetMS, a.SpreadMS = &median, &spread
		}
		f.alert(a)
		if o.why == truth.Outage && o.grade == "not-received" {
			a.Step, a.Grade = "updated", o.grade
			f.alert(a)
		}
		if o.last[0] == "resolved" {
			a.Step, a.Late = "resolved", true
			f.alert(a)
		}
	}
	stall := wire.Alert{Rule: "source-stalled", Entity: "log:sandbox", Subject: "s3", Grade: "unknown", N: 1, Severity: "warning", Step: "opened"}
	for _, a := range f.lie.before {
		f.alert(a)
	}
	f.alert(stall)
	for _, a := range f.lie.during {
		f.alert(a)
	}
	stall.Step = "resolved"
	f.alert(stall)
}

// alert writes one step: its leaf, then its record.
func (f *forge) alert(a wire.Alert) {
	if f.lie.alert != nil && !f.lie.only && f.lie.alert(&a) {
		f.lied++
	}
	id := findingID(a.Rule, a.Entity, a.Subject)
	raw, _ := hex.DecodeString(id)
	a.Finding = wire.Hash(raw)
	body := map[string]any{"finding": id, "rule": a.Rule, "severity": a.Severity, "step": a.Step, "n": a.N}
	for name, v := range map[string]string{"subject": a.Subject, "grade": a.Grade, "shape": a.Shape} {
		if v != "" {
			body[name] = v
		}
	}
	for name, v := range map[string]*int64{"offset_ms": a.OffsetMS, "spread_ms": a.SpreadMS} {
		if v != nil {
			body[name] = *v
		}
	}
	leaf, _ := hex.DecodeString(f.leaf(a.Entity, "alert", body, nil))
	a.Leaf, a.AtMS = wire.Hash(leaf), f.at
	if a.Summary == "" {
		a.Summary = "Something is to be looked at."
	}
	key := id
	if f.lie.alert != nil && f.lie.only && f.lie.alert(&a) {
		f.lied++
	}
	f.append(TopicAlerts, 0, []byte(key), f.encodeAlert(a))
}

func (f *forge) encodeAlert(a wire.Alert) []byte {
	union := func(n *int64) any {
		if n == nil {
			return nil
		}
		return map[string]any{"long": *n}
	}
	evidence := []any{}
	for _, h := range a.Evidence {
		evidence = append(evidence, h[:])
	}
	return f.encode("alert", map[string]any{"finding": a.Finding[:], "rule": a.Rule, "severity": a.Severity, "step": a.Step,
		"entity": a.Entity, "subject": a.Subject, "grade": a.Grade, "shape": a.Shape, "n": a.N, "offset_ms": union(a.OffsetMS),
		"spread_ms": union(a.SpreadMS), "summary": a.Summary, "evidence": evidence, "leaf": a.Leaf[:], "at_ms": a.AtMS,
		"late": a.Late, "parent": nil})
}

func (f *forge) openings() {
	for _, entity := range sorted(f.values) {
		f.append(TopicOpenings, partitionOf(entity, shards), []byte(entity), f.encodeOpening(f.opening(entity)))
	}
}

func (f *forge) opening(entity string) wire.Opening {
	o := wire.Opening{Entity: entity, Secret: f.secrets[entity]}
	for v := range f.values[entity] {
		o.Fields = append(o.Fields, v)
	}
	slices.SortFunc(o.Fields, func(a, b wire.Field) int { return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value) })
	return o
}

func (f *forge) encodeOpening(o wire.Opening) []byte {
	fields := []any{}
	for _, v := range o.Fields {
		fields = append(fields, map[string]any{"field": v.Name, "value": v.Value})
	}
	return f.encode("opening", map[string]any{"entity": o.Entity, "secret": o.Secret[:], "fields": fields, "spilled": o.Spilled})
}

func (f *forge) letters() {
	for i, h := range f.w.Hostile {
		if h.Refused {
			continue
		}
		sum := sha256.Sum256(h.Body)
		raw := wire.Hash(sum)
		d := wire.DeadLetter{Stage: "observe", Topic: rawTopic(h), Partition: 0, Offset: int64(i), Size: int64(len(h.Body) + 99), Code: "bad-json", Reason: "byte 17: refused", RawSHA256: &raw}
		f.append(TopicDeadLetters, 0, []byte(d.Topic), f.encodeLetter(d))
	}
}

func (f *forge) encodeLetter(d wire.DeadLetter) []byte {
	var raw any
	if d.RawSHA256 != nil {
		raw = map[string]any{"holdfast.Hash": d.RawSHA256[:]}
	}
	zero := make([]byte, 32)
	return f.encode("dead_letter", map[string]any{"stage": d.Stage, "topic": d.Topic, "partition": d.Partition, "offset": d.Offset,
		"key_sha256": zero, "value_sha256": zero, "size": d.Size, "code": d.Code, "reason": d.Reason, "raw_sha256": raw})
}

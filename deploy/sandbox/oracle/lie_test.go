package oracle

import (
	"strings"
	"testing"

	"holdfast.example/deploy/sandbox/wire"
)

// Here every hash, chain, place and marker is right, and what is said is wrong: only the truth can tell. This is the
// part of the oracle that a hash check could not replace.

// nth changes the n-th leaf of a kind that the change accepts.
func nth(n int, k string, change func(leaf, body map[string]any) bool) lie {
	return lie{leaf: func(kind string, leaf map[string]any) bool {
		if kind != k || n < 0 {
			return false
		}
		if n > 0 {
			n--
			return false
		}
		if change(leaf, leaf["body"].(map[string]any)) {
			n = -1
			return true
		}
		return false
	}}
}

func set(name string, v any) func(leaf, body map[string]any) bool {
	return func(_, body map[string]any) bool {
		if body[name] == nil || body[name] == v {
			return false
		}
		body[name] = v
		return true
	}
}

func setLeaf(name string, v any) func(leaf, body map[string]any) bool {
	return func(leaf, _ map[string]any) bool {
		leaf[name] = v
		return true
	}
}

func without(name string) func(leaf, body map[string]any) bool {
	return func(_, body map[string]any) bool {
		_, had := body[name]
		delete(body, name)
		return had
	}
}

func both2(name string, v any, other string) func(leaf, body map[string]any) bool {
	return func(_, body map[string]any) bool {
		if body["shape"] != other {
			return false
		}
		body[name] = v
		return true
	}
}

func export(name string, v any) func(leaf, body map[string]any) bool {
	return func(_, body map[string]any) bool {
		x, ok := body["export"].(map[string]any)
		if !ok {
			return false
		}
		x[name] = v
		return true
	}
}

// once lets an alert's change happen a single time.
func once(fits func(a *wire.Alert) bool, change func(a *wire.Alert)) lie {
	done := false
	return lie{alert: func(a *wire.Alert) bool {
		if done || !fits(a) {
			return false
		}
		done = true
		change(a)
		return true
	}}
}

func TestObjectsToLies(t *testing.T) {
	zero := strings.Repeat("0", 64)
	whole, w := world(t, 4), small(world(t, 4))
	user := ""
	for _, e := range w.Conversations[0].Events {
		if e.UserID != "" {
			user = e.UserID
		}
	}
	rule := func(name string) func(*wire.Alert) bool { return func(a *wire.Alert) bool { return a.Rule == name } }
	drift := func(a *wire.Alert) bool { return a.Rule == "drift-translation" }
	lies := map[string]lie{
		"event: another topic":         nth(40, "event", set("topic", "acd.end")),
		"event: another session":       nth(40, "event", set("session_id", "s-1")),
		"event: a user in clear":       nth(0, "event", func(_, b map[string]any) bool { b["provider"] = user; return true }),
		"event: no user":               nth(0, "event", without("user")),
		"event: another time":          nth(40, "event", setLeaf("times", []any{map[string]any{"field": "eventTime", "clock": "genesys-cloud", "lo": "2026-05-04T09:00:00.000Z", "hi": "2026-05-04T09:00:00.000Z"}})),
		"event: no time":               nth(40, "event", setLeaf("times", []any{})),
		"event: other evidence":        nth(40, "event", setLeaf("evidence", []any{zero})),
		"event: held otherwise":        nth(40, "event", setLeaf("lock", "broker_append")),
		"event: late":                  nth(40, "event", setLeaf("labels", []any{"late"})),
		"event: another regime":        nth(40, "event", setLeaf("regime", zero)),
		"event: seq skipped":           nth(40, "event", func(l, _ map[string]any) bool { l["seq"] = l["seq"].(int64) + 1; return true }),
		"event: prev of nobody":        nth(40, "event", func(l, _ map[string]any) bool { _, had := l["prev"]; l["prev"] = zero; return had }),
		"event: index skipped":         nth(40, "event", func(l, _ map[string]any) bool { l["index"] = l["index"].(int64) + 1; return true }),
		"event: another epoch":         nth(40, "event", setLeaf("epoch", int64(3))),
		"event: another shard":         nth(40, "event", func(l, _ map[string]any) bool { l["shard"] = (l["shard"].(int64) + 1) % shards; return true }),
		"event: another conversation":  nth(40, "event", setLeaf("entity", "conversation:nobody")),
		"object: another version":      nth(9, "object", set("version_id", "v0")),
		"object: another action":       nth(9, "object", set("action", "deleted")),
		"object: another size":         nth(9, "object", set("size", int64(1))),
		"object: the key in clear":     nth(9, "object", set("recording_id", "x/year=2026/month=5")),
		"inspection: other bytes":      nth(9, "inspection", set("sha256", zero)),
		"inspection: denied":           nth(9, "inspection", set("outcome", "denied")),
		"inspection: duplicate":        nth(9, "inspection", setLeaf("labels", []any{"duplicate"})),
		"inspection: another duration": nth(9, "inspection", export("duration_ms", int64(1))),
		"inspection: other users":      nth(9, "inspection", export("users", []any{zero})),
		"lock: another hold": nth(9, "lock", func(_, b map[string]any) bool {
			on := b["legal_hold"] == "ON"
			b["legal_hold"] = map[bool]string{true: "OFF", false: "ON"}[on]
			return true
		}),
		"lock: unknown":                 nth(9, "lock", set("retention_mode", "UNKNOWN")),
		"pairing: another count":        nth(9, "pairing", set("agents", int64(9))),
		"pairing: by nothing":           nth(9, "pairing", set("by", "none")),
		"pairing: an object less":       nth(9, "pairing", func(_, b map[string]any) bool { b["objects"] = b["objects"].([]any)[:1]; return true }),
		"pairing: another recording":    nth(9, "pairing", set("recording_id", "r-1")),
		"verdict: another shape":        nth(9, "verdict", set("shape", "translation")),
		"verdict: a false alignment":    nth(0, "verdict", both2("shape", "aligned", "translation")),
		"verdict: another grade":        nth(9, "verdict", set("grade", "insufficient")),
		"verdict: an established cause": nth(0, "verdict", both2("grade", "established", "translation")),
		"verdict: one ms off":           nth(0, "verdict", func(_, b map[string]any) bool { n, ok := b["offset_ms"].(int64); b["offset_ms"] = n + 1; return ok }),
		"verdict: no offset":            nth(0, "verdict", without("offset_ms")),
		"verdict: wide offsets": nth(9, "verdict", func(_, b map[string]any) bool {
			b["offsets"].([]any)[0].(map[string]any)["lo_ms"] = int64(-50000)
			return true
		}),
		"verdict: no offsets":          nth(9, "verdict", without("offsets")),
		"verdict: another cohort":      nth(9, "verdict", set("cohort", "cohort:"+zero)),
		"cohort: another n":            nth(1, "cohort", set("n", int64(10))),
		"cohort: too many":             nth(1, "cohort", set("n", int64(10000))),
		"cohort: another shape":        nth(0, "cohort", set("shape", "translation")),
		"cohort: aligned, it says":     nth(1, "cohort", set("shape", "aligned")),
		"cohort: another offset":       nth(1, "cohort", set("offset_ms", int64(719999))),
		"cohort: another stratum":      nth(3, "cohort", set("stratum", "all")),
		"cohort: an established cause": nth(1, "cohort", set("grade", "established")),
		"cohort: another provider":     nth(1, "cohort", set("provider", "nobody")),
		"regime: another document":     nth(0, "regime", set("document", `{"fold":2}`)),

		"marker: one leaf less": {marker: func(m map[string]any) bool {
			if m["epoch"] != int64(2) || m["shard"] != int64(1) {
				return false
			}
			m["count"] = m["count"].(int64) - 1
			return true
		}},

		"alert: another grade":       once(rule("media-missing"), func(a *wire.Alert) { a.Grade = "enumerated" }),
		"alert: a wrong n":           once(drift, func(a *wire.Alert) { a.N = 3 }),
		"alert: a false offset":      once(drift, func(a *wire.Alert) { n := *a.OffsetMS - 1; a.OffsetMS = &n }),
		"alert: a false cause":       once(drift, func(a *wire.Alert) { a.Grade = "established" }),
		"alert: another stratum":     once(drift, func(a *wire.Alert) { a.Subject = "agents>=2" }),
		"alert: another rule":        once(drift, func(a *wire.Alert) { a.Rule = "drift-mixture" }),
		"alert: resolved, it says":   once(rule("content-changed"), func(a *wire.Alert) { a.Step = "resolved" }),
		"alert: a minor matter":      once(rule("content-changed"), func(a *wire.Alert) { a.Severity = "info" }),
		"alert: another recording":   once(rule("object-deleted"), func(a *wire.Alert) { a.Subject = "r-1" }),
		"alert: another entity":      once(rule("object-deleted"), func(a *wire.Alert) { a.Entity = "conversation:nobody" }),
		"alert: never resolved":      once(func(a *wire.Alert) bool { return a.Rule == "media-missing" && a.Step == "resolved" }, func(a *wire.Alert) { a.Step = "updated"; a.Grade = "unknown" }),
		"alert: the source unwell":   once(func(a *wire.Alert) bool { return a.Rule == "source-stalled" && a.Step == "resolved" }, func(a *wire.Alert) { a.Step = "updated"; a.N = 2 }),
		"alert: nobody knew of it":   once(rule("object-unreadable"), func(a *wire.Alert) { a.Rule = "size-mismatch" }),
		"alert: a stray's offset":    once(rule("drift-outlier"), func(a *wire.Alert) { n := int64(1); a.OffsetMS = &n }),
		"alert: its leaf says other": {only: true, alert: func(a *wire.Alert) bool { a.N++; return a.Rule == "object-deleted" }},
	}
	o := New()
	for name, l := range lies {
		t.Run(name, func(t *testing.T) {
			w := w
			if strings.HasPrefix(name, "cohort") {
				w = whole
			}
			f := newForge(t, w, l)
			if f.lied == 0 {
				t.Fatal("nobody lied")
			}
			if r := o.Check(w, f.out); r.Agrees() {
				t.Error("the oracle believed it")
			}
		})
	}
}

// A slow machine may miss, for a moment, what is on its way; the oracle must let that pass and nothing like it.
func TestExcusesOnlyWhatAStallExplains(t *testing.T) {
	w := small(world(t, 4))
	c := w.Conversations[0]
	step := func(step, grade string) wire.Alert {
		return wire.Alert{Rule: "media-missing", Entity: conversationEntity(c), Subject: c.Recordings[0].ID, Grade: grade, N: 1, Severity: "high", Step: step}
	}
	for name, l := range map[string]lie{
		"unknown, while well":           {before: []wire.Alert{step("opened", "unknown"), step("resolved", "unknown")}},
		"not received, while stalled":   {during: []wire.Alert{step("opened", "not-received"), step("resolved", "not-received")}},
		"first unknown, then worse":     {during: []wire.Alert{step("opened", "unknown"), step("updated", "not-received"), step("resolved", "not-received")}},
		"unknown, and never resolved":   {during: []wire.Alert{step("opened", "unknown")}},
		"another rule, while stalled":   {during: []wire.Alert{{Rule: "size-mismatch", Entity: conversationEntity(c), Subject: c.Recordings[0].ID, N: 1, Severity: "high", Step: "opened"}}},
		"events' absence, s3's trouble": {during: []wire.Alert{{Rule: "object-retroactive", Entity: conversationEntity(c), Grade: "unknown", N: 1, Severity: "info", Step: "opened"}, {Rule: "object-retroactive", Entity: conversationEntity(c), Grade: "unknown", N: 1, Severity: "info", Step: "resolved"}}},
	} {
		if Check(w, newForge(t, w, l).out).Agrees() {
			t.Errorf("%s: the oracle let it pass", name)
		}
	}
	good := newForge(t, w, lie{during: []wire.Alert{step("opened", "unknown"), step("resolved", "unknown")}})
	r := Check(w, good.out)
	if !r.Agrees() {
		t.Errorf("what a stall explains is objected to: %s", r.Differences[0])
	}
	// The absence itself and whatever stalls there were, and together with the expected all that was found.
	found := 0
	for _, n := range r.Rules {
		found += n
	}
	if r.Passing < 2 || r.Passing+r.Expected.Findings != found {
		t.Errorf("%d findings: %d expected, %d passing", found, r.Expected.Findings, r.Passing)
	}
}

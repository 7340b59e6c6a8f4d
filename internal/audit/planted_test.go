package audit

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"holdfast.example/processors/correlate"
	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// planted is one thing put wrong, and what must be said of it.
type planted struct {
	name, rule, kind string
	do               func(x *planting)
}

const (
	obs   = schemas.TopicObservations
	dead  = schemas.TopicDeadLetters
	chain = schemas.TopicCustodyRecords
)

func isEvent(o *schemas.Observation) bool { return o.Event != nil }
func isRow(o *schemas.Observation) bool   { return o.Inspection == nil && o.Export != nil }

func regimesOf(x *planting, p int) []where {
	return all(x, obs, func(w where, _ *schemas.Regime) bool { return w.p == p })
}

func last(list []where) where { return list[len(list)-1] }

// ofInput are corruptions of observations and dead letters.
var ofInput = []planted{
	{"transaction torn by the brokers", ruleTorn, Wrong, func(x *planting) {
		x.ends = []marker{{7, 3, true, 0, place{obs, 0, 5}}, {7, 3, true, 0, place{obs, 1, 5}}, {7, 3, false, 1, place{obs, 2, 9}}}
	}},
	{"observation dropped", ruleRawLost, Lost, func(x *planting) { x.drop(some(x, obs, isEvent)) }},
	{"row dropped", ruleRawLost, Lost, func(x *planting) { x.drop(some(x, obs, isRow)) }},
	{"observation doubled", ruleRawLost, Doubled, func(x *planting) { x.double(some(x, obs, isEvent)) }},
	{"row doubled", ruleRawLost, Doubled, func(x *planting) { x.double(some(x, obs, isRow)) }},
	{"observation behind the frontier", ruleFrontier, Lost, func(x *planting) { x.double(some(x, obs, isEvent)) }},
	{"observation dropped, counted", ruleIn, Doubled, func(x *planting) { x.drop(some(x, obs, isEvent)) }},
	{"observation of nothing", ruleRawExtra, Wrong, func(x *planting) {
		change(x, some(x, obs, isEvent), func(o *schemas.Observation) { o.Origin.Offset += 100000 })
	}},
	{"observation of a row that is not there", ruleRawExtra, Wrong, func(x *planting) {
		change(x, some(x, obs, isRow), func(o *schemas.Observation) { o.Export.Pointer = "/recordings/77" })
	}},
	{"observation of a test message", ruleRawLost, Wrong, func(x *planting) {
		nobody := some(x, schemas.TopicS3Notifications, func(n *schemas.S3Notification) bool { return strings.Contains(string(n.Raw), "s3:TestEvent") })
		change(x, some(x, obs, func(o *schemas.Observation) bool { return o.Object != nil }), func(o *schemas.Observation) {
			o.Origin = schemas.Origin{Topic: nobody.topic, Partition: int32(nobody.p), Offset: x.at(nobody).offset}
		})
	}},
	{"arrival changed", ruleRawSays, Wrong, func(x *planting) {
		change(x, some(x, obs, isEvent), func(o *schemas.Observation) { o.ArrivalMS++ })
	}},
	{"secret changed", ruleRawSays, Wrong, func(x *planting) {
		change(x, some(x, obs, isEvent), func(o *schemas.Observation) { o.Secret[3] ^= 1 })
	}},
	{"raw hash changed", ruleRawSays, Wrong, func(x *planting) {
		change(x, some(x, obs, isEvent), func(o *schemas.Observation) { o.RawSHA256[3] ^= 1 })
	}},
	{"entity changed", ruleRawSays, Wrong, func(x *planting) {
		change(x, some(x, obs, isEvent), func(o *schemas.Observation) { o.Entity = "conversation:another" })
	}},
	{"observation in another partition", rulePlace, Wrong, func(x *planting) {
		w := some(x, obs, isEvent)
		r := *x.at(w)
		x.drop(w)
		x.push(obs, (w.p+1)%int(x.shards), r.key, r.value)
	}},
	{"raw record nobody read", ruleRawLost, Lost, func(x *planting) {
		x.double(some(x, schemas.TopicConversationEvents, anyOf[schemas.ConversationEvent]))
	}},
	{"raw record behind the group", ruleRead, Lost, func(x *planting) {
		x.double(some(x, schemas.TopicS3Notifications, anyOf[schemas.S3Notification]))
	}},
	{"group beyond the end", ruleRead, Wrong, func(x *planting) { x.groups["observe-s3"][1] += 100 }},
	{"group set back", ruleRead, Lost, func(x *planting) { x.groups["observe-events"][0] = 2 }},

	{"dead letter dropped", ruleRawLost, Lost, func(x *planting) { x.drop(some(x, dead, ofTopic(schemas.TopicConversationEvents))) }},
	{"dead letter of no avro dropped", ruleRawLost, Lost, func(x *planting) { x.drop(some(x, dead, ofTopic(schemas.TopicS3Inspections))) }},
	{"dead letter of observations dropped", ruleDeadOwed, Lost, func(x *planting) { x.drop(some(x, dead, ofTopic(obs))) }},
	{"dead letter of observations dropped, counted", ruleDeadCnt, Lost, func(x *planting) { x.drop(some(x, dead, ofTopic(obs))) }},
	{"dead letter doubled", ruleDead, Doubled, func(x *planting) { x.double(some(x, dead, ofTopic(schemas.TopicS3Notifications))) }},
	{"dead letter of another record", ruleDead, Wrong, func(x *planting) {
		change(x, some(x, dead, ofTopic(obs)), func(d *schemas.DeadLetter) { d.Offset++ })
	}},
	{"dead letter with another hash", ruleDead, Wrong, func(x *planting) {
		change(x, some(x, dead, ofTopic(obs)), func(d *schemas.DeadLetter) { d.ValueSHA256[0] ^= 1 })
	}},
	{"dead letter with another raw hash", ruleDead, Wrong, func(x *planting) {
		change(x, some(x, dead, ofTopic(schemas.TopicS3Notifications)), func(d *schemas.DeadLetter) { d.RawSHA256[0] ^= 1 })
	}},
	{"dead letter of another stage", ruleDead, Wrong, func(x *planting) {
		change(x, some(x, dead, ofTopic(obs)), func(d *schemas.DeadLetter) { d.Stage = "observe-s3" })
	}},
	{"dead letter and observation", ruleRawLost, Doubled, func(x *planting) {
		w := some(x, schemas.TopicConversationEvents, func(e *schemas.ConversationEvent) bool { return e.ConversationID != "" && e.Raw != nil })
		r := x.at(w)
		raw := sumOf(r.value)
		rec, _ := schemas.Decode(r.value)
		x.push(dead, 0, []byte(w.topic), encode(x.t, &schemas.DeadLetter{Stage: "observe-events", Topic: w.topic, Partition: int32(w.p), Offset: r.offset,
			KeySHA256: *sumOf(r.key), ValueSHA256: *raw, Size: int64(len(r.value)), Code: "refused-event", RawSHA256: sumOf(rec.(*schemas.ConversationEvent).Raw)}))
	}},
	{"dead letter of what can be folded", ruleDead, Wrong, func(x *planting) {
		w := some(x, obs, isEvent)
		r := x.at(w)
		x.push(dead, 0, []byte(obs), encode(x.t, &schemas.DeadLetter{Stage: "correlate", Topic: obs, Partition: int32(w.p), Offset: r.offset,
			KeySHA256: *sumOf(r.key), ValueSHA256: *sumOf(r.value), Size: int64(len(r.value)), Code: "bad-entity"}))
	}},
}

func ofTopic(topic string) func(*schemas.DeadLetter) bool {
	return func(d *schemas.DeadLetter) bool { return d.Topic == topic }
}

// ofTime are corruptions of ticks, regimes and measures.
var ofTime = []planted{
	{"tick dropped in one partition", ruleTicks, Hole, func(x *planting) { x.drop(some(x, obs, anyOf[schemas.Tick])) }},
	{"tick doubled", ruleTicks, Doubled, func(x *planting) { x.double(some(x, obs, anyOf[schemas.Tick])) }},
	{"last tick dropped in one partition", ruleTicks, Hole, func(x *planting) {
		list := all(x, obs, func(w where, _ *schemas.Tick) bool { return w.p == 1 })
		x.drop(list[len(list)-1])
	}},
	{"tick different in one partition", ruleTickSame, Wrong, func(x *planting) {
		change(x, some(x, obs, anyOf[schemas.Tick]), func(k *schemas.Tick) { k.Sources[0].FoldedMS++ })
	}},
	{"tick goes back in time", ruleTicks, Wrong, func(x *planting) {
		for _, w := range all(x, obs, func(_ where, k *schemas.Tick) bool { return k.N == 4 }) {
			change(x, w, func(k *schemas.Tick) { k.TMS = 1 })
		}
	}},
	{"tick names another epoch", ruleTicks, Wrong, func(x *planting) {
		for _, w := range all(x, obs, func(_ where, k *schemas.Tick) bool { return k.N == 4 }) {
			change(x, w, func(k *schemas.Tick) { k.Epoch++ })
		}
	}},
	{"clock behind the ticks", ruleClock, Wrong, func(x *planting) {
		x.push(schemas.TopicCaptureProgress, 0, []byte("clock"), encode(x.t, &schemas.ClockState{N: 2}))
	}},
	{"first regime dropped in one partition", ruleRegime, Wrong, func(x *planting) { x.drop(regimesOf(x, 1)[0]) }},
	{"last regime dropped in one partition", ruleRegime, Lost, func(x *planting) { x.drop(last(regimesOf(x, 1))) }},
	{"regime doubled in one partition", ruleRegime, Doubled, func(x *planting) { x.double(last(regimesOf(x, 1))) }},
	{"regime other in one partition", ruleRegime, Wrong, func(x *planting) {
		change(x, some(x, obs, anyOf[schemas.Regime]), func(g *schemas.Regime) { g.Document = strings.Replace(g.Document, "holdfast/log", "holdfast/lag", 1) })
	}},
	{"leaf of no regime", ruleInForce, Wrong, func(x *planting) {
		x.writeLeaf(x.tail(kind(leaf.KindVerdict)), func(l *leaf.Leaf) { l.Regime[0] ^= 1 })
	}},
	{"fact leaf of another regime", ruleOrder, Wrong, func(x *planting) {
		x.writeLeaf(x.leaf(kind(leaf.KindEvent)), func(l *leaf.Leaf) { l.Regime[0] ^= 1 })
	}},
	{"proven later than said", ruleLate, Wrong, func(x *planting) {
		for _, w := range all(x, obs, func(_ where, k *schemas.Tick) bool { return k.N == 2 }) {
			change(x, w, func(k *schemas.Tick) { k.Sources[0].ThroughMS += 600_000 })
		}
	}},
	{"verdict at no tick", ruleTickTime, Wrong, func(x *planting) {
		x.writeLeaf(x.tail(kind(leaf.KindVerdict)), func(l *leaf.Leaf) { l.AtMS++ })
	}},
	{"measure dropped", ruleMeasure, Hole, func(x *planting) { x.drop(some(x, obs, anyOf[schemas.Measure])) }},
	{"measure dropped, of a verdict", ruleVerdict, Lost, func(x *planting) { x.drop(some(x, obs, anyOf[schemas.Measure])) }},
	{"last measure dropped", ruleVerdict, Lost, func(x *planting) {
		last := map[int32]int64{}
		all(x, obs, func(_ where, m *schemas.Measure) bool {
			last[m.FromShard] = max(last[m.FromShard], m.Number)
			return true
		})
		x.drop(some(x, obs, func(m *schemas.Measure) bool { return m.Number == last[m.FromShard] }))
	}},
	{"measure doubled", ruleMeasure, Doubled, func(x *planting) { x.double(some(x, obs, anyOf[schemas.Measure])) }},
	{"measure doubled, of a verdict", ruleVerdict, Doubled, func(x *planting) { x.double(some(x, obs, anyOf[schemas.Measure])) }},
	{"measure renumbered", ruleMeasure, Fork, func(x *planting) {
		change(x, some(x, obs, func(m *schemas.Measure) bool { return m.Number > 2 }), func(m *schemas.Measure) { m.Number-- })
	}},
	{"measure of another verdict", ruleVerdict, Wrong, func(x *planting) {
		change(x, some(x, obs, anyOf[schemas.Measure]), func(m *schemas.Measure) { m.Leaf[0] ^= 1 })
	}},
	{"measure of another recording", ruleVerdict, Wrong, func(x *planting) {
		change(x, some(x, obs, anyOf[schemas.Measure]), func(m *schemas.Measure) { m.RecordingID = "another" })
	}},
	{"measures swapped", ruleMeasure, Wrong, func(x *planting) {
		list := all(x, obs, func(w where, m *schemas.Measure) bool { return m.FromShard == int32(w.p) })
		for i := 1; i < len(list); i++ {
			if list[i].p == list[i-1].p {
				x.swap(list[i-1], list[i])
				return
			}
		}
		x.t.Fatal("no two measures of one shard in one partition")
	}},
	{"measure that the state counted", ruleCohort, Wrong, func(x *planting) {
		x.drop(some(x, obs, func(m *schemas.Measure) bool { return !m.Revises }))
	}},
}

// ofState are corruptions of the changelog and of positions.
var ofState = []planted{
	{"in too many", ruleIn, Doubled, func(x *planting) { x.meta(1, func(n *[6]uint64, own []byte) []byte { n[3]++; return own }) }},
	{"in too few", ruleIn, Lost, func(x *planting) { x.meta(1, func(n *[6]uint64, own []byte) []byte { n[3]--; return own }) }},
	{"out too many", ruleOut, Lost, func(x *planting) { x.meta(0, func(n *[6]uint64, own []byte) []byte { n[4]++; return own }) }},
	{"out too few", ruleOut, Doubled, func(x *planting) { x.meta(0, func(n *[6]uint64, own []byte) []byte { n[4]--; return own }) }},
	{"dead too many", ruleDeadCnt, Lost, func(x *planting) { x.meta(2, func(n *[6]uint64, own []byte) []byte { n[5]++; return own }) }},
	{"frontier set back", ruleFrontier, Lost, func(x *planting) { x.meta(2, func(n *[6]uint64, own []byte) []byte { n[1] -= 3; return own }) }},
	{"frontier too far", ruleFrontier, Wrong, func(x *planting) { x.meta(2, func(n *[6]uint64, own []byte) []byte { n[1] += 3; return own }) }},
	{"group behind the frontier", ruleFrontier, Wrong, func(x *planting) { x.groups["correlate"][1]-- }},
	{"transactions go back", ruleHistory, Wrong, func(x *planting) { x.meta(1, func(n *[6]uint64, own []byte) []byte { n[2] = 1; return own }) }},
	{"another number of partitions", ruleHistory, Wrong, func(x *planting) { x.meta(1, func(n *[6]uint64, own []byte) []byte { n[0] = 8; return own }) }},
	{"still draining", ruleTask, Wrong, func(x *planting) {
		x.meta(1, func(n *[6]uint64, own []byte) []byte { own[len(own)-3] = 1; return own })
	}},
	{"the fold's own cut short", ruleState, Wrong, func(x *planting) {
		x.meta(1, func(n *[6]uint64, own []byte) []byte { return own[:len(own)-1] })
	}},
	{"meta of yesterday", ruleTask, Wrong, func(x *planting) {
		list := x.topics[schemas.TopicCorrelateState][0]
		var metas []int
		for i := range list {
			if string(list[i].key) == metaKey {
				metas = append(metas, i)
			}
		}
		list[metas[len(metas)-1]].value = list[metas[len(metas)/2]].value
	}},
	{"state of yesterday", ruleHead, Wrong, func(x *planting) {
		list := x.topics[schemas.TopicCorrelateState][0]
		for i := len(list) - 1; i >= 0; i-- {
			for j := i - 1; j >= 0; j-- {
				if string(list[i].key) == string(list[j].key) && strings.HasPrefix(string(list[i].key), "conversation:") {
					x.drop(where{schemas.TopicCorrelateState, 0, i})
					return
				}
			}
		}
	}},
	{"state gone", ruleHead, Lost, func(x *planting) {
		x.entry(func(key string, e *entry) bool { return e.seq > 1 }, func([]byte) []byte { return nil })
	}},
	{"state unreadable", ruleState, Wrong, func(x *planting) {
		x.entry(func(key string, e *entry) bool { return e.seq > 1 }, func(b []byte) []byte { return b[:20] })
	}},
	{"state of a stranger", ruleHead, Wrong, func(x *planting) {
		w := x.state(0, func(key string) bool { return strings.HasPrefix(key, "conversation:") })
		x.push(w.topic, int(schemas.Murmur2Partition([]byte("conversation:nobody"), x.shards)), []byte("conversation:nobody"), x.at(w).value)
	}},
	{"state in another partition", ruleShard, Wrong, func(x *planting) {
		w := x.state(0, func(key string) bool { return strings.HasPrefix(key, "conversation:") })
		x.push(w.topic, 1, x.at(w).key, x.at(w).value)
	}},
	{"a deadline that was due", ruleDue, Lost, func(x *planting) {
		x.entry(func(key string, e *entry) bool {
			return strings.HasPrefix(key, "conversation:") && e.waits == [lanes]bool{}
		}, func(b []byte) []byte {
			return append(binary.AppendVarint([]byte{entryVersion, 1, laneSettle}, began), b[2:]...)
		})
	}},
	{"the secret another", ruleSecret, Wrong, func(x *planting) {
		var secret schemas.Secret
		x.entry(func(key string, e *entry) bool { secret = e.secret; return e.hasSecret }, func(b []byte) []byte {
			i := strings.Index(string(b), string(secret[:]))
			b[i] ^= 1
			return b
		})
	}},
	{"a finding forgotten", ruleOpen, Wrong, func(x *planting) {
		x.entry(func(key string, e *entry) bool { return len(e.open) > 0 }, func(b []byte) []byte {
			for _, rule := range correlate.Rules() {
				if i := strings.Index(string(b), rule.ID); i > 0 {
					b[i] = 'x'
					return b
				}
			}
			return b
		})
	}},
	{"a redelivery not counted", ruleSeen, Wrong, func(x *planting) {
		// Two deliveries of one event: the second becomes one of another, so the state has counted one too many.
		w := some(x, obs, func(o *schemas.Observation) bool { return o.Event != nil && o.Event.Topic == "user.end" })
		rec, _ := schemas.Decode(x.at(w).value)
		id := rec.(*schemas.Observation).FactID
		list := all(x, obs, func(_ where, o *schemas.Observation) bool { return o.Event != nil && o.FactID == id })
		x.double(list[0])
	}},
	{"no state at all", ruleFrontier, Lost, func(x *planting) { x.topics[schemas.TopicCorrelateState][2] = nil }},
}

// At stake: the soak and every mutant believe this checker. Each thing that a defect could do to the topics must be
// said, under the rule and the word that somebody will look for.
func TestPlanted(t *testing.T) {
	w := played(t, 3, 40)
	if r := Check(w.log()); !r.OK() {
		t.Fatalf("the run is not right before anything is planted:\n%s", r)
	}
	caught := map[string]bool{}
	for _, c := range slices.Concat(ofInput, ofTime, ofState, ofCustody, ofFindings) {
		t.Run(c.name, func(t *testing.T) {
			x := w.planting()
			x.t = t
			if c.do(x); x.same(w) {
				t.Fatal("nothing was changed")
			}
			r := Check(x.log())
			for _, v := range r.Violations {
				if v.Rule == c.rule && v.Kind == c.kind {
					caught[c.rule] = true
					return
				}
			}
			t.Errorf("%s %s is not said:\n%s", c.kind, c.rule, r)
		})
	}
	for _, rule := range Rules() {
		if !caught[rule.Name] {
			t.Errorf("nothing planted shows that rule %s finds anything", rule.Name)
		}
	}
}

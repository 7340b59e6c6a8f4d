package audit

import (
	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// ofCustody are corruptions of leaves and markers.
var ofCustody = []planted{
	{"leaf dropped", ruleChain, Hole, func(x *planting) { x.drop(x.leaf(kind(leaf.KindEvent))) }},
	{"leaf dropped, by index", ruleIndex, Hole, func(x *planting) { x.drop(x.leaf(kind(leaf.KindPairing))) }},
	{"leaf dropped, of an observation", ruleFact, Lost, func(x *planting) { x.drop(x.leaf(kind(leaf.KindObject))) }},
	{"last leaf of a chain dropped", ruleHead, Wrong, func(x *planting) { x.drop(x.tail(kind(leaf.KindVerdict))) }},
	{"last leaf of all dropped", ruleTask, Wrong, func(x *planting) {
		last := int64(-1)
		x.leaves(func(l *leaf.Leaf) bool {
			if l.Shard == 1 {
				last = max(last, l.Index)
			}
			return true
		})
		x.drop(x.leaf(func(l *leaf.Leaf) bool { return l.Shard == 1 && l.Index == last }))
	}},
	{"leaf dropped, by outputs", ruleOut, Lost, func(x *planting) { x.drop(x.leaf(kind(leaf.KindLock))) }},
	{"lock leaf dropped", ruleLockLeaf, Lost, func(x *planting) { x.drop(x.leaf(kind(leaf.KindLock))) }},
	{"leaf doubled", ruleIndex, Doubled, func(x *planting) { x.double(x.leaf(kind(leaf.KindEvent))) }},
	{"leaf doubled, in its chain", ruleChain, Doubled, func(x *planting) { x.double(x.leaf(kind(leaf.KindVerdict))) }},
	{"leaf doubled, of an observation", ruleFact, Doubled, func(x *planting) { x.double(x.leaf(kind(leaf.KindInspection))) }},
	{"leaves swapped", ruleIndexRow, Wrong, func(x *planting) {
		w := x.leaf(kind(leaf.KindEvent))
		x.swap(w, where{w.topic, w.p, w.i + 1})
	}},
	{"leaf under another key", ruleKey, Wrong, func(x *planting) { x.at(x.leaf(kind(leaf.KindEvent))).key[5] ^= 1 }},
	{"leaf under no key", ruleKey, Wrong, func(x *planting) { x.at(x.leaf(kind(leaf.KindEvent))).key = nil }},
	{"marker under another key", ruleKey, Wrong, func(x *planting) {
		x.at(some(x, chain, anyOf[schemas.CustodyMarker])).key[5] ^= 1
	}},
	{"leaf not canonical", ruleForm, Wrong, func(x *planting) {
		w := x.leaf(kind(leaf.KindEvent))
		change(x, w, func(r *schemas.CustodyRecord) { r.Leaf = append(r.Leaf, ' ') })
	}},
	{"marker not canonical", ruleForm, Wrong, func(x *planting) {
		change(x, some(x, chain, anyOf[schemas.CustodyMarker]), func(r *schemas.CustodyMarker) { r.Marker = append(r.Marker, ' ') })
	}},
	{"prev of another leaf", rulePrev, Fork, func(x *planting) {
		x.writeLeaf(x.tail(func(l *leaf.Leaf) bool { return l.Seq > 1 }), func(l *leaf.Leaf) { l.Prev[0] ^= 1 })
	}},
	{"a leaf changed, under its own key", rulePrev, Fork, func(x *planting) {
		x.writeLeaf(x.leaf(func(l *leaf.Leaf) bool { return l.Kind == leaf.KindEvent && l.Seq == 1 }), func(l *leaf.Leaf) { l.Event.Topic = "wrapup" })
	}},
	{"a leaf changed, of its observation", ruleFact, Wrong, func(x *planting) {
		x.writeLeaf(x.leaf(kind(leaf.KindObject)), func(l *leaf.Leaf) { l.Object.Size++ })
	}},
	{"a fork of a chain", ruleChain, Fork, func(x *planting) {
		w := x.leaf(kind(leaf.KindEvent))
		x.double(w)
		x.writeLeaf(where{w.topic, w.p, len(x.topics[w.topic][w.p]) - 1}, func(l *leaf.Leaf) { l.Index, l.Event.Topic = 100000, "wrapup" })
	}},
	{"a fork of a shard", ruleIndex, Fork, func(x *planting) {
		w := x.leaf(kind(leaf.KindEvent))
		x.double(w)
		x.writeLeaf(where{w.topic, w.p, len(x.topics[w.topic][w.p]) - 1}, func(l *leaf.Leaf) { l.Entity, l.Event.Topic = "conversation:forked", "wrapup" })
	}},
	{"seq counted twice", ruleChain, Hole, func(x *planting) {
		x.writeLeaf(x.tail(func(l *leaf.Leaf) bool { return l.Seq > 1 }), func(l *leaf.Leaf) { l.Seq++ })
	}},
	{"index counted twice", ruleIndex, Fork, func(x *planting) {
		x.writeLeaf(x.tail(func(l *leaf.Leaf) bool { return l.Index > 1 }), func(l *leaf.Leaf) { l.Index-- })
	}},
	{"a redelivery's leaf", ruleFact, Doubled, func(x *planting) {
		// The observation of a redelivery says the same but its arrival: its leaf, at the end of the chain.
		seen := map[string]*schemas.Observation{}
		w := some(x, obs, func(o *schemas.Observation) bool {
			key := o.Entity + string(o.FactID[:])
			again := o.Event != nil && seen[key] != nil
			seen[key] = o
			return again
		})
		rec, _ := schemas.Decode(x.at(w).value)
		o := rec.(*schemas.Observation)
		first := x.leaf(func(l *leaf.Leaf) bool {
			return l.Entity == o.Entity && l.Kind == leaf.KindEvent && l.Event.Topic == o.Event.Topic && l.Event.SessionID == o.Event.SessionID
		})
		last := x.tail(func(l *leaf.Leaf) bool { return l.Entity == o.Entity })
		seq, prev := x.leafAt(last).Seq, schemas.Hash{}
		prev = leafSum(x, last)
		x.double(first)
		x.writeLeaf(where{first.topic, first.p, len(x.topics[first.topic][first.p]) - 1}, func(l *leaf.Leaf) {
			l.Seq, l.Prev, l.AtMS, l.Index = seq+1, &prev, o.ArrivalMS, 100000
		})
	}},
	{"a leaf out of the order of the log", ruleOrder, Wrong, func(x *planting) {
		list := x.leaves(func(l *leaf.Leaf) bool { return l.Kind == leaf.KindEvent && l.Shard == 0 })
		a, b := list[0], list[len(list)-1]
		i, j := x.leafAt(a).Index, x.leafAt(b).Index
		x.writeLeaf(a, func(l *leaf.Leaf) { l.Index = j })
		x.writeLeaf(b, func(l *leaf.Leaf) { l.Index = i })
		x.swap(a, b)
	}},
	{"leaf in another partition", ruleShard, Wrong, func(x *planting) {
		w := x.leaf(kind(leaf.KindEvent))
		r := *x.at(w)
		x.drop(w)
		x.push(w.topic, (w.p+1)%int(x.shards), r.key, r.value)
	}},
	{"leaf in another partition, which it names as its shard", ruleShard, Wrong, func(x *planting) {
		w := x.tail(kind(leaf.KindVerdict))
		other := (w.p + 1) % int(x.shards)
		x.writeLeaf(w, func(l *leaf.Leaf) { l.Shard = int32(other) })
		r := *x.at(w)
		x.drop(w)
		x.push(w.topic, other, r.key, r.value)
	}},
	{"leaf of another shard", ruleShard, Wrong, func(x *planting) {
		x.writeLeaf(x.tail(kind(leaf.KindVerdict)), func(l *leaf.Leaf) { l.Shard = (l.Shard + 1) % x.shards })
	}},
	{"leaf of another epoch", ruleEpoch, Wrong, func(x *planting) {
		x.writeLeaf(x.leaf(kind(leaf.KindVerdict)), func(l *leaf.Leaf) { l.Epoch++ })
	}},
	{"marker dropped", ruleMarkers, Hole, func(x *planting) { x.drop(some(x, chain, anyOf[schemas.CustodyMarker])) }},
	{"marker doubled", ruleMarkers, Doubled, func(x *planting) { x.double(some(x, chain, anyOf[schemas.CustodyMarker])) }},
	{"marker of no cut", ruleMarkers, Wrong, func(x *planting) { x.marker(func(m *leaf.Marker) { m.Epoch = 77 }) }},
	{"a fork of markers", ruleMarkers, Fork, func(x *planting) {
		w := some(x, chain, anyOf[schemas.CustodyMarker])
		r := *x.at(w)
		x.marker(func(m *leaf.Marker) { m.Count++ })
		x.push(w.topic, w.p, r.key, r.value)
	}},
	{"marker counts one too many", ruleCounts, Wrong, func(x *planting) { x.marker(func(m *leaf.Marker) { m.Count++ }) }},
	{"marker begins too early", ruleCounts, Wrong, func(x *planting) { x.marker(func(m *leaf.Marker) { m.First-- }) }},
	{"marker of more shards", ruleCounts, Wrong, func(x *planting) { x.marker(func(m *leaf.Marker) { m.Shards++ }) }},
	{"verdict of the epoch after its tick's", ruleReleased, Wrong, func(x *planting) {
		x.writeLeaf(x.tail(kind(leaf.KindVerdict)), func(l *leaf.Leaf) { l.Epoch++ })
	}},
	{"marker before its drain", ruleEpoch, Wrong, func(x *planting) {
		w := some(x, chain, anyOf[schemas.CustodyMarker])
		x.swap(w, where{w.topic, w.p, w.i - 1})
	}},
	{"marker with another through", ruleThrough, Wrong, func(x *planting) {
		x.marker(func(m *leaf.Marker) { m.ThroughMS[0].ThroughMS++ })
	}},
	{"garbage in custody", ruleWire, Wrong, func(x *planting) { x.push(chain, 0, []byte("k"), []byte("garbage")) }},
	{"a tombstone in custody", ruleWire, Wrong, func(x *planting) { x.push(chain, 0, []byte("k"), nil) }},
	{"a recording never judged", ruleRecording, Lost, func(x *planting) {
		entity := x.leafAt(x.leaf(kind(leaf.KindVerdict))).Entity
		for {
			list := x.leaves(func(l *leaf.Leaf) bool { return true })
			i := -1
			for n, w := range list {
				if l := x.leafAt(w); l.Entity == entity && l.Kind == leaf.KindVerdict {
					i = n
				}
			}
			if i < 0 {
				return
			}
			x.drop(list[i])
		}
	}},
}

func leafSum(x *planting, w where) schemas.Hash {
	rec, err := schemas.Decode(x.at(w).value)
	if err != nil {
		x.t.Fatal(err)
	}
	return leaf.Sum(rec.(*schemas.CustodyRecord).Leaf)
}

// ofFindings are corruptions of alerts, probes and openings.
var ofFindings = []planted{
	{"alert dropped", ruleAlert, Lost, func(x *planting) { x.drop(some(x, schemas.TopicDriftAlerts, anyOf[schemas.Alert])) }},
	{"alert doubled", ruleAlert, Doubled, func(x *planting) { x.double(some(x, schemas.TopicDriftAlerts, anyOf[schemas.Alert])) }},
	{"alert without a leaf", ruleAlert, Wrong, func(x *planting) {
		change(x, some(x, schemas.TopicDriftAlerts, anyOf[schemas.Alert]), func(a *schemas.Alert) { a.Leaf[0] ^= 1 })
	}},
	{"alert says something else", ruleAlert, Wrong, func(x *planting) {
		change(x, some(x, schemas.TopicDriftAlerts, anyOf[schemas.Alert]), func(a *schemas.Alert) { a.N++ })
	}},
	{"alert of another finding", ruleAlert, Wrong, func(x *planting) {
		change(x, some(x, schemas.TopicDriftAlerts, anyOf[schemas.Alert]), func(a *schemas.Alert) { a.Finding[0] ^= 1 })
	}},
	{"alerts of a finding swapped", ruleAlertRow, Wrong, func(x *planting) {
		first := map[schemas.Hash]where{}
		for _, w := range all(x, schemas.TopicDriftAlerts, func(where, *schemas.Alert) bool { return true }) {
			rec, _ := schemas.Decode(x.at(w).value)
			id := rec.(*schemas.Alert).Finding
			if before, ok := first[id]; ok {
				x.swap(before, w)
				return
			}
			first[id] = w
		}
		x.t.Fatal("no finding has two steps")
	}},
	{"a finding opened twice", ruleFinding, Wrong, func(x *planting) {
		x.writeLeaf(x.leaf(func(l *leaf.Leaf) bool { return l.Kind == leaf.KindAlert && l.Alert.Step == schemas.StepResolved }), func(l *leaf.Leaf) {
			l.Alert.Step = schemas.StepOpened
		})
	}},
	{"probe dropped", ruleProbe, Lost, func(x *planting) { x.drop(some(x, schemas.TopicProbes, anyOf[schemas.Probe])) }},
	{"probe doubled", ruleProbe, Doubled, func(x *planting) { x.double(some(x, schemas.TopicProbes, anyOf[schemas.Probe])) }},
	{"probe of another deadline", ruleProbe, Wrong, func(x *planting) {
		change(x, some(x, schemas.TopicProbes, anyOf[schemas.Probe]), func(p *schemas.Probe) { p.DeadlineMS++ })
	}},
	{"newest opening dropped", ruleOpening, Lost, func(x *planting) { x.drop(newestOpening(x)) }},
	{"opening with a field less", ruleOpening, Lost, func(x *planting) {
		change(x, newestOpening(x), func(o *schemas.Opening) { o.Fields = o.Fields[1:] })
	}},
	{"opening of something else", ruleOpening, Wrong, func(x *planting) {
		change(x, newestOpening(x), func(o *schemas.Opening) {
			o.Fields = append(o.Fields, schemas.OpenedField{Field: leaf.FieldUserID, Value: "nobody"})
		})
	}},
	{"opening with another secret", ruleOpening, Wrong, func(x *planting) {
		change(x, newestOpening(x), func(o *schemas.Opening) { o.Secret[0] ^= 1 })
	}},
	{"opening doubled", ruleOut, Doubled, func(x *planting) { x.double(newestOpening(x)) }},
	{"opening in another partition", ruleShard, Wrong, func(x *planting) {
		w := newestOpening(x)
		r := *x.at(w)
		x.drop(w)
		x.push(w.topic, (w.p+1)%int(x.shards), r.key, r.value)
	}},
}

// newestOpening is the newest opening of an entity that has several.
func newestOpening(x *planting) where {
	n := map[string]int{}
	all(x, schemas.TopicCustodyOpenings, func(_ where, o *schemas.Opening) bool { n[o.Entity]++; return true })
	seen := map[string]int{}
	return some(x, schemas.TopicCustodyOpenings, func(o *schemas.Opening) bool {
		seen[o.Entity]++
		return n[o.Entity] > 1 && len(o.Fields) > 1 && seen[o.Entity] == n[o.Entity]
	})
}

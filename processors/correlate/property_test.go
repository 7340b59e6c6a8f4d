package correlate

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

func diceOf(t *rapid.T, name string) dice {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, name) }
}

// At stake: C1, as the runtime needs it. Wherever transactions end, abort, and workers start anew from what is stored,
// in the middle of a drain too, the bytes are those of one pass; and all of them stand up to a stranger's check.
func TestBatchesDoNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		d := seeded(seed)
		const shards = 3
		p := newPlay(t, d, shards, tell(d, 4+d(12)))
		p.run()
		want, err := streamtest.Fold(p.spec, shards, p.log.records, selfOf)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		mustBeSame(t, want, p.outputs(false))
		checkOutputs(t, shards, want)
		faults := diceOf(rt, "fault")
		var got []streamtest.Output
		for shard := range int32(shards) {
			var records []stream.Record
			for _, r := range p.log.records {
				if r.Partition == shard {
					records = append(records, r)
				}
			}
			got = append(got, broken(t, faults, p.spec, shard, shards, records)...)
		}
		mustBeSame(t, p.outputs(true), got)
	})
}

// broken folds one shard's records in transactions of any size, some aborted, with a new worker at any time.
func broken(t testing.TB, d dice, spec stream.Spec, shard, shards int32, records []stream.Record) (out []streamtest.Output) {
	store := stream.NewMemory()
	var (
		state *stream.State
		task  stream.Task
		at    int // committed frontier
		next  int
		more  bool
	)
	open := func(fresh bool) {
		meta, err := store.Meta()
		if err != nil {
			t.Fatal(err)
		}
		if fresh {
			if state, err = stream.NewState(store, &spec, 1+d(4)); err != nil {
				t.Fatal(err)
			}
		}
		if task, err = spec.Open(shard, shards, meta); err != nil {
			t.Fatal(err)
		}
		next, more = at, true
	}
	open(true)
	for at < len(records) || more {
		if more {
			var err error
			if more, err = task.Drain(state); err != nil {
				t.Fatal(err)
			}
		} else if next < len(records) {
			foldOne(t, &spec, state, task, records[next])
			next, more = next+1, true
		}
		if d(12) > 0 && (next < len(records) || more) {
			continue
		}
		switch d(5) {
		case 0:
			state.Abort()
			open(false)
			continue
		case 1:
			open(true) // crash: the open transaction is gone
			continue
		}
		for _, o := range state.Outputs() {
			out = append(out, streamtest.Output{From: shard, Output: o})
		}
		meta, err := task.Meta()
		if err != nil {
			t.Fatal(err)
		}
		if err := state.Commit(meta, stream.Position{Next: int64(next)}); err != nil {
			t.Fatal(err)
		}
		at = next
		if d(4) == 0 {
			open(true)
		}
	}
	return out
}

// At stake: H4. Facts of different sources race; whoever wins, the same is finally said of every recording, and the
// same findings stand. Places in the log, labels and what was said on the way may differ.
func TestInterleavingsAgree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		d := seeded(seed)
		s := tell(d, 4+d(20))
		shards := int32(1 + d(3))
		var first []string
		for i := range 3 {
			p := newPlay(t, seeded(seed+uint64(i)+1), shards, s)
			p.run()
			outputs := p.outputs(false)
			checkOutputs(t, shards, outputs)
			now := finally(t, outputs)
			if i == 0 {
				first = now
				continue
			}
			if !slices.Equal(first, now) {
				t.Fatalf("seed %d, interleaving %d\n%s", seed, i, differing(first, now))
			}
		}
	})
}

func differing(a, b []string) string {
	var out bytes.Buffer
	for _, x := range a {
		if !slices.Contains(b, x) {
			fmt.Fprintln(&out, "-", x)
		}
	}
	for _, x := range b {
		if !slices.Contains(a, x) {
			fmt.Fprintln(&out, "+", x)
		}
	}
	return out.String()
}

// finally is what is said at the end: the last pairing and verdict of every recording, the last verdict of a cohort,
// and what findings stand.
func finally(t testing.TB, outputs []streamtest.Output) []string {
	last := map[string]string{}
	for _, o := range outputs {
		rec, err := schemas.Decode(o.Value)
		if err != nil {
			t.Fatal(err)
		}
		record, ok := rec.(*schemas.CustodyRecord)
		if !ok {
			continue
		}
		l, err := leaf.Parse(record.Leaf)
		if err != nil {
			t.Fatal(err)
		}
		switch l.Kind {
		case leaf.KindPairing:
			last["pairing "+l.Entity+l.Pairing.RecordingID] = fmt.Sprint(l.Pairing.By, l.Pairing.SessionID, l.Pairing.Agents, partsOf(l.Pairing.Objects))
		case leaf.KindVerdict:
			v := *l.Verdict
			offset := "none"
			if v.OffsetMS != nil {
				offset = fmt.Sprint(*v.OffsetMS)
			}
			v.OffsetMS = nil
			last["verdict "+l.Entity+v.RecordingID] = fmt.Sprintf("%s %+v", offset, v)
		case leaf.KindCohort:
			last["cohort "+l.Entity] = l.Cohort.Shape + l.Cohort.Stratum + l.Cohort.Grade
		case leaf.KindAlert:
			key := fmt.Sprintf("finding %s %s %s", l.Alert.Rule, l.Entity, l.Alert.Subject)
			last[key] = l.Alert.Grade + " " + l.Alert.Shape
			if l.Alert.Step == schemas.StepResolved {
				delete(last, key)
			}
			if l.Alert.Rule == ruleLate {
				t.Fatalf("late evidence in a story whose ticks are true: %+v", l)
			}
		}
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(last)) {
		out = append(out, k+": "+last[k])
	}
	return out
}

func partsOf(parts []leaf.Part) (out []string) {
	for _, p := range parts {
		sum := ""
		if p.SHA256 != nil {
			sum = fmt.Sprintf("%x", p.SHA256[:4])
		}
		out = append(out, p.Role+" "+p.VersionID+" "+sum)
	}
	return out
}

// steps are the rules that have a step in the outputs.
func steps(t testing.TB, outputs []streamtest.Output) (rules []string) {
	for _, o := range outputs {
		if o.Topic != schemas.TopicDriftAlerts {
			continue
		}
		rec, err := schemas.Decode(o.Value)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, rec.(*schemas.Alert).Rule)
	}
	return rules
}

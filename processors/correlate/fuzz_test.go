package correlate

import (
	"errors"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// At stake: poison never blocks a partition. Whatever record somebody writes into observations, it is folded or it is
// poison: it never panics, never stops the shard, and never makes a leaf that a stranger's reader refuses. Only ticks and
// regimes, which the clock alone writes in transactions of its own, may stop a shard.
func FuzzStep(f *testing.F) {
	d := seeded(11)
	for i, source := range tell(d, 8).sources {
		for k, o := range source {
			if k%5 == i {
				f.Add(encode(f, o))
			}
		}
	}
	bad := fact("c", schemas.SourceEvents, epoch0)
	bad.Event = &schemas.EventFact{Topic: "customer.start"}
	bad.Times = []schemas.Reading{{Field: "eventTime", Clock: "the church's", LoMS: 1, HiMS: 2, Zone: "noon"}}
	f.Add(encode(f, bad))
	f.Add(encode(f, &schemas.Measure{To: cohortKey("o", "c", "p"), OrganizationID: "o", Channel: "c", Provider: "p", RecordingID: "r",
		Shape: shapeTranslation, Start: &schemas.Offset{LoMS: 720_000, HiMS: 720_001}, ArrivalMS: epoch0}))
	doc := document(f, 1, storySettings)
	spec := specOf(f, doc)
	regime := encode(f, &schemas.Regime{Document: doc})
	f.Fuzz(func(t *testing.T, value []byte) {
		var key string
		rec, _ := schemas.Decode(value) // what cannot be decoded is stepped through too, with no key
		switch rec := rec.(type) {
		case *schemas.Tick, *schemas.Regime:
			return
		case *schemas.Observation:
			key = rec.Entity
		case *schemas.Measure:
			key = rec.To
		}
		state, err := stream.NewState(stream.NewMemory(), &spec, 4)
		if err != nil {
			t.Fatal(err)
		}
		task, err := spec.Open(0, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		late := encode(t, tickOf(1, epoch0+4000*24*3600_000, epoch0+4000*24*3600_000, 1, true))
		for _, v := range [][]byte{regime, value, late} {
			var poison *stream.PoisonError
			if err := task.Step(state, stream.Record{Topic: schemas.TopicObservations, Key: []byte(key), Value: v, AppendMS: epoch0}); err != nil && !errors.As(err, &poison) {
				t.Fatalf("%v", err)
			}
			for more := true; more; {
				if more, err = task.Drain(state); err != nil {
					t.Fatalf("drain: %v", err)
				}
			}
		}
		for _, o := range state.Outputs() {
			rec, err := schemas.Decode(o.Value)
			if err != nil {
				t.Fatal(err)
			}
			if c, ok := rec.(*schemas.CustodyRecord); ok {
				if _, err := leaf.Parse(c.Leaf); err != nil {
					t.Fatalf("%v in %s", err, c.Leaf)
				}
			}
		}
	})
}

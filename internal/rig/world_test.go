package rig

import (
	"bytes"
	"errors"
	"testing"

	"holdfast.example/processors/observe"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// At stake: a world that is only noise would pass every judge. What is told must be read by observe as what it is meant
// to be: most of it as facts, a little as poison and as nothing, in every raw topic, with everything that makes the fold
// work.
func TestWorldIsUnderstood(t *testing.T) {
	w := newWorld(3)
	facts, letters := map[string]int{}, map[string]int{}
	nothing := 0
	const n = 8_000
	for i := range n {
		r := w.next()
		if i%80 == 0 {
			r = w.foreign()
		}
		found, err := observe.Map(stream.Record{Topic: r.topic, Key: r.key, Value: r.value, Offset: int64(i), AppendMS: 1})
		var poison *stream.PoisonError
		var none *observe.Nothing
		switch {
		case errors.As(err, &poison):
			letters[poison.Code]++
		case errors.As(err, &none):
			nothing++
		case err != nil:
			t.Fatal(err)
		}
		for _, o := range found {
			facts[o.Source]++
			if o.Export != nil {
				facts["export "+o.Export.Form]++
			}
			if o.Inspection != nil {
				facts["outcome "+o.Inspection.Outcome]++
				facts["hold "+o.Inspection.LegalHold]++
			}
			if o.Object != nil {
				facts["object "+o.Object.Role+" "+o.Object.Action]++
			}
			if o.Lock == schemas.LockBrokerAppend {
				facts["foreign"]++
			}
		}
	}
	t.Logf("facts %v, dead letters %v, nothing %d", facts, letters, nothing)
	for _, want := range []string{schemas.SourceEvents, schemas.SourceS3, schemas.SourceInspections, "export metadata", "export row", "outcome ok", "outcome denied",
		"hold ON", "hold OFF", "object media created", "object metadata created", "object media deleted", "foreign"} {
		if facts[want] == 0 {
			t.Errorf("no %s", want)
		}
	}
	for _, code := range []string{observe.CodeBadAvro, observe.CodeHashMismatch, observe.CodeNoContent, observe.CodeBadJSON, observe.CodeWrongRecord, observe.CodeRefusedInspection} {
		if letters[code] == 0 {
			t.Errorf("no dead letter %s", code)
		}
	}
	if nothing == 0 || facts[schemas.SourceEvents] < n/4 {
		t.Errorf("nothing %d, events %d", nothing, facts[schemas.SourceEvents])
	}
}

// At stake: a failing seed must tell the same records again.
func TestWorldIsItsSeed(t *testing.T) {
	a, b, c := newWorld(5), newWorld(5), newWorld(6)
	differs := false
	for range 2_000 {
		x, y := a.next(), b.next()
		if x.topic != y.topic || !bytes.Equal(x.key, y.key) || !bytes.Equal(x.value, y.value) {
			t.Fatal("one seed, two worlds")
		}
		differs = differs || !bytes.Equal(x.value, c.next().value)
	}
	if !differs {
		t.Error("two seeds, one world")
	}
}

package observe_test

import (
	"testing"

	"holdfast.example/processors/observe"
	"holdfast.example/processors/observe/clock"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// emitted is a transaction that only collects: these stages keep no state.
type emitted struct {
	stream.Tx
	outs []stream.Output
}

func (e *emitted) Emit(o stream.Output) { e.outs = append(e.outs, o) }

// The clock measures how far observe has come by the positions of its groups. Were a name different, through would
// stand for ever, and no deadline would ever be judged.
func TestClockWatchesEveryStage(t *testing.T) {
	specs := map[string]string{}
	for _, s := range observe.Specs() {
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
		specs[s.Input] = s.Name
	}
	for _, s := range clock.Sources() {
		if specs[s.Topic] != s.Group {
			t.Errorf("%s is read by %q, and the clock asks for %q", s.Topic, specs[s.Topic], s.Group)
		}
		delete(specs, s.Topic)
	}
	if len(specs) > 0 {
		t.Errorf("nobody watches %v", specs)
	}
}

// A step ends in outputs, in a dead letter with no output, or in a count; never in two of them.
func TestStepEndings(t *testing.T) {
	var counters observe.Counters
	for _, s := range observe.SpecsCounting(&counters) {
		task, err := s.Open(0, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		var tx emitted
		if err := task.Step(&tx, stream.Record{Topic: s.Input, Value: []byte("hostile")}); err == nil || len(tx.outs) > 0 {
			t.Errorf("%s: %v, %d outputs", s.Name, err, len(tx.outs))
		}
		if more, err := task.Drain(&tx); more || err != nil {
			t.Errorf("%s: a stage without deadlines drains", s.Name)
		}
	}
	step := func(topic string, rec any) []stream.Output {
		t.Helper()
		value, err := schemas.Append(nil, rec)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range observe.SpecsCounting(&counters) {
			if s.Input == topic {
				task, _ := s.Open(0, 1, nil)
				var tx emitted
				if err := task.Step(&tx, stream.Record{Topic: topic, Value: value}); err != nil {
					t.Fatal(err)
				}
				return tx.outs
			}
		}
		return nil
	}
	producer := schemas.Transport{Kind: schemas.TransportProducer, Auth: schemas.AuthNone}
	outs := step(schemas.TopicConversationEvents, &schemas.ConversationEvent{Transport: producer, ConversationID: "c-1",
		Fields: &schemas.EventFields{Topic: "acw", EventTime: "1777886102118"}})
	if len(outs) != 1 || outs[0].Topic != schemas.TopicObservations || outs[0].Partition != stream.ByKey || string(outs[0].Key) != "conversation:c-1" {
		t.Fatalf("%+v", outs)
	}
	if rec, err := schemas.Decode(outs[0].Value); err != nil || rec.(*schemas.Observation).Event.Topic != "acw" {
		t.Fatalf("%v, %v", rec, err)
	}
	outs = step(schemas.TopicConversationEvents, &schemas.ConversationEvent{Transport: producer, Fields: &schemas.EventFields{Topic: "no.such"}})
	if len(outs) != 0 || counters.OtherEvents.Load() != 1 || counters.TestEvents.Load() != 0 {
		t.Fatalf("%+v, %d other events", outs, counters.OtherEvents.Load())
	}
}

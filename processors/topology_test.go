package processors_test

import (
	"slices"
	"testing"

	"holdfast.example/processors"
	"holdfast.example/processors/correlate"
	"holdfast.example/processors/observe"
	"holdfast.example/processors/observe/clock"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// TestEveryTopicIsReadAndWritten: a topic that one stage writes and nobody reads, or that one waits for and nobody
// writes, is a pipeline that stands still without an error.
func TestEveryTopicIsReadAndWritten(t *testing.T) {
	var reads, writes, inlets, outlets []string
	for _, s := range processors.Pipeline() {
		reads = append(append(reads, s.Reads...), state(s)...)
		writes = append(append(writes, s.Writes...), state(s)...)
	}
	for _, e := range processors.Inlets() {
		inlets = append(inlets, e.Topic)
	}
	for _, e := range processors.Outlets() {
		outlets = append(outlets, e.Topic)
	}
	known := map[string]bool{}
	for _, topic := range schemas.Topics() {
		known[topic.Name] = true
		if !slices.Contains(writes, topic.Name) && !slices.Contains(inlets, topic.Name) {
			t.Errorf("topic %s: nobody writes it", topic.Name)
		}
		if read := slices.Contains(reads, topic.Name); read == slices.Contains(outlets, topic.Name) {
			t.Errorf("topic %s: read by a stage is %t, and an outlet is the opposite of that", topic.Name, read)
		}
	}
	for _, name := range slices.Concat(reads, writes, inlets, outlets) {
		if !known[name] {
			t.Errorf("topic %s is on the page and not among schemas.Topics", name)
		}
	}
}

// state is the changelog, which the runtime both reads and writes.
func state(s processors.Stage) []string {
	if s.State == "" {
		return nil
	}
	return []string{s.State}
}

// TestPartitionsAgree: with unequal counts an entity's state, records and openings would lie in partitions of other
// shards, and a restored shard would fold without its past.
func TestPartitionsAgree(t *testing.T) {
	count := map[string]int{}
	for _, topic := range schemas.Topics() {
		count[topic.Name] = topic.Partitions
	}
	for _, b := range processors.Aligned() {
		if count[b.Topic] != count[b.Of] {
			t.Errorf("%s has %d partitions and %s %d: %s", b.Topic, count[b.Topic], b.Of, count[b.Of], b.Why)
		}
	}
	for _, s := range processors.Pipeline() {
		if s.State != "" && !slices.ContainsFunc(processors.Aligned(), func(b processors.Beside) bool { return b.Topic == s.State && b.Of == s.Reads[0] }) {
			t.Errorf("stage %s keeps state, and no alignment of it is on the page", s.Name)
		}
	}
	if count[schemas.TopicCaptureProgress] != 1 {
		t.Error("capture.progress has more than one partition: two clocks could own time")
	}
}

// TestThePageIsWhatRuns: the page must say what the packages do, or it is a drawing.
func TestThePageIsWhatRuns(t *testing.T) {
	page := map[string]processors.Stage{}
	for _, s := range processors.Pipeline() {
		if _, twice := page[s.Name]; twice {
			t.Errorf("stage %s is on the page twice", s.Name)
		}
		page[s.Name] = s
	}
	document, err := correlate.Defaults().Document(schemas.DefaultPartitions)
	if err != nil {
		t.Fatal(err)
	}
	fold, err := correlate.Spec(document, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range append(observe.Specs(), fold) {
		mustAgree(t, page[spec.Name], spec)
		delete(page, spec.Name)
	}
	for _, s := range clock.Sources() {
		if stage, ok := find(s.Group); !ok || !slices.Equal(stage.Reads, []string{s.Topic}) {
			t.Errorf("the clock waits for group %s on %s; the page says it reads %v", s.Group, s.Topic, stage.Reads)
		}
	}
	if _, ok := page[clock.Group]; !ok {
		t.Errorf("the clock's group %s is not on the page", clock.Group)
	}
	delete(page, clock.Group)
	for name, s := range page {
		if s.Verb != "capture" {
			t.Errorf("stage %s is on the page, and no package runs it", name)
		}
	}
}

func find(name string) (processors.Stage, bool) {
	all := processors.Pipeline()
	i := slices.IndexFunc(all, func(s processors.Stage) bool { return s.Name == name })
	if i < 0 {
		return processors.Stage{}, false
	}
	return all[i], true
}

// mustAgree compares a row with a Spec. The runtime writes dead letters itself.
func mustAgree(t *testing.T, s processors.Stage, spec stream.Spec) {
	t.Helper()
	writes := append(slices.Clone(spec.Outputs), schemas.TopicDeadLetters)
	slices.Sort(writes)
	said := slices.Sorted(slices.Values(s.Writes))
	if !slices.Equal(s.Reads, []string{spec.Input}) || !slices.Equal(said, writes) || s.State != spec.Changelog {
		t.Errorf("the page says %+v\nthe package says reads %s, writes %v, state %q", s, spec.Input, writes, spec.Changelog)
	}
	if err := spec.Validate(); err != nil {
		t.Error(err)
	}
}

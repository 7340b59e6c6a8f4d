package observe

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// H4: the order of observations is a race between workers and frozen once written; the set of facts must not be. Any
// number of redeliveries, in any interleaving that keeps each partition's order, gives the same facts.
func TestH4AnyInterleavingGivesTheSameFacts(t *testing.T) {
	var base []stream.Record
	for i := range 12 {
		id := fmt.Sprintf("c-%d", i%4)
		key := strings.ReplaceAll(mediaKey, conversation, id)
		base = append(base,
			record(t, schemas.TopicConversationEvents, event(eventBody(id, "user.end", fmt.Sprint(1777886102118+i)))),
			record(t, schemas.TopicS3Notifications, notification(s3Body(key))),
			record(t, schemas.TopicS3Inspections, inspected(key, nil)))
	}
	base = append(base, record(t, schemas.TopicConversationEvents, event([]byte(`{`))))
	facts := func(records []stream.Record) map[string]bool {
		set := map[string]bool{}
		for _, r := range records {
			out, _ := Map(r)
			for _, o := range out {
				set[fmt.Sprintf("%s %x", o.Entity, o.FactID)] = true
			}
		}
		return set
	}
	want := facts(base)
	rapid.Check(t, func(rt *rapid.T) {
		partitions := make([][]stream.Record, 4)
		for i, r := range base {
			for range rapid.IntRange(1, 3).Draw(rt, "deliveries") {
				p := rapid.IntRange(0, 3).Draw(rt, "partition")
				r.Partition, r.Offset, r.AppendMS = int32(p), int64(len(partitions[p])), int64(1000+i)
				partitions[p] = append(partitions[p], r)
			}
		}
		var order []stream.Record
		for left := 4; left > 0; {
			p := rapid.IntRange(0, 3).Draw(rt, "next")
			for len(partitions[p]) == 0 {
				p = (p + 1) % 4
			}
			order, partitions[p] = append(order, partitions[p][0]), partitions[p][1:]
			left = 0
			for _, rest := range partitions {
				left += len(rest)
			}
		}
		if got := facts(order); fmt.Sprint(got) != fmt.Sprint(want) {
			rt.Fatalf("%d facts, want %d", len(got), len(want))
		}
	})
}

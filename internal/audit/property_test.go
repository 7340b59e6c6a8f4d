package audit

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
)

// outputTopics are what the stages write, the changelog apart, of which only the newest of a key counts.
var outputTopics = []string{schemas.TopicObservations, schemas.TopicCustodyRecords, schemas.TopicCustodyOpenings,
	schemas.TopicDriftAlerts, schemas.TopicProbes, schemas.TopicDeadLetters}

// At stake: that a rule watches every record, not only those somebody thought of. Any record of any output topic that is
// missing, or there twice, must be said.
func TestEveryRecordCounts(t *testing.T) {
	worlds := [3]func() *world{}
	for i := range worlds {
		worlds[i] = sync.OnceValue(func() *world { return played(t, uint64(100+i), 25) })
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := worlds[rapid.IntRange(0, len(worlds)-1).Draw(rt, "world")]()
		topic := rapid.SampledFrom(outputTopics).Draw(rt, "topic")
		p := rapid.IntRange(0, len(w.topics[topic])-1).Draw(rt, "partition")
		if len(w.topics[topic][p]) == 0 {
			return
		}
		at := where{topic, p, rapid.IntRange(0, len(w.topics[topic][p])-1).Draw(rt, "record")}
		double := rapid.Bool().Draw(rt, "double")
		x := w.planting()
		_, err := schemas.Decode(x.at(at).value)
		garbage := topic == schemas.TopicObservations && err != nil // has no identity: once more, it is another, and not refused yet; missing, its dead letter is of nothing
		kind := Lost
		if double {
			kind = Doubled
			x.double(at)
		} else {
			x.drop(at)
		}
		r := Check(x.log())
		if r.OK() {
			rt.Fatalf("%s of %s is not seen", kind, w.topics[topic][p][at.i].place())
		}
		if !garbage && (r.Lost+r.Holes == 0 && !double || r.Doubled == 0 && double) {
			rt.Fatalf("%s of %s is called something else:\n%s", kind, w.topics[topic][p][at.i].place(), r)
		}
	})
}

// At stake: the last record of a partition and the first, where an end is easily taken for the whole.
func TestEdgesCount(t *testing.T) {
	w := played(t, 7, 25)
	for _, topic := range outputTopics {
		for p, list := range w.topics[topic] {
			for _, i := range []int{0, len(list) - 1} {
				if i < 0 || len(list) == 0 {
					continue
				}
				x := w.planting()
				x.drop(where{topic, p, i})
				if Check(x.log()).OK() {
					t.Errorf("%s dropped and not seen", list[i].place())
				}
			}
		}
	}
}

// At stake: Check judges the same Log again, in a tool that prints and then decides; and a list of violations must not
// grow with the damage.
func TestCheckIsPure(t *testing.T) {
	x := played(t, 5, 25).planting()
	for i := range x.topics[schemas.TopicCustodyRecords][0] {
		x.at(where{schemas.TopicCustodyRecords, 0, i}).key = nil
	}
	l := x.log()
	first, again := Check(l), Check(l)
	a, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(again)
	if string(a) != string(b) {
		t.Errorf("a second Check of one Log says something else:\n%s\n%s", first, again)
	}
	broken := len(x.topics[schemas.TopicCustodyRecords][0])
	if first.ByRule[ruleKey] != broken || first.Wrong != broken || len(first.Violations) != maxKept {
		t.Errorf("%d keys are wrong: %d counted, %d listed", broken, first.ByRule[ruleKey], len(first.Violations))
	}
	said := first.String()
	for _, want := range []string{fmt.Sprintf("wrong=%d\n", broken), "custody.records/0@0 ", fmt.Sprintf("and %d more", broken-maxKept)} {
		if !strings.Contains(said, want) {
			t.Errorf("the report does not say %q:\n%s", want, said)
		}
	}
}

// At stake: a log of nothing is judged by a soak that never started; it must not be called right by a crash, nor wrong.
func TestEmptyLog(t *testing.T) {
	if r := Check(logOf(4, topics{}, nil)); !r.OK() || r.Inputs+r.Leaves > 0 {
		t.Error(r)
	}
}

// At stake: limits of an entity's state. Beyond them a redelivery is a fact again and parts are forgotten, which is
// promised and no violation.
func TestFloodIsClean(t *testing.T) {
	w := newWorld(t, 3)
	flood := &teller{Rand: tell0()}
	for i := range 4200 {
		flood.event("flood", "user.start", fmt.Sprint("s-", i), "u", began+int64(i))
	}
	for i := range 300 {
		key := fmt.Sprintf("org-1/year=2026/month=5/day=4/hour=9/conversation_id=flood/r-%d.opus", i)
		flood.notify("flood", key, "v1", "Put", 7)
		flood.inspect("flood", key, "v1", nil, schemas.OutcomeOK, schemas.HoldOn)
	}
	flood.out = append(flood.out, flood.out[:50]...) // long forgotten, or not
	flood.out = append(flood.out, sent{pause: true}, sent{pause: true, cut: true})
	w.play(flood.out)
	r := Check(w.log())
	if !r.OK() {
		t.Error(r)
	}
	if r.Leaves < 4500 {
		t.Errorf("%d leaves: the flood did not reach the limits", r.Leaves)
	}
}

func BenchmarkCheck(b *testing.B) {
	w := played(b, 1, 3000)
	l := w.log()
	n := 0
	for _, parts := range w.topics {
		for _, list := range parts {
			n += len(list)
		}
	}
	if r := Check(l); !r.OK() {
		b.Fatal(r)
	}
	b.ResetTimer()
	for range b.N {
		Check(l)
	}
	b.ReportMetric(float64(n), "records")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/record")
}

func BenchmarkTakeIn(b *testing.B) {
	w := played(b, 1, 300)
	n := 0
	for _, parts := range w.topics {
		for _, list := range parts {
			n += len(list)
		}
	}
	live := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := live()
	l := w.log()
	held := live() - before
	runtime.KeepAlive(l)
	b.ResetTimer()
	for range b.N {
		w.log()
	}
	b.ReportMetric(float64(held)/float64(n), "live-B/record")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/record")
}

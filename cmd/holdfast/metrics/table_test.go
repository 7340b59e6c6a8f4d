package metrics

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"holdfast.example/processors/observe"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

var update = flag.Bool("update", false, "rewrite the generated part of docs/METRICS.md")

// TestPage. At stake: an alert on a metric that the page names and the program does not have never fires.
func TestPage(t *testing.T) {
	const begin, end = "<!-- metrics -->\n", "<!-- /metrics -->"
	path := filepath.Join("..", "..", "..", "docs", "METRICS.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no %s", path, begin)
	}
	if want := Page() + "\n"; old != want {
		if !*update {
			t.Fatalf("the metrics in %s are not those of the code; run go test ./cmd/holdfast/metrics -run TestPage -update", path)
		}
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	metricName = regexp.MustCompile(`holdfast_[a-z_]+`)
	units      = regexp.MustCompile(`_(seconds|records|bytes|offset|number|entities|letters|partitions|transactions|ready|info|open|flight|in|out)$`)
)

// TestTable holds what the library's lint cannot see. At stake: a gauge without a unit, a sentence that is none, an
// alert on a name that does not exist.
func TestTable(t *testing.T) {
	names := map[string]Metric{}
	for _, s := range Table() {
		for _, x := range s.Metrics {
			if _, twice := names[x.Name]; twice {
				t.Errorf("%s is there twice", x.Name)
			}
			names[x.Name] = x
			if !strings.HasPrefix(x.Name, "holdfast_") || (x.Kind == counter) != strings.HasSuffix(x.Name, "_total") {
				t.Errorf("%s: a %s's name", x.Name, x.Kind)
			}
			if x.Kind != counter && !units.MatchString(x.Name) {
				t.Errorf("%s: of what?", x.Name)
			}
			if !strings.HasSuffix(x.Help, ".") || strings.Contains(x.Help, "|") {
				t.Errorf("%s: %q is no sentence", x.Name, x.Help)
			}
			if (x.Alert == "") != (x.Why == "") {
				t.Errorf("%s: an alert and what it means come together", x.Name)
			}
			if (x.Kind == histogram) != (ranges[x.Name] != nil) {
				t.Errorf("%s: a histogram has ranges, and nothing else has", x.Name)
			}
		}
	}
	for _, x := range names {
		for _, name := range metricName.FindAllString(x.Alert, -1) {
			if _, ok := names[strings.TrimSuffix(name, "_bucket")]; !ok {
				t.Errorf("the alert of %s is about %s, which is not there", x.Name, name)
			}
		}
	}
	for name := range ranges {
		if names[name].Kind != histogram {
			t.Errorf("%s has ranges and is not in the table", name)
		}
	}
}

func shown(t *testing.T, m *Metrics, name string) map[string]float64 {
	t.Helper()
	families, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, x := range f.Metric {
			var labels []string
			for _, l := range x.Label {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			out[strings.Join(labels, " ")] = x.GetGauge().GetValue() + x.GetCounter().GetValue() + float64(x.GetHistogram().GetSampleCount())
		}
	}
	return out
}

// TestEveryObserverIsCounted tells all observers everything once. At stake: lint finds a name Prometheus would refuse,
// and a metric of the table that nothing feeds would stand there as a promise.
func TestEveryObserverIsCounted(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	m := New(Build{"v1", "abc", "go1"}, func() time.Time { return now })
	m.Ready(func() bool { return true })
	var ignored observe.Counters
	m.Observe(&ignored)
	m.Stage("correlate", "bad-avro")
	s := m.Stream()
	s.Given("correlate", []int32{3})
	s.Restoring(stream.RestoreInfo{Stage: "correlate", Partition: 3, Target: 10})
	s.Restored(stream.RestoreInfo{Stage: "correlate", Partition: 3, Position: 10, Target: 10, Entries: 4, Discarded: "x"})
	s.Assigned("correlate", []int32{3})
	s.TransactionOpened("correlate")
	s.Lag(stream.LagInfo{Stage: "correlate", Partition: 3, Frontier: 7, End: 9})
	s.Counted(stream.CountInfo{Stage: "correlate", Partition: 3, In: 5})
	s.Poisoned(stream.PoisonInfo{Stage: "correlate", Code: "bad-avro"})
	c := m.Capture("w1", []Door{{"webhook", Webhook}, {"q", Queue}})
	c.Captured("webhook", "conversation.events", 1)
	c.Refused("webhook", "signature")
	c.Skipped("q", "test-event")
	c.Crossed("q", "s3.notifications")
	c.QueueFailed("q", "receive")
	c.Inspected("ok", 10, time.Second)
	c.Retried("throttled")
	c.Uncut("manifest-broken")
	c.Claimed("events", "w1.webhook", now.Add(-3*time.Second).UnixMilli())
	m.Ticked(schemas.Tick{N: 4, Epoch: 2, Cut: true, Sources: []schemas.SourceTime{{Source: "s3", ThroughMS: 1, FoldedMS: 1}}})
	m.Failed("correlate", 5, true)

	if got := shown(t, m, streamOpen); len(got) != 1 {
		t.Errorf("an open transaction: %v", got)
	}
	if got := shown(t, m, captureClaim)["door=webhook source=events"]; got != 3 {
		t.Errorf("the claim is %v s old; want 3", shown(t, m, captureClaim))
	}
	for _, section := range Table() {
		for _, x := range section.Metrics {
			if len(shown(t, m, x.Name)) == 0 {
				t.Errorf("%s does not appear", x.Name)
			}
		}
	}
	families, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint() // what testutil.GatherAndLint calls
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "holdfast_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}

	s.TransactionCommitted(stream.TransactionInfo{Stage: "correlate", Limit: "empty"})
	if got := shown(t, m, streamOpen); len(got) != 0 {
		t.Errorf("after its end it is still there: %v", got)
	}
}

// TestAPartitionGoes. At stake: two workers that both show a partition make every sum over them wrong.
func TestAPartitionGoes(t *testing.T) {
	for name, take := range map[string]func(*stream.Observer){
		"revoked":   func(o *stream.Observer) { o.Revoked("correlate", []int32{3}, true) },
		"rebuilt":   func(o *stream.Observer) { o.Rebuilding("correlate", fmt.Errorf("x"), 0) },
		"unrelated": func(o *stream.Observer) { o.Rebuilding("observe-s3", fmt.Errorf("x"), 0) },
	} {
		m := New(Build{}, time.Now)
		s := m.Stream()
		s.Given("correlate", []int32{3})
		s.Restored(stream.RestoreInfo{Stage: "correlate", Partition: 3})
		s.Lag(stream.LagInfo{Stage: "correlate", Partition: 3})
		s.Counted(stream.CountInfo{Stage: "correlate", Partition: 3})
		take(s)
		want := 0
		if name == "unrelated" {
			want = 1
		}
		for _, metric := range []string{streamLag, streamFrontier, shardIn, shardOut, shardDead, shardTransactions, hotSize, restoreLeft} {
			if got := shown(t, m, metric); len(got) != want {
				t.Errorf("%s: %s shows %v", name, metric, got)
			}
		}
		if got := shown(t, m, streamPartitions)["stage=correlate state=ready"]; got != float64(want) {
			t.Errorf("%s: %v ready partitions; want %d", name, got, want)
		}
	}
}

package correlate

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// runs runs the stage in this process until it ends by itself or is stopped.
func (c *cluster) runs(name, document string, known int64) (ended chan error, stop func()) {
	spec, err := Spec(document, known)
	if err != nil {
		c.t.Fatal(err)
	}
	cfg := stream.Config{Kafka: c.kafka, Worker: name, Dir: filepath.Join(c.dir, name),
		Commit: 10 * time.Millisecond, HotSet: 16, MaxTransactionRecords: 40,
		SessionTimeout: 2 * time.Second, RebalanceTimeout: 2 * time.Second, TransactionTimeout: 3 * time.Second,
		Logger: slog.New(slog.NewTextHandler(c.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))}
	ctx, cancel := context.WithCancel(context.Background())
	ended = make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ended <- stream.Run(ctx, cfg, spec)
	}()
	stop = func() { cancel(); <-done }
	c.t.Cleanup(stop)
	return ended, stop
}

// mustStop waits until a worker has ended because of the log's regime.
func mustStop(t *testing.T, ended chan error) {
	t.Helper()
	select {
	case err := <-ended:
		if !errors.Is(err, stream.ErrStop) || !strings.Contains(err.Error(), "restart with the new configuration") {
			t.Fatalf("a worker under another regime than its own ended with: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("a worker under another regime than its own goes on")
	}
}

// At stake: a change of settings while the system runs. Two workers share three shards when another regime enters: both
// stop with the sentence, whoever comes again with the old configuration does too, those with the new one go on behind
// it, and what came out is, byte for byte, what a single pass over the log makes, whatever a worker was configured for.
func TestRegimeChangeUnderTwoWorkers(t *testing.T) {
	c := newCluster(t)
	next := document(t, killShards, func(s *Settings) {
		storySettings(s)
		s.Settle, s.PatienceCompanion, s.Slack, s.CohortMin = 5*time.Second, time.Minute, 90*time.Millisecond, 6
	})
	c.feed([]any{&schemas.Regime{Document: c.regime}})
	before := []chan error{nil, nil}
	before[0], _ = c.runs("a", c.regime, 0)
	before[1], _ = c.runs("b", c.regime, 0)

	var recs []any
	at, ticks := 0, int64(0) // the tick in the middle of the story
	story := schedule(seeded(5), tell(seeded(5), 60))
	for i, rec := range story {
		switch rec := rec.(type) {
		case nil, settled:
			continue
		case *schemas.Tick:
			if at == 0 && i > len(story)/2 {
				at, ticks = len(recs), rec.N
			}
		}
		recs = append(recs, rec)
	}
	c.feed(recs[:at])
	c.wait()
	for _, ended := range before {
		if len(ended) > 0 {
			t.Fatalf("a worker ended before anything changed: %v", <-ended)
		}
	}
	c.feed(append([]any{&schemas.Regime{Document: next}}, recs[at:]...)) // enters before tick number ticks
	for _, ended := range before {
		mustStop(t, ended)
	}
	again, _ := c.runs("a", c.regime, ticks)
	mustStop(t, again)

	_, stopA := c.runs("a", next, ticks)
	_, stopB := c.runs("b", next, ticks)
	c.wait()
	stopA()
	stopB()
	observations, measures, compared := c.compareFold(replayOf(t, c.regime))
	t.Logf("the regime entered before tick %d, record %d of %d; %d observations, %d measures, compared %v", ticks, at, len(recs), observations, measures, compared)
	if observations < 500 || measures < 20 || compared[schemas.TopicCustodyRecords] < 500 {
		t.Fatal("that is too little to prove anything")
	}
	c.mustName(c.regime, next)
}

// mustName holds that the log's entity records the regimes in their order, and that leaves name each of them.
func (c *cluster) mustName(documents ...string) {
	c.t.Helper()
	var entered []string
	named := map[schemas.Hash]int{}
	for _, r := range c.read(schemas.TopicCustodyRecords) {
		rec, err := schemas.Decode(r.Value)
		if err != nil {
			c.t.Fatal(err)
		}
		custody, ok := rec.(*schemas.CustodyRecord)
		if !ok {
			continue
		}
		l, err := leaf.Parse(custody.Leaf)
		if err != nil {
			c.t.Fatal(err)
		}
		named[l.Regime]++
		if l.Kind == leaf.KindRegime {
			entered = append(entered, l.RegimeBody.Document)
		}
	}
	if !reflect.DeepEqual(entered, documents) || len(named) != len(documents) {
		c.t.Fatalf("regimes recorded: %q, leaves by regime: %v; want %q", entered, named, documents)
	}
}

// A new shape of settings must not reach a log by a request that nobody can fold, or that would make it another log.
func TestMayFollow(t *testing.T) {
	now := document(t, 2, nil)
	for _, x := range []struct{ next, because string }{
		{document(t, 2, func(s *Settings) { s.Settle *= 2 }), ""},
		{now, ""},
		{document(t, 3, nil), "3 shards, the topic has 2"},
		{document(t, 2, func(s *Settings) { s.Origin = "other/log" }), "another origin is another log"},
		{strings.Replace(now, `"fold":1`, `"fold":2`, 1), "run the release that has them"},
		{strings.Replace(now, `"cohort_min":30`, `"cohort_min":1`, 1), "cohort_min is 1"},
		{strings.Replace(now, `"fold":1`, `"extra":1,"fold":1`, 1), "extra"},
		{strings.Replace(now, `"cohort_min":30,`, ``, 1), "cohort_min is 0"},
		{strings.Replace(now, `:`, `: `, 1), "regime document"},
		{"", "regime document"},
	} {
		err := MayFollow(now, x.next, 2)
		if (err == nil) != (x.because == "") || err != nil && !strings.Contains(err.Error(), x.because) {
			t.Errorf("%.60s: %v; want %q", x.next, err, x.because)
		}
		if err := MayFollow("", x.next, 2); (err == nil) != (x.because == "" || strings.Contains(x.because, "origin")) {
			t.Errorf("%.60s as the first: %v", x.next, err)
		}
	}
}

func TestChanges(t *testing.T) {
	now := document(t, 2, nil)
	next := document(t, 4, func(s *Settings) { s.Settle, s.CohortMin, s.Origin = 1500*time.Millisecond, 7, "x" })
	got, err := Changes(now, next)
	want := []Change{{"cohort_min", "30", "7"}, {"origin", "holdfast/log", "x"}, {"settle", "1m0s", "1.5s"}, {"shards", "2", "4"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	got, err = Changes(`{"new":1,"settle_ms":5}`, `{"settle_ms":null}`)
	if want := []Change{{"new", "1", ""}, {"settle", "5ms", ""}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if _, err := Changes(now, "junk"); err == nil {
		t.Error("junk is a regime document")
	}
}

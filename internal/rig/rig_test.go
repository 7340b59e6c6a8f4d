package rig

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"holdfast.example/schemas"
	"holdfast.example/stream/streamtest"
)

// broker starts the in-process broker.
func broker(t *testing.T) []string {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(filepath.Join(t.TempDir(), "log")), kfake.GroupMinSessionTimeout(time.Second),
		kfake.BrokerConfigs(map[string]string{"group.consumer.heartbeat.interval.ms": "500", "group.consumer.session.timeout.ms": "6000"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.ListenAddrs()
}

func start(t *testing.T, ctx context.Context, seed uint64) *Rig {
	t.Helper()
	binary, err := Build(ctx, filepath.Join("..", ".."), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(ctx, Options{Binary: binary, Brokers: broker(t), Profile: "embedded", Boot: 1, Dir: t.TempDir(), Partitions: 4, Seed: seed, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			for _, w := range r.workers {
				t.Logf("%s:\n%s", w.name, tail(w.log))
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// At stake: what soak and mutants stand on. Two workers are killed under load, and all that was fed is folded, and
// accounted for once.
func TestTwoKills(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and starts processes")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	r := start(t, ctx, 1)
	if err := r.StartAll(); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		if err := r.Feed(ctx, 300); err != nil {
			t.Fatal(err)
		}
		if err := r.Kill(n); err != nil {
			t.Fatal(err)
		}
		if err := r.Feed(ctx, 100); err != nil {
			t.Fatal(err)
		}
		if err := r.Start(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.WaitFolded(ctx); err != nil {
		t.Fatal(err)
	}
	if err := r.Rest(ctx); err != nil {
		t.Fatal(err)
	}
	report, err := r.Audit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d inputs, %d observations, %d leaves, %d markers, %d alerts, %d dead letters", report.Inputs, report.Observations, report.Leaves,
		report.Markers, report.Alerts, report.DeadLetters)
	for _, v := range report.Violations {
		t.Errorf("%+v", v)
	}
	if !report.OK() || report.Inputs < int(r.Fed()) || report.Leaves == 0 || report.Alerts == 0 || report.DeadLetters == 0 || report.Markers == 0 {
		t.Errorf("%d were fed; lost %d, doubled %d, forks %d, holes %d, wrong %d", r.Fed(), report.Lost, report.Doubled, report.Forks, report.Holes, report.Wrong)
	}
}

// At stake: the way that docs/OPERATIONS.md tells an operator to change the regime, with real processes: whoever folds
// under the old one stops by itself, and what lies on both sides of the change is accounted for once.
func TestRegimeChanges(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and starts processes")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	r := start(t, ctx, 2)
	if err := errors.Join(r.StartAll(), r.Feed(ctx, 300), r.WaitGoing(ctx)); err != nil {
		t.Fatal(err)
	}
	kind := slices.IndexFunc(Kinds(), func(k *Kind) bool { return k.Name == "regime-changed" })
	for seed := range uint64(2) {
		if _, err := r.Inflict(ctx, &Fault{Kind: Kinds()[kind], Seed: seed}); err != nil {
			t.Fatal(err)
		}
		if err := r.Feed(ctx, 200); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(r.WaitFolded(ctx), r.Rest(ctx)); err != nil {
		t.Fatal(err)
	}
	report, err := r.Audit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range report.Violations {
		t.Errorf("%+v", v)
	}
	if !report.OK() || report.Leaves == 0 {
		t.Error(report)
	}
	list := regimesOf(t, ctx, r)
	if len(list) != 3 {
		t.Errorf("%d regimes stand in the log; want the first and two that followed: %q", len(list), list)
	}
}

// regimesOf are the documents in partition 0 of observations, in their order.
func regimesOf(t *testing.T, ctx context.Context, r *Rig) (list []string) {
	t.Helper()
	ends, err := r.admin.ListEndOffsets(ctx, r.kafka.Topic(observations))
	if err != nil {
		t.Fatal(err)
	}
	end, _ := ends.Lookup(r.kafka.Topic(observations), 0)
	records, err := streamtest.Committed(ctx, r.kafka, observations, 0, 0, end.Offset)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range records {
		if v, err := schemas.Decode(rec.Value); err == nil {
			if regime, ok := v.(*schemas.Regime); ok {
				list = append(list, regime.Document)
			}
		}
	}
	return list
}

package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

func regimeOf(v int) *schemas.Regime {
	return &schemas.Regime{Document: fmt.Sprintf(`{"v":%d}`, v), Build: "test"}
}

// under is testConfig, with that regime.
func (h *house) under(worker string, v int) Config {
	cfg := h.testConfig(worker)
	cfg.Regime = regimeOf(v)
	return cfg
}

func (h *house) ask(v int) {
	h.t.Helper()
	if err := Request(h.t.Context(), h.kafka, *regimeOf(v)); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) look() Standing {
	h.t.Helper()
	s, err := Follow(h.t.Context(), h.kafka, func(Standing) bool { return true })
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// mustRefuse runs a clock that must stop without a tick, with the sentence.
func (h *house) mustRefuse(cfg Config) {
	h.t.Helper()
	before := h.checkLog()
	err := Run(h.t.Context(), cfg)
	if !errors.Is(err, stream.ErrStop) || !strings.Contains(err.Error(), "holdfast regime apply") || !strings.Contains(err.Error(), name(cfg.Regime.Document)) {
		h.t.Fatalf("another regime than the log's: %v", err)
	}
	if after := h.checkLog(); after != before {
		h.t.Fatalf("%d ticks became %d", before, after)
	}
}

// mustEnter runs a clock that puts a regime in force and must then stop, being configured for another.
func (h *house) mustEnter(cfg Config, v int) {
	h.t.Helper()
	if err := Run(h.t.Context(), cfg); !errors.Is(err, stream.ErrStop) {
		h.t.Fatalf("a clock of regime %s that put %d in force ended with %v", cfg.Regime.Document, v, err)
	}
	if s := h.look(); s.Regime != regimeOf(v).Document || s.Since != s.N || s.Asked != nil {
		h.t.Fatalf("after the change: %+v", s)
	}
}

// ticks runs a clock cleanly for some ticks.
func (h *house) ticks(cfg Config) {
	h.t.Helper()
	from := h.look().N
	r := h.run(cfg)
	eventually(h.t, "3 more ticks", func() bool { return r.tick().N >= from+3 })
	r.stop(h.t)
}

func (h *house) mustHold(vs ...int) {
	h.t.Helper()
	var got, want []string
	for _, r := range h.regimes() {
		got = append(got, r.document)
	}
	for _, v := range vs {
		want = append(want, regimeOf(v).Document)
	}
	if !slices.Equal(got, want) {
		h.t.Fatalf("the log's regimes: %v; want %v", got, want)
	}
}

// At stake: a change of settings. It enters once, at one place of every partition, and from then on no clock ticks that
// is configured otherwise; one whose configuration is asked for may apply it itself. Also back to an earlier regime.
func TestRegimeApplied(t *testing.T) {
	h := newHouse(t)
	if s := h.look(); s != (Standing{}) {
		t.Fatalf("before the first tick: %+v", s)
	}
	h.ticks(h.under("clock-0", 1))
	h.mustRefuse(h.under("clock-0", 2))
	h.ask(2)
	if s := h.look(); s.Regime != regimeOf(1).Document || s.Since != 1 || s.Asked == nil || s.Asked.Document != regimeOf(2).Document {
		t.Fatalf("asked for: %+v", s)
	}
	h.mustRefuse(h.under("clock-0", 3)) // neither in force nor asked for
	h.mustEnter(h.under("clock-0", 1), 2)
	h.mustRefuse(h.under("clock-0", 1))
	h.ticks(h.under("clock-1", 2))
	h.ask(1)
	h.ticks(h.under("clock-1", 1)) // the new configuration is there before the change is
	h.ticks(h.under("clock-0", 1))
	h.mustHold(1, 2, 1)
}

// Requests say what is wanted: of two the newer one counts, one for what is in force changes nothing and takes back what
// was asked before it, and one that cannot be folded never reaches the log. A request is answered once.
func TestRegimeRequests(t *testing.T) {
	h := newHouse(t)
	h.ticks(h.under("clock-0", 1))
	h.ask(1)
	h.ticks(h.under("clock-0", 1))
	h.ask(2)
	h.ask(1)
	h.mustRefuse(h.under("clock-0", 2))
	h.ticks(h.under("clock-0", 1))
	h.mustHold(1)

	h.ask(2)
	h.ask(3)
	h.mustEnter(h.under("clock-0", 1), 3)
	h.mustHold(1, 3)

	bad := h.under("clock-0", 3)
	bad.MayFollow = func(inForce, next string) error {
		if inForce != regimeOf(3).Document || next != regimeOf(4).Document {
			t.Errorf("asked whether %s may follow %s", next, inForce)
		}
		return errors.New("another log")
	}
	h.ask(4)
	h.ticks(bad)
	bad.Regime = regimeOf(4)
	h.mustRefuse(bad)
	h.mustHold(1, 3)
	if err := Request(t.Context(), h.kafka, schemas.Regime{}); err == nil {
		t.Error("a request for no regime was written")
	}
}

// A running clock applies a request within ticks, and Follow sees it.
func TestRegimeWhileRunning(t *testing.T) {
	h := newHouse(t)
	ended := make(chan error, 1)
	cfg := h.under("clock-0", 1)
	ticked := make(chan struct{}, 1)
	cfg.OnTick = func(schemas.Tick) {
		select {
		case ticked <- struct{}{}:
		default:
		}
	}
	go func() { ended <- Run(t.Context(), cfg) }()
	<-ticked
	h.ask(2)
	s, err := Follow(t.Context(), h.kafka, func(s Standing) bool { return s.Regime == regimeOf(2).Document })
	if err != nil || s.Asked != nil {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := <-ended; !errors.Is(err, stream.ErrStop) {
		t.Fatalf("the clock of the old configuration ended with %v", err)
	}
	h.ticks(h.under("clock-0", 2))
	h.mustHold(1, 2)
	if s, err := Look(t.Context(), h.kafka); err != nil || s.Regime != regimeOf(2).Document {
		t.Fatalf("%+v, %v", s, err)
	}
}

// A look must not wait for the transaction of a clock that is dead, whose worker may be the one that looks; what waits
// for the truth does.
func TestLookPastAnOpenTransaction(t *testing.T) {
	h := newHouse(t)
	h.ticks(h.under("clock-0", 1))
	opts, err := h.kafka.Options()
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(append(opts, kgo.TransactionalID("dead"), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	client.Produce(t.Context(), &kgo.Record{Topic: h.kafka.Topic(schemas.TopicCaptureProgress), Value: []byte("x")}, nil)
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.ask(2)
	if s, err := Look(t.Context(), h.kafka); err != nil || s.Regime != regimeOf(1).Document || s.Asked != nil {
		t.Fatalf("%+v, %v", s, err)
	}
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if s, err := Follow(short, h.kafka, func(Standing) bool { return true }); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("it did not wait: %+v, %v", s, err)
	}
	if err := client.EndTransaction(t.Context(), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	if s := h.look(); s.Asked == nil {
		t.Fatalf("%+v", s)
	}
}

const (
	childRegime = "HOLDFAST_TEST_CLOCK_REGIME"
	childDies   = "HOLDFAST_TEST_CLOCK_DIES" // at which line of the log the child kills itself
)

// suicide kills the process where a line of the log says that something has happened.
type suicide struct {
	slog.Handler
	at string
}

func (suicide) Enabled(context.Context, slog.Level) bool { return true }

func (s suicide) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == s.at {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	return s.Handler.Handle(ctx, r)
}

// TestRegimeChild is no test: it is the process that TestRegimeOutlivesTheClock kills.
func TestRegimeChild(t *testing.T) {
	broker := os.Getenv(childVariable)
	if broker == "" {
		t.Skip("runs only as the child of TestRegimeOutlivesTheClock")
	}
	h := &house{t: t, kafka: stream.Kafka{Brokers: []string{broker}, Prefix: "t."}}
	cfg := h.testConfig("child")
	cfg.Regime = &schemas.Regime{Document: os.Getenv(childRegime)}
	cfg.Logger = slog.New(suicide{slog.DiscardHandler, os.Getenv(childDies)})
	_ = Run(t.Context(), cfg)
}

// clockChild starts a clock in a process of its own.
func (h *house) clockChild(v int, dies string) *exec.Cmd {
	h.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestRegimeChild$")
	cmd.Env = append(os.Environ(), childVariable+"="+h.cluster.ListenAddrs()[0], childRegime+"="+regimeOf(v).Document, childDies+"="+dies)
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd
}

func killed(cmd *exec.Cmd) bool {
	_ = cmd.Wait()
	return cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled()
}

// The clock dies by SIGKILL between a request and its answer, and between the answer and reading it back. The request
// stands in the first case; in the second it must not be answered again, and the old configuration must not go on.
func TestRegimeOutlivesTheClock(t *testing.T) {
	h := newHouse(t)
	cmd := h.clockChild(1, "")
	eventually(t, "3 ticks", func() bool { return h.look().N >= 3 })
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil { // or it would answer before it dies
		t.Fatal(err)
	}
	h.ask(2)
	if err := cmd.Process.Kill(); err != nil || !killed(cmd) {
		t.Fatalf("the child was not killed: %v", err)
	}
	if s := h.look(); s.Asked == nil {
		t.Fatalf("after the first death: %+v", s)
	}

	if cmd = h.clockChild(1, "regime in force"); !killed(cmd) {
		t.Fatal("the child did not die with its broadcast")
	}
	if s := h.look(); s.Regime != regimeOf(2).Document || s.Since != s.N {
		t.Fatalf("after the second death: %+v", s)
	}
	h.mustRefuse(h.under("child", 1))
	h.ticks(h.under("child", 2))
	h.mustHold(1, 2)
}

// H7 with a change: an owner that was paused before the request, and knows neither of it nor of its successor, must not
// tick under the old regime, let alone bring it back.
func TestH7StaleOwnerDoesNotUndoARegime(t *testing.T) {
	h := newHouse(t)
	deaf := h.deafen("stale")
	paused, resume := make(chan struct{}), make(chan struct{})
	cfg := h.under("stale", 1).withDefaults()
	cfg.OnTick = func(tick schemas.Tick) {
		if tick.N == 5 {
			deaf.Store(true)
			close(paused)
			<-resume
		}
	}
	ended := lives(cfg)
	<-paused
	h.ask(2)
	h.mustEnter(h.under("other", 1), 2)
	h.ticks(h.under("other", 2))
	close(resume)
	if err := <-ended; !refusedAsStale(err) && !errors.Is(err, stream.ErrStop) {
		t.Fatalf("the stale owner ended with %v", err)
	}
	h.ticks(h.under("other", 2))
	h.mustHold(1, 2)
}

// Any request of the transaction that carries the change may fail: it stands in the log once all the same.
func TestRegimeInFailedTransactions(t *testing.T) {
	h := newHouse(t)
	h.ticks(h.under("clock-0", 1))
	for v, key := range []kmsg.Key{kmsg.Produce, kmsg.TxnOffsetCommit, kmsg.EndTxn} {
		h.ask(v + 2)
		fault := h.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{key}, Err: kerr.UnknownServerError, Count: 1})
		h.mustEnter(h.under("clock-0", v+1), v+2)
		if fault.Hits() == 0 {
			t.Fatalf("request %v did not fail", key)
		}
		fault.Remove()
	}
	h.mustHold(1, 2, 3, 4)
}

// A state that an older release wrote names no regime: the log itself is asked, once, and the state names it from then
// on. A clock that has ticked on observations that were made anew since must not go on.
func TestRegimeOfAnOlderState(t *testing.T) {
	h := newHouse(t)
	h.ticks(h.under("clock-0", 1))
	h.send(schemas.TopicCaptureProgress, 0, &schemas.ClockState{N: 1000, TMS: 1, Epoch: 1}) // as if 1000 ticks went on so
	if s := h.look(); s.Regime != "" || s.N != 1000 {
		t.Fatalf("%+v", s)
	}
	cfg := h.under("clock-0", 2)
	if err := Run(t.Context(), cfg); !errors.Is(err, stream.ErrStop) {
		t.Fatalf("another regime than the log's: %v", err)
	}
	r := h.run(h.under("clock-0", 1))
	eventually(t, "a tick", func() bool { return r.tick().N > 1000 })
	r.stop(t)
	if s := h.look(); s.Regime != regimeOf(1).Document || s.Since != 0 {
		t.Fatalf("the state does not name the regime it found: %+v", s)
	}

	admin, topic := kadm.NewClient(h.client), h.kafka.Topic(schemas.TopicObservations)
	if _, err := admin.DeleteTopics(t.Context(), topic); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.CreateTopic(t.Context(), shards, 1, nil, topic); err != nil {
		t.Fatal(err)
	}
	if err := Run(t.Context(), h.under("clock-0", 1)); !errors.Is(err, stream.ErrStop) {
		t.Fatalf("observations made anew: %v", err)
	}
}

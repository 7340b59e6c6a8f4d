package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// watch is a clock that a test moves.
type watch struct{ at time.Time }

func (w *watch) now() time.Time { return w.at }

func newBoard() (*Board, *watch) {
	w := &watch{time.UnixMilli(1_800_000_000_000)}
	return NewBoard(time.Minute, w.now), w
}

func ask(t *testing.T, b *Board, method, path string) (int, string) {
	t.Helper()
	rec := httptest.NewRecorder()
	Handler("w1", b, http.NotFoundHandler()).ServeHTTP(rec, httptest.NewRequest(method, path, nil))
	return rec.Code, rec.Body.String()
}

// wants asks /readyz and holds the answer's code and, by row, its states.
func wants(t *testing.T, b *Board, when string, code int, states ...string) {
	t.Helper()
	got, body := ask(t, b, http.MethodGet, "/readyz")
	var a answer
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("%s: %v in %s", when, err, body)
	}
	var seen []string
	for _, r := range a.Stages {
		seen = append(seen, r.Name+" "+r.State)
	}
	if got != code || a.Ready != (code == http.StatusOK) || strings.Join(seen, ", ") != strings.Join(states, ", ") {
		t.Errorf("%s: %d %v; want %d %v", when, got, seen, code, states)
	}
}

// TestReadiness walks one process from its start to its stop. At stake: an orchestrator that is told "ready" too early
// takes the next worker down while this one's partitions are not folded; too late, and a roll-out never ends.
func TestReadiness(t *testing.T) {
	b, _ := newBoard()
	b.Add("observe", "observe-s3", Folding)
	b.Add("clock", "clock", Clock)
	b.Add("correlate", "correlate", Folding)
	o := b.Stream()
	wants(t, b, "before anything", 503, "observe-s3 starting", "clock starting", "correlate starting")
	for _, s := range []string{"observe", "clock", "correlate"} {
		b.Runs(s)
	}
	b.AwaitsTick("observe")
	b.AwaitsRegime("correlate")
	wants(t, b, "started", 503, "observe-s3 waiting for the clock's first tick", "clock ready", "correlate waiting for the log's regime")
	o.Turned("observe-s3", true)
	o.Turned("correlate", true)
	wants(t, b, "seen", 503, "observe-s3 joining the group", "clock ready", "correlate joining the group")
	o.Given("observe-s3", nil)
	wants(t, b, "a member without partitions stands by", 503, "observe-s3 ready", "clock ready", "correlate joining the group")
	o.Given("correlate", []int32{0, 2})
	o.Restored(stream.RestoreInfo{Stage: "correlate", Partition: 0})
	wants(t, b, "one of two restored", 503, "observe-s3 ready", "clock ready", "correlate restoring")
	o.Restoring(stream.RestoreInfo{Stage: "correlate", Partition: 2, From: 100, Position: 150, Target: 300})
	_, body := ask(t, b, http.MethodGet, "/readyz?stage=correlate")
	for _, want := range []string{`"percent": 25`, `"position": 150`, `"target": 300`, `"state": "restoring"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if code, _ := ask(t, b, http.MethodGet, "/readyz?stage=observe"); code != 200 {
		t.Errorf("observe alone: %d; want 200", code)
	}
	if code, _ := ask(t, b, http.MethodGet, "/readyz?stage=seal"); code != 404 {
		t.Errorf("a stage that does not run here: %d; want 404", code)
	}
	o.Restored(stream.RestoreInfo{Stage: "correlate", Partition: 2, From: 100, Position: 300, Target: 300})
	wants(t, b, "both restored", 200, "observe-s3 ready", "clock ready", "correlate ready")
	o.Given("correlate", []int32{5})
	wants(t, b, "one more given", 503, "observe-s3 ready", "clock ready", "correlate restoring")
	o.Revoked("correlate", []int32{5}, false)
	wants(t, b, "and taken again", 200, "observe-s3 ready", "clock ready", "correlate ready")
	o.Rebuilding("correlate", errors.New("x"), time.Second)
	wants(t, b, "rebuilding", 503, "observe-s3 ready", "clock ready", "correlate rebuilding")
	o.Given("correlate", nil)
	wants(t, b, "rebuilt", 200, "observe-s3 ready", "clock ready", "correlate ready")
	b.Stopping()
	wants(t, b, "stopping", 503, "observe-s3 stopping", "clock stopping", "correlate stopping")
	if code, _ := ask(t, b, http.MethodGet, "/healthz"); code != 200 {
		t.Errorf("a process that stops is alive: %d", code)
	}
}

// TestDoors. At stake: a balancer that sends events to a door that is not open yet loses nothing, but its senders count
// errors and give up in the end.
func TestDoors(t *testing.T) {
	b, _ := newBoard()
	b.Add("capture", "capture", Doors, "webhook", "q")
	b.Runs("capture")
	b.Door("capture", "q", true)
	wants(t, b, "one of two doors", 503, "capture opening doors")
	b.Door("capture", "webhook", true)
	wants(t, b, "both doors", 200, "capture ready")
	b.Door("capture", "webhook", false)
	wants(t, b, "one closed", 503, "capture opening doors")
}

// TestHealth. At stake: an orchestrator restarts what does not need it, for ever, or leaves alone what hangs.
func TestHealth(t *testing.T) {
	b, w := newBoard()
	b.Add("correlate", "correlate", Folding)
	b.Runs("correlate")
	o := b.Stream()
	healthy := func(when string, want int, says string) {
		t.Helper()
		code, body := ask(t, b, http.MethodGet, "/healthz")
		if code != want || !strings.Contains(body, says) {
			t.Errorf("%s: %d %q; want %d %q", when, code, body, want, says)
		}
	}
	healthy("joining", 200, "ok")
	o.Turned("correlate", true)
	w.at = w.at.Add(24 * time.Hour)
	healthy("a day without input", 200, "ok")
	o.Turned("correlate", false)
	w.at = w.at.Add(time.Minute)
	healthy("at work for the limit", 200, "ok")
	w.at = w.at.Add(time.Millisecond)
	healthy("at work for longer", 503, "correlate is at one transaction for longer than 1m0s")
	o.Rebuilding("correlate", errors.New("x"), time.Second)
	w.at = w.at.Add(24 * time.Hour)
	healthy("a day without brokers", 200, "ok")
	o.Turned("correlate", false)
	b.Ended("correlate", false)
	w.at = w.at.Add(time.Hour)
	healthy("ended because it was asked to", 200, "ok")
	b.Ended("correlate", true)
	healthy("ended by itself", 503, "correlate has ended")
}

// TestTick: who owns the clock is seen by the tick.
func TestTick(t *testing.T) {
	b, _ := newBoard()
	b.Add("clock", "clock", Clock)
	b.Runs("clock")
	b.Ticked("clock", schemas.Tick{N: 7})
	if _, body := ask(t, b, http.MethodGet, "/readyz"); !strings.Contains(body, `"tick": 7`) {
		t.Error(body)
	}
}

// TestMethods: nothing can be changed here, and a stranger who tries is told so.
func TestMethods(t *testing.T) {
	b, _ := newBoard()
	b.Add("clock", "clock", Clock)
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			if code, _ := ask(t, b, method, path); code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, path, code)
			}
		}
	}
	if code, _ := ask(t, b, http.MethodHead, "/healthz"); code != 200 {
		t.Errorf("HEAD: %d", code)
	}
	if code, _ := ask(t, b, http.MethodGet, "/debug/pprof/"); code != 404 {
		t.Errorf("pprof: %d", code)
	}
}

// TestListen: a port that is taken is an error at once, and a closed endpoint gives its port back.
func TestListen(t *testing.T) {
	b, _ := newBoard()
	b.Add("clock", "clock", Clock)
	log := slog.New(slog.DiscardHandler)
	s, err := Listen("127.0.0.1:0", "w1", b, http.NotFoundHandler(), log)
	if err != nil {
		t.Fatal(err)
	}
	address := s.listener.Addr().String()
	if _, err := Listen(address, "w1", b, nil, log); err == nil {
		t.Error("a taken port was opened")
	}
	res, err := http.Get(fmt.Sprintf("http://%s/healthz", address))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body) // what could be read is judged
	_ = res.Body.Close()
	if string(body) != "ok\n" {
		t.Errorf("%q", body)
	}
	s.Close()
	if _, err := http.Get(fmt.Sprintf("http://%s/healthz", address)); err == nil {
		t.Error("it answers after Close")
	}
}

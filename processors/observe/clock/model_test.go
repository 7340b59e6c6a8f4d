package clock

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
)

// world is a small model of everything the clock must not misjudge: a source's queue with a visibility timeout, two
// capture instances that crash, restart and retire, a raw topic of two partitions, observe that lags, and clocks that
// take over from each other. Time is a counter; the brokers' clocks differ from it by less than half the slack.
type world struct {
	*rapid.T
	rng       *rand.Rand // rapid's own numbers lean to the small ones, and small is rare here
	fault     int        // per mille of an instance's steps
	now       int64
	queue     []*message
	instances [2]*captor
	raw       [2]int64 // end offsets
	observed  [2]int64
	log       []entry // capture.progress
	clock     *State
	read      int // entries of log the clock has applied
	through   int64
	ticks     int
	regimes   []string // as they stand in observations
	asks      int
}

type message struct {
	arrived, visible int64
	acked            bool
	partition        int
	offset           int64 // -1: not in raw
}

type captor struct {
	alive, began bool
	boot         int64
	flight       []*message
	claim        int64
	previous     int64 // append time of its newest progress record
}

type entry struct {
	key   string
	p     schemas.Progress
	clock *schemas.ClockState
	asked *schemas.Regime
	at    int64
}

const modelVT = 40

func newWorld(rt *rapid.T) *world {
	w := &world{T: rt, now: 1000, clock: NewState(testRules())}
	w.rng = rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
	w.fault = rapid.IntRange(0, 20).Draw(rt, "fault")
	for i := range w.instances {
		w.instances[i] = &captor{}
	}
	return w
}

func (w *world) append(e entry) int64 {
	e.at = w.now + int64(w.rng.IntN(testSlack-1)-testSlack/2+1)
	w.log = append(w.log, e)
	return e.at
}

func (w *world) say(i int, kind string) {
	c := w.instances[i]
	p := schemas.Progress{Source: events, Instance: fmt.Sprint(i), Boot: c.boot, Kind: kind, VisibilityMS: modelVT}
	if kind == schemas.ProgressProgress && c.claim > 0 {
		claim := c.claim
		p.ClaimMS = &claim
	}
	c.previous = w.append(entry{key: p.Instance, p: p})
}

// capture lets one instance do one thing.
func (w *world) capture(i int) {
	c := w.instances[i]
	if !c.alive {
		c.boot++
		*c = captor{alive: true, boot: c.boot}
		return
	}
	if !c.began {
		w.say(i, schemas.ProgressStart)
		c.began = true
		return
	}
	switch what := w.rng.IntN(1000); {
	case what < w.fault: // a crash: what is in flight is forgotten, and stays invisible
		c.alive = false
	case what < w.fault*3/2:
		w.say(i, schemas.ProgressRetired) // a clean stop that gives up what it had
		c.alive = false
	case what < 500:
		w.say(i, schemas.ProgressProgress)
	case len(c.flight) > 0:
		m := c.flight[0]
		if m.offset < 0 {
			m.offset = w.raw[m.partition]
			w.raw[m.partition]++
			return
		}
		m.acked, c.flight = true, c.flight[1:]
	default:
		for _, m := range w.queue {
			if !m.acked && m.visible <= w.now && len(c.flight) < 2 {
				m.visible = w.now + modelVT
				c.flight = append(c.flight, m)
			}
		}
		if len(c.flight) == 0 {
			c.claim = c.previous
		}
	}
}

// takeOver is a new owner: it reads what compaction has left of the log, from the start.
func (w *world) takeOver() {
	newest := map[string]int{}
	for i, e := range w.log {
		newest[e.key] = i
	}
	dirty := w.rng.IntN(len(w.log) + 1) // what is not compacted yet
	w.clock, w.read = NewState(testRules()), len(w.log)
	for i, e := range w.log {
		if i >= dirty || newest[e.key] == i {
			w.apply(e)
		}
	}
}

func (w *world) apply(e entry) {
	if e.clock != nil {
		w.clock.ApplyClock(*e.clock, e.at)
	} else if e.asked != nil {
		w.clock.ApplyRequest(*e.asked, e.at)
	} else if err := w.clock.Apply(e.p, e.at); err != nil {
		w.Fatal(err)
	}
}

// tick is one round of the clock. Things happen between its questions, as they do.
func (w *world) tick() {
	for ; w.read < len(w.log); w.read++ {
		w.apply(w.log[w.read])
	}
	w.busy()
	ends := append([]int64(nil), w.raw[:]...)
	w.busy()
	enters := w.clock.Asked()
	if w.clock.N() == 0 {
		enters = &schemas.Regime{Document: "0"}
	}
	tick, state := w.clock.Next(Inputs{Enters: enters, Ends: map[string][]int64{events: ends}, Observed: map[string][]int64{events: append([]int64(nil), w.observed[:]...)}})
	if w.rng.IntN(10) == 0 {
		return
	}
	w.append(entry{key: "clock", clock: &state})
	if enters != nil {
		w.regimes = append(w.regimes, enters.Document)
	}
	if state.Regime != w.regimes[len(w.regimes)-1] {
		w.Fatalf("tick %d: the state names regime %s, observations hold %v", tick.N, state.Regime, w.regimes)
	}
	w.check(tick)
}

// ask is an operator who wants one of three regimes.
func (w *world) ask() {
	w.asks++
	w.append(entry{key: requestKey, asked: &schemas.Regime{Document: fmt.Sprint(w.rng.IntN(3))}})
}

// checkRegimes holds that each change was asked for, that none is a repetition, and that the last wish comes true.
func (w *world) checkRegimes() {
	for i := 1; i < len(w.regimes); i++ {
		if w.regimes[i] == w.regimes[i-1] {
			w.Fatalf("regimes %v: one entered twice", w.regimes)
		}
	}
	if len(w.regimes) > w.asks+1 {
		w.Fatalf("regimes %v after %d requests", w.regimes, w.asks)
	}
	wanted := ""
	for _, e := range w.log {
		if e.asked != nil {
			wanted = e.asked.Document
		}
	}
	for range 100 {
		w.tick()
	}
	if wanted != "" && w.regimes[len(w.regimes)-1] != wanted {
		w.Fatalf("regimes %v; %s was asked for last", w.regimes, wanted)
	}
}

func (w *world) busy() {
	for range w.rng.IntN(4) {
		w.now++
		w.capture(w.rng.IntN(2))
	}
}

func (w *world) check(tick schemas.Tick) {
	w.ticks++
	through := tick.Sources[sourceIndex(events)].ThroughMS
	if through < w.through {
		w.Fatalf("tick %d: through went from %d to %d", tick.N, w.through, through)
	}
	if through > w.through {
		w.through = through
	}
	for _, m := range w.queue {
		// A message without an acknowledgement may be in raw all the same; what counts is that it is observed.
		if m.arrived < through && (m.offset < 0 || w.observed[m.partition] <= m.offset) {
			w.Fatalf("tick %d claims %d: the message of %d is at offset %d, observed %v", tick.N, through, m.arrived, m.offset, w.observed)
		}
	}
}

// The promise itself: through never moves back, and never passes a message that is not observed, whatever crashes,
// restarts, retires, lags or takes over. And a regime enters when it is asked for, once.
func TestThroughNeverPassesAnUnobservedMessage(t *testing.T) {
	var moved, ticks, regimes int
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		load := rapid.IntRange(1, 60).Draw(rt, "load")
		for range 600 {
			w.now += int64(w.rng.IntN(7))
			if w.rng.IntN(1000) < load {
				w.queue = append(w.queue, &message{arrived: w.now, visible: w.now, partition: len(w.queue) % 2, offset: -1})
			}
			switch what := w.rng.IntN(42); {
			case what == 41:
				w.ask()
			case what < 26:
				w.capture(what % 2)
			case what < 34:
				p := what % 2
				w.observed[p] = min(w.raw[p], w.observed[p]+int64(1+what%3))
			case what == 34:
				w.takeOver()
			default:
				w.tick()
			}
		}
		ticks += w.ticks
		w.checkRegimes()
		regimes += len(w.regimes)
		if w.through > 0 {
			moved++
		}
	})
	if moved < 20 {
		t.Fatalf("through moved in %d runs: the property was hardly put to the test", moved)
	}
	if regimes < 200 {
		t.Fatalf("%d regimes entered: the property was hardly put to the test", regimes)
	}
	t.Logf("through moved in %d runs, %d ticks, %d regimes", moved, ticks, regimes)
}

// Owners agree: one that reads the log from its start decides as the one that has read it all along, when what it reads
// ends with the other's own record.
func TestTakeOverDecidesAlike(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		for range w.rng.IntN(200) {
			w.now += 3
			w.capture(rapid.IntRange(0, 1).Draw(rt, "who"))
			if w.rng.IntN(6) == 0 {
				w.tick()
			}
			if w.rng.IntN(20) == 0 {
				w.ask()
			}
		}
		for ; w.read < len(w.log); w.read++ {
			w.apply(w.log[w.read])
		}
		_, state := w.clock.Next(Inputs{})
		if state.N == 1 {
			return // no ClockState yet
		}
		w.append(entry{key: "clock", clock: &state})
		w.apply(w.log[len(w.log)-1])
		_, want := w.clock.Next(Inputs{})
		asked := w.clock.Asked()
		w.takeOver()
		if after := w.clock.Asked(); !reflect.DeepEqual(after, asked) {
			rt.Fatalf("asked for: %v, and after taking over %v", asked, after)
		}
		if _, got := w.clock.Next(Inputs{}); !reflect.DeepEqual(got, want) {
			rt.Fatalf("\n%+v\n%+v", got, want)
		}
	})
}

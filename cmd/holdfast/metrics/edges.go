package metrics

import (
	"strings"
	"time"

	"holdfast.example/processors/capture"
	"holdfast.example/processors/observe"
	"holdfast.example/schemas"
)

// This file is about the two ends of the pipeline: what comes in, and the clock.

// Door is a configured way in of capture.
type Door struct{ Name, Kind string }

// Kinds of a door.
const (
	Webhook = "webhook"
	Queue   = "queue"
	Inspect = "inspect"
)

// What a door may refuse for, and which of its calls may fail, as capture.Observer lists them.
var (
	reasons = map[string][]string{
		Webhook: {"signature", "too-large", "empty", "busy", "crowded", "read", "kafka", "panic"},
		Queue:   {"too-large", "explodes", "kafka"},
	}
	operations = map[string][]string{Queue: {"receive", "delete", "extend", "release"}}
)

// Capture returns the observer of a capture instance of the worker; doors are those that are configured.
func (m *Metrics) Capture(worker string, doors []Door) capture.Observer {
	for _, d := range doors {
		m.set(captureOpen, 0, d.Name)
		m.set(captureInFlight, 0, d.Name)
		m.count(captureReceived, 0, d.Name)
		for _, r := range reasons[d.Kind] {
			m.count(captureRefused, 0, d.Name, r)
		}
		for _, o := range operations[d.Kind] {
			m.count(captureQueue, 0, d.Name, o)
		}
	}
	for _, outcome := range []string{schemas.OutcomeOK, schemas.OutcomeDenied, schemas.OutcomeMissing, schemas.OutcomeChanged,
		schemas.OutcomeThrottled, schemas.OutcomeTimeout, schemas.OutcomeFailed} {
		m.count(inspections, 0, outcome)
	}
	return capture.Observer{
		Door:        func(door string, open bool) { m.set(captureOpen, truth(open), door) },
		InHand:      m.inHand,
		Captured:    func(door, topic string, n int) { m.count(captureStored, n, door, topic) },
		Refused:     func(door, reason string) { m.count(captureRefused, 1, door, reason) },
		Skipped:     func(door, reason string) { m.count(captureSkipped, 1, door, reason) },
		Crossed:     func(queue, topic string) { m.count(captureCrossed, 1, queue, topic) },
		QueueFailed: func(queue, operation string) { m.count(captureQueue, 1, queue, operation) },
		Inspected: func(outcome string, n int64, d time.Duration) {
			m.count(inspections, 1, outcome)
			m.count(inspectBytes, int(n))
			m.observe(inspectDuration, d)
		},
		Retried: func(outcome string) { m.count(inspectRetries, 1, outcome) },
		Uncut:   func(code string) { m.count(inspectUncut, 1, code) },
		Paused:  func() { m.count(inspectPaused, 1) },
		Claimed: func(source, instance string, atMS int64) {
			m.since(captureClaim, time.UnixMilli(atMS), source, strings.TrimPrefix(instance, worker+"."))
		},
	}
}

// inHand counts what a door has begun with, and what it has not yet ended.
func (m *Metrics) inHand(door string, change int) {
	m.gauges[captureInFlight].WithLabelValues(door).Add(float64(change))
	if change > 0 {
		m.count(captureReceived, change, door)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Ticked is told each committed tick by the clock.
func (m *Metrics) Ticked(t schemas.Tick) {
	m.set(clockTick, float64(t.N))
	m.since(clockAge, m.now())
	open := t.Epoch
	if t.Cut {
		open++
		m.count(clockCuts, 1)
	}
	m.set(clockEpoch, float64(open))
	for _, s := range t.Sources {
		if s.ThroughMS > 0 {
			m.since(clockThrough, time.UnixMilli(s.ThroughMS), s.Source)
		}
		if s.FoldedMS > 0 {
			m.since(clockFolded, time.UnixMilli(s.FoldedMS), s.Source)
		}
	}
}

// Observe makes the counter of what observe ignored ask the stage's own counters.
func (m *Metrics) Observe(c *observe.Counters) {
	m.asked[observeIgnored].set(func() float64 { return float64(c.OtherEvents.Load()) }, "other-event")
	m.asked[observeIgnored].set(func() float64 { return float64(c.TestEvents.Load()) }, "test-event")
}

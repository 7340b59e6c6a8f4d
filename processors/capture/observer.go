package capture

import "time"

// Observer is told what happens, for metrics. Functions are called from many goroutines, must not block, and may be
// nil. Every string is from a closed list or from the configuration, so each may be a metric's label.
type Observer struct {
	// Door: the door takes things in from now on, or no longer.
	Door func(door string, open bool)
	// InHand: the door has begun with n requests, messages or objects; negative: it has ended with them.
	InHand func(door string, n int)
	// Captured: n records were acknowledged. Door: webhook, inspect or the queue's name.
	Captured func(door, topic string, n int)
	// Refused: a request was answered with something else than 2xx, or a message was left in its queue.
	// Reasons: signature, too-large, empty, busy, crowded, read, kafka, panic (and for a queue: too-large, explodes, kafka).
	Refused func(door, reason string)
	// Skipped: acknowledged without a record. Reasons: test-event; for inspect: not-created, unreadable.
	Skipped func(door, reason string)
	// Crossed: a message of the other source than the queue is said to carry.
	Crossed func(queue, topic string)
	// QueueFailed: an SQS call failed. Operation: receive, delete, extend, release.
	QueueFailed func(queue, operation string)
	// Inspected: one object was asked for, n bytes were read in d. Outcome: of schemas.
	Inspected func(outcome string, n int64, d time.Duration)
	// Retried: a request to S3 is tried again after this outcome.
	Retried func(outcome string)
	// Uncut: a manifest, or rows of it, could not be cut into records; its hash is kept. Code: manifest-*.
	Uncut func(code string)
	// Paused: a partition waits for its oldest unfinished object.
	Paused func()
	// Claimed: the instance's newest claim, Unix ms of the broker.
	Claimed func(source, instance string, atMS int64)
}

// Tee returns an observer that tells all of them, in order.
func Tee(all ...Observer) Observer {
	for i := range all {
		all[i] = all[i].filled()
	}
	return Observer{
		Door:        func(door string, open bool) { tell(all, func(o Observer) { o.Door(door, open) }) },
		InHand:      func(door string, n int) { tell(all, func(o Observer) { o.InHand(door, n) }) },
		Captured:    func(door, topic string, n int) { tell(all, func(o Observer) { o.Captured(door, topic, n) }) },
		Refused:     func(x, y string) { tell(all, func(o Observer) { o.Refused(x, y) }) },
		Skipped:     func(x, y string) { tell(all, func(o Observer) { o.Skipped(x, y) }) },
		Crossed:     func(x, y string) { tell(all, func(o Observer) { o.Crossed(x, y) }) },
		QueueFailed: func(x, y string) { tell(all, func(o Observer) { o.QueueFailed(x, y) }) },
		Inspected: func(outcome string, n int64, d time.Duration) {
			tell(all, func(o Observer) { o.Inspected(outcome, n, d) })
		},
		Retried: func(x string) { tell(all, func(o Observer) { o.Retried(x) }) },
		Uncut:   func(x string) { tell(all, func(o Observer) { o.Uncut(x) }) },
		Paused:  func() { tell(all, func(o Observer) { o.Paused() }) },
		Claimed: func(source, instance string, atMS int64) {
			tell(all, func(o Observer) { o.Claimed(source, instance, atMS) })
		},
	}
}

func tell(all []Observer, what func(Observer)) {
	for _, o := range all {
		what(o)
	}
}

func (o Observer) filled() Observer {
	if o.Door == nil {
		o.Door = func(string, bool) {}
	}
	if o.InHand == nil {
		o.InHand = func(string, int) {}
	}
	if o.Captured == nil {
		o.Captured = func(string, string, int) {}
	}
	if o.Refused == nil {
		o.Refused = func(string, string) {}
	}
	if o.Skipped == nil {
		o.Skipped = func(string, string) {}
	}
	if o.Crossed == nil {
		o.Crossed = func(string, string) {}
	}
	if o.QueueFailed == nil {
		o.QueueFailed = func(string, string) {}
	}
	if o.Inspected == nil {
		o.Inspected = func(string, int64, time.Duration) {}
	}
	if o.Retried == nil {
		o.Retried = func(string) {}
	}
	if o.Uncut == nil {
		o.Uncut = func(string) {}
	}
	if o.Paused == nil {
		o.Paused = func() {}
	}
	if o.Claimed == nil {
		o.Claimed = func(string, string, int64) {}
	}
	return o
}

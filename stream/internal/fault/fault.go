// Package fault lets tests break a worker at named points of a transaction's life. It is internal so that nothing
// outside stream can put a plan into a configuration; stream/streamtest does it for other packages' tests. Production
// never has a plan, and a nil plan does nothing.
//
// The points are compiled into every build, and not behind a build tag, so that an ordinary go test exercises the very
// code that runs in production; they cost a comparison with nil, eight times a transaction. What a build tag would keep
// out of production is the means to set a plan: that is stream/streamtest, which no program imports (a test of the house
// holds it) but the one built with the tag faultpoints.
package fault

import (
	"errors"
	"time"
)

// Point is a place in the life of a transaction, in the order in which they are passed.
type Point int

const (
	Opened      Point = iota // a task was opened from committed truth
	Folded                   // the transaction's input is folded, nothing is produced
	Staged                   // dirty state is encoded, nothing is produced
	Begun                    // the producer is in a transaction
	Flushed                  // all records are acknowledged
	OffsetsSent              // the offsets are part of the transaction
	Ended                    // the commit is acknowledged, the local store knows nothing of it
	Applied                  // the local store has it
	Points                   // how many there are
)

var names = [Points]string{"opened", "folded", "staged", "begun", "flushed", "offsets-sent", "ended", "applied"}

func (p Point) String() string { return names[p] }

// ErrAbort, returned by a plan at Staged, Begun, Flushed or OffsetsSent, makes the worker abort the transaction in
// good order. Any other error is the crash-only path.
var ErrAbort = errors.New("aborted on purpose")

// Plan says what happens at a point. At may also end the process. It is called by the worker's goroutine, except at
// Opened. Clock, if set, is the host's wall clock.
type Plan struct {
	At    func(Point) error
	Clock func() time.Time
}

// Now returns the wall clock's time.
func (p *Plan) Now() time.Time {
	if p == nil || p.Clock == nil {
		return time.Now()
	}
	return p.Clock()
}

// Pass asks the plan.
func (p *Plan) Pass(at Point) error {
	if p == nil || p.At == nil {
		return nil
	}
	return p.At(at)
}

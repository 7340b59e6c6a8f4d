package demo

import (
	"fmt"
	"io"
	"sync"
	"time"

	"holdfast.example/deploy/sandbox/centre"
)

const (
	lineEvery = 200 * time.Millisecond // on a terminal
)

// ticker shows progress: one moving line on a terminal, a line a stage in a pipe.
type ticker struct {
	w        io.Writer
	terminal bool
	started  time.Time
	done     *centre.Progress
	leaves   func() int
}

func newTicker(w io.Writer, terminal bool, started time.Time, done *centre.Progress, leaves func() int) *ticker {
	return &ticker{w, terminal, started, done, leaves}
}

// run shows progress until the function it returns is called.
func (t *ticker) run() (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(lineEvery)
		defer tick.Stop()
		stage := ""
		for {
			select {
			case <-quit:
				if t.terminal {
					fmt.Fprint(t.w, "\r\x1b[K")
				}
				return
			case <-tick.C:
			}
			now := t.done.Stage()
			if t.terminal {
				fmt.Fprintf(t.w, "\r\x1b[K  %s", t.line(now))
			} else if now != stage {
				fmt.Fprintf(t.w, "  %s\n", t.line(now))
			}
			stage = now
		}
	}()
	var once sync.Once
	return func() { once.Do(func() { close(quit); <-ended }) }
}

func (t *ticker) line(stage string) string {
	return fmt.Sprintf("%3.0f s  %-31s %4d conversations · %5d events · %4d objects · %5d records",
		time.Since(t.started).Seconds(), stage, t.done.Conversations.Load(), t.done.Events.Load(), t.done.Objects.Load(), t.leaves())
}

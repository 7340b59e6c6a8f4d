package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// plainEvery is how often progress is a line where nobody sees one line change.
const plainEvery = 10 * time.Second

// show says how far the run is: on a terminal in one line that changes, elsewhere now and then in a line of its own.
type show struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	began    time.Time
	last     time.Time
	faults   int
	open     bool // a line is not ended
}

func newShow(f *os.File, p plan) *show {
	info, err := f.Stat()
	return &show{w: f, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, began: time.Now(), faults: p.faults}
}

func (s *show) elapsed() time.Duration { return time.Since(s.began).Round(time.Second) }

// say prints a line.
func (s *show) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	fmt.Fprintf(s.w, "%s %s\n", s.stamp(), fmt.Sprintf(format, args...))
}

// note is say, for what rig and faults do.
func (s *show) note(format string, args ...any) { s.say("  "+format, args...) }

func (s *show) stamp() string {
	t := s.elapsed()
	return fmt.Sprintf("%2d:%02d", int(t.Minutes()), int(t.Seconds())%60)
}

func (s *show) clear() {
	if s.open {
		fmt.Fprint(s.w, "\r\x1b[K")
		s.open = false
	}
}

// progress says how many faults are over, records fed and folded.
func (s *show) progress(over int, fed, observed, behind int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	line := fmt.Sprintf("%s faults %d of %d, inputs %d fed, %d observed, %d observations to fold", s.stamp(), over, s.faults, fed, observed, behind)
	switch {
	case s.terminal:
		s.clear()
		fmt.Fprint(s.w, line)
		s.open = true
	case time.Since(s.last) >= plainEvery:
		fmt.Fprintln(s.w, line)
		s.last = time.Now()
	}
}

// end leaves the terminal's line in order.
func (s *show) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
}

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
	done, of int
}

func newShow(w io.Writer) *show {
	s := &show{w: w, began: time.Now(), last: time.Now()}
	if f, is := w.(*os.File); is {
		info, err := f.Stat()
		s.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return s
}

func (s *show) total(all []portion) {
	for _, p := range all {
		s.of += p.to - p.from
	}
}

// did says that a portion is judged.
func (s *show) did(p portion) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += p.to - p.from
	elapsed := time.Since(s.began)
	left := time.Duration(float64(elapsed) / float64(s.done) * float64(s.of-s.done)).Round(time.Second)
	line := fmt.Sprintf("%s cohorts %d of %d, about %s left", elapsed.Round(time.Second), s.done, s.of, left)
	switch {
	case s.terminal:
		fmt.Fprint(s.w, "\r\x1b[K", line)
	case time.Since(s.last) >= plainEvery:
		fmt.Fprintln(s.w, line)
		s.last = time.Now()
	}
}

// end leaves the terminal's line in order.
func (s *show) end() {
	if s.terminal {
		fmt.Fprint(s.w, "\r\x1b[K")
	}
}

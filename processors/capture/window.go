package capture

import "sync"

// window is one assigned partition's offsets between the oldest unfinished one and the newest handed out. Offsets are
// added in order by the poll loop and finished in any order by the workers; what may be committed is the low watermark
// (W5). When the partition is taken away the window is closed, and what still runs for it changes nothing any more:
// the next owner begins at what was committed.
type window struct {
	mu     sync.Mutex
	open   []entry // by offset; the first is unfinished, unless empty
	next   int64   // after the newest finished one when open is empty, or -1
	closed bool
}

type entry struct {
	offset int64
	done   bool
}

func newWindow() *window { return &window{next: -1} }

// add hands out an offset and returns how many are between the watermark and it.
func (w *window) add(offset int64) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = append(w.open, entry{offset: offset})
	return len(w.open)
}

// finish marks an offset and returns how many are left between the watermark and the newest.
func (w *window) finish(offset int64) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	lo, hi := 0, len(w.open)
	for lo < hi {
		if mid := (lo + hi) / 2; w.open[mid].offset < offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(w.open) && w.open[lo].offset == offset {
		w.open[lo].done = true
	}
	n := 0
	for n < len(w.open) && w.open[n].done {
		n++
	}
	if n > 0 {
		w.next = w.open[n-1].offset + 1
		w.open = w.open[n:]
	}
	return len(w.open)
}

// committable returns the offset to commit: every offset before it is finished. false if there is none yet.
func (w *window) committable() (int64, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.next, w.next >= 0
}

func (w *window) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
}

func (w *window) isClosed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

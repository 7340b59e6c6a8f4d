package main

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"holdfast.example/stream"
)

// How often a restore says how far it is. One that takes no longer than the first of these says nothing until its end.
const (
	progressEvery = 10 * time.Second // a log line
	drawEvery     = 200 * time.Millisecond
)

// progress shows how far restores are: on a terminal a line that is drawn anew below the log, elsewhere a log line now
// and then. It is also the writer of the log, so that the two do not write into each other.
type progress struct {
	to       io.Writer
	terminal bool
	now      func() time.Time
	log      *slog.Logger // nil: not set yet

	mu    sync.Mutex
	line  string // what stands on the terminal
	drawn time.Time
	said  map[restoring]time.Time // when a log line was written, or the restore was first heard of
	last  map[restoring]stream.RestoreInfo
}

// restoring is one partition's restore.
type restoring struct {
	stage     string
	partition int32
}

func newProgress(to io.Writer, now func() time.Time) *progress {
	return &progress{to: to, terminal: isTerminal(to), now: now, said: map[restoring]time.Time{}, last: map[restoring]stream.RestoreInfo{}}
}

const clearLine = "\r\x1b[K"

// Write writes to the log, above the line.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line == "" {
		return p.to.Write(b)
	}
	if _, err := io.WriteString(p.to, clearLine); err != nil {
		return 0, err
	}
	n, err := p.to.Write(b)
	if err == nil {
		_, err = io.WriteString(p.to, p.line)
	}
	return n, err
}

func (p *progress) observer() *stream.Observer {
	return &stream.Observer{
		Restoring:  p.restoring,
		Restored:   func(r stream.RestoreInfo) { p.over(r.Stage, []int32{r.Partition}) },
		Revoked:    func(stage string, gone []int32, _ bool) { p.over(stage, gone) },
		Rebuilding: func(stage string, _ error, _ time.Duration) { p.over(stage, nil) },
	}
}

func (p *progress) restoring(r stream.RestoreInfo) {
	now, key := p.now(), restoring{r.Stage, r.Partition}
	p.mu.Lock()
	p.last[key] = r
	if _, known := p.said[key]; !known {
		p.said[key] = now.Add(-r.Elapsed)
	}
	due := !p.terminal && now.Sub(p.said[key]) >= progressEvery
	if due {
		p.said[key] = now
	}
	if p.terminal && now.Sub(p.drawn) >= drawEvery {
		p.drawn, p.line = now, p.draw()
		_, _ = io.WriteString(p.to, clearLine+p.line) // a terminal that is gone is the log's to notice
	}
	p.mu.Unlock()
	if due {
		p.log.Info("restoring", "stage", r.Stage, "partition", r.Partition, "position", r.Position, "target", r.Target,
			"percent", percentOf(r), "elapsed", r.Elapsed.Round(time.Second))
	}
}

// over forgets these partitions, of nil all, and takes the line away with the last.
func (p *progress) over(stage string, partitions []int32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key := range p.said {
		if key.stage == stage && (partitions == nil || slices.Contains(partitions, key.partition)) {
			delete(p.said, key)
			delete(p.last, key)
		}
	}
	if p.line != "" && len(p.last) == 0 {
		p.line, p.drawn = "", time.Time{}
		_, _ = io.WriteString(p.to, clearLine)
	}
}

// draw returns what a person reads of all restores together, without a line's end. mu is held.
func (p *progress) draw() string {
	var all stream.RestoreInfo
	for _, r := range p.last {
		all.Position += r.Position - r.From
		all.Target += r.Target - r.From
		all.Elapsed = max(all.Elapsed, r.Elapsed)
	}
	partitions := "1 partition"
	if n := len(p.last); n > 1 {
		partitions = strconv.Itoa(n) + " partitions"
	}
	s := fmt.Sprintf("restoring %s: %d%%, %s of %s records", partitions, percentOf(all), thousands(all.Position), thousands(all.Target))
	if all.Position > 0 && all.Position < all.Target && all.Elapsed >= time.Second {
		left := time.Duration(float64(all.Elapsed) / float64(all.Position) * float64(all.Target-all.Position))
		s += ", about " + left.Round(time.Second).String() + " left"
	}
	return s
}

func percentOf(r stream.RestoreInfo) int64 {
	if r.Position >= r.Target || r.Target <= r.From {
		return 100
	}
	return (r.Position - r.From) * 100 / (r.Target - r.From)
}

func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

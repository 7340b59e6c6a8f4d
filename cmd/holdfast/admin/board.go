package admin

import (
	"maps"
	"slices"
	"sync"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// States of a row and of a partition, as /readyz says them.
const (
	starting    = "starting"
	waitsTick   = "waiting for the clock's first tick"
	waitsRegime = "waiting for the log's regime"
	joining     = "joining the group"
	joined      = "joined" // never shown: what its partitions are is
	restoring   = "restoring"
	isReady     = "ready"
	rebuilding  = "rebuilding"
	opening     = "opening doors"
	stopping    = "stopping"
	ended       = "ended"
	doorIsOpen  = "open"
	doorNotOpen = "not open"
)

// Row is one line of /readyz: a stage with transactions, capture, or the clock.
type Row struct {
	Stage      string      `json:"stage"` // as in Config.Stages
	Name       string      `json:"name"`  // of the group, where a stage has several; else the stage
	State      string      `json:"state"`
	Ready      bool        `json:"ready"`
	Since      time.Time   `json:"since"`
	Partitions []Partition `json:"partitions,omitempty"`
	Doors      []Door      `json:"doors,omitempty"`
	Tick       *int64      `json:"tick,omitempty"` // the last this process wrote
}

// Partition is one partition of a stage.
type Partition struct {
	Partition int32     `json:"partition"`
	State     string    `json:"state"` // restoring or ready
	Position  int64     `json:"position"`
	Target    int64     `json:"target"` // changelog offsets; both 0 where there is nothing to restore
	Percent   int64     `json:"percent"`
	Since     time.Time `json:"since"`
}

// Door is one way in of capture.
type Door struct {
	Door  string    `json:"door"`
	State string    `json:"state"` // open or not open
	Since time.Time `json:"since"`
}

// Kind of a row: what makes it ready.
type Kind int

const (
	Folding Kind = iota // a member of its group whose partitions are restored
	Doors               // all doors open
	Clock               // it runs; only one process at a time ticks, the others stand by
)

// Board knows how every stage of the process is doing. Its methods may be called from any goroutine.
type Board struct {
	now   func() time.Time
	limit time.Duration

	mu       sync.Mutex
	rows     []*row
	stopping bool
}

type row struct {
	stage, name string
	kind        Kind
	state       string // of a row without partitions to ask, and while it has no membership
	since       time.Time
	member      bool
	shards      map[int32]*Partition
	doors       []*Door
	tick        *int64
	busy        time.Time // since when the loop has not come back to wait for input; zero: it waits, or does not run
	failed      bool
}

// NewBoard returns an empty board. limit is how long a loop may be at work without coming round before the process
// counts as stuck.
func NewBoard(limit time.Duration, now func() time.Time) *Board {
	return &Board{now: now, limit: limit}
}

// Add puts a row on the board; doors are for kind Doors alone.
func (b *Board) Add(stage, name string, kind Kind, doors ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := &row{stage: stage, name: name, kind: kind, state: starting, since: b.now(), shards: map[int32]*Partition{}}
	for _, d := range doors {
		r.doors = append(r.doors, &Door{d, doorNotOpen, b.now()})
	}
	b.rows = append(b.rows, r)
}

// on does something with the rows of a name, or of a stage.
func (b *Board) on(name string, do func(*row)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.rows {
		if r.name == name || r.stage == name {
			do(r)
		}
	}
}

func (b *Board) to(r *row, state string) {
	if r.state != state {
		r.state, r.since = state, b.now()
	}
}

// Runs says that the stage has been started.
func (b *Board) Runs(stage string) {
	b.on(stage, func(r *row) {
		b.to(r, map[Kind]string{Folding: joining, Doors: opening, Clock: isReady}[r.kind])
	})
}

// AwaitsTick says that the stage waits for the clock's first tick, until its loops turn.
func (b *Board) AwaitsTick(stage string) { b.on(stage, func(r *row) { b.to(r, waitsTick) }) }

// AwaitsRegime says that the stage waits until the log's regime is the configured one, until its loop turns.
func (b *Board) AwaitsRegime(stage string) { b.on(stage, func(r *row) { b.to(r, waitsRegime) }) }

// Ended says that the stage has ended; failed: nobody had asked it to.
func (b *Board) Ended(stage string, failed bool) {
	b.on(stage, func(r *row) {
		r.failed, r.member, r.busy = failed, false, time.Time{}
		clear(r.shards)
		b.to(r, ended)
	})
}

// Stopping says that the process stops: it is ready for nothing any more, and alive.
func (b *Board) Stopping() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopping = true
}

// Ticked is told each committed tick by the clock.
func (b *Board) Ticked(stage string, t schemas.Tick) { b.on(stage, func(r *row) { r.tick = &t.N }) }

// Door says that a door of capture is open, or no longer.
func (b *Board) Door(stage, door string, open bool) {
	b.on(stage, func(r *row) {
		for _, d := range r.doors {
			if d.Door == door {
				d.State, d.Since = doorNotOpen, b.now()
				if open {
					d.State = doorIsOpen
				}
			}
		}
	})
}

// Stream returns the observer of the stages with transactions.
func (b *Board) Stream() *stream.Observer {
	progress := func(i stream.RestoreInfo, state string) {
		b.on(i.Stage, func(r *row) {
			p := b.shard(r, i.Partition)
			p.Position, p.Target, p.Percent = i.Position, i.Target, percent(i)
			if p.State != state {
				p.State, p.Since = state, b.now()
			}
		})
	}
	return &stream.Observer{
		Turned: func(stage string, waiting bool) {
			b.on(stage, func(r *row) {
				if r.busy = b.now(); waiting {
					r.busy = time.Time{}
				}
				if r.state == waitsTick || r.state == waitsRegime {
					b.to(r, joining)
				}
			})
		},
		Given: func(stage string, partitions []int32) {
			b.on(stage, func(r *row) {
				r.member = true
				b.to(r, joined)
				for _, p := range partitions {
					b.shard(r, p)
				}
			})
		},
		Restoring: func(i stream.RestoreInfo) { progress(i, restoring) },
		Restored:  func(i stream.RestoreInfo) { i.Position = i.Target; progress(i, isReady) },
		Revoked: func(stage string, partitions []int32, _ bool) {
			b.on(stage, func(r *row) {
				for _, p := range partitions {
					delete(r.shards, p)
				}
			})
		},
		Rebuilding: func(stage string, _ error, _ time.Duration) {
			b.on(stage, func(r *row) {
				r.member, r.busy = false, time.Time{}
				clear(r.shards)
				b.to(r, rebuilding)
			})
		},
	}
}

func (b *Board) shard(r *row, p int32) *Partition {
	if r.shards[p] == nil {
		r.shards[p] = &Partition{Partition: p, State: restoring, Since: b.now()}
	}
	return r.shards[p]
}

func percent(i stream.RestoreInfo) int64 {
	if i.Position >= i.Target || i.Target <= i.From {
		return 100
	}
	return (i.Position - i.From) * 100 / (i.Target - i.From)
}

// Rows returns the board as it stands: of one stage, or, with an empty name, of all. ok is what /readyz answers.
func (b *Board) Rows(stage string) (rows []Row, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ok = !b.stopping
	for _, r := range b.rows {
		if stage != "" && r.stage != stage && r.name != stage {
			continue
		}
		shown := b.show(r)
		ok = ok && shown.Ready
		rows = append(rows, shown)
	}
	return rows, ok && len(rows) > 0
}

// show works out what a row's state is. mu is held.
func (b *Board) show(r *row) Row {
	out := Row{Stage: r.stage, Name: r.name, State: r.state, Since: r.since, Tick: r.tick}
	for _, p := range slices.Sorted(maps.Keys(r.shards)) {
		out.Partitions = append(out.Partitions, *r.shards[p])
	}
	for _, d := range r.doors {
		out.Doors = append(out.Doors, *d)
	}
	switch {
	case r.state == ended:
	case r.kind == Folding && r.member:
		out.State = isReady
		for _, p := range out.Partitions {
			if p.State != isReady {
				out.State = restoring
			}
		}
	case r.kind == Doors && r.state == opening:
		if !slices.ContainsFunc(out.Doors, func(d Door) bool { return d.State != doorIsOpen }) {
			out.State = isReady
		}
	}
	out.Ready = out.State == isReady && !b.stopping
	if b.stopping && r.state != ended {
		out.State = stopping
	}
	return out
}

// Stuck returns why the process is not alive, or nothing.
func (b *Board) Stuck() (why []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.rows {
		switch {
		case r.failed:
			why = append(why, r.name+" has ended")
		case !r.busy.IsZero() && b.now().Sub(r.busy) > b.limit:
			why = append(why, r.name+" is at one transaction for longer than "+b.limit.String())
		}
	}
	return why
}

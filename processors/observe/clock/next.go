package clock

import (
	"slices"
	"strings"

	"holdfast.example/schemas"
)

// MaxPending limits the ticks that wait for every shard. Beyond it ticks in the middle are forgotten: folded then
// moves in larger steps, and says nothing false.
const MaxPending = 64

// Inputs is what the brokers say about positions. Offsets are by partition. A position is the offset of the next
// record the group will read; where the group has committed none, the log's start.
//
// What no broker could say in time is left out: nil proves nothing and takes nothing back, and the tick goes out.
type Inputs struct {
	Ends     map[string][]int64 // by source: end offsets of its raw topic, read after every record applied so far
	Observed map[string][]int64 // by source: committed positions of its observe group
	Folded   []int64            // committed positions of correlate in observations
	Last     Produced           // where the last tick stands, if it was this owner that wrote it

	Enters *schemas.Regime // the regime that is written before this tick; nil: none
	Found  string          // the regime that the log was found to hold, where the state does not say; empty: not known
}

// Produced says at which offset of each partition of observations tick N stands.
type Produced struct {
	N       int64
	Offsets []int64
}

// Next returns the next tick and the ClockState it leads to. It changes nothing: the state moves when the record is
// read back.
func (s *State) Next(in Inputs) (schemas.Tick, schemas.ClockState) {
	next := clone(s.last)
	next.N++
	next.TMS = max(s.t, s.last.TMS)
	switch {
	case in.Enters != nil:
		next.Regime, next.RegimeSince = in.Enters.Document, next.N
	case next.Regime == "":
		next.Regime = in.Found
	}
	next.Instances = s.table()
	next.Sources = make([]schemas.SourceState, len(sources))
	for _, i := range derivation() {
		next.Sources[i] = s.source(i, next.Sources, in)
	}
	fold(&next, in)
	tick := schemas.Tick{N: next.N, TMS: next.TMS}
	for _, st := range next.Sources {
		tick.Sources = append(tick.Sources, schemas.SourceTime{Source: st.Source, ThroughMS: st.ThroughMS, FoldedMS: st.FoldedMS})
	}
	tick.Cut, tick.Epoch = s.cut(&next, in)
	return tick, next
}

// source moves one source: the kept snapshot first, then, if none is kept, a new one.
func (s *State) source(i int, done []schemas.SourceState, in Inputs) schemas.SourceState {
	name := sources[i].Name
	st := schemas.SourceState{Source: name}
	for _, old := range s.last.Sources {
		if old.Source == name {
			st = old
			st.SnapshotEnds = slices.Clone(old.SnapshotEnds)
		}
	}
	v := &s.views[i]
	st.HoldMS = max(st.HoldMS, v.held())
	observed := in.Observed[name]
	settle(&st, observed)
	if st.SnapshotMS != 0 {
		return st
	}
	at, ok := v.claim(s.rules.SlackMS)
	if after := sourceIndex(sources[i].After); after >= 0 {
		at = min(at, done[after].ThroughMS)
	}
	if ok && at > st.ThroughMS && len(in.Ends[name]) > 0 {
		st.SnapshotMS, st.SnapshotEnds = at, slices.Clone(in.Ends[name])
		settle(&st, observed)
	}
	return st
}

// settle moves through to the snapshot if it is passed. A snapshot of more partitions than there are positions can
// never be passed: it is dropped, which costs time.
func settle(st *schemas.SourceState, observed []int64) {
	if st.SnapshotMS == 0 || observed == nil {
		return
	}
	lost := len(st.SnapshotEnds) > len(observed)
	if !lost && !passed(observed, st.SnapshotEnds) {
		return
	}
	if !lost {
		st.ThroughMS = max(st.ThroughMS, st.SnapshotMS)
	}
	st.SnapshotMS, st.SnapshotEnds = 0, nil
}

// passed says that every position has reached its end.
func passed(positions, ends []int64) bool {
	for p, end := range ends {
		if positions[p] < end {
			return false
		}
	}
	return true
}

// fold moves folded and the list of pending ticks.
func fold(next *schemas.ClockState, in Inputs) {
	known := next.Pending[:0:0]
	for _, p := range next.Pending {
		if p.N == in.Last.N && len(p.Offsets) == 0 {
			p.Offsets = slices.Clone(in.Last.Offsets)
		}
		fits := in.Folded == nil || len(p.Offsets) == len(in.Folded)
		if len(p.Offsets) > 0 && fits && len(p.Through) == len(sources) {
			known = append(known, p)
		}
	}
	for i := len(known) - 1; i >= 0 && in.Folded != nil; i-- {
		if !folded(in.Folded, known[i].Offsets) {
			continue
		}
		for j := range next.Sources {
			next.Sources[j].FoldedMS = max(next.Sources[j].FoldedMS, known[i].Through[j])
		}
		known = known[i+1:]
		break
	}
	through, have := make([]int64, len(sources)), make([]int64, len(sources))
	for j, st := range next.Sources {
		through[j], have[j] = st.ThroughMS, st.FoldedMS
	}
	if len(known) > 0 {
		have = known[len(known)-1].Through
	}
	if !slices.Equal(through, have) { // a tick that proves no more than one before it need not be waited for
		known = append(known, schemas.PendingTick{N: next.N, Through: through})
	}
	next.Pending = thin(known)
}

// folded says that every position is beyond the tick.
func folded(positions, tick []int64) bool {
	for p, offset := range tick {
		if positions[p] <= offset {
			return false
		}
	}
	return true
}

// thin forgets every second pending tick in the middle once there are too many. The oldest stays, because it will be
// passed first; the newest stays, because it says most and its offsets are still to come.
func thin(pending []schemas.PendingTick) []schemas.PendingTick {
	if len(pending) <= MaxPending {
		return pending
	}
	kept := pending[:0:0]
	for i, p := range pending {
		if i%2 == 0 || i == len(pending)-1 {
			kept = append(kept, p)
		}
	}
	return kept
}

// cut decides whether the tick closes the open epoch, and returns the epoch the tick names. Only what observe has
// committed counts as movement: the log's end moves by the ticks themselves.
func (s *State) cut(next *schemas.ClockState, in Inputs) (bool, int64) {
	if next.N == 1 {
		next.Epoch = 1
	}
	if next.LastCutMS == 0 {
		next.LastCutMS = next.TMS // the first broker time known; before it no interval can be measured
	}
	since := next.TMS - next.LastCutMS
	due := next.N > 1 && since >= s.rules.EpochMS && (moved(next.CutPositions, in) || since >= s.rules.HourlyMS)
	epoch := next.Epoch
	if !due {
		return false, epoch
	}
	before := next.CutPositions
	next.Epoch, next.LastCutMS, next.CutPositions = epoch+1, next.TMS, nil
	for _, src := range sources {
		now := in.Observed[src.Name]
		if now == nil {
			now = offsetsOf(before, src.Topic)
		}
		next.CutPositions = append(next.CutPositions, schemas.GroupPositions{Topic: src.Topic, Offsets: slices.Clone(now)})
	}
	slices.SortFunc(next.CutPositions, func(a, b schemas.GroupPositions) int { return strings.Compare(a.Topic, b.Topic) })
	return true, epoch
}

func offsetsOf(at []schemas.GroupPositions, topic string) []int64 {
	for _, g := range at {
		if g.Topic == topic {
			return g.Offsets
		}
	}
	return nil
}

// moved says that a group's committed positions differ from those at the last cut; before the first cut, from zero.
func moved(at []schemas.GroupPositions, in Inputs) bool {
	for _, src := range sources {
		then := offsetsOf(at, src.Topic)
		for p, position := range in.Observed[src.Name] {
			if p >= len(then) && position > 0 || p < len(then) && position != then[p] {
				return true
			}
		}
	}
	return false
}

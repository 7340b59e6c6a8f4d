package clock

import (
	"fmt"
	"slices"

	"holdfast.example/schemas"
)

// MaxInstances limits the live instances of all sources together, so that a ClockState stays below a broker's limit
// for one record. An instance beyond it is an error: leaving it out would let through pass what it holds.
const MaxInstances = 4096

// Rules are the settings that decide what a tick says. All are milliseconds of broker time.
type Rules struct {
	SlackMS  int64 // above the difference of the brokers' clocks
	EpochMS  int64 // an epoch is cut no sooner than this after the last, and only if observations moved
	HourlyMS int64 // and no later than this, moved or not
}

// State is what the clock has read back from capture.progress. The zero State is not usable; see NewState. One
// goroutine owns it. Neither Next nor anything else changes it but records that were read: what was decided and not
// committed leaves no trace.
type State struct {
	rules Rules
	last  schemas.ClockState // the newest read back; N 0: none yet
	t     int64              // greatest append time read
	views []view             // by index of sources
	asked *schemas.Regime    // the newest request for a regime read, in force or not; nil: none

	// Ignored counts records that were read and say nothing: of an unknown source, of a lower boot, a claim later than
	// its own record, a ClockState whose n was already read.
	Ignored int64
}

// view is one source as the records say, the newest ClockState and what came after it.
type view struct {
	hold int64
	live map[string]instance
	gone map[string]departure // retired, and not yet missing in a ClockState
}

// instance is one live instance.
type instance struct {
	boot, claim, seen, visibility int64
	sight                         int64 // hold by first sight, until a ClockState knows the instance; see Apply
}

// departure is a retirement that the newest ClockState may not know.
type departure struct{ boot, at int64 }

// NewState returns the state of a clock that has read nothing.
func NewState(r Rules) *State {
	s := &State{rules: r, views: make([]view, len(sources))}
	for i := range s.views {
		s.views[i] = view{live: map[string]instance{}, gone: map[string]departure{}}
	}
	return s
}

// N returns the number of the newest tick whose ClockState was read back, 0 if there is none.
func (s *State) N() int64 { return s.last.N }

// Apply takes in a life sign, with the append time the broker gave it. Records are applied in the order of their
// offsets. To apply one again that the newest ClockState already contains changes nothing: a new owner does so with
// all it finds. The error is ErrStop's: more instances than can be watched.
//
// An instance whose start record is not in the log (compaction keeps the newest record of a key) and which no
// ClockState knows is held by the record that shows it first, as if that were its start.
func (s *State) Apply(p schemas.Progress, appendMS int64) error {
	s.t = max(s.t, appendMS)
	i := sourceIndex(p.Source)
	if i < 0 {
		s.Ignored++
		return nil
	}
	v := &s.views[i]
	in, known := v.live[p.Instance]
	if known && p.Boot < in.boot {
		s.Ignored++
		return nil
	}
	// What the boot before received is hidden by the timeout it had asked for.
	until := appendMS + max(p.VisibilityMS, in.visibility) + s.rules.SlackMS
	if p.Kind == schemas.ProgressRetired {
		v.hold = max(v.hold, until)
		delete(v.live, p.Instance)
		v.gone[p.Instance] = departure{p.Boot, appendMS}
		return nil
	}
	if !known || p.Boot > in.boot {
		in = instance{boot: p.Boot}
		if p.Kind != schemas.ProgressStart {
			in.sight = until
		}
	}
	in.seen, in.visibility = max(in.seen, appendMS), p.VisibilityMS
	switch {
	case p.Kind == schemas.ProgressStart:
		v.hold = max(v.hold, until)
	case p.ClaimMS == nil:
	case *p.ClaimMS > appendMS:
		s.Ignored++
	default:
		in.claim = max(in.claim, *p.ClaimMS)
	}
	if !known && s.instances() >= MaxInstances {
		return fmt.Errorf("watch %s/%s: capture.progress names %d live instances already; retire those that are dead",
			p.Source, p.Instance, MaxInstances)
	}
	delete(v.gone, p.Instance)
	v.live[p.Instance] = in
	return nil
}

// ApplyRequest takes in an operator's request for a regime, with its append time. The newest one counts: it says what is
// wanted, not what to do, so it may be read any number of times, before or after the ClockState that answers it.
func (s *State) ApplyRequest(r schemas.Regime, appendMS int64) {
	s.t = max(s.t, appendMS)
	s.asked = &r
}

// Asked returns the regime that is asked for and not in force, nil if there is none.
func (s *State) Asked() *schemas.Regime {
	if s.asked == nil || s.asked.Document == s.last.Regime {
		return nil
	}
	return s.asked
}

// ApplyClock takes in a ClockState, with its append time. The first record of an n wins. What was read before it and
// is newer than what it knows stays.
func (s *State) ApplyClock(c schemas.ClockState, appendMS int64) {
	s.t = max(s.t, appendMS)
	if c.N <= s.last.N {
		s.Ignored++
		return
	}
	s.t, s.last = max(s.t, c.TMS), clone(c)
	for _, st := range c.Sources {
		if i := sourceIndex(st.Source); i >= 0 {
			s.views[i].hold = max(s.views[i].hold, st.HoldMS)
		}
	}
	listed := make([]map[string]bool, len(sources))
	for i := range listed {
		listed[i] = map[string]bool{}
	}
	for _, is := range c.Instances {
		if i := sourceIndex(is.Source); i >= 0 {
			listed[i][is.Instance] = true
			s.views[i].merge(is)
		}
	}
	for i := range s.views {
		for name := range s.views[i].gone {
			if !listed[i][name] {
				delete(s.views[i].gone, name)
			}
		}
	}
}

// merge takes in what a ClockState knows of an instance, where the records read before it do not know better.
func (v *view) merge(is schemas.InstanceState) {
	if d, gone := v.gone[is.Instance]; gone && (d.boot > is.Boot || d.boot == is.Boot && d.at >= is.SeenMS) {
		return
	}
	in, known := v.live[is.Instance]
	switch {
	case known && in.boot > is.Boot:
		return
	case known && in.boot == is.Boot:
		if is.SeenMS > in.seen {
			in.visibility = is.VisibilityMS
		}
		in.claim, in.seen, in.sight = max(in.claim, is.ClaimMS), max(in.seen, is.SeenMS), 0
	default:
		in = instance{boot: is.Boot, claim: is.ClaimMS, seen: is.SeenMS, visibility: is.VisibilityMS}
	}
	v.live[is.Instance] = in
}

// claim returns the broker time before which everything that reached the source is in its raw topic, by the word of
// every live instance. No instance, or one that has not spoken since it started: none.
func (v *view) claim(slackMS int64) (int64, bool) {
	if len(v.live) == 0 {
		return 0, false
	}
	least := int64(-1)
	for _, in := range v.live {
		if in.claim == 0 {
			return 0, false
		}
		if least < 0 || in.claim < least {
			least = in.claim
		}
	}
	least -= slackMS
	return least, least > 0 && least >= v.held()
}

// held returns the broker time from which on an empty receive counts.
func (v *view) held() int64 {
	hold := v.hold
	for _, in := range v.live {
		hold = max(hold, in.sight)
	}
	return hold
}

func (s *State) instances() int {
	n := 0
	for _, v := range s.views {
		n += len(v.live)
	}
	return n
}

// table returns the live instances in the order of source and name.
func (s *State) table() []schemas.InstanceState {
	var out []schemas.InstanceState
	for i, v := range s.views {
		names := make([]string, 0, len(v.live))
		for name := range v.live {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			in := v.live[name]
			out = append(out, schemas.InstanceState{Source: sources[i].Name, Instance: name, Boot: in.boot,
				ClaimMS: in.claim, SeenMS: in.seen, VisibilityMS: in.visibility})
		}
	}
	return out
}

// clone returns c sharing no memory with it.
func clone(c schemas.ClockState) schemas.ClockState {
	c.Sources, c.Instances = slices.Clone(c.Sources), slices.Clone(c.Instances)
	for i := range c.Sources {
		c.Sources[i].SnapshotEnds = slices.Clone(c.Sources[i].SnapshotEnds)
	}
	c.CutPositions, c.Pending = slices.Clone(c.CutPositions), slices.Clone(c.Pending)
	for i := range c.CutPositions {
		c.CutPositions[i].Offsets = slices.Clone(c.CutPositions[i].Offsets)
	}
	for i, p := range c.Pending {
		c.Pending[i].Through, c.Pending[i].Offsets = slices.Clone(p.Through), slices.Clone(p.Offsets)
	}
	return c
}

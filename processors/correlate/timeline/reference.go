package timeline

import (
	"math"
	"slices"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/instant"
)

// How a recording was paired with a session.
const (
	BySession  = "session-id"       // the export names it
	ByCustomer = "customer-session" // the conversation has one customer session
	ByWindow   = "window"           // of several within the match window of the recording's own times, the one that begins nearest
	ByNone     = "none"
)

// Reference is what a recording is compared with. The zero Reference is nothing.
type Reference struct {
	By         string
	Session    *Session // nil: there is none
	Start, End Stamp    // of the session; of a customer's the end is the last communication's
	Outside    bool     // there are several customer sessions, and none within the match window
}

// Refer finds the session a recording belongs to: the one its export names, else the customer's; x may be nil.
func (c *Conversation) Refer(x *Export, windowMS int64) Reference {
	var first, named, near *Session
	customers := 0
	is, dated := x.span()
	for i := range c.Sessions {
		s := &c.Sessions[i]
		if x != nil && x.Session != "" && s.ID == x.Session && (named == nil || s.outranks(named)) {
			named = s
		}
		if s.Role != Customer {
			continue
		}
		customers++
		if s.before(first) {
			first = s
		}
		if dated && s.within(is, windowMS) && s.nearer(near, is) {
			near = s
		}
	}
	ref := Reference{By: ByNone}
	switch {
	case named != nil:
		ref.By, first = BySession, named
	case customers > 1 && near != nil:
		ref.By, first = ByWindow, near
	case customers > 1 && x != nil:
		ref.Outside, first = true, nil
	case first != nil:
		ref.By = ByCustomer
	}
	if first == nil {
		return ref
	}
	ref.Session, ref.Start, ref.End = first, first.Start, c.lastEnd(first)
	return ref
}

// outranks says whether a session is meant before another of the same id: the customer's, then an agent's. Ids are a
// session's own, so two roles of one id are two words on one.
func (s *Session) outranks(other *Session) bool {
	order := []string{Customer, Agent, Queue}
	return slices.Index(order, s.Role) < slices.Index(order, other.Role)
}

// span is from when to when the recording was, by its own times that name their zone: its start and end or, where it says
// neither, its creation. Without a zone it may have been a day apart, and says nothing here.
func (x *Export) span() (is instant.Interval, dated bool) {
	if x == nil {
		return is, false
	}
	for _, f := range [...]attribute.Fact{attribute.Start, attribute.End, attribute.Created} {
		t := x.Time(f)
		switch {
		case t == nil || !t.Zoned || dated && f == attribute.Created:
		case !dated:
			is, dated = t.Interval(), true
		default:
			is = instant.Interval{Lo: min(is.Lo, t.Lo), Hi: max(is.Hi, t.Hi)}
		}
	}
	return is, dated
}

// within says whether a recording overlaps the session, or lies no further from it than the window. A bound that is not
// known is open; a session of which neither is known is not found by time.
func (s *Session) within(is instant.Interval, windowMS int64) bool {
	all := instant.Interval{Lo: math.MinInt64, Hi: math.MaxInt64}
	if s.Start.Known() {
		all.Lo = s.Start.Lo
	}
	if s.End.Known() {
		all.Hi = max(s.End.Hi, all.Lo)
	}
	return (s.Start.Known() || s.End.Known()) && is.Hi >= less(all.Lo, windowMS) && less(is.Lo, windowMS) <= all.Hi
}

// less takes a window off a time, as far as there are times.
func less(t, windowMS int64) int64 {
	if t < math.MinInt64+windowMS {
		return math.MinInt64
	}
	return t - windowMS
}

// nearer says whether a session begins nearer to where the recording does than the nearest so far; one whose start is not
// known is measured by its end. Of two as near the one before counts.
func (s *Session) nearer(other *Session, is instant.Interval) bool {
	if other == nil {
		return true
	}
	away := func(s *Session) int64 {
		if s.Start.Known() {
			return s.Start.Interval().Minus(instant.Interval{Lo: is.Lo, Hi: is.Lo}).Dist()
		}
		return s.End.Interval().Minus(instant.Interval{Lo: is.Hi, Hi: is.Hi}).Dist()
	}
	if a, b := away(s), away(other); a != b {
		return a < b
	}
	return s.before(other)
}

// dayMS is a day of Unix time.
const dayMS = 86_400_000

// Observe fills what the export and the reference say of a recording; what others say of it is left as it stands.
// x may be nil.
func (c *Conversation) Observe(r *attribute.Recording, x *Export, ref Reference) {
	if x != nil {
		for i := range x.Times {
			Put(r, x.Times[i].Means, x.Times[i].Stamp)
		}
		r.Agents = int32(x.Agents)
	}
	Put(r, attribute.SessionStart, ref.Start)
	Put(r, attribute.SessionEnd, ref.End)
	if ref.Session != nil {
		c.observe(r, ref)
	}
	r.At = latest(r)
	r.Day = int32(floorDiv(start(r), dayMS))
}

// observe fills what happened within the session.
func (c *Conversation) observe(r *attribute.Recording, ref Reference) {
	agents, queues := c.of(Agent, ref.Session), c.of(Queue, ref.Session)
	if n := distinct(agents); n > 0 {
		r.Agents = int32(n)
	}
	if begun(queues) {
		Put(r, attribute.ACDStart, queues[0].Start)
	}
	var wrapup Stamp
	for _, s := range agents {
		if better(wrapup, s.Wrapup, false) {
			wrapup = s.Wrapup
		}
	}
	Put(r, attribute.WrapupEnd, wrapup)
	if !begun(agents) {
		return // who was first, nobody knows
	}
	Put(r, attribute.AgentConnect, agents[0].Start)
	end := agents[0].End
	for _, s := range agents[1:] {
		if s.who() != agents[0].who() {
			Put(r, attribute.FirstEnd, end)
			Put(r, attribute.SecondStart, s.Start)
			return
		}
		if !s.End.Known() || end.Known() && s.End.Hi > end.Hi { // the first agent came back before anybody else
			end = s.End
		}
	}
}

// begun says whether there are sessions, and every one has a start that is known: those without come last.
func begun(sorted []*Session) bool { return len(sorted) > 0 && sorted[len(sorted)-1].Start.Known() }

// latest is the recording's latest event time, by what is known of it.
func latest(r *attribute.Recording) int64 {
	for _, f := range [...]attribute.Fact{attribute.SessionEnd, attribute.SessionStart, attribute.End, attribute.Start, attribute.Created} {
		if rd := &r.Readings[f]; rd.Present() {
			return rd.Hi
		}
	}
	return 0
}

// start is when the recording begins, by what is known of it.
func start(r *attribute.Recording) int64 {
	for _, f := range [...]attribute.Fact{attribute.SessionStart, attribute.Start, attribute.SessionEnd, attribute.End, attribute.Created} {
		if rd := &r.Readings[f]; rd.Present() {
			return rd.Lo
		}
	}
	return 0
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && a < 0 {
		q--
	}
	return q
}

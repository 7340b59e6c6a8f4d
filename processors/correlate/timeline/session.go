package timeline

import (
	"math"
	"slices"
	"strings"
)

// Roles of a session. Others (flows, voicemail, third parties) are facts, and bound nothing.
const (
	Customer = "customer"
	Agent    = "user" // as the topic of a detail event says
	Queue    = "acd"
)

// Session is one participant's communication.
type Session struct {
	ID, Role, Media, Provider string
	User                      string // who the agent is: equal for one agent, and nothing else is asked of it; empty: not said
	Start, End                Stamp
	Wrapup                    Stamp // end of after-call work
}

// OfEvent is what a detail event says of a session by its topic (customer.start, user.end, acw): its role and the bound
// that happened then. False: the topic bounds no session.
func OfEvent(topic string, at Stamp) (s Session, bounds bool) {
	role, edge, _ := strings.Cut(topic, ".")
	s.Role = role
	switch {
	case topic == "acw", topic == "wrapup":
		s.Role, s.Wrapup = Agent, at
	case role != Customer && role != Agent && role != Queue:
		return s, false
	case edge == "start":
		s.Start = at
	case edge == "end":
		s.End = at
	default:
		return s, false
	}
	return s, true
}

// Conversation is what is known of one conversation's sessions.
type Conversation struct {
	Sessions []Session // in the order in which they were first met
}

// Find is the place of a session; -1: it was not met.
func (c *Conversation) Find(role, id string) int {
	return slices.IndexFunc(c.Sessions, func(s Session) bool { return s.ID == id && s.Role == role })
}

// Meet adds what a source says of a session. A session without an id is not met: nothing would tell it apart.
func (c *Conversation) Meet(s Session) {
	if s.ID == "" {
		return
	}
	i := c.Find(s.Role, s.ID)
	if i < 0 {
		c.Sessions = append(c.Sessions, Session{ID: s.ID, Role: s.Role})
		i = len(c.Sessions) - 1
	}
	q := &c.Sessions[i]
	for _, f := range []struct {
		is  *string
		say string
	}{{&q.Media, s.Media}, {&q.Provider, s.Provider}, {&q.User, s.User}} {
		if *f.is == "" || f.say != "" && f.say < *f.is { // sources that differ are met in any order
			*f.is = f.say
		}
	}
	q.Widen(&s)
}

// Widen takes over the times of another word on the same session: the earliest start, the latest ends (T1).
func (s *Session) Widen(by *Session) {
	if better(s.Start, by.Start, true) {
		s.Start = by.Start
	}
	if better(s.End, by.End, false) {
		s.End = by.End
	}
	if better(s.Wrapup, by.Wrapup, false) {
		s.Wrapup = by.Wrapup
	}
}

// who tells agents apart.
func (s *Session) who() string {
	if s.User != "" {
		return s.User
	}
	return "session " + s.ID
}

// before orders sessions by their start; one whose start is not known comes last. Equal starts are ordered by id, so that
// the order of arrival decides nothing.
func (s *Session) before(other *Session) bool {
	switch {
	case other == nil:
		return true
	case !s.Start.Known() || !other.Start.Known():
		return s.Start.Known() && !other.Start.Known() || s.Start.Known() == other.Start.Known() && s.ID < other.ID
	case s.Start.Lo != other.Start.Lo:
		return s.Start.Lo < other.Start.Lo
	}
	return s.ID < other.ID
}

// Agents counts the distinct agents of the conversation.
func (c *Conversation) Agents() int { return distinct(c.of(Agent, nil)) }

func distinct(sessions []*Session) int {
	var seen []string
	for _, s := range sessions {
		if w := s.who(); !slices.Contains(seen, w) {
			seen = append(seen, w)
		}
	}
	return len(seen)
}

// of lists the sessions of a role that fall into the reference's own stretch of the conversation, by their start; nil:
// of the whole conversation. A conversation of weeks has many customer sessions, and what begins after the next of them
// began is the next one's. What begins before the first belongs to the first, as an agent in an outbound call does.
func (c *Conversation) of(role string, ref *Session) []*Session {
	from, until, sure := int64(math.MinInt64), int64(math.MaxInt64), true
	if ref != nil {
		from, until, sure = c.stretch(ref)
	}
	if !sure {
		return nil
	}
	var all []*Session
	for i := range c.Sessions {
		s := &c.Sessions[i]
		switch {
		case s.Role != role, !s.Start.Known() && !s.End.Known(): // of the latter only after-call work is known
		case s.Start.Known() && s.Start.Lo >= from && s.Start.Lo < until,
			!s.Start.Known() && from == math.MinInt64 && until == math.MaxInt64: // else nobody knows whose it is
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *Session) int {
		switch {
		case a.before(b):
			return -1
		case b.before(a):
			return 1
		}
		return 0
	})
	return all
}

// stretch is the time in which what begins belongs to the customer session that ref is, or lies in. It is not sure where
// the start of ref is not known, and there are others.
func (c *Conversation) stretch(ref *Session) (from, until int64, sure bool) {
	from, until = math.MinInt64, math.MaxInt64
	var starts []int64
	customers, earlier := 0, false
	for i := range c.Sessions {
		s := &c.Sessions[i]
		if s.Role != Customer {
			continue
		}
		customers++
		switch {
		case s.Start.Known():
			starts = append(starts, s.Start.Lo)
		case s == ref, !ref.Start.Known():
		case s.End.Known() && s.End.Hi < ref.Start.Lo:
			earlier = true
		case ref.End.Known(): // it may have begun as soon as this one had ended
			until = min(until, ref.End.Hi+1)
		}
	}
	if !ref.Start.Known() {
		return from, until, customers < 2
	}
	own := int64(math.MinInt64)
	for _, at := range starts {
		if at <= ref.Start.Lo {
			own = max(own, at)
		} else {
			until = min(until, at)
		}
	}
	if earlier || slices.ContainsFunc(starts, func(at int64) bool { return at < own }) {
		from = own
	}
	return from, until, true
}

// lastEnd is the end of the last communication in a customer session's stretch (T4); of another session, its own.
func (c *Conversation) lastEnd(ref *Session) Stamp {
	if !ref.End.Known() || ref.Role != Customer {
		return ref.End
	}
	if _, _, sure := c.stretch(ref); !sure {
		return Stamp{}
	}
	end := ref.End
	for _, s := range c.of(Agent, ref) {
		if !s.End.Known() {
			return Stamp{}
		}
		if s.End.Lo > end.Lo {
			end.Lo, end.Clock = s.End.Lo, s.End.Clock
		}
		end.Hi = max(end.Hi, s.End.Hi)
	}
	return end
}

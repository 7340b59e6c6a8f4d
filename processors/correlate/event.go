package correlate

import (
	"crypto/sha256"
	"slices"
	"strings"

	"holdfast.example/schemas/leaf"
)

// Roles of a session that bounds a conversation. Routing, flow and voicemail sessions are facts, and bound nothing.
const (
	roleCustomer = "customer"
	roleUser     = "user"
)

// event folds a conversation event: its leaf, its session, and an end to waiting for events.
func (f *folding) event() error {
	e := f.o.Event
	f.c.Events++
	stopWaiting(&f.c.Waits, ruleRetroactive, "")
	if f.c.Chain.isOpen(ruleRetroactive, "") {
		f.late = true
	}
	l := f.leaf(leaf.KindEvent)
	l.Event = &f.draft.event
	*l.Event = leaf.Event{Topic: e.Topic, ParticipantID: e.ParticipantID, SessionID: e.SessionID,
		MediaType: e.MediaType, MessageType: e.MessageType, Provider: e.Provider, Direction: e.Direction,
		DisconnectType: e.DisconnectType, OrganizationID: e.OrganizationID,
		User: f.c.commit(leaf.FieldUserID, e.UserID, &f.fresh)}
	if err := f.write(l); err != nil {
		return err
	}
	f.session()
	if _, err := f.resolve(f.tx, f.by(), ruleRetroactive, ""); err != nil {
		return err
	}
	for i := range f.c.Recordings {
		f.unsettle(&f.c.Recordings[i])
	}
	return nil
}

// session keeps what the event says of a customer's or agent's session: the earliest start, the latest end.
func (f *folding) session() {
	e := f.o.Event
	role, edge, _ := strings.Cut(e.Topic, ".")
	if role != roleCustomer && role != roleUser || edge != "start" && edge != "end" || e.SessionID == "" {
		return
	}
	i := slices.IndexFunc(f.c.Sessions, func(s session) bool { return s.ID == e.SessionID && s.Role == role })
	if i < 0 {
		if len(f.c.Sessions) == maxSessions {
			f.c.Spilled++
			return
		}
		who := e.UserID
		if who == "" {
			who = "session " + e.SessionID
		}
		if !f.c.room(128 + len(e.SessionID) + len(e.MediaType) + len(e.Provider)) {
			return
		}
		f.c.Sessions = append(f.c.Sessions, session{ID: e.SessionID, Role: role, Media: leaf.Token(e.MediaType), Provider: leaf.Token(e.Provider),
			User: markOf(who), StartHi: -1, EndHi: -1})
		i = len(f.c.Sessions) - 1
	}
	s := &f.c.Sessions[i]
	if e.UserID != "" && s.User == markOf("session "+e.SessionID) {
		s.User = markOf(e.UserID)
	}
	t, ok := reading(f.o.Times, "eventTime", "event_time")
	switch {
	case !ok || t.Zone == "":
	case edge == "start" && (s.StartHi < s.StartLo || t.LoMS < s.StartLo):
		s.StartLo, s.StartHi = t.LoMS, t.HiMS
	case edge == "end" && (s.EndHi < s.EndLo || t.HiMS > s.EndHi):
		s.EndLo, s.EndHi = t.LoMS, t.HiMS
	}
}

// agents counts the distinct agents seen so far.
func (c *conversation) agents() int64 {
	var seen []mark
	for i := range c.Sessions {
		if s := &c.Sessions[i]; s.Role == roleUser && !slices.Contains(seen, s.User) {
			seen = append(seen, s.User)
		}
	}
	return int64(len(seen))
}

func markOf(text string) mark {
	var room [256]byte // most texts are shorter: no copy of them on the heap
	h := sha256.Sum256(append(room[:0], text...))
	return mark(h[:16])
}

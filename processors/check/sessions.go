package check

import (
	"strings"

	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
)

// reads lists the times of a fact that cannot be read, and keeps the others where they are wanted.
func (k *intake) reads(c *conversation, file int, place, of string, times []schemas.Reading) {
	if c == nil {
		return
	}
	for i := range times {
		rd := &times[i]
		if rd.Refused != "" {
			k.object(file, place+"/"+rd.Field, rd.Refused)
			k.files[file].Unread = k.files[file].Unread || !aside[rd.Field]
		}
		if s := timeline.Read(rd); s.Known() && k.keep != "" && c == k.conversations[k.keep] {
			c.readings = append(c.readings, Reading{rd.Field, of, file, place, s})
		}
	}
}

// aside are times that no verdict looks at: plans, and the stations of a mail's way. One that cannot be read is listed, and
// leaves no hole.
var aside = map[string]bool{"archiveDate": true, "deleteDate": true, "exportDate": true, "restoreExpirationTime": true, "ObjectLockRetainUntilDate": true, "Received": true}

// event adds a detail event to its conversation.
func (k *intake) event(e *genesys.Event, file int, place string) {
	if e.Family != genesys.FamilyDetail {
		return
	}
	c := k.about(e.ConversationID)
	if c == nil {
		return
	}
	c.of(e.OrganizationID, k.dossier)
	k.reads(c, file, place, strings.TrimSpace(e.Fact.Topic+" "+e.Fact.SessionID), e.Times)
	s, bounds := timeline.OfEvent(e.Fact.Topic, stampOf(e.Times, "eventTime"))
	if !bounds {
		return
	}
	s.ID, s.Media, s.Provider, s.User = e.Fact.SessionID, k.word(e.Fact.MediaType), k.word(e.Fact.Provider), k.word(e.Fact.UserID)
	if s.ID == "" {
		k.object(file, place, "names no session: nothing tells whose start or end it is")
		k.files[file].Unread = k.files[file].Unread || !s.Wrapup.Known() // after-call work bounds nothing
	}
	c.meet(s)
}

// meet adds a session, with an id of its own memory.
func (c *conversation) meet(s timeline.Session) {
	if c.Find(s.Role, s.ID) < 0 {
		s.ID = strings.Clone(s.ID)
	}
	c.Meet(s)
}

// detail adds an analytics detail to its conversation.
func (k *intake) detail(g *genesys.Conversation, file int, place string) {
	c := k.about(g.ConversationID)
	if c == nil {
		return
	}
	k.reads(c, file, place, "conversation", g.Times)
	for i := range g.Sessions {
		k.session(c, &g.Sessions[i], file, place)
	}
}

// session adds one session of an analytics detail: its ends are those of its segments of the place that means its role,
// and known only where each of these has one.
func (k *intake) session(c *conversation, g *genesys.Session, file int, place string) {
	s := timeline.Session{ID: g.SessionID, Media: k.word(g.MediaType), Provider: k.word(g.Provider), User: k.word(g.UserID)}
	own := ""
	switch g.Purpose {
	case "CUSTOMER":
		s.Role, own = timeline.Customer, genesys.PlaceCustomer
	case "AGENT", "USER":
		s.Role, own = timeline.Agent, genesys.PlaceAgent
	case "ACD":
		s.Role, own = timeline.Queue, genesys.PlaceACD
	default:
		return
	}
	var begins, ends bool // a stretch of it has no start, or no end yet, that could be read
	for i := range g.Segments {
		seg := &g.Segments[i]
		k.reads(c, file, place, strings.TrimSpace(seg.Place+" "+g.SessionID), seg.Times)
		part := timeline.Session{}
		switch seg.Place {
		case own:
			part.Start, part.End = stampOf(seg.Times, "segmentStart"), stampOf(seg.Times, "segmentEnd")
			begins = begins || !part.Start.Known() || !part.Start.Zoned
			ends = ends || !part.End.Known() || !part.End.Zoned
		case genesys.PlaceWrapUp:
			part.Wrapup = stampOf(seg.Times, "segmentEnd")
		}
		s.Widen(&part)
	}
	if begins {
		s.Start = timeline.Stamp{}
	}
	if ends {
		s.End = timeline.Stamp{}
	}
	c.meet(s)
}

package timeline

import (
	"testing"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

// fifteen is the match window of the scenes.
const fifteen = 15 * 60_000

var none Stamp

// At stake: a recording is held against the session it is of and against no other, and where nobody can tell which that
// is, against none.
func TestRefer(t *testing.T) {
	weeks := []Session{ // three stretches of a messaging conversation, hours and days apart
		session(Customer, "c1", at(0), at(600)), session(Agent, "a1", at(30), at(610)),
		session(Customer, "c2", at(7200), at(7800)), session(Agent, "a2", at(7230), at(7790)),
		session(Customer, "c3", at(604800), none), session(Agent, "a3", at(604830), none),
	}
	two := []Session{session(Customer, "c1", at(0), at(600)), session(Customer, "c2", at(7200), at(7800))}
	for _, c := range []struct {
		name string
		of   *Conversation
		x    *Export
		want string
	}{
		{"nothing is known", conversation(), export("", "start_time", at(0)), "none - -..-"},
		{"agents alone", conversation(session(Agent, "a", at(0), at(9))), export("", "start_time", at(0)), "none - -..-"},
		{"one session, however far", conversation(session(Customer, "c", at(0), at(600))), export("", "start_time", at(9e6)), "customer-session customer c 0..600"},
		{"no export", conversation(session(Customer, "c", at(0), at(600))), nil, "customer-session customer c 0..600"},
		{"the agent stays longer", conversation(session(Customer, "c", at(0), at(600)), session(Agent, "a", at(30), at(612))), export(""), "customer-session customer c 0..612"},
		{"an agent has not ended", conversation(session(Customer, "c", at(0), at(600)), session(Agent, "a", at(30), at(500)), session(Agent, "b", at(501), none)), export(""), "customer-session customer c 0..-"},
		{"the customer has not ended", conversation(session(Customer, "c", at(0), none), session(Agent, "a", at(30), at(612))), export(""), "customer-session customer c 0..-"},
		{"start unknown", conversation(session(Customer, "c", none, at(600)), session(Agent, "a", at(30), at(612))), export(""), "customer-session customer c -..612"},
		{"after-call work ends nothing", conversation(session(Customer, "c", at(0), at(600)), Session{ID: "a", Role: Agent, Start: at(30), End: at(600), Wrapup: at(700)}), export(""), "customer-session customer c 0..600"},
		{"a queue ends nothing", conversation(session(Customer, "c", at(0), at(600)), session(Queue, "q", at(1), at(900))), export(""), "customer-session customer c 0..600"},
		{"outbound: the agent was there first", conversation(session(Agent, "a", at(-40), at(601)), session(Customer, "c", at(0), at(600))), export(""), "customer-session customer c 0..601"},

		{"of weeks, the first", conversation(weeks...), export("", "start_time", at(0), "end_time", at(610)), "window customer c1 0..610"},
		{"of weeks, the second", conversation(weeks...), export("", "start_time", at(7200), "end_time", at(7800)), "window customer c2 7200..7800"},
		{"of weeks, the one that goes on", conversation(weeks...), export("", "start_time", at(604800)), "window customer c3 604800..-"},
		{"of weeks, by the end alone", conversation(weeks...), export("", "end_time", at(7790)), "window customer c2 7200..7800"},
		{"of weeks, by the creation alone", conversation(weeks...), export("", "created_at", at(7201)), "window customer c2 7200..7800"},
		{"of weeks, twelve minutes late", conversation(weeks...), export("", "start_time", at(720), "end_time", at(1330)), "window customer c1 0..610"},
		{"of weeks, within the session", conversation(session(Customer, "c1", at(0), at(7000)), session(Customer, "c2", at(90000), at(90600))), export("", "start_time", at(3600), "end_time", at(5400)), "window customer c1 0..7000"},
		{"of weeks, none", conversation(weeks...), export("", "start_time", at(300000), "end_time", at(300600)), "none - -..- outside"},
		{"of weeks, without a time", conversation(weeks...), export(""), "none - -..- outside"},
		{"of weeks, without a zone", conversation(weeks...), export("", "start_time", bare(7200), "end_time", bare(7800)), "none - -..- outside"},
		{"of weeks, the zone at the end alone", conversation(weeks...), export("", "start_time", bare(0), "end_time", at(7800)), "window customer c2 7200..7800"},
		{"when it was exported says nothing", conversation(weeks...), export("", "exported_at", at(7200)), "none - -..- outside"},
		{"before a session that goes on", conversation(session(Customer, "c1", at(604800), none), session(Customer, "c2", at(704800), none)), export("", "start_time", at(0), "end_time", at(600)), "none - -..- outside"},
		{"sessions close together: the nearest", conversation(session(Customer, "c1", at(0), at(600)), session(Customer, "c2", at(900), at(1500))), export("", "start_time", at(900), "end_time", at(1500)), "window customer c2 900..1500"},
		{"a session of which no time is known", conversation(session(Customer, "c0", none, none), session(Customer, "c2", at(900), at(1500))), export("", "start_time", at(900)), "window customer c2 900..1500"},
		{"end before start", conversation(two...), export("", "start_time", at(7800), "end_time", at(7200)), "window customer c2 7200..7800"},

		{"the window's edge before", conversation(two...), export("", "start_time", at(6000), "end_time", at(6300)), "window customer c2 7200..7800"},
		{"beyond that edge", conversation(two...), export("", "start_time", at(6000), "end_time", at(6299)), "none - -..- outside"},
		{"the window's edge after", conversation(two...), export("", "start_time", at(8700), "end_time", at(9000)), "window customer c2 7200..7800"},
		{"beyond that one", conversation(two...), export("", "start_time", at(8701), "end_time", at(9000)), "none - -..- outside"},

		{"the export names it", conversation(weeks...), export("c2", "start_time", at(0), "end_time", at(610)), "session-id customer c2 7200..7800"},
		{"the export names an agent's", conversation(weeks...), export("a2", "start_time", at(0)), "session-id user a2 7230..7790"},
		{"an agent's that goes on", conversation(weeks...), export("a3"), "session-id user a3 604830..-"},
		{"one id, two roles", conversation(session(Queue, "s", at(3), at(4)), session(Agent, "s", at(2), at(9)), session(Customer, "s", at(0), at(8))), export("s"), "session-id customer s 0..9"},
		{"one id, two roles without the customer's", conversation(session(Queue, "s", at(3), at(4)), session(Agent, "s", at(2), at(9))), export("s"), "session-id user s 2..9"},
		{"the export names one that nobody knows", conversation(weeks...), export("x", "start_time", at(7200)), "window customer c2 7200..7800"},

		{"agents of the next session", conversation(session(Customer, "c1", at(0), at(600)), session(Customer, "c2", at(700), at(900)), session(Agent, "a", at(705), at(901))), export("c1"), "session-id customer c1 0..600"},
		{"whose agents they are, nobody knows", conversation(session(Customer, "c1", none, at(600)), session(Customer, "c2", at(7200), at(7800)), session(Agent, "a", at(7230), at(7801))), export("c1"), "session-id customer c1 -..-"},
		{"the next session's start was lost", conversation(session(Customer, "c1", at(0), at(600)), session(Customer, "c2", none, at(604800)), session(Agent, "a", at(30), at(610)), session(Agent, "b", at(604000), at(604801))), export("c1"), "session-id customer c1 0..610"},
	} {
		if got := showReference(c.of.Refer(c.x, fifteen)); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}

// At stake: the facts that tell a handoff, a queue and after-call work apart are those of the recording's own session, and
// what was not seen is not there.
func TestObserve(t *testing.T) {
	user := func(who string, s Session) Session { s.User = who; return s }
	customer := session(Customer, "c", at(0), at(600))
	for _, c := range []struct {
		name string
		of   *Conversation
		x    *Export
		want string
	}{
		{"no evidence", conversation(), export("", "start_time", at(1), "end_time", at(9)), "agents 0, start 1, end 9"},
		{"no zone", conversation(customer), export("", "start_time", bare(1)), "agents 0, start 1 bare, session-start 0, session-end 600"},
		{"one agent", conversation(customer, session(Agent, "a", at(30), at(601))), export(""), "agents 1, session-start 0, session-end 601, agent-connect 30"},
		{"handed over", conversation(customer, user("u1", session(Agent, "a", at(30), at(300))), user("u2", session(Agent, "b", at(303), at(600)))), export(""),
			"agents 2, session-start 0, session-end 600, agent-connect 30, second-session-start 303, first-agent-end 300"},
		{"the same agent twice", conversation(customer, user("u1", session(Agent, "a", at(30), at(300))), user("u1", session(Agent, "b", at(303), at(600)))), export(""),
			"agents 1, session-start 0, session-end 600, agent-connect 30"},
		{"the first agent came back, then handed over", conversation(customer, user("u1", session(Agent, "a", at(30), at(100))), user("u1", session(Agent, "b", at(110), at(300))), user("u2", session(Agent, "d", at(303), at(600)))), export(""),
			"agents 2, session-start 0, session-end 600, agent-connect 30, second-session-start 303, first-agent-end 300"},
		{"and came back after the second", conversation(customer, user("u1", session(Agent, "a", at(30), at(300))), user("u2", session(Agent, "b", at(303), at(400))), user("u1", session(Agent, "d", at(405), at(600)))), export(""),
			"agents 2, session-start 0, session-end 600, agent-connect 30, second-session-start 303, first-agent-end 300"},
		{"when the first one left is not known", conversation(customer, user("u1", session(Agent, "a", at(30), at(100))), user("u1", session(Agent, "b", at(110), none)), user("u2", session(Agent, "d", at(303), at(600)))), export(""),
			"agents 2, session-start 0, agent-connect 30, second-session-start 303"},
		{"who was first is not known", conversation(customer, user("u1", session(Agent, "a", none, at(300))), user("u2", session(Agent, "b", at(303), at(600)))), export(""),
			"agents 2, session-start 0, session-end 600"},
		{"agents without a name are apart", conversation(customer, session(Agent, "a", at(30), at(300)), session(Agent, "b", at(303), at(600))), export(""),
			"agents 2, session-start 0, session-end 600, agent-connect 30, second-session-start 303, first-agent-end 300"},
		{"queue and after-call work", conversation(customer, session(Queue, "q", at(2), at(30)), session(Queue, "r", at(301), at(303)), Session{ID: "a", Role: Agent, Start: at(30), End: at(600), Wrapup: at(660)}), export(""),
			"agents 1, session-start 0, session-end 600, agent-connect 30, acd-start 2, wrap-up-end 660"},
		{"which queue was first is not known", conversation(customer, session(Queue, "q", none, at(30)), session(Queue, "r", at(301), at(303))), export(""),
			"agents 0, session-start 0, session-end 600"},
		{"only after-call work was seen", conversation(customer, Session{ID: "a", Role: Agent, Wrapup: at(660)}), export(""), "agents 0, session-start 0, session-end 600"},
		{"outbound", conversation(user("u1", session(Agent, "a", at(-40), at(601))), customer), export(""), "agents 1, session-start 0, session-end 601, agent-connect -40"},
		{"of weeks, its own agents alone", conversation(customer, user("u1", session(Agent, "a", at(30), at(600))), session(Customer, "d", at(7200), at(7800)), user("u2", session(Agent, "b", at(7230), at(7500))), user("u3", session(Agent, "e", at(7502), at(7800)))),
			export("", "start_time", at(7200)), "agents 2, start 7200, session-start 7200, session-end 7800, agent-connect 7230, second-session-start 7502, first-agent-end 7500"},
		{"an agent's own session, among its stretch's agents", conversation(customer, user("u1", session(Agent, "a", at(30), at(300))), user("u2", session(Agent, "b", at(303), at(600)))), export("b"),
			"agents 2, session-start 303, session-end 600, agent-connect 30, second-session-start 303, first-agent-end 300"},
		{"the export's own count, without events", conversation(), &Export{Agents: 3}, "agents 3"},
	} {
		var r attribute.Recording
		c.of.Observe(&r, c.x, c.of.Refer(c.x, fifteen))
		if got := showFacts(&r); got != c.want {
			t.Errorf("%s: %s\n\twant %s", c.name, got, c.want)
		}
	}
}

// What the recording is sorted by in time: the session's word before the export's, whatever the year.
func TestObservedDay(t *testing.T) {
	var r attribute.Recording
	c := conversation(session(Customer, "c", at(0), at(600)))
	x := export("", "start_time", at(86400))
	c.Observe(&r, x, c.Refer(x, fifteen))
	if r.Day != int32(nine/dayMS) || r.At != nine+600_000 {
		t.Errorf("day %d at %d; want %d at %d", r.Day, r.At, nine/dayMS, nine+600_000)
	}
	r = attribute.Recording{}
	conversation().Observe(&r, export("", "start_time", Stamp{-1, -1, "x", true}), Reference{})
	if r.Day != -1 {
		t.Errorf("a millisecond before 1970 is on day %d", r.Day)
	}
	var nobody attribute.Recording
	conversation().Observe(&nobody, nil, Reference{})
	if nobody != (attribute.Recording{}) {
		t.Errorf("of nothing, %+v", nobody)
	}
}

// At stake (T1): the clock that saw it happen is believed before the one that is revised for days, and a time without a
// zone before nobody.
func TestMeet(t *testing.T) {
	analytics := func(s int64) Stamp { return by(instant.Analytics, s) }
	for _, c := range []struct {
		name  string
		words []Session
		want  string
	}{
		{"analytics alone: the outermost", []Session{{ID: "s", Start: analytics(10), End: analytics(20)}, {ID: "s", Start: analytics(5), End: analytics(15)}}, "5 analytics..20 analytics"},
		{"events before analytics", []Session{{ID: "s", Start: analytics(5), End: analytics(90)}, {ID: "s", Start: at(10), End: at(20)}}, "10..20"},
		{"each end by itself", []Session{{ID: "s", Start: analytics(5), End: analytics(90)}, {ID: "s", Start: at(10)}}, "10..90 analytics"},
		{"without a zone it is no time", []Session{{ID: "s", Start: bare(1), End: bare(99)}, {ID: "s", Start: analytics(5)}}, "5 analytics..-"},
		{"nothing new", []Session{{ID: "s", Start: at(1)}, {ID: "s"}}, "1..-"},
		{"an event that came twice", []Session{{ID: "s", End: at(7)}, {ID: "s", End: at(7)}}, "-..7"},
	} {
		of := conversation(c.words...)
		if got := show(of.Sessions[0].Start) + ".." + show(of.Sessions[0].End); len(of.Sessions) != 1 || got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
	if n := len(conversation(Session{Role: Customer, Start: at(0)}).Sessions); n != 0 {
		t.Errorf("a session without an id became %d", n)
	}
}

// At stake (T3): created_at may mean the session's start and is asked; creationTime is declared to be something else, and
// is never held against that start. Where both are there, the open one is in question.
func TestFromExport(t *testing.T) {
	start, later := "2026-05-04T09:00:00.000Z", "2026-05-04T09:00:02.752Z"
	x := instant.ExportMetadata
	for _, c := range []struct {
		name     string
		times    []schemas.Reading
		created  string // the field that counts as creation
		declared attribute.Fact
	}{
		{"none", []schemas.Reading{reading("startTime", x, start)}, "", attribute.NoFact},
		{"open", []schemas.Reading{reading("created_at", x, start)}, "created_at", attribute.NoFact},
		{"declared", []schemas.Reading{reading("creationTime", x, later)}, "creationTime", attribute.RecordingCreated},
		{"declared, by its alias", []schemas.Reading{reading("creation_time", x, later)}, "creation_time", attribute.RecordingCreated},
		{"both", []schemas.Reading{reading("creationTime", x, later), reading("created_at", x, start)}, "created_at", attribute.NoFact},
		{"both, the open one first", []schemas.Reading{reading("created_at", x, start), reading("creationTime", x, later)}, "created_at", attribute.NoFact},
		{"the open one cannot be read", []schemas.Reading{reading("creationTime", x, later), reading("created_at", x, "soon")}, "creationTime", attribute.RecordingCreated},
	} {
		got := FromExport(&schemas.ExportFact{}, c.times)
		name := ""
		if t := got.Time(attribute.Created); t != nil {
			name = t.Name
		}
		if name != c.created || got.Declared() != c.declared {
			t.Errorf("%s: %q is %s; want %q is %s", c.name, name, got.Declared(), c.created, c.declared)
		}
	}
	got := FromExport(&schemas.ExportFact{SessionID: "s", MediaType: "Message", Provider: "p", UserIDs: []string{"a", "b"}},
		[]schemas.Reading{reading("startTime", x, start), reading("endTime", x, "2026-05-04 10:00:00"), reading("exportedDate", instant.Job, later), reading("nobodyKnows", x, start)})
	if got.Session != "s" || got.Channel != "MESSAGE" || got.Provider != "p" || got.Agents != 2 || len(got.Times) != 3 {
		t.Errorf("%+v", got)
	}
	if e := got.Time(attribute.End); e == nil || e.Zoned {
		t.Errorf("an end without a zone is %+v", e)
	}
	if f, known := Means("exported_at"); !known || f != attribute.Finalise {
		t.Errorf("exported_at is %s, %v", f, known)
	}
	if f, known := Means("archiveDate"); known {
		t.Errorf("archiveDate, which is a plan, is judged as %s", f)
	}
}

// A topic says whose session it is of and which bound happened; others bound none.
func TestOfEvent(t *testing.T) {
	at := Stamp{Lo: 7, Hi: 7, Clock: "genesys-cloud", Zoned: true}
	for topic, want := range map[string]Session{
		"customer.start": {Role: Customer, Start: at}, "customer.end": {Role: Customer, End: at}, "user.start": {Role: Agent, Start: at},
		"user.end": {Role: Agent, End: at}, "acd.start": {Role: Queue, Start: at}, "acd.end": {Role: Queue, End: at},
		"acw": {Role: Agent, Wrapup: at}, "wrapup": {Role: Agent, Wrapup: at},
	} {
		if got, bounds := OfEvent(topic, at); !bounds || got != want {
			t.Errorf("%s: %+v, %v", topic, got, bounds)
		}
	}
	for _, topic := range []string{"", "customer", "customer.held", "flow.start", "voicemail.end", "acw.end", "attributes"} {
		if got, bounds := OfEvent(topic, at); bounds {
			t.Errorf("%q bounds %+v", topic, got)
		}
	}
}

package correlate

import (
	"fmt"
	"strings"

	"holdfast.example/schemas"
)

// corners tells what dice hardly ever throw: each a case without which some change of the fold would leave the golden
// log's hash as it is (internal/mutants names the change).
func (s *saga) corners(at int64) {
	say := func(source int, o *schemas.Observation) {
		s.sources[source] = append(s.sources[source], told{o.ArrivalMS, o})
	}
	media := func(c, r string) object {
		return object{conversation: c, recording: r, role: schemas.RoleMedia, version: "v1", etag: "e1", size: 7}
	}
	meta := func(c, r string) object {
		x := media(c, r)
		x.role = schemas.RoleMetadata
		return x
	}
	read := func(x object, content string, e *schemas.ExportFact, times []schemas.Reading, at int64) {
		a := answer{outcome: schemas.OutcomeOK, content: content, hold: schemas.HoldOff, mode: schemas.RetentionNone, request: content, export: e, times: times}
		say(inspections, x.inspected(a, at))
	}
	session := func(c string, from, to int64) {
		say(events, eventOf(c, "customer.start", c+"-s", "", from+500, from))
		say(events, eventOf(c, "customer.end", c+"-s", "", to+500, to))
	}
	// file is a whole conversation of a minute with one recording, whose file says these times.
	file := func(c, provider string, startBy, endBy, width int64) {
		from, to := at, at+60_000
		session(c, from, to)
		e, times := exportOfFile(schemas.FormMetadata, c, c+"-r", "", from+startBy, to+endBy, -1)
		e.Provider = provider
		for i := range times {
			times[i].HiMS += width
		}
		say(s3, media(c, c+"-r").notified(schemas.ActionCreated, to+61_000))
		say(s3, meta(c, c+"-r").notified(schemas.ActionCreated, to+61_000))
		read(meta(c, c+"-r"), c, e, times, to+62_000)
		at += 1000
	}
	// One event is enough to know of a conversation.
	say(events, eventOf("alone", "customer.start", "alone-s", "", at, at))
	say(s3, media("alone", "alone-r").notified(schemas.ActionCreated, at+20_000))
	// A recording of one instant, of which only the end departs.
	file("instant", "aligned", 0, -60_000, 0)
	// One that departs by less than its readings' width allows for, and one that departs by more.
	file("wide", "aligned", 3000, 3000, 999)
	file("wider", "aligned", 9000, 9000, 999)
	// A cohort that is late by twelve minutes, give or take four seconds.
	for i := range 80 {
		by := 720_000 + int64(s.d(8000)) - 4000
		file(fmt.Sprint("spread", i), "spread", by, by, 0)
	}
	// A session of which two starts are told, the later one first; and an agent with two sessions.
	say(events, eventOf("restart", "customer.start", "restart-s", "", at+100, at+3000))
	file("restart", "aligned", 0, 0, 0)
	say(events, eventOf("back", "user.start", "back-u1", "agent", at+100, at+1000))
	say(events, eventOf("back", "user.end", "back-u1", "", at+200, at+20_000))
	say(events, eventOf("back", "user.start", "back-u2", "agent", at+300, at+30_000))
	say(events, eventOf("back", "user.end", "back-u2", "", at+400, at+60_000))
	file("back", "aligned", 0, 0, 0)
	// An agent who leaves after the customer: the session ends with him.
	say(events, eventOf("after", "user.start", "after-u", "agent", at+100, at+1000))
	say(events, eventOf("after", "user.end", "after-u", "", at+200, at+60_400))
	file("after", "aligned", 0, 400, 0)
	// agents says who was in the next file's conversation.
	agents := func(c string, n int) {
		for k := range n {
			say(events, eventOf(c, "user.start", fmt.Sprint(c, "-u", k), fmt.Sprint("agent", k), at+600, at+1000))
			say(events, eventOf(c, "user.end", fmt.Sprint(c, "-u", k), "", at+59_000, at+59_000))
		}
	}
	// A control group so small that a tenth of it is nobody; one of it departs all the same.
	for i := range 42 {
		c, by := fmt.Sprint("few", i), int64(720_000)
		if i%7 == 3 {
			agents(c, 1)
			by = 720_000 * int64(i/38)
		} else {
			agents(c, 2)
		}
		file(c, "few", by, by, 0)
	}
	// A stratum of twenty-two, of which half departs, each in its own way, in a cohort of which less than a tenth does.
	for i := range 150 {
		c, by := fmt.Sprint("half", i), int64(0)
		if i%7 == 3 {
			agents(c, 2)
			by = int64(i%2) * (2000 + 700*int64(i))
		} else {
			agents(c, 1)
		}
		file(c, "half", by, by, 0)
	}
	// Two deadlines of one lane and moment, the one that goes last set first.
	session("twins", at, at+1000)
	say(s3, media("twins", "a").notified(schemas.ActionCreated, at+70_000))
	say(s3, meta("twins", "b").notified(schemas.ActionCreated, at+70_000))
	// A file that was exported once more under another key: other bytes that say the same.
	session("again", at, at+1000)
	e, times := exportOfFile(schemas.FormMetadata, "again", "again-r", "", at, at+1000, -1)
	copied := meta("again", "again-r")
	copied.key = "copy/of/again"
	read(meta("again", "again-r"), "first export", e, times, at+70_000)
	read(copied, "second export", e, times, at+90_000)
	// More recordings than an entity holds, none of them large.
	for i := range maxRecordings + 3 {
		say(s3, media("crowd", fmt.Sprint("r", i)).notified(schemas.ActionCreated, at+int64(i)))
	}
	// And more sessions.
	for i := range maxSessions + 3 {
		say(events, eventOf("throng", "user.start", fmt.Sprint(strings.Repeat("s", 4), i), "", at+int64(i), at))
	}
}

// hesitate makes the ticks say what true ticks may say and seldom do: less than one before; that not all have folded what
// is proven; in the first minute nothing of the events at all; and of the inspections so little that at the fourth tick
// they are at the limit of what counts as stalled, and not beyond it.
func (c *chorus) hesitate(k *schemas.Tick) {
	for i := range k.Sources {
		src := &k.Sources[i]
		switch {
		case c.n <= 3 && i == events:
			src.ThroughMS = 0
		case c.n <= 4 && i == inspections:
			src.ThroughMS = min(src.ThroughMS, epoch0+goldenTick)
			if c.n == 1 {
				src.ThroughMS = min(c.now, c.saga.sources[i][c.next[i]].at)
			}
		case c.n%10 == 0:
			src.ThroughMS = max(0, src.ThroughMS-30_000)
		}
		src.FoldedMS = max(0, src.ThroughMS-goldenTick)
	}
}

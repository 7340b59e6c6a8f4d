package correlate

import (
	"fmt"
	"strings"

	"holdfast.example/schemas"
)

// corners tells what dice hardly ever throw: each a case without which some change of the fold would leave the golden
// log's hash as it is (internal/mutants names the change).
func (s *saga) corners(from int64) {
	k := &corner{s, from}
	say, session, read, file, agents := k.say, k.session, k.read, k.file, k.agents
	// One event is enough to know of a conversation.
	say(events, eventOf("alone", "customer.start", "alone-s", "", k.at, k.at))
	say(s3, mediaOf("alone", "alone-r").notified(schemas.ActionCreated, k.at+20_000))
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
	say(events, eventOf("restart", "customer.start", "restart-s", "", k.at+100, k.at+3000))
	file("restart", "aligned", 0, 0, 0)
	say(events, eventOf("back", "user.start", "back-u1", "agent", k.at+100, k.at+1000))
	say(events, eventOf("back", "user.end", "back-u1", "", k.at+200, k.at+20_000))
	say(events, eventOf("back", "user.start", "back-u2", "agent", k.at+300, k.at+30_000))
	say(events, eventOf("back", "user.end", "back-u2", "", k.at+400, k.at+60_000))
	file("back", "aligned", 0, 0, 0)
	// An agent who leaves after the customer: the session ends with him.
	say(events, eventOf("after", "user.start", "after-u", "agent", k.at+100, k.at+1000))
	say(events, eventOf("after", "user.end", "after-u", "", k.at+200, k.at+60_400))
	file("after", "aligned", 0, 400, 0)
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
	session("twins", k.at, k.at+1000)
	say(s3, mediaOf("twins", "a").notified(schemas.ActionCreated, k.at+70_000))
	say(s3, fileOf("twins", "b").notified(schemas.ActionCreated, k.at+70_000))
	// A file that was exported once more under another key: other bytes that say the same.
	session("again", k.at, k.at+1000)
	e, times := exportOfFile(schemas.FormMetadata, "again", "again-r", "", k.at, k.at+1000, -1)
	copied := fileOf("again", "again-r")
	copied.key = "copy/of/again"
	read(fileOf("again", "again-r"), "first export", e, times, k.at+70_000)
	read(copied, "second export", e, times, k.at+90_000)
	// More recordings than an entity holds, none of them large.
	for i := range maxRecordings + 3 {
		say(s3, mediaOf("crowd", fmt.Sprint("r", i)).notified(schemas.ActionCreated, k.at+int64(i)))
	}
	// And more sessions.
	for i := range maxSessions + 3 {
		say(events, eventOf("throng", "user.start", fmt.Sprint(strings.Repeat("s", 4), i), "", k.at+int64(i), k.at))
	}
	k.edges()
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

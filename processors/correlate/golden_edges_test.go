package correlate

import (
	"fmt"

	"holdfast.example/schemas"
)

// corner tells cases by hand, one after the other from a moment on; nothing in them is late, lost or told twice.
type corner struct {
	*saga
	at int64
}

func mediaOf(c, r string) object {
	return object{conversation: c, recording: r, role: schemas.RoleMedia, version: "v1", etag: "e1", size: 7}
}

func fileOf(c, r string) object {
	x := mediaOf(c, r)
	x.role = schemas.RoleMetadata
	return x
}

func (k *corner) say(source int, o *schemas.Observation) {
	k.sources[source] = append(k.sources[source], told{o.ArrivalMS, o})
}

func (k *corner) read(x object, content string, e *schemas.ExportFact, times []schemas.Reading, at int64) {
	a := answer{outcome: schemas.OutcomeOK, content: content, hold: schemas.HoldOff, mode: schemas.RetentionNone, request: content, export: e, times: times}
	k.say(inspections, x.inspected(a, at))
}

func (k *corner) session(c string, from, to int64) {
	k.say(events, eventOf(c, "customer.start", c+"-s", "", from+500, from))
	k.say(events, eventOf(c, "customer.end", c+"-s", "", to+500, to))
}

// filed is a recording whose file says these times; one below zero it does not say.
func (k *corner) filed(c, provider string, start, end, created, duration, width int64) {
	e, times := exportOfFile(schemas.FormMetadata, c, c+"-r", "", start, end, created)
	e.Provider, e.DurationMS = provider, duration
	for i := range times {
		times[i].HiMS += width
	}
	k.say(s3, mediaOf(c, c+"-r").notified(schemas.ActionCreated, k.at+121_000))
	k.say(s3, fileOf(c, c+"-r").notified(schemas.ActionCreated, k.at+121_000))
	k.read(fileOf(c, c+"-r"), c, e, times, k.at+122_000)
	k.at += 1000
}

// file is a whole conversation of a minute with one recording, whose file is off by so much.
func (k *corner) file(c, provider string, startBy, endBy, width int64) {
	k.session(c, k.at, k.at+60_000)
	k.filed(c, provider, k.at+startBy, k.at+60_000+endBy, -1, -1, width)
}

// agents says who was in the next file's conversation.
func (k *corner) agents(c string, n int) {
	for i := range n {
		k.say(events, eventOf(c, "user.start", fmt.Sprint(c, "-u", i), fmt.Sprint("agent", i), k.at+600, k.at+1000))
		k.say(events, eventOf(c, "user.end", fmt.Sprint(c, "-u", i), "", k.at+59_000, k.at+59_000))
	}
}

// customer is a session of a conversation that may have more of them, whenever it was; told now.
func (k *corner) customer(c, id string, from, to int64) {
	k.say(events, eventOf(c, "customer.start", c+id, "", k.at+500, from))
	k.say(events, eventOf(c, "customer.end", c+id, "", k.at+600, to))
}

// agent is one such session of an agent's; a start below zero nobody tells.
func (k *corner) agent(c string, from, to int64) {
	if from >= 0 {
		k.say(events, eventOf(c, "user.start", c+"-u", "agent", k.at+700, from))
	}
	k.say(events, eventOf(c, "user.end", c+"-u", "", k.at+800, to))
}

// alike is n recordings with so many agents each; the first starts late by so much, each next one by a step more, and
// all end later still.
type alike struct {
	n, agents        int
	by, step, longer int64
}

func (k *corner) cohort(provider string, all ...alike) {
	for _, a := range all {
		for i := range a.n {
			c, by := fmt.Sprint(provider, "-", k.at), a.by+int64(i)*a.step
			k.agents(c, a.agents)
			k.file(c, provider, by, by+a.longer, 0)
		}
	}
}

// edges tells what lies on the edge of a comparison, or between a number and its neighbour. All of it is under the
// first regime: slack 50 ms, thirty recordings to a cohort, a window of 15 minutes.
func (k *corner) edges() {
	k.weighed()
	k.shaped()
	k.paired()
	k.tardy()
}

// tardy are facts so little late that their source is proven past them, and not all have folded that yet.
func (k *corner) tardy() {
	for i := range int64(20) {
		arrival := k.at + 1000*i
		k.sources[events] = append(k.sources[events], told{arrival + 20_000, eventOf("tardy", "acd.start", fmt.Sprint("tardy", i), "", arrival, arrival)})
	}
}

// weighed are cohorts that one recording more or less would turn.
func (k *corner) weighed() {
	const late = 720_000
	// Two bunches, each a twentieth and no nineteenth of all; the first is as wide as one may be.
	k.cohort("twentieth", alike{n: 189}, alike{n: 9, by: 5000}, alike{n: 1, by: 5104}, alike{n: 10, by: 9000})
	// A bunch that is a twenty-first.
	k.cohort("twenty-first", alike{n: 210}, alike{n: 10, by: 5000})
	// The smallest bunch; and one that is too small, or a millisecond too wide.
	k.cohort("ten", alike{n: 100}, alike{n: 10, by: 5000})
	k.cohort("nine", alike{n: 100}, alike{n: 9, by: 5000}, alike{n: 1, by: 5105})
	// Four fifths of all depart; and all do, of which four fifths in one way.
	k.cohort("fifths", alike{n: 8}, alike{n: 32, by: late})
	k.cohort("fifths-of-departing", alike{n: 32, by: late}, alike{n: 8, longer: 5000})
	// A tenth departs, each in its own way; and more than a tenth, but not than a ninth.
	k.cohort("tenth", alike{n: 36}, alike{n: 4, by: 5000, step: 700})
	k.cohort("ninth", alike{n: 32}, alike{n: 4, by: 5000, step: 700})
	// Two of ten single-agent recordings depart: no control for the others.
	k.cohort("two-of-ten", alike{n: 8}, alike{n: 2, by: late}, alike{n: 10, agents: 2}, alike{n: 20, agents: 2, by: late})
	// Half of twenty with one agent; ten of nineteen with two.
	k.cohort("half-of-twenty", alike{n: 90, agents: 2}, alike{n: 10}, alike{n: 10, by: 5000, step: 700})
	k.cohort("ten-of-nineteen", alike{n: 91}, alike{n: 9, agents: 2}, alike{n: 10, agents: 2, by: 5000, step: 700})
	// Two agents in thirty recordings, of which half departs; and in all.
	k.cohort("half-of-thirty", alike{n: 30}, alike{n: 15, agents: 2}, alike{n: 15, agents: 2, by: late})
	k.cohort("nobody-alone", alike{n: 30, agents: 2, by: late})
	// Two agents in a handful: two of two depart, three of three, three of six, three of three without a control.
	k.cohort("two-of-two", alike{n: 27}, alike{n: 3, by: late}, alike{n: 2, agents: 2, by: late})
	k.cohort("three-of-three", alike{n: 29}, alike{n: 1, by: late}, alike{n: 3, agents: 2, by: late})
	k.cohort("three-of-six", alike{n: 29}, alike{n: 1, by: late}, alike{n: 3, agents: 2}, alike{n: 3, agents: 2, by: late})
	k.cohort("three-uncontrolled", alike{n: 25}, alike{n: 5, by: late}, alike{n: 3, agents: 2, by: late})
	// Five and a half, six, and six and a half deviations from the median.
	k.cohort("deviations", alike{n: 11, by: late - 1000}, alike{n: 12, by: late}, alike{n: 11, by: late + 1000}, alike{n: 3, by: late + 5500, step: 500})
	// As far as five times what two readings may differ by, and a millisecond farther: from nought, and from the median.
	k.cohort("far-from-nought", alike{n: 40}, alike{n: 2, by: 260, step: 1})
	k.cohort("far-from-median", alike{n: 40, by: late}, alike{n: 2, by: late + 260, step: 1})
	// One that is judged when it has reached the minimum, and once more when it is twice as large.
	k.cohort("doubled", alike{n: 30})
	k.at += 300_000
	k.cohort("doubled", alike{n: 30})
}

// shaped are recordings whose shape a millisecond more or less would change.
func (k *corner) shaped() {
	const of = "edge"
	// As much as the slack, and a millisecond more.
	k.file("slack", of, 50, 50, 0)
	k.file("slack-and-one", of, 51, 51, 0)
	k.file("slack-early", of, -50, -50, 0)
	// Start and end are as far apart as one instant may be; and those of the session are.
	k.file("nearly-instant", of, 0, -60_000+50, 0)
	k.session("short", k.at, k.at+50)
	k.filed("short", of, k.at+9000, k.at+9000, -1, -1, 0)
	// Start and end depart by as much as one offset may vary, and by a millisecond more.
	k.file("parallel", of, 1000, 1052, 0)
	k.file("not-parallel", of, 1000, 1053, 0)
	// A recording that lasts no time, by its own word.
	k.session("soundless", k.at, k.at+60_000)
	k.filed("soundless", of, k.at, k.at+60_000, -1, 0, 0)
	// Start and created depart by as much, to either side.
	k.session("either-side", k.at, k.at+60_000)
	k.filed("either-side", of, k.at+2500, k.at+60_000, k.at-2500, -1, 0)
}

// paired are recordings and agents at the very edge of a session or of its window.
func (k *corner) paired() {
	const of, window, hour = "edge", 900_000, 3_600_000
	// two is a conversation of two sessions that lie far apart; the second is returned.
	two := func(c string) (next int64) {
		next = k.at + hour
		k.customer(c, "-a", k.at, k.at+60_000)
		k.customer(c, "-b", next, next+60_000)
		return next
	}
	for by := range int64(2) {
		// A recording that starts as late as the window allows, and a millisecond later; and one that ends as early.
		c := fmt.Sprint("window-behind", by)
		two(c)
		start := k.at + 60_000 + window + by
		k.filed(c, of, start, start+60_000, -1, -1, 0)
		c = fmt.Sprint("window-before", by)
		two(c)
		end := k.at - window - by
		k.filed(c, of, end-60_000, end, -1, -1, 0)
	}
	// Two sessions that start at one moment: the one told first counts.
	k.customer("at-once", "-a", k.at, k.at+60_000)
	k.customer("at-once", "-b", k.at, k.at+90_000)
	k.filed("at-once", of, k.at, k.at+60_000, -1, -1, 0)
	// An agent who starts with the second session belongs to it, not to the first.
	next := two("with-second-a")
	k.agent("with-second-a", next, next+30_000)
	k.filed("with-second-a", of, k.at, k.at+60_000, -1, -1, 0)
	next = two("with-second-b")
	k.agent("with-second-b", next, next+60_400)
	k.filed("with-second-b", of, next, next+60_400, -1, -1, 0)
	// One who starts in the second of three does not belong to the first.
	next = two("in-second")
	k.customer("in-second", "-c", next+hour, next+hour+60_000)
	k.agent("in-second", next+30_000, next+60_000)
	k.filed("in-second", of, k.at, k.at+60_000, -1, -1, 0)
	// Of one session, also who starts before it, and who nobody knows when.
	k.agent("outbound", k.at-5000, k.at+60_400)
	k.file("outbound", of, 0, 400, 0)
	k.agent("unseen", -1, k.at+60_400)
	k.file("unseen", of, 0, 400, 0)
	// A session of which only the end is told comes after those whose start is.
	k.say(events, eventOf("endless", "customer.end", "endless-b", "", k.at+100, k.at+90_000))
	k.file("endless", of, 0, 0, 0)
	// Start and end told once more, at the same bound and wider: the first word counts.
	again := func(c, topic string, at, lo, hi int64) {
		o := eventOf(c, topic, c+"-s", "again", k.at+100_000, at)
		o.Times[0].LoMS, o.Times[0].HiMS = at+lo, at+hi
		k.say(events, o)
	}
	again("wider-start", "customer.start", k.at, 0, 2000)
	k.file("wider-start", of, 500, 0, 0)
	again("wider-end", "customer.end", k.at+60_000, -2000, 0)
	k.file("wider-end", of, 0, -500, 0)
}

// Package centre is the sandbox's contact centre: it makes a world from a seed, and plays it at holdfast's doors.
//
// Generate decides everything that happens, from the seed alone: conversations with their true times, the exports with
// what is wrong with them, every named case of package truth at least once. Play then does it, through the doors a
// real contact centre has: signed webhooks, EventBridge envelopes on a queue, objects put into a bucket, and S3's
// notifications of them on another queue, in S3's own shapes (Amazon S3 User Guide, "Event message structure") and in
// those of stores that imitate it.
//
// Invariants:
//
//  1. Two worlds of one seed are equal. The player adds version ids, ETags and the bytes of each delivery.
//  2. A conversation's events are all acknowledged (2xx, and gone from the queue) before its first object is put: so
//     a missing event can only be holdfast's doing.
//  3. Nothing is timed. What must come after something waits until it has been seen, each wait with a deadline and an
//     error that says what was waited for.
//  4. What a case says has happened, has happened when Play returns; the counts of the page are the truth's.
//
// The shapes of events, metadata and notifications follow the official samples and documents; every value is invented.
package centre

import (
	"fmt"
	"time"

	"holdfast.example/deploy/sandbox/truth"
)

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute

	twelveMinutes = 12 * minute
)

// Sizes of a world. The least of each cohort is what a judgement of it needs, with some to spare.
const (
	alignedLeast     = 45
	translatedLeast  = 40
	wholeHoursLeast  = 33
	twoAgentsLeast   = 35
	singleLeast      = 60
	manifestLeast    = 38
	agentsOfTheFloor = 24
	mediaLeast       = 200
	mediaMost        = 6000
)

// firstDay is when the worlds' conversations begin.
var firstDay = time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC).UnixMilli()

// maker makes one world.
type maker struct {
	*dice
	w      *truth.World
	agents []string
	from   int64
}

// Generate makes the world of a seed.
func Generate(seed uint64) *truth.World {
	m := &maker{dice: newDice(seed), from: firstDay}
	m.w = &truth.World{
		Seed: seed, Organization: m.id(), Bucket: "hold-bucket",
		Principal: "AWS:AROA" + fmt.Sprintf("%016X", m.r.Uint64()) + ":exporter", Counts: map[truth.Case]int{},
	}
	for range agentsOfTheFloor {
		m.agents = append(m.agents, m.id())
	}
	aligned := m.cohort("aligned", "Message", "PureCloud Messaging", truth.Fault{})
	m.plain(aligned, truth.Aligned, m.between(alignedLeast, alignedLeast+10))
	m.plain(m.cohort("twelve minutes", "Chat", "PureCloud Webchat v2",
		truth.Fault{Start: true, End: true, ShiftMS: twelveMinutes}),
		truth.Translation, m.between(translatedLeast, translatedLeast+8))
	m.plain(m.cohort("whole hours", "Email", "PureCloud Email",
		truth.Fault{Start: true, End: true, ShiftMS: pick(m.dice, []int64{-5, -2, -1, 1, 2, 8}) * hour}),
		truth.WholeHours, m.between(wholeHoursLeast, wholeHoursLeast+5))
	m.handoffs()
	m.manifest()
	m.halves(aligned)
	m.repeats(aligned)
	m.reexports(aligned)
	m.incidents(aligned)
	m.shapes(aligned)
	m.w.Hostile = m.hostile()
	return m.w
}

func (m *maker) cohort(name, channel, provider string, fault truth.Fault) *truth.Cohort {
	c := &truth.Cohort{Name: name, Channel: channel, Provider: provider, Fault: fault}
	m.w.Cohorts = append(m.w.Cohorts, c)
	return c
}

func (m *maker) plain(c *truth.Cohort, name truth.Case, n int) {
	for range n {
		m.exported(c, name, 1)
	}
	m.w.Count(name, n)
}

// exported makes a conversation with one recording, both halves of which are put promptly.
func (m *maker) exported(c *truth.Cohort, name truth.Case, agents int) *truth.Recording {
	r := m.recording(m.conversation(c, name, agents), name)
	m.media(r)
	m.metadata(r)
	return r
}

func (m *maker) handoffs() {
	c := m.cohort("hand-off", "Message", "PureCloud Open Messaging",
		truth.Fault{LagLoMS: 2000, LagHiMS: 3000})
	single, double := m.between(singleLeast, singleLeast+6), m.between(twoAgentsLeast, twoAgentsLeast+5)
	for range single {
		m.exported(c, truth.HandoffControl, 1)
	}
	for range double {
		for _, o := range m.exported(c, truth.HandoffLag, 2).Objects {
			o.When = truth.AfterSingles
		}
	}
	m.w.Count(truth.HandoffControl, single)
	m.w.Count(truth.HandoffLag, double)
}

// halves: one half of an export comes late or never, or its announcement is held up by an outage.
func (m *maker) halves(c *truth.Cohort) {
	for range m.counted(truth.LateMedia, 2, 4) {
		m.exported(c, truth.LateMedia, 1).Objects[0].When = truth.AfterAlert
	}
	for range m.counted(truth.MissingMedia, 1, 3) {
		m.exported(c, truth.MissingMedia, 1).Objects[0].When = truth.Never
	}
	for range m.counted(truth.MissingMetadata, 1, 2) {
		m.exported(c, truth.MissingMetadata, 1).Objects[1].When = truth.Never
	}
	for i := range m.counted(truth.Outage, 3, 5) {
		r := m.exported(c, truth.Outage, 1)
		r.Objects[0].When = truth.InOutage
		if i == 0 {
			r.Objects[0].When = truth.Never // one stays away for good
		}
	}
}

// repeats: one thing is told twice.
func (m *maker) repeats(c *truth.Cohort) {
	for _, name := range []truth.Case{truth.WebhookRedelivery, truth.Replay, truth.Redelivery} {
		for range m.counted(name, 3, 6) {
			r := m.exported(c, name, 1)
			r.Conversation.Door = truth.EventBridge
			if name == truth.WebhookRedelivery {
				r.Conversation.Door = truth.Webhook
			}
			m.door(r.Conversation)
			pick(m.dice, r.Conversation.Events).Repeat = name
		}
	}
	for range m.counted(truth.DoubledNotification, 3, 6) {
		pick(m.dice, m.exported(c, truth.DoubledNotification, 1).Objects).Twice = true
	}
}

// reexports: the same recording is exported again, under another key.
func (m *maker) reexports(c *truth.Cohort) {
	for range m.counted(truth.ReexportSame, 2, 4) {
		r := m.exported(c, truth.ReexportSame, 1)
		media := *r.Objects[0]
		media.Key, media.Case, media.When = again(media.Key), truth.ReexportSame, truth.Afterwards
		r.Objects = append(r.Objects, &media)
	}
	for range m.counted(truth.ReexportStamp, 2, 4) {
		r := m.exported(c, truth.ReexportStamp, 1)
		claim := *r.Objects[1].Export
		claim.ExportedMS += m.ms(hour, 40*hour)
		m.exportAgain(r, claim, truth.ReexportStamp)
	}
	for range m.counted(truth.ReexportRevised, 1, 3) {
		r := m.exported(c, truth.ReexportRevised, 1)
		claim := *r.Objects[1].Export
		claim.UserIDs = append([]string{m.otherAgent(claim.UserIDs)}, claim.UserIDs...)
		m.exportAgain(r, claim, truth.ReexportRevised)
	}
}

func (m *maker) exportAgain(r *truth.Recording, claim truth.Export, name truth.Case) {
	o := m.object(r, truth.Metadata)
	o.Key, o.Case, o.When = again(o.Key), name, truth.Afterwards
	o.Export, o.Body = &claim, metadataBody(&claim)
	claim.Raw = o.Body
	r.Objects = append(r.Objects, o)
}

// again is the key of a second job's copy: the same recording under another folder.
func again(key string) string { return "rerun/" + key }

// incidents: what an examiner would want to be told of.
func (m *maker) incidents(c *truth.Cohort) {
	for range m.counted(truth.Tampered, 1, 3) {
		r := m.exported(c, truth.Tampered, 1)
		o := m.object(r, truth.Media)
		o.Case, o.When, o.Body = truth.Tampered, truth.Afterwards, m.bytes(m.between(mediaLeast, mediaMost))
		r.Objects = append(r.Objects, o)
	}
	for range m.counted(truth.Deleted, 1, 3) {
		m.exported(c, truth.Deleted, 1).Objects[0].Deleted = true
	}
	for range m.counted(truth.ConversationMismatch, 1, 3) {
		r := m.exported(c, truth.ConversationMismatch, 1)
		o := r.Objects[1]
		o.Export.ConversationID = m.id()
		o.Body = metadataBody(o.Export)
		o.Export.Raw = o.Body
	}
	for range m.counted(truth.Retroactive, 1, 3) {
		r := m.exported(c, truth.Retroactive, 1)
		r.Conversation.Events = nil
	}
	for range m.counted(truth.Unreadable, 1, 2) {
		m.exported(c, truth.Unreadable, 1).Objects[0].Phantom = true
	}
}

// shapes: S3's other wrappings, and what stores that are not S3 send.
func (m *maker) shapes(c *truth.Cohort) {
	for _, s := range []truth.Shape{truth.SNS, truth.Bridge} {
		for range m.between(2, 4) {
			for _, o := range m.exported(c, truth.Aligned, 1).Objects {
				o.Shape = s
			}
			m.w.Count(truth.Aligned, 1)
		}
	}
	for _, s := range []truth.Shape{truth.VersityLike, truth.MotoLike} {
		for range m.counted(truth.OddShape, 2, 3) {
			m.exported(c, truth.OddShape, 1).Objects[0].Shape = s
		}
	}
	m.counted(truth.TestNotification, 1, 2)
}

// counted draws how often a case is played and puts it on record.
func (m *maker) counted(name truth.Case, lo, hi int) int {
	n := m.between(lo, hi)
	m.w.Count(name, n)
	return n
}

func (m *maker) otherAgent(not []string) string {
	for {
		a := pick(m.dice, m.agents)
		if len(not) == 0 || a != not[0] {
			return a
		}
	}
}

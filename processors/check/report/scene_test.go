package report

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/instant"
)

// made is one recording of a test's, with what attribution sees of it.
type made struct {
	conversation, id string
	seen             attribute.Recording
}

// scene makes a cohort and has it judged as a check would: the verdicts under test are attribution's own.
type scene struct {
	rng   *rand.Rand
	key   check.Key
	table attribute.Table
	recs  []*made
}

const (
	day0   = 1_777_852_800_000 // 2026-05-04T00:00:00Z
	aDay   = 86_400_000
	minute = 60_000
)

func ms(f attribute.Family, at int64) attribute.Reading {
	return attribute.Reading{Interval: instant.Interval{Lo: at, Hi: at}, Family: f, Zoned: true}
}

// newScene draws n aligned recordings, every third with two agents, over two days and three jobs, every fact present.
func newScene(seed uint64, n int) *scene {
	s := &scene{rng: rand.New(rand.NewPCG(seed, 5)), key: check.Key{Organization: "org-1", Channel: "MESSAGE", Provider: "PureCloud Messaging"}}
	for i := range n {
		s.recs = append(s.recs, s.draw(i))
	}
	return s
}

func (s *scene) among(lo, hi int64) int64 { return lo + s.rng.Int64N(hi-lo+1) }

func (s *scene) draw(i int) *made {
	sizes := [...]int64{12, 310, 878}
	m := &made{conversation: fmt.Sprintf("c0ffee00-0000-4000-8000-%012x", i), id: fmt.Sprintf("7ec00000-0000-4000-8000-%012x", i)}
	r := &m.seen
	*r = attribute.Recording{ID: sha256.Sum256([]byte(m.id)), Agents: 1, Job: fmt.Sprintf("job-%d", i%3), JobSize: sizes[i%3], Day: day0/aDay + int32(i%2)}
	if i%3 == 0 {
		r.Agents = 2
	}
	start := int64(r.Day)*aDay + s.among(8*60*minute, 18*60*minute)
	acd := start + s.among(1_000, 9_000)
	connect := acd + s.among(5_000, 90_000)
	firstEnd := connect + s.among(60_000, 600_000)
	end := firstEnd
	put := func(f attribute.Fact, fam attribute.Family, at int64) { r.Readings[f] = ms(fam, at) }
	if r.Agents == 2 {
		second := firstEnd + s.among(1_900, 3_400)
		end = second + s.among(60_000, 600_000)
		put(attribute.SecondStart, attribute.FamilyPlatform, second)
	}
	fin := end + s.among(30*minute, 600*minute)
	for f, at := range map[attribute.Fact]int64{attribute.FirstEnd: firstEnd, attribute.SessionStart: start, attribute.SessionEnd: end,
		attribute.ACDStart: acd, attribute.AgentConnect: connect} {
		put(f, attribute.FamilyPlatform, at)
	}
	put(attribute.Finalise, attribute.FamilyJob, fin)
	put(attribute.S3Put, attribute.FamilyS3, fin+s.among(400, 3_100))
	put(attribute.Start, attribute.FamilyExport, start+s.jitter())
	put(attribute.End, attribute.FamilyExport, end+s.jitter())
	put(attribute.Created, attribute.FamilyExport, start+s.jitter())
	put(attribute.Header, attribute.FamilyHeader, start+s.jitter())
	r.At = end
	return m
}

func (s *scene) jitter() int64 { return s.among(-6, 6) }

func (s *scene) each(f func(i int, r *attribute.Recording)) *scene {
	for i, m := range s.recs {
		f(i, &m.seen)
	}
	return s
}

func (s *scene) drop(facts ...attribute.Fact) *scene {
	return s.each(func(_ int, r *attribute.Recording) {
		for _, f := range facts {
			r.Readings[f] = attribute.Reading{}
		}
	})
}

func move(r *attribute.Recording, by int64, facts ...attribute.Fact) {
	for _, f := range facts {
		if rd := &r.Readings[f]; rd.Present() {
			rd.Lo, rd.Hi = rd.Lo+by, rd.Hi+by
		}
	}
}

// names are the fields as an export writes them, and their clocks.
var names = map[attribute.Fact]string{attribute.Start: "recorded_start_time", attribute.End: "recorded_end_time", attribute.Created: "created_at",
	attribute.Header: "time of the first message", attribute.MediaDuration: "durationMs"}

var clockOf = map[attribute.Family]instant.Clock{attribute.FamilyPlatform: instant.GenesysCloud, attribute.FamilyExport: instant.ExportMetadata,
	attribute.FamilyHeader: instant.Transcript, attribute.FamilyJob: instant.Job, attribute.FamilyS3: instant.S3, attribute.FamilySender: instant.Sender}

// judge judges scenes together, each a cohort.
func judge(scenes ...*scene) Source {
	src := Source{}
	var all []*check.Recording
	conversations := map[string]bool{}
	for i, s := range scenes {
		model, cohort := attribute.NewModel(s.table), attribute.NewCohort()
		for _, m := range s.recs {
			cohort.Add(&m.seen, false)
			conversations[m.conversation] = true
		}
		c := check.Cohort{Key: s.key, Verdict: model.Cohort(cohort)}
		spread := model.Spread(cohort)
		for _, z := range s.table.Zones {
			c.Zones = append(c.Zones, z.Name)
		}
		src.Cohorts = append(src.Cohorts, c)
		for _, m := range s.recs {
			r := one(model, spread, &c.Verdict, m)
			r.Cohort = i
			all = append(all, r)
			tally(&src.Summary, r)
		}
	}
	src.Summary.Recordings, src.Summary.Conversations = int64(len(all)), int64(len(conversations))
	src.Recordings = slices.Values(all)
	return src
}

func tally(m *check.Summary, r *check.Recording) {
	switch {
	case !r.Judged():
		m.Unjudged++
	case r.Verdict.Shape == attribute.Aligned:
		m.Aligned++
	default:
		m.Departing++
	}
	if r.Finding {
		m.Findings++
	}
}

// one judges a recording.
func one(model *attribute.Model, spread *attribute.Spread, v *attribute.CohortVerdict, m *made) *check.Recording {
	r := &check.Recording{Conversation: m.conversation, ID: m.id, Place: "/recordings/0", PairedBy: timeline.BySession, Observed: m.seen,
		Verdict: model.Record(&m.seen, spread)}
	r.Grade = r.Verdict.Grade
	for _, o := range r.Verdict.Offsets {
		if o.Field != attribute.NoFact {
			r.Offsets = append(r.Offsets, check.FieldOffset{Field: names[o.Field], Fact: o.Field, ClockA: string(clockOf[o.A]), ClockB: string(clockOf[o.B]),
				Lo: o.D.Lo, Hi: o.D.Hi, Departs: o.Departs()})
		}
	}
	if v.Force.On {
		r.Covering = check.Covered
		if o, off := model.Depart(&v.Force, &m.seen); off {
			r.Covering = check.Listed
			if o.Finding {
				r.Covering = check.Outlying
			}
		} else if r.Grade > v.Grade {
			r.Grade = v.Grade
		}
	}
	r.Finding = r.Judged() && r.Verdict.Shape != attribute.Aligned
	if !r.Judged() {
		r.Lack = check.LackZone
	}
	return r
}

// exports are the files that such an export would have had.
func exports(n int) []check.File {
	hash := func(s string) schemas.Hash { return sha256.Sum256([]byte(s)) }
	out := []check.File{{Path: "export/job-0/manifest.json", Kind: exhibit.Manifest, Form: exhibit.Page, List: "recordings", Size: 48_123, SHA256: hash("m"), Facts: int64(n)}}
	for i := range 6 {
		p := fmt.Sprintf("events/2026-05-04T%02d.ndjson", i)
		out = append(out, check.File{Path: p, Evidence: true, Kind: exhibit.Event, Form: exhibit.Lines, Size: 90_000 + int64(i), SHA256: hash(p), Facts: 1_600, Repeated: int64(i)})
	}
	return out
}

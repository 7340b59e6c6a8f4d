package attribute

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"

	"holdfast.example/schemas/instant"
)

// scene makes cohorts for tests. It shares no rule with the code under test: times are drawn, then changed by hand.
type scene struct {
	rng  *rand.Rand
	recs []*Recording
}

const (
	day0   = 1_767_225_600_000 // 2026-01-01T00:00:00Z
	aDay   = 86_400_000
	minute = 60_000
)

// ms is a reading to the millisecond.
func ms(f Family, at int64) Reading {
	return Reading{Interval: instant.Interval{Lo: at, Hi: at}, Family: f, Zoned: true}
}

// newScene draws n aligned recordings, every third with two agents, over seven days and five jobs, every fact present.
func newScene(seed uint64, n int) *scene {
	s := &scene{rng: rand.New(rand.NewPCG(seed, 5))}
	for i := range n {
		s.recs = append(s.recs, s.draw(i))
	}
	return s
}

// among draws from [lo, hi].
func (s *scene) among(lo, hi int64) int64 { return lo + s.rng.Int64N(hi-lo+1) }

func (s *scene) draw(i int) *Recording {
	r := &Recording{ID: sha256.Sum256(fmt.Appendf(nil, "recording %d", i)), Agents: 1, Job: fmt.Sprintf("job-%d", i%5), JobSize: int64(100 * (1 + i%5))}
	if i%3 == 0 {
		r.Agents = 2
	}
	r.Day = int32(day0/aDay) + int32(i%7)
	start := int64(r.Day)*aDay + s.among(8*60*minute, 18*60*minute)
	acd := start + s.among(1_000, 9_000)
	connect := acd + s.among(5_000, 90_000)
	firstEnd := connect + s.among(60_000, 600_000)
	end := firstEnd
	put := func(f Fact, fam Family, at int64) { r.Readings[f] = ms(fam, at) }
	if r.Agents == 2 {
		second := firstEnd + s.among(500, 9_000)
		end = second + s.among(60_000, 600_000)
		put(SecondStart, FamilyPlatform, second)
	}
	put(FirstEnd, FamilyPlatform, firstEnd)
	fin := end + s.among(30*minute, 600*minute)
	put(SessionStart, FamilyPlatform, start)
	put(SessionEnd, FamilyPlatform, end)
	put(ACDStart, FamilyPlatform, acd)
	put(AgentConnect, FamilyPlatform, connect)
	put(WrapupEnd, FamilyPlatform, end+s.among(5_000, 120_000))
	put(Pauses, FamilyPlatform, s.among(2_000, 55_000))
	put(RecordingCreated, FamilyPlatform, start+s.among(1_000, 20_000))
	put(RecordingStart, FamilyPlatform, start+s.among(20_000, 50_000))
	put(OriginalStart, FamilyPlatform, start)
	put(Finalise, FamilyJob, fin)
	put(S3Put, FamilyS3, fin+s.among(400, 30_000))
	put(Start, FamilyExport, start+s.jitter())
	put(End, FamilyExport, end+s.jitter())
	put(Created, FamilyExport, start+s.jitter())
	put(Header, FamilyHeader, start+s.jitter())
	put(MediaDuration, FamilyHeader, end-start+s.jitter())
	r.At = end
	return r
}

func (s *scene) jitter() int64 { return s.among(-6, 6) }

// each changes every recording.
func (s *scene) each(f func(r *Recording)) *scene {
	for _, r := range s.recs {
		f(r)
	}
	return s
}

// drop removes facts from all.
func (s *scene) drop(facts ...Fact) *scene {
	return s.each(func(r *Recording) {
		for _, f := range facts {
			r.Readings[f] = Reading{}
		}
	})
}

// at is a reading's value.
func at(r *Recording, f Fact) int64 { return r.Readings[f].Lo }

// set puts a reading at an instant; add moves it.
func set(r *Recording, f Fact, at int64) { r.Readings[f].Lo, r.Readings[f].Hi = at, at }
func move(r *Recording, by int64, facts ...Fact) {
	for _, f := range facts {
		if r.Readings[f].Present() {
			set(r, f, at(r, f)+by)
		}
	}
}

// cohort adds all.
func (s *scene) cohort() *Cohort {
	c := NewCohort()
	for _, r := range s.recs {
		c.Add(r, false)
	}
	return c
}

func (s *scene) judge(t Table) CohortVerdict { return NewModel(t).Cohort(s.cohort()) }

// london is a zone with the shifts of 2026 (tzdata, Europe/London).
var london = Zone{"Europe/London", []Shift{{0, 0}, {1_774_746_000_000, 3_600_000}, {1_792_890_000_000, 0}}}

// year spreads the recordings over the days around the spring shift, n days each side.
func (s *scene) year() *scene {
	for i, r := range s.recs {
		s.toDay(r, 1_774_746_000_000+int64(i%40-20)*aDay)
	}
	return s
}

// toDay moves everything of a recording to another day.
func (s *scene) toDay(r *Recording, day int64) {
	by := day/aDay*aDay - int64(r.Day)*aDay
	for f := Start; f < FactCount; f++ {
		if !f.duration() {
			move(r, by, f)
		}
	}
	r.Day, r.At = int32(day/aDay), r.At+by
}

// causes bends an aligned scene: what each named cause does to the export.
var bends = map[Hypothesis]func(s *scene, r *Recording){
	FinalisationStamp:   func(s *scene, r *Recording) { set(r, Start, at(r, Finalise)); set(r, End, at(r, Finalise)) },
	FinalisationEnd:     func(s *scene, r *Recording) { set(r, End, at(r, Finalise)) },
	FinalisationShift:   func(s *scene, r *Recording) { move(r, at(r, Finalise)-at(r, SessionEnd), Start, End) },
	FinalisationCreated: func(s *scene, r *Recording) { set(r, Created, at(r, Finalise)) },
	FinalisationDelayed: func(s *scene, r *Recording) { set(r, End, at(r, Finalise)+47_311) },
	TransferDelay:       func(s *scene, r *Recording) { move(r, at(r, S3Put)-at(r, Finalise), Start, End) },
	HandoffGap: func(s *scene, r *Recording) {
		if r.Agents > 1 {
			move(r, at(r, SecondStart)-at(r, FirstEnd), Created)
		}
	},
	StartConnect: func(s *scene, r *Recording) { set(r, Start, at(r, AgentConnect)) },
	StartACD:     func(s *scene, r *Recording) { set(r, Start, at(r, ACDStart)) },
	StartSecond: func(s *scene, r *Recording) {
		if r.Agents > 1 {
			set(r, Start, at(r, SecondStart))
		}
	},
	CreatedConnect: func(s *scene, r *Recording) { set(r, Created, at(r, AgentConnect)) },
	CreatedACD:     func(s *scene, r *Recording) { set(r, Created, at(r, ACDStart)) },
	CreatedSecond: func(s *scene, r *Recording) {
		if r.Agents > 1 {
			set(r, Created, at(r, SecondStart))
		}
	},
	CreatedRecording: func(s *scene, r *Recording) { set(r, Created, at(r, RecordingCreated)) },
	EndWrapup:        func(s *scene, r *Recording) { set(r, End, at(r, WrapupEnd)) },
	PausedMedia:      func(s *scene, r *Recording) { move(r, -at(r, Pauses), MediaDuration) },
	PausedEnd:        func(s *scene, r *Recording) { move(r, -at(r, Pauses), End, MediaDuration) },
	AccessTrim:       func(s *scene, r *Recording) { move(r, at(r, RecordingStart)-at(r, OriginalStart), Start) },
	HeaderEnd:        func(s *scene, r *Recording) { set(r, Header, at(r, SessionEnd)) },
	HeaderFinalise:   func(s *scene, r *Recording) { set(r, Header, at(r, Finalise)) },
	HeaderConnect:    func(s *scene, r *Recording) { set(r, Header, at(r, AgentConnect)) },
	RateSkew: func(s *scene, r *Recording) {
		move(r, (at(r, SessionStart)-day0)/50_000, Start, Created)
		move(r, (at(r, SessionEnd)-day0)/50_000, End)
	},
	ConstantOffset: func(s *scene, r *Recording) { move(r, 720_000, Start, End, Created) },
}

// bent is a scene of one cause, jitter on what the bend set.
func bent(seed uint64, n int, h Hypothesis) *scene {
	s := newScene(seed, n)
	for _, r := range s.recs {
		bends[h](s, r)
		for _, f := range [...]Fact{Start, End, Created, Header} {
			move(r, s.jitter()/2, f)
		}
	}
	return s
}

package correlate

import (
	"fmt"
	"slices"
	"strings"

	"holdfast.example/schemas"
)

// diced is dice whose throws are the same with every release of Go: splitmix64 (Steele, Lea, Flood 2014), integers only.
func diced(seed uint64) dice {
	return func(n int) int {
		seed += 0x9e3779b97f4a7c15
		z := seed
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return int((z ^ z>>31) >> 1 % uint64(n))
	}
}

// told is a fact and when the log hears of it. Who is honest tells a fact when it arrives.
type told struct {
	at int64
	o  *schemas.Observation
}

// saga is a story of thousands of conversations, in which everything goes wrong that the rules speak of, each cohort in
// its own way.
type saga struct {
	d       dice
	sources [sources][]told
	n       int // conversations
	end     int64
}

// habit is what an exporter does to the times of a recording: its cohort's shape. k counts the cohort's recordings.
type habit struct {
	provider string
	weight   int
	times    func(d dice, k, agents int, from, to int64) (start, end, created, duration int64)
}

// habits has one cohort of every shape: the small ones never reach cohort_min, the bunch and the turned change sides.
func habits() []habit {
	plain := func(by, also int64) func(dice, int, int, int64, int64) (int64, int64, int64, int64) {
		return func(d dice, _, _ int, from, to int64) (int64, int64, int64, int64) {
			j := int64(d(20))
			return from + by + j, to + also + j, -1, -1
		}
	}
	all := []habit{
		{"aligned", 40, func(d dice, k, _ int, from, to int64) (int64, int64, int64, int64) {
			if k%60 == 17 { // outliers, each in its own way
				by := int64(2000 + 700*d(200))
				return from + by, to + by, -1, -1
			}
			if k%90 == 31 { // longer than its own times say
				return from, to, -1, to - from + 20_000
			}
			return from + int64(d(40)), to + int64(d(10)), from, to - from
		}},
		{"translated", 8, plain(720_000, 720_000)},
		{"started", 6, plain(2500, 0)},
		{"ended", 6, plain(0, 15_000)},
		{"cut", 6, func(_ dice, _, _ int, from, to int64) (int64, int64, int64, int64) {
			return from, to, -1, to - from - 20_000
		}},
		{"degenerate", 6, func(_ dice, _, _ int, from, _ int64) (int64, int64, int64, int64) {
			return from + 780_000, from + 780_000, -1, -1
		}},
		{"handoff", 10, func(d dice, _, agents int, from, to int64) (int64, int64, int64, int64) {
			return -1, to, from + 2000*int64(agents-1) + int64(d(20)), -1
		}},
		{"bunch", 8, func(d dice, k, _ int, from, to int64) (int64, int64, int64, int64) {
			by := int64(0)
			if k%13 == 5 {
				by = 5000 + int64(d(30))
			}
			return from + by, to + by, -1, -1
		}},
		{"turned", 6, func(_ dice, k, _ int, from, to int64) (int64, int64, int64, int64) {
			if k < 40 {
				return from + 3_600_000, to + 3_600_000, -1, -1
			}
			return from, to, -1, -1
		}},
		{"anyhow", 8, func(d dice, _, _ int, from, to int64) (int64, int64, int64, int64) {
			return from + int64(d(60_000)) - 30_000, to + int64(d(60_000)) - 30_000, -1, -1
		}},
		{"inverted", 2, func(d dice, _, _ int, from, to int64) (int64, int64, int64, int64) {
			return to + int64(d(3000)), from, -1, -1
		}},
	}
	for i := range 12 {
		all = append(all, habit{fmt.Sprint("small", i), 1, plain(int64(i%4)*1700, int64(i%3)*1700)})
	}
	return all
}

// newSaga tells n conversations, one about every three seconds.
func newSaga(d dice, n int) *saga {
	s := &saga{d: d, n: n}
	var cast []int // habits by weight
	all := habits()
	for i, h := range all {
		for range h.weight {
			cast = append(cast, i)
		}
	}
	count := make([]int, len(all))
	for i := range n {
		from := epoch0 + int64(i)*3000 + int64(d(3000))
		s.conversation(fmt.Sprintf("g%d", i), from, func() (habit, int) {
			h := cast[d(len(cast))]
			if all[h].weight == 1 && count[h] >= 15 {
				h = 0
			}
			count[h]++
			return all[h], count[h]
		})
		if i%97 == 0 {
			s.manifest(i, from)
		}
	}
	if n == goldenTold {
		s.flood(epoch0 + 600_000)
		s.corners(epoch0 + 900_000)
	}
	for i := range s.sources {
		slices.SortStableFunc(s.sources[i], func(a, b told) int { return int(a.at - b.at) })
		s.end = max(s.end, s.sources[i][len(s.sources[i])-1].at)
	}
	return s
}

// add tells a fact, sometimes twice, and rarely long after it arrived, when its source was proven past it.
func (s *saga) add(source int, o *schemas.Observation) {
	at := o.ArrivalMS
	switch {
	case s.d(600) == 0:
		at += 120_000 + int64(s.d(60_000))
	case s.d(12) == 0:
		again := *o
		again.ArrivalMS += 1 + int64(s.d(90_000))
		s.sources[source] = append(s.sources[source], told{again.ArrivalMS, &again})
	}
	s.sources[source] = append(s.sources[source], told{at, o})
}

func (s *saga) conversation(c string, from int64, next func() (habit, int)) {
	d := s.d
	to := from + 30_000 + int64(d(90_000))
	agents := 1 + d(2)
	behind := int64(0) // events that come when the objects have waited for long
	if d(20) == 0 {
		behind = 1_500_000 + int64(d(600_000))
	}
	foreign := d(25) == 0 // somebody else's producer: no bytes, no secret
	event := func(topic, session, user string, arrival, at int64) {
		o := eventOf(c, topic, session, user, arrival+behind, at)
		if foreign {
			o.Lock, o.RawSHA256, o.Secret = schemas.LockBrokerAppend, nil, nil
		}
		s.add(events, o)
	}
	if d(15) > 0 { // else nobody tells of it
		event("customer.start", c+"-s", "", from+500, from)
		for k := range agents {
			u := fmt.Sprintf("%s-u%d", c, k)
			event("user.start", u, fmt.Sprint("agent", d(40)+100*k), from+1500+int64(k), from+1000)
			if d(14) > 0 {
				event("user.end", u, "", to+int64(k)*10, to-500)
			}
		}
		event("customer.end", c+"-s", "", to+900, to)
		switch d(24) {
		case 0:
			event("acd.start", c+"-a", "", from+700, from)
			event("customer.start", "", "", from+710, from)
		case 1: // who knows when they came
			event("customer.end", c+"-x", "", to+950, to-20_000)
			event("user.end", c+"-y", "", to+960, to-300)
		case 2:
			event("customer.start", c+"-x", "", to+1000, from+10_000)
			event("user.end", c+"-y", "", to+1100, to+700)
		}
	}
	said, until := from, to // what the recordings say of themselves
	if d(30) == 0 {         // messaging lasts for days: a second session, and recordings that lie near neither
		event("customer.start", c+"-t", "", to+60_000, from+200*3_600_000)
		event("customer.end", c+"-t", "", to+61_000, to+200*3_600_000)
		said, until = from+100*3_600_000*int64(d(3)), to+100*3_600_000*int64(d(3))
		if d(3) == 0 { // and late, one that they do lie near
			event("customer.start", c+"-w", "", to+2_400_000, said)
			event("customer.end", c+"-w", "", to+2_401_000, said+60_000)
		}
	}
	for k := range 1 + d(2) {
		h, n := next()
		s.recording(c, fmt.Sprintf("%s-r%d", c, k), h, n, agents, said, until, to+60_000+int64(d(120_000)))
	}
}

// recording tells of one recording: what announces it, what was read of it, and all that may be wrong with either.
func (s *saga) recording(c, r string, h habit, k, agents int, from, to, at int64) {
	d := s.d
	start, end, created, duration := h.times(d, k, agents, from, to)
	export, times := s.export(schemas.FormMetadata, c, r, h, start, end, created, duration)
	if d(6) == 0 {
		row, rowTimes := s.export(schemas.FormRow, c, r, h, start, end, created, duration)
		s.add(inspections, rowOf(c, r, "/"+r, row, rowTimes, at-int64(d(30_000))+int64(d(4)/3)*1_500_000))
	}
	if d(30) == 0 {
		s.transcript(c, r, at+500)
	}
	hold := []string{schemas.HoldOn, schemas.HoldOff, schemas.HoldUnknown}
	mode := []string{schemas.RetentionNone, schemas.RetentionGovernance, schemas.RetentionCompliance, schemas.RetentionUnknown}
	for _, role := range []string{schemas.RoleMedia, schemas.RoleMetadata} {
		came := at + int64(d(4000))
		switch d(14) {
		case 0:
			continue // it never comes
		case 1, 2:
			came += 660_000 + int64(d(2_000_000)) // after the patience
		}
		x := object{conversation: c, recording: r, role: role, version: "v1", etag: "e1", size: 7}
		if d(8) == 0 {
			x.version = ""
		}
		announced := x
		if d(40) == 0 {
			announced.size++
		}
		s.add(s3, announced.notified(schemas.ActionCreated, came))
		switch d(60) {
		case 0:
			s.add(s3, x.notified(schemas.ActionDeleted, came+int64(d(900_000))))
		case 1:
			s.add(s3, x.notified(schemas.ActionDeleteMarker, came+int64(d(900_000))))
		}
		a := answer{outcome: schemas.OutcomeOK, content: r + role, hold: hold[d(3)], mode: mode[d(4)], request: "1"}
		if role == schemas.RoleMetadata {
			if a.unreadable = d(30) == 0; !a.unreadable {
				a.export, a.times = export, times
			}
		}
		s.reads(x, a, came, hold)
	}
}

// transcript is an object that nothing is expected of.
func (s *saga) transcript(c, r string, at int64) {
	x := object{conversation: c, recording: r, role: schemas.RoleTranscript, version: "v1", size: 3}
	s.add(s3, x.notified(schemas.ActionCreated, at))
	s.add(inspections, x.inspected(answer{outcome: schemas.OutcomeOK, content: r + "t", hold: schemas.HoldOff, mode: schemas.RetentionNone, request: "1"}, at+700))
}

// reads tells what was read of an object: refusals before, the first good read, later ones, other versions, other keys.
func (s *saga) reads(x object, a answer, came int64, hold []string) {
	d := s.d
	tell := func(x object, a answer, at int64) {
		o := x.inspected(a, at)
		if x.version == "" {
			o.Labels = append(o.Labels, schemas.LabelUnpinned)
		}
		s.add(inspections, o)
	}
	if d(12) == 0 {
		outcomes := []string{schemas.OutcomeDenied, schemas.OutcomeMissing, schemas.OutcomeThrottled, schemas.OutcomeTimeout, schemas.OutcomeFailed, schemas.OutcomeChanged}
		refused := answer{outcome: outcomes[d(len(outcomes))], hold: schemas.HoldUnknown, mode: schemas.RetentionUnknown, request: "0"}
		tell(x, refused, came+500)
	}
	if d(40) > 0 {
		tell(x, a, came+1000)
	}
	for k := range d(6) / 2 {
		a.hold, a.request = hold[d(3)], fmt.Sprint(k+2)
		tell(x, a, came+int64(k+2)*20_000)
	}
	if d(16) > 0 {
		return
	}
	// Once more: of the same key another version, or under another key; with the same content, or with other.
	x.etag = "e2"
	if d(2) == 0 {
		x.key = "copy/" + x.recording + x.role
	} else if x.version != "" {
		x.version = "v2"
	}
	if d(3) > 0 {
		a.content = "other " + a.content
		if a.export != nil {
			other := *a.export
			other.Projection = hashOf("other", x.recording)
			a.export = &other
		}
	}
	a.request = "9"
	tell(x, a, came+200_000)
}

func (s *saga) export(form, c, r string, h habit, start, end, created, duration int64) (*schemas.ExportFact, []schemas.Reading) {
	d := s.d
	e, times := exportOfFile(form, c, r, "", start, end, created)
	e.Provider, e.DurationMS = h.provider, duration
	switch d(50) {
	case 0:
		e.ConversationID = "another"
	case 1:
		times = append(times, schemas.Reading{Field: "exported_at", Clock: "export-metadata", HiMS: -1, Text: "pii-noon", Refused: "no time"})
	case 2:
		for i := range times {
			times[i].Zone = ""
		}
	case 3:
		e.SessionID = c + "-s"
	case 4:
		times = append(times, instantAt("exported_at", "export-metadata", end+90_000))
	case 5:
		e.MediaType, e.Provider = "", ""
	}
	return e, times
}

// manifest tells of a job: the manifest object, which belongs to no conversation, and rows, good and bad, of recordings
// of which nothing else comes.
func (s *saga) manifest(i int, at int64) {
	x := object{recording: "", role: schemas.RoleManifest, key: fmt.Sprint("job", i), version: "v1", size: 900}
	o := x.notified(schemas.ActionCreated, at)
	entity := o.Entity
	s.add(s3, o)
	read := x.inspected(answer{outcome: schemas.OutcomeOK, content: entity, hold: schemas.HoldOff, mode: schemas.RetentionNone, request: "m"}, at+900)
	read.Entity, read.Secret = entity, secretOf(entity)
	s.add(inspections, read)
	for k := range 3 {
		c, r := fmt.Sprintf("j%d", i), fmt.Sprintf("j%d-r%d", i, k)
		e, times := exportOfFile(schemas.FormRow, c, r, "", at, at+60_000, -1)
		row := rowOf(c, r, fmt.Sprint("/", k), e, times, at+1000+int64(k))
		switch k {
		case 1:
			row.Export.RecordingID = "" // a row that names none
		case 2:
			row.Labels, row.Export.RecordingID = []string{schemas.LabelUnreadable}, ""
		}
		s.add(inspections, row)
	}
}

// flood is one conversation that somebody floods, past every limit of an entity: sessions, recordings, parts, committed
// values, findings, remembered facts, bytes.
func (s *saga) flood(at int64) {
	const c = "flood"
	long := strings.Repeat("x", 100)
	next := func() int64 { at += 60; return at }
	for i := range maxSessions + 30 {
		s.add(events, eventOf(c, "user.start", fmt.Sprint(long, i), "", next(), at))
	}
	for i := range maxRecordings + 30 {
		x := object{conversation: c, recording: fmt.Sprint(long, i), role: schemas.RoleMedia, key: fmt.Sprint(strings.Repeat(long, 9), i), version: "v", size: 1}
		s.add(s3, x.notified(schemas.ActionCreated, next()))
	}
	for i := range maxParts + 40 {
		x := object{conversation: c, recording: long + "0", role: schemas.RoleMedia, version: fmt.Sprint(long, i), size: 1}
		s.add(s3, x.notified(schemas.ActionCreated, next()))
	}
	for i := range maxFindings + 30 {
		row := rowOf(c, "", fmt.Sprint("/bad/", i), &schemas.ExportFact{Form: schemas.FormRow, DurationMS: -1, UserIDs: []string{}, ParticipantIDs: []string{}, Aliases: []string{}}, nil, next())
		row.Labels = []string{schemas.LabelUnreadable}
		s.add(inspections, row)
	}
	for i := range maxSeen - maxSessions - maxFindings - maxRecordings {
		s.add(events, eventOf(c, "acd.start", fmt.Sprint("a", i), "", next(), at))
	}
}

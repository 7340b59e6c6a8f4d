package correlate

import (
	"slices"
	"testing"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

const (
	goldenSeed   = 20260504
	goldenShards = 4
	goldenTold   = 6800 // conversations
	goldenTenth  = goldenTold / 10

	goldenTick  = 20_000 // ms
	goldenSlack = 2_000
)

// goldenRegimes are the documents a golden log is under, the second from the middle of it on. Nothing that a regime
// says is the same in both.
func goldenRegimes(t testing.TB) []string {
	return []string{
		document(t, goldenShards, func(s *Settings) {
			s.PatienceCompanion, s.PatienceExport, s.Settle, s.CohortPatience = 10*time.Minute, 2*time.Hour, 30*time.Second, time.Hour
		}),
		document(t, goldenShards, func(s *Settings) {
			s.MatchWindow, s.PatienceCompanion, s.PatienceExport = 10*time.Minute, 6*time.Minute, 90*time.Minute
			s.Settle, s.Stalled, s.CohortPatience = 45*time.Second, 90*time.Second, 45*time.Minute
			s.Slack, s.CohortMin = 80*time.Millisecond, 20
		}),
	}
}

// silence is a time in which a source is not heard.
type silence struct {
	source   int
	from, to int64
}

// golden is a log of observations made out of a seed, and what one pass over it puts out.
type golden struct {
	regimes []string
	records []stream.Record // every partition's, as the log came to be
	made    []stream.Output // of all shards, shard by shard
	from    []int           // where in made each shard's begin
}

// newGolden plays a saga of n conversations to the fold as a cluster might: each source in its own order and with its
// own delay, ticks that are true, measures whenever the fold's own output comes back, and records that do not belong.
func newGolden(t testing.TB, n int) *golden {
	g := &golden{regimes: goldenRegimes(t)}
	s := newSaga(diced(goldenSeed), n)
	p := newPlayUnder(t, diced(goldenSeed+1), goldenShards, g.regimes[0], replayOf(t, g.regimes[0]))
	g.play(p, s)
	g.records = p.log.records
	for _, f := range p.shards {
		g.from = append(g.from, len(g.made))
		g.made = append(g.made, f.state.Outputs()...)
	}
	return g
}

func (g *golden) play(p *play, s *saga) {
	third := (s.end - epoch0) / 3
	silences := []silence{{events, epoch0 + third/2, epoch0 + third/2 + 300_000}, {s3, epoch0 + third, epoch0 + third + 1_200_000},
		{inspections, epoch0 + 2*third, epoch0 + 2*third + 200_000}}
	c := &chorus{play: p, saga: s, silences: silences, now: epoch0, regime: g.regimes[0], tick: epoch0 + goldenTick, epoch: 1}
	for c.more() {
		c.now += 1000
		p.log.at = c.now
		if c.now-epoch0 == 3*third/2/1000*1000 {
			c.regime = g.regimes[1]
			p.add(&schemas.Regime{Document: c.regime})
		}
		c.speak()
		p.deliver(p.d(len(p.pending) + 1))
		if p.d(60) == 0 {
			c.junk()
		}
		if c.now >= c.tick {
			c.ticks(p.d(4) == 0)
			c.tick += goldenTick
		}
	}
	p.deliver(len(p.pending))
	for _, later := range []int64{120_000, 1, 3_600_000, 3 * 3_600_000, 80 * 3_600_000, 1, 200 * 3_600_000, 1} {
		c.now += later
		p.log.at = c.now
		c.ticks(true)
		p.deliver(len(p.pending))
	}
}

// chorus is the sources, each telling in its order.
type chorus struct {
	*play
	saga     *saga
	silences []silence
	next     [sources]int
	delay    [sources]int64
	now      int64
	regime   string // in force
	tick, n  int64
	epoch    int64
}

func (c *chorus) more() bool {
	for i := range c.next {
		if c.next[i] < len(c.saga.sources[i]) {
			return true
		}
	}
	return false
}

func (c *chorus) silent(source int) bool {
	return slices.ContainsFunc(c.silences, func(s silence) bool { return s.source == source && c.now >= s.from && c.now < s.to })
}

// speak lets every source tell what it has by now, in any order of sources.
func (c *chorus) speak() {
	first := c.d(sources)
	for k := range sources {
		i := (first + k) % sources
		if c.silent(i) {
			continue
		}
		c.delay[i] = max(0, min(8000, c.delay[i]+int64(c.d(2001))-1000))
		for rest := c.saga.sources[i]; c.next[i] < len(rest) && rest[c.next[i]].at <= c.now-c.delay[i]; c.next[i]++ {
			c.add(rest[c.next[i]].o)
		}
	}
}

// ticks tells the time, and of each source that it is proven up to what it has not told yet.
func (c *chorus) ticks(cut bool) {
	c.n++
	k := tickOf(c.n, c.now, c.now-goldenSlack, c.epoch, cut)
	for i := range k.Sources {
		if rest := c.saga.sources[i][c.next[i]:]; len(rest) > 0 {
			k.Sources[i].ThroughMS = min(k.Sources[i].ThroughMS, rest[0].at)
		}
	}
	c.hesitate(k)
	if cut {
		c.epoch++
	}
	c.add(k)
}

// junk puts a record into the log that does not belong there.
func (c *chorus) junk() {
	p := int32(c.d(goldenShards))
	put := func(key string, value []byte) {
		from := len(c.log.records)
		c.log.put(p, key, value)
		c.fold(from)
	}
	o := eventOf("junk", "customer.start", "s", "", c.now, c.now)
	m := &schemas.Measure{To: cohortKey("org", "c", "p"), OrganizationID: "org", Channel: "c", Provider: "p", Shape: shapeAligned, Start: &schemas.Offset{}, ArrivalMS: c.now}
	switch c.d(12) {
	case 0:
		put("conversation:junk", []byte("junk"))
	case 1:
		put("tick", encode(c.t, &schemas.CustodyMarker{Marker: []byte("{}")}))
	case 2:
		put("conversation:other", encode(c.t, o))
	case 3:
		o.Event = nil
		c.add(o)
	case 4:
		put("cohort:x", encode(c.t, &schemas.Measure{To: "cohort:x", Shape: shapeAligned, Start: &schemas.Offset{}}))
	case 5:
		c.add(tickOf(c.n, c.now, c.now, c.epoch, true)) // the last tick's number once more
	case 6:
		o.Entity = "matter:1"
		put(o.Entity, encode(c.t, o))
	case 7:
		p = (schemas.Murmur2Partition([]byte(o.Entity), goldenShards) + 1) % goldenShards
		put(o.Entity, encode(c.t, o)) // into another shard than its own
	case 8:
		o.Times[0].HiMS--
		c.add(o)
	case 9:
		m.Start = nil
		c.add(m)
	case 10:
		m.Shape = shapeNotComparable
		c.add(m)
	case 11:
		c.add(&schemas.Regime{Document: c.regime}) // the one in force once more
	}
}

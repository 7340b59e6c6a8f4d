package audit

import (
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// ticks judges the ticks of all partitions.
func (c *check) ticks() {
	o := c.l.observed
	said := map[int64]half{}
	newest := int64(0)
	for _, list := range o.ticks {
		for i := range list {
			newest = max(newest, list[i].n)
		}
	}
	for p := range c.l.partitions {
		want, t, open := int64(1), int64(0), int64(1)
		for i := range o.ticks[p] {
			k := &o.ticks[p][i]
			at := place{schemas.TopicObservations, p, k.offset}
			if first, known := said[k.n]; known && first != k.says {
				c.add(ruleTickSame, Wrong, at, "tick %d has other bytes than elsewhere", k.n)
			} else if !known {
				said[k.n] = k.says
			}
			switch {
			case k.n < want:
				c.add(ruleTicks, Doubled, at, "tick %d comes after tick %d", k.n, want-1)
				continue
			case k.n > want:
				c.addMany(int(k.n-want), ruleTicks, Hole, at, "tick %d follows tick %d", k.n, want-1)
			}
			if k.t < t {
				c.add(ruleTicks, Wrong, at, "tick %d is of %d, the one before of %d", k.n, k.t, t)
			}
			if k.epoch != open && k.n == want {
				c.add(ruleTicks, Wrong, at, "tick %d names epoch %d, and %d is open", k.n, k.epoch, open)
			}
			if open = k.epoch; k.cut {
				open++
			}
			want, t = k.n+1, k.t
		}
		if want <= newest {
			c.addMany(int(newest-want+1), ruleTicks, Hole, c.whole(schemas.TopicObservations, p), "the ticks end with %d; others have %d", want-1, newest)
		}
	}
	if c.l.clock > 0 && c.l.clock != newest {
		c.add(ruleClock, Wrong, c.whole(schemas.TopicCaptureProgress, 0), "the clock's newest state is that of tick %d, the last tick is %d", c.l.clock, newest)
	}
}

// regimes judges where regimes stand.
func (c *check) regimes() {
	o := c.l.observed
	most := mostCommon(o.regimes)
	for p := range c.l.partitions {
		for i := range o.lines[p] {
			if x := &o.lines[p][i]; x.what != lineAlien {
				if x.what != lineRegime {
					c.add(ruleRegime, Wrong, place{schemas.TopicObservations, p, x.offset}, "the partition begins with something else than a regime")
				}
				break
			}
		}
		c.sameRegimes(p, o.regimes[p], most)
	}
}

// mostCommon is the list of regimes that most partitions hold, the first of those that tie.
func mostCommon(lists [][]regime) []regime {
	best, votes := []regime(nil), 0
	for _, a := range lists {
		n := 0
		for _, b := range lists {
			if slices.EqualFunc(a, b, func(x, y regime) bool { return x.name == y.name }) {
				n++
			}
		}
		if n > votes {
			best, votes = a, n
		}
	}
	return best
}

// sameRegimes compares a partition's regimes with those of most others, up to the first that differs.
func (c *check) sameRegimes(p int32, here, most []regime) {
	for i := range max(len(here), len(most)) {
		switch {
		case i >= len(here):
			c.addMany(len(most)-i, ruleRegime, Lost, c.whole(schemas.TopicObservations, p), "%d regimes; other partitions hold %d", len(here), len(most))
		case i < len(most) && here[i].name == most[i].name:
			continue
		case i < len(most) && slices.EqualFunc(here[i:], most[i+1:], func(x, y regime) bool { return x.name == y.name }):
			c.add(ruleRegime, Lost, place{schemas.TopicObservations, p, here[i].offset}, "regime %d of %d is missing before this one", i+1, len(most))
		case slices.ContainsFunc(here[:i], func(x regime) bool { return x.name == here[i].name }):
			c.add(ruleRegime, Doubled, place{schemas.TopicObservations, p, here[i].offset}, "regime %d of %d is an earlier one once more; other partitions hold %d", i+1, len(here), len(most))
		default:
			c.add(ruleRegime, Wrong, place{schemas.TopicObservations, p, here[i].offset}, "regime %d of %d is another than that of other partitions", i+1, len(here))
		}
		return
	}
}

// derived judges time and regime of every leaf of a shard, in the order of the topic.
func (c *check) derived() {
	leaves, o := c.l.custody.leaves, c.l.observed
	for p := range c.l.partitions {
		times := map[int64]bool{}
		for i := range o.ticks[p] {
			times[o.ticks[p][i].t] = true
		}
		in, entered := 0, o.regimes[p]
		for _, i := range c.byShard[p] {
			l := &leaves[i]
			switch l.kind {
			case leaf.KindPairing, leaf.KindVerdict, leaf.KindCohort:
				if !times[l.ms] {
					c.add(ruleTickTime, Wrong, l.at(), "a %s leaf of %d, at which no tick of the shard is", l.kind, l.ms)
				}
			}
			name := c.l.custody.regimes[l.regime]
			next := in
			for next < len(entered) && entered[next].name != name {
				next++
			}
			if next == len(entered) {
				c.add(ruleInForce, Wrong, l.at(), "regime %x is none of the shard's, or one that was replaced before", name[:8])
				continue
			}
			in = next
		}
	}
}

// recordings judges that what has been quiet was judged.
func (c *check) recordings() {
	facts, leaves := c.l.observed.facts, c.l.custody.leaves
	for e := range c.l.names.len() {
		list := c.factsOf.of(e)
		if len(list) == 0 || c.spilled(entity(e)) {
			continue
		}
		p := facts[list[0]].partition
		newest := int64(-1)
		about := map[uint64]int32{}
		for _, i := range list {
			if f := &facts[i]; f.owed {
				newest = max(newest, f.ms)
				if f.recording != 0 {
					about[f.recording] = i
				}
			}
		}
		settle := int64(-1)
		for _, g := range c.l.observed.regimes[p] {
			settle = max(settle, g.settle)
		}
		now := c.nowIn(p)
		if len(about) == 0 || settle < 0 || now == nil || c.touched[e] > now.tick.offset || !now.settled(newest+settle) {
			continue
		}
		paired, judged := map[uint64]bool{}, map[uint64]bool{}
		for _, i := range c.leavesOf.of(e) {
			switch l := &leaves[i]; l.kind {
			case leaf.KindPairing:
				paired[l.recording] = true
			case leaf.KindVerdict:
				judged[l.recording] = true
			}
		}
		for _, recording := range sortedKeys(about) {
			if !paired[recording] || !judged[recording] {
				c.add(ruleRecording, Lost, facts[about[recording]].at(), "a recording of %s, quiet since %d: pairing %t, verdict %t",
					c.l.names.text(entity(e)), newest, paired[recording], judged[recording])
			}
		}
	}
}

// now is what a shard knew when it drained its last tick.
type now struct {
	tick    *tick
	firstT  int64
	stalled int64 // ms; -1: not known
}

// nowIn returns it, nil where the shard has folded no tick.
func (c *check) nowIn(p int32) *now {
	list, m := c.l.observed.ticks[p], c.last(p)
	n := now{stalled: -1}
	for i := range list {
		if m == nil || list[i].offset < m.frontier {
			n.tick = &list[i]
		}
	}
	if n.tick == nil {
		return nil
	}
	n.firstT = list[0].t
	for _, g := range c.l.observed.regimes[p] {
		if g.offset < n.tick.offset {
			n.stalled = g.stalled
		}
	}
	return &n
}

// proven says that a source is proven to a moment, given up that it is stalled and the moment has passed.
func (n *now) proven(source int, at int64) bool { return n.tick.proven[source] >= at }

func (n *now) given(source int, at int64) bool {
	return n.stalled >= 0 && n.tick.t-max(n.tick.proven[source], n.firstT) > n.stalled && n.tick.t >= at
}

// settled says that a settle deadline at that moment is due.
func (n *now) settled(at int64) bool {
	for i := range sources {
		if !n.proven(i, at) && !n.given(i, at) {
			return false
		}
	}
	return true
}

// Lanes of deadlines in a changelog record.
const (
	laneS3 = iota
	laneS3Late
	laneEvents
	laneEventsLate
	laneSettle
	laneJudge
)

const (
	eventsSource = 0
	s3Source     = 1
)

// due says that a deadline on a lane is due.
func (n *now) due(lane int, at int64) bool {
	switch lane {
	case laneS3:
		return n.proven(s3Source, at) || n.given(s3Source, at)
	case laneS3Late:
		return n.proven(s3Source, at)
	case laneEvents:
		return n.proven(eventsSource, at) || n.given(eventsSource, at)
	case laneEventsLate:
		return n.proven(eventsSource, at)
	case laneSettle:
		return n.settled(at)
	}
	return n.tick.t >= at
}

// deadlines judges that nothing due is left waiting. What was touched after the last tick may have set a deadline that
// is due already, and waits for the next one.
func (c *check) deadlines() {
	for p := range c.l.partitions {
		now := c.nowIn(p)
		if now == nil {
			continue
		}
		for _, e := range sortedKeys(c.l.shards[p].entries) {
			x := c.l.shards[p].entries[e]
			if x.gone || c.touched[e] > now.tick.offset {
				continue
			}
			for lane := range lanes {
				if x.waits[lane] && now.due(lane, x.due[lane]) {
					c.add(ruleDue, Lost, place{schemas.TopicCorrelateState, p, x.offset}, "%s waits on lane %d for %d, which tick %d made due",
						c.l.names.text(e), lane, x.due[lane], now.tick.n)
				}
			}
		}
	}
}

// released holds leaves to the epoch of the tick that released them. Several ticks may bear one time; any of them will do.
func (c *check) released() {
	type moment struct{ t, epoch int64 }
	for p := range c.l.partitions {
		ticks, times := map[moment]bool{}, map[int64]bool{}
		for _, t := range c.l.observed.ticks[p] {
			ticks[moment{t.t, t.epoch}], times[t.t] = true, true
		}
		for _, i := range c.byShard[p] {
			l := &c.l.custody.leaves[i]
			if l.kind != leaf.KindPairing && l.kind != leaf.KindVerdict && l.kind != leaf.KindCohort {
				continue
			}
			if times[l.ms] && !ticks[moment{l.ms, l.epoch}] { // a time that no tick bears breaks another rule
				c.add(ruleReleased, Wrong, l.at(), "this %s is of epoch %d, which no tick of its time names", l.kind, l.epoch)
			}
		}
	}
}

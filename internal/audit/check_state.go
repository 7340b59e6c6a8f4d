package audit

import (
	"iter"
	"maps"
	"sort"

	"holdfast.example/schemas"
)

func mapKeys[K comparable, V any](m map[K]V) iter.Seq[K] { return maps.Keys(m) }

// metas compares what each shard counts of itself with what the topics hold.
func (c *check) metas() {
	out := c.outputs()
	for p := range c.l.partitions {
		lines, metas := c.l.observed.lines[p], c.l.shards[p].metas
		if len(metas) == 0 {
			if len(lines) > 0 {
				c.addMany(len(lines), ruleFrontier, Lost, c.whole(schemas.TopicObservations, p), "%d records, and the shard has folded nothing", len(lines))
			}
			continue
		}
		for i := range metas {
			c.history(p, metas[:i+1], lines)
		}
		m := &metas[len(metas)-1]
		at := place{schemas.TopicCorrelateState, p, m.offset}
		if below := below(lines, m.frontier); below < len(lines) {
			c.addMany(len(lines)-below, ruleFrontier, Lost, at, "frontier %d: %d records lie behind it", m.frontier, len(lines)-below)
		} else if n := len(lines); n > 0 && lines[n-1].offset+1 != m.frontier {
			c.add(ruleFrontier, Wrong, at, "frontier %d; the last record is %d", m.frontier, lines[n-1].offset)
		}
		if committed := c.position("correlate", p); committed != m.frontier {
			c.add(ruleFrontier, Wrong, at, "frontier %d; the group has committed %d", m.frontier, committed)
		}
		switch n := int64(out[p]) - m.out; {
		case n < 0:
			c.addMany(int(-n), ruleOut, Lost, at, "%d outputs counted, %d found", m.out, out[p])
		case n > 0:
			c.addMany(int(n), ruleOut, Doubled, at, "%d outputs counted, %d found", m.out, out[p])
		}
		c.own(p, m, at)
	}
	c.deadCounts()
}

// below is how many records lie below a frontier.
func below(lines []line, frontier int64) int {
	return sort.Search(len(lines), func(i int) bool { return lines[i].offset >= frontier })
}

// history judges the last of a shard's meta records so far.
func (c *check) history(p int32, metas []meta, lines []line) {
	m := &metas[len(metas)-1]
	at := place{schemas.TopicCorrelateState, p, m.offset}
	if m.partitions != int64(c.l.partitions) {
		c.add(ruleHistory, Wrong, at, "it is of %d partitions, not %d", m.partitions, c.l.partitions)
	}
	if n := int64(below(lines, m.frontier)); n != m.in {
		kind := Wrong
		switch {
		case n > m.in:
			kind = Lost
		case n < m.in:
			kind = Doubled
		}
		c.add(ruleIn, kind, at, "%d records counted as folded, %d lie below frontier %d", m.in, n, m.frontier)
	}
	if len(metas) < 2 {
		return
	}
	if b := &metas[len(metas)-2]; m.transactions <= b.transactions || m.frontier < b.frontier || m.in < b.in || m.out < b.out || m.dead < b.dead {
		c.add(ruleHistory, Wrong, at, "transaction %d, frontier %d, in %d, out %d, dead %d come after %d, %d, %d, %d, %d",
			m.transactions, m.frontier, m.in, m.out, m.dead, b.transactions, b.frontier, b.in, b.out, b.dead)
	}
}

// own judges the numbers that the fold itself keeps.
func (c *check) own(p int32, m *meta, at place) {
	if !m.task {
		c.add(ruleState, Wrong, at, "the fold's own numbers are not of the layout this checker knows")
		return
	}
	next, number, tick, open := int64(0), int64(0), int64(0), int64(1)
	for _, i := range c.byShard[p] {
		next = max(next, c.l.custody.leaves[i].index+1)
	}
	for i := range c.l.observed.measures {
		if x := &c.l.observed.measures[i]; x.from == p {
			number = max(number, x.number)
		}
	}
	for i := range c.l.observed.ticks[p] {
		if t := &c.l.observed.ticks[p][i]; t.offset < m.frontier {
			tick = max(tick, t.n)
			if t.cut {
				open = max(open, t.epoch+1)
			}
		}
	}
	first := int64(0)
	for i := range c.l.custody.markers {
		if x := &c.l.custody.markers[i]; x.partition == p {
			first = max(first, x.first+x.count)
		}
	}
	for _, x := range []struct {
		what      string
		has, want int64
	}{
		{"next index", m.next, next}, {"first index of the epoch", m.first, first}, {"measures", m.number, number}, {"tick", m.tick, tick}, {"open epoch", m.epoch, open},
	} {
		if x.has != x.want {
			c.add(ruleTask, Wrong, at, "%s is %d; the topics say %d", x.what, x.has, x.want)
		}
	}
	if m.draining {
		c.add(ruleTask, Wrong, at, "it is still draining tick %d", m.tick)
	}
}

// outputs counts what each shard has emitted, dead letters apart.
func (c *check) outputs() []int {
	out := make([]int, c.l.partitions)
	for i := range c.l.custody.leaves {
		out[c.l.custody.leaves[i].partition]++
	}
	for i := range c.l.custody.markers {
		out[c.l.custody.markers[i].partition]++
	}
	for p, n := range c.l.openings.byShard {
		out[p] += n
	}
	for i := range c.l.alerts {
		out[c.shardOf(c.l.alerts[i].entity)]++
	}
	for i := range c.l.probes {
		out[c.shardOf(c.l.probes[i].entity)]++
	}
	for i := range c.l.observed.measures {
		if m := &c.l.observed.measures[i]; m.from >= 0 && m.from < c.l.partitions {
			out[m.from]++
		}
	}
	return out
}

func (c *check) deadCounts() {
	dead := make([]int64, c.l.partitions)
	for i := range c.l.letters {
		if of := c.l.letters[i].of; of.topic == schemas.TopicObservations && of.partition >= 0 && of.partition < c.l.partitions {
			dead[of.partition]++
		}
	}
	for p := range c.l.partitions {
		if m := c.last(p); m != nil && m.dead != dead[p] {
			kind := Lost
			if m.dead < dead[p] {
				kind = Doubled
			}
			c.add(ruleDeadCnt, kind, place{schemas.TopicCorrelateState, p, m.offset}, "%d dead letters counted, %d found", m.dead, dead[p])
		}
	}
}

// states compares every entity's state with its leaves and observations.
func (c *check) states() {
	leaves := c.l.custody.leaves
	for n := range c.l.names.len() {
		e := entity(n)
		name, head := c.l.names.text(e), c.heads[n]
		p := c.shardOf(e)
		x := c.l.shards[p].entries[e]
		standing := c.findings(e)
		if x == nil || x.gone {
			if head >= 0 {
				c.add(ruleHead, Lost, leaves[head].at(), "%s has leaves and no state", name)
			}
			continue
		}
		if !x.readable {
			continue
		}
		at := place{schemas.TopicCorrelateState, p, x.offset}
		switch {
		case head < 0 && x.seq != 0:
			c.add(ruleHead, Wrong, at, "the state of %s is at leaf %d; it has no leaf", name, x.seq)
		case head >= 0 && (x.seq != leaves[head].seq || x.prev != leaves[head].sum):
			c.add(ruleHead, Wrong, at, "the state of %s is at leaf %d, %x; its last leaf is %d, %x", name, x.seq, x.prev[:8], leaves[head].seq, leaves[head].sum[:8])
		}
		if !maps.Equal(standing, x.open) {
			c.add(ruleOpen, Wrong, at, "%s has %d findings open; its leaves leave %d open, or others", name, len(x.open), len(standing))
		}
		if x.spilled == 0 && x.duplicates != int64(c.repeats[n]) {
			c.add(ruleSeen, Wrong, at, "%s counts %d redeliveries; %d observations of it owe no leaf", name, x.duplicates, c.repeats[n])
		}
		if secret, has := c.l.observed.fold.secrets[e]; has != x.hasSecret || secret != x.secret {
			c.add(ruleSecret, Wrong, at, "the secret of %s is not the first that a fact brought", name)
		}
	}
}

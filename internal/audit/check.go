package audit

import (
	"cmp"
	"slices"

	"holdfast.example/schemas"
)

// Check judges a Log. It is pure, and leaves the Log as it is.
func Check(l *Log) *Report {
	c := &check{l: l, found: l.noted.clone(), r: &Report{}}
	c.index()
	c.counts()
	c.wholeTransactions()
	c.rawTopics()
	c.deadLetters()
	c.ticks()
	c.regimes()
	c.chains()
	c.shardIndexes()
	c.markers()
	c.released()
	c.facts()
	c.derived()
	c.recordings()
	c.measures()
	c.alertRecords()
	c.probeRecords()
	c.openingRecords()
	c.metas()
	c.states()
	c.deadlines()
	c.into(c.r)
	return c.r
}

// check is one run of Check.
type check struct {
	*found
	l *Log
	r *Report

	leavesOf group     // by entity, in the order of seq, then of place
	factsOf  group     // by entity, in the order of the log
	byShard  [][]int32 // leaves by partition, in the order of the topic
	heads    []int32   // by entity: the last leaf of its chain; -1: none
	letters  map[origin]int
	matched  []int32 // by leaf: the fact it stands for; -1: none
	touched  []int64 // by entity: offset of the last record that may have set a deadline of it; -1: none
	repeats  []int   // by entity: redeliveries
}

// group lists the members of each entity.
type group struct{ start, order []int32 }

func (g group) of(e int) []int32 { return g.order[g.start[e]:g.start[e+1]] }

// groupBy is a counting sort: n members, each of one of k entities, in the order they come.
func groupBy(n, k int, of func(i int) entity) group {
	g := group{make([]int32, k+1), make([]int32, n)}
	for i := range n {
		g.start[of(i)+1]++
	}
	for e := range k {
		g.start[e+1] += g.start[e]
	}
	next := slices.Clone(g.start)
	for i := range n {
		e := of(i)
		g.order[next[e]] = int32(i)
		next[e]++
	}
	return g
}

func (c *check) index() {
	leaves, facts, k := c.l.custody.leaves, c.l.observed.facts, c.l.names.len()
	c.leavesOf = groupBy(len(leaves), k, func(i int) entity { return leaves[i].entity })
	c.factsOf = groupBy(len(facts), k, func(i int) entity { return facts[i].entity })
	c.heads, c.touched, c.repeats = make([]int32, k), make([]int64, k), make([]int, k)
	for e := range k {
		c.heads[e], c.touched[e] = -1, -1
		slices.SortStableFunc(c.leavesOf.of(e), func(a, b int32) int { return cmp.Compare(leaves[a].seq, leaves[b].seq) })
	}
	c.byShard = make([][]int32, c.l.partitions)
	c.matched = make([]int32, len(leaves))
	for i := range leaves {
		c.byShard[leaves[i].partition] = append(c.byShard[leaves[i].partition], int32(i))
		c.matched[i] = -1
	}
	c.letters = map[origin]int{}
	for i := range c.l.letters {
		c.letters[c.l.letters[i].of]++
	}
	for i := range c.l.observed.measures {
		if m := &c.l.observed.measures[i]; !m.poison {
			c.touched[m.to] = max(c.touched[m.to], m.offset)
		}
	}
}

func (c *check) counts() {
	for _, t := range c.l.raws {
		c.r.Inputs += len(t.records)
	}
	o := c.l.observed
	c.r.Observations, c.r.Measures = len(o.facts), len(o.measures)
	for _, list := range o.ticks {
		c.r.Ticks = max(c.r.Ticks, len(list))
	}
	c.r.Leaves, c.r.Markers = len(c.l.custody.leaves), len(c.l.custody.markers)
	c.r.Alerts, c.r.Probes, c.r.DeadLetters = len(c.l.alerts), len(c.l.probes), len(c.l.letters)
	for _, n := range c.l.openings.byShard {
		c.r.Openings += n
	}
}

// shardOf is the shard of an entity.
func (c *check) shardOf(e entity) int32 {
	return schemas.Murmur2Partition([]byte(c.l.names.text(e)), c.l.partitions)
}

// last returns a shard's newest meta record, nil if there is none.
func (c *check) last(p int32) *meta {
	if m := c.l.shards[p].metas; len(m) > 0 {
		return &m[len(m)-1]
	}
	return nil
}

// entry returns an entity's newest state, nil if there is none or it cannot be read.
func (c *check) entry(e entity) *entry {
	x := c.l.shards[c.shardOf(e)].entries[e]
	if x == nil || x.gone || !x.readable {
		return nil
	}
	return x
}

// spilled says that an entity's own state says it has forgotten facts.
func (c *check) spilled(e entity) bool {
	x := c.entry(e)
	return x != nil && x.spilled > 0
}

func (c *check) whole(topic string, p int32) place { return place{topic, p, -1} }

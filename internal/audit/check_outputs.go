package audit

import (
	"cmp"
	"slices"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// measures judges the measures of every shard, and the verdicts that must have one.
func (c *check) measures() {
	leaves, list := c.l.custody.leaves, c.l.observed.measures
	verdicts := map[schemas.Hash]int32{}
	for i := range leaves {
		if leaves[i].cohort != 0 {
			verdicts[leaves[i].sum] = int32(i)
		}
	}
	used := map[int32]bool{}
	byShard := map[int32][]*measure{}
	for i := range list {
		m := &list[i]
		byShard[m.from] = append(byShard[m.from], m)
		if !m.place {
			c.add(rulePlace, Wrong, m.at(), "key, cohort %s and partition do not belong together", c.l.names.text(m.to))
		}
		v, ok := verdicts[m.leaf]
		if !ok {
			c.add(ruleVerdict, Wrong, m.at(), "measure %d of shard %d rests on %x, which is no verdict leaf with a cohort", m.number, m.from, m.leaf[:8])
			continue
		}
		l := &leaves[v]
		_, name, _ := strings.Cut(c.l.names.text(l.entity), ":")
		if l.partition != m.from || l.recording != m.recording || l.cohort != m.to || short(name) != m.conversation {
			c.add(ruleVerdict, Wrong, m.at(), "measure %d of shard %d names another shard, recording, conversation or cohort than its verdict at %s", m.number, m.from, l.at())
		}
		if used[v] {
			c.add(ruleVerdict, Doubled, m.at(), "a second measure of the verdict at %s", l.at())
		}
		used[v] = true
	}
	for i := range leaves {
		if l := &leaves[i]; l.cohort != 0 && verdicts[l.sum] == int32(i) && !used[int32(i)] {
			c.add(ruleVerdict, Lost, l.at(), "a verdict with a cohort and no measure")
		}
	}
	for _, from := range sortedKeys(byShard) {
		c.numbers(from, byShard[from], verdicts)
	}
	c.cohorts()
}

// numbers judges the running numbers of one shard's measures.
func (c *check) numbers(from int32, list []*measure, verdicts map[schemas.Hash]int32) {
	if from < 0 || from >= c.l.partitions {
		c.addMany(len(list), ruleMeasure, Wrong, list[0].at(), "measures of shard %d of %d", from, c.l.partitions)
		return
	}
	last := map[int32]int64{} // by partition
	for _, m := range list {
		if m.number < last[m.partition] {
			c.add(ruleMeasure, Wrong, m.at(), "measure %d of shard %d comes after %d", m.number, from, last[m.partition])
		}
		last[m.partition] = max(last[m.partition], m.number)
	}
	slices.SortStableFunc(list, func(a, b *measure) int { return cmp.Compare(a.number, b.number) })
	want, index := int64(1), int64(-1)
	for i, m := range list {
		switch {
		case m.number > want:
			c.addMany(int(m.number-want), ruleMeasure, Hole, m.at(), "shard %d goes from measure %d to %d", from, want-1, m.number)
		case m.number < want && i > 0 && list[i-1].leaf == m.leaf:
			c.add(ruleMeasure, Doubled, m.at(), "measure %d of shard %d stands at %s already", m.number, from, list[i-1].at())
		case m.number < want:
			c.add(ruleMeasure, Fork, m.at(), "another measure %d of shard %d", m.number, from)
		}
		want = max(want, m.number+1)
		if v, ok := verdicts[m.leaf]; ok {
			if l := &c.l.custody.leaves[v]; l.index < index {
				c.add(ruleMeasure, Wrong, m.at(), "measure %d rests on index %d, one before it on %d", m.number, l.index, index)
			} else {
				index = l.index
			}
		}
	}
}

// sample is how many recordings of a cohort its state tells apart for certain.
const sample = 1024

// cohorts compares each cohort's count with the recordings measured.
func (c *check) cohorts() {
	list := c.l.observed.measures
	of := groupBy(len(list), c.l.names.len(), func(i int) entity { return list[i].to })
	for e := range c.l.names.len() {
		distinct, n := map[uint64]bool{}, int64(0)
		for _, i := range of.of(e) {
			if !list[i].poison {
				distinct[list[i].recording] = true
				n++
			}
		}
		x := c.entry(entity(e))
		if n == 0 || x == nil {
			continue
		}
		if d := int64(len(distinct)); d <= sample && x.members != d || d > sample && (x.members < sample || x.members > n) {
			c.add(ruleCohort, Wrong, place{schemas.TopicCorrelateState, c.shardOf(entity(e)), x.offset}, "%s counts %d recordings; %d measures name %d", c.l.names.text(entity(e)), x.members, n, d)
		}
	}
}

// alertRecords joins alert records and alert leaves.
func (c *check) alertRecords() {
	leaves := c.l.custody.leaves
	bySum := map[schemas.Hash]int32{}
	for i := range leaves {
		if leaves[i].alert >= 0 {
			bySum[leaves[i].sum] = int32(i)
		}
	}
	used := map[int32]bool{}
	last := map[schemas.Hash]int64{}
	for i := range c.l.alerts {
		a := &c.l.alerts[i]
		n, ok := bySum[a.leaf]
		if !ok {
			c.add(ruleAlert, Wrong, a.at, "it names leaf %x, which is no alert's", a.leaf[:8])
			continue
		}
		l := &leaves[n]
		if l.says != a.says {
			c.add(ruleAlert, Wrong, a.at, "it says something else than its leaf at %s", l.at())
		}
		if used[n] {
			c.add(ruleAlert, Doubled, a.at, "a second alert of the leaf at %s", l.at())
		}
		used[n] = true
		if l.index < last[a.finding] {
			c.add(ruleAlertRow, Wrong, a.at, "its leaf at %s comes before that of the alert before", l.at())
		}
		last[a.finding] = l.index
	}
	for i := range leaves {
		if l := &leaves[i]; l.alert >= 0 && bySum[l.sum] == int32(i) && !used[int32(i)] {
			c.add(ruleAlert, Lost, l.at(), "an alert leaf without its record on %s", schemas.TopicDriftAlerts)
		}
	}
}

// findings walks an entity's alert leaves and returns what they leave open.
func (c *check) findings(e entity) map[schemas.Hash]half {
	open := map[schemas.Hash]half{}
	for _, i := range c.leavesOf.of(int(e)) {
		l := &c.l.custody.leaves[i]
		if l.alert < 0 {
			continue
		}
		a := &c.l.custody.alerts[l.alert]
		was, is := open[a.finding]
		switch {
		case a.step == schemas.StepOpened == is:
			c.add(ruleFinding, Wrong, l.at(), "finding %x is %s; it was open before: %t", a.finding[:8], a.step, is)
		case a.step == schemas.StepResolved && was != a.stands:
			c.add(ruleFinding, Wrong, l.at(), "finding %x is resolved and says something else than when it stood", a.finding[:8])
		case a.step == schemas.StepUpdated && was == a.stands:
			c.add(ruleFinding, Wrong, l.at(), "finding %x is updated and says nothing new", a.finding[:8])
		}
		if open[a.finding] = a.stands; a.step == schemas.StepResolved {
			delete(open, a.finding)
		}
	}
	return open
}

// probeRecords joins probes and the absences that were opened.
func (c *check) probeRecords() {
	asked, seen := map[schemas.Hash]int{}, map[schemas.Hash]bool{}
	at := map[schemas.Hash]place{}
	of := map[schemas.Hash]entity{}
	for i := range c.l.probes {
		p := &c.l.probes[i]
		if seen[p.id] {
			c.add(ruleProbe, Doubled, p.at, "probe %x was asked before", p.id[:8])
			continue
		}
		seen[p.id] = true
		asked[p.finding]++
		at[p.finding], of[p.finding] = p.at, p.entity
	}
	opened := map[schemas.Hash]int{}
	for i := range c.l.custody.leaves {
		l := &c.l.custody.leaves[i]
		if l.kind != leaf.KindAlert {
			continue
		}
		switch a := &c.l.custody.alerts[l.alert]; a.rule {
		case "media-missing", "metadata-missing", "object-retroactive":
			if a.step == schemas.StepOpened {
				opened[a.finding]++
				if opened[a.finding] > asked[a.finding] {
					c.add(ruleProbe, Lost, l.at(), "an absence was opened, and the world was not asked")
				}
			}
		}
	}
	for _, i := range slices.SortedFunc(mapKeys(asked), func(a, b schemas.Hash) int { return slices.Compare(a[:], b[:]) }) {
		if x := c.entry(of[i]); asked[i] > opened[i] && (x == nil || x.unraised == 0) {
			c.add(ruleProbe, Wrong, at[i], "%d probes for %d absences that were opened", asked[i], opened[i])
		}
	}
}

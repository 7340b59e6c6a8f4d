package audit

import (
	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// facts joins observations and fact leaves, entity by entity, then judges their order shard by shard.
func (c *check) facts() {
	for e := range c.l.names.len() {
		if len(c.factsOf.of(e)) > 0 || len(c.leavesOf.of(e)) > 0 {
			c.join(entity(e), false)
			c.join(entity(e), true)
		}
	}
	c.order()
}

// join matches what an entity's observations owe with the leaves it has: of one saying each leaf stands for one
// observation, in order. locks chooses the lock leaves.
func (c *check) join(e entity, locks bool) {
	facts, leaves := c.l.observed.facts, c.l.custody.leaves
	rule := ruleFact
	if locks {
		rule = ruleLockLeaf
	}
	have := map[half][]int32{}
	for _, i := range c.leavesOf.of(int(e)) {
		if l := &leaves[i]; !locks && l.isFact() || locks && l.kind == leaf.KindLock {
			have[l.says] = append(have[l.says], i)
		}
	}
	told := map[half]bool{} // what a leaf of this entity could say
	for _, i := range c.factsOf.of(int(e)) {
		f := &facts[i]
		owed, says := f.owed, f.says
		if locks {
			owed, says = f.owedLock, f.lockSays
		}
		if f.owed {
			c.touched[e] = max(c.touched[e], f.offset)
		}
		if !locks && f.certain && !f.lettered && !f.owed {
			c.repeats[e]++
			c.r.Redelivered++
		}
		if says == (half{}) {
			continue
		}
		told[says] = true
		if !owed {
			continue
		}
		if found := have[says]; len(found) > 0 {
			c.matched[found[0]] = i
			if have[says] = found[1:]; len(found) == 1 {
				delete(have, says)
			}
			continue
		}
		if locks && c.spilled(e) {
			continue // of a recording beyond the limit no versions are kept
		}
		c.add(rule, Lost, f.at(), "no leaf of %s says what this observation says", c.l.names.text(e))
	}
	c.unfounded(rule, e, have, told)
}

// unfounded judges the leaves that stand for no observation.
func (c *check) unfounded(rule string, e entity, have map[half][]int32, told map[half]bool) {
	if len(have) == 0 {
		return
	}
	spilled := c.spilled(e)
	for _, i := range c.leavesOf.of(int(e)) {
		l := &c.l.custody.leaves[i]
		left := have[l.says]
		if len(left) == 0 || left[0] != i {
			continue
		}
		have[l.says] = left[1:]
		switch {
		case told[l.says] && spilled:
		case told[l.says]:
			c.add(rule, Doubled, l.at(), "leaf %d of %s: a second of one observation, or one of a redelivery", l.seq, c.l.names.text(e))
		default:
			c.add(rule, Wrong, l.at(), "leaf %d of %s says what no observation says", l.seq, c.l.names.text(e))
		}
	}
}

// order judges the place of each fact leaf.
func (c *check) order() {
	leaves, o := c.l.custody.leaves, c.l.observed
	for p := range c.l.partitions {
		last := int64(-1)
		for _, i := range c.byShard[p] {
			if c.matched[i] < 0 {
				continue
			}
			l, f := &leaves[i], &o.facts[c.matched[i]]
			if f.offset < last {
				c.add(ruleOrder, Wrong, l.at(), "it stands for offset %d, after a leaf that stands for %d", f.offset, last)
			}
			last = max(last, f.offset)
			if l.epoch != f.epoch {
				c.add(ruleOrder, Wrong, l.at(), "it is of epoch %d; at offset %d epoch %d was open", l.epoch, f.offset, f.epoch)
			}
			if f.regimes == 0 || o.regimes[f.partition][f.regimes-1].name != c.l.custody.regimes[l.regime] {
				c.add(ruleOrder, Wrong, l.at(), "its regime is not the one that was in force at offset %d", f.offset)
			}
			if f.late && !l.late {
				c.add(ruleLate, Wrong, l.at(), "the fact at offset %d came before what was proven, and the leaf does not say late", f.offset)
			}
		}
	}
}

// openingRecords judges the newest opening of every entity.
func (c *check) openingRecords() {
	t := c.l.custody
	of := groupBy(len(t.commitments), c.l.names.len(), func(i int) entity { return t.commitments[i].entity })
	for n := range c.l.names.len() {
		e, list := entity(n), of.of(n)
		o := c.l.openings.newest[e]
		if o == nil && len(list) == 0 || o != nil && o.erased {
			continue
		}
		name := c.l.names.text(e)
		if o == nil {
			c.add(ruleOpening, Lost, t.leaves[t.commitments[list[0]].leaf].at(), "%s has commitments and no opening", name)
			continue
		}
		if secret, ok := c.l.observed.fold.secrets[e]; !ok || secret != o.secret {
			c.add(ruleOpening, Wrong, o.at, "its secret is not the first that a fact of %s brought", name)
		}
		opens, used := map[schemas.Hash]bool{}, map[schemas.Hash]bool{}
		for _, sum := range o.sums {
			opens[sum] = true
		}
		for _, i := range list {
			x := &t.commitments[i]
			if !used[x.sum] && !opens[x.sum] && o.spilled == 0 {
				c.add(ruleOpening, Lost, t.leaves[x.leaf].at(), "a commitment of %s that its opening at %s does not open", name, o.at)
			}
			used[x.sum] = true
		}
		for _, sum := range o.sums {
			if !used[sum] && !t.cut[e] {
				c.add(ruleOpening, Wrong, o.at, "it opens something that no leaf of %s commits to", name)
			}
		}
	}
}

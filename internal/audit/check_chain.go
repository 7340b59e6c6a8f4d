package audit

import (
	"cmp"
	"maps"
	"slices"

	"holdfast.example/schemas"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// chains judges the chain of every entity and finds its head.
func (c *check) chains() {
	leaves := c.l.custody.leaves
	for e := range c.l.names.len() {
		list := c.leavesOf.of(e)
		if len(list) == 0 {
			continue
		}
		shard, name := c.shardOf(entity(e)), c.l.names.text(entity(e))
		for _, i := range list {
			if l := &leaves[i]; l.partition != shard || l.shard != l.partition {
				c.add(ruleShard, Wrong, l.at(), "leaf %d of %s says shard %d; the entity's is %d", l.seq, name, l.shard, shard)
			}
		}
		c.chain(name, list)
		c.heads[e] = list[len(list)-1]
	}
}

// chain judges one, in the order of seq.
func (c *check) chain(name string, list []int32) {
	leaves := c.l.custody.leaves
	var before []schemas.Hash // the leaves of the number before
	want := int64(1)
	for i := 0; i < len(list); {
		first := &leaves[list[i]]
		j := i
		for ; j < len(list) && leaves[list[j]].seq == first.seq; j++ {
			l := &leaves[list[j]]
			switch {
			case j == i:
			case l.sum == first.sum:
				c.add(ruleChain, Doubled, l.at(), "leaf %d of %s stands at %s already", l.seq, name, first.at())
			default:
				c.add(ruleChain, Fork, l.at(), "another leaf %d of %s stands at %s", l.seq, name, first.at())
			}
			if first.seq == want && l.hasPrev && !slices.Contains(before, l.prev) {
				c.add(rulePrev, Fork, l.at(), "prev of leaf %d of %s is %x, which is not leaf %d", l.seq, name, l.prev[:8], l.seq-1)
			}
		}
		if n := first.seq - want; n > 0 {
			c.addMany(int(n), ruleChain, Hole, first.at(), "%s goes from leaf %d to %d", name, want-1, first.seq)
		}
		want, before = first.seq+1, before[:0]
		for ; i < j; i++ {
			before = append(before, leaves[list[i]].sum)
		}
	}
}

// shardIndexes judges the index of every shard.
func (c *check) shardIndexes() {
	leaves := c.l.custody.leaves
	for p, list := range c.byShard {
		highest := int64(-1)
		for _, i := range list {
			l := &leaves[i]
			if l.index < highest {
				c.add(ruleIndexRow, Wrong, l.at(), "index %d comes after index %d", l.index, highest)
			}
			highest = max(highest, l.index)
		}
		sorted := slices.Clone(list)
		slices.SortStableFunc(sorted, func(a, b int32) int { return cmp.Compare(leaves[a].index, leaves[b].index) })
		want := int64(0)
		for k, i := range sorted {
			l := &leaves[i]
			switch {
			case l.index > want:
				c.addMany(int(l.index-want), ruleIndex, Hole, l.at(), "shard %d goes from index %d to %d", p, want-1, l.index)
			case l.index < want && l.sum == leaves[sorted[k-1]].sum:
				c.add(ruleIndex, Doubled, l.at(), "index %d stands at %s already", l.index, leaves[sorted[k-1]].at())
			case l.index < want:
				c.add(ruleIndex, Fork, l.at(), "another leaf of index %d stands at %s", l.index, leaves[sorted[k-1]].at())
			}
			want = l.index + 1
		}
	}
}

// markers judges the epochs of every shard.
func (c *check) markers() {
	byShard := make([][]*markerRecord, c.l.partitions)
	for i := range c.l.custody.markers {
		m := &c.l.custody.markers[i]
		byShard[m.partition] = append(byShard[m.partition], m)
	}
	for p := range c.l.partitions {
		c.epochs(p, byShard[p])
		c.cuts(p, byShard[p])
	}
}

// epochs walks leaves and markers of a shard as they stand.
func (c *check) epochs(p int32, markers []*markerRecord) {
	leaves, list := c.l.custody.leaves, c.byShard[p]
	held := map[int64]int64{} // leaves by epoch
	indexes := map[int64]bool{}
	for _, i := range list {
		if l := &leaves[i]; !indexes[l.index] {
			indexes[l.index] = true
			held[l.epoch]++
		}
	}
	open, first, next := int64(1), int64(0), 0
	upTo := func(offset int64) {
		for ; next < len(list) && leaves[list[next]].offset < offset; next++ {
			if l := &leaves[list[next]]; l.epoch != open {
				c.add(ruleEpoch, Wrong, l.at(), "it is of epoch %d, and %d is open", l.epoch, open)
			}
		}
	}
	for _, m := range markers {
		upTo(m.offset)
		if m.shard != p || m.shards != c.l.partitions {
			c.add(ruleCounts, Wrong, m.at(), "it says shard %d of %d; it is of %d of %d", m.shard, m.shards, p, c.l.partitions)
		}
		if m.epoch >= open {
			if m.first != first || m.count != held[m.epoch] {
				c.add(ruleCounts, Wrong, m.at(), "epoch %d: first %d, count %d; the leaves say %d, %d", m.epoch, m.first, m.count, first, held[m.epoch])
			}
			first, open = m.first+m.count, m.epoch+1
		}
	}
	upTo(1 << 62)
}

// cuts compares a shard's markers with the ticks that cut.
func (c *check) cuts(p int32, markers []*markerRecord) {
	cut := map[int64]*tick{}
	for i := range c.l.observed.ticks[p] {
		t := &c.l.observed.ticks[p][i]
		if m := c.last(p); t.cut && cut[t.epoch] == nil && (m == nil || t.offset < m.frontier) {
			cut[t.epoch] = t
		}
	}
	seen, last := map[int64]*markerRecord{}, int64(0)
	for _, m := range markers {
		t, before := cut[m.epoch], seen[m.epoch]
		switch {
		case before != nil && before.sum == m.sum:
			c.add(ruleMarkers, Doubled, m.at(), "the marker of epoch %d stands at %s already", m.epoch, before.at())
		case before != nil:
			c.add(ruleMarkers, Fork, m.at(), "another marker of epoch %d stands at %s", m.epoch, before.at())
		case t == nil:
			c.add(ruleMarkers, Wrong, m.at(), "no tick cut epoch %d in this shard", m.epoch)
		case t.proven != m.through:
			c.add(ruleThrough, Wrong, m.at(), "through is %d, the tick's %d", m.through, t.proven)
		}
		if m.epoch < last {
			c.add(ruleMarkers, Wrong, m.at(), "the marker of epoch %d comes after that of %d", m.epoch, last)
		}
		last = max(last, m.epoch)
		if before == nil {
			seen[m.epoch] = m
		}
	}
	for _, epoch := range sortedKeys(cut) {
		if seen[epoch] == nil {
			c.add(ruleMarkers, Hole, c.whole(schemas.TopicCustodyRecords, p), "no marker of epoch %d, which tick %d cut", epoch, cut[epoch].n)
		}
	}
}

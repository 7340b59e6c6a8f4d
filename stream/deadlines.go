package stream

import (
	"slices"
	"strings"

	"github.com/tidwall/btree"
)

// deadlines orders the waiting entities of a shard, lane by lane, by (deadline, key).
type deadlines struct {
	lanes []*btree.BTreeG[due]
	byKey map[string][]Due // what stands in the lanes for an entity; entities that wait for nothing are absent
}

type due struct {
	at  int64
	key string
}

func newDeadlines(lanes int) *deadlines {
	d := &deadlines{byKey: make(map[string][]Due)}
	for range lanes {
		d.lanes = append(d.lanes, btree.NewBTreeGOptions(func(a, b due) bool {
			if a.at != b.at {
				return a.at < b.at
			}
			return strings.Compare(a.key, b.key) < 0
		}, btree.Options{NoLocks: true}))
	}
	return d
}

// set replaces the entity's deadlines and returns what they were. It keeps now.
func (d *deadlines) set(key string, now []Due) (before []Due) {
	before = d.byKey[key]
	if slices.Equal(before, now) {
		return before
	}
	for _, x := range before {
		d.lanes[x.Lane].Delete(due{x.At, key})
	}
	for _, x := range now {
		d.lanes[x.Lane].Set(due{x.At, key})
	}
	if len(now) == 0 {
		delete(d.byKey, key)
	} else {
		d.byKey[key] = now
	}
	return before
}

func (d *deadlines) head(lane int) (int64, string, bool) {
	x, ok := d.lanes[lane].Min()
	return x.at, x.key, ok
}

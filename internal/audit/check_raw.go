package audit

import (
	"slices"
	"sort"
	"strings"

	"holdfast.example/schemas"
)

// made is what came of a raw record.
type made struct {
	itself int
	rows   []int // by the record's rows
}

// rawTopics accounts for every raw record.
func (c *check) rawTopics() {
	came := map[string][]made{}
	for name, t := range c.l.raws {
		came[name] = make([]made, len(t.records))
	}
	for i := range c.l.observed.facts {
		f := &c.l.observed.facts[i]
		if !f.place {
			c.add(rulePlace, Wrong, f.at(), "key, entity %s and partition do not belong together", c.l.names.text(f.entity))
		}
		t := c.l.raws[f.origin.topic]
		var x *rawRecord
		if t != nil {
			x = t.find(f.origin.partition, f.origin.offset)
		}
		if x == nil {
			c.add(ruleRawExtra, Wrong, f.at(), "no raw record at %s/%d@%d", f.origin.topic, f.origin.partition, f.origin.offset)
			continue
		}
		m := &came[f.origin.topic][t.indexOf(x)]
		if f.sub == 0 {
			m.itself++
		} else if !m.row(x, f.sub) {
			c.add(ruleRawExtra, Wrong, f.at(), "its raw record %s/%d@%d has no such row", f.origin.topic, f.origin.partition, f.origin.offset)
		}
		c.agree(t, x, f)
	}
	for _, name := range sortedKeys(c.l.raws) {
		t := c.l.raws[name]
		for i := range t.records {
			c.account(t, &t.records[i], &came[name][i])
		}
		c.readBy(t)
	}
}

// row counts a row, the first of that pointer that was not told yet.
func (m *made) row(x *rawRecord, sub uint64) bool {
	if m.rows == nil {
		m.rows = make([]int, len(x.rows))
	}
	first := sort.Search(len(x.rows), func(i int) bool { return x.rows[i] >= sub })
	if first == len(x.rows) || x.rows[first] != sub {
		return false
	}
	for i := first; i < len(x.rows) && x.rows[i] == sub; i++ {
		if m.rows[i] == 0 {
			m.rows[i]++
			return true
		}
	}
	m.rows[first]++
	return true
}

// account judges what came of one raw record.
func (c *check) account(t *rawTopic, x *rawRecord, m *made) {
	at := place{t.name, x.partition, x.offset}
	total := m.itself
	for _, n := range m.rows {
		total += n
	}
	switch letters := c.letters[origin{t.name, x.partition, x.offset}]; {
	case letters > 0:
		if total > 0 {
			c.add(ruleRawLost, Doubled, at, "it has a dead letter, and %d observations", total)
		}
		return
	case !x.decodes:
		c.add(ruleRawLost, Lost, at, "it is no record of this topic, and has no dead letter")
		return
	case x.nothing:
		c.r.Nothing++
		if total > 0 {
			c.add(ruleRawLost, Wrong, at, "it is of a kind that makes no observation, and made %d", total)
		}
		return
	}
	switch {
	case !x.main && m.itself > 0:
		c.add(ruleRawExtra, Wrong, at, "a later part of a manifest made %d observations of itself", m.itself)
	case x.main && m.itself == 0:
		c.add(ruleRawLost, Lost, at, "neither an observation nor a dead letter")
	case x.main && m.itself > 1:
		c.addMany(m.itself-1, ruleRawLost, Doubled, at, "%d observations", m.itself)
	}
	lost, more := 0, 0
	for i := range x.rows {
		switch n := m.rowCount(i); {
		case n == 0:
			lost++
		case n > 1:
			more += n - 1
		}
	}
	if lost > 0 {
		c.addMany(lost, ruleRawLost, Lost, at, "%d of %d rows made no observation", lost, len(x.rows))
	}
	if more > 0 {
		c.addMany(more, ruleRawLost, Doubled, at, "%d observations of rows too many", more)
	}
}

func (m *made) rowCount(i int) int {
	if m.rows == nil {
		return 0
	}
	return m.rows[i]
}

// agree compares an observation with its raw record.
func (c *check) agree(t *rawTopic, x *rawRecord, f *fact) {
	wrong := func(what string) {
		c.add(ruleRawSays, Wrong, f.at(), "its %s is not that of %s/%d@%d", what, t.name, x.partition, x.offset)
	}
	if f.ms != x.ms {
		wrong("arrival")
	}
	if f.hasRaw != x.hasRaw || f.raw != x.raw {
		wrong("raw hash")
	}
	if f.hasSecret != x.hasSecret || f.secret != x.secret {
		wrong("secret")
	}
	if f.source != t.source {
		wrong("source")
	}
	if f.lock != x.lock {
		wrong("lock")
	}
	if f.sub == 0 && x.where != 0 && f.entity != x.where {
		unplaced := strings.HasPrefix(c.l.names.text(x.where), "unplaced:")
		if !unplaced || !strings.HasPrefix(c.l.names.text(f.entity), "conversation:") {
			wrong("entity")
		}
	}
}

// readBy compares what a topic holds with how far its group has come.
func (c *check) readBy(t *rawTopic) {
	for name, topic := range groups {
		if topic != t.name {
			continue
		}
		behind := map[int32]int{}
		for i := range t.records {
			if x := &t.records[i]; x.offset >= c.position(name, x.partition) {
				behind[x.partition]++
			}
		}
		for _, p := range sortedKeys(behind) {
			c.addMany(behind[p], ruleRead, Lost, c.whole(t.name, p), "group %s has committed %d: %d records lie behind it", name, c.position(name, p), behind[p])
		}
		for _, p := range sortedKeys(c.l.groups[name]) {
			if ends := c.l.ends[topic]; int(p) < len(ends) && c.position(name, p) > ends[p] {
				c.add(ruleRead, Wrong, c.whole(t.name, p), "group %s has committed %d, beyond the end %d", name, c.position(name, p), ends[p])
			}
		}
	}
}

// position is what a group has committed; -1: nothing.
func (c *check) position(group string, p int32) int64 {
	if at, ok := c.l.groups[group][p]; ok {
		return at
	}
	return -1
}

// deadLetters judges the dead letters of all stages, and what of observations must have one.
func (c *check) deadLetters() {
	stages := map[string]string{"observe-events": schemas.TopicConversationEvents, "observe-s3": schemas.TopicS3Notifications,
		"observe-inspections": schemas.TopicS3Inspections, "correlate": schemas.TopicObservations}
	seen := map[origin]bool{}
	for i := range c.l.letters {
		x := &c.l.letters[i]
		if stages[x.stage] != x.of.topic {
			c.add(ruleDead, Wrong, x.at, "stage %s does not read %s", x.stage, x.of.topic)
			continue
		}
		if seen[x.of] {
			c.add(ruleDead, Doubled, x.at, "a second dead letter of %s/%d@%d", x.of.topic, x.of.partition, x.of.offset)
		}
		seen[x.of] = true
		if t := c.l.raws[x.of.topic]; t != nil {
			c.ofRaw(t, x)
		} else {
			c.ofObservation(x)
		}
	}
	for p, lines := range c.l.observed.lines {
		for i := range lines {
			x := &lines[i]
			if c.mustBeRefused(x) && c.letters[origin{schemas.TopicObservations, int32(p), x.offset}] == 0 {
				c.add(ruleDeadOwed, Lost, place{schemas.TopicObservations, int32(p), x.offset}, "it cannot be folded, and has no dead letter")
			}
		}
	}
}

// mustBeRefused says that no fold can take a record.
func (c *check) mustBeRefused(x *line) bool {
	switch x.what {
	case lineAlien:
		return true
	case lineFact:
		return !c.l.observed.facts[x.at].certain
	case lineMeasure:
		return c.l.observed.measures[x.at].poison
	}
	return false
}

func (c *check) ofRaw(t *rawTopic, x *letter) {
	r := t.find(x.of.partition, x.of.offset)
	switch {
	case r == nil:
		c.add(ruleDead, Wrong, x.at, "no record at %s/%d@%d", x.of.topic, x.of.partition, x.of.offset)
	case r.stamp != x.stamp:
		c.add(ruleDead, Wrong, x.at, "size or hashes are not those of %s/%d@%d", x.of.topic, x.of.partition, x.of.offset)
	case x.hasRaw && (!r.hasRaw || r.raw != x.raw), !x.hasRaw && r.hasRaw && x.code != "bad-avro":
		c.add(ruleDead, Wrong, x.at, "the raw hash is not that of %s/%d@%d", x.of.topic, x.of.partition, x.of.offset)
	case r.decodes && x.code == "wrong-record":
		c.add(ruleDead, Wrong, x.at, "code %s, and %s/%d@%d is where it belongs", x.code, x.of.topic, x.of.partition, x.of.offset)
	}
}

func (c *check) ofObservation(x *letter) {
	var r *line
	if p := x.of.partition; p >= 0 && p < c.l.partitions {
		lines := c.l.observed.lines[p]
		if i, ok := slices.BinarySearchFunc(lines, x.of.offset, func(l line, o int64) int { return int(l.offset - o) }); ok {
			r = &lines[i]
		}
	}
	switch {
	case r == nil:
		c.add(ruleDead, Wrong, x.at, "no record at %s/%d@%d", x.of.topic, x.of.partition, x.of.offset)
	case r.stamp != x.stamp:
		c.add(ruleDead, Wrong, x.at, "size or hashes are not those of %s/%d@%d", x.of.topic, x.of.partition, x.of.offset)
	case x.hasRaw:
		c.add(ruleDead, Wrong, x.at, "a raw hash, and the record carries no source's bytes")
	case !c.mustBeRefused(r) && (x.code != "bad-form" || r.what == lineTick || r.what == lineRegime):
		c.add(ruleDead, Wrong, x.at, "code %s, and %s/%d@%d can be folded", x.code, x.of.topic, x.of.partition, x.of.offset)
	}
}

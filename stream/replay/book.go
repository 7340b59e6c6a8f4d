package replay

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Place is where an output stands among all that a stage ever makes.
type Place struct {
	Shard  int32  // who makes it
	Name   string // within its topic; no two outputs have the same, unless Newest
	Newest bool   // the topic keeps the newest record of the name alone, and a tombstone erases it
	Copies bool   // identical copies of a record are one record
	Line   string // outputs of one line are recorded in the order in which they are made; empty: in any
}

// Placer says where a record or an output stands; ok is false for what is no output of the stage, or not of interest. An
// error says what no output of the stage could be, and is shown as a difference.
type Placer func(topic string, key, value []byte) (p Place, ok bool, err error)

// Difference is where recording and replay part. Which of Held and Made is nil says which of them lacks the record.
type Difference struct {
	Says  string
	Topic string // without prefix
	Shard int32
	Place string         // its name there
	Input int64          // offset of the input record, in the shard's partition, that makes the output; -1: none does
	Held  *Held          // the recorded one
	Made  *stream.Output // the replay's
}

// Held is where a recorded output stands.
type Held struct {
	Partition int32
	Offset    int64
}

// Count is what came of one topic's records.
type Count struct {
	Topic      string `json:"topic"`
	Recorded   int64  `json:"recorded"`   // records of the stage's shards that were asked for, copies apart
	Equal      int64  `json:"equal"`      // of those, made the same by the replay
	Copies     int64  `json:"copies"`     // identical copies
	Superseded int64  `json:"superseded"` // made, and followed by a newer one of its place
	Erased     int64  `json:"erased"`     // by a tombstone, which may be gone by now
	Expired    int64  `json:"expired"`    // made, and recorded before what the topic still holds
	Unfinished int64  `json:"unfinished"` // made by the last record before the frontier, and not recorded yet
	Beyond     int64  `json:"beyond"`     // recorded, by input beyond the frontier
}

// book is what is recorded, each record under its place.
type book struct {
	job    *Job
	place  Placer
	shelf  *shelf
	counts map[string]*Count
	left   map[route]int64 // recorded and not matched, by topic and shard
	kept   map[route]bool  // by topic and partition: one that is recorded was matched, so none after it has expired
	end    *Difference     // the first that was missing of what the last record made
	ended  map[string]int64
}

// route is a topic and one of its shards or partitions.
type route struct {
	topic string
	n     int32
}

func newBook(j *Job, store stream.Store) *book {
	b := &book{job: j, place: j.Place, shelf: newShelf(store), counts: map[string]*Count{}, left: map[route]int64{}, kept: map[route]bool{}, ended: map[string]int64{}}
	for _, topic := range j.topics() {
		b.counts[topic] = &Count{Topic: topic}
	}
	return b
}

func (b *book) entry(name string) (*entry, error) {
	blob, err := b.shelf.get(name)
	if err != nil || blob == nil {
		return nil, err
	}
	return parseEntry(blob)
}

func (b *book) keep(name string, e *entry) error { return b.shelf.put(name, e.append(nil)) }

func nameOf(topic string, p Place) string {
	return fmt.Sprintf("e%s\x00%d\x00%s", topic, p.Shard, p.Name)
}

// record writes a recorded output down.
func (b *book) record(r stream.Record) (*Difference, error) {
	p, ok, err := b.place(r.Topic, r.Key, r.Value)
	if err != nil {
		return &Difference{Says: err.Error(), Topic: r.Topic, Shard: p.Shard, Place: p.Name, Input: -1, Held: &Held{r.Partition, r.Offset}}, nil
	}
	if !ok || !b.job.wants(p.Shard) {
		return nil, nil
	}
	n, name := b.counts[r.Topic], nameOf(r.Topic, p)
	was, err := b.entry(name)
	if err != nil {
		return nil, err
	}
	e := &entry{state: waiting, partition: r.Partition, offset: r.Offset, sum: sumOf(r.Key, r.Value), input: -1}
	if r.Value == nil {
		e.state = erased
	}
	switch {
	case was == nil:
	case p.Newest:
		b.forget(n, r.Topic, p, was)
	case p.Copies && was.sum == e.sum && was.partition == e.partition:
		n.Copies++
		return nil, nil
	default:
		return &Difference{Says: fmt.Sprintf("the place is recorded twice, first at offset %d of partition %d", was.offset, was.partition),
			Topic: r.Topic, Shard: p.Shard, Place: p.Name, Input: -1, Held: &Held{r.Partition, r.Offset}}, nil
	}
	if e.state == erased {
		n.Erased++
	} else {
		n.Recorded++
		b.left[route{r.Topic, p.Shard}]++
	}
	return nil, b.keep(name, e)
}

// forget takes back what was counted for a record that is not the newest of its place.
func (b *book) forget(n *Count, topic string, p Place, was *entry) {
	if was.state == erased {
		n.Erased--
		return
	}
	n.Recorded--
	n.Superseded++
	b.left[route{topic, p.Shard}]--
}

// made holds an output of the replay against what is recorded. open says that it comes from the drain of the last
// record before the shard's frontier, which may be under way.
func (b *book) made(shard int32, o stream.Output, input int64, open bool) (*Difference, error) {
	p, ok, err := b.place(o.Topic, o.Key, o.Value)
	if err != nil || !ok || p.Shard != shard {
		return nil, fmt.Errorf("%w: the fold's own output to %s has no place: %v", stream.ErrStop, o.Topic, err)
	}
	d := &Difference{Topic: o.Topic, Shard: shard, Place: p.Name, Input: input, Made: &o}
	n, name := b.counts[o.Topic], nameOf(o.Topic, p)
	if n == nil {
		return nil, fmt.Errorf("%w: the fold puts out to %s, which is none of its topics", stream.ErrStop, o.Topic)
	}
	e, err := b.entry(name)
	if err != nil {
		return nil, err
	}
	to := o.Partition
	if to == stream.ByKey {
		to = schemas.Murmur2Partition(o.Key, int32(len(b.job.Extents[o.Topic])))
	}
	if p.Newest {
		return nil, b.newest(n, name, e, d)
	}
	if e == nil {
		return b.missing(n, d, to, open), nil
	}
	d.Held = &Held{e.partition, e.offset}
	switch {
	case e.state == matched:
		d.Says = "the fold makes it twice"
	case e.sum != sumOf(o.Key, o.Value):
		d.Says = "recorded and made differ"
	case e.partition != to:
		d.Says = fmt.Sprintf("it is recorded in partition %d and belongs into %d", e.partition, to)
	case b.end != nil:
		return b.end, nil // something after it is there, so it is missing
	default:
		return b.equal(n, p, name, e, d)
	}
	return d, nil
}

func (b *book) equal(n *Count, p Place, name string, e *entry, d *Difference) (*Difference, error) {
	if p.Line != "" {
		line := fmt.Sprintf("l%s\x00%d\x00%s", d.Topic, e.partition, p.Line)
		was, err := b.shelf.get(line)
		if err != nil {
			return nil, err
		}
		if was != nil && int64(binary.BigEndian.Uint64(was)) > e.offset {
			d.Says = fmt.Sprintf("it is recorded before offset %d, which is made before it", binary.BigEndian.Uint64(was))
			return d, nil
		}
		if err := b.shelf.put(line, binary.BigEndian.AppendUint64(nil, uint64(e.offset))); err != nil {
			return nil, err
		}
	}
	n.Equal++
	b.left[route{d.Topic, d.Shard}]--
	b.kept[route{d.Topic, e.partition}] = true
	e.state, e.input = matched, d.Input
	return nil, b.keep(name, e)
}

// missing says what it means that an output is not recorded.
func (b *book) missing(n *Count, d *Difference, to int32, open bool) *Difference {
	extents := b.job.Extents[d.Topic]
	if b.job.Deletes[d.Topic] && int(to) < len(extents) && extents[to].Start > 0 && !b.kept[route{d.Topic, to}] {
		n.Expired++
		return nil
	}
	d.Says = "it is not recorded"
	if open {
		if b.end == nil {
			b.end = d
		}
		b.ended[d.Topic]++
		return nil
	}
	return d
}

// newest notes the newest output of a place; what it comes to is seen at the end. What is not recorded counts as erased:
// a tombstone is deleted in its turn.
func (b *book) newest(n *Count, name string, e *entry, d *Difference) error {
	if e == nil {
		n.Erased++
		e = &entry{state: erased, input: d.Input}
	}
	if e.state != erased {
		was := e.state
		e.state, e.input, e.made = waiting, d.Input, bytes.Clone(d.Made.Value)
		if e.sum == sumOf(d.Made.Key, d.Made.Value) {
			e.state, e.made = matched, nil
		}
		change := int64(e.state) - int64(was)
		n.Equal += change
		b.left[route{d.Topic, d.Shard}] -= change
	}
	return b.keep(name, e)
}

// finish says what is left once a shard is folded to its frontier; the topics to look through for records that nothing
// made are returned.
func (b *book) finish(shard int32, settled bool) (look []string) {
	for _, topic := range b.job.topics() {
		n := b.counts[topic]
		n.Unfinished += b.ended[topic]
		left := b.left[route{topic, shard}]
		switch {
		case left == 0:
		case settled:
			look = append(look, topic)
		default:
			n.Beyond += left
		}
	}
	b.end = nil
	clear(b.ended)
	return look
}

// unmade says whether nothing made a recorded output, or something else.
func (b *book) unmade(shard int32, r stream.Record) (*Difference, error) {
	p, ok, err := b.place(r.Topic, r.Key, r.Value)
	if err != nil || !ok || p.Shard != shard {
		return nil, err
	}
	e, err := b.entry(nameOf(r.Topic, p))
	if err != nil || e == nil || e.state != waiting || e.offset != r.Offset || e.partition != r.Partition {
		return nil, err
	}
	d := &Difference{Says: "the fold does not make it", Topic: r.Topic, Shard: shard, Place: p.Name, Input: e.input, Held: &Held{r.Partition, r.Offset}}
	if e.input >= 0 {
		d.Says, d.Made = "recorded and made differ", &stream.Output{Topic: r.Topic, Partition: r.Partition, Key: r.Key, Value: e.made}
	}
	return d, nil
}

package correlate

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// custodyHeader is what stands before the leaf's length in a CustodyRecord: the record has this one field, so its
// encoding is written here (Avro 1.12, "Binary encoding": bytes are a zigzag varint and themselves); a test holds it
// to schemas.Append.
var custodyHeader = func() []byte {
	b, err := schemas.Append(nil, &schemas.CustodyRecord{Leaf: []byte{}})
	if err != nil {
		panic(err)
	}
	return b[:len(b)-1]
}()

// append gives a leaf its place (chain, epoch, shard, index, regime) and emits it. It is the only way a leaf is born.
func (s *shard) append(tx stream.Tx, entity string, c *chain, l *leaf.Leaf) (schemas.Hash, error) {
	l.Entity, l.Seq, l.Regime = entity, c.Seq+1, s.name
	l.Epoch, l.Shard, l.Index = s.meta.Epoch, s.p, s.meta.Next
	if c.Seq > 0 {
		prev := c.Prev
		l.Prev = &prev
	}
	b, err := l.Append(s.scratch[:0])
	if err != nil {
		return schemas.Hash{}, fmt.Errorf("%w: leaf %s of %s: %v", stream.ErrStop, l.Kind, entity, err)
	}
	s.scratch = b
	sum := leaf.Sum(b)
	// Key and value share one piece of memory: nothing else is made as often.
	out := hex.AppendEncode(make([]byte, 0, 2*len(sum)+len(custodyHeader)+binary.MaxVarintLen32+len(b)), sum[:])
	key := out[: 2*len(sum) : 2*len(sum)]
	out = append(binary.AppendVarint(append(out, custodyHeader...), int64(len(b))), b...)
	tx.Emit(stream.Output{Topic: schemas.TopicCustodyRecords, Partition: s.p, Key: key, Value: out[len(key):]})
	c.Seq, c.Prev = l.Seq, sum
	s.meta.Next++
	return sum, nil
}

// marker answers a cut: what of this shard the epoch holds.
func (s *shard) marker(tx stream.Tx) error {
	m := leaf.Marker{Epoch: s.meta.CutEpoch, Shard: s.p, Shards: s.shards, First: s.meta.First, Count: s.meta.Next - s.meta.First}
	for i, t := range s.meta.Through {
		m.ThroughMS = append(m.ThroughMS, leaf.SourceTime{Source: sourceNames[i], ThroughMS: t.V})
	}
	b, err := m.Append(nil)
	if err != nil {
		return fmt.Errorf("%w: marker of epoch %d: %v", stream.ErrStop, m.Epoch, err)
	}
	sum := leaf.Sum(b)
	if err := s.emit(tx, schemas.TopicCustodyRecords, s.p, hexOf(sum), &schemas.CustodyMarker{Marker: b}); err != nil {
		return err
	}
	s.meta.First, s.meta.Epoch = s.meta.Next, s.meta.CutEpoch+1
	return nil
}

func (s *shard) emit(tx stream.Tx, topic string, partition int32, key []byte, rec any) error {
	value, err := schemas.Append(s.scratch[:0], rec)
	if err != nil {
		return fmt.Errorf("%w: %T: %v", stream.ErrStop, rec, err)
	}
	s.scratch = value
	tx.Emit(stream.Output{Topic: topic, Partition: partition, Key: key, Value: bytes.Clone(value)})
	return nil
}

// commit returns the commitment to a personal value, and keeps what opens it. An entity without a secret withholds.
func (c *conversation) commit(field, value string, fresh *bool) string {
	if value == "" {
		return ""
	}
	if c.Secret == nil {
		return leaf.Withheld
	}
	o := opened{field, value}
	i, known := slices.BinarySearchFunc(c.Openings, o, func(a, b opened) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Value, b.Value))
	})
	switch {
	case known:
	case len(c.Openings) < maxOpenings && c.room(len(field)+len(value)+8):
		c.Openings = slices.Insert(c.Openings, i, o)
		*fresh = true
	default:
		// How many are missing is told at each power of two, not with every leaf of a flood.
		c.Unopened++
		*fresh = *fresh || c.Unopened&(c.Unopened-1) == 0
	}
	return leaf.Commit(*c.Secret, field, value)
}

// open hands out everything that opens the entity's commitments: the newest record of the key holds all.
func (s *shard) open(tx stream.Tx, entity string, c *conversation) error {
	o := &s.opening
	*o = schemas.Opening{Entity: entity, Secret: *c.Secret, Spilled: c.Unopened, Fields: o.Fields[:0]}
	for _, f := range c.Openings {
		o.Fields = append(o.Fields, schemas.OpenedField{Field: f.Field, Value: f.Value})
	}
	return s.emit(tx, schemas.TopicCustodyOpenings, s.p, []byte(entity), o)
}

// keep remembers a raw hash as evidence for what is later derived from it: the newest four.
func keep(evidence []schemas.Hash, raw *schemas.Hash) []schemas.Hash {
	if raw == nil || slices.ContainsFunc(evidence, func(h schemas.Hash) bool { return bytes.Equal(h[:], raw[:]) }) {
		return evidence
	}
	if len(evidence) == 4 {
		evidence = slices.Delete(evidence, 0, 1)
	}
	return append(evidence, *raw)
}

func hexOf(h schemas.Hash) []byte { return hex.AppendEncode(nil, h[:]) }

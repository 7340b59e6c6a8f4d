package correlate

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

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
	value, err := schemas.Append(make([]byte, 0, len(b)+16), &schemas.CustodyRecord{Leaf: b})
	if err != nil {
		return sum, fmt.Errorf("%w: leaf %s of %s: %v", stream.ErrStop, l.Kind, entity, err)
	}
	tx.Emit(stream.Output{Topic: schemas.TopicCustodyRecords, Partition: s.p, Key: hexOf(sum), Value: value})
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
	value, err := schemas.Append(nil, rec)
	if err != nil {
		return fmt.Errorf("%w: %T: %v", stream.ErrStop, rec, err)
	}
	tx.Emit(stream.Output{Topic: topic, Partition: partition, Key: key, Value: value})
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
	if !known {
		if len(c.Openings) < maxOpenings {
			c.Openings = slices.Insert(c.Openings, i, o)
		} else {
			c.Unopened++
		}
		*fresh = true
	}
	return leaf.Commit(*c.Secret, field, value)
}

// open hands out everything that opens the entity's commitments: the newest record of the key holds all.
func (s *shard) open(tx stream.Tx, entity string, c *conversation) error {
	o := schemas.Opening{Entity: entity, Secret: *c.Secret, Spilled: c.Unopened}
	for _, f := range c.Openings {
		o.Fields = append(o.Fields, schemas.OpenedField{Field: f.Field, Value: f.Value})
	}
	return s.emit(tx, schemas.TopicCustodyOpenings, s.p, []byte(entity), &o)
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

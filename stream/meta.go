package stream

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Meta is what a shard's every transaction writes to the changelog beside the entities' state, under the key "meta",
// which no entity can have: their keys hold a colon. Version 1:
//
//	byte     1, the version
//	uvarint  partitions of the input
//	uvarint  frontier: the input offset after the last record that was folded
//	uvarint  transactions committed, this one included
//	uvarint  records folded     ┐
//	uvarint  outputs emitted    │ in all of them
//	uvarint  dead letters       ┘
//	rest     the task's own bytes (Task.Meta)
//
// The record's header "input" is the id of the topic that was folded (see inputOf).
type Meta struct {
	Partitions   int32
	Frontier     int64
	Transactions uint64
	In           uint64
	Out          uint64
	Dead         uint64
	Task         []byte
}

const (
	metaKey     = "meta"
	metaVersion = 1
)

func (m Meta) append(dst []byte) []byte {
	dst = append(dst, metaVersion)
	for _, v := range []uint64{uint64(m.Partitions), uint64(m.Frontier), m.Transactions, m.In, m.Out, m.Dead} {
		dst = binary.AppendUvarint(dst, v)
	}
	return append(dst, m.Task...)
}

// parseMeta reads a meta record; a version it does not know is ErrStop, for only another binary can read it.
func parseMeta(b []byte) (Meta, error) {
	if len(b) == 0 || b[0] != metaVersion {
		version := "none"
		if len(b) > 0 {
			version = fmt.Sprint(b[0])
		}
		return Meta{}, fmt.Errorf("%w: the state's meta record has version %s, this binary knows %d; run the binary that wrote it", ErrStop, version, metaVersion)
	}
	r := reader{b: b[1:]}
	partitions, frontier := r.uvarint("partitions"), r.uvarint("frontier")
	m := Meta{
		Partitions: int32(partitions), Frontier: int64(frontier),
		Transactions: r.uvarint("transactions"), In: r.uvarint("folded"), Out: r.uvarint("emitted"), Dead: r.uvarint("dead letters"),
	}
	if r.err == nil && (partitions == 0 || partitions > math.MaxInt32 || frontier > math.MaxInt64) {
		r.err = fmt.Errorf("%d partitions and frontier %d cannot be", partitions, frontier)
	}
	if r.err != nil {
		return Meta{}, fmt.Errorf("%w: the state's meta record is damaged: %w", ErrStop, r.err)
	}
	m.Task = append([]byte{}, r.b...)
	return m, nil
}

package audit

import (
	"encoding/binary"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// At stake: whom a violation is blamed on. A transaction that ended in two ways is the brokers'; one producer's many
// transactions under one epoch, as clients before transaction.version 2 have them, are no such thing.
func TestEndings(t *testing.T) {
	attrs := func(control bool) kgo.RecordAttrs {
		return kgo.NewRecordAttrs(kgo.RecordAttrsOpts{Transactional: true, Control: control})
	}
	data := func(p int32, epoch int16) *kgo.Record {
		return &kgo.Record{Partition: p, ProducerID: 9, ProducerEpoch: epoch, Attrs: attrs(false)}
	}
	end := func(p int32, epoch int16, commit uint16, coordinator uint32) *kgo.Record {
		return &kgo.Record{Partition: p, ProducerID: 9, ProducerEpoch: epoch, Attrs: attrs(true),
			Key: binary.BigEndian.AppendUint16([]byte{0, 0}, commit), Value: binary.BigEndian.AppendUint32([]byte{0, 0}, coordinator)}
	}
	for _, c := range []struct {
		name string
		log  []*kgo.Record
		torn int
	}{
		{"each transaction its epoch", []*kgo.Record{data(0, 1), end(0, 2, 1, 0), data(0, 2), end(0, 3, 0, 0), end(1, 3, 0, 0)}, 0},
		{"a marker sent again", []*kgo.Record{data(0, 1), end(0, 2, 1, 0), end(0, 2, 1, 1)}, 0},
		{"committed here, aborted there", []*kgo.Record{data(0, 1), data(1, 1), end(0, 2, 1, 0), end(1, 2, 0, 1)}, 1},
		{"an older client", []*kgo.Record{data(0, 1), end(0, 1, 1, 0), data(0, 1), end(0, 1, 0, 0)}, 0},
	} {
		l := logOf(1, nil, nil)
		for _, r := range c.log {
			l.endings.see("observations", r)
		}
		if r := Check(l); r.ByRule[ruleTorn] != c.torn {
			t.Errorf("%s: %d torn transactions, want %d", c.name, r.ByRule[ruleTorn], c.torn)
		}
	}
}

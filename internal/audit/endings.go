package audit

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A transaction is ended by its coordinator, with a marker in every partition it wrote to: all of them commit, or all
// abort. Everything else that is proven here rests on that promise of the brokers, so it is looked at too: where a
// broker is killed, a checker that only sees a record missing would blame the wrong program.

// marker is the end of one producer's transaction in one partition (KIP-98, control records).
type marker struct {
	producer    int64
	epoch       int16
	commit      bool
	coordinator int32 // the epoch of the coordinator that wrote it
	at          place
}

// transaction names one transaction: from transaction.version 2 on each has an epoch of its producer to itself, and its
// markers bear the next one (KIP-890).
type transaction struct {
	producer int64
	epoch    int16
}

// endings collects the markers of all topics. An older producer keeps its epoch over many transactions; it is known by
// a marker that bears the epoch of the records before it, and left out.
type endings struct {
	mu   sync.Mutex
	of   map[transaction][]marker // the first that commits and the first that aborts
	last map[writer]int16         // epoch of a producer's last record in a partition
	old  map[int64]bool           // producers of an older kind
}

type writer struct {
	producer  int64
	topic     string
	partition int32
}

func newEndings() *endings {
	return &endings{of: map[transaction][]marker{}, last: map[writer]int16{}, old: map[int64]bool{}}
}

// see takes in one record or marker, as a fetch gives it.
func (e *endings) see(topic string, r *kgo.Record) {
	if r.ProducerID < 0 || !r.Attrs.IsTransactional() {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	w := writer{r.ProducerID, topic, r.Partition}
	if !r.Attrs.IsControl() {
		e.last[w] = r.ProducerEpoch
		return
	}
	if epoch, ok := e.last[w]; ok && epoch == r.ProducerEpoch {
		e.old[r.ProducerID] = true
	}
	// Key: version, kind (0 abort, 1 commit). Value: version, coordinator's epoch.
	if len(r.Key) < 4 || len(r.Value) < 6 {
		return
	}
	e.take(marker{r.ProducerID, r.ProducerEpoch, binary.BigEndian.Uint16(r.Key[2:]) == 1, int32(binary.BigEndian.Uint32(r.Value[2:])), place{topic, r.Partition, r.Offset}})
}

func (e *endings) take(m marker) {
	t := transaction{m.producer, m.epoch}
	if slices.ContainsFunc(e.of[t], func(o marker) bool { return o.commit == m.commit }) {
		return
	}
	e.of[t] = append(e.of[t], m)
}

// wholeTransactions holds that no transaction ended in two ways.
func (c *check) wholeTransactions() {
	var torn [][]marker
	for t, ends := range c.l.endings.of {
		if len(ends) == 2 && !c.l.endings.old[t.producer] {
			torn = append(torn, ends)
		}
	}
	slices.SortFunc(torn, func(a, b []marker) int {
		return cmp.Or(cmp.Compare(a[0].producer, b[0].producer), cmp.Compare(a[0].epoch, b[0].epoch))
	})
	for _, ends := range torn {
		a, b := ends[0], ends[1]
		if !a.commit {
			a, b = b, a
		}
		c.add(ruleTorn, Wrong, a.at, "the brokers committed the transaction of producer %d, epoch %d here (coordinator epoch %d) and aborted it in %s (coordinator epoch %d): "+
			"what it wrote is half there, and no client did that", a.producer, a.epoch, a.coordinator, b.at, b.coordinator)
	}
}

package metrics

import (
	"strconv"
	"time"

	"holdfast.example/stream"
)

type shardKey struct {
	stage     string
	partition int32
}

// Limits and outcomes of a transaction, as the runtime names them.
var (
	limits   = []string{"empty", "interval", "bytes", "records", "stop"}
	outcomes = []string{"committed", "aborted", "unknown"}
)

// Stage makes what is counted of a stage with transactions appear at 0. A counter that appears with its first event
// hides that event from rate and increase. codes are the stage's closed list of reasons for a dead letter.
func (m *Metrics) Stage(stage string, codes ...string) {
	for _, code := range codes {
		m.count(streamDead, 0, stage, code)
	}
	for _, name := range []string{streamRecords, streamOutputs, streamBytes, streamDirty, streamRebuilds, streamAssigned, hotEvicted, restoreEntries} {
		m.count(name, 0, stage)
	}
	for _, o := range outcomes {
		for _, l := range limits {
			m.count(streamTransactions, 0, stage, o, l)
		}
	}
	for _, lost := range []string{"false", "true"} {
		m.count(streamRevoked, 0, stage, lost)
	}
	for _, copied := range []string{"used", "discarded"} {
		m.count(restores, 0, stage, copied)
	}
	m.histograms[streamDuration].WithLabelValues(stage)
	m.histograms[streamCommit].WithLabelValues(stage)
	m.histograms[restoreDuration].WithLabelValues(stage)
	m.tallyShards(stage)
}

// Stream returns the observer of the stages with transactions.
func (m *Metrics) Stream() *stream.Observer {
	ended := func(outcome string) func(stream.TransactionInfo) {
		return func(t stream.TransactionInfo) {
			m.asked[streamOpen].drop(t.Stage)
			m.count(streamTransactions, 1, t.Stage, outcome, t.Limit)
		}
	}
	committed := ended("committed")
	return &stream.Observer{
		TransactionOpened: func(stage string) { m.since(streamOpen, m.now(), stage) },
		TransactionCommitted: func(t stream.TransactionInfo) {
			committed(t)
			m.observe(streamDuration, t.Elapsed, t.Stage)
			if t.Commit > 0 {
				m.observe(streamCommit, t.Commit, t.Stage)
			}
			m.count(streamRecords, t.Records, t.Stage)
			m.count(streamOutputs, t.Outputs, t.Stage)
			m.count(streamBytes, t.Bytes, t.Stage)
			m.count(streamDirty, t.Dirty, t.Stage)
		},
		TransactionAborted: ended("aborted"),
		TransactionUnknown: ended("unknown"),
		Restoring:          func(r stream.RestoreInfo) { m.restoring(r) },
		Restored:           m.restored,
		Lag: func(l stream.LagInfo) {
			m.set(streamLag, float64(max(0, l.End-l.Frontier)), l.Stage, number(l.Partition))
			m.set(streamFrontier, float64(l.Frontier), l.Stage, number(l.Partition))
		},
		Counted: func(c stream.CountInfo) {
			p := number(c.Partition)
			m.set(shardIn, float64(c.In), c.Stage, p)
			m.set(shardOut, float64(c.Out), c.Stage, p)
			m.set(shardDead, float64(c.Dead), c.Stage, p)
			m.set(shardTransactions, float64(c.Transactions), c.Stage, p)
			m.set(hotSize, float64(c.Hot), c.Stage, p)
		},
		Poisoned:      func(p stream.PoisonInfo) { m.count(streamDead, 1, p.Stage, p.Code) },
		Given:         func(stage string, partitions []int32) { m.keep(stage, partitions) },
		Assigned:      func(stage string, partitions []int32) { m.count(streamAssigned, len(partitions), stage) },
		Revoked:       m.revoked,
		HotSetEvicted: func(stage string, _ int32, n int) { m.count(hotEvicted, n, stage) },
		Rebuilding:    func(stage string, _ error, _ time.Duration) { m.rebuilding(stage) },
	}
}

// rebuilding counts that a stage dropped everything, and forgets what it had.
func (m *Metrics) rebuilding(stage string) {
	m.count(streamRebuilds, 1, stage)
	m.asked[streamOpen].drop(stage)
	m.forget(stage, nil)
}

func (m *Metrics) restoring(r stream.RestoreInfo) {
	m.set(restoreLeft, float64(max(0, r.Target-r.Position)), r.Stage, number(r.Partition))
}

func (m *Metrics) restored(r stream.RestoreInfo) {
	m.restoring(r)
	copied := "used"
	if r.Discarded != "" {
		copied = "discarded"
	}
	m.count(restores, 1, r.Stage, copied)
	m.count(restoreEntries, int(r.Entries), r.Stage)
	m.observe(restoreDuration, r.Elapsed, r.Stage)
	m.mu.Lock()
	m.shards[shardKey{r.Stage, r.Partition}] = true
	m.mu.Unlock()
	m.tallyShards(r.Stage)
}

// keep notes the partitions that are ours and not yet restored.
func (m *Metrics) keep(stage string, partitions []int32) {
	m.mu.Lock()
	for _, p := range partitions {
		m.shards[shardKey{stage, p}] = false
	}
	m.mu.Unlock()
	m.tallyShards(stage)
}

func (m *Metrics) revoked(stage string, partitions []int32, lost bool) {
	m.count(streamRevoked, len(partitions), stage, strconv.FormatBool(lost))
	m.forget(stage, partitions)
}

// forget takes partitions out, of nil all: whoever has them next shows them.
func (m *Metrics) forget(stage string, partitions []int32) {
	m.mu.Lock()
	if partitions == nil {
		for k := range m.shards {
			if k.stage == stage {
				partitions = append(partitions, k.partition)
			}
		}
	}
	for _, p := range partitions {
		delete(m.shards, shardKey{stage, p})
	}
	m.mu.Unlock()
	for _, p := range partitions {
		for _, name := range []string{streamLag, streamFrontier, shardIn, shardOut, shardDead, shardTransactions, hotSize, restoreLeft} {
			m.gauges[name].DeleteLabelValues(stage, number(p))
		}
	}
	m.tallyShards(stage)
}

func (m *Metrics) tallyShards(stage string) {
	restoring, done := 0, 0
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, restored := range m.shards {
		switch {
		case k.stage != stage:
		case restored:
			done++
		default:
			restoring++
		}
	}
	m.set(streamPartitions, float64(restoring), stage, "restoring")
	m.set(streamPartitions, float64(done), stage, "ready")
}

package audit

// Rule is one thing that Check proves.
type Rule struct {
	Name string
	Says string // what must be so
}

// Names of the rules.
const (
	ruleWire     = "wire"
	ruleTorn     = "transaction-whole"
	ruleRawLost  = "raw-accounted"
	ruleRawExtra = "observation-founded"
	ruleRawSays  = "observation-says"
	rulePlace    = "observation-place"
	ruleRead     = "raw-read"

	ruleFact      = "fact-leaf"
	ruleLockLeaf  = "lock-leaf"
	ruleOrder     = "fold-order"
	ruleLate      = "late-label"
	ruleRecording = "recording-judged"
	ruleDead      = "dead-letter"
	ruleDeadOwed  = "poison-kept"

	ruleKey      = "key-is-hash"
	ruleForm     = "leaf-form"
	ruleChain    = "chain"
	rulePrev     = "chain-prev"
	ruleIndex    = "shard-index"
	ruleIndexRow = "index-order"
	ruleShard    = "entity-shard"
	ruleEpoch    = "leaf-epoch"
	ruleReleased = "released-epoch"
	ruleMarkers  = "marker-epochs"
	ruleCounts   = "marker-counts"
	ruleThrough  = "marker-through"

	ruleTicks    = "tick-sequence"
	ruleTickSame = "tick-same"
	ruleTickTime = "tick-time"
	ruleClock    = "clock-state"
	ruleRegime   = "regime-first"
	ruleInForce  = "leaf-regime"

	ruleMeasure  = "measure-number"
	ruleVerdict  = "measure-verdict"
	ruleCohort   = "cohort-count"
	ruleAlert    = "alert-leaf"
	ruleAlertRow = "alert-order"
	ruleFinding  = "finding-steps"
	ruleProbe    = "probe"
	ruleOpening  = "opening"

	ruleFrontier = "meta-frontier"
	ruleIn       = "meta-in"
	ruleOut      = "meta-out"
	ruleDeadCnt  = "meta-dead"
	ruleHistory  = "meta-history"
	ruleTask     = "meta-task"
	ruleState    = "state-readable"
	ruleHead     = "state-head"
	ruleOpen     = "state-findings"
	ruleSeen     = "state-counts"
	ruleSecret   = "state-secret"
	ruleDue      = "deadline-due"
)

// Rules returns the catalogue.
func Rules() []Rule {
	return []Rule{
		{ruleWire, "Every record of a topic decodes as one of the records that schemas.Topics allows there; in raw topics and observations what does not is dead-lettered."},
		{ruleTorn, "A transaction committed in all partitions it wrote to or aborted in all: the brokers' own promise, on which all else rests."},
		{ruleRawLost, "A raw record made each observation it must make exactly once, or one dead letter and nothing else, or is of a kind that makes none: S3's test message, a platform event of another family."},
		{ruleRawExtra, "An observation names a raw record that exists, and a part of it that exists."},
		{ruleRawSays, "An observation has its raw record's arrival, hash, secret, source, lock and conversation."},
		{rulePlace, "An observation's key is its entity, and its partition murmur2 of the key."},
		{ruleRead, "The committed position of each observe group is behind the last record of every partition and not beyond its end."},

		{ruleFact, "The first observation of an entity and identity made one leaf that says what it says; an inspection made one where it differs from the last of that version and is no redelivery. A redelivery made none, and every fact leaf has its observation."},
		{ruleLockLeaf, "An inspection that is ok made a lock leaf exactly where it is the version's first or its lock state differs from the last."},
		{ruleOrder, "Within a shard the fact leaves stand in the order of their observations, each in the epoch that the ticks before its observation left open, under a regime that had entered by then."},
		{ruleLate, "The leaf of a fact that arrived before a moment its source was proven past is labelled late."},
		{ruleRecording, "A recording that has been quiet for the settle time by the last tick has a pairing and a verdict leaf."},
		{ruleDead, "A dead letter names a record that exists, by its stage's topic, with its hashes and size, once, under its topic as key, and for a reason that can be seen."},
		{ruleDeadOwed, "A record of observations that cannot be folded has a dead letter, and none that was folded has one."},

		{ruleKey, "The key of a custody record is the lower-case hex SHA-256 of its bytes."},
		{ruleForm, "A leaf or marker is of the form of docs/FORMAT.md."},
		{ruleChain, "The leaves of an entity are numbered 1, 2, 3 ... without hole, repetition or a second leaf of one number."},
		{rulePrev, "prev of a leaf is the SHA-256 of the one before."},
		{ruleIndex, "The leaves of a shard are indexed 0, 1, 2 ... without hole, repetition or a second leaf of one index."},
		{ruleIndexRow, "The leaves of a shard stand in its partition in the order of their index."},
		{ruleShard, "An entity's leaves, state, openings and measures lie in the partition murmur2 gives it, and a leaf's shard is its partition."},
		{ruleEpoch, "A leaf is of the epoch that the markers before it left open."},
		{ruleReleased, "What only a tick releases (pairing, verdict, cohort) is of the epoch which that tick names: a cutting tick is drained before its marker."},
		{ruleMarkers, "Each shard has one marker for each tick that cut and that it folded, in order, none else."},
		{ruleCounts, "A marker's first, count, shard and shards are those of the leaves."},
		{ruleThrough, "A marker's through is that of the tick that cut."},

		{ruleTicks, "Ticks are numbered 1, 2, 3 ... in every partition, the same ones in all; their time never goes back, the epoch they name is the one open."},
		{ruleTickSame, "A tick has the same bytes in every partition."},
		{ruleTickTime, "A pairing, verdict or cohort leaf is of a tick's time."},
		{ruleClock, "The newest state of the clock is that of the last tick."},
		{ruleRegime, "A regime stands before everything else in every partition, and the regimes of all partitions are the same in the same order."},
		{ruleInForce, "A leaf's regime is one of the log's, and over a shard's leaves regimes come in the order of the log."},

		{ruleMeasure, "The measures of a shard are numbered 1, 2, 3 ..., each once, in the order of its verdicts."},
		{ruleVerdict, "Each measure rests on a verdict leaf of the shard, recording and cohort it names, and each verdict with a cohort has one measure."},
		{ruleCohort, "A cohort's state counts the distinct recordings measured."},
		{ruleAlert, "Alert records and alert leaves are one to one and say the same; the key is the finding, the finding is that of rule, entity and subject."},
		{ruleAlertRow, "The alerts of one finding stand in the order of their leaves."},
		{ruleFinding, "A finding is opened, perhaps updated, then resolved, and only then opened again."},
		{ruleProbe, "A probe's id is that of entity, rule, subject and deadline, once; each absence that was opened asked one."},
		{ruleOpening, "The newest opening of an entity opens every commitment of its leaves, and nothing that is in none."},

		{ruleFrontier, "A shard's frontier is the group's committed offset, the offset after the last record there is."},
		{ruleIn, "A shard counts as folded as many records as lie below its frontier, at every transaction."},
		{ruleOut, "A shard counts as emitted as many outputs as its leaves, markers, openings, alerts, probes and measures are."},
		{ruleDeadCnt, "A shard counts as many dead letters as there are of it."},
		{ruleHistory, "Transactions, frontier and counters of a shard ascend from one meta record to the next."},
		{ruleTask, "A shard's own numbers (tick, epoch, next index, first of the epoch, measures) are those of the log, and it is not draining."},
		{ruleState, "A record of the changelog is of the layout this checker knows, and its key has its shard."},
		{ruleHead, "The state's chain head is the entity's last leaf."},
		{ruleOpen, "The findings open in the state are those that the alert leaves leave open."},
		{ruleSeen, "A conversation's state counts as many redeliveries as observations of it made no leaf."},
		{ruleSecret, "A conversation's state holds the first secret that a fact brought."},
		{ruleDue, "No deadline that the last tick made due is left in an entity that nothing has touched since."},
	}
}

var ruleOf = func() map[string]string {
	m := map[string]string{}
	for _, r := range Rules() {
		m[r.Name] = r.Says
	}
	return m
}()

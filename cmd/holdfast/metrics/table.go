package metrics

// Kind is what a metric's values are.
type Kind string

const (
	counter   Kind = "counter"   // only grows, from 0 at the process's start
	gauge     Kind = "gauge"     // goes up and down
	age       Kind = "age"       // a gauge: seconds since a moment, worked out when it is asked for
	histogram Kind = "histogram" // how often a duration lay in which range
)

// Metric is one row of the table. The table makes the collectors and docs/METRICS.md; there is no other list.
type Metric struct {
	Name   string
	Kind   Kind
	Labels []string // closed or bounded by the configuration, never the name of an entity
	Help   string   // one sentence
	Alert  string   // what to alert on: a PromQL expression; empty: nothing
	Why    string   // what that alert means and what to do
	Rare   bool     // a run may not have it: there was no such event, or there is no such door

	asked bool // its values are worked out when they are asked for, as ages always are
}

// Names, as the code uses them. Prometheus, "Metric and label naming": base units in the name, _total for counters.
const (
	ready         = "holdfast_ready"
	buildInfo     = "holdfast_build_info"
	stageFailures = "holdfast_stage_failures_total"
	storeErrors   = "holdfast_store_errors_total"

	streamLag          = "holdfast_stream_lag_records"
	streamFrontier     = "holdfast_stream_frontier_offset"
	streamOpen         = "holdfast_stream_transaction_open_seconds"
	streamTransactions = "holdfast_stream_transactions_total"
	streamDuration     = "holdfast_stream_transaction_duration_seconds"
	streamCommit       = "holdfast_stream_commit_duration_seconds"
	streamRecords      = "holdfast_stream_records_total"
	streamOutputs      = "holdfast_stream_outputs_total"
	streamDead         = "holdfast_stream_dead_letters_total"
	streamBytes        = "holdfast_stream_bytes_total"
	streamDirty        = "holdfast_stream_entities_written_total"
	streamRebuilds     = "holdfast_stream_rebuilds_total"
	streamAssigned     = "holdfast_stream_partitions_assigned_total"
	streamRevoked      = "holdfast_stream_partitions_revoked_total"
	streamPartitions   = "holdfast_stream_partitions"
	hotEvicted         = "holdfast_stream_hot_set_evicted_total"
	hotSize            = "holdfast_stream_hot_set_entities"

	shardIn           = "holdfast_shard_records_in"
	shardOut          = "holdfast_shard_records_out"
	shardDead         = "holdfast_shard_dead_letters"
	shardTransactions = "holdfast_shard_transactions"

	restoreLeft     = "holdfast_restore_remaining_records"
	restoreDuration = "holdfast_restore_duration_seconds"
	restoreEntries  = "holdfast_restore_entries_total"
	restores        = "holdfast_restores_total"

	clockTick    = "holdfast_clock_tick_number"
	clockAge     = "holdfast_clock_tick_age_seconds"
	clockEpoch   = "holdfast_clock_epoch_number"
	clockCuts    = "holdfast_clock_cuts_total"
	clockThrough = "holdfast_clock_source_through_age_seconds"
	clockFolded  = "holdfast_clock_source_folded_age_seconds"

	captureOpen     = "holdfast_capture_door_open"
	captureReceived = "holdfast_capture_received_total"
	captureStored   = "holdfast_capture_stored_total"
	captureRefused  = "holdfast_capture_refused_total"
	captureSkipped  = "holdfast_capture_skipped_total"
	captureCrossed  = "holdfast_capture_crossed_total"
	captureInFlight = "holdfast_capture_in_flight"
	captureQueue    = "holdfast_capture_queue_failures_total"
	captureClaim    = "holdfast_capture_claim_age_seconds"
	inspections     = "holdfast_capture_inspections_total"
	inspectDuration = "holdfast_capture_inspection_duration_seconds"
	inspectBytes    = "holdfast_capture_inspected_bytes_total"
	inspectRetries  = "holdfast_capture_inspection_retries_total"
	inspectUncut    = "holdfast_capture_manifests_uncut_total"
	inspectPaused   = "holdfast_capture_inspection_pauses_total"

	observeIgnored = "holdfast_observe_ignored_total"
)

// Ranges of the histograms, in seconds.
var ranges = map[string][]float64{
	streamDuration:  {.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 12, 30},
	streamCommit:    {.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 12, 30},
	restoreDuration: {.01, .1, .5, 1, 5, 15, 30, 60, 120, 300, 900, 3600},
	inspectDuration: {.005, .025, .1, .5, 1, 5, 15, 60, 300, 1800},
}

// Section is a part of the table, for the page.
type Section struct {
	Title   string
	Part    string // which stages must run for its metrics to appear: process, stream, state, clock, capture, observe
	Says    string
	Metrics []Metric
}

var (
	byStage     = []string{"stage"}
	byPartition = []string{"stage", "partition"}
	byDoor      = []string{"door"}
	bySource    = []string{"source"}
)

// Table returns every metric of ours.
func Table() []Section {
	return []Section{processMetrics, streamMetrics, shardMetrics, restoreMetrics, clockMetrics, captureMetrics, observeMetrics}
}

var processMetrics = Section{"The process", "process", "", []Metric{
	{Name: ready, Kind: gauge, asked: true, Help: "1 while /readyz answers 200, else 0.",
		Alert: "holdfast_ready == 0", Why: "for 10 minutes: a worker is restoring, waits for the clock, or starts over again and again; /readyz says which stage and partition"},
	{Name: buildInfo, Kind: gauge, Labels: []string{"version", "revision", "go"}, Help: "Always 1; the labels say what runs."},
	{Name: stageFailures, Kind: counter, Labels: []string{"stage", "exit"}, Rare: true,
		Help: "Stages that ended with an error, by the exit code that follows; the process ends seconds later, so watch restarts too; not there before the first."},
	{Name: storeErrors, Kind: counter, Labels: byStage, Rare: true,
		Help: "Stages that ended because the disk under the local store is full or broken (exit code 5); nothing is lost; not there before the first."},
}}

var streamMetrics = Section{"Stages with transactions", "stream",
	"`stage` is `observe-events`, `observe-s3`, `observe-inspections` or `correlate`. All count committed transactions only, where nothing else is said.", []Metric{
		{Name: streamLag, Kind: gauge, Labels: byPartition,
			Help:  "Records between what is folded and the end of the partition as last fetched; a topic written in transactions ends with a marker, so 1 is caught up there.",
			Alert: "sum by (stage) (holdfast_stream_lag_records) > 100000", Why: "for 10 minutes: the stage does not keep up, or a partition stands still; start more workers, or see rebuilds"},
		{Name: streamFrontier, Kind: gauge, Labels: byPartition, Help: "The input offset after the last record that is folded and committed; of a partition this worker has."},
		{Name: streamOpen, Kind: age, Labels: byStage, Rare: true, Help: "Age of the transaction in hand, from its first record; there only while one is gathered or being committed.",
			Alert: "max by (stage) (holdfast_stream_transaction_open_seconds) > 15", Why: "a commit hangs: the brokers are slow or gone"},
		{Name: streamTransactions, Kind: counter, Labels: []string{"stage", "outcome", "limit"},
			Help:  "Transactions, by outcome (committed, aborted, unknown) and by what closed them (empty, interval, bytes, records, stop).",
			Alert: `sum by (stage) (rate(holdfast_stream_transactions_total{outcome!="committed"}[10m])) > 0.1`, Why: "transactions fail again and again; the log has the reason of each"},
		{Name: streamDuration, Kind: histogram, Labels: byStage, Help: "Time of a committed transaction, from its first record to its application."},
		{Name: streamCommit, Kind: histogram, Labels: byStage, Help: "Of that, the time the broker knew of it, during which readers of what it wrote wait.",
			Alert: "histogram_quantile(0.99, sum by (stage, le) (rate(holdfast_stream_commit_duration_seconds_bucket[10m]))) > 2.5", Why: "the brokers are slow to commit; everything behind waits as long"},
		{Name: streamRecords, Kind: counter, Labels: byStage, Help: "Input records folded."},
		{Name: streamOutputs, Kind: counter, Labels: byStage, Help: "Records written, dead letters not among them."},
		{Name: streamDead, Kind: counter, Labels: []string{"stage", "code"}, Help: "Dead letters by reason; the codes are a closed list (OPERATIONS.md, poison).",
			Alert: "sum by (stage, code) (increase(holdfast_stream_dead_letters_total[1h])) > 0", Why: "records could not be used; look at dead.letters, see OPERATIONS.md"},
		{Name: streamBytes, Kind: counter, Labels: byStage, Help: "Bytes of input, outputs and state."},
		{Name: streamDirty, Kind: counter, Labels: byStage, Help: "Entities whose state was written."},
		{Name: streamRebuilds, Kind: counter, Labels: byStage, Help: "Times a stage dropped everything and opened it again from committed truth.",
			Alert: "sum by (stage, instance) (increase(holdfast_stream_rebuilds_total[15m])) > 5", Why: "a worker does not get anywhere; the log line \"rebuilding from committed truth\" has the cause"},
		{Name: streamAssigned, Kind: counter, Labels: byStage, Help: "Partitions the group gave to this worker and that are restored."},
		{Name: streamRevoked, Kind: counter, Labels: []string{"stage", "lost"}, Help: "Partitions that left this worker; lost=\"true\" where it was no longer a member.",
			Alert: `sum by (instance) (increase(holdfast_stream_partitions_revoked_total{lost="true"}[15m])) > 0`, Why: "the worker was silent for longer than stream.session_timeout: paused, starved of CPU, or cut off"},
		{Name: streamPartitions, Kind: gauge, Labels: []string{"stage", "state"}, Help: "Partitions of this worker, restoring and ready.",
			Alert: `sum by (stage) (holdfast_stream_partitions{state="ready"}) < 8`, Why: "for 5 minutes, with your kafka.partitions for 8: partitions nobody folds"},
		{Name: hotSize, Kind: gauge, Labels: byPartition, Help: "Decoded entities in memory; 0 for a stage without state."},
		{Name: hotEvicted, Kind: counter, Labels: byStage, Help: "Entities that left memory for the local store because stream.hot_set was reached."},
	}}

var shardMetrics = Section{"Conservation", "state",
	"As committed in the partition's meta record, since the log began: they survive restarts and move with the partition. Stages without state have none.", []Metric{
		{Name: shardIn, Kind: gauge, Labels: byPartition, Help: "Records folded since the log began."},
		{Name: shardOut, Kind: gauge, Labels: byPartition, Help: "Records written since the log began, dead letters not among them."},
		{Name: shardDead, Kind: gauge, Labels: byPartition, Help: "Dead letters since the log began."},
		{Name: shardTransactions, Kind: gauge, Labels: byPartition, Help: "Transactions committed since the log began.",
			Alert: "max by (stage, partition) (holdfast_shard_records_in) < max by (stage, partition) (max_over_time(holdfast_shard_records_in[1h]))",
			Why:   "a count went back: state was lost or replaced; stop, and keep the topics as they are"},
	}}

var restoreMetrics = Section{"Restore", "state", "", []Metric{
	{Name: restoreLeft, Kind: gauge, Labels: byPartition, Help: "Changelog offsets still to be read before the partition is folded on; 0 when it is restored."},
	{Name: restoreDuration, Kind: histogram, Labels: byStage, Help: "Time to restore a partition."},
	{Name: restoreEntries, Kind: counter, Labels: byStage, Help: "Changelog records read by restores."},
	{Name: restores, Kind: counter, Labels: []string{"stage", "copy"}, Help: "Restores, by the local copy: used (it was continued, or there was nothing to restore), discarded (it was of no use)."},
}}

var clockMetrics = Section{"Clock", "clock",
	"One process at a time owns the clock; another that owned it before keeps its last values, and its ages grow. So take `max` of numbers and `min` of ages over all processes.", []Metric{
		{Name: clockTick, Kind: gauge, Help: "Number of the last tick this process wrote."},
		{Name: clockAge, Kind: age, Help: "Seconds since that tick was committed.",
			Alert: "min(holdfast_clock_tick_age_seconds) > 60 or absent(holdfast_clock_tick_age_seconds)", Why: "no clock runs: no deadline falls due, no epoch is closed, absences are not found"},
		{Name: clockEpoch, Kind: gauge, Help: "The epoch that is open after that tick."},
		{Name: clockCuts, Kind: counter, Help: "Epochs this process closed."},
		{Name: clockThrough, Kind: age, Labels: bySource, Rare: true, Help: "Age of the moment up to which everything of the source is proven to be in the log; not there before the first proof.",
			Alert: "min by (source) (holdfast_clock_source_through_age_seconds) > 60", Why: "the source is stalled (with your correlate.stalled for 60): what is missing from it is graded unknown; see OPERATIONS.md"},
		{Name: clockFolded, Kind: age, Labels: bySource, Rare: true, Help: "Age of the moment up to which everything of the source is folded in every partition; not there before the first.",
			Alert: "min by (source) (holdfast_clock_source_folded_age_seconds) > 300", Why: "a partition of correlate stands still or is far behind"},
	}}

var captureMetrics = Section{"Capture", "capture",
	"`door` is `webhook`, `inspect` or a queue's name.", []Metric{
		{Name: captureOpen, Kind: gauge, Labels: byDoor, Help: "1 while the door takes things in.",
			Alert: "holdfast_capture_door_open == 0", Why: "for 5 minutes: the door's start record is not acknowledged, or the process stops"},
		{Name: captureReceived, Kind: counter, Labels: byDoor, Help: "Requests, messages and notifications taken in hand."},
		{Name: captureStored, Kind: counter, Labels: []string{"door", "topic"}, Rare: true, Help: "Records that every in-sync replica has acknowledged; not there before the first."},
		{Name: captureRefused, Kind: counter, Labels: []string{"door", "reason"},
			Help:  "Requests answered otherwise than 2xx, and messages left in their queue: signature, too-large, empty, busy, crowded, read, kafka, panic, explodes.",
			Alert: `sum by (door, reason) (increase(holdfast_capture_refused_total[10m])) > 0`, Why: "signature: a wrong or rotated secret; too-large, explodes: it will never be taken in; the others: the sender repeats it"},
		{Name: captureSkipped, Kind: counter, Labels: []string{"door", "reason"}, Rare: true, Help: "Taken in hand and without a record: test-event, not-created, unreadable; not there before the first."},
		{Name: captureCrossed, Kind: counter, Labels: []string{"door", "topic"}, Rare: true, Help: "Messages of the other kind than the queue is said to carry; they are stored; not there before the first."},
		{Name: captureInFlight, Kind: gauge, Labels: byDoor, Help: "Requests, messages and objects in hand now."},
		{Name: captureQueue, Kind: counter, Labels: []string{"door", "operation"}, Rare: true, Help: "SQS calls that failed: receive, delete, extend, release.",
			Alert: `sum by (door) (rate(holdfast_capture_queue_failures_total{operation="receive"}[10m])) > 0`, Why: "the queue cannot be read, and its source will stall"},
		{Name: captureClaim, Kind: age, Labels: []string{"source", "door"}, Rare: true, Help: "Age of the moment up to which this door has seen everything; not there before the first claim.",
			Alert: "max by (source, door, instance) (holdfast_capture_claim_age_seconds) > 60", Why: "the door cannot prove anything: a queue that is never empty, a request that hangs, Kafka out of reach"},
		{Name: inspections, Kind: counter, Labels: []string{"outcome"}, Help: "Objects asked for, by outcome.",
			Alert: `sum(increase(holdfast_capture_inspections_total{outcome="denied"}[15m])) > 0`, Why: "a right on a bucket is missing; each becomes a fact that says so"},
		{Name: inspectDuration, Kind: histogram, Help: "Time to inspect an object, retries included."},
		{Name: inspectBytes, Kind: counter, Help: "Bytes of objects read."},
		{Name: inspectRetries, Kind: counter, Labels: []string{"outcome"}, Rare: true, Help: "Requests to S3 that were repeated, by the outcome before; not there before the first."},
		{Name: inspectUncut, Kind: counter, Labels: []string{"code"}, Rare: true, Help: "Manifests, or rows of them, that could not be cut into records; the hash is kept; not there before the first."},
		{Name: inspectPaused, Kind: counter, Help: "Times a partition waited for its oldest unfinished object."},
	}}

var observeMetrics = Section{"Observe", "observe", "", []Metric{
	{Name: observeIgnored, Kind: counter, asked: true, Labels: []string{"kind"}, Help: "Raw records about no entity: other-event (audit and other platform events), test-event (S3's test message); counted as read, also in transactions that are then repeated."},
}}

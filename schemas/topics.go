package schemas

import (
	"maps"
	"strconv"
)

// Names of the topics, without the configured prefix.
const (
	TopicConversationEvents = "conversation.events"
	TopicS3Notifications    = "s3.notifications"
	TopicS3Inspections      = "s3.inspections"
	TopicWorldAnswers       = "world.answers"
	TopicCaptureProgress    = "capture.progress"
	TopicObservations       = "observations"
	TopicCorrelateState     = "correlate.state"
	TopicCustodyRecords     = "custody.records"
	TopicCustodyOpenings    = "custody.openings"
	TopicDriftAlerts        = "drift.alerts"
	TopicProbes             = "probes"
	TopicDeadLetters        = "dead.letters"
)

// RawBatch is max.message.bytes of the topics that hold what came from outside: the largest batch of records their
// brokers take, in bytes. A batch of one record of MaxRecord fits, with its key and the batch's own header. The other
// topics' records are bounded by their writers, far below Kafka's own default.
const RawBatch = MaxRecord + 64<<10

// DefaultPartitions is P where the configuration names none. It is for ever: another count re-maps every key.
const DefaultPartitions = 8

// Profile is a way to configure the topics.
type Profile int

const (
	// Full is for Apache Kafka 4.0 or later.
	Full Profile = iota
	// Embedded is for the in-process broker, whose compaction loses keys of open transactions and whose retention
	// goes by event time, on compacted topics too: so everything is kept and nothing compacted.
	Embedded
)

// Topic is one topic as data.
type Topic struct {
	Name       string   // without the configured prefix
	Key        string   // what a record's key is, in words
	Records    []string // names of the record schemas it may carry; none: the runtime's own state blobs
	Partitions int      // 0: the configured number P
	Doc        string   // what it is for, one sentence

	full map[string]string // Full's configuration beyond fullDefaults
}

// Days in the milliseconds that Kafka's settings are written in.
const (
	keepAll = "-1"
	days7   = "604800000"
	days30  = "2592000000"
	days90  = "7776000000"
	days400 = "34560000000"
)

const maxMessageBytes = "max.message.bytes"

// fullDefaults is what every topic of the Full profile has unless its own configuration says otherwise. All of it is
// explicit because a cluster's defaults are whatever its owner made them.
var fullDefaults = map[string]string{
	// The record's time is the time of its arrival here: what arrives late with an old time must not be deleted on
	// arrival, and no sender's clock may decide what a reader by time finds.
	"message.timestamp.type": "LogAppendTime",
	// An acknowledged record is on two disks. CreateTopics lowers it to the replication factor where that is one.
	"min.insync.replicas": "2",
	// A replica that lags must not become leader and drop what was acknowledged.
	"unclean.leader.election.enable": "false",
	// Kafka's own default, which a cluster may have been set below. The raw topics have RawBatch.
	maxMessageBytes: "1048588",
}

// Configs returns the topic's broker-side configuration under a profile: every setting that matters, none left to the
// cluster's defaults. The caller may change the map.
func (t Topic) Configs(p Profile) map[string]string {
	if p == Embedded {
		c := map[string]string{"cleanup.policy": "delete", "retention.ms": keepAll}
		if most, ok := t.full[maxMessageBytes]; ok {
			c[maxMessageBytes] = most // the in-process broker's default is Kafka's
		}
		return c
	}
	c := maps.Clone(fullDefaults)
	maps.Copy(c, t.full)
	return c
}

func deleteAfter(ms string) map[string]string {
	return map[string]string{"cleanup.policy": "delete", "retention.ms": ms}
}

// raw is deleteAfter for what came from outside, as large as the doors take it.
func raw(ms string) map[string]string {
	c := deleteAfter(ms)
	c[maxMessageBytes] = strconv.Itoa(RawBatch)
	return c
}

func compact(more ...string) map[string]string {
	c := map[string]string{"cleanup.policy": "compact", "retention.ms": keepAll}
	for i := 0; i < len(more); i += 2 {
		c[more[i]] = more[i+1]
	}
	return c
}

// Topics returns every topic that a stage reads or writes, and those whose contract is already public, in the order
// of a record's way.
func Topics() []Topic {
	const rawKey = "conversation id if known, else source id"
	return []Topic{
		{Name: TopicConversationEvents, Key: rawKey, Records: []string{"ConversationEvent"}, full: raw(days90),
			Doc: "Conversation events as they came."},
		{Name: TopicS3Notifications, Key: rawKey, Records: []string{"S3Notification"}, full: raw(days90),
			Doc: "S3 notifications as they came."},
		{Name: TopicS3Inspections, Key: rawKey, Records: []string{"S3Inspection"}, full: raw(days90),
			Doc: "What one GET of one object version answered."},
		{Name: TopicWorldAnswers, Key: rawKey, Records: []string{"WorldAnswer"}, full: deleteAfter(days90),
			Doc: "Facts that were asked for; a public contract, nothing asks yet."},
		{Name: TopicCaptureProgress, Key: "source/instance, or clock, or regime", Records: []string{"Progress", "ClockState", "Regime"}, Partitions: 1,
			full: compact(), Doc: "Life signs of capture, the clock's own state and the regime asked for; one partition, so that one task owns the clock."},
		// Kept without end until something archives it: what has left this topic cannot be replayed.
		{Name: TopicObservations, Key: "entity; measures: the entity told; ticks and regimes: none", full: deleteAfter(keepAll),
			Records: []string{"Observation", "Measure", "Tick", "Regime"}, Doc: "The one merged log that is folded."},
		// A worker whose disk slept longer than delete.retention.ms would miss a deletion and bring an entity back.
		{Name: TopicCorrelateState, Key: "entity, or the runtime's own", full: compact("delete.retention.ms", days30),
			Doc: "Changelog of the fold's state, partition by partition that of observations."},
		// The lag leaves every copy, and any tombstone somebody wrote, in sight of the readers for a week.
		{Name: TopicCustodyRecords, Key: "lower-case hex SHA-256 of leaf or marker", full: compact("min.compaction.lag.ms", days7),
			Records: []string{"CustodyRecord", "CustodyMarker"}, Doc: "Custody leaves and epoch markers; append-only because the key is the value's hash."},
		// Without an upper bound, compaction could leave an erased secret on disk for as long as the topic is quiet.
		{Name: TopicCustodyOpenings, Key: "entity", Records: []string{"Opening"}, full: compact("max.compaction.lag.ms", days7),
			Doc: "What opens an entity's commitments; a tombstone erases."},
		{Name: TopicDriftAlerts, Key: "finding id in hex", Records: []string{"Alert"}, full: deleteAfter(days400),
			Doc: "Findings: opened, updated, resolved."},
		{Name: TopicProbes, Key: "probe id in hex", Records: []string{"Probe"}, full: deleteAfter(days30),
			Doc: "Questions to the world; a public contract, nothing answers yet."},
		{Name: TopicDeadLetters, Key: "topic of the record refused", Records: []string{"DeadLetter"}, Partitions: 1, full: deleteAfter(days90),
			Doc: "Records nobody can process, by reference."},
	}
}

// Murmur2Partition returns the partition that Java's default partitioner gives a record with this key: 32-bit
// MurmurHash2 with the seed of org.apache.kafka.common.utils.Utils.murmur2, its sign bit cleared, modulo partitions.
// It panics if partitions is not positive.
func Murmur2Partition(key []byte, partitions int32) int32 {
	if partitions <= 0 {
		panic("schemas: a topic has at least one partition")
	}
	return int32(murmur2(key)&0x7fffffff) % partitions
}

func murmur2(b []byte) uint32 {
	const m = 0x5bd1e995
	h := uint32(0x9747b28c) ^ uint32(len(b))
	for ; len(b) >= 4; b = b[4:] {
		k := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		k *= m
		k ^= k >> 24
		h = h*m ^ k*m
	}
	if len(b) > 0 {
		for i, c := range b {
			h ^= uint32(c) << (8 * i)
		}
		h *= m
	}
	h ^= h >> 13
	h *= m
	return h ^ h>>15
}

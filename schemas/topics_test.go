package schemas

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestTopicsAndRecords: every record type has exactly one topic, every topic's records exist. A record without a
// topic is dead code; a topic whose record nobody can decode is a dead end. A regime alone has two: it is asked for in
// capture.progress and stands in observations.
func TestTopicsAndRecords(t *testing.T) {
	where := map[string]string{}
	for _, topic := range Topics() {
		for _, name := range topic.Records {
			if wire.byName[name] == nil {
				t.Errorf("topic %s carries %s, which is no record of the wire", topic.Name, name)
			}
			if other := where[name]; other != "" && !(name == "Regime" && other == TopicCaptureProgress && topic.Name == TopicObservations) {
				t.Errorf("%s is on both %s and %s", name, other, topic.Name)
			}
			where[name] = topic.Name
		}
	}
	for name := range wire.byName {
		if where[name] == "" {
			t.Errorf("record %s has no topic", name)
		}
	}
}

// TestTopicsAreWhole: names that Kafka takes, once each, everything said, and under each profile a configuration that
// leaves neither retention nor cleanup to a cluster's defaults.
func TestTopicsAreWhole(t *testing.T) {
	name := regexp.MustCompile(`^[a-z0-9]+(\.[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, topic := range Topics() {
		if !name.MatchString(topic.Name) || seen[topic.Name] {
			t.Errorf("topic name %q", topic.Name)
		}
		seen[topic.Name] = true
		if topic.Key == "" || topic.Doc == "" || topic.Partitions < 0 {
			t.Errorf("topic %s is incomplete: %+v", topic.Name, topic)
		}
		for _, p := range []Profile{Full, Embedded} {
			c := topic.Configs(p)
			if c["cleanup.policy"] == "" || c["retention.ms"] == "" {
				t.Errorf("topic %s leaves cleanup or retention to the cluster: %v", topic.Name, c)
			}
			c["cleanup.policy"] = "changed"
			if topic.Configs(p)["cleanup.policy"] == "changed" {
				t.Errorf("topic %s hands out its own configuration", topic.Name)
			}
		}
		want := map[string]string{"cleanup.policy": "delete", "retention.ms": "-1"}
		if slices.Contains([]string{TopicConversationEvents, TopicS3Notifications, TopicS3Inspections}, topic.Name) {
			want["max.message.bytes"] = "2162688"
		}
		if !maps.Equal(topic.Configs(Embedded), want) {
			t.Errorf("topic %s, embedded: %v; the in-process broker must neither compact nor expire", topic.Name, topic.Configs(Embedded))
		}
		c := topic.Configs(Full)
		if most := c["max.message.bytes"]; most != "1048588" && most != want["max.message.bytes"] {
			t.Errorf("topic %s takes %s bytes; what came from outside must fit, and nothing else needs more than Kafka's default", topic.Name, most)
		}
		if c["message.timestamp.type"] != "LogAppendTime" || c["min.insync.replicas"] != "2" {
			t.Errorf("topic %s, full: %v", topic.Name, c)
		}
		if c["cleanup.policy"] == "compact" && c["retention.ms"] != "-1" {
			t.Errorf("topic %s is compacted and expires", topic.Name)
		}
	}
}

// TestTopicsByName holds what the design decides topic by topic.
func TestTopicsByName(t *testing.T) {
	byName := map[string]Topic{}
	for _, topic := range Topics() {
		byName[topic.Name] = topic
	}
	var compacted, single []string
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if byName[name].Configs(Full)["cleanup.policy"] == "compact" {
			compacted = append(compacted, name)
		}
		if byName[name].Partitions == 1 {
			single = append(single, name)
		}
	}
	if want := []string{TopicCaptureProgress, TopicCorrelateState, TopicCustodyOpenings, TopicCustodyRecords}; !slices.Equal(compacted, want) {
		t.Errorf("compacted: %v; want %v", compacted, want)
	}
	if want := []string{TopicCaptureProgress, TopicDeadLetters}; !slices.Equal(single, want) {
		t.Errorf("of one partition: %v; want %v", single, want)
	}
	if got := byName[TopicObservations].Configs(Full)["retention.ms"]; got != "-1" {
		t.Errorf("observations expire after %s ms and nothing archives them", got)
	}
	if got := byName[TopicCustodyRecords].Configs(Full)["min.compaction.lag.ms"]; got != strconv.Itoa(7*24*3600*1000) {
		t.Errorf("custody.records may be compacted after %s ms", got)
	}
}

// TestMurmur2 holds the hash to Apache Kafka's own vectors (UtilsTest.testMurmur2), with which every other client
// agrees: a customer's producer must put a conversation where ours does.
func TestMurmur2(t *testing.T) {
	for key, want := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		if got := int32(murmur2([]byte(key))); got != want {
			t.Errorf("murmur2(%q) = %d; want %d", key, got, want)
		}
		if got := Murmur2Partition([]byte(key), 8); got != (want&0x7fffffff)%8 {
			t.Errorf("partition of %q is %d of 8", key, got)
		}
	}
}

// TestMurmur2PartitionInRange: every key has a partition that exists, and the same one each time.
func TestMurmur2PartitionInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOf(rapid.Byte()).Draw(t, "key")
		n := rapid.Int32Range(1, 1<<30).Draw(t, "n")
		p := Murmur2Partition(key, n)
		if p < 0 || p >= n || p != Murmur2Partition(key, n) {
			t.Fatalf("partition %d of %d", p, n)
		}
	})
}

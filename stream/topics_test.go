package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"holdfast.example/schemas"
)

// TestCreateThenCheck: what is created passes the check, under each profile; creating again changes nothing.
func TestCreateThenCheck(t *testing.T) { onBoth(t, createThenCheck) }

func createThenCheck(t *testing.T, k Kafka) {
	own := k.Prefix
	for _, profile := range []schemas.Profile{schemas.Full, schemas.Embedded} {
		k.Prefix = fmt.Sprintf("%s%d.", own, profile)
		created, err := CreateTopics(soon(t), k, profile, 4, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(created) != len(schemas.Topics()) || !slices.Contains(created, k.Topic("observations")) {
			t.Errorf("created %v", created)
		}
		wrong, err := CheckTopics(soon(t), k, profile, 4, 1)
		if err != nil || len(wrong) != 0 {
			t.Errorf("profile %d: %q, %v", profile, wrong, err)
		}
		if again, err := CreateTopics(soon(t), k, profile, 8, 1); err != nil || len(again) != 0 {
			t.Errorf("created again: %v, %v", again, err)
		}
	}
}

// TestCreateWaitsForLeaders: brokers learn of a topic after the controller has said that it exists. Whoever starts a
// worker right after must not be told that a topic is missing.
func TestCreateWaitsForLeaders(t *testing.T) {
	c, k := startFake(t)
	h := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Metadata}, Topic: "hf.probes", Err: kerr.LeaderNotAvailable, Count: 3})
	if _, err := CreateTopics(soon(t), k, schemas.Embedded, 4, 1); err != nil {
		t.Fatal(err)
	}
	if h.Hits() != 3 {
		t.Errorf("returned after %d of 3 answers without a leader", h.Hits())
	}
}

// TestCheckReportsEveryDifference: one run names all that is wrong. Ten mistakes must not take ten runs.
func TestCheckReportsEveryDifference(t *testing.T) {
	c, k := startFake(t)
	if _, err := CreateTopics(soon(t), k, schemas.Full, 4, 1); err != nil {
		t.Fatal(err)
	}
	if err := c.DeleteTopic("hf.probes"); err != nil {
		t.Fatal(err)
	}
	alter(t, k, schemas.TopicCustodyRecords, map[string]string{"cleanup.policy": "delete", "min.compaction.lag.ms": "0"})
	alter(t, k, schemas.TopicConversationEvents, map[string]string{"retention.ms": "3600000", "message.timestamp.type": "CreateTime"})
	alter(t, k, schemas.TopicObservations, map[string]string{"retention.ms": "99999999999999"}) // long, and not without end
	alter(t, k, schemas.TopicDriftAlerts, map[string]string{"retention.ms": "-1", "min.insync.replicas": "3"})
	alter(t, k, schemas.TopicDeadLetters, map[string]string{"min.insync.replicas": "0"})

	wrong, err := CheckTopics(soon(t), k, schemas.Full, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"topic hf.conversation.events has message.timestamp.type=CreateTime, and it should be LogAppendTime",
		"topic hf.conversation.events has retention.ms=3600000, and it should be at least 7776000000",
		"topic hf.observations has retention.ms=99999999999999, and it should be at least -1",
		"topic hf.custody.records has cleanup.policy=delete, and it should be compact",
		"topic hf.custody.records has min.compaction.lag.ms=0, and it should be at least 604800000",
		"topic hf.probes does not exist",
		"topic hf.dead.letters has min.insync.replicas=0, and it should be at least 1",
	}
	if len(wrong) != len(want) {
		t.Errorf("%d differences; want %d:\n%s", len(wrong), len(want), strings.Join(wrong, "\n"))
	}
	for i := range min(len(wrong), len(want)) {
		if !strings.HasPrefix(wrong[i], want[i]) {
			t.Errorf("%q; want %q", wrong[i], want[i])
		}
	}

	wrong, err = CheckTopics(soon(t), k, schemas.Full, 8, 3)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(wrong, "\n")
	for _, s := range []string{
		"topic hf.observations has 4 partitions, not 8; the count is for ever",
		"topic hf.observations has replication factor 1, not 3",
		"topic hf.observations has min.insync.replicas=1, and it should be at least 2",
	} {
		if !strings.Contains(all, s) {
			t.Errorf("%q is not in\n%s", s, all)
		}
	}
	if strings.Contains(all, "hf.capture.progress has 1 partitions") {
		t.Error("the topic of one partition is measured by the configured count")
	}
}

func alter(t *testing.T, k Kafka, topic string, configs map[string]string) {
	t.Helper()
	a, err := openAdmin(soon(t), k)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	var changes []kadm.AlterConfig
	for key, value := range configs {
		changes = append(changes, kadm.AlterConfig{Op: kadm.SetConfig, Name: key, Value: &value})
	}
	if _, err := a.AlterTopicConfigs(a.ctx, changes, k.Topic(topic)); err != nil {
		t.Fatal(err)
	}
}

// TestCheckOfAnEmptyCluster: the first thing a newcomer sees is what to run, for each topic.
func TestCheckOfAnEmptyCluster(t *testing.T) {
	_, k := startFake(t)
	wrong, err := CheckTopics(soon(t), k, schemas.Full, 8, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, topic := range schemas.Topics() {
		if want := fmt.Sprintf("topic hf.%s does not exist; run holdfast topics create", topic.Name); i >= len(wrong) || wrong[i] != want {
			t.Errorf("got %q; want %q", wrong, want)
			break
		}
	}
}

func TestTopicsOfNoCluster(t *testing.T) {
	k := Kafka{Brokers: []string{unusedAddress(t)}}
	if _, err := CheckTopics(soon(t), k, schemas.Full, 8, 3); !errors.Is(err, ErrUnreachable) {
		t.Errorf("check: %v", err)
	}
	if err := BrokerCheck(soon(t), k); !errors.Is(err, ErrUnreachable) {
		t.Errorf("broker check: %v", err)
	}
	_, err := CreateTopics(soon(t), k, schemas.Full, 8, 3)
	if !errors.Is(err, ErrUnreachable) || strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("create: %v; want one sentence", err)
	}
	if _, err := CreateTopics(soon(t), k, schemas.Full, 0, 3); err == nil || errors.Is(err, ErrUnreachable) {
		t.Errorf("create with no partitions: %v", err)
	}
}

// TestBrokerCheck: a cluster from before Kafka 4.0, or one that was upgraded and whose transaction.version was not
// raised, is refused with the reason; the in-process broker passes like the real one.
func TestBrokerCheck(t *testing.T) {
	_, k := startFake(t, kfake.NumBrokers(3))
	if err := BrokerCheck(soon(t), k); err != nil {
		t.Errorf("the broker of today: %v", err)
	}

	_, k = startFake(t, kfake.MaxVersions(kversion.V3_9_0()))
	err := BrokerCheck(soon(t), k)
	if err == nil || errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "has transaction.version 0 and at least 2 is needed") {
		t.Errorf("Kafka 3.9: %v", err)
	}

	// A broker is down while a worker starts: what the others say is enough, unless it is a refusal.
	fake, k := startFake(t, kfake.NumBrokers(3))
	mute := func(brokers int32) (asked *atomic.Int64) {
		asked = new(atomic.Int64)
		fake.ControlKey(int16(kmsg.ApiVersions), func(kmsg.Request) (kmsg.Response, error, bool) {
			fake.KeepControl()
			if fake.CurrentNode() >= brokers {
				return nil, nil, false
			}
			asked.Add(1)
			return nil, errors.New("down"), true
		})
		return asked
	}
	asked := mute(1)
	if err := BrokerCheck(soon(t), k); err != nil || asked.Load() == 0 {
		t.Errorf("one of three brokers down: %v, it was asked %d times", err, asked.Load())
	}
	mute(3)
	if err := BrokerCheck(soon(t), k); !errors.Is(err, ErrUnreachable) {
		t.Errorf("all brokers down: %v", err)
	}

	_, k = startFake(t)
	lower(t, k, 1)
	if err := BrokerCheck(soon(t), k); err == nil || !strings.Contains(err.Error(), "transaction.version 1") {
		t.Errorf("transaction.version 1: %v", err)
	}
}

// lower sets transaction.version as an operator who upgrades step by step has it. UpgradeType 3 is an unsafe downgrade.
func lower(t *testing.T, k Kafka, level int16) {
	t.Helper()
	a, err := openAdmin(soon(t), k)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	r, err := a.UpdateFeatures(context.Background(), false, kadm.FeatureUpdate{Feature: transactionFeature, MaxVersionLevel: level, UpgradeType: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r {
		if f.Err != nil {
			t.Fatal(f.Err)
		}
	}
}

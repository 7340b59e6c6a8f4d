package stream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/schemas"
)

const (
	adminTimeout       = 15 * time.Second // for one of this file's calls; a sentence is better than a long silence
	transactionFeature = "transaction.version"
	transactionLevel   = 2
)

// CreateTopics creates the topics that do not exist yet and returns their names in the cluster, prefix included, once
// they can be written to. What exists is left as it is, right or wrong: CheckTopics compares. The partition count must be the one that every later
// start is configured with. On an error the topics returned were created nevertheless.
func CreateTopics(ctx context.Context, k Kafka, p schemas.Profile, partitions int32, replication int16) ([]string, error) {
	if partitions < 1 || replication < 1 {
		return nil, fmt.Errorf("create topics: %d partitions, replication %d: both are at least 1", partitions, replication)
	}
	a, err := openAdmin(ctx, k)
	if err != nil {
		return nil, err
	}
	defer a.close()
	var created []string
	var wrong []error
	for _, t := range schemas.Topics() {
		configs := map[string]*string{}
		for key, value := range wantConfigs(t, p, replication) {
			configs[key] = &value
		}
		rs, err := a.Client.CreateTopics(a.ctx, partitionsOf(t, partitions), replication, configs, k.Topic(t.Name))
		r := rs[k.Topic(t.Name)]
		err = errors.Join(err, r.Err)
		switch {
		case err == nil:
			created = append(created, k.Topic(t.Name))
		case errors.Is(err, kerr.TopicAlreadyExists):
		case r.Topic == "": // no answer about the topic: the next one would get none either
			return created, errors.Join(append(wrong, a.explain("create topic "+k.Topic(t.Name), err))...)
		default:
			if r.ErrMessage != "" {
				err = fmt.Errorf("%s: %w", r.ErrMessage, err)
			}
			wrong = append(wrong, fmt.Errorf("create topic %s: %w", k.Topic(t.Name), Explain(err)))
		}
	}
	if err := a.settle(created); err != nil {
		wrong = append(wrong, a.explain("wait for the topics created", err))
	}
	return created, errors.Join(wrong...)
}

// CheckTopics compares the cluster's topics with the profile and returns every difference, one sentence each that says
// what is there, what is wanted and what to do; none: all is well. An error says that the question got no answer.
func CheckTopics(ctx context.Context, k Kafka, p schemas.Profile, partitions int32, replication int16) ([]string, error) {
	a, err := openAdmin(ctx, k)
	if err != nil {
		return nil, err
	}
	defer a.close()
	topics := schemas.Topics()
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = k.Topic(t.Name)
	}
	have, err := a.ListTopics(a.ctx, names...)
	if err != nil {
		return nil, a.explain("list topics", err)
	}
	var there []string
	for _, name := range names {
		if have.Has(name) {
			there = append(there, name)
		}
	}
	described, err := a.DescribeTopicConfigs(a.ctx, there...)
	if err != nil {
		return nil, a.explain("describe topics", err)
	}

	var out []string
	for i, t := range topics {
		d, ok := have[names[i]]
		if !ok || errors.Is(d.Err, kerr.UnknownTopicOrPartition) {
			out = append(out, fmt.Sprintf("topic %s does not exist; run holdfast topics create", names[i]))
			continue
		}
		if d.Err != nil {
			return nil, a.explain("describe topic "+names[i], d.Err)
		}
		out = append(out, comparePlacement(names[i], d, partitionsOf(t, partitions), replication)...)
		r, err := described.On(names[i], nil)
		if err := errors.Join(err, r.Err); err != nil {
			return nil, a.explain("describe configuration of topic "+names[i], err)
		}
		out = append(out, compareConfigs(names[i], r.Configs, wantConfigs(t, p, replication))...)
	}
	return out, nil
}

// BrokerCheck refuses a cluster whose transactions are those of before Kafka 4.0. There a message of a dead producer
// that was held up in the network can land in its successor's transaction (KIP-890, part 2); transaction.version 2
// gives each transaction its own epoch. Every broker is asked, through its finalized features (KIP-584); under KRaft they
// are the cluster's, so one answer is enough, and a worker can start while a broker is down. An error that is not the
// refusal, because none answered, is ErrUnreachable.
func BrokerCheck(ctx context.Context, k Kafka) error {
	a, err := openAdmin(ctx, k)
	if err != nil {
		return err
	}
	defer a.close()
	versions, err := a.ApiVersions(a.ctx)
	for range len(k.Brokers) - 1 { // the client does not ask another one for who is there when one hangs up on it
		if err != nil {
			versions, err = a.ApiVersions(a.ctx)
		}
	}
	if err != nil {
		return a.noAnswer("ask brokers for their versions", err)
	}
	var wrong, silent []error
	for _, v := range versions.Sorted() {
		if v.Err != nil {
			silent = append(silent, a.noAnswer(fmt.Sprintf("ask broker %d for its version", v.NodeID), v.Err))
			continue
		}
		if level := finalized(v.Raw(), transactionFeature); level < transactionLevel {
			wrong = append(wrong, fmt.Errorf("broker %d (%s) has %s %d and at least %d is needed: before it, a record of a dead worker can land in its successor's transaction; "+
				"run Kafka 4.0 or later and raise the feature with kafka-features upgrade --feature %s=%d",
				v.NodeID, v.VersionGuess(), transactionFeature, level, transactionLevel, transactionFeature, transactionLevel))
		}
	}
	if len(wrong) == 0 && len(silent) == len(versions) {
		return errors.Join(silent...)
	}
	return errors.Join(wrong...)
}

func finalized(r *kmsg.ApiVersionsResponse, feature string) int16 {
	for _, f := range r.FinalizedFeatures {
		if f.Name == feature {
			return f.MaxVersionLevel
		}
	}
	return 0
}

func partitionsOf(t schemas.Topic, configured int32) int32 {
	if t.Partitions != 0 {
		return int32(t.Partitions)
	}
	return configured
}

// wantConfigs is the topic's configuration with min.insync.replicas no larger than there are replicas: above it, no
// write would ever be acknowledged.
func wantConfigs(t schemas.Topic, p schemas.Profile, replication int16) map[string]string {
	c := t.Configs(p)
	const key = "min.insync.replicas"
	if want, err := strconv.Atoi(c[key]); err == nil && want > int(replication) {
		c[key] = strconv.Itoa(int(replication))
	}
	return c
}

func comparePlacement(name string, d kadm.TopicDetail, partitions int32, replication int16) []string {
	var out []string
	if n := len(d.Partitions); n != int(partitions) {
		out = append(out, fmt.Sprintf("topic %s has %d partitions, not %d; the count is for ever, because another one puts every key elsewhere: "+
			"set partitions to %d, or use a new prefix", name, n, partitions, n))
	}
	if n := d.Partitions.NumReplicas(); n < int(replication) {
		out = append(out, fmt.Sprintf("topic %s has replication factor %d, not %d; reassign its partitions, or set replication to %d", name, n, replication, n))
	}
	return out
}

func compareConfigs(name string, have []kadm.Config, want map[string]string) []string {
	got := map[string]string{}
	for _, c := range have {
		got[c.Key] = c.MaybeValue()
	}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if value, ok := got[key]; !ok {
			out = append(out, fmt.Sprintf("topic %s has no %s, and it should be %s; set it", name, key, want[key]))
		} else if !enough(key, value, want[key]) {
			out = append(out, fmt.Sprintf("topic %s has %s=%s, and it should be %s%s; alter it", name, key, value, atLeast(key), want[key]))
		}
	}
	return out
}

// floors are the settings whose owner may be more generous than we ask.
var floors = []string{"retention.ms", "delete.retention.ms", "min.compaction.lag.ms", "max.message.bytes", "min.insync.replicas"}

func atLeast(key string) string {
	if slices.Contains(floors, key) {
		return "at least "
	}
	return ""
}

func enough(key, got, want string) bool {
	if got == want || !slices.Contains(floors, key) {
		return got == want
	}
	g, err := strconv.ParseInt(got, 10, 64)
	w, err2 := strconv.ParseInt(want, 10, 64)
	if err != nil || err2 != nil {
		return false
	}
	if key == "retention.ms" && (g == -1 || w == -1) { // -1: without end
		return g == -1
	}
	return g >= w
}

// admin is a short-lived client for one call, with the call's own deadline.
type admin struct {
	*kadm.Client
	raw    *kgo.Client
	ctx    context.Context
	cancel context.CancelFunc
	dial   dialWatch
}

func openAdmin(ctx context.Context, k Kafka) (*admin, error) {
	opts, err := k.Options()
	if err != nil {
		return nil, err
	}
	a := &admin{}
	client, err := kgo.NewClient(append(opts, kgo.WithHooks(&a.dial))...)
	if err != nil {
		return nil, fmt.Errorf("open kafka client: %w", err)
	}
	a.Client, a.raw = kadm.NewClient(client), client
	a.ctx, a.cancel = context.WithTimeout(ctx, adminTimeout)
	return a, nil
}

func (a *admin) close() {
	a.cancel()
	a.Client.Close()
}

// settle waits until every partition of the topics has a leader. A controller answers that it created a topic before
// the brokers know of it (seen with Kafka 4.4: a check right after said that a third of them did not exist).
func (a *admin) settle(topics []string) error {
	if len(topics) == 0 {
		return nil
	}
	const pause = 50 * time.Millisecond
	for {
		req := kmsg.NewPtrMetadataRequest() // not through kadm, which answers from memory for a while
		for _, name := range topics {
			t := kmsg.NewMetadataRequestTopic()
			t.Topic = kmsg.StringPtr(name)
			req.Topics = append(req.Topics, t)
		}
		res, err := req.RequestWith(a.ctx, a.raw)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(res.Topics, withoutLeader) {
			return nil
		}
		select {
		case <-a.ctx.Done():
			return a.ctx.Err()
		case <-time.After(pause):
		}
	}
}

func withoutLeader(t kmsg.MetadataResponseTopic) bool {
	return t.ErrorCode != 0 || len(t.Partitions) == 0 ||
		slices.ContainsFunc(t.Partitions, func(p kmsg.MetadataResponseTopicPartition) bool { return p.ErrorCode != 0 || p.Leader < 0 })
}

func (a *admin) explain(what string, err error) error {
	return fmt.Errorf("%s: %w", what, Explain(a.dial.cause(err)))
}

// noAnswer is explain for a question after which nothing is known, so that nobody takes its error for a refusal.
func (a *admin) noAnswer(what string, err error) error {
	err = a.explain(what, err)
	if errors.Is(err, ErrUnreachable) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// dialWatch is a kgo hook that remembers how the last attempt to connect ended, for an error that says more than
// that time is up.
type dialWatch struct{ last atomic.Pointer[error] }

// OnBrokerConnect is called by kgo after each attempt to connect.
func (d *dialWatch) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	d.last.Store(&err)
}

// cause adds to a time-out its reason, if that is a connection that failed.
func (d *dialWatch) cause(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, kgo.ErrRecordTimeout) {
		if dial := d.last.Load(); dial != nil && *dial != nil {
			return fmt.Errorf("%w: %w", err, *dial)
		}
	}
	return err
}

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/processors/correlate"
	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

const (
	replayShards = 3
	replayOrigin = 1777885200000 // 2026-05-04T09:00:00Z
	hiddenName   = "pii-nobody-may-see"
)

// replayTopics are those that a replay reads.
var replayTopics = []string{schemas.TopicObservations, schemas.TopicCustodyRecords, schemas.TopicCustodyOpenings, schemas.TopicDriftAlerts, schemas.TopicProbes, schemas.TopicDeadLetters}

// past is a cluster on which correlate has folded a short log, and all that it recorded.
type past struct {
	t       *testing.T
	ctx     context.Context
	fake    *kfake.Cluster
	cl      *kgo.Client
	adm     *kadm.Client
	topics  map[string][]stream.Record // committed
	offsets map[int32]int64            // the group's
}

func newPast(t *testing.T) *past {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(500*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	p := &past{t: t, ctx: ctx, fake: fake, topics: map[string][]stream.Record{}, offsets: map[int32]int64{}}
	opts, err := p.kafka("first.").Options()
	if err != nil {
		t.Fatal(err)
	}
	if p.cl, err = kgo.NewClient(append(opts, kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionalID("past"))...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.cl.Close)
	p.adm = kadm.NewClient(p.cl)
	p.create("first.")
	p.fold()
	for _, topic := range replayTopics {
		p.topics[topic] = p.committed("first.", topic)
	}
	return p
}

func (p *past) kafka(prefix string) stream.Kafka {
	return stream.Kafka{Brokers: p.fake.ListenAddrs(), Prefix: prefix}
}

func (p *past) create(prefix string) {
	p.t.Helper()
	if _, err := stream.CreateTopics(p.ctx, p.kafka(prefix), schemas.Embedded, replayShards, 1); err != nil {
		p.t.Fatal(err)
	}
}

func (p *past) committed(prefix, topic string) (all []stream.Record) {
	p.t.Helper()
	ends, err := p.adm.ListEndOffsets(p.ctx, prefix+topic)
	if err != nil {
		p.t.Fatal(err)
	}
	for q := range int32(len(ends[prefix+topic])) {
		e, _ := ends.Lookup(prefix+topic, q)
		got, err := streamtest.Committed(p.ctx, p.kafka(prefix), topic, q, 0, e.Offset)
		if err != nil {
			p.t.Fatal(err)
		}
		all = append(all, got...)
	}
	return all
}

// fold writes the log and lets a worker fold it.
func (p *past) fold() {
	document, err := correlate.Defaults().Document(replayShards)
	if err != nil {
		p.t.Fatal(err)
	}
	spec, err := correlate.Spec(document, math.MaxInt64)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write("first.", shortLog(p.t, document))
	ctx, stop := context.WithCancel(p.ctx)
	done := make(chan error)
	go func() {
		done <- stream.Run(ctx, stream.Config{Kafka: p.kafka("first."), Worker: "a", Commit: 5 * time.Millisecond, MaxTransactionRecords: 9}, spec)
	}()
	for !p.folded() {
		select {
		case err := <-done:
			p.t.Fatal("the worker ended: ", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	stop()
	if err := <-done; err != nil {
		p.t.Fatal(err)
	}
}

// folded says that the group stands after all there is, but for markers.
func (p *past) folded() bool {
	name := "first." + schemas.TopicObservations
	at, err := p.adm.FetchOffsets(kadm.RequireStable(p.ctx), "first.correlate")
	if err != nil {
		return false
	}
	ends, err := p.adm.ListEndOffsets(p.ctx, name)
	if err != nil {
		p.t.Fatal(err)
	}
	for q := range int32(replayShards) {
		o, ok := at.Lookup(name, q)
		e, _ := ends.Lookup(name, q)
		if !ok || o.At < 0 { // nothing committed yet
			return false
		}
		rest, err := streamtest.Committed(p.ctx, p.kafka("first."), schemas.TopicObservations, q, o.At, e.Offset)
		if err != nil {
			p.t.Fatal(err)
		}
		if len(rest) > 0 {
			return false
		}
		p.offsets[q] = o.At
	}
	return true
}

// write writes records to observations as they stand, partition by partition, each at its offset if it has one: where
// an offset is left out a transaction ends, whose marker takes it.
func (p *past) write(prefix string, records []stream.Record) {
	p.t.Helper()
	for q := range int32(replayShards) {
		var run []*kgo.Record
		next := int64(0)
		end := func() {
			if len(run) == 0 {
				return
			}
			if err := p.cl.BeginTransaction(); err != nil {
				p.t.Fatal(err)
			}
			if err := p.cl.ProduceSync(p.ctx, run...).FirstErr(); err != nil {
				p.t.Fatal(err)
			}
			if err := p.cl.EndTransaction(p.ctx, kgo.TryCommit); err != nil {
				p.t.Fatal(err)
			}
			run = nil
		}
		for _, r := range records {
			if r.Partition != q {
				continue
			}
			if r.Offset != next {
				end()
				next = r.Offset
			}
			run = append(run, &kgo.Record{Topic: prefix + r.Topic, Partition: q, Key: r.Key, Value: r.Value, Timestamp: time.UnixMilli(r.AppendMS)})
			next++
		}
		end()
	}
}

// again makes the past once more under another prefix, with what change does to it.
func (p *past) again(prefix string, change func(topics map[string][]stream.Record)) {
	p.t.Helper()
	p.create(prefix)
	topics := map[string][]stream.Record{}
	for topic, records := range p.topics {
		topics[topic] = slices.Clone(records)
	}
	if change != nil {
		change(topics)
	}
	p.write(prefix, topics[schemas.TopicObservations])
	if err := p.cl.BeginTransaction(); err != nil {
		p.t.Fatal(err)
	}
	for _, topic := range replayTopics[1:] {
		for _, r := range topics[topic] {
			p.cl.Produce(p.ctx, &kgo.Record{Topic: prefix + topic, Partition: r.Partition, Key: r.Key, Value: r.Value}, nil)
		}
	}
	if err := p.cl.Flush(p.ctx); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cl.EndTransaction(p.ctx, kgo.TryCommit); err != nil {
		p.t.Fatal(err)
	}
	offsets := kadm.Offsets{}
	for q, at := range p.offsets {
		offsets.AddOffset(prefix+schemas.TopicObservations, q, at, -1)
	}
	if err := p.adm.CommitAllOffsets(p.ctx, prefix+"correlate", offsets); err != nil {
		p.t.Fatal(err)
	}
}

// replay runs the verb.
func (p *past) replay(prefix string, flags ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	args := append([]string{"replay", "--kafka-brokers", p.fake.ListenAddrs()[0], "--kafka-prefix", prefix, "--kafka-partitions", fmt.Sprint(replayShards),
		"--kafka-profile", "embedded", "--scratch", p.t.TempDir()}, flags...)
	code = start(p.ctx, args, &out, &errs)
	return code, out.String(), errs.String()
}

// shortLog is a regime, three conversations, a poisoned record and ticks enough for each kind of output.
func shortLog(t *testing.T, document string) (log []stream.Record) {
	next := map[int32]int64{}
	put := func(q int32, key string, rec any) {
		value, ok := rec.([]byte)
		if !ok {
			var err error
			if value, err = schemas.Append(nil, rec); err != nil {
				t.Fatal(err)
			}
		}
		log = append(log, stream.Record{Topic: schemas.TopicObservations, Partition: q, Offset: next[q], Key: []byte(key), Value: value, AppendMS: replayOrigin})
		next[q]++
	}
	all := func(key string, rec any) {
		for q := range int32(replayShards) {
			put(q, key, rec)
		}
	}
	fact := func(o *schemas.Observation) {
		put(schemas.Murmur2Partition([]byte(o.Entity), replayShards), o.Entity, o)
	}
	n := int64(0)
	tick := func(minutes int64) {
		n++
		k := &schemas.Tick{N: n, TMS: replayOrigin + minutes*60_000, Epoch: n, Cut: true}
		for _, source := range []string{schemas.SourceEvents, schemas.SourceS3, schemas.SourceInspections} {
			k.Sources = append(k.Sources, schemas.SourceTime{Source: source, ThroughMS: k.TMS, FoldedMS: k.TMS})
		}
		all("tick", k)
	}
	all("regime", &schemas.Regime{Document: document})
	for i := range 6 {
		for _, o := range oneConversation(fmt.Sprint("c", i)) {
			fact(o)
		}
	}
	put(1, "conversation:c0", []byte("junk"))
	tick(3)
	tick(40) // what is missing is missing now
	for i := range 6 {
		o := bareFact(fmt.Sprint("c", i), schemas.SourceS3, "late media", 41*60_000)
		o.Object = &schemas.ObjectFact{Action: schemas.ActionCreated, Bucket: "b", Key: hiddenName + "/late", VersionID: "v", Size: 7, OrganizationID: "org", RecordingID: fmt.Sprint("c", i, "-r"), Role: schemas.RoleMedia}
		fact(o)
	}
	tick(90)
	return log
}

func bareFact(conversation, source, what string, after int64) *schemas.Observation {
	id := sha256.Sum256([]byte(conversation + what))
	secret := schemas.Secret(id[:16])
	return &schemas.Observation{Entity: "conversation:" + conversation, FactID: id, Source: source, ArrivalMS: replayOrigin + after, Lock: schemas.LockHash,
		RawSHA256: (*schemas.Hash)(&id), Secret: &secret, Labels: []string{}, Times: []schemas.Reading{}}
}

func readingAt(field, clock string, after int64) schemas.Reading {
	at := replayOrigin + after
	return schemas.Reading{Field: field, Clock: clock, LoMS: at, HiMS: at, Zone: "UTC", Text: time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z")}
}

// oneConversation has a start, an end, and a metadata file whose media does not come for long.
func oneConversation(c string) []*schemas.Observation {
	event := func(topic string, after int64) *schemas.Observation {
		o := bareFact(c, schemas.SourceEvents, topic, after+100)
		o.Event = &schemas.EventFact{Topic: topic, SessionID: c + "-s", UserID: hiddenName, MediaType: "MESSAGE", Provider: "p", OrganizationID: "org"}
		o.Times = append(o.Times, readingAt("eventTime", "genesys-cloud", after))
		return o
	}
	object := bareFact(c, schemas.SourceS3, "metadata", 70_000)
	object.Object = &schemas.ObjectFact{Action: schemas.ActionCreated, Bucket: "b", Key: hiddenName, VersionID: "v", Size: 7, OrganizationID: "org", RecordingID: c + "-r", Role: schemas.RoleMetadata}
	read := bareFact(c, schemas.SourceInspections, "read", 71_000)
	read.Inspection = &schemas.InspectionFact{Bucket: "b", Key: hiddenName, VersionID: "v", OrganizationID: "org", RecordingID: c + "-r", Role: schemas.RoleMetadata,
		Outcome: schemas.OutcomeOK, RequestID: "1", Pinned: true, Size: 7, SHA256: read.RawSHA256, LegalHold: schemas.HoldOn, RetentionMode: schemas.RetentionNone}
	read.Export = &schemas.ExportFact{Form: schemas.FormMetadata, ConversationID: c, RecordingID: c + "-r", SessionID: c + "-s", OrganizationID: "org", MediaType: "message", Provider: "p",
		DurationMS: -1, UserIDs: []string{}, ParticipantIDs: []string{}, Aliases: []string{}, FileSHA256: *read.RawSHA256, Projection: *read.RawSHA256}
	read.Times = append(read.Times, readingAt("startTime", "export-metadata", 0), readingAt("endTime", "export-metadata", 60_000))
	return []*schemas.Observation{event("customer.start", 0), event("customer.end", 60_000), object, read}
}

func hexSum(b []byte) []byte { h := sha256.Sum256(b); return hex.AppendEncode(nil, h[:]) }

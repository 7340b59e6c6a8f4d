package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/schemas"
)

// Limits of a Publisher.
const (
	deliveryTimeout  = 20 * time.Second // after it a record that is not acknowledged is given up
	maxBufferedBytes = 64 << 20         // records not yet acknowledged; beyond it Send answers at once with an error
	publishLinger    = 2 * time.Millisecond
	maxReadBack      = 1 << 20 // one answer when append times are read back; a first batch comes whole, also above it (KIP-74)

	// otherBatch is the library's default, below Kafka's default for a topic's max.message.bytes.
	otherBatch = 1_000_012
)

// Publisher writes records outside transactions: the edge's way in, where the world waits for a yes or a no.
//
//  1. No error: every in-sync replica has every record (acks=all; the topics ask for at least two). Nothing less is
//     ever reported as success.
//  2. An error: some of the records may be in the log and some not. The caller keeps what it has and delivers again;
//     what is then in the log twice is one fact twice, and facts are told apart by their identity downstream.
//  3. Each answer comes by the end of the caller's context; memory is bounded by maxBufferedBytes. One caller that
//     gives up takes nobody else's records with it.
//  4. The library's own retries write no record twice (idempotent producer).
//
// A Publisher is safe for concurrent use; concurrent calls share batches.
type Publisher struct {
	client *kgo.Client
	kafka  Kafka
	dial   dialWatch
}

// NewPublisher returns a Publisher; it does not connect yet. An error is one of the configuration.
func NewPublisher(k Kafka) (*Publisher, error) {
	opts, err := k.Options()
	if err != nil {
		return nil, err
	}
	p := &Publisher{kafka: k}
	opts = append(opts,
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.RecordPartitioner(outputPartitioner()),
		kgo.RecordDeliveryTimeout(deliveryTimeout),
		// By default a record that was sent and not answered is retried for ever, and a dead broker fills memory with
		// records whose callers have long gone. The price, a record written although its caller was told no, is in
		// the contract anyway.
		kgo.AllowIdempotentProduceCancellation(),
		kgo.MaxBufferedBytes(maxBufferedBytes),
		// By topic: a batch larger than its topic takes is refused whole, with the records of callers who did nothing
		// wrong.
		kgo.ProducerBatchMaxBytesFn(func(topic string) int32 { return largestBatch(k.Strip(topic)) }),
		// The default of 10 ms is added to each answer. One call's records come within microseconds.
		kgo.ProducerLinger(publishLinger),
		kgo.WithHooks(&p.dial),
	)
	p.client, err = kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("open publisher: %w", err)
	}
	return p, nil
}

// Send writes the records and returns when all are acknowledged.
func (p *Publisher) Send(ctx context.Context, outs ...Output) error {
	_, err := p.send(ctx, outs)
	return err
}

// Publish is Send, and returns each record's time in the log, Unix ms, in the order of outs: the broker's append time
// where the topic has LogAppendTime, else the time of the call. The library does not hand out the time that a broker
// answers, so the records are read back: one more round trip a partition. Use Send where the time is not needed.
func (p *Publisher) Publish(ctx context.Context, outs ...Output) ([]int64, error) {
	recs, err := p.send(ctx, outs)
	if err != nil {
		return nil, err
	}
	times, err := p.readBack(ctx, recs)
	if err != nil {
		return nil, fmt.Errorf("read append time: %w", Explain(err))
	}
	return times, nil
}

// Close waits, within the delivery timeout, for the records of callers that gave up, and closes the connections.
func (p *Publisher) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), deliveryTimeout)
	defer cancel()
	err := p.client.Flush(ctx)
	p.client.Close()
	if err != nil {
		return fmt.Errorf("close publisher: records are left whose callers were told no: %w", err)
	}
	return nil
}

func (p *Publisher) send(ctx context.Context, outs []Output) ([]*kgo.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	recs := make([]*kgo.Record, len(outs))
	done := make(chan error, len(outs)) // holds every promise, also when nobody reads any more
	for i, o := range outs {
		recs[i] = &kgo.Record{Topic: p.kafka.Topic(o.Topic), Partition: o.Partition, Key: o.Key, Value: o.Value}
		// Not the caller's context: a batch inherits the context of its first record, so one caller that goes away
		// would fail the records of all others in the batch.
		p.client.TryProduce(context.Background(), recs[i], func(_ *kgo.Record, err error) { done <- err })
	}
	var first error
	for range outs {
		select {
		case err := <-done:
			if first == nil {
				first = err
			}
		case <-ctx.Done():
			return nil, p.notAcknowledged(outs, ctx.Err())
		}
	}
	if first != nil {
		return nil, p.notAcknowledged(outs, first)
	}
	return recs, nil
}

func (p *Publisher) notAcknowledged(outs []Output, err error) error {
	return fmt.Errorf("publish to %s: not acknowledged: %w", p.kafka.Topic(outs[0].Topic), Explain(p.dial.cause(err)))
}

// outputPartitioner takes an Output's partition, or the one Java's default partitioner gives its key.
func outputPartitioner() kgo.Partitioner {
	return kgo.BasicConsistentPartitioner(func(string) func(*kgo.Record, int) int {
		return func(r *kgo.Record, n int) int {
			if r.Partition != ByKey {
				return int(r.Partition)
			}
			return int(schemas.Murmur2Partition(r.Key, int32(n)))
		}
	})
}

// largestBatch is what the publisher sends at once to a partition of one of our topics, in bytes: no more than its
// max.message.bytes.
func largestBatch(topic string) int32 {
	switch topic {
	case schemas.TopicConversationEvents, schemas.TopicS3Notifications, schemas.TopicS3Inspections:
		return schemas.RawBatch
	}
	return otherBatch
}

// readBack returns the time of each record as the log holds it.
func (p *Publisher) readBack(ctx context.Context, recs []*kgo.Record) ([]int64, error) {
	type partition struct {
		topic string
		n     int32
	}
	open := map[partition]map[int64]int{} // offset → index in recs
	for i, r := range recs {
		at := partition{r.Topic, r.Partition}
		if open[at] == nil {
			open[at] = map[int64]int{}
		}
		open[at][r.Offset] = i
	}
	times := make([]int64, len(recs))
	for at, want := range open {
		for len(want) > 0 {
			from := int64(-1)
			for offset := range want {
				if from < 0 || offset < from {
					from = offset
				}
			}
			got, err := p.fetch(ctx, at.topic, at.n, from)
			if err != nil {
				return nil, err
			}
			for _, r := range got {
				if i, ok := want[r.Offset]; ok {
					times[i] = r.Timestamp.UnixMilli()
					delete(want, r.Offset)
				}
			}
			if _, stuck := want[from]; stuck {
				return nil, fmt.Errorf("%s/%d: the record acknowledged at offset %d is not there", at.topic, at.n, from)
			}
		}
	}
	return times, nil
}

// fetch asks the partition's leader once for records from an offset, uncommitted ones of others included: a
// transaction somebody left open must not hide our own acknowledged record.
func (p *Publisher) fetch(ctx context.Context, topic string, partition int32, from int64) ([]*kgo.Record, error) {
	leader, _, err := p.client.PartitionLeader(topic, partition) // known: it acknowledged
	if err != nil {
		return nil, err
	}
	meta := kmsg.NewPtrMetadataRequest()
	mt := kmsg.NewMetadataRequestTopic()
	mt.Topic = kmsg.StringPtr(topic)
	meta.Topics = append(meta.Topics, mt)
	known, err := p.client.RequestCachedMetadata(ctx, meta, 0) // for the topic's id, by which brokers since 3.1 fetch
	if err != nil {
		return nil, err
	}
	if len(known.Topics) != 1 {
		return nil, errors.New("the broker does not say the topic's id")
	}

	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes = 0, 0, maxReadBack
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID = topic, known.Topics[0].TopicID
	tp := kmsg.NewFetchRequestTopicPartition()
	tp.Partition, tp.FetchOffset, tp.PartitionMaxBytes = partition, from, maxReadBack
	t.Partitions = append(t.Partitions, tp)
	req.Topics = append(req.Topics, t)
	answer, err := p.client.Broker(int(leader)).RetriableRequest(ctx, req)
	if err != nil {
		return nil, err
	}
	res := answer.(*kmsg.FetchResponse)
	if err := kerr.ErrorForCode(res.ErrorCode); err != nil {
		return nil, err
	}
	if len(res.Topics) != 1 || len(res.Topics[0].Partitions) != 1 {
		return nil, errors.New("the broker answered for another partition than the one asked")
	}
	rp := &res.Topics[0].Partitions[0]
	if err := kerr.ErrorForCode(rp.ErrorCode); err != nil {
		return nil, err
	}
	o := kgo.ProcessFetchPartitionOpts{Offset: from, Topic: topic, Partition: partition}
	got, _ := kgo.ProcessFetchPartition(o, rp, kgo.DefaultDecompressor(), nil)
	return got.Records, got.Err
}

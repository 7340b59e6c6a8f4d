package clock

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/schemas"
)

// tick decides and writes one tick. It runs to its end or to its own deadline, also when ctx ends meanwhile.
func (l *life) tick(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.TransactionTimeout)
	defer cancel()
	enters, found, err := l.ruling(ctx)
	if err != nil {
		return err
	}
	in := l.positions(ctx)
	in.Enters, in.Found = enters, found
	tick, next := l.state.Next(in)
	var first []byte
	if enters != nil {
		if first, err = schemas.Append(nil, enters); err != nil {
			return err
		}
	}
	records, err := l.records(first, &tick, &next)
	if err != nil {
		return err
	}
	if err := l.commit(ctx, records); err != nil {
		return fmt.Errorf("write tick %d: %w", tick.N, err)
	}
	l.last = Produced{N: tick.N, Offsets: make([]int64, l.cfg.Partitions)}
	for _, r := range records[len(records)-1-int(l.cfg.Partitions) : len(records)-1] {
		l.last.Offsets[r.Partition] = r.Offset
	}
	l.ticks++
	l.written = time.Now()
	l.report(tick)
	if enters != nil {
		l.cfg.Logger.Info("regime in force", "n", tick.N, "regime", name(enters.Document))
		return Disagreement(Standing{N: tick.N, Regime: enters.Document}, l.cfg.Regime)
	}
	return nil
}

// records makes one transaction's records: the regime, if one enters, and the tick to every partition of
// observations, then the state to capture.progress. The order within a partition is the order here.
func (l *life) records(first []byte, tick *schemas.Tick, next *schemas.ClockState) ([]*kgo.Record, error) {
	value, err := schemas.Append(nil, tick)
	if err != nil {
		return nil, err
	}
	state, err := schemas.Append(nil, next)
	if err != nil {
		return nil, err
	}
	observations := l.cfg.Kafka.Topic(schemas.TopicObservations)
	var out []*kgo.Record
	at := l.cfg.Wall()
	for _, v := range [][]byte{first, value} {
		for p := int32(0); v != nil && p < l.cfg.Partitions; p++ {
			out = append(out, &kgo.Record{Topic: observations, Partition: p, Value: v, Timestamp: at})
		}
	}
	return append(out, &kgo.Record{Topic: l.progress, Partition: 0, Key: []byte(stateKey), Value: state, Timestamp: at}), nil
}

// commit writes the records and the position in capture.progress in one transaction. The position is sent also where
// it did not move: only with it does the coordinator compare the generation and refuse an owner that is none any more.
func (l *life) commit(ctx context.Context, records []*kgo.Record) error {
	if err := l.client.BeginTransaction(); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	var (
		mu    sync.Mutex
		first error
	)
	for _, r := range records {
		l.client.Produce(ctx, r, func(_ *kgo.Record, err error) {
			mu.Lock()
			defer mu.Unlock()
			if first == nil {
				first = err
			}
		})
	}
	err := l.client.Flush(ctx)
	mu.Lock()
	if err == nil {
		err = first
	}
	mu.Unlock()
	if err == nil {
		err = l.commitPosition(ctx)
	}
	if err != nil {
		// The next life's first request to the coordinator ends the transaction too; ending it here lets the readers
		// of observations go on sooner.
		_ = l.client.AbortBufferedRecords(ctx)
		_ = l.client.EndTransaction(ctx, kgo.TryAbort)
		return err
	}
	if err := l.client.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return fmt.Errorf("end: %w", err)
	}
	return nil
}

// commitPosition adds the group's offset to the transaction. The library would skip one that did not move.
func (l *life) commitPosition(ctx context.Context) error {
	producer, epoch, err := l.client.ProducerID(ctx)
	if err != nil {
		return fmt.Errorf("ask producer id: %w", err)
	}
	id, err := l.progressID(ctx)
	if err != nil {
		return err
	}
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID = l.cfg.Kafka.TransactionalID(l.cfg.Worker, Group, schemas.TopicCaptureProgress)
	req.Group = l.cfg.Kafka.Topic(Group)
	req.ProducerID, req.ProducerEpoch = producer, epoch
	req.MemberID, req.Generation = l.client.GroupMetadata()
	req.InstanceID = kmsg.StringPtr(l.cfg.Worker)
	t := kmsg.NewTxnOffsetCommitRequestTopic()
	t.Topic, t.TopicID = l.progress, id
	p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
	p.Partition, p.Offset = 0, l.position
	t.Partitions = append(t.Partitions, p)
	req.Topics = append(req.Topics, t)
	resp, err := req.RequestWith(ctx, l.client)
	if err != nil {
		return fmt.Errorf("commit position: %w", err)
	}
	for _, rt := range resp.Topics {
		for _, rp := range rt.Partitions {
			if err := kerr.ErrorForCode(rp.ErrorCode); err != nil {
				return fmt.Errorf("commit position: %w", err)
			}
		}
	}
	return nil
}

// progressID returns the topic's id, by which newer brokers name it.
func (l *life) progressID(ctx context.Context) ([16]byte, error) {
	req := kmsg.NewPtrMetadataRequest()
	t := kmsg.NewMetadataRequestTopic()
	t.Topic = kmsg.StringPtr(l.progress)
	req.Topics = append(req.Topics, t)
	resp, err := l.client.RequestCachedMetadata(ctx, req, 0)
	if err == nil && len(resp.Topics) == 1 {
		err = kerr.ErrorForCode(resp.Topics[0].ErrorCode)
	}
	if err != nil || len(resp.Topics) != 1 {
		return [16]byte{}, fmt.Errorf("describe %s: %w", l.progress, err)
	}
	return resp.Topics[0].TopicID, nil
}

// report logs the tick, and each source's change to stalled and back once.
func (l *life) report(t schemas.Tick) {
	l.cfg.Logger.Debug("tick", "n", t.N, "t_ms", t.TMS, "cut", t.Cut, "epoch", t.Epoch)
	for _, s := range t.Sources {
		stalled := s.ThroughMS > 0 && t.TMS-s.ThroughMS > l.cfg.Stall.Milliseconds()
		if stalled != l.stalled[s.Source] {
			l.stalled[s.Source] = stalled
			if stalled {
				l.cfg.Logger.Warn("source stalled", "source", s.Source, "through_ms", s.ThroughMS, "t_ms", t.TMS)
			} else {
				l.cfg.Logger.Info("source goes on", "source", s.Source, "through_ms", s.ThroughMS, "t_ms", t.TMS)
			}
		}
	}
	if l.cfg.OnTick != nil {
		l.cfg.OnTick(t)
	}
}

package rig

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream"
)

// batch is how many records are on their way at once.
const batch = 200

// Feed feeds the next n records of the world and returns once all are acknowledged.
func (r *Rig) Feed(ctx context.Context, n int) error {
	ctx, cancel := r.bound(ctx)
	defer cancel()
	for n > 0 {
		k := min(n, batch)
		if err := r.feed(ctx, k); err != nil {
			return fmt.Errorf("feed: %w", err)
		}
		n -= k
	}
	return nil
}

// feed feeds k records, again and again until they are acknowledged: a sender that was told no delivers again.
func (r *Rig) feed(ctx context.Context, k int) error {
	r.feeding.Lock()
	defer r.feeding.Unlock()
	outs := make([]stream.Output, k)
	for i := range outs {
		next := r.world.next()
		outs[i] = stream.Output{Topic: next.topic, Partition: stream.ByKey, Key: next.key, Value: next.value}
	}
	for {
		err := r.publish.Send(ctx, outs...)
		if err == nil {
			r.fed.Add(int64(k))
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		r.o.Logf("feed: sent again: %v", err)
	}
}

// foreign lets a customer's own producer append to the raw topics in transactions, some of which it aborts, the last one
// among them. Nothing of an aborted one may have an effect.
func (r *Rig) foreign(ctx context.Context, dice *rand.Rand) error {
	opts, err := r.kafka.Options()
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(append(opts, kgo.TransactionalID(r.o.Prefix+"foreign"), kgo.TransactionTimeout(r.o.Transaction))...)
	if err != nil {
		return fmt.Errorf("open foreign producer: %w", err)
	}
	defer client.Close()
	const transactions = 6
	for i := range transactions {
		commit := i != transactions-1 && dice.IntN(2) == 0
		if err := r.foreignTransaction(ctx, client, 5+dice.IntN(40), commit); err != nil {
			// Its outcome may be unknown; what of it is committed is in the topics, and counted there.
			r.o.Logf("foreign producer: %v", err)
			return nil
		}
	}
	return nil
}

func (r *Rig) foreignTransaction(ctx context.Context, client *kgo.Client, n int, commit bool) error {
	ctx, cancel := context.WithTimeout(ctx, 2*r.o.Transaction)
	defer cancel()
	if err := client.BeginTransaction(); err != nil {
		return err
	}
	r.feeding.Lock()
	var records []*kgo.Record
	for range n {
		f := r.world.foreign()
		records = append(records, &kgo.Record{Topic: r.kafka.Topic(f.topic), Key: f.key, Value: f.value})
	}
	r.feeding.Unlock()
	err := client.ProduceSync(ctx, records...).FirstErr()
	if err != nil || !commit {
		_ = client.AbortBufferedRecords(ctx)
		if end := client.EndTransaction(ctx, kgo.TryAbort); err == nil {
			err = end
		}
		return err
	}
	if err := client.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return err
	}
	r.fed.Add(int64(n))
	return nil
}

package apache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// askEvery is how often a condition is looked at.
const askEvery = 100 * time.Millisecond

// until asks until the answer is nil; at the end of ctx its error carries the last answer.
func until(ctx context.Context, what string, ask func(context.Context) error) error {
	for {
		one, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := ask(one)
		cancel()
		var over *final
		switch {
		case err == nil:
			return nil
		case errors.As(err, &over):
			return over.err
		case ctx.Err() != nil:
			return fmt.Errorf("wait until %s: %w (last answer: %w)", what, ctx.Err(), err)
		}
		wait(ctx, askEvery)
	}
}

// final is an answer that no waiting changes.
type final struct{ err error }

func (f *final) Error() string { return f.err.Error() }

// client opens a client that talks to these brokers first.
func client(brokers []string, more ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(brokers...), kgo.MetadataMinAge(askEvery), kgo.RetryTimeout(5 * time.Second), kgo.DisableClientMetrics()}, more...)...)
}

// ready waits until the broker itself answers, and says that at least so many brokers are up, itself among them.
func (b *broker) ready(ctx context.Context, brokers int) error {
	cl, err := client([]string{b.address()})
	if err != nil {
		return fmt.Errorf("ask broker %d: %w", b.number, err)
	}
	defer cl.Close()
	return until(ctx, fmt.Sprintf("broker %d answers", b.number), func(ctx context.Context) error {
		if err := b.died(); err != nil {
			return &final{err}
		}
		req := kmsg.NewPtrMetadataRequest()
		req.Topics = []kmsg.MetadataRequestTopic{} // none: only the brokers
		resp, err := req.RequestWith(ctx, cl)
		if err != nil {
			return err
		}
		itself := false
		for _, other := range resp.Brokers {
			itself = itself || other.Port == int32(b.port[0])
		}
		if len(resp.Brokers) < brokers || !itself {
			return fmt.Errorf("it knows %d brokers of %d, itself among them: %t", len(resp.Brokers), brokers, itself)
		}
		return nil
	})
}

// usable waits until groups and transactions can be used: that makes the coordinators' topics.
func (c *Cluster) usable(ctx context.Context) error {
	const id = "holdfast-start"
	cl, err := client(c.Bootstrap(), kgo.TransactionalID(id))
	if err != nil {
		return err
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	if err := until(ctx, "transactions can be used", func(ctx context.Context) error {
		_, _, err := cl.ProducerID(ctx)
		return err
	}); err != nil {
		return err
	}
	if err := until(ctx, "groups can be used", func(ctx context.Context) error {
		_, err := adm.FetchOffsets(ctx, id)
		return err
	}); err != nil {
		return err
	}
	return c.InSync(ctx)
}

// buried waits until the other brokers do not count a dead one as theirs, so that others lead what it led. Where they
// are no majority nobody can decide that, and there is nothing to wait for.
func (c *Cluster) buried(ctx context.Context, dead *broker) error {
	var others []string
	for _, b := range c.brokers {
		if b != dead && b.status().State == "up" {
			others = append(others, b.address())
		}
	}
	if len(others) <= len(c.brokers)/2 {
		return nil
	}
	cl, err := client(others)
	if err != nil {
		return err
	}
	defer cl.Close()
	return until(ctx, fmt.Sprintf("broker %d is out of the cluster", dead.number), func(ctx context.Context) error {
		resp, err := kmsg.NewPtrMetadataRequest().RequestWith(ctx, cl)
		if err != nil {
			return err
		}
		for _, b := range resp.Brokers {
			if int(b.NodeID) == dead.number {
				return errors.New("it is still among the brokers")
			}
		}
		return nil
	})
}

// InSync waits until every partition of every topic, the coordinators' included, has a leader and all of its replicas
// in sync: only then may the next broker be stopped without stopping the topic.
func (c *Cluster) InSync(ctx context.Context) error {
	cl, err := client(c.Bootstrap())
	if err != nil {
		return fmt.Errorf("wait for replicas: %w", err)
	}
	defer cl.Close()
	return until(ctx, "all replicas are in sync", func(ctx context.Context) error {
		resp, err := kmsg.NewPtrMetadataRequest().RequestWith(ctx, cl)
		if err != nil {
			return err
		}
		for _, t := range resp.Topics {
			if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
				return err
			}
			for _, p := range t.Partitions {
				if p.Leader < 0 || len(p.ISR) < len(p.Replicas) {
					return fmt.Errorf("%s/%d has leader %d, replicas %v, in sync %v", *t.Topic, p.Partition, p.Leader, p.Replicas, p.ISR)
				}
			}
		}
		return nil
	})
}

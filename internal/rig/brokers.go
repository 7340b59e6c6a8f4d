package rig

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	brokerLimit = 2 * time.Minute // for a broker to answer again
	syncLimit   = 2 * time.Minute // for its replicas to be in sync
)

func (r *Rig) restartBroker(ctx context.Context, i int, away time.Duration) error {
	c := r.o.Cluster
	if err := c.Kill(i); err != nil {
		return fmt.Errorf("kill broker %d: %w", i, err)
	}
	if err := r.sleep(ctx, away); err != nil {
		return err
	}
	return r.backBroker(ctx, i)
}

// backBroker starts a broker that is dead, or stops one in good order and starts it.
func (r *Rig) backBroker(ctx context.Context, i int) error {
	c := r.o.Cluster
	ctx, cancel := r.bound(ctx)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, brokerLimit)
	defer stop()
	if err := c.Restart(ctx, i); err != nil {
		return fmt.Errorf("restart broker %d: %w", i, err)
	}
	return r.inSync(ctx)
}

// inSync waits until every replica of every partition is in sync, so that the next broker can go.
func (r *Rig) inSync(ctx context.Context) error {
	return r.until(ctx, syncLimit, "all replicas to be in sync", func(ctx context.Context) (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, askLimit)
		defer cancel()
		topics, err := r.admin.ListTopicsWithInternal(ctx)
		if err != nil {
			return false, err
		}
		for _, t := range topics {
			for _, p := range t.Partitions {
				if len(p.ISR) < len(p.Replicas) {
					return false, fmt.Errorf("%s/%d: in sync are %v of %v", t.Topic, p.Partition, p.ISR, p.Replicas)
				}
			}
		}
		return len(topics) > 0, topics.Error()
	})
}

func brokerKilled(ctx context.Context, r *Rig, f *Fault) error {
	r.aim(ctx, f, r.all()...)
	return r.restartBroker(ctx, f.Broker, f.between(0, 3*time.Second))
}

func brokerPaused(ctx context.Context, r *Rig, f *Fault) error {
	r.aim(ctx, f, r.all()...)
	if err := r.o.Cluster.Pause(f.Broker); err != nil {
		return fmt.Errorf("pause broker %d: %w", f.Broker, err)
	}
	err := errors.Join(r.sleep(ctx, f.between(2*time.Second, 8*time.Second)), r.o.Cluster.Resume(f.Broker))
	if err != nil {
		return err
	}
	return r.inSync(ctx)
}

func brokersRolled(ctx context.Context, r *Rig, f *Fault) error {
	r.aim(ctx, f, r.all()...)
	for i := 1; i <= r.o.Cluster.Brokers(); i++ {
		if err := r.backBroker(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

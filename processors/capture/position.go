package capture

import (
	"context"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast.example/stream"
)

// What of the inspector is about its position: assignment, commits, claims.

func (n *inspector) assigned(_ context.Context, _ *kgo.Client, got map[string][]int32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range got[n.topic] {
		n.windows[p] = newWindow()
		delete(n.committed, p)
	}
}

// revoked commits what is finished of the partitions that go, so that the next owner reads little twice.
func (n *inspector) revoked(ctx context.Context, _ *kgo.Client, gone map[string][]int32) {
	call, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	if err := n.commit(call); err != nil {
		n.log.Warn("offsets not committed at rebalance; objects will be read again", slog.String("error", stream.Explain(err).Error()))
	}
	n.forget(gone[n.topic])
}

func (n *inspector) lost(_ context.Context, _ *kgo.Client, gone map[string][]int32) {
	n.forget(gone[n.topic])
}

func (n *inspector) forget(partitions []int32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range partitions {
		if w := n.windows[p]; w != nil {
			w.close()
		}
		if n.paused[p] {
			n.client.ResumeFetchPartitions(map[string][]int32{n.topic: {p}})
		}
		delete(n.windows, p)
		delete(n.committed, p)
		delete(n.paused, p)
	}
}

// committing commits watermarks every interval until ctx ends.
func (n *inspector) committing(ctx context.Context) {
	tick := time.NewTicker(n.cfg.Commit)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		call, cancel := context.WithTimeout(ctx, commitTimeout)
		err := n.commit(call)
		cancel()
		if ctx.Err() == nil && failing != (err != nil) {
			failing = err != nil
			if failing {
				n.log.Warn("offsets not committed", slog.String("error", stream.Explain(err).Error()))
			} else {
				n.log.Info("offsets committed again")
			}
		}
	}
}

// commit commits each partition's low watermark, where it moved.
func (n *inspector) commit(ctx context.Context) error {
	n.commits.Lock()
	defer n.commits.Unlock()
	n.mu.Lock()
	moved := map[int32]kgo.EpochOffset{}
	for p, w := range n.windows {
		if at, ok := w.committable(); ok {
			if before, ok := n.committed[p]; !ok || at > before {
				moved[p] = kgo.EpochOffset{Epoch: -1, Offset: at}
			}
		}
	}
	n.mu.Unlock()
	if len(moved) == 0 {
		return nil
	}
	var failed error
	n.client.CommitOffsetsSync(ctx, map[string]map[int32]kgo.EpochOffset{n.topic: moved}, func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, res *kmsg.OffsetCommitResponse, err error) {
		failed = refusedCommit(res, err)
	})
	if failed != nil {
		return failed
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for p, o := range moved {
		if n.windows[p] != nil {
			n.committed[p] = max(n.committed[p], o.Offset)
		}
	}
	return nil
}

// refusedCommit returns the first error of an answer.
func refusedCommit(res *kmsg.OffsetCommitResponse, err error) error {
	if err != nil {
		return err
	}
	for _, t := range res.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return err
			}
		}
	}
	return nil
}

// pendingClaim is a progress record's time, and where s3.notifications ended after it.
type pendingClaim struct {
	atMS int64
	ends []int64
}

// look claims for inspections. The ends of s3.notifications are read after a progress record was acknowledged; when the
// group's committed offsets have all reached them, whatever was announced before that record is inspected and
// acknowledged (W5). Committed offsets, not this instance's positions: they speak for the partitions of every instance,
// and for those that no instance has while a rebalance goes on. One pending claim is kept until it is reached, for
// under load the ends of each moment are never reached in that moment.
func (n *inspector) look(ctx context.Context) {
	call, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	if n.claim.ends == nil {
		at := n.keep.mark()
		ends, err := endOffsets(call, n.admin, n.topic)
		if err != nil {
			n.keep.count(0, 0, 0, 1)
			return
		}
		n.claim = pendingClaim{atMS: at, ends: ends}
	}
	reached, err := n.reached(call, n.claim.ends)
	if err != nil {
		n.keep.count(0, 0, 0, 1)
		return
	}
	if reached {
		n.keep.count(0, 0, 1, 0)
		n.keep.claim(n.claim.atMS)
		n.claim = pendingClaim{}
	}
}

// reached reports whether the group's committed offsets are at the ends. A partition of which the group never read
// anything has no committed offset; it is reached if it holds nothing.
func (n *inspector) reached(ctx context.Context, ends []int64) (bool, error) {
	committed, err := n.admin.FetchOffsets(ctx, n.group)
	if err != nil {
		return false, err
	}
	var starts kadm.ListedOffsets
	for p, end := range ends {
		at, ok := committed.Lookup(n.topic, int32(p))
		if ok && at.Err == nil && at.At >= 0 {
			if at.At < end {
				return false, nil
			}
			continue
		}
		if starts == nil {
			if starts, err = n.admin.ListStartOffsets(ctx, n.topic); err != nil {
				return false, err
			}
		}
		if start, ok := starts.Lookup(n.topic, int32(p)); !ok || start.Err != nil || start.Offset < end {
			return false, nil
		}
	}
	return true, nil
}

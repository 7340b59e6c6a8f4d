package capture

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// inspectGroup is the consumer group over s3.notifications, without prefix.
const inspectGroup = "inspect"

// Times and sizes of the consumer that are not settings.
const (
	inspectSession   = 10 * time.Second // a dead member's partitions move after this (research/kafka.md: classic group, 8-10 s)
	inspectRebalance = 20 * time.Second
	inspectPoll      = 128 // records of one poll
	commitTimeout    = 10 * time.Second
)

// inspector reads announced objects. One goroutine polls, Inspect.Workers read; a partition whose oldest object is slow
// goes on up to Inspect.Ahead, the others do not notice.
type inspector struct {
	cfg      *Inspect
	client   *kgo.Client
	admin    *kadm.Client
	topic    string
	group    string
	pub      *stream.Publisher
	keep     *journal
	observer Observer
	log      *slog.Logger
	drain    time.Duration
	reader   func() *objectReader
	jobs     chan job

	commits sync.Mutex // one commit at a time: an older one must not end after a newer

	mu        sync.Mutex
	windows   map[int32]*window
	committed map[int32]int64
	paused    map[int32]bool
	cannot    bool // the caller himself is refused by AWS; said once

	claim pendingClaim // owned by the journal's goroutine
}

type job struct {
	window    *window
	partition int32
	offset    int64
	value     []byte
}

func openInspector(cfg Config, conf aws.Config, pub *stream.Publisher, boots map[string]int64) (part, error) {
	n, err := newInspector(cfg, storeOf(cfg.AWS, conf), pub, boots)
	if err != nil {
		return part{}, err
	}
	return part{name: partInspect, door: partInspect, run: n.run, keep: []*journal{n.keep}}, nil
}

func newInspector(cfg Config, api *s3.Client, pub *stream.Publisher, boots map[string]int64) (*inspector, error) {
	n := &inspector{cfg: cfg.Inspect, topic: cfg.Kafka.Topic(schemas.TopicS3Notifications), group: cfg.Kafka.Prefix + inspectGroup,
		pub: pub, keep: newJournal(cfg, pub, schemas.SourceInspections, partInspect, boots, 0), observer: cfg.Observer,
		log: cfg.Logger.With(slog.String("door", partInspect)), drain: cfg.DrainTimeout, jobs: make(chan job),
		windows: map[int32]*window{}, committed: map[int32]int64{}, paused: map[int32]bool{}}
	n.keep.before = n.look
	owners := map[string]string{}
	for _, b := range cfg.Inspect.Buckets {
		owners[b.Name] = b.Owner
	}
	manifests := make(chan struct{}, 1)
	once := s3.New(api.Options(), func(o *s3.Options) {
		o.Retryer = aws.NopRetryer{} // tries are counted in one place: objectReader
		o.DisableLogOutputChecksumValidationSkipped = true
	})
	n.reader = func() *objectReader {
		return &objectReader{api: once, cfg: cfg.Inspect, owners: owners, manifests: manifests, digester: newDigester(cfg.Inspect.Head, cfg.Inspect.Tail), observer: cfg.Observer}
	}
	opts, err := cfg.Kafka.Options()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	n.client, err = kgo.NewClient(append(opts,
		kgo.ConsumerGroup(n.group), kgo.ConsumeTopics(n.topic), kgo.Balancers(kgo.CooperativeStickyBalancer()),
		kgo.SessionTimeout(inspectSession), kgo.HeartbeatInterval(inspectSession/5), kgo.RebalanceTimeout(inspectRebalance),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), // first start: everything that was ever announced
		kgo.KeepControlRecords(),                          // a foreign producer's marker at the end must not look like something unread
		kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(),
		kgo.OnPartitionsAssigned(n.assigned), kgo.OnPartitionsRevoked(n.revoked), kgo.OnPartitionsLost(n.lost))...)
	if err != nil {
		return nil, fmt.Errorf("open client: %w", err)
	}
	n.admin = kadm.NewClient(n.client)
	return n, nil
}

// run polls until ctx ends, lets the workers finish, commits, and leaves the group.
func (n *inspector) run(ctx context.Context) error {
	defer n.client.CloseAllowingRebalance()
	hands, drop := context.WithCancel(context.WithoutCancel(ctx))
	defer drop()
	workers, wctx := errgroup.WithContext(hands)
	for range n.cfg.Workers {
		workers.Go(func() error { return n.work(wctx) })
	}
	commits, stopCommits := context.WithCancel(hands)
	var committing sync.WaitGroup
	committing.Go(func() { n.committing(commits) })

	err := n.poll(ctx, wctx)
	close(n.jobs)
	limit := time.AfterFunc(n.drain, drop)
	if werr := workers.Wait(); werr != nil && err == nil {
		err = werr
	}
	stopCommits()
	committing.Wait()
	late := !limit.Stop()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	if cerr := n.commit(last); cerr != nil && err == nil {
		err = fmt.Errorf("commit: %w", stream.Explain(cerr))
	}
	if late && err == nil {
		err = fmt.Errorf("drain: objects were being read after %v; they will be read again", n.drain)
	}
	return err
}

// poll hands notifications to the workers until ctx ends. A worker's error ends wctx, and so the polling.
func (n *inspector) poll(ctx, wctx context.Context) error {
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(wctx, cancel)()
	failing := false
	for both.Err() == nil {
		fetches := n.client.PollRecords(both, inspectPoll)
		if both.Err() != nil {
			n.client.AllowRebalance()
			break
		}
		var jobs []job
		fetches.EachRecord(func(r *kgo.Record) { jobs = n.take(jobs, r) })
		errs := fetches.Errors()
		// From here on a rebalance may go on: what was taken is in windows, and a closed window is skipped.
		n.client.AllowRebalance()
		n.keep.count(1, len(jobs), 0, len(errs))
		for _, e := range errs {
			if errors.Is(e.Err, kerr.OffsetOutOfRange) {
				return fmt.Errorf("%s/%d: notifications expired before they were inspected; raise the topic's retention, then reset the group %s to the topic's start: %w",
					n.topic, e.Partition, n.group, e.Err)
			}
		}
		if bad := len(errs) > 0; bad != failing {
			failing = bad
			if bad {
				n.log.Error("notifications cannot be read", slog.String("error", stream.Explain(errs[0].Err).Error()))
			} else {
				n.log.Info("notifications can be read again")
			}
		}
		for _, j := range jobs {
			select {
			case n.jobs <- j:
			case <-both.Done():
			}
		}
		if failing {
			wait(both, pollBackoff)
		}
	}
	return nil
}

// take puts one record into its partition's window. Control records are finished at once: they only move the position.
func (n *inspector) take(jobs []job, r *kgo.Record) []job {
	n.mu.Lock()
	defer n.mu.Unlock()
	w := n.windows[r.Partition]
	if w == nil {
		return jobs // no longer ours
	}
	ahead := w.add(r.Offset)
	if r.Attrs.IsControl() {
		w.finish(r.Offset)
		return jobs
	}
	if ahead >= n.cfg.Ahead && !n.paused[r.Partition] {
		n.paused[r.Partition] = true
		n.client.PauseFetchPartitions(map[string][]int32{n.topic: {r.Partition}})
		n.observer.Paused()
	}
	return append(jobs, job{window: w, partition: r.Partition, offset: r.Offset, value: r.Value})
}

// work inspects one notification after another. Its error is one that no repetition mends.
func (n *inspector) work(ctx context.Context) error {
	r := n.reader()
	for j := range n.jobs {
		if j.window.isClosed() || ctx.Err() != nil {
			continue
		}
		n.observer.InHand(partInspect, 1)
		err := n.inspect(ctx, r, j.value)
		n.observer.InHand(partInspect, -1)
		if err != nil {
			if ctx.Err() != nil {
				continue // given up by the drain: not finished, so not committed
			}
			return err
		}
		if left := j.window.finish(j.offset); left < n.cfg.Ahead/2+1 {
			n.resume(j)
		}
	}
	return nil
}

func (n *inspector) resume(j job) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.paused[j.partition] && n.windows[j.partition] == j.window {
		delete(n.paused, j.partition)
		n.client.ResumeFetchPartitions(map[string][]int32{n.topic: {j.partition}})
	}
}

// inspect does what one notification asks for. What cannot be read is observe's to refuse, and asks for nothing.
func (n *inspector) inspect(ctx context.Context, r *objectReader, value []byte) error {
	t, skip := targetOf(value)
	if skip != "" {
		n.observer.Skipped(partInspect, skip)
		return nil
	}
	rec, whole, err := r.inspect(ctx, t)
	if err != nil {
		return err
	}
	n.complain(rec)
	rec.Transport = schemas.Transport{Kind: schemas.TransportInspection, Instance: n.keep.instance, Boot: n.keep.boot, Auth: schemas.AuthIAM}
	parts := [][]schemas.Row{{}}
	if whole != nil {
		parts = n.cut(whole, &rec)
	}
	return n.send(ctx, rec, parts)
}

// complain says once, in one sentence, that AWS refuses us and not an object: otherwise a wrong key would turn a
// night's objects into as many denied facts without a word.
func (n *inspector) complain(rec schemas.S3Inspection) {
	advice, ours := credentialAdvice[rec.ErrorCode]
	if rec.ErrorCode == codeUnauthorized {
		advice, ours = "no credentials were found; provide them by environment, shared file or role", true
	}
	n.mu.Lock()
	said := n.cannot
	n.cannot = ours || (said && rec.Outcome != schemas.OutcomeOK)
	n.mu.Unlock()
	if ours && !said {
		n.log.Error("objects cannot be read, and each becomes a fact that says so: "+advice, slog.String("code", rec.ErrorCode))
	}
	if rec.ErrorCode == codeTooLarge {
		n.observer.Uncut(rec.ErrorCode)
	}
}

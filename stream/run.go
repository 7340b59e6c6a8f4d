package stream

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	minBackoff = 100 * time.Millisecond
	maxBackoff = 10 * time.Second
	firstTries = 3 // at the start, before the cluster was reached once
)

// Run runs a stage until ctx ends or an error comes that a rebuild cannot mend: ErrStop, ErrConfig, ErrStore, a
// refused permission, or, when no broker could be spoken to at the start, ErrUnreachable. On any other error it drops
// everything and opens it again from committed truth, for ever.
//
// When ctx ends, the transaction in hand is finished, the group is left (see Config.StayOnStop) and Run returns nil.
func Run(ctx context.Context, cfg Config, spec Spec) error {
	if err := errors.Join(cfg.Validate(), spec.Validate()); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	cfg = cfg.withDefaults()
	cfg.Observer = Tee(cfg.Observer)
	reached, tries, missing := false, 0, 0
	for wait := minBackoff; ; wait = min(2*wait, maxBackoff) {
		tries++
		var err error
		ran := false
		if !reached {
			err = checkCluster(ctx, cfg.Kafka)
		}
		var s *session
		if err == nil {
			s, err = openSession(ctx, cfg, &spec)
		}
		if err == nil {
			reached, ran = true, true
			err = s.run(ctx)
			if s.transactions > 0 {
				wait = minBackoff
			}
		}
		if err == nil {
			return nil
		}
		if ctx.Err() != nil && !final(err) {
			if ran {
				cfg.Logger.Warn("last transaction not committed; it is folded again at the next start", "stage", spec.Name, "cause", err)
			}
			return nil
		}
		err = judge(err)
		if ran {
			missing = 0
		}
		// A broker that is starting may not know yet of a topic that exists, so its word is not enough.
		if errors.Is(err, errNoTopic) {
			missing++
		}
		if final(err) && !errors.Is(err, errNoTopic) || missing >= firstTries || !reached && tries >= firstTries {
			return fmt.Errorf("run %s: %w", spec.Name, err)
		}
		cfg.Observer.Rebuilding(spec.Name, err, wait)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// checkCluster refuses a cluster on which the promise does not hold.
func checkCluster(ctx context.Context, k Kafka) error {
	err := BrokerCheck(ctx, k)
	if err == nil || ctx.Err() != nil || errors.Is(err, ErrUnreachable) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrConfig, err)
}

// permissions are refusals that no rebuild mends.
var permissions = []error{
	kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.TransactionalIDAuthorizationFailed,
	kerr.ClusterAuthorizationFailed, kerr.SaslAuthenticationFailed,
}

// judge names what an error means for the worker.
func judge(err error) error {
	switch {
	case errors.Is(err, ErrStop), errors.Is(err, ErrConfig), errors.Is(err, ErrStore):
		return err
	case errors.Is(err, kerr.FencedInstanceID):
		return fmt.Errorf("%w: another process runs under this worker's name; give every worker its own (%w)", ErrConfig, err)
	case errors.Is(err, kerr.MessageTooLarge), errors.Is(err, kerr.RecordListTooLarge):
		return fmt.Errorf("%w: a record is larger than its topic allows; raise max.message.bytes (%w)", ErrConfig, err)
	case errors.Is(err, kerr.InvalidTransactionTimeout):
		return fmt.Errorf("%w: transaction_timeout is above the broker's transaction.max.timeout.ms (%w)", ErrConfig, err)
	case errors.Is(err, kerr.InvalidSessionTimeout):
		return fmt.Errorf("%w: session_timeout is outside the broker's group.min/max.session.timeout.ms (%w)", ErrConfig, err)
	}
	return Explain(err)
}

func final(err error) bool {
	if errors.Is(err, ErrStop) || errors.Is(err, ErrConfig) || errors.Is(err, ErrStore) {
		return true
	}
	for _, p := range permissions {
		if errors.Is(err, p) {
			return true
		}
	}
	return false
}

// openSession opens clients and stores. What it opened it closes again if it cannot go on.
func openSession(ctx context.Context, cfg Config, spec *Spec) (_ *session, err error) {
	s := &session{cfg: cfg, spec: spec, obs: cfg.Observer, log: cfg.Logger.With("stage", spec.Name, "worker", cfg.Worker),
		shards: make(map[int32]*shard), ready: make(chan struct{})}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	base, err := cfg.Kafka.Options()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if s.direct, err = kgo.NewClient(base...); err != nil {
		return nil, fmt.Errorf("open client: %w", err)
	}
	if s.cluster, err = readCluster(ctx, s.direct, cfg.Kafka, spec); err != nil {
		return nil, err
	}
	s.stores = memories{}
	if cfg.Dir != "" && spec.Changelog != "" {
		if s.stores, err = openDisk(cfg.disk, filepath.Join(cfg.Dir, cfg.Worker, spec.Name), cfg.StoreCache, s.log); err != nil {
			return nil, err
		}
	}
	if err := takeOver(ctx, slices.Concat(base, s.transactionOptions())); err != nil {
		return nil, err
	}
	if s.cl, err = kgo.NewClient(slices.Concat(base, s.transactionOptions(), s.groupOptions())...); err != nil {
		return nil, fmt.Errorf("open group client: %w", err)
	}
	close(s.ready)
	return s, nil
}

func (s *session) group() string    { return s.cfg.Kafka.Prefix + s.spec.Name }
func (s *session) instance() string { return s.cfg.Worker + "." + s.spec.Name }

func (s *session) transactionOptions() []kgo.Opt {
	return []kgo.Opt{
		kgo.TransactionalID(s.cfg.Kafka.TransactionalID(s.cfg.Worker, s.spec.Name, s.spec.Input)),
		kgo.TransactionTimeout(s.cfg.TransactionTimeout),
	}
}

// takeOver ends the transaction that our predecessor may have left open, by opening its transactional id. It comes
// before the group is joined: the stable fetch of offsets waits for that transaction, and so would the restore, both
// until its timeout.
func takeOver(ctx context.Context, opts []kgo.Opt) error {
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		return fmt.Errorf("open producer: %w", err)
	}
	defer cl.Close()
	if _, _, err := cl.ProducerID(ctx); err != nil {
		return fmt.Errorf("take over transactional id: %w", err)
	}
	return nil
}

func (s *session) groupOptions() []kgo.Opt {
	cfg := s.cfg
	var markers []kgo.Opt
	if s.spec.Changelog == "" {
		markers = append(markers, kgo.KeepControlRecords()) // see step
	}
	return append(markers,
		kgo.ConsumerGroup(s.group()),
		kgo.ConsumeTopics(s.cluster.topics[s.spec.Input].name),
		kgo.InstanceID(s.instance()),
		kgo.Balancers(kgo.CooperativeStickyBalancer()),
		kgo.SessionTimeout(cfg.SessionTimeout),
		kgo.HeartbeatInterval(cfg.SessionTimeout/3),
		kgo.RebalanceTimeout(cfg.RebalanceTimeout),
		kgo.BlockRebalanceOnPoll(),
		kgo.DisableAutoCommit(),
		// Only the mark of "no offset": restore decides where to begin. A lost offset is an error (Kafka.Options).
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		kgo.FetchMaxBytes(cfg.FetchMaxBytes),
		kgo.FetchMaxPartitionBytes(cfg.FetchMaxBytes),
		kgo.BrokerMaxReadBytes(max(2*cfg.FetchMaxBytes, 100<<20)),

		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		// A transaction hands over all its records and then flushes: lingering until then makes full batches.
		kgo.ProducerLinger(time.Second),
		kgo.MaxBufferedRecords(4*cfg.MaxTransactionRecords+10_000),

		kgo.AdjustFetchOffsetsFn(s.adjust),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, added map[string][]int32) { s.given(added) }),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { s.release(gone, false) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { s.release(gone, true) }),
		kgo.OnPartitionsCallbackBlocked(func(context.Context, *kgo.Client) { s.rebalance.Store(true) }),
	)
}

// run is the session's life. Its error is never nil unless ctx ended and the last transaction is committed.
func (s *session) run(ctx context.Context) error {
	over := make(chan struct{})
	if d, ok := s.stores.(*disk); ok {
		go func() {
			select {
			case <-d.health.broken:
				s.fail(d.health.cause) // also of an idle loop
			case <-over:
			}
		}()
	}
	err := s.fencedAsMember(s.fencedBy(ctx, s.loop(ctx)))
	close(over)
	if d, ok := s.stores.(*disk); ok && err != nil {
		if broken := d.health.err(); broken != nil {
			err = broken // what the loop met may only follow from it
		}
	}
	member, _ := s.cl.GroupMetadata()
	if err != nil || s.cfg.StayOnStop {
		member = ""
	}
	s.cl.CloseAllowingRebalance()
	if member != "" {
		s.leave(context.WithoutCancel(ctx), member)
	}
	s.cl = nil
	s.close()
	return err
}

func (s *session) close() {
	if s.cl != nil {
		s.cl.CloseAllowingRebalance()
	}
	if s.stores != nil {
		if err := s.stores.Close(); err != nil {
			s.log.Warn("store not closed cleanly", "cause", err)
		}
	}
	if s.direct != nil {
		s.direct.Close()
	}
}

// leave takes the static member out of the group, which the client never does for one (KIP-345: only an
// administrator's LeaveGroup does), so that the others have its partitions at once instead of a session timeout later.
func (s *session) leave(ctx context.Context, member string) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.SessionTimeout)
	defer cancel()
	instance := s.instance()
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Group, req.MemberID = s.group(), member
	m := kmsg.NewLeaveGroupRequestMember()
	m.MemberID, m.InstanceID = member, &instance
	m.Reason = kmsg.StringPtr("clean stop")
	req.Members = append(req.Members, m)
	resp, err := req.RequestWith(ctx, s.direct)
	if err == nil {
		err = kerr.ErrorForCode(resp.ErrorCode)
	}
	if err == nil && len(resp.Members) == 1 {
		err = kerr.ErrorForCode(resp.Members[0].ErrorCode)
	}
	if err != nil {
		s.log.Warn("group not left; if nobody has taken our name, the others take over after the session timeout", "cause", err)
	}
}

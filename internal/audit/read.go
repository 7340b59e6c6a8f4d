package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
)

// groups are the consumer groups whose positions are read, by name without prefix, with the topic each reads.
var groups = map[string]string{
	"observe-events":      schemas.TopicConversationEvents,
	"observe-s3":          schemas.TopicS3Notifications,
	"observe-inspections": schemas.TopicS3Inspections,
	"clock":               schemas.TopicCaptureProgress,
	"correlate":           schemas.TopicObservations,
}

const (
	defaultPatience = 45 * time.Second
	readers         = 4 // topics read at once
)

// Read reads every topic, committed records alone, up to its end as it was at the start, uncommitted records included,
// and the groups' committed positions. The dead letters come first, the other topics side by side. An error names the
// topic and partition: one that is not there, that no longer holds its first record, or that a transaction kept open for
// longer than the patience. The topics must be at rest: see the package comment.
func Read(ctx context.Context, s Source) (*Log, error) {
	if s.Patience <= 0 {
		s.Patience = defaultPatience
	}
	if s.Partitions <= 0 || len(s.Brokers) == 0 {
		return nil, fmt.Errorf("read log: want brokers and a number of partitions, not %q and %d", s.Brokers, s.Partitions)
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(s.Brokers...), kgo.ClientID("holdfast-audit"), kgo.MetadataMinAge(100*time.Millisecond), kgo.DisableClientMetrics())
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	defer cl.Close()
	r := &reader{Source: s, cl: cl, adm: kadm.NewClient(cl), log: newLog(s.Partitions)}
	if err := r.bounds(ctx); err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	first, then := r.log.takers()
	if err := errors.Join(r.all(ctx, first), r.all(ctx, then)); err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	if err := r.positions(ctx); err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return r.log, nil
}

// reader reads one Log.
type reader struct {
	Source
	cl  *kgo.Client
	adm *kadm.Client
	log *Log
}

// bounds takes down the ends of all topics and refuses what cannot be accounted for.
func (r *reader) bounds(ctx context.Context) error {
	var names []string
	for _, t := range schemas.Topics() {
		names = append(names, r.Prefix+t.Name)
	}
	ends, err := r.adm.ListEndOffsets(ctx, names...)
	if err != nil {
		return fmt.Errorf("list ends: %w", err)
	}
	starts, err := r.adm.ListStartOffsets(ctx, names...)
	if err != nil {
		return fmt.Errorf("list starts: %w", err)
	}
	var wrong []error
	for _, t := range schemas.Topics() {
		if missing, ok := ends.Lookup(r.Prefix+t.Name, -1); ok || len(ends[r.Prefix+t.Name]) == 0 {
			wrong = append(wrong, fmt.Errorf("%s%s: %w", r.Prefix, t.Name, cmp.Or(missing.Err, error(kerr.UnknownTopicOrPartition))))
			continue
		}
		list := make([]int64, len(ends[r.Prefix+t.Name]))
		for p := range list {
			e, ok := ends.Lookup(r.Prefix+t.Name, int32(p))
			s, ok2 := starts.Lookup(r.Prefix+t.Name, int32(p))
			switch err := errors.Join(e.Err, s.Err); {
			case !ok || !ok2:
				wrong = append(wrong, fmt.Errorf("%s%s has no partition %d", r.Prefix, t.Name, p))
			case err != nil:
				wrong = append(wrong, fmt.Errorf("%s%s/%d: %w", r.Prefix, t.Name, p, err))
			case s.Offset > 0:
				wrong = append(wrong, fmt.Errorf("%s%s/%d begins at offset %d: what came before is deleted and cannot be accounted for", r.Prefix, t.Name, p, s.Offset))
			default:
				list[p] = e.Offset
			}
		}
		if n := int(r.Partitions); t.Partitions == 0 && folded(t.Name) && len(list) != n {
			wrong = append(wrong, fmt.Errorf("%s%s has %d partitions, not %d", r.Prefix, t.Name, len(list), n))
		}
		r.log.ends[t.Name] = list
	}
	return errors.Join(wrong...)
}

// folded says that a topic has a partition for each shard.
func folded(topic string) bool {
	switch topic {
	case schemas.TopicObservations, schemas.TopicCorrelateState, schemas.TopicCustodyRecords, schemas.TopicCustodyOpenings, schemas.TopicDriftAlerts, schemas.TopicProbes:
		return true
	}
	return false
}

// all reads topics side by side and merges what they show by themselves.
func (r *reader) all(ctx context.Context, takers map[string]taker) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		wg   sync.WaitGroup
		errs = make(chan error, len(takers))
		gate = make(chan struct{}, readers)
	)
	for name, t := range takers {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			for p, end := range r.log.ends[name] {
				if err := r.partition(ctx, name, int32(p), end, t); err != nil {
					errs <- err
					cancel()
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		return err // the first; the others may be its echo
	}
	r.log.merge(takers)
	return nil
}

// merge takes over what the takers noted, in one order.
func (l *Log) merge(takers map[string]taker) {
	for _, name := range slices.Sorted(maps.Keys(takers)) {
		l.noted.merge(takers[name].found())
	}
}

// positions reads what the groups have committed. A group that does not exist has committed nothing.
func (r *reader) positions(ctx context.Context) error {
	for name, topic := range groups {
		at, err := r.adm.FetchOffsets(ctx, r.Prefix+name)
		if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
			return fmt.Errorf("fetch positions of %s%s: %w", r.Prefix, name, err)
		}
		positions := map[int32]int64{}
		for p, o := range at[r.Prefix+topic] {
			if o.Err != nil {
				return fmt.Errorf("fetch position of %s%s in %s/%d: %w", r.Prefix, name, topic, p, o.Err)
			}
			if o.At >= 0 {
				positions[p] = o.At
			}
		}
		r.log.groups[name] = positions
	}
	return nil
}

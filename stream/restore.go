package stream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream/internal/fault"
)

// adjust opens the shards that the group has just assigned to us and says where their input begins. The client calls
// it after the stable fetch of the group's offsets (KIP-447), so no transaction that could move them is undecided, and
// before the first fetch of input. ctx ends when the group takes the partitions back; what was restored until then is
// in the store and need not be read again.
func (s *session) adjust(ctx context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	select {
	case <-s.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	opened, err := s.open(ctx, offsets[s.cluster.topics[s.spec.Input].name])
	if err != nil {
		if ctx.Err() == nil {
			s.fail(err)
		}
		return nil, err
	}
	begin := make(map[int32]kgo.Offset, len(opened))
	partitions := make([]int32, 0, len(opened))
	for _, sh := range opened {
		begin[sh.partition] = kgo.NewOffset().At(sh.frontier)
		partitions = append(partitions, sh.partition)
	}
	s.publish(opened)
	if len(opened) > 0 {
		s.obs.Assigned(s.spec.Name, partitions)
	}
	return map[string]map[int32]kgo.Offset{s.cluster.topics[s.spec.Input].name: begin}, nil
}

// ends are a topic's first and end offsets, read uncommitted.
type ends struct{ first, end kadm.ListedOffsets }

func (s *session) readEnds(ctx context.Context, t topic) (e ends, err error) {
	adm := kadm.NewClient(s.direct)
	if e.first, err = adm.ListStartOffsets(ctx, t.name); err == nil {
		e.end, err = adm.ListEndOffsets(ctx, t.name)
	}
	if err == nil {
		err = errors.Join(e.first.Error(), e.end.Error())
	}
	if err != nil {
		return e, fmt.Errorf("list offsets of %s: %w", t.name, err)
	}
	return e, nil
}

func (e ends) of(t topic, p int32) (first, end int64) {
	a, _ := e.first.Lookup(t.name, p)
	b, _ := e.end.Lookup(t.name, p)
	return a.Offset, b.Offset
}

func (s *session) open(ctx context.Context, offsets map[int32]kgo.Offset) ([]*shard, error) {
	input, err := s.readEnds(ctx, s.cluster.topics[s.spec.Input])
	if err != nil {
		return nil, err
	}
	var changelog ends
	if s.spec.Changelog != "" {
		// Read after the stable fetch: every transaction that moved those offsets lies below these ends.
		if changelog, err = s.readEnds(ctx, s.cluster.topics[s.spec.Changelog]); err != nil {
			return nil, err
		}
	}
	partitions := slices.Sorted(maps.Keys(offsets))
	copies, err := s.restoreAll(ctx, partitions, changelog)
	if err != nil {
		return nil, err
	}
	var opened []*shard
	for i, p := range partitions {
		sh, err := s.openShard(ctx, p, offsets[p].EpochOffset().Offset, input, copies[i])
		if err != nil {
			return nil, fmt.Errorf("open %s/%d: %w", s.spec.Input, p, err)
		}
		opened = append(opened, sh)
	}
	return opened, nil
}

// restores is how many partitions of the changelog are read at once.
const restores = 4

// restored is one shard's store at the changelog's end.
type restored struct {
	store Store
	at    Position
	info  RestoreInfo
	began time.Time
}

// restoreAll brings the stores of the partitions to the changelog's end. The first error ends them all; what was read
// until then stays in the stores.
func (s *session) restoreAll(ctx context.Context, partitions []int32, changelog ends) ([]restored, error) {
	copies := make([]restored, len(partitions))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	slots := make(chan struct{}, restores)
	for i, p := range partitions {
		c := &copies[i]
		c.store, c.info = NewMemory(), RestoreInfo{Stage: s.spec.Name, Partition: p}
		if s.spec.Changelog == "" {
			c.began = time.Now()
			continue
		}
		c.store = s.stores.Partition(p)
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c.began = time.Now()
			first, end := changelog.of(s.cluster.topics[s.spec.Changelog], p)
			var err error
			if c.at, err = s.restore(ctx, c.store, p, first, end, &c.info); err != nil {
				cancel(fmt.Errorf("open %s/%d: %w", s.spec.Input, p, err))
			}
		})
	}
	wg.Wait()
	return copies, context.Cause(ctx)
}

func (s *session) openShard(ctx context.Context, p int32, group int64, input ends, c restored) (*shard, error) {
	sh := &shard{partition: p, position: c.at, more: true, opening: true}
	var meta *Meta
	var err error
	if s.spec.Changelog != "" {
		if meta, err = s.readMeta(c.store); err != nil {
			return nil, err
		}
		var unknown [16]byte
		if in := s.cluster.topics[s.spec.Input]; c.at.Input != unknown && c.at.Input != in.id {
			return nil, fmt.Errorf("%w: the state was folded from another topic %s, which was deleted and made anew since; use a new prefix; or delete the group, the changelog and the stage's outputs together, make the topics anew, and all of it is folded again", ErrStop, in.name)
		}
	}
	first, end := input.of(s.cluster.topics[s.spec.Input], p)
	sh.end = end
	if sh.frontier, err = s.agree(ctx, p, group, meta, first); err != nil {
		return nil, err
	}
	if sh.frontier < first || sh.frontier > end {
		return nil, fmt.Errorf("%w: the next record to fold is %d, the topic holds %d to %d; it was deleted, made anew, or its retention is shorter than this stage's longest stop", ErrStop, sh.frontier, first, end)
	}
	sh.meta = Meta{Frontier: sh.frontier}
	if meta != nil {
		sh.meta = *meta
	}
	if sh.state, err = NewState(c.store, s.spec, s.cfg.HotSet); err != nil {
		return nil, err
	}
	if sh.fold, err = s.spec.Open(p, s.cluster.topics[s.spec.Input].partitions, sh.meta.Task); err != nil {
		return nil, err
	}
	c.info.Frontier, c.info.Adopted, c.info.Elapsed = sh.frontier, meta != nil && group < 0, time.Since(c.began)
	s.obs.Restored(c.info)
	s.obs.Lag(LagInfo{s.spec.Name, p, sh.frontier, sh.end})
	s.counted(sh)
	return sh, s.pass(fault.Opened)
}

func (s *session) readMeta(store Store) (*Meta, error) {
	b, err := store.Meta()
	if err != nil || b == nil {
		return nil, err
	}
	m, err := parseMeta(b)
	if err != nil {
		return nil, err
	}
	if n := s.cluster.topics[s.spec.Input].partitions; m.Partitions != n {
		return nil, fmt.Errorf("%w: the state was made with %d partitions of %s, which now has %d; entities would be split; restore the count", ErrStop, m.Partitions, s.spec.Input, n)
	}
	return &m, nil
}

// agree decides where folding begins from the group's offset (negative: none) and the frontier in the state's meta
// record (nil: none). Both are written by the same transactions, so both exist and are equal, unless the group's
// offsets have expired, or this is the first start, or something is broken, or we are not the owner any more and read
// one before and one after the new owner's commit.
func (s *session) agree(ctx context.Context, p int32, group int64, meta *Meta, first int64) (int64, error) {
	switch {
	case s.spec.Changelog == "" && group >= 0:
		return group, nil
	case group < 0 && meta == nil:
		return first, nil
	case group < 0:
		return meta.Frontier, nil
	case meta != nil && meta.Frontier == group:
		return group, nil
	}
	if err := s.current(ctx); err != nil {
		return 0, fmt.Errorf("offset and state differ and our membership does not hold: %w", err)
	}
	if meta == nil {
		return 0, fmt.Errorf("%w: the group %s has folded %s/%d up to %d, but its changelog %s holds no state; bring the changelog back; or delete the group, the changelog and the stage's outputs together, make the topics anew, and all of it is folded again",
			ErrStop, s.group(), s.spec.Input, p, group, s.spec.Changelog)
	}
	return 0, fmt.Errorf("%w: the group %s has folded %s/%d up to %d, but its state up to %d; somebody moved one of them; put the group's offset back to the state's",
		ErrStop, s.group(), s.spec.Input, p, group, meta.Frontier)
}

package clock

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// ruling returns the regime to write before the next tick, nil if there is none, and the one the log was found to hold
// where the state does not say. A request that could not be folded is passed over: whoever wrote it is told by holdfast
// regime, and the log must not stop for it.
func (l *life) ruling(ctx context.Context) (enters *schemas.Regime, found string, err error) {
	if l.ticks == 0 {
		if err := l.kept(ctx); err != nil {
			return nil, "", err
		}
	}
	inForce := l.state.last.Regime
	if inForce == "" {
		if enters, found, err = l.beginning(ctx); err != nil || enters != nil {
			return enters, "", err
		}
		inForce = found
	}
	asked := l.state.Asked()
	if asked != nil && asked.Document == inForce {
		asked = nil
	}
	if asked != nil && l.cfg.MayFollow != nil {
		if err := l.cfg.MayFollow(inForce, asked.Document); err != nil {
			if l.refused != asked.Document {
				l.cfg.Logger.Warn("the regime that is asked for cannot enter this log", "regime", name(asked.Document), "error", err)
				l.refused = asked.Document
			}
			asked = nil
		}
	}
	standing := Standing{N: l.state.N(), Regime: inForce, Asked: asked}
	return asked, found, Disagreement(standing, l.cfg.Regime)
}

// Disagreement is the sentence that stops a worker with a configuration of its own, nil if that is in force, asked for,
// or if there is nothing to compare.
func Disagreement(s Standing, own *schemas.Regime) error {
	if own == nil || s.Regime == "" || s.Regime == own.Document || s.Asked != nil && s.Asked.Document == own.Document {
		return nil
	}
	return fmt.Errorf("%w: the log is under regime %s at tick %d, and this worker is configured for regime %s: restart with the configuration of the regime in force, "+
		"or put this one in force with holdfast regime apply; holdfast regime show says what differs", stream.ErrStop, name(s.Regime), s.N, name(own.Document))
}

// name is a regime's name, as every leaf has it.
func name(document string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(document))) }

// kept refuses to go on where a partition of observations was made anew under a clock that has ticked: its regime and
// its facts are gone, and the shards would fold what comes by nothing.
func (l *life) kept(ctx context.Context) error {
	if l.state.N() == 0 {
		return nil
	}
	topic := l.cfg.Kafka.Topic(schemas.TopicObservations)
	ends, err := l.admin.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("read ends of %s: %w", topic, err)
	}
	for p := range l.cfg.Partitions {
		if end, ok := ends.Lookup(topic, p); ok && end.Offset == 0 {
			return fmt.Errorf("%w: partition %d of %s never held a record, and the clock has written tick %d there: the topic was deleted and made anew; "+
				"restore it, or start on new topics under a new prefix", stream.ErrStop, p, topic, l.state.N())
		}
	}
	return nil
}

// beginning returns the regime to begin the log with, or the one that its first partition holds where no ClockState says
// so; the newest counts. Between topics that contradict each other nothing is guessed.
func (l *life) beginning(ctx context.Context) (first *schemas.Regime, found string, err error) {
	n := l.state.N() + 1
	if l.found == nil {
		b, err := readRegime(ctx, l.cfg, n)
		if err != nil {
			return nil, "", fmt.Errorf("read regime: %w", err)
		}
		l.found = &b
	}
	topic := l.cfg.Kafka.Topic(schemas.TopicObservations)
	switch b := l.found; {
	case n == 1 && b.tick > 0:
		if err := l.abreast(ctx); err != nil {
			return nil, "", err
		}
		return nil, "", fmt.Errorf("%w: %s holds tick %d, and %s holds no clock: its records were lost, and a new clock would repeat the numbers of ticks; "+
			"restore it, or start on new topics under a new prefix", stream.ErrStop, topic, b.tick, l.progress)
	case b.regime != nil:
		return nil, b.regime.Document, nil
	case n > 1: // expired with the log's first records; what the shards hold is their own check
		return nil, "", nil
	case b.records > 0:
		return nil, "", fmt.Errorf("%w: %s holds records and no regime before them; nothing may be written there before the clock's first tick: "+
			"start on new topics under a new prefix", stream.ErrStop, topic)
	case l.cfg.Regime == nil:
		return nil, "", fmt.Errorf("%w: %s is empty and no regime is configured to begin with", stream.ErrConfig, topic)
	}
	return l.cfg.Regime, "", nil
}

// errBehind says that capture.progress has grown since the end that was read to.
var errBehind = errors.New("capture.progress is not read to its end")

// abreast asks once more where capture.progress ends, and is errBehind if that is not read yet. The order decides: what
// a tick left there was there before the tick could be read. An owner that was paused, and replaced meanwhile, finds
// ticks in observations whose ClockState it has not read; that is no loss.
func (l *life) abreast(ctx context.Context) error {
	end, err := l.progressEnd(ctx)
	if err != nil {
		return err
	}
	if l.position >= end {
		return nil
	}
	l.found = nil
	l.owner.Lock()
	l.owner.target = end
	l.owner.Unlock()
	return errBehind
}

// beginning is what the first partition of observations was found to hold.
type beginning struct {
	regime  *schemas.Regime // the newest read
	tick    int64           // the first tick read
	records int
}

// readRegime reads committed records of partition 0. Before the first tick it reads all there are: a log that holds a
// tick shows it soon. Later, for a clock whose state does not name its regime, it reads the first record, which is the
// regime, and goes on only if that is another one than ours: it may have been replaced.
func readRegime(ctx context.Context, cfg Config, n int64) (beginning, error) {
	var b beginning
	topic := cfg.Kafka.Topic(schemas.TopicObservations)
	client, err := openDirect(cfg.Kafka, kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		return b, err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	start, end, err := bounds(ctx, admin, topic, 0, (*kadm.Client).ListCommittedOffsets)
	if err != nil || start == end {
		return b, err
	}
	for position := start; position < end; {
		fetches := client.PollRecords(ctx, maxPollRecords)
		if err := fetches.Err(); err != nil {
			return b, err
		}
		for _, r := range fetches.Records() {
			position = r.Offset + 1
			if r.Attrs.IsControl() || r.Offset >= end {
				continue
			}
			b.records++
			b.take(r.Value)
			same := b.regime != nil && (cfg.Regime == nil || b.regime.Document == cfg.Regime.Document)
			if n == 1 && b.tick > 0 || n > 1 && b.records == 1 && (b.regime == nil || same) {
				return b, nil
			}
		}
	}
	return b, nil
}

// take notes one record. Bytes that are no record of ours are somebody's defect, and not the clock's to judge.
func (b *beginning) take(value []byte) {
	rec, err := schemas.Decode(value)
	if err != nil {
		return
	}
	switch rec := rec.(type) {
	case *schemas.Regime:
		b.regime = rec
	case *schemas.Tick:
		b.tick = max(b.tick, rec.N)
	}
}

// bounds returns a partition's log start and its end, the last stable offset or the one after the last record.
func bounds(ctx context.Context, admin *kadm.Client, topic string, p int32, list listOffsets) (start, end int64, err error) {
	if start, err = offsetOf(ctx, admin, topic, p, (*kadm.Client).ListStartOffsets); err == nil {
		end, err = offsetOf(ctx, admin, topic, p, list)
	}
	return start, end, err
}

// offsetOf asks for one offset of a partition. No answer is an error: an end of 0 would be reached before anything is
// read, and a clock would begin anew.
func offsetOf(ctx context.Context, admin *kadm.Client, topic string, p int32, list listOffsets) (int64, error) {
	listed, err := list(admin, ctx, topic)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		return 0, err
	}
	o, ok := listed.Lookup(topic, p)
	if !ok {
		return 0, fmt.Errorf("%s has no partition %d", topic, p)
	}
	return o.Offset, nil
}

// WaitRegime returns when every partition of observations holds a committed record, or held one that has expired: the
// clock's first transaction was there. Observe calls it before it may produce, so the regime comes first. The error is
// ctx's, or says that the partition count is another one.
func WaitRegime(ctx context.Context, k stream.Kafka, partitions int32) error {
	topic := k.Topic(schemas.TopicObservations)
	from := map[int32]kgo.Offset{}
	for p := range partitions {
		from[p] = kgo.NewOffset().AtStart()
	}
	client, err := openDirect(k, kgo.FetchMaxPartitionBytes(64<<10),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))
	if err != nil {
		return err
	}
	defer client.Close()
	starts, err := kadm.NewClient(client).ListStartOffsets(ctx, topic)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return fmt.Errorf("wait for regime: %w", stream.Explain(err))
	}
	if n := len(starts[topic]); n != int(partitions) {
		return fmt.Errorf("%w: topic %s has %d partitions, not %d", stream.ErrConfig, topic, n, partitions)
	}
	have := map[int32]bool{}
	starts.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			have[o.Partition] = true
			client.PauseFetchPartitions(map[string][]int32{topic: {o.Partition}})
		}
	})
	for len(have) < int(partitions) {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			return fmt.Errorf("wait for regime: %w", ctx.Err())
		}
		var failed error
		fetches.EachError(func(_ string, _ int32, err error) { failed = errors.Join(failed, err) })
		if failed != nil {
			return fmt.Errorf("wait for regime: %w", stream.Explain(failed))
		}
		for _, r := range fetches.Records() {
			have[r.Partition] = true
			client.PauseFetchPartitions(map[string][]int32{topic: {r.Partition}})
		}
	}
	return nil
}

package clock

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Standing is what capture.progress says of the clock and of the log's regime.
type Standing struct {
	N      int64           // the last tick's number; 0: no clock has ticked yet
	TMS    int64           // its time, Unix ms
	Regime string          // the document in force; empty: none yet, or not written down by an older release
	Since  int64           // the tick it entered before; 0: not known
	Asked  *schemas.Regime // the regime an operator asked for, if it is not in force
}

func (s *State) standing() Standing {
	return Standing{N: s.last.N, TMS: s.last.TMS, Regime: s.last.Regime, Since: s.last.RegimeSince, Asked: s.Asked()}
}

// Look returns how things stood, as far as it is committed. It does not wait for a transaction that is open, so it may
// miss a request that was acknowledged while the clock was writing.
func Look(ctx context.Context, k stream.Kafka) (Standing, error) {
	return follow(ctx, k, (*kadm.Client).ListCommittedOffsets, func(Standing) bool { return true })
}

// Follow reads capture.progress from its start and returns the first Standing that done accepts. It is asked when all
// that stood there at the call has been read, open transactions included, and after whatever follows. With an error,
// which is ctx's or says what the brokers answered, the Standing is the last one known.
func Follow(ctx context.Context, k stream.Kafka, done func(Standing) bool) (Standing, error) {
	return follow(ctx, k, (*kadm.Client).ListEndOffsets, done)
}

type listOffsets func(*kadm.Client, context.Context, ...string) (kadm.ListedOffsets, error)

func follow(ctx context.Context, k stream.Kafka, ends listOffsets, done func(Standing) bool) (Standing, error) {
	topic, state := k.Topic(schemas.TopicCaptureProgress), NewState(Rules{})
	client, err := openDirect(k, kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		return Standing{}, err
	}
	defer client.Close()
	position, end, err := bounds(ctx, kadm.NewClient(client), topic, 0, ends)
	if err != nil {
		return Standing{}, fmt.Errorf("read %s: %w", topic, stream.Explain(err))
	}
	for position < end || !done(state.standing()) {
		fetches := client.PollRecords(ctx, maxPollRecords)
		if ctx.Err() != nil {
			return state.standing(), fmt.Errorf("read %s: %w", topic, ctx.Err())
		}
		if err := fetches.Err(); err != nil {
			return state.standing(), fmt.Errorf("read %s: %w", topic, stream.Explain(err))
		}
		for _, r := range fetches.Records() {
			position = r.Offset + 1
			if r.Attrs.IsControl() || r.Value == nil {
				continue
			}
			rec, err := schemas.Decode(r.Value)
			if err != nil {
				continue // as the clock itself: see apply
			}
			switch rec := rec.(type) {
			case *schemas.ClockState:
				state.ApplyClock(*rec, r.Timestamp.UnixMilli())
			case *schemas.Regime:
				state.ApplyRequest(*rec, r.Timestamp.UnixMilli())
			}
		}
	}
	return state.standing(), nil
}

// Request asks the clock to put a regime in force, and returns when the brokers have acknowledged it. The newest request
// counts; one for the regime in force takes back what was asked before. It stands until the clock has read it, however
// long none runs.
func Request(ctx context.Context, k stream.Kafka, r schemas.Regime) error {
	if r.Document == "" {
		return errors.New("ask for regime: it has no document")
	}
	value, err := schemas.Append(nil, &r)
	if err != nil {
		return err
	}
	client, err := openDirect(k, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		return err
	}
	defer client.Close()
	topic := k.Topic(schemas.TopicCaptureProgress)
	record := &kgo.Record{Topic: topic, Partition: 0, Key: []byte(requestKey), Value: value}
	if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
		return fmt.Errorf("write to %s: %w", topic, stream.Explain(err))
	}
	return nil
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"holdfast.example/processors/correlate"
	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/replay"
)

// errDiffers is replay's no. What differs has been printed.
var errDiffers = fmt.Errorf("%w: what is recorded is not what the observations give", stream.ErrStop)

// replaying is what holdfast replay was asked for.
type replaying struct {
	partition int32 // -1: all
	scratch   string
	asJSON    bool
}

func newReplay(l *loader) *cobra.Command {
	var r replaying
	c := &cobra.Command{Use: "replay", Args: exactly(0, ""), Short: "Derives custody records and alerts once more from the observations and shows the first difference",
		Long: `Reads observations from the first on, folds them under the regimes that stand in them, and holds what
comes out against custody.records, custody.openings, drift.alerts, probes, correlate's dead letters and
the measures in observations: every record, up to what correlate had committed when the replay began. It
writes nothing to the cluster and joins no group; workers may go on meanwhile.

All equal: the counts and exit code 0. Else the first difference, the observation that makes it and both
values side by side, and exit code 6. State of the size of the log's entities is kept in a temporary folder
under --scratch and removed at the end. The correlate settings of this configuration do not matter.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, _, err := l.load(needKafka)
			if err != nil {
				return err
			}
			ctx, restore := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer restore()
			report, err := r.run(ctx, config, cmd.ErrOrStderr())
			switch {
			case err != nil:
				return stream.Explain(err)
			case r.asJSON:
				err = writeJSON(cmd.OutOrStdout(), report)
			default:
				err = report.print(cmd.OutOrStdout())
			}
			if err == nil && report.Difference != nil {
				err = errDiffers
			}
			return err
		}}
	c.Flags().Int32Var(&r.partition, "partition", -1, "this shard alone; -1: all")
	c.Flags().StringVar(&r.scratch, "scratch", "", "where the temporary folder goes; empty: where the system has them")
	c.Flags().BoolVar(&r.asJSON, "json", false, "as JSON")
	return c
}

// run replays and looks up what is needed to show a difference.
func (r *replaying) run(ctx context.Context, config *Config, progress io.Writer) (*replayReport, error) {
	k := config.kafka()
	if err := brokerCheck(ctx, k); err != nil {
		return nil, err
	}
	document, err := correlate.Defaults().Document(config.Kafka.Partitions)
	if err != nil {
		return nil, fmt.Errorf("%w: correlate: %w", stream.ErrConfig, err)
	}
	spec, err := correlate.Spec(document, math.MaxInt64) // to a replay everything is history
	if err != nil {
		return nil, err
	}
	topics := slices.Concat(spec.Outputs, []string{schemas.TopicDeadLetters})
	log, err := openReplayLog(ctx, k, topics)
	if err != nil {
		return nil, err
	}
	defer log.close()
	partitions := len(log.topics[k.Topic(spec.Input)].Partitions)
	if r.partition < -1 || int(r.partition) >= partitions {
		return nil, fmt.Errorf("%w: --partition %d: topic %s has partitions 0 to %d", errUsage, r.partition, k.Topic(spec.Input), partitions-1)
	}
	dir, err := os.MkdirTemp(r.scratch, "holdfast-replay-")
	if err != nil {
		return nil, fmt.Errorf("%w: --scratch: %w", stream.ErrConfig, err)
	}
	defer os.RemoveAll(dir)
	stores, err := stream.OpenDisk(dir, 64<<20, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer stores.Close()
	job := &replay.Job{Spec: spec, Place: correlate.Placer(int32(partitions)), Stores: stores, Progress: newReplayLine(progress)}
	for p := range int32(partitions) {
		if r.partition < 0 || r.partition == p {
			job.Shards = append(job.Shards, p)
		}
	}
	if err := log.survey(ctx, job, k.Prefix+spec.Name, topics); err != nil {
		return nil, err
	}
	report, err := job.Run(ctx, log)
	if terminal := isTerminal(progress); terminal {
		_, _ = io.WriteString(progress, clearLine)
	}
	if err != nil {
		return nil, err
	}
	return showReplay(ctx, log, job, report)
}

// survey says how far things stand: first what the group has committed, then what the topics hold.
func (l *replayLog) survey(ctx context.Context, job *replay.Job, group string, topics []string) (err error) {
	input := job.Spec.Input
	partitions := len(l.topics[l.prefix+input].Partitions)
	job.Now = func(ctx context.Context) ([]int64, error) { return l.frontiers(ctx, group, input, partitions) }
	if job.Frontier, err = job.Now(ctx); err != nil {
		return err
	}
	if job.Extents, err = l.extents(ctx, topics); err != nil {
		return err
	}
	if job.Deletes, err = l.deletes(ctx, topics); err != nil {
		return err
	}
	for _, topic := range []string{schemas.TopicCustodyRecords, schemas.TopicCustodyOpenings} {
		if n := len(job.Extents[topic]); n != partitions {
			return fmt.Errorf("%w: topic %s has %d partitions, topic %s has %d: holdfast topics check says what is wrong", stream.ErrConfig, l.prefix+topic, n, l.prefix+input, partitions)
		}
	}
	for _, p := range job.Shards {
		if job.Frontier[p] == 0 && job.Extents[schemas.TopicCustodyRecords][p].End > 0 {
			return fmt.Errorf("%w: the group %s has no offset for %s/%d, though something is recorded: its offsets have expired or were deleted; run correlate once, which takes its place from its state, and replay again",
				stream.ErrStop, group, l.prefix+input, p)
		}
	}
	return nil
}

// newReplayLine shows progress on a terminal; elsewhere a replay is silent until its end.
func newReplayLine(w io.Writer) func(replay.Progress) {
	if !isTerminal(w) {
		return nil
	}
	var drawn time.Time
	return func(p replay.Progress) {
		if time.Since(drawn) < drawEvery {
			return
		}
		drawn = time.Now()
		_, _ = fmt.Fprintf(w, "%s%s %s/%d: %d of %d", clearLine, p.Doing, p.Topic, p.Shard, p.Done, p.Of)
	}
}

// replayReport is what a replay shows.
type replayReport struct {
	Equal        bool             `json:"equal"`
	Observations int64            `json:"observations"` // records of the topic folded, ticks and regimes among them
	Frontier     map[int32]int64  `json:"frontier"`     // by shard, the first offset that was not folded
	Topics       []replay.Count   `json:"topics"`
	Difference   *shownDifference `json:"difference,omitempty"`
}

// print writes the counts and, last, how it ended.
func (r *replayReport) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(t, "topic\trecorded\tequal\tcopies\tsuperseded\terased\texpired\tunfinished\tbeyond\t") // tabwriter keeps the error for Flush
	slices.SortStableFunc(r.Topics, func(a, b replay.Count) int { return cmp.Compare(a.Topic, b.Topic) })
	custody := int64(0)
	for _, c := range r.Topics {
		_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", c.Topic, c.Recorded, c.Equal, c.Copies, c.Superseded, c.Erased, c.Expired, c.Unfinished, c.Beyond)
		if c.Topic == schemas.TopicCustodyRecords {
			custody = c.Equal
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if r.Difference != nil {
		return errors.Join(r.Difference.print(w), last(w, "replay: %d observations, %d custody records equal, then a difference\n", r.Observations, custody))
	}
	return last(w, "replay: %d observations, %d custody records, all equal\n", r.Observations, custody)
}

func last(w io.Writer, format string, a ...any) error {
	_, err := fmt.Fprintf(w, format, a...)
	return err
}

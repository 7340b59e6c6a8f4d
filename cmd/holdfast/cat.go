package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os/signal"
	"strconv"
	"syscall"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// catalogue is what topics cat was asked for.
type catalogue struct {
	topic     schemas.Topic
	name      string // in the cluster
	partition int32  // -1: all
	from      int64  // offset; fromStart, fromEnd
	limit     int64  // records; 0: none
	follow    bool
}

// Values of --from that are no offset.
const (
	fromStart = -2
	fromEnd   = -1
)

func newTopicsCat(l *loader) *cobra.Command {
	var from string
	var want catalogue
	c := &cobra.Command{Use: "cat TOPIC", Args: exactly(1, "one topic"), Short: "Prints a topic's committed records, one line of JSON each",
		Long: `Prints a topic's committed records, partition by partition, one line of JSON each:

  {"partition":0,"offset":12,"at":"2026-05-04T09:15:02.118Z","key":"…","value":{…}}

at is the record's time in the log. value is the Avro record as JSON, bytes as lower-case hex; null is a
tombstone. A value that is none of our records (all of correlate.state) is shown as "hex". With --follow
it goes on with what is written, in the order of arrival.

It shows records whole: custody.openings and raw topics hold what erases or identifies.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			config, _, err := l.load(needKafka)
			if err != nil {
				return err
			}
			if want.topic, err = topicByName(args[0], config.Kafka.Prefix); err != nil {
				return err
			}
			if want.from, err = readFrom(from); err != nil {
				return err
			}
			want.name = config.Kafka.Prefix + want.topic.Name
			ctx, restore := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer restore()
			w := bufio.NewWriter(cmd.OutOrStdout())
			err = want.print(ctx, config.kafka(), w)
			if ferr := w.Flush(); err == nil {
				err = ferr
			}
			if ctx.Err() != nil && want.follow {
				return nil
			}
			return stream.Explain(err)
		}}
	c.Flags().Int32Var(&want.partition, "partition", -1, "this partition alone; -1: all")
	c.Flags().StringVar(&from, "from", "start", "start, end, or an offset")
	c.Flags().BoolVar(&want.follow, "follow", false, "go on with what is written, until interrupted")
	c.Flags().Int64Var(&want.limit, "limit", 0, "stop after so many records; 0: no limit")
	return c
}

func readFrom(text string) (int64, error) {
	switch text {
	case "start":
		return fromStart, nil
	case "end":
		return fromEnd, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%w: --from %q is none of start, end or an offset from 0", errUsage, text)
	}
	return n, nil
}

// extent is what is there of one partition: from is the first offset to read, end the one after the last committed.
type extent struct{ from, end int64 }

// print writes the records. Control records are fetched too: the end of a partition is often one, and would never be
// seen to be reached otherwise.
func (c *catalogue) print(ctx context.Context, k stream.Kafka, w *bufio.Writer) error {
	opts, err := k.Options()
	if err != nil {
		return fmt.Errorf("%w: %w", stream.ErrConfig, err)
	}
	cl, err := kgo.NewClient(append(opts, stream.Passing(), kgo.KeepControlRecords())...)
	if err != nil {
		return fmt.Errorf("open client: %w", err)
	}
	defer cl.Close()
	extents, err := c.extents(ctx, kadm.NewClient(cl))
	if err != nil {
		return err
	}
	left := c.limit
	if left == 0 {
		left = 1<<63 - 1
	}
	for p := range int32(len(extents)) {
		if c.partition >= 0 && p != c.partition {
			continue
		}
		if err := c.printTo(ctx, cl, p, &extents[p], &left, w); err != nil {
			return err
		}
	}
	if !c.follow || left == 0 {
		return nil
	}
	return c.printOn(ctx, cl, extents, left, w)
}

func (c *catalogue) extents(ctx context.Context, adm *kadm.Client) ([]extent, error) {
	starts, err := adm.ListStartOffsets(ctx, c.name)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("ask start of %s: %w", c.name, err)
	}
	ends, err := adm.ListCommittedOffsets(ctx, c.name)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("ask end of %s: %w", c.name, err)
	}
	out := make([]extent, len(starts[c.name]))
	if int(c.partition) >= len(out) || c.partition < -1 {
		return nil, fmt.Errorf("%w: --partition %d: topic %s has partitions 0 to %d", errUsage, c.partition, c.name, len(out)-1)
	}
	for p := range out {
		s, ok := starts.Lookup(c.name, int32(p))
		e, ok2 := ends.Lookup(c.name, int32(p))
		if !ok || !ok2 {
			return nil, fmt.Errorf("ask extent of %s: partition %d is missing", c.name, p)
		}
		out[p] = extent{max(s.Offset, c.from), e.Offset}
		if c.from == fromEnd {
			out[p].from = e.Offset
		}
	}
	return out, nil
}

// printTo writes one partition up to its end as it was, or until none is left to write.
func (c *catalogue) printTo(ctx context.Context, cl *kgo.Client, p int32, e *extent, left *int64, w *bufio.Writer) error {
	if e.from >= e.end || *left == 0 {
		return nil
	}
	cl.AddConsumePartitions(map[string]map[int32]kgo.Offset{c.name: {p: kgo.NewOffset().At(e.from)}})
	defer cl.RemoveConsumePartitions(map[string][]int32{c.name: {p}})
	for e.from < e.end && *left > 0 {
		fetches := cl.PollFetches(ctx)
		if err := fetchError(ctx, fetches); err != nil {
			return err
		}
		for _, r := range fetches.Records() {
			if r.Partition != p || r.Offset < e.from || r.Offset >= e.end || *left == 0 {
				continue
			}
			e.from = r.Offset + 1
			if err := c.line(w, r, left); err != nil {
				return err
			}
		}
	}
	return nil
}

// printOn writes what comes.
func (c *catalogue) printOn(ctx context.Context, cl *kgo.Client, extents []extent, left int64, w *bufio.Writer) error {
	next := map[int32]kgo.Offset{}
	for p, e := range extents {
		if c.partition < 0 || int(c.partition) == p {
			next[int32(p)] = kgo.NewOffset().At(max(e.from, 0))
		}
	}
	cl.AddConsumePartitions(map[string]map[int32]kgo.Offset{c.name: next})
	for left > 0 {
		if err := w.Flush(); err != nil {
			return err
		}
		fetches := cl.PollFetches(ctx)
		if err := fetchError(ctx, fetches); err != nil {
			return err
		}
		for _, r := range fetches.Records() {
			if left > 0 && r.Offset >= extents[r.Partition].from {
				if err := c.line(w, r, &left); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func fetchError(ctx context.Context, f kgo.Fetches) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := f.Err(); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}

// catLine is one record.
type catLine struct {
	Partition int32           `json:"partition"`
	Offset    int64           `json:"offset"`
	At        string          `json:"at"`
	Key       *string         `json:"key"`
	KeyHex    string          `json:"key_hex,omitempty"` // where the key is no text
	Value     json.RawMessage `json:"value"`
	Hex       string          `json:"hex,omitempty"`   // where the value is none of our records
	Error     string          `json:"error,omitempty"` // why it is none, where it should be one
}

// line writes one record, unless it is a transaction's marker.
func (c *catalogue) line(w io.Writer, r *kgo.Record, left *int64) error {
	if r.Attrs.IsControl() {
		return nil
	}
	*left--
	out := catLine{Partition: r.Partition, Offset: r.Offset, At: r.Timestamp.UTC().Format("2006-01-02T15:04:05.000Z")}
	switch key := string(r.Key); {
	case r.Key == nil:
	case utf8.Valid(r.Key):
		out.Key = &key
	default:
		out.KeyHex = hex.EncodeToString(r.Key)
	}
	switch {
	case r.Value == nil:
	case len(c.topic.Records) == 0:
		out.Hex = hex.EncodeToString(r.Value)
	default:
		var err error
		if out.Value, err = schemas.JSON(r.Value); err != nil {
			out.Value, out.Hex, out.Error = nil, hex.EncodeToString(r.Value), err.Error()
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(out)
}
